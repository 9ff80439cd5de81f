"""The field's words, each with the values it may take.

Everything stored or sent uses the value (`off_track`), never the member's name.
"""

from enum import StrEnum


class NodeKind(StrEnum):
    """What a node of the plan is."""

    objective = "objective"
    key_result = "key_result"
    kpi = "kpi"
    initiative = "initiative"


class LinkKind(StrEnum):
    """How a child stands to its parent; `feeds` is read off formulas and never stored."""

    contributes = "contributes"
    supports = "supports"
    drives = "drives"
    balances = "balances"


class Status(StrEnum):
    """The judgement of a node."""

    on_track = "on_track"
    at_risk = "at_risk"
    off_track = "off_track"
    no_data = "no_data"

    @property
    def severity(self) -> int:
        """Return 0 for no data up to 3 for off track: the order in which a reader must see them."""
        return _SEVERITY[self]


_SEVERITY = {Status.no_data: 0, Status.on_track: 1, Status.at_risk: 2, Status.off_track: 3}


class Reason(StrEnum):
    """Why a node has no colour, or why its colour must not be trusted."""

    formula_error = "formula_error"
    no_target = "no_target"
    no_range = "no_range"
    not_due = "not_due"
    no_value = "no_value"
    stale = "stale"
    low_coverage = "low_coverage"


class Rule(StrEnum):
    """What decided the status of a node, where no `Reason` did."""

    bands = "bands"
    critical_child = "critical_child"
    off_track_children = "off_track_children"
    off_track_weight = "off_track_weight"
    half_not_on_track = "half_not_on_track"
    judged = "judged"
    worst = "worst"
    best = "best"


class Policy(StrEnum):
    """How a parent's status follows from its children."""

    mean = "mean"
    worst = "worst"
    best = "best"
    judged = "judged"


class Cadence(StrEnum):
    """How often a measure is updated."""

    daily = "daily"
    weekly = "weekly"
    monthly = "monthly"
    quarterly = "quarterly"
    yearly = "yearly"


class Aggregate(StrEnum):
    """How the observations of one period become its value."""

    last = "last"
    sum = "sum"
    mean = "mean"
    min = "min"
    max = "max"


class Ambition(StrEnum):
    """Whether a key result is a promise, or a stretch of which 70 % is one."""

    committed = "committed"
    aspirational = "aspirational"


class Lifecycle(StrEnum):
    """Where a node stands between idea and history."""

    draft = "draft"
    active = "active"
    closed = "closed"
    retired = "retired"


class CycleState(StrEnum):
    """Where a cycle stands; closed is locked."""

    draft = "draft"
    open = "open"
    closing = "closing"
    closed = "closed"


class Level(StrEnum):
    """How far from the top a node works."""

    strategic = "strategic"
    operational = "operational"
    functional = "functional"


class Lead(StrEnum):
    """Whether a measure foretells or confirms."""

    leading = "leading"
    lagging = "lagging"


class MeasureType(StrEnum):
    """What a measure looks at, along the chain from input to outcome."""

    input = "input"
    process = "process"
    output = "output"
    outcome = "outcome"


class Controllable(StrEnum):
    """Whether the owner can move the measure."""

    yes = "yes"
    partly = "partly"
    no = "no"


class Role(StrEnum):
    """What a person may be in a plan; a role covers its unit and those below."""

    executive = "executive"
    department_head = "department_head"
    member = "member"
    viewer = "viewer"


class StakeholderKind(StrEnum):
    """Who has a stake, in the words of ISO 17469."""

    person = "person"
    organization = "organization"
    group = "group"


class StakeholderRole(StrEnum):
    """Whether a stakeholder does the work or gains from it."""

    performer = "performer"
    beneficiary = "beneficiary"
