"""Bring a file into a plan: look at it first, then all of it or nothing."""

from collections.abc import Collection
from typing import Any, NamedTuple

from scorecard.domain.errors import Conflict
from scorecard.domain.schema import PlanFile
from scorecard.graph.diff import Change, counts, diff, merge
from scorecard.store.checks import refuse_unfit
from scorecard.store.commands.plans import create
from scorecard.store.database import Database
from scorecard.store.once import AnsweredBefore
from scorecard.store.points import named
from scorecard.store.reading import find_plan, read_file
from scorecard.store.sync import sync
from scorecard.store.unit_of_work import begun_again, write, write_site
from scorecard.store.work import Written


class Preview(NamedTuple):
    """What an import would do to a plan at a revision; a new plan is at 0."""

    plan: str
    new: bool
    revision: int
    counts: dict[str, Any]
    changes: list[Change]


class Imported(NamedTuple):
    """What an import did."""

    plan: str
    counts: dict[str, Any]
    written: Written


def preview_import(
    db: Database, file: PlanFile, *, plan: str | None = None, partial: bool = False
) -> Preview:
    """Return what an import would do; nothing is written.

    Raises:
        Fault: what keeps the file from being imported into this plan.
    """
    key = plan or file.plan
    with db.read() as connection:
        row = find_plan(connection, key)
        current = _empty(file, key) if row is None else read_file(connection, row, _named(file))
    merged = _merged(current, file, partial and row is not None)
    found = diff(current, merged)
    return Preview(key, row is None, row["revision"] if row else 0, counts(current, merged, file), found)


def apply_import(
    db: Database,
    file: PlanFile,
    *,
    plan: str | None = None,
    partial: bool = False,
    expected_revision: int | None = None,
    actor: str,
    reason: str | None = None,
) -> Imported:
    """Import a file into its plan, or the one named; a plan that is not there is created.

    Parameters:
        partial: the file speaks only of what it names; nothing is archived or removed.
        expected_revision: that of the preview the importer saw, 0 for a new plan.

    Raises:
        Conflict: when the plan moved since the preview.
        Fault: when the file does not fit the plan.
    """
    try:
        return _apply(db, file, plan or file.plan, partial, expected_revision, actor, reason)
    except AnsweredBefore as first:
        return Imported(first.answer.plan, first.answer.facts, first.answer.written)


@begun_again
def _apply(
    db: Database,
    file: PlanFile,
    key: str,
    partial: bool,
    expected: int | None,
    actor: str,
    reason: str | None,
) -> Imported:
    with db.read() as connection:
        there = find_plan(connection, key) is not None
    if not there:
        return _create(db, file, key, expected, actor, reason)
    with write(db, key, "import", actor, reason) as work:
        _refuse_moved(key, expected, work.plan.revision)
        current = work.file(_named(file))
        merged = _merged(current, file, partial)
        number = counts(current, merged, file)
        work.about(None, **number)
        sync(work, current, merged)
    return Imported(key, number, work.written)


def _named(file: PlanFile) -> Collection[str] | None:
    """Return the nodes whose check-ins an import adds to or measures anew, None for too many to name."""
    return named({node.key for node in file.nodes} | {seen.node for seen in file.observations})


def _create(
    db: Database, file: PlanFile, key: str, expected: int | None, actor: str, reason: str | None
) -> Imported:
    _refuse_moved(key, expected, 0)
    empty = _empty(file, key)
    merged = _merged(empty, file, partial=False)
    number = counts(empty, merged, file)
    with write_site(db) as connection:
        written = create(db, connection, merged, "import", actor, reason, **number)
    return Imported(key, number, written)


def _refuse_moved(key: str, expected: int | None, revision: int) -> None:
    if expected is not None and expected != revision:
        raise Conflict(key=key, seen=expected, revision=revision)


def _empty(file: PlanFile, key: str) -> PlanFile:
    """Return the plan that a file meets where there is none yet; the usual perspectives come with it."""
    given = "perspectives" in file.model_fields_set
    usual = () if given else file.perspectives
    return PlanFile(plan=key, title=file.title, perspectives=usual, nodes=())


def _merged(current: PlanFile, file: PlanFile, partial: bool) -> PlanFile:
    merged = merge(current, file, partial)
    refuse_unfit(merged)
    return merged
