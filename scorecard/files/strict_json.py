"""JSON as its standard has it, read token by token with the place of every value."""

import json
import re
from typing import Literal

from scorecard.domain.errors import N_
from scorecard.files.marked import Growing, Marked
from scorecard.files.remark import Unreadable

_TOKEN = re.compile(
    r"""[ \t\n\r]*(?:
        (?P<sign>[{}\[\],:])
      | (?P<text>"[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*)*")
      | (?P<number>-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?(?![0-9.+\-\w]))
      | (?P<word>(?:true|false|null)(?!\w))
    )""",
    re.VERBOSE | re.ASCII,
)
_LONE = re.compile(r"[\ud800-\udfff]")
_WORDS = {"true": True, "false": False, "null": None}
MOST_DIGITS = 18

_Wanted = Literal["value", "value or end", "name", "name or end", "colon", "comma", "nothing"]
_EXPECTED: dict[_Wanted, str] = {
    "value": N_("A value is expected here: a text in double quotes, a number, true, false, null, [ or {{."),
    "value or end": N_("A value or “]” is expected here."),
    "name": N_("The name of a field in double quotes is expected here."),
    "name or end": N_("The name of a field in double quotes, or “}}”, is expected here."),
    "colon": N_("A colon is missing after the name of a field."),
    "comma": N_("A comma or the closing bracket is missing here."),
    "nothing": N_("The plan has ended; nothing may follow it."),
}


def grow(text: str) -> Marked:
    """Return what a JSON text says.

    Raises:
        Unreadable: at the first place that is not JSON; NaN, Infinity and equal fields are none.
    """
    tree, brackets, at = Growing(), list[str](), 0
    wanted: _Wanted = "value"
    while found := _TOKEN.match(text, at):
        kind = found.lastgroup or ""
        wanted = _take(tree, brackets, wanted, kind, found[kind], found.start(kind))
        at = found.end()
    at += len(text[at:]) - len(text[at:].lstrip(" \t\n\r"))
    if at < len(text) or wanted != "nothing":
        raise Unreadable(at, _why_not(text, at, wanted))
    return tree.grown(text)


def _why_not(text: str, at: int, wanted: _Wanted) -> str:
    """Return the sentence for what is no token at all."""
    if text.startswith('"', at):
        return N_("This text is not closed, or holds a line break, a tab or an unknown escape.")
    if re.compile(r"-?(?:NaN|Infinity)\b").match(text, at):
        return N_("A number is finite: NaN and Infinity are none.")
    return _EXPECTED[wanted]


def _take(tree: Growing, brackets: list[str], wanted: _Wanted, kind: str, written: str, at: int) -> _Wanted:
    """Grow a tree by one written and return what may follow it."""
    takes_value = wanted in ("value", "value or end")
    if kind == "sign":
        if written in "{[" and takes_value:
            tree.open({} if written == "{" else [], at)
            brackets.append("}" if written == "{" else "]")
            return "name or end" if written == "{" else "value or end"
        if written == ":" and wanted == "colon":
            return "value"
        if written == "," and wanted == "comma":
            return "name" if brackets[-1] == "}" else "value"
        if wanted in ("comma", "name or end", "value or end") and written == brackets[-1]:
            tree.close()
            brackets.pop()
            return "comma" if brackets else "nothing"
    elif kind == "text" and wanted in ("name", "name or end"):
        tree.name(_text(written, at), at)
        return "colon"
    elif takes_value:
        tree.value(_WORDS[written] if kind == "word" else _scalar(written, kind, at), at)
        return "comma" if brackets else "nothing"
    raise Unreadable(at, _EXPECTED[wanted])


def _scalar(token: str, kind: str, at: int) -> object:
    if kind == "text":
        return _text(token, at)
    return int(token) if len(token) <= MOST_DIGITS and token.lstrip("-").isdecimal() else float(token)


def _text(token: str, at: int) -> str:
    if "\\" not in token:
        return token[1:-1]
    text: str = json.loads(token)
    if _LONE.search(text):
        raise Unreadable(at, N_("This text holds half a character (a lone surrogate)."))
    return text
