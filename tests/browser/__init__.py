"""The product in a real browser; skipped where no Chromium is found, never in CI."""
