"""A plan exactly on track reads on track on every day of its life; one that misses by a fifth does not.

Each row draws a measure, when its numbers arrive and what they are when everything goes as planned.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

import pytest

from scorecard.domain.period import along, period_of, steady_path
from scorecard.domain.vocabulary import Cadence, Reason, Status
from scorecard.graph.engine import compile
from scorecard.graph.plan import build
from scorecard.graph.rollup import rollup
from tests.drawing import day, file, measure

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
YEAR = " start 01-01 due 12-31"
SEASON = (0.05, 0.06, 0.09, 0.08, 0.08, 0.10, 0.09, 0.07, 0.10, 0.10, 0.09, 0.09)


class Row(NamedTuple):
    """A measure on its planned course; `missed` turns a planned number into one a fifth worse.

    `turns` is the day on which that must show. With `reads` the numbers are those of a KPI that is read.
    """

    drawn: str
    cadence: str | None
    aggregate: str
    seen: dict[date, float]
    missed: Callable[[float], float]
    turns: str
    targets: Mapping[date, float] = {}
    cycle: tuple[date, date] | None = None
    reads: str = ""


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


def a_fifth_more(value):
    return value * 1.2


def fifth_less(value):
    return value * 0.8


def fifth_of_the_way_less(low):
    return lambda value: low + (value - low) * 0.8


MONTHS, WEEKS, QUARTERS = ends(Cadence.monthly), ends(Cadence.weekly), ends(Cadence.quarterly)
Q2 = date(2026, 4, 1), date(2026, 6, 30)
DAYS = [FIRST + timedelta(days=each) for each in range(365)]

SEASONAL = {day: 1200 * share for day, share in zip(MONTHS, SEASON, strict=True)}
PROMOTERS = dict(zip(QUARTERS, (42.0, 43.0, 44.0, 45.0), strict=True))
STAGES = ((FIRST, 0.0), (QUARTERS[0], 0.1), (QUARTERS[1], 0.5), (LAST, 1.0))

ROWS = {
    "revenue, posted monthly": Row(
        "reach 0 -> 1200" + YEAR, "monthly", "sum", dict.fromkeys(MONTHS, 100.0), fifth_less, "03-31"
    ),
    "revenue, posted weekly": Row(
        "reach 0 -> 1200" + YEAR,
        "weekly",
        "sum",
        {day: 1200 * (min(7, (day - FIRST).days + 1) / 365) for day in WEEKS[:-1]} | {LAST: 1200 * 4 / 365},
        fifth_less,
        "03-08",
    ),
    "revenue of a season": Row(
        "reach 0 -> 1200" + YEAR, "monthly", "sum", SEASONAL, fifth_less, "03-31", SEASONAL
    ),
    "a weekly key result": Row(
        "reach 40 -> 80",
        "weekly",
        "last",
        path(Cadence.weekly, 40, 80, *Q2),
        fifth_of_the_way_less(40),
        "04-19",
        cycle=Q2,
    ),
    "a weekly key result that stretches": Row(
        "reach 40 -> 80 aspirational",
        "weekly",
        "last",
        {day: 40 + 0.7 * (value - 40) for day, value in path(Cadence.weekly, 40, 80, *Q2).items()},
        fifth_of_the_way_less(40),
        "04-26",
        cycle=Q2,
    ),
    "a monthly key result": Row(
        "reach 3.1 -> 2.0" + YEAR,
        "monthly",
        "last",
        path(Cadence.monthly, 3.1, 2.0),
        fifth_of_the_way_less(3.1),
        "03-31",
    ),
    "a monthly key result that stretches": Row(
        "reach 0 -> 100 aspirational" + YEAR,
        "monthly",
        "last",
        path(Cadence.monthly, 0, 70),
        fifth_less,
        "03-31",
    ),
    "a key result without a cadence, told each day": Row(
        "reach 0 -> 364" + YEAR,
        None,
        "last",
        {day: float((day - FIRST).days) for day in DAYS},
        fifth_less,
        "03-03",
    ),
    "a key result that reads a summed KPI": Row(
        "reach 0 -> 1200" + YEAR,
        "monthly",
        "sum",
        dict.fromkeys(MONTHS, 100.0),
        fifth_less,
        "03-31",
        reads="sales",
    ),
    "promoters, asked each quarter": Row(
        "at_least 45 floor 40" + YEAR, "quarterly", "last", dict.fromkeys(QUARTERS, 45.0), fifth_less, "03-31"
    ),
    "promoters, a step each quarter": Row(
        "reach 40 -> 45" + YEAR,
        "quarterly",
        "last",
        PROMOTERS,
        fifth_of_the_way_less(40),
        "03-31",
        PROMOTERS,
    ),
    "satisfaction that rises, the mean of each month's answers": Row(
        "reach 4.0 -> 4.6" + YEAR,
        "monthly",
        "mean",
        {
            end - timedelta(days=back): level + (back - 1) * 0.02
            for end, level in path(Cadence.monthly, 4.0, 4.6).items()
            for back in (2, 1, 0)
        },
        fifth_of_the_way_less(4.0),
        "03-30",
    ),
    "churn": Row(
        "at_most 0.8 floor 1.2" + YEAR, "monthly", "last", dict.fromkeys(MONTHS, 0.8), a_fifth_more, "01-31"
    ),
    "a service level": Row(
        "at_least 99.9 floor 99" + YEAR, "monthly", "last", dict.fromkeys(MONTHS, 99.9), fifth_less, "01-31"
    ),
    "a service level with an alert line": Row(
        "at_least 90 floor 80 alert 85" + YEAR,
        "monthly",
        "last",
        dict.fromkeys(MONTHS, 90.0),
        fifth_less,
        "01-31",
    ),
    "no incidents": Row(
        "at_most 0 start 01-01", "monthly", "sum", dict.fromkeys(DAYS, 0.0), lambda value: value + 1, "01-01"
    ),
    "an average, measured each day": Row(
        "at_most 5 floor 6" + YEAR, "weekly", "mean", dict.fromkeys(DAYS, 5.0), a_fifth_more, "01-01"
    ),
    "orders of each month": Row(
        "at_least 100" + YEAR, "monthly", "sum", dict.fromkeys(MONTHS, 100.0), fifth_less, "01-31"
    ),
    "orders of each month, posted each day": Row(
        "at_least 28" + YEAR, "monthly", "sum", dict.fromkeys(DAYS, 1.0), fifth_less, "01-31"
    ),
    "a utilisation that stays in its band": Row(
        "between 70 .. 82 floor 6" + YEAR,
        "monthly",
        "last",
        dict.fromkeys(MONTHS, 82.0),
        a_fifth_more,
        "01-31",
    ),
    "a budget": Row(
        "at_most 1200" + YEAR, "monthly", "sum", dict.fromkeys(MONTHS, 100.0), a_fifth_more, "01-31"
    ),
    "a budget of a season": Row(
        "at_most 1200" + YEAR, "monthly", "sum", SEASONAL, a_fifth_more, "01-31", SEASONAL
    ),
    "a milestone in stages": Row(
        "milestone start 01-01 due 12-31 path 03-31:0.1 06-30:0.5 12-31:1",
        "monthly",
        "last",
        {day: along(STAGES, day) for day in MONTHS},
        fifth_less,
        "04-30",
    ),
    "a milestone done on its day": Row("milestone due 12-31", None, "last", {LAST: 1.0}, fifth_less, "12-31"),
}

RANK = {Status.on_track: 0, Status.at_risk: 1, Status.off_track: 2}


def drawn(rows, missed=False, until=LAST, silent=(), top=""):
    """Return the plan of some rows, by key, all below the node `top` if there is one.

    Each number is known on the day it is for, up to a day; those that are `silent` tell none.
    """
    nodes: dict[str, dict[str, Any]] = {}
    seen, targets, cycles = [], [], []
    for key, row in rows.items():
        turn = row.missed if missed else float
        source = f"{key}_{row.reads}" if row.reads else key
        told = {"cadence": row.cadence, "aggregate": row.aggregate}
        nodes[key] = {"measure": measure(row.drawn), **(told if source == key else {"formula": source})}
        if source != key:
            nodes[source] = told
        if row.cycle:
            nodes[key]["cycle"] = f"cycle_{key}"
            start, end = row.cycle
            cycles.append({"key": f"cycle_{key}", "title": "Cycle", "start": start, "end": end})
        known = {} if key in silent else {on: value for on, value in row.seen.items() if on <= until}
        seen += [{"node": source, "date": on, "value": turn(value)} for on, value in known.items()]
        targets += [{"node": key, "date": on, "value": value} for on, value in row.targets.items()]
    more = {"observations": seen, "targets": targets, "cycles": cycles}
    return build(file(f"{top} < {', '.join(rows)}" if top else "", more=more, **nodes))


def life(row):
    """Return the days on which a row's measure is judged."""
    return [each for each in DAYS if row.cycle is None or row.cycle[0] <= each <= row.cycle[1]]


