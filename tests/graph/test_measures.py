"""Section 2 of the measurement rules: what each kind of measure makes of one number."""

import pytest

from scorecard.domain.vocabulary import Reason, Status
from tests.drawing import stands

ON, RISK, OFF = Status.on_track, Status.at_risk, Status.off_track


@pytest.mark.parametrize(
    ("drawn", "value", "progress", "score", "status"),
    [
        # reach without a due date: all of the way is expected at once
        ("reach 0 -> 100", 100, 1.0, 1.0, ON),
        ("reach 0 -> 100", 90, 0.9, 0.9, ON),
        ("reach 0 -> 100", 75, 0.75, 0.75, RISK),
        ("reach 0 -> 100", 74, 0.74, 0.74, OFF),
        ("reach 0 -> 100", 140, 1.4, 1.0, ON),
        ("reach 0 -> 100", -20, -0.2, 0.0, OFF),
        ("reach 3.1 -> 2.0", 2.55, 0.5, 0.5, OFF),
        ("reach 3.1 -> 2.0", 1.9, 12 / 11, 1.0, ON),
        ("reach 3.1 -> 2.0", 3.2, -1 / 11, 0.0, OFF),
        # seven tenths of a stretch are the promise
        ("reach 0 -> 100 aspirational", 70, 0.7, 1.0, ON),
        ("reach 0 -> 100 aspirational", 63, 0.63, 0.9, ON),
        ("reach 0 -> 100 aspirational", 35, 0.35, 0.5, OFF),
        # at_least: met, halfway to the floor, at the floor, halfway beyond, twice the distance
        ("at_least 95 floor 90", 95, 1.0, 1.0, ON),
        ("at_least 95 floor 90", 99, 1.0, 1.0, ON),
        ("at_least 95 floor 90", 94, 0.8, 0.87, RISK),
        ("at_least 95 floor 90", 92.5, 0.5, 0.825, RISK),
        ("at_least 95 floor 90", 90, 0.0, 0.75, RISK),
        ("at_least 95 floor 90", 89.9, -0.02, 0.735, OFF),
        ("at_least 95 floor 90", 87.5, -0.5, 0.375, OFF),
        ("at_least 95 floor 90", 85, -1.0, 0.0, OFF),
        ("at_least 95 floor 90", 10, -16.0, 0.0, OFF),
        # at_most: the same to the other side
        ("at_most 4 floor 6", 4, 1.0, 1.0, ON),
        ("at_most 4 floor 6", 0, 1.0, 1.0, ON),
        ("at_most 4 floor 6", 5, 0.5, 0.825, RISK),
        ("at_most 4 floor 6", 6, 0.0, 0.75, RISK),
        ("at_most 4 floor 6", 7, -0.5, 0.375, OFF),
        ("at_most 4 floor 6", 8, -1.0, 0.0, OFF),
        # the alert line notifies and changes no colour
        ("at_least 90 floor 80 alert 85", 84, 0.4, 0.81, RISK),
        # between: inside, and outside by a share of the floor's distance
        ("between 70 .. 82 floor 6", 70, 1.0, 1.0, ON),
        ("between 70 .. 82 floor 6", 82, 1.0, 1.0, ON),
        ("between 70 .. 82 floor 6", 85, 0.5, 0.825, RISK),
        ("between 70 .. 82 floor 6", 67, 0.5, 0.825, RISK),
        ("between 70 .. 82 floor 6", 64, 0.0, 0.75, RISK),
        ("between 70 .. 82 floor 6", 61, -0.5, 0.375, OFF),
        # zones
        ("zones", "below", 0.0, 0.0, OFF),
        ("zones", "commit", 0.3, 0.75, RISK),
        ("zones", "target", 0.7, 1.0, ON),
        ("zones", "stretch", 1.0, 1.0, ON),
    ],
)
def test_a_value_has_a_progress_a_score_and_a_status(drawn, value, progress, score, status):
    standing = stands(drawn, f"06-30: {value}", on="07-01")
    assert standing.progress == pytest.approx(progress)
    assert standing.score == pytest.approx(score)
    assert (standing.status, standing.reason, standing.coverage) == (status, None, 1.0)


@pytest.mark.parametrize(
    ("drawn", "form", "floor"),
    [
        ("at_least 90", "percent", 80),
        ("at_least 99.9", "percent", 98.9),
        ("at_least 100", "percent", 99),
        ("at_least 51", "percent", 2),
        ("at_least 50", "percent", 45),
        ("at_least 104", "percent", 93.6),
        ("at_least 90", None, 81),
        ("at_least -10", None, -11),
        ("at_most 4", "percent", 4.4),
        ("at_most 90", "percent", 99),
        ("at_most -10", None, -9),
        ("between 70 .. 82", "percent", 6),
        ("at_least 0", None, 0),
        ("at_most 0", None, 0),
    ],
)
def test_a_measure_without_a_floor_has_a_proposed_one(drawn, form, floor):
    assert stands(drawn, "06-30: 1", on="07-01", format=form).floor == pytest.approx(floor)


