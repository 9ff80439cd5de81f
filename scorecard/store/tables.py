"""The tables: every row of a plan under its own key, the change that wrote each, and the check-ins.

Column names are the field names of `domain.schema`, so that rows and fields map onto each other by name.
Links are rows; who is connected is networkx's to say, so nothing here is a relationship.
`version` is the revision of the plan in which a row last changed, `position` its place in the plan file.
"""

from datetime import UTC, datetime
from datetime import date as Day
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    ForeignKeyConstraint,
    Index,
    Integer,
    TypeDecorator,
)
from sqlalchemy import CheckConstraint as Check
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}
metadata = SQLModel.metadata


class Instant(TypeDecorator[datetime]):
    """A moment: aware UTC in Python on every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store in UTC; a naive time is a fault of the caller."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Read as UTC; SQLite forgets the zone."""
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


Json = JSON(none_as_null=True)
Serial = BigInteger().with_variant(Integer, "sqlite")


def _to(table: str, column: str) -> ForeignKeyConstraint:
    """Refer to a row of the same plan; checked at commit, so that rows may come in any order."""
    return ForeignKeyConstraint(
        ["plan_id", column],
        [f"{table}.plan_id", f"{table}.key"],
        deferrable=True,
        initially="DEFERRED",
    )


class PlanRow(SQLModel, table=True):
    """A plan; a draft is one with `branch_of`, the plan it was taken from at `base_revision`."""

    __tablename__ = "plan"
    __table_args__ = (Check("revision > 0", name="revision"),)

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    revision: int
    version: int
    archived: bool = False
    branch_of: int | None = Field(default=None, foreign_key="plan.id")
    base_revision: int | None = None
    created_at: datetime = Field(sa_type=Instant)
    title: str
    fiscal_year_start: int
    timezone: str
    bands: dict[str, Any] = Field(sa_type=Json)
    policy: str
    mission: str | None = None
    vision: str | None = None
    values: list[str] | None = Field(default=None, sa_type=Json)
    stakeholders: list[dict[str, Any]] | None = Field(default=None, sa_type=Json)
    waivers: list[dict[str, Any]] | None = Field(default=None, sa_type=Json)


class Kept(SQLModel):
    """What every row of a plan carries beside its own fields."""

    plan_id: int = Field(primary_key=True, foreign_key="plan.id")
    version: int
    position: float


class PerspectiveRow(Kept, table=True):
    """A perspective."""

    __tablename__ = "perspective"

    key: str = Field(primary_key=True)
    title: str


class UnitRow(Kept, table=True):
    """An org unit."""

    __tablename__ = "unit"
    __table_args__ = (_to("unit", "parent"),)

    key: str = Field(primary_key=True)
    title: str
    parent: str | None = None


class PersonRow(Kept, table=True):
    """A person of a plan."""

    __tablename__ = "person"
    __table_args__ = (_to("unit", "unit"),)

    key: str = Field(primary_key=True)
    name: str
    email: str | None = None
    unit: str | None = None
    roles: list[dict[str, Any]] | None = Field(default=None, sa_type=Json)


class CycleRow(Kept, table=True):
    """A cycle."""

    __tablename__ = "cycle"
    __table_args__ = (_to("cycle", "parent"),)

    key: str = Field(primary_key=True)
    title: str
    parent: str | None = None
    start: Day
    end: Day
    state: str


class NodeRow(Kept, table=True):
    """An objective, key result, KPI or initiative."""

    __tablename__ = "node"
    __table_args__ = (
        _to("perspective", "perspective"),
        _to("unit", "unit"),
        _to("person", "owner"),
        _to("cycle", "cycle"),
        _to("node", "replaced_by"),
    )

    key: str = Field(primary_key=True)
    kind: str
    title: str
    description: str | None = None
    perspective: str | None = None
    unit: str | None = None
    owner: str | None = None
    cycle: str | None = None
    level: str | None = None
    lifecycle: str
    replaced_by: str | None = None
    archived: bool
    tier: int | None = None
    lead: str | None = None
    type: str | None = None
    cadence: str | None = None
    format: str | None = None
    aggregate: str
    measure: dict[str, Any] | None = Field(default=None, sa_type=Json)
    target_text: str | None = None
    formula: str | None = None
    policy: str | None = None
    judged: dict[str, Any] | None = Field(default=None, sa_type=Json)
    bands: dict[str, Any] | None = Field(default=None, sa_type=Json)
    source: str | None = None
    key_result_area: str | None = None
    benchmark: dict[str, Any] | None = Field(default=None, sa_type=Json)
    controllable: str | None = None
    tags: list[str] | None = Field(default=None, sa_type=Json)
    actions: list[dict[str, Any]] | None = Field(default=None, sa_type=Json)
    waivers: list[dict[str, Any]] | None = Field(default=None, sa_type=Json)
    grade: dict[str, Any] | None = Field(default=None, sa_type=Json)


