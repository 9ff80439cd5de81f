"""Take a change back. Redo is taking back the undo.

Nothing is rewritten: rows get their former values again, check-ins are followed by the former value or by a
withdrawal, and the undo is a change of its own.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from pydantic import ValidationError
from sqlalchemy import RowMapping, select

from scorecard.domain.errors import N_, NotFound, Refused
from scorecard.domain.schema import ObservationFields, PlanFile
from scorecard.domain.vocabulary import CycleState
from scorecard.graph.structure import Problem, check
from scorecard.store.database import Database
from scorecard.store.history import undone_by
from scorecard.store.reading import observation_of
from scorecard.store.rows import (
    CYCLE,
    FAMILIES,
    OBSERVATIONS,
    PERSON,
    PLAN,
    SECTIONS,
    Family,
    Image,
    Key,
    fields_of,
    key_of,
)
from scorecard.store.tables import CHANGES
from scorecard.store.unit_of_work import PlanArchived, command, write
from scorecard.store.work import RowChange, Work, Written


class BeginningStays(Refused):
    """A plan's first change is the plan."""

    sentence = N_("The beginning of a plan cannot be taken back. Archive the plan instead.")


class UndoneAlready(Refused):
    """A change is taken back once."""

    sentence = N_("Change {revision} was taken back already, by change {by}.")


class ChangedSince(Refused):
    """A later change stands on this one."""

    sentence = N_(
        "Change {revision} cannot be taken back: change {later} touched “{key}” after it. "
        "Take that back first."
    )


class ClosedAnew(Refused):
    """A cycle is closed on its values as they are then, not as they were once."""

    sentence = N_(
        "Taking change {revision} back would close “{key}” on old values. Close the cycle anew instead."
    )


class Slot(NamedTuple):
    """The check-ins of one node, day and label around a change: before it, by it, and now."""

    before: ObservationFields | None
    then: ObservationFields | None
    now: ObservationFields | None
    last: RowMapping


@command
def undo(db: Database, plan: str, revision: int, *, actor: str, reason: str | None = None) -> Written:
    """Take back the change that made a revision.

    Raises:
        NotFound, BeginningStays, UndoneAlready.
        ChangedSince: something it touched was changed later, or rests on it; the sentence names the change.
        ClosedAnew: it would close a cycle.
    """
    with write(db, plan, "undo", actor, reason, archived=True) as work:
        change = _change(work, revision)
        rows = [_taken_back(work, revision, row) for row in reversed(change["rows"])]
        for row in rows:
            if row.family is CYCLE and row.before and (row.after or {}).get("state") == CycleState.closed:
                raise ClosedAnew(revision=revision, key=row.key[0])
        _refuse_archived(work, rows)
        work.about(change["subject"], undoes=revision, intent=change["intent"], **_title(change))
        work.change(rows)
        _take_back_check_ins(work, revision)
        _refuse_unfit(work, revision)
    return work.written


def _change(work: Work, revision: int) -> RowMapping:
    where = (CHANGES.c.plan_id == work.plan_id, CHANGES.c.revision == min(revision, work.revision))
    change = work.connection.execute(select(CHANGES).where(*where)).mappings().one_or_none()
    if change is None:
        raise NotFound(kind="change", key=revision)
    if revision == 1:
        raise BeginningStays
    undone = undone_by(work.connection, work.plan_id)
    if revision in undone:
        raise UndoneAlready(revision=revision, by=undone[revision])
    return change


def _title(change: RowMapping) -> dict[str, Any]:
    return {"title": change["facts"]["title"]} if change["facts"].get("title") else {}


def _refuse_archived(work: Work, rows: list[RowChange]) -> None:
    """Refuse on an archived plan all but bringing the plan itself back."""
    archived = work.found(PLAN, ()).image["archived"]
    if archived and not any(row.family is PLAN and "archived" in (row.after or {}) for row in rows):
        raise PlanArchived(key=work.plan.key)


