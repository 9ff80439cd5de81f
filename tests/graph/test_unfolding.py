"""A formula unfolded: its numbers are those it was computed from, on every level."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard.domain.formula import Lack, Missing, Read
from scorecard.graph.attribution import Obstacle
from scorecard.graph.formulas import Sheet
from scorecard.graph.unfolding import LEVELS, MOST, unfold, worth
from tests.drawing import day, plan

MONTHLY = {"cadence": "monthly"}


def drawn(observed, **formulas):
    """Return a plan of formulas, all monthly, over what was observed."""
    nodes = {key: {"formula": text, **MONTHLY} for key, text in formulas.items()}
    return plan(
        "", observed, **{key: {"aggregate": "sum"} for key in observed if key not in formulas}, **nodes
    )


def test_each_thing_read_has_its_value_its_past_and_its_part_in_the_change():
    built = drawn({"a": "01-31: 30, 02-28: 45", "b": "01-31: 100, 02-28: 90"}, it="a / b * 100")
    found = unfold(built, "it", day("03-05"))
    assert (found.period.end, found.before.end, found.value) == (day("02-28"), day("01-31"), 50)
    assert (found.now, found.then) == ({Read("a"): 45, Read("b"): 90}, {Read("a"): 30, Read("b"): 100})
    assert found.change.change == pytest.approx(20)
    assert sum(found.shares.values()) == pytest.approx(20)


def test_what_was_read_of_the_past_and_of_the_year_is_told_as_it_was_read():
    built = drawn({"a": "01-31: 6, 02-28: 8", "b": "01-31: 2"}, it="a / lag(b, 1) + ytd(a)")
    found = unfold(built, "it", day("03-05"))
    assert found.now == {Read("a"): 8, Read("b", "lag", 1): 2, Read("a", "ytd"): 14}
    assert found.then[Read("b", "lag", 1)] == Missing(Lack.no_value, "b")
    assert (found.shares, found.change.obstacle) == ({}, Obstacle.missing)


def test_what_is_missing_says_so_and_the_others_still_have_their_values():
    built = drawn({"a": "02-28: 8"}, it="a / gone", gone="a + lag(it, 1)")
    found = unfold(built, "it", day("03-05"))
    assert found.now[Read("a")] == 8
    assert found.now[Read("gone")] == Missing(Lack.no_value, "it")
    assert found.value == Missing(Lack.no_value, "it")


def test_a_formula_that_nothing_was_observed_for_unfolds_all_the_same():
    found = unfold(drawn({}, it="a * 2", a="1 + 1", b="a"), "it", day("03-05"))
    assert (found.before, found.change, found.value) == (None, None, Missing(Lack.no_value, "it"))
    assert found.now == {Read("a"): Missing(Lack.no_value, "a")}


def test_a_number_entered_over_the_formula_leaves_what_it_reads_in_sight():
    built = drawn({"a": "01-31: 1, 02-28: 2", "it": "02-28: 99"}, it="a * 10")
    found = unfold(built, "it", day("03-05"))
    assert (found.value, found.now) == (99, {Read("a"): 2})
    assert found.change.obstacle is Obstacle.entered


def test_formulas_below_unfold_once_as_deep_as_said_and_in_the_periods_of_the_top():
    chain = {f"f{i}": f"f{i + 1} * 2 + f{i + 1}" for i in range(5)}
    built = drawn({"f5": "01-31: 1, 02-28: 2"}, **chain)
    found, depth = unfold(built, "f0", day("03-05")), 1
    while found.below:
        ((read, below),) = found.below.items()
        assert found.now[read] == below.value
        assert (below.period, below.before) == (found.period, found.before)
        found, depth = below, depth + 1
    assert depth == LEVELS
    wide = {f"f{i}": "x + 1" for i in range(MOST + 5)}
    top = drawn({"x": "02-28: 1"}, it=" + ".join(wide), **wide)
    assert len(unfold(top, "it", day("03-05")).below) == MOST - 1


numbers = st.floats(-1e6, 1e6) | st.integers(-5, 5).map(float)


@given(st.lists(st.tuples(numbers, numbers), min_size=3, max_size=3))
def test_every_level_is_what_the_sheet_computes_and_its_parts_sum_to_its_change(pairs):
    seen = {key: f"01-31: {then}, 02-28: {now}" for key, (then, now) in zip("abc", pairs, strict=True)}
    built = drawn(seen, it="x * a - max(b, c)", x="a + b / 2 - c")
    found = unfold(built, "it", day("03-05"))
    sheet = Sheet(built, built.nodes["it"].cadence, day("03-05"))
    for each in (found, *found.below.values()):
        assert each.value == sheet.value(each.key, each.period) == worth(built, each, each.tree)
        assert sum(each.shares.values()) == pytest.approx(each.change.change, rel=1e-9, abs=1e-3)
    assert found.now[Read("x")] == found.below[Read("x")].value
