"""Whatever is typed at a door is kept as it is or refused with one sentence, and never a fault of ours."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from app import create_app
from scorecard.domain.schema import CycleFields
from scorecard.store import queries, upgrade
from scorecard.store.commands.plans import create_plan
from scorecard.store.database import Database
from tests.faults.places import own_schema
from tests.store.conftest import SERVER, needs_server
from tests.store.drawn import drawn

TEXTS = {
    "arabic": "نمو الإيرادات",
    "hebrew with a mark of direction": "צמיחה\u200f!",
    "devanagari": "ग्राहक संतुष्टि",
    "thai": "ความพึงพอใจ",
    "chinese": "客户满意度",
    "beyond the basic plane": "𝒦𝓅𝒾 𐍈 𠜎",
    "emoji of many signs": "👩🏽‍🚀🏳️‍🌈 ❤️",
    "marks on a letter": "Z̷̡͝a̴l̸g̶o̵",
    "the other form of an accent": "Cafe\u0301",
    "turned writing": "abc\u202egnp.exe",
    "nothing to be seen": "Churn\u200b",
    "a mark of bytes": "\ufeffChurn",
    "a letter that is none": "a\ufffeb\uffff",
    "no break": "a\u00a0b\u2028c\u2029d\u0085e",
    "null": "a\x00b",
    "escape": "a\x1b[31mb",
    "bell and delete": "\x07\x7f",
    "space only": " \t\r\n ",
    "nothing": "",
    "markup": "<script>alert(1)</script><b title='x\">&amp;",
    "template": "{{ 7 * 7 }}{% raw %}${x}#{y}",
    "placeholders": "%s %(x)s {0} {name} %",
    "database": "'; DROP TABLE node; --",
    "a cell that computes": "=cmd|' /C calc'!A0",
    "a path": "../../etc/passwd",
    "lines": "a\nb\rc\r\nd",
    "long": "x" * 301,
    "far too long": "ü" * 500_000,
}
DAYS = (
    *("0001-01-01", "1899-12-31", "2201-01-01", "9999-12-31", "10000-01-01", "0000-00-00", "2026-02-30"),
    *("2026-13-01", "٢٠٢٦-٠١-٠١", "today", "20260101", "2026-W01-1", "2026-01-01T00:00", "-1", "1e9", "\x00"),
)
NUMBERS = (
    *("1e308", "1e309", "-1e309", "nan", "inf", "-infinity", "--1", "1_000", "٣", "0x10", "1.5.5", "½", "1e"),
    *("9" * 400, "1e-400", "−5", "True", "1,000,000.5", "\x00", "1" * 10_000, "{}", "-0", "a" * 100_000),
)
VERSIONS = ("-1", "0", "99", "9" * 19, "9" * 30, "1" * 5_000, "x", "1.5", "", "٣", "1e3", "\x00")
KEYS = (
    *(
        "theirs",
        "their_top",
        "a'b",
        "a\x00b",
        "NÖ",
        "../x",
        "x" * 100_000,
        "",
        "-",
        "churn ",
        "churn\u200b",
        "0",
    ),
    *("__class__", "{{7*7}}", "None", "churn\nwin", "\U0010ffff"),
)
KINDS = {"text": TEXTS.values(), "day": DAYS, "number": NUMBERS, "version": VERSIONS, "key": KEYS}

NODE = {"kind": "kpi", "title": "T", "weight": "1", "link": "contributes", "cadence": "none"}
EDIT = {"kind": "kpi", "title": "T", "lifecycle": "active", "aggregate": "last", "version": "1"}
AT = {"node": "churn", "parent": "win", "version": "1"}
POSTS: tuple[tuple[str, dict[str, str], dict[str, str]], ...] = (
    (
        "/new",
        {"title": "T", "fiscal_year_start": "1", "timezone": "UTC"},
        {
            "title": "text",
            "plan": "key",
            "objectives.financial": "text",
            "timezone": "key",
            "fiscal_year_start": "number",
        },
    ),
    (
        "/p/p/n/churn/check-in",
        {"value": "1", "date": "2026-03-31"},
        {"value": "number", "date": "day", "note": "text", "by": "key", "confidence": "number"},
    ),
    ("/p/p/n/churn/withdraw", {"date": "2026-03-31"}, {"date": "day", "label": "text"}),
    (
        "/p/p/n/churn/actions",
        {"title": "T"},
        {"title": "text", "owner": "key", "due": "day", "expected": "text"},
    ),
    ("/p/p/n/churn/actions/0", {"title": "T"}, {"title": "text", "version": "version"}),
    (
        "/p/p/n/churn/edit",
        EDIT,
        {
            **dict.fromkeys(("title", "description", "format", "tags", "source", "formula"), "text"),
            **dict.fromkeys(("kind", "owner", "unit", "perspective", "cycle", "replaced_by", "tier"), "key"),
            "version": "version",
            "bands.on_track": "number",
            "benchmark.value": "number",
        },
    ),
    (
        "/p/p/n/churn/edit",
        {**EDIT, "measure.kind": "reach", "measure.baseline": "0", "measure.target": "9"},
        {"measure.target": "number", "measure.due": "day", "measure.kind": "key", "measure.path": "text"},
    ),
    ("/p/p/n/churn/archive", {}, {"version": "version"}),
    (
        "/p/p/tree/top",
        NODE,
        {"title": "text", "kind": "key", "owner": "key", "unit": "key", "cadence": "key"},
    ),
    ("/p/p/tree/below", {**NODE, "node": "win"}, {"node": "key", "weight": "number", "link": "key"}),
    ("/p/p/tree/beside", {**NODE, **AT}, {"parent": "key", "title": "text"}),
    ("/p/p/tree/edit", {**AT, "title": "T"}, {"title": "text", "version": "version", "target": "number"}),
    (
        "/p/p/tree/place",
        {**AT, "weight": "2", "link": "supports"},
        {"weight": "number", "version": "version"},
    ),
    ("/p/p/tree/check_in", {**AT, "value": "1"}, {"value": "number", "date": "day", "note": "text"}),
    (
        "/p/p/tree/attach",
        {"node": "win", "child": "grow", "weight": "1"},
        {"child": "key", "weight": "number"},
    ),
    ("/p/p/tree/move", {**AT, "to": "grow"}, {"to": "key", "node": "key", "version": "version"}),
    ("/p/p/tree/order", {**AT, "down": "1"}, {"version": "version", "parent": "key"}),
    ("/p/p/tree/detach", {**AT, "from": "win"}, {"from": "key", "version": "version"}),
    ("/p/p/tree/archive", AT, {"node": "key", "version": "version"}),
    ("/p/p/tree/restore", {"node": "churn"}, {"node": "key"}),
    ("/p/p/alignment/attach", {"child": "lone", "parent": "grow"}, {"child": "key", "parent": "key"}),
    (
        "/p/p/findings/waive",
        {"rule": "no_cadence", "node": "churn", "reason": "T", "until": "2026-12-31"},
        {"rule": "key", "node": "key", "reason": "text", "until": "day", "about": "key"},
    ),
    (
        "/p/p/cycles",
        {"title": "T", "start": "2026-01-01", "end": "2026-12-31"},
        {"title": "text", "end": "day"},
    ),
    (
        "/p/p/cycles/year",
        {"title": "T", "start": "2026-01-01", "end": "2026-12-31", "version": "1"},
        {"title": "text", "start": "day", "version": "version", "parent": "key"},
    ),
    ("/p/p/cycles/year/move", {"to": "closing", "version": "1"}, {"to": "key", "version": "version"}),
    ("/p/p/drafts", {"title": "T"}, {"title": "text"}),
    ("/p/p/undo", {"revision": "2", "next": "/"}, {"revision": "version", "next": "text"}),
    ("/import/x", {"plan": "p", "revision": "1"}, {"plan": "key", "revision": "version"}),
)
"""Addresses, a form that fits each, and what is typed into which of its fields."""

GETS = {
    "/p/p/tree": {
        **dict.fromkeys(("at", "under", "root", "open", "shut", "unit", "status", "act", "cycle"), "key"),
        "as_of": "day",
        "q": "text",
        "depth": "number",
        "page": "version",
    },
    "/p/p/scorecard": {"as_of": "day", "cycle": "key", "q": "text", "page": "version", "owner": "key"},
    "/p/p/alignment": {"focus": "key", "as_of": "day"},
    "/p/p/findings": {"rule": "key", "page": "version", "waive": "key", "node": "key"},
    "/p/p/n/churn": {"before": "version", "check_ins": "key", "as_of": "day"},
    "/p/p/changes": {"before": "version", "change": "version", "since": "day", "until": "day"},
    "/p/p/formula": {"formula": "text", "node": "key", "as_of": "day"},
    "/p/p/formula/keys": {"q": "text", "node": "key"},
    "/p/p/cycles": {"edit": "key"},
    "/import": {"plan": "key"},
}
ADDRESSES = (
    "/p/{}/tree",
    "/p/{}/scorecard",
    "/p/p/n/{}",
    "/p/p/n/{}/edit",
    "/p/{}/export.yaml",
    "/import/{}",
)

SENTENCES = (
    "data-sentence",
    'class="field-error"',
    'role="alert"',
    'id="clash-title"',
    'toast-card off_track"',
)
"""What an answer holds that says why."""


def address_of(server: str | None, folder: Path) -> Iterator[str]:
    if server is None:
        yield f"sqlite:///{folder / 'scorecard.db'}"
    else:
        with own_schema(server) as address:
            yield address


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=needs_server)])
def hostile(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """Return an application with a small plan, and a second one whose keys are not the first one's."""
    for address in address_of(SERVER if request.param == "postgres" else None, tmp_path):
        app = create_app(DATABASE_URL=address, SECRET_KEY="hostile " * 4)
        upgrade.prepare(app.extensions["scorecard"])
        fill(app.extensions["scorecard"])
        yield app
        app.extensions["scorecard"].close()


