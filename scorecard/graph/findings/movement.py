"""Rules of movement: whether somebody acts on what is red, or pays for one number with another."""

from collections.abc import Iterator
from itertools import pairwise

from scorecard.domain.errors import N_
from scorecard.domain.measure import ROUNDING, AtMost, Between, Reach
from scorecard.domain.vocabulary import Status
from scorecard.graph.findings.inspection import Inspection
from scorecard.graph.findings.rule import About, Hit, Mend, Named, Page, Severity, rule
from scorecard.graph.metric import Metric
from scorecard.graph.series import PeriodValue, last_periods

PERIODS = 3
"""The periods over which a guardrail pair is watched."""


@rule(
    N_("Off track without an action"),
    Severity.warning,
    N_("It is off track, and no action is open: nothing says that it will be otherwise."),
    Mend(N_("Put down what will be done, by whom and by when."), Page.node, "actions"),
)
def off_track_without_action(seen: Inspection) -> Iterator[Hit]:
    """Find measures that are off track by their own number and have no open action."""
    for node in seen.nodes:
        is_off = node.key in seen.plan.leaves and seen.standings[node.key].computed is Status.off_track
        if is_off and not any(action.done is None or action.done > seen.day for action in node.actions):
            yield Hit(node.key)


@rule(
    N_("Guardrail gave way"),
    Severity.warning,
    N_(
        "Over its last three periods it got worse while “{other}” got better: "
        "one may be paid for with the other."
    ),
    Mend(N_("Look at both together, and act on the one that gave way."), Page.node, "actions"),
)
def guardrail_gave_way(seen: Inspection) -> Iterator[Hit]:
    """Find the worse end of each `balances` pair whose ends went opposite ways for three periods."""
    for pair in seen.plan.balances.edges:
        if seen.counting.issuperset(pair):
            ways = {_way(seen, key): key for key in pair}
            if {1, -1} <= ways.keys():
                yield Hit(ways[-1], {"other": Named(About.node, ways[1])})


def _way(seen: Inspection, key: str) -> int:
    """Return 1 where a measure never got worse over its last periods and is better now, -1 the reverse."""
    metric = seen.plan.metrics.get(key)
    course = last_periods(seen.plan, key, seen.day, PERIODS) if metric is not None else []
    goods = [_goodness(metric, each) for each in course if metric is not None]
    known = [good for good in goods if good is not None]
    if len(known) < PERIODS:
        return 0
    size = max(map(abs, known)) * ROUNDING
    if abs(known[-1] - known[0]) <= size:
        return 0
    steps = list(pairwise(known if known[0] < known[-1] else [-good for good in known]))
    return 0 if any(after < before - size for before, after in steps) else 1 if known[0] < known[-1] else -1


def _goodness(metric: Metric, at: PeriodValue) -> float | None:
    """Return a number that is higher the better a value is, None where nobody said what is good.

    A sum that runs to a target grows by itself: what counts is how far it is ahead of its way.
    """
    measure, value = metric.measure, at.value
    if measure is None or value is None:
        return None
    if isinstance(measure, Between):
        return -max(measure.low - value, value - measure.high, 0.0)
    downward = isinstance(measure, AtMost) or (
        isinstance(measure, Reach) and measure.target < measure.baseline
    )
    if metric.running:
        if at.target is None:
            return None
        value -= at.target
    return -value if downward else value
