"""Section 3 of the measurement rules: expected progress, what is not due yet, and what is stale."""

from datetime import timedelta

import pytest

from scorecard.domain.vocabulary import Reason, Status
from tests.drawing import day, stands

YEAR = "reach 0 -> 100 start 01-01 due 12-31"


@pytest.mark.parametrize(
    ("drawn", "cadence", "seen", "on", "expected"),
    [
        # whole months are equal steps, by days within one
        (YEAR, "monthly", "01-31: 1", "01-31", 1 / 12),
        (YEAR, "monthly", "02-28: 1", "02-28", 2 / 12),
        (YEAR, "monthly", "06-30: 1", "07-05", 6 / 12),
        (YEAR, "monthly", "02-14: 1", "02-14", (1 + 14 / 28) / 12),
        (YEAR, "quarterly", "03-31: 1", "03-31", 1 / 4),
        (YEAR, "yearly", "07-01: 1", "07-01", 181 / 364),
        # a period that the window cuts is the smaller step
        ("reach 0 -> 100 start 01-16 due 03-31", "monthly", "01-31: 1", "01-31", (16 / 31) / (2 + 16 / 31)),
        ("reach 0 -> 100 start 01-16 due 03-31", "monthly", "03-31: 1", "03-31", 1.0),
        # weeks; 2026-01-01 is a Thursday
        ("reach 0 -> 100 start 01-05 due 03-29", "weekly", "01-11: 1", "01-12", 1 / 12),
        ("reach 0 -> 100 start 01-01 due 01-18", "weekly", "01-04: 1", "01-04", (4 / 7) / (2 + 4 / 7)),
        # by days alone without a cadence, and read on the day
        (YEAR, None, "01-31: 1", "07-02", 182 / 364),
        (YEAR, "daily", "07-02: 1", "07-03", 182 / 364),
        # no due date: all of it
        ("reach 0 -> 100", "monthly", "01-31: 1", "02-01", 1.0),
        ("reach 0 -> 100 start 01-01", None, "01-31: 1", "02-01", 1.0),
        # a due date without a start counts from the first observation
        ("reach 0 -> 100 due 12-31", None, "07-02: 1, 12-01: 2", "10-01", 91 / 182),
        # before the start nothing, from the due date on everything
        (YEAR, None, "2025-06-01: 1", "2025-07-01", 0.0),
        (YEAR, None, "06-01: 1", "2027-03-01", 1.0),
        ("reach 0 -> 100 start 03-01 due 03-01", None, "03-01: 1", "03-01", 1.0),
        # a path that was drawn
        (YEAR + " path 03-31:10 09-30:80", None, "01-31: 1", "03-31", 0.1),
        (YEAR + " path 03-31:10 09-30:80", None, "01-31: 1", "06-30", 0.1 + 0.7 * 91 / 183),
        (YEAR + " path 03-31:10 09-30:80", None, "01-31: 1", "12-31", 1.0),
        (YEAR + " path 03-31:10 12-31:80", None, "01-31: 1", "12-31", 0.8),
        # one that leads beyond the target, or away from it, promises all and nothing
        (YEAR + " path 06-30:120", None, "01-31: 1", "06-30", 1.0),
        (YEAR + " path 06-30:-20", None, "01-31: 1", "06-30", 0.0),
        ("reach 3 -> 2 start 01-01 due 12-31 path 06-30:2.8", None, "01-31: 3", "06-30", 0.2),
        # seven tenths of the way are the promise
        (YEAR + " aspirational", "monthly", "06-30: 1", "06-30", 0.35),
        ("reach 0 -> 100 aspirational", None, "06-30: 1", "06-30", 0.7),
    ],
)  # fmt: skip
def test_expected_progress(drawn, cadence, seen, on, expected):
    assert stands(drawn, seen, on=on, cadence=cadence).expected == pytest.approx(expected)


@pytest.mark.parametrize("aggregate", ["last", "sum"])
@pytest.mark.parametrize("cadence", [None, "monthly"])
@pytest.mark.parametrize("drawn", ["reach 0 -> 10 due 12-31", "milestone due 12-31 path 10-31:0.5"])
def test_no_day_before_the_first_observation_knows_when_that_will_be(drawn, cadence, aggregate):
    before = stands(drawn, "06-30: 0.5", on="03-01", cadence=cadence, aggregate=aggregate)
    assert before == stands(drawn, "", on="03-01", cadence=cadence, aggregate=aggregate)
    assert (before.expected, before.reason) == (None, Reason.no_value)


