"""The scalars of all input: what a number, a day and a text may be."""

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError, PydanticKnownError

from scorecard.domain.errors import N_

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2200, 12, 31)

_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Shape(BaseModel):
    """Settings all input shares: nothing unknown, nothing changed after it was checked."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _day(given: Any) -> date:
    """Read a day; numbers and times of day are not days."""
    try:
        if isinstance(given, str) and _ISO_DAY.fullmatch(given):
            given = date.fromisoformat(given)
    except ValueError:
        given = None
    if not isinstance(given, date) or isinstance(given, datetime):
        raise PydanticCustomError("day", N_("A day is written as year-month-day, such as 2026-03-31."))
    if not FIRST_DAY <= given <= LAST_DAY:
        raise PydanticCustomError("day_range", N_("A day lies between 1900 and 2200."))
    return given


def _printable(text: str) -> str:
    if _CONTROL.search(text):
        raise PydanticCustomError("control_character", N_("This text holds a control character."))
    return text


def _no_flag(value: object) -> object:
    if isinstance(value, bool):
        raise PydanticKnownError("literal_error", {"expected": "1 or -1"})
    return value


Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
"""A finite IEEE double; booleans and texts are not numbers."""

Share = Annotated[Number, Field(ge=0, le=1)]
"""A part of the whole, 0..1."""

Sign = Annotated[Literal[1, -1], BeforeValidator(_no_flag)]
"""Which way an effect goes."""

Day = Annotated[date, BeforeValidator(_day)]
Flag = Annotated[bool, Field(strict=True)]

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=80)]
"""A slug, unique in its plan and kind; files, formulas and links use it."""

Title = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300), AfterValidator(_printable)
]
Word = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_printable)
]
Text = Annotated[str, StringConstraints(max_length=20_000), AfterValidator(_printable)]
Sentence = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000), AfterValidator(_printable)
]
