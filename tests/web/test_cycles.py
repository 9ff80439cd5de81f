"""The page of the cycles: every step in a browser's form, each refusal in a sentence."""

import re

import pytest
from flask.testing import FlaskClient

from scorecard.domain.vocabulary import CycleState
from scorecard.store import queries
from scorecard.store.database import Database

PAGE = "/p/northwind/cycles"


def plan(db: Database):
    return queries.load_plan(db, "northwind")


def step(client: FlaskClient, db: Database, key: str, to: str, **fields: str):
    data = {"to": to, "version": str(plan(db).revision), **fields}
    return client.post(f"{PAGE}/{key}/move", data=data)


def test_the_table_says_where_each_cycle_stands(client: FlaskClient) -> None:
    text = client.get(PAGE).text
    assert re.search(r"Q4 2026.*?now", text, re.DOTALL)
    assert "final values in" in text
    assert "Reopen" in text


def test_a_cycle_is_added_edited_and_removed(client: FlaskClient, db: Database) -> None:
    given = {"title": "Q1 2027", "start": "2027-01-01", "end": "2027-03-31", "parent": ""}
    assert client.post(PAGE, data=given).status_code == 303
    assert plan(db).cycles["q1_2027"].state is CycleState.draft
    assert 'value="Q1 2027"' in client.get(f"{PAGE}?edit=q1_2027").text
    version = {"version": str(plan(db).revision)}
    changed = client.post(f"{PAGE}/q1_2027", data={**given, **version, "title": "First quarter"})
    assert changed.status_code == 303
    assert plan(db).cycles["q1_2027"].title == "First quarter"
    version = {"version": str(plan(db).revision)}
    assert client.post(f"{PAGE}/q1_2027/remove", data=version).status_code == 303
    assert "q1_2027" not in plan(db).cycles


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("title", "", "This is needed."),
        ("start", "soon", "is not a day"),
        ("end", "2026-12-31", "cannot end before it starts"),
        ("key", "Q 1", "begins with a letter"),
        ("parent", "nowhere", "nowhere"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    client: FlaskClient, db: Database, field: str, value: str, sentence: str
) -> None:
    given = {"title": "Q1 2027", "start": "2027-01-01", "end": "2027-03-31", "parent": "", field: value}
    answer = client.post(PAGE, data=given)
    assert answer.status_code == 422
    assert sentence in answer.text
    if field != "title":
        assert 'value="Q1 2027"' in answer.text
    assert plan(db).revision == 1


def test_a_quarter_is_collected_and_closed_and_reopened_with_a_reason(
    client: FlaskClient, db: Database
) -> None:
    closed = [key for key, each in plan(db).cycles.items() if each.state is CycleState.closed]
    last = max(closed, key=lambda key: plan(db).cycles[key].end)
    assert step(client, db, last, "closing").status_code == 422
    assert plan(db).cycles[last].state is CycleState.closed
    assert step(client, db, last, "closing", reason="A late invoice.").status_code == 303
    assert plan(db).cycles[last].state is CycleState.closing
    assert step(client, db, last, "closed").status_code == 303
    assert plan(db).cycles[last].state is CycleState.closed
    assert "achieved" in client.get(PAGE).text


def test_a_running_cycle_is_not_closed(client: FlaskClient, db: Database) -> None:
    running = next(key for key, each in plan(db).cycles.items() if each.title == "Q4 2026")
    answer = step(client, db, running, "closed")
    assert answer.status_code == 422
    assert "runs until" in answer.text


def test_an_old_page_a_wrong_state_and_an_unknown_cycle_are_refused(
    client: FlaskClient, db: Database
) -> None:
    running = next(key for key, each in plan(db).cycles.items() if each.title == "Q4 2026")
    assert step(client, db, running, "closing").status_code == 303
    assert step(client, db, running, "open", version="1").status_code == 409
    assert step(client, db, running, "gone").status_code == 422
    assert step(client, db, "nowhere", "open").status_code == 404
    assert client.get(f"{PAGE}?edit=nowhere").status_code == 404
