"""Findings: what is wrong, why, how to mend it, and what somebody put aside."""

import json
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from scorecard.domain.schema import NodeFields, PlanFile
from scorecard.graph.findings import findings
from scorecard.graph.rollup import rollup
from scorecard.store import history, queries
from scorecard.store.commands.links import reweight
from scorecard.store.commands.nodes import edit_node
from scorecard.store.commands.plans import create_plan, edit_plan
from scorecard.store.database import Database
from scorecard.store.moves import moves
from scorecard.web.findings import listing as finding_list
from scorecard.web.findings.words import FIELDS, PARTS
from tests.web.test_scorecard import HTMX, selects

STORY = "?as_of=2026-11-21"
FINDINGS = f"/p/northwind/findings{STORY}"
WAIVE = f"/p/northwind/findings/waive{STORY}"
COUNT = f"/p/northwind/findings/count{STORY}"
GIVEN = {
    "rule": "stale",
    "node": "brand_awareness",
    "reason": "The survey is twice a year",
    "until": "2026-12-31",
}


@pytest.fixture
def begin(db: Database) -> Callable[..., None]:
    """Create a plan from its parts."""

    def create(plan: str, **parts: Any) -> None:
        create_plan(db, PlanFile.model_validate({"plan": plan, "nodes": (), **parts}), actor="local")

    return create


def rows(page: str) -> list[str]:
    """Return the findings that count, each as its row of the table."""
    table = page.split('<table class="table stack findings">')
    return table[1].split("</table>")[0].split("<tbody>")[1].split("<tr")[1:] if len(table) > 1 else []


def of(page: str, rule: str, name: str) -> str:
    """Return the row of one finding."""
    return next(row for row in rows(page) if f"<strong>{rule}</strong>" in row and name in row)


def test_every_finding_says_where_why_and_how_to_mend_it(client: FlaskClient) -> None:
    page = client.get(FINDINGS).text
    assert len(rows(page)) == 26
    row = of(page, "Stale", "Aided brand awareness")
    assert "Its last value is of 30 Jun 2026" in row
    assert 'href="/p/northwind/n/brand_awareness?as_of=2026-11-21"' in row
    assert 'href="/p/northwind/n/brand_awareness?as_of=2026-11-21#check-in"' in row
    assert "18 warnings" in page
    assert "8 notes" in page


def test_every_way_to_mend_leads_somewhere(client: FlaskClient) -> None:
    page = client.get(FINDINGS).text
    one_each = {re.findall(r"<strong>(.*?)</strong>", row)[0]: row for row in rows(page)}
    for row in one_each.values():
        link = re.findall(r'<a [^>]*?href="([^"]*)"', row.split("<p>")[1])[0].replace("&amp;", "&")
        address, _hash, part = link.partition("#")
        answer = client.get(address)
        assert answer.status_code == 200, link
        assert not part or f'id="{part}"' in answer.text, link


def test_a_link_goes_to_the_part_that_is_lacking(client: FlaskClient) -> None:
    assert set(FIELDS) == set(PARTS)
    page = client.get(FINDINGS).text
    assert "/n/warranty_cost/edit?as_of=2026-11-21#f-measure.kind" in of(
        page, "Not yet a KPI", "Warranty cost"
    )


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ("severity=warning", 18),
        ("severity=error", 0),
        ("rule=stale", 2),
        ("rule=stale&unit=marketing", 1),
        ("unit=operations&rule=off_track_without_action", 5),
        ("severity=nonsense&rule=nonsense&unit=nonsense", 26),
    ],
)
def test_the_address_narrows_the_findings(client: FlaskClient, asked: str, count: int) -> None:
    whole = client.get(f"{FINDINGS}&{asked}").text
    block = client.get(f"{FINDINGS}&{asked}", headers=HTMX).text
    assert len(rows(whole)) == len(rows(block)) == count
    assert block.split('<div class="toasts"')[0].strip()[:40] in whole


def test_the_navigation_and_the_scorecard_count_what_is_open(client: FlaskClient) -> None:
    for page in ("scorecard", "tree", "alignment", "findings", "n/revenue"):
        assert '<span class="nav-count">26</span>' in client.get(f"/p/northwind/{page}{STORY}").text, page
    assert "18 warnings · 8 notes" in client.get(f"/p/northwind/scorecard{STORY}").text


def test_a_node_shows_its_own_findings(client: FlaskClient) -> None:
    page = client.get(f"/p/northwind/n/brand_awareness{STORY}").text
    assert "One finding" in page
    assert "Check in the value of the period that has ended." in page
    assert "findings?as_of=2026-11-21&amp;waive=stale&amp;node=brand_awareness#f-reason" in page
    assert 'id="node-findings"' not in client.get(f"/p/northwind/n/revenue{STORY}").text


