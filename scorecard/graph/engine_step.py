"""One node on one day worked out from its children, and the way up from a change until nothing changes.

The rules of `engine_rollup` for a single number at a time: for a few nodes that is quicker than arrays.
"""

from collections.abc import Callable, Iterable
from heapq import heappop, heappush
from typing import Any, NamedTuple

from scorecard.domain.measure import quantised
from scorecard.graph.engine_codes import (
    AT_RISK,
    BANDS,
    BY_BEST,
    BY_WORST,
    CRITICAL_CHILD,
    DUE,
    HALF_COVERED,
    HALF_NOT_ON_TRACK,
    HAS_SCORE,
    HEIGHT,
    LOW_COVERAGE,
    NO_DATA,
    NO_VALUE,
    NOT_DUE,
    OFF_TRACK,
    OFF_TRACK_CHILDREN,
    OFF_TRACK_WEIGHT,
    ON_TRACK,
    REASON,
    SCORED,
    STATUS,
    Anything,
)
from scorecard.graph.engine_structure import AVERAGED, BEST, Structure
from scorecard.graph.engine_table import Table
from scorecard.graph.rollup import ALMOST, CRITICAL_WEIGHT, HALF

_NONE = -1.0
"""In the place of a progress that is not there, when two are compared: NaN equals nothing."""

MANY = 200
"""Beyond so many children arrays are quicker for one node, too."""


_Taken = tuple[int, float, int]
"""The worst below: its byte, what it takes from the score, weighted, and its rank."""

ROWS_KEPT = 4_096
"""Rows whose children are kept at hand: those that edits climbed through last."""

_Slot = tuple[int, float, int, int]
"""A child: where its days begin, its weight and rank, and where the days of its worst begin, -1 for none."""


class _Sums(NamedTuple):
    """What the children of a node on a day add up to, and which of them may be the worst below.

    `share` is covered weight, `due` that of all who count, `total` that of those with a score, `known` that
    of those with a progress; `found` is what each of the `worst` takes, and its rank.
    """

    share: float
    due: float
    total: float
    gap: float
    known: float
    progress: float
    behind: float
    off: float
    offs: int
    worst: int
    found: list[tuple[float, int]]


Was = tuple[float, float, int, int, int, float, int]
"""What the parents of a row read of it: gap and progress (-1 for none), coverage and code, then the worst
below, what it takes, and its rank. For a leaf there is no worst below."""

_Reason = tuple[int, float, Was, Was]
"""Why a row is worked out: a child that changed, its weight, what it was and what it is."""

_Reasons = dict[int, list[_Reason | None]]
"""The reasons of each row; None where more than score and status changed."""


