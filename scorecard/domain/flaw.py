"""What keeps a sound measure from being judged: refused where it is typed, told of where it is imported."""

from collections.abc import Iterator
from enum import StrEnum

from scorecard.domain.measure import Measure, Reach
from scorecard.domain.vocabulary import Aggregate


class Flaw(StrEnum):
    """What is wrong; the value is the field of the measure in which it is mended."""

    no_range = "target"
    due_before_start = "due"
    sum_from_baseline = "baseline"


def flaws(measure: Measure | None, aggregate: Aggregate) -> Iterator[Flaw]:
    """Yield what is wrong with a measure whose fields are sound, each by itself.

    A sum begins at 0 with its window; from another baseline it would read behind until it has passed that.
    """
    if measure is None:
        return
    if isinstance(measure, Reach) and measure.baseline == measure.target:
        yield Flaw.no_range
    elif isinstance(measure, Reach) and aggregate is Aggregate.sum and measure.baseline != 0:
        yield Flaw.sum_from_baseline
    if measure.start is not None and measure.due is not None and measure.due < measure.start:
        yield Flaw.due_before_start
