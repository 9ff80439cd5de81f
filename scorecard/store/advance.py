"""A plan brought up to date by whoever writes a check-in, so that nobody has to read it again."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import groupby
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
    for node, run in groupby(sorted(said, key=_node), key=_node):
        points[node] = _joined(points.get(node, ()), [_point(each) for each in run])
    return renewed(plan, {each.node for each in said}, observations=points, revision=revision)


def _node(said: Said) -> str:
    return said.node


def _point(said: Said) -> Point:
    value = said.word if said.value is None else said.value
    assert value is not None
    return Point(day_of(said.date), value)


def _joined(points: Points, more: Sequence[Point]) -> Points:
    """Return points with others, each in place of that of its day."""
    if len(more) > 1:
        return tuple(map(Point._make, sorted({**dict(points), **dict(more)}.items())))
    at = bisect_left(points, more[0].date, key=itemgetter(0))
    there = at < len(points) and points[at].date == more[0].date
    return (*points[:at], more[0], *points[at + there :])