def fill(db: Database) -> None:
    year = CycleFields(key="year", title="Year", start="2026-01-01", end="2026-12-31")
    create_plan(db, drawn("grow < win < churn", "lone", cycles=(year,)), actor="setup")
    other = drawn("their_top < theirs").model_copy(update={"plan": "other"})
    create_plan(db, other, actor="setup")


def broken(client: FlaskClient, path: str, form: dict[str, str], name: str, text: str) -> str | None:
    """Send a form with one field replaced; return what is wrong with the answer."""
    before = revisions(client)
    answer = client.post(path, data={**form, name: text})
    said = f"{path} {name}={text[:30]!r}: {answer.status_code}"
    if answer.status_code >= 500:
        return said
    if answer.status_code >= 400 and not any(each in answer.text for each in SENTENCES):
        return f"{said} without a sentence"
    if answer.status_code >= 400 and revisions(client) != before:
        return f"{said} and yet something changed"
    return None


def revisions(client: FlaskClient) -> list[int]:
    db: Database = client.application.extensions["scorecard"]
    return [line.revision for line in queries.list_plans(db, every=True)]


def cases() -> int:
    posts = sum(len(KINDS[kind]) for _path, _form, fields in POSTS for kind in fields.values())
    gets = sum(len(KINDS[kind]) for fields in GETS.values() for kind in fields.values())
    return posts + gets + len(ADDRESSES) * len(KEYS)


