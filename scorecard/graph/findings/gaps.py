"""The rule of gaps: a sum takes a period of which nobody told anything for 0, and nothing else shows it."""

from collections.abc import Iterator
from datetime import date

from scorecard.domain.errors import N_
from scorecard.domain.period import following, period_of
from scorecard.graph.findings.inspection import Inspection
from scorecard.graph.findings.rule import Hit, Mend, Page, Severity, rule
from scorecard.graph.metric import Metric
from scorecard.graph.values import counted_points


@rule(
    N_("Gaps in a sum"),
    Severity.warning,
    N_("Nothing was told for {count} of its periods up to {day}, and its sum takes them for 0."),
    Mend(N_("Check in what is missing, and a 0 where there was nothing."), Page.node, "check-in"),
)
def gaps_in_sum(seen: Inspection) -> Iterator[Hit]:
    """Find budgets and sums on their way to a target that skip periods before their latest observation."""
    for node in seen.nodes:
        metric = seen.plan.metrics.get(node.key)
        if metric is None or not metric.running or metric.computed:
            continue
        latest = seen.standings[node.key].seen
        if latest is not None and (count := _skipped(metric, latest)):
            yield Hit(node.key, {"count": count, "day": latest})


def _skipped(metric: Metric, latest: date) -> int:
    """Return the periods from the start of a window to a day in which nothing was observed."""
    cadence, fiscal = metric.cadence, metric.fiscal
    if cadence is None:
        return 0
    points = counted_points(metric, latest)
    told = {period_of(point.date, cadence, fiscal) for point in points}
    period, count = period_of(metric.start or points[0].date, cadence, fiscal), 0
    while period.end < latest:
        count += period not in told
        period = following(period, cadence, fiscal)
    return count
