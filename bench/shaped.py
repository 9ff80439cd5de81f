"""The engine on plans of the shapes that break tools: what a further day costs once they are compiled."""

from collections.abc import Callable
from datetime import timedelta
from itertools import count

from bench.rows import Measured, row
from bench.shapes import DAY, chain, formula_chain, ladder, star
from scorecard.domain.schema import PlanFile
from scorecard.graph.engine import compile
from scorecard.graph.plan import build


def _further_days(file: PlanFile) -> Measured:
    """Make ready a plan whose leaves were read for one day; each round asks for a day of its own."""
    engine = compile(build(file))
    engine.standings([DAY])
    numbers = count(1)
    return Measured(lambda: engine.standings([DAY - timedelta(days=next(numbers))]))


def _compiled(file: PlanFile) -> Measured:
    plan = build(file)
    return Measured(lambda: compile(plan).standings([DAY]))


def _shape(words: str, make: Callable[[], PlanFile], goal: float | None = 100) -> None:
    row(f"engine: {words}, one more day", goal=goal)(lambda: _further_days(make()))
    row(f"engine: {words}, compiled, and its first day", rounds=3)(lambda: _compiled(make()))


_shape("chain 10,000 deep", lambda: chain(10_000))
_shape("star 100,000 wide", lambda: star(100_000))
_shape("36 diamonds, 2^36 paths", lambda: ladder(36))
_shape("chain of 10,000 formulas", lambda: formula_chain(10_000), goal=None)