def test_the_corpus_is_large() -> None:
    assert cases() >= 1_500


@pytest.mark.parametrize(
    ("path", "form", "fields"), POSTS, ids=[f"{path} {len(form)}" for path, form, _f in POSTS]
)
def test_a_form_is_carried_out_or_refused_with_a_sentence(
    hostile: Flask, path: str, form: dict[str, str], fields: dict[str, str]
) -> None:
    client = FlaskClient(hostile)
    wrong = [
        found
        for name, kind in fields.items()
        for text in KINDS[kind]
        if (found := broken(client, path, form, name, text))
    ]
    assert not wrong, "\n".join(wrong)
    assert queries.fsck(hostile.extensions["scorecard"]) == []


@pytest.mark.parametrize("hostile", ["sqlite"], indirect=True)
@pytest.mark.parametrize("path", GETS)
def test_a_page_answers_whatever_stands_in_its_address(hostile: Flask, path: str) -> None:
    client = FlaskClient(hostile)
    for name, kind in GETS[path].items():
        for text in KINDS[kind]:
            if len(text) <= 100_000:
                answer = client.get(path, query_string={name: text})
                assert answer.status_code < 500, (name, text[:30])


@pytest.mark.parametrize("hostile", ["sqlite"], indirect=True)
@pytest.mark.parametrize("path", ADDRESSES)
def test_an_address_that_leads_nowhere_is_not_found(hostile: Flask, path: str) -> None:
    client = FlaskClient(hostile)
    for key in KEYS:
        if key.strip() and "/" not in key:
            answer = client.get(path.format(key.replace("?", "%3F").replace("#", "%23")))
            assert answer.status_code == 404, key[:30]


