"""Marks beside a colour: a promise that was moved, and a person's word, wherever the colour is shown."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from flask.testing import FlaskClient

from scorecard.domain.schema import PlanFile
from scorecard.store import queries
from scorecard.store.commands.nodes import edit_node
from scorecard.store.commands.plans import create_plan, edit_plan
from scorecard.store.database import Database
from scorecard.web.findings import listing as finding_list
from tests.web.test_findings import a_day_earlier
from tests.web.test_scorecard import selects

STORY = "?as_of=2026-11-21"
PAGES = (f"/p/northwind/tree{STORY}&q=EBITDA", f"/p/northwind/scorecard{STORY}&q=EBITDA")
NODE = f"/p/northwind/n/ebitda_margin{STORY}"
JUDGED = {"status": "at_risk", "reason": "The audit is not over", "by": "ingrid", "until": "2026-12-31"}


def marks(page: str, icon: str) -> list[str]:
    """Return what the marks of a kind say, to those who hover and to those who listen alike."""
    found = re.findall(rf'<span class="mark-sign" title="([^"]*)">(<svg.*?#{icon}".*?</svg>)', page)
    said = [unescape(text) for text, _svg in found]
    assert said == [unescape(re.findall('aria-label="([^"]*)"', svg)[0]) for _text, svg in found]
    return said


@pytest.fixture
def lower(db: Database, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Lower a target long after its period began."""
    a_day_earlier(monkeypatch)

    def change() -> None:
        measure = queries.load_plan(db, "northwind").nodes["ebitda_margin"].measure
        given = {"measure": measure.model_copy(update={"target": 11.0})}
        edit_node(db, "northwind", "ebitda_margin", given, version=None, actor="tomasz")

    return change


def test_a_moved_target_is_marked_wherever_its_colour_is_shown(
    client: FlaskClient, lower: Callable[[], None]
) -> None:
    for page in (*PAGES, NODE):
        assert marks(client.get(page).text, "arrow-move-right") == []
    lower()
    for page in (*PAGES, NODE):
        (said,) = marks(client.get(page).text, "arrow-move-right")
        assert re.fullmatch(r"Target moved on \d+ \w+ \d{4} by Tomasz Zieliński: 12 % → 11 %\.", said), page
    assert client.get(NODE).text.count("12 % → 11 %.") == 3  # shown, read out, and written


def test_a_waiver_does_not_take_the_mark_away(client: FlaskClient, lower: Callable[[], None]) -> None:
    lower()
    given = {"rule": "target_moved", "node": "ebitda_margin", "reason": "Agreed", "until": "2026-12-31"}
    client.post(f"/p/northwind/findings/waive{STORY}", data=given)
    assert len(marks(client.get(PAGES[0]).text, "arrow-move-right")) == 1


def test_a_judged_status_is_marked_with_who_why_and_until_when(client: FlaskClient, db: Database) -> None:
    given = {"policy": "judged", "judged": JUDGED}
    edit_node(db, "northwind", "ebitda_margin", given, version=None, actor="ingrid")
    for page in (*PAGES, NODE):
        (said,) = marks(client.get(page).text, "gavel")
        assert "judged it at risk until 31 Dec 2026: “The audit is not over”. By" in said
        assert "the numbers alone it is" in said


def test_a_judgement_that_has_ended_leaves_no_mark(client: FlaskClient, db: Database) -> None:
    given = {"policy": "judged", "judged": {**JUDGED, "until": "2026-11-20"}}
    edit_node(db, "northwind", "ebitda_margin", given, version=None, actor="ingrid")
    for page in (*PAGES, NODE):
        assert marks(client.get(page).text, "gavel") == []


def test_what_moved_in_the_plan_itself_stands_above_the_scorecard(
    client: FlaskClient, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_day_earlier(monkeypatch)
    assert "Bands moved" not in client.get(PAGES[1]).text
    edit_plan(db, "northwind", {"bands": {"on_track": 0.8, "at_risk": 0.75}}, version=None, actor="ingrid")
    assert re.search(r"Bands moved on .* by Ingrid .*: 90 % → 80 %\.", client.get(PAGES[1]).text)


def test_marks_in_a_large_plan_are_read_at_once(
    client: FlaskClient, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many nodes moved: the tree asks the database no more often."""
    monkeypatch.setattr(finding_list, "AT_ONCE", 0)
    counts = []
    for size in (2, 40):
        plan = f"p{size}"
        nodes = [
            {"key": f"n{n}", "kind": "kpi", "title": f"N{n}", "measure": {"kind": "at_least", "target": 9.0}}
            for n in range(size)
        ]
        create_plan(db, PlanFile.model_validate({"plan": plan, "nodes": nodes}), actor="local")
        for each in nodes:
            given = {"measure": {"kind": "at_least", "target": 8.0}}
            edit_node(db, plan, str(each["key"]), given, version=None, actor="local")
        with selects(db) as sent:
            client.get(f"/p/{plan}/tree")
        counts.append(len(sent))
    assert counts[0] == counts[1]
