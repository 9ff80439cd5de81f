"""What keeps a sound measure from being judged."""

from datetime import date

import pytest

from scorecard.domain.flaw import Flaw, flaws
from scorecard.domain.measure import AtLeast, AtMost, Milestone, Reach
from scorecard.domain.vocabulary import Aggregate

JUNE, JULY = date(2026, 6, 30), date(2026, 7, 1)


@pytest.mark.parametrize(
    ("measure", "aggregate", "found"),
    [
        (None, "last", []),
        (Reach(baseline=5, target=5), "last", [Flaw.no_range]),
        (Reach(baseline=5, target=5), "sum", [Flaw.no_range]),
        (Reach(baseline=5, target=9), "last", []),
        (Reach(baseline=5, target=9), "mean", []),
        (Reach(baseline=5, target=9), "sum", [Flaw.sum_from_baseline]),
        (Reach(baseline=0, target=9), "sum", []),
        (AtMost(target=9), "sum", []),
        (Reach(baseline=0, target=9, start=JULY, due=JUNE), "last", [Flaw.due_before_start]),
        (Reach(baseline=0, target=9, start=JULY, due=JULY), "last", []),
        (AtLeast(target=9, start=JULY, due=JUNE), "last", [Flaw.due_before_start]),
        (Milestone(start=JULY, due=JUNE), "last", [Flaw.due_before_start]),
        (Milestone(due=JUNE), "last", []),
        (AtLeast(target=9, start=JULY), "last", []),
        (
            Reach(baseline=5, target=5, start=JULY, due=JUNE),
            "last",
            [Flaw.no_range, Flaw.due_before_start],
        ),
    ],
)
def test_a_sound_measure_may_be_one_that_cannot_be_judged(measure, aggregate, found):
    assert list(flaws(measure, Aggregate(aggregate))) == found
