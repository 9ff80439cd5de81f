"""The arithmetic of one measure."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from scorecard.domain.measure import (
    AtLeast,
    AtMost,
    Bands,
    Between,
    clamp,
    quantised,
    reach_progress,
    reach_score,
    shortfall,
    status_of,
    threshold_progress,
    threshold_score,
)
from scorecard.domain.vocabulary import Status

BANDS = Bands()
numbers = st.floats(-1e12, 1e12)


@given(numbers, numbers, numbers)
def test_progress_is_0_at_the_baseline_and_1_at_the_target(baseline, target, value):
    if baseline == target:
        return
    assert reach_progress(baseline, baseline, target) == 0
    assert reach_progress(target, baseline, target) == 1
    beyond = value > target if target > baseline else value < target
    progress = reach_progress(value, baseline, target)
    assert (progress > 1) is beyond or progress == pytest.approx(1)


TINY, HUGE, LARGEST = 5e-324, 1.7e308, sys.float_info.max


@pytest.mark.parametrize(
    ("value", "baseline", "target", "progress"),
    [
        # a way of the smallest number there is
        (TINY, 0.0, TINY, 1.0),
        (2 * TINY, 0.0, TINY, 2.0),
        (TINY, 2 * TINY, 0.0, 0.5),
        (1.0, 0.0, TINY, LARGEST),
        (-1.0, 0.0, TINY, -LARGEST),
        (1.0, TINY, 0.0, -LARGEST),
        # a part of the way too large for a number
        (-HUGE, HUGE, 1.6e308, 34.0),
        (HUGE, -HUGE, 0.0, 2.0),
        (-HUGE, HUGE, 0.0, 2.0),
        (0.0, -LARGEST, LARGEST, 0.5),
    ],
)
def test_no_way_is_too_short_or_too_long_to_tell_how_far_one_is(value, baseline, target, progress):
    assert reach_progress(value, baseline, target) == pytest.approx(progress)


@given(st.floats(-3, 3), st.floats(0, 1))
def test_a_reach_keeps_up_or_falls_behind_in_proportion(progress, expected):
    score = reach_score(progress, expected)
    assert 0 <= score <= 1
    if progress >= expected:
        assert score == 1
    elif expected >= 1 / 3 and progress >= 0:
        assert score == pytest.approx(progress / expected)


@given(st.floats(0, 5), st.floats(0, 5))
def test_the_larger_miss_never_has_the_better_score(one, other):
    near, far = sorted((one, other))
    assert threshold_score(near, BANDS) >= threshold_score(far, BANDS)
    assert threshold_progress(near) >= threshold_progress(far)


@given(st.floats(0.01, 1), st.floats(0, 1), st.floats(0, 3))
def test_colour_and_floor_never_contradict_each_other(on_track, share, x):
    bands = Bands(on_track=on_track, at_risk=min(on_track * share, 0.99))
    status = status_of(quantised(threshold_score(x, bands)), bands)
    if x == 0:
        assert status is Status.on_track
    elif x <= 1:
        assert status is not Status.off_track
    elif x > 1 + 1e-6 and bands.at_risk > 1e-3:
        assert status is Status.off_track


@pytest.mark.parametrize(
    ("measure", "value", "target", "floor", "x"),
    [
        (AtLeast(target=95.0), 95.0, 95.0, 90.0, 0),
        (AtLeast(target=95.0), 92.5, 95.0, 90.0, 0.5),
        (AtLeast(target=95.0), 92.5, 93.0, 92.0, 0.5),
        (AtMost(target=4.0), 7.0, 4.0, 6.0, 1.5),
        (AtMost(target=0.0), 1e-12, 0.0, 0.0, float("inf")),
        (AtMost(target=0.3), 0.1 + 0.2, 0.3, 0.33, 0),
        (Between(low=1.0, high=2.0), 1.5, None, 0.5, 0),
        (Between(low=1.0, high=2.0), 2.25, None, 0.5, 0.5),
        (Between(low=1.0, high=2.0), 0.0, None, 0.5, 2),
    ],
)
def test_a_miss_is_counted_in_distances_of_the_floor(measure, value, target, floor, x):
    assert shortfall(measure, value, target, floor) == pytest.approx(x)


@pytest.mark.parametrize(
    ("score", "due", "status"),
    [
        (0.9, False, Status.on_track),
        (0.9, True, Status.at_risk),
        (1.0, True, Status.on_track),
        (0.899999999, False, Status.at_risk),
        (0.75, False, Status.at_risk),
        (0.749999999, True, Status.off_track),
    ],
)
def test_bands_turn_a_score_into_a_colour(score, due, status):
    assert status_of(score, BANDS, due) is status


def test_bands_stand_in_order():
    assert Bands(on_track=0.8, at_risk=0.8).at_risk == 0.8
    with pytest.raises(ValidationError, match="At risk cannot begin above on track"):
        Bands(on_track=0.7, at_risk=0.8)


@given(st.floats(allow_nan=False))
def test_clamping_leaves_a_share(number):
    assert 0 <= clamp(number) <= 1
    assert clamp(number) == number or not 0 <= number <= 1
