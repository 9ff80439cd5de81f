"""The pages of drafts: begin, edit apart, compare, decide, merge; each step a plain form."""

import re

from flask.testing import FlaskClient

from scorecard.store import queries
from scorecard.store.commands.drafts import compare
from scorecard.store.commands.nodes import edit_node
from scorecard.store.database import Database

ME = "local"


def begun(client: FlaskClient) -> str:
    """Begin a draft of the demo plan and return its key."""
    answer = client.post("/p/northwind/drafts", data={"title": "2027, first round"})
    assert answer.status_code == 303
    key = answer.location.split("/")[2]
    assert key.startswith("northwind_2027")
    return key


def title(db: Database, plan: str, node: str, text: str) -> None:
    edit_node(db, plan, node, {"title": text}, version=None, actor=ME)


def test_a_draft_is_begun_listed_and_says_what_it_is(client: FlaskClient, db: Database) -> None:
    assert "No draft yet" in client.get("/p/northwind/drafts").text
    key = begun(client)
    assert "2027, first round" in client.get("/p/northwind/drafts").text
    assert "This is a draft" in client.get(f"/p/{key}/tree").text
    assert "This is a draft" not in client.get("/p/northwind/tree").text
    assert "2027, first round" not in client.get("/").text
    assert [line.key for line in queries.list_plans(db)] == ["northwind"]


def test_a_draft_needs_a_title(client: FlaskClient) -> None:
    answer = client.post("/p/northwind/drafts", data={"title": " "})
    assert answer.status_code == 422
    assert "This is needed." in answer.text
    assert client.get("/p/nowhere/drafts").status_code == 404


def test_what_a_draft_changed_is_shown_and_merged_and_undone(client: FlaskClient, db: Database) -> None:
    key = begun(client)
    assert "Nothing would change" in client.get(f"/p/{key}/compare").text
    title(db, key, "brand_awareness", "Known by name")
    text = client.get(f"/p/{key}/compare").text
    assert "Known by name" in text
    form = dict(re.findall(r'name="(revision|draft_revision)" value="(\d+)"', text))
    assert client.post(f"/p/{key}/merge", data=form).status_code == 303
    assert queries.load_plan(db, "northwind").nodes["brand_awareness"].title == "Known by name"
    assert "put aside" in client.get("/p/northwind/drafts").text
    undone = client.post("/p/northwind/undo", data={"revision": "2"})
    assert undone.status_code == 303
    assert queries.load_plan(db, "northwind").nodes["brand_awareness"].title != "Known by name"


def test_a_clash_is_asked_about_and_goes_as_it_was_decided(client: FlaskClient, db: Database) -> None:
    key = begun(client)
    title(db, key, "brand_awareness", "Mine")
    title(db, "northwind", "brand_awareness", "Theirs")
    text = client.get(f"/p/{key}/compare").text
    assert "One thing changed on both sides" in text
    form = dict(re.findall(r'name="(revision|draft_revision)" value="(\d+)"', text))
    undecided = client.post(f"/p/{key}/merge", data=form)
    assert undecided.status_code == 422
    assert "Decide on each" in undecided.text
    (clash,) = compare(db, key).merged.clashes
    decided = client.post(f"/p/{key}/merge", data={**form, f"take.{clash.name}": "draft"})
    assert decided.status_code == 303
    assert queries.load_plan(db, "northwind").nodes["brand_awareness"].title == "Mine"


def test_an_old_comparison_is_not_merged(client: FlaskClient, db: Database) -> None:
    key = begun(client)
    title(db, key, "brand_awareness", "Mine")
    form = dict(
        re.findall(r'name="(revision|draft_revision)" value="(\d+)"', client.get(f"/p/{key}/compare").text)
    )
    title(db, "northwind", "on_time_in_full", "On time")
    answer = client.post(f"/p/{key}/merge", data=form)
    assert answer.status_code == 409
    assert "changed since you looked" in answer.text
    assert "Mine" in answer.text


def test_a_draft_is_put_aside_and_only_drafts_are(client: FlaskClient) -> None:
    key = begun(client)
    assert client.post(f"/p/{key}/drop").status_code == 303
    assert "put aside" in client.get("/p/northwind/drafts").text
    assert client.post("/p/northwind/drop").status_code == 404
    assert client.get("/p/northwind/compare").status_code == 422
