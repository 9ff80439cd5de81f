"""Statuses, reasons and rules as bytes, and thresholds that need no rounding: the alphabet of the arrays.

A node on a day is one byte, so made that a larger one is worse: whether it counts in its parents with a score
(`SCORED`), its computed status by severity, whether it counts at all (`DUE`), has a score, and the reason.
"""

from functools import lru_cache
from math import nextafter
from typing import Any

import numpy as np
import numpy.typing as npt

from scorecard.domain.measure import quantised
from scorecard.domain.vocabulary import Reason, Rule, Status
from scorecard.graph.rollup import HALF

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.signedinteger[Any]]
Shares = npt.NDArray[np.uint32]
"""Coverage in whole billionths: what it is rounded to anyway, in half the room of a float."""

Ranks = npt.NDArray[np.uint32]
"""Places in the order of keys."""

Anything = npt.NDArray[Any]

SCORED, STATUS, DUE, HAS_SCORE, REASON = 128, 96, 16, 8, 7

HEIGHT = SCORED | STATUS
"""What is compared to find the worst: below 128 is what does not count."""

STATUS_BITS = 5
"""How far the severity of a status stands to the left in a byte."""

WHOLE = 1_000_000_000
"""A coverage of 1."""

LAST_RANK = np.uint32(np.iinfo(np.uint32).max)
"""Behind every key."""

STATUSES = tuple(sorted(Status, key=lambda status: status.severity))
REASONS: tuple[Reason | None, ...] = (None, *Reason)
RULES: tuple[Rule | None, ...] = (None, *Rule)

STATUS_BYTE = {status: status.severity << STATUS_BITS for status in Status}
NO_DATA, ON_TRACK, AT_RISK, OFF_TRACK = (
    STATUS_BYTE[status] for status in (Status.no_data, Status.on_track, Status.at_risk, Status.off_track)
)
REASON_BYTE = {reason: place for place, reason in enumerate(REASONS)}
RULE_BYTE = {rule: place for place, rule in enumerate(RULES)}
NOT_DUE, NO_VALUE, STALE, NO_TARGET, LOW_COVERAGE = (
    REASON_BYTE[reason]
    for reason in (Reason.not_due, Reason.no_value, Reason.stale, Reason.no_target, Reason.low_coverage)
)


@lru_cache(maxsize=4096)
def threshold(limit: float) -> float:
    """Return the least score that is at or above a limit once it is quantised.

    Comparing with it gives exactly what quantising before the comparison gives, without the rounding.
    """
    below, above = limit - 1e-9, limit + 1e-9
    while nextafter(below, above) < above:
        middle = below + (above - below) / 2
        middle = nextafter(below, above) if middle in (below, above) else middle
        if quantised(middle) >= limit:
            above = middle
        else:
            below = middle
    return above


def status_at(code: int) -> Status:
    """Return the computed status in a byte."""
    return STATUSES[(code & STATUS) >> STATUS_BITS]


def reason_at(code: int) -> Reason | None:
    """Return the reason in a byte."""
    return REASONS[code & REASON]


def reached(at_risk: Flags, on_track: Flags, beside: int = 0) -> Bytes:
    """Return the bytes of scores whose bands are known; `beside` is the rest of a byte."""
    steps: Bytes = at_risk.view(np.uint8) + on_track.view(np.uint8)
    steps *= np.uint8(ON_TRACK)
    return np.subtract(np.uint8(OFF_TRACK | beside), steps, out=steps)


BANDS, CRITICAL_CHILD, OFF_TRACK_CHILDREN, OFF_TRACK_WEIGHT, HALF_NOT_ON_TRACK, BY_WORST, BY_BEST = (
    RULE_BYTE[rule]
    for rule in (
        Rule.bands,
        Rule.critical_child,
        Rule.off_track_children,
        Rule.off_track_weight,
        Rule.half_not_on_track,
        Rule.worst,
        Rule.best,
    )
)
HALF_COVERED = int(HALF * WHOLE)
