"""Formulas over many periods: all at once, and no other numbers than one by one."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scorecard.domain.formula import Lack, Missing
from scorecard.domain.schema import PlanFile
from scorecard.domain.vocabulary import Cadence
from scorecard.graph import formulas
from scorecard.graph.formulas import Sheet
from scorecard.graph.plan import build
from scorecard.graph.series import last_periods

DAY = date(2026, 12, 31)


def drawn(nodes, observed):
    """Return a plan of monthly KPIs: a formula or "" for each key, and values by month of 2026."""
    shape = {"kind": "kpi", "cadence": "monthly"}
    return build(
        PlanFile.model_validate(
            {
                "plan": "periods",
                "nodes": [
                    {**shape, "key": key, "title": key, **({"formula": text} if text else {})}
                    for key, text in nodes.items()
                ],
                "observations": [
                    {"node": key, "date": date(2026, month, 20), "value": value}
                    for key, values in observed.items()
                    for month, value in values.items()
                ],
            }
        )
    )


def year(value):
    return {month: float(value + month) for month in range(1, 13)}


@pytest.fixture
def computed(monkeypatch):
    """Return the formulas that are computed from now on, each with its number of periods."""
    found = []
    evaluate_all = formulas.evaluate_all

    def noted(formula, columns, count, key):
        found.append((key, count))
        return evaluate_all(formula, columns, count, key)

    monkeypatch.setattr(formulas, "evaluate_all", noted)
    return found


def test_what_feeds_a_formula_is_read_off_its_text():
    plan = drawn(
        {"top": "low + lag(low, 1) - lag(b, 2)", "low": "ytd(a) / a", "bare": "low", "a": "", "b": ""}, {}
    )
    assert {*plan.feeds.edges.data("lagged")} == {
        ("low", "top", False),
        ("b", "top", True),
        ("a", "low", False),
        ("low", "bare", False),
    }


def test_a_year_of_a_chain_is_computed_formula_by_formula_not_month_by_month(computed):
    plan = drawn(
        {"top": "mid + low", "mid": "low * 2", "low": "a / b", "a": "", "b": ""},
        {"a": year(100), "b": year(10)},
    )
    assert len(last_periods(plan, "top", DAY)) == 12
    assert computed == [("low", 12), ("mid", 12), ("top", 12)]


def test_only_the_period_that_is_judged_is_computed_for_a_standing(computed):
    plan = drawn({"top": "low - lag(low, 1)", "low": "a * 2", "a": ""}, {"a": year(0)})
    assert Sheet(plan, Cadence.monthly, DAY).evidence("top").value == 2
    assert computed == [("low", 2), ("top", 1)]


def test_a_balance_that_reads_its_own_past_is_computed_month_by_month(computed):
    plan = drawn({"balance": "lag(balance, 1) + come", "come": ""}, {"balance": {1: 100.0}, "come": year(0)})
    assert [each.value for each in last_periods(plan, "balance", DAY)][:3] == [100, 102, 105]
    assert computed == [("balance", 1)] * 11


def test_what_is_missing_in_one_month_is_missing_there_alone_under_the_key_it_began_with():
    plan = drawn(
        {"top": "1 / mid", "mid": "a / b", "a": "", "b": ""},
        {"a": {1: 1.0, 2: 1.0, 3: 0.0, 4: 1.0}, "b": {1: 2.0, 2: 0.0, 3: 1.0}},
    )
    sheet = Sheet(plan, Cadence.monthly, DAY)
    assert sheet.values("top", sheet.survey("top").periods) == [
        2,
        Missing(Lack.division_by_zero, "mid", "b"),
        Missing(Lack.division_by_zero, "top", "mid"),
        Missing(Lack.no_value, "b"),
    ]


def test_a_year_to_date_beyond_all_numbers_is_missing():
    plan = drawn({"top": "min(ytd(a), 1)", "a": ""}, {"a": {1: 1e308, 2: 1e308}})
    sheet = Sheet(plan, Cadence.monthly, DAY)
    january, february = sheet.survey("top").periods
    assert sheet.values("top", [january, february]) == [1, Missing(Lack.not_finite, "a")]
    assert sheet.answers("top", february) == [Missing(Lack.not_finite, "a")]


PAST = ("a - lag(a, 1)", "ytd(a) / ytd(b)", "lag(g, 1) + a", "lag(f, 2) - b", "a * lag(h, 1)", "b * 1e308")
TEXTS = {
    "f": ("a / b", "-a", "max(a, lag(f, 1))", *PAST),
    "g": ("f + 1", "mean(a, b, f)", "lag(h, 1) + ytd(f)", *PAST),
    "h": ("f / g", "f", "ytd(g) - lag(h, 1)", "sum(f, g, a)", *PAST),
}
"""Formulas of three nodes over a and b; what they read of each other runs in a circle by the past alone."""

values = st.dictionaries(st.integers(1, 12), st.sampled_from([0.0, 1.0, -2.0, 3.5, 1e300]), max_size=6)
plans = st.builds(
    drawn,
    st.fixed_dictionaries(
        {"a": st.just(""), "b": st.just(""), **{k: st.sampled_from(v) for k, v in TEXTS.items()}}
    ),
    st.fixed_dictionaries(dict.fromkeys("abfgh", values)),
)


@settings(max_examples=60, deadline=None)
@given(plans, st.sampled_from([None, *Cadence]), st.integers(0, 365))
def test_periods_at_once_are_as_one_by_one_in_whatever_order(plan, cadence, back):
    day = DAY - timedelta(days=back)
    for key in "hgf":
        sheet = Sheet(plan, cadence, day)
        periods = sheet.survey(key).periods
        alone = [Sheet(plan, cadence, day).value(key, period) for period in periods]
        assert repr(sheet.values(key, periods)) == repr(alone)
        assert repr([sheet.value(key, period) for period in periods]) == repr(alone)
