"""The geometry of the small charts: plain numbers in, SVG coordinates out.

Words, colours and number formats belong to the templates. A missing value (None) is a gap in its
line, never a zero, and every coordinate lies inside the chart's own viewBox whatever the numbers.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby, pairwise
from typing import Literal

from scorecard.web.axes import Grain, Scale, Tick, date_ticks, iso, nice_ticks, time_span

Series = Sequence[tuple[date, float | None]]


@dataclass(frozen=True, slots=True)
class Dot:
    """A point to draw; `index` is its place in the series it came from."""

    x: float
    y: float
    index: int


@dataclass(frozen=True, slots=True)
class Zone:
    """A horizontal stripe of a history chart; `tone` is the status it stands for."""

    tone: str
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Spark:
    """A sparkline: paths of the unbroken runs, the area under each, lone points, the last value."""

    width: float
    height: float
    lines: tuple[str, ...]
    areas: tuple[str, ...]
    dots: tuple[Dot, ...]
    last: Dot | None
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bullet:
    """A bar from zero to the value, with a mark at what was expected.

    `bar` is the bar's width, None without a value. `full` is where 100 % lies. `cut` says that the
    value lies outside the scale on that side.
    """

    width: float
    height: float
    bar: float | None
    full: float
    mark: float | None
    cut: Literal["low", "high"] | None


@dataclass(frozen=True, slots=True)
class Step:
    """One row of a waterfall: its bar, and the x at which the next row takes over."""

    x: float
    width: float
    kind: Literal["loss", "gain", "none"]
    end: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One part of a sum: its bar to the left or right of the middle of its own viewBox."""

    x: float
    width: float
    middle: float


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Bars that lead from `start` to `end`, one per row, each row in its own viewBox of this width."""

    width: float
    steps: tuple[Step, ...]
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class History:
    """Values over time inside the plot left..right, top..bottom, with axes, plan to date and limits."""

    width: float
    height: float
    left: float
    top: float
    right: float
    bottom: float
    lines: tuple[str, ...]
    areas: tuple[str, ...]
    dots: tuple[Dot, ...]
    targets: tuple[str, ...]
    floor: float | None
    band: Zone | None
    zones: tuple[Zone, ...]
    today: float | None
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]


def spark(
    values: Sequence[float | None],
    target: float | Sequence[float | None] | None = None,
    *,
    width: float = 112,
    height: float = 28,
) -> Spark:
    """Draw the last periods, oldest first; `target` is one level or one value a period."""
    targets = target if isinstance(target, Sequence) else [target] * len(values)
    known = [value for value in (*values, *targets) if value is not None]
    across = Scale(0, len(values) - 1, 3, width - 3) if len(values) > 1 else Scale(0, 0, width - 3, width - 3)
    up = Scale(min(known, default=0), max(known, default=0), height - 3, 3)
    runs = _runs(values, across, up)
    return Spark(
        width,
        height,
        _lines(runs),
        _areas(runs, height),
        tuple(run[0] for run in runs if len(run) == 1),
        runs[-1][-1] if runs else None,
        _levels(_runs(targets, across, up), width),
    )


def bullet(
    value: float | None,
    expected: float | None = None,
    *,
    high: float = 1.2,
    width: float = 112,
    height: float = 12,
) -> Bullet:
    """Draw a share (progress or score, 1 is full) against the expected share, on the scale 0..`high`."""
    place = Scale(0, high, 0, width)
    cut: Literal["low", "high"] | None = None
    if value is not None and not 0 <= value <= high:
        cut = "low" if value < 0 else "high"
    return Bullet(
        width,
        height,
        None if value is None else place(value),
        place(1),
        None if expected is None else place(expected),
        cut,
    )


def waterfall(
    steps: Sequence[float], *, start: float = 1.0, width: float = 240, from_zero: bool = False
) -> Waterfall:
    """Lead from `start` down by each step to what remains; a negative step is a gain.

    The scale spans the running totals only, so that small gaps stay readable; `from_zero` includes 0.
    """
    totals = [start]
    for step in steps:
        totals.append(totals[-1] - step)
    ends = [*totals, 0.0] if from_zero else totals
    place = Scale(min(ends), max(ends), 1, width - 1)
    return Waterfall(
        width,
        tuple(_step(place(before), place(after), step) for (before, after), step in _moves(totals, steps)),
        place(start),
        place(totals[-1]),
    )


def history(
    points: Series,
    target: Series = (),
    *,
    stepped: bool = False,
    floor: float | None = None,
    low: float | None = None,
    high: float | None = None,
    zones: Iterable[tuple[str, float | None, float | None]] = (),
    start: date | None = None,
    end: date | None = None,
    today: date | None = None,
    width: float = 720,
    height: float = 240,
    number: Callable[[float], str] = "{:g}".format,
    day: Callable[[date, Grain], str] | None = None,
) -> History:
    """Draw dated values with what was planned.

    Parameters
    ----------
    points : dated values in order; None is a gap.
    target : dated plan values; one alone is a level across the whole plot. `stepped` holds each until
        the next (per-period targets) instead of joining them (a path).
    low, high : the band of a `between` measure.
    zones : (tone, from, to) stripes behind the line; None leaves that side open.
    start, end : widen the time axis, to the window of the measure say.
    number, day : write an axis label; `day` is told whether it names a day, a month or a year.
    """
    dates = [at for at, _ in (*points, *target)] + [at for at in (start, end, today) if at is not None]
    first, last = time_span(dates)
    limits = [value for value in (floor, low, high) if value is not None]
    known = [value for _, value in (*points, *target) if value is not None] + limits
    levels = nice_ticks(min(known, default=0), max(known, default=1), max(2, int(height // 48)))
    labels = [number(level) for level in levels]
    left = 14 + 6.5 * max(map(len, labels))
    right, top, bottom = width - 14, 10, height - 24
    across = Scale(first.toordinal(), last.toordinal(), left, right)
    up = Scale(levels[0], levels[-1], bottom, top)
    runs = _dated(points, across, up)
    band = None if low is None or high is None else _zone("band", low, high, up)
    return History(
        width=width,
        height=height,
        left=left,
        top=top,
        right=right,
        bottom=bottom,
        lines=_lines(runs),
        areas=_areas(runs, bottom),
        dots=tuple(dot for run in runs for dot in run),
        targets=_plan(_dated(target, across, up), stepped, left, right),
        floor=None if floor is None else up(floor),
        band=band,
        zones=tuple(_zone(tone, under, over, up) for tone, under, over in zones),
        today=None if today is None else across(today.toordinal()),
        x_ticks=date_ticks(first, last, max(2, int((right - left) // 90)), across, day or iso),
        y_ticks=tuple(Tick(up(level), label) for level, label in zip(levels, labels, strict=True)),
    )


def balance(parts: Sequence[float], width: float = 64) -> tuple[Bar, ...]:
    """Draw the parts of a sum on one scale, those below 0 to the left of the middle."""
    middle = width / 2
    most = max(map(abs, parts), default=0.0)
    found = []
    for part in parts:
        length = max(round(abs(part) / most * middle, 2), 1.0) if part else 0.0
        found.append(Bar(middle - length if part < 0 else middle, length, middle))
    return tuple(found)


def _runs(values: Sequence[float | None], across: Scale, up: Scale) -> list[list[Dot]]:
    dots = [
        None if value is None else Dot(across(index), up(value), index) for index, value in enumerate(values)
    ]
    return _split(dots)


def _dated(points: Series, across: Scale, up: Scale) -> list[list[Dot]]:
    return _split(
        [
            None if value is None else Dot(across(at.toordinal()), up(value), index)
            for index, (at, value) in enumerate(points)
        ]
    )


def _split(dots: Sequence[Dot | None]) -> list[list[Dot]]:
    """Cut the series at its gaps."""
    groups = groupby(dots, key=lambda dot: dot is not None)
    return [[dot for dot in group if dot is not None] for present, group in groups if present]


def _path(dots: Iterable[Dot]) -> str:
    return "M" + "L".join(f"{dot.x:g} {dot.y:g}" for dot in dots)


def _lines(runs: list[list[Dot]]) -> tuple[str, ...]:
    return tuple(_path(run) for run in runs if len(run) > 1)


def _areas(runs: list[list[Dot]], base: float) -> tuple[str, ...]:
    return tuple(
        f"{_path(run)}L{run[-1].x:g} {base:g}L{run[0].x:g} {base:g}Z" for run in runs if len(run) > 1
    )


def _levels(runs: list[list[Dot]], width: float) -> tuple[str, ...]:
    """Join the targets of a sparkline; where all lie on one level draw it from side to side."""
    heights = {dot.y for run in runs for dot in run}
    if len(runs) == 1 and len(heights) == 1:
        return (f"M0 {heights.pop():g}H{width:g}",)
    return tuple(_path(run) if len(run) > 1 else f"M{run[0].x - 3:g} {run[0].y:g}h6" for run in runs)


def _plan(runs: list[list[Dot]], stepped: bool, left: float, right: float) -> tuple[str, ...]:
    """Join the planned values of a history chart."""
    if sum(map(len, runs)) == 1:
        return (f"M{left:g} {runs[0][0].y:g}H{right:g}",)
    if not stepped:
        return _lines(runs)
    return tuple(
        f"M{run[0].x:g} {run[0].y:g}" + "".join(f"H{dot.x:g}V{dot.y:g}" for dot in run[1:]) + f"H{right:g}"
        for run in runs
    )


def _moves(totals: Sequence[float], steps: Sequence[float]) -> Iterable[tuple[tuple[float, float], float]]:
    return zip(pairwise(totals), steps, strict=True)


def _step(before: float, after: float, step: float) -> Step:
    """Draw one move; one too small for the scale keeps a hair's width."""
    if step == 0:
        return Step(before, 0, "none", after)
    width = max(abs(before - after), 1.0)
    return Step(min(before, after), round(width, 2), "loss" if step > 0 else "gain", after)


def _zone(tone: str, low: float | None, high: float | None, up: Scale) -> Zone:
    top = up.end if high is None else up(high)
    bottom = up.start if low is None else up(low)
    return Zone(tone, min(top, bottom), round(abs(bottom - top), 2))
