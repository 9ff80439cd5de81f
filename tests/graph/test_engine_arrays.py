"""Whichever way the engine takes, arrays or one node at a time, it gives the answers of the specification."""

import random
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import floors
from scorecard.graph import engine_rollup
from scorecard.graph.engine import compile
from scorecard.graph.plan import build
from scorecard.graph.renewal import renewed
from scorecard.graph.rollup import rollup
from tests import plans
from tests.graph.test_engine import (
    DAY,
    MONTHS,
    days,
    differences,
    grown,
    many,
    same,
    some,
    varied,
    with_values,
)
from tests.graph.test_laws import cascades

ARRAYS, STEPS = 0, 10**9
"""How few numbers are worked out one by one: none, and all."""


@pytest.mark.parametrize("few", [ARRAYS, STEPS])
@given(plans.plans(most_nodes=8), days)
@some
def test_arrays_and_steps_give_the_answers_of_the_specification(few, file, on):
    plan = build(file)
    with patch.object(engine_rollup, "FEW", few):
        assert differences(plan, compile(plan), on) == []


@pytest.mark.parametrize("few", [ARRAYS, STEPS])
@given(cascades(most=14), st.sets(st.integers(0, 13)))
@many
def test_leaves_without_a_value_are_left_out_by_arrays_and_steps_alike(few, file, silent):
    keys = {file.nodes[place].key for place in silent if place < len(file.nodes)}
    spoken = tuple(each for each in file.observations if each.node not in keys)
    plan = build(file.model_copy(update={"observations": spoken}))
    with patch.object(engine_rollup, "FEW", few):
        assert differences(plan, compile(plan), [DAY, MONTHS[0]]) == []


@given(cascades(most=14), st.integers(0, 999))
@many
def test_statuses_that_change_back_and_forth_give_what_a_fresh_engine_gives(file, seed):
    mixed = random.Random(seed)
    nodes = tuple(node.model_copy(update=varied(mixed)) for node in file.nodes)
    plan = build(file.model_copy(update={"nodes": nodes}))
    engine, leaves = compile(plan), sorted(plan.leaves)
    engine.standings([DAY])
    for _ in range(12):
        key = mixed.choice(leaves)
        plan = with_values(plan, {key: {DAY: mixed.choice([0.0, 0.3, 0.75, 0.8, 0.9, 0.95, 1.0])}})
        engine.update(plan, [key])
        assert differences(plan, engine, [DAY]) == []


def test_a_grown_plan_in_which_some_report_late_or_never_stands_alike():
    plan = grown(1_200)
    silent = {key for place, key in enumerate(sorted(plan.leaves)) if place % 7 == 0}
    late = [key for place, key in enumerate(sorted(plan.leaves)) if place % 7 == 1]
    seen = {key: points for key, points in plan.observations.items() if key not in silent}
    seen |= {key: seen[key][:1] for key in late}
    plan = renewed(plan, [*silent, *late], observations=seen)
    assert differences(plan, compile(plan), MONTHS[20:]) == []


def test_the_networkx_pass_does_the_work_of_the_roll_up():
    plan = grown(1_200)
    cascade = floors.networkx_cascade(plan, MONTHS[-1])
    floors.networkx_pass(cascade)
    for key, standing in rollup(plan, MONTHS[-1]).items():
        node = cascade.nodes[key]
        assert same(node["score"], standing.score)
        assert same(node["coverage"], standing.coverage)
        assert (node["status"], node["reason"]) == (standing.computed.severity, standing.reason)
        assert (node["worst"], node["worst_key"]) == (standing.worst.severity, standing.worst_key)
