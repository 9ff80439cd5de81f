"""The tree page: what it shows at each place, and every change made on it, with and without htmx."""

import re
import time
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from html5lib import parseFragment
from sqlalchemy import event
from werkzeug.test import TestResponse

from scorecard.domain.schema import PlanFile
from scorecard.domain.vocabulary import CycleState
from scorecard.store import queries
from scorecard.store.commands.cycles import move_cycle
from scorecard.store.commands.links import reweight
from scorecard.store.commands.nodes import archive_nodes, edit_node
from scorecard.store.commands.plans import create_plan
from scorecard.store.database import Database
from tests.web.conftest import without_keys

DAY = date(2026, 11, 21)
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Current-URL": "http://localhost/p/small/tree"}
BROWSERS = pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])

SMALL: dict[str, Any] = {
    "plan": "small",
    "title": "A small plan",
    "perspectives": [{"key": "customer", "title": "Customer"}, {"key": "process", "title": "Process"}],
    "units": [
        {"key": "company", "title": "Company"},
        {"key": "ops", "title": "Operations", "parent": "company"},
    ],
    "people": [{"key": "dana", "name": "Dana Ortiz"}],
    "cycles": [{"key": "fy26", "title": "FY 2026", "start": date(2026, 1, 1), "end": date(2026, 12, 31)}],
    "nodes": [
        {"key": "grow", "kind": "objective", "title": "Grow", "perspective": "customer", "unit": "company"},
        {"key": "delight", "kind": "objective", "title": "Delight customers", "owner": "dana"},
        {"key": "ship", "kind": "objective", "title": "Ship on time", "unit": "ops"},
        {
            "key": "churn",
            "kind": "kpi",
            "title": "Churn",
            "format": "percent",
            "measure": {"kind": "at_most", "target": 2.0, "floor": 3.0},
        },
        {
            "key": "on_time",
            "kind": "kpi",
            "title": "On-time delivery",
            "unit": "ops",
            "measure": {"kind": "at_least", "target": 95.0, "floor": 90.0},
        },
        {"key": "handbook", "kind": "initiative", "title": "Write the handbook", "cycle": "fy26"},
    ],
    "links": [
        {"child": "delight", "parent": "grow", "weight": 2.0},
        {"child": "ship", "parent": "grow"},
        {"child": "churn", "parent": "delight", "critical": True},
        {"child": "on_time", "parent": "delight"},
        {"child": "on_time", "parent": "ship"},
        {"child": "handbook", "parent": "ship", "kind": "supports"},
    ],
    "observations": [
        {"node": "churn", "date": date(2026, 11, 1), "value": 1.8},
        {"node": "on_time", "date": date(2026, 11, 1), "value": 96.0},
    ],
}


@pytest.fixture
def small(app: Flask, db: Database) -> FlaskClient:
    """Return a client of an application that also holds a small plan."""
    create_plan(db, PlanFile.model_validate(SMALL), actor="local")
    return app.test_client()


def tree(client: FlaskClient, query: str = "", plan: str = "small", **headers: str) -> TestResponse:
    return client.get(f"/p/{plan}/tree?as_of={DAY}{query}", headers=headers)


def send(
    client: FlaskClient, act: str, headers: dict[str, str] | None = None, query: str = "", **fields: str
) -> TestResponse:
    return client.post(f"/p/small/tree/{act}?as_of={DAY}{query}", data=fields, headers=headers)


def after(client: FlaskClient, response: TestResponse) -> str:
    """Return what the reader sees after a form: the swapped block, or the page a redirect leads to."""
    if response.status_code == 303:
        return client.get(response.location).text
    assert response.status_code == 200, response.text
    return response.text


def rows(html: str) -> list[tuple[str, str, int]]:
    """Return the rows of a tree as (node, parent, level)."""
    found = re.findall(r'<tr [^>]*data-row="(\w+)" data-link="(\w*)" aria-level="(\d+)"', html)
    return [(key, parent, int(level)) for key, parent, level in found]


def row(html: str, key: str) -> str:
    """Return the text of a node's first row."""
    found = re.search(rf'<tr id="r-{key}".*?</tr>', html, re.DOTALL)
    assert found, key
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split())


def version(db: Database) -> str:
    return str(queries.load_plan(db, "small").revision)


