"""Change attribution: the shares add up, are alike for what is alike, and are 0 for what does nothing."""

from itertools import permutations
from math import prod

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scorecard.domain.formula import Lack, Missing, Read, evaluate, parse
from scorecard.domain.period import Period
from scorecard.graph.attribution import Method, Obstacle, attribute
from scorecard.graph.rollup import rollup
from scorecard.graph.unfolding import unfold
from tests.drawing import day, plan

JANUARY = Period(day("01-01"), day("01-31"))
FEBRUARY = Period(day("02-01"), day("02-28"))


def attributed(formula, before, after, more="", **fields):
    """Return the attribution of `it` from January to February; numbers are given as `a=1 b=2`."""
    then, now = (dict(part.split("=") for part in text.split()) for text in (before, after))
    reads = {*then, *now, *parse(formula).keys} - {"it"}
    seen = {
        key: ", ".join(f"{on}: {at[key]}" for on, at in (("01-31", then), ("02-28", now)) if key in at)
        for key in {*then, *now}
    }
    nodes = {key: {"aggregate": "sum"} for key in reads}
    it = {"formula": formula, "cadence": "monthly", **fields}
    drawn = plan("", {**seen, **({"it": more} if more else {})}, it=it, **nodes)
    return attribute(drawn, "it", JANUARY, FEBRUARY)


def shares(found):
    return {share.read.key: pytest.approx(share.share) for share in found.shares}


@pytest.mark.parametrize(
    ("formula", "before", "after", "expected"),
    [
        ("a + b", "a=1 b=2", "a=4 b=1", {"a": 3, "b": -1}),
        ("a - b", "a=5 b=2", "a=5 b=3", {"a": 0, "b": -1}),
        ("a * b", "a=2 b=3", "a=4 b=5", {"a": 8, "b": 6}),
        ("a / b * 100", "a=30 b=100", "a=45 b=90", {"a": 475 / 30, "b": 125 / 30}),
        ("max(a, b)", "a=1 b=1", "a=3 b=3", {"a": 1, "b": 1}),
        ("2 * a", "a=1", "a=6", {"a": 10}),
        ("a", "a=1", "a=6", {"a": 5}),
        ("a + b", "a=1 b=2", "a=1 b=2", {"a": 0, "b": 0}),
    ],
)
def test_a_change_is_split_over_what_the_formula_reads(formula, before, after, expected):
    found = attributed(formula, before, after)
    assert shares(found) == expected
    assert (found.method, found.obstacle) == (Method.shapley, None)
    assert found.change == pytest.approx(sum(expected.values()))


def test_a_share_shows_what_it_was_made_of():
    found = attributed("a * b", "a=2 b=3", "a=4 b=5")
    assert [share[:3] for share in found.shares] == [(Read("a"), 2, 4), (Read("b"), 3, 5)]
    assert (found.before, found.after, found.change) == (6, 20, 14)


def test_the_present_and_the_past_of_a_measure_have_each_their_share():
    seen = {"a": "2025-12-31: 1, 01-31: 4, 02-28: 9", "it": ""}
    drawn = plan(
        "", seen, it={"formula": "a - lag(a, 1) + ytd(a)", "cadence": "monthly"}, a={"aggregate": "sum"}
    )
    found = attribute(drawn, "it", JANUARY, FEBRUARY)
    assert [(share.read.how, share.share) for share in found.shares] == [
        ("value", 5),
        ("lag", -3),
        ("ytd", 9),
    ]
    assert found.change == 11


def test_days_are_the_periods_of_a_formula_without_a_cadence():
    drawn = plan(
        "", {"a": "01-31: 1, 02-28: 5", "b": "01-31: 2, 02-28: 2"}, it={"formula": "a * b"}, a={}, b={}
    )
    assert shares(attribute(drawn, "it", JANUARY, FEBRUARY)) == {"a": 8, "b": 0}


