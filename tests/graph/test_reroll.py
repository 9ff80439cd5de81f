"""After an edit all stands as the roll-up of the whole plan says, and only what it reaches is judged."""

import random
from datetime import date
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scorecard.graph import reroll
from scorecard.graph.path import Point
from scorecard.graph.plan import build
from scorecard.graph.renewal import renewed
from scorecard.graph.reroll import rerolled
from scorecard.graph.rollup import rollup
from tests.grown_plans import grown_plan
from tests.plans import plans

DAY = date(2026, 7, 1)


def edited(chance, plan):
    """Return a plan in which one node has other values, another title, owner or lifecycle, or is put away."""
    key = chance.choice(list(plan.nodes))
    changes = [
        {"title": "T"},
        {"lifecycle": "draft"},
        {"lifecycle": "active"},
        {"archived": True},
        {"policy": "worst"},
    ]
    node = plan.nodes[key]
    node = node.model_validate({**dict(node), **chance.choice(changes)})
    points = [(Point(date(2026, 6, 30), number),) for number in (0.0, 0.4, 1.0, 60.0)]
    observations = (
        {**plan.observations, key: chance.choice(points)} if plan.observations.get(key) else plan.observations
    )
    return renewed(plan, [key], nodes={**plan.nodes, key: node}, observations=observations)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(file=plans(), seed=st.integers(0, 999), day=st.dates(date(2025, 6, 1), date(2027, 6, 1)))
def test_edits_one_after_another_come_to_what_the_whole_roll_up_says(file, seed, day):
    chance, plan = random.Random(seed), build(file)
    standings = rollup(plan, day)
    for _ in range(6 if plan.nodes else 0):
        after = edited(chance, plan)
        standings = rerolled(after, day, plan, standings)
        plan = after
        assert list(standings.items()) == list(rollup(plan, day).items())


def test_only_what_an_edit_reaches_is_judged_again():
    plan = build(grown_plan(200, seed=1))
    standings = rollup(plan, DAY)
    node = plan.nodes["node_150"]
    after = renewed(plan, [node.key], nodes={**plan.nodes, node.key: node.model_copy(update={"title": "T"})})
    judged = []
    seen = lambda plan, key, *rest: judged.append(key) or standings[key]  # noqa: E731
    with patch("scorecard.graph.rollup.judge", seen):
        assert rerolled(after, DAY, plan, standings) == standings
    assert judged == [node.key]


@pytest.mark.parametrize("change", [{"timezone": "Asia/Tokyo"}, {"fiscal_year_start": 7}])
def test_what_holds_for_the_whole_plan_rolls_it_up_anew(change):
    plan = build(grown_plan(50, seed=1))
    fields = plan.fields.model_copy(update=change)
    after = renewed(plan, [], fields=fields)
    assert rerolled(after, DAY, plan, {}) == rollup(after, DAY)


def test_a_plan_that_was_read_anew_is_rolled_up_anew(monkeypatch):
    monkeypatch.setattr(reroll, "MOST_CHANGED", 5)
    first, second = build(grown_plan(50, seed=1)), build(grown_plan(50, seed=2))
    assert rerolled(second, DAY, first, rollup(first, DAY)) == rollup(second, DAY)
