"""What an executive reads next: what turned since the period before, and what the gap consists of."""

from dataclasses import dataclass

from scorecard.domain.vocabulary import NodeKind, Rule, Status
from scorecard.graph.alignment import company_objectives
from scorecard.graph.company import Flip, company_standing, flips, shortfall
from scorecard.graph.explain import LeafRow
from scorecard.graph.judgement import Standing
from scorecard.graph.plan import Plan
from scorecard.web import charts
from scorecard.web.language import _
from scorecard.web.measures import held_against, node_address, unit_of, written
from scorecard.web.reading import View, day_before, standings_on
from scorecard.web.scorecard.perspective_cards import written_score
from scorecard.web.wording import day as written_day
from scorecard.web.wording import percent, points, promise, rule_sentence

LEAVES = 8
"""Leaves named in the gap; the others follow in one sum."""

AT_FIRST = 8
"""Turned nodes shown at once; the others unfold."""

AT_MOST = 40
"""Turned nodes that are named at all; more than that is no news but another plan."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A node whose status changed: from what to what, and why."""

    title: str
    href: str
    kind: NodeKind
    before: Standing
    now: Standing
    why: str


@dataclass(frozen=True, slots=True)
class Turned:
    """What changed its status since a day: what is shown at once, what unfolds, how many are left out."""

    since: str
    first: tuple[Turn, ...]
    rest: tuple[Turn, ...]
    left_out: int
    worse: int
    better: int


def turned(view: View) -> Turned:
    """Return what changed its status since the period before."""
    before = day_before(view)
    found = flips(view.plan, standings_on(view.plan, before), before, view.standings, view.day)
    turns = tuple(_turn(view.plan, flip) for flip in found[:AT_MOST])
    worse = sum(flip.worse for flip in found)
    return Turned(
        since=written_day(before),
        first=turns[:AT_FIRST],
        rest=turns[AT_FIRST:],
        left_out=len(found) - len(turns),
        worse=worse,
        better=len(found) - worse,
    )


def _turn(plan: Plan, flip: Flip) -> Turn:
    node = plan.nodes[flip.key]
    return Turn(node.title, node_address(plan, flip.key), node.kind, flip.before, flip.now, _why(plan, flip))


def _why(plan: Plan, flip: Flip) -> str:
    """Say what changed: of a number its values, of a parent the rule and the score."""
    node, now, then = plan.nodes[flip.key], flip.now, flip.before
    if plan.is_leaf(flip.key):
        unit = unit_of(plan, flip.key)
        return _(
            "%(then)s → %(now)s, promised: %(promise)s",
            then=written(then.value, node, unit),
            now=written(now.value, node, unit),
            promise=promise(held_against(node, now), unit),
        )
    moved = _("Score %(then)s → %(now)s.", then=percent(then.score), now=percent(now.score))
    if now.rule in (None, Rule.bands):
        return moved
    return f"{rule_sentence(now.rule)} {moved}"


@dataclass(frozen=True, slots=True)
class Part:
    """A row of the gap: what one leaf takes from the score."""

    title: str
    href: str
    value: str
    status: str
    note: str


@dataclass(frozen=True, slots=True)
class Gap:
    """What the company's gap consists of, as a waterfall from all on track to the score."""

    fall: charts.Waterfall
    parts: tuple[Part, ...]
    score: str
    lost: str


def gap(view: View) -> Gap | None:
    """Return what the gap of the company objectives consists of, None where there is none."""
    standing = company_standing(view.plan, view.standings, view.day)
    lost = shortfall(view.plan, company_objectives(view.plan), view.standings, view.day)
    losing = [row for row in lost.leaves if row.gap_share > 0]
    if standing.score is None or not losing:
        return None
    named, others = losing[:LEAVES], losing[LEAVES:]
    parts = [_part(view, row) for row in named]
    steps = [row.gap_share for row in named]
    if others:
        rest = sum(row.gap_share for row in others)
        steps.append(rest)
        parts.append(Part(_("%(num)s others", num=len(others)), "", points(-rest, 1), Status.no_data, ""))
    score = written_score(standing, view.plan.fields.bands)
    return Gap(
        charts.waterfall(steps), tuple(parts), f"{score.number} {score.unit}", points(standing.score - 1, 1)
    )


def _part(view: View, row: LeafRow) -> Part:
    plan = view.plan
    above = [plan.nodes[key].title for key in plan.parents(row.key) if not plan.nodes[key].archived]
    return Part(
        plan.nodes[row.key].title,
        node_address(plan, row.key),
        points(-row.gap_share, 1),
        view.standings[row.key].status,
        above[0] if above else "",
    )
