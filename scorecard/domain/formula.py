"""Formulas of KPIs: a closed language, compiled once, computed as often as there are periods.

    formula  = ["="] sum
    sum      = product {("+" | "-") product}
    product  = factor {("*" | "/") factor}
    factor   = "-" factor | number | key | "(" sum ")" | function
    function = ("min" | "max" | "sum" | "mean") "(" sum {"," sum} ")" | "abs" "(" sum ")"
             | "lag" "(" key "," count ")" | "ytd" "(" key ")"

Python never evaluates any of it. Every operation is strict: one missing operand makes the result missing.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from scorecard.domain.errors import N_
from scorecard.domain.formula_faults import FormulaError
from scorecard.domain.formula_parser import compile_formula
from scorecard.domain.formula_program import CALLED, FUNCTIONS, Formula, Read, Step

__all__ = ["FUNCTIONS", "Formula", "FormulaError", "Lack", "Missing", "Read", "Step", "evaluate", "parse"]


class Lack(StrEnum):
    """Why there is no number."""

    no_value = "no_value"
    unknown_key = "unknown_key"
    division_by_zero = "division_by_zero"
    not_finite = "not_finite"


_SENTENCES: Mapping[Lack, str] = {
    Lack.no_value: N_("“{key}” has no value for the period asked for."),
    Lack.unknown_key: N_("There is no measure “{key}”."),
    Lack.division_by_zero: N_("“{key}” divides by “{part}”, which is 0."),
    Lack.not_finite: N_("“{key}” comes to more than a number can hold."),
}
_SENTENCES_OF_NO_KEY: Mapping[Lack, str] = {
    Lack.division_by_zero: N_("The formula divides by “{part}”, which is 0."),
    Lack.not_finite: N_("The formula comes to more than a number can hold."),
}


@dataclass(frozen=True, slots=True)
class Missing:
    """A number that is not there: a value that travels upward as it is, never an exception and never 0.

    `key` is the node where it began, "" for a formula that belongs to none yet; `part` is the divisor
    that was 0. `sentence` and `facts` are a fault's: what to say, and what fills its placeholders.
    """

    reason: Lack
    key: str
    part: str = ""

    @property
    def sentence(self) -> str:
        """Return the message id of its sentence."""
        nameless = None if self.key else _SENTENCES_OF_NO_KEY.get(self.reason)
        return nameless or _SENTENCES[self.reason]

    @property
    def facts(self) -> dict[str, object]:
        """Return what fills the sentence."""
        return {"key": self.key, "part": self.part}

    def __str__(self) -> str:
        return self.sentence.format(**self.facts)


_LARGEST = sys.float_info.max


def evaluate(formula: Formula, read: Callable[[Read], float | Missing], key: str = "") -> float | Missing:
    """Compute the formula for one period.

    `read` is asked once for each distinct read, in the order of the text, and answers for that period; the
    first `Missing` it gives is the result. `key`, the formula's own node, names what goes missing here.
    Results are finite and never -0.0: an overflow is missing even where a later step would hide it.
    """
    values = []
    for wanted in formula.reads:
        value = read(wanted)
        if isinstance(value, Missing):
            return value
        if not -_LARGEST <= value <= _LARGEST:
            return Missing(Lack.not_finite, wanted.key)
        values.append(value)
    return _run(formula, values, key)


def _run(formula: Formula, values: Sequence[float], key: str) -> float | Missing:
    stack: list[float] = []
    push, pop = stack.append, stack.pop
    for op, index in formula.program:
        if op == "read":
            push(values[index])
            continue
        if op == "number":
            push(formula.numbers[index])
            continue
        right = pop()
        if op == "negate" or op == "abs":
            push(CALLED[op](right))
            continue
        if op == "/" and right == 0:
            return Missing(Lack.division_by_zero, key, formula.divisors[index])
        result = CALLED[op](pop(), right)
        if not -_LARGEST <= result <= _LARGEST:
            return Missing(Lack.not_finite, key)
        push(result)
    return pop() + 0.0


def parse(text: str) -> Formula:
    """Read and compile a formula; the same text gives the same object while it is remembered.

    Raises
    ------
    FormulaError
        with the position of the first character that does not fit.
    """
    return _remembered(text)


_remembered = lru_cache(maxsize=4096)(compile_formula)
