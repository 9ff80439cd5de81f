"""Rows and fields: one family a table, mapped both ways by name.

A row is shown as an image, the JSON that history keeps: column by column, days in ISO form, nothing for
what is not set. A key is a tuple of texts, in the order of the family's key columns.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Date, RowMapping, Table, and_
from sqlmodel import SQLModel

from scorecard.domain.schema import (
    CycleFields,
    LinkFields,
    NodeFields,
    ObservationFields,
    PersonFields,
    PerspectiveFields,
    PlanFields,
    TargetFields,
    UnitFields,
)
from scorecard.domain.shape import Shape
from scorecard.graph.structure import family as graph_of
from scorecard.store.tables import (
    CycleRow,
    LinkRow,
    NodeRow,
    ObservationRow,
    PeriodRow,
    PersonRow,
    PerspectiveRow,
    PlanRow,
    TargetRow,
    UnitRow,
)

Key = tuple[str, ...]
Image = dict[str, Any]
Row = RowMapping | Mapping[str, Any]


def table_of(row: type[SQLModel]) -> Table:
    """Return the table behind a row class."""
    return SQLModel.metadata.tables[str(row.__tablename__)]


class Family(NamedTuple):
    """A kind of row: its name, its section of the plan file, its table, its fields and its key columns."""

    name: str
    section: str
    table: Table
    shape: type[Shape]
    key: tuple[str, ...]


PLAN = Family("plan", "", table_of(PlanRow), PlanFields, ())
PERSPECTIVE = Family("perspective", "perspectives", table_of(PerspectiveRow), PerspectiveFields, ("key",))
UNIT = Family("unit", "units", table_of(UnitRow), UnitFields, ("key",))
PERSON = Family("person", "people", table_of(PersonRow), PersonFields, ("key",))
CYCLE = Family("cycle", "cycles", table_of(CycleRow), CycleFields, ("key",))
NODE = Family("node", "nodes", table_of(NodeRow), NodeFields, ("key",))
LINK = Family("link", "links", table_of(LinkRow), LinkFields, ("child", "parent", "family"))
TARGET = Family("target", "targets", table_of(TargetRow), TargetFields, ("node", "date", "label"))

PARTS = (PERSPECTIVE, UNIT, PERSON, CYCLE)
SECTIONS = (*PARTS, NODE, LINK, TARGET)
FAMILIES = {family.name: family for family in (PLAN, *SECTIONS)}
BY_SHAPE = {family.shape: family for family in SECTIONS}
OBSERVATIONS, PERIODS = table_of(ObservationRow), table_of(PeriodRow)


def key_of(fields: Shape) -> Key:
    """Return the key of the row that holds these fields."""
    if isinstance(fields, LinkFields):
        return fields.child, fields.parent, graph_of(fields.kind)
    if isinstance(fields, TargetFields | ObservationFields):
        return fields.node, fields.date.isoformat(), fields.label or ""
    return (str(getattr(fields, "key", "")),) if "key" in type(fields).model_fields else ()


def image_of(fields: Shape) -> Image:
    """Return the columns that fields fill, without those that stay empty."""
    dumped = fields.model_dump(mode="json", exclude_none=True)
    image = {name: value for name, value in dumped.items() if value != []}
    if isinstance(fields, LinkFields):
        image["family"] = graph_of(fields.kind)
    elif isinstance(fields, TargetFields):
        image["label"] = fields.label or ""
    elif isinstance(fields, PlanFields):
        image = {name: value for name, value in image.items() if name in PlanFields.model_fields}
        del image["plan"]
    return image


def given(family: Family, row: Row) -> dict[str, Any]:
    """Return what a row says in the words of the fields, not yet validated."""
    said = {name: row[name] for name in family.shape.model_fields if row.get(name) is not None}
    if family is PLAN:
        said["plan"] = row["key"]
    elif said.get("label") == "":
        del said["label"]
    return said


def fields_of(family: Family, row: Row) -> Shape:
    """Return the validated fields of a row."""
    return family.shape.model_validate(given(family, row))


def bound(family: Family, image: Mapping[str, Any]) -> dict[str, Any]:
    """Return a whole row to write: every column of the table, days as days."""
    skipped = ("id", "plan_id") if family is not PLAN else ("id",)
    return {
        column.name: _bound(column.type, image.get(column.name))
        for column in family.table.columns
        if column.name not in skipped
    }


def _bound(kind: object, value: Any) -> Any:
    return date.fromisoformat(value) if isinstance(kind, Date) and isinstance(value, str) else value


def at_key(family: Family, plan_id: int, key: Key) -> ColumnElement[bool]:
    """Return the condition that finds one row."""
    columns = family.table.c
    if family is PLAN:
        return columns.id == plan_id
    named = zip((columns[name] for name in family.key), key, strict=True)
    return and_(columns.plan_id == plan_id, *(column == _bound(column.type, part) for column, part in named))


def head_of(file: PlanFields) -> PlanFields:
    """Return what a file says of the plan as a whole, without its sections."""
    return PlanFields.model_construct(**{name: getattr(file, name) for name in PlanFields.model_fields})
