"""As a new user would: build a branch of the strategy, type a value, see the colours above change, undo."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import WIDE, opened

TOP = "Grow profitably in our core markets"


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def any_page(request: pytest.FixtureRequest, browser: Browser, own_site: str) -> Iterator[Page]:
    """Return a page with and one without JavaScript: everything must work in both."""
    with opened(browser, own_site, viewport=WIDE, java_script_enabled=request.param) as page:
        yield page


def row(page: Page, title: str) -> Locator:
    """Return the first row of a node in the tree."""
    named = page.locator("th").get_by_role("link", name=title, exact=True)
    return page.locator("tr[data-row]").filter(has=named).first


def add_below(page: Page, above: str, **typed: str) -> None:
    """Add a node below another through the form that opens under its row."""
    row(page, above).get_by_role("link", name=f"Add below: {above}").click()
    form = page.locator(".tree-editor form")
    for name, value in typed.items():
        field = form.locator(f"[name={name}]")
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    form.get_by_role("button", name="Add", exact=True).click()
    expect(row(page, typed["title"])).to_be_visible()


def check_in(page: Page, title: str, value: str) -> None:
    """Type a value into a measured row."""
    row(page, title).get_by_role("link", name=f"Type a value for {title}").click()
    form = page.locator(".tree-editor form")
    form.locator("[name=value]").fill(value)
    form.get_by_role("button", name="Check in", exact=True).click()
    expect(page.locator(".tree-editor form")).to_have_count(0)


def undo(page: Page) -> None:
    """Take back what the newest toast tells of."""
    page.locator("#toasts [data-toast]").last.get_by_role("button", name="Undo").click()


def test_a_newcomer_builds_a_branch_sees_the_colours_change_and_undoes_it(any_page: Page) -> None:
    page = any_page
    page.goto("/")
    page.locator("#main").get_by_role("link", name="Tree").first.click()
    page.get_by_label("Levels open").select_option("1")
    if page.get_by_role("link", name="Clear the filters").count() == 0:
        page.get_by_role("button", name="Filter").click()
    add_below(page, TOP, kind="objective", title="Win the Nordic market")
    expect(row(page, "Win the Nordic market")).to_contain_text("Nothing below yet")

    add_below(
        page,
        "Win the Nordic market",
        kind="kpi",
        title="Nordic order share",
        measure="at_least",
        target="90",
        floor="80",
        format="percent",
    )
    expect(row(page, "Nordic order share")).to_contain_text("at least 90 %")

    check_in(page, "Nordic order share", "95")
    expect(row(page, "Nordic order share")).to_contain_text("On track")
    expect(row(page, "Win the Nordic market")).to_contain_text("On track")

    check_in(page, "Nordic order share", "60")
    expect(row(page, "Nordic order share")).to_contain_text("Off track")
    expect(row(page, "Win the Nordic market")).to_contain_text("Off track")

    undo(page)
    expect(row(page, "Win the Nordic market")).to_contain_text("On track")

    row(page, "Nordic order share").get_by_role("link", name="Nordic order share", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nordic order share")
    for above in ("Win the Nordic market", TOP):
        expect(page.locator("#main").get_by_role("link", name=above).first).to_be_visible()
    page.go_back()
    archive(page, "Win the Nordic market")
    expect(row(page, "Win the Nordic market")).to_have_count(0)
    undo(page)
    expect(row(page, "Nordic order share")).to_be_visible()


def archive(page: Page, title: str) -> None:
    """Archive a node with what hangs only below it."""
    row(page, title).get_by_role("link", name=f"Edit: {title}").click()
    page.locator(".tree-editor").get_by_role("link", name="Archive").click()
    page.locator(".tree-editor form").get_by_role("button", name="Archive").click()
    expect(page.locator(".tree-editor form")).to_have_count(0)


def test_a_form_with_errors_comes_back_with_what_was_typed(any_page: Page) -> None:
    page = any_page
    page.goto("/p/northwind/tree")
    row(page, TOP).get_by_role("link", name=f"Add below: {TOP}").click()
    form = page.locator(".tree-editor form")
    form.locator("[name=title]").fill("A promise nobody can read")
    form.locator("[name=kind]").select_option("kpi")
    form.locator("[name=measure]").select_option("at_least")
    form.locator("[name=target]").fill("plenty")
    with page.expect_response(lambda answer: answer.status == 422):
        form.get_by_role("button", name="Add", exact=True).click()
    form = page.locator(".tree-editor form")
    expect(form.locator("[name=title]")).to_have_value("A promise nobody can read")
    expect(form.locator("[name=target]")).to_have_value("plenty")
    expect(form.locator(".field-error")).to_contain_text("plenty")


def test_a_plan_begins_empty_and_says_what_to_do(any_page: Page) -> None:
    page = any_page
    page.goto("/new")
    page.locator("[name=title]").fill("Blank page")
    page.locator("#main form button[type=submit]").click()
    expect(page.get_by_text("This plan has no objectives yet.")).to_be_visible()
