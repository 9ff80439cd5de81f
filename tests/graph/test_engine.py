"""The engine gives the answers of the specification: on random plans, after edits, and for every shape."""

import random
import time
from datetime import date
from functools import cache
from math import nextafter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scorecard.domain.measure import Bands, Zones, quantised
from scorecard.domain.period import period_of
from scorecard.domain.schema import LinkFields, NodeFields, ObservationFields, PlanFile
from scorecard.domain.vocabulary import Cadence, Lifecycle, NodeKind
from scorecard.files import planfile
from scorecard.graph.engine import compile
from scorecard.graph.engine_codes import threshold
from scorecard.graph.engine_rollup import quantised_all
from scorecard.graph.path import Point
from scorecard.graph.plan import build
from scorecard.graph.renewal import renewed
from scorecard.graph.rollup import rollup
from tests import plans
from tests.graph.test_depth import PLANS
from tests.graph.test_laws import cascades
from tests.grown_plans import grown_plan

SEEDS = Path(__file__).parent.parent.parent / "seeds"
MONTHS = [
    period_of(date(year, month, 1), Cadence.monthly).end for year in (2025, 2026) for month in range(1, 13)
]
DAY = date(2026, 7, 1)

some = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
many = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
day = st.dates(date(2025, 6, 1), date(2027, 6, 1)) | st.dates(date(1900, 1, 1), date(2200, 12, 31))
days = st.lists(day, min_size=1, max_size=4, unique=True)


def same(first, second):
    """Tell whether two parts of a standing are one: numbers to 1e-9, all else exactly."""
    if isinstance(first, float) and isinstance(second, float):
        return first == second or abs(first - second) <= 1e-9 * max(1.0, abs(first), abs(second))
    return first == second


def differences(plan, engine, on):
    """Return what an engine says otherwise than the specification, as (day, node, part, specified, found)."""
    columns, found = engine.standings(on), []
    for each in on:
        specified, answered = rollup(plan, each), columns.on(each)
        assert specified.keys() == answered.keys()
        found += [
            (each, key, name, getattr(standing, name), getattr(answered[key], name))
            for key, standing in specified.items()
            for name in standing._fields
            if not same(getattr(standing, name), getattr(answered[key], name))
        ]
    return found


@given(plans.plans(most_nodes=8), days)
@some
def test_the_engine_gives_the_answers_of_the_specification(file, on):
    plan = build(file)
    assert differences(plan, compile(plan), on) == []


@given(cascades(most=14), st.integers(0, 9))
@many
def test_every_cascade_rolls_up_alike_one_day_or_many_at_once(file, seed):
    mixed = random.Random(seed)
    nodes = [node.model_copy(update=varied(mixed)) for node in file.nodes]
    plan = build(file.model_copy(update={"nodes": tuple(nodes)}))
    on = [DAY, *MONTHS[15:21]] if seed % 2 else [DAY]
    assert differences(plan, compile(plan), on) == []


def varied(mixed):
    bands = Bands(on_track=mixed.uniform(0.5, 1), at_risk=mixed.uniform(0, 0.5))
    lifecycle = mixed.choice([Lifecycle.active] * 8 + [Lifecycle.draft])
    return {"bands": mixed.choice([None, bands]), "lifecycle": lifecycle}


@given(cascades(most=14))
@some
def test_the_order_of_the_links_changes_no_answer(file):
    mixed = list(file.links)
    random.Random(1).shuffle(mixed)
    first, second = (
        compile(build(each)).standings([DAY]).on(DAY)
        for each in (file, file.model_copy(update={"links": tuple(mixed)}))
    )
    assert all(
        same(value, part) for key in first for value, part in zip(first[key], second[key], strict=True)
    )


def test_the_demo_stands_alike_on_twenty_four_month_ends():
    plan = build(planfile.read((SEEDS / "northwind.yaml").read_bytes(), "northwind.yaml").file)
    assert differences(plan, compile(plan), MONTHS) == []


@cache
def grown(nodes, months=3):
    return build(grown_plan(nodes, seed=3, months=months))


def test_a_grown_plan_stands_alike_at_every_month_end():
    plan = grown(1_200)
    assert differences(plan, compile(plan), MONTHS[20:]) == []


@pytest.mark.parametrize("shape", PLANS)
def test_chains_and_diamonds_stand_alike(shape):
    plan = build(PLANS[shape])
    assert differences(plan, compile(plan), [DAY]) == []


def test_a_star_stands_alike_before_and_after_one_of_its_leaves_changes():
    plan = build(star(2_000))
    engine = compile(plan)
    assert differences(plan, engine, [DAY]) == []
    for value in (0.1, 0.95, 0.0):
        plan = with_values(plan, {"leaf7": {DAY: value}})
        engine.update(plan, ["leaf7"], since=DAY)
        assert differences(plan, engine, [DAY]) == []


def star(width):
    measure = {"kind": "reach", "baseline": 0.0, "target": 1.0}
    keys = [f"leaf{index}" for index in range(width)]
    leaves = [
        NodeFields.model_validate({"key": key, "kind": "kpi", "title": key, "measure": measure})
        for key in keys
    ]
    return PlanFile(
        plan="star",
        nodes=(NodeFields(key="top", kind=NodeKind.objective, title="Top"), *leaves),
        links=tuple(LinkFields(child=key, parent="top") for key in keys),
        observations=tuple(ObservationFields(node=key, date=DAY, value=0.95) for key in keys),
    )


