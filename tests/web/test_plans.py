"""Whole plans: begin one, take changes back and again, carry one away."""

import re
from html import unescape

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from scorecard.files.formats import read_file
from scorecard.store import queries
from scorecard.store.commands.nodes import edit_node
from scorecard.store.database import Database
from scorecard.web.plans import own_address

HTMX = {"HX-Request": "true"}


def text(response: TestResponse) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.text)))


def test_a_plan_begins_with_its_year_and_the_objectives_that_were_named(
    client: FlaskClient, db: Database
) -> None:
    sent = {
        "title": "Årø Ferries 2030",
        "fiscal_year_start": "4",
        "timezone": "Europe/Copenhagen",
        "cycle": "1",
        "objectives.financial": "Pay our way\n\n  Pay our way  \n",
        "objectives.customer": "Sail on time",
    }
    answer = client.post("/new", data=sent)
    assert (answer.status_code, answer.location) == (303, "/p/aro_ferries_2030/tree")
    plan = queries.load_plan(db, "aro_ferries_2030")
    assert list(plan.nodes) == ["pay_our_way", "pay_our_way_2", "sail_on_time"]
    assert plan.nodes["sail_on_time"].perspective == "customer"
    (cycle,) = plan.cycles.values()
    assert (cycle.start.month, cycle.end.month) == (4, 3)
    assert plan.nodes["sail_on_time"].cycle == cycle.key
    assert client.get(answer.location).status_code == 200


def test_a_title_alone_makes_an_empty_plan(bare_client: FlaskClient) -> None:
    answer = bare_client.post("/new", data={"title": "東京"})
    assert answer.location == "/p/plan/tree"
    assert bare_client.get(answer.location).status_code == 200


def test_a_key_that_is_taken_is_numbered_when_proposed_and_refused_when_typed(client: FlaskClient) -> None:
    assert client.post("/new", data={"title": "Northwind"}).location == "/p/northwind_2/tree"
    answer = client.post("/new", data={"title": "Other", "plan": "northwind"})
    assert answer.status_code == 422
    assert 'id="f-plan-error"' in answer.text
    assert "There is a plan “northwind” already." in text(answer)


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"title": " "}, "title", "This is needed."),
        ({"title": "x" * 301}, "title", "This is too long"),
        ({"plan": "Not A Key"}, "plan", "A key begins with a letter"),
        ({"timezone": "Mars/Olympus"}, "timezone", "There is no time zone “Mars/Olympus”."),
        ({"fiscal_year_start": "13"}, "fiscal_year_start", "at most 12"),
        ({"fiscal_year_start": "May"}, "fiscal_year_start", "at least 1"),
        ({"objectives.process": "fine\n" + "y" * 301}, "objectives.process", "too long"),
    ],
)
def test_a_form_with_errors_comes_back_as_itself(
    client: FlaskClient, db: Database, typed: dict[str, str], field: str, sentence: str
) -> None:
    sent = {"title": "Kept <title>", "objectives.customer": "kept too", **typed}
    answer = client.post("/new", data=sent)
    assert answer.status_code == 422
    assert f'id="f-{field}-error"' in answer.text
    assert sentence in text(answer)
    assert "kept too" in answer.text
    assert [line.key for line in queries.list_plans(db)] == ["northwind"]


def renamed(db: Database, title: str) -> int:
    return edit_node(db, "northwind", "oee", {"title": title}, version=None, actor="x").revision


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_change_is_taken_back_and_again_and_the_toast_leads_both_ways(
    client: FlaskClient, db: Database, headers: dict[str, str]
) -> None:
    was = queries.load_plan(db, "northwind").nodes["oee"].title
    revision = renamed(db, "Renamed")
    for title in (was, "Renamed", was):
        sent = {"revision": str(revision), "next": "/p/northwind/n/oee?as_of=2026-11-21"}
        answer = client.post("/p/northwind/undo", data=sent, headers=headers)
        to = answer.headers["HX-Redirect"] if headers else answer.location
        assert (answer.status_code, to) == (200 if headers else 303, "/p/northwind/n/oee?as_of=2026-11-21")
        assert queries.load_plan(db, "northwind").nodes["oee"].title == title
        page = client.get(to)
        assert "Undone: " in text(page)
        toast = page.text[page.text.index('id="toasts"') :]
        found = re.search(r'name="revision" value="(\d+)"', toast)
        assert found is not None
        revision = int(found.group(1))


def test_an_undo_that_is_refused_says_so_where_the_reader_was(client: FlaskClient, db: Database) -> None:
    revision = renamed(db, "First")
    renamed(db, "Second")
    sent = {"revision": str(revision), "next": "/p/northwind/n/oee"}
    answer = client.post("/p/northwind/undo", data=sent, follow_redirects=True)
    assert "cannot be taken back" in text(answer)
    assert queries.load_plan(db, "northwind").nodes["oee"].title == "Second"
    start = client.post("/p/northwind/undo", data={"revision": "1"}, follow_redirects=True)
    assert "The beginning of a plan cannot be taken back." in text(start)


def test_an_undo_of_nothing_is_a_404_and_of_no_number_a_400(client: FlaskClient) -> None:
    assert client.post("/p/northwind/undo", data={"revision": "99"}).status_code == 404
    assert client.post("/p/nowhere/undo", data={"revision": "2"}).status_code == 404
    for revision in ("", "x", "-1", "²"):
        assert client.post("/p/northwind/undo", data={"revision": revision}).status_code == 400


OWN = ["/", "/p/northwind/tree", "/p/northwind/n/oee?as_of=2026-11-21&x=//y", "http://localhost/p/a?b=c"]
FOREIGN = [
    "", "relative", "//evil.example", "///evil.example", "////evil.example", "/\\evil.example",
    "\\\\evil.example", "http://evil.example/", "https://localhost.evil.example/", "https:evil.example",
    "http:/evil.example", "javascript:alert(1)", "data:text/html,x", "http://localhost@evil.example/",
    "http://localhost:9999/", "/\t/evil.example", "\n//evil.example", " //evil.example", "http://[",
    "ftp://localhost/", "?next=/", "#x",
]  # fmt: skip


@pytest.mark.parametrize("given", OWN)
def test_a_reader_goes_on_to_an_own_page(client: FlaskClient, given: str) -> None:
    with client.application.test_request_context():
        assert own_address(given, "/other") == given.removeprefix("http://localhost")


@pytest.mark.parametrize("given", FOREIGN)
def test_a_reader_is_never_sent_to_another_site(client: FlaskClient, db: Database, given: str) -> None:
    revision = renamed(db, "Elsewhere")
    answer = client.post("/p/northwind/undo", data={"revision": str(revision), "next": given})
    assert answer.location == "/evil.example" if given == "///evil.example" else "/p/northwind/scorecard"


@pytest.mark.parametrize(("format", "media"), [("yaml", "application/yaml"), ("json", "application/json")])
def test_a_plan_is_carried_away_whole(client: FlaskClient, db: Database, format: str, media: str) -> None:
    answer = client.get(f"/p/northwind/export.{format}")
    assert answer.status_code == 200
    assert answer.mimetype == media
    assert answer.headers["Content-Disposition"] == f"attachment; filename=northwind.{format}"
    assert read_file(answer.data, f"x.{format}").file == queries.load_file(db, "northwind")


def test_an_export_of_another_plan_or_format_is_a_404(client: FlaskClient) -> None:
    for address in ("/p/nowhere/export.yaml", "/p/northwind/export.stratml", "/p/northwind/export.exe"):
        assert client.get(address).status_code == 404
