"""The formulas' rows: those of the KPI library beside Python's own, and what is long or hostile."""

import time
from functools import cache
from pathlib import Path
from typing import Any

from bench import floors
from bench.rows import Measured, row
from bench.shapes import DAY, formula_chain
from scorecard.domain.formula import Formula, FormulaError, evaluate, parse
from scorecard.domain.formula_columns import evaluate_all
from scorecard.domain.formula_parser import compile_formula
from scorecard.domain.vocabulary import Cadence
from scorecard.files import core_yaml
from scorecard.graph.formulas import Sheet
from scorecard.graph.plan import Plan, build
from tests.domain.hostile_formulas import HOSTILE

SEEDS = Path(__file__).parents[1] / "seeds"
PERIODS = 12
DEEP = 10_000


@cache
def _library() -> list[Formula]:
    found: Any = core_yaml.grow((SEEDS / "library.yaml").read_text("utf-8")).value
    return [parse(entry["formula"]) for entry in found["library"] if "formula" in entry]


def _columns(formula: Formula) -> list[list[float]]:
    """Return twelve numbers for each thing a formula reads."""
    return [[10.0 * place + period + 1 for period in range(PERIODS)] for place in range(len(formula.reads))]


@row("formulas: those of the library over 12 periods", times=2, rounds=201)
def _over_periods() -> Measured:
    columns = [(formula, _columns(formula)) for formula in _library()]
    floor = [(floors.compiled(formula), each) for formula, each in columns]
    assert all(
        floors.over_periods(function, each) == evaluate_all(formula, each, PERIODS)
        for (function, each), (formula, _) in zip(floor, columns, strict=True)
    )
    return Measured(
        lambda: [evaluate_all(formula, each, PERIODS) for formula, each in columns],
        lambda: [floors.over_periods(function, each) for function, each in floor],
    )


@row("formulas: those of the library, read and compiled")
def _compiled() -> Measured:
    return Measured(lambda: [compile_formula(formula.text) for formula in _library()])


@row("formulas: the slowest of the hostile ones", goal=10_000, unit="µs")
def _hostile() -> Measured:
    return Measured(lambda: max(min(_answered(text) for _ in range(3)) for text, _ in HOSTILE))


def _answered(text: str) -> float:
    """Return the microseconds of the processor until a text is computed or refused."""
    start = time.thread_time_ns()
    try:
        evaluate(compile_formula(text), lambda _: 2.0)
    except FormulaError as fault:
        str(fault)
    return (time.thread_time_ns() - start) / 1e3


@cache
def _deep() -> Plan:
    return build(formula_chain(DEEP))


@row("formulas: chain of 10,000, a day", goal=100)
def _chain() -> Measured:
    plan = _deep()
    return Measured(lambda: Sheet(plan, Cadence.monthly, DAY).evidence("f0"))
