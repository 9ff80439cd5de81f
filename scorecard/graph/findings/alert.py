"""The rule of alert lines: between target and floor, they tell when they are crossed and colour nothing."""

from collections.abc import Iterator

from scorecard.domain.errors import N_
from scorecard.domain.measure import ROUNDING, AtLeast, AtMost, Between, Reach
from scorecard.graph.findings.inspection import Inspection
from scorecard.graph.findings.rule import Hit, Mend, Page, Said, Severity, rule
from scorecard.graph.judgement import Standing
from scorecard.graph.series import last_periods

Limit = Reach | AtLeast | AtMost | Between
_FIELD = "measure.alert"


@rule(
    N_("Alert line crossed"),
    Severity.warning,
    N_("At {value} it is beyond its alert line of {line}."),
    Mend(N_("Look why it moved, and act while it can still be kept from the floor."), Page.node, "actions"),
)
def alert_crossed(seen: Inspection) -> Iterator[Hit]:
    """Find measures whose fresh number lies on the wrong side of their alert line."""
    for node in seen.nodes:
        standing, measure = seen.standings[node.key], node.measure
        if standing.reason is not None or standing.score is None or not isinstance(measure, Limit):
            continue
        line = _crossed(measure, standing)
        if line is not None and (not isinstance(measure, Reach) or _was_within(seen, measure, node.key)):
            yield Hit(node.key, {"value": Said(_FIELD, standing.value), "line": Said(_FIELD, line)})


def _crossed(measure: Limit, standing: Standing) -> float | None:
    """Return the line that a number is beyond, None where it is within.

    Of a budget as much of it counts as is due; for a band it is a distance outside. A line behind a target
    says nothing where the lower target of a period is met.
    """
    alert, value = measure.alert, standing.value
    if alert is None or not isinstance(value, float):
        return None
    if isinstance(measure, Between):
        low, high = measure.low - alert, measure.high + alert
        return low if _beyond(low, value, 1) else high if _beyond(high, value, -1) else None
    way = _way(measure)
    if standing.score == 1.0 and way * (measure.target - alert) >= 0 and not isinstance(measure, Reach):
        return None
    due = 1.0 if isinstance(measure, Reach) or standing.expected is None else standing.expected
    return alert * due if _beyond(alert * due, value, way) else None


def _beyond(line: float, value: float, way: int) -> bool:
    """Tell whether a value has not come as far as a line, by more than sums are rounded."""
    return way * (line - value) > ROUNDING * (abs(line) + abs(value))


def _way(measure: AtLeast | AtMost | Reach) -> int:
    """Return 1 where more is better, -1 where less is."""
    falls = isinstance(measure, AtMost) or (isinstance(measure, Reach) and measure.target < measure.baseline)
    return -1 if falls else 1


def _was_within(seen: Inspection, measure: Reach, key: str) -> bool:
    """Tell whether a way lay on the good side of its alert line before: one that begins beyond must first."""
    course = last_periods(seen.plan, key, seen.day)
    before = [measure.baseline, *(each.value for each in course[:-1] if each.value is not None)]
    return any(not _beyond(measure.alert or 0.0, value, _way(measure)) for value in before)
