"""The engine's rows: the roll-up from arrays beside what NumPy or networkx need for less."""

import gc
import time
from functools import cache

import numpy as np

from bench import floors
from bench.large import Edits, large_plan, month_ends
from bench.rows import Measured, row
from bench.shapes import DAY, chain, ladder, star
from scorecard.domain.schema import PlanFile
from scorecard.graph.engine import Engine, compile
from scorecard.graph.engine_leaves import Inputs, inputs_on, leaves_of
from scorecard.graph.engine_rollup import roll_up
from scorecard.graph.engine_scores import score_leaves
from scorecard.graph.engine_step import Steps
from scorecard.graph.engine_structure import Structure, structure_of
from scorecard.graph.engine_table import Table, empty_table
from scorecard.graph.plan import Plan, build
from scorecard.graph.rollup import rollup
from tests.grown_plans import grown_plan

EDITS = 2_000


class _Ready:
    """A plan compiled, and the values of its leaves on some days: all that a roll-up starts from."""

    def __init__(self, plan: Plan, months: int) -> None:
        days = month_ends(months)
        self.structure: Structure = structure_of(plan)
        self.inputs: Inputs = inputs_on(leaves_of(plan, self.structure), self.structure, days)
        self.table: Table = empty_table(self.structure, days)
        self.steps = Steps(self.structure, self.table)

    def work(self) -> None:
        """Score the leaves and roll everything up: score, progress, coverage, caps and worst."""
        score_leaves(self.structure, self.table, self.inputs)
        roll_up(self.structure, self.table, self.steps)


@row("engine: 100,000 nodes x 12 months, scored and rolled up", times=6, rounds=7)
def _large() -> Measured:
    ready = _Ready(large_plan(100_000, 12), 12)
    kinds = floors.by_kind(ready.structure, ready.inputs)
    return Measured(ready.work, lambda: floors.element_wise(kinds))


@row("engine: room for 12 months, a leaf", goal=700, unit="bytes")
def _room() -> Measured:
    plan = large_plan(20_000, 12)
    engine = compile(plan)
    engine.standings(month_ends(12))
    return Measured(lambda: engine.bytes_held() / len(plan.leaves))


@cache
def _grown() -> Plan:
    return build(grown_plan(10_000, seed=1, months=1))


@row("engine: 10,000 nodes x 1 day, scored and rolled up", times=1 / 50, rounds=25)
def _small() -> Measured:
    ready, cascade = _Ready(_grown(), 1), floors.networkx_cascade(_grown(), month_ends(1)[0])
    return Measured(ready.work, lambda: floors.networkx_pass(cascade), repeats=20)


@row("engine: 10,000 nodes x 1 day, beside the plain roll-up", rounds=9)
def _plain() -> Measured:
    ready, day = _Ready(_grown(), 1), month_ends(1)[0]
    return Measured(ready.work, lambda: rollup(_grown(), day))


@row("engine: compile the cascade of 10,000 nodes", rounds=9)
def _compile() -> Measured:
    return Measured(lambda: structure_of(_grown()))


def _edited(nodes: int) -> Measured:
    """Make ready the slowest but one in a hundred of many edits, in microseconds of the engine alone."""
    plan = large_plan(nodes, 1)
    engine, edits = compile(plan), Edits(plan)
    engine.standings(month_ends(1))

    def slowest_but_a_hundredth() -> float:
        gc.collect()
        gc.freeze()
        taken = sorted(_taken(engine, edits) for _ in range(EDITS))
        gc.unfreeze()
        return taken[EDITS * 99 // 100] / 1e3

    return Measured(slowest_but_a_hundredth)


def _taken(engine: Engine, edits: Edits) -> int:
    edit = edits.next()
    start = time.thread_time_ns()
    engine.update(edit.plan, [edit.key], since=edit.day)
    return time.thread_time_ns() - start


@row("engine: one value changes among 10,000 nodes, p99", goal=200, unit="µs")
def _edit_small() -> Measured:
    return _edited(10_000)


@row("engine: one value changes among 100,000 nodes, p99", goal=200, unit="µs")
def _edit_large() -> Measured:
    return _edited(100_000)


@row("engine: one value changes among 1,000,000 nodes, p99", goal=200, unit="µs")
def _edit_largest() -> Measured:
    return _edited(1_000_000)


def _shaped(file: PlanFile) -> Measured:
    engine = compile(build(file))
    engine.standings([DAY])
    structure, table = structure_of(engine.plan), engine.kept((DAY,)).table
    steps = Steps(structure, table)
    assert np.count_nonzero(table.worst)
    return Measured(lambda: roll_up(structure, table, steps))


@row("engine: chain 10,000 deep, rolled up", goal=100)
def _chain() -> Measured:
    return _shaped(chain(10_000))


@row("engine: star 100,000 wide, rolled up", goal=100)
def _star() -> Measured:
    return _shaped(star(100_000))


@row("engine: 36 diamonds, 2^36 paths, rolled up", goal=100)
def _ladder() -> Measured:
    return _shaped(ladder(36))
