"""From the text of a formula to its program, in one pass and without recursion."""

import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from scorecard.domain import formula_faults as faults
from scorecard.domain.formula_program import (
    FOLDS,
    FUNCTIONS,
    MOST_CHARACTERS,
    MOST_NESTED,
    MOST_OPERANDS,
    MOST_PERIODS,
    Formula,
    Op,
    Read,
    Step,
)


def compile_formula(text: str) -> Formula:
    """Read and compile a formula; raises FormulaError at the first character that does not fit."""
    if len(text) > MOST_CHARACTERS:
        raise faults.FormulaTooLong(MOST_CHARACTERS, most=MOST_CHARACTERS, length=len(text))
    return _Parser(text).formula()


class _Token(NamedTuple):
    kind: str
    text: str
    position: int

    @property
    def end(self) -> int:
        return self.position + len(self.text)


_BLANK = " \t\r\n"
_START = re.compile(r"[ \t\r\n]*=?")
_WORD = re.compile(r"[\w.]+")
# Possessive throughout, so that no text makes it try again; a word is a token as a whole or not at all.
_TOKEN = re.compile(
    r"""[ \t\r\n]*+ (?:
        (?P<sign> [-+*/(),] )
      | (?P<key> [a-z][a-z0-9_]*+ ) (?![\w.])
      | (?P<number> (?: [0-9]++ (?:\.[0-9]++)?+ | \.[0-9]++ ) (?: [eE][+-]?[0-9]++ )?+ ) (?![\w.])
      | (?P<end> \Z )
    )""",
    re.VERBOSE,
)


def _tokens(text: str) -> list[_Token]:
    """Return the tokens; a misfit ends them, to be reported only where nothing before it is wrong."""
    tokens: list[_Token] = []
    start = _START.match(text)
    at = start.end() if start else 0
    kind = ""
    while kind != "end":
        found = _TOKEN.match(text, at)
        if found is None:
            return [*tokens, _Token("misfit", "", len(text) - len(text[at:].lstrip(_BLANK)))]
        kind = str(found.lastgroup)
        tokens.append(_Token(kind, found[kind], found.start(kind)))
        at = found.end()
    return tokens


def _misfit(text: str, at: int) -> faults.FormulaError:
    found = _WORD.match(text, at)
    word = found[0] if found else text[at]
    for place, sign in enumerate(word, at):
        if not found or not sign.isascii():
            return faults.SignUnknown(place, sign=_shown(sign))
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
        if self.tokens[0].kind == "end":
            raise faults.FormulaEmpty(self.tokens[0].position)
        self.take_value()
        while self.take_operator():
            self.take_value()
        return Formula(
            self.text, tuple(self.reads), tuple(self.numbers), tuple(self.divisors), tuple(self.steps)
        )

    def take(self) -> _Token:
        token = self.tokens[self.at]
        if token.kind == "misfit":
            raise _misfit(self.text, token.position)
        self.at += 1
        return token

    def take_value(self) -> None:
        """Read up to and with the next number or key, opening what stands before it."""
        while True:
            token = self.take()
            if token.kind == "number":
                self.number(token)
                return
            if token.kind == "key":
                if self.key_is_value(token):
                    return
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
        if number > sys.float_info.max:
            raise faults.NumberTooLarge(token.position, word=_clipped(token.text))
        self.steps.append(("number", len(self.numbers)))
        self.numbers.append(number)

    def key_is_value(self, token: _Token) -> bool:
        """Compile a key or what a function begins with; return whether a value is complete by it."""
        name, called = token.text, self.tokens[self.at].text == "("
        if name in FUNCTIONS and not called:
            raise faults.FunctionAlone(token.position, word=name)
        if name == "lag":
            self.earlier("lag", faults.LagMisshapen)
        elif name == "ytd":
            self.earlier("ytd", faults.YtdMisshapen)
        elif name in FUNCTIONS:
            self.open_bracket(name, self.take().position)
            return False
        elif called:
            functions = ", ".join(sorted(FUNCTIONS))
            raise faults.FunctionUnknown(token.position, word=_clipped(name), functions=functions)
        else:
            self.read(token, Read(name))
        return True

    def earlier(self, name: Literal["lag", "ytd"], misshapen: type[faults.FormulaError]) -> None:
        """Compile the rest of `lag(key, n)` or `ytd(key)`."""
        bracket = self.take().position
        inside = []
        for fits in _SHAPES[name]:
            token = self.take()
            if token.kind == "end":
                raise faults.BracketUnclosed(bracket)
            if not fits(token):
                raise misshapen(token.position, most=MOST_PERIODS)
            inside.append(token)
        key = inside[0]
        self.read(key, Read(key.text, name, int(inside[2].text) if name == "lag" else 0))

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
            self.close(_RANK.get(token.text, 1))
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
        self.divisors.append(_clipped(divisor))

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
            self.steps.append((FOLDS[function.op], 0))

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


def _is_key(token: _Token) -> bool:
    return token.kind == "key" and token.text not in FUNCTIONS


def _is_count(token: _Token) -> bool:
    return token.kind == "number" and token.text.isdecimal() and 1 <= int(token.text) <= MOST_PERIODS


def _is_comma(token: _Token) -> bool:
    return token.text == ","


def _is_end_bracket(token: _Token) -> bool:
    return token.text == ")"


_SHAPES: Mapping[str, tuple[Callable[[_Token], bool], ...]] = {
    "lag": (_is_key, _is_comma, _is_count, _is_end_bracket),
    "ytd": (_is_key, _is_end_bracket),
}
