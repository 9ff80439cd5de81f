"""Drafts: a branch of a plan, edited apart, compared with it, and merged as one change."""

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Connection, RowMapping, select, update

from scorecard.domain.errors import N_, Conflict, NotFound, Refused
from scorecard.domain.schema import PlanFields, PlanFile
from scorecard.graph.merging import Merged, Side, three_way
from scorecard.store.checks import refuse_unfit
from scorecard.store.commands.plans import create
from scorecard.store.database import Database
from scorecard.store.past import file_at
from scorecard.store.reading import find_plan, read_file
from scorecard.store.replay import standing_plan
from scorecard.store.rows import PLAN, head_of
from scorecard.store.sync import sync
from scorecard.store.unit_of_work import PlanArchived, command, write, write_site
from scorecard.store.work import RowChange, Work, Written


class NoDraft(Refused):
    """A plan of its own cannot be merged into another."""

    sentence = N_("“{key}” is no draft of a plan.")


class DraftOfDraft(Refused):
    """A draft goes back to the plan it was taken from, so it has no drafts itself."""

    sentence = N_("“{key}” is a draft itself. Take the draft from “{plan}”.")


class Undecided(Refused):
    """Both sides changed the same thing."""

    sentence = N_("Draft and plan both changed {count} things, “{key}” among them. Decide on each of them.")


class Comparison(NamedTuple):
    """A draft beside its plan: what they began from, and what the plan would be with the draft merged.

    `revision` is that of the plan, `draft_revision` that of the draft that was compared.
    """

    plan: str
    revision: int
    draft_revision: int
    base: PlanFile
    live: PlanFile
    merged: Merged


@command
def begin_draft(
    db: Database, plan: str, key: str, *, title: str, actor: str, reason: str | None = None
) -> Written:
    """Take a draft from a plan as it is now, with all its values.

    Raises:
        NotFound, DraftOfDraft, PlanExists.
    """
    with write_site(db) as connection:
        row = _plan(connection, plan)
        if row["branch_of"] is not None:
            raise DraftOfDraft(key=plan, plan=_by_id(connection, row["branch_of"])["key"])
        file = read_file(connection, row)
        head = PlanFields.model_validate({**dict(head_of(file)), "plan": key, "title": title})
        file = file.model_copy(update=dict(head))
        written = create(db, connection, file, "begin_draft", actor, reason, source=plan)
        _set_base(connection, key, row["id"], row["revision"])
    return written


def drafts_of(db: Database, plan: str) -> list[RowMapping]:
    """Return the rows of the drafts of a plan, archived ones last."""
    plans = PLAN.table
    with db.read() as connection:
        its = select(plans).where(plans.c.branch_of == _plan(connection, plan)["id"])
        return list(connection.execute(its.order_by(plans.c.archived, plans.c.id)).mappings())


def source_of(db: Database, plan: str) -> str | None:
    """Return the plan that a draft was taken from, nothing for a plan of its own."""
    with db.read() as connection:
        row = _plan(connection, plan)
        return None if row["branch_of"] is None else str(_by_id(connection, row["branch_of"])["key"])


def compare(db: Database, draft: str, choices: Mapping[str, Side] | None = None) -> Comparison:
    """Return what merging a draft would do; nothing is written.

    Raises:
        NotFound, NoDraft, Unfit.
    """
    with db.read() as connection:
        row = _plan(connection, draft)
        return _compared(connection, row, _source(connection, row), choices)


@command
def merge_draft(
    db: Database,
    draft: str,
    choices: Mapping[str, Side] | None = None,
    *,
    expected: tuple[int, int] | None = None,
    actor: str,
    reason: str | None = None,
) -> Written:
    """Bring into a plan all that its draft changed, as one change, and put the draft aside.

    Parameters:
        choices: which side wins each clash, by its name.
        expected: the revisions of plan and draft that the reader saw.

    Raises:
        NotFound, NoDraft, PlanArchived, Undecided, Unfit.
        Conflict: either moved since the reader looked.
    """
    source = source_of(db, draft)
    if source is None:
        raise NoDraft(key=draft)
    with write(db, source, "merge_draft", actor, reason) as work:
        row = _held_draft(db, work.connection, draft)
        if row["archived"]:
            raise PlanArchived(key=draft)
        found = _compared(work.connection, row, _by_id(work.connection, work.plan_id), choices)
        if expected is not None and expected != (found.revision, found.draft_revision):
            raise Conflict(key=draft, seen=expected, revision=found.revision)
        if found.merged.clashes:
            raise Undecided(key=found.merged.clashes[0].key, count=len(found.merged.clashes))
        refuse_unfit(found.merged.file)
        work.about(None, title=row["title"], draft=draft)
        sync(work, found.live, found.merged.file)
        _put_aside(db, work, row, actor)
    return work.written


def _compared(
    connection: Connection, draft: RowMapping, plan: RowMapping, choices: Mapping[str, Side] | None
) -> Comparison:
    base = file_at(connection, plan, draft["base_revision"])
    live = read_file(connection, plan)
    merged = three_way(base, live, read_file(connection, draft), choices)
    return Comparison(plan["key"], plan["revision"], draft["revision"], base, live, merged)


def _put_aside(db: Database, work: Work, row: RowMapping, actor: str) -> None:
    """Archive a merged draft, by a change of its own in the same transaction."""
    plan = standing_plan(db, work.connection, row)
    aside = Work(work.connection, row["id"], plan, "archive_plan", actor, None)
    aside.about(None, merged_into=work.plan.key)
    aside.change([RowChange(PLAN, (), {"archived": row["archived"]}, {"archived": True})])
    aside.finish()


def _plan(connection: Connection, key: str) -> RowMapping:
    row = find_plan(connection, key)
    if row is None:
        raise NotFound(kind="plan", key=key)
    return row


def _by_id(connection: Connection, plan_id: int) -> RowMapping:
    return connection.execute(select(PLAN.table).where(PLAN.table.c.id == plan_id)).mappings().one()


def _source(connection: Connection, draft: RowMapping) -> RowMapping:
    if draft["branch_of"] is None:
        raise NoDraft(key=draft["key"])
    return _by_id(connection, draft["branch_of"])


def _held_draft(db: Database, connection: Connection, draft: str) -> RowMapping:
    """Read the draft's row and hold it too, after its plan."""
    statement = select(PLAN.table).where(PLAN.table.c.key == draft)
    held = statement if db.is_sqlite else statement.with_for_update()
    return connection.execute(held).mappings().one()


def _set_base(connection: Connection, draft: str, plan_id: int, revision: int) -> None:
    values = {"branch_of": plan_id, "base_revision": revision}
    connection.execute(update(PLAN.table).where(PLAN.table.c.key == draft).values(values))
