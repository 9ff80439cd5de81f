"""Importing a file: looked at first, then all of it or nothing."""

import os
import re
import time
from html import unescape
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from scorecard.files.formats import write_file
from scorecard.store import queries
from scorecard.store.commands.nodes import edit_node
from scorecard.store.database import Database
from tests.web.conftest import without_keys

STRATML = Path("../shared/data/stratml/plans/US_Assistance_to_Albania.xml")

SMALL = b"""\
plan: small
title: Small & <b>bold</b>
nodes:
  - {key: grow, kind: objective, title: Grow}
  - {key: sales, kind: kpi, title: Sales, format: "currency:EUR", measure: {kind: at_least, target: 95}}
links: [{child: sales, parent: grow}]
observations: [{node: sales, date: 2026-03-31, value: 93.4}]
"""


@pytest.fixture(autouse=True)
def uploads(app: Flask, tmp_path: Path) -> Path:
    """Let uploads wait in a folder of the test's own."""
    app.instance_path = str(tmp_path)
    return tmp_path / "uploads"


def text(response: TestResponse) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.text)))


def send(client: FlaskClient, data: bytes, name: str = "small.yaml", **fields: str) -> TestResponse:
    sent = {"file": FileStorage(BytesIO(data), name), **fields}
    boundary, body = encode_multipart(sent)  # in memory: the client itself would leave a file open
    return client.post("/import", data=body, content_type=f"multipart/form-data; boundary={boundary}")


def preview(client: FlaskClient, data: bytes, name: str = "small.yaml", **fields: str) -> TestResponse:
    answer = send(client, data, name, **fields)
    assert answer.status_code == 303, text(answer)
    return client.get(answer.location)


def carry_out(client: FlaskClient, page: TestResponse) -> TestResponse:
    """Press the page's Import button."""
    form = re.search(r'<form method="post" action="(/import/[^"]+)">(.*?)</form>', page.text, re.DOTALL)
    assert form is not None
    fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form.group(2)))
    return client.post(form.group(1), data=fields)


def keys(db: Database) -> list[str]:
    return [line.key for line in queries.list_plans(db)]


def test_a_new_plan_is_shown_first_and_written_only_then(client: FlaskClient, db: Database) -> None:
    page = preview(client, SMALL)
    assert keys(db) == ["northwind"]
    assert "new plan" in text(page)
    assert "Nodes 2 0 0 0" in text(page)
    assert "Small & <b>bold</b>" in text(page).replace("&amp;", "&")
    assert "<b>bold" not in page.text
    answer = carry_out(client, page)
    assert (answer.status_code, answer.location) == (303, "/p/small/tree")
    assert keys(db) == ["northwind", "small"]
    assert "2 nodes added" in text(client.get(answer.location))


def test_the_same_file_twice_changes_nothing(client: FlaskClient, db: Database) -> None:
    carry_out(client, preview(client, SMALL))
    again = preview(client, SMALL)
    assert "Nothing would change" in text(again)
    assert "Nodes 0 0 0 2" in text(again)
    carry_out(client, again)
    assert queries.load_plan(db, "small").revision == 1


@pytest.mark.parametrize("format", ["yaml", "json"])
def test_what_was_exported_comes_back_without_a_change(client: FlaskClient, format: str) -> None:
    exported = client.get(f"/p/northwind/export.{format}").data
    assert "Nothing would change" in text(preview(client, exported, f"northwind.{format}"))


def test_changes_are_told_in_words_imported_and_undone(client: FlaskClient, db: Database) -> None:
    carry_out(client, preview(client, SMALL))
    changed = SMALL.replace(b"target: 95", b"target: 97").replace(b"title: Grow}", b"title: Grow well}")
    page = preview(client, changed)
    said = text(page)
    assert "Sales re-targeted Target €95 → €97" in said
    assert "Grow well renamed Title Grow → Grow well" in said
    answer = carry_out(client, page)
    shown = client.get(answer.location)
    assert "2 changed" in text(shown)
    revision = re.findall(r'name="revision" value="(\d+)"', shown.text)[-1]
    client.post("/p/small/undo", data={"revision": revision})
    assert queries.load_plan(db, "small").nodes["grow"].title == "Grow"


def test_nodes_missing_from_a_whole_file_are_archived_and_from_a_part_left_alone(client: FlaskClient) -> None:
    carry_out(client, preview(client, SMALL))
    part = b"plan: small\nnodes: [{key: grow, kind: objective, title: Grow}]\n"
    assert "Sales archived" in text(preview(client, part))
    assert "Nothing would change" in text(preview(client, part, partial="1"))


def test_a_file_may_go_into_another_plan_than_it_names(client: FlaskClient, db: Database) -> None:
    page = preview(client, SMALL, plan="elsewhere")
    assert carry_out(client, page).location == "/p/elsewhere/tree"
    assert keys(db) == ["northwind", "elsewhere"]
    token = re.search(r"/import/([\w-]{32})", preview(client, SMALL).text)
    assert token is not None
    wrong = client.get(f"/import/{token.group(1)}?plan=No+Key")
    assert wrong.status_code == 422
    assert "A key begins with a letter" in text(wrong)


