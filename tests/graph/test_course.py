"""The line a number is held against, and what a formula was made of."""

from datetime import date
from typing import Any

import pytest

from scorecard.domain.schema import PlanFile
from scorecard.graph.course import planned
from scorecard.graph.plan import Plan, build

DAY = date(2026, 6, 30)
YEAR = {"start": "2026-01-01", "due": "2026-12-31"}


def plan(measure: dict[str, Any] | None = None, targets: dict[str, float] | None = None, **said: Any) -> Plan:
    """Return a plan of one monthly measure."""
    node = {"key": "m", "kind": "kpi", "title": "M", "cadence": "monthly", "measure": measure, **said}
    rows = [{"node": "m", "date": day, "value": value} for day, value in (targets or {}).items()]
    return build(PlanFile.model_validate({"plan": "p", "nodes": [node], "targets": rows}))


@pytest.mark.parametrize(
    ("measure", "ends"),
    [
        ({"kind": "reach", "baseline": 10.0, "target": 34.0, **YEAR}, (10.0, 34.0)),
        (
            {"kind": "reach", "baseline": 10.0, "target": 20.0, "ambition": "aspirational", **YEAR},
            (10.0, 17.0),
        ),
        ({"kind": "reach", "baseline": 10.0, "target": 20.0}, (20.0, 20.0)),
        ({"kind": "at_least", "target": 95.0}, (95.0, 95.0)),
        ({"kind": "milestone", "due": "2026-12-31"}, (1.0, 1.0)),
    ],
    ids=lambda given: str(given)[:40],
)
def test_a_measure_is_held_against_its_way_or_its_level(
    measure: dict[str, Any], ends: tuple[float, float]
) -> None:
    path = planned(plan(measure).metrics["m"], DAY)
    assert (path[0][1], path[-1][1]) == pytest.approx(ends)


def test_a_drawn_way_is_led_from_the_start_to_the_due_date() -> None:
    drawn = {"kind": "reach", "baseline": 0.0, "target": 10.0, "path": [{"date": "2026-06-30", "value": 8.0}]}
    assert planned(plan({**drawn, **YEAR}).metrics["m"], DAY) == (
        (date(2026, 1, 1), 0.0),
        (date(2026, 6, 30), 8.0),
        (date(2026, 12, 31), 10.0),
    )


def test_a_budget_may_grow_to_its_limit_a_twelfth_a_month() -> None:
    path = planned(plan({"kind": "at_most", "target": 120.0, **YEAR}, aggregate="sum").metrics["m"], DAY)
    assert [round(value) for _day, value in path] == [0, *range(10, 130, 10)]


def test_the_target_of_a_period_holds_from_the_periods_first_day() -> None:
    path = planned(plan({"kind": "at_least", "target": 9.0}, {"2026-03-31": 7.0}).metrics["m"], DAY)
    assert path == ((date(2026, 3, 1), 7.0),)


def test_a_band_zones_and_a_mere_number_are_held_against_no_line() -> None:
    words = {"kind": "zones", "commit": "a", "target": "b", "stretch": "c"}
    for measure in ({"kind": "between", "low": 1.0, "high": 2.0}, words):
        assert planned(plan(measure).metrics["m"], DAY) == ()