def test_a_bare_key_is_explained_in_the_periods_it_is_judged_by():
    seen = {"a": "01-31: 1, 02-28: 2, 03-31: 5"}
    kpi = {"aggregate": "sum", "cadence": "monthly"}
    measure = {"kind": "at_least", "target": 1.0}
    drawn = plan("", seen, it={"formula": "a", "cadence": "quarterly", "measure": measure}, a=kpi)
    found = attribute(drawn, "it", JANUARY, FEBRUARY)
    assert (found.before, found.after) == (1, 2)
    judged = rollup(drawn, day("03-31"))["it"]
    unfolded = unfold(drawn, "it", day("03-31"))
    assert (judged.value, unfolded.value) == (5, 5)


def test_any_two_periods_may_be_compared_backwards_too():
    drawn = plan("", {"a": "01-31: 1, 03-31: 5"}, it={"formula": "a * 2", "cadence": "monthly"}, a={})
    march = Period(day("03-01"), day("03-31"))
    assert shares(attribute(drawn, "it", march, JANUARY)) == {"a": -8}
    assert shares(attribute(drawn, "it", JANUARY, JANUARY)) == {"a": 0}


@pytest.mark.parametrize(
    ("formula", "before", "after", "obstacle", "lack"),
    [
        ("a / b", "a=1 b=2", "a=1", Obstacle.missing, Missing(Lack.no_value, "b")),
        ("a / b", "b=2", "a=1 b=2", Obstacle.missing, Missing(Lack.no_value, "a")),
        ("a / b", "a=1 b=0", "a=1 b=2", Obstacle.missing, Missing(Lack.division_by_zero, "it", "b")),
        ("1 / (a - b)", "a=3 b=1", "a=5 b=3", Obstacle.mixture, Missing(Lack.division_by_zero, "it")),
        ("a + b", "", "", Obstacle.missing, Missing(Lack.no_value, "it")),
    ],
)  # fmt: skip
def test_what_cannot_be_split_says_why_and_is_no_guess(formula, before, after, obstacle, lack):
    found = attributed(formula, before, after)
    assert (found.shares, found.method, found.obstacle) == ((), None, obstacle)
    assert (found.change is None) is (obstacle is Obstacle.missing)
    assert found.missing.reason is lack.reason
    assert found.missing.key == lack.key
    assert found.obstacle.sentence.endswith(".")


def test_a_number_entered_over_the_formula_is_not_explained_by_what_it_reads():
    found = attributed("a + b", "a=1 b=2", "a=4 b=1", more="02-28: 99")
    assert (found.before, found.after, found.shares, found.obstacle) == (3, 99, (), Obstacle.entered)


def test_a_node_without_a_formula_has_nothing_to_split():
    with pytest.raises(KeyError):
        attribute(plan("a=1"), "a", JANUARY, FEBRUARY)


# Laws

NAMES = "abcdefgh"


@st.composite
def formulas(draw, names):
    """Draw a formula that reads each of some names once or twice, in any way that keeps numbers positive."""
    parts = list(draw(st.permutations([*names, *draw(st.lists(st.sampled_from(names), max_size=3))])))
    while len(parts) > 1:
        left, right = parts.pop(), parts.pop(0)
        how = draw(
            st.sampled_from(
                ["({} + {})", "({} * {})", "({} / {})", "max({}, {})", "min({}, {})", "abs({} - {})"]
            )
        )
        parts.append(how.format(left, right) if how[0] != "a" else f"(1 + {how.format(left, right)})")
    return parts[0]


numbers = st.integers(1, 40).map(lambda number: number / 4)


@st.composite
def changes(draw, least=1, most=5):
    names = NAMES[: draw(st.integers(least, most))]
    formula = draw(formulas(names))
    then, now = ({name: draw(numbers) for name in names} for _ in range(2))
    return formula, then, now


def of(formula, then, now):
    """Return an attribution straight from numbers, as text that a plan reads."""
    written = (" ".join(f"{key}={value!r}" for key, value in each.items()) for each in (then, now))
    return attributed(formula, *written)


def result(formula, values):
    return evaluate(parse(formula), lambda read: values[read.key])


def near(value, *sizes):
    return pytest.approx(value, abs=1e-9 * max(1.0, *map(abs, sizes)))


@given(changes(most=8))
def test_the_shares_add_up_to_the_change(change):
    found = of(*change)
    assert sum(share.share for share in found.shares) == near(found.change, found.before, found.after)


