"""The formats a plan travels in; a new one is one more line of the table."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import PurePath
from typing import NamedTuple, TypeVar

from scorecard.domain.errors import N_, Fault
from scorecard.domain.schema import PlanFile
from scorecard.files import plan_text, planfile, stratml
from scorecard.files.remark import FileRefused, Read, Remark


class Format(NamedTuple):
    """One way to write a plan down; `write` is None where a format is only read."""

    suffixes: tuple[str, ...]
    looks: Callable[[bytes], bool]
    read: Callable[[bytes, str], Read]
    write: Callable[[PlanFile], bytes] | None


class UnknownFormat(Fault):
    """A format that nothing here reads or writes."""

    sentence = N_("“{format}” is not a format for this; there are {known}.")


_UNKNOWN = N_("Nobody can tell what this file is; plans are read from {known}.")

_SAMPLE = 1024
T = TypeVar("T")


def _starts_with(*signs: bytes) -> Callable[[bytes], bool]:
    """Return a test of a file's first character, after any byte order mark and space."""
    return lambda data: (
        data[:_SAMPLE].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(signs)
    )


def _is_text(data: bytes) -> bool:
    return b"\0" not in data[:_SAMPLE]


FORMATS: Mapping[str, Format] = {
    "stratml": Format((".xml", ".stratml"), _starts_with(b"<"), stratml.read, None),
    "json": Format(
        (".json",), _starts_with(b"{"), partial(planfile.read, syntax="json"), plan_text.write_json
    ),
    "yaml": Format((".yaml", ".yml"), _is_text, partial(planfile.read, syntax="yaml"), plan_text.write_yaml),
}
"""By name; where a file's ending says nothing, the first that recognises its beginning reads it."""


def read_file(data: bytes, name: str, format: str | None = None) -> Read:
    """Read a plan in any format; the name's ending tells which, or else the content.

    Raises:
        FileRefused: with every problem and its place.
        UnknownFormat: where `format` names none.
    """
    return _named(format or _detected(data, name), FORMATS).read(data, name)


def write_file(file: PlanFile, format: str) -> bytes:
    """Return a plan in a format.

    Raises:
        UnknownFormat: where the format is unknown or only read.
    """
    writers = {name: each.write for name, each in FORMATS.items() if each.write}
    return _named(format, writers)(file)


def format_of(name: str) -> str | None:
    """Return the format that the ending of a file's name stands for."""
    suffix = PurePath(name).suffix.lower()
    return next((known for known, each in FORMATS.items() if suffix in each.suffixes), None)


def _detected(data: bytes, name: str) -> str:
    """Return the format of a file, by its ending or its beginning."""
    by_name = format_of(name)
    if by_name:
        return by_name
    silent = PurePath(name).suffix.lower() in ("", ".txt", ".plan")
    found = next((known for known, each in FORMATS.items() if silent and each.looks(data)), None)
    if found is None:
        raise FileRefused([Remark(f"{name}:1:1", _UNKNOWN, {"known": ", ".join(FORMATS)})])
    return found


def _named(name: str, known: Mapping[str, T]) -> T:
    if name not in known:
        raise UnknownFormat(format=name, known=", ".join(known))
    return known[name]
