"""Targets as people write them: “at or above 95%”, “< 2500ms”, “less than $10K/Month”, “between 3 and 5”.

A text is read only where nothing in it can mean anything else; what is left over must be harmless. Everything
else stays words, with the reason: a target is never guessed. A limit is read as included: “below 50” is at
most 50.
"""

import re
from dataclasses import dataclass
from typing import Literal

from scorecard.domain.measure import AtLeast, AtMost, Between, Measure, Reach
from scorecard.domain.text_target_faults import Stays, Unread
from scorecard.domain.text_target_number import Numbers, Quantity
from scorecard.domain.text_target_words import (
    ADVERBS,
    AFTER,
    CADENCES,
    COMPARISONS,
    EITHER_WAY,
    EVERY,
    FALLS,
    HARMLESS_BEFORE,
    LIMITS,
    LONGEST,
    PREPOSITIONS,
    RELATIVE,
    RISES,
    TURNING,
    VERBS,
    Token,
    Way,
    tokens_of,
)
from scorecard.domain.vocabulary import Cadence

MOST_CHARACTERS = 300
MOST_WORDS_AROUND = 14
"""More words than this before or after the number are prose, in which anything may stand."""


@dataclass(frozen=True, slots=True)
class TextTarget:
    """A target in its author's words, and what was read of it.

    `format` and `cadence` are a node's: percent, currency:USD, duration:h, or the noun that is counted.
    """

    words: str
    measure: Measure | None = None
    format: str | None = None
    cadence: Cadence | None = None
    why_unread: Unread | None = None


Better = Literal["higher", "lower"]


def read_target(text: str, better: Better | None = None) -> TextTarget:
    """Read a target that a person wrote; `better`, where it is known, gives a bare number its direction."""
    try:
        return _Reading(text, better).target()
    except Stays as stays:
        return TextTarget(text, why_unread=stays.why)


_LINK = re.compile(r"https?:|www\.|<a\b|\]\(", re.IGNORECASE)
_DASHES, _PLUS_MINUS = ("-", "−", "–", "—"), ("±", "+/-", "+-")
_HARMLESS_SIGNS = frozenset(":,\"“”‘’'()")