FAITHFUL = [name for name, text in TEXTS.items() if text.strip() and len(text) <= 300]


@pytest.mark.parametrize("name", FAITHFUL)
def test_a_text_is_kept_sign_for_sign_or_refused(hostile: Flask, name: str) -> None:
    client, db = FlaskClient(hostile), hostile.extensions["scorecard"]
    answer = client.post("/p/p/tree/edit", data={**AT, "title": TEXTS[name]})
    node = queries.load_plan(db, "p").nodes["churn"]
    if answer.status_code == 303:
        assert node.title == TEXTS[name].strip()
        assert client.get("/p/p/tree").status_code == 200
    else:
        assert (answer.status_code, node.title) == (422, "Churn")
        assert "This text holds a control character." in answer.text


def test_two_names_that_differ_by_what_is_not_seen_stay_two(hostile: Flask) -> None:
    client, db = FlaskClient(hostile), hostile.extensions["scorecard"]
    for title in ("Loyalty", "Loyalty\u200b", "Loyalty\u00ad"):
        assert client.post("/p/p/tree/top", data={**NODE, "title": title}).status_code == 303
    titles = [node.title for node in queries.load_plan(db, "p").nodes.values()]
    assert titles[-3:] == ["Loyalty", "Loyalty\u200b", "Loyalty\u00ad"]
    assert client.get("/p/p/tree").status_code == 200


def test_bytes_that_are_no_text_are_no_fault_of_ours(hostile: Flask) -> None:
    client = FlaskClient(hostile)
    for body in (
        b"title=%ff%fe",
        b"title=%ED%A0%80",
        b"\xff\xfe=\x00",
        b"title=" + b"&" * 900_000,
        b"%" * 1000,
    ):
        for path in ("/new", "/p/p/tree/top", "/p/p/n/churn/check-in"):
            answer = client.post(path, data=body, content_type="application/x-www-form-urlencoded")
            assert answer.status_code < 500
        assert client.get(b"/p/p/tree?q=".decode() + body[6:50].decode("latin-1")).status_code < 500


def test_a_form_of_very_many_fields_is_no_fault_of_ours(hostile: Flask) -> None:
    fields = MultiDict([(f"take.{number}", "theirs") for number in range(5_000)])
    assert FlaskClient(hostile).post("/p/p/n/churn/edit", data={**EDIT, **fields.to_dict()}).status_code < 500
