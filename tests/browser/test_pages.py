"""Every page of the demo plan, in both themes and widths: no console error, no finding, no side scroll."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import LAPTOP, NARROW, WIDE, opened
from tests.web.conftest import SEED

VENDOR = Path(__file__).parent / "vendor"
AXE = VENDOR / "axe-core" / "axe.min.js"
PLAN = "/p/northwind"
PAGES = {
    "overview": "/",
    "scorecard": f"{PLAN}/scorecard",
    "tree": f"{PLAN}/tree?depth=2",
    "tree-form": f"{PLAN}/tree?depth=2&at=delivery_promise&under=planner_preference&act=below",
    "objective": f"{PLAN}/n/first_time_help",
    "kpi": f"{PLAN}/n/on_time_in_full",
    "formula": f"{PLAN}/n/first_contact_resolution",
    "formula-edit": f"{PLAN}/n/lead_conversion/edit",
    "initiative": f"{PLAN}/n/line2_refit",
    "edit": f"{PLAN}/n/on_time_in_full/edit",
    "alignment": f"{PLAN}/alignment?focus=on_time_in_full",
    "findings": f"{PLAN}/findings",
    "waiver": f"{PLAN}/findings?waive=stale&node=brand_awareness",
    "cycles": f"{PLAN}/cycles?edit=fy26_q4",
    "drafts": f"{PLAN}/drafts",
    "history": f"{PLAN}/changes?to=9999-12-31",
    "new": "/new",
    "import": "/import",
    "missing": f"{PLAN}/n/there_is_none",
}
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOADED = "document.fonts.ready.then(() => document.getAnimations().forEach((each) => each.finish()))"


def test_the_vendored_checker_is_what_it_claims_to_be() -> None:
    (library,) = json.loads((VENDOR / "vendor.json").read_text())
    for name, wanted in library["files"].items():
        assert hashlib.sha256((VENDOR / library["folder"] / name).read_bytes()).hexdigest() == wanted


@pytest.fixture(scope="module", params=["light", "dark"])
def themed(request: pytest.FixtureRequest, browser: Browser, site: str) -> Iterator[Page]:
    """Return one browser page for all pages of a theme; its console stays silent throughout."""
    settings: dict[str, Any] = {"color_scheme": request.param, "reduced_motion": "reduce"}
    with opened(browser, site, viewport=WIDE, **settings) as page:
        page.add_init_script(AXE.read_text())
        yield page


@pytest.mark.parametrize("name", [name for name in PAGES if name != "missing"])
def test_a_page_has_no_console_error_no_sideways_scroll_and_nothing_that_axe_finds(
    themed: Page, name: str
) -> None:
    answer = themed.goto(PAGES[name])
    assert answer is not None
    assert answer.status == 200
    check_both_sizes(themed, narrow=themed.evaluate("matchMedia('(prefers-color-scheme: light)').matches"))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_page_that_is_not_there_is_shown_in_the_products_look(
    browser: Browser, site: str, theme: Any
) -> None:
    context = browser.new_context(base_url=site, color_scheme=theme)  # the browser itself logs the 404
    page = context.new_page()
    page.add_init_script(AXE.read_text())
    answer = page.goto(PAGES["missing"])
    assert answer is not None
    assert answer.status == 404
    assert page.locator("nav").count()
    check_both_sizes(page)
    context.close()


def test_what_only_a_form_leads_to_is_as_clean(browser: Browser, own_site: str) -> None:
    with opened(browser, own_site, viewport=WIDE, reduced_motion="reduce") as page:
        page.add_init_script(AXE.read_text())
        page.goto("/import")
        page.locator("[name=file]").set_input_files(str(SEED))
        page.get_by_role("button", name="See what it would change").click()
        check_both_sizes(page)
        page.goto("/new")
        page.locator("[name=title]").fill("Blank " + "page" * 70)
        page.get_by_role("button", name="Create the plan").click()
        check_both_sizes(page)
        for part in ("scorecard", "alignment"):
            page.goto(page.url.replace("/tree", f"/{part}").replace("/scorecard", f"/{part}"))
            check_both_sizes(page)
        page.goto(f"{PLAN}/n/on_time_in_full")
        page.locator("#check-in [name=value]").fill("plenty")
        page.locator("#check-in").get_by_role("button", name="Check in").click()
        page.locator("#check-in .field-error").wait_for()
        check_both_sizes(page)


def check_both_sizes(page: Page, narrow: bool = True) -> None:
    """Check a page at a desk, and that it scrolls sideways on no screen; `narrow` checks it on a phone too.

    The second layout is the same in both themes, so its colours need no second look.
    """
    page.evaluate(LOADED)
    assert violations(page) == []
    try:
        for size in (LAPTOP, NARROW):
            page.set_viewport_size(size)
            scroll = page.evaluate(SIDEWAYS)
            assert scroll <= 0, f"{page.url}: {scroll} px sideways at {size}"
        assert not narrow or violations(page) == []
    finally:
        page.set_viewport_size(WIDE)


def violations(page: Page) -> list[str]:
    """Return what axe finds, a line each with the first element."""
    found = page.evaluate(
        "rules => axe.run(document, {resultTypes: ['violations'], runOnly: {type: 'tag', values: rules}})",
        RULES,
    )["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html'][:160]} ({len(each['nodes'])}x)" for each in found]
