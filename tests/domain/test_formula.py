"""The formula language: what may be written, what it comes to, and where a text goes wrong."""

import math
from collections.abc import Mapping

import pytest

from scorecard.domain.formula import (
    FUNCTIONS,
    Formula,
    FormulaError,
    Lack,
    Missing,
    Read,
    evaluate,
    parse,
)

PLAN: Mapping[Read, float] = {
    Read("a"): 6.0,
    Read("b"): 4.0,
    Read("c"): -2.0,
    Read("zero"): 0.0,
    Read("huge"): 1e308,
    Read("a", "lag", 1): 5.0,
    Read("a", "lag", 12): 3.0,
    Read("a", "ytd"): 20.0,
    Read("sum_of_sales"): 7.0,
}


def from_plan(read: Read) -> float | Missing:
    return PLAN.get(read, Missing(Lack.no_value, read.key))


def result(text: str) -> float | Missing:
    return evaluate(parse(text), from_plan, "own")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a", 6),
        ("= a", 6),
        (" \t\r\n= (a)\n", 6),
        ("1", 1),
        (".5", 0.5),
        ("0.25", 0.25),
        ("1e3", 1000),
        ("1.5E-2", 0.015),
        ("2e+2", 200),
        ("007", 7),
        ("a + b", 10),
        ("a - b - c", 4),
        ("a - (b - c)", 0),
        ("a + b * c", -2),
        ("(a + b) * c", -20),
        ("a / b / c", -0.75),
        ("a / (b / c)", -3),
        ("a * b / c", -12),
        ("a / b * 100", 150),
        ("-a", -6),
        ("--a", 6),
        ("- - -a", -6),
        ("-a * b", -24),
        ("a * -b", -24),
        ("a - -b", 10),
        ("-(a + b)", -10),
        ("a--b+-c", 12),
        ("min(a, b, c)", -2),
        ("max(a, b, c)", 6),
        ("sum(a, b, c)", 8),
        ("mean(a, b, c)", 8 / 3),
        ("mean(a)", 6),
        ("min(a)", 6),
        ("sum(a - b, b * c, 1)", -5),
        ("abs(c)", 2),
        ("abs(b - a) * 10", 20),
        ("max (a, min(b, 9) + 3)", 7),
        ("mean(min(a, b), max(a, b)) / 2", 2.5),
        ("lag(a, 1)", 5),
        ("a - lag(a, 1)", 1),
        ("(a - lag(a, 12)) / lag(a, 12)", 1),
        ("lag( a , 012 )", 3),
        ("ytd(a)", 20),
        ("ytd(a) / a", 20 / 6),
        ("(lag(a,1) + a) / 2", 5.5),
        ("sum_of_sales", 7),
        ("0 / a", 0),
        ("0 * 5 + 1e-400", 0),
        ("(" * 64 + "a" + ")" * 64, 6),
        ("-" * 1999 + "a", -6),
        ("+".join(["a"] * 200), 1200),
    ],
)
def test_a_formula_comes_to_what_arithmetic_says(text: str, value: float) -> None:
    assert result(text) == pytest.approx(value, rel=1e-15)


def test_zero_has_no_sign() -> None:
    assert math.copysign(1, result("zero * c")) == 1


