"""Validated input: what a plan consists of, field by field, as files, forms and the graph read it.

These shapes say what a value may be. How things hang together (links that dangle, circles, one key twice)
is the graph's to check. Field names are those of the plan file.
"""

from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from scorecard.domain.errors import N_
from scorecard.domain.formula import FormulaError, parse
from scorecard.domain.measure import AtLeast, AtMost, Bands, Between, Measure
from scorecard.domain.shape import Day, Flag, Key, Number, Sentence, Shape, Share, Sign, Text, Title, Word
from scorecard.domain.vocabulary import (
    Aggregate,
    Cadence,
    Controllable,
    CycleState,
    Lead,
    Level,
    Lifecycle,
    LinkKind,
    MeasureType,
    NodeKind,
    Policy,
    Role,
    StakeholderKind,
    StakeholderRole,
    Status,
)


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        raise PydanticCustomError(
            "time_zone", N_("There is no time zone “{name}”."), {"name": name}
        ) from None
    return name


def _formula(text: str) -> str:
    try:
        parse(text)
    except FormulaError as error:
        raise PydanticCustomError("formula", "{sentence}", {"sentence": str(error)}) from None
    return text


class PerspectiveFields(Shape):
    """One view of the scorecard; their order is from the top of the map."""

    key: Key
    title: Title


DEFAULT_PERSPECTIVES = (
    PerspectiveFields(key="financial", title=N_("Financial")),
    PerspectiveFields(key="customer", title=N_("Customer")),
    PerspectiveFields(key="process", title=N_("Internal process")),
    PerspectiveFields(key="learning", title=N_("Learning & growth")),
)


class UnitFields(Shape):
    """A part of the organisation; units form a tree."""

    key: Key
    title: Title
    parent: Key | None = None


class Assignment(Shape):
    """A role of a person; it covers the unit and those below, or the whole plan without one."""

    role: Role
    unit: Key | None = None


