"""How words, numbers and days are written for the reader: one place, so that they read alike everywhere."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from math import floor, log10

from babel.dates import format_date, format_time
from babel.numbers import format_compact_currency, format_currency, format_decimal, format_scientific

from scorecard.domain.errors import N_
from scorecard.domain.measure import AtLeast, AtMost, Between, Measure, Milestone, Reach, Zones
from scorecard.domain.schema import NodeFields
from scorecard.domain.vocabulary import (
    Aggregate,
    Ambition,
    Cadence,
    Controllable,
    CycleState,
    Lead,
    Level,
    Lifecycle,
    LinkKind,
    MeasureType,
    NodeKind,
    Policy,
    Rule,
)
from scorecard.web.language import _, locale, ngettext

WORDS: Mapping[object, str] = {
    NodeKind.objective: N_("Objective"),
    NodeKind.key_result: N_("Key result"),
    NodeKind.kpi: N_("KPI"),
    NodeKind.initiative: N_("Initiative"),
    LinkKind.contributes: N_("contributes"),
    LinkKind.supports: N_("supports"),
    LinkKind.drives: N_("drives"),
    LinkKind.balances: N_("balances"),
    Cadence.daily: N_("daily"),
    Cadence.weekly: N_("weekly"),
    Cadence.monthly: N_("monthly"),
    Cadence.quarterly: N_("quarterly"),
    Cadence.yearly: N_("yearly"),
    Aggregate.last: N_("last value"),
    Aggregate.sum: N_("sum"),
    Aggregate.mean: N_("mean"),
    Aggregate.min: N_("smallest"),
    Aggregate.max: N_("largest"),
    Lead.leading: N_("leading"),
    Lead.lagging: N_("lagging"),
    Level.strategic: N_("strategic"),
    Level.operational: N_("operational"),
    Level.functional: N_("functional"),
    MeasureType.input: N_("input"),
    MeasureType.process: N_("process"),
    MeasureType.output: N_("output"),
    MeasureType.outcome: N_("outcome"),
    Lifecycle.draft: N_("draft"),
    Lifecycle.active: N_("active"),
    Lifecycle.closed: N_("closed"),
    Lifecycle.retired: N_("retired"),
    CycleState.draft: N_("draft"),
    CycleState.open: N_("open"),
    CycleState.closing: N_("closing"),
    CycleState.closed: N_("closed"),
    Ambition.committed: N_("committed"),
    Ambition.aspirational: N_("aspirational"),
    Controllable.yes: N_("controllable"),
    Controllable.partly: N_("partly controllable"),
    Controllable.no: N_("not controllable"),
}

POLICIES: Mapping[object, str] = {
    Policy.mean: N_("mean of the children"),
    Policy.worst: N_("worst child"),
    Policy.best: N_("best child"),
    Policy.judged: N_("judged by a person"),
}
"""Apart, since words of equal value are one key: there is a mean of values and a mean of children."""

RULES: Mapping[object, str] = {
    Rule.bands: N_("The score alone decides."),
    Rule.critical_child: N_("A critical child is off track."),
    Rule.off_track_children: N_("Two or more children are off track, so it is at most at risk."),
    Rule.off_track_weight: N_("Off-track children hold a quarter of the weight, so it is at most at risk."),
    Rule.half_not_on_track: N_("Half of the weight is not on track, so it is at most at risk."),
    Rule.judged: N_("A person judged it."),
    Rule.worst: N_("It goes by its worst child."),
    Rule.best: N_("It goes by its best child."),
}

ZONES: Mapping[str, str] = {
    "below": N_("below commit"),
    "commit": N_("commit"),
    "target": N_("target"),
    "stretch": N_("stretch"),
}

NOTHING = "–"

COUNTLESS = 1e15
"""From here on a number is written with its power of ten: nobody counts the digits, and few are known."""

SHARE = "share:done"
"""The unit of a milestone's values: the share done, written in percent."""


FAR = 1e7
"""Shares beyond which it only counts that they are far off."""


def percent(share: float | None, digits: int = 0) -> str:
    """Write a share of 1 as percent; 0.996 is never rounded up to 100 %."""
    if share is None:
        return NOTHING
    if abs(share) > FAR:
        text = _("over %(number)s %%") if share > 0 else _("below −%(number)s %%")
        return text % {"number": number(FAR * 100)}
    shown = round(share * 100, digits)
    if shown >= 100 > share * 100:
        shown = 100 - 10**-digits
    return _("%(number)s %%", number=number(shown, digits))


def points(change: float, digits: int = 0) -> str:
    """Write a change of a score as signed percentage points."""
    shown = round(change * 100, digits)
    sign = "+" if shown > 0 else "−" if shown < 0 else "±"
    size = number(abs(shown), digits)
    many = 1 if abs(shown) == 1 else 2
    return ngettext("%(sign)s%(size)s pt", "%(sign)s%(size)s pts", many, sign=sign, size=size)


