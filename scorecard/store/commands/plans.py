"""Create, copy, edit, archive and restore whole plans."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import Connection, insert

from scorecard.domain.errors import N_, NotFound, Refused
from scorecard.domain.schema import PlanFields, PlanFile
from scorecard.graph.plan import build
from scorecard.store.checks import KeyFixed, refuse_unfit
from scorecard.store.database import Database
from scorecard.store.reading import find_plan, read_file
from scorecard.store.rows import PLAN, head_of, image_of
from scorecard.store.sync import sync
from scorecard.store.unit_of_work import command, finish, write, write_site
from scorecard.store.work import RowChange, Work, Written, altered


class PlanExists(Refused):
    """The key of a plan is taken."""

    sentence = N_("There is a plan “{key}” already.")


@command
def create_plan(
    db: Database, fields: PlanFields | PlanFile, *, actor: str, reason: str | None = None
) -> Written:
    """Create a plan, empty but for the usual perspectives, or with all that a file holds.

    Raises:
        PlanExists, and any fault of `structure.check`.
    """
    file = fields if isinstance(fields, PlanFile) else PlanFile(**dict(fields), nodes=())
    refuse_unfit(file)
    with write_site(db) as connection:
        return create(db, connection, file, "create_plan", actor, reason)


@command
def copy_plan(
    db: Database,
    plan: str,
    key: str,
    *,
    title: str | None = None,
    actor: str,
    reason: str | None = None,
) -> Written:
    """Create a plan that is like another; the history stays with the first."""
    with write_site(db) as connection:
        row = find_plan(connection, plan)
        if row is None:
            raise NotFound(kind="plan", key=plan)
        said = {"plan": key, "title": title or row["title"]}
        head = PlanFields.model_validate({**dict(head_of(read_file(connection, row))), **said})
        file = read_file(connection, row).model_copy(update=dict(head))
        return create(db, connection, file, "copy_plan", actor, reason, source=plan)


@command
def edit_plan(
    db: Database,
    plan: str,
    changes: Mapping[str, Any],
    *,
    version: int | None,
    actor: str,
    reason: str | None = None,
) -> Written:
    """Change what is said of a plan as a whole; its key stays."""
    with write(db, plan, "edit_plan", actor, reason) as work:
        kept = work.found(PLAN, (), version)
        fields = cast(PlanFields, altered(kept.fields, changes))
        if fields.plan != plan:
            raise KeyFixed(key=plan)
        work.about(None, title=fields.title)
        work.replace(PLAN, (), kept, fields)
    return work.written


@command
def archive_plan(db: Database, plan: str, *, actor: str, reason: str | None = None) -> Written:
    """Make a plan read only and take it off the lists."""
    return _set_archived(db, plan, True, actor, reason)


@command
def restore_plan(db: Database, plan: str, *, actor: str, reason: str | None = None) -> Written:
    """Bring an archived plan back."""
    return _set_archived(db, plan, False, actor, reason)


def _set_archived(db: Database, plan: str, archived: bool, actor: str, reason: str | None) -> Written:
    intent = "archive_plan" if archived else "restore_plan"
    with write(db, plan, intent, actor, reason, archived=True) as work:
        was = work.found(PLAN, ()).image["archived"]
        work.about(None)
        work.change([RowChange(PLAN, (), {"archived": was}, {"archived": archived})])
    return work.written


def create(
    db: Database,
    connection: Connection,
    file: PlanFile,
    intent: str,
    actor: str,
    reason: str | None,
    **facts: Any,
) -> Written:
    """Write a new plan that was checked, on a connection that holds the installation."""
    if find_plan(connection, file.plan) is not None:
        raise PlanExists(key=file.plan)
    image = {**image_of(head_of(file)), "archived": False}
    stamp = {"key": file.plan, "revision": 1, "version": 1, "created_at": datetime.now(UTC)}
    connection.execute(insert(PLAN.table), {**image, **stamp})
    plan_id = cast(int, cast(Any, find_plan(connection, file.plan))["id"])
    empty = PlanFile(**{**dict(head_of(file)), "perspectives": (), "nodes": ()})
    work = Work(connection, plan_id, build(empty), intent, actor, reason)
    work.about(None, title=file.title, **facts)
    work.rows.append(RowChange(PLAN, (), None, image))
    sync(work, empty, file)
    finish(db, work)
    return work.written
