"""The perspectives as cards: each score, how it moved, and what a good mean hides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from scorecard.domain.measure import Bands, quantised, status_of
from scorecard.domain.vocabulary import Reason, Status
from scorecard.graph.alignment import company_objectives
from scorecard.graph.company import Shortfall, shortfall
from scorecard.graph.judgement import Standing
from scorecard.graph.perspectives import perspectives_of, together, tops
from scorecard.web import charts
from scorecard.web.language import _
from scorecard.web.measures import node_address, reason_of
from scorecard.web.reading import View, day_before, standings_on
from scorecard.web.render import here
from scorecard.web.wording import day as written_day
from scorecard.web.wording import percent, points

LINES = 6
"""Objectives named on a card; there is room for the worst of them."""


@dataclass(frozen=True, slots=True)
class Score:
    """A score written as its number and its unit."""

    number: str
    unit: str


def written_score(standing: Standing, bands: Bands) -> Score:
    """Write a score as percent, with a decimal where without one it would read as the next status."""
    score = standing.score
    if score is None:
        return Score("", "")
    same = status_of(round(score, 2), bands) is status_of(quantised(score), bands)
    number, _space, unit = percent(score, 0 if same else 1).partition(" ")
    return Score(number, unit)


@dataclass(frozen=True, slots=True)
class Line:
    """A node by its title and status."""

    title: str
    href: str
    status: Status
    reason: str


@dataclass(frozen=True, slots=True)
class Change:
    """A score against that of the day before: written, and whether it went the good way."""

    text: str
    direction: str
    good: bool | None
    since: str


@dataclass(frozen=True, slots=True)
class Below:
    """What a good mean hides: how many leaves are worst, of how many, and the one that costs most."""

    status: Status
    count: int
    total: int
    title: str
    href: str
    points: str


@dataclass(frozen=True, slots=True)
class Card:
    """A perspective, or what belongs to none: its score and what stands behind it."""

    title: str
    place: int
    href: str
    status: Status
    reason: Reason | None
    score: Score
    change: Change | None
    meter: charts.Bullet
    below: Below | None
    coverage: str
    lines: tuple[Line, ...]
    more: int


def cards(view: View) -> tuple[Card, ...]:
    """Return a card for each perspective, and one for the company's objectives that belong to none.

    A plan that uses no perspectives at all has that one card only.
    """
    plan, before = view.plan, day_before(view)
    earlier = standings_on(plan, before)
    place = perspectives_of(plan)
    groups = [(key, keys) for key, keys in tops(plan).items()] if any(place.values()) else []
    loose = [key for key in company_objectives(plan) if place[key] is None]
    found = []
    for number, (key, keys) in enumerate([*groups, *([("", loose)] if loose else [])]):
        title = plan.perspectives[key].title if key else _("No perspective") if groups else plan.title
        now = together(plan, key, keys, view.standings, view.day)
        then = together(plan, key, keys, earlier, before)
        found.append(_card(view, title, number, (key, keys), now, change(now, then, before)))
    return tuple(found)


def _card(
    view: View,
    title: str,
    place: int,
    group: tuple[str, Sequence[str]],
    standing: Standing,
    changed: Change | None,
) -> Card:
    key, keys = group
    lines = sorted(keys, key=lambda each: -view.standings[each].status.severity)[:LINES]
    shown = keys if len(keys) <= LINES else lines
    narrowed = {"perspective": key} if key else {}
    return Card(
        title=title,
        place=place,
        href=here("scorecard.show", plan=view.plan.key, _anchor="measures", **narrowed),
        status=standing.status,
        reason=standing.reason,
        score=written_score(standing, view.plan.fields.bands),
        change=changed,
        meter=charts.bullet(standing.score, high=1.0),
        below=below(view, shortfall(view.plan, keys, view.standings, view.day)),
        coverage=covered(standing),
        lines=tuple(line(view, each) for each in shown),
        more=len(keys) - len(shown),
    )


def line(view: View, key: str) -> Line:
    """Return a node by its title and status."""
    standing = view.standings[key]
    reason = reason_of(view.plan, key, standing)
    return Line(view.plan.nodes[key].title, node_address(view.plan, key), standing.status, reason)


def change(now: Standing, then: Standing, since: date) -> Change | None:
    """Return how a score moved since a day, None where there is nothing to compare."""
    if now.score is None or then.score is None:
        return None
    moved = round((now.score - then.score) * 100)
    direction = "up" if moved > 0 else "down" if moved < 0 else "flat"
    since_day = _("since %(day)s", day=written_day(since))
    return Change(points(now.score - then.score), direction, moved > 0 if moved else None, since_day)


def covered(standing: Standing) -> str:
    """Say how much of the weight rests on fresh numbers, "" where all of it does or nothing is scored."""
    if standing.score is None or standing.coverage >= 1:
        return ""
    return _("%(share)s of the weight reports fresh numbers", share=percent(standing.coverage))


def below(view: View, lost: Shortfall) -> Below | None:
    """Return the worst status among the leaves, and of the leaves that have it the one that costs most."""
    total = sum(lost.below.values())
    if not total:
        return None
    status = max(lost.below, key=lambda each: each.severity)
    if status in (Status.on_track, Status.no_data):
        return Below(status, lost.below[status], total, "", "", "")
    costly = next(row for row in lost.leaves if view.standings[row.key].computed is status)
    return Below(
        status,
        lost.below[status],
        total,
        view.plan.nodes[costly.key].title,
        node_address(view.plan, costly.key),
        cost(costly.gap_share),
    )


def cost(share: float) -> str:
    """Write a part of a gap as points lost; what is under a point keeps a decimal."""
    return points(-share, 0 if share >= 0.0095 else 1)
