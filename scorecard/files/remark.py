"""What there is to say about a file: refusals and warnings, each with its place."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from scorecard.domain.errors import N_, Fault
from scorecard.domain.schema import PlanFile


class Remark(NamedTuple):
    """A sentence about one place of a file; `sentence` is the message id, `facts` fill it."""

    where: str
    sentence: str
    facts: Mapping[str, object]

    @property
    def message(self) -> str:
        """Return the sentence in English."""
        return self.sentence.format(**self.facts)

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


class Read(NamedTuple):
    """A plan as it came out of a file, and what the reader had to decide for it."""

    file: PlanFile
    warnings: tuple[Remark, ...] = ()


class FileRefused(Fault):
    """A file that is no plan; `problems` holds every reason, in the order of the file."""

    sentence = N_("{where}: {message}")

    def __init__(self, problems: Sequence[Remark]) -> None:
        super().__init__(where=problems[0].where, message=problems[0].message)
        self.problems = tuple(problems)


class Unreadable(Exception):
    """The text breaks off its format at an offset (in characters)."""

    def __init__(self, offset: int, sentence: str, **facts: object) -> None:
        super().__init__(sentence)
        self.offset, self.sentence, self.facts = offset, sentence, facts
