"""Section 3 of the measurement rules: from observations to the value of a day, and its target."""

from datetime import date

import pytest

from scorecard.domain.vocabulary import Lifecycle, Reason, Rule, Status
from tests.drawing import day, measure, plan, roll, stands

YEAR = "01-01..12-31"
DAILY = "01-30: 1, 01-31: 2, 02-10: 30, 02-20: 40, 03-05: 500"


@pytest.mark.parametrize(
    ("aggregate", "cadence", "on", "value"),
    [
        # with a cadence: the latest period that holds an observation
        ("last", "monthly", "03-10", 500),
        ("last", "monthly", "02-15", 30),
        ("mean", "monthly", "02-28", 35),
        ("mean", "monthly", "02-15", 30),
        ("mean", "quarterly", "03-10", 573 / 5),
        ("min", "monthly", "02-28", 30),
        ("max", "monthly", "02-28", 40),
        # of a sum the latest complete one
        ("sum", "monthly", "01-31", 3),
        ("sum", "monthly", "02-15", 3),
        ("sum", "monthly", "02-27", 3),
        ("sum", "monthly", "02-28", 70),
        ("sum", "monthly", "03-10", 70),
        ("sum", "monthly", "03-31", 500),
        ("sum", "monthly", "05-10", 500),
        # without one: the last, or the window
        ("last", None, "02-15", 30),
        ("mean", None, "02-28", 73 / 4),
        ("min", None, "03-10", 1),
        ("max", None, "03-10", 500),
        ("sum", None, "02-28", 73),
        # nothing from a later day is ever seen
        ("last", "monthly", "01-29", None),
    ],
)
def test_the_value_follows_from_aggregation_and_cadence(aggregate, cadence, on, value):
    standing = stands("at_least 1", DAILY, on=on, cadence=cadence, aggregate=aggregate)
    assert standing.value == (None if value is None else pytest.approx(value))


@pytest.mark.parametrize(
    ("drawn", "aggregate", "on", "value"),
    [
        ("reach 0 -> 100", "sum", "02-15", 33),
        ("reach 0 -> 100", "sum", "03-10", 573),
        ("at_most 9 start 01-01 due 12-31", "sum", "02-15", 33),
        ("at_most 9", "sum", "02-15", 30),
    ],
)
def test_a_summed_reach_and_a_budget_add_up_over_the_window(drawn, aggregate, on, value):
    standing = stands(drawn, DAILY, on=on, cadence="monthly", aggregate=aggregate, cycle=YEAR)
    assert standing.value == value


def test_a_limit_broken_in_the_running_period_is_judged_at_once():
    seen = "01-15: 8, 02-05: 6, 02-10: 5"
    calm = stands("at_most 10 floor 12", seen, on="02-05", cadence="monthly", aggregate="sum")
    broken = stands("at_most 10 floor 12", seen, on="02-10", cadence="monthly", aggregate="sum")
    assert (calm.value, calm.score) == (8, 1.0)
    assert (broken.value, broken.status) == (11, Status.at_risk)


def test_the_limit_that_breaks_at_once_is_that_of_the_running_period():
    drawn, seen = "at_most 10 floor 30", "01-15: 8, 02-05: 15"
    standing = stands(drawn, seen, on="02-06", cadence="monthly", aggregate="sum", targets="02-28: 20")
    assert standing.value == 8


@pytest.mark.parametrize(
    ("aggregate", "seen", "value", "reason"),
    [
        ("last", "2025-12-31: 9", 9, None),
        ("mean", "2025-12-31: 9", 9, None),
        ("sum", "2025-12-31: 9", None, Reason.not_due),
        ("sum", "2025-12-31: 9, 01-15: 4", None, Reason.not_due),
    ],
)
def test_sums_take_nothing_from_outside_the_window_but_a_last_value_may_be_older(
    aggregate, seen, value, reason
):
    standing = stands(
        "at_least 5", seen, on="01-20", cadence="monthly", aggregate=aggregate, cycle="01-01..12-31"
    )
    assert (standing.value, standing.reason) == (value, reason)


