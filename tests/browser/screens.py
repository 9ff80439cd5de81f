"""Pictures of every page of the demo plan, both themes, both widths: `make screens`, into docs/screens/."""

import sys
import tempfile
from itertools import product
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from app import create_app
from scorecard.cli.plan import load_demo
from tests.browser.conftest import FLAGS, NARROW, WIDE, chromium, served
from tests.browser.test_pages import PAGES

FOLDER = Path(__file__).parent.parent.parent / "docs" / "screens"
THEMES: tuple[Any, ...] = ("light", "dark")
SIZES: tuple[tuple[str, Any], ...] = (("", WIDE), ("-narrow", NARROW))


def main() -> int:
    """Write the pictures; return 1 where no browser is found."""
    path = chromium()
    if path is None:
        print("No Chromium found: install one to take pictures.", file=sys.stderr)
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        database = f"sqlite:///{Path(folder) / 'scorecard.db'}"
        app = create_app(DATABASE_URL=database, SECRET_KEY="screens " * 4, SCORECARD_MODE="demo")
        with app.app_context():
            load_demo()
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        with served(database) as site:
            for (name, address), theme, (suffix, size) in product(PAGES.items(), THEMES, SIZES):
                context = browser.new_context(base_url=site, color_scheme=theme, viewport=size)
                page = context.new_page()
                page.goto(address)
                page.screenshot(path=FOLDER / f"{name}-{theme}{suffix}.png", full_page=bool(suffix))
                context.close()
        browser.close()
    print(f"{len(PAGES) * 4} pictures in {FOLDER.relative_to(Path.cwd())}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
