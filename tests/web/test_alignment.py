"""Alignment: the cascade, a line of sight, who carries what, and an orphan that finds its objective."""

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from scorecard.domain.schema import LinkFields, NodeFields, PlanFile, UnitFields
from scorecard.domain.vocabulary import LinkKind
from scorecard.store import queries
from scorecard.store.commands.plans import create_plan
from scorecard.store.database import Database
from tests.web.test_scorecard import HTMX, selects

ALIGNMENT = "/p/northwind/alignment?as_of=2026-11-21"
ATTACH = "/p/northwind/alignment/attach"


@pytest.fixture
def begin(db: Database) -> Callable[..., None]:
    """Create a plan from its parts."""

    def create(plan: str, **parts: Any) -> None:
        create_plan(db, PlanFile.model_validate({"plan": plan, "nodes": (), **parts}), actor="local")

    return create


def goal(key: str, **more: Any) -> NodeFields:
    return NodeFields(key=key, kind="objective", title=key.upper(), **more)


def kpi(key: str, **more: Any) -> NodeFields:
    return NodeFields(key=key, kind="kpi", title=key.upper(), **more)


UNITS = (
    UnitFields(key="company", title="Company"),
    UnitFields(key="dept", title="Department", parent="company"),
    UnitFields(key="team", title="Team", parent="dept"),
    UnitFields(key="idle", title="Idle unit", parent="company"),
)


def card(page: str, title: str) -> str:
    """Return the card of one objective in the cascade."""
    cards = page.split('<div class="node-card')[1:]
    return next(text for text in cards if f">{title}</a>" in text.split("</div>")[0])


def test_the_cascade_leads_from_the_company_to_departments_and_teams(
    client: FlaskClient, begin: Callable[..., None]
) -> None:
    begin(
        "firm",
        units=UNITS,
        nodes=(goal("top", unit="company"), goal("dept_goal", unit="dept"), goal("team_goal", unit="team")),
        links=(
            LinkFields(child="dept_goal", parent="top"),
            LinkFields(child="team_goal", parent="top", kind=LinkKind.supports),
        ),
    )
    page = client.get("/p/firm/alignment").text
    assert re.findall(r"<span>(\w+)</span>", page.split("cascade-heads")[1].split("</div>")[0]) == [
        "Company",
        "Departments",
        "Teams",
    ]
    assert page.count('class="cascade-item skip-1"') == 1, (
        "the team's objective skips the department's column"
    )


def test_a_card_shows_status_unit_owner_and_what_is_measured(client: FlaskClient) -> None:
    found = card(client.get(ALIGNMENT).text, "Run the plant without surprises")
    for said in ("off_track", "Leipzig plant · Fatima Benali", "9 measures", "Unplanned downtime"):
        assert said in found


def test_an_objective_under_two_parents_stands_in_full_once(
    client: FlaskClient, begin: Callable[..., None]
) -> None:
    begin(
        "twice",
        nodes=(goal("a"), goal("b"), goal("shared"), kpi("k")),
        links=[
            LinkFields(child="shared", parent="a"),
            LinkFields(child="shared", parent="b"),
            LinkFields(child="k", parent="shared"),
        ],
    )
    page = client.get("/p/twice/alignment").text
    assert page.count(">SHARED</a>") >= 2
    assert page.count("stands above with what is below it") == 1
    assert page.count('<ul class="persp-list">') == 1


def test_a_focus_lights_each_path_to_the_company_and_writes_them_out(client: FlaskClient) -> None:
    page = client.get(f"{ALIGNMENT}&focus=inventory_turns").text
    assert "It serves the company on 2 paths:" in page
    paths = page.split('<ul class="paths">')[1].split("</ul>")[0]
    assert re.findall(r">([^<>]+)</a>", paths) == [
        "Turn profit into cash",
        "Make it and move it right the first time",
        "Keep material flowing",
    ]
    lit = {
        text.split("</a>")[0].split(">")[-1]
        for text in page.split('<div class="node-card')[1:]
        if " lit" in text[:60]
    }
    assert lit == {
        "Turn profit into cash",
        "Make it and move it right the first time",
        "Keep material flowing",
    }
    assert "<details open>" in card(page, "Turn profit into cash")


@pytest.mark.parametrize("asked", ["Inventory turns", "INVENTORY TURNS", " inventory_turns "])
def test_a_focus_may_be_named_by_its_title(client: FlaskClient, asked: str) -> None:
    assert "It serves the company on 2 paths:" in client.get(f"{ALIGNMENT}&focus={quote(asked)}").text


def test_a_focus_that_nobody_knows_lights_nothing(client: FlaskClient) -> None:
    page = client.get(f"{ALIGNMENT}&focus=%00no_such").text
    assert "Choose a KPI to light" in page
    assert " dim" not in page.split('<ul class="cascade">')[1]


def test_an_orphan_in_focus_leads_nowhere(client: FlaskClient) -> None:
    assert "it is an orphan" in client.get(f"{ALIGNMENT}&focus=website_visits").text


def test_a_cell_of_the_matrix_counts_what_its_link_lists(client: FlaskClient) -> None:
    page = client.get(ALIGNMENT).text
    row = page.split('<span class="indent">Leipzig plant</span>')[1].split("</tr>")[0]
    href = re.findall(r'<a href="([^"]*)"', row)[1].replace("&amp;", "&").split("#")[0]
    assert "one objective, 8 measures" in row
    assert "9 fit the filters" in client.get(href, headers=HTMX).text


