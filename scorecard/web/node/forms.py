"""The form of a node: its fields as texts, and what was typed as fields again."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar

from flask import request
from pydantic import ValidationError

from scorecard.domain.errors import N_
from scorecard.domain.flaw import Flaw, flaws
from scorecard.domain.measure import AtLeast, AtMost, Between, Milestone, proposed_floor
from scorecard.domain.schema import Action, NodeFields, ObservationFields
from scorecard.domain.text_target_node import taken_up
from scorecard.web import forms
from scorecard.web.fields import LABELS, MEASURES
from scorecard.web.forms import BadForm, Errors
from scorecard.web.language import _

WORDS = (
    "kind", "perspective", "unit", "owner", "cycle", "level", "lifecycle", "replaced_by", "lead", "type",
    "cadence", "aggregate", "policy", "controllable", "format", "source", "key_result_area", "formula",
    "target_text",
)  # fmt: skip
TEXTS = ("title", "description")
MEASURE_NUMBERS = ("baseline", "target", "low", "high", "floor", "alert")
MEASURE_DAYS = ("start", "due")
MEASURE_TEXTS = ("commit", "stretch")

PARTS: Mapping[str, tuple[str, ...]] = {
    "reach": ("baseline", "target", "alert", "start", "due", "path", "ambition"),
    "at_least": ("target", "floor", "alert", "start", "due"),
    "at_most": ("target", "floor", "alert", "start", "due"),
    "between": ("low", "high", "floor", "alert", "start", "due"),
    "milestone": ("start", "due", "path"),
    "zones": ("commit", "aim", "stretch", "start", "due"),
}
"""The fields of each kind of measure; the target of zones is a text and has a field of its own, `aim`."""

_AT = {"floor_side": "measure.floor", "band_order": "measure.high", "judged_missing": "judged.status"}
"""Where the form says what is wrong with a node as a whole."""

_FLAWS = {
    Flaw.no_range: N_("Baseline and target are the same: there is no way to go."),
    Flaw.due_before_start: N_("It cannot be due before it starts."),
    Flaw.sum_from_baseline: N_(
        "A sum begins at 0 with its window, so its baseline is 0. For a number that stands already, "
        "take the last value of a period instead of the sum."
    ),
}

T = TypeVar("T")


class Reader:
    """Reads fields of the form one by one and keeps what is wrong, so that all of it is said at once."""

    def __init__(self) -> None:
        self.errors: dict[str, list[str]] = {}

    def __call__(self, read: Callable[[str], T], name: str) -> T | None:
        """Return a field as `read` gives it, None where it is wrong."""
        try:
            return read(name)
        except BadForm as bad:
            self.errors.update({at: list(texts) for at, texts in bad.errors.items()})
            return None


def filled(node: NodeFields) -> dict[str, str]:
    """Return a node as the texts of its form, in the words of the fields."""
    plain = node.model_dump(mode="json")
    texts = {name: str(plain[name]) for name in (*TEXTS, *WORDS, "tier") if plain[name] is not None}
    texts["tags"] = ", ".join(node.tags)
    texts["formula"] = " ".join((node.formula or "").split())
    for group in ("measure", "judged", "benchmark"):
        for name, value in (plain[group] or {}).items():
            if value not in (None, []):
                texts[f"{group}.{name}"] = value if isinstance(value, str) else _text(value)
    if isinstance(node.measure, Milestone):
        points = [{"date": point.date, "value": point.value * 100} for point in node.measure.path]
        texts["measure.path"] = _text(points)
    if plain["bands"]:
        texts |= {f"bands.{name}": _text(share * 100) for name, share in plain["bands"].items()}
    if texts.get("measure.kind") == "zones":
        texts["measure.aim"] = texts.pop("measure.target")
    return texts


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(f"{point['date']} {_text(point['value'])}" for point in value)
    return repr(round(value, 9)).removesuffix(".0") if isinstance(value, float) else str(value)


def typed() -> dict[str, str]:
    """Return the form as it was typed."""
    return {name: request.form[name] for name in request.form}


def changes(node: NodeFields) -> dict[str, Any]:
    """Return every field of the form, checked as part of the node.

    Raises:
        BadForm: with a sentence at each field that is wrong.
    """
    read = Reader()
    given: dict[str, Any] = {"title": forms.typed("title") or "", "description": forms.typed("description")}
    given |= {name: forms.typed(name) for name in WORDS}
    given |= {"tags": _tags(), "tier": _tier(), "measure": _measure(read), "benchmark": _benchmark(read)}
    given |= {"judged": _judged(read), "bands": _bands(read), "formula": _formula(node)}
    given["aggregate"] = given["aggregate"] or node.aggregate.value
    given["lifecycle"] = given["lifecycle"] or node.lifecycle.value
    if read.errors:
        raise BadForm(read.errors)
    try:
        fields = NodeFields.model_validate({**dict(node), **given})
    except ValidationError as error:
        raise BadForm(placed(error)) from None
    if wrong := {f"measure.{flaw}": [_(_FLAWS[flaw])] for flaw in flaws(fields.measure, fields.aggregate)}:
        raise BadForm(wrong)
    return {**given, **_read(fields)} if fields.target_text != node.target_text else given


def _read(node: NodeFields) -> dict[str, Any]:
    """Return what new words of a target say, where the form says nothing of a measure."""
    if node.measure is not None:
        return {}
    read = taken_up(node)
    return {"measure": read.measure, "format": read.format, "cadence": read.cadence}


def _formula(node: NodeFields) -> str | None:
    """Return the formula that was typed; one of several lines, shown in one, stays as it is."""
    typed, known = forms.typed("formula"), node.formula
    return known if typed and known and typed.split() == known.split() else typed


def _tags() -> tuple[str, ...]:
    words = (word.strip() for word in request.form.get("tags", "").split(","))
    return tuple(dict.fromkeys(filter(None, words)))


def _tier() -> object:
    text = forms.typed("tier")
    return int(text) if text is not None and text.isascii() and text.isdigit() else text


def _measure(read: Reader) -> dict[str, Any] | None:
    kind = forms.typed("measure.kind")
    if kind is None or kind not in PARTS:
        return None if kind is None else {"kind": kind}
    found = {name: value for name in PARTS[kind] if (value := _part(read, name)) is not None}
    if "aim" in found:
        found["target"] = found.pop("aim")
    return {"kind": kind, **found}


def _part(read: Reader, name: str) -> object:
    """Return one field of a measure."""
    at = f"measure.{name}"
    if name == "path":
        share = request.form.get("measure.kind") == "milestone"
        return read(_shares if share else _path, at)
    if name in MEASURE_NUMBERS:
        return read(forms.number, at)
    return read(forms.day, at) if name in MEASURE_DAYS else forms.typed(at)


def _path(name: str) -> tuple[dict[str, Any], ...]:
    """Return the points of a plan to date, a day and a value on each line."""
    return tuple(_point(name, line) for line in (forms.typed(name) or "").splitlines() if line.strip())


def _shares(name: str) -> tuple[dict[str, Any], ...]:
    """Return the points of a milestone's plan to date, typed in percent."""
    points = _path(name)
    if any(not 0 <= point["value"] <= 100 for point in points):
        raise BadForm({name: [_("The share done lies between 0 and 100 %.")]})
    return tuple({**point, "value": round(point["value"] / 100, 9)} for point in points)


