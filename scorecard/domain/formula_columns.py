"""A formula over many periods at once: a column of numbers for each thing it reads, and one that results."""

from collections.abc import Iterable, Sequence
from math import isfinite

from scorecard.domain.formula import Formula, Missing, evaluate


def evaluate_all(
    formula: Formula, columns: Sequence[Sequence[float]], count: int, key: str = ""
) -> Sequence[float | Missing]:
    """Compute a formula for `count` periods in which nothing is missing; each comes to what `evaluate` gives.

    `columns` are what the formula reads, one for each of its reads, with a finite number for each period. An
    operation is called for all periods before the next; only where one fails is each period run by itself.
    """
    slots: list[Iterable[float]] = [*columns]
    for number in formula.numbers:
        slots.append([number] * count)
    try:
        for function, left, right, whole in formula.calls:
            found = map(function, slots[left]) if right < 0 else map(function, slots[left], slots[right])
            slots.append(_finite(found) if whole else found)
        results = _finite(slots[-1])
    except (ZeroDivisionError, OverflowError):
        return [_alone(formula, columns, place, key) for place in range(count)]
    return results if all(results) else [result + 0.0 for result in results]


def _finite(numbers: Iterable[float]) -> list[float]:
    """Return numbers worked out; raises OverflowError where one of them, or their sum, is not finite."""
    found = list(numbers)
    if not isfinite(sum(found)):
        raise OverflowError
    return found


def _alone(formula: Formula, columns: Sequence[Sequence[float]], place: int, key: str) -> float | Missing:
    values = dict(zip(formula.reads, (column[place] for column in columns), strict=True))
    return evaluate(formula, values.__getitem__, key)
