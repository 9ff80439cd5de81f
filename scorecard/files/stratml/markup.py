"""XML read with every guard up: elements by local name, each with its line and column.

No document type, no entities, nothing fetched: a plan needs none of them, and attacks do.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, ParseError

from scorecard.domain.errors import N_
from scorecard.files.planfile import MOST_BYTES
from scorecard.files.remark import FileRefused, Remark

MOST_DEEP = 64

_PARAGRAPH = re.compile(r"[^\S\n]*\n\s*\n\s*")
_PLACEHOLDER = re.compile(
    r"\[?\s*(?:to[ _]be[ _](?:determined|inserted|supplied|provided|added|defined)(?![a-z])[^\]]*"
    r"|tbd|tba|n/?a|not applicable|placeholder[ _\d]*)\s*\]?\s*\.?",
    re.IGNORECASE,
)

_MALFORMED = N_("This is not well-formed XML: {detail}.")
_GUARDED = N_("Document types and entities are not read: a plan needs none.")
_TOO_DEEP = N_("Elements are nested more than {most} deep here.")
_TOO_LARGE = N_("This file is larger than {most} MB.")
_ENCODING = N_("The encoding of this file is not known; save it as UTF-8.")


@dataclass(slots=True)
class Element:
    """An element under its local name, wherever its namespace comes from."""

    name: str
    namespace: str
    attributes: dict[str, str]
    line: int
    column: int
    parts: list[str] = field(default_factory=list)
    children: list["Element"] = field(default_factory=list)

    def all(self, name: str) -> list["Element"]:
        """Return the children of a name, in order."""
        return [child for child in self.children if child.name == name]

    def first(self, name: str) -> "Element | None":
        """Return the first child of a name."""
        return next((child for child in self.children if child.name == name), None)

    def attribute(self, *names: str) -> str:
        """Return the first attribute of these names that says something, else an empty text."""
        return next((given for name in names if (given := self.attributes.get(name, "").strip())), "")

    @property
    def written(self) -> str:
        """Return the element's own text: one space for any other, a blank line between paragraphs."""
        text = "".join(self.parts).replace("\x7f", "").strip()
        return "\n\n".join(" ".join(paragraph.split()) for paragraph in _PARAGRAPH.split(text))

    def text(self, name: str) -> str:
        """Return what the first child of a name says; a placeholder says nothing."""
        child = self.first(name)
        written = child.written if child else ""
        return "" if is_placeholder(written) else written


def is_placeholder(text: str) -> bool:
    """Return whether a text only holds the place of another."""
    return _PLACEHOLDER.fullmatch(text) is not None


class _TooDeep(Exception):
    """Nesting that no plan has."""


class _Growing:
    """What the parser reports, hung together."""

    def __init__(self) -> None:
        self.expat: Any = None
        self.open: list[Element] = []
        self.root: Element | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self.open) == MOST_DEEP:
            raise _TooDeep
        namespace, _, name = tag.removeprefix("{").rpartition("}")
        bare = {key.rpartition("}")[2]: given for key, given in attributes.items()}
        line, column = self.expat.CurrentLineNumber, self.expat.CurrentColumnNumber + 1
        element = Element(name, namespace, bare, line, column)
        if self.open:
            self.open[-1].children.append(element)
        else:
            self.root = element
        self.open.append(element)

    def end(self, _tag: str) -> None:
        self.open.pop()

    def data(self, text: str) -> None:
        self.open[-1].parts.append(text)

    def close(self) -> Element | None:
        return self.root


def parse(data: bytes, name: str) -> Element:
    """Return the root element of a document.

    Raises:
        FileRefused: where it is not well-formed, or carries what a plan does not need.
    """
    if len(data) > MOST_BYTES:
        raise _refused(name, (1, 1), _TOO_LARGE, most=MOST_BYTES >> 20)
    growing = _Growing()
    parser = DefusedXMLParser(target=growing, forbid_dtd=True)
    growing.expat = expat = parser.parser
    try:
        parser.feed(data)
        root = parser.close()
    except ParseError as error:
        line, column = error.position
        detail = str(error).rpartition(": line")[0] or str(error)
        raise _refused(name, (line, column + 1), _MALFORMED, detail=detail) from None
    except DefusedXmlException:
        raise _refused(name, _here(expat), _GUARDED) from None
    except _TooDeep:
        raise _refused(name, _here(expat), _TOO_DEEP, most=MOST_DEEP) from None
    except (LookupError, ValueError):
        raise _refused(name, _here(expat), _ENCODING) from None
    assert isinstance(root, Element)  # a well-formed document has a root
    return root


def _here(expat: Any) -> tuple[int, int]:
    return max(expat.CurrentLineNumber, 1), expat.CurrentColumnNumber + 1


def _refused(name: str, where: tuple[int, int], sentence: str, **facts: object) -> FileRefused:
    line, column = where
    return FileRefused([Remark(f"{name}:{line}:{column}", sentence, facts)])