def _point(name: str, line: str) -> dict[str, Any]:
    day, _space, value = line.strip().partition(" ")
    number = forms.parsed_number(value.strip())
    try:
        at = date.fromisoformat(day.rstrip(":,;"))
    except ValueError:
        at = None
    if at is None or number is None:
        text = _("“%(line)s” is not a day and a value; write it as 2026-03-31 40.", line=line.strip()[:60])
        raise BadForm({name: [text]})
    return {"date": at, "value": number}


def _benchmark(read: Reader) -> dict[str, Any] | None:
    value, source = read(forms.number, "benchmark.value"), forms.typed("benchmark.source")
    if value is None and source is None:
        return None
    return {"source": source, **({} if value is None else {"value": value})}


def _judged(read: Reader) -> dict[str, Any] | None:
    said = {name: forms.typed(f"judged.{name}") for name in ("status", "reason", "by")}
    until = read(forms.day, "judged.until")
    given = {**{name: text for name, text in said.items() if text}, **({"until": until} if until else {})}
    return given or None


def _bands(read: Reader) -> dict[str, float] | None:
    """Return the bands of a node, typed in percent; one alone stands beside the usual other."""
    names = ("on_track", "at_risk")
    values = {name: read(forms.number, f"bands.{name}") for name in names}
    given = {name: round(value / 100, 9) for name, value in values.items() if value is not None}
    if given and given.get("at_risk", 0.75) >= given.get("on_track", 0.9):
        read.errors["bands.at_risk"] = [_("This must be less than where on track begins.")]
    return given or None


