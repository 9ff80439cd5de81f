"""A served application with the demo plan, and a Chromium that fails on any console error."""

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize, sync_playwright
from werkzeug.serving import make_server

from app import create_app
from tests.web.conftest import filled  # noqa: F401 - the fixture

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDE, NARROW = ViewportSize(width=1440, height=900), ViewportSize(width=390, height=844)
LAPTOP = ViewportSize(width=1280, height=800)


def chromium() -> str | None:
    """Return the path of a Chromium, None where the machine has none."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip browser tests with a visible reason where there is no browser; CI must have one."""
    missing = chromium() is None
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
            if missing and not os.environ.get("CI"):
                item.add_marker(pytest.mark.skip(reason="no Chromium found: install one to run these"))


@contextmanager
def served(database: str) -> Iterator[str]:
    """Serve the application on a free port of this machine; gives its address."""
    app = create_app(DATABASE_URL=database, SECRET_KEY="browser " * 4, SCORECARD_MODE="demo")
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        app.extensions["scorecard"].engine.dispose()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return a Chromium for the whole session."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        yield found
        found.close()


@pytest.fixture(scope="module")
def site(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:  # noqa: F811
    """Return the address of a site of the module's own, with the demo plan."""
    path = tmp_path_factory.mktemp("site") / "scorecard.db"
    shutil.copy(filled, path)
    with served(f"sqlite:///{path}") as address:
        yield address


@pytest.fixture
def own_site(filled: Path, tmp_path: Path) -> Iterator[str]:  # noqa: F811
    """Return the address of a site of the test's own, with the demo plan."""
    shutil.copy(filled, tmp_path / "scorecard.db")
    with served(f"sqlite:///{tmp_path / 'scorecard.db'}") as address:
        yield address


@contextmanager
def opened(browser: Browser, site: str, **settings: object) -> Iterator[Page]:
    """Open a page whose console must stay silent; `settings` are those of a browser context."""
    context: BrowserContext = browser.new_context(base_url=site, **settings)  # type: ignore[arg-type]
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: _is_complaint(said) and complaints.append(f"{page.url}: {said.text}"))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    try:
        yield page
    finally:
        context.close()
    assert not complaints, complaints


def _is_complaint(said: ConsoleMessage) -> bool:
    """Tell whether the console holds a fault of ours; a refused form's 422 is the browser's own line."""
    return said.type in ("error", "warning") and "status of 422" not in said.text


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    """Return a wide, light page."""
    with opened(browser, site, viewport=WIDE) as found:
        yield found


@pytest.fixture
def plain_page(browser: Browser, site: str) -> Iterator[Page]:
    """Return a page without JavaScript."""
    with opened(browser, site, viewport=WIDE, java_script_enabled=False) as found:
        yield found
