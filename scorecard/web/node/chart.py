"""The history of one number for its page: drawn for desk and phone, and the same as a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from babel.dates import format_date

from scorecard.domain.measure import ZONE_PROGRESS, AtLeast, AtMost, Between, Measure, Milestone, Zones
from scorecard.domain.period import Path, Period, along
from scorecard.domain.schema import NodeFields
from scorecard.domain.vocabulary import Cadence
from scorecard.graph.course import planned
from scorecard.graph.judgement import Standing
from scorecard.graph.metric import Metric, target_on
from scorecard.graph.series import PeriodValue, last_periods
from scorecard.web import charts
from scorecard.web.axes import Grain
from scorecard.web.language import _, locale
from scorecard.web.measures import unit_of, written
from scorecard.web.reading import View
from scorecard.web.wording import day as written_day
from scorecard.web.wording import percent, promised, quantity, unit_name

PERIODS = 60
BEFORE = timedelta(days=92)
"""What came before a window that has a plan to date is shown so far back."""

PATTERNS: dict[Grain, str] = {"day": "d MMM", "month": "MMM yy", "year": "y"}
ZONE_WORDS = {share: word for word, share in ZONE_PROGRESS.items()}
Stripe = tuple[str, float | None, float | None]


class Line(NamedTuple):
    """A row of the table beside the chart: the period, what came of it and what was planned."""

    period: str
    value: str
    plan: str


@dataclass(frozen=True, slots=True)
class Course:
    """A number over time; there is no drawing (`wide`) of words, or of a single value."""

    lines: list[Line]
    planned: bool
    wide: charts.History | None
    narrow: charts.History | None
    label: str
    notes: list[str]
    legend: list[tuple[str, str]]
    series: dict[str, Any] | None


def course(view: View, node: NodeFields, standing: Standing) -> Course | None:
    """Return the course of a node's number up to the view's day, None where it has no values."""
    metric = view.plan.metrics.get(node.key)
    if metric is None:
        return None
    unit = unit_of(view.plan, node.key)
    path = planned(metric, view.day)
    periods = _shown(last_periods(view.plan, node.key, view.day, PERIODS), metric, path)
    if not periods:
        return None
    lines = [_line(each, node, metric, path, unit) for each in periods]
    drawn = None if isinstance(node.measure, Zones) or len(periods) < 2 else periods
    return Course(
        lines=lines[::-1],
        planned=any(line.plan for line in lines),
        wide=_draw(view, node, metric, standing, path, unit, drawn) if drawn else None,
        narrow=_draw(view, node, metric, standing, path, unit, drawn, width=340, height=200)
        if drawn
        else None,
        label=_label(node, lines, unit),
        notes=[f"{line.period}: {line.value}" for line in lines],
        legend=_legend(node.measure, metric, standing, path),
        series=_series(drawn, view.day, metric, standing, path, unit) if drawn else None,
    )


def _shown(periods: list[PeriodValue], metric: Metric, path: Path) -> list[PeriodValue]:
    """Leave out what lies before the first value, or long before the way that was planned."""
    first = next((i for i, each in enumerate(periods) if each.value is not None), len(periods))
    periods = periods[first:]
    if len(path) > 1 and not _limits(metric):
        recent = [each for each in periods if each.period.end >= path[0][0] - BEFORE]
        return recent if len(recent) > 1 else periods
    return periods


def _limits(metric: Metric) -> bool:
    """Tell whether what is planned is a limit that holds from a day on, not a way to go."""
    return isinstance(metric.measure, AtLeast | AtMost) and not metric.budget


def _line(each: PeriodValue, node: NodeFields, metric: Metric, path: Path, unit: str | None) -> Line:
    value: float | str | None = each.value
    if value is not None and isinstance(node.measure, Zones):
        value = ZONE_WORDS.get(each.value or 0.0)
    plan = _plan_on(metric, path, each.period.end)
    return Line(
        period_name(each.period, metric.cadence),
        written(value, node, unit),
        "" if plan is None else written(plan, node, unit),
    )


def _plan_on(metric: Metric, path: Path, day: date) -> float | None:
    """Return what was planned for a period that ends on a day; before the way begins there is nothing."""
    if _limits(metric):
        return target_on(metric, day)
    if len(path) < 2:
        return None
    return along(path, day) if path[0][0] <= day else None


def period_name(period: Period, cadence: Cadence | None) -> str:
    """Write a period as people call it: a month or year by its name, else by its last day."""
    if cadence is Cadence.monthly:
        return str(format_date(period.end, "MMM y", locale=locale()))
    if cadence is Cadence.quarterly:
        first, last = (format_date(day, "MMM", locale=locale()) for day in period)
        return f"{first}–{last} {period.end.year}"
    return written_day(period.end)


def _draw(
    view: View,
    node: NodeFields,
    metric: Metric,
    standing: Standing,
    path: Path,
    unit: str | None,
    periods: Sequence[PeriodValue],
    width: float = 720,
    height: float = 240,
) -> charts.History:
    way = len(path) > 1 and not _limits(metric)
    return charts.history(
        [(min(each.period.end, view.day), each.value) for each in periods],
        path,
        stepped=_limits(metric) and len(path) > 1,
        floor=standing.floor if isinstance(node.measure, AtLeast | AtMost) and not metric.budget else None,
        low=standing.low,
        high=standing.high,
        zones=_stripes(node.measure, metric, standing),
        end=metric.due if way and metric.due else None,
        today=view.day,
        width=width,
        height=height,
        number=partial(_tick, node, unit),
        day=_day,
    )


def _stripes(measure: Measure | None, metric: Metric, standing: Standing) -> list[Stripe]:
    """Return which values would be which status, where one level decides it for the whole time."""
    target, floor = standing.target, standing.floor
    if metric.budget or metric.targets or floor is None:
        return []
    if isinstance(measure, AtLeast) and isinstance(target, float):
        return [("on_track", target, None), ("at_risk", floor, target), ("off_track", None, floor)]
    if isinstance(measure, AtMost) and isinstance(target, float):
        return [("on_track", None, target), ("at_risk", target, floor), ("off_track", floor, None)]
    if isinstance(measure, Between):
        low, high = measure.low, measure.high
        return [
            ("at_risk", low - floor, low),
            ("on_track", low, high),
            ("at_risk", high, high + floor),
        ]
    return []


def _tick(node: NodeFields, unit: str | None, value: float) -> str:
    if isinstance(node.measure, Milestone):
        return percent(value)
    kind = (unit or "").partition(":")[0]
    return quantity(value, unit if kind in ("percent", "currency", "duration") else None)


def _day(at: date, grain: Grain) -> str:
    return str(format_date(at, PATTERNS[grain], locale=locale()))


def _label(node: NodeFields, lines: Sequence[Line], unit: str | None) -> str:
    said = _(
        "History of %(title)s: %(num)s periods from %(first)s to %(last)s, now %(value)s",
        title=node.title,
        num=len(lines),
        first=lines[0].period,
        last=lines[-1].period,
        value=lines[-1].value,
    )
    return said + (f", {promised(node.measure, unit)}" if node.measure else "")


def _legend(measure: Measure | None, metric: Metric, standing: Standing, path: Path) -> list[tuple[str, str]]:
    lines = [("line", _("Actual"))]
    if path:
        lines.append(("target", _("Target") if _limits(metric) or len(path) == 1 else _("Plan to date")))
    if isinstance(measure, AtLeast | AtMost) and standing.floor is not None and not metric.budget:
        lines.append(("floor", _("Floor")))
    return [*lines, ("today", _("The day shown"))]


def _series(
    periods: Sequence[PeriodValue],
    day: date,
    metric: Metric,
    standing: Standing,
    path: Path,
    unit: str | None,
) -> dict[str, Any]:
    """Return the same numbers for the chart that follows the pointer: days in seconds, one list a line."""
    shares = isinstance(metric.measure, Milestone)
    scale = 100.0 if shares else 1.0
    values = {min(each.period.end, day): _scaled(each.value, scale) for each in periods}
    dates = sorted({*values, *(on for on, _value in path if len(path) > 1 and on > max(values))})
    lines: list[dict[str, Any]] = [
        {"label": _("Actual"), "kind": "line", "values": [values.get(on) for on in dates]}
    ]
    if path:
        label = _("Target") if _limits(metric) or len(path) == 1 else _("Plan to date")
        plan = [path[0][1] if len(path) == 1 else _plan_on(metric, path, on) for on in dates]
        values_planned = [_scaled(value, scale) for value in plan]
        lines.append({"label": label, "kind": "target", "values": values_planned})
    if _limits(metric) and standing.floor is not None:
        lines.append({"label": _("Floor"), "kind": "floor", "values": [standing.floor] * len(dates)})
    return {
        "x": [int(datetime(on.year, on.month, on.day, tzinfo=UTC).timestamp()) for on in dates],
        "series": lines,
        "unit": "%" if shares else unit_name(unit),
        "zones": [
            {"tone": tone, "from": low, "to": high}
            for tone, low, high in _stripes(metric.measure, metric, standing)
        ],
    }


def _scaled(value: float | None, scale: float) -> float | None:
    return None if value is None else value * scale
