"""An alert line is told when it is crossed, on the side of failure, and changes no colour."""

import pytest

from scorecard.graph.findings import findings
from scorecard.graph.rollup import rollup
from tests.drawing import day, measure, plan

BUDGET = "at_most 1200 alert 1260 start 01-01 due 12-31"


def alerts(drawn, seen, on="07-01", targets="", cadence="monthly", **fields):
    """Return value and line of the alert that is told of a measure, None where none is."""
    rows = [{"node": "it", "date": day(at), "value": value} for at, value in targets] if targets else []
    node = {"measure": measure(drawn), "cadence": cadence, **fields}
    found = plan("", {"it": seen}, {"targets": rows}, it=node)
    told = findings(found, rollup(found, day(on)), day(on))
    crossed = [each.facts for each in told if each.rule.id == "alert_crossed"]
    return (crossed[0]["value"].value, crossed[0]["line"].value) if crossed else None


@pytest.mark.parametrize(
    ("drawn", "seen", "told"),
    [
        # floor 80, alert 85, target 90
        ("at_least 90 floor 80 alert 85", "06-30: 90", None),
        ("at_least 90 floor 80 alert 85", "06-30: 86", None),
        ("at_least 90 floor 80 alert 85", "06-30: 85", None),
        ("at_least 90 floor 80 alert 85", "06-30: 84.9", (84.9, 85)),
        ("at_least 90 floor 80 alert 85", "06-30: 20", (20, 85)),
        ("at_least 90 floor 80", "06-30: 20", None),
        # it was crossed and is no more
        ("at_least 90 floor 80 alert 85", "05-31: 84, 06-30: 88", None),
        # a line before the target warns while that is still met
        ("at_least 90 alert 92", "06-30: 91", (91, 92)),
        ("at_most 4 floor 6 alert 5", "06-30: 5.5", (5.5, 5)),
        ("at_most 4 floor 6 alert 5", "06-30: 4.5", None),
        # of a band it is a distance outside
        ("between 70 .. 82 floor 6 alert 3", "06-30: 84.9", None),
        ("between 70 .. 82 floor 6 alert 3", "06-30: 86", (86, 85)),
        ("between 70 .. 82 floor 6 alert 3", "06-30: 66", (66, 67)),
        # a way that began beyond its line has not crossed it
        ("reach 3.1 -> 2.0 alert 3.5", "06-30: 3.6", (3.6, 3.5)),
        ("reach 3.1 -> 2.0 alert 3.5", "06-30: 3.2", None),
        ("reach 0 -> 100 alert 50", "06-30: 20", None),
        ("reach 0 -> 100 alert 50", "05-31: 55, 06-30: 45", (45, 50)),
        ("reach 0 -> 100 alert 50", "05-31: 55, 06-30: 60", None),
    ],
)
def test_an_alert_is_told_where_the_last_number_is_beyond_its_line(drawn, seen, told):
    assert alerts(drawn, seen) == told


@pytest.mark.parametrize(
    ("seen", "told"),
    [("01-31: 100, 02-28: 108", None), ("01-31: 100, 02-28: 112", (212, pytest.approx(210)))],
)
def test_of_a_budget_as_much_of_the_line_counts_as_is_due(seen, told):
    assert alerts(BUDGET, seen, on="02-28", aggregate="sum") == told


def test_a_line_behind_the_target_says_nothing_where_a_lower_target_of_a_period_is_met():
    targets = [("06-30", 70.0)]
    assert alerts("at_least 90 floor 60 alert 85", "06-30: 75", targets=targets) is None
    assert alerts("at_least 90 floor 60 alert 85", "06-30: 65", targets=targets) == (65, 85)


def test_what_is_old_or_not_due_tells_no_alert():
    assert alerts("at_least 90 alert 85", "03-31: 20") is None
    assert alerts("at_least 90 alert 85 start 07-02", "06-30: 20") is None


@pytest.mark.parametrize("value", [95, 88, 84, 70, 10])
def test_an_alert_changes_neither_colour_nor_score(value):
    seen = {"it": f"06-30: {value}"}
    with_it, without = (
        rollup(plan("", seen, it={"measure": measure(drawn)}), day("07-01"))["it"]
        for drawn in ("at_least 90 floor 80 alert 85", "at_least 90 floor 80")
    )
    assert with_it == without
