"""The words of targets that people write, and how a text is cut into them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from scorecard.domain.vocabulary import Cadence


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


Way = Literal["up", "down", "exact", "within"]
"""What a comparison asks for; “within” is a limit from above for a time, and nothing else."""


class Token(NamedTuple):
    """A number, word, sign or foreign piece: `word` is in small letters; `glued` to the one before it."""

    kind: str
    text: str
    word: str
    at: int
    glued: bool

    @property
    def end(self) -> int:
        """Return the place after its last character."""
        return self.at + len(self.text)


# Possessive throughout, so that no text makes it try again.
_TOKEN = re.compile(
    r"""\s*+ (?:
        (?P<ordinal> [0-9]++(?:st|nd|rd|th)\b )
      | (?P<number>  [0-9]++(?:[.,][0-9]++)*+ | \.[0-9]++(?:[.,][0-9]++)*+ )
      | (?P<word>    [^\W\d_]\w*+(?:[-'’]\w++)*+ )
      | (?P<sign>    >=|<=|=>|=<|\+/-|\+- | [-−–—<>=≥≤≧≦⩾⩽±+/%$€£₹:,.()"“”‘’'] )
      | (?P<foreign> \S )
    )""",
    re.VERBOSE | re.IGNORECASE,
)


def tokens_of(text: str) -> list[Token]:
    """Cut a text into its tokens; an ordinal is a word, and what has no meaning here is foreign."""
    return list(_tokens(text))


def _tokens(text: str) -> Iterator[Token]:
    end = 0
    for found in _TOKEN.finditer(text):
        kind = str(found.lastgroup)
        piece, at = found[kind], found.start(kind)
        yield Token("word" if kind == "ordinal" else kind, piece, piece.lower(), at, at == end and at > 0)
        end = at + len(piece)


_NOT = ("no", "not", "never", "not to", "not be", "never be", "cannot", "can't", "doesn't", "don't")
_SIDES: Sequence[tuple[Way, Way, str, str, str]] = (
    ("up", "down", "above over", "greater more higher", "exceed exceeds exceeding"),
    ("down", "up", "below under", "less fewer lower", ""),
)
"""A way, the opposite one, adjectives that stand alone, those that take “than”, and verbs."""

_FIXED: Mapping[Way, Sequence[str]] = {
    "up": ("at least", "min", "min of", "minimum", "minimum of", ">", ">=", "=>", "≥", "≧", "⩾"),
    "down": ("at most", "up to", "max", "max of", "maximum", "maximum of", "<", "<=", "=<", "≤", "≦", "⩽"),
    "exact": ("exactly", "equal to", "equals", "="),
    "within": ("within",),
}


def _comparisons() -> dict[tuple[str, ...], Way]:
    """Return every comparison as the words it is written with."""
    found = {phrase: way for way, phrases in _FIXED.items() for phrase in phrases}
    for way, opposite, alone, with_than, verbs in _SIDES:
        full = {each: each for each in alone.split()} | {each: f"{each} than" for each in with_than.split()}
        for term in (*full.values(), *verbs.split()):
            found[term] = way
            found |= {f"{no} {term}": opposite for no in _NOT}
        for short, term in full.items():
            for either in ("at or", "equal or", "equal to or"):
                found[f"{either} {term}"] = found[f"{either} {short}"] = way
            for equal in ("or equal to", "or equal"):
                found[f"{term} {equal}"] = found[f"{short} {equal}"] = way
    return {tuple(phrase.split()): way for phrase, way in found.items()}


COMPARISONS = _comparisons()
LONGEST = max(map(len, COMPARISONS))

AFTER: Mapping[str, Way] = {
    **dict.fromkeys(("more", "above", "over", "higher", "greater"), "up"),
    **dict.fromkeys(("less", "below", "under", "lower", "fewer"), "down"),
}
"""What may follow a number and “or”."""

LIMITS: Mapping[str, Way] = {"max": "down", "maximum": "down", "minimum": "up", "+": "up"}
"""What may follow a number alone."""

RISES = frozenset({"increase", "increases", "raise", "grow", "lift", "expand"})
FALLS = frozenset({"reduce", "reduces", "decrease", "decreases", "cut", "shrink"})
EITHER_WAY = frozenset({"improve", "improves"})
VERBS = RISES | FALLS | EITHER_WAY

RELATIVE = VERBS | _words(
    "increased increasing growth growing improved improvement improvements improving reduced reduction "
    "reducing decreased decreasing change changes changed drop dropped double doubled triple halve "
    "halved decline gain uplift compared versus vs relative previous prior last yoy qoq mom wow "
    "year-over-year year-on-year month-over-month quarter-over-quarter variance deviation"
)
"""Words of a change: the number is then no level, but a difference from something else."""

TURNING = _words(
    "no not never none nothing nobody neither nor without avoid prevent stop refuse eliminate currently "
    "current actual now was were alert alarm warn warning escalate unacceptable poor except excluding "
    "unless until if when whenever where while or and but then plus otherwise else cannot about around "
    "approximately approx roughly circa nearly almost bad fail fails failing failure red zero one two "
    "three four five six seven eight nine ten half twice tbd tbc more less least most higher lower "
    "greater fewer above below over under within beyond exceed exceeds exceeding between better worse max "
    "maximum min minimum up down than"
)
"""Words that may turn what was read into something else; where one is left over, nothing is read."""

HARMLESS_BEFORE = frozenset({"and"})
"""What may join nouns before the comparison: “time and material costs at most …”."""

PREPOSITIONS = _words(
    "of to at in for on by from with per each every during across among is are be was were has have should "
    "must will can a an the that which who monthly weekly daily quarterly yearly annually"
)
"""What ends the noun that a number counts."""

SCALES: Mapping[str, int] = {"thousand": 3, "million": 6, "billion": 9}
GLUED_SCALES: Mapping[str, int] = {"K": 3, "k": 3, "M": 6, "B": 9, "bn": 9, "Bn": 9, "BN": 9}

CURRENCIES: Mapping[str, str] = {"$": "USD", "€": "EUR", "£": "GBP", "₹": "INR"} | {
    code: code for code in sorted(_words("USD EUR GBP INR CHF JPY CNY CAD AUD NZD SEK NOK DKK PLN BRL ZAR"))
}

DURATIONS: Mapping[str, str] = {
    word: unit
    for unit, words in {
        "ms": "ms millisecond milliseconds",
        "s": "s sec secs second seconds",
        "min": "min mins minute minutes",
        "h": "h hr hrs hour hours",
        "d": "d day days",
        "wk": "wk wks week weeks",
        "mo": "month months",
        "yr": "yr yrs year years",
    }.items()
    for word in words.split()
}

CADENCES: Mapping[str, Cadence] = {
    "day": Cadence.daily,
    "week": Cadence.weekly,
    "wk": Cadence.weekly,
    "month": Cadence.monthly,
    "mo": Cadence.monthly,
    "quarter": Cadence.quarterly,
    "qtr": Cadence.quarterly,
    "year": Cadence.yearly,
    "yr": Cadence.yearly,
    "annum": Cadence.yearly,
}
ADVERBS: Mapping[str, Cadence] = {
    "daily": Cadence.daily,
    "weekly": Cadence.weekly,
    "monthly": Cadence.monthly,
    "quarterly": Cadence.quarterly,
    "yearly": Cadence.yearly,
    "annually": Cadence.yearly,
}
EVERY = frozenset({"per", "each", "every", "a", "/"})