def test_the_form_of_a_waiver_opens_under_its_finding(client: FlaskClient) -> None:
    asked = f"{FINDINGS}&waive=stale&node=brand_awareness"
    for headers in ({}, HTMX):
        page = client.get(asked, headers=headers).text
        assert page.count('class="form waiver"') == 1
        assert 'name="until" value="2026-12-31"' in page
    crowded = client.get(f"{FINDINGS}&waive=many_kpis&about=unit&part=marketing").text
    assert crowded.count('class="form waiver"') == 1
    assert '<input type="hidden" name="part" value="marketing">' in crowded
    assert 'class="form waiver"' not in client.get(f"{FINDINGS}&waive=many_kpis&node=marketing").text


def test_a_waived_finding_counts_no_more_and_says_why_who_and_until_when(
    client: FlaskClient, db: Database
) -> None:
    answer = client.post(WAIVE, data=GIVEN)
    assert (answer.status_code, answer.location) == (303, FINDINGS)
    page = client.get(FINDINGS).text
    assert len(rows(page)) == 25
    waived = page.split('id="waived"')[1].split("</details>")[0]
    for said in (
        "One waived",
        "The survey is twice a year",
        "You · until 31 Dec 2026",
        "Aided brand awareness",
    ):
        assert said in waived
    assert "is waived" in page
    assert "Undo" in page
    assert '<span class="nav-count">25</span>' in page
    node = client.get(f"/p/northwind/n/brand_awareness{STORY}").text.split('id="node-findings"')[1]
    assert "One finding, waived" in node
    assert "“The survey is twice a year”" in node
    assert "waived · You · until 31 Dec 2026" in node
    (waiver,) = queries.load_plan(db, "northwind").nodes["brand_awareness"].waivers
    assert (waiver.rule, waiver.until) == ("stale", date(2026, 12, 31))


def test_after_its_last_day_a_waived_finding_is_back(client: FlaskClient) -> None:
    client.post(WAIVE, data={**GIVEN, "until": "2026-11-30"})
    assert "Stale" in of(client.get("/p/northwind/findings?as_of=2026-12-01").text, "Stale", "Aided brand")


def test_htmx_gets_the_findings_as_they_are_now_with_the_way_back(client: FlaskClient, db: Database) -> None:
    block = client.post(WAIVE, data=GIVEN, headers=HTMX).text
    assert block.lstrip().startswith('<div class="stack-y" id="findings">')
    assert len(rows(block)) == 25
    assert "Undo" in block
    made = history.changes(db, "northwind", limit=1)[0]
    client.post("/p/northwind/undo", data={"revision": made.revision, "next": "/"})
    assert len(rows(client.get(FINDINGS).text)) == 26


def test_the_filters_stay_where_a_waiver_was_written(client: FlaskClient) -> None:
    answer = client.post(f"{WAIVE}&rule=stale&unit=marketing", data=GIVEN)
    assert answer.location == "/p/northwind/findings?as_of=2026-11-21&rule=stale&unit=marketing"
    assert "Nothing fits these filters" in client.get(answer.location).text


def test_what_was_waived_can_count_again(client: FlaskClient) -> None:
    client.post(WAIVE, data=GIVEN)
    block = client.post(COUNT, data={"rule": "stale", "node": "brand_awareness"}, headers=HTMX).text
    assert len(rows(block)) == 26
    assert 'id="waived"' not in block


CROWDED = {**GIVEN, "rule": "many_kpis", "node": "", "about": "unit", "part": "marketing"}


def test_what_is_about_no_node_is_waived_too_and_can_be_taken_back(client: FlaskClient, db: Database) -> None:
    assert client.post(WAIVE, data=CROWDED).status_code == 303
    page = client.get(FINDINGS).text
    assert len(rows(page)) == 25
    waived = page.split('id="waived"')[1].split("</details>")[0]
    assert "Marketing" in waived
    assert "You · until 31 Dec 2026" in waived
    (waiver,) = queries.load_plan(db, "northwind").fields.waivers
    assert (waiver.rule, waiver.about, waiver.key) == ("many_kpis", "unit", "marketing")
    made = history.changes(db, "northwind", limit=1)[0]
    client.post("/p/northwind/undo", data={"revision": made.revision, "next": "/"})
    assert queries.load_plan(db, "northwind").fields.waivers == ()


