"""What was moved: the history field by field, for the rules that watch promises."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select

from scorecard.domain.errors import NotFound
from scorecard.graph.findings.change import CREATED, Change
from scorecard.store.database import Database
from scorecard.store.reading import find_plan
from scorecard.store.rows import LINK, NODE, PLAN, TARGET
from scorecard.store.tables import CHANGES

WATCHED = {
    PLAN.name: ("bands", "policy", "waivers"),
    NODE.name: ("measure", "bands", "policy", "cadence", "aggregate", "waivers"),
    LINK.name: ("weight",),
    TARGET.name: ("value",),
}
"""The columns of each table that tell what was promised."""

VALUES = ("record", "withdraw")
"""Intents that say what happened, not what was promised; most changes are of these."""

FIRST, LAST = 1, 2**31 - 1
"""The revision that makes a plan, whose rows are the whole plan, and one that no plan reaches."""


class _Stamp(NamedTuple):
    by: str
    on: date


def moves(db: Database, plan: str, after: int = 0, until: int = LAST) -> list[Change]:
    """Return each watched field that was changed after a revision and up to another, oldest first.

    Days are those of the plan's time zone.

    Raises:
        NotFound: no such plan.
    """
    columns = CHANGES.c
    with db.read() as connection:
        row = find_plan(connection, plan)
        if row is None:
            raise NotFound(kind="plan", key=plan)
        later = (columns.plan_id == row["id"], columns.revision.between(after + 1, until))
        made = select(columns.at, columns.actor).where(*later, columns.revision == FIRST)
        changed = select(columns.at, columns.actor, columns.rows).where(
            *later, columns.revision > FIRST, columns.intent.not_in(VALUES)
        )
        beginning = connection.execute(made).all()
        entries = connection.execute(changed.order_by(columns.revision)).all()
    zone = ZoneInfo(row["timezone"])
    found = [Change("", CREATED, None, None, by, at.astimezone(zone).date()) for at, by in beginning]
    for at, by, rows in entries:
        stamp = _Stamp(by, at.astimezone(zone).date())
        found += [change for each in rows for change in _changes(each, stamp)]
    return found


def _changes(row: Mapping[str, Any], stamp: _Stamp) -> Iterator[Change]:
    """Yield what one row tells: of a new node that it was made, of others the watched fields that differ."""
    table, before, after = row["table"], row["before"], row["after"]
    if table == NODE.name and before is None:
        yield Change(row["key"][0], CREATED, None, None, *stamp)
    if table not in WATCHED or (table != TARGET.name and (before is None or after is None)):
        return
    node, about = _place(table, row["key"])
    old, new = _flat(table, before or {}), _flat(table, after or {})
    for field in {**old, **new}:
        if old.get(field) != new.get(field):
            yield Change(node, field, old.get(field), new.get(field), *stamp, about)


def _place(table: str, key: list[str]) -> tuple[str, str]:
    """Return the node that a row is about, and which of its many: a weight's child, a target's day."""
    if table == LINK.name:
        return key[1], key[0]
    if table == TARGET.name:
        return key[0], key[1]
    return (key[0], "") if key else ("", "")


def _flat(table: str, image: Mapping[str, Any]) -> dict[str, Any]:
    """Return the watched columns by the names that rules know them by, those inside others dotted."""
    found: dict[str, Any] = {}
    for name in WATCHED[table]:
        value = image.get(name)
        if table == TARGET.name:
            found["target"] = value
        elif isinstance(value, dict):
            found |= {f"{name}.{part}": each for part, each in value.items() if each not in (None, [])}
        elif value is not None:
            found[name] = value
    return found
