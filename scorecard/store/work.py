"""One intent under way: the rows it changes, each kept before and after, and the audit row it ends in."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, bindparam, delete, insert, select, update

from scorecard.domain.errors import Conflict, NotFound
from scorecard.domain.schema import ObservationFields, PlanFile
from scorecard.domain.shape import Shape
from scorecard.domain.vocabulary import CycleState
from scorecard.graph.plan import Plan
from scorecard.store import periods
from scorecard.store.advance import advanced
from scorecard.store.chain import next_hash
from scorecard.store.locks import refuse_node, refuse_row
from scorecard.store.points import Said
from scorecard.store.reading import last_place, read_file
from scorecard.store.rows import (
    BY_SHAPE,
    CYCLE,
    LINK,
    NODE,
    OBSERVATIONS,
    PLAN,
    TARGET,
    Family,
    Image,
    Key,
    Row,
    at_key,
    bound,
    fields_of,
    image_of,
    key_of,
)
from scorecard.store.tables import CHANGES, TOUCHED


class Written(NamedTuple):
    """What a command did: the plan's revision after it, and the nodes it touched."""

    revision: int
    touched: frozenset[str]


class Kept(NamedTuple):
    """A row as it stands: its fields, its image and the revision that wrote it."""

    fields: Shape
    image: Image
    version: int


class RowChange(NamedTuple):
    """One row before and after; of a row that stays, only the columns that differ."""

    family: Family
    key: Key
    before: Image | None
    after: Image | None

    def as_json(self) -> dict[str, Any]:
        """Return the change as the audit keeps it."""
        return {"table": self.family.name, "key": list(self.key), "before": self.before, "after": self.after}


