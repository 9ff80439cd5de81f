"""The geometry of the charts."""

import re
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard.web.axes import nice_ticks
from scorecard.web.charts import Bar, Dot, balance, bullet, history, spark, waterfall

finite = st.floats(allow_nan=False, allow_infinity=False)
gappy = st.lists(st.none() | finite, max_size=14)
days = st.dates(date(1000, 1, 1), date(9999, 12, 31))


def months(*values: float | None) -> list[tuple[date, float | None]]:
    return [(date(2026, month, 1), value) for month, value in enumerate(values, 1)]


def numbers(chart: Any) -> list[float]:
    """Every absolute coordinate of a chart's paths (relative lower-case commands take none)."""
    paths = re.findall(r"'([M][^']*)'", repr(asdict(chart)))
    assert not [path for path in paths if re.search(r"nan|inf", path)]
    return [float(part) for path in paths for part in re.findall(r"-?\d[\d.e+-]*", path.split("h")[0])]


class TestSpark:
    def test_a_missing_value_is_a_gap_and_never_a_zero(self) -> None:
        chart = spark([1, 2, None, 2, 1], width=106, height=26)
        assert chart.lines == ("M3 23L28 3", "M78 3L103 23")
        assert chart.dots == ()

    def test_a_value_between_gaps_is_a_dot(self) -> None:
        assert [dot.index for dot in spark([1, None, 3, None, 2, 4]).dots] == [0, 2]

    @pytest.mark.parametrize("values", [[], [None], [None, None]])
    def test_without_values_nothing_is_drawn(self, values: list[float | None]) -> None:
        chart = spark(values)
        assert (chart.lines, chart.areas, chart.dots, chart.last) == ((), (), (), None)

    def test_a_constant_series_runs_through_the_middle(self) -> None:
        assert spark([5, 5, 5], width=106, height=28).lines == ("M3 14L53 14L103 14",)

    def test_one_value_stands_at_the_right_end_where_the_latest_is(self) -> None:
        assert spark([7], width=112, height=28).last == Dot(109, 14, 0)

    def test_the_last_known_value_is_marked_even_when_later_ones_are_missing(self) -> None:
        last = spark([1, 2, None]).last
        assert last is not None
        assert last.index == 1

    def test_one_target_is_a_level_from_side_to_side_and_widens_the_scale(self) -> None:
        chart = spark([0, 5], target=10, width=106, height=26)
        assert chart.targets == ("M0 3H106",)
        assert chart.lines == ("M3 23L103 13",)

    def test_targets_by_period_follow_their_periods(self) -> None:
        assert spark([0, 4], [2, 4], width=106, height=26).targets == ("M3 13L103 3",)

    def test_a_falling_series_below_zero_falls(self) -> None:
        assert spark([-1, -3], width=106, height=26).lines == ("M3 3L103 23",)

    @given(gappy, st.none() | finite | gappy)
    def test_every_coordinate_lies_in_the_box(
        self, values: list[float | None], target: float | list[float | None] | None
    ) -> None:
        chart = spark(values, target)
        assert all(0 <= number <= chart.width for number in numbers(chart))
        assert all(0 <= dot.x <= chart.width and 0 <= dot.y <= chart.height for dot in chart.dots)


class TestBullet:
    @pytest.mark.parametrize(
        ("value", "bar", "cut"),
        [
            (None, None, None),
            (-0.2, 0, "low"),
            (0, 0, None),
            (0.5, 50, None),
            (1.2, 120, None),
            (1.4, 120, "high"),
        ],
    )
    def test_the_bar_ends_at_the_value_and_says_where_it_was_cut(
        self, value: float | None, bar: float | None, cut: str | None
    ) -> None:
        chart = bullet(value, width=120)
        assert (chart.bar, chart.cut) == (bar, cut)

    @pytest.mark.parametrize(("expected", "mark"), [(None, None), (0, 0), (0.7, 70), (2, 120)])
    def test_the_mark_stands_at_what_was_expected(self, expected: float | None, mark: float | None) -> None:
        assert bullet(0.5, expected, width=120).mark == mark

    def test_full_is_the_whole_width_of_a_meter(self) -> None:
        assert bullet(0.7, high=1.0, width=100).full == 100


class TestBalance:
    def test_parts_lie_on_one_scale_to_both_sides_of_the_middle(self) -> None:
        assert balance([2, -1, 0], width=40) == (Bar(20, 20, 20), Bar(10, 10, 20), Bar(20, 0, 20))

    def test_a_part_too_small_to_see_keeps_a_hairs_width_and_nothing_has_no_scale(self) -> None:
        assert balance([1, -1e-9])[1].width == 1
        assert balance([0.0])[0].width == 0
        assert balance([]) == ()


class TestWaterfall:
    def test_the_steps_lead_from_the_start_to_what_remains(self) -> None:
        chart = waterfall([0.3, 0.1], start=1, width=42)
        assert (chart.start, chart.end) == (41, 1)
        assert [(step.x, step.width) for step in chart.steps] == [(11, 30), (1, 10)]
        assert [step.end for step in chart.steps] == [11, 1]

    def test_a_gain_leads_back(self) -> None:
        chart = waterfall([0.4, -0.2], width=42)
        assert [step.kind for step in chart.steps] == ["loss", "gain"]
        assert chart.steps[1].end > chart.steps[0].end

    def test_a_step_of_nothing_has_no_bar_and_a_tiny_one_keeps_a_hairs_width(self) -> None:
        nothing, tiny = waterfall([0, 1e-9, 1]).steps[:2]
        assert (nothing.kind, nothing.width) == ("none", 0)
        assert tiny.width == 1

    def test_zero_belongs_to_the_scale_only_when_asked_for(self) -> None:
        assert waterfall([0.1], width=102).end == 1
        assert waterfall([0.1], width=102, from_zero=True).end == 91

    @given(st.lists(st.floats(-1, 1), max_size=12))
    def test_each_step_begins_where_the_one_before_ended(self, steps: list[float]) -> None:
        chart = waterfall(steps)
        ends = [chart.start, *(step.end for step in chart.steps)]
        assert ends[-1] == chart.end
        for before, step in zip(ends, chart.steps, strict=False):
            assert min(before, step.end) == pytest.approx(step.x, abs=0.01)


