"""Days, numbers and units as people write them into plans."""

import math
import re
from calendar import monthrange
from datetime import date

from scorecard.domain.shape import FIRST_DAY, LAST_DAY

_DAY = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2})(?:T[\d:.]*)?)?)?(?:Z|[+-]\d{2}:\d{2})?", re.ASCII)
_NUMBER = re.compile(
    r"[$€£]?\s*([-+]?)\s*[$€£]?\s*(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.?\d*|\.\d+)((?:[eE][-+]?\d+)?)\s*%?",
    re.ASCII,
)
_CURRENCIES = {"$": "USD", "us$": "USD", "usd": "USD", "€": "EUR", "eur": "EUR", "£": "GBP", "gbp": "GBP"}
_PERCENT = ("%", "percent", "percentage", "per cent", "pct")
_COUNTED = ("", "#", "number", "numbers", "count", "units", "unit", "number of units")


def day(text: str, at_end: bool) -> date | None:
    """Return the day of a date; a year or month alone gives its last day, or its first."""
    found = _DAY.fullmatch(text)
    if not found:
        return None
    year, month = int(found[1]), int(found[2] or (12 if at_end else 1))
    try:
        last = monthrange(year, month)[1]
        given = date(year, month, int(found[3] or (last if at_end else 1)))
    except ValueError:
        return None
    return given if FIRST_DAY <= given <= LAST_DAY else None


def number(text: str) -> float | None:
    """Return the number of a text; thousands may be set apart by commas, signs of money and percent stand."""
    found = _NUMBER.fullmatch(text)
    value = float(found[1] + found[2].replace(",", "") + found[3]) if found else math.inf
    return value if math.isfinite(value) else None


def unit_format(unit: str) -> str | None:
    """Return how values of a unit are shown, None for plain numbers."""
    plain = unit.casefold().strip()
    if plain in _COUNTED:
        return None
    if plain in _PERCENT:
        return "percent"
    return f"currency:{_CURRENCIES[plain]}" if plain in _CURRENCIES else unit[:200]


def cut(text: str, most: int) -> str:
    """Return the beginning of a text, in whole words where it has any."""
    flat = " ".join(text.split())
    return flat if len(flat) <= most else (flat[: most - 1].rpartition(" ")[0] or flat[: most - 1]) + "…"
