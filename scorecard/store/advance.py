"""A plan brought up to date by whoever writes a check-in, so that nobody has to read it again."""

from bisect import bisect_left
from collections.abc import Sequence
from operator import itemgetter

from scorecard.graph.path import Point, Points
from scorecard.graph.plan import Plan
from scorecard.graph.renewal import renewed
from scorecard.store.points import Said, day_of


def advanced(plan: Plan, said: Sequence[Said], revision: int) -> Plan | None:
    """Return a plan with check-ins that follow it; nothing, where only the rows tell what counts now.

    A value without a label counts for its day, whatever was said of that day before; of others it depends.
    """
    if any(each.label or (each.value is None and each.word is None) for each in said):
        return None
    points = dict(plan.observations)
    for each in said:
        value = each.word if each.value is None else each.value
        assert value is not None
        points[each.node] = _with(points.get(each.node, ()), Point(day_of(each.date), value))
    return renewed(plan, {each.node for each in said}, observations=points, revision=revision)


def _with(points: Points, point: Point) -> Points:
    """Return points with one more, or another in place of that of its day."""
    at = bisect_left(points, point.date, key=itemgetter(0))
    there = at < len(points) and points[at].date == point.date
    return (*points[:at], point, *points[at + there :])
