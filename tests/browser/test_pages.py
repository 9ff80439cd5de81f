"""Every page of the demo plan, in both themes and widths: no console error, no finding, no side scroll."""

import hashlib
import json
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import NARROW, WIDE, opened

VENDOR = Path(__file__).parent / "vendor"
AXE = VENDOR / "axe-core" / "axe.min.js"
PLAN = "/p/northwind"
PAGES = {
    "overview": "/",
    "scorecard": f"{PLAN}/scorecard",
    "tree": f"{PLAN}/tree",
    "objective": f"{PLAN}/n/first_time_help",
    "kpi": f"{PLAN}/n/on_time_in_full",
    "formula": f"{PLAN}/n/first_contact_resolution",
    "initiative": f"{PLAN}/n/line2_refit",
    "edit": f"{PLAN}/n/on_time_in_full/edit",
    "alignment": f"{PLAN}/alignment",
    "new": "/new",
    "import": "/import",
    "missing": f"{PLAN}/n/there_is_none",
}
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def test_the_vendored_checker_is_what_it_claims_to_be() -> None:
    (library,) = json.loads((VENDOR / "vendor.json").read_text())
    for name, wanted in library["files"].items():
        assert hashlib.sha256((VENDOR / library["folder"] / name).read_bytes()).hexdigest() == wanted


@pytest.mark.parametrize(("name", "theme"), list(product(PAGES, ["light", "dark"])))
def test_a_page_has_no_console_error_no_sideways_scroll_and_nothing_that_axe_finds(
    browser: Browser, site: str, name: str, theme: Any
) -> None:
    for size in (WIDE, NARROW):
        if name == "missing":
            check_missing(browser, site, theme)
            continue
        with opened(browser, site, viewport=size, color_scheme=theme, reduced_motion="reduce") as page:
            answer = page.goto(PAGES[name])
            assert answer is not None
            assert answer.status == 200
            scroll = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert scroll <= 0, f"{scroll} px sideways at {size['width']}"
            assert violations(page) == []


def check_missing(browser: Browser, site: str, theme: Any) -> None:
    """A page that is not there is shown in the product's look (the browser itself logs the 404)."""
    context = browser.new_context(base_url=site, color_scheme=theme)
    page = context.new_page()
    answer = page.goto(PAGES["missing"])
    assert answer is not None
    assert answer.status == 404
    assert page.locator("nav").count()
    assert violations(page) == []
    context.close()


def violations(page: Any) -> list[str]:
    """Return what axe finds, a line each with the first element."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", RULES)[
        "violations"
    ]
    return [f"{each['id']}: {each['nodes'][0]['html'][:160]} ({len(each['nodes'])}x)" for each in found]
