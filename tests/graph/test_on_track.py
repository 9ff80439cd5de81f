"""A plan exactly on track reads on track on every day of its life; one that misses by a fifth does not.

Each row draws a measure, when its numbers arrive and what they are when everything goes as planned.
"""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

import pytest

from scorecard.domain.period import along, period_of, steady_path
from scorecard.domain.vocabulary import Cadence, Status
from scorecard.graph.plan import build
from scorecard.graph.rollup import rollup
from tests.drawing import file, measure

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
YEAR = " start 01-01 due 12-31"
SEASON = (0.05, 0.06, 0.09, 0.08, 0.08, 0.10, 0.09, 0.07, 0.10, 0.10, 0.09, 0.09)


class Row(NamedTuple):
    """A measure on its planned course; `missed` turns a planned number into one a fifth worse."""

    drawn: str
    cadence: str | None
    aggregate: str
    seen: dict[date, float]
    missed: Callable[[float], float]
    targets: dict[date, float] | None = None
    cycle: tuple[date, date] | None = None


def ends(cadence, first=FIRST, last=LAST):
    """Return the last days of the periods from one day to another."""
    found, day = [], first
    while day <= last:
        found.append(min(period_of(day, cadence).end, last))
        day = found[-1] + timedelta(days=1)
    return found


def path(cadence, low, high, first=FIRST, last=LAST, every=None):
    """Return the numbers of a steady course at the end of each period."""
    steady = steady_path(first, last, cadence)
    return {day: low + (high - low) * along(steady, day) for day in ends(every or cadence, first, last)}


def fifth_less(value):
    return value * 0.8


def fifth_of_the_way_less(low):
    return lambda value: low + (value - low) * 0.8


MONTHS, WEEKS, QUARTERS = ends(Cadence.monthly), ends(Cadence.weekly), ends(Cadence.quarterly)
Q2 = date(2026, 4, 1), date(2026, 6, 30)
DAYS = [FIRST + timedelta(days=each) for each in range(365)]

ROWS = {
    "revenue, posted monthly": Row(
        "reach 0 -> 1200" + YEAR, "monthly", "sum", dict.fromkeys(MONTHS, 100.0), fifth_less
    ),
    "revenue, posted weekly": Row(
        "reach 0 -> 1200" + YEAR,
        "weekly",
        "sum",
        {day: 1200 * (min(7, (day - FIRST).days + 1) / 365) for day in WEEKS[:-1]} | {LAST: 1200 * 4 / 365},
        fifth_less,
    ),
    "revenue of a season": Row(
        "reach 0 -> 1200" + YEAR,
        "monthly",
        "sum",
        {day: 1200 * share for day, share in zip(MONTHS, SEASON, strict=True)},
        fifth_less,
        {day: 1200 * share for day, share in zip(MONTHS, SEASON, strict=True)},
    ),
    "a weekly key result": Row(
        "reach 40 -> 80",
        "weekly",
        "last",
        path(Cadence.weekly, 40, 80, *Q2),
        fifth_of_the_way_less(40),
        None,
        Q2,
    ),
    "a weekly key result that stretches": Row(
        "reach 40 -> 80 aspirational",
        "weekly",
        "last",
        {day: 40 + 0.7 * (value - 40) for day, value in path(Cadence.weekly, 40, 80, *Q2).items()},
        fifth_of_the_way_less(40),
        None,
        Q2,
    ),
    "a monthly key result": Row(
        "reach 3.1 -> 2.0" + YEAR,
        "monthly",
        "last",
        path(Cadence.monthly, 3.1, 2.0),
        fifth_of_the_way_less(3.1),
    ),
    "a monthly key result that stretches": Row(
        "reach 0 -> 100 aspirational" + YEAR, "monthly", "last", path(Cadence.monthly, 0, 70), fifth_less
    ),
    "a key result without a cadence, told each day": Row(
        "reach 0 -> 364" + YEAR, None, "last", {day: float((day - FIRST).days) for day in DAYS}, fifth_less
    ),
    "promoters, asked each quarter": Row(
        "at_least 45 floor 40" + YEAR, "quarterly", "last", dict.fromkeys(QUARTERS, 45.0), fifth_less
    ),
    "promoters, a step each quarter": Row(
        "reach 40 -> 45" + YEAR,
        "quarterly",
        "last",
        dict(zip(QUARTERS, (42.0, 43.0, 44.0, 45.0), strict=True)),
        fifth_of_the_way_less(40),
        dict(zip(QUARTERS, (42.0, 43.0, 44.0, 45.0), strict=True)),
    ),
    "churn": Row(
        "at_most 0.8 floor 1.2" + YEAR,
        "monthly",
        "last",
        dict.fromkeys(MONTHS, 0.8),
        lambda value: value * 1.2,
    ),
    "a service level": Row(
        "at_least 99.9 floor 99" + YEAR, "monthly", "last", dict.fromkeys(MONTHS, 99.9), fifth_less
    ),
    "an average, measured each day": Row(
        "at_most 5 floor 6" + YEAR, "weekly", "mean", dict.fromkeys(DAYS, 5.0), lambda value: value * 1.2
    ),
    "orders of each month": Row(
        "at_least 100" + YEAR, "monthly", "sum", dict.fromkeys(MONTHS, 100.0), fifth_less
    ),
    "orders of each month, posted each day": Row(
        "at_least 28" + YEAR, "monthly", "sum", dict.fromkeys(DAYS, 1.0), fifth_less
    ),
    "a utilisation that stays in its band": Row(
        "between 70 .. 82 floor 6" + YEAR,
        "monthly",
        "last",
        dict.fromkeys(MONTHS, 82.0),
        lambda value: 82 * 1.2,
    ),
    "a budget": Row(
        "at_most 1200" + YEAR, "monthly", "sum", dict.fromkeys(MONTHS, 100.0), lambda value: value * 1.2
    ),
    "a budget of a season": Row(
        "at_most 1200" + YEAR,
        "monthly",
        "sum",
        {day: 1200 * share for day, share in zip(MONTHS, SEASON, strict=True)},
        lambda value: value * 1.2,
        {day: 1200 * share for day, share in zip(MONTHS, SEASON, strict=True)},
    ),
    "a milestone in stages": Row(
        "milestone start 01-01 due 12-31 path 03-31:0.1 06-30:0.5 12-31:1",
        "monthly",
        "last",
        {
            day: along(((FIRST, 0.0), (QUARTERS[0], 0.1), (QUARTERS[1], 0.5), (LAST, 1.0)), day)
            for day in MONTHS
        },
        fifth_less,
    ),
    "a milestone done on its day": Row("milestone due 12-31", None, "last", {LAST: 1.0}, fifth_less),
}


