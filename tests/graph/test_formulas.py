"""Section 5 of the measurement rules: formulas over periods."""

import pytest

from scorecard.domain.formula import Lack
from scorecard.domain.vocabulary import Reason, Status
from tests.drawing import day, roll

AT_LEAST = {"kind": "at_least", "target": 1.0}


def value(formula, on, cadence="monthly", observed=None, more=None, **operands):
    """Return the standing of `it`, a formula; each operand is (aggregate, cadence)."""
    nodes = {key: {"aggregate": aggregate, "cadence": each} for key, (aggregate, each) in operands.items()}
    it = {"formula": formula, "cadence": cadence, "measure": AT_LEAST}
    return roll("it", on=on, observed=observed, more=more, it=it, **nodes)["it"]


SALES = {"won": "01-10: 1, 01-20: 5, 02-10: 8", "bids": "01-10: 10, 01-20: 10, 02-10: 10"}
SUMS = {"won": ("sum", "monthly"), "bids": ("sum", "monthly")}


def test_a_ratio_is_a_ratio_of_sums_not_a_mean_of_ratios():
    assert value("won / bids * 100", "01-31", observed=SALES, **SUMS).value == pytest.approx(30)
    assert value("won / bids * 100", "03-31", "quarterly", SALES, **SUMS).value == pytest.approx(
        14 / 30 * 100
    )


@pytest.mark.parametrize(
    ("formula", "on", "result"),
    [
        ("won + bids", "02-28", 18),
        ("won - lag(won, 1)", "02-28", 2),
        ("lag(won, 1)", "02-28", 6),
        ("ytd(won)", "02-28", 14),
        ("ytd(won) / ytd(bids)", "02-28", 14 / 30),
        ("max(won, bids) - min(won, bids)", "02-28", 2),
        ("mean(won, bids)", "02-28", 9),
        ("abs(0 - won)", "02-28", 8),
        ("-won * 2 + 1", "02-28", -15),
    ],
)
def test_what_a_formula_computes_over_its_periods(formula, on, result):
    assert value(formula, on, observed=SALES, **SUMS).value == pytest.approx(result)


@pytest.mark.parametrize(
    ("fiscal", "on", "total"), [(1, "03-31", 7), (4, "03-31", 15), (3, "03-31", 4), (4, "04-30", 9)]
)
def test_a_year_to_date_begins_with_the_fiscal_year(fiscal, on, total):
    seen = {"cost": "2025-11-30: 8, 01-31: 1, 02-28: 2, 03-31: 4, 04-30: 9"}
    standing = value(
        "ytd(cost)", on, observed=seen, more={"fiscal_year_start": fiscal}, cost=("sum", "monthly")
    )
    assert standing.value == total


def test_a_year_to_date_of_a_formula_adds_up_its_periods():
    seen = {"cost": "01-31: 1, 02-28: 2", "rest": "01-31: 10, 02-28: 20"}
    nodes = {"cost": {"aggregate": "sum"}, "rest": {"aggregate": "sum"}, "both": {"formula": "cost + rest"}}
    it = {"formula": "ytd(both)", "cadence": "monthly", "measure": AT_LEAST}
    assert roll("it", on="02-28", observed=seen, it=it, **nodes)["it"].value == 33


def test_without_a_cadence_each_date_on_which_an_operand_was_observed_is_a_period():
    seen = {"a": "01-10: 1, 02-10: 4", "b": "01-10: 2, 02-10: 8, 03-10: 9"}
    nodes = {"a": ("last", None), "b": ("last", None)}
    assert value("a + b", "03-15", None, seen, **nodes).value == 12
    assert value("a - lag(a, 1)", "03-15", None, seen, **nodes).value == 3


def test_lag_counts_the_formulas_own_cadence():
    seen = {"a": "01-31: 1, 02-28: 2, 03-31: 3, 04-30: 4, 05-31: 5, 06-30: 6"}
    assert value("a - lag(a, 1)", "06-30", "quarterly", seen, a=("last", "monthly")).value == 3


@pytest.mark.parametrize(
    ("formula", "seen", "lack"),
    [
        ("a / b", {"a": "01-31: 1", "b": "01-31: 0"}, Lack.division_by_zero),
        ("a + b", {"a": "01-31: 1"}, Lack.no_value),
        ("a * 1e300", {"a": "01-31: 1e300"}, Lack.not_finite),
        ("a - lag(a, 3)", {"a": "01-31: 1"}, Lack.no_value),
        ("0 * b", {"a": "01-31: 1", "b": "01-31: 1e308, 01-30: 1e308"}, None),
    ],
)
def test_what_cannot_be_computed_says_why_and_is_never_0(formula, seen, lack):
    standing = value(formula, "01-31", observed=seen, a=("sum", None), b=("last", None))
    if lack is None:
        assert standing.value == 0
    else:
        assert (standing.reason, standing.score, standing.value) == (Reason.formula_error, None, None)
        assert standing.missing.reason is lack


def test_a_missing_operand_travels_up_through_formulas():
    nodes = {"low": {"formula": "a / b"}, "mid": {"formula": "low + 1"}}
    it = {"formula": "mid * 2", "cadence": "monthly", "measure": AT_LEAST}
    found = roll("it", on="01-31", observed={"a": "01-31: 1", "b": "01-31: 0"}, it=it, a={}, b={}, **nodes)
    assert found["it"].missing == found["low"].missing
    assert found["it"].missing.key == "low"


def test_a_formula_of_which_nothing_was_ever_observed_has_no_value_yet():
    assert value("a + b", "01-31", a=("last", None), b=("last", None)).reason is Reason.no_value
    it = {"formula": "a", "measure": {**AT_LEAST, "start": day("01-01")}}
    assert roll("it", on="02-10", it=it, a={"cadence": "monthly"})["it"].reason is Reason.not_due


