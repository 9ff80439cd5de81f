"""Whatever is typed as a formula is a finite number, a missing one, or a fault at its place, and at once."""

import math
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard.domain.formula import FormulaError, Missing, evaluate, parse

PIECES = [
    "a",
    "b1",
    "lag",
    "ytd",
    "sum",
    "(",
    ")",
    "(",
    ")",
    ",",
    "+",
    "-",
    "*",
    "/",
    "1",
    "2.5",
    " ",
    "=",
    ".",
    "e9",
]


def parses_or_points(text: str) -> None:
    """Hold that a text is a formula with a finite or missing result, or is refused at a place inside it."""
    try:
        value = evaluate(parse(text), lambda _: 2.0)
    except FormulaError as error:
        fault = error
    else:
        assert isinstance(value, Missing) or math.isfinite(value)
        return
    assert 0 <= fault.position <= len(text)
    assert str(fault)


@given(st.text())
def test_any_text_parses_or_is_pointed_at(text: str) -> None:
    parses_or_points(text)


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_any_order_of_the_language_s_own_signs_parses_or_is_pointed_at(text: str) -> None:
    parses_or_points(text)


def test_thousands_of_random_texts_parse_or_are_pointed_at() -> None:
    draw = random.Random(7)
    alphabet = [*PIECES, "²", "\u200b", "е", "_", "A", "\n", "\x00", "😀"]
    for _ in range(5_000):
        parses_or_points("".join(draw.choices(alphabet, k=draw.randrange(12))))


HOSTILE = [
    "(" * 1_000_000,
    ")" * 1_000_000,
    "(" * 1_000 + ")" * 1_000,
    "(" * 999 + "1" + ")" * 999,
    "((((((((((" * 200,
    "-" * 2_000,
    "-" * 1_999 + "1",
    "- " * 999 + "1",
    "+" * 2_000,
    "9" * 2_000,
    "9" * 1_000_000,
    "1." + "0" * 1_990,
    "." * 2_000,
    "1." * 1_000,
    "1e400",
    "-1e400",
    "1e" + "9" * 1_990,
    "1e-" + "9" * 1_990,
    "1e308*10",
    "1e308+1e308",
    "1e308*1e308-1e308*1e308",
    "1/1e-320",
    "*".join(["1e308"] * 300),
    "*".join(["9"] * 1_000),
    "/".join(["9"] * 1_000),
    "/".join(["0"] * 1_000),
    "/".join(["1e-300"] * 280),
    "1/(1-1)",
    "0/0",
    "9**9**9",
    "**".join(["9"] * 600),
    "9^9^9",
    "^".join(["9"] * 1_000),
    "2**2**2**2**2",
    "9e9e9e9",
    "1_000",
    "1__0",
    "0b11",
    "0o17",
    "0xff",
    "1j",
    "inf",
    "nan",
    "-Infinity",
    "NaN",
    "True",
    "__import__('os').system('true')",
    "__class__",
    "a.__class__.__mro__",
    "().__class__",
    "[].__len__()",
    "lambda: 0",
    "{a}",
    "{0.__class__}",
    "%(a)s",
    "{{ 7 * 7 }}",
    "f'{a}'",
    "exec(a)",
    "eval(a)",
    "open(a)",
    "a; b",
    "a := 1",
    "a if b else c",
    "a and b",
    "a == b",
    "a < b",
    "a // b",
    "a @ b",
    "~a",
    "a\\b",
    "'a'",
    '"a"',
    "`a`",
    "$a",
    "#REF!",
    "A1:B2",
    "=cmd|' /C calc'!A0",
    "<script>",
    "а",
    "ａ",
    "ⅷ",
    "²",
    "½",
    "٣",
    "१",
    "１",
    "a−b",
    "a×b",
    "a÷b",
    "a∕b",
    "（a）",
    "a，b",
    "a\u200bb",
    "\ufeffa",
    "a\u00a0+b",
    "a\u2028+b",
    "\u202ea",
    "e\u0301",
    "😀",
    "\x00",
    "\ud800",
    "a" * 2_000,
    "a" * 1_000_000,
    "_" * 2_000,
    "sum(" * 500,
    "sum(" * 64 + "1" + ")" * 64,
    "abs(" * 400 + "1" + ")" * 400,
    "sum(" + ",".join(["1"] * 990) + ")",
    "mean(" + ",".join(["1e308"] * 300) + ")",
    "sum(" + "," * 1_900,
    "lag(a," + "9" * 1_990 + ")",
    "lag(a,1e3)",
    "lag(lag(lag(a,1),1),1)",
    "lag(" * 500,
    "ytd(" * 500,
    "+".join(["a"] * 1_000),
    "+".join(f"k{n}" for n in range(300)),
    "lag(a,1)+" * 200 + "1",
    " " * 2_000,
    "\n" * 2_000,
    "=" * 2_000,
    "," * 2_000,
    "a " * 1_000,
    "1 " * 1_000,
    "a(" * 1_000,
    "1-" * 999 + "1",
    "1-(" * 64 + "1" + ")" * 64,
    "max(min(" * 32 + "1" + "))" * 32,
]


@pytest.mark.parametrize("text", HOSTILE, ids=[str(n) for n in range(len(HOSTILE))])
def test_a_hostile_text_is_answered_within_ten_milliseconds(text: str) -> None:
    parses_or_points(text)
    fastest = min(answered_in(f"{text}{' ' * spaces}") for spaces in range(1, 4))
    assert fastest < 0.010


def answered_in(text: str) -> float:
    """Return the processor seconds for a text not remembered yet."""
    start = time.thread_time()
    parses_or_points(text)
    return time.thread_time() - start
