"""Record, correct and withdraw values, and set the targets of periods."""

from datetime import date as Day
from typing import Any, cast

from sqlalchemy import bindparam, select

from scorecard.domain.errors import NotFound
from scorecard.domain.schema import ObservationFields, TargetFields
from scorecard.store.checks import found_node, refuse_unfit_observation
from scorecard.store.database import Database
from scorecard.store.reading import observation_of
from scorecard.store.rows import OBSERVATIONS, TARGET, key_of
from scorecard.store.unit_of_work import command, write
from scorecard.store.work import Work, Written


@command
def record(
    db: Database, plan: str, fields: ObservationFields, *, actor: str, reason: str | None = None
) -> Written:
    """Add a check-in; one for the same node, day and label is corrected by it, and kept.

    Raises:
        NotFound, WrongValue, CycleClosed.
    """
    with write(db, plan, "record", actor, reason) as work:
        refuse_unfit_observation(work.plan, fields)
        before = standing(work, fields.node, fields.date, fields.label)
        _about(work, fields, before, fields.value)
        if before != fields:
            work.record(fields)
    return work.written


@command
def withdraw(
    db: Database,
    plan: str,
    node: str,
    date: Day,
    label: str | None = None,
    *,
    actor: str,
    reason: str | None = None,
) -> Written:
    """Take a check-in back; it stays in the history."""
    with write(db, plan, "withdraw", actor, reason) as work:
        before = standing(work, node, date, label)
        if before is None:
            raise NotFound(kind="observation", key=f"{node} {date.isoformat()}")
        _about(work, before, before, None)
        work.withdraw(before)
    return work.written


@command
def set_target(
    db: Database,
    plan: str,
    fields: TargetFields,
    *,
    version: int | None = None,
    actor: str,
    reason: str | None = None,
) -> Written:
    """Set the target of the period that holds a day."""
    with write(db, plan, "set_target", actor, reason) as work:
        found_node(work.plan, fields.node)
        kept = work.kept(TARGET, key_of(fields))
        before = cast(TargetFields, kept.fields).value if kept else None
        facts: dict[str, Any] = {
            "date": fields.date.isoformat(),
            "label": fields.label,
            "from": before,
            "to": fields.value,
        }
        work.about(fields.node, **facts)
        if kept is None:
            work.insert(fields)
        else:
            work.update(TARGET, key_of(fields), {"value": fields.value}, version)
    return work.written


@command
def drop_target(
    db: Database,
    plan: str,
    node: str,
    date: Day,
    label: str | None = None,
    *,
    version: int | None = None,
    actor: str,
    reason: str | None = None,
) -> Written:
    """Take the target of a period away; the measure's own stands again."""
    with write(db, plan, "drop_target", actor, reason) as work:
        key = (node, date.isoformat(), label or "")
        before = cast(TargetFields, work.found(TARGET, key, version).fields).value
        facts: dict[str, Any] = {"date": key[1], "label": label, "from": before, "to": None}
        work.about(node, **facts)
        work.delete(TARGET, key)
    return work.written


def _about(
    work: Work, seen: ObservationFields, before: ObservationFields | None, value: float | str | None
) -> None:
    was = before.value if before else None
    facts: dict[str, Any] = {"date": seen.date.isoformat(), "label": seen.label, "from": was, "to": value}
    work.about(seen.node, **facts)


def standing(work: Work, node: str, date: Day, label: str | None) -> ObservationFields | None:
    """Return the check-in that stands for a node, day and label."""
    said = {"plan_id": work.plan_id, "node": node, "date": date, "label": label or ""}
    row = work.connection.execute(_STANDING, said).mappings().one_or_none()
    return None if row is None else observation_of(row)


_STANDING = (
    select(OBSERVATIONS)
    .where(*(OBSERVATIONS.c[name] == bindparam(name) for name in ("plan_id", "node", "date", "label")))
    .order_by(OBSERVATIONS.c.id.desc())
    .limit(1)
)
