"""What the reader of a document had to decide, each with its line and element."""

from collections.abc import Mapping

from scorecard.files.remark import Remark
from scorecard.files.stratml.markup import Element


class Notes:
    """Warnings as they come up; the same said again only counts, in the fact `times`."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._found: dict[tuple[str, tuple[tuple[str, object], ...]], Remark] = {}

    def add(self, at: Element, sentence: str, **facts: object) -> None:
        """Say something of an element; the first place is the one named."""
        known = self._found.get((sentence, tuple(sorted(facts.items()))))
        where = known.where if known else f"{self._name}:{at.line}:{at.column} <{at.name}>"
        counted: Mapping[str, object] = {**facts, "times": _times(known) + 1}
        self._found[sentence, tuple(sorted(facts.items()))] = Remark(where, sentence, counted)

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """Return all of them, in the order of the first places."""
        return tuple(sorted(self._found.values(), key=_place))


def _times(known: Remark | None) -> int:
    times = known.facts["times"] if known else 0
    return times if isinstance(times, int) else 0


def _place(remark: Remark) -> tuple[int, int]:
    line, column = remark.where.rpartition(" <")[0].split(":")[-2:]
    return int(line), int(column)
