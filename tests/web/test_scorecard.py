"""The scorecard: perspectives, what turned, the gap, and the table that a reader narrows by the address."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from scorecard.domain.schema import (
    CycleFields,
    LinkFields,
    NodeFields,
    ObservationFields,
    PlanFile,
    UnitFields,
)
from scorecard.store.commands.nodes import edit_node
from scorecard.store.commands.plans import create_plan
from scorecard.store.database import Database

SCORECARD = "/p/northwind/scorecard?as_of=2026-11-21"
FEW = f"{SCORECARD}&level=strategic"
HTMX = {"HX-Request": "true"}


def table_of(page: str) -> str:
    """Return the region of the page that htmx swaps, or of a fragment what is not a toast."""
    region = page[page.index('<div id="measures">') :]
    return region.split("</section>")[0].split("<div hx-swap-oob")[0].strip()


def titles(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a class="plain" href="[^"]*">([^<]*)</a>', table_of(page))


def statuses(page: str) -> list[str]:
    rows = table_of(page).split("<tbody>")[1].split("</tr>")[:-1]
    return [re.findall(r'class="verdict (\w+)', row)[-1] for row in rows]


@contextmanager
def selects(db: Database) -> Iterator[list[str]]:
    """Collect the SELECTs that are sent meanwhile."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


@pytest.fixture
def begin(db: Database) -> Callable[..., None]:
    """Create a plan from its parts."""

    def create(plan: str, **parts: Any) -> None:
        create_plan(db, PlanFile.model_validate({"plan": plan, "nodes": (), **parts}), actor="local")

    return create


def kpis(count: int) -> dict[str, Any]:
    """Return the parts of a plan with one objective and some KPIs below it."""
    keys = [f"k{number}" for number in range(count)]
    kpi = {"kind": "kpi", "measure": {"kind": "at_least", "target": 10}}
    return {
        "nodes": (
            NodeFields(key="goal", kind="objective", title="Goal", perspective="financial"),
            *(NodeFields(key=key, title=key.upper(), **kpi) for key in keys),
        ),
        "links": tuple(LinkFields(child=key, parent="goal") for key in keys),
        "observations": tuple(
            ObservationFields(node=key, date="2026-01-01", value=number % 12)
            for number, key in enumerate(keys)
        ),
    }


def test_each_perspective_has_a_card_with_score_change_worst_below_and_objectives(
    client: FlaskClient,
) -> None:
    page = client.get(SCORECARD).text
    cards = page.split('<article class="card persp-card')[1:]
    assert [re.search(r'<h2><a href="[^"]*">([^<]*)', card).group(1) for card in cards] == [  # type: ignore[union-attr]
        "Financial",
        "Customer",
        "Internal process",
        "Learning &amp; growth",
    ]
    process = cards[2]
    assert "off track below: 7 of 23, largest:" in process
    assert "Overall equipment effectiveness" in process
    assert "since 30 Sep 2026" in process
    assert "83 % of the weight reports fresh numbers" in process
    assert "Make it and move it right the first time" in process
    assert "fresh numbers" not in cards[0], "all of Financial reports"


def test_what_turned_says_from_what_to_what_and_why(client: FlaskClient) -> None:
    page = client.get(SCORECARD).text
    assert "What flipped since 30 Sep 2026" in page
    turned = page.split('<ul class="turns">')[1].split("</ul>")[0]
    first = turned.split("</li>")[0]
    assert "Make it and move it right the first time" in first
    assert first.index("At risk") < first.index("Off track")
    assert "Score 78 % → 74 %." in first
    assert "It goes by its worst child." in turned


def test_the_parts_of_the_gap_lead_from_all_on_track_to_the_score(client: FlaskClient) -> None:
    page = client.get(SCORECARD).text
    falls = page.split("What the gap consists of")[1].split("</table>")[0]
    points = [float(text.replace("−", "-")) for text in re.findall(r"(−[\d.]+) pts?</td>", falls)]
    assert points == [*sorted(points[:-1]), points[-1]], "the largest part first, the rest in one sum"
    assert sum(points) == pytest.approx(-10.1, abs=0.3)
    assert "−10.1 pts from all on track" in falls
    assert "89.9 %" in falls, "not 90 %, which would be green"