@pytest.mark.parametrize(
    ("seen", "on", "expected"),
    [("06-10: 600", "06-15", (5 + 15 / 30) / 12), ("06-10: 600", "07-05", 6 / 12)],
)
def test_a_sum_is_expected_by_the_end_of_its_period_cut_at_the_day(seen, on, expected):
    standing = stands(YEAR, seen, on=on, cadence="monthly", aggregate="sum")
    assert standing.expected == pytest.approx(expected)


def test_increments_add_up_to_the_path_and_to_the_target():
    quarters = "03-31: 10, 06-30: 20, 09-30: 30, 12-31: 60"
    standing = stands(YEAR, "03-31: 10, 06-30: 14", on="06-30", cadence="quarterly", aggregate="sum",
                      targets=quarters)  # fmt: skip
    assert (standing.target, standing.expected, standing.progress) == (120, 0.25, 0.2)
    # 1 - (0.25 - 0.2) / (1/3)
    assert standing.score == pytest.approx(0.85)


@pytest.mark.parametrize(
    ("drawn", "on", "expected"),
    [
        # the first increment is led to from 0 on the first day of the window, or else is simply there
        (YEAR, "02-14", 10 / 40 * 44 / 89),
        ("reach 0 -> 100", "02-14", 10 / 40),
        ("reach 0 -> 100 start 03-31", "03-31", 10 / 40),
        # the last is due with the window
        ("reach 0 -> 100 start 01-01 due 10-31", "10-31", 1.0),
        ("reach 0 -> 100 start 01-01", "12-31", 1.0),
    ],
)
def test_increments_lead_from_the_start_of_the_window_to_its_end(drawn, on, expected):
    standing = stands(drawn, f"{on}: 5", on=on, aggregate="sum", cadence="quarterly",
                      targets="03-31: 10, 12-31: 30")  # fmt: skip
    assert standing.expected == pytest.approx(expected)


def test_an_increment_of_the_first_day_counts_where_there_is_no_cadence():
    standing = stands(YEAR, "01-01: 5", on="06-30", aggregate="sum", targets="01-01: 10, 07-01: 30")
    assert (standing.target, standing.expected) == (40, pytest.approx((10 + 30 * 180 / 181) / 40))


@pytest.mark.parametrize(
    ("targets", "on", "height"),
    [
        # from the baseline at the start through those of the window; without one to the target
        ("2025-12-31: 70", "07-02", 50),
        ("2025-12-31: 70, 07-02: 80", "04-02", 40),
        ("01-01: 20, 07-02: 80", "01-01", 20),
    ],
)
def test_a_path_leads_through_the_targets_of_its_window_only(targets, on, height):
    standing = stands(YEAR, f"{on}: 5", on=on, targets=targets)
    assert standing.expected * standing.target == pytest.approx(height)


def test_targets_outside_the_window_are_no_increments():
    standing = stands(YEAR, "03-31: 10", on="03-31", cadence="quarterly", aggregate="sum",
                      targets="2025-12-31: 70, 03-31: 10, 12-31: 30, 2027-03-31: 70")  # fmt: skip
    assert (standing.target, standing.expected) == (40, 0.25)


def test_the_targets_of_a_reach_are_points_of_its_path():
    targets = "03-31: 42, 06-30: 43, 09-30: 44, 12-31: 45"
    nps = "reach 40 -> 45 start 01-01 due 12-31"
    standing = stands(nps, "03-31: 42, 06-30: 42.7", on="07-10", cadence="quarterly", targets=targets)
    assert (standing.target, standing.expected, standing.progress) == (43, 1.0, pytest.approx(0.9))
    assert standing.score == pytest.approx(0.9)


def test_a_first_target_at_the_baseline_is_simply_not_due():
    targets = "03-31: 40, 06-30: 43"
    nps = "reach 40 -> 45 start 01-01 due 12-31"
    standing = stands(nps, "03-31: 40", on="04-01", cadence="quarterly", targets=targets)
    assert (standing.reason, standing.target) == (Reason.not_due, 45)