def _taken_back(work: Work, revision: int, row: dict[str, Any]) -> RowChange:
    """Return the row change that undoes another; what only changed its place since stays there."""
    family, key = FAMILIES[row["table"]], tuple(row["key"])
    before, after = row["before"], row["after"]
    kept = work.kept(family, key)
    image = None if kept is None else kept.image
    if before is None or after is None:
        if _placeless(image) != _placeless(after):
            raise _since(work, revision, family, key)
        return RowChange(family, key, image, before)
    if image is None or any(image.get(name) != after[name] for name in after if name != "position"):
        raise _since(work, revision, family, key)
    moved = image.get("position") != after.get("position", image.get("position"))
    former = {name: value for name, value in before.items() if not (moved and name == "position")}
    _refuse_invalid(work, revision, family, key, {**image, **former})
    return RowChange(family, key, {name: image.get(name) for name in former}, former)


def _placeless(image: Image | None) -> Image | None:
    said = (image or {}).items()
    return image and {name: value for name, value in said if name != "position" and value is not None}


def _refuse_invalid(work: Work, revision: int, family: Family, key: Key, image: Image) -> None:
    """Refuse a mixture of old and new columns that no longer makes sense together."""
    try:
        fields_of(family, {**image, "key": image.get("key", work.plan.key)})
    except ValidationError as error:
        raise _since(work, revision, family, key) from error


def _since(work: Work, revision: int, family: Family, key: Key) -> ChangedSince:
    """Return the fault that names the latest change to a row."""
    where = (CHANGES.c.plan_id == work.plan_id, CHANGES.c.revision > revision)
    statement = select(CHANGES.c.revision, CHANGES.c.rows).where(*where).order_by(CHANGES.c.revision.desc())
    touched = (
        later
        for later, rows in work.connection.execute(statement)
        if any(row["table"] == family.name and tuple(row["key"]) == key for row in rows)
    )
    shown = " → ".join(key[:2]) or work.plan.key
    return ChangedSince(revision=revision, later=next(touched, work.plan.revision), key=shown)


def _take_back_check_ins(work: Work, revision: int) -> None:
    slots = list(_slots(work, revision))
    for slot in slots:
        if slot.now != slot.then:
            raise ChangedSince(revision=revision, later=slot.last["revision"], key=slot.last["node"])
    work.record(*(slot.before for slot in slots if slot.before is not None))
    work.withdraw(*(slot.then for slot in slots if slot.before is None and slot.then is not None))


def _slots(work: Work, revision: int) -> Iterator[Slot]:
    """Yield what stood before a change, by it and now, for each check-in it wrote."""
    columns = OBSERVATIONS.c
    own = select(columns.node).where(columns.plan_id == work.plan_id, columns.revision == revision)
    statement = select(OBSERVATIONS).where(columns.plan_id == work.plan_id, columns.node.in_(own))
    said: dict[Any, list[RowMapping]] = {}
    for row in work.connection.execute(statement.order_by(columns.id)).mappings():
        said.setdefault((row["node"], row["date"], row["label"]), []).append(row)
    for rows in said.values():
        at = next((i for i, row in enumerate(rows) if row["revision"] == revision), None)
        if at is not None:
            before = observation_of(rows[at - 1]) if at else None
            then = [row for row in rows if row["revision"] == revision][-1]
            yield Slot(before, observation_of(then), observation_of(rows[-1]), rows[-1])


def _refuse_unfit(work: Work, revision: int) -> None:
    """Refuse an undo after which later rows would hang in the air, close a circle or hold a wrong value."""
    everyone = any(row.family is PERSON for row in work.rows)
    file = work.file(None if everyone else work.touched)
    for problem in check(file):
        raise _blamed(work, revision, file, problem)


def _blamed(work: Work, revision: int, file: PlanFile, problem: Problem) -> Refused:
    section, index = problem.at[0], problem.at[1] if len(problem.at) > 1 else 0
    item = getattr(file, str(section))[index]
    if isinstance(item, ObservationFields):
        columns = OBSERVATIONS.c
        its = (columns.plan_id == work.plan_id, columns.node == item.node, columns.revision < work.revision)
        statement = select(columns.revision).where(*its).order_by(columns.id.desc()).limit(1)
        return ChangedSince(revision=revision, later=work.connection.scalar(statement), key=item.node)
    family = next(family for family in SECTIONS if family.section == section)
    return _since(work, revision, family, key_of(item))
