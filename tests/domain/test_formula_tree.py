"""A formula as a tree: grouped as its author wrote it, and every part computes what it says."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard.domain.formula import Missing, evaluate, parse
from scorecard.domain.formula_tree import Part, alone, tree_of

VALUES = {"a": 6.0, "b": 2.0, "c": 5.0, "d": -3.0}


def drawn(part: Part) -> str:
    """Return a part as one writes it: sums in round brackets, products in square ones."""
    if part.kind == "read":
        assert part.read is not None
        more = {"value": "", "lag": f"@-{part.read.n}", "ytd": "@ytd"}[part.read.how]
        return f"{part.lead}{part.read.key}{more}"
    if part.kind == "number":
        return f"{part.lead}{part.number:g}"
    inside = " ".join(map(drawn, part.parts))
    left, right = {"sum": "()", "product": "[]"}.get(part.kind, ("", ""))
    return f"{part.lead}{left}{inside}{right}" if left else f"{part.lead}{part.kind}<{inside}>"


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a", "a"),
        ("2", "2"),
        ("a + b - c", "(a +b -c)"),
        ("a / b * 100", "[a /b *100]"),
        ("a * b + c", "([a *b] +c)"),
        ("a - (b - c)", "(a -(b -c))"),
        ("(a + b) / (c - d)", "[(a +b) /(c -d)]"),
        ("-a", "(-a)"),
        ("-a + b", "(-a +b)"),
        ("--a", "a"),
        ("---a", "(-a)"),
        ("-(a + b)", "(-(a +b))"),
        ("a * -b", "[a *(-b)]"),
        ("abs(a - b)", "abs<(a -b)>"),
        ("min(a, b, c)", "min<a b c>"),
        ("min(a, max(b, c))", "min<a max<b c>>"),
        ("sum(a, b, c)", "(a +b +c)"),
        ("sum(a)", "a"),
        ("mean(a, b)", "mean<a b>"),
        ("mean(a)", "mean<a>"),
        ("mean(a + b)", "mean<(a +b)>"),
        ("mean(a + b, c)", "mean<(a +b) c>"),
        ("mean(a - b - c, d, 1)", "mean<(a -b -c) d 1>"),
        ("mean(-a, b)", "mean<(-a) b>"),
        ("mean(a, b + c)", "mean<a (b +c)>"),
        ("mean(a, b) / 2", "[mean<a b> /2]"),
        ("(a + b) / 2", "[(a +b) /2]"),
        ("mean(lag(a, 2), 3) * (b / 2)", "[mean<a@-2 3> *[b /2]]"),
        ("a - lag(a, 1) + ytd(b)", "(a -a@-1 +b@ytd)"),
    ],
)
def test_a_tree_groups_as_the_text_does(text: str, tree: str) -> None:
    assert drawn(tree_of(parse(text))) == tree


formulas = st.recursive(
    st.sampled_from([*VALUES, "7", "0.5"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/"]), inner).map(lambda it: " ".join(it)),
        inner.map(lambda it: f"({it})"),
        inner.map(lambda it: f"-{it}"),
        st.tuples(
            st.sampled_from(["min", "max", "sum", "mean"]), st.lists(inner, min_size=1, max_size=3)
        ).map(lambda it: f"{it[0]}({', '.join(it[1])})"),
        inner.map(lambda it: f"abs({it})"),
    ),
    max_leaves=12,
)


@given(formulas)
def test_the_parts_of_every_part_come_to_what_it_comes_to(text: str) -> None:
    formula = parse(text)
    waiting = [tree_of(formula)]
    assert waiting[0].steps == (0, len(formula.program))
    while waiting:
        part = waiting.pop()
        waiting += part.parts
        whole = evaluate(alone(formula, part), lambda read: VALUES[read.key])
        below = [evaluate(alone(formula, each), lambda read: VALUES[read.key]) for each in part.parts]
        if part.parts and not isinstance(whole, Missing):
            known = [each for each in below if not isinstance(each, Missing)]
            assert len(known) == len(below)
            assert math.isclose(whole, _result(part, known), rel_tol=1e-9, abs_tol=1e-6)


def _result(part: Part, values: list[float]) -> float:
    """Return what the values of the parts below come to, read off the tree."""
    if part.kind == "sum":
        return sum(
            -value if each.lead == "-" else value for each, value in zip(part.parts, values, strict=True)
        )
    if part.kind == "product":
        pairs = zip(part.parts, values, strict=True)
        return math.prod(1 / value if each.lead == "/" else value for each, value in pairs)
    if part.kind == "mean":
        return sum(values) / len(values)
    return {"min": min, "max": max, "abs": lambda given: abs(given[0])}[part.kind](values)


def test_the_largest_formula_there_may_be_is_no_deeper_than_thrice_its_brackets() -> None:
    deep = "(1 + a * -" * 63 + "a" + ")" * 63
    part, depth = tree_of(parse("-" * 1200 + deep)), 0
    while part.parts:
        part, depth = part.parts[-1], depth + 1
    assert 63 <= depth <= 3 * 64
