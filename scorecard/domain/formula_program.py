"""What a formula is once it is compiled: what it reads, a program in postfix, and the calls it comes to."""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
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


CALLED: Mapping[Op, Callable[..., float]] = {
    "negate": operator.neg,
    "abs": operator.abs,
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "min": min,
    "max": max,
}
"""What each operation is for numbers."""

MOST_STREAMED = 32
"""How many operations may hand each other one number at a time before a whole column is worked out."""


class Read(NamedTuple):
    """One thing a formula asks of the plan; `n` counts periods of the formula's own cadence."""

    key: str
    how: Literal["value", "lag", "ytd"] = "value"
    n: int = 0


class Call(NamedTuple):
    """One operation over many periods: what it does to which slots, the right one -1 where it takes one.

    The slots are the columns of the reads, of the numbers, and of the calls before it. `whole` asks for the
    column to be worked out and checked at once: what is too large would be hidden by the call that takes it.
    """

    function: Callable[..., float]
    left: int
    right: int
    whole: bool


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
    The index of the other operations is 0. `calls` is the same for columns of numbers.
    """

    text: str
    reads: tuple[Read, ...]
    numbers: tuple[float, ...]
    divisors: tuple[str, ...]
    program: tuple[Step, ...]
    calls: tuple[Call, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        calls = _calls(self.program, len(self.reads), len(self.numbers))
        object.__setattr__(self, "calls", calls)

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


def _calls(program: Sequence[Step], reads: int, numbers: int) -> tuple[Call, ...]:
    """Return the operations of a program, each with the slots it takes from."""
    calls: list[Call] = []
    first = reads + numbers
    streamed = [0] * first
    stack: list[int] = []

    def taken(hidden: bool) -> int:
        slot = stack.pop()
        if slot >= first and (hidden or streamed[slot] >= MOST_STREAMED):
            calls[slot - first] = calls[slot - first]._replace(whole=True)
            streamed[slot] = 0
        return slot

    for op, index in program:
        if op == "read" or op == "number":
            stack.append(index if op == "read" else reads + index)
            continue
        right = taken(op in ("/", "min", "max")) if op not in ("negate", "abs") else -1
        left = taken(op in ("min", "max"))
        stack.append(len(streamed))
        streamed.append(1 + max(streamed[left], streamed[right] if right >= 0 else 0))
        calls.append(Call(CALLED[op], left, right, False))
    return tuple(calls)
