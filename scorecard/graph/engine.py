"""The roll-up from arrays: the same answers as `rollup`, for many days at once, and kept up with edits.

`rollup.rollup` is the specification; a test holds the two equal. A plan is compiled once; a changed value
costs its own leaf and the way up, a changed structure the arrays of the cascade.
"""

from collections.abc import Collection, Iterable
from datetime import date
from functools import partial
from itertools import compress, islice, repeat
from operator import attrgetter, is_not
from threading import RLock
from typing import NamedTuple

import networkx as nx
import numpy as np

from scorecard.graph.engine_leaves import Leaves, inputs_on, leaves_of
from scorecard.graph.engine_reading import put, standing_at
from scorecard.graph.engine_rollup import roll_one, roll_up
from scorecard.graph.engine_scores import score_leaves
from scorecard.graph.engine_step import Steps
from scorecard.graph.engine_structure import Structure, structure_of
from scorecard.graph.engine_table import Table, empty_table, freeze
from scorecard.graph.formulas import Sheets
from scorecard.graph.judgement import Standing, judge
from scorecard.graph.plan import Plan, collector_paused

TABLES_KEPT = 4
"""How many lists of days an engine keeps up with edits: those asked for last."""

MOST_CLIMBS = 100_000
"""Changes taken over before everything is summed up anew: their rounding adds up to less than 1e-11."""

MOST_MOVED = 500
"""Leaves judged one by one for new days because they were edited; with more, all are read anew."""


class _Kept:
    """A table that is kept up with edits, and what that takes: `sheets` are the formulas by day."""

    def __init__(self, structure: Structure, table: Table) -> None:
        self.structure, self.table = structure, table
        self.steps = Steps(structure, table)
        self._sheets: dict[date, Sheets] = {}

    def judge(self, plan: Plan, rows: Iterable[int]) -> None:
        """Judge leaves one by one on all days; closed ones are not frozen yet."""
        for place, day in enumerate(self.table.days):
            for row in rows:
                put(self.steps, row, place, self.judged(plan, row, day))

    def judged(self, plan: Plan, row: int, day: date) -> Standing:
        """Return how a leaf stands."""
        return judge(plan, self.structure.keys[row], day, self.sheets(plan, day) if plan.formulas else None)

    def roll_up(self) -> None:
        """Work out everything from leaves that have been judged."""
        frozen = self.structure.frozen.row
        freeze(self.structure, self.table, (0, int(np.searchsorted(frozen, self.structure.leaves))))
        roll_up(self.structure, self.table, self.steps)

    def climb(self, plan: Plan, rows: Iterable[int], day: int) -> list[int]:
        """Judge leaves anew on a day, and work out all above them; return the rows that changed."""
        steps, changed = self.steps, []
        for row in rows:
            if not (steps.frozen and steps.is_frozen(row, day)):
                was = steps.was(row, day)
                put(steps, row, day, self.judged(plan, row, self.table.days[day]))
                now = steps.was(row, day)
                if now != was:
                    changed.append((row, was, now))
        return steps.climb(changed, day, partial(roll_one, self.structure, self.table)) if changed else []

    def sheets(self, plan: Plan, day: date) -> Sheets:
        """Return the formulas of a plan on a day."""
        found = self._sheets.get(day)
        if found is None or found.plan is not plan:
            found = self._sheets[day] = Sheets(plan, day)
        return found


