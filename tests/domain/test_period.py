"""Periods of the fiscal calendar, and the paths that plans to date run along."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard.domain.period import (
    GRACE,
    Period,
    along,
    first_update_due,
    following,
    last_day_fresh,
    period_of,
    periods_back,
    previous,
    steady_path,
)
from scorecard.domain.vocabulary import Cadence

days = st.dates(date(1900, 1, 1), date(2200, 12, 31))
cadences = st.sampled_from(Cadence)
months = st.integers(1, 12)


def day(text):
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("cadence", "fiscal", "on", "start", "end"),
    [
        ("daily", 1, "2026-02-28", "2026-02-28", "2026-02-28"),
        ("weekly", 1, "2026-01-01", "2025-12-29", "2026-01-04"),
        ("weekly", 1, "2026-01-05", "2026-01-05", "2026-01-11"),
        ("monthly", 1, "2024-02-15", "2024-02-01", "2024-02-29"),
        ("monthly", 1, "2026-12-31", "2026-12-01", "2026-12-31"),
        ("quarterly", 1, "2026-05-31", "2026-04-01", "2026-06-30"),
        ("quarterly", 2, "2026-01-31", "2025-11-01", "2026-01-31"),
        ("quarterly", 12, "2026-01-31", "2025-12-01", "2026-02-28"),
        ("yearly", 1, "2026-07-01", "2026-01-01", "2026-12-31"),
        ("yearly", 4, "2026-03-31", "2025-04-01", "2026-03-31"),
        ("yearly", 10, "2026-10-01", "2026-10-01", "2027-09-30"),
    ],
)
def test_the_period_that_holds_a_day(cadence, fiscal, on, start, end):
    assert period_of(day(on), Cadence(cadence), fiscal) == (day(start), day(end))


@given(days, cadences, months)
def test_periods_follow_each_other_without_a_gap(on, cadence, fiscal):
    period = period_of(on, cadence, fiscal)
    assert on in period
    after, before = following(period, cadence, fiscal), previous(period, cadence, fiscal)
    assert after.start == period.end + timedelta(days=1)
    assert before.end == period.start - timedelta(days=1)
    assert period_of(period.start, cadence, fiscal) == period == period_of(period.end, cadence, fiscal)


def test_the_periods_up_to_a_day_come_oldest_first():
    found = periods_back(day("2026-02-10"), Cadence.monthly, 3)
    assert [str(each.start) for each in found] == ["2025-12-01", "2026-01-01", "2026-02-01"]


def test_a_period_counts_both_of_its_ends():
    assert Period(day("2026-01-01"), day("2026-01-31")).days == 31
    assert "2026-01-01" not in Period(day("2026-01-01"), day("2026-01-31"))


@given(days, st.integers(0, 800), st.none() | cadences, months)
def test_a_steady_path_runs_from_0_at_the_start_to_1_at_the_due_date(start, length, cadence, fiscal):
    due = start + timedelta(days=length)
    path = steady_path(start, due, cadence, fiscal)
    heights = [along(path, start + timedelta(days=each)) for each in range(length + 1)]
    assert heights == sorted(heights)
    assert heights[-1] == pytest.approx(1.0)
    assert along(path, due + timedelta(days=99)) == heights[-1]
    assert length == 0 or heights[0] == 0.0 == along(path, start - timedelta(days=1))


def test_whole_months_are_equal_steps():
    path = steady_path(day("2026-01-01"), day("2026-12-31"), Cadence.monthly)
    assert [height for _, height in path] == pytest.approx([each / 12 for each in range(13)])


def test_a_path_is_flat_outside_its_points_and_straight_between_them():
    path = ((day("2026-01-01"), 10.0), (day("2026-01-11"), 20.0), (day("2026-01-31"), 0.0))
    ons = ("2025-06-01", "2026-01-01", "2026-01-06", "2026-01-11", "2026-01-21", "2026-06-01")
    assert [along(path, day(on)) for on in ons] == [10, 10, 15, 20, 10, 0]


@pytest.mark.parametrize(
    ("cadence", "observed", "fresh", "kept"),
    [
        ("daily", "2026-03-10", "2026-03-12", "2026-03-13"),
        ("weekly", "2026-03-10", "2026-03-25", "2026-04-01"),
        ("monthly", "2026-03-31", "2026-05-10", "2026-06-10"),
        ("quarterly", "2026-01-01", "2026-07-30", "2026-10-30"),
        ("yearly", "2026-12-31", "2028-01-30", "2029-01-30"),
    ],
)
def test_a_number_is_fresh_until_the_grace_after_the_next_period(cadence, observed, fresh, kept):
    assert last_day_fresh(day(observed), Cadence(cadence)) == (day(fresh), day(kept))


@given(days, cadences, months)
def test_the_first_update_is_due_with_the_grace_of_its_period(start, cadence, fiscal):
    assert first_update_due(start, cadence, fiscal) == period_of(start, cadence, fiscal).end + GRACE[cadence]
