"""What a number is held against over time."""

from datetime import date

from scorecard.domain.measure import STRETCH, AtLeast, AtMost, Milestone, Reach
from scorecard.domain.period import Path, period_of
from scorecard.domain.vocabulary import Ambition
from scorecard.graph.metric import Metric


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
