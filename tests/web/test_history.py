"""The history of a plan: every change with its way back, and what differs between two of its days."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from scorecard.domain.schema import ObservationFields
from scorecard.store import queries
from scorecard.store.commands.check_ins import record
from scorecard.store.commands.links import move, reweight
from scorecard.store.commands.nodes import archive_nodes, edit_node
from scorecard.store.commands.plans import edit_plan
from scorecard.store.database import Database
from scorecard.web import history as page
from tests.web.conftest import without_keys

CHANGES = "/p/northwind/changes"
NODE = "first_time_fix"


def text(response: TestResponse) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.text)).split())


def renamed(db: Database, title: str) -> int:
    return edit_node(db, "northwind", NODE, {"title": title}, version=None, actor="dana").revision


def test_a_change_says_who_when_what_and_leads_to_what_it_is_about(client: FlaskClient, db: Database) -> None:
    edit_node(db, "northwind", NODE, {"title": "Anew"}, version=None, actor="local", reason="clearer")
    shown = client.get(CHANGES)
    assert "you Edited “Anew” Title First-time fix rate → Anew clearer" in text(shown)
    assert f'href="/p/northwind/n/{NODE}"' in shown.text
    assert "Created the plan" in text(shown)
    assert re.search(r"\d{4}, \d+:\d\d", text(shown))


def test_a_value_says_what_it_was_recorded_for(client: FlaskClient, db: Database) -> None:
    record(db, "northwind", ObservationFields(node=NODE, date="2026-12-31", value=80), actor="marek")
    assert "Marek Novák Recorded 80 % for 31 Dec 2026 · First-time fix rate" in text(client.get(CHANGES))


def test_a_change_is_undone_and_redone_where_it_stands(client: FlaskClient, db: Database) -> None:
    revision = renamed(db, "Anew")
    sent = {"revision": str(revision), "next": CHANGES}
    answer = client.post("/p/northwind/undo", data=sent)
    assert (answer.status_code, answer.location) == (303, CHANGES)
    assert queries.load_plan(db, "northwind").nodes[NODE].title != "Anew"
    shown = client.get(CHANGES)
    assert f"taken back by change {revision + 1}" in text(shown)
    assert 'aria-label="Redo: Took back change' in shown.text
    client.post("/p/northwind/undo", data={"revision": str(revision + 1), "next": CHANGES})
    assert queries.load_plan(db, "northwind").nodes[NODE].title == "Anew"


def test_a_change_that_later_ones_rest_on_is_refused_with_the_reason(
    client: FlaskClient, db: Database
) -> None:
    first = renamed(db, "Anew")
    second = renamed(db, "And again")
    client.post("/p/northwind/undo", data={"revision": str(first), "next": CHANGES})
    assert f"Change {first} cannot be taken back: change {second} touched" in text(client.get(CHANGES))


def test_the_beginning_has_no_way_back(client: FlaskClient) -> None:
    shown = client.get(CHANGES)
    assert "Created the plan" in text(shown)
    assert 'name="revision"' not in shown.text


def test_a_long_history_comes_in_pages(
    client: FlaskClient, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "PAGE", 3)
    for number in range(5):
        renamed(db, f"Name {number}")
    first = client.get(CHANGES)
    assert [f"Edited “Name {number}”" in text(first) for number in range(5)] == [False] * 2 + [True] * 3
    (earlier,) = set(re.findall(r'href="([^"]+before=\d+)"', first.text))
    second = client.get(unescape(earlier))
    assert "Edited “Name 0”" in text(second)
    assert "Created the plan" in text(second)
    assert "Latest changes" in text(second)
    assert "Nothing earlier" in text(client.get(f"{CHANGES}?before=1"))


def test_what_one_change_did_is_shown_in_words(client: FlaskClient, db: Database) -> None:
    revision = edit_node(db, "northwind", NODE, {"owner": "henrik"}, version=None, actor="x").revision
    shown = text(client.get(f"{CHANGES}?change={revision}"))
    assert f"What change {revision} did One difference" in shown
    assert re.search(r"First-time fix rate re-owned Owner Marek \S+ → Henrik Vogel", shown)


@pytest.mark.parametrize(("number", "status"), [("0", 404), ("1", 404), ("999", 404), ("x", 200)])
def test_a_change_that_is_not_there_is_not_found(client: FlaskClient, number: str, status: int) -> None:
    assert client.get(f"{CHANGES}?change={number}").status_code == status


def test_two_moments_are_compared_with_the_words_of_the_field(client: FlaskClient, db: Database) -> None:
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    archive_nodes(db, "northwind", ["line2_refit"], actor="dana")
    reweight(db, "northwind", NODE, "uptime_promise", changes={"weight": 3.0}, actor="dana")
    move(
        db,
        "northwind",
        "planned_maintenance",
        from_parent="uptime_promise",
        to_parent="delivery_promise",
        actor="dana",
    )
    seen = ObservationFields(node=NODE, date="2026-12-31", value=80)
    record(db, "northwind", seen, actor="dana")
    edit_plan(db, "northwind", {"title": "Southwind"}, version=None, actor="dana")
    shown = text(client.get(CHANGES, query_string={"from": before.isoformat()}))
    assert "5 differences" in shown
    assert "Southwind renamed Title Northwind Group → Southwind" in shown
    assert "re-weighted Weight 1 → 3" in shown
    assert re.search(r"moved Part of .+ → .+", shown)
    assert "archived" in shown
    assert "31 added 80 %" in shown


def test_days_are_compared_from_end_to_end(client: FlaskClient, db: Database) -> None:
    renamed(db, "Anew")
    today = queries.load_plan(db, "northwind").today().isoformat()
    same = text(client.get(CHANGES, query_string={"from": today, "to": today}))
    assert "0 differences" in same
    assert "Nothing differs" in same
    assert "From the beginning to the end of" in text(client.get(CHANGES, query_string={"to": today}))


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("from", "yesterday", "This is not a day"),
        ("to", "2026-02-30", "This is not a day"),
        ("to", "2026-03-31T12:00", "This is not a day"),
        ("from", "1999-12-31", "was not there yet on 31 Dec 1999"),
        ("from", "0001-01-01", "was not there yet on 1 Jan 1"),
    ],
)
def test_a_day_that_cannot_be_looked_at_is_said_at_its_field(
    client: FlaskClient, field: str, value: str, said: str
) -> None:
    answer = client.get(CHANGES, query_string={field: value})
    assert answer.status_code == 422
    assert said in text(answer)


@pytest.mark.parametrize(
    "value",
    ["9999-12-31", "9999-12-30T23:59:59-12:00", "0001-01-02T00:00:00+14:00", "9998-12-31T23:59-12:00"],
)
def test_the_first_and_the_last_day_there_is_are_days_too(client: FlaskClient, value: str) -> None:
    assert client.get(CHANGES, query_string={"to": value}).status_code in (200, 422)


def test_the_block_is_the_region_of_the_page(client: FlaskClient, db: Database) -> None:
    renamed(db, "Anew")
    block = without_keys(client.get(CHANGES, headers={"HX-Request": "true"}).text)
    assert block.strip() in without_keys(client.get(CHANGES).text)


def test_a_plan_without_history_beyond_its_beginning_has_one(bare_client: FlaskClient) -> None:
    bare_client.post("/new", data={"title": "Bare"})
    assert "Created the plan" in text(bare_client.get("/p/bare/changes"))
