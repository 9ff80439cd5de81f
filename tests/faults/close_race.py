"""A cycle closed while others check in: what was frozen is what its parts come to, to the last of them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from functools import partial
from random import Random
from threading import Barrier
from time import sleep
from typing import Any
from unittest.mock import patch

from scorecard.domain.schema import CycleFields, ObservationFields, PlanFile
from scorecard.domain.vocabulary import CycleState, Lifecycle
from scorecard.graph.closing import grades
from scorecard.graph.plan import build
from scorecard.store import queries
from scorecard.store.commands import cycles
from scorecard.store.commands.check_ins import record
from scorecard.store.commands.cycles import move_cycle
from scorecard.store.commands.plans import create_plan
from scorecard.store.database import Database
from scorecard.store.locks import CycleClosed
from tests.faults.places import empty_database, opened
from tests.faults.result import Result
from tests.store.drawn import drawn

RUNS = 100
WRITERS = 7
SPREAD = 0.05
"""Seconds within which the closing comes, so that it meets the writers at any point."""

END = date(2026, 3, 31)
QUARTER = CycleFields(key="q1", title="Q1", start=date(2026, 1, 1), end=END)


def run(runs: int, sabotage: bool, database: str | None) -> Result:
    """Close a cycle among writers time and again."""
    wrong: list[str] = []
    late, chance = 0, Random(5)
    with empty_database(database) as address, opened(address) as db, ThreadPoolExecutor(WRITERS + 1) as pool:
        for number in range(runs):
            plan = f"p{number}"
            create_plan(db, _file(plan), actor="setup")
            with _unprotected(sabotage, db, plan):
                accepted = _raced(db, plan, pool, chance)
            late += WRITERS - len(accepted)
            wrong += [f"run {number}: {each}" for each in _wrong(db, plan, accepted)]
    return Result(runs, len(wrong), {"refused_as_too_late": late, "wrong": wrong[:5]})


def _file(plan: str) -> PlanFile:
    lines = [f"top < part < leaf{number}" for number in range(WRITERS)]
    file = drawn(*lines, cycles=(QUARTER,))
    nodes = tuple(node.model_copy(update={"cycle": "q1"}) for node in file.nodes)
    return file.model_copy(update={"plan": plan, "nodes": nodes})


def _raced(db: Database, plan: str, pool: ThreadPoolExecutor, chance: Random) -> dict[str, float]:
    """Let all begin at once; return the values that were accepted, by node."""
    gate = Barrier(WRITERS + 1)
    writers = [pool.submit(_checked_in, db, plan, number, gate) for number in range(WRITERS)]
    closing = pool.submit(_begun_together, gate, partial(_close, db, plan, chance.uniform(0, SPREAD)))
    found = dict(each for writer in writers if (each := writer.result()))
    closing.result()
    return found


def _begun_together(gate: Barrier, work: Callable[[], Any]) -> Any:
    gate.wait(30)
    return work()


def _checked_in(db: Database, plan: str, number: int, gate: Barrier) -> tuple[str, float] | None:
    seen = ObservationFields(node=f"leaf{number}", date=END, value=float(number + 1))
    try:
        _begun_together(gate, lambda: record(db, plan, seen, actor="writer"))
    except CycleClosed:
        return None
    return seen.node, float(number + 1)


def _close(db: Database, plan: str, after: float) -> None:
    sleep(after)
    move_cycle(db, plan, "q1", CycleState.closed, version=None, actor="closer", today=END)


def _wrong(db: Database, plan: str, accepted: dict[str, float]) -> list[str]:
    file = queries.load_file(db, plan)
    thawed = tuple(
        node.model_copy(update={"lifecycle": Lifecycle.active, "grade": None}) for node in file.nodes
    )
    parts = grades(build(file.model_copy(update={"nodes": thawed})), "q1")
    frozen = {node.key: node.grade for node in file.nodes}
    wrong = [f"{key} is frozen at {frozen[key]}, comes to {grade}" for key, grade in parts.items()
             if frozen[key] != grade]  # fmt: skip
    there = {seen.node: seen.value for seen in file.observations}
    return wrong + ([f"accepted {accepted}, kept {there}"] if there != accepted else [])


def _unprotected(sabotage: bool, db: Database, plan: str) -> AbstractContextManager[Any]:
    """Let the closing grade what it read before it had the plan to itself."""
    if not sabotage:
        return nullcontext()
    before = queries.load_plan(db, plan)
    return patch.object(cycles, "grades", lambda _plan, cycle, learnings: grades(before, cycle, learnings))
