"""Many at once: processes that start together, each with a database of its own."""

import multiprocessing
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Meet(Protocol):
    """Where all wait until all are there."""

    def __call__(self) -> object:
        """Wait for the others."""


def together(processes: int, work: Callable[[int, Meet], T]) -> list[T]:
    """Run `work(number, meet)` in as many processes and return what each returned.

    Parameters:
        work: can be pickled; it calls `meet` as often as every other does.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.faults.registry", "scorecard.store.upgrade"])
    barrier = context.Barrier(processes)
    with context.Pool(processes, _wait_at, (barrier,)) as pool:
        return pool.starmap(_run, [(work, number) for number in range(processes)], chunksize=1)


_barrier: Any = None


def _wait_at(barrier: Any) -> None:
    global _barrier
    _barrier = barrier


def _run(work: Callable[[int, Meet], T], number: int) -> T:
    return work(number, lambda: _barrier.wait(60))
