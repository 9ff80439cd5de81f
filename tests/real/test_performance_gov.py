"""Quarterly results of US agencies: our progress is the one they published."""

import json
from collections import Counter
from datetime import date

import pytest

import scorecard
from scorecard.domain.vocabulary import Reason, Status
from tests.real.data import SHARED, built, facts, needs, node, number, seen

pytestmark = needs("performance-gov")

QUARTER_ENDS = {
    "1": date(2021, 12, 31),
    "2": date(2022, 3, 31),
    "3": date(2022, 6, 30),
    "4": date(2022, 9, 30),
}
REACH = ("Measurable increase", "Measurable decrease", "Complete milestone")
MAINTAIN = {"Maintain at or above threshold": "at_least", "Maintain at or below threshold": "at_most"}


def measure(row):
    """Return the measure of a row, None where the agency gave it no target."""
    start, target, kind = number(row["value_start"]), number(row["value_target"]), row["indicator_type"]
    if kind in REACH:
        return {"kind": "reach", "baseline": start, "target": target}
    return {"kind": MAINTAIN[kind], "target": target} if kind in MAINTAIN else None


@pytest.fixture(scope="module")
def rows():
    """Return every row of the four quarters with how it stands, as a KPI of its own."""
    text = (SHARED / "performance-gov" / "target.json").read_text()
    rows = [row for row in json.loads(text) if "indicator_type" in row]
    nodes, observations = [], []
    for place, row in enumerate(rows):
        key, value = f"row{place}", number(row["value_current"])
        nodes.append(node(key, row["indicator"], cadence="quarterly", measure=measure(row)))
        if value is not None:
            observations.append(seen(key, QUARTER_ENDS[row["fiscal_qtr"]], value))
    plan = built(nodes, observations, fiscal_year_start=10)
    quarters = {quarter: scorecard.standings(plan, day) for quarter, day in QUARTER_ENDS.items()}
    return [(row, quarters[row["fiscal_qtr"]][f"row{place}"]) for place, row in enumerate(rows)]


def of(rows, *kinds, with_value=True):
    return [
        (row, standing)
        for row, standing in rows
        if row["indicator_type"] in kinds and bool(row["value_current"].strip()) is with_value
    ]


def test_210_of_210_rows_reach_the_progress_they_published(rows):
    expected = facts("performance-gov")
    reached = of(rows, "Measurable increase", "Measurable decrease")
    assert len(rows) == expected["target_rows"]
    assert len(reached) == expected["linear_rows_equal_published_progress"] == 210
    for row, standing in reached:
        assert standing.progress == pytest.approx(float(row["progress_pct"]), abs=1e-4)
    assert sum(standing.progress < 0 for _, standing in reached) == expected["negative_progress_rows"]
    assert sum(standing.progress > 1 for _, standing in reached) == expected["over_100pct_rows"]


def test_progress_is_shown_unclamped_and_scored_within_0_and_1(rows):
    reached = [standing for _, standing in of(rows, "Measurable increase", "Measurable decrease")]
    assert min(standing.progress for standing in reached) < -0.05
    assert max(standing.progress for standing in reached) > 1.3
    assert {standing.score for standing in reached if standing.progress < 0} == {0.0}
    assert {standing.score for standing in reached if standing.progress >= 1} == {1.0}


def test_of_the_maintained_rows_3_are_met_and_2_are_not(rows):
    verdicts = Counter()
    for row, standing in of(rows, *MAINTAIN):
        met = standing.score == 1.0
        assert met is row["progress_threshold"].startswith("Target met")
        verdicts[met] += 1
    expected = facts("performance-gov")
    assert verdicts == {True: expected["maintain_rows_met"], False: expected["maintain_rows_not_met"]}


def test_a_milestone_that_was_completed_is_complete_where_the_publisher_says_0_percent(rows):
    for row, standing in of(rows, "Complete milestone"):
        completed = row["progress_completions"].startswith("Target met")
        assert standing.progress == (1.0 if completed else float(row["progress_pct"]))


def test_69_rows_without_a_value_are_no_data_and_never_0_percent(rows):
    empty = [(row, standing) for row, standing in rows if not row["value_current"].strip()]
    assert len(empty) == facts("performance-gov")["rows_no_current_value"] == 69
    for row, standing in empty:
        untargeted = row["indicator_type"] == "Target undefined"
        assert standing.reason is (Reason.no_target if untargeted else Reason.no_value)
        assert (standing.status, standing.value) == (Status.no_data, None)
        assert (standing.score, standing.progress) == (None, None)


def test_49_rows_without_a_target_have_a_value_at_most_and_no_colour(rows):
    untargeted = [pair for pair in rows if pair[0]["indicator_type"] == "Target undefined"]
    assert len(untargeted) == facts("performance-gov")["target_undefined_rows"]
    for row, standing in untargeted:
        assert (standing.reason, standing.status) == (Reason.no_target, Status.no_data)
        assert standing.value == number(row["value_current"])