def test_the_table_is_sorted_worst_first(client: FlaskClient) -> None:
    found = statuses(client.get(SCORECARD, headers=HTMX).text)
    order = ["off_track", "at_risk", "on_track", "no_data"]
    assert found == sorted(found, key=order.index)
    assert set(found) == set(order)


def test_a_row_says_value_target_owner_objective_and_freshness(client: FlaskClient) -> None:
    table = table_of(client.get(f"{SCORECARD}&q=time to resolve").text)
    for said in (
        "Time to resolve a complaint",
        "7.4 days",
        "at most 5 days",
        "Aylin Demir",
        "Customer service",
    ):
        assert said in table
    assert "Solve it on the first contact" in table
    assert "3 weeks ago" in table
    assert "12 periods, from" in table


def test_what_rests_on_an_old_number_is_hatched_and_not_counted_as_green(client: FlaskClient) -> None:
    table = client.get(f"{SCORECARD}&status=stale", headers=HTMX).text
    assert table.count("verdict on_track stale") == 2
    assert "2 no data" in table
    assert not re.search(r"\d on track", table)


@pytest.mark.parametrize(
    ("narrowed", "said"),
    [
        ("unit=operations", "Leipzig plant"),
        ("unit=operations&only=1", "Operations"),
        ("owner=fatima", "Fatima Benali"),
        ("perspective=learning", "Learning &amp; growth"),
        ("status=off_track", "Off track"),
        ("level=strategic", "EBITDA margin"),
        ("kind=initiative", "Refit fan line 2"),
        ("kind=objective", "Turn profit into cash"),
        ("q=CHURN", "Customer churn"),
    ],
)
def test_each_filter_narrows_the_table(client: FlaskClient, narrowed: str, said: str) -> None:
    table = client.get(f"{SCORECARD}&{narrowed}", headers=HTMX).text
    assert 0 < len(titles(table)) < 89
    assert said in table
    assert "show all 89" in table


def test_a_unit_takes_in_the_units_below_it_unless_only_itself_is_asked_for(client: FlaskClient) -> None:
    below = titles(client.get(f"{SCORECARD}&unit=operations", headers=HTMX).text)
    itself = titles(client.get(f"{SCORECARD}&unit=operations&only=1", headers=HTMX).text)
    assert set(itself) < set(below)


def test_filters_work_together(client: FlaskClient) -> None:
    page = client.get(f"{SCORECARD}&unit=plant&status=off_track&level=functional").text
    assert "Nothing fits these filters" in page
    assert "Clear the filters" in page


@pytest.mark.parametrize(
    "odd",
    [
        *("unit=nowhere", "owner=%00", "q=%00", "status=purple", "kind=dragon", "perspective=../.."),
        *("only=maybe", "page=-3", "page=x"),
    ],
)
def test_a_filter_value_that_nobody_knows_filters_nothing(client: FlaskClient, odd: str) -> None:
    assert table_of(client.get(f"{FEW}&{odd}").text) == table_of(client.get(FEW, headers=HTMX).text)


@pytest.mark.parametrize("address", [FEW, f"{SCORECARD}&unit=plant", f"{SCORECARD}&q=nothing+like+it"])
def test_the_fragment_equals_its_region_of_the_page(client: FlaskClient, address: str) -> None:
    page, fragment = client.get(address).text, client.get(address, headers=HTMX)
    assert table_of(fragment.text) == table_of(page)
    assert fragment.text.lstrip().startswith('<div id="measures">')
    assert "HX-Request" in fragment.headers["Vary"]