@pytest.mark.parametrize(
    ("progress", "expected_on", "score"),
    [
        (0.0, "01-31", 1 - (1 / 12) * 3),
        (0.05, "02-28", 1 - (2 / 12 - 0.05) * 3),
        (0.2, "04-30", 0.2 * 3),
        (0.3, "06-30", 0.6),
        (0.5, "06-30", 1.0),
        (0.8, "06-30", 1.0),
    ],
)
def test_the_first_weeks_do_not_shout(progress, expected_on, score):
    standing = stands(YEAR, f"{expected_on}: {progress * 100}", on=expected_on, cadence="monthly")
    assert standing.score == pytest.approx(score)


@pytest.mark.parametrize(
    ("drawn", "seen", "on", "reason"),
    [
        (YEAR, "01-01: 0", "01-01", Reason.not_due),
        (YEAR, "01-02: 0", "01-02", None),
        (YEAR, "", "01-31", Reason.not_due),
        (YEAR, "", "02-10", Reason.not_due),
        (YEAR, "", "02-11", Reason.no_value),
        ("at_least 5 start 01-01", "", "02-10", Reason.not_due),
        ("at_least 5 start 01-01", "", "02-11", Reason.no_value),
        ("at_least 5 start 01-15", "", "02-10", Reason.not_due),
        ("at_least 5 start 01-15", "", "02-11", Reason.no_value),
        ("at_least 5", "", "02-10", Reason.no_value),
        ("at_least 5 due 12-31", "", "02-10", Reason.no_value),
        ("at_least 5 start 07-01", "01-31: 9", "02-05", Reason.not_due),
        ("milestone due 12-31", "", "02-11", Reason.not_due),
        ("milestone due 12-31 path 06-30:0.5", "", "02-11", Reason.no_value),
    ],
)
def test_what_is_not_due_has_no_colour(drawn, seen, on, reason):
    standing = stands(drawn, seen, on=on, cadence="monthly")
    assert standing.reason is reason
    assert (standing.score is None) is (reason is not None)


def test_a_cycle_starts_the_window_as_well():
    assert stands("at_least 5", on="02-10", cadence="monthly", cycle="01-01..12-31").reason is Reason.not_due
    assert stands("at_least 5", on="02-11", cadence="monthly", cycle="01-01..12-31").reason is Reason.no_value


@pytest.mark.parametrize(
    ("cadence", "seen", "fresh", "kept"),
    [
        # the next period's end plus grace, and one period later
        ("daily", "03-10", "03-12", "03-13"),
        ("weekly", "03-10", "03-25", "04-01"),
        ("monthly", "03-10", "05-10", "06-10"),
        ("quarterly", "02-10", "07-30", "10-30"),
        ("yearly", "2025-05-05", "2027-01-30", "2028-01-30"),
    ],
)
def test_a_number_goes_stale_and_then_is_worth_nothing(cadence, seen, fresh, kept):
    def on(text):
        return stands("at_least 5", f"{seen}: 9", on=text, cadence=cadence)

    def after(text):
        return (day(text) + timedelta(days=1)).isoformat()

    assert (on(fresh).reason, on(fresh).coverage) == (None, 1.0)
    old = on(after(fresh))
    assert (old.reason, old.status, old.score, old.coverage) == (Reason.stale, Status.on_track, 1.0, 0.0)
    assert (on(kept).reason, on(kept).score) == (Reason.stale, 1.0)
    gone = on(after(kept))
    assert (gone.reason, gone.status, gone.score) == (Reason.stale, Status.no_data, None)


def test_without_a_cadence_nothing_goes_stale():
    assert stands("at_least 5", "2001-01-01: 9", on="07-01").reason is None


@pytest.mark.parametrize("on", ["12-31", "2027-06-30", "2030-01-01"])
def test_nothing_goes_stale_after_an_observation_in_its_last_period(on):
    standing = stands("at_least 5", "12-02: 9", on=on, cadence="monthly", cycle="01-01..12-31")
    assert (standing.reason, standing.score) == (None, 1.0)


def test_what_is_stale_is_not_excused_as_not_due():
    standing = stands(YEAR, "2025-10-31: 0", on="2025-12-31", cadence="monthly")
    assert standing.reason is Reason.stale
    assert stands(YEAR, "2025-10-31: 0", on="2025-12-10", cadence="monthly").reason is Reason.not_due
