"""Every text of every page goes through the catalogue: a translation is a file, and no change of code."""

import ast
import io
import re
from collections.abc import Iterable, Iterator
from functools import cache
from gettext import NullTranslations
from pathlib import Path
from typing import Any

import flask_babel
import html5lib
import pytest
from babel.dates import get_month_names
from babel.messages.extract import extract_from_dir
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from scorecard.files.formats import read_file
from tests.web.conftest import SEED

ROOT = Path(__file__).parent.parent.parent
PLAN = "/p/northwind"
DAY = "as_of=2026-11-21"
FORMS = ("top", "below", "beside", "edit", "check_in", "attach", "move", "parents", "archive")
HEARD = ("title", "placeholder", "aria-label", "aria-description", "alt", "label", "data-day-label")
UNSPOKEN = {"script", "style", "code", "kbd", "datalist"}

PAGES = [
    f"/?{DAY}",
    f"{PLAN}/scorecard?{DAY}",
    f"{PLAN}/scorecard?{DAY}&q=nothing+is+called+so",
    f"{PLAN}/scorecard?{DAY}&kind=all",
    f"{PLAN}/tree?{DAY}&archived=1",
    f"{PLAN}/tree?{DAY}&q=nothing+is+called+so",
    *(f"{PLAN}/tree?{DAY}&at=on_time_in_full&under=supply_flow&act={act}" for act in FORMS),
    f"{PLAN}/n/first_time_help?{DAY}",
    f"{PLAN}/n/on_time_in_full?{DAY}",
    f"{PLAN}/n/first_contact_resolution?{DAY}",
    f"{PLAN}/n/line2_refit?{DAY}",
    f"{PLAN}/n/website_visits?{DAY}",
    f"{PLAN}/n/on_time_in_full/edit",
    f"{PLAN}/n/line2_refit/edit",
    f"{PLAN}/n/oee/edit?{DAY}",
    f"{PLAN}/alignment?{DAY}",
    f"{PLAN}/findings?{DAY}",
    f"{PLAN}/alignment?{DAY}&focus=on_time_in_full",
    f"{PLAN}/alignment?{DAY}&focus=website_visits",
    "/new",
    "/import",
    f"{PLAN}/n/there_is_none",
    f"{PLAN}/scorecard?as_of=soon",
    "/nowhere",
]

BLANK = b"{plan: blank, title: Blank, perspectives: [], nodes: []}"
BROKEN = b"plan: broken\ntitel: Broken\nnodes: [{key: a, kind: goal, title: A}]\n"


class Marked(NullTranslations):
    """A language in which every text of ours stands in brackets."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"


@pytest.fixture
def marked(monkeypatch: pytest.MonkeyPatch, app: Flask, tmp_path: Path) -> None:
    """Let the application speak that language; uploads wait in a folder of the test's own."""
    app.instance_path = str(tmp_path)
    monkeypatch.setattr(flask_babel, "get_translations", Marked)


def said(page: str) -> Iterator[str]:
    """Yield what a reader of a page sees or hears, piece by piece."""
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    yield from _said(tree)


def _said(element: Any) -> Iterator[str]:
    if element.tag in UNSPOKEN or "initials" in element.get("class", "").split():
        return
    yield from (element.get(name) for name in HEARD if element.get(name))
    if isinstance(element.tag, str):
        yield element.text or ""
    for child in element:
        yield from _said(child)
        yield child.tail or ""


def untranslated(page: str, own: Iterable[str]) -> set[str]:
    """Return what stands outside the brackets and is neither the plan's own text, a day nor a number."""
    pieces = (re.sub(r"\s+", " ", piece).strip() for piece in said(page))
    outside = {_outside(piece, _pattern(frozenset(own))) for piece in pieces if piece}
    return {piece for piece in outside if re.search(r"[^\W\d_]", piece)}


def _outside(piece: str, own: re.Pattern[str]) -> str:
    rest = own.sub("", piece)
    while (less := re.sub(r"⟦[^⟦⟧]*⟧", "", rest)) != rest:
        rest = less
    return rest


@cache
def _pattern(own: frozenset[str]) -> re.Pattern[str]:
    """Return what matches the plan's own texts, the longest first, amounts of money, and days."""
    months = {
        name for width in ("abbreviated", "wide") for name in get_month_names(width, locale="en").values()
    }
    texts = sorted({*own, *months}, key=len, reverse=True)
    plain = "|".join(rf"(?<!\w){re.escape(text)}(?!\w)" for text in texts)
    return re.compile(rf"[€$][\d.,]+[KMB]?|{plain}")


@cache
def own_texts(source: bytes) -> frozenset[str]:
    """Return every text of a plan file: titles, names, keys, units, notes."""
    kept: set[str] = set()
    waiting: list[Any] = [read_file(source, "plan.yaml").file.model_dump(mode="json")]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)
        elif isinstance(each, str) and re.search(r"[^\W\d_]", each):
            kept.update(re.sub(r"\s+", " ", part).strip() for part in (each, each.partition(":")[2]) if part)
    return frozenset(kept)


