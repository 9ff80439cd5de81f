"""Formulas of KPIs: a closed language, compiled once, computed as often as there are periods.

    formula  = ["="] sum
    sum      = product {("+" | "-") product}
    product  = factor {("*" | "/") factor}
    factor   = "-" factor | number | key | "(" sum ")" | function
    function = ("min" | "max" | "sum" | "mean") "(" sum {"," sum} ")" | "abs" "(" sum ")"
             | "lag" "(" key "," count ")" | "ytd" "(" key ")"

Python never evaluates any of it. The parser keeps open brackets on a stack of its own, so that no text can
exhaust Python's; all the operations are strict, so that one missing operand makes the result missing.
"""

import operator
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Literal, NamedTuple

from scorecard.domain import formula_faults as faults
from scorecard.domain.errors import N_
from scorecard.domain.formula_faults import FormulaError

__all__ = ["FUNCTIONS", "Formula", "FormulaError", "Lack", "Missing", "Read", "Step", "evaluate", "parse"]

MOST_CHARACTERS = 2_000
MOST_OPERANDS = 200
MOST_NESTED = 64
MOST_PERIODS = 1_000
"""The longest lag: even in years it stays inside the calendar."""

Op = Literal["read", "number", "negate", "abs", "+", "-", "*", "/", "min", "max"]
Step = tuple[Op, int]

_FOLDS: Mapping[str, Op] = {"min": "min", "max": "max", "sum": "+", "mean": "+"}
FUNCTIONS = frozenset({*_FOLDS, "abs", "lag", "ytd"})
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
                                   is the divisor's in `divisors`, as the author wrote it

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
        """Return the key whose value is the formula's, where the formula is that key alone."""
        alone = self.program == (("read", 0),) and self.reads[0].how == "value"
        return self.reads[0].key if alone else None


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
_BINARY: Mapping[Op, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "min": min,
    "max": max,
}


