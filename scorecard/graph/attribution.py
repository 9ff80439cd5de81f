"""Why a formula's number changed: its change between two periods, split over what it reads.

Up to eight things that changed get their Shapley values (L. S. Shapley, A Value for n-Person Games, 1953):
what each does to the result, averaged over every order in which they could have changed. Beyond that every
order is out of reach, and two stand for all: the formula's own and its reverse (E. Dietzenbacher and B. Los,
Structural Decomposition Techniques: Sense and Sensitivity, Economic Systems Research 10, 1998). Both add up
to the change.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from math import factorial, fsum
from typing import NamedTuple

from scorecard.domain.errors import N_
from scorecard.domain.formula import Formula, Missing, Read, evaluate
from scorecard.domain.period import Period
from scorecard.graph.formulas import Sheet
from scorecard.graph.path import between
from scorecard.graph.plan import Plan

MOST_EXACT = 8
"""The most changed operands for which every order is tried; it takes 2 to the 8th evaluations."""


class Method(StrEnum):
    """How a change was split."""

    shapley = "shapley"
    mirrored = "mirrored"


class Obstacle(StrEnum):
    """Why a change cannot be split."""

    missing = "missing"
    entered = "entered"
    mixture = "mixture"

    @property
    def sentence(self) -> str:
        """Return the message id of its sentence."""
        return _SENTENCES[self]


_SENTENCES = {
    Obstacle.missing: N_("One of the two periods has no number, so there is no change to explain."),
    Obstacle.entered: N_(
        "A number was entered in place of the formula's, so what it reads does not explain it."
    ),
    Obstacle.mixture: N_(
        "With some numbers of one period and some of the other the formula does not compute."
    ),
}


class Share(NamedTuple):
    """What one thing that a formula reads did to the change; 0 where it stayed as it was."""

    read: Read
    before: float
    after: float
    share: float


class Attribution(NamedTuple):
    """The change of a formula's number between two periods.

    `shares`, in the order of the formula, add up to `change`. Where it cannot be split they are empty, with
    an `obstacle` that says why and, where a number went missing, the `missing` that says which.
    """

    key: str
    before: float | None
    after: float | None
    shares: tuple[Share, ...] = ()
    method: Method | None = None
    obstacle: Obstacle | None = None
    missing: Missing | None = None

    @property
    def change(self) -> float | None:
        """Return what the shares add up to, None where a period has no number."""
        return None if self.before is None or self.after is None else self.after - self.before


def attribute(plan: Plan, key: str, before: Period, after: Period) -> Attribution:
    """Return how the change of a formula KPI from one period to another came about.

    The periods are those of the formula's own cadence that hold the last days of the two; without a cadence,
    these days. Raises KeyError for a node without a formula.
    """
    metric = plan.metrics[key]
    sheet = Sheet(plan, metric.cadence, max(before.end, after.end), metric.due)
    return split(sheet, key, sheet.period(before.end), sheet.period(after.end))


def split(sheet: Sheet, key: str, before: Period, after: Period) -> Attribution:
    """Return how the change of a formula from one period of a sheet to another came about."""
    formula, periods = sheet.plan.formulas[key], (before, after)
    values = [sheet.value(key, period) for period in periods]
    first, second = (None if isinstance(value, Missing) else value for value in values)
    known = Attribution(key, first, second)
    lacks = [value for value in values if isinstance(value, Missing)]
    if lacks:
        return known._replace(obstacle=Obstacle.missing, missing=lacks[0])
    if any(between(sheet.points(key), *period) for period in periods):
        return known._replace(obstacle=Obstacle.entered)
    return _split(known, formula, *(_numbers(sheet.answers(key, period)) for period in periods))


def _numbers(answers: Sequence[float | Missing]) -> list[float]:
    return [answer for answer in answers if not isinstance(answer, Missing)]


class _Mixture(Exception):
    """A mixture of two periods for which the formula does not compute."""

    def __init__(self, missing: Missing) -> None:
        super().__init__(str(missing))
        self.missing = missing


def _split(known: Attribution, formula: Formula, before: list[float], after: list[float]) -> Attribution:
    changed = [place for place, (then, now) in enumerate(zip(before, after, strict=True)) if then != now]
    method = Method.shapley if len(changed) <= MOST_EXACT else Method.mirrored

    def mixed(chosen: int) -> float:
        """Return the result where the changed operands whose bits are set have changed already."""
        values = dict(zip(formula.reads, before, strict=True))
        for bit, place in enumerate(changed):
            if chosen >> bit & 1:
                values[formula.reads[place]] = after[place]
        result = evaluate(formula, values.__getitem__, known.key)
        if isinstance(result, Missing):
            raise _Mixture(result)
        return result

    try:
        parts = _shapley(len(changed), mixed) if method is Method.shapley else _mirrored(len(changed), mixed)
    except _Mixture as mixture:
        return known._replace(obstacle=Obstacle.mixture, missing=mixture.missing)
    of = dict(zip(changed, parts, strict=True))
    shares = (
        Share(read, before[place], after[place], of.get(place, 0.0))
        for place, read in enumerate(formula.reads)
    )
    return known._replace(shares=tuple(shares), method=method)


def _shapley(count: int, mixed: Callable[[int], float]) -> list[float]:
    """Return what each of a few does on average over all orders."""
    worth = [mixed(chosen) for chosen in range(1 << count)]
    return [_average(worth, count, 1 << place) for place in range(count)]


def _average(worth: Sequence[float], count: int, bit: int) -> float:
    """Return what one does on average; so many orders have the same ones before it."""
    steps = []
    for chosen, result in enumerate(worth):
        if not chosen & bit:
            earlier = chosen.bit_count()
            orders = factorial(earlier) * factorial(count - 1 - earlier)
            steps.append(orders / factorial(count) * (worth[chosen | bit] - result))
    return fsum(steps)


def _mirrored(count: int, mixed: Callable[[int], float]) -> list[float]:
    """Return what each of many does, the mean of one order and its reverse."""
    every = (1 << count) - 1
    first = [mixed((1 << place) - 1) for place in range(count + 1)]
    last = [mixed(every ^ ((1 << place) - 1)) for place in range(count + 1)]
    return [(first[i + 1] - first[i] + last[i] - last[i + 1]) / 2 for i in range(count)]