def placed(error: ValidationError) -> Errors:
    """Return what is wrong with a node at the fields of its form."""
    found: dict[str, list[str]] = {}
    whole = [_AT.get(each["type"], "") for each in error.errors() if not each["loc"]]
    for place, sentences in forms.errors_of(error).items():
        field = whole[0] if not place and whole else _field(place)
        found.setdefault(field, []).extend(sentences)
    return found


def _field(place: str) -> str:
    """Return the field of the form that a place belongs to, as measure.path for measure.path.0.value."""
    if place == "measure.target" and request.form.get("measure.kind") == "zones":
        return "measure.aim"
    names = place.split(".")
    known = {*LABELS, "measure.aim", "benchmark.value", "tier"}
    nested = ".".join(names[:2])
    return nested if nested in known else names[0] if names[0] in known else ""


def summary(errors: Errors) -> list[tuple[str, str]]:
    """Return what is wrong, field by field, for the head of the form."""
    named = {**LABELS, "measure.aim": LABELS["measure.target"]}
    return [
        (f"f-{field}" if field else "", f"{_(named[field])}: {text}" if field in named else text)
        for field, texts in errors.items()
        for text in texts
    ]


def floor_hint(node: NodeFields) -> str:
    """Say which floor holds where none is typed."""
    measure = node.measure
    if not isinstance(measure, AtLeast | AtMost | Between):
        return _("Left empty: 10 % off the target; of a percentage above 50, twice the misses it allows.")
    floor = proposed_floor(measure, None, node.format == "percent")
    if isinstance(measure, Between):
        return _(
            "Distance outside the band. Left empty: %(floor)s, half of the band's width.", floor=_text(floor)
        )
    return _("The line of failure. Left empty: %(floor)s.", floor=_text(floor))


def observation(node: NodeFields, kind: str, day: date) -> ObservationFields:
    """Return the check-in that was typed; `kind` tells how values are typed.

    Raises:
        BadForm.
    """
    read = Reader()
    value: object = forms.typed("value") if kind == "word" else read(forms.number, "value")
    if kind == "share" and isinstance(value, float):
        value = value / 100
    if value is None and "value" not in read.errors:
        read.errors["value"] = [_("This is needed.")]
    confidence = read(forms.number, "confidence")
    on = read(lambda name: forms.day(name, day), "date")
    if read.errors:
        raise BadForm(read.errors)
    given = {
        "node": node.key,
        "date": on,
        "value": value,
        "note": forms.typed("note"),
        "confidence": None if confidence is None else confidence / 100,
    }
    return forms.checked(ObservationFields, given)


def action() -> Action:
    """Return the action that was typed.

    Raises:
        BadForm.
    """
    read = Reader()
    due = read(forms.day, "due")
    if read.errors:
        raise BadForm(read.errors)
    given = {"title": forms.typed("title") or "", "owner": forms.typed("owner"), "due": due}
    return forms.checked(Action, {**given, "expected": forms.typed("expected")})


def measure_kinds() -> list[tuple[str, str]]:
    """Return the kinds of measure to choose from."""
    return [(kind, _(text)) for kind, text in MEASURES.items()]