def test_the_waivers_of_the_plan_stand_side_by_side(client: FlaskClient, db: Database) -> None:
    client.post(WAIVE, data=CROWDED)
    client.post(WAIVE, data={**CROWDED, "about": "person", "part": "aylin"})
    client.post(WAIVE, data={**CROWDED, "about": "plan", "part": "northwind", "rule": "bands_moved"})
    client.post(WAIVE, data={**CROWDED, "until": "2027-03-31"})
    kept = queries.load_plan(db, "northwind").fields.waivers
    assert {(each.about, each.key, each.until.year) for each in kept} == {
        ("unit", "marketing", 2027),
        ("person", "aylin", 2026),
        ("plan", None, 2026),
    }
    block = client.post(COUNT, data=CROWDED, headers=HTMX).text
    assert "counts again" in block
    assert len(queries.load_plan(db, "northwind").fields.waivers) == 2
    assert "Nothing changed." in client.post(COUNT, data=CROWDED, headers=HTMX).text


def test_a_second_waiver_takes_the_place_of_the_first(client: FlaskClient, db: Database) -> None:
    client.post(WAIVE, data=GIVEN)
    client.post(WAIVE, data={**GIVEN, "rule": "vanity"})
    client.post(WAIVE, data={**GIVEN, "until": "2027-03-31"})
    waivers = queries.load_plan(db, "northwind").nodes["brand_awareness"].waivers
    assert {(each.rule, each.until.isoformat()) for each in waivers} == {
        ("vanity", "2026-12-31"),
        ("stale", "2027-03-31"),
    }


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"reason": " "}, "Say why, for those who come after you."),
        ({"until": ""}, "Say how long: a waiver ends, so that somebody looks again."),
        ({"until": "soon"}, "“soon” is not a day"),
        ({"until": "2026-11-20"}, "This day is over already."),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_waiver_that_is_refused_comes_back_with_what_was_typed(
    client: FlaskClient, changed: dict[str, str], sentence: str, headers: dict[str, str]
) -> None:
    answer = client.post(WAIVE, data={**GIVEN, **changed}, headers=headers)
    assert answer.status_code == 422
    assert sentence in answer.text
    kept = GIVEN["until"] if "reason" in changed else GIVEN["reason"]
    assert f'value="{kept}"' in answer.text
    assert len([row for row in rows(answer.text) if "waiver-row" not in row]) == 26


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"rule": "nonsense"}, 400),
        ({"node": "nobody"}, 404),
        ({"about": "weather", "part": "x"}, 400),
        ({"about": "unit", "part": "nowhere"}, 404),
    ],
)
def test_only_what_there_is_can_be_waived(client: FlaskClient, given: dict[str, str], status: int) -> None:
    assert client.post(WAIVE, data={**GIVEN, **given}).status_code == status
    assert client.post(COUNT, data={**GIVEN, **given}).status_code == status


