"""The numbers in the words of a target: sign, currency, thousands, unit and scale."""

import re
from collections.abc import Sequence
from decimal import Decimal
from math import isfinite
from typing import NamedTuple

from scorecard.domain.text_target_faults import Stays, Unread
from scorecard.domain.text_target_words import CURRENCIES, DURATIONS, GLUED_SCALES, SCALES, Token

_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?|\.[0-9]+|[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]+)?")
_MINUS = ("-", "−")
_END = Token("sign", "", "", 0, False)


class Quantity(NamedTuple):
    """A number with its unit, and the place of the token after it; `scaled` by a word for thousands."""

    value: float
    scaled: bool
    format: str | None
    end: int


class Numbers:
    """The tokens of a target, and the numbers that begin at them."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens

    def __getitem__(self, at: int) -> Token:
        return self.tokens[at] if at < len(self.tokens) else _END

    def needed(self, at: int) -> Quantity:
        """Read the number that must stand here."""
        quantity = self.quantity(at)
        if quantity is None:
            raise Stays(Unread.words_unclear)
        return quantity

    def quantity(self, at: int) -> Quantity | None:
        """Read a number with what belongs to it: sign, currency, thousands, unit, scale."""
        sign = 1
        if self[at].text in (*_MINUS, "+") and self[at + 1].glued:
            sign, at = -1 if self[at].text in _MINUS else 1, at + 1
        currency = self.currency(at)
        at += 0 if currency is None else 2 if self[at].word == "us" else 1
        if self[at].kind != "number":
            return None
        number = self[at].text
        if not _NUMBER.fullmatch(number) or (at and self[at - 1].kind == "number"):
            raise Stays(Unread.number_unclear)
        power, at = self.power(at + 1, currency)
        value = sign * float(Decimal(number.replace(",", "")).scaleb(power))
        if not isfinite(value):
            raise Stays(Unread.number_unclear)
        format_, at = (f"currency:{currency}", at) if currency else self.unit(at)
        format_, at = self.out_of(at, value, format_)
        if self[at].glued and self[at].kind in ("word", "number") and not self[at - 1].text == "/":
            raise Stays(Unread.unit_unclear)
        return Quantity(value, power != 0, format_, at)

    def currency(self, at: int) -> str | None:
        """Return the currency written before a number."""
        token, after = self[at], self[at + 1]
        if token.text == "US" and after.text == "$" and after.glued:
            return "USD"
        found = CURRENCIES.get(token.text)
        if found and token.glued and self[at - 1].kind == "word":
            raise Stays(Unread.unit_unclear)
        return found

    def power(self, at: int, currency: str | None) -> tuple[int, int]:
        """Return the power of ten that a word for thousands makes, and the place after it."""
        token = self[at]
        if token.glued and currency and token.text in ("m", "mn"):
            return 6, at + 1
        scale = GLUED_SCALES.get(token.text) if token.glued else SCALES.get(token.word)
        return (0, at) if scale is None else (scale, at + 1)

    def unit(self, at: int) -> tuple[str | None, int]:
        """Return the unit after a number, and the place after it."""
        token = self[at]
        if token.text == "%" or token.word in ("percent", "pct"):
            return "percent", at + 1
        if token.text in CURRENCIES:
            return f"currency:{CURRENCIES[token.text]}", at + 1
        if token.text == "m":
            raise Stays(Unread.unit_unclear)
        if token.word in DURATIONS and token.kind == "word":
            return f"duration:{DURATIONS[token.word]}", at + 1
        return None, at

    def out_of(self, at: int, value: float, format_: str | None) -> tuple[str | None, int]:
        """Read the end of a scale, as in “4.5 / 5” or “79 (out of 100)”."""
        opened = self[at].text == "("
        start = at + opened
        if self[start].word == "out" and self[start + 1].word == "of":
            top = start + 2
        elif self[start].text == "/" and self[start + 1].kind == "number":
            top = start + 1
        else:
            return format_, at
        scale, end = self[top], top + 1 + opened
        if (
            scale.kind != "number"
            or not _NUMBER.fullmatch(scale.text)
            or (opened and self[top + 1].text != ")")
        ):
            raise Stays(Unread.number_unclear)
        if format_ or value > float(scale.text.replace(",", "")) or self[end].text in ("/", "of", "%"):
            raise Stays(Unread.number_unclear)
        return f"/ {scale.text}", end