def undone(client: FlaskClient, html: str) -> str:
    """Press Undo in the last toast and return the page it leads to."""
    form = re.findall(r'<form method="post" action="([^"]*/undo[^"]*)">(.*?)</form>', html, re.DOTALL)[-1]
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[1]))
    return after(client, client.post(form[0].replace("&amp;", "&"), data=fields))


# What is shown


def test_a_node_is_shown_at_each_place_where_it_hangs_and_says_where_else(small: FlaskClient) -> None:
    html = tree(small).text
    assert rows(html) == [
        ("grow", "", 1),
        ("delight", "grow", 2),
        ("churn", "delight", 3),
        ("on_time", "delight", 3),
        ("ship", "grow", 2),
        ("on_time", "ship", 3),
        ("handbook", "ship", 3),
    ]
    assert html.count("Also under Ship on time") == 2  # its title attribute and its text
    assert html.count("Also under Delight customers") == 2
    assert len(set(re.findall(r' id="([^"]+)"', html))) == len(re.findall(r' id="([^"]+)"', html))


def test_a_row_says_owner_unit_weight_value_progress_score_status_and_freshness(small: FlaskClient) -> None:
    html = tree(small).text
    assert row(html, "churn") == "Churn No owner 1 1.8 % at most 2 % 100 % 100 % On track 2 weeks ago"
    assert "Critical" in re.search(r'<tr id="r-churn".*?</tr>', html, re.DOTALL)[0]  # type: ignore[index]
    assert "Dana Ortiz 2" in row(html, "delight")
    assert "100 % covered" in row(html, "delight")
    assert "supports" in row(html, "handbook")


def test_what_a_fine_average_hides_is_named(small: FlaskClient) -> None:
    send(small, "check_in", node="churn", parent="delight", value="4", date="2026-11-20")
    assert "Off track Churn" in row(tree(small).text, "grow")


@BROWSERS
def test_the_block_is_a_region_of_the_page(small: FlaskClient, headers: dict[str, str]) -> None:
    for query in ("", "&depth=1", "&at=churn&under=delight&act=edit", "&act=top", "&q=churn"):
        block, page = (without_keys(tree(small, query, **each).text) for each in (HTMX, {}))
        assert block.startswith('<div id="tree"')
        assert " ".join(block.split()) in " ".join(page.split())


@BROWSERS
def test_what_a_form_unfolded_stays_open_after_an_undo(small: FlaskClient, headers: dict[str, str]) -> None:
    answer = send(
        small, "below", headers, "&depth=1", node="grow", kind="objective", title="New", weight="1",
        link="contributes", cadence="proposed",
    )  # fmt: skip
    address = answer.headers.get("HX-Replace-Url") or answer.location
    assert "open=grow" in address
    undo = re.search(r'name="next" value="([^"]+)"', after(small, answer))
    assert undo is not None
    assert "open=grow" in undo[1]


def test_a_level_is_folded_and_unfolded_by_links(small: FlaskClient) -> None:
    html = tree(small, "&depth=1").text
    assert rows(html) == [("grow", "", 1)]
    assert 'aria-expanded="false"' in html
    link = re.search(r'class="twist" id="tr-grow" href="([^"]+)"', html)
    assert link
    unfolded = small.get(link[1].replace("&amp;", "&")).text
    assert [key for key, _, _ in rows(unfolded)] == ["grow", "delight", "ship"]
    link = re.search(r'class="twist" id="tr-grow" href="([^"]+)"', unfolded)
    assert link
    assert rows(small.get(link[1].replace("&amp;", "&")).text) == [("grow", "", 1)]


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("&q=CHURN", ["grow", "delight", "churn"]),
        ("&q=on-time", ["grow", "delight", "on_time", "ship", "on_time"]),
        ("&unit=ops", ["grow", "delight", "on_time", "ship", "on_time"]),
        ("&unit=company&q=ship", ["grow", "ship"]),
        ("&status=no_data", ["grow", "ship", "handbook"]),
        ("&root=ship", ["ship", "on_time", "handbook"]),
        ("&q=nothing like it", []),
    ],
)
def test_a_filter_keeps_what_leads_to_its_matches(small: FlaskClient, query: str, shown: list[str]) -> None:
    html = tree(small, query).text
    assert [key for key, _, _ in rows(html)] == shown
    if not shown:
        assert "Nothing in this plan fits the filter." in html


def test_positions_among_siblings_are_told_to_screen_readers(small: FlaskClient) -> None:
    html = tree(small).text
    place = re.search(r'id="r-ship"[^>]*aria-posinset="(\d)" aria-setsize="(\d)" aria-expanded="true"', html)
    assert place
    assert place.groups() == ("2", "2")


