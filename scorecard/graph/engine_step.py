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


class _Sums(NamedTuple):
    """What the children of a node on a day add up to."""

    covered: float
    share: float
    total: float
    gap: float
    known: float
    progress: float
    behind: float
    off: float
    offs: int


Was = tuple[float, float, int, int, int, float, int]
"""What the parents of a row read of it before it changed: gap and progress (-1 for none), coverage and
code, then the worst below, what it takes, and its rank. For a leaf there is no worst below."""

_Reason = tuple[int, float, Was]
"""Why a row is worked out: a child that changed, its weight, and what it was."""


class Steps:
    """The arrays of a structure and a table as plain memory, in which one number is reached soonest."""

    def __init__(self, structure: Structure, table: Table) -> None:
        self.width, self.leaves = len(table.days), structure.leaves
        self.start, self.child = _flat(structure.start), _flat(structure.child)
        self.weight, self.critical = _flat(structure.weight), _flat(structure.critical)
        self.has_critical, self.ungraded = structure.has_critical, structure.ungraded
        self.up_start, self.up = _flat(structure.up_start), _flat(structure.up)
        self.up_weight, self.rank = _flat(structure.up_weight), _flat(structure.rank)
        self.way, self.cycle = _flat(structure.way), _flat(structure.cycle)
        self.on_track, self.at_risk = _flat(structure.bands[2]), _flat(structure.bands[3])
        self.own_bands = structure.own_bands
        self.gap, self.progress = _flat(table.gap), _flat(table.progress)
        self.coverage, self.code = _flat(table.coverage), _flat(table.code)
        self.total, self.worst = _flat(table.total), _flat(table.worst)
        self.lost, self.worst_rank = _flat(table.lost), _flat(table.worst_rank)
        self.above = (structure.leaves - 1) * self.width
        self.days, frozen = table.days, structure.frozen
        self.frozen = dict(zip(frozen.row.tolist(), frozen.since.tolist(), strict=True))
        self.taking_part = _flat(table.taking_part)

    def is_frozen(self, row: int, day: int) -> bool:
        """Tell whether a closed node keeps its grade on a day."""
        since = self.frozen.get(row) if self.frozen else None
        return since is not None and self.days[day].toordinal() >= since

    def climb(
        self, changed: Iterable[tuple[int, Was]], day: int, roll: Callable[[int, int], None]
    ) -> list[int]:
        """Work out all that follows from rows that changed; return them and what changed above them.

        Parameters:
            roll: works out a row of many children on a day.
        """
        found: list[int] = []
        reasons: dict[int, _Reason | None] = {}
        waiting: list[int] = []
        for row, was in changed:
            found.append(row)
            self._rise(row, day, was, reasons, waiting)
        while waiting:
            row = heappop(waiting)
            if self.frozen and self.is_frozen(row, day):
                continue
            was, reason = self.was(row, day), reasons[row]
            changed_to = reason and self._shift(row, day, was, reason)
            if not changed_to:
                (roll if self.start[row + 1] - self.start[row] > MANY else self.work_out)(row, day)
                changed_to = self.was(row, day)
            if changed_to != was:
                found.append(row)
                self._rise(row, day, was, reasons, waiting)
        return found

    def _rise(
        self, row: int, day: int, was: Was, reasons: dict[int, _Reason | None], waiting: list[int]
    ) -> None:
        """Note for each parent of a row that it changed; one with several reasons is worked out anew."""
        place = row * self.width + day
        alike = was[3] == self.code[place] and was[2] == self.coverage[place]
        if alike and not was[3] & SCORED:
            return
        for slot in range(self.up_start[row], self.up_start[row + 1]):
            parent = self.up[slot]
            if parent in reasons:
                reasons[parent] = None
            else:
                reasons[parent] = (row, self.up_weight[slot], was) if alike else None
                heappush(waiting, parent)

    def was(self, row: int, day: int) -> Was:
        """Return what the parents of a row read of it on a day."""
        place = row * self.width + day
        progress = self.progress[place]
        progress = progress if progress == progress else _NONE
        gap, coverage, code = self.gap[place], self.coverage[place], self.code[place]
        if row < self.leaves:
            return gap, progress, coverage, code, 0, 0.0, 0
        above = place - self.above
        return (
            gap,
            progress,
            coverage,
            code,
            self.worst[above],
            self.lost[above],
            self.worst_rank[above],
        )

    def _shift(self, row: int, day: int, had: Was, reason: _Reason) -> Was | None:
        """Take over the score of one child that changed in nothing else; return None where that is not all.

        Rounding adds up by 1e-16 a time, which is why an engine sums up everything anew now and then.
        """
        if self.way[row] != AVERAGED or self.ungraded:
            return None
        child, weight, was = reason
        place, at = row * self.width + day, child * self.width + day
        above = place - self.above
        before, progress, coverage, code, worst, lost, rank = had
        total = self.total[above]
        gap = before + weight * (self.gap[at] - was[0]) / total
        if self._band(row, gap) != self._band(row, before):
            return None
        self.gap[place] = gap = gap if gap > 0.0 else 0.0
        if self.progress[at] != was[1]:
            progress += weight * (self.progress[at] - was[1]) / total
            self.progress[place] = progress
        taken = self._taken(child, at, weight, was, worst, lost * total)
        if taken is _UNSURE:
            self._put_worst(row, day, total)
            worst, lost, rank = self.worst[above], self.lost[above], self.worst_rank[above]
        elif taken is not None:
            lost, rank = taken[0] / total, taken[1]
            self.lost[above], self.worst_rank[above] = lost, rank
        return gap, progress, coverage, code, worst, lost, rank

    def _band(self, row: int, gap: float) -> int:
        """Return the status that the bands of a row give."""
        place, score = row if self.own_bands else 0, 1.0 - gap
        if score >= self.on_track[place]:
            return ON_TRACK
        return AT_RISK if score >= self.at_risk[place] else OFF_TRACK

    def _taken(
        self, child: int, at: int, weight: float, was: Was, worst: int, most: float
    ) -> tuple[float, int] | None:
        """Return what a changed child takes, and its rank, where that is now the most; None where it is not.

        `_UNSURE` where only a look at the other children can tell.
        """
        taken = before = other = -1.0
        rank = 0
        if was[3] & HEIGHT == worst:
            taken, before, rank = weight * self.gap[at], weight * was[0], self.rank[child]
        if child >= self.leaves:
            below = at - self.above
            deep = self.worst[below]
            if deep > worst:
                return _UNSURE
            if deep == worst:
                other = weight * self.lost[below]
                if other > taken:
                    taken, other, rank = other, taken, self.worst_rank[below]
            if was[4] == worst:
                before = max(before, weight * was[5])
        if taken * _NEARLY > most and taken * _NEARLY > other:
            return taken, rank
        return _UNSURE if max(taken, before) >= most * _NEARLY else None

    def work_out(self, row: int, day: int) -> None:
        """Work out a row that has children on a day."""
        place = row * self.width + day
        gap, progress, self.coverage[place], code, _, total = self._verdict(row, day)
        if code & REASON != NOT_DUE and self.taking_part[self.cycle[row] * self.width + day]:
            code |= DUE | SCORED if total else DUE
        self.gap[place], self.progress[place], self.code[place] = gap, progress, code
        self._put_worst(row, day, total)

    def rule(self, row: int, day: int) -> int:
        """Return what decides the status of a row that has children and a score."""
        return self._verdict(row, day)[4]

    def _verdict(self, row: int, day: int) -> tuple[float, float, int, int, int, float]:
        """Return gap, progress, coverage, the byte as far as it is the row's own, rule and weight."""
        sums = self._sums(row, day)
        if not sums.total:
            return 0.0, 0.0, 0, NO_VALUE if sums.covered else NOT_DUE, 0, 0.0
        coverage = round(sums.share / sums.covered)
        if self.way[row] == AVERAGED:
            gap, reason = sums.gap / sums.total, 0
            progress = sums.progress / sums.known if sums.known else _NAN
            severity, rule = self._status(row, day, gap, sums)
        else:
            gap, progress, severity, rule, reason = self._chosen(row, day)
        if coverage < HALF_COVERED:
            reason = LOW_COVERAGE
            severity, rule = (NO_DATA, 0) if severity == ON_TRACK else (severity, rule)
        return gap, progress, coverage, severity | reason | HAS_SCORE, rule, sums.total

    def _sums(self, row: int, day: int) -> _Sums:
        width, codes, coverage = self.width, self.code, self.coverage
        first, last = self.start[row], self.start[row + 1]
        total = share = covered = summed = way = known = off = behind = 0.0
        offs = 0
        for child, weight in zip(
            self.child[first:last].tolist(), self.weight[first:last].tolist(), strict=True
        ):
            place = child * width + day
            code = codes[place]
            if not code & DUE:
                continue
            covered += weight
            share += weight * coverage[place]
            if not code & SCORED:
                continue
            total += weight
            summed += weight * self.gap[place]
            progress = self.progress[place]
            if progress == progress:
                known += weight
                way += weight * progress
            if code >= SCORED | AT_RISK:
                behind += weight
                if code >= SCORED | OFF_TRACK:
                    off += weight
                    offs += 1
        return _Sums(covered, share, total, summed, known, way, behind, off, offs)

    def _critical(self, row: int, day: int) -> bool:
        """Tell whether a critical child that counts is off track."""
        first, last = self.start[row], self.start[row + 1]
        return any(
            critical and self.code[child * self.width + day] >= SCORED | OFF_TRACK
            for child, critical in zip(self.child[first:last], self.critical[first:last], strict=True)
        )

    def _put_worst(self, row: int, day: int, total: float) -> None:
        """Write the worst status below, how much it takes from the score, and the first key that takes it."""
        width, leaves, top = self.width, self.leaves, 0
        found: list[tuple[float, int]] = []
        first, last = self.start[row], self.start[row + 1]
        for child, weight in zip(
            self.child[first:last].tolist(), self.weight[first:last].tolist(), strict=True
        ):
            place = child * width + day
            code = self.code[place]
            if not code & SCORED:
                continue
            height = code & HEIGHT
            if height >= top:
                if height > top:
                    top, found = height, []
                found.append((weight * self.gap[place], self.rank[child]))
            if child >= leaves:
                below = place - self.above
                deep = self.worst[below]
                if deep >= top:
                    if deep > top:
                        top, found = deep, []
                    found.append((weight * self.lost[below], self.worst_rank[below]))
        most, rank = _largest(found)
        above = row * width + day - self.above
        self.total[above], self.worst[above] = total, top
        self.lost[above], self.worst_rank[above] = most / total if found else 0.0, rank

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


_UNSURE = (-1.0, -1)
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
