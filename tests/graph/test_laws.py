"""Laws of the roll-up, on random plans of every shape."""

import random
from datetime import date, timedelta
from itertools import pairwise
from math import isfinite

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from scorecard.domain.schema import LinkFields, NodeFields, ObservationFields, PlanFile
from scorecard.domain.vocabulary import LinkKind, NodeKind, Policy, Reason, Status
from scorecard.graph import structure
from scorecard.graph.explain import explain
from scorecard.graph.judgement import DAYS_JUDGED
from scorecard.graph.path import Point
from scorecard.graph.plan import build
from scorecard.graph.renewal import renewed
from scorecard.graph.rollup import counted, rollup
from tests import plans

some = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
many = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

DAY = date(2026, 7, 1)
days = st.dates(date(2025, 12, 1), date(2027, 3, 1)) | st.sampled_from([date(1950, 1, 1), date(2150, 1, 1)])


@st.composite
def cascades(draw, most=9, policies=(Policy.mean, Policy.worst, Policy.best)):
    """Draw a plan of objectives over leaves with a score, without one, or not due: a DAG with diamonds."""
    size = draw(st.integers(2, most))
    nodes, seen = [], []
    for index in range(size):
        leaf = index >= size / 2
        measure = {"kind": "reach", "baseline": 0.0, "target": 1.0} if leaf else None
        nodes.append(
            NodeFields.model_validate(
                {
                    "key": f"n{index}",
                    "kind": NodeKind.kpi if leaf else NodeKind.objective,
                    "title": f"Node {index}",
                    "measure": measure,
                    "policy": None if leaf else draw(st.sampled_from(policies)),
                }
            )
        )
        if leaf and draw(st.booleans() | st.just(True)):
            score = draw(st.floats(-0.2, 1.2) | st.sampled_from([0.0, 0.75, 0.9, 1.0]))
            seen.append(ObservationFields(node=f"n{index}", date=DAY, value=score))
    pairs = draw(st.sets(st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)), max_size=3 * size))
    links = [
        LinkFields(
            child=f"n{child}",
            parent=f"n{parent}",
            weight=draw(st.floats(0.1, 10)),
            critical=draw(st.booleans()),
        )
        for child, parent in sorted(pairs)
        if child > parent
    ]
    return PlanFile(plan="drawn", nodes=tuple(nodes), links=tuple(links), observations=tuple(seen))


def shuffled(file, seed):
    mixed = random.Random(seed)
    fields = {}
    for section in ("nodes", "links", "observations", "targets"):
        rows = [row for row in getattr(file, section) if getattr(row, "label", None) is None]
        mixed.shuffle(rows)
        fields[section] = tuple(rows)
    return file.model_copy(update=fields)


def unlabelled(file):
    return shuffled(file, 0)


@given(plans.plans(most_nodes=4), days)
@some
def test_every_sound_plan_can_be_judged_on_every_day(file, day):
    assert structure.check(file) == []
    plan = build(file)
    for key, standing in rollup(plan, day).items():
        assert not plan.nodes[key].archived
        assert standing.score is None or 0 <= standing.score <= 1
        assert 0 <= standing.coverage <= 1
        assert standing.progress is None or isfinite(standing.progress)
        assert standing.expected is None or 0 <= standing.expected <= 1
        assert (standing.computed is Status.no_data) or standing.rule is not None
        assert standing.reason is not None or standing.rule is not None


@given(plans.plans(most_nodes=4), days, st.integers(0, 99))
@some
def test_the_order_of_the_file_changes_nothing(file, day, seed):
    file = unlabelled(file)
    assert rollup(build(file), day) == rollup(build(shuffled(file, seed)), day)


@given(cascades(), st.integers(0, 99))
@many
def test_the_order_of_the_links_changes_nothing(file, seed):
    assert rollup(build(file), DAY) == rollup(build(shuffled(file, seed)), DAY)