@pytest.mark.parametrize(
    ("text", "position", "sentence"),
    [
        ("", 0, "The formula is empty."),
        ("=", 1, "The formula is empty."),
        (" \n", 2, "The formula is empty."),
        ("a +", 3, "The formula ends at character 4, where a number or a key must follow."),
        ("(", 1, "The formula ends at character 2, where a number or a key must follow."),
        ("min(a,", 6, "The formula ends at character 7, where a number or a key must follow."),
        ("==a", 1, "“=” at character 2 has no meaning in a formula."),
        ("a % b", 2, "“%” at character 3 has no meaning in a formula."),
        ("max(a; b)", 5, "“;” at character 6 has no meaning in a formula."),
        ("a\u00a0+ b", 1, "“U+00A0” at character 2 has no meaning in a formula."),
        ("a − b", 2, "“− (U+2212)” at character 3 has no meaning in a formula."),
        ("r\u0435venue", 1, "“\u0435 (U+0435)” at character 2 has no meaning in a formula."),
        ("1 + ٣", 4, "“٣ (U+0663)” at character 5 has no meaning in a formula."),
        ("a\x00", 1, "“U+0000” at character 2 has no meaning in a formula."),
        ("\ud800", 0, "“U+D800” at character 1 has no meaning in a formula."),
        ("1_000", 0, "“1_000” at character 1 is not a number."),
        ("a + 2x", 4, "“2x” at character 5 is not a number."),
        ("1.2.3", 0, "“1.2.3” at character 1 is not a number."),
        ("5.", 0, "“5.” at character 1 is not a number."),
        (". + 1", 0, "“.” at character 1 is not a number."),
        ("1e", 0, "“1e” at character 1 is not a number."),
        ("0x10", 0, "“0x10” at character 1 is not a number."),
        ("1 / 1e400", 4, "“1e400” at character 5 is too large for a number."),
        ("9" * 500, 0, f"“{'9' * 39}…” at character 1 is too large for a number."),
        (
            "a + Sales",
            4,
            "“Sales” at character 5 is not a key: a key is made of small letters, digits and _, "
            "and begins with a letter.",
        ),
        (
            "__import__",
            0,
            "“__import__” at character 1 is not a key: a key is made of small letters, digits and _, "
            "and begins with a letter.",
        ),
        (
            "a.real",
            0,
            "“a.real” at character 1 is not a key: a key is made of small letters, digits and _, "
            "and begins with a letter.",
        ),
        (
            "avg(a)",
            0,
            "“avg” at character 1 is not a function; the functions are abs, lag, max, mean, min, sum, ytd.",
        ),
        ("a + sum", 4, "“sum” at character 5 is a function: its values follow in brackets."),
        ("lag", 0, "“lag” at character 1 is a function: its values follow in brackets."),
        ("+ a", 0, "A number or a key is missing before “+” at character 1."),
        ("a ** b", 3, "A number or a key is missing before “*” at character 4."),
        ("min()", 4, "A number or a key is missing before “)” at character 5."),
        ("sum(a,,b)", 6, "A number or a key is missing before “,” at character 7."),
        ("a b", 2, "An operator such as + or * is missing before “b” at character 3."),
        ("2(a)", 1, "An operator such as + or * is missing before “(” at character 2."),
        ("(a)(b)", 3, "An operator such as + or * is missing before “(” at character 4."),
        ("a b %", 2, "An operator such as + or * is missing before “b” at character 3."),
        ("(a + (b)", 0, "The bracket at character 1 is never closed."),
        ("1 + max(a, b", 7, "The bracket at character 8 is never closed."),
        ("lag(a, 1", 3, "The bracket at character 4 is never closed."),
        ("ytd(", 3, "The bracket at character 4 is never closed."),
        ("a) + b", 1, "The bracket at character 2 closes nothing."),
        (
            "1,5 * a",
            1,
            "The comma at character 2 does not part the values of a function; "
            "decimals are written with a point.",
        ),
        (
            "max(a, (b, c))",
            9,
            "The comma at character 10 does not part the values of a function; "
            "decimals are written with a point.",
        ),
        ("abs(a, b)", 5, "“abs” takes one value, but another follows at character 6."),
        (
            "lag(a, 0)",
            7,
            "“lag” takes a key and a whole number of periods from 1 to 1000, as in lag(revenue, 1); "
            "character 8 is none of it.",
        ),
        ("ytd(a, 1)", 5, "“ytd” takes one key, as in ytd(revenue); character 6 is none of it."),
        ("(" * 65, 64, "The bracket at character 65 is nested more than 64 deep."),
        (
            "+".join(["a"] * 201),
            400,
            "A formula reads at most 200 keys; “a” at character 401 is one too many.",
        ),
        ("1" * 2001, 2000, "A formula has at most 2000 characters; this one has 2001."),
    ],
)
def test_a_text_that_does_not_fit_is_pointed_at(text: str, position: int, sentence: str) -> None:
    with pytest.raises(FormulaError) as fault:
        parse(text)
    assert (fault.value.position, str(fault.value)) == (position, sentence)


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("lag(a, -1)", 7),
        ("lag(a, 1.0)", 7),
        ("lag(a, 1e1)", 7),
        ("lag(a, 1001)", 7),
        ("lag(a, b)", 7),
        ("lag(a, 1 + 1)", 9),
        ("lag(a)", 5),
        ("lag(1, 1)", 4),
        ("lag(a + b, 1)", 6),
        ("lag(lag(a, 1), 1)", 4),
        ("lag(sum, 1)", 4),
        ("ytd(ytd(a))", 4),
        ("ytd((a))", 4),
        ("ytd()", 4),
    ],
)
def test_lag_and_ytd_take_one_key_and_nothing_to_compute(text: str, position: int) -> None:
    with pytest.raises(FormulaError) as fault:
        parse(text)
    assert fault.value.position == position


