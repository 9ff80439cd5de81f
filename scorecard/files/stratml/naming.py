"""Keys that stay the same when a document is read again, or its next edition.

A key comes from the identifier a person gave, else from the name; machine-made identifiers say nothing to
the readers of a formula. Equal names are told apart by their parents, so that neither order nor neighbours
change a key.
"""

import re
from collections import Counter
from dataclasses import dataclass
from hashlib import blake2b

from scorecard.domain.formula import FUNCTIONS
from scorecard.domain.naming import free, latin

MOST_WORD, MOST_KEY = 48, 80

_MADE_BY_PEOPLE = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-_.][A-Za-z0-9]+)*")
_MADE_BY_MACHINES = re.compile(r"(?=[0-9a-f]*\d)[0-9a-f]{6,}|placeholder", re.IGNORECASE)


def slug(text: str, kind: str, most: int = MOST_WORD) -> str:
    """Return a text as a key; `kind` begins it where the text begins with no letter of a-z."""
    words = latin(text) or f"{kind}_{blake2b(text.encode(), digest_size=4).hexdigest()}"
    if not words[0].isalpha():
        words = f"{kind}_{words}"
    return words if len(words) <= most else words[:most].rpartition("_")[0] or words[:most]


def speaking(identifier: str) -> bool:
    """Return whether an identifier was given by a person, such as G1 or OBJ-2.3."""
    made_by_people = _MADE_BY_PEOPLE.fullmatch(identifier) and len(identifier) <= MOST_WORD
    return bool(made_by_people) and not _MADE_BY_MACHINES.search(identifier)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a node's key is made of; `parent` is the position of its parent's wish."""

    kind: str
    name: str
    identifier: str
    parent: int | None
    always_below: bool = False


def keys(wishes: list[Wish]) -> list[str]:
    """Return one key for each wish, parents before children; all differ."""
    spoken = Counter(wish.identifier for wish in wishes)
    words = [
        slug(wish.identifier if _counts(wish, spoken) else wish.name, wish.kind)
        for wish in wishes
    ]  # fmt: skip
    shared = (word for wish, word in zip(wishes, words, strict=True) if not wish.always_below)
    alike, taken, given = Counter(shared), set[str](FUNCTIONS), list[str]()
    for wish, word in zip(wishes, words, strict=True):
        below = wish.parent is not None and not _counts(wish, spoken)
        if below and wish.parent is not None and (wish.always_below or alike[word] > 1):
            word = "measure" if given[wish.parent].endswith(word) else word
            word = f"{given[wish.parent][: MOST_KEY - len(word) - 6].rstrip('_')}_{word}"
        given.append(free(word, taken))
        taken.add(given[-1])
    return given


def _counts(wish: Wish, spoken: Counter[str]) -> bool:
    return speaking(wish.identifier) and spoken[wish.identifier] == 1