def test_an_empty_plan_leads_to_the_first_objective_and_to_import(app: Flask, db: Database) -> None:
    create_plan(db, PlanFile(plan="bare", nodes=()), actor="local")
    client = app.test_client()
    html = tree(client, plan="bare").text
    assert "Add the first objective" in html
    assert 'href="/import"' in html
    form = client.get("/p/bare/tree?act=top").text
    assert 'action="/p/bare/tree/top"' in form
    client.post("/p/bare/tree/top", data={"kind": "objective", "title": "Grow", "cadence": "proposed"})
    assert rows(tree(client, plan="bare").text) == [("grow", "", 1)]


def test_titles_are_text_whatever_they_hold(small: FlaskClient, db: Database) -> None:
    title = "<b>&\"'</b><script>alert(1)</script>"
    edit_node(db, "small", "churn", {"title": title}, version=None, actor="local")
    for query in ("", "&at=churn&under=delight&act=edit", "&at=churn&under=delight&act=parents", "&q=<b>"):
        html = tree(small, query).text
        assert "<script>alert" not in html
        assert "&lt;script&gt;alert(1)" in html


# Every act, with and without htmx


NEW = {"kind": "kpi", "title": "Win rate", "cadence": "proposed", "weight": "1", "link": "contributes"}
ACTS: list[tuple[str, dict[str, str], Any]] = [
    ("top", {"kind": "objective", "title": "Lead"}, lambda html: ("lead", "", 1) in rows(html)),
    ("below", {**NEW, "node": "ship"}, lambda html: ("win_rate", "ship", 3) in rows(html)),
    (
        "beside",
        {**NEW, "node": "churn", "parent": "delight"},
        lambda html: rows(html)[2:4] == [("churn", "delight", 3), ("win_rate", "delight", 3)],
    ),
    (
        "edit",
        {"node": "churn", "parent": "delight", "title": "Lost customers", "owner": "dana", "target": "2.5"},
        lambda html: "Lost customers Dana Ortiz 1 1.8 % at most 2.5 %" in row(html, "churn"),
    ),
    (
        "place",
        {"node": "delight", "parent": "grow", "weight": "3", "link": "contributes"},
        lambda html: "Dana Ortiz 3" in row(html, "delight"),
    ),
    (
        "check_in",
        {"node": "churn", "parent": "delight", "value": "4.5", "date": "2026-11-20", "note": "A bad week"},
        lambda html: "Off track" in row(html, "churn") and "Off track" in row(html, "grow"),
    ),
    (
        "attach",
        {"node": "ship", "child": "churn", "weight": "2", "link": "contributes"},
        lambda html: ("churn", "ship", 3) in rows(html) and ("churn", "delight", 3) in rows(html),
    ),
    (
        "move",
        {"node": "on_time", "parent": "delight", "to": "grow"},
        lambda html: (
            {("on_time", "grow", 2), ("on_time", "ship", 3)} <= set(rows(html))
            and ("on_time", "delight", 3) not in rows(html)
        ),
    ),
    ("move", {"node": "ship", "parent": "grow", "to": "-"}, lambda html: ("ship", "", 1) in rows(html)),
    (
        "order",
        {"node": "ship", "parent": "grow", "up": "1"},
        lambda html: rows(html)[1] == ("ship", "grow", 2),
    ),
    (
        "order",
        {"node": "delight", "parent": "grow", "down": "1"},
        lambda html: rows(html)[1] == ("ship", "grow", 2),
    ),
    (
        "parents",
        {"node": "churn", "parent": "delight", "to": "Ship on time", "weight": "1", "link": "supports"},
        lambda html: ("churn", "ship", 3) in rows(html),
    ),
    (
        "detach",
        {"node": "on_time", "parent": "ship", "from": "ship"},
        lambda html: ("on_time", "ship", 3) not in rows(html) and ("on_time", "delight", 3) in rows(html),
    ),
    (
        "archive",
        {"node": "ship", "parent": "grow"},
        lambda html: [key for key, _, _ in rows(html)] == ["grow", "delight", "churn", "on_time"],
    ),
]


