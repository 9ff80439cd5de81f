"""Targets and results of one indicator: from measurement instances to rows, a measure and a rhythm."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from operator import itemgetter
from statistics import median
from typing import NamedTuple

from scorecard.domain.errors import N_
from scorecard.domain.vocabulary import Cadence
from scorecard.files.stratml import values
from scorecard.files.stratml.markup import Element
from scorecard.files.stratml.notes import Notes

MOST_LABEL = 180
_LONGEST = {
    Cadence.daily: 3,
    Cadence.weekly: 10,
    Cadence.monthly: 45,
    Cadence.quarterly: 135,
    Cadence.yearly: 400,
}

_NO_DAY = N_("“{written}” is not a date; it is left out.")
_REVERSED = N_("The period ends on {end}, before it starts on {start}; the later day is taken.")
_NO_NUMBER = N_("“{written}” is not a number; it is kept as words in the description.")
_AS_NUMBER = N_("“{written}” is read as {number}.")
_ONLY_WORDS = N_("Results without a number ({count}) are kept as words in this indicator's description.")
_BORROWED = N_("A result without a date takes {day}, that of the result beside it ({times} ×).")
_FROM_PLAN = N_("A result without a date takes {day} from the plan's own dates ({times} ×).")
_NEVER = N_("A result has no date, nor has the plan; it is kept as words in the description.")
_WIDE = N_(
    "A “{label}” covers more than the period it ends in, and counts as the value of that period ({times} ×)."
)


class Row(NamedTuple):
    """A number on its day; several of one day are told apart by their labels."""

    day: date
    number: float
    label: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class Results:
    """All that an indicator's instances say."""

    targets: tuple[Row, ...]
    actuals: tuple[Row, ...]
    words: tuple[str, ...]
    in_words: str | None
    """The latest target's own words, where no target is a number."""
    cadence: Cadence | None
    year_starts: tuple[int, ...]
    """The month in which each result that covers a year begins."""

    @property
    def target(self) -> float | None:
        """Return the latest day's target: the unlabelled one, else that labelled total, else the last."""
        if not self.targets:
            return None
        latest = max(row.day for row in self.targets)
        rows = [row for row in self.targets if row.day == latest]
        chosen = [row for row in rows if row.label is None] or [row for row in rows if is_total(row.label)]
        return (chosen or rows)[-1].number


def is_total(label: str | None) -> bool:
    """Return whether a label names the whole of its parts."""
    return label is not None and label.casefold() == "total"


@dataclass(slots=True)
class _Result:
    """One target or actual result as read, before its fellows of the same day are known."""

    element: Element
    start: date | None
    end: date | None
    day: date | None
    number: float | None
    name: str
    more: str

    @property
    def span(self) -> int | None:
        """Return the days it covers, None where the document names but one of both ends."""
        return (self.end - self.start).days + 1 if self.start and self.end else None

    @property
    def said(self) -> str:
        """Return its words, and its number where only words can keep it."""
        return " – ".join(part for part in (self.name, self.more) if part)


def collect(indicator: Element, fallback: date | None, notes: Notes) -> Results:
    """Return what an indicator's instances say; `fallback` is a day of the plan for results without one."""
    found = [result for each in indicator.all("MeasurementInstance") for result in _instance(each, notes)]
    for result in found:
        _settle(result, fallback, notes)
    targets = [each for each in found if each.element.name == "TargetResult"]
    actuals = [each for each in found if each.element.name == "ActualResult"]
    wordy = [each for each in found if each.number is None or each.day is None]
    if any(each.said for each in wordy):
        notes.add(indicator, _ONLY_WORDS, count=sum(bool(each.said) for each in wordy))
    counted = [each for each in found if each.number is not None and each.day]
    _note_wide_totals(counted, notes)
    rows = tuple(_rows(targets))
    return Results(
        targets=rows,
        actuals=tuple(_rows(actuals)),
        words=tuple(_words(targets, actuals)),
        in_words=None if rows else _in_words(targets),
        cadence=_cadence(counted),
        year_starts=tuple(
            each.start.month for each in counted if each.start and 350 < (each.span or 0) < 380
        ),
    )


def _instance(instance: Element, notes: Notes) -> Iterator[_Result]:
    """Yield the results of one instance; a number without a date takes that of the result beside it."""
    results = [
        _result(each, notes) for each in instance.children if each.name in ("TargetResult", "ActualResult")
    ]
    known = next((each.day for each in results if each.day), None)
    for result in results:
        if result.day is None and known and result.number is not None:
            notes.add(result.element, _BORROWED, day=known.isoformat())
            result.day = known
        yield result


