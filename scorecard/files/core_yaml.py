"""YAML 1.2 with the core schema, read event by event.

PyYAML's own loader speaks YAML 1.1, where `no` is false, `1_000` a number, `12:30` seven hundred and fifty,
and the last of two equal fields wins. Here a plain word is null, true, false or a number as the core schema
has it, and a text otherwise; days stay texts, the plan's fields know which of them are days.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import yaml

from scorecard.domain.errors import N_
from scorecard.files.marked import Growing, Marked
from scorecard.files.remark import Unreadable

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_CONSTANTS: Mapping[str, object] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **{sign + word: float(sign + "inf") for sign in ("", "+", "-") for word in (".inf", ".Inf", ".INF")},
}
_INTEGER = re.compile(r"[-+]?[0-9]+")
_OCTAL, _HEXADECIMAL = re.compile(r"0o[0-7]+"), re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NUMERIC_START = frozenset("+-.0123456789")
MOST_DIGITS = 18
"""Longer integers are read as floating-point numbers, which their fields are anyway."""

_MARK = "tag:yaml.org,2002:"

_SENTENCES: Mapping[str, str] = {
    "mapping values are not allowed in this context": N_(
        "A colon followed by a space cannot stand here; put a text that holds one in quotes."
    ),
    "found character that cannot start any token": N_(
        "A text cannot begin with this character; put it in quotes. Indentation is made of spaces, not tabs."
    ),
    "could not find expected ':'": N_("A colon is missing after the name of a field."),
    "did not find expected key": N_("The name of a field is expected here; look at the indentation."),
    "did not find expected '-' indicator": N_("A list goes on here; each of its rows begins with “- ”."),
    "found unexpected end of stream": N_("The file ends inside a quoted text."),
    "did not find expected ',' or '}'": N_("A comma or “}}” is missing."),
    "did not find expected ',' or ']'": N_("A comma or “]” is missing."),
}
_NOT_YAML = N_("This is not YAML: {detail}.")


def word(text: str) -> object:
    """Return what a plain word means in the core schema: null, true, false, a number, or itself."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] not in _NUMERIC_START:
        return text
    if _INTEGER.fullmatch(text):
        return int(text) if len(text) <= MOST_DIGITS else float(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _OCTAL.fullmatch(text):
        return int(text[2:], 8) if len(text) <= MOST_DIGITS else text
    if _HEXADECIMAL.fullmatch(text):
        return int(text[2:], 16) if len(text) <= MOST_DIGITS else text
    return text


def _tagged(tag: str, text: str, at: int) -> object:
    """Return a scalar whose type is written before it."""
    kind = tag.removeprefix(_MARK)
    value: object = text if kind in ("!", "str", "timestamp") else word(text)
    fits: Mapping[str, Callable[[object], bool]] = {
        "!": lambda _: True,
        "str": lambda _: True,
        "timestamp": lambda _: True,
        "null": lambda given: given is None,
        "bool": lambda given: isinstance(given, bool),
        "int": lambda given: isinstance(given, int) and not isinstance(given, bool),
        "float": lambda given: isinstance(given, int | float) and not isinstance(given, bool),
    }
    if kind not in fits or not fits[kind](value):
        raise Unreadable(at, N_("“{tag}” is not understood before “{text}”."), tag=tag, text=text[:80])
    return value


def grow(text: str) -> Marked:
    """Return what a YAML text says.

    Raises:
        Unreadable: at the first place that is not YAML, or that hides more than it shows.
    """
    tree = Growing()
    try:
        _follow(iter(_Loader(text).get_event, None), tree)
    except yaml.reader.ReaderError as error:
        raise Unreadable(int(error.position), N_("This file holds a character that YAML forbids.")) from None
    except yaml.MarkedYAMLError as error:
        mark, detail = error.problem_mark or error.context_mark, error.problem or ""
        at = mark.index if mark else 0
        raise Unreadable(at, _SENTENCES.get(detail, _NOT_YAML), detail=detail) from None
    return tree.grown(text)


def _follow(events: Iterator[Any], tree: Growing) -> None:
    """Grow a tree from the events of one document."""
    known: dict[str, object] = {}
    documents = 0
    for event in events:
        kind = type(event)
        if kind is yaml.ScalarEvent:
            text, at = event.value, event.start_mark.index
            if tree.wants_name:
                tree.name(text, at)
            elif event.tag is not None:
                tree.value(_tagged(event.tag, text, at), at, event.anchor)
            elif not event.implicit[0]:
                tree.value(text, at, event.anchor)
            else:
                if text not in known:
                    known[text] = word(text)
                tree.value(known[text], at, event.anchor)
        elif kind is yaml.MappingStartEvent:
            tree.open({}, event.start_mark.index, event.anchor)
        elif kind is yaml.SequenceStartEvent:
            tree.open([], event.start_mark.index, event.anchor)
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            tree.close()
        elif kind is yaml.AliasEvent:
            if tree.wants_name:
                raise Unreadable(event.start_mark.index, N_("The name of a field cannot be an alias."))
            tree.alias(event.anchor, event.start_mark.index)
        elif kind is yaml.DocumentStartEvent:
            documents += 1
            if documents > 1:
                raise Unreadable(event.start_mark.index, N_("A file holds one plan; a second begins here."))
