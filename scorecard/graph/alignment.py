"""How everything serves the company: lines of sight, orphans, and who carries which perspective."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from math import fsum
from typing import NamedTuple

from scorecard.domain.vocabulary import NodeKind, Status
from scorecard.graph.judgement import Standing
from scorecard.graph.perspectives import perspectives_of
from scorecard.graph.plan import Plan


def company_objectives(plan: Plan) -> list[str]:
    """Return the objectives that count at the top: nothing live above them, and of a unit that has none."""
    return [
        key
        for key, node in plan.nodes.items()
        if node.kind is NodeKind.objective
        and plan.counts(key)
        and not _live(plan, plan.cascade.succ[key])
        and (node.unit is None or plan.units[node.unit].parent is None)
    ]


def _live(plan: Plan, keys: Iterable[str]) -> list[str]:
    return [key for key in keys if not plan.nodes[key].archived]


def lines_of_sight(plan: Plan, key: str, most: int = 12) -> list[tuple[str, ...]]:
    """Return the paths from a node up to the top, the node first, at most `most` of them.

    A path goes through contributes, supports and what a formula reads. There may be more paths than
    anyone can read (36 diamonds have 2 to the 36th), so the walk ends with the last one asked for. Where
    formulas read each other's past, a path ends before it would come back to a node of its own.
    """
    found: list[tuple[str, ...]] = []
    path, on_path, ways = [key], {key}, [iter(_above(plan, key, ()))]
    rose = True
    while ways and len(found) < most:
        above = next(ways[-1], None)
        if above is not None:
            path.append(above)
            on_path.add(above)
            ways.append(iter(_above(plan, above, on_path)))
            rose = True
            continue
        if rose and len(path) > 1:
            found.append(tuple(path))
        rose = False
        ways.pop()
        on_path.discard(path.pop())
    return found


def _above(plan: Plan, key: str, but: Collection[str]) -> list[str]:
    """Return what a node serves; a formula that reads it counts where nothing else does."""
    parents = _live(plan, plan.cascade.succ[key])
    readers = [] if parents else _live(plan, plan.feeds.succ[key])
    return [each for each in parents or readers if each != key and each not in but]


def aligned(plan: Plan) -> set[str]:
    """Return every node that has a path to a company objective, through nothing archived."""
    found = set(company_objectives(plan))
    waiting = list(found)
    while waiting:
        key = waiting.pop()
        for child in (*plan.cascade.predecessors(key), *plan.feeds.predecessors(key)):
            if child not in found and not plan.nodes[child].archived:
                found.add(child)
                waiting.append(child)
    return found


def orphans(plan: Plan) -> list[str]:
    """Return the nodes that count but serve no company objective, those with nothing above them first."""
    served = aligned(plan)
    lost = [key for key in plan.nodes if key not in served and plan.counts(key)]
    return sorted(lost, key=lambda key: bool(plan.cascade.succ[key]))


def uncarried(plan: Plan) -> list[str]:
    """Return the objectives that nothing contributes to."""
    return [
        key
        for key, node in plan.nodes.items()
        if node.kind is NodeKind.objective
        and plan.counts(key)
        and not any(plan.counts(child) for child, _, _ in plan.contributions[key])
    ]


class Cell(NamedTuple):
    """What one unit does for one perspective; `score` is the mean of the nodes that have one."""

    keys: tuple[str, ...]
    score: float | None
    worst: Status


def matrix(
    plan: Plan,
    standings: Mapping[str, Standing],
    kinds: Iterable[NodeKind] = (NodeKind.objective,),
    day: date | None = None,
) -> dict[tuple[str | None, str | None], Cell]:
    """Return the nodes of some kinds by (perspective, unit); either may be None.

    With a day only those that take part on it.
    """
    wanted = set(kinds)
    perspectives = perspectives_of(plan)
    cells: dict[tuple[str | None, str | None], list[str]] = {}
    for key, node in plan.nodes.items():
        if node.kind in wanted and (plan.counts(key) if day is None else plan.takes_part(key, day)):
            cells.setdefault((perspectives[key], node.unit), []).append(key)
    return {place: _cell(keys, standings) for place, keys in cells.items()}


def _cell(keys: list[str], standings: Mapping[str, Standing]) -> Cell:
    here = [standings[key] for key in keys]
    scores = [standing.score for standing in here if standing.score is not None]
    worst = max((standing.status for standing in here), key=lambda status: status.severity)
    return Cell(tuple(keys), fsum(scores) / len(scores) if scores else None, worst)


def units_below(plan: Plan, unit: str) -> Iterator[str]:
    """Yield a unit and every one below it."""
    below: dict[str | None, list[str]] = {}
    for key, each in plan.units.items():
        below.setdefault(each.parent, []).append(key)
    waiting = [unit]
    while waiting:
        key = waiting.pop()
        yield key
        waiting.extend(reversed(below.get(key, ())))
