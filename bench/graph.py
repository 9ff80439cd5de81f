"""The graph's rows: building a plan, rolling it up, explaining it, whatever its shape."""

from functools import cache

from bench import floors
from bench.rows import Measured, row
from bench.shapes import DAY, chain, ladder, star
from scorecard.domain.schema import PlanFile
from scorecard.graph.alignment import lines_of_sight
from scorecard.graph.explain import explain
from scorecard.graph.plan import Plan, build, tree_order
from scorecard.graph.renewal import renewed
from scorecard.graph.rollup import rollup
from tests.grown_plans import grown_plan

NODES = 2_000
DEEP = 10_000
WIDE = 100_000
STEPS = 36


@cache
def _file(nodes: int) -> PlanFile:
    return grown_plan(nodes, seed=1)


@cache
def _plan(nodes: int) -> Plan:
    return build(_file(nodes))


@row("roll up 2,000 nodes", goal=15)
def _rollup() -> Measured:
    plan = _plan(NODES)
    return Measured(lambda: rollup(plan, DAY), lambda: floors.topological_pass(plan))


@row("roll up 2,000 nodes after one value changed", goal=15)
def _rollup_after_a_value() -> Measured:
    plans = [_plan(NODES)]
    key = [*plans[0].observations][-1]

    def change() -> None:
        points = plans[-1].observations[key]
        lower = points[-1]._replace(value=float(points[-1].value) * 0.99)
        observations = {**plans[-1].observations, key: (*points[:-1], lower)}
        plans[:] = [renewed(plans[-1], {key}, observations=observations)]

    return Measured(lambda: rollup(plans[-1], DAY), lambda: floors.topological_pass(plans[-1]), change)


@row("roll up 2,000 nodes for the first time after they were read", times=6)
def _first_rollup() -> Measured:
    fresh: list[Plan] = []
    return Measured(
        lambda: rollup(fresh.pop(), DAY),
        lambda: floors.topological_pass(_plan(NODES)),
        lambda: fresh.append(build(_file(NODES))),
    )


@row("roll up 10,000 nodes")
def _large_rollup() -> Measured:
    plan = _plan(10_000)
    return Measured(lambda: rollup(plan, DAY), lambda: floors.topological_pass(plan))


@row("build a plan of 2,000 nodes from its file", goal=40)
def _build() -> Measured:
    file = _file(NODES)
    links = [(link.child, link.parent) for link in file.links]
    return Measured(lambda: build(file), lambda: floors.bare_graph(links))


@row("explain the top of 2,000 nodes")
def _explain() -> Measured:
    plan = _plan(NODES)
    top = next(iter(plan.nodes))
    standings = rollup(plan, DAY)
    return Measured(lambda: explain(plan, top, standings, DAY), lambda: floors.ancestors(plan, top))


@row("chain 10,000 deep: roll up", goal=200)
def _deep_rollup() -> Measured:
    plan = build(chain(DEEP))
    return Measured(lambda: rollup(plan, DAY), lambda: floors.topological_pass(plan))


@row("chain 10,000 deep: explain the top", goal=200)
def _deep_explain() -> Measured:
    plan = build(chain(DEEP))
    standings = rollup(plan, DAY)
    return Measured(lambda: explain(plan, "n0", standings, DAY), lambda: floors.ancestors(plan, "n0"))


@row("chain 10,000 deep: the leaf's line of sight", goal=200)
def _deep_sight() -> Measured:
    plan = build(chain(DEEP))
    return Measured(lambda: lines_of_sight(plan, "leaf"))


@row("chain 10,000 deep: the tree in order", goal=200)
def _deep_tree() -> Measured:
    plan = build(chain(DEEP))
    return Measured(lambda: list(tree_order(plan)))


@row("36 diamonds, 2^36 paths: roll up, explain, lines of sight", goal=200)
def _diamonds() -> Measured:
    plan = build(ladder(STEPS))

    def work() -> object:
        standings = rollup(plan, DAY)
        return explain(plan, "n0", standings, DAY), lines_of_sight(plan, "leaf")

    return Measured(work)


@row("star 100,000 wide: roll up", rounds=3)
def _wide() -> Measured:
    plan = build(star(WIDE))
    return Measured(lambda: rollup(plan, DAY), lambda: floors.topological_pass(plan))