@BROWSERS
@pytest.mark.parametrize(
    ("act", "fields", "holds"), ACTS, ids=[f"{act}-{i}" for i, (act, _, _) in enumerate(ACTS)]
)
def test_each_act_is_seen_at_once_and_can_be_undone(
    small: FlaskClient, headers: dict[str, str], act: str, fields: dict[str, str], holds: Any
) -> None:
    before = rows(tree(small).text)
    response = send(small, act, headers, **fields)
    assert response.status_code == (200 if headers else 303)
    html = after(small, response)
    assert holds(html), rows(html)
    assert "Undo" in html
    assert ("<html" in html) is not bool(headers)
    assert rows(undone(small, html)) == before


@BROWSERS
def test_an_archived_node_is_hidden_until_asked_for_and_restored(
    small: FlaskClient, db: Database, headers: dict[str, str]
) -> None:
    archive_nodes(db, "small", ["ship"], actor="local")
    assert "Archived too" in tree(small).text
    html = tree(small, "&archived=1").text
    assert "Archived" in row(html, "ship")
    html = after(small, send(small, "restore", headers, node="ship"))
    assert {("ship", "grow", 2), ("handbook", "ship", 3)} <= set(rows(html))


def test_archiving_says_how_much_goes_along(small: FlaskClient) -> None:
    assert (
        "1 node that hangs only below it goes along." in tree(small, "&at=ship&under=grow&act=archive").text
    )
    assert "3 nodes that hang only below it" not in tree(small, "&at=churn&under=delight&act=archive").text


def test_a_new_node_below_a_folded_one_is_seen(small: FlaskClient) -> None:
    html = after(small, send(small, "below", {}, "&depth=1", **{**NEW, "node": "grow"}))
    assert ("win_rate", "grow", 2) in rows(html)


def test_a_form_proposes_what_the_place_suggests(small: FlaskClient) -> None:
    html = tree(small, "&at=delight&under=grow&act=below").text
    assert '<option value="kpi" selected>' in html
    assert '<option value="customer" selected>' in html  # the perspective of the objective above
    assert '<option value="dana" selected>' in html
    assert '<option value="proposed" selected>' in html


@pytest.mark.parametrize(
    ("kind", "level", "cadence"),
    [
        ("kpi", "operational", "weekly"),
        ("kpi", "functional", "monthly"),
        ("kpi", "strategic", "quarterly"),
        ("kpi", "", "weekly"),
        ("key_result", "strategic", "weekly"),
    ],
)
def test_the_proposed_cadence_follows_level_and_kind(
    small: FlaskClient, db: Database, kind: str, level: str, cadence: str
) -> None:
    measure = {"measure": "at_least", "target": "5"}
    send(small, "below", node="ship", **{**NEW, **measure, "kind": kind, "level": level})
    assert queries.load_plan(db, "small").nodes["win_rate"].cadence == cadence


@pytest.mark.parametrize(
    ("typed", "measure"),
    [
        ({"measure": "reach", "baseline": "40", "target": "60", "due": "2026-12-31"}, "reach"),
        ({"measure": "at_most", "target": "1,200.5"}, "at_most"),
        ({"measure": "between", "low": "1", "high": "2"}, "between"),
        ({"measure": "milestone", "due": "2026-12-31"}, "milestone"),
        ({"measure": "zones", "commit": "some", "aim": "most", "stretch": "all"}, "zones"),
    ],
)
def test_every_kind_of_measure_can_be_typed(
    small: FlaskClient, db: Database, typed: dict[str, str], measure: str
) -> None:
    send(small, "below", node="ship", **{**NEW, **typed})
    found = queries.load_plan(db, "small").nodes["win_rate"].measure
    assert found is not None
    assert found.kind == measure
    values = {"milestone": "40", "zones": "target"}
    html = after(
        small, send(small, "check_in", node="win_rate", parent="ship", value=values.get(measure, "1.5"))
    )
    shown = {"milestone": "40 %", "zones": "target"}
    assert shown.get(measure, "1.5") in row(html, "win_rate")


# What is refused


