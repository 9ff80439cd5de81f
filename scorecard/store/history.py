"""What happened: changes and check-ins, newest first, each as it was written."""

from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, case, literal, select

from scorecard.domain.errors import NotFound
from scorecard.store.database import Database
from scorecard.store.moves import LAST
from scorecard.store.reading import find_plan
from scorecard.store.rows import OBSERVATIONS
from scorecard.store.tables import CHANGES, TOUCHED, Json


class Entry(NamedTuple):
    """One change of a plan, named by the revision it made.

    `rows` is a list of `{"table", "key", "before", "after"}`, of a row that stayed only the columns that
    differ. `undone_by` is the change that took it back, where that one stands itself.
    """

    revision: int
    at: datetime
    actor: str
    intent: str
    subject: str | None
    reason: str | None
    facts: dict[str, Any]
    rows: list[dict[str, Any]]
    undoes: int | None
    undone_by: int | None


class CheckIn(NamedTuple):
    """One value as it was recorded; no value means that it was withdrawn.

    `current` tells whether it is the one that counts for its node, day and label.
    """

    id: int
    node: str
    date: date
    label: str | None
    value: float | str | None
    note: str | None
    by: str | None
    confidence: float | None
    source: str | None
    recorded_at: datetime
    recorded_by: str
    revision: int
    current: bool


def changes(
    db: Database, plan: str, node: str | None = None, limit: int = 50, before: int | None = None
) -> list[Entry]:
    """Return the changes of a plan, or of one node, those before a revision where one is given.

    The first change of a plan holds all its rows: it comes without them.

    Raises:
        NotFound: no such plan.
    """
    with db.read() as connection:
        plan_id = plan_id_of(connection, plan)
        columns = CHANGES.c
        statement = select(*_BUT_THE_FIRST).where(columns.plan_id == plan_id)
        if node is not None:
            its = (TOUCHED.c.plan_id == plan_id, TOUCHED.c.node == node)
            statement = statement.where(columns.revision.in_(select(TOUCHED.c.revision).where(*its)))
        if before is not None:
            statement = statement.where(columns.revision < min(before, LAST))
        rows = connection.execute(statement.order_by(columns.revision.desc()).limit(limit)).mappings().all()
        undone = undone_by(connection, plan_id)
    return [Entry(**{**_entry(row), "undone_by": undone.get(row["revision"])}) for row in rows]


_BUT_THE_FIRST = (
    *(column for column in CHANGES.c if column.name != "rows"),
    case((CHANGES.c.revision > 1, CHANGES.c.rows), else_=literal([], Json)).label("rows"),
)


def _entry(row: Any) -> dict[str, Any]:
    return {name: row[name] for name in Entry._fields if name != "undone_by"}


def undone_by(connection: Connection, plan_id: int) -> dict[int, int]:
    """Return for each change that is taken back the change that did it.

    Read from the latest on, since an undo counts only while it is not undone itself.
    """
    columns = CHANGES.c
    statement = select(columns.revision, columns.undoes).where(
        columns.plan_id == plan_id, columns.undoes.is_not(None)
    )
    undone: dict[int, int] = {}
    for revision, undoes in connection.execute(statement.order_by(columns.revision.desc())):
        if revision not in undone:
            undone.setdefault(undoes, revision)
    return undone


def check_ins(db: Database, plan: str, node: str, limit: int | None = None) -> list[CheckIn]:
    """Return all that was ever recorded for a node, corrections and withdrawals too.

    Raises:
        NotFound: no such plan.
    """
    columns = OBSERVATIONS.c
    with db.read() as connection:
        plan_id = plan_id_of(connection, plan)
        its = (columns.plan_id == plan_id, columns.node == node)
        statement = select(OBSERVATIONS).where(*its).order_by(columns.id.desc())
        rows = connection.execute(statement.limit(limit)).mappings().all()
    latest: dict[tuple[date, str], int] = {}
    for row in rows:
        latest.setdefault((row["date"], row["label"]), row["id"])
    current = set(latest.values())
    return [_check_in(row, row["id"] in current) for row in rows]


def _check_in(row: Any, current: bool) -> CheckIn:
    value = row["word"] if row["value"] is None else row["value"]
    said = {name: row[name] for name in CheckIn._fields if name in row}
    return CheckIn(**{**said, "label": row["label"] or None, "value": value, "current": current})


def plan_id_of(connection: Connection, plan: str) -> int:
    """Return the number of a plan.

    Raises:
        NotFound.
    """
    row = find_plan(connection, plan)
    if row is None:
        raise NotFound(kind="plan", key=plan)
    return int(row["id"])
