"""What a browser's form holds, read into validated fields; what is wrong comes back at its field."""

from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar

from babel.numbers import NumberFormatError, parse_decimal
from flask import request
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from scorecard.web.language import _, locale

Checked = TypeVar("Checked", bound=BaseModel)

MOST_DIGITS = 9
"""Digits of a revision; no plan changes a billion times."""

Errors = Mapping[str, list[str]]
"""Sentences by field name; "" is for the form as a whole."""


class BadForm(Exception):
    """A form with errors: what was typed, and the sentences by field."""

    def __init__(self, errors: Errors) -> None:
        super().__init__(errors)
        self.errors = errors


def typed(name: str) -> str | None:
    """Return a form's text without the space around it, None where it is empty."""
    return request.form.get(name, "").strip() or None


def number(name: str) -> float | None:
    """Return a form's number as the reader writes numbers, None where the field is empty.

    Raises:
        BadForm: for what is no finite number.
    """
    text = typed(name)
    if text is None:
        return None
    value = parsed_number(text)
    if value is None:
        raise BadForm({name: [_("“%(text)s” is not a number.", text=text)]})
    return value


def revision(name: str) -> int | None:
    """Return the revision that a form names, None for what can be none."""
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None


def version() -> int | None:
    """Return the version that the sender of a form saw, None for a form without; 0 for what can be none."""
    return (revision("version") or 0) if "version" in request.form else None


def parsed_number(text: str) -> float | None:
    """Return the finite number that a text is, with a point or in the reader's language, else None."""
    plain = text.replace("−", "-").replace("\N{NO-BREAK SPACE}", "").replace(" ", "")
    if not plain.isascii() or "_" in plain or not any(mark.isdigit() for mark in plain):
        return None
    try:
        value = float(plain) if _is_plain(plain) else float(parse_decimal(plain, locale(), strict=True))
    except (ValueError, NumberFormatError):
        return None
    return value if abs(value) < float("inf") else None


def _is_plain(text: str) -> bool:
    return text.lstrip("+-").replace(".", "", 1).isdigit()


def day(name: str, default: date | None = None) -> date | None:
    """Return a form's day, the default where the field is empty.

    Raises:
        BadForm: for what is no day.
    """
    text = typed(name)
    if text is None:
        return default
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadForm({name: [_("“%(text)s” is not a day; write it as 2026-03-31.", text=text)]}) from None


def checked(shape: type[Checked], given: Mapping[str, Any]) -> Checked:
    """Return validated fields; empty ones are left out, so that the shape's own defaults hold.

    Raises:
        BadForm: with a sentence at each field that is wrong.
    """
    try:
        return shape.model_validate({name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        raise BadForm(errors_of(error)) from None


def errors_of(error: ValidationError) -> dict[str, list[str]]:
    """Return a validation error's sentences by the first name of each place."""
    found: dict[str, list[str]] = {}
    for each in error.errors():
        place = ".".join(str(part) for part in each["loc"] if part not in _TAGS)
        found.setdefault(place, []).append(_sentence(each))
    return found


_TAGS = ("reach", "at_least", "at_most", "between", "milestone", "zones")


def _sentence(each: ErrorDetails) -> str:
    """Return what is wrong in the words of a form: the label stands above, so the field is not named."""
    facts = {**each.get("ctx", {}), "value": each["input"]}
    known = _sentences().get(each["type"])
    return known.format(**facts) if known else _own(each)


def _own(each: ErrorDetails) -> str:
    """Return the sentence of one of our own checks; pydantic's jargon is not for readers."""
    ours = "url" not in each
    return _(each["msg"]) if ours else _("This value does not fit here.")


def _sentences() -> dict[str, str]:
    return {
        "missing": _("This is needed."),
        "string_too_short": _("This is needed."),
        "string_too_long": _("This is too long: {max_length} characters are the most."),
        "string_pattern_mismatch": _("A key begins with a letter a-z and goes on with a-z, 0-9 and _."),
        "greater_than": _("This must be more than {gt}."),
        "greater_than_equal": _("This must be at least {ge}."),
        "less_than": _("This must be less than {lt}."),
        "less_than_equal": _("This must be at most {le}."),
        "finite_number": _("This must be a finite number."),
        "float_type": _("This must be a number."),
        "int_type": _("This must be a whole number."),
        "enum": _("Choose one of the list."),
        "literal_error": _("Choose one of the list."),
        "formula": "{sentence}",
        "time_zone": _("There is no time zone “{name}”."),
    }