@given(cascades())
@many
def test_a_score_lies_within_the_range_of_the_scored_children(file):
    plan = build(file)
    standings = rollup(plan, DAY)
    for key, standing in standings.items():
        if plan.is_leaf(key) or standing.score is None:
            continue
        parts = counted(plan.contributions[key], standings, plan.taking_part(DAY))
        scores = [part.standing.score for part in parts if part.standing.score is not None]
        assert min(scores) - 1e-9 <= standing.score <= max(scores) + 1e-9


@given(cascades(policies=(Policy.mean,)))
@many
def test_missing_is_not_zero(file):
    assume(file.observations)
    gone = file.observations[0]
    rest = file.observations[1:]
    zero = ObservationFields(node=gone.node, date=gone.date, value=0.0)
    without = rollup(build(file.model_copy(update={"observations": rest})), DAY)
    with_zero = rollup(build(file.model_copy(update={"observations": (zero, *rest)})), DAY)
    for key, standing in without.items():
        if standing.score is not None:
            assert standing.score >= with_zero[key].score - 1e-9
        assert standing.coverage <= with_zero[key].coverage
    assert without[gone.node].score is None
    assert without[gone.node].reason is Reason.no_value


@given(cascades(policies=(Policy.mean,)))
@many
def test_nobody_looks_better_covered_by_reporting_less(file):
    whole, none = rollup(build(file), DAY), rollup(build(file.model_copy(update={"observations": ()})), DAY)
    assert all(none[key].coverage <= standing.coverage for key, standing in whole.items())
    assert all(standing.status is Status.no_data for standing in none.values())


@given(cascades(), st.data())
@many
def test_nobody_looks_better_by_reporting_less_without_showing_that_less_is_known(file, data):
    kept = [row for row in file.observations if data.draw(st.booleans())]
    plan, rank = build(file), (Status.on_track, Status.at_risk, Status.off_track)
    whole = rollup(plan, DAY)
    less = rollup(build(file.model_copy(update={"observations": tuple(kept)})), DAY)
    for key, told in whole.items():
        hushed = less[key]
        assert hushed.coverage <= told.coverage
        assert hushed.coverage >= 0.5 or hushed.status is not Status.on_track
        if plan.is_leaf(key):
            assert hushed in (told, hushed._replace(status=Status.no_data, score=None, coverage=0.0))
        elif told.status in rank and hushed.status in rank[: rank.index(told.status)]:
            assert hushed.coverage < told.coverage


@given(cascades())
@many
def test_effective_weights_sum_to_one_and_gap_shares_to_the_gap(file):
    plan = build(file)
    standings = rollup(plan, DAY)
    for key, standing in standings.items():
        found = explain(plan, key, standings, DAY)
        if standing.score is None:
            assert found.leaves == ()
            continue
        assert sum(row.effective_weight for row in found.leaves) == pytest.approx(1, abs=1e-9)
        assert sum(row.gap_share for row in found.leaves) == pytest.approx(found.gap, abs=1e-9)
        if not plan.is_leaf(key):
            assert sum(row.gap_share for row in found.children) == pytest.approx(found.gap, abs=1e-9)


@given(plans.plans(most_nodes=4), days)
@some
def test_the_shortfall_of_any_plan_sums_to_its_gap(file, day):
    plan = build(file)
    standings = rollup(plan, day)
    for key, standing in standings.items():
        if standing.score is not None:
            found = explain(plan, key, standings, day)
            assert sum(row.gap_share for row in found.leaves) == pytest.approx(found.gap, abs=1e-9)


@given(cascades())
@many
def test_the_worst_below_is_never_better_than_anything_that_counts_there(file):
    plan = build(file)
    standings = rollup(plan, DAY)
    for key, standing in standings.items():
        waiting, below = [key], {}
        while waiting and not plan.is_leaf(key):
            for part in counted(plan.contributions[waiting.pop()], standings, plan.taking_part(DAY)):
                if part.standing.score is not None and part.key not in below:
                    below[part.key] = part.standing.computed
                    waiting += [] if plan.is_leaf(part.key) else [part.key]
        if below:
            worst = max(below.values(), key=lambda status: status.severity)
            assert standing.worst is worst
            assert below[standing.worst_key] is worst