@given(changes(most=4))
def test_a_share_is_the_mean_over_every_order_of_change(change):
    formula, then, now = change
    found, total = of(*change), dict.fromkeys(then, 0.0)
    orders = list(permutations(then))
    for order in orders:
        values = dict(then)
        for key in order:
            earlier = result(formula, values)
            values[key] = now[key]
            total[key] += result(formula, values) - earlier
    size = max(abs(share.share) for share in found.shares)
    for share in found.shares:
        assert share.share == near(total[share.read.key] / len(orders), size)


@given(changes(most=6), st.data())
def test_what_stayed_as_it_was_or_makes_no_difference_has_no_share(change, data):
    formula, then, now = change
    key = data.draw(st.sampled_from(sorted(then)))
    found = of(f"{formula} + 0 * idle", {**then, "idle": 1.0}, {**now, key: then[key], "idle": 7.0})
    parts = {share.read.key: share.share for share in found.shares}
    assert (parts[key], parts["idle"]) == (0.0, near(0.0, found.before, found.after))


@given(
    changes(most=3),
    st.sampled_from(["x + y", "x * y", "max(x, y)", "x * y + x + y", "1 / (x + y)"]),
    numbers,
    numbers,
)
def test_two_that_play_the_same_part_have_the_same_share(change, pair, then_, now_):
    formula, then, now = change
    for pairs in (f"({pair}) * {formula}", f"{formula} - ({pair})"):
        found = of(pairs, {**then, "x": then_, "y": then_}, {**now, "x": now_, "y": now_})
        parts = {share.read.key: share.share for share in found.shares}
        assert parts["x"] == near(parts["y"], found.before, found.after)


@given(changes(most=3), changes(most=3))
def test_the_shares_of_a_sum_are_the_sums_of_shares(first, second):
    then, now = first[1] | second[1], first[2] | second[2]
    both = of(f"{first[0]} + {second[0]}", then, now)
    alone = [
        of(formula, {key: then[key] for key in names}, {key: now[key] for key in names})
        for formula, names, _ in (first, second)
    ]
    total = dict.fromkeys(then, 0.0)
    for share in (*alone[0].shares, *alone[1].shares):
        total[share.read.key] += share.share
    for share in both.shares:
        assert share.share == near(total[share.read.key], both.before, both.after)


# More than eight

MANY = [f"k{number}" for number in range(12)]


@pytest.mark.parametrize(
    "formula", [" + ".join(MANY), " * ".join(MANY), f"{'+'.join(MANY[:6])} / ({'+'.join(MANY[6:])})"]
)
def test_many_shares_add_up_as_well(formula):
    then = {key: 1 + number / 4 for number, key in enumerate(MANY)}
    now = {key: value * (1.1 if value > 2 else 0.8) for key, value in then.items()}
    found = of(formula, then, now)
    assert found.method is Method.mirrored
    assert sum(share.share for share in found.shares) == near(found.change, prod(now.values()))


def test_of_a_long_sum_each_part_has_just_its_own_change():
    then, now = ({key: number * factor for number, key in enumerate(MANY)} for factor in (1.0, 3.0))
    found = of(" + ".join(MANY), then, now)
    assert shares(found) == {key: 2.0 * number for number, key in enumerate(MANY)}


def test_only_what_changed_counts_towards_the_eight():
    then = dict.fromkeys(MANY, 2.0)
    now = {**then, "k3": 5.0, "k7": 1.0}
    found = of(" * ".join(MANY), then, now)
    assert found.method is Method.shapley
    assert {key for key, share in shares(found).items() if share != 0} == {"k3", "k7"}


@given(st.lists(st.tuples(numbers, numbers), min_size=9, max_size=14))
def test_of_many_what_stayed_as_it_was_has_no_share(pairs):
    assume(any(then == now for then, now in pairs))
    then, now = ({f"k{number}": pair[side] for number, pair in enumerate(pairs)} for side in (0, 1))
    found = of("*".join(then), then, now)
    assert all(share.share == 0 for share in found.shares if share.before == share.after)
