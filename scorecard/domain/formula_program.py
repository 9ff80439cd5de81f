"""What a formula is once it is compiled: what it reads, and a program in postfix."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

MOST_CHARACTERS = 2_000
MOST_OPERANDS = 200
MOST_NESTED = 64
MOST_PERIODS = 1_000
"""The longest lag: even in years it stays inside the calendar."""

Op = Literal["read", "number", "negate", "abs", "+", "-", "*", "/", "min", "max"]
Step = tuple[Op, int]

FOLDS: Mapping[str, Op] = {"min": "min", "max": "max", "sum": "+", "mean": "+"}
FUNCTIONS = frozenset({*FOLDS, "abs", "lag", "ytd"})
"""The names that no node may have as its key."""


class Read(NamedTuple):
    """One thing a formula asks of the plan; `n` counts periods of the formula's own cadence."""

    key: str
    how: Literal["value", "lag", "ytd"] = "value"
    n: int = 0


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula, checked and compiled.

    `program` is postfix for a stack of numbers. A step is (operation, index):

        read    push the value of reads[index]
        number  push numbers[index]
        negate  abs                take one, push one
        + - * / min max            take two (left below right), push one; of "/", the index
                                   is the divisor's in `divisors`, in its author's words

    Functions of many values are folded from the left, and `mean` ends in a division by a number.
    The index of the other operations is 0.
    """

    text: str
    reads: tuple[Read, ...]
    numbers: tuple[float, ...]
    divisors: tuple[str, ...]
    program: tuple[Step, ...]

    @property
    def operands(self) -> tuple[str, ...]:
        """Return the keys read in the period itself, by `ytd` too: where a circle would be one."""
        return tuple(dict.fromkeys(read.key for read in self.reads if read.how != "lag"))

    @property
    def ytd(self) -> tuple[str, ...]:
        """Return the keys read as the fiscal year's running total."""
        return tuple(read.key for read in self.reads if read.how == "ytd")

    @property
    def lagged(self) -> tuple[tuple[str, int], ...]:
        """Return every earlier read as (key, periods), also of keys that are operands besides."""
        return tuple((read.key, read.n) for read in self.reads if read.how == "lag")

    @property
    def keys(self) -> tuple[str, ...]:
        """Return every key of the formula once, in the order of its text."""
        return tuple(dict.fromkeys(read.key for read in self.reads))

    @property
    def bare(self) -> str | None:
        """Return the key that is the whole formula, brackets apart."""
        alone = self.text.strip("=() \t\r\n")
        return alone if self.program == (("read", 0),) and alone == self.reads[0].key else None
