"""Explain: the rows that make a score, the rule that decided, and the shortfall down to the last leaf."""

import pytest

from scorecard.graph.explain import effective_weights, explain, leaf_rows
from scorecard.graph.rollup import rollup
from tests.drawing import TODAY, plan


def explained(drawing, key="top", **more):
    drawn = plan(drawing, **more)
    return explain(drawn, key, rollup(drawn, TODAY), TODAY)


def children(found):
    return {row.key: (row.effective_weight, pytest.approx(row.gap_share)) for row in found.children}


def leaves(found):
    return {row.key: pytest.approx(row.gap_share) for row in found.leaves}


def test_the_children_make_up_the_gap_by_their_weight():
    found = explained("top < a[3]=0.9, b=0.5, c=?, d=later")
    assert (found.score, found.gap) == (pytest.approx(0.8), pytest.approx(0.2))
    assert children(found) == {"a": (0.75, 0.075), "b": (0.25, 0.125), "c": (0, 0), "d": (0, 0)}
    assert [row.weight for row in found.children] == [3, 1, 1, 1]
    assert found.rule == "bands"


def test_the_leaves_come_largest_share_first_and_sum_to_the_gap():
    found = explained("top < mid < a=0.5, b=1; top < c[2]=0.7, d=1")
    assert leaves(found) == {"c": 0.15, "a": 0.0625, "b": 0.0, "d": 0.0}
    assert [row.key for row in found.leaves] == ["c", "a", "b", "d"]
    assert sum(row.gap_share for row in found.leaves) == pytest.approx(found.gap)


def test_a_diamond_counts_once_with_the_sum_over_its_paths():
    found = explained("top < one < x=0.5, y=1; top < two < x")
    assert leaves(found) == {"x": 0.375, "y": 0.0}
    assert {row.key: row.effective_weight for row in found.leaves} == {"x": 0.75, "y": 0.25}
    assert (found.leaves_below, found.off_track_below) == (2, 1)


@pytest.mark.parametrize(("policy", "leaf"), [("worst", "b"), ("best", "a")])
def test_under_worst_and_best_all_of_the_gap_lies_along_the_chosen_child(policy, leaf):
    found = explained(f"top:{policy} < a=0.9, mid < b=0.5, c=0.7")
    assert leaves(found) == ({"a": 0.1} if leaf == "a" else {"b": 0.25, "c": 0.15})
    assert sum(row.gap_share for row in found.leaves) == pytest.approx(found.gap)
    assert found.rule == policy


def test_off_track_below_counts_each_leaf_once_scored_or_not():
    found = explained("top < one < x=0.1, y=?; top < two < x, z=0.9; top < gone=0.1", gone={"archived": True})
    assert (found.off_track_below, found.leaves_below) == (1, 3)


def test_a_leaf_explains_itself():
    found = explained("top=0.8 < a=0.1")
    assert leaves(found) == {"top": 0.2}
    assert children(found) == {"a": (0, 0)}
    assert found.rule == "bands"


@pytest.mark.parametrize(
    ("drawing", "rule"),
    [
        ("top < a=?", "no_value"),
        ("top < a=later", "not_due"),
        ("top:worst < a=?", "no_value"),
        ("top:best < a=?, b=later", "no_value"),
        ("top", "no_target"),
        ("top < a=1, b[2]=?", "low_coverage"),
        ("top < a=0.8, b[2]=?", "bands"),
        ("top < a[99]=1, b!=0.1", "critical_child"),
    ],
)
def test_the_rule_says_what_decided_or_why_nothing_could(drawing, rule):
    assert explained(drawing).rule == rule


def test_several_tops_share_their_leaves():
    drawn = plan("one < a=0.5, b=1; two < b, c=0.8")
    standings = rollup(drawn, TODAY)
    weights = effective_weights(drawn, {"one": 0.5, "two": 0.5}, standings, TODAY)
    rows = leaf_rows(drawn, weights, standings, TODAY)
    assert {row.key: row.effective_weight for row in rows} == {"a": 0.25, "b": 0.5, "c": 0.25}
    assert sum(row.gap_share for row in rows) == pytest.approx(0.175)
