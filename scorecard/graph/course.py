"""What a number is held against over time, and what a formula was made of."""

from datetime import date
from typing import NamedTuple

from scorecard.domain.formula import Missing, Read
from scorecard.domain.measure import STRETCH, AtLeast, AtMost, Milestone, Reach
from scorecard.domain.period import Path, Period, period_of, periods_back
from scorecard.domain.vocabulary import Ambition
from scorecard.graph.formulas import Sheet
from scorecard.graph.metric import Metric
from scorecard.graph.plan import Plan


def planned(metric: Metric, day: date) -> Path:
    """Return the line that a number is held against, as dated values; one point alone is a level.

    A way is joined from point to point; of a limit that is no budget each value holds until the next. Empty
    for a band, for zones and without a measure.
    """
    measure, target = metric.measure, metric.target
    if target is None or not isinstance(measure, Reach | AtLeast | AtMost | Milestone):
        return ()
    if isinstance(measure, Milestone) and not metric.drawn:
        return ((measure.due, 1.0),)
    if isinstance(measure, AtLeast | AtMost) and not metric.budget:
        return tuple((_began(metric, on), float(value)) for on, value in metric.targets) or ((day, target),)
    return _way(metric, target) or ((day, target),)


def _began(metric: Metric, day: date) -> date:
    """Return the day from which the target of a period holds."""
    return period_of(day, metric.cadence, metric.fiscal).start if metric.cadence else day


def _way(metric: Metric, target: float) -> Path:
    """Return the way from baseline to target in values, as much of it as is promised."""
    aspires = isinstance(metric.measure, Reach) and metric.measure.ambition is Ambition.aspirational
    promised = STRETCH if aspires else 1.0
    baseline = metric.baseline
    span = 1.0 if metric.drawn else target - baseline
    off = baseline if metric.drawn else 0.0
    return tuple((on, baseline + (height - off) * span * promised) for on, height in metric.path)


class Operand(NamedTuple):
    """What a formula reads, and what it got; None where there was nothing, or for a total to date."""

    read: Read
    value: float | None


def operands(plan: Plan, key: str, day: date) -> tuple[Period | None, list[Operand]]:
    """Return what a formula read on a day, and the period it read it for, None where it has not computed."""
    metric, reads = plan.metrics[key], plan.formulas[key].reads
    sheet = Sheet(plan, plan.nodes[key].cadence or metric.cadence, day, metric.due)
    period = sheet.evidence(key).period
    if period is None:
        return None, [Operand(read, None) for read in reads]
    return period, [Operand(read, _value(sheet, read, period)) for read in reads]


def _value(sheet: Sheet, read: Read, period: Period) -> float | None:
    if read.how == "ytd" or (read.n and sheet.cadence is None):
        return None
    if read.n and sheet.cadence is not None:
        period = periods_back(period.end, sheet.cadence, read.n + 1, sheet.fiscal)[0]
    value = sheet.value(read.key, period)
    return None if isinstance(value, Missing) else value
