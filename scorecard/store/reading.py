"""From rows to plans, on a connection that somebody else opened.

A plan takes nine SELECTs, however large it is: its row, seven tables and the check-ins.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any, cast

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection, RowMapping, func, select

from scorecard.domain.schema import NodeFields, ObservationFields, PlanFields, PlanFile
from scorecard.domain.shape import Shape
from scorecard.graph.plan import Plan, build, collector_paused
from scorecard.store.points import read_points
from scorecard.store.rows import NODE, OBSERVATIONS, PLAN, SECTIONS, TARGET, Family, Key, Row, fields_of

Condition = ColumnElement[bool]


def read_plan(connection: Connection, row: Row) -> Plan:
    """Return the plan of a row of `plan`, at the revision of that row."""
    fields = cast(PlanFields, fields_of(PLAN, row))
    with collector_paused():
        seen = read_points(connection, row["id"])
        file = _file(connection, row["id"], fields)
        return replace(build(file, row["revision"], seen), fields=fields)


def read_file(connection: Connection, row: Row, nodes: Collection[str] | None = None) -> PlanFile:
    """Return all of a plan but its history: notes and every label too; check-ins of some nodes, if asked."""
    fields = cast(PlanFields, fields_of(PLAN, row))
    with collector_paused():
        return _file(connection, row["id"], fields, read_observations(connection, row["id"], nodes))


def find_plan(connection: Connection, key: str) -> RowMapping | None:
    """Return the row of a plan."""
    return connection.execute(select(PLAN.table).where(PLAN.table.c.key == key)).mappings().one_or_none()


def _file(
    connection: Connection, plan_id: int, fields: PlanFields, observations: tuple[ObservationFields, ...] = ()
) -> PlanFile:
    """Put the sections together; each row was validated alone, and the whole when it was written."""
    said: dict[str, Any] = dict(fields)
    for family in SECTIONS:
        said[family.section] = read_section(connection, plan_id, family)
    return PlanFile.model_construct(**said, observations=observations)


def read_section(connection: Connection, plan_id: int, family: Family, *only: Condition) -> tuple[Any, ...]:
    """Return the rows of a family as validated fields, in the order of the plan file."""
    names = tuple(family.shape.model_fields)
    columns = family.table.c
    place = (columns.position, *(columns[name] for name in family.key))
    statement = select(*(columns[name] for name in names)).where(columns.plan_id == plan_id, *only)
    found = connection.execute(statement.order_by(*place)).all()
    rows = [{name: said for name, said in zip(names, row, strict=True) if said is not None} for row in found]
    if family is TARGET:
        for row in rows:
            row["label"] = row["label"] or None
    return _many(family.shape).validate_python(rows)


@cache
def _many(shape: type[Shape]) -> TypeAdapter[tuple[Any, ...]]:
    return TypeAdapter(tuple[shape, ...])  # type: ignore[valid-type]


def read_nodes(connection: Connection, plan_id: int, keys: Sequence[str]) -> dict[str, NodeFields]:
    """Return some nodes of a plan, those that are there."""
    found = read_section(connection, plan_id, NODE, NODE.table.c.key.in_(keys))
    return {node.key: node for node in found}


def read_observations(
    connection: Connection,
    plan_id: int,
    nodes: Collection[str] | None = None,
    until: int | None = None,
) -> tuple[ObservationFields, ...]:
    """Return the check-ins that stand, or stood at a revision, with all that was said about them.

    Parameters:
        nodes: those of some nodes only.
        until: the revision after which nothing counts.
    """
    columns = OBSERVATIONS.c
    wanted = select(columns.value, columns.word, *(columns[name] for name in _SAID))
    order = wanted.where(columns.plan_id == plan_id).order_by(columns.id)
    if nodes is not None:
        order = order.where(columns.node.in_(nodes))
    if until is not None:
        order = order.where(columns.revision <= until)
    last = {row[2:5]: row for row in connection.execute(order).all()}
    said = [given for row in last.values() if (given := _said(*row))]
    return cast("tuple[ObservationFields, ...]", _many(ObservationFields).validate_python(said))


def observation_of(row: Row) -> ObservationFields | None:
    """Return what a check-in says, nothing for a withdrawal."""
    said = _said(row["value"], row["word"], *(row[name] for name in _SAID))
    return None if said is None else ObservationFields.model_validate(said)


_SAID = ("node", "date", "label", "note", "by", "confidence", "source")


def _said(number: float | None, word: str | None, *rest: Any) -> dict[str, Any] | None:
    if number is None and word is None:
        return None
    said = {name: each for name, each in zip(_SAID, rest, strict=True) if each is not None}
    return {**said, "value": word if number is None else number, "label": said["label"] or None}


def read_places(connection: Connection, plan_id: int, family: Family) -> dict[Key, float]:
    """Return where the rows of a family stand."""
    columns = family.table.c
    wanted = select(*(columns[name] for name in family.key), columns.position)
    rows = connection.execute(wanted.where(columns.plan_id == plan_id))
    return {tuple(_text(part) for part in row[:-1]): row[-1] for row in rows}


def _text(part: object) -> str:
    return part.isoformat() if isinstance(part, date) else str(part)


def last_place(connection: Connection, family: Family, plan_id: int) -> float:
    """Return the place of the last row of a family, 0 where there is none."""
    columns = family.table.c
    found = connection.scalar(select(func.max(columns.position)).where(columns.plan_id == plan_id))
    return float(found or 0.0)