class Engine:
    """One plan's roll-up, brought up to date in place and safe to be shared by threads.

    Whatever is read belongs to the revision of `plan`, the plan it stands for.
    """

    def __init__(self, plan: Plan) -> None:
        self._lock = RLock()
        self._kept: dict[tuple[date, ...], _Kept] = {}
        self._compile(plan, None)

    def _compile(self, plan: Plan, before: Structure | None) -> None:
        with collector_paused():
            self.plan, self._structure = plan, structure_of(plan, before)
        self._leaves: Leaves | None = None
        self._moved: set[int] = set()
        self._climbs = 0

    def standings(self, days: Iterable[date]) -> "Columns":
        """Return how everything stands on some days, worked out for all of them at once."""
        columns = Columns(self, tuple(days))
        with self._lock:
            self.kept(columns.days)
        return columns

    def kept(self, days: tuple[date, ...]) -> _Kept:
        """Return the table of some days, made now where nobody asked for them lately."""
        with self._lock:
            found = self._kept.pop(days, None)
            self._kept[days] = found or self._worked_out(days)
            for old in [*islice(self._kept, max(0, len(self._kept) - TABLES_KEPT))]:
                del self._kept[old]
            return self._kept[days]

    def _worked_out(self, days: tuple[date, ...]) -> _Kept:
        structure, kept = self._structure, _Kept(self._structure, empty_table(self._structure, days))
        if self._leaves is None or len(self._moved) > MOST_MOVED:
            with collector_paused():
                self._leaves, self._moved = leaves_of(self.plan, structure), set()
        score_leaves(structure, kept.table, inputs_on(self._leaves, structure, days))
        kept.judge(self.plan, [*self._leaves.others, *self._moved])
        kept.roll_up()
        return kept

    def update(self, plan: Plan, touched: Collection[str], since: date | None = None) -> frozenset[str]:
        """Bring everything up to date with a later plan; return the nodes whose standing may be another.

        Parameters:
            touched: the nodes whose fields, observations or targets are others.
            since: where only observations changed, the first day of one that did: no day before sees it.
        """
        with self._lock:
            before = self.plan
            alike = plan.contributions is before.contributions and _judged_alike(before, plan)
            if alike and all(_placed_alike(before, plan, key) for key in touched):
                return self._move(plan, touched, since)
            self._rebuild(plan, touched)
            return frozenset(plan.nodes)

    def _move(self, plan: Plan, touched: Collection[str], since: date | None) -> frozenset[str]:
        """Take over values alone: judge the leaves that read them, and climb from those that changed."""
        self.plan, structure = plan, self._structure
        reading = _reading(plan, touched) if plan.formulas else touched
        changed = {structure.rows[key] for key in reading if key in structure.rows}
        rows = [row for row in changed if row < structure.leaves]
        self._moved.update(rows)
        self._climbs += len(rows)
        for kept in self._kept.values():
            for place, day in enumerate(kept.table.days):
                if since is None or day >= since:
                    changed.update(kept.climb(plan, rows, place))
            if self._climbs > MOST_CLIMBS:
                kept.roll_up()
        self._climbs = 0 if self._climbs > MOST_CLIMBS else self._climbs
        return frozenset([structure.keys[row] for row in changed])

    def _rebuild(self, plan: Plan, touched: Collection[str]) -> None:
        """Compile a plan whose structure is another, keeping what leaves are that nobody touched."""
        before, structure, alike = self.plan, self._structure, _judged_alike(self.plan, plan)
        tables = {days: kept.table for days, kept in self._kept.items()}
        self._kept.clear()
        self._compile(plan, structure)
        if not alike:
            return
        leaves = self._structure.keys[: self._structure.leaves]
        now, was = map(plan.metrics.get, leaves), map(before.metrics.get, leaves)
        anew = set(compress(leaves, map(is_not, now, was))) | _reading(plan, touched)
        if len(anew) > MOST_MOVED:
            return
        for days, old in tables.items():
            self._kept[days] = self._carried_over(structure, old, anew)

    def _carried_over(self, structure: Structure, old: Table, anew: Collection[str]) -> _Kept:
        """Return a table under the new structure in which only some leaves are judged again."""
        now, found = self._structure, _Kept(self._structure, empty_table(self._structure, old.days))
        table = found.table
        rows = now.keys[: now.leaves]
        at = np.fromiter(map(structure.rows.get, rows, repeat(-1)), np.intp, len(rows))
        at[[now.rows[key] for key in anew if now.rows.get(key, now.leaves) < now.leaves]] = -1
        to = np.flatnonzero(at >= 0)
        at = at[to]
        table.gap[to], table.progress[to] = old.gap[at], old.progress[at]
        table.coverage[to], table.code[to] = old.coverage[at], old.code[at]
        found.judge(self.plan, np.setdiff1d(np.arange(now.leaves), to).tolist())
        found.roll_up()
        return found

    def read(self, days: tuple[date, ...], keys: Iterable[str] | None, day: date) -> "Copy":
        """Return how nodes stand on one of some days; all of them, in no order, where `keys` is None."""
        with self._lock:
            kept, structure = self.kept(days), self._structure
            at = kept.table.days.index(day)
            chosen = structure.keys if keys is None else keys
            sheets = kept.sheets(self.plan, day)
            found = {
                key: standing_at(
                    self.plan, structure, kept.table, kept.steps, structure.rows[key], at, sheets
                )
                for key in chosen
            }
            return Copy(self.plan.revision, found)

    def bytes_held(self) -> int:
        """Return the room that the arrays take: cascade, leaves and every table kept."""
        structure = (*self._structure, *self._structure.slots)
        arrays = sum(each.nbytes for each in structure if isinstance(each, np.ndarray))
        leaves = self._leaves.bytes_held() if self._leaves else 0
        return arrays + leaves + sum(kept.table.bytes_held() for kept in self._kept.values())


def compile(plan: Plan) -> Engine:
    """Return an engine that answers for a plan, and for the later ones it is brought up to."""
    return Engine(plan)


def _judged_alike(before: Plan, after: Plan) -> bool:
    """Tell whether what holds for the whole plan is the same: its fields and its cycles."""
    if before.fields is not after.fields and before.fields != after.fields:
        return False
    return before.spans is after.spans or before.spans == after.spans


_PLACE = attrgetter("archived", "lifecycle", "policy", "bands", "cycle", "grade")


def _placed_alike(before: Plan, after: Plan, key: str) -> bool:
    """Tell whether nothing of a node changed that the arrays of the cascade hold."""
    old, new = before.nodes.get(key), after.nodes.get(key)
    if old is None or new is None:
        return old is new
    return old is new or (_PLACE(old) == _PLACE(new) and (key in before.leaves) == (key in after.leaves))


def _reading(plan: Plan, touched: Collection[str]) -> set[str]:
    """Return the nodes and all whose formulas read them, directly or not."""
    found = {key for key in touched if key in plan.nodes}
    for key in tuple(found):
        if plan.feeds.succ[key]:
            found |= nx.descendants(plan.feeds, key)
    return found


class Copy(NamedTuple):
    """Standings by node, and the revision of the plan that all of them belong to."""

    revision: int
    standings: dict[str, Standing]


class Columns:
    """How everything stands on some days: a reader of an engine that always gives the latest revision."""

    def __init__(self, engine: Engine, days: tuple[date, ...]) -> None:
        self._engine, self.days = engine, days

    def standing(self, key: str, day: date) -> Standing:
        """Return how one node stands on one of the days."""
        return self._engine.read(self.days, [key], day).standings[key]

    def of(self, keys: Iterable[str], day: date) -> Copy:
        """Return how some nodes stand on a day, all of them at one revision."""
        return self._engine.read(self.days, keys, day)

    def on(self, day: date) -> dict[str, Standing]:
        """Return how every node that is not archived stands on a day, as `rollup.rollup` does."""
        return self._engine.read(self.days, None, day).standings