def evaluate(formula: Formula, read: Callable[[Read], float | Missing], key: str = "") -> float | Missing:
    """Compute the formula for one period.

    `read` is asked once for each distinct read, in the order of the text, and answers for that period; the first
    `Missing` it gives is the result. `key`, the formula's own node, names what goes missing here.
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


def _run(formula: Formula, values: list[float], key: str) -> float | Missing:
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
        if op == "negate":
            push(-right)
            continue
        if op == "abs":
            push(abs(right))
            continue
        if op == "/" and right == 0:
            return Missing(Lack.division_by_zero, key, formula.divisors[index])
        result = _BINARY[op](pop(), right)
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
    if len(text) > MOST_CHARACTERS:
        raise faults.FormulaTooLong(MOST_CHARACTERS, most=MOST_CHARACTERS, length=len(text))
    return _compiled(text)


@lru_cache(maxsize=4096)
def _compiled(text: str) -> Formula:
    return _Parser(text).formula()


class _Token(NamedTuple):
    kind: str
    text: str
    position: int

    @property
    def end(self) -> int:
        return self.position + len(self.text)


_START = re.compile(r"[ \t\r\n]*=?")
_TOKEN = re.compile(
    r"(?P<space>[ \t\r\n]+)|(?P<number>[0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<key>[a-z][a-z0-9_]*)|(?P<sign>[-+*/(),])"
)
_WORD = re.compile(r"[\w.]+")


def _tokens(text: str) -> list[_Token]:
    start = _START.match(text)
    at = start.end() if start else 0
    tokens = []
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise _misfit(text, at)
        kind = str(found.lastgroup)
        if kind in ("number", "key") and _WORD.match(text, found.end()):
            raise _misfit(text, at)
        if kind != "space":
            tokens.append(_Token(kind, found[0], at))
        at = found.end()
    if not tokens:
        raise faults.FormulaEmpty(at)
    return [*tokens, _Token("end", "", at)]


def _misfit(text: str, at: int) -> FormulaError:
    found = _WORD.match(text, at)
    word = found[0] if found else text[at]
    foreign = next((i for i, sign in enumerate(word) if not sign.isascii()), None if found else 0)
    if foreign is not None:
        return faults.SignUnknown(at + foreign, sign=_shown(word[foreign]))
    fault = faults.NumberUnreadable if word[0] in ".0123456789" else faults.KeyUnreadable
    return fault(at, word=_clipped(word))


def _shown(sign: str) -> str:
    """Return a sign with its code point where the eye alone could not tell it."""
    code = f"U+{ord(sign):04X}"
    if not sign.isprintable():
        return code
    return sign if sign.isascii() else f"{sign} ({code})"


def _clipped(word: str) -> str:
    return word if len(word) <= 40 else f"{word[:39]}…"


@dataclass(slots=True)
class _Open:
    """An operator that waits for its right side, or a bracket for its partner."""

    op: str
    position: int
    values: int = 1


_RANK: Mapping[str, int] = {"+": 1, "-": 1, "*": 2, "/": 2, "negate": 3}
_OPS: Mapping[str, Op] = {"+": "+", "-": "-", "*": "*", "/": "/", "negate": "negate"}


class _Parser:
    """One pass over the tokens, turning infix into postfix: what is `open` waits on a stack."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = _tokens(text)
        self.at = 0
        self.open: list[_Open] = []
        self.nested = 0
        self.operands = 0
        self.reads: dict[Read, int] = {}
        self.numbers: list[float] = []
        self.divisors: list[str] = []
        self.steps: list[Step] = []

    def formula(self) -> Formula:
        """Compile the whole text."""
        self.take_value()
        while self.take_operator():
            self.take_value()
        return Formula(
            self.text, tuple(self.reads), tuple(self.numbers), tuple(self.divisors), tuple(self.steps)
        )

    def take(self) -> _Token:
        token = self.tokens[self.at]
        self.at += 1
        return token

    def take_value(self) -> None:
        """Read up to and with the next number or key, opening what stands before it."""
        while True:
            token = self.take()
            if token.kind == "number":
                return self.number(token)
            if token.kind == "key":
                if self.key_is_value(token):
                    return None
            elif token.text == "-":
                self.open.append(_Open("negate", token.position))
            elif token.text == "(":
                self.open_bracket("(", token.position)
            elif token.kind == "end":
                raise faults.FormulaUnfinished(token.position)
            else:
                raise faults.ValueMissing(token.position, word=token.text)

    def number(self, token: _Token) -> None:
        number = float(token.text)
        if number > _LARGEST:
            raise faults.NumberTooLarge(token.position, word=_clipped(token.text))
        self.steps.append(("number", len(self.numbers)))
        self.numbers.append(number)

    def key_is_value(self, token: _Token) -> bool:
        """Compile a key or what a function begins with; return whether a value is complete by it."""
        name, called = token.text, self.tokens[self.at].text == "("
        if name in FUNCTIONS and not called:
            raise faults.FunctionAlone(token.position, word=name)
        if name in ("lag", "ytd"):
            self.earlier(name)
        elif name in FUNCTIONS:
            self.open_bracket(name, self.take().position)
            return False
        elif called:
            functions = ", ".join(sorted(FUNCTIONS))
            raise faults.FunctionUnknown(token.position, word=_clipped(name), functions=functions)
        else:
            self.read(token, Read(name))
        return True

    def earlier(self, name: str) -> None:
        """Compile the rest of `lag(key, n)` or `ytd(key)`."""
        self.take()
        key = self.expect(
            name, self.take(), lambda token: token.kind == "key" and token.text not in FUNCTIONS
        )
        if name == "ytd":
            self.read(key, Read(key.text, "ytd"))
        else:
            self.expect(name, self.take(), lambda token: token.text == ",")
            count = self.expect(name, self.take(), _is_lag)
            self.read(key, Read(key.text, "lag", int(count.text)))
        self.expect(name, self.take(), lambda token: token.text == ")")

    def expect(self, function: str, token: _Token, fits: Callable[[_Token], bool]) -> _Token:
        if fits(token):
            return token
        if function == "ytd":
            raise faults.YtdMisshapen(token.position)
        raise faults.LagMisshapen(token.position, most=MOST_PERIODS)

    def read(self, token: _Token, read: Read) -> None:
        self.operands += 1
        if self.operands > MOST_OPERANDS:
            raise faults.TooManyOperands(token.position, word=_clipped(token.text), most=MOST_OPERANDS)
        self.steps.append(("read", self.reads.setdefault(read, len(self.reads))))

    def open_bracket(self, op: str, position: int) -> None:
        self.nested += 1
        if self.nested > MOST_NESTED:
            raise faults.TooDeep(position, most=MOST_NESTED)
        self.open.append(_Open(op, position))

    def take_operator(self) -> bool:
        """Close what the next signs end; return whether another value must follow."""
        while True:
            token = self.take()
            if token.kind in ("number", "key") or token.text == "(":
                raise faults.OperatorMissing(token.position, word=_clipped(token.text))
            rank = _RANK.get(token.text, 1)
            self.close(rank)
            if token.text in _RANK:
                self.open.append(_Open(token.text, token.position))
                return True
            if token.text == ",":
                self.comma(token)
                return True
            if token.kind == "end":
                self.end()
                return False
            self.close_bracket(token)

    def close(self, rank: int) -> None:
        """Compile the waiting operators that bind at least as tightly as `rank`, down to a bracket."""
        while self.open and _RANK.get(self.open[-1].op, 0) >= rank:
            done = self.open.pop()
            if done.op == "/":
                self.divide(self.text[done.position + 1 : self.tokens[self.at - 2].end].strip())
            else:
                self.steps.append((_OPS[done.op], 0))

    def divide(self, divisor: str) -> None:
        self.steps.append(("/", len(self.divisors)))
        self.divisors.append(divisor)

    def comma(self, token: _Token) -> None:
        if not self.open or self.open[-1].op == "(":
            raise faults.CommaMisplaced(token.position)
        function = self.open[-1]
        if function.op == "abs":
            raise faults.TooManyValues(token.position, word=function.op)
        self.fold(function)
        function.values += 1

    def fold(self, function: _Open) -> None:
        if function.values > 1:
            self.steps.append((_FOLDS[function.op], 0))

    def close_bracket(self, token: _Token) -> None:
        if not self.open:
            raise faults.BracketUnopened(token.position)
        bracket = self.open.pop()
        self.nested -= 1
        if bracket.op == "abs":
            self.steps.append(("abs", 0))
        elif bracket.op != "(":
            self.fold(bracket)
        if bracket.op == "mean":
            self.number(_Token("number", str(bracket.values), bracket.position))
            self.divide(str(bracket.values))

    def end(self) -> None:
        if self.open:
            raise faults.BracketUnclosed(self.open[-1].position)


def _is_lag(token: _Token) -> bool:
    return token.kind == "number" and token.text.isdecimal() and 1 <= int(token.text) <= MOST_PERIODS