class TestHistory:
    def test_a_missing_month_parts_the_line(self) -> None:
        chart = history(months(1, 2, None, 4, 5))
        assert len(chart.lines) == 2
        assert [dot.index for dot in chart.dots] == [0, 1, 3, 4]

    def test_one_planned_value_is_a_level_across_the_plot(self) -> None:
        chart = history(months(1, 2), [(date(2026, 1, 1), 3)])
        assert chart.targets == (f"M{chart.left:g} {chart.top:g}H{chart.right:g}",)

    def test_a_path_is_joined_and_targets_by_period_are_steps(self) -> None:
        plan = months(0, 10)
        assert history([], plan).targets[0].count("L") == 1
        assert re.fullmatch(r"M[\d. ]+H[\d.]+V[\d.]+H[\d.]+", history([], plan, stepped=True).targets[0])

    def test_limits_belong_to_the_scale(self) -> None:
        chart = history(months(50, 51), floor=40, low=45, high=60)
        assert chart.floor is not None
        assert chart.band is not None
        assert chart.top <= chart.band.y < chart.band.y + chart.band.height < chart.floor <= chart.bottom

    def test_a_zone_with_an_open_end_reaches_the_edge_of_the_plot(self) -> None:
        chart = history(months(0, 10), zones=[("on_track", 5, None), ("off_track", None, 5)])
        upper, lower = chart.zones
        assert upper.y == chart.top
        assert lower.y + lower.height == pytest.approx(chart.bottom)
        assert upper.y + upper.height == pytest.approx(lower.y)

    def test_an_empty_history_still_has_its_axes(self) -> None:
        chart = history([])
        assert (chart.lines, chart.dots, chart.targets) == ((), (), ())
        assert len(chart.y_ticks) >= 2
        assert len(chart.x_ticks) >= 2

    def test_a_single_point_stands_in_the_middle(self) -> None:
        chart = history([(date(2026, 5, 4), 7)])
        assert chart.dots[0].x == pytest.approx((chart.left + chart.right) / 2, abs=0.01)
        assert chart.top < chart.dots[0].y < chart.bottom

    @pytest.mark.parametrize(
        ("first", "last", "labels"),
        [
            (date(2026, 3, 2), date(2026, 3, 4), ["2026-03-02", "2026-03-03", "2026-03-04"]),
            (
                date(2026, 1, 1),
                date(2026, 6, 30),
                ["2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06"],
            ),
            (date(2024, 2, 1), date(2026, 2, 1), ["2024-07", "2025-01", "2025-07", "2026-01"]),
            (
                date(2010, 6, 1),
                date(2026, 6, 1),
                ["2012", "2014", "2016", "2018", "2020", "2022", "2024", "2026"],
            ),
        ],
    )
    def test_dates_are_written_as_coarsely_as_the_span_asks(
        self, first: date, last: date, labels: list[str]
    ) -> None:
        assert [tick.label for tick in history([(first, 1), (last, 2)], width=800).x_ticks] == labels

    def test_labels_are_written_by_whoever_knows_the_language(self) -> None:
        chart = history(months(0, 1), number=lambda level: f"{level:.0%}", day=lambda at, grain: grain)
        assert chart.y_ticks[-1].label == "100%"
        assert {tick.label for tick in chart.x_ticks} == {"day"}

    @given(st.lists(st.tuples(days, st.none() | finite), max_size=12), st.none() | finite, st.none() | days)
    def test_every_mark_lies_in_the_plot(
        self, points: list[tuple[date, float | None]], floor: float | None, today: date | None
    ) -> None:
        chart = history(sorted(points, key=lambda point: point[0]), floor=floor, today=today)
        for dot in chart.dots:
            assert chart.left <= dot.x <= chart.right
            assert chart.top <= dot.y <= chart.bottom
        assert all(chart.left <= tick.at <= chart.right for tick in chart.x_ticks)
        assert all(0 <= number <= chart.width for number in numbers(chart))


class TestNiceTicks:
    @pytest.mark.parametrize(
        ("low", "high", "ticks"),
        [
            (0, 1, (0, 0.2, 0.4, 0.6, 0.8, 1)),
            (88, 97, (88, 90, 92, 94, 96, 98)),
            (-20, 140, (-50, 0, 50, 100, 150)),
            (0, 4_300_000, (0, 1e6, 2e6, 3e6, 4e6, 5e6)),
        ],
    )
    def test_the_numbers_are_round(self, low: float, high: float, ticks: tuple[float, ...]) -> None:
        assert nice_ticks(low, high) == pytest.approx(ticks)

    @given(finite, finite)
    def test_they_rise_and_cover_the_values(self, one: float, other: float) -> None:
        low, high = sorted((one, other))
        ticks = nice_ticks(low, high)
        assert list(ticks) == sorted(ticks)
        assert 2 <= len(ticks) <= 8
        hair = (ticks[1] / 2 - ticks[0] / 2) * 1e-9
        assert ticks[0] <= low + hair
        assert high - hair <= ticks[-1]


def test_a_day_before_the_first_year_is_no_trouble() -> None:
    assert history([(date.min, 1)]).dots
    assert history([(date.max - timedelta(days=1), 1)]).dots