@cache
def statuses(name, missed, until=LAST):
    """Return how a row stands on every day of its life."""
    plan = drawn({"it": ROWS[name]}, missed, until)
    return {each: rollup(plan, each)["it"] for each in life(ROWS[name])}


def behind(found):
    """Return the days on which something is amber or red, with what it is."""
    return {
        str(on): (standing.status, standing.score, standing.reason)
        for on, standing in found.items()
        if standing.status in (Status.at_risk, Status.off_track)
    }


@pytest.mark.parametrize("name", ROWS)
def test_a_plan_exactly_on_track_is_never_amber_or_red(name):
    found = statuses(name, False)
    assert behind(found) == {}
    assert found[max(found)].status is Status.on_track


@pytest.mark.parametrize("name", ROWS)
def test_a_plan_exactly_on_track_has_full_marks_whenever_a_number_arrives(name):
    found = statuses(name, False)
    scores = [found[day].score for day in ROWS[name].seen if found[day].score is not None]
    assert scores == pytest.approx([1.0] * len(scores))
    assert scores


@pytest.mark.parametrize("name", ROWS)
def test_a_plan_that_misses_by_a_fifth_turns_on_its_day_and_never_back(name):
    found = statuses(name, True)
    assert list(behind(found)) == [str(on) for on in found if on >= day(ROWS[name].turns)]


