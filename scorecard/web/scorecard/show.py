"""The scorecard: is the strategy working, and if not, where does it break?"""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from scorecard.domain.vocabulary import Level, NodeKind
from scorecard.graph.plan import Plan
from scorecard.web.kept import once
from scorecard.web.language import _
from scorecard.web.reading import view
from scorecard.web.render import KEPT, page, wants_block
from scorecard.web.scorecard.highlights import gap, turned
from scorecard.web.scorecard.measure_table import EVERYTHING, STALE, asked, table
from scorecard.web.scorecard.perspective_cards import cards
from scorecard.web.wording import word

pages = Blueprint("scorecard", __name__)

Options = list[tuple[str, str]]


@pages.get("/p/<plan>/scorecard")
def show(plan: str) -> ResponseReturnValue:
    """Show the perspectives, what turned, the gap and the table of measures; to htmx the table alone."""
    seen = view(plan)
    filters = asked(seen.plan)
    shown = {"plan": seen.plan, "view": seen, "table": table(seen, filters), "filters": filters}
    if wants_block():
        return page("scorecard.html", "measures", **shown)
    return page(
        "scorecard.html",
        "measures",
        active="scorecard",
        cards=once(cards, seen),
        turned=once(turned, seen),
        gap=once(gap, seen),
        options=choices(seen.plan),
        kept={name: request.args[name] for name in KEPT if request.args.get(name)},
        **shown,
    )


def choices(plan: Plan) -> dict[str, Options]:
    """Return what each filter offers: the plan's own parts, and the words of the vocabulary."""
    return {
        "perspective": [(each.key, each.title) for each in plan.perspectives.values()],
        "unit": [(each.key, each.title) for each in plan.units.values()],
        "owner": sorted(((each.key, each.name) for each in plan.people.values()), key=lambda pair: pair[1]),
        "status": [
            ("off_track", _("Off track")),
            ("at_risk", _("At risk")),
            ("on_track", _("On track")),
            (STALE, _("Stale")),
            ("no_data", _("No data")),
        ],
        "level": [(each.value, word(each).capitalize()) for each in Level],
        "kind": [
            *((each.value, word(each)) for each in NodeKind),
            (EVERYTHING, _("All, with objectives")),
        ],
    }