def test_a_promise_that_was_moved_is_found_with_who_when_from_and_to(
    client: FlaskClient, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_least = queries.load_plan(db, "northwind").nodes["ebitda_margin"].measure
    assert at_least is not None
    given = {"measure": at_least.model_copy(update={"target": 11.0})}
    edit_node(db, "northwind", "ebitda_margin", given, version=None, actor="tomasz")
    assert of_rule(db, "target_moved") == []  # the plan was made today, and is being set up
    a_day_earlier(monkeypatch)
    page = client.get(FINDINGS).text
    row = of(page, "Target moved", "EBITDA margin")
    said = re.sub(r"\s+", " ", row)
    assert "Target: from 12 % to 11 %. Tomasz Zieliński changed it on" in said
    assert "after the period began on 1 Jan 2026." in said


def a_day_earlier(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read the history as if everything had been set up in the year before."""
    monkeypatch.setattr(
        finding_list,
        "moves",
        lambda *args, **more: [each for each in moves(*args, **more) if each.field != "created"],
    )


def of_rule(db: Database, rule: str) -> list[str]:
    """Return the keys of which a rule is found, as the command finds them."""
    plan, day = queries.load_plan(db, "northwind"), date(2026, 11, 21)
    found = findings(plan, rollup(plan, day), day, moves(db, "northwind"))
    return [each.key for each in found if each.rule.id == rule]


def test_the_history_tells_each_watched_field(db: Database) -> None:
    edit_node(db, "northwind", "revenue", {"cadence": "weekly"}, version=None, actor="tomasz")
    edit_node(db, "northwind", "revenue", {"title": "Sales"}, version=None, actor="tomasz")
    reweight(db, "northwind", "revenue", "profitable_growth", changes={"weight": 5.0}, actor="tomasz")
    edit_plan(db, "northwind", {"bands": {"on_track": 0.8, "at_risk": 0.7}}, version=None, actor="ingrid")
    made, *told = moves(db, "northwind")
    assert (made.node, made.field, made.by) == ("", "created", "local")
    assert [(each.node, each.field, each.before, each.after, each.by, each.about) for each in told] == [
        ("revenue", "cadence", "monthly", "weekly", "tomasz", ""),
        ("profitable_growth", "weight", 2.0, 5.0, "tomasz", "revenue"),
        ("", "bands.on_track", 0.9, 0.8, "ingrid", ""),
        ("", "bands.at_risk", 0.75, 0.7, "ingrid", ""),
    ]
    assert [each.field for each in moves(db, "northwind", after=2, until=4)] == ["weight"]


def test_changed_plans_are_looked_at_again(client: FlaskClient, db: Database) -> None:
    assert len(rows(client.get(FINDINGS).text)) == 26
    edit_node(
        db, "northwind", "website_visits", {"title": "Qualified enquiries"}, version=None, actor="sofia"
    )
    assert "Vanity wording" not in client.get(FINDINGS).text


def test_a_plan_without_a_fault_and_one_without_nodes_say_so(
    client: FlaskClient, begin: Callable[..., None]
) -> None:
    begin("empty", perspectives=())
    begin(
        "sound",
        perspectives=(),
        people=({"key": "dana", "name": "Dana"},),
        cycles=({"key": "year", "title": "2026", "start": "2026-01-01", "end": "2026-12-31"},),
        nodes=(
            {"key": "grow", "kind": "objective", "title": "Grow", "owner": "dana"},
            *(
                {
                    "key": key,
                    "kind": "key_result",
                    "title": key.title(),
                    "owner": "dana",
                    "cadence": "yearly",
                    "cycle": "year",
                    "measure": {"kind": "reach", "baseline": 0.0, "target": 9.0},
                }
                for key in ("win", "keep")
            ),
        ),
        links=tuple({"child": key, "parent": "grow"} for key in ("win", "keep")),
    )
    assert "Nothing to find yet" in client.get("/p/empty/findings").text
    sound = client.get("/p/sound/findings?as_of=2026-11-21").text
    assert "Nothing is wrong" in sound
    assert "nav-count" not in sound


def test_many_findings_come_in_pages(client: FlaskClient, begin: Callable[..., None]) -> None:
    begin(
        "air",
        perspectives=(),
        nodes=[{"key": f"n{n}", "kind": "objective", "title": f"N{n}"} for n in range(60)],
    )
    first = client.get("/p/air/findings").text
    assert len(rows(first)) == 50
    assert "1 to 50 of 120" in first
    assert "/p/air/findings?page=2" in first
    assert len(rows(client.get("/p/air/findings?page=3").text)) == 20
    waived = client.get("/p/air/findings?waive=no_owner&node=n59").text
    assert "51 to 100 of 120" not in first + waived
    assert "101 to 120 of 120" in waived
    assert waived.count('class="form waiver"') == 1


def test_titles_are_shown_as_text(client: FlaskClient, begin: Callable[..., None]) -> None:
    evil = NodeFields(key="a", kind="objective", title="<script>alert(1)</script> {0} %s")
    begin("evil", perspectives=(), nodes=(evil,))
    page = client.get("/p/evil/findings").text
    assert "<script>alert" not in page
    assert "{0} %s" in page


def test_the_number_of_selects_does_not_grow_with_the_plan(
    client: FlaskClient, db: Database, begin: Callable[..., None]
) -> None:
    counts = []
    for size in (3, 300):
        begin(
            f"p{size}",
            perspectives=(),
            nodes=[{"key": f"n{n}", "kind": "kpi", "title": f"N{n}"} for n in range(size)],
        )
        with selects(db) as sent:
            client.get(f"/p/p{size}/findings")
        counts.append(len(sent))
    assert counts[0] == counts[1]


def test_a_plan_that_is_not_there_has_no_findings(client: FlaskClient) -> None:
    assert client.get("/p/nowhere/findings").status_code == 404


def test_the_command_prints_what_programs_rely_on(app: Flask) -> None:
    run = app.test_cli_runner()
    answer = run.invoke(args=["plan", "findings", "northwind", "--as-of", "2026-11-21", "--json"])
    assert answer.exit_code == 0, answer.output
    found = json.loads(answer.output)
    assert len(found) == 26
    assert {*found[0]} >= {"rule", "severity", "about", "key", "message", "mend", "waived_until"}
    stale = next(each for each in found if each["rule"] == "stale")
    assert stale["message"].startswith("Its last value is of 30 Jun 2026")
    plain = run.invoke(args=["plan", "findings", "northwind", "--as-of", "2026-11-21"]).output
    assert plain.splitlines()[0].split()[:3] == ["severity", "rule", "key"]
    assert len(plain.splitlines()) == 27
    refused = run.invoke(args=["plan", "findings", "nowhere"])
    assert refused.exit_code == 1


def test_a_large_plan_is_looked_through_by_the_first_who_asks(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding_list, "AT_ONCE", 10)
    assert "nav-count" not in client.get(f"/p/northwind/tree{STORY}").text
    assert '<span class="nav-count">26</span>' in client.get(FINDINGS).text
    assert '<span class="nav-count">26</span>' in client.get(f"/p/northwind/tree{STORY}").text
