"""Keys made of titles: letters of a-z, digits and underscores, as files, formulas and addresses want them."""

import re
import unicodedata
from collections.abc import Collection

from scorecard.domain.formula import FUNCTIONS

MOST = 60
"""Characters of a key that is made of a title."""

_LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th"})


def latin(text: str) -> str:
    """Return a text's words in a-z and 0-9, joined by underscores; "" for one in other letters."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    words = re.findall(r"[a-z0-9]+", "".join(sign for sign in plain if not unicodedata.combining(sign)))
    return "_".join(words)


def free(word: str, taken: Collection[str]) -> str:
    """Return the word, or the first of word_2, word_3 … that is not taken."""
    key, times = word, 1
    while key in taken:
        times += 1
        key = f"{word}_{times}"
    return key


def free_key(title: str, kind: str, taken: Collection[str]) -> str:
    """Return a key made of a title that is not taken.

    The kind leads it where the title begins with a digit; a title in other letters gives `kpi_1`, `kpi_2` …
    """
    word = latin(title)[:MOST].strip("_")
    if not word:
        return next(key for number in range(1, len(taken) + 2) if (key := f"{kind}_{number}") not in taken)
    word = word if word[0].isalpha() else f"{kind}_{word}"
    return free(word, {*taken, *FUNCTIONS})