@pytest.mark.parametrize(
    ("on", "value", "reason"),
    [
        ("02-15", None, Reason.not_due),  # January began before the window, February runs
        ("02-28", 70, None),
        ("12-20", 60, None),  # December ends after the window: it is never whole
        ("2027-01-20", 60, None),
    ],
)
def test_a_sum_is_judged_by_periods_that_lie_wholly_in_the_window(on, value, reason):
    seen = "01-30: 9, 02-20: 70, 11-30: 60, 12-10: 5"
    standing = stands("at_least 60", seen, on=on, cadence="monthly", aggregate="sum", cycle="01-15..12-15")
    assert (standing.value, standing.reason) == (value, reason)


def test_observations_after_the_due_date_do_not_count():
    assert stands("reach 0 -> 10 start 01-01 due 06-30", "06-30: 8, 07-01: 10", on="07-15").value == 8


@pytest.mark.parametrize(
    ("seen", "value"),
    [
        ("03-31: 5, 03-31 (north): 2, 03-31 (Total): 7", 5),
        ("03-31 (north): 2, 03-31 (Total): 7, 03-31 (south): 5", 7),
        ("03-31 (north): 2, 03-31 (south): 5", 5),
        ("03-31 (south): 5, 03-31 (north): 2", 2),
        ("03-31 (total): 7, 03-31 (total (2)): 9", 7),
    ],
)
def test_of_several_results_of_a_day_the_unlabelled_else_the_total_else_the_last_counts(seen, value):
    assert stands("at_least 1", seen, on="04-01").value == value


@pytest.mark.parametrize(
    ("on", "target"),
    [("01-20", 90), ("02-10", 92), ("02-27", 92), ("04-10", 92), ("05-10", 95), ("07-10", 95)],
)
def test_the_target_in_force_is_that_of_the_period_the_value_belongs_to(on, target):
    seen = "01-15: 1, 02-05: 1, 02-20: 1, 04-05: 1, 05-05: 1, 07-05: 1"
    targets = "02-28: 92, 05-31: 95"
    assert stands("at_least 90", seen, on=on, targets=targets, cadence="monthly").target == target


def test_the_target_of_a_period_holds_for_its_value_even_when_the_next_one_runs():
    standing = stands(
        "at_least 90", "01-10: 60, 02-10: 1", on="02-15", targets="01-31: 50, 02-28: 99",
        cadence="monthly", aggregate="sum",
    )  # fmt: skip
    assert (standing.value, standing.target, standing.status) == (60, 50, Status.on_track)


def test_of_several_targets_in_a_period_the_latest_counts():
    standing = stands("at_least 1", "01-31: 5", on="02-01", targets="01-10: 4, 01-20: 6", cadence="monthly")
    assert standing.target == 6
    summed = stands(
        "reach 0 -> 9", "01-31: 5", on="02-01", cadence="monthly", aggregate="sum", cycle=YEAR,
        targets="01-10: 4, 01-20: 6, 02-28: 10",
    )  # fmt: skip
    assert summed.target == 16


def test_a_floor_that_a_periods_target_has_passed_gives_way_to_the_proposed_one():
    assert stands("at_least 45 floor 34", "01-31: 5", on="02-01", targets="01-31: 40").floor == 34
    assert stands("at_least 45 floor 34", "01-31: 5", on="02-01", targets="01-31: 30").floor == 27


def test_a_budget_shows_its_whole_target_beside_what_is_due_of_it():
    standing = stands(
        "at_most 1200 start 01-01 due 12-31", "01-31: 100, 02-28: 110", on="02-28", cadence="monthly",
        aggregate="sum",
    )  # fmt: skip
    assert (standing.value, standing.target, standing.floor) == (210, 1200, 1320)
    assert standing.expected == pytest.approx(2 / 12)
    # due 200, floor 220: x = 10 / 20
    assert standing.score == pytest.approx(0.825)


