"""A plan as it was recorded at any past instant: rows as they stand, with the changes since taken back.

Nothing of the past is kept twice. Every change holds its rows before and after, so the former state follows
from the present one, and the present one must lead back to the empty plan that all began with.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from scorecard.domain.errors import N_, NotFound, Refused
from scorecard.domain.period import ONE_DAY
from scorecard.domain.schema import PlanFile
from scorecard.domain.shape import Shape
from scorecard.graph.plan import Plan, build, collector_paused
from scorecard.graph.renewal import renewed
from scorecard.store.database import Database
from scorecard.store.points import named, read_points
from scorecard.store.reading import find_plan, read_file, read_observations, read_places, read_section
from scorecard.store.rewind import Changed, Images, changes_after, keys_in, take_back
from scorecard.store.rows import (
    OBSERVATIONS,
    PLAN,
    SECTIONS,
    Family,
    Key,
    Row,
    fields_of,
    head_of,
    image_of,
    key_of,
)
from scorecard.store.tables import CHANGES


class NotYetThere(Refused):
    """A plan has no state before its first change."""

    sentence = N_("The plan “{key}” was not there yet on {day}: it was made on {made}.")


def moment_of(text: str) -> date | datetime:
    """Return the day that a text names, or the moment in UTC.

    Raises:
        ValueError: also for a moment without a time zone, or in the first or last year there is.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        found = datetime.fromisoformat(text)
    if found.tzinfo is None or not date.min.year < found.year < date.max.year:
        raise ValueError("a moment without a time zone, or at the end of all time")
    return found.astimezone(UTC)


def plan_as_recorded(db: Database, plan: str, at: date | datetime) -> Plan:
    """Return a plan with its structure, targets and values as they were recorded by an instant.

    Parameters:
        at: a moment, or a day whose end in the plan's time zone is meant.

    Raises:
        NotFound, NotYetThere.
    """
    with db.read() as connection:
        row = _found(connection, plan)
        revision = revision_at(connection, row, at)
        file = file_at(connection, row, revision)
    return replace(build(file, revision), fields=head_of(file))


def file_as_recorded(db: Database, plan: str, at: date | datetime) -> PlanFile:
    """Return all of a plan but its history as it was recorded by an instant.

    Raises:
        NotFound, NotYetThere.
    """
    with db.read() as connection:
        row = _found(connection, plan)
        return file_at(connection, row, revision_at(connection, row, at))


def as_reported(db: Database, plan: Plan, day: date) -> Plan:
    """Return a plan without the check-ins that were recorded after a day in its time zone.

    What was corrected or withdrawn later counts as it was said then; all else of the plan stays as it is.
    """
    with db.read() as connection:
        plan_id, columns = _found(connection, plan.key)["id"], OBSERVATIONS.c
        its = (columns.plan_id == plan_id, columns.revision <= plan.revision)
        end = end_of(day, plan.fields.timezone)
        late = select(columns.node).distinct().where(*its, columns.recorded_at >= end)
        nodes = set(connection.scalars(late))
        if not nodes:
            return plan
        known = read_points(connection, plan_id, named(nodes), *its, columns.recorded_at < end)
    before = {node: points for node, points in plan.observations.items() if node not in nodes}
    said = {node: points for node, points in known.items() if node in nodes}
    return renewed(plan, nodes, observations={**before, **said})


def file_after(db: Database, plan: str, revision: int) -> PlanFile:
    """Return all of a plan but its history as the change that made a revision left it.

    Raises:
        NotFound: also where there is no such change.
    """
    with db.read() as connection:
        row = _found(connection, plan)
        if not 1 <= revision <= row["revision"]:
            raise NotFound(kind="change", key=revision)
        return file_at(connection, row, revision)


def _found(connection: Connection, plan: str) -> Row:
    row = find_plan(connection, plan)
    if row is None:
        raise NotFound(kind="plan", key=plan)
    return row


def end_of(day: date, timezone: str) -> datetime:
    """Return the first moment after a day in a time zone; the last day there is has no end."""
    if day == date.max:
        return datetime.max.replace(tzinfo=UTC)
    return datetime.combine(day + ONE_DAY, time.min, ZoneInfo(timezone)).astimezone(UTC)


def revision_at(connection: Connection, row: Row, at: date | datetime) -> int:
    """Return the last revision of the plan of a row that was recorded by an instant.

    Raises:
        NotYetThere.
    """
    columns = CHANGES.c
    recorded = columns.at <= at if isinstance(at, datetime) else columns.at < end_of(at, row["timezone"])
    its = columns.plan_id == row["id"]
    found = connection.scalar(select(func.max(columns.revision)).where(its, recorded))
    if found is None:
        made = connection.scalar(select(columns.at).where(its, columns.revision == 1))
        zone = ZoneInfo(row["timezone"])
        day = at.astimezone(zone).date() if isinstance(at, datetime) else at
        raise NotYetThere(key=row["key"], day=day, made=made and made.astimezone(zone).date())
    return int(found)


def file_at(connection: Connection, row: Row, revision: int) -> PlanFile:
    """Return the plan of a row as it stood at a revision.

    Raises:
        HistoryBroken.
    """
    if revision >= row["revision"]:
        return read_file(connection, row)
    with collector_paused():
        changes = changes_after(connection, row["id"], revision)
        said: dict[str, Any] = dict(_head(row, changes[PLAN.name]))
        for family in SECTIONS:
            said[family.section] = _section(connection, row, family, changes[family.name])
        seen = read_observations(connection, row["id"], until=revision)
        return PlanFile.model_construct(**said, observations=seen)


def _head(row: Row, changes: list[Changed]) -> Shape:
    images: Images = {(): {**image_of(fields_of(PLAN, row)), "archived": row["archived"]}}
    take_back(PLAN, images, changes, row["key"])
    return fields_of(PLAN, {**images[()], "key": row["key"]})


def _section(connection: Connection, row: Row, family: Family, changes: list[Changed]) -> tuple[Shape, ...]:
    """Return the rows of a family as they stood; those that no change touched since are as they are."""
    items: tuple[Shape, ...] = read_section(connection, row["id"], family)
    if not changes:
        return items
    places = read_places(connection, row["id"], family)
    placed = {key: (places[key], item) for item in items for key in [key_of(item)]}
    now = {key: placed.pop(key) for key in keys_in(changes) if key in placed}
    images = {key: {**image_of(item), "position": place} for key, (place, item) in now.items()}
    take_back(family, images, changes, row["key"])
    placed |= {key: (image["position"], fields_of(family, image)) for key, image in images.items()}
    return tuple(item for _, (_, item) in sorted(placed.items(), key=_order))


def _order(placed: tuple[Key, tuple[float, Shape]]) -> tuple[float, Key]:
    """Return what the rows of a family are ordered by: their place, and their key where two have the same."""
    key, (place, _) = placed
    return place, key
