"""Questions to the database: a whole plan in a constant number of SELECTs, and the list of plans."""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Connection, RowMapping, func, select

from scorecard.domain.errors import NotFound
from scorecard.domain.schema import PlanFile
from scorecard.graph.plan import Plan
from scorecard.graph.structure import check
from scorecard.store.audit import contradictions
from scorecard.store.database import Database
from scorecard.store.periods import differences
from scorecard.store.reading import find_plan, read_file
from scorecard.store.replay import standing_plan
from scorecard.store.rows import NODE, OBSERVATIONS, PLAN, SECTIONS


class PlanLine(NamedTuple):
    """A plan in the list of plans; a draft names the plan it was taken from."""

    key: str
    title: str
    nodes: int
    revision: int
    archived: bool
    draft_of: str | None


class Trouble(NamedTuple):
    """Something in the database that no command could have written."""

    plan: str
    where: str
    sentence: str


def load_plan(db: Database, key: str) -> Plan:
    """Return a plan; one that was read at this revision already costs a single small SELECT.

    Raises:
        NotFound.
    """
    with db.read() as connection:
        return standing_plan(db, connection, _found(connection, key))


def load_file(db: Database, key: str) -> PlanFile:
    """Return all of a plan but its history, as it is exported: with notes and every label.

    Raises:
        NotFound.
    """
    with db.read() as connection:
        return read_file(connection, _found(connection, key))


def _found(connection: Connection, key: str) -> RowMapping:
    row = find_plan(connection, key)
    if row is None:
        raise NotFound(kind="plan", key=key)
    return row


def list_plans(db: Database, every: bool = False) -> list[PlanLine]:
    """Return the plans by title; drafts and archived ones only where every one is asked for."""
    plans, nodes, source = PLAN.table.c, NODE.table.c, PLAN.table.alias().c
    count = select(func.count()).where(nodes.plan_id == plans.id, nodes.archived.is_(False)).scalar_subquery()
    draft_of = select(source.key).where(source.id == plans.branch_of).scalar_subquery()
    statement = select(plans.key, plans.title, count, plans.revision, plans.archived, draft_of)
    if not every:
        statement = statement.where(plans.archived.is_(False), plans.branch_of.is_(None))
    with db.read() as connection:
        return [PlanLine(*row) for row in connection.execute(statement.order_by(plans.title, plans.key))]


def fsck(db: Database) -> list[Trouble]:
    """Return what is wrong with the meaning of what is stored, in every plan."""
    with db.read() as connection:
        plans = connection.execute(select(PLAN.table).order_by(PLAN.table.c.id)).mappings().all()
        return [trouble for row in plans for trouble in _troubles(connection, row)]


def _troubles(connection: Connection, row: RowMapping) -> Iterator[Trouble]:
    for problem in check(read_file(connection, row)):
        yield Trouble(row["key"], " ".join(map(str, problem.at)), str(problem.fault))
    for sentence in contradictions(connection, row):
        yield Trouble(row["key"], "change", sentence)
    tables = [(family.name, family.table.c.version, family.table.c.plan_id) for family in SECTIONS]
    observed = (OBSERVATIONS.name, OBSERVATIONS.c.revision, OBSERVATIONS.c.plan_id)
    for name, version, plan_id in (*tables, observed):
        if (connection.scalar(select(func.max(version)).where(plan_id == row["id"])) or 0) > row["revision"]:
            yield Trouble(row["key"], name, f"A row is newer than revision {row['revision']} of its plan.")
    for (_, node), sentence in differences(connection, row["id"]):
        yield Trouble(row["key"], f"node_period {node}", sentence)