def preview(client: FlaskClient, data: bytes, name: str) -> TestResponse:
    """Upload a file and go where the answer leads."""
    boundary, body = encode_multipart({"file": FileStorage(io.BytesIO(data), name)})
    answer = client.post("/import", data=body, content_type=f"multipart/form-data; boundary={boundary}")
    return client.get(answer.location) if answer.status_code == 303 else answer


@pytest.mark.usefixtures("marked")
@pytest.mark.parametrize("address", PAGES)
def test_every_text_of_a_page_is_translated(client: FlaskClient, address: str) -> None:
    own = own_texts(SEED.read_bytes())
    assert untranslated(client.get(address).text, own) == set()


@pytest.mark.usefixtures("marked")
def test_an_import_speaks_the_readers_language_before_and_after(client: FlaskClient) -> None:
    changed = SEED.read_bytes().replace(b"title: Northwind Group", b"title: Northwind Holding", 1)
    own = own_texts(SEED.read_bytes()) | {"Northwind Holding", "seed.yaml", "blank.yaml", "Blank", "blank"}
    shown = preview(client, changed, "seed.yaml")
    assert "Northwind Holding" in shown.text
    assert untranslated(shown.text, own) == set()
    assert untranslated(preview(client, BLANK, "blank.yaml").text, own) == set()
    refused = preview(client, BROKEN, "broken.yaml")
    assert refused.status_code == 422
    assert untranslated(refused.text, {"broken.yaml", "titel", "goal"} | own) == set()


@pytest.mark.usefixtures("marked")
@pytest.mark.parametrize("page", ["scorecard", "tree", "tree?act=top", "alignment"])
def test_an_empty_plan_speaks_the_readers_language(client: FlaskClient, page: str) -> None:
    client.post("/new", data={"title": "Blank", "fiscal_year_start": "1"})
    shown = client.get(f"/p/blank/{page}")
    assert shown.status_code == 200
    assert untranslated(shown.text, {"Blank", "Northwind Group"}) == set()


@pytest.mark.usefixtures("marked")
def test_a_refused_form_and_what_was_done_are_said_in_the_readers_language(client: FlaskClient) -> None:
    own = own_texts(SEED.read_bytes())
    at = {"node": "on_time_in_full", "parent": "supply_flow", "version": "1"}
    refused = client.post(f"{PLAN}/tree/check_in?{DAY}", data={**at, "value": "plenty", "date": "soon"})
    assert refused.status_code == 422
    assert untranslated(refused.text, own | {"plenty", "soon"}) == set()
    refused = client.post(f"{PLAN}/n/on_time_in_full/check-in?{DAY}", data={"value": "", "date": "soon"})
    assert refused.status_code == 422
    assert untranslated(refused.text, own | {"soon"}) == set()
    refused = client.post(f"{PLAN}/n/on_time_in_full/edit", data={"title": "", "measure.kind": "reach"})
    assert refused.status_code == 422
    assert untranslated(refused.text, own) == set()
    done = client.post(f"{PLAN}/tree/check_in?{DAY}", data={**at, "value": "93", "date": "2026-11-21"})
    assert untranslated(client.get(done.location).text, own) == set()
    assert untranslated(client.get(f"{PLAN}/n/on_time_in_full?{DAY}").text, own) == set()


KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2)}


def catalogue() -> set[str]:
    """Return the texts that a catalogue is made of, as pybabel extracts them."""
    found = extract_from_dir(
        ROOT,
        method_map=[("scorecard/**.py", "python"), ("templates/**.html", "jinja2")],
        options_map={"templates/**.html": {"extensions": "jinja2.ext.do", "trim_blocks": "true"}},
        keywords=KEYWORDS,
        directory_filter=lambda path: (
            Path(path).name in ("scorecard", "templates")
            or not Path(path).relative_to(ROOT).parts[0].startswith(".")
        ),
    )
    texts = (message for _file, _line, message, _comments, _context in found)
    return {text for each in texts for text in ([each] if isinstance(each, str) else each)}


def calls(name: str) -> Iterator[tuple[str, ast.expr]]:
    """Yield the first argument of every call of a function in our code, with its place."""
    for path in sorted((ROOT / "scorecard").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
                yield f"{path.name}:{node.lineno}", node.args[0]


def test_what_is_translated_is_a_whole_text_or_was_marked_where_it_stands() -> None:
    for name in ("_", "N_", "ngettext"):
        made = [place for place, text in calls(name) if isinstance(text, ast.JoinedStr | ast.BinOp)]
        assert made == [], name


def test_a_catalogue_can_be_made_of_every_text_and_holds_those_marked_for_later() -> None:
    marked = {text.value for _place, text in calls("N_") if isinstance(text, ast.Constant)}
    found = catalogue()
    assert len(marked) > 100
    assert marked <= found
    assert {"On track", "Start your own", "Balanced scorecard", "%(num)s measures, worst first"} <= found


def test_the_reader_of_these_tests_finds_what_is_not_translated() -> None:
    page = '<p title="Owner">⟦as of ⟦21⟧⟧ Order intake 3 <b>Hello</b> May</p><code>key</code>'
    assert untranslated(page, {"Order intake"}) == {"Owner", "Hello"}
