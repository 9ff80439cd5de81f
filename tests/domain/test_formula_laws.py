"""Laws of the language: what is printed is read back as itself, and periods at once are as one by one."""

import math
import operator
from collections.abc import Mapping

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scorecard.domain.formula import Lack, Missing, Read, evaluate, parse
from scorecard.domain.formula_columns import evaluate_all
from tests.domain.test_formula import PLAN

Tree = tuple[object, ...]
"""An expression as nested tuples: its operator or function first, then its parts."""

BINARY = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}
RANK = {"+": 1, "-": 1, "*": 2, "/": 2}
FOLDED = {"min": min, "max": max, "sum": operator.add, "mean": operator.add}

numbers = st.floats(0, 1e6).map(lambda number: ("number", number))
reads = st.sampled_from(list(PLAN)).map(lambda read: ("read", read))
trees = st.recursive(
    numbers | reads,
    lambda inner: (
        st.tuples(st.sampled_from("+-*/"), inner, inner)
        | st.tuples(st.sampled_from(["negate", "abs"]), inner)
        | st.lists(inner, min_size=1, max_size=4).flatmap(
            lambda parts: st.sampled_from(list(FOLDED)).map(lambda name: (name, *parts))
        )
    ),
    max_leaves=20,
)


def direct(tree: Tree) -> float:
    """Compute a tree without the language; raises ZeroDivisionError or OverflowError as floats do."""
    head, *parts = tree
    if head == "number":
        return parts[0]
    if head == "read":
        return PLAN[parts[0]]
    value = direct(parts[0])
    if head in ("negate", "abs"):
        return -value if head == "negate" else abs(value)
    for part in parts[1:]:
        value = finite((BINARY | FOLDED)[head](value, direct(part)))
    return value / len(parts) if head == "mean" else value


def finite(value: float) -> float:
    if not math.isfinite(value):
        raise OverflowError
    return value


def printed(tree: Tree, rank: int = 0) -> str:
    """Write a tree with no more brackets than it needs inside a place of this rank."""
    head, *parts = tree
    if head == "number":
        return repr(parts[0])
    if head == "read":
        key, how, n = parts[0]
        return {"value": key, "lag": f"lag({key}, {n})", "ytd": f"ytd({key})"}[how]
    if head == "negate":
        return "-" + printed(parts[0], 3)
    if head in RANK:
        own = RANK[head]
        text = f"{printed(parts[0], own)} {head} {printed(parts[1], own + 1)}"
        return f"({text})" if own < rank else text
    return f"{head}({', '.join(map(printed, parts))})"


@settings(deadline=None)
@given(trees)
@example(("-", ("read", Read("a")), ("-", ("read", Read("b")), ("read", Read("c")))))
@example(("/", ("read", Read("a")), ("*", ("read", Read("b")), ("read", Read("c")))))
@example(("negate", ("+", ("read", Read("a")), ("read", Read("b")))))
def test_a_printed_expression_is_read_back_as_itself(tree: Tree) -> None:
    computed = evaluate(parse(printed(tree)), PLAN.__getitem__, "own")
    try:
        assert computed == direct(tree)
    except ZeroDivisionError:
        assert computed == Missing(Lack.division_by_zero, "own", computed.part)
    except OverflowError:
        assert computed == Missing(Lack.not_finite, "own")


periods = st.lists(
    st.fixed_dictionaries({read: st.sampled_from([0.0, 1.0, -2.5, 3.0, 1e-300, 1e308]) for read in PLAN}),
    max_size=5,
)


@settings(deadline=None)
@given(trees, periods)
@example(("/", ("number", 1.0), ("*", ("read", Read("huge")), ("number", 10.0))), [PLAN, PLAN])
@example(("min", ("number", 1.0), ("+", ("read", Read("huge")), ("read", Read("huge")))), [PLAN])
@example(("max", ("*", ("read", Read("huge")), ("number", -9.0)), ("number", 1.0)), [PLAN])
@example(("negate", ("read", Read("zero"))), [PLAN, PLAN])
@example(("read", Read("huge")), [PLAN] * 12)
@example(("number", 1.0), [PLAN] * 3)
def test_periods_at_once_come_to_what_each_comes_to_alone(
    tree: Tree, plans: list[Mapping[Read, float]]
) -> None:
    formula = parse(printed(tree))
    columns = [[plan[read] for plan in plans] for read in formula.reads]
    alone = [evaluate(formula, plan.__getitem__, "own") for plan in plans]
    assert list(map(repr, evaluate_all(formula, columns, len(plans), "own"))) == list(map(repr, alone))


@pytest.mark.parametrize("text", ["-" * 1_999 + "a", "1-" * 999 + "a", "1-(" * 64 + "a" + ")" * 64])
def test_however_long_a_formula_is_its_periods_are_computed_at_once(text: str) -> None:
    formula, values = parse(text), [1.0, 2.0, 3.0]
    alone = [evaluate(formula, lambda _, value=value: value) for value in values]
    assert evaluate_all(formula, [values], 3) == alone