@given(cascades(most=7))
@many
def test_the_largest_of_the_worst_is_that_of_all_paths(file):
    plan = build(file)
    standings = rollup(plan, DAY)
    for key, standing in standings.items():
        if plan.is_leaf(key) or standing.score is None:
            continue
        lost = {}
        for child, weight in _paths(plan, key, standings):
            if standings[child].computed is standing.worst:
                lost[child] = max(lost.get(child, 0.0), weight * (1 - standings[child].score))
        assert standing.worst_at == pytest.approx(max(lost.values()), abs=1e-8)
        assert lost[standing.worst_key] == pytest.approx(max(lost.values()), abs=1e-8)


def _paths(plan, key, standings, weight=1.0):
    parts = counted(plan.contributions[key], standings, plan.taking_part(DAY))
    scored = [part for part in parts if part.standing.score is not None]
    total = sum(part.weight for part in scored)
    for part in scored:
        yield part.key, weight * part.weight / total
        if not plan.is_leaf(part.key):
            yield from _paths(plan, part.key, standings, weight * part.weight / total)


@given(plans.plans(most_nodes=4), days)
@some
def test_a_day_never_sees_what_came_later(file, day):
    seen = tuple(row for row in file.observations if row.date <= day)
    assert rollup(build(file), day) == rollup(build(file.model_copy(update={"observations": seen})), day)


@given(cascades(), st.data())
@many
def test_a_refused_circle_names_a_path_that_is_there(file, data):
    plan = build(file)
    child, parent = (data.draw(st.sampled_from(sorted(plan.nodes))) for _ in range(2))
    for kind, graph in ((LinkKind.contributes, plan.cascade), (LinkKind.drives, plan.drives)):
        more = file.model_copy(update={"links": (*file.links, _link(child, parent, kind))})
        circles = [each.fault for each in structure.check(more) if isinstance(each.fault, structure.Circle)]
        if not circles:
            structure.refuse_circle(plan, child, parent, kind)
            continue
        with pytest.raises(structure.Circle) as refused:
            structure.refuse_circle(plan, child, parent, kind)
        *way, last = refused.value.keys
        assert (way[0], way[-1], last) == (parent, child, parent)
        assert all(graph.has_edge(low, high) for low, high in pairwise(way))
        assert " → ".join(refused.value.keys) in str(refused.value)


def _link(child, parent, kind):
    return LinkFields(child=child, parent=parent, kind=kind)


@given(cascades(), st.lists(st.tuples(st.integers(0, 8), st.floats(-0.2, 1.2)), min_size=1, max_size=6))
@many
def test_what_is_kept_of_earlier_days_and_revisions_changes_nothing(file, edits):
    plan, earlier = build(file), []
    on = DAY, DAY + timedelta(days=1)
    for place, value in edits:
        earlier.append((plan, [rollup(plan, day) for day in on]))
        leaves = sorted(plan.metrics)
        key = leaves[place % len(leaves)]
        seen = tuple(each for each in file.observations if each.node != key)
        file = file.model_copy(
            update={"observations": (*seen, ObservationFields(node=key, date=DAY, value=value))}
        )
        plan = renewed(plan, {key}, observations={**plan.observations, key: (Point(DAY, value),)})
        assert [rollup(plan, day) for day in on] == [rollup(build(file), day) for day in on]
    for plan, found in earlier:
        assert [rollup(plan, day) for day in on] == found
    for later in range(2 * DAYS_JUDGED):
        rollup(plan, DAY + timedelta(days=later))
    assert len(plan.judged) == DAYS_JUDGED
