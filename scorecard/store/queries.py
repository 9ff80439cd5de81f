"""Questions to the database: a whole plan in a constant number of SELECTs, and the list of plans."""

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Connection, RowMapping, func, select

from scorecard.domain.errors import NotFound
from scorecard.domain.formula import FUNCTIONS
from scorecard.domain.schema import PlanFile
from scorecard.domain.vocabulary import NodeKind
from scorecard.graph.plan import Plan
from scorecard.graph.structure import check
from scorecard.store.audit import contradictions
from scorecard.store.database import Database
from scorecard.store.reading import find_plan, read_file
from scorecard.store.replay import standing_plan
from scorecard.store.rows import NODE, OBSERVATIONS, PLAN, SECTIONS

_LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "œ": "oe"})


class PlanLine(NamedTuple):
    """A plan in the list of plans."""

    key: str
    title: str
    nodes: int
    revision: int
    archived: bool


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


def list_plans(db: Database, archived: bool = False) -> list[PlanLine]:
    """Return the plans by title, archived ones only where asked for."""
    plans, nodes = PLAN.table.c, NODE.table.c
    count = select(func.count()).where(nodes.plan_id == plans.id, nodes.archived.is_(False)).scalar_subquery()
    statement = select(plans.key, plans.title, count, plans.revision, plans.archived)
    if not archived:
        statement = statement.where(plans.archived.is_(False))
    with db.read() as connection:
        return [PlanLine(*row) for row in connection.execute(statement.order_by(plans.title, plans.key))]


def free_key(plan: Plan, title: str, kind: NodeKind) -> str:
    """Return a key made of a title that no node of the plan has; a title in other letters gives `kpi_1`."""
    word = slug(title, kind.value)
    if not word:
        return _numbered(plan, str(kind), 1)
    return word if word not in plan.nodes and word not in FUNCTIONS else _numbered(plan, word, 2)


def slug(title: str, kind: str) -> str:
    """Return a title as a key, led by the kind where it begins with a digit; "" for one in other letters."""
    plain = unicodedata.normalize("NFKD", title.casefold().translate(_LETTERS))
    words = re.findall(r"[a-z0-9]+", "".join(sign for sign in plain if not unicodedata.combining(sign)))
    word = "_".join(words)[:60].strip("_")
    return word if not word or word[0].isalpha() else f"{kind}_{word}"


def _numbered(plan: Plan, stem: str, start: int) -> str:
    number = start
    while f"{stem}_{number}" in plan.nodes:
        number += 1
    return f"{stem}_{number}"


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