@cache
def statuses(name, missed):
    """Return the status of every day of the year, each number known on the day it is for."""
    row = ROWS[name]
    turn = row.missed if missed else float
    fields = {"measure": measure(row.drawn), "cadence": row.cadence, "aggregate": row.aggregate}
    more = {
        "observations": [
            {"node": "it", "date": day, "value": turn(value)} for day, value in row.seen.items()
        ],
        "targets": [
            {"node": "it", "date": day, "value": value} for day, value in (row.targets or {}).items()
        ],
    }
    if row.cycle:
        fields["cycle"] = "cycle"
        more["cycles"] = [{"key": "cycle", "title": "Q2", "start": row.cycle[0], "end": row.cycle[1]}]
    plan = build(file("it", more=more, it=fields))
    days = [day for day in DAYS if row.cycle is None or row.cycle[0] <= day <= row.cycle[1]]
    return {day: rollup(plan, day)["it"] for day in days}


@pytest.mark.parametrize("name", ROWS)
def test_a_plan_exactly_on_track_is_never_amber_or_red(name):
    found = statuses(name, False)
    wrong = {
        str(day): (standing.status, standing.score, standing.reason)
        for day, standing in found.items()
        if standing.status in (Status.at_risk, Status.off_track)
    }
    assert wrong == {}
    assert found[max(found)].status is Status.on_track


@pytest.mark.parametrize("name", ROWS)
def test_a_plan_exactly_on_track_has_full_marks_whenever_a_number_arrives(name):
    found = statuses(name, False)
    scores = [found[day].score for day in ROWS[name].seen if found[day].score is not None]
    assert scores == pytest.approx([1.0] * len(scores))
    assert scores


@pytest.mark.parametrize("name", ROWS)
def test_a_plan_that_misses_by_a_fifth_turns_amber_or_red(name):
    found = Counter(standing.status for standing in statuses(name, True).values())
    assert found[Status.at_risk] + found[Status.off_track] > 0
    assert statuses(name, True)[max(statuses(name, True))].status in (Status.at_risk, Status.off_track)


@pytest.mark.parametrize("name", ROWS)
def test_of_a_plan_that_tells_its_numbers_nothing_goes_stale_or_missing(name):
    found = Counter(standing.reason for standing in statuses(name, False).values())
    assert set(found) <= {None, "not_due"}
