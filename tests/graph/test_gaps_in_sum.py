"""Who leaves out a month of a sum is told so: for a budget it would look like thrift."""

import pytest

from scorecard.domain.vocabulary import Status
from scorecard.graph.findings import findings
from scorecard.graph.rollup import rollup
from tests.drawing import day, measure, plan

BUDGET = "at_most 1200 start 01-01 due 12-31"


def gaps(drawn, seen, on="05-15", cadence="monthly", aggregate="sum", **fields):
    """Return the periods that are told to be missing, and how the measure stands."""
    it = {"measure": measure(drawn), "cadence": cadence, "aggregate": aggregate, **fields}
    found = plan("", {"it": seen}, it=it)
    standings = rollup(found, day(on))
    told = [each for each in findings(found, standings, day(on)) if each.rule.id == "gaps_in_sum"]
    return (told[0].facts["count"] if told else 0), standings["it"].status


def test_a_budget_overrun_by_a_fifth_does_not_hide_behind_the_months_it_leaves_out():
    whole = "01-31: 120, 02-28: 120, 03-31: 120, 04-30: 120"
    assert gaps(BUDGET, whole) == (0, Status.off_track)
    assert gaps(BUDGET, "01-31: 120, 04-30: 120") == (2, Status.on_track)


@pytest.mark.parametrize(
    ("drawn", "seen", "count"),
    [
        (BUDGET, "03-31: 100", 2),
        (BUDGET, "01-05: 0, 02-28: 0, 03-10: 5", 0),
        (BUDGET, "2025-06-30: 9, 01-31: 5, 03-31: 5", 1),
        ("reach 0 -> 100 start 01-01 due 12-31", "01-31: 5, 03-31: 5", 1),
        # without a start it begins with the first observation
        ("reach 0 -> 100", "2025-11-30: 5, 01-31: 5", 1),
        # the period that runs is not missed yet, nor is one after the latest
        (BUDGET, "01-31: 5", 0),
        # what is judged by one period has nothing to add up
        ("at_most 100", "01-31: 5, 04-30: 5", 0),
    ],
)
def test_periods_without_a_number_are_counted_up_to_the_latest(drawn, seen, count):
    assert gaps(drawn, seen)[0] == count


def test_without_a_cadence_or_a_sum_nothing_is_missing():
    assert gaps(BUDGET, "01-31: 5, 04-30: 5", cadence=None)[0] == 0
    assert gaps("reach 0 -> 100 start 01-01 due 12-31", "01-31: 5, 04-30: 5", aggregate="last")[0] == 0


def test_periods_are_those_of_the_cadence():
    assert gaps(BUDGET, "01-31: 5, 04-30: 5", cadence="quarterly")[0] == 0
    assert gaps(BUDGET, "01-02: 5, 01-16: 5", cadence="weekly")[0] == 1
