"""What a finding is: a rule that a part of the plan breaks, with the facts and the way to mend it.

Sentences are message ids and facts fill their placeholders, so that web and commands say a finding in the
reader's language. A fact that is more than a number, a day or a word says what it is: `Named`, `Actor`,
`Field`, `Said`, `Share`, `Because`.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from scorecard.domain.schema import Waiver

if TYPE_CHECKING:
    from scorecard.graph.findings.inspection import Inspection


class Severity(StrEnum):
    """How much a finding matters, the worst first."""

    error = "error"
    warning = "warning"
    note = "note"


class About(StrEnum):
    """The part of the plan that a finding is about."""

    node = "node"
    plan = "plan"
    perspective = "perspective"
    unit = "unit"
    person = "person"


class Page(StrEnum):
    """Where a finding is mended."""

    edit = "edit"
    node = "node"
    tree = "tree"
    alignment = "alignment"
    scorecard = "scorecard"


class Mend(NamedTuple):
    """What to do, on which page, and the field or section of that page."""

    sentence: str
    page: Page
    part: str = ""


class Named(NamedTuple):
    """A part of the plan, to be shown by its title or name."""

    about: About
    key: str


class Actor(NamedTuple):
    """Who did something; not always a person of the plan."""

    key: str


class Field(NamedTuple):
    """The name of a field, dotted into a measure or bands; of a period's target with its day."""

    name: str
    about: str = ""


class Said(NamedTuple):
    """The value of a field as the history keeps it."""

    field: str
    value: object


class Because(NamedTuple):
    """A reason that is a sentence of its own, by its message id."""

    sentence: str


class Share(float):
    """A share of 1, to be shown as percent."""


class Hit(NamedTuple):
    """A part of the plan that breaks a rule."""

    key: str
    facts: Mapping[str, object] = {}
    about: About = About.node


class FindingRule(NamedTuple):
    """A rule that a plan should keep; `id` is a key, by which it is waived."""

    id: str
    title: str
    severity: Severity
    sentence: str
    mend: Mend
    find: "Callable[[Inspection], Iterable[Hit]]"


def rule(
    title: str, severity: Severity, sentence: str, mend: Mend
) -> "Callable[[Callable[[Inspection], Iterable[Hit]]], FindingRule]":
    """Make a rule of a function that finds what breaks it; the rule's id is the function's name."""

    def made(find: "Callable[[Inspection], Iterable[Hit]]") -> FindingRule:
        return FindingRule(find.__name__, title, severity, sentence, mend, find)

    return made


class Finding(NamedTuple):
    """A rule that is broken, where, and why; `waiver` is the one that puts it aside on the day."""

    rule: FindingRule
    about: About
    key: str
    facts: Mapping[str, object]
    waiver: Waiver | None

    @property
    def severity(self) -> Severity:
        """Return how much it matters."""
        return self.rule.severity

    @property
    def waived_until(self) -> date | None:
        """Return the last day on which it is put aside, None where it counts."""
        return self.waiver.until if self.waiver else None
