"""Alignment: how each part of the company serves the whole, and what serves nothing."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from scorecard.domain.errors import Fault, NotFound
from scorecard.domain.schema import LinkFields
from scorecard.domain.vocabulary import LinkKind, NodeKind
from scorecard.store.commands import links
from scorecard.web import errors, forms
from scorecard.web.alignment.cards import columns, focused, measure_choices, unfocused
from scorecard.web.kept import once
from scorecard.web.language import _
from scorecard.web.reading import database, view
from scorecard.web.render import answer, done, here, page
from scorecard.web.scorecard.gaps import (
    ORPHANS,
    carriers,
    idle,
    objective_choices,
    orphan_rows,
    uncarried_lines,
)
from scorecard.web.session import actor

pages = Blueprint("alignment", __name__)


@pages.get("/p/<plan>/alignment")
def show(plan: str) -> ResponseReturnValue:
    """Show the cascade, the matrix, and what hangs in the air; `focus` lights one line of sight."""
    return _alignment(plan, {})


@pages.post("/p/<plan>/alignment/attach")
def attach(plan: str) -> ResponseReturnValue:
    """Hang a node below an objective, so that it counts there."""
    child, parent = forms.typed("child") or "", forms.typed("parent") or ""
    nodes = view(plan).plan.nodes
    if child not in nodes:
        raise NotFound(kind="node", key=child)
    if parent not in nodes or nodes[parent].kind is not NodeKind.objective:
        return _alignment(plan, {child: _("Choose the objective that it serves.")}), 422
    try:
        link = LinkFields(child=child, parent=parent, kind=LinkKind.contributes)
        written = links.attach(database(), plan, link, actor=actor())
    except Fault as fault:
        return _alignment(plan, {child: errors.sentence(fault)}), 422
    text = _(
        "“%(child)s” now contributes to “%(parent)s”.", child=nodes[child].title, parent=nodes[parent].title
    )
    done(plan, text, written)
    return answer(lambda: _alignment(plan, {}), here("alignment.show", plan=plan))


def _alignment(plan: str, wrong: dict[str, str]) -> Response:
    """Show the page with sentences at the orphans whose form could not be carried out."""
    seen = view(plan)
    focus = focused(seen, request.args.get("focus", ""))
    orphans = once(orphan_rows, seen)
    return page(
        "alignment.html",
        "alignment",
        plan=seen.plan,
        view=seen,
        active="alignment",
        cascade=columns(seen, focus) if focus else once(unfocused, seen),
        focus=focus,
        measures=measure_choices(seen.plan),
        matrix=once(carriers, seen),
        orphans=orphans[:ORPHANS],
        more_orphans=len(orphans) - len(orphans[:ORPHANS]),
        objectives=objective_choices(seen.plan),
        uncarried=once(uncarried_lines, seen),
        idle=idle(seen),
        errors=wrong,
    )