class LinkRow(Kept, table=True):
    """A link; `family` is the graph it belongs to, in which two nodes are linked once."""

    __tablename__ = "link"
    __table_args__ = (
        _to("node", "child"),
        _to("node", "parent"),
        Check("weight > 0", name="weight"),
        Check("sign IN (-1, 1)", name="sign"),
        Check("child <> parent", name="ends"),
        Index(None, "plan_id", "parent"),
    )

    child: str = Field(primary_key=True)
    parent: str = Field(primary_key=True)
    family: str = Field(primary_key=True)
    kind: str
    weight: float
    critical: bool
    sign: int
    lag: int


class TargetRow(Kept, table=True):
    """The target of a period; without a label it is the empty one."""

    __tablename__ = "target"
    __table_args__ = (_to("node", "node"),)

    node: str = Field(primary_key=True)
    date: Day = Field(primary_key=True)
    label: str = Field(primary_key=True)
    value: float


class ObservationRow(SQLModel, table=True):
    """A check-in, never rewritten: of several for one node, day and label the one written last counts.

    A correction is a further row, a withdrawal one without value or word. Its node is kept by name only,
    since what was said outlives the node it was said of.
    """

    __tablename__ = "observation"
    __table_args__: ClassVar[Any] = (
        Index(None, "plan_id", "node", "date"),
        Index(None, "plan_id", "revision"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Serial)
    plan_id: int = Field(foreign_key="plan.id")
    node: str
    date: Day
    label: str
    value: float | None = None
    word: str | None = None
    note: str | None = None
    by: str | None = None
    confidence: float | None = None
    source: str | None = None
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str
    revision: int


class PeriodRow(SQLModel, table=True):
    """What a node's check-ins of one period come to: an index of them, made anew from them at any time.

    `period` is its first and last day, as ISO 8601 writes an interval. Rows lie in the order of their key,
    so that those of one period are read together, however many periods there are.
    """

    __tablename__ = "node_period"
    __table_args__: ClassVar[Any] = {"sqlite_with_rowid": False}

    plan_id: int = Field(primary_key=True, foreign_key="plan.id")
    period: str = Field(primary_key=True)
    node: str = Field(primary_key=True)
    value: float | None = None


class ChangeRow(SQLModel, table=True):
    """One intent that changed a plan, named by the revision it made; never rewritten.

    `rows` holds every row it touched before and after, check-ins apart: those carry their revision.
    `hash` is that of `chain.hash_of`: it seals the change, its check-ins and all changes before it.
    """

    __tablename__ = "change"

    plan_id: int = Field(primary_key=True, foreign_key="plan.id")
    revision: int = Field(primary_key=True)
    at: datetime = Field(sa_type=Instant)
    actor: str
    intent: str
    subject: str | None = None
    reason: str | None = None
    facts: dict[str, Any] = Field(sa_type=Json)
    rows: list[dict[str, Any]] = Field(sa_type=Json)
    undoes: int | None = None
    hash: str


class TouchedRow(SQLModel, table=True):
    """Which nodes a change touched: the index of `change` by node."""

    __tablename__ = "touched"
    __table_args__ = (
        ForeignKeyConstraint(["plan_id", "revision"], ["change.plan_id", "change.revision"]),
        Index(None, "plan_id", "revision"),
    )

    plan_id: int = Field(primary_key=True)
    node: str = Field(primary_key=True)
    revision: int = Field(primary_key=True)


CHANGES, TOUCHED = (metadata.tables[str(row.__tablename__)] for row in (ChangeRow, TouchedRow))
