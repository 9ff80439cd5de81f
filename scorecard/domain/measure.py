"""The arithmetic of one measure: progress, score and status of a number against its target.

Progress is how far, unclamped; the score is how well, 0..1, against what was promised for the day.
"""

import sys
from math import inf
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from scorecard.domain.errors import N_
from scorecard.domain.shape import Day, Number, Shape
from scorecard.domain.vocabulary import Ambition, Status

STRETCH = 0.7
"""The part of an aspirational target that is the promise."""

EARLY = 1 / 3
"""Below this expected progress a shortfall is not scaled up further, so that first weeks do not shout."""

ROUNDING = 1e-9
"""The share of a number up to which two sums of the same parts may differ."""

ZONE_PROGRESS = {"below": 0.0, "commit": 0.3, "target": 0.7, "stretch": 1.0}
ZONE_SCORE = {"below": 0.0, "commit": 0.75, "target": 1.0, "stretch": 1.0}


def quantised(score: float) -> float:
    """Return a score to 1e-9, so that the order of a summation never flips a colour."""
    return round(score, 9)


class Bands(Shape):
    """The scores from which a node is on track and at risk, quantised as scores are."""

    on_track: Annotated[Number, Field(gt=0, le=1), AfterValidator(quantised)] = 0.90
    at_risk: Annotated[Number, Field(ge=0, lt=1), AfterValidator(quantised)] = 0.75

    @model_validator(mode="after")
    def _in_order(self) -> "Bands":
        if self.at_risk > self.on_track:
            raise PydanticCustomError("bands_order", N_("At risk cannot begin above on track."))
        return self


class PathPoint(Shape):
    """The value that a plan to date has on a day."""

    date: Day
    value: Number


class Reach(Shape):
    """Go from a baseline to a target; up or down follows from the two."""

    kind: Literal["reach"] = "reach"
    baseline: Number
    target: Number
    start: Day | None = None
    due: Day | None = None
    path: tuple[PathPoint, ...] = ()
    ambition: Ambition = Ambition.committed
    alert: Number | None = None


class AtLeast(Shape):
    """Stay at or above a target; the floor is the line of failure."""

    kind: Literal["at_least"] = "at_least"
    target: Number
    floor: Number | None = None
    alert: Number | None = None
    start: Day | None = None
    due: Day | None = None


class AtMost(Shape):
    """Stay at or below a target; with sum, start and due it is a budget."""

    kind: Literal["at_most"] = "at_most"
    target: Number
    floor: Number | None = None
    alert: Number | None = None
    start: Day | None = None
    due: Day | None = None


class Between(Shape):
    """Stay inside a band; the floor is the distance outside it at which the measure has failed."""

    kind: Literal["between"] = "between"
    low: Number
    high: Number
    floor: Annotated[Number, Field(ge=0)] | None = None
    alert: Number | None = None
    start: Day | None = None
    due: Day | None = None


class Milestone(Shape):
    """Be done by a day; values are the share done, 0..1."""

    kind: Literal["milestone"] = "milestone"
    due: Day
    start: Day | None = None
    path: tuple[PathPoint, ...] = ()


class Zones(Shape):
    """Reach one of three described states; values are below, commit, target or stretch."""

    kind: Literal["zones"] = "zones"
    commit: str
    target: str
    stretch: str
    start: Day | None = None
    due: Day | None = None


Measure = Annotated[
    Reach | AtLeast | AtMost | Between | Milestone | Zones,
    Field(discriminator="kind"),
]
Threshold = AtLeast | AtMost | Between


def proposed_floor(measure: Threshold, target: float | None, percent: bool) -> float:
    """Return the floor used where a measure names none.

    For `between` it is a distance outside the band, else a value on the failing side of the target.
    """
    if measure.kind == "between":
        return (measure.high - measure.low) / 2
    aim = measure.target if target is None else target
    if measure.kind == "at_most":
        return aim + abs(aim) * 0.1
    allowed_misses = 100 - aim if percent and 50 < aim <= 100 else None
    return aim - (abs(aim) * 0.1 if allowed_misses is None else max(allowed_misses, 1.0))


def shortfall(measure: Threshold, value: float, target: float | None, floor: float) -> float:
    """Return the miss in distances of the floor: 0 met, 1 at the floor, inf where any miss is failure.

    What differs from the aim by less than the rounding of a long sum meets it.
    """
    if measure.kind == "between":
        aim, distance = measure.low if value < measure.low else measure.high, floor
        by = aim - value if value < measure.low else value - aim
    else:
        aim = measure.target if target is None else target
        distance = abs(aim - floor)
        by = aim - value if measure.kind == "at_least" else value - aim
    if by <= 0.0 or by <= ROUNDING * (abs(aim) + abs(value)):
        return 0.0
    return by / distance if distance and by != inf else inf


def threshold_progress(x: float) -> float:
    """Return the progress of a measure that is `x` distances of its floor away: 1 met, 0 at the floor."""
    return 1.0 - x if x != inf else 0.0


def threshold_score(x: float, bands: Bands) -> float:
    """Return the score for a miss of `x` distances of the floor: at the floor it is the at-risk band."""
    if x == 0:
        return 1.0
    good, fair = bands.on_track, bands.at_risk
    if x <= 1:
        return good - (good - fair) * x
    return fair * (2 - x) if x < 2 else 0.0


def reach_progress(value: float, baseline: float, target: float) -> float:
    """Return the unclamped share of the way from baseline to target; the two must differ."""
    way = target - baseline
    share = (value - baseline) / way
    held = -_LARGEST <= share <= _LARGEST and -_LARGEST <= way <= _LARGEST
    return share if held else _beyond(value, baseline, target)


def _beyond(value: float, baseline: float, target: float) -> float:
    """Return a share of the way whose parts, or which itself, a number cannot hold."""
    gone, way = value / 4 - baseline / 4, target / 4 - baseline / 4
    share = gone / (way or target - baseline)
    return max(-_LARGEST, min(_LARGEST, share))


_LARGEST = sys.float_info.max


def reach_score(progress: float, expected: float) -> float:
    """Return how well a progress keeps up with the expected one, 0..1."""
    return clamp(1.0 - (expected - progress) / (expected if expected > EARLY else EARLY))


def clamp(share: float) -> float:
    """Return a share within 0..1."""
    return 0.0 if share < 0.0 else min(share, 1.0)


def status_of(score: float, bands: Bands, due: bool = False) -> Status:
    """Return the status of a quantised score; from the due date on only a full score is on track."""
    if score >= (1.0 if due else bands.on_track):
        return _ON_TRACK
    return _AT_RISK if score >= bands.at_risk else _OFF_TRACK


_ON_TRACK, _AT_RISK, _OFF_TRACK = Status.on_track, Status.at_risk, Status.off_track