class Work:
    """One intent on one plan; `plan` is the plan as it was before it."""

    def __init__(
        self, connection: Connection, plan_id: int, plan: Plan, intent: str, actor: str, reason: str | None
    ) -> None:
        self.connection, self.plan_id, self.plan = connection, plan_id, plan
        self.revision = plan.revision + 1
        self.now = datetime.now(UTC)
        self.rows: list[RowChange] = []
        self.touched: set[str] = set()
        self.said: list[Said] = []
        self.after: Plan | None = None
        self._audit: dict[str, Any] = {"intent": intent, "actor": actor, "reason": reason, "facts": {}}

    def about(self, subject: str | None, *, undoes: int | None = None, **facts: Any) -> None:
        """Say what the change is about, for those who read its history."""
        self._audit |= {"subject": subject, "undoes": undoes, "facts": facts}

    def kept(self, family: Family, key: Key) -> Kept | None:
        """Return a row as it stands now."""
        statement = select(family.table).where(at_key(family, self.plan_id, key))
        row = self.connection.execute(statement).mappings().one_or_none()
        return None if row is None else kept_of(family, row)

    def found(self, family: Family, key: Key, version: int | None = None) -> Kept:
        """Return a row that must be there, and unchanged since the revision `version` that a reader saw.

        Raises:
            NotFound, Conflict.
        """
        kept, shown = self.kept(family, key), " → ".join(key[:2]) or self.plan.key
        if kept is None:
            raise NotFound(kind=family.name, key=shown)
        if version is not None and not kept.version <= version < self.revision:
            raise Conflict(key=shown, table=family.name, seen=version, version=kept.version)
        return kept

    def file(self, nodes: Collection[str] | None = None) -> PlanFile:
        """Return the whole plan as its rows stand now, with the check-ins of all nodes or of some."""
        plans = PLAN.table
        row = self.connection.execute(select(plans).where(plans.c.id == self.plan_id)).mappings().one()
        return read_file(self.connection, row, nodes)

    def insert(self, *rows: Shape, places: Sequence[float] | None = None) -> None:
        """Add rows of one family, after the last unless told where."""
        if rows:
            family = BY_SHAPE[type(rows[0])]
            end = 0.0 if places else self.end(family)
            places = places or [end + i for i in range(len(rows))]
            self.change(
                RowChange(family, key_of(fields), None, {**image_of(fields), "position": place})
                for fields, place in zip(rows, places, strict=True)
            )

    def end(self, family: Family) -> float:
        """Return the place after the last row of a family."""
        return last_place(self.connection, family, self.plan_id) + 1

    def update(
        self, family: Family, key: Key, changes: Mapping[str, Any], version: int | None = None
    ) -> Shape:
        """Change fields of one row, validated as a whole, and return them as they are then.

        Raises:
            NotFound, Conflict, pydantic.ValidationError.
        """
        kept = self.found(family, key, version)
        fields = altered(kept.fields, changes)
        self.replace(family, key, kept, fields)
        return fields

    def replace(
        self, family: Family, key: Key, kept: Kept, fields: Shape, place: float | None = None
    ) -> None:
        """Put other fields, or another place, where a row stands."""
        own = "archived" if family is PLAN else "position"
        image = {**image_of(fields), own: kept.image[own] if place is None else place}
        self.change([difference(family, key, kept.image, image)])

    def delete(self, family: Family, key: Key, version: int | None = None) -> None:
        """Take a row away; its image stays in the history."""
        kept = self.found(family, key, version)
        self.change([RowChange(family, key, kept.image, None)])

    def change(self, given: Iterable[RowChange]) -> None:
        """Write row changes, in bulk where they are many, and keep them for the audit."""
        rows = [row for row in given if row.before != row.after]
        opened = {row.key[0] for row in (*self.rows, *rows) if _opens_a_cycle(row)}
        for row in rows:
            refuse_row(self.plan, row.family, row.key, row.after, self._audit["reason"], opened)
            self.touched |= _nodes_of(row)
        for row in rows:  # away first, so that a key is free before it is taken again
            if row.after is None:
                self.connection.execute(delete(row.family.table).where(self._at(row)))
        self._add([row for row in rows if row.before is None])
        for row in rows:
            if row.before is not None and row.after is not None:
                self._alter(row, row.after)
        self.rows += rows

    def _at(self, row: RowChange) -> ColumnElement[bool]:
        return at_key(row.family, self.plan_id, row.key)

    def _add(self, rows: Sequence[RowChange]) -> None:
        stamp = {"plan_id": self.plan_id, "version": self.revision}
        groups: dict[str, list[dict[str, Any]]] = {}
        for row in rows:
            groups.setdefault(row.family.name, []).append({**bound(row.family, row.after or {}), **stamp})
        tables = {row.family.name: row.family.table for row in rows}
        for name, group in groups.items():
            self.connection.execute(insert(tables[name]), group)

    def _alter(self, row: RowChange, after: Image) -> None:
        values = {name: value for name, value in bound(row.family, after).items() if name in after}
        statement = update(row.family.table).where(self._at(row))
        self.connection.execute(statement.values({**values, "version": self.revision}))

    def record(self, *observations: ObservationFields) -> None:
        """Append check-ins."""
        self._append([(seen, seen.value) for seen in observations])

    def withdraw(self, *observations: ObservationFields) -> None:
        """Take back what stands for the node, day and label of these check-ins."""
        self._append([(seen, None) for seen in observations])

    def _append(self, rows: Sequence[tuple[ObservationFields, float | str | None]]) -> None:
        for node in {seen.node for seen, _ in rows}:
            refuse_node(self.plan, node)
            self.touched.add(node)
        if rows:
            written = [self._observed(*row) for row in rows]
            self.connection.execute(insert(OBSERVATIONS), written)
            self.said += [Said(*(row[name] for name in Said._fields)) for row in written]

    def _observed(self, seen: ObservationFields, value: float | str | None) -> dict[str, Any]:
        said = dict(seen) if value is not None else dict.fromkeys(ObservationFields.model_fields)
        is_word = isinstance(value, str)
        return said | {
            "plan_id": self.plan_id,
            "node": seen.node,
            "date": seen.date,
            "label": seen.label or "",
            "value": None if is_word else value,
            "word": value if is_word else None,
            "recorded_at": self.now,
            "recorded_by": self._audit["actor"],
            "revision": self.revision,
        }

    @property
    def has_changes(self) -> bool:
        """Tell whether anything was written."""
        return bool(self.rows or self.said)

    @property
    def written(self) -> Written:
        """Return what was done."""
        return Written(self.revision if self.has_changes else self.plan.revision, frozenset(self.touched))

    def finish(self) -> None:
        """Write the audit row and raise the plan's revision; nothing, where nothing changed."""
        if not self.has_changes:
            return
        if self.said and not self.rows:
            self.after = advanced(self.plan, self.said, self.revision)
        self._keep_periods()
        where = {"plan_id": self.plan_id, "revision": self.revision}
        rows = [row.as_json() for row in self.rows]
        change = {**where, "at": self.now, "rows": rows, **self._audit}
        linked = {**change, "hash": next_hash(self.connection, self.plan.key, change)}
        self.connection.execute(insert(CHANGES), linked)
        if self.touched:
            touched = [{**where, "node": node} for node in sorted(self.touched)]
            self.connection.execute(insert(TOUCHED), touched)
        self.connection.execute(_REVISE, {"its": self.plan_id, "now": self.revision})

    def _keep_periods(self) -> None:
        """Bring the periods' values up to date: of nodes put together otherwise all of them are made anew."""
        if any(row.family is PLAN and "fiscal_year_start" in (row.before or {}) for row in self.rows):
            periods.refill(self.connection, self.plan_id)
            return
        anew = {row.key[0] for row in self.rows if row.family is NODE and _puts_together(row)}
        if anew:
            periods.refill(self.connection, self.plan_id, anew)
        said = [each for each in self.said if each.node not in anew]
        if said:
            periods.follow(self.connection, self.plan_id, self.plan, said, self.after)


_REVISE = update(PLAN.table).where(PLAN.table.c.id == bindparam("its")).values(revision=bindparam("now"))


def kept_of(family: Family, row: Row) -> Kept:
    """Return a database row with its fields and image."""
    fields = fields_of(family, row)
    own = "archived" if family is PLAN else "position"
    return Kept(fields, {**image_of(fields), own: row[own]}, row["version"])


def altered(fields: Shape, changes: Mapping[str, Any]) -> Shape:
    """Return the fields with some of them changed, validated as a whole.

    Raises:
        pydantic.ValidationError: also for a field that is not there.
    """
    return type(fields).model_validate({**dict(fields), **changes})


def difference(family: Family, key: Key, before: Image, after: Image) -> RowChange:
    """Return the change between two images of one row, cut to the columns that differ."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return RowChange(
        family, key, {name: before.get(name) for name in names}, {name: after.get(name) for name in names}
    )


def _opens_a_cycle(row: RowChange) -> bool:
    closed, ends = CycleState.closed, (row.before or {}, row.after or {})
    return row.family is CYCLE and [each.get("state") == closed for each in ends] == [True, False]


def _puts_together(row: RowChange) -> bool:
    """Tell whether a node that was there has another cadence or aggregation now, or is gone."""
    return row.before is not None and (row.after is None or bool(row.after.keys() & {"cadence", "aggregate"}))


def _nodes_of(row: RowChange) -> set[str]:
    if row.family is LINK:
        return {row.key[0], row.key[1]}
    return {row.key[0]} if row.family in (NODE, TARGET) else set()
