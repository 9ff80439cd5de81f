"""After any sequence of edits, of values, fields and links alike, the engine says what a fresh one says."""

import random
from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scorecard.domain.schema import LinkFields, NodeFields, ObservationFields, TargetFields
from scorecard.graph import structure
from scorecard.graph.engine import compile
from scorecard.graph.plan import build
from scorecard.graph.rollup import rollup
from tests import plans
from tests.drawing import file

DAYS = [date(2026, 3, 31), date(2026, 7, 1), date(2027, 1, 31)]
FORMULAS = {
    "ratio": {"formula": "won / bids * 100", "cadence": "monthly"},
    "balance": {"formula": "lag(balance, 1) + won", "cadence": "monthly"},
    "reader": {"formula": "ratio"},
}
LIMIT = {"kind": "at_least", "target": 50.0}
YEAR = {"key": "year", "title": "2026", "start": date(2026, 1, 1), "end": date(2026, 12, 31)}


def start():
    """Return a plan with a diamond, formulas over formulas, policies and a cycle."""
    observed = {"won": "01-31: 5, 02-28: 7", "bids": "01-31: 10, 02-28: 10", "balance": "2025-12-31: 100"}
    nodes = {key: {**fields, "measure": LIMIT} for key, fields in FORMULAS.items()}
    nodes |= {key: {"aggregate": "sum", "cadence": "monthly"} for key in ("won", "bids")}
    return file(
        "top < mid[2] < a=0.9, b=0.7, ratio; top < low:worst < b[3]!, c=?, reader; top < balance",
        observed,
        {"cycles": [YEAR]},
        **nodes,
    )


def with_rows(plan, section, rows):
    return plan.model_copy(update={section: tuple(rows)})


def observed(chance, plan):
    """Enter, correct or withdraw a value."""
    key = chance.choice([node.key for node in plan.nodes if node.measure or node.aggregate == "sum"])
    day = chance.choice([*DAYS, date(2026, 2, 28)])
    rest = [row for row in plan.observations if (row.node, row.date) != (key, day)]
    new = ObservationFields(node=key, date=day, value=chance.choice([0.0, 0.5, 0.8, 1.0, 12.0, 60.0]))
    return with_rows(plan, "observations", rest if chance.random() < 0.3 else [*rest, new]), [key]


def targeted(chance, plan):
    """Set the target of a period."""
    key, day = chance.choice([node.key for node in plan.nodes if node.measure]), chance.choice(DAYS)
    rest = [row for row in plan.targets if (row.node, row.date) != (key, day)]
    return with_rows(plan, "targets", [*rest, TargetFields(node=key, date=day, value=2.0)]), [key]


def edited(chance, plan):
    """Change a field of a node."""
    node = chance.choice(plan.nodes)
    ways = [
        {"archived": not node.archived},
        {"lifecycle": chance.choice(["active", "draft", "retired", "closed"])},
        {"grade": None if node.grade else {"score": 0.8, "status": "at_risk"}},
        {"cycle": None if node.cycle else "year"},
        {"cadence": chance.choice([None, "weekly", "monthly", "quarterly"])},
        {"aggregate": chance.choice(["last", "sum", "mean"])},
        {"policy": chance.choice([None, "worst", "best", "mean"])},
        {"bands": chance.choice([None, {"on_track": 0.99, "at_risk": 0.6}])},
        {"measure": chance.choice([None, LIMIT, {"kind": "reach", "baseline": 0.0, "target": 1.0}])},
        {"formula": FORMULAS[node.key]["formula"] if node.key in FORMULAS and not node.formula else None},
        {"title": f"{node.title}, again"},
    ]
    fields = {**node.model_dump(), **chance.choice(ways)}
    nodes = [NodeFields.model_validate(fields) if each is node else each for each in plan.nodes]
    return with_rows(plan, "nodes", nodes), [node.key]


def linked(chance, plan):
    """Cut a link, change its weight, or draw another."""
    link = chance.choice(plan.links)
    rest = [each for each in plan.links if each is not link]
    keys = [node.key for node in plan.nodes]
    heavier = link.model_copy(update={"weight": link.weight * 3, "critical": not link.critical})
    first, second = sorted(chance.sample(range(len(keys)), 2))
    other = LinkFields(child=keys[second], parent=keys[first])
    links = chance.choice([rest if len(rest) > 2 else plan.links, [*rest, heavier], [*plan.links, other]])
    moved = with_rows(plan, "links", links)
    return (plan, []) if structure.check(moved) else (moved, [link.child, other.child])


def same(first, second):
    """Tell whether two parts of a standing are one; coverage, rounded to 1e-9, may be rounded either way."""
    if isinstance(first, float) and isinstance(second, float):
        return abs(first - second) <= 2e-9 * max(1.0, abs(first))
    return first == second


@given(st.integers(0, 10**9), st.integers(1, 10))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_sequence_of_edits_gives_what_a_fresh_roll_up_gives(seed, edits):
    chance, plan = random.Random(seed), start()
    engine = compile(build(plan))
    engine.standings(DAYS)
    for step in range(edits):
        plan, touched = chance.choice([observed, observed, targeted, edited, linked])(chance, plan)
        engine.update(build(plan, step + 1), touched)
        if chance.random() < 0.5:
            engine.standings([chance.choice(DAYS)])
    columns = engine.standings(DAYS)
    for day in DAYS:
        specified, answered = rollup(build(plan), day), columns.on(day)
        assert specified.keys() == answered.keys()
        for key, standing in specified.items():
            pairs = zip(standing._fields, standing, answered[key], strict=True)
            assert [name for name, one, other in pairs if not same(one, other)] == []


@given(plans.plans(most_nodes=5), plans.plans(most_nodes=5))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_plan_taken_over_by_quite_another_is_that_other(first, second):
    engine = compile(build(first))
    engine.standings(DAYS)
    engine.update(build(second, 1), [node.key for node in (*first.nodes, *second.nodes)])
    for day in DAYS:
        answered = engine.standings([day]).on(day)
        for key, standing in rollup(build(second), day).items():
            assert all(same(one, other) for one, other in zip(standing, answered[key], strict=True))
