"""Values that remember where they were written, grown event by event without recursion."""

import re
import sys
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property

from scorecard.domain.errors import N_
from scorecard.files.remark import Unreadable

MOST_DEEP = 32
MOST_ALIASED = 100_000
"""How many values all aliases together may stand for."""

_BREAK = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")

Container = dict[str, object] | list[object]


class Marked:
    """What a text says, and the line and column of every field and value in it."""

    def __init__(self, text: str, value: object, places: dict[int, "array[int]"], start: int) -> None:
        self.value = value
        self._text, self._places, self._start = text, places, start

    @cached_property
    def _lines(self) -> list[int]:
        return [0, *(found.end() for found in _BREAK.finditer(self._text))]

    def position(self, offset: int) -> tuple[int, int]:
        """Return line and column, both from 1, of an offset in characters."""
        line = bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1] + 1

    def offset(self, path: Sequence[str | int], of_name: bool = False) -> int:
        """Return where the value at a path begins, or the name of its field.

        Steps that the text does not have are passed over: the place is then that of the whole around it.
        """
        here, found = self.value, self._start
        for step in path:
            places = self._places.get(id(here))
            if isinstance(here, dict) and step in here and places is not None:
                index = list(here).index(str(step))
                found, here = places[2 * index + 1 - of_name], here[str(step)]
            elif isinstance(here, list) and isinstance(step, int) and places is not None:
                found, here = places[step], here[step]
        return found

    def reached(self, path: Sequence[str | int]) -> tuple[list[str | int], object]:
        """Return the steps of a path that the text has, and the value they lead to."""
        here, steps = self.value, list[str | int]()
        for step in path:
            if isinstance(here, dict) and step in here:
                here = here[str(step)]
            elif isinstance(here, list) and isinstance(step, int) and step < len(here):
                here = here[step]
            else:
                continue
            steps.append(step)
        return steps, here


class _Open:
    """A mapping or list whose end has not been read yet."""

    __slots__ = ("anchor", "before", "container", "name", "name_at", "places")

    def __init__(self, container: Container, anchor: str | None, before: int) -> None:
        self.container, self.anchor, self.before = container, anchor, before
        self.places = array("q")
        self.name: str | None = None
        self.name_at = 0


class Growing:
    """A tree of values under construction: `name`, `value`, `open`, `close` in the order of the text."""

    def __init__(self) -> None:
        self._open: list[_Open] = []
        self._places: dict[int, array[int]] = {}
        self._anchors: dict[str, tuple[object, int]] = {}
        self._count = self._aliased = self._start = 0
        self._root: object = None

    @property
    def wants_name(self) -> bool:
        """Return whether the next scalar is the name of a field."""
        top = self._open[-1] if self._open else None
        return top is not None and top.name is None and isinstance(top.container, dict)

    def name(self, text: str, at: int) -> None:
        """Take the name of the field whose value comes next."""
        top = self._open[-1]
        if text in top.container:
            raise Unreadable(at, N_("The field “{field}” stands here a second time."), field=text)
        top.name, top.name_at = sys.intern(text), at

    def value(self, value: object, at: int, anchor: str | None = None) -> None:
        """Take a finished value."""
        self._count += 1
        if anchor is not None:
            self._anchors[anchor] = value, 1
        if not self._open:
            self._root, self._start = value, at
            return
        top = self._open[-1]
        if isinstance(top.container, list):
            top.container.append(value)
            top.places.append(at)
        else:
            top.container[top.name or ""] = value
            top.places.append(top.name_at)
            top.places.append(at)
            top.name = None

    def alias(self, anchor: str, at: int) -> None:
        """Take again what an anchor stands for."""
        if anchor not in self._anchors:
            raise Unreadable(at, N_("The alias “{alias}” stands for nothing before it."), alias=anchor)
        value, count = self._anchors[anchor]
        self._count += count - 1
        self._aliased += count
        if self._aliased > MOST_ALIASED:
            raise Unreadable(at, N_("The aliases of this file stand for too many values."))
        self.value(value, at)

    def open(self, container: Container, at: int, anchor: str | None = None) -> None:
        """Begin a mapping or a list: what follows up to `close` is in it."""
        if self.wants_name:
            raise Unreadable(at, N_("The name of a field is a word, not a list or a mapping."))
        if len(self._open) == MOST_DEEP:
            raise Unreadable(at, N_("This is nested more than {most} deep."), most=MOST_DEEP)
        before = self._count
        self.value(container, at)
        self._open.append(_Open(container, anchor, before))

    def close(self) -> None:
        """End the innermost mapping or list."""
        done = self._open.pop()
        self._places[id(done.container)] = done.places
        if done.anchor is not None:
            self._anchors[done.anchor] = done.container, self._count - done.before

    def grown(self, text: str) -> Marked:
        """Return the finished tree of a text."""
        return Marked(text, self._root, self._places, self._start)