WRONG: list[tuple[str, dict[str, str], str, str]] = [
    ("below", {**NEW, "node": "ship", "title": " "}, "f-title", "This is needed."),
    ("below", {**NEW, "node": "ship", "title": "x" * 301}, "f-title", "300 characters are the most"),
    ("below", {**NEW, "node": "ship", "weight": "0"}, "f-weight", "more than 0"),
    ("below", {**NEW, "node": "ship", "weight": "two"}, "f-weight", "is not a number"),
    ("below", {**NEW, "node": "ship", "measure": "at_least"}, "f-target", "This is needed."),
    ("below", {**NEW, "node": "ship", "measure": "at_least", "target": "inf"}, "f-target", "not a number"),
    (
        "below",
        {**NEW, "node": "ship", "measure": "reach", "baseline": "4", "target": "4"},
        "f-target",
        "Baseline and target are equal",
    ),
    ("below", {**NEW, "node": "ship", "measure": "milestone", "due": "soon"}, "f-due", "is not a day"),
    (
        "edit",
        {"node": "churn", "parent": "delight", "title": "", "target": "2"},
        "f-title",
        "This is needed.",
    ),
    (
        "edit",
        {"node": "churn", "parent": "delight", "title": "Kept", "target": ""},
        "f-target",
        "This is needed.",
    ),
    ("place", {"node": "churn", "parent": "delight", "weight": "-1"}, "f-weight", "more than 0"),
    ("place", {"node": "churn", "parent": "delight", "weight": ""}, "f-weight", "This is needed."),
    ("check_in", {"node": "churn", "parent": "delight", "value": "much"}, "f-value", "is not a number"),
    (
        "check_in",
        {"node": "churn", "parent": "delight", "value": "1", "date": "2026-13-01"},
        "f-date",
        "not a day",
    ),
    ("move", {"node": "churn", "parent": "delight", "to": "delight"}, "f-to", "It hangs there already."),
    ("move", {"node": "churn", "parent": "delight", "to": ""}, "f-to", "This is needed."),
    ("attach", {"node": "ship", "child": "", "weight": "1"}, "f-child", "This is needed."),
    ("parents", {"node": "churn", "parent": "delight", "to": "no such title"}, "f-to", "There is no node"),
]


@BROWSERS
@pytest.mark.parametrize(("act", "fields", "at", "sentence"), WRONG)
def test_a_wrong_form_comes_back_with_the_sentence_at_its_field(
    small: FlaskClient,
    db: Database,
    headers: dict[str, str],
    act: str,
    fields: dict[str, str],
    at: str,
    sentence: str,
) -> None:
    before = version(db)
    response = send(small, act, headers, **fields)
    assert response.status_code == 422
    error = re.search(rf'id="{at}-error".*?</div>', response.text, re.DOTALL)
    assert error, response.text
    assert sentence in error[0]
    assert f'href="#{at}"' in response.text
    assert version(db) == before
    for name in ("title", "weight", "target", "baseline", "due", "value", "date"):
        if fields.get(name):
            assert f'value="{fields[name]}"' in response.text, name


REFUSED: list[tuple[str, dict[str, str], str]] = [
    ("attach", {"node": "churn", "child": "grow"}, "closes the circle"),
    ("move", {"node": "grow", "to": "churn"}, "closes the circle"),
    ("parents", {"node": "churn", "parent": "delight", "to": "delight"}, "second time"),
    ("detach", {"node": "churn", "parent": "delight", "from": "ship"}, "There is no link"),
    ("below", {**NEW, "node": "ship", "unit": "nowhere"}, "There is no unit"),
]


@BROWSERS
@pytest.mark.parametrize(("act", "fields", "sentence"), REFUSED)
def test_what_the_plan_does_not_allow_is_said_where_the_form_stands(
    small: FlaskClient, headers: dict[str, str], act: str, fields: dict[str, str], sentence: str
) -> None:
    response = send(small, act, headers, **fields)
    assert response.status_code == 422
    alert = re.search(r'role="alert".*?</div>\s*</div>', response.text, re.DOTALL)
    assert alert, response.text
    assert sentence in alert[0]


@BROWSERS
@pytest.mark.parametrize(
    ("act", "fields"),
    [
        ("edit", {"node": "churn", "parent": "delight", "title": "Mine", "target": "2"}),
        ("archive", {"node": "churn", "parent": "delight"}),
    ],
)
def test_a_form_that_is_out_of_date_is_a_conflict_and_keeps_what_was_typed(
    small: FlaskClient, db: Database, headers: dict[str, str], act: str, fields: dict[str, str]
) -> None:
    seen = version(db)
    edit_node(db, "small", "churn", {"title": "Theirs"}, version=None, actor="other")
    response = send(small, act, headers, version=seen, **fields)
    assert response.status_code == 409
    assert "changed by someone else" in response.text
    assert "Theirs" in row(response.text, "churn")
    if act == "edit":
        assert 'value="Mine"' in response.text
    again = send(small, act, headers, version=version(db), **fields)
    assert after(small, again)