@pytest.mark.parametrize("name", ROWS)
def test_of_a_plan_that_tells_its_numbers_nothing_goes_stale_or_missing(name):
    found = Counter(standing.reason for standing in statuses(name, False).values())
    assert set(found) <= {None, "not_due"}


@pytest.mark.parametrize("until", ["03-31", "06-30", "09-30"])
@pytest.mark.parametrize("name", ROWS)
def test_who_falls_silent_never_looks_better_for_it(name, until):
    for missed in (False, True):
        found = [each for on, each in statuses(name, missed, day(until)).items() if on >= day(until)]
        for before, after in pairwise(found):
            silent = after.status is Status.no_data or after.stale
            assert silent or before.status is Status.no_data or RANK[after.status] >= RANK[before.status]


def keyed():
    """Return every row that lives all year under a key."""
    return {f"k{place}": row for place, row in enumerate(ROWS.values()) if row.cycle is None}


def test_a_whole_plan_on_track_is_never_amber_or_red_in_arrays_either():
    plan = drawn(keyed(), top="top")
    columns = compile(plan).standings(DAYS)
    wrong = {key: behind({on: columns.standing(key, on) for on in DAYS}) for key in ("top", *keyed())}
    assert {key: days for key, days in wrong.items() if days} == {}
    assert columns.standing("top", LAST).status is Status.on_track


def test_a_freshly_imported_plan_with_a_third_of_its_numbers_has_no_red_or_amber_and_no_green_top():
    rows = keyed()
    silent = [key for place, key in enumerate(rows) if place % 10 >= 3]
    plan = drawn(rows, silent=silent, top="top")
    for on in DAYS:
        found = rollup(plan, on)
        assert behind({key: found[key] for key in ("top", *rows)}) == {}
        assert on < day("05-01") or found["top"].status is Status.no_data
        assert all(found[key].score is None for key in silent)
    assert found["top"].reason is Reason.low_coverage
    assert {found[key].reason for key in silent} == {Reason.no_value}


@pytest.mark.parametrize("missed", [False, True])
def test_an_objective_of_a_year_lives_on_four_quarters_of_key_results(missed):
    starts = [FIRST, *(end + timedelta(days=1) for end in QUARTERS[:-1])]
    rows = {
        f"q{place}": ROWS["a weekly key result"]._replace(
            seen=path(Cadence.weekly, 40, 80, start, end), cycle=(start, end)
        )
        for place, (start, end) in enumerate(zip(starts, QUARTERS, strict=True))
    }
    plan = drawn(rows, missed, top="year")
    found = {on: rollup(plan, on)["year"] for on in DAYS}
    grey = [on for on, standing in found.items() if standing.status is Status.no_data]
    first_numbers = [ends(Cadence.weekly, start, end)[0] for start, end in zip(starts, QUARTERS, strict=True)]
    assert {found[on].reason for on in grey} == {Reason.not_due}
    assert grey == [
        on for start, told in zip(starts, first_numbers, strict=True) for on in DAYS if start <= on < told
    ]
    assert all(found[end].status is (Status.at_risk if missed else Status.on_track) for end in QUARTERS)
    assert missed or behind(found) == {}
