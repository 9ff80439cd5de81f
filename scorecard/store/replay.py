"""A plan as it stands now, brought up to date from the one last read by what was written since.

A value or a title that changed costs a few small SELECTs, whatever the size of the plan; only a change of
structure builds the graphs again, and only a large change reads everything anew.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from scorecard.domain.schema import NodeFields, PlanFile
from scorecard.graph.plan import Plan, build, points_of
from scorecard.graph.renewal import renewed
from scorecard.store.database import Database
from scorecard.store.points import read_points
from scorecard.store.reading import read_nodes, read_plan, read_section
from scorecard.store.rows import LINK, NODE, PARTS, PLAN, TARGET, Row, fields_of
from scorecard.store.tables import CHANGES, TOUCHED

MOST_CHANGES, MOST_NODES, MOST_TOUCHED = 64, 200, 1000
"""Beyond these it is cheaper to read the plan anew."""


class Since(NamedTuple):
    """What was written after a revision: the row changes, and the nodes whose rows or values they are."""

    rows: Sequence[dict[str, Any]]
    nodes: Sequence[str]


def standing_plan(db: Database, connection: Connection, row: Row) -> Plan:
    """Return the plan of a row of `plan`, as cheaply as can be, and remember it."""
    known = db.latest(row["id"])
    if known is not None and known.revision == row["revision"]:
        return known
    plan = (replayed(connection, row, known) if known else None) or read_plan(connection, row)
    db.remember(row["id"], plan)
    return plan


def replayed(connection: Connection, row: Row, plan: Plan) -> Plan | None:
    """Return a plan brought up to the revision of its row; nothing, where too much was written since."""
    since = _since(connection, row, plan.revision)
    if since is None:
        return None
    observed = read_points(connection, row["id"], since.nodes)
    targets = points_of(read_section(connection, row["id"], TARGET, TARGET.table.c.node.in_(since.nodes)))
    parts = {
        **_parts(connection, row["id"], since),
        "fields": fields_of(PLAN, row),
        "revision": row["revision"],
        "nodes": _nodes(connection, row["id"], plan.nodes, since),
        "observations": _pointed(plan.observations, observed, since.nodes),
        "targets": _pointed(plan.targets, targets, since.nodes),
    }
    if not _structural(since):
        return renewed(plan, since.nodes, **parts)
    built = _rebuilt(connection, row["id"], replace(plan, **parts))
    return renewed(built, built.nodes, **parts)


def _since(connection: Connection, row: Row, revision: int) -> Since | None:
    if not revision < row["revision"] <= revision + MOST_CHANGES:
        return None
    columns = TOUCHED.c
    later = (columns.plan_id == row["id"], columns.revision > revision)
    touched = select(columns.node).where(*later).order_by(columns.revision).limit(MOST_TOUCHED + 1)
    found = list(connection.scalars(touched))
    nodes = sorted(set(found))
    if len(found) > MOST_TOUCHED or len(nodes) > MOST_NODES:
        return None
    its = (CHANGES.c.plan_id == row["id"], CHANGES.c.revision > revision)
    changes = connection.scalars(select(CHANGES.c.rows).where(*its)).all()
    return Since([each for rows in changes for each in rows], nodes)


def _parts(connection: Connection, plan_id: int, since: Since) -> dict[str, Any]:
    """Read again the perspectives, units, people or cycles where one of them changed."""
    tables = {row["table"] for row in since.rows}
    changed = (family for family in PARTS if family.name in tables)
    return {
        family.section: {part.key: part for part in read_section(connection, plan_id, family)}
        for family in changed
    }


def _nodes(
    connection: Connection, plan_id: int, known: Mapping[str, NodeFields], since: Since
) -> dict[str, NodeFields]:
    """Read the touched nodes again, and all places where nodes came, went or moved."""
    read = read_nodes(connection, plan_id, since.nodes)
    nodes = {**known, **read}
    if any(row["table"] == NODE.name and _columns(row) & {"key", "position"} for row in since.rows):
        columns = NODE.table.c
        placed = select(columns.key).where(columns.plan_id == plan_id).order_by(columns.position, columns.key)
        nodes = {key: nodes[key] for key in connection.scalars(placed)}
    return nodes


def _structural(since: Since) -> bool:
    """Tell whether the graphs changed: nodes, links or formulas."""
    return any(
        row["table"] == LINK.name
        or (row["table"] == NODE.name and _columns(row) & {"key", "position", "formula"})
        for row in since.rows
    )


def _columns(row: dict[str, Any]) -> set[str]:
    return {*(row["before"] or {}), *(row["after"] or {})}


def _rebuilt(connection: Connection, plan_id: int, plan: Plan) -> Plan:
    """Build the graphs of a plan anew; its check-ins and targets are not known to them."""
    file = PlanFile.model_construct(
        **dict(plan.fields),
        perspectives=tuple(plan.perspectives.values()),
        units=tuple(plan.units.values()),
        people=tuple(plan.people.values()),
        cycles=tuple(plan.cycles.values()),
        nodes=tuple(plan.nodes.values()),
        links=read_section(connection, plan_id, LINK),
    )
    return build(file)


def _pointed(known: Mapping[str, Any], read: Mapping[str, Any], nodes: Sequence[str]) -> dict[str, Any]:
    points = {**known, **read}
    for node in nodes:
        if node not in read:
            points.pop(node, None)
    return points
