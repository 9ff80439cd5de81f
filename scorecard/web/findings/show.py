"""Findings: what is wrong with the plan, why, how to mend it, and what somebody put aside."""

from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from scorecard.domain.errors import Fault, NotFound
from scorecard.domain.schema import PlanWaiver, Waiver
from scorecard.graph.findings import RULES, waivers_of
from scorecard.graph.findings.rule import About, Finding, Severity
from scorecard.store.commands.nodes import edit_node
from scorecard.store.commands.plans import edit_plan
from scorecard.store.work import Written
from scorecard.web import errors, forms
from scorecard.web.findings.listing import (
    Opened,
    Row,
    Waived,
    asked,
    glance,
    listing,
    open_findings,
    row,
    waived,
)
from scorecard.web.findings.words import parts, rule_title, severity_word
from scorecard.web.forms import BadForm
from scorecard.web.language import _
from scorecard.web.marks import marks_of
from scorecard.web.reading import View, database, view
from scorecard.web.render import KEPT, answer, here, page, say
from scorecard.web.session import actor

pages = Blueprint("findings", __name__)

LONG_ENOUGH = timedelta(days=30)
"""What a waiver proposes as its time, unless the cycle lasts longer."""

PART = ("node", "about", "part")


class Place(NamedTuple):
    """A rule that is broken at a part of the plan."""

    rule: str
    about: About
    key: str


@pages.app_context_processor
def _counts() -> dict[str, object]:
    """Let every page say how many findings there are, which are a node's, and what marks a colour."""
    return {
        "open_findings": open_findings,
        "node_findings": node_findings,
        "node_waived": node_waived,
        "marks_of": marks_of,
    }


def node_findings(seen: View, key: str) -> list[Row]:
    """Return the findings of one node that count, written out."""
    return [row(seen.plan, each) for each in _own(seen, key) if each.waiver is None]


def node_waived(seen: View, key: str) -> list[Waived]:
    """Return the findings of one node that somebody put aside."""
    return waived(seen.plan, _own(seen, key))


def _own(seen: View, key: str) -> list[Finding]:
    return [each for each in glance(seen) if each.about is About.node and each.key == key]


@pages.get("/p/<plan>/findings")
def show(plan: str) -> ResponseReturnValue:
    """Show what was found, with the form of a waiver open where the address asks for one."""
    return _page(view(plan), (request.args.get("waive", ""), _part(request.args)))


@pages.post("/p/<plan>/findings/waive")
def waive(plan: str) -> ResponseReturnValue:
    """Put a finding aside, with a reason and a last day."""
    seen = view(plan)
    place = _named(seen)
    opened = place.rule, _part(request.form)
    try:
        waiver = _waiver(seen, place)
        return _written(seen, place, [waiver], _("“%(rule)s” is waived.", rule=rule_title(place.rule)))
    except BadForm as bad:
        return _page(seen, opened, bad.errors), 422
    except Fault as fault:
        return _page(seen, opened, {"reason": [errors.sentence(fault)]}), 422


@pages.post("/p/<plan>/findings/count")
def count(plan: str) -> ResponseReturnValue:
    """Let a finding that was put aside count again."""
    seen = view(plan)
    place = _named(seen)
    return _written(seen, place, [], _("“%(rule)s” counts again.", rule=rule_title(place.rule)))


def _part(given: Mapping[str, str]) -> dict[str, str]:
    return {name: given[name] for name in PART if given.get(name)}


def _named(seen: View) -> Place:
    """Return the rule and the part of the plan that a form names.

    Raises:
        NotFound.
    """
    rule, about = request.form.get("rule", ""), request.form.get("about", About.node)
    if rule not in RULES or about not in tuple(About):
        abort(400)
    key = request.form.get("node" if about == About.node else "part", "")
    if key not in parts(seen.plan, About(about)):
        raise NotFound(kind=about, key=key)
    return Place(rule, About(about), key)


def _waiver(seen: View, place: Place) -> Waiver:
    wrong: dict[str, list[str]] = {}
    try:
        until = forms.day("until")
    except BadForm as bad:
        until, wrong = None, dict(bad.errors)
    reason = forms.typed("reason")
    if reason is None:
        wrong["reason"] = [_("Say why, for those who come after you.")]
    if until is None:
        wrong.setdefault("until", [_("Say how long: a waiver ends, so that somebody looks again.")])
    elif until < seen.day:
        wrong["until"] = [_("This day is over already.")]
    if wrong:
        raise BadForm(wrong)
    said = {"rule": place.rule, "reason": reason, "until": until}
    if place.about is About.node:
        return forms.checked(Waiver, said)
    part = None if place.about is About.plan else place.key
    return forms.checked(PlanWaiver, {**said, "about": place.about.value, "key": part})


def _written(seen: View, place: Place, waivers: list[Waiver], text: str) -> ResponseReturnValue:
    """Put waivers in the place of those that a rule has at a part, and show the findings as they are now."""
    plan, revision = seen.plan.key, seen.plan.revision
    written = _kept(seen, place, waivers)
    if written.revision > revision:
        say(text, undo=(plan, written.revision))
    else:
        say(_("Nothing changed."))
    back = here("findings.show", plan=plan, **asked(seen.plan).given)
    return answer(lambda: _page(view(plan)), back)


def _kept(seen: View, place: Place, waivers: list[Waiver]) -> Written:
    """Keep the waivers where they belong: with the node, or with the plan for any other part of it."""
    plan, version = seen.plan.key, seen.plan.revision
    here_now = waivers_of(seen.plan, place.about, place.key)
    staying = [each for each in here_now if each.rule != place.rule]
    if place.about is About.node:
        given = {"waivers": (*staying, *waivers)}
        return edit_node(database(), plan, place.key, given, version=version, actor=actor())
    elsewhere = [each for each in seen.plan.fields.waivers if each not in here_now]
    given = {"waivers": (*elsewhere, *staying, *waivers)}
    return edit_plan(database(), plan, given, version=version, actor=actor())


def _page(seen: View, opened: Opened = ("", {}), wrong: forms.Errors | None = None) -> Response:
    """Show the findings; a waiver that was refused comes back with what was typed."""
    filters = asked(seen.plan)
    return page(
        "findings.html",
        "findings",
        plan=seen.plan,
        view=seen,
        active="findings",
        found=listing(seen, filters, opened),
        filters=filters,
        opened=opened,
        typed=request.form if wrong else {},
        errors=wrong or {},
        until=max(seen.day + LONG_ENOUGH, seen.cycle.end) if seen.cycle else seen.day + LONG_ENOUGH,
        severities=[(each.value, severity_word(each)) for each in Severity],
        units=[(each.key, each.title) for each in seen.plan.units.values()],
        kept={name: request.args[name] for name in KEPT if request.args.get(name)},
    )
