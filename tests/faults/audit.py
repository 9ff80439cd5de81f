"""Tamperings: any column of any row of history changed by force, rows taken or slipped in, an end cut off."""

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from math import inf, nextafter
from typing import Any
from unittest.mock import patch

from sqlalchemy import Connection, RowMapping, Table, delete, insert, select, update

from scorecard.domain.schema import ObservationFields
from scorecard.store import audit
from scorecard.store.commands.check_ins import record, withdraw
from scorecard.store.commands.nodes import archive_nodes, edit_node
from scorecard.store.commands.plans import create_plan
from scorecard.store.commands.undo import undo
from scorecard.store.database import Database
from scorecard.store.rows import OBSERVATIONS, PLAN
from scorecard.store.tables import CHANGES
from tests.faults.places import empty_database, opened
from tests.faults.result import Result
from tests.plans import grown_plan
from tests.store.forced import forced

RUNS = 300

ME = "dana"
CHANGED, TAKEN, SLIPPED, CUT = "changed", "taken", "slipped", "cut"
DEEDS = (*[CHANGED] * 7, TAKEN, SLIPPED, CUT)


class Enough(Exception):
    """Takes a tampering back."""


def run(runs: int, sabotage: bool, database: str | None) -> Result:
    """Tamper with history time and again; each time the audit must find it, and afterwards nothing."""
    chance = random.Random(7)
    found: Counter[str] = Counter()
    missed: list[str] = []
    with empty_database(database) as address, opened(address) as db, _unprotected(sabotage):
        _fill(db)
        heads = [str(each.head) for each in audit.audit(db)]
        for _ in range(runs):
            deed, noticed = _tampered(db, chance, heads)
            found[deed.partition(" ")[0]] += noticed
            if not noticed:
                missed.append(deed)
        whole = all(each.broken is None for each in audit.audit(db))
    lost = len(missed) + (not whole)
    return Result(runs, lost, {"found": dict(found), "missed": missed[:5], "whole_again": whole})


@contextmanager
def _unprotected(sabotage: bool) -> Iterator[None]:
    """Take what is written for what it should be, where the protection is to be gone."""
    if not sabotage:
        yield
        return
    with patch.object(audit, "hash_of", lambda _previous, _plan, change, _seen: change["hash"]):
        yield


def _fill(db: Database) -> None:
    """Keep two plans with changes and values of every kind."""
    for key in ("grown", "other"):
        create_plan(db, grown_plan(12, seed=3).model_copy(update={"plan": key}), actor=ME)
        node = next(iter(grown_plan(12, seed=3).observations)).node
        for month in range(1, 13):
            seen = ObservationFields(
                node=node, date=date(2025, month, 1), value=month / 13, note=f"Ω {month}"
            )
            record(db, key, seen, actor=ME, reason="corrected" if month % 2 else None)
        withdraw(db, key, node, date(2025, 3, 1), actor=ME)
        edit_node(db, key, node, {"title": "Anew", "tags": ["a", "b"]}, version=None, actor=ME, reason="why")
        archive_nodes(db, key, [node], actor=ME)
        undo(db, key, 15, actor=ME)


def _tampered(db: Database, chance: random.Random, heads: list[str]) -> tuple[str, bool]:
    """Tamper once; return what was done and whether the audit noticed, and leave everything as it was."""
    deed, noticed = "", False
    try:
        with forced(db) as connection:
            deed = _tamper(connection, chance)
            plans = connection.execute(select(PLAN.table)).mappings().all()
            chains = [audit.followed(connection, plan) for plan in plans]
            noticed = any(each.broken for each in chains) or bool(audit.missing(chains, heads))
            raise Enough
    except Enough:
        return deed, noticed


def _tamper(connection: Connection, chance: random.Random) -> str:
    deed = chance.choice(DEEDS)
    table = chance.choice((CHANGES, OBSERVATIONS))
    row = chance.choice(connection.execute(select(table)).mappings().all())
    where = [table.c[name] == row[name] for name in ("plan_id", "revision", "id") if name in row]
    if deed == CHANGED:
        column = chance.choice(list(table.c))
        before = row[column.name]
        value = _other(before, column.name, chance)
        connection.execute(update(table).where(*where).values({column.name: value}))
        return f"{deed} {table.name}.{column.name} of {row['revision']}: {before!r:.80} to {value!r:.80}"
    if deed == TAKEN:
        connection.execute(delete(table).where(*where))
    elif deed == SLIPPED:
        connection.execute(insert(table), _slipped(table, row, chance))
    else:
        _cut(connection, row)
    return f"{deed} {table.name} at {row['revision']}"


def _slipped(table: Table, row: RowMapping, chance: random.Random) -> dict[str, Any]:
    """Return a copy of a row that takes a place of its own."""
    said = {name: value for name, value in row.items() if name != "id"}
    return said if table is OBSERVATIONS else {**said, "revision": chance.choice((0, -1, 10**6))}


def _cut(connection: Connection, row: RowMapping) -> None:
    """Cut off the end of a chain with all that hangs on it, as if it had never been."""
    plan = connection.execute(select(PLAN.table).where(PLAN.table.c.id == row["plan_id"])).mappings().one()
    for table in (CHANGES, OBSERVATIONS):
        its = (table.c.plan_id == plan["id"], table.c.revision == plan["revision"])
        connection.execute(delete(table).where(*its))
    before = {"revision": plan["revision"] - 1}
    connection.execute(update(PLAN.table).where(PLAN.table.c.id == plan["id"]).values(before))


def _other(value: Any, name: str, chance: random.Random) -> Any:
    """Return another value of the same column, as near as can be."""
    if name == "id":
        return 10**6 + chance.randrange(10**6)
    if value is None:
        return {"undoes": 1, "value": 0.0, "confidence": 0.5}.get(name, "")
    if isinstance(value, float):
        return chance.choice((nextafter(value, inf), value + 1, -1.0 - value))
    if isinstance(value, int):
        return value + (10**5 if name in ("plan_id", "revision") else 1)
    if isinstance(value, datetime):
        return value + timedelta(microseconds=chance.choice((1, -1, 10**9)))
    if isinstance(value, date):
        return value + timedelta(days=chance.choice((1, -1)))
    if isinstance(value, str):
        return chance.choice((value + "\u200b", value.upper() + "x", value[:-1] or "x"))
    return _other_json(value, chance)


def _other_json(value: Any, chance: random.Random) -> Any:
    """Return JSON that differs in one place, somewhere within."""
    if isinstance(value, dict) and value:
        name = chance.choice(sorted(value))
        if chance.random() < 0.2:
            return {key: each for key, each in value.items() if key != name}
        return {**value, name: _other_json(value[name], chance)}
    if isinstance(value, list) and value:
        at = chance.randrange(len(value))
        return [*value[:at], _other_json(value[at], chance), *value[at + 1 :]]
    if isinstance(value, bool) or value is None:
        return not value
    if isinstance(value, int | float):
        return value + 1
    return value + "x" if isinstance(value, str) else {"x": 1} if value == {} else ["x"]
