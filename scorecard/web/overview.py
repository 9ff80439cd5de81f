"""The first page: every plan at a glance, and the way to one's own."""

from dataclasses import dataclass

from flask import Blueprint, current_app
from flask.typing import ResponseReturnValue

from scorecard.domain.vocabulary import Reason, Status
from scorecard.graph.alignment import company_objectives
from scorecard.graph.company import company_standing, shortfall
from scorecard.graph.perspectives import perspective_standings, tops
from scorecard.store import queries
from scorecard.web import charts
from scorecard.web.kept import once
from scorecard.web.reading import View, database, view
from scorecard.web.render import here, page
from scorecard.web.scorecard.perspective_cards import Below, Score, below, covered, written_score
from scorecard.web.wording import day as written_day

pages = Blueprint("overview", __name__)

MOST_CARDS = 12
"""Plans that are shown with how they stand; those after them by their name alone."""


@dataclass(frozen=True, slots=True)
class Face:
    """A perspective of a plan in which something stands, by its title and status."""

    title: str
    place: int
    href: str
    score: Score
    status: Status
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class Card:
    """A plan: how its company objectives stand together, and where to go on."""

    key: str
    title: str
    demo: bool
    nodes: int
    day: str
    cycle: str
    score: Score
    status: Status
    reason: Reason | None
    meter: charts.Bullet
    below: Below | None
    coverage: str
    faces: tuple[Face, ...]


@pages.get("/")
def index() -> ResponseReturnValue:
    """Show every plan, or how to begin where there is none."""
    lines = queries.list_plans(database())
    return page(
        "overview.html",
        "content",
        active="overview",
        cards=[once(card, view(line.key)) for line in lines[:MOST_CARDS]],
        others=lines[MOST_CARDS:],
    )


def card(seen: View) -> Card:
    """Return a plan as it stands on the day the address asks for, by default today."""
    plan, standings, day = seen.plan, seen.standings, seen.day
    standing = company_standing(plan, standings, day)
    found, held = perspective_standings(plan, standings, day), tops(plan)
    faces = tuple(
        Face(
            each.title,
            place,
            here("scorecard.show", plan=plan.key, perspective=each.key, _anchor="measures"),
            written_score(found[each.key], plan.fields.bands),
            found[each.key].status,
            found[each.key].reason,
        )
        for place, each in enumerate(plan.perspectives.values())
        if held[each.key]
    )
    return Card(
        key=plan.key,
        title=plan.title,
        demo=plan.key in current_app.config["STORY_ENDS"],
        nodes=sum(not node.archived for node in plan.nodes.values()),
        day=written_day(day),
        cycle=seen.cycle.title if seen.cycle else "",
        score=written_score(standing, plan.fields.bands),
        status=standing.status,
        reason=standing.reason,
        meter=charts.bullet(standing.score, high=1.0),
        below=below(seen, shortfall(plan, company_objectives(plan), standings, day)),
        coverage=covered(standing),
        faces=faces,
    )