def with_values(plan, values):
    """Return the plan in which some nodes were observed otherwise: by node, the value of each day."""
    observations = dict(plan.observations)
    for key, seen in values.items():
        points = {point.date: point.value for point in observations.get(key, ())} | seen
        observations[key] = tuple(Point(day, points[day]) for day in sorted(points))
    return renewed(plan, list(values), observations=observations, revision=plan.revision + 1)


def changed_values(mixed, plan, on):
    """Return new values for a leaf or two, as `with_values` takes them."""
    keys = sorted(key for key in plan.leaves if plan.nodes[key].measure)
    values = {}
    for key in mixed.sample(keys, min(len(keys), mixed.randint(1, 2))):
        zones = isinstance(plan.nodes[key].measure, Zones)
        seen = (
            mixed.choice(["below", "commit", "target"]) if zones else mixed.choice([0.0, 0.5, 0.8, 1.0, 60.0])
        )
        values[key] = {mixed.choice(on): seen}
    return values


@given(st.integers(0, 10**6), st.integers(1, 12))
@settings(max_examples=12, deadline=None)
def test_values_edited_one_after_another_give_what_a_fresh_engine_gives(seed, edits):
    mixed, plan = random.Random(seed), grown(120)
    engine, on = compile(plan), MONTHS[20:]
    engine.standings(on)
    for _ in range(edits):
        before = {each: rollup(plan, each) for each in on}
        values = changed_values(mixed, plan, on)
        plan = with_values(plan, values)
        since = min(min(seen) for seen in values.values())
        touched = engine.update(plan, list(values), since=mixed.choice([since, None]))
        for each in on:
            after = rollup(plan, each)
            assert {key for key in after if after[key] != before[each][key]} <= touched
    assert engine.plan is plan
    assert differences(plan, engine, on) == []


@given(plans.plans(most_nodes=6), st.integers(0, 99))
@some
def test_edits_of_any_plan_give_what_a_fresh_engine_gives(file, seed):
    mixed, plan = random.Random(seed), build(file)
    if not any(plan.nodes[key].measure for key in plan.leaves):
        return
    engine = compile(plan)
    engine.standings([DAY, MONTHS[20]])
    for _ in range(3):
        values = changed_values(mixed, plan, [date(2026, 3, 1), DAY])
        plan = with_values(plan, values)
        engine.update(plan, list(values))
    assert differences(plan, engine, [DAY, MONTHS[20]]) == []
    assert differences(plan, engine, [MONTHS[21]]) == []


@pytest.mark.parametrize(
    ("key", "fields"),
    [
        ("node_3", {"archived": True}),
        ("node_3", {"lifecycle": Lifecycle.draft}),
        ("node_60", {"cycle": "year"}),
        ("node_60", {"bands": Bands(on_track=0.99, at_risk=0.9)}),
        ("node_0", {"policy": "worst"}),
        ("node_60", {"title": "Another"}),
        ("node_60", {"measure": {"kind": "at_most", "target": 3.0}}),
        ("node_60", {"measure": None}),
    ],
)
def test_a_changed_field_gives_what_a_fresh_engine_gives(key, fields):
    plan, on = grown(120), MONTHS[21:]
    engine = compile(plan)
    engine.standings(on)
    nodes = {**plan.nodes, key: NodeFields.model_validate({**plan.nodes[key].model_dump(), **fields})}
    plan = renewed(plan, [key], nodes=nodes)
    engine.update(plan, [key])
    assert differences(plan, engine, on) == []


def test_a_changed_structure_gives_what_a_fresh_engine_gives():
    file, on = grown_plan(120, seed=3, months=3), MONTHS[21:]
    engine = compile(build(file))
    engine.standings(on)
    moved = file.model_copy(update={"links": file.links[:-3]})
    engine.update(build(moved), [file.links[-1].child])
    assert differences(build(moved), engine, on) == []


def test_the_standings_of_one_node_are_those_of_the_whole_day():
    plan = grown(120)
    columns = compile(plan).standings(MONTHS[20:])
    whole = columns.on(MONTHS[22])
    assert columns.standing("node_0", MONTHS[22]) == whole["node_0"]
    copy = columns.of(["node_0", "node_60"], MONTHS[22])
    assert copy.revision == plan.revision
    assert copy.standings == {key: whole[key] for key in ("node_0", "node_60")}


@given(st.floats(0, 1))
@settings(max_examples=200, deadline=None)
def test_a_threshold_is_the_least_score_that_reaches_a_limit_once_rounded(limit):
    least = threshold(limit)
    assert quantised(least) >= limit
    assert quantised(nextafter(least, -1)) < limit


def test_scores_are_rounded_in_arrays_as_they_are_one_by_one():
    mixed = random.Random(5)
    halves = [mixed.randrange(10**9) / 10**9 + 5e-10 for _ in range(2_000)]
    scores = np.array([*halves, *(mixed.random() for _ in range(2_000)), 1 / 1024, 0.0, 1.0])
    assert quantised_all(scores).tolist() == [quantised(score) for score in scores.tolist()]


def test_an_engine_takes_at_most_700_bytes_a_leaf_for_twelve_months():
    plan = grown(1_200, 12)
    engine = compile(plan)
    engine.standings(MONTHS[12:])
    assert engine.bytes_held() / len(plan.leaves) <= 700


def test_one_changed_value_is_taken_over_in_a_moment_however_large_the_plan():
    plan = grown(1_200, 12)
    engine = compile(plan)
    engine.standings([MONTHS[-1]])
    key, taken = "node_900", []
    for step in range(60):
        plan = with_values(plan, {key: {MONTHS[-1]: 50.0 + step}})
        start = time.thread_time()
        engine.update(plan, [key], since=MONTHS[-1])
        taken.append(time.thread_time() - start)
    assert sorted(taken)[30] < 0.002