@pytest.mark.parametrize(
    ("text", "operands", "lagged", "ytd", "bare"),
    [
        ("a", ("a",), (), (), "a"),
        ("= (a) ", ("a",), (), (), "a"),
        ("sum(a)", ("a",), (), (), None),
        ("-a", ("a",), (), (), None),
        ("lag(a, 1)", (), (("a", 1),), (), None),
        ("ytd(a)", ("a",), (), ("a",), None),
        ("b + a * b", ("b", "a"), (), (), None),
        ("lag(x, 1) + y", ("y",), (("x", 1),), (), None),
        ("a - lag(a, 1) + lag(a, 12) - lag(a, 1)", ("a",), (("a", 1), ("a", 12)), (), None),
        ("ytd(b) / a - b", ("b", "a"), (), ("b",), None),
        ("1 + 2", (), (), (), None),
    ],
)
def test_a_formula_names_what_it_reads_now_earlier_and_to_date(
    text: str, operands: tuple[str, ...], lagged: tuple[tuple[str, int], ...], ytd: tuple[str, ...], bare: str
) -> None:
    formula = parse(text)
    assert (formula.operands, formula.lagged, formula.ytd, formula.bare) == (operands, lagged, ytd, bare)
    assert set(formula.keys) == {*operands, *(key for key, _ in lagged)}


def test_the_program_is_postfix_and_names_its_divisors() -> None:
    assert parse("mean(a, -b) / (a + 2)") == Formula(
        text="mean(a, -b) / (a + 2)",
        reads=(Read("a"), Read("b")),
        numbers=(2.0, 2.0),
        divisors=("2", "(a + 2)"),
        program=(
            ("read", 0),
            ("read", 1),
            ("negate", 0),
            ("+", 0),
            ("number", 0),
            ("/", 0),
            ("read", 0),
            ("number", 1),
            ("+", 0),
            ("/", 1),
        ),
    )


@pytest.mark.parametrize(
    ("text", "missing", "sentence"),
    [
        ("a / zero", Missing(Lack.division_by_zero, "own", "zero"), "“own” divides by “zero”, which is 0."),
        ("1 / (a - 6)", Missing(Lack.division_by_zero, "own", "(a - 6)"), None),
        ("a / -zero", Missing(Lack.division_by_zero, "own", "-zero"), None),
        ("a / b / 0 / c", Missing(Lack.division_by_zero, "own", "0"), None),
        ("min(a, b / zero)", Missing(Lack.division_by_zero, "own", "zero"), None),
        ("0 * gone", Missing(Lack.no_value, "gone"), "“gone” has no value for the period asked for."),
        ("gone / zero", Missing(Lack.no_value, "gone"), None),
        ("min(a, gone)", Missing(Lack.no_value, "gone"), None),
        ("max(gone, a)", Missing(Lack.no_value, "gone"), None),
        ("sum(a, gone, b)", Missing(Lack.no_value, "gone"), None),
        ("mean(a, gone)", Missing(Lack.no_value, "gone"), None),
        ("abs(gone)", Missing(Lack.no_value, "gone"), None),
        ("lag(a, 2) + a", Missing(Lack.no_value, "a"), None),
        ("ytd(b)", Missing(Lack.no_value, "b"), None),
        ("huge * 10", Missing(Lack.not_finite, "own"), "“own” comes to more than a number can hold."),
        ("-huge - huge", Missing(Lack.not_finite, "own"), None),
        ("a / (huge * 10)", Missing(Lack.not_finite, "own"), None),
        ("min(a, huge * 10)", Missing(Lack.not_finite, "own"), None),
        ("huge / 1e-300", Missing(Lack.not_finite, "own"), None),
        ("huge * 10 - huge * 10", Missing(Lack.not_finite, "own"), None),
    ],
)
def test_what_cannot_be_computed_is_missing_and_says_why(
    text: str, missing: Missing, sentence: str | None
) -> None:
    assert result(text) == missing
    assert sentence is None or str(result(text)) == sentence


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_an_operand_that_is_no_finite_number_is_missing_under_its_own_key(value: float) -> None:
    assert evaluate(parse("1 / x"), lambda _: value, "own") == Missing(Lack.not_finite, "x")


def test_what_is_missing_below_travels_up_unchanged() -> None:
    below = Missing(Lack.division_by_zero, "rate", "deliveries")
    assert evaluate(parse("a + rate"), {Read("a"): 1.0, Read("rate"): below}.__getitem__, "top") is below


def test_a_formula_of_no_node_yet_speaks_of_itself() -> None:
    missing = evaluate(parse("1 / zero"), from_plan)
    assert str(missing) == "The formula divides by “zero”, which is 0."


def test_every_reason_has_a_sentence() -> None:
    for key in ("churn", ""):
        assert all(str(Missing(reason, key, "x")) for reason in Lack)


def test_each_operand_is_asked_for_once_in_the_order_of_the_text() -> None:
    asked: list[Read] = []

    def read(wanted: Read) -> float:
        asked.append(wanted)
        return 1.0

    evaluate(parse("b + a * b - lag(b, 1) + ytd(a) + a"), read)
    assert asked == [Read("b"), Read("a"), Read("b", "lag", 1), Read("a", "ytd")]


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_a_function_s_name_is_no_key(name: str) -> None:
    with pytest.raises(FormulaError):
        parse(name)