def test_units_that_carry_nothing_and_objectives_nobody_carries_are_named(
    client: FlaskClient, begin: Callable[..., None]
) -> None:
    begin("gaps", units=UNITS, nodes=(goal("lonely"), kpi("k", unit="team")))
    page = client.get("/p/gaps/alignment").text
    assert re.findall("<li>(.*?)</li>", page.split('id="idle-title"')[1]) == ["Idle unit"]
    assert ">LONELY</a>" in page.split('id="uncarried-title"')[1]


def test_attaching_an_orphan_hangs_it_below_the_objective(client: FlaskClient, db: Database) -> None:
    assert 'name="child" value="website_visits"' in client.get(ALIGNMENT).text
    answer = client.post(
        f"{ATTACH}?as_of=2026-11-21", data={"child": "website_visits", "parent": "planner_preference"}
    )
    assert (answer.status_code, answer.location) == (303, "/p/northwind/alignment?as_of=2026-11-21")
    assert queries.load_plan(db, "northwind").parents("website_visits") == ["planner_preference"]
    page = client.get(answer.location).text
    assert "now contributes to “Make planning with us easy”" in page
    assert "Undo" in page
    assert "None: everything that counts leads to an objective" in page


def test_htmx_gets_the_block_as_it_is_then_with_the_toast_beside_it(client: FlaskClient) -> None:
    data = {"child": "website_visits", "parent": "planner_preference"}
    answer = client.post(f"{ATTACH}?as_of=2026-11-21", data=data, headers=HTMX)
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith('<div class="stack-y" id="alignment">')
    assert "now contributes to" in answer.text
    block = answer.text.split("<div hx-swap-oob")[0].strip()
    assert block in client.get(ALIGNMENT).text


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize("parent", ["", "no_such", "oee"])
def test_without_an_objective_the_form_comes_back_with_a_sentence(
    client: FlaskClient, db: Database, parent: str, headers: dict[str, str]
) -> None:
    answer = client.post(ATTACH, data={"child": "website_visits", "parent": parent}, headers=headers)
    assert answer.status_code == 422
    assert "Choose the objective that it serves." in answer.text
    assert queries.load_plan(db, "northwind").parents("website_visits") == []


def test_what_would_close_a_circle_is_refused_with_its_path(
    client: FlaskClient, begin: Callable[..., None]
) -> None:
    begin(
        "ring",
        units=UNITS,
        nodes=(goal("a", unit="dept"), goal("b", unit="dept")),
        links=(LinkFields(child="b", parent="a"),),
    )
    answer = client.post("/p/ring/alignment/attach", data={"child": "a", "parent": "b"})
    assert answer.status_code == 422
    assert "closes the circle" in answer.text


def test_a_node_or_plan_that_is_not_there_is_not_found(client: FlaskClient) -> None:
    assert client.get("/p/nothing/alignment").status_code == 404
    assert client.post(ATTACH, data={"child": "ghost", "parent": "planner_preference"}).status_code == 404


def test_an_empty_plan_says_what_to_do_next(client: FlaskClient, begin: Callable[..., None]) -> None:
    begin("bare", perspectives=())
    page = client.get("/p/bare/alignment").text
    assert "Nothing to align yet" in page
    assert 'href="/p/bare/tree"' in page


def test_orphans_beyond_a_dozen_are_counted(client: FlaskClient, begin: Callable[..., None]) -> None:
    begin("lost", nodes=(goal("top"), *(kpi(f"k{number}") for number in range(20))))
    page = client.get("/p/lost/alignment").text
    assert page.count('name="child"') == 12
    assert "8 more follow" in page


def test_the_number_of_selects_does_not_grow_with_the_plan(
    client: FlaskClient, db: Database, begin: Callable[..., None]
) -> None:
    counts = []
    for size in (3, 200):
        keys = [f"k{number}" for number in range(size)]
        links = [LinkFields(child=key, parent="top") for key in keys]
        begin(f"of_{size}", nodes=(goal("top"), *(kpi(key) for key in keys)), links=links)
        with selects(db) as sent:
            client.get(f"/p/of_{size}/alignment")
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 20


def test_a_chain_of_objectives_deeper_than_the_page_ends_with_a_link_to_the_tree(
    client: FlaskClient, begin: Callable[..., None]
) -> None:
    keys = [f"g{number}" for number in range(400)]
    links = [LinkFields(child=below, parent=above) for above, below in pairwise(keys)]
    begin("deep", nodes=[goal(key) for key in keys], links=links)
    page = client.get("/p/deep/alignment?focus=g399").text
    assert "one more objective below" in page
    assert 'href="/p/deep/tree?root=g4"' in page


def test_what_people_typed_is_shown_as_text(client: FlaskClient, begin: Callable[..., None]) -> None:
    evil = "<script>alert(1)</script>"
    nodes = (NodeFields(key="g", kind="objective", title=evil), NodeFields(key="k", kind="kpi", title=evil))
    begin("evil", title=evil, nodes=nodes, units=(UnitFields(key="u", title=evil),))
    page = client.get("/p/evil/alignment", query_string={"focus": evil}).text
    assert "alert(1)" in page
    assert "<script>alert" not in page
