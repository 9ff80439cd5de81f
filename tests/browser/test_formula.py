"""A formula written with the keyboard alone: keys offered, what is typed tried at once, saved, and drawn."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import WIDE, opened
from tests.browser.test_pages import AXE, PLAN, check_both_sizes

EDIT = f"{PLAN}/n/first_contact_resolution/edit"


def field(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Formula")


def said(page: Page) -> Locator:
    return page.locator("#f-formula-said")


def option(page: Page, typed: str) -> Locator:
    """Return what is offered to be typed."""
    listed = page.get_by_role("listbox", name="Keys and functions").get_by_role("option")
    return listed.and_(page.locator(f'[data-insert="{typed}"]'))


def test_a_formula_is_written_by_keyboard_with_keys_offered_checked_saved_and_drawn(
    browser: Browser, own_site: str
) -> None:
    with opened(browser, own_site, viewport=WIDE) as page:
        page.goto(EDIT)
        expect(field(page)).to_have_attribute("aria-expanded", "false")
        field(page).press("Control+a")
        field(page).press_sequentially("resolved_f")
        expect(option(page, "resolved_first_contact")).to_be_visible()
        expect(field(page)).to_have_attribute("aria-expanded", "true")
        field(page).press("ArrowDown")
        chosen = field(page).get_attribute("aria-activedescendant")
        expect(page.locator(f"#{chosen}")).to_have_attribute("aria-selected", "true")
        field(page).press("Enter")
        expect(field(page)).to_have_value("resolved_first_contact")
        expect(field(page)).to_have_attribute("aria-expanded", "false")

        field(page).press_sequentially(" / ")
        expect(said(page)).to_contain_text("where a number or a key must follow")
        expect(field(page)).to_have_attribute("aria-invalid", "true")
        field(page).press_sequentially("me")
        expect(option(page, "mean()")).to_be_visible()
        field(page).press("ArrowDown")
        field(page).press("Enter")
        expect(field(page)).to_have_value("resolved_first_contact / mean()")
        field(page).press_sequentially("contact")
        expect(option(page, "contacts")).to_be_visible()
        field(page).press("ArrowDown")
        field(page).press("Enter")
        expect(said(page)).to_contain_text(re.compile(r"reads: .*contacts 8,690"))
        expect(field(page)).to_have_attribute("aria-invalid", "false")

        field(page).press("End")
        field(page).press_sequentially(" * 100")
        expect(said(page).locator("strong")).to_have_text("75.2 %")
        field(page).press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("First contact resolution")
        tree = page.locator("#formula")
        expect(tree.locator("code").first).to_have_text("resolved_first_contact / mean(contacts) * 100")
        expect(tree.get_by_role("listitem").filter(has_text="Mean of").last).to_contain_text("8,690")


def test_escape_closes_the_list_and_what_is_wrong_is_pointed_at(browser: Browser, own_site: str) -> None:
    with opened(browser, own_site, viewport=WIDE, reduced_motion="reduce") as page:
        page.add_init_script(AXE.read_text())
        page.goto(EDIT)
        field(page).press("Control+a")
        field(page).press_sequentially("contact")
        expect(option(page, "contacts")).to_be_visible()
        check_both_sizes(page)
        field(page).press("Escape")
        expect(option(page, "contacts")).to_have_count(0)
        expect(said(page)).to_contain_text("There is no node “contact” in this plan.")
        expect(said(page).locator("mark")).to_have_text("contact")
        expect(field(page)).to_be_focused()
        check_both_sizes(page)
        field(page).press("ArrowDown")
        option(page, "contacts").click()
        expect(field(page)).to_have_value("contacts")
        expect(field(page)).to_be_focused()


def test_a_measure_is_added_in_the_tree_with_a_formula_that_was_tried(
    browser: Browser, own_site: str
) -> None:
    with opened(browser, own_site, viewport=WIDE) as page:
        page.goto(f"{PLAN}/tree?at=delivery_promise&under=planner_preference&act=below&depth=2")
        page.get_by_text("Computed by a formula").click()
        page.locator("[name=title]").fill("Contacts not resolved")
        page.locator("[name=measure]").select_option("")
        field(page).press_sequentially("contacts - resolved_fi")
        field(page).press("ArrowDown")
        expect(option(page, "resolved_first_contact")).to_be_visible()
        field(page).press("ArrowDown")
        field(page).press("Enter")
        expect(said(page).locator("strong")).to_have_text("2,155")
        page.get_by_role("button", name="Add", exact=True).click()
        page.get_by_role("link", name="Contacts not resolved", exact=True).first.click()
        expect(page.locator("#formula")).to_contain_text("Difference")


@pytest.mark.parametrize("formula", ["contacts +", "gone * 2", "first_contact_resolution + 1"])
def test_without_a_script_the_form_comes_back_with_the_sentence_at_its_field(
    browser: Browser, own_site: str, formula: str
) -> None:
    with opened(browser, own_site, viewport=WIDE, java_script_enabled=False) as page:
        page.goto(EDIT)
        page.get_by_label("Formula optional").fill(formula)
        page.get_by_role("button", name="Save").click()
        expect(page.locator("#f-formula")).to_have_value(formula)
        expect(page.locator("#f-formula-error")).to_be_visible()
        page.locator(".formula-field summary").click()
        expect(page.locator(".key-list")).to_contain_text("Contacts resolved at once")