def test_the_targets_of_a_budgets_periods_add_up_to_it():
    standing = stands(
        "at_most 1 start 01-01 due 12-31", "01-31: 300", on="01-31", cadence="monthly", aggregate="sum",
        targets="01-31: 300, 06-30: 900",
    )  # fmt: skip
    assert (standing.target, standing.expected, standing.score) == (1200, 0.25, 1.0)


def test_a_cycles_days_do_not_make_a_limit_a_budget():
    standing = stands("at_most 100", "01-31: 90, 02-28: 95", on="03-01", cadence="monthly",
                      aggregate="sum", cycle=YEAR)  # fmt: skip
    assert (standing.value, standing.expected, standing.score) == (95, None, 1.0)


@pytest.mark.parametrize("days", ["", " start 01-01", " due 12-31"])
def test_a_budget_has_both_its_days_in_its_own_measure(days):
    standing = stands(f"at_most 100{days}", "01-31: 90, 02-28: 95", on="03-01", cadence="monthly",
                      aggregate="sum", cycle=YEAR)  # fmt: skip
    assert (standing.value, standing.expected) == (95, None)
    both = stands("at_most 100 start 01-01 due 12-31", "01-31: 90, 02-28: 95", on="03-01",
                  cadence="monthly", aggregate="sum")  # fmt: skip
    assert (both.value, both.expected) == (185, pytest.approx(2 / 12))


@pytest.mark.parametrize(("aggregate", "value"), [("mean", 5), ("max", 6), ("sum", 10), ("last", 4)])
def test_without_a_cadence_all_but_the_last_take_nothing_from_before_the_window(aggregate, value):
    standing = stands("at_least 1", "2025-12-31: 90, 01-15: 6, 02-01: 4", on="03-01", aggregate=aggregate,
                      cycle=YEAR)  # fmt: skip
    assert standing.value == value
    old = stands("at_least 1", "2025-12-31: 90", on="03-01", aggregate=aggregate, cycle=YEAR)
    assert old.value == (90 if aggregate == "last" else None)


def test_a_target_from_before_the_window_stays_in_force_until_the_next():
    standing = stands("at_least 90", "01-31: 80", on="02-01", targets="2025-11-30: 75", cadence="monthly",
                      cycle=YEAR)  # fmt: skip
    assert (standing.target, standing.status) == (75, Status.on_track)


FISCAL = {"fiscal_year_start": 2}
QUARTER = {"cadence": "quarterly", "more": FISCAL}


def test_the_periods_of_a_value_and_of_its_target_are_those_of_the_fiscal_year():
    seen = "2025-11-10: 1, 01-20: 2, 02-10: 30"
    for on, mean, target in (("01-31", 1.5, 5), ("02-20", 30, 7)):
        standing = stands(
            "at_least 9", seen, on=on, aggregate="mean", targets="01-31: 5, 04-30: 7", **QUARTER
        )
        assert (standing.value, standing.target) == (mean, target)
    assert stands("at_least 9", seen, on="02-20", aggregate="sum", **QUARTER).value == 3


def test_a_number_is_as_fresh_as_its_fiscal_quarter_and_the_next():
    # seen in November to January, fresh through April and thirty days
    assert stands("at_least 1", "01-20: 9", on="05-30", **QUARTER).reason is None
    assert stands("at_least 1", "01-20: 9", on="05-31", **QUARTER).reason is Reason.stale


def test_a_plan_to_date_goes_by_fiscal_quarters():
    year = "reach 0 -> 100 start 2026-02-01 due 2027-01-31"
    assert stands(year, "04-30: 25", on="04-30", **QUARTER).expected == pytest.approx(0.25)
    assert stands(year, "07-31: 25", on="07-31", **QUARTER).expected == pytest.approx(0.5)


def test_a_node_is_active_where_nothing_else_is_said():
    assert plan("one").nodes["one"].lifecycle is Lifecycle.active


