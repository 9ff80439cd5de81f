"""Changes taken back from the images of rows, the latest first: how the present leads back to the past."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, select

from scorecard.domain.errors import N_, Fault
from scorecard.store.rows import (
    FAMILIES,
    LINK,
    NODE,
    OBSERVATIONS,
    PLAN,
    SECTIONS,
    TARGET,
    Family,
    Image,
    Key,
    Row,
)
from scorecard.store.tables import CHANGES, TOUCHED

Changed = tuple[int, list[dict[str, Any]]]
"""A revision, and the rows that it changed as the audit keeps them."""

Images = dict[Key, Image]
"""Rows of one family by their keys."""

APART = frozenset({"id", "plan_id", "version", "revision", "created_at", "branch_of", "base_revision"})
"""Columns that no change holds: numbers of the row's own, and what says where it stands in history."""


class HistoryBroken(Fault):
    """A row is not what the last change made of it, so that the past cannot be told from it."""

    sentence = N_("The rows and the history of “{key}” contradict each other at change {revision}.")


def changes_after(connection: Connection, plan_id: int, revision: int) -> dict[str, list[Changed]]:
    """Return the row changes since a revision by the name of their family, the latest first."""
    columns = CHANGES.c
    its = (columns.plan_id == plan_id, columns.revision > revision)
    statement = select(columns.revision, columns.rows).where(*its).order_by(columns.revision.desc())
    found: dict[str, list[Changed]] = defaultdict(list)
    for number, rows in connection.execute(statement):
        for name, group in groupby(sorted(rows, key=itemgetter("table")), key=itemgetter("table")):
            found[name].append((number, list(group)))
    return found


def keys_in(changes: Iterable[Changed]) -> set[Key]:
    """Return the keys of the rows that changes touched."""
    return {tuple(row["key"]) for _, rows in changes for row in rows}


def take_back(family: Family, images: Images, changes: Iterable[Changed], plan: str) -> None:
    """Bring the images of the rows that changes touched to what they were before.

    Raises:
        HistoryBroken: a row is not what the change says it made of it.
    """
    for revision, rows in changes:
        for row in reversed(rows):
            key, before, after = tuple(row["key"]), row["before"], row["after"]
            image = images.pop(key, None)
            if not _agree(family, image, after, whole=before is None):
                raise HistoryBroken(key=plan, revision=revision)
            if before is not None:
                former = before if after is None else {**(image or {}), **before}
                images[key] = {name: value for name, value in former.items() if value is not None}


def _agree(family: Family, image: Image | None, after: Image | None, whole: bool) -> bool:
    """Tell whether a row is what a change made of it: all of it, or the columns that the change names.

    A column that came later holds its default, one that is gone says nothing.
    """
    if image is None or after is None:
        return image is after
    names = {*image, *after} if whole else set(after)
    return all(
        image.get(name) == (after[name] if name in after else _default(family, name))
        for name in names
        if name in family.table.c
    )


def _default(family: Family, name: str) -> Any:
    field = family.shape.model_fields.get(name)
    return field.default if field is not None and isinstance(field.default, str | int | float) else None


def refuse_broken(connection: Connection, plan: Row) -> None:
    """Refuse the plan of a row whose present does not lead back to nothing, which all began with.

    The index of the changes by node must name all of them too: a node's history is read by it.

    Raises:
        HistoryBroken.
    """
    changes = changes_after(connection, plan["id"], 0)
    present: dict[str, Images] = {PLAN.name: {(): _image(PLAN, plan)}}
    for family in SECTIONS:
        mine = select(family.table).where(family.table.c.plan_id == plan["id"])
        rows = connection.execute(mine).mappings()
        present[family.name] = {_key(family, row): _image(family, row) for row in rows}
    for name, images in present.items():
        take_back(FAMILIES[name], images, changes[name], plan["key"])
        if images:
            raise HistoryBroken(key=plan["key"], revision=1)
    apart = _touching(connection, plan["id"], changes) ^ _touched(connection, plan["id"])
    if apart:
        raise HistoryBroken(key=plan["key"], revision=min(apart)[0])


def _touching(
    connection: Connection, plan_id: int, changes: Mapping[str, list[Changed]]
) -> set[tuple[int, str]]:
    """Return which nodes each change concerned: by their rows, and by what was said of them."""
    seen = OBSERVATIONS.c
    said = connection.execute(select(seen.revision, seen.node).where(seen.plan_id == plan_id).distinct())
    found = {(revision, node) for revision, node in said}
    for family in (NODE, LINK, TARGET):
        ends = 2 if family is LINK else 1
        found |= {
            (revision, node)
            for revision, rows in changes[family.name]
            for row in rows
            for node in row["key"][:ends]
        }
    return found


def _touched(connection: Connection, plan_id: int) -> set[tuple[int, str]]:
    columns = TOUCHED.c
    rows = connection.execute(select(columns.revision, columns.node).where(columns.plan_id == plan_id))
    return {(revision, node) for revision, node in rows}


def _image(family: Family, row: Row) -> Image:
    """Return a row as it stands, read past the rules of its fields."""
    apart = APART | {"key"} if family is PLAN else APART
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in row.items()
        if name not in apart and value is not None
    }


def _key(family: Family, row: Row) -> Key:
    parts = (row[name] for name in family.key)
    return tuple(part.isoformat() if isinstance(part, date) else str(part) for part in parts)