class PersonFields(Shape):
    """Somebody who owns, checks in or reads."""

    key: Key
    name: Title
    email: Annotated[str, StringConstraints(max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")] | None = None
    unit: Key | None = None
    roles: tuple[Assignment, ...] = ()


class CycleFields(Shape):
    """A year, a quarter or any window that people plan for; cycles may nest."""

    key: Key
    title: Title
    parent: Key | None = None
    start: Day
    end: Day
    state: CycleState = CycleState.open

    @model_validator(mode="after")
    def _in_order(self) -> "CycleFields":
        if self.end < self.start:
            raise PydanticCustomError("cycle_order", N_("A cycle cannot end before it starts."))
        return self


class Stakeholder(Shape):
    """Somebody the strategy is for, or who carries it."""

    name: Title
    kind: StakeholderKind | None = None
    role: StakeholderRole | None = None


class Benchmark(Shape):
    """What others reach, and who says so."""

    value: Number
    source: Word | None = None


class Judgement(Shape):
    """A person's status in place of the computed one, until a day (included)."""

    status: Literal[Status.on_track, Status.at_risk, Status.off_track]
    reason: Sentence
    by: Key
    until: Day


class Action(Shape):
    """What somebody will do about it."""

    title: Title
    owner: Key | None = None
    due: Day | None = None
    done: Day | None = None
    expected: Text | None = None


class Waiver(Shape):
    """A finding put aside, with the reason and the last day it holds."""

    rule: Key
    reason: Sentence
    until: Day


class PlanWaiver(Waiver):
    """A waiver of a finding that is about no node: a part of the plan by its key, or the plan itself."""

    about: Literal["plan", "perspective", "unit", "person"] = "plan"
    key: Key | None = None

    @model_validator(mode="after")
    def _named(self) -> "PlanWaiver":
        if (self.key is None) != (self.about == "plan"):
            raise PydanticCustomError(
                "waiver_part",
                N_("A waiver names the part it is about, one of the plan itself none."),
            )
        return self


class Grade(Shape):
    """What a closed node ended with; it stays whatever happens later."""

    progress: Number | None = None
    score: Share | None = None
    status: Status
    learning: Text | None = None


class NodeFields(Shape):
    """An objective, key result, KPI or initiative with all that is said of it."""

    key: Key
    kind: NodeKind
    title: Title
    description: Text | None = None
    perspective: Key | None = None
    unit: Key | None = None
    owner: Key | None = None
    cycle: Key | None = None
    level: Level | None = None
    lifecycle: Lifecycle = Lifecycle.active
    replaced_by: Key | None = None
    archived: Flag = False
    tier: Annotated[int, Field(strict=True, ge=1, le=3)] | None = None
    lead: Lead | None = None
    type: MeasureType | None = None
    cadence: Cadence | None = None
    format: Word | None = None
    aggregate: Aggregate = Aggregate.last
    measure: Measure | None = None
    target_text: Sentence | None = None
    formula: Annotated[str, AfterValidator(_formula)] | None = None
    policy: Policy | None = None
    judged: Judgement | None = None
    bands: Bands | None = None
    source: Text | None = None
    key_result_area: Word | None = None
    benchmark: Benchmark | None = None
    controllable: Controllable | None = None
    tags: tuple[Word, ...] = ()
    actions: tuple[Action, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    grade: Grade | None = None

    @model_validator(mode="after")
    def _consistent(self) -> "NodeFields":
        measure = self.measure
        wrong_side = (isinstance(measure, AtLeast) and _above(measure.floor, measure.target)) or (
            isinstance(measure, AtMost) and _above(measure.target, measure.floor)
        )
        if wrong_side:
            raise PydanticCustomError("floor_side", N_("The floor lies on the wrong side of the target."))
        if isinstance(measure, Between) and measure.high < measure.low:
            raise PydanticCustomError("band_order", N_("The upper end of the band is below its lower end."))
        if self.policy is Policy.judged and self.judged is None:
            raise PydanticCustomError(
                "judged_missing", N_("The policy “judged” needs a status, a reason, a person and a last day.")
            )
        return self


def _above(first: float | None, second: float | None) -> bool:
    return first is not None and second is not None and first > second


class LinkFields(Shape):
    """How a child stands to a parent; for `drives`, how a cause stands to its effect."""

    child: Key
    parent: Key
    kind: LinkKind = LinkKind.contributes
    weight: Annotated[Number, Field(gt=0, le=1e9)] = 1.0
    critical: Flag = False
    sign: Sign = 1
    lag: Annotated[int, Field(strict=True, ge=0, le=1000)] = 0


class ObservationFields(Shape):
    """A number (for zones a word) that somebody saw on a day."""

    node: Key
    date: Day
    value: Number | Literal["below", "commit", "target", "stretch"]
    note: Text | None = None
    by: Key | None = None
    confidence: Share | None = None
    label: Word | None = None
    source: Text | None = None


class TargetFields(Shape):
    """The target of the period that holds a day; it stands over the measure's own."""

    node: Key
    date: Day
    value: Number
    label: Word | None = None


class PlanFields(Shape):
    """What is said of a plan as a whole."""

    plan: Key
    title: Title = ""
    fiscal_year_start: Annotated[int, Field(strict=True, ge=1, le=12)] = 1
    timezone: Annotated[str, AfterValidator(_zone)] = "UTC"
    bands: Bands = Bands()
    policy: Policy = Policy.mean
    mission: Text | None = None
    vision: Text | None = None
    values: tuple[Text, ...] = ()
    stakeholders: tuple[Stakeholder, ...] = ()
    waivers: tuple[PlanWaiver, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _titled(cls, given: Any) -> Any:
        if isinstance(given, dict) and not given.get("title") and isinstance(given.get("plan"), str):
            return {**given, "title": given["plan"]}
        return given


class PlanFile(PlanFields):
    """A whole plan as it travels: all but history and credentials."""

    perspectives: tuple[PerspectiveFields, ...] = DEFAULT_PERSPECTIVES
    units: tuple[UnitFields, ...] = ()
    people: tuple[PersonFields, ...] = ()
    cycles: tuple[CycleFields, ...] = ()
    nodes: tuple[NodeFields, ...]
    links: tuple[LinkFields, ...] = ()
    observations: tuple[ObservationFields, ...] = ()
    targets: tuple[TargetFields, ...] = ()