def test_a_file_with_problems_is_refused_whole_each_with_its_place(
    client: FlaskClient, db: Database, uploads: Path
) -> None:
    broken = SMALL.replace(b"kind: kpi", b"kind: kpo").replace(b"value: 93.4", b"value: none, colour: red")
    answer = send(client, broken, "broken.yaml", plan="kept")
    assert answer.status_code == 422
    said = text(answer)
    assert "broken.yaml has 3 problems; nothing was imported" in said
    assert "broken.yaml:5:24" in said
    assert 'value="kept"' in answer.text
    assert keys(db) == ["northwind"]
    assert not list(uploads.glob("*"))


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (b"", "empty.yaml", "This file is empty."),
        (b"x", "", "Choose a file."),
        (b"\x00\x01\xff" * 50, "picture.png", "Nobody can tell what this file is"),
        (b"\x89PNG\xff", "picture.yaml", "UTF-8"),
        (b"<a/>", "some.xml", "some.xml:1:1"),
        (b"{", "half.json", "half.json:1:"),
        (
            b"plan: p\nnodes: []\nlinks: [{child: a, parent: b}]",
            "loose.yaml",
            "There is no node “a” in this plan.",
        ),
    ],
)
def test_what_is_no_plan_is_refused_in_a_sentence(
    client: FlaskClient, db: Database, data: bytes, name: str, sentence: str
) -> None:
    answer = send(client, data, name)
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert keys(db) == ["northwind"]


def test_a_file_beyond_the_limit_is_a_413_with_its_sentence(app: Flask, client: FlaskClient) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 1000
    answer = send(client, b"x" * 2000)
    assert answer.status_code == 413
    assert "A file may hold 12 MB" in text(answer)


def test_a_plan_that_moved_meanwhile_is_a_409_and_shows_what_would_happen_now(
    client: FlaskClient, db: Database
) -> None:
    carry_out(client, preview(client, SMALL))
    page = preview(client, SMALL.replace(b"target: 95", b"target: 97"))
    edit_node(db, "small", "grow", {"title": "Moved"}, version=None, actor="x")
    answer = carry_out(client, page)
    assert answer.status_code == 409
    assert "The plan was changed since you looked." in text(answer)
    assert "Grow renamed Title Moved → Grow" in text(answer)
    assert queries.load_plan(db, "small").nodes["grow"].title == "Moved"
    assert carry_out(client, answer).status_code == 303
    assert queries.load_plan(db, "small").nodes["grow"].title == "Grow"


def test_a_plan_that_appeared_meanwhile_is_a_409_too(client: FlaskClient) -> None:
    first, second = preview(client, SMALL), preview(client, SMALL)
    assert carry_out(client, first).status_code == 303
    assert carry_out(client, second).status_code == 409


def test_an_upload_waits_for_an_hour_for_its_owner_and_is_gone_once_imported(
    client: FlaskClient, uploads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = preview(client, SMALL)
    (path,) = uploads.glob("*.json")
    assert path.stat().st_mode & 0o777 == 0o600
    address = f"/import/{path.stem}"
    monkeypatch.setattr("scorecard.web.imports.actor", lambda: "somebody")
    assert client.get(address).status_code == 404
    monkeypatch.undo()
    assert client.get(address).status_code == 200
    now = time.time()
    monkeypatch.setattr("scorecard.web.uploads.time.time", lambda: now + 3601)
    gone = client.get(address)
    assert gone.status_code == 404
    assert "one waits for an hour" in text(gone)
    assert carry_out(client, page).status_code == 404
    monkeypatch.undo()
    assert carry_out(client, page).status_code == 303
    assert client.get(address).status_code == 404


def test_uploads_that_waited_too_long_are_swept_away(client: FlaskClient, uploads: Path) -> None:
    preview(client, SMALL)
    (old,) = uploads.glob("*.json")
    os.utime(old, (time.time() - 4000,) * 2)
    preview(client, SMALL)
    assert not old.exists()
    assert len(list(uploads.glob("*.json"))) == 1


@pytest.mark.parametrize("token", ["x", "..%2f..%2fsecret_key", "a" * 32, "-" * 33])
def test_a_token_that_was_never_given_is_a_404(client: FlaskClient, token: str) -> None:
    assert client.get(f"/import/{token}").status_code == 404
    assert client.post(f"/import/{token}").status_code == 404


def test_the_preview_fragment_is_a_region_of_its_page(client: FlaskClient) -> None:
    address = send(client, SMALL).location
    fragment = without_keys(client.get(address, headers={"HX-Request": "true"}).text)
    assert fragment.strip() in without_keys(client.get(address).text)


def test_a_published_strategy_is_previewed_with_its_warnings_and_imported(
    client: FlaskClient, db: Database
) -> None:
    if not STRATML.exists():
        pytest.skip(f"{STRATML} is not here")
    page = preview(client, STRATML.read_bytes(), STRATML.name)
    said = text(page)
    assert "Nodes 48 0 0 0" in said
    assert "Values 411 0 0 0" in said
    assert "Targets 411 0 0 0" in said
    assert "warnings" in said
    answer = carry_out(client, page)
    (plan,) = [key for key in keys(db) if key != "northwind"]
    exported = write_file(queries.load_file(db, plan), "yaml")
    assert answer.status_code == 303
    assert "Nothing would change" in text(preview(client, exported, "again.yaml"))
    for key in list(queries.load_plan(db, plan).nodes)[::5]:
        assert client.get(f"/p/{plan}/n/{key}").status_code == 200
