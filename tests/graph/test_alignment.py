"""How everything serves the company: lines of sight, orphans, the matrix, perspectives, and the tree."""

import pytest

from scorecard.domain.vocabulary import NodeKind, Reason, Status
from scorecard.graph.alignment import (
    aligned,
    company_objectives,
    lines_of_sight,
    matrix,
    orphans,
    uncarried,
    units_below,
)
from scorecard.graph.perspectives import perspective_standings, perspectives_of, tops
from scorecard.graph.plan import tree_order
from scorecard.graph.rollup import rollup
from tests.drawing import TODAY, plan

GOAL = {"kind": "objective"}
UNITS = {
    "units": [
        {"key": "company", "title": "Company"},
        {"key": "sales", "title": "Sales", "parent": "company"},
        {"key": "north", "title": "North", "parent": "sales"},
        {"key": "plant", "title": "Plant", "parent": "company"},
    ]
}


def lines(drawn, key):
    return [" > ".join(line) for line in lines_of_sight(drawn, key)]


def test_a_line_of_sight_goes_up_to_the_top_on_every_way():
    drawn = plan("top < one < kpi; top < two < kpi; other <~ kpi", top=GOAL)
    assert lines(drawn, "kpi") == ["kpi > one > top", "kpi > two > top", "kpi > other"]
    assert lines(drawn, "top") == []


def test_an_operand_serves_what_its_formula_serves():
    drawn = plan("top < ratio", ratio={"formula": "won / bids"}, won={}, bids={})
    assert lines(drawn, "won") == ["won > ratio > top"]


def test_lines_of_sight_end_where_formulas_read_each_others_past():
    drawn = plan("a; b", a={"formula": "lag(b, 1)"}, b={"formula": "lag(a, 1) + lag(b, 1)"})
    assert lines(drawn, "a") == ["a > b"]
    crossed = plan("b < a", a={"formula": "lag(b, 1) * 2"})
    assert lines(crossed, "b") == ["b > a"]


def test_lines_of_sight_pass_over_what_is_archived():
    drawn = plan("top < one < kpi; top < two < kpi", one={"archived": True})
    assert lines(drawn, "kpi") == ["kpi > two > top"]


def test_company_objectives_are_the_live_ones_at_the_top():
    drawn = plan(
        "one < low; old < two; three; kpi; four; later", more=UNITS, one=GOAL, low=GOAL, two=GOAL, kpi={},
        old={**GOAL, "archived": True}, three={**GOAL, "unit": "company"}, four={**GOAL, "unit": "sales"},
        later={**GOAL, "lifecycle": "draft"},
    )  # fmt: skip
    assert company_objectives(drawn) == ["one", "two", "three"]


def test_orphans_serve_no_company_objective():
    drawn = plan(
        "top < one < kpi; lost < below; loose; plan_b; top < gone < behind", top=GOAL,
        plan_b={"lifecycle": "draft"}, gone={"archived": True}, ratio={"formula": "raw"}, raw={},
    )  # fmt: skip
    assert aligned(drawn) == {"top", "one", "kpi"}
    assert orphans(drawn) == ["lost", "loose", "ratio", "raw", "below", "behind"]


def test_objectives_that_nothing_carries():
    drawn = plan("one < kpi; two; three < late; four <~ kpi", one=GOAL, two=GOAL, three=GOAL, four=GOAL,
                 late={"lifecycle": "draft"})  # fmt: skip
    assert uncarried(drawn) == ["two", "three", "four"]


def test_the_matrix_shows_what_a_unit_does_for_a_perspective():
    drawn = plan(
        "top < a=1, b=0.5, c=?", more=UNITS, top={**GOAL, "perspective": "financial"},
        a={"unit": "sales"}, b={"unit": "sales"}, c={"unit": "plant", "perspective": "customer"},
    )  # fmt: skip
    cells = matrix(drawn, rollup(drawn, TODAY), kinds=(NodeKind.kpi,))
    assert {place: (cell.keys, cell.score, cell.worst) for place, cell in cells.items()} == {
        ("financial", "sales"): (("a", "b"), 0.75, Status.off_track),
        ("customer", "plant"): (("c",), None, Status.no_data),
    }


def test_the_units_below_one():
    drawn = plan("a", more=UNITS)
    assert list(units_below(drawn, "company")) == ["company", "sales", "north", "plant"]
    assert list(units_below(drawn, "plant")) == ["plant"]


def test_a_perspective_is_inherited_from_the_first_parent_that_has_one():
    drawn = plan(
        "one < mid < low; two < low", one={"perspective": "customer"}, two={"perspective": "process"}
    )
    assert perspectives_of(drawn) == {
        "one": "customer",
        "two": "process",
        "mid": "customer",
        "low": "customer",
    }


def test_a_perspective_stands_as_its_top_objectives_do_together():
    money, gone = {**GOAL, "perspective": "financial"}, {**GOAL, "archived": True, "perspective": "customer"}
    drawing = "one < a=1; one < under < b=0.6; two < c=0.5; gone < three < d=0.9"
    drawn = plan(drawing, one=money, under=GOAL, two=money, gone=gone, three=GOAL)
    assert tops(drawn) == {"financial": ["one", "two"], "customer": ["three"], "process": [], "learning": []}
    found = perspective_standings(drawn, rollup(drawn, TODAY), TODAY)
    assert found["financial"].score == pytest.approx((0.8 + 0.5) / 2)
    assert found["customer"].score == pytest.approx(0.9)
    assert found["process"].reason is Reason.not_due


def test_the_tree_is_walked_from_the_top_a_subtree_once():
    drawn = plan("top < one < x; top < two < x; x < deep; loose")
    assert list(tree_order(drawn)) == [
        ("top", 0, None), ("one", 1, "top"), ("x", 2, "one"), ("deep", 3, "x"), ("two", 1, "top"),
        ("x", 2, "two"), ("loose", 0, None),
    ]  # fmt: skip


def test_the_tree_passes_over_what_is_archived_and_loses_nothing():
    drawn = plan("top < gone < kpi; top < one", gone={"archived": True})
    assert list(tree_order(drawn)) == [("top", 0, None), ("one", 1, "top"), ("kpi", 0, None)]
