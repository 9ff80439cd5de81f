"""A formula tried beforehand: refused exactly where the plan would refuse it, and worth what it will be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard.domain.formula import parse
from scorecard.graph import plan as graph
from scorecard.graph import structure
from scorecard.graph.structure import Dangling, FormulaCircle
from scorecard.graph.trial import reading_path, refuse_formula, tried
from scorecard.graph.unfolding import unfold
from tests.drawing import day, file, plan

KEYS = ("a", "b", "c", "d")


def test_an_unknown_key_is_refused_and_named():
    with pytest.raises(Dangling, match="There is no node “gone” in this plan"):
        refuse_formula(plan("", a={}), "it", parse("a + lag(gone, 1)"))


@pytest.mark.parametrize(
    ("formula", "path"),
    [("it + 1", "it → it"), ("a + b", "it → b → c → it"), ("c", "it → c → it")],
)
def test_a_circle_is_refused_with_its_whole_path(formula, path):
    built = plan("", it={}, a={}, b={"formula": "c * 2"}, c={"formula": "it + a"})
    with pytest.raises(FormulaCircle) as caught:
        refuse_formula(built, "it", parse(formula))
    assert caught.value.facts == {"key": "it", "path": path}


def test_the_past_closes_no_circle():
    built = plan("", it={}, a={"formula": "lag(it, 1) + 1"})
    refuse_formula(built, "it", parse("lag(it, 1) + a"))
    assert reading_path(built, "a", "it") == []


formulas = st.sampled_from(
    ["{0}", "{0} + {1}", "lag({0}, 1) + {1}", "ytd({0}) - {1}", "{0} / lag({1}, 2)", "max({0}, 1)"]
).flatmap(
    lambda text: st.tuples(st.sampled_from(KEYS), st.sampled_from(KEYS)).map(lambda it: text.format(*it))
)


@given(st.dictionaries(st.sampled_from(KEYS), formulas, max_size=3), st.sampled_from(KEYS), formulas)
def test_what_is_tried_is_refused_or_worth_the_same_as_what_is_kept(there, key, formula):
    seen = {each: "01-31: 3, 02-28: 5, 03-31: 4" for each in KEYS if each not in there and each != key}
    seen[KEYS[0]] = "01-31: 2"
    fields = {each: {"cadence": "monthly"} for each in KEYS}
    before = file("", seen, **{each: {**fields[each], "formula": there.get(each)} for each in KEYS})
    if structure.check(before):
        return
    after = file(
        "", seen, **{each: {**fields[each], "formula": {**there, key: formula}.get(each)} for each in KEYS}
    )
    built = graph.build(before)
    node = next(each for each in after.nodes if each.key == key)
    for problem in structure.check(after):
        with pytest.raises(type(problem.fault)):
            refuse_formula(built, key, parse(formula))
        return
    refuse_formula(built, key, parse(formula))
    on = day("04-20")
    assert unfold(tried(built, node), key, on) == unfold(graph.build(after), key, on)


def test_a_node_that_is_not_there_yet_can_be_tried():
    built = plan("", {"a": "01-31: 4"}, a={"cadence": "monthly", "format": "percent"})
    new = built.nodes["a"].model_copy(update={"key": "new", "formula": "a * 2"})
    assert unfold(tried(built, new), "new", day("02-05")).value == 8