def _result(element: Element, notes: Notes) -> _Result:
    start, end = _day(element, "StartDate", notes), _day(element, "EndDate", notes)
    if start and end and end < start:
        notes.add(element, _REVERSED, start=start.isoformat(), end=end.isoformat())
        start, end = end, start
    description = element.text("Description")
    name, _, more = description.partition("|")
    descriptor = element.first("Descriptor")
    status = [descriptor.text("DescriptorName"), descriptor.text("DescriptorValue")] if descriptor else []
    further = [more.strip(), ": ".join(part for part in status if part) if status[1:] and status[1] else ""]
    return _Result(
        element,
        start,
        end,
        end or start,
        _number(element, notes),
        name.strip(),
        "; ".join(filter(None, further)),
    )


def _day(element: Element, name: str, notes: Notes) -> date | None:
    written = element.text(name)
    day = values.day(written, at_end=name == "EndDate")
    if written and day is None:
        notes.add(element.first(name) or element, _NO_DAY, written=written[:60])
    return day


def _number(element: Element, notes: Notes) -> float | None:
    written = element.text("NumberOfUnits")
    number = values.number(written)
    at = element.first("NumberOfUnits") or element
    if written and number is None:
        notes.add(at, _NO_NUMBER, written=written[:60])
    elif number is not None and not written.strip("+-").replace(".", "", 1).isdecimal():
        notes.add(at, _AS_NUMBER, written=written[:60], number=f"{number:g}")
    return number


def _settle(result: _Result, fallback: date | None, notes: Notes) -> None:
    """Give a number that still has no day the plan's, or keep it as words."""
    written = result.element.text("NumberOfUnits")
    if result.number is None:
        result.name = " ".join(part for part in (written, result.name) if part)
    elif result.day is None and fallback:
        notes.add(result.element, _FROM_PLAN, day=fallback.isoformat())
        result.day = fallback
    elif result.day is None:
        notes.add(result.element, _NEVER)
        result.name = " ".join(part for part in (written, result.name) if part)


def _rows(results: Sequence[_Result]) -> Iterator[Row]:
    """Yield the rows of one kind; where a day has several, each carries a label of its own."""
    several = Counter(result.day for result in results if result.number is not None)
    taken: set[tuple[date, str | None]] = set()
    for result in results:
        if result.number is None or result.day is None:
            continue
        if several[result.day] == 1:
            yield Row(result.day, result.number, None, result.said or None)
            continue
        name = values.cut(result.name, MOST_LABEL) or None
        label = _free_label(name, {label for day, label in taken if day == result.day})
        taken.add((result.day, label))
        rest = result.said if name != result.name else result.more
        yield Row(result.day, result.number, label, rest or None)


def _free_label(name: str | None, taken: set[str | None]) -> str | None:
    label, times = name, 1
    while label in taken:
        times += 1
        label = f"{name or ''} ({times})".strip()
    return label


def _words(targets: Sequence[_Result], actuals: Sequence[_Result]) -> Iterator[str]:
    """Yield what no row can carry: results without a number, and the words of a target that has no label."""
    several = Counter(result.day for result in targets if result.number is not None)
    for name, results in (("Target", targets), ("Result", actuals)):
        for result in results:
            carried = result.number is not None and result.day is not None
            alone = name == "Target" and several[result.day] == 1
            if result.said and (not carried or alone):
                yield f"{name} {result.day}: {result.said}" if result.day else f"{name}: {result.said}"


def _in_words(targets: Sequence[_Result]) -> str | None:
    """Return what stands in place of the latest target's number, else what describes it."""
    said = [(result.day or date.min, _own_words(result.element)) for result in targets]
    return max(((day, words) for day, words in said if words), key=itemgetter(0), default=(None, None))[1]


def _own_words(result: Element) -> str:
    return result.text("NumberOfUnits") or result.text("Description")


def _cadence(results: Sequence[_Result]) -> Cadence | None:
    """Return the rhythm that the results' periods, or else the gaps between their days, come closest to."""
    spans = [result.span for result in results if result.span]
    days = sorted({result.day for result in results if result.day})
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    if not spans and not gaps:
        return None
    typical = median(spans or gaps)
    return next((cadence for cadence, most in _LONGEST.items() if typical <= most), None)


def _note_wide_totals(results: Sequence[_Result], notes: Notes) -> None:
    spans = [result.span for result in results if result.span]
    for result in results:
        if is_total(result.name) and (result.span or 0) > 1.5 * median(spans or [0]):
            notes.add(result.element, _WIDE, label=result.name)
