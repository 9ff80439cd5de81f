"""What a benchmark is, and how it is measured."""

import gc
import statistics
import time
from collections.abc import Callable
from typing import NamedTuple

Work = Callable[[], object]
Ready = Callable[[], "Measured"]


class Measured(NamedTuple):
    """Work made ready to be measured, and the floor it stands on.

    `fresh` is called before each round and is not measured: for work that must not find what the last round
    left behind. Work that is much shorter than its floor is done `repeats` times a round, so that both are
    measured as they run once they run.
    """

    work: Work
    floor: Work | None = None
    fresh: Work | None = None
    repeats: int = 1


class Row(NamedTuple):
    """One line of the table: the work in words, its goal, and how to make it ready.

    A goal is in milliseconds, in bytes, or in numbers where the work returns one (`unit` says which), or in
    multiples of the floor; without one the row is only reported.
    """

    work: str
    ready: Ready
    goal: float | None = None
    unit: str = "ms"
    times: float | None = None
    rounds: int = 15


class Result(NamedTuple):
    """What came out; `ok` is None where nothing was promised."""

    work: str
    measured: float
    unit: str
    floor: float | None
    ratio: float | None
    goal: str
    ok: bool | None


_rows: list[Row] = []


def row(
    work: str,
    *,
    goal: float | None = None,
    unit: str = "ms",
    times: float | None = None,
    rounds: int = 15,
) -> Callable[[Ready], Ready]:
    """Register a function that makes work ready as one line of the table."""

    def register(ready: Ready) -> Ready:
        _rows.append(Row(work, ready, goal, unit, times, rounds))
        return ready

    return register


def rows() -> tuple[Row, ...]:
    """Return every registered row, in the order of registration."""
    return tuple(_rows)


def run(row: Row) -> Result:
    """Measure a row: work and floor in turns, so that a busy machine is busy for both."""
    ready = row.ready()
    if row.unit != "ms":
        found = ready.work()
        assert isinstance(found, int | float)
        return _result(row, float(found), None)
    taken: list[float] = []
    floors: list[float] = []
    gc.collect()
    for _ in range(row.rounds):
        if ready.floor:
            floors.append(_milliseconds(ready.floor))
        for _ in range(ready.repeats):
            if ready.fresh:
                ready.fresh()
            taken.append(_milliseconds(ready.work))
    return _result(row, statistics.median(taken), statistics.median(floors) if floors else None)


def _milliseconds(work: Work) -> float:
    start = time.perf_counter()
    left = work()
    taken = time.perf_counter() - start
    del left
    return taken * 1e3


def _result(row: Row, measured: float, floor: float | None) -> Result:
    ratio = measured / floor if floor else None
    kept = []
    goals = []
    if row.goal is not None:
        goals.append(f"<= {row.goal:g} {row.unit}".strip())
        kept.append(measured <= row.goal)
    if row.times is not None and ratio is not None:
        goals.append(f"<= {row.times:g} x floor")
        kept.append(ratio <= row.times)
    return Result(row.work, measured, row.unit, floor, ratio, ", ".join(goals), all(kept) if kept else None)
