"""From rows to plans, on a connection that somebody else opened.

A plan takes nine SELECTs, however large it is: its row, seven tables and the check-ins.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import NamedTuple, TypeVar, cast

from pydantic import TypeAdapter
from sqlalchemy import Connection, RowMapping, func, select

from scorecard.domain.schema import (
    CycleFields,
    LinkFields,
    NodeFields,
    ObservationFields,
    PersonFields,
    PerspectiveFields,
    PlanFields,
    PlanFile,
    TargetFields,
    UnitFields,
)
from scorecard.domain.shape import Shape
from scorecard.graph.plan import Plan, build
from scorecard.store.rows import (
    CYCLE,
    LINK,
    NODE,
    OBSERVATIONS,
    PERSON,
    PERSPECTIVE,
    PLAN,
    TARGET,
    UNIT,
    Family,
    Row,
    fields_of,
)

S = TypeVar("S", bound=Shape)


class Seen(NamedTuple):
    """A check-in as far as scores need it: in place of `ObservationFields`, at a tenth of its cost."""

    node: str
    date: date
    label: str | None
    value: float | str


def read_plan(connection: Connection, row: Row) -> Plan:
    """Return the plan of a row of `plan`, at the revision of that row."""
    fields = cast(PlanFields, fields_of(PLAN, row))
    seen = cast("tuple[ObservationFields, ...]", tuple(_standing(connection, row["id"])))
    file = _file(connection, row["id"], fields, seen)
    return replace(build(file, row["revision"]), fields=fields)


def read_file(connection: Connection, row: Row) -> PlanFile:
    """Return all of a plan but its history: notes and every label too."""
    fields = cast(PlanFields, fields_of(PLAN, row))
    return _file(connection, row["id"], fields, tuple(read_observations(connection, row["id"])))


def find_plan(connection: Connection, key: str) -> RowMapping | None:
    """Return the row of a plan."""
    return connection.execute(select(PLAN.table).where(PLAN.table.c.key == key)).mappings().one_or_none()


def _file(
    connection: Connection, plan_id: int, fields: PlanFields, observations: tuple[ObservationFields, ...]
) -> PlanFile:
    """Put the sections together; each row was validated alone, and the whole when it was written."""
    return PlanFile.model_construct(
        **dict(fields),
        perspectives=_section(connection, plan_id, PERSPECTIVE, PerspectiveFields),
        units=_section(connection, plan_id, UNIT, UnitFields),
        people=_section(connection, plan_id, PERSON, PersonFields),
        cycles=_section(connection, plan_id, CYCLE, CycleFields),
        nodes=_section(connection, plan_id, NODE, NodeFields),
        links=_section(connection, plan_id, LINK, LinkFields),
        targets=_section(connection, plan_id, TARGET, TargetFields),
        observations=observations,
    )


def _section(connection: Connection, plan_id: int, family: Family, shape: type[S]) -> tuple[S, ...]:
    columns = [family.table.c[name] for name in shape.model_fields]
    place = (family.table.c.position, *(family.table.c[name] for name in family.key))
    found = connection.execute(select(*columns).where(family.table.c.plan_id == plan_id).order_by(*place))
    names = tuple(shape.model_fields)
    rows = [
        {name: value for name, value in zip(names, row, strict=True) if value is not None} for row in found
    ]
    if "label" in names:
        for row in rows:
            row["label"] = row["label"] or None
    return TypeAdapter(tuple[shape, ...]).validate_python(rows)  # type: ignore[valid-type]


def _standing(connection: Connection, plan_id: int) -> Iterator[Seen]:
    """Yield the check-ins that stand, corrected ones in the place of what they correct."""
    columns = OBSERVATIONS.c
    rows = connection.execute(
        select(columns.node, columns.date, columns.label, columns.value, columns.word)
        .where(columns.plan_id == plan_id)
        .order_by(columns.revision, columns.id)
    )
    said = {(node, day, label): word if value is None else value for node, day, label, value, word in rows}
    for (node, day, label), value in said.items():
        if value is not None:
            yield Seen(node, day, label or None, value)


def read_observations(connection: Connection, plan_id: int) -> Iterator[ObservationFields]:
    """Yield the check-ins that stand with all that was said about them."""
    columns = OBSERVATIONS.c
    order = select(OBSERVATIONS).where(columns.plan_id == plan_id).order_by(columns.revision, columns.id)
    last = {(row["node"], row["date"], row["label"]): row for row in connection.execute(order).mappings()}
    for row in last.values():
        if observation := observation_of(row):
            yield observation


def observation_of(row: Row) -> ObservationFields | None:
    """Return what a check-in says, nothing for a withdrawal."""
    value = row["word"] if row["value"] is None else row["value"]
    if value is None:
        return None
    said = {name: row[name] for name in _SAID if row[name] is not None}
    return ObservationFields.model_validate({**said, "value": value, "label": row["label"] or None})


_SAID = ("node", "date", "note", "by", "confidence", "source")


def last_place(connection: Connection, family: Family, plan_id: int) -> float:
    """Return the place of the last row of a family, 0 where there is none."""
    columns = family.table.c
    found = connection.scalar(select(func.max(columns.position)).where(columns.plan_id == plan_id))
    return float(found or 0.0)