def test_a_formula_is_judged_on_the_latest_period_for_which_it_computes():
    seen = {"a": "01-31: 6, 02-28: 8", "b": "01-31: 3"}
    standing = value("a / b", "02-28", observed=seen, a=("last", "monthly"), b=("last", "monthly"))
    assert (standing.value, standing.reason, standing.status) == (2, None, Status.on_track)


@pytest.mark.parametrize(
    ("on", "reason", "scored"),
    [("05-10", None, True), ("05-11", Reason.stale, True), ("06-11", Reason.stale, False)],
)
def test_a_formula_is_as_stale_as_its_stalest_operand(on, reason, scored):
    seen = {"a": "03-10: 6, 04-30: 8, 05-05: 8", "b": "03-10: 3"}
    standing = value("a / b", on, observed=seen, a=("last", "monthly"), b=("last", "monthly"))
    assert (standing.reason, standing.score is not None) == (reason, scored)


def test_a_due_date_without_a_start_counts_from_the_first_observation_of_what_a_formula_reads():
    reach = {"kind": "reach", "baseline": 0.0, "target": 10.0, "due": day("12-31")}
    nodes = {"a": {}, "b": {}, "mid": {"formula": "a + b"}}
    seen = {"a": "07-02: 1, 10-01: 3", "b": "08-01: 1, 10-01: 2"}
    for formula in ("mid", "mid * 1"):
        it = {"formula": formula, "measure": reach}
        standing = roll("it", on="10-01", observed=seen, it=it, **nodes)["it"]
        assert (standing.value, standing.expected) == (5, pytest.approx(91 / 182))


def test_a_formula_may_read_its_own_past_from_an_opening_balance_on():
    seen = {"it": "2025-12-31: 100", "come": "01-31: 10, 02-28: 20", "gone": "01-31: 3, 02-28: 4"}
    flows = {"come": ("sum", "monthly"), "gone": ("sum", "monthly")}
    assert value("lag(it, 1) + come - gone", "02-28", observed=seen, **flows).value == 123
    without = {key: text for key, text in seen.items() if key != "it"}
    assert (
        value("lag(it, 1) + come - gone", "02-28", observed=without, **flows).reason is Reason.formula_error
    )


def test_an_observation_stands_over_the_result_of_its_period():
    seen = {**SALES, "it": "01-31: 99"}
    assert value("won / bids * 100", "01-31", observed=seen, **SUMS).value == 99
    assert value("won / bids * 100", "02-28", observed=seen, **SUMS).value == 80
    assert value("won / bids * 100", "01-30", observed=seen, **SUMS).value == 30


def test_two_formulas_may_read_each_others_past():
    past = {"cadence": "monthly", "measure": AT_LEAST}
    one, two = {**past, "formula": "lag(two, 1) + step"}, {**past, "formula": "lag(one, 1) + step"}
    seen = {"one": "01-31: 10", "two": "01-31: 20", "step": "02-28: 1, 03-31: 1"}
    found = roll("one", on="03-31", observed=seen, one=one, two=two, step={})
    assert (found["one"].value, found["two"].value) == (12, 22)


# A formula of one bare key


def bare(on, seen, measure=AT_LEAST, more=None, **kpi):
    it = {"formula": "kpi", "measure": measure}
    return roll("it", on=on, observed=seen, it={**it, **(more or {})}, kpi=kpi)["it"]


def test_one_number_carries_many_promises():
    reach = {"kind": "reach", "baseline": 3.0, "target": 2.0}
    standing = bare("07-01", {"kpi": "06-30: 2.5"}, reach)
    assert (standing.value, standing.baseline, standing.target, standing.score) == (2.5, 3.0, 2.0, 0.5)


def test_a_bare_key_inherits_aggregation_cadence_and_unit():
    seen = {"kpi": "01-10: 1, 01-20: 3, 02-10: 50"}
    assert bare("02-15", seen, cadence="monthly", aggregate="sum").value == 4
    assert bare("01-31", seen, cadence="monthly", aggregate="mean").value == 2
    assert bare("05-01", seen, cadence="monthly").reason is Reason.stale
    ninety = {"kind": "at_least", "target": 90.0}
    assert bare("02-15", seen, ninety, cadence="monthly", format="percent").floor == 80
    assert bare("02-15", seen, ninety, {"format": "points"}, format="percent").floor == 81


def test_a_bare_key_of_a_sum_adds_up_over_the_readers_own_window():
    reach = {"kind": "reach", "baseline": 0.0, "target": 100.0, "start": day("02-01"), "due": day("12-31")}
    seen = {"kpi": "01-31: 7, 02-28: 10, 03-31: 20"}
    assert bare("03-31", seen, reach, cadence="monthly", aggregate="sum").value == 30


def test_an_observation_of_the_reader_replaces_the_period_it_reads():
    seen = {"kpi": "01-31: 1, 02-28: 2", "it": "02-15: 9"}
    assert bare("02-28", seen, cadence="monthly").value == 9
    assert bare("02-10", seen, cadence="monthly").value == 1
    summed = {"kind": "reach", "baseline": 0.0, "target": 100.0}
    assert bare("02-28", seen, summed, cadence="monthly", aggregate="sum").value == 10


def test_a_bare_key_may_read_a_formula():
    nodes = {"kpi": {"formula": "a / b", "cadence": "monthly"}, "a": {}, "b": {}}
    it = {"formula": "kpi", "measure": AT_LEAST}
    found = roll("it", on="02-10", observed={"a": "01-31: 8", "b": "01-31: 4"}, it=it, **nodes)["it"]
    assert (found.value, found.reason) == (2, None)
