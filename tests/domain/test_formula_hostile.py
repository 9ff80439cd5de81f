"""Whatever is typed as a formula is a finite number, a missing one, or a fault at its place, and at once."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scorecard.domain.formula import FormulaError, Missing, evaluate
from scorecard.domain.formula_parser import compile_formula
from tests.domain.hostile_formulas import HOSTILE
from tests.fuzz import formulas
from tests.fuzz.__main__ import main

AT_ONCE = 0.010


def verdict(text: str) -> str:
    """Return what a text comes to, in the words of the table."""
    try:
        value = evaluate(compile_formula(text), lambda _: 2.0)
    except FormulaError as fault:
        return f"{type(fault).__name__} {fault.position}" if str(fault) else "says nothing"
    return value.reason if isinstance(value, Missing) else repr(value)


def answered_in(text: str) -> float:
    """Return the seconds of the processor that an answer takes."""
    start = time.thread_time()
    verdict(text)
    return time.thread_time() - start


def test_the_table_holds_more_than_two_hundred_different_texts() -> None:
    assert len({text for text, _ in HOSTILE}) == len(HOSTILE) > 200


@pytest.mark.parametrize(("text", "expected"), HOSTILE, ids=[str(n) for n in range(len(HOSTILE))])
def test_a_hostile_text_is_answered_within_ten_milliseconds(text: str, expected: str) -> None:
    assert verdict(text) == expected
    assert min(answered_in(text) for _ in range(3)) < AT_ONCE


@settings(deadline=None)
@given(st.text())
def test_any_text_is_computed_or_pointed_at(text: str) -> None:
    assert formulas.answered(text) in ("parsed", "refused")


@settings(deadline=None)
@given(st.lists(st.sampled_from(formulas.SIGNS), max_size=40).map("".join))
def test_any_order_of_the_language_s_own_signs_is_computed_or_pointed_at(text: str) -> None:
    assert formulas.answered(text) in ("parsed", "refused")


def test_thousands_of_spoilt_formulas_are_computed_or_pointed_at(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["formulas", "--runs", "4000", "--seed", "7"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["runs"], found["losses"]) == (4000, 0)
    assert found["parsed"] + found["refused"] == 4000
    assert min(found["parsed"], found["refused"]) > 400


def test_what_is_lost_among_random_formulas_is_shown_and_fails_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(formulas, "compile_formula", lambda _: 1 / 0)
    assert main(["formulas", "--runs", "3"]) == 1
    said = capsys.readouterr()
    assert json.loads(said.out)["losses"] == 3
    assert said.err.count("division by zero") == 3
