"""A form sent twice has one effect and one answer; every form that changes something carries a key."""

import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from scorecard.store import history, queries
from scorecard.store.database import Database
from scorecard.web.once import HEADER

TREE = "/p/northwind/tree"
NODE = "/p/northwind/n/callout_response"
HARMLESS = {
    "import.html": "shows a file and changes nothing",
    "parts/tree_rows.html": "restores",
}
FORM = re.compile(r"<form\b(?:[^>{]|\{\{.*?\}\}|\{%.*?%\}|\{)*>(.{12})", re.DOTALL)


def revision(db: Database) -> int:
    return queries.load_plan(db, "northwind").revision


def sent_twice(client: FlaskClient, address: str, **form: str) -> list[Any]:
    """Send a form twice with one key and return where each answer leads."""
    answers = [client.post(address, data={**form, "once": "the key"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303], answers[-1].text[:2000]
    return [answer.headers["Location"] for answer in answers]


FORMS = [
    (f"{NODE}/check-in", {"value": "81", "date": "2026-11-20"}),
    (f"{NODE}/actions", {"title": "Call them"}),
    (f"{NODE}/archive", {}),
    (f"{TREE}/top", {"kind": "objective", "title": "A new top", "weight": "1", "link": "contributes"}),
    (f"{TREE}/move", {"node": "callout_response", "parent": "uptime_promise", "to": "-"}),
    (f"{TREE}/detach", {"node": "callout_response", "parent": "uptime_promise", "from": "uptime_promise"}),
    (f"{TREE}/archive", {"node": "callout_response", "parent": "uptime_promise"}),
    ("/p/northwind/undo", {"revision": "2"}),
]


@pytest.mark.parametrize(("address", "form"), FORMS, ids=[address for address, _ in FORMS])
def test_a_form_sent_twice_is_carried_out_once_and_answered_twice(
    client: FlaskClient, db: Database, address: str, form: dict[str, str]
) -> None:
    if "undo" in address:
        client.post(f"{NODE}/check-in", data={"value": "81", "date": "2026-11-20"})
    before = revision(db)
    first, second = sent_twice(client, address, **form)
    assert first == second
    assert revision(db) == before + 1


def test_a_plan_begun_twice_is_there_once(client: FlaskClient, db: Database) -> None:
    plans = len(queries.list_plans(db))
    first, second = sent_twice(client, "/new", title="Another", fiscal_year_start="1", timezone="UTC")
    assert first == second == f"{TREE.replace('northwind', 'another')}"
    assert len(queries.list_plans(db)) == plans + 1


def test_the_same_form_shown_again_has_another_key(client: FlaskClient, db: Database) -> None:
    keys = [re.findall(r'name="once" value="([^"]+)"', client.get(NODE).text) for _ in range(2)]
    assert len({*keys[0], *keys[1]}) == len(keys[0]) + len(keys[1]) > 2


def test_a_key_sent_with_other_content_is_refused_with_a_sentence(client: FlaskClient, db: Database) -> None:
    client.post(f"{NODE}/check-in", data={"value": "81", "date": "2026-11-20", "once": "k"})
    answer = client.post(f"{NODE}/check-in", data={"value": "82", "date": "2026-11-20", "once": "k"})
    assert answer.status_code == 422
    assert "This was sent before, with other content." in answer.text
    assert history.check_ins(db, "northwind", "callout_response")[0].value == 81


def test_a_program_names_its_key_in_a_header(client: FlaskClient, db: Database) -> None:
    before = revision(db)
    for _ in range(2):
        client.post(f"{TREE}/top", data={"kind": "kpi", "title": "New"}, headers={HEADER: "abc"})
    assert revision(db) == before + 1


@pytest.mark.parametrize("key", ["x" * 201, "a\x00b", "a\nb"])
def test_a_key_that_is_none_is_refused(client: FlaskClient, key: str) -> None:
    assert client.post(f"{TREE}/top", data={"title": "New", "once": key}).status_code == 400


@pytest.mark.parametrize("path", sorted(Path("templates").rglob("*.html")), ids=str)
def test_every_form_that_changes_something_carries_a_key(path: Path) -> None:
    if str(path.relative_to("templates")) in HARMLESS:
        return
    for form in FORM.finditer(path.read_text()):
        if 'method="post"' in form[0] or "{{ post(" in form[0]:
            assert form[1] == "{{ once() }}", form[0]