class _Reading(Numbers):
    """One pass over the tokens: what stands before the number, the number, and what stands after it."""

    def __init__(self, text: str, better: Better | None) -> None:
        _refuse(text)
        super().__init__(tokens_of(text))
        self.text, self.better = text, better
        if not any(token.kind == "number" for token in self.tokens):
            raise Stays(Unread.no_number)

    def target(self) -> TextTarget:
        """Read the whole text."""
        at = 0
        while (found := self.bound(at)) is None:
            at += 1
        measure, format_, end = found
        self.check_before(at, to_level=at > 0 and self[at - 1].word in ("to", "from"))
        cadence = self.check_after(end, format_)
        return TextTarget(self.text, measure, format_ or self.noun(end), cadence)

    def bound(self, at: int) -> tuple[Measure, str | None, int] | None:
        """Read the promise that begins at a token, if one does."""
        token = self[at]
        if not token.text:
            raise Stays(Unread.words_unclear)
        if token.word == "between":
            low = self.needed(at + 1)
            if self[low.end].word != "and":
                raise Stays(Unread.words_unclear)
            return self.band(low, self.needed(low.end + 1))
        if token.text in _PLUS_MINUS:
            by = self.needed(at + 1)
            return _between(-by.value, by.value), by.format, by.end
        compared = self.comparison(at)
        if compared is not None:
            way, after = compared
            return self.compared(way, self.needed(after))
        quantity = self.quantity(at)
        return None if quantity is None else self.led_by_number(at, quantity)

    def comparison(self, at: int) -> tuple[Way, int] | None:
        """Read the longest comparison that begins at a token, and the place after it."""
        phrase = tuple(token.word for token in self.tokens[at : at + LONGEST])
        for length in range(len(phrase), 0, -1):
            way = COMPARISONS.get(phrase[:length])
            if way is not None:
                end = at + length
                while self[end].text in (".", ":"):
                    end += 1
                return way, end
        return None

    def compared(self, way: Way, aim: Quantity) -> tuple[Measure, str | None, int]:
        """Return the measure of a comparison; “or more” and the like must not follow."""
        if way == "within" and not _is_duration(aim.format):
            raise Stays(Unread.relative)
        return _measure(way, aim.value), aim.format, aim.end

    def led_by_number(self, at: int, first: Quantity) -> tuple[Measure, str | None, int]:
        """Read a promise that begins with its number."""
        after, before = self[first.end], self[at - 1].word if at else ""
        if after.text in _PLUS_MINUS:
            return self.around(first, self.needed(first.end + 1))
        if after.text in _DASHES or after.word == "to":
            second = self.needed(first.end + 1)
            return self.way(at, first, second) if before == "from" else self.band(first, second, bare=True)
        way, end = LIMITS.get(after.word), first.end + 1
        if after.word in ("or", "and") and self[end].word in AFTER:
            way, end = AFTER[self[end].word], end + 1
        if way is None:
            way, end = self.unspoken(at, before, first), first.end
        return _measure(way, first.value), first.format, end

    def unspoken(self, at: int, before: str, aim: Quantity) -> Way:
        """Return the direction of a number that no comparison stands beside."""
        if before == "to" and self.noun(aim.end) is None:
            verbs = {token.word for token in self.tokens[:at]}
            if bool(verbs & RISES) != bool(verbs & FALLS):
                return "up" if verbs & RISES else "down"
        # “At 48 engineers” can be kept to the head; “at 90 minutes” can not, so a direction is missing there.
        if before == "at" and aim.format is None and aim.value.is_integer() and self.noun(aim.end):
            return "exact"
        if self[at].text == "+":
            raise Stays(Unread.relative)
        self.check_before(at, to_level=False)
        self.check_after(aim.end, aim.format)
        if self.better is None:
            raise Stays(Unread.no_direction)
        return "up" if self.better == "higher" else "down"

    def way(self, at: int, first: Quantity, second: Quantity) -> tuple[Measure, str | None, int]:
        """Return the way that a verb makes of “from … to …”."""
        verbs = {token.word for token in self.tokens[:at]}
        rises, falls = bool(verbs & RISES), bool(verbs & FALLS)
        baseline, target, format_ = _alike(first, second)
        wrong = not (baseline < target if rises else baseline > target)
        if baseline == target or (not verbs & EITHER_WAY and (rises == falls or wrong)):
            raise Stays(Unread.words_unclear)
        return Reach(baseline=baseline, target=target), format_, second.end

    def band(self, first: Quantity, second: Quantity, bare: bool = False) -> tuple[Measure, str | None, int]:
        """Return the band from one number to another."""
        low, high, format_ = _alike(first, second)
        years = bare and format_ is None and 1900 <= low <= 2200 and 1900 <= high <= 2200
        if low >= high or years or self[second.end].text in ("/", *_DASHES):
            raise Stays(Unread.number_unclear)
        return _between(low, high), format_, second.end

    def around(self, aim: Quantity, by: Quantity) -> tuple[Measure, str | None, int]:
        """Return the band around a number; five per cent of a plain number are left to its author."""
        if by.format not in (None, aim.format) or by.value < 0:
            raise Stays(Unread.unit_unclear)
        return _between(aim.value - by.value, aim.value + by.value), aim.format, by.end

    def check_before(self, end: int, to_level: bool) -> None:
        """Refuse what could turn the meaning from before the number; a verb may lead to a level."""
        before = self.tokens[:end]
        words = {token.word for token in before}
        if words & (RELATIVE - VERBS if to_level else RELATIVE):
            raise Stays(Unread.relative)
        if words & (TURNING - HARMLESS_BEFORE) or len(before) > MOST_WORDS_AROUND:
            raise Stays(Unread.words_unclear)
        if any(_is_odd(token) for token in before) or any(map(_negates, before)):
            raise Stays(Unread.words_unclear)

    def check_after(self, at: int, format_: str | None) -> Cadence | None:
        """Refuse what could turn the meaning from behind the number; return the cadence it names."""
        if len(self.tokens) - at > MOST_WORDS_AROUND:
            raise Stays(Unread.words_unclear)
        cadences: set[Cadence] = set()
        described = format_ != "percent"
        while at < len(self.tokens):
            token = self[at]
            named = CADENCES.get(self[at + 1].word) if token.word in EVERY else ADVERBS.get(token.word)
            if named is not None:
                cadences.add(named)
                at += 1 if token.word in ADVERBS else 2
                continue
            clause = 0 if described else self.described_until(at)
            if clause:
                described, at = True, clause
                continue
            described = described or token.text == ","
            self.check_harmless(at)
            at += 1
        return cadences.pop() if len(cadences) == 1 else None

    def described_until(self, at: int) -> int:
        """Return the end of what says which things a share counts (“95% within 24 hours”), 0 for none."""
        compared = (None, at + 1) if self[at].word == "in" else self.comparison(at)
        described = self.quantity(compared[1]) if compared else None
        return described.end if described and _is_duration(described.format) else 0

    def check_harmless(self, at: int) -> None:
        """Refuse one token after the number that is not a mere word."""
        token = self[at]
        if token.kind == "number":
            raise Stays(Unread.several)
        if token.word in RELATIVE:
            raise Stays(Unread.relative)
        last = at == len(self.tokens) - 1
        if token.word in TURNING or _negates(token) or (_is_odd(token) and not (last and token.text == ".")):
            slash = token.text == "/" and self[at + 1].kind == "word"
            if not slash:
                raise Stays(Unread.words_unclear)

    def names(self, at: int) -> bool:
        """Tell whether a token may belong to the name of what is counted."""
        token = self[at]
        return token.text in ('"', "“", "”") or (token.kind == "word" and token.word not in PREPOSITIONS)

    def noun(self, at: int) -> str | None:
        """Return what a number counts, as it is written; None for more than a few words."""
        end = at
        while self.names(end):
            end += 1
        if not 0 < end - at <= 6:
            return None
        noun = self.text[self[at].at : self[end - 1].end].strip()
        return noun if len(noun) <= 40 and noun.lower() not in ("number", "currency", "duration") else None


