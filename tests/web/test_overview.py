"""The first page: every plan at a glance, and the way to one's own."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from scorecard.domain.schema import NodeFields, PlanFile
from scorecard.store.commands.plans import archive_plan, create_plan
from scorecard.store.database import Database


@pytest.fixture
def begin(db: Database) -> Callable[..., None]:
    """Create a plan from its parts."""

    def create(plan: str, **parts: Any) -> None:
        create_plan(db, PlanFile.model_validate({"plan": plan, "nodes": (), **parts}), actor="local")

    return create


def links(page: str) -> set[str]:
    main = page.split('id="main"')[1].split("</main>")[0]
    return set(re.findall(r'<a [^>]*href="([^"]*)"', main))


def test_a_plan_is_shown_with_its_score_perspectives_and_day(client: FlaskClient) -> None:
    page = client.get("/?as_of=2026-11-21").text
    for said in ("Northwind Group", "At risk", "89.9", "as of 21 Nov 2026", "Internal process", "117 nodes"):
        assert said in page
    assert "off track below: 11 of 80, largest:" in page


def test_plain_links_lead_to_each_page_of_a_plan_and_to_ones_own(client: FlaskClient) -> None:
    found = links(client.get("/").text)
    assert {f"/p/northwind/{page}" for page in ("scorecard", "tree", "alignment")} <= found
    assert {"/new", "/import"} <= found


def test_every_link_of_the_page_leads_somewhere(client: FlaskClient) -> None:
    for address in links(client.get("/").text):
        assert client.get(address.split("#")[0]).status_code == 200, address


def test_the_day_of_the_address_goes_along(client: FlaskClient) -> None:
    assert "/p/northwind/scorecard?as_of=2026-03-31" in links(client.get("/?as_of=2026-03-31").text)


def test_the_demo_is_called_made_up(app: Flask) -> None:
    assert "A made-up company" not in app.test_client().get("/").text
    app.config["STORY_ENDS"] = {"northwind": date(2026, 11, 21)}
    assert "A made-up company" in app.test_client().get("/").text


def test_without_a_plan_it_says_how_to_begin(bare_client: FlaskClient) -> None:
    page = bare_client.get("/").text
    assert "There is no plan yet" in page
    assert "Start your own" in page
    assert {"/new", "/import"} <= links(page)


def test_an_empty_plan_has_a_card_without_a_score(client: FlaskClient, begin: Callable[..., None]) -> None:
    begin("bare", title="Bare", perspectives=())
    page = client.get("/").text
    card = next(text for text in page.split("<article")[1:] if ">Bare<" in text)
    assert "0 nodes" in card
    assert "This plan is empty" in card
    assert 'class="num' not in card


def test_an_archived_plan_is_not_shown(client: FlaskClient, db: Database, begin: Callable[..., None]) -> None:
    begin("old", title="Old plan")
    archive_plan(db, "old", actor="local")
    assert "Old plan" not in client.get("/").text


def test_many_plans_are_listed_by_name_after_the_first(
    client: FlaskClient, begin: Callable[..., None]
) -> None:
    for number in range(14):
        begin(f"plan_{number}", title=f"Plan {number}")
    page = client.get("/").text
    assert page.count('<article class="card plan-card">') == 12
    assert page.split("Further plans")[1].split("</ul>")[0].count("<li>") == 3


def test_titles_are_shown_as_text(client: FlaskClient, begin: Callable[..., None]) -> None:
    begin(
        "evil", title="<script>alert(1)</script>", nodes=(NodeFields(key="a", kind="objective", title="A"),)
    )
    assert "<script>alert" not in client.get("/").text