def test_a_form_that_is_out_of_date_tells_at_each_field_what_is_there_by_now(
    small: FlaskClient, db: Database
) -> None:
    seen = version(db)
    edit_node(db, "small", "churn", {"title": "Theirs"}, version=None, actor="other")
    reweight(db, "small", "churn", "delight", changes={"weight": 7.5}, actor="other")
    at = {"node": "churn", "parent": "delight", "version": seen}
    edit = send(small, "edit", **at, title="Mine", target="2").text
    assert "By now it is “Theirs”. Save again to set yours." in edit
    place = send(small, "place", **at, weight="3", link="supports").text
    assert "By now it is “7.5”." in place
    assert "By now it is “contributes”." in place


def test_a_place_that_is_gone_is_a_conflict(small: FlaskClient) -> None:
    send(small, "move", node="churn", parent="delight", to="ship")
    assert send(small, "move", node="churn", parent="delight", to="grow").status_code == 409


def test_a_closed_cycle_is_history(small: FlaskClient, db: Database) -> None:
    move_cycle(db, "small", "fy26", CycleState.closed, version=None, actor="local", today=date(2027, 1, 4))
    response = send(small, "edit", node="handbook", parent="ship", title="Rewrite it")
    assert response.status_code == 422
    assert "which is closed" in response.text
    assert 'value="Rewrite it"' in response.text


@BROWSERS
def test_what_is_not_there_is_a_404(small: FlaskClient, headers: dict[str, str]) -> None:
    assert send(small, "edit", headers, node="nobody", title="x").status_code == 404
    assert send(small, "edit", headers, title="x").status_code == 404
    assert send(small, "fly", headers, node="churn").status_code == 404
    for query in ("&root=nobody", "&at=nobody&act=edit", "&act=edit"):
        assert tree(small, query, **headers).status_code == 404
    assert small.get("/p/nobody/tree", headers=headers).status_code == 404


# Size