def _refuse(text: str) -> None:
    """Refuse what no target looks like, before it is cut into words."""
    if len(text) > MOST_CHARACTERS:
        raise Stays(Unread.too_long)
    if not text.strip():
        raise Stays(Unread.empty)
    if _LINK.search(text):
        raise Stays(Unread.link)
    if any(sign.isnumeric() and not sign.isascii() for sign in text):
        raise Stays(Unread.number_unclear)


def _is_odd(token: Token) -> bool:
    return token.kind == "foreign" or (token.kind == "sign" and token.text not in _HARMLESS_SIGNS)


def _negates(token: Token) -> bool:
    return token.word.endswith(("n't", "n’t"))


def _is_duration(format_: str | None) -> bool:
    return format_ is not None and format_.startswith("duration:")


def _alike(first: Quantity, second: Quantity) -> tuple[float, float, str | None]:
    """Return two numbers in one unit; where the first names none, the second's holds for both."""
    format_ = second.format or first.format
    if first.format not in (None, format_) or (second.format is None and not _leads(first.format)):
        raise Stays(Unread.unit_unclear)
    if first.scaled != second.scaled:
        raise Stays(Unread.number_unclear)
    return first.value, second.value, format_


def _leads(format_: str | None) -> bool:
    """Tell whether a unit stands before its number, and so need not be said twice; or there is none."""
    return format_ is None or format_.startswith("currency:")


def _measure(way: Way, aim: float) -> Measure:
    aim += 0.0
    if way == "exact":
        return _between(aim, aim)
    return AtLeast(target=aim) if way == "up" else AtMost(target=aim)


def _between(low: float, high: float) -> Measure:
    return Between(low=low + 0.0, high=high + 0.0)