def test_a_metric_without_a_target_shows_its_value_and_has_no_colour():
    found = roll("top < visits", observed={"visits": "06-30: 900"})["visits"]
    assert (found.value, found.status, found.reason) == (900, Status.no_data, Reason.no_target)
    assert (found.score, found.seen) == (None, day("06-30"))


def test_a_value_that_its_measure_cannot_read_is_none():
    reader = {"measure": {"kind": "reach", "baseline": 0.0, "target": 1.0}, "formula": "mood"}
    found = roll("it", it=reader, mood={"measure": measure("zones")}, observed={"mood": "06-30: commit"})
    assert (found["it"].value, found["it"].reason) == (None, Reason.no_value)
    assert found["mood"].value == "commit"


# Who takes part

CYCLES = {
    "cycles": [
        {"key": "h1", "title": "H1", "start": date(2026, 1, 1), "end": date(2026, 6, 30)},
        {"key": "h2", "title": "H2", "start": date(2026, 7, 1), "end": date(2026, 12, 31)},
    ]
}


@pytest.mark.parametrize(
    ("fields", "counts"),
    [
        ({}, True),
        ({"lifecycle": "active"}, True),
        ({"lifecycle": "closed"}, True),
        ({"lifecycle": "draft"}, False),
        ({"lifecycle": "retired"}, False),
        ({"archived": True}, False),
        ({"cycle": "h2"}, True),
        ({"cycle": "h1"}, False),
    ],
)
def test_who_takes_part(fields, counts):
    found = roll("top < one=1, other=0.1", on="08-01", more=CYCLES, other=fields)
    assert (found["top"].score < 1) is counts
    assert ("other" in found) is not fields.get("archived", False)


def test_a_cycle_takes_part_on_its_first_and_its_last_day():
    drawn = plan("one=1", more=CYCLES, one={"cycle": "h2"})
    assert [drawn.takes_part("one", day(each)) for each in ("06-30", "07-01", "12-31", "2027-01-01")] == [
        False, True, True, False,
    ]  # fmt: skip


GRADE = {"progress": 0.8, "score": 0.8, "status": "at_risk"}


@pytest.mark.parametrize(
    ("on", "score", "status"),
    [("06-29", 1.0, Status.on_track), ("06-30", 0.8, Status.at_risk), ("11-30", 0.8, Status.at_risk)],
)
def test_a_closed_node_keeps_its_grade_from_its_cycles_end_on(on, score, status):
    closed = {"cycle": "h1", "lifecycle": Lifecycle.closed, "grade": GRADE, "cadence": "daily"}
    found = roll("one=?", on=on, more=CYCLES, one=closed, observed={"one": "06-29: 1"})["one"]
    assert (found.score, found.status) == (score, status)
    assert (found.reason, found.coverage) == (None, 1.0)


@pytest.mark.parametrize(
    ("grade", "reason", "rule", "coverage"),
    [
        ({"status": "at_risk"}, None, Rule.bands, 0.0),
        ({"status": "no_data"}, Reason.no_value, None, 0.0),
        ({"status": "off_track", "score": 0.2}, None, Rule.bands, 1.0),
    ],
)
def test_a_closed_node_says_no_more_than_its_grade(grade, reason, rule, coverage):
    found = roll("top < one=1", one={"lifecycle": "closed", "grade": grade})
    one = found["one"]
    assert (one.status, one.score) == (grade["status"], grade.get("score"))
    assert (one.reason, one.rule, one.coverage, one.progress) == (reason, rule, coverage, None)
    assert one.worst_at == pytest.approx(1 - grade["score"] if "score" in grade else 0)
    assert (found["top"].score, found["top"].coverage) == (one.score, coverage)


def test_a_grade_stands_over_a_judgement():
    judged = {"status": "on_track", "reason": "Hope.", "by": "dana", "until": day("12-31")}
    people = {"people": [{"key": "dana", "name": "Dana"}]}
    closed = {"lifecycle": "closed", "grade": GRADE, "policy": "judged", "judged": judged}
    assert roll("one=1", more=people, one=closed)["one"].status is Status.at_risk