def wide(key: str, leaves: int) -> PlanFile:
    """Return a plan of objectives with ten measures each."""
    tops = [{"key": f"o{i}", "kind": "objective", "title": f"Objective {i}"} for i in range(leaves // 10)]
    kpis = [
        {
            "key": f"k{i}",
            "kind": "kpi",
            "title": f"Measure {i}",
            "measure": {"kind": "at_least", "target": 9.0},
        }
        for i in range(leaves)
    ]
    links = [{"child": f"k{i}", "parent": f"o{i // 10}"} for i in range(leaves)]
    seen = [{"node": f"k{i}", "date": date(2026, 11, 1), "value": float(i % 12)} for i in range(leaves)]
    return PlanFile.model_validate({"plan": key, "nodes": tops + kpis, "links": links, "observations": seen})


def test_the_number_of_selects_does_not_grow_with_the_plan(app: Flask, db: Database) -> None:
    client, counts = app.test_client(), []
    asked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    for key, leaves in (("ten", 10), ("thousand", 1000)):
        create_plan(db, wide(key, leaves), actor="local")
        app.extensions["scorecard"] = Database(app.config["DATABASE_URL"])  # nothing remembered
        event.listen(
            app.extensions["scorecard"].engine, "before_cursor_execute", lambda *given: asked.append(given[2])
        )
        asked.clear()
        assert client.get(f"/p/{key}/tree?depth=9").status_code == 200
        counts.append(sum(statement.lstrip().upper().startswith("SELECT") for statement in asked))
        app.extensions["scorecard"].engine.dispose()
    app.extensions["scorecard"] = db
    assert counts[0] == counts[1] > 0


def test_200_rows_are_on_a_page_and_the_others_on_the_next(app: Flask, db: Database) -> None:
    create_plan(db, wide("wide", 500), actor="local")
    client = app.test_client()
    seen: list[str] = []
    for page in (1, 2, 3):
        html = client.get(f"/p/wide/tree?depth=2&page={page}").text
        assert ("More" in html) is (page < 3)
        seen += [key for key, _, _ in rows(html)]
    assert len(seen) == len(set(seen)) == 550
    assert len(rows(client.get("/p/wide/tree").text)) == 50  # as deep as one page holds


def test_200_rows_of_a_large_plan_are_made_in_moments(app: Flask, db: Database) -> None:
    create_plan(db, wide("large", 1800), actor="local")
    client = FlaskClient(app)  # one that does not read what it gets
    client.get("/p/large/tree?depth=2")
    spent = []
    for _ in range(5):
        start = time.thread_time()
        assert client.get("/p/large/tree?depth=2").status_code == 200
        spent.append(time.thread_time() - start)
    assert min(spent) < 0.2  # the benchmark holds the real bound, this only what must never happen


def test_a_chain_of_10000_answers(app: Flask, db: Database) -> None:
    nodes = [{"key": f"n{i}", "kind": "objective", "title": f"Step {i}"} for i in range(10_000)]
    links = [{"child": f"n{i + 1}", "parent": f"n{i}"} for i in range(9_999)]
    create_plan(db, PlanFile.model_validate({"plan": "chain", "nodes": nodes, "links": links}), actor="local")
    client = app.test_client()
    assert len(rows(client.get("/p/chain/tree").text)) == 200
    assert rows(client.get("/p/chain/tree?q=Step+9999&page=50").text)[-1] == ("n9999", "n9998", 10_000)
    for act in ("move", "archive", "attach"):
        assert client.get(f"/p/chain/tree?at=n100&under=n99&act={act}").status_code == 200


def test_a_ladder_of_diamonds_is_as_long_as_the_plan(app: Flask, db: Database) -> None:
    names = [(f"a{i}", f"b{i}") for i in range(36)]
    nodes = [{"key": key, "kind": "objective", "title": key} for pair in names for key in pair]
    links = [
        {"child": child, "parent": parent}
        for upper, lower in pairwise(names)
        for child in lower
        for parent in upper
    ]
    create_plan(
        db, PlanFile.model_validate({"plan": "ladder", "nodes": nodes, "links": links}), actor="local"
    )
    assert len(rows(app.test_client().get("/p/ladder/tree?depth=99").text)) == 2 + len(links)


# Tried as a new user would


@BROWSERS
def test_a_new_user_adds_attaches_types_a_value_sees_colours_change_and_undoes(
    small: FlaskClient, headers: dict[str, str]
) -> None:
    assert "On track" in row(tree(small).text, "grow")
    assert 'action="/p/small/tree/below' in tree(small, "&at=grow&under=&act=below", **headers).text
    new = {
        "node": "grow",
        "kind": "objective",
        "title": "Keep promises",
        "weight": "4",
        "link": "contributes",
    }
    html = after(small, send(small, "below", headers, **new))
    assert "Nothing below yet" in row(html, "keep_promises")
    assert "Churn (KPI)" in tree(small, "&at=keep_promises&under=grow&act=attach", **headers).text
    html = after(
        small, send(small, "attach", headers, node="keep_promises", parent="grow", child="churn", weight="1")
    )
    assert "On track" in row(html, "keep_promises")
    html = after(
        small, send(small, "check_in", headers, node="churn", parent="delight", value="9", date=str(DAY))
    )
    assert "Recorded 9 % for “Churn”." in html
    assert "Off track" in row(html, "keep_promises")
    assert "On track" not in row(html, "grow")
    html = undone(small, html)
    assert "On track" in row(html, "keep_promises")
    assert "On track" in row(html, "grow")


def test_the_editor_stands_in_one_table_row(small: FlaskClient) -> None:
    html = tree(small, "&at=on_time&under=ship&act=edit").text
    fragment = parseFragment(html, treebuilder="etree", namespaceHTMLElements=False)
    around = [each for each in fragment.iter("tr") if each.get("class") == "editor-row"]
    assert len(around) == 1
    assert 'id="r-on_time-ship" class="d-2 kind-kpi focused"' in html


def test_attaching_by_title_needs_one_of_that_title(small: FlaskClient, db: Database) -> None:
    edit_node(db, "small", "on_time", {"title": "Churn"}, version=None, actor="local")
    response = send(small, "attach", node="ship", child="churn ")
    assert response.status_code == 303  # a key is exact
    response = send(small, "attach", node="grow", child="CHURN")
    assert "type one of the keys churn, on_time" in response.text


def test_a_supporting_child_is_shown_and_never_counted(small: FlaskClient, db: Database) -> None:
    before = row(tree(small).text, "ship")
    fields = {"node": "ship", "child": "churn", "link": "supports", "weight": ""}
    html = after(small, send(small, "attach", **fields))
    assert row(html, "ship") == before
    link = queries.load_plan(db, "small").cascade.edges["churn", "ship"]
    assert link["kind"] == "supports"