@pytest.mark.parametrize(
    ("drawn", "value", "score"),
    [
        ("at_most 0", 0, 1.0),
        ("at_most 0", 0.001, 0.0),
        ("at_least 0", -1, 0.0),
        ("at_least 95 floor 95", 94.999, 0.0),
        ("between 70 .. 82 floor 0", 82.1, 0.0),
        ("at_most 0 floor 2", 1, 0.825),
    ],
)
def test_where_target_and_floor_are_one_any_miss_is_failure(drawn, value, score):
    assert stands(drawn, f"06-30: {value}", on="07-01").score == pytest.approx(score)


@pytest.mark.parametrize(
    ("bands", "value", "score", "status"),
    [
        ((0.95, 0.80), 95, 1.0, ON),
        ((0.95, 0.80), 92.5, 0.875, RISK),
        ((0.95, 0.80), 90, 0.80, RISK),
        ((0.95, 0.80), 87.5, 0.40, OFF),
        ((0.50, 0.20), 92.5, 0.35, RISK),
    ],
)
def test_a_miss_is_scored_between_the_nodes_own_bands(bands, value, score, status):
    on_track, at_risk = bands
    own = {"on_track": on_track, "at_risk": at_risk}
    standing = stands("at_least 95 floor 90", f"06-30: {value}", on="07-01", bands=own)
    assert (standing.score, standing.status) == (pytest.approx(score), status)


@pytest.mark.parametrize("x", [0.0, 0.001, 0.2, 0.5, 0.9, 1.0, 1.001, 1.5, 3.0])
def test_the_colour_of_a_missed_limit_never_contradicts_its_floor(x):
    standing = stands("at_least 95 floor 90", f"06-30: {95 - 5 * x}", on="07-01")
    assert standing.status is (ON if x == 0 else RISK if x <= 1 else OFF)


@pytest.mark.parametrize(
    ("share", "on", "reason", "score", "status"),
    [
        (0.5, "06-29", Reason.not_due, None, Status.no_data),
        (1.0, "06-29", Reason.not_due, None, Status.no_data),
        (1.0, "06-30", None, 1.0, ON),
        (0.95, "06-30", None, 0.95, RISK),
        (0.5, "07-15", None, 0.5, OFF),
    ],
)
def test_a_milestone_without_a_path_is_judged_from_its_due_date(share, on, reason, score, status):
    standing = stands("milestone due 06-30", f"05-01: {share}", on=on)
    assert (standing.reason, standing.score, standing.status) == (reason, score, status)


@pytest.mark.parametrize(
    ("share", "on", "expected", "score"),
    [
        (0.1, "02-15", 45 / 180 * 0.4, 1.0),
        (0.4, "06-30", 0.4, 1.0),
        (0.3, "06-30", 0.4, 0.75),
        (0.3, "09-15", 0.4 + 77 / 154 * 0.6, 0.3 / 0.7),
        (0.9, "12-01", 1.0, 0.9),
    ],
)
def test_a_milestone_with_a_path_is_judged_along_it(share, on, expected, score):
    drawn = "milestone start 01-01 due 12-01 path 06-30:0.4 12-01:1"
    standing = stands(drawn, f"01-20: {share}", on=on)
    assert (standing.expected, standing.score) == (pytest.approx(expected), pytest.approx(score))


def test_baseline_and_target_alike_leave_nothing_to_reach():
    standing = stands("reach 5 -> 5", "06-30: 7", on="07-01")
    assert (standing.status, standing.reason) == (Status.no_data, Reason.no_range)
    assert (standing.score, standing.progress, standing.value) == (None, None, 7.0)


@pytest.mark.parametrize("drawn", ["reach 0 -> 1", "at_least 1", "at_most 1", "between 0 .. 1"])
def test_no_number_is_too_large_to_be_judged(drawn):
    for value in ("1.7e308", "-1.7e308"):
        standing = stands(drawn, f"06-30: {value}", on="07-01")
        assert 0 <= standing.score <= 1
        assert abs(standing.progress) < float("inf")


@pytest.mark.parametrize("seen", ["01-31: 0.1, 02-28: 0.2", "01-31: 0.2, 02-28: 0.1"])
def test_a_limit_is_not_missed_by_the_rounding_of_a_sum(seen):
    standing = stands(
        "at_most 0.3 start 01-01 due 02-28", seen, on="02-28", aggregate="sum", cadence="monthly"
    )
    assert (standing.value > 0.3, standing.score, standing.status) == (True, 1.0, ON)


def test_a_score_reached_by_another_order_of_sums_has_the_same_colour():
    assert stands("reach 0 -> 1", "06-30: 0.8999999999", on="07-01").status is ON
    assert stands("reach 0 -> 1", "06-30: 0.899999", on="07-01").status is RISK


@pytest.mark.parametrize(("value", "status"), [(100, ON), (99.5, RISK), (60, OFF)])
def test_from_the_due_date_on_only_all_of_it_is_on_track(value, status):
    year = "reach 0 -> 100 start 01-01 due 12-31"
    assert stands(year, f"12-30: {value}", on="12-31").status is status
    assert stands(year, f"12-30: {value}", on="2027-02-01").status is status
    assert stands(year, "06-30: 49", on="07-01").status is ON