def number(value: float, digits: int | None = None) -> str:
    """Write a number with the reader's separators: as many digits as it takes to tell it from its like."""
    size = abs(value)
    if size >= COUNTLESS:
        return str(format_scientific(value, "0.##E0", locale=locale())).replace("-", "−")
    if digits is None:
        digits = 0 if value == int(value) or size >= 1000 else 1 if size >= 100 else 2
    pattern = "#,##0" + ("." + "#" * digits if digits else "")
    return _decimal(value, pattern, locale())


@lru_cache(maxsize=8192)
def _decimal(value: float, pattern: str, language: str) -> str:
    """Write a number; a page of rows writes the same few hundred again and again."""
    return str(format_decimal(value, format=pattern, locale=language)).replace("-", "−")


def telling(values: Iterable[float]) -> int:
    """Return with how many digits changes are written, so that the parts of one add up before the eye."""
    largest = max(map(abs, values), default=0.0)
    if largest >= 100 or largest == 0:
        return 0 if largest >= 1000 or largest == 0 else 1
    return min(max(2, 1 - floor(log10(largest))), 6)


def signed(change: float, unit: str | None, digits: int) -> str:
    """Write a change with its sign; that of a percentage is in points."""
    if unit == "percent" or unit == SHARE:
        return points(change / 100 if unit == "percent" else change, digits)
    shown = round(change, digits)
    sign = "+" if shown > 0 else "−" if shown < 0 else "±"
    return sign + quantity(abs(shown), unit, digits)


def quantity(value: float | str | None, unit: str | None, digits: int | None = None) -> str:
    """Write a value with its unit, as in 93.4 %, €5.48 M or 7.4 h."""
    if value is None:
        return NOTHING
    if isinstance(value, str):
        return _(ZONES[value]) if value in ZONES else value
    kind, _colon, detail = (unit or "number").partition(":")
    if kind == "currency":
        return _money(value, detail)
    if unit == SHARE:
        return percent(value)
    if kind == "percent":
        return _("%(number)s %%", number=number(value, digits))
    if kind == "duration":
        return f"{number(value, digits)} {detail}"
    return number(value, digits) if kind == "number" else f"{number(value, digits)} {unit}"


def unit_name(unit: str | None) -> str:
    """Return what stands behind a number of a unit: "" where nothing does."""
    kind, _colon, detail = (unit or "number").partition(":")
    return {"percent": "%", "number": ""}.get(kind, detail or kind)


def _money(value: float, currency: str) -> str:
    if abs(value) >= COUNTLESS:
        return f"{number(value)} {currency}"
    if abs(value) >= 100_000:
        shown = format_compact_currency(value, currency, locale=locale(), fraction_digits=2)
    else:
        pattern = "¤#,##0" if value == int(value) else None
        shown = format_currency(value, currency, pattern, locale=locale(), currency_digits=pattern is None)
    return shown.replace("-", "−")


def promise(node: NodeFields, unit: str | None = None) -> str:
    """Say a measure's target in words, such as “at least 95 %” or “from 40 to 60”."""
    return NOTHING if node.measure is None else promised(node.measure, unit or node.format)


def promised(measure: Measure, unit: str | None) -> str:
    """Say what a measure promises."""
    if isinstance(measure, AtLeast):
        return _("at least %(target)s", target=quantity(measure.target, unit))
    if isinstance(measure, AtMost):
        return _("at most %(target)s", target=quantity(measure.target, unit))
    if isinstance(measure, Between):
        return _(
            "between %(low)s and %(high)s", low=quantity(measure.low, unit), high=quantity(measure.high, unit)
        )
    if isinstance(measure, Reach):
        return _(
            "from %(baseline)s to %(target)s",
            baseline=quantity(measure.baseline, unit),
            target=quantity(measure.target, unit),
        )
    if isinstance(measure, Milestone):
        return _("done by %(day)s", day=day(measure.due))
    assert isinstance(measure, Zones)
    return _("target: %(text)s", text=measure.target)


def day(when: date | None) -> str:
    """Write a day in the reader's way, such as 31 Mar 2026."""
    return NOTHING if when is None else format_date(when, "d MMM y", locale=locale())


def moment(when: datetime) -> str:
    """Write a moment as the clock showed it where it is said, such as 31 Mar 2026, 14:05."""
    return _(
        "%(day)s, %(time)s", day=day(when.date()), time=format_time(when.time(), "short", locale=locale())
    )


def ago(when: date | None, today: date) -> str:
    """Say how long ago a day was."""
    if when is None:
        return _("never")
    days = (today - when).days
    if days <= 0:
        return _("today") if days == 0 else _("in %(day)s", day=day(when))
    if days < 14:
        return ngettext("yesterday", "%(num)s days ago", days)
    if days < 60:
        return _("%(num)s weeks ago", num=days // 7)
    if days < 730:
        return _("%(num)s months ago", num=days // 30)
    return _("%(num)s years ago", num=days // 365)


def word(value: object) -> str:
    """Return the word for a value of the vocabulary, "" for none."""
    words = POLICIES if isinstance(value, Policy) else WORDS
    return _(words[value]) if value in words else "" if value is None else str(value)


def rule_sentence(rule: object) -> str:
    """Return the sentence for the rule that decided a status, "" where a reason says it."""
    return _(RULES[rule]) if rule in RULES else ""
