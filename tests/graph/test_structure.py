"""What keeps a file from being a plan: each problem at its place, with its sentence."""

from datetime import date

import pytest

from scorecard.domain.vocabulary import LinkKind
from scorecard.graph.structure import (
    Circle,
    Dangling,
    FormulaCircle,
    LinkedBothWays,
    PairOfOne,
    ReservedKey,
    TwiceThere,
    WrongValue,
    check,
    refuse_circle,
)
from tests.drawing import file, plan

ZONES = {"kind": "zones", "commit": "a", "target": "b", "stretch": "c"}
UNIT = {"key": "u", "title": "U"}


def link(child, parent, kind="contributes"):
    return {"child": child, "parent": parent, "kind": kind}


def seen(node, value, label=None):
    return {"node": node, "date": date(2026, 3, 31), "value": value, "label": label}


@pytest.mark.parametrize(
    ("drawing", "more", "nodes", "at", "fault"),
    [
        ("a", {"units": [UNIT, UNIT]}, {}, ("units", 1, "key"), TwiceThere),
        ("a; b", {"links": [link("a", "b"), link("a", "b")]}, {}, ("links", 1), TwiceThere),
        ("a; b", {"links": [link("a", "b", "balances"), link("b", "a", "balances")]}, {}, ("links", 1),
         TwiceThere),
        ("a; b", {"links": [link("a", "b"), link("a", "b", "supports")]}, {}, ("links", 1), LinkedBothWays),
        ("a", {"links": [link("a", "a", "balances")]}, {}, ("links", 0), PairOfOne),
        ("a", {"observations": [seen("a", 1.0), seen("a", 2.0)]}, {}, ("observations", 1, "node"),
         TwiceThere),
        ("a", {"targets": [seen("a", 1.0, "x"), seen("a", 2.0, "x")]}, {}, ("targets", 1, "node"),
         TwiceThere),
        ("lag", {}, {}, ("nodes", 0, "key"), ReservedKey),
        ("a", {"links": [link("a", "nobody")]}, {}, ("links", 0, "parent"), Dangling),
        ("a", {"links": [link("nobody", "a")]}, {}, ("links", 0, "child"), Dangling),
        ("a", {"observations": [seen("b", 1.0)]}, {}, ("observations", 0, "node"), Dangling),
        ("a", {}, {"a": {"owner": "nobody"}}, ("nodes", 0, "owner"), Dangling),
        ("a", {}, {"a": {"cycle": "never"}}, ("nodes", 0, "cycle"), Dangling),
        ("a", {}, {"a": {"unit": "nowhere"}}, ("nodes", 0, "unit"), Dangling),
        ("a", {}, {"a": {"perspective": "odd"}}, ("nodes", 0, "perspective"), Dangling),
        ("a", {}, {"a": {"formula": "b * 2"}}, ("nodes", 0, "formula"), Dangling),
        ("a", {"units": [{**UNIT, "parent": "v"}]}, {}, ("units", 0, "parent"), Dangling),
        ("a", {"observations": [seen("a", 1.0)]}, {"a": {"measure": ZONES}}, ("observations", 0,
         "value"), WrongValue),
        ("a=?", {"observations": [seen("a", "target")]}, {}, ("observations", 0, "value"), WrongValue),
        ("a", {"observations": [seen("a", 1.5)]}, {"a": {"measure": {"kind": "milestone",
         "due": "2026-12-31"}}},
         ("observations", 0, "value"), WrongValue),
        ("a < b < c; c < a", {}, {}, ("links", 2), Circle),
        ("a < a", {}, {}, ("links", 0), Circle),
        ("a; b", {"links": [link("a", "b", "drives"), link("b", "a", "drives")]}, {}, ("links", 1), Circle),
        ("a", {"units": [{**UNIT, "parent": "v"}, {"key": "v", "title": "V", "parent": "u"}]}, {},
         ("units", 1, "parent"), Circle),
        ("a", {}, {"a": {"formula": "b"}, "b": {"formula": "a"}}, None, FormulaCircle),
        ("a", {}, {"a": {"formula": "a + 1"}}, ("nodes", 0, "formula"), FormulaCircle),
    ],
)  # fmt: skip
def test_each_problem_stands_at_its_place(drawing, more, nodes, at, fault):
    (problem,) = check(file(drawing, more=more, **nodes))
    assert type(problem.fault) is fault
    assert at is None or problem.at == at
    assert "{" not in str(problem.fault)


@pytest.mark.parametrize(
    ("drawing", "more", "nodes"),
    [
        ("a < b, c; d < b", {}, {}),
        ("a < b", {"links": [link("b", "a"), link("a", "b", "drives"), link("a", "b", "balances")]}, {}),
        ("a", {}, {"a": {"formula": "lag(a, 1) + b"}, "b": {"formula": "lag(a, 1)"}}),
        ("a", {"observations": [seen("a", 1.0), seen("a", 2.0, "part")]}, {}),
    ],
)
def test_what_looks_odd_may_still_be_a_plan(drawing, more, nodes):
    assert check(file(drawing, more=more, **nodes)) == []


@pytest.mark.parametrize(
    ("child", "parent", "kind", "path"),
    [
        ("a", "c", "contributes", "c → b → a → c"),
        ("a", "b", "supports", "b → a → b"),
        ("a", "a", "contributes", "a → a"),
    ],
)
def test_a_refused_link_names_the_whole_path(child, parent, kind, path):
    with pytest.raises(Circle, match=f"closes the circle {path}"):
        refuse_circle(plan("a < b < c"), child, parent, LinkKind(kind))


def test_a_circle_of_another_kind_is_none():
    refuse_circle(plan("a < b"), "a", "b", LinkKind.drives)
    refuse_circle(plan("a < b"), "a", "b", LinkKind.balances)
    with pytest.raises(PairOfOne):
        refuse_circle(plan("a < b"), "a", "a", LinkKind.balances)