class Steps:
    """The arrays of a structure and a table as plain memory, in which one number is reached soonest."""

    def __init__(self, structure: Structure, table: Table) -> None:
        self.width, self.leaves = len(table.days), structure.leaves
        self.start, self.child = _flat(structure.start), _flat(structure.child)
        self.weight, self.critical = _flat(structure.weight), _flat(structure.critical)
        self.has_critical = structure.has_critical
        self.shifting = not structure.ungraded
        self.up_start, self.up = _flat(structure.up_start), _flat(structure.up)
        self.up_weight, self.rank = _flat(structure.up_weight), _flat(structure.rank)
        self.way, self.cycle = _flat(structure.way), _flat(structure.cycle)
        self.on_track, self.at_risk = _flat(structure.bands[2]), _flat(structure.bands[3])
        self.bands = None if structure.own_bands else (self.on_track[0], self.at_risk[0])
        self.gap, self.progress = _flat(table.gap), _flat(table.progress)
        self.coverage, self.code = _flat(table.coverage), _flat(table.code)
        self.total, self.worst = _flat(table.total), _flat(table.worst)
        self.lost, self.worst_rank = _flat(table.lost), _flat(table.worst_rank)
        self.above = (structure.leaves - 1) * self.width
        self.days, frozen = table.days, structure.frozen
        self.frozen = dict(zip(frozen.row.tolist(), frozen.since.tolist(), strict=True))
        self.taking_part = _flat(table.taking_part)
        self._below: dict[int, list[_Slot]] = {}

    def is_frozen(self, row: int, day: int) -> bool:
        """Tell whether a closed node keeps its grade on a day."""
        since = self.frozen.get(row) if self.frozen else None
        return since is not None and self.days[day].toordinal() >= since

    def takes_part(self, row: int, day: int) -> bool:
        """Tell whether the cycle of a row holds a day."""
        return bool(self.taking_part[self.cycle[row] * self.width + day])

    def climb(
        self, changed: Iterable[tuple[int, Was, Was]], day: int, roll: Callable[[int, int], None]
    ) -> list[int]:
        """Work out all that follows from rows that changed; return them and what changed above them.

        Parameters:
            changed: rows with what they were and what they are.
            roll: works out a row of many children on a day.
        """
        found: list[int] = []
        reasons: _Reasons = {}
        waiting: list[int] = []
        for row, was, now in changed:
            found.append(row)
            self._rise(row, was, now, reasons, waiting)
        while waiting:
            row = heappop(waiting)
            if self.frozen and self.is_frozen(row, day):
                continue
            before = self.was(row, day)
            after = self._shifted(row, day, before, reasons[row])
            if after is None:
                (roll if self.start[row + 1] - self.start[row] > MANY else self.work_out)(row, day)
                after = self.was(row, day)
            if after != before:
                found.append(row)
                self._rise(row, before, after, reasons, waiting)
        return found

    def _rise(self, row: int, was: Was, now: Was, reasons: _Reasons, waiting: list[int]) -> None:
        """Note for each parent of a row that it changed, and how, if in score and status alone."""
        alike = was[2] == now[2] and not (was[3] ^ now[3]) & (SCORED | DUE)
        if alike and not was[3] & SCORED:
            return
        for slot in range(self.up_start[row], self.up_start[row + 1]):
            parent = self.up[slot]
            if parent not in reasons:
                reasons[parent] = []
                heappush(waiting, parent)
            reasons[parent].append((row, self.up_weight[slot], was, now) if alike else None)

    def was(self, row: int, day: int) -> Was:
        """Return what the parents of a row read of it on a day."""
        place = row * self.width + day
        progress = self.progress[place]
        if progress != progress:
            progress = _NONE
        gap, coverage, code = self.gap[place], self.coverage[place], self.code[place]
        if row < self.leaves:
            return gap, progress, coverage, code, 0, 0.0, 0
        above = place - self.above
        return gap, progress, coverage, code, self.worst[above], self.lost[above], self.worst_rank[above]

    def _shifted(self, row: int, day: int, had: Was, reasons: list[_Reason | None]) -> Was | None:
        """Take over the changes of children one by one; return None where a row must be worked out."""
        after: Was | None = had
        for reason in reasons:
            if after is None or reason is None or not self.shifting:
                return None
            after = self._shift(row, day, after, reason)
        return after

    def _shift(self, row: int, day: int, had: Was, reason: _Reason) -> Was | None:
        """Take over score and status of one child that changed in nothing else; None where that is not all.

        Rounding adds up by 1e-16 a time, which is why an engine sums up everything anew now and then.
        """
        child, weight, was, now = reason
        before, progress, coverage, code, worst, lost, rank = had
        place = row * self.width + day
        above = place - self.above
        total = self.total[above]
        gap = before + weight * (now[0] - was[0]) / total
        gap = gap if gap > 0.0 else 0.0
        band = self._band(row, gap)
        if self.way[row] != AVERAGED or band != self._band(row, before):
            return None
        if was[3] != now[3] and (band == ON_TRACK or (band == AT_RISK and self.has_critical)):
            return None
        taken = self._taken(child, weight, was, now, worst, lost * total)
        if taken is _UNSURE:
            return None
        if taken is not None:
            worst, lost, rank = taken[0], taken[1] / total, taken[2]
            self.worst[above], self.lost[above], self.worst_rank[above] = worst, lost, rank
        progress += weight * (now[1] - was[1]) / total
        self.gap[place], self.progress[place] = gap, progress
        return gap, progress, coverage, code, worst, lost, rank

    def _band(self, row: int, gap: float) -> int:
        """Return the status that the bands of a row give."""
        on_track, at_risk = self.bands or (self.on_track[row], self.at_risk[row])
        score = 1.0 - gap
        return ON_TRACK if score >= on_track else AT_RISK if score >= at_risk else OFF_TRACK

    def _taken(self, child: int, weight: float, was: Was, now: Was, worst: int, most: float) -> _Taken | None:
        """Return the worst below where that is now in or below a changed child; None where it stays as it is.

        `_UNSURE` where only a look at the other children can tell.
        """
        before = taken = other = -1.0
        if was[3] & HEIGHT == worst:
            before = weight * was[0]
        if was[4] == worst:
            before = max(before, weight * was[5])
        own, deep, rank = now[3] & HEIGHT, now[4], 0
        top = own if own > deep else deep
        if own == top:
            taken, rank = weight * now[0], self.rank[child]
        if deep == top:
            other = weight * now[5]
            if other > taken:
                taken, other, rank = other, taken, now[6]
        if top > worst or (top == worst and taken * _NEARLY > most):
            return (top, taken, rank) if taken * _NEARLY > other else _UNSURE
        near = before >= most * _NEARLY or (top == worst and taken >= most * _NEARLY)
        return _UNSURE if near else None

    def work_out(self, row: int, day: int) -> None:
        """Work out a row that has children on a day."""
        place = row * self.width + day
        sums = self._sums(row, day)
        self.gap[place], self.progress[place], self.coverage[place], code, _ = self._verdict(row, day, sums)
        if code & REASON != NOT_DUE and self.takes_part(row, day):
            code |= DUE | SCORED if sums.total else DUE
        self.code[place] = code
        most, rank = _largest(sums.found)
        above = place - self.above
        self.total[above], self.worst[above] = sums.total, sums.worst
        self.lost[above], self.worst_rank[above] = most / sums.total if sums.total else 0.0, rank

    def rule(self, row: int, day: int) -> int:
        """Return what decides the status of a row that has children and a score."""
        place = row * self.width + day
        status = self.code[place] & STATUS
        if self.way[row] == AVERAGED and status == NO_DATA:
            return 0
        if self.way[row] == AVERAGED and status == self._band(row, self.gap[place]):
            return BANDS
        return self._verdict(row, day, self._sums(row, day))[4]

    def _verdict(self, row: int, day: int, sums: _Sums) -> tuple[float, float, int, int, int]:
        """Return gap, progress, coverage, the byte as far as it is the row's own, and the rule."""
        if not sums.total:
            return 0.0, 0.0, 0, NO_VALUE if sums.due else NOT_DUE, 0
        coverage = round(sums.share / sums.due)
        if self.way[row] == AVERAGED:
            gap, reason = sums.gap / sums.total, 0
            progress = sums.progress / sums.known if sums.known else _NAN
            severity, rule = self._status(row, day, gap, sums)
        else:
            gap, progress, severity, rule, reason = self._chosen(row, day)
        if coverage < HALF_COVERED:
            reason = LOW_COVERAGE
            severity, rule = (NO_DATA, 0) if severity == ON_TRACK else (severity, rule)
        return gap, progress, coverage, severity | reason | HAS_SCORE, rule

    def _sums(self, row: int, day: int) -> _Sums:
        codes, gaps, progresses, coverages = self.code, self.gap, self.progress, self.coverage
        share = due = total = gap = known = way = behind = off = 0.0
        offs = worst = 0
        found: list[tuple[float, int]] = []
        for at, weight, rank, deep in self._below.get(row) or self._slots(row):
            place = at + day
            code = codes[place]
            if code < SCORED:
                due += weight if code & DUE else 0.0
                continue
            total += weight
            lost = weight * gaps[place]
            gap += lost
            share += weight * coverages[place]
            progress = progresses[place]
            if progress == progress:
                known += weight
                way += weight * progress
            height = code & HEIGHT
            if height >= SCORED | AT_RISK:
                behind += weight
                if height == SCORED | OFF_TRACK:
                    off += weight
                    offs += 1
            if height > worst:
                worst, found = height, []
            if height == worst:
                found.append((lost, rank))
            if deep >= 0:
                height = self.worst[deep + day]
                if height > worst:
                    worst, found = height, []
                if height == worst:
                    found.append((weight * self.lost[deep + day], self.worst_rank[deep + day]))
        return _Sums(share, due + total, total, gap, known, way, behind, off, offs, worst, found)

    def _slots(self, row: int) -> list[_Slot]:
        """Return what never changes of a row's children, and keep it for the next time."""
        if len(self._below) == ROWS_KEPT:
            self._below.clear()
        here, width = slice(self.start[row], self.start[row + 1]), self.width
        children = zip(self.child[here].tolist(), self.weight[here].tolist(), strict=True)
        found = self._below[row] = [
            (
                child * width,
                weight,
                self.rank[child],
                child * width - self.above if child >= self.leaves else -1,
            )
            for child, weight in children
        ]
        return found

    def _critical(self, row: int, day: int) -> bool:
        """Tell whether a critical child that counts is off track."""
        first, last = self.start[row], self.start[row + 1]
        return any(
            critical and self.code[child * self.width + day] >= SCORED | OFF_TRACK
            for child, critical in zip(self.child[first:last], self.critical[first:last], strict=True)
        )

    def _status(self, row: int, day: int, gap: float, sums: _Sums) -> tuple[int, int]:
        """Return the status of an average, and the rule that decides it."""
        severity = self._band(row, gap)
        if not sums.behind or severity == OFF_TRACK:
            return severity, BANDS
        if sums.offs and self.has_critical and self._critical(row, day):
            return OFF_TRACK, CRITICAL_CHILD
        if severity != ON_TRACK:
            return severity, BANDS
        if sums.offs >= 2:
            return AT_RISK, OFF_TRACK_CHILDREN
        if sums.off >= CRITICAL_WEIGHT * sums.total * ALMOST:
            return AT_RISK, OFF_TRACK_WEIGHT
        if sums.behind >= HALF * sums.total * ALMOST:
            return AT_RISK, HALF_NOT_ON_TRACK
        return severity, BANDS

    def _chosen(self, row: int, day: int) -> tuple[float, float, int, int, int]:
        """Return what the child with the lowest or highest score hands on; ties by key."""
        best = self.way[row] == BEST
        sign = -1.0 if best else 1.0
        children = self.child[self.start[row] : self.start[row + 1]]
        places = [child * self.width + day for child in children]
        *_, place = min(
            (sign * quantised(1.0 - self.gap[place]), self.rank[child], place)
            for child, place in zip(children, places, strict=True)
            if self.code[place] & SCORED
        )
        code, progress = self.code[place], self.progress[place]
        severity = code & STATUS
        reason = code & REASON if severity == NO_DATA else 0
        return self.gap[place], progress, severity, BY_BEST if best else BY_WORST, reason


_UNSURE: _Taken = (0, 0.0, 0)
_NAN = float("nan")
_NEARLY = 1.0 - 3e-9
"""What takes less than this part of the most is not near it, however both were rounded."""


def _largest(found: list[tuple[float, int]]) -> tuple[float, int]:
    """Return the most that a node takes, and the first key of those that take it."""
    if len(found) < 2:
        return found[0] if found else (0.0, 0)
    most, rank = max(found)
    least = most * ALMOST
    for lost, at in found:
        if lost >= least and at < rank:
            rank = at
    return most, rank


def _flat(array: Anything) -> Any:
    """Return an array as one line of memory."""
    return array.reshape(-1).data