def test_the_form_of_the_filters_keeps_the_day_and_what_is_chosen(client: FlaskClient) -> None:
    page = client.get(f"{SCORECARD}&unit=plant&q=a%22b").text
    form = page.split('class="filters measure-filters"')[1].split("</form>")[0]
    assert '<input type="hidden" name="as_of" value="2026-11-21">' in form
    assert '<option value="plant" selected>' in form
    assert 'value="a&#34;b"' in form


def test_a_long_table_comes_in_pages_of_a_hundred(client: FlaskClient, begin: Callable[..., None]) -> None:
    begin("long", **kpis(230))
    first, last = (client.get(f"/p/long/scorecard?page={number}", headers=HTMX).text for number in (1, 3))
    assert (len(titles(first)), len(titles(last))) == (100, 30)
    assert "1 to 100 of 230" in first
    assert "201 to 230 of 230" in last
    assert 'href="/p/long/scorecard?page=2#measures"' in first
    assert titles(client.get("/p/long/scorecard?page=99", headers=HTMX).text) == titles(last)


def test_the_number_of_selects_does_not_grow_with_the_plan(
    client: FlaskClient, db: Database, begin: Callable[..., None]
) -> None:
    counts = []
    for size in (5, 300):
        begin(f"of_{size}", **kpis(size))
        with selects(db) as sent:
            client.get(f"/p/of_{size}/scorecard")
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 20


def test_an_empty_plan_says_what_to_do_next(client: FlaskClient, begin: Callable[..., None]) -> None:
    begin("bare", perspectives=())
    page = client.get("/p/bare/scorecard").text
    assert "This plan is empty" in page
    assert 'href="/p/bare/tree"' in page


def test_a_cycle_in_which_nothing_is_measured_says_so(
    client: FlaskClient, begin: Callable[..., None]
) -> None:
    goal = NodeFields(key="goal", kind="objective", title="Goal", perspective="financial")
    begin(
        "young",
        nodes=(goal,),
        cycles=(CycleFields(key="y", title="Y", start="2026-01-01", end="2026-12-31"),),
    )
    page = client.get("/p/young/scorecard?cycle=y").text
    assert "Nothing is measured in this cycle" in page
    assert "Nothing belongs to this perspective yet." in page


def test_a_plan_without_perspectives_shows_its_objectives_on_one_card(
    client: FlaskClient, begin: Callable[..., None]
) -> None:
    begin("plain", title="Plain & simple", nodes=(NodeFields(key="goal", kind="objective", title="Goal"),))
    page = client.get("/p/plain/scorecard").text
    assert page.count('<article class="card persp-card') == 1
    assert ">Plain &amp; simple</a></h2>" in page


def test_what_people_typed_is_shown_as_text(client: FlaskClient, begin: Callable[..., None]) -> None:
    evil = "<script>alert(1)</script>"
    parts = kpis(1)
    nodes = [node.model_copy(update={"title": evil, "unit": "u"}) for node in parts["nodes"]]
    begin(
        "evil", **{**parts, "title": evil, "nodes": tuple(nodes), "units": (UnitFields(key="u", title=evil),)}
    )
    page = client.get(f"/p/evil/scorecard?q={evil}").text
    assert "alert(1)" in page
    assert "<script>alert" not in page


def test_an_unknown_plan_or_cycle_is_not_found_and_a_day_that_is_none_is_refused(client: FlaskClient) -> None:
    assert client.get("/p/nothing/scorecard").status_code == 404
    assert client.get("/p/northwind/scorecard?cycle=fy99").status_code == 404
    assert client.get("/p/northwind/scorecard?as_of=soon").status_code == 422


def test_the_lines_follow_a_change_of_the_plan(client: FlaskClient, db: Database) -> None:
    scrap = f"{SCORECARD}&q=scrap"
    assert titles(client.get(scrap, headers=HTMX).text) == ["Scrap rate"]
    edit_node(db, "northwind", "scrap_rate", {"title": "Scrapped"}, version=None, actor="local")
    assert titles(client.get(scrap, headers=HTMX).text) == ["Scrapped"]
