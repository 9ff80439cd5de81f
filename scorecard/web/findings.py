"""Findings: what is wrong with the plan, why, how to mend it, and what somebody put aside."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from scorecard.domain.errors import Fault
from scorecard.domain.schema import NodeFields, Waiver
from scorecard.graph.findings import RULES
from scorecard.graph.findings.rule import Severity
from scorecard.store.commands.nodes import edit_node
from scorecard.web import errors, forms, node_page
from scorecard.web.finding_list import asked, glance, listing, open_findings, row
from scorecard.web.finding_words import rule_title, severity_word
from scorecard.web.forms import BadForm
from scorecard.web.language import _
from scorecard.web.reading import View, database, view
from scorecard.web.render import KEPT, answer, done, here, page
from scorecard.web.session import actor

pages = Blueprint("findings", __name__)

LONG_ENOUGH = timedelta(days=30)
"""What a waiver proposes as its time, unless the cycle lasts longer."""

Opened = tuple[str, str]
"""The rule and the node whose waiver is being written."""


@pages.app_context_processor
def _counts() -> dict[str, object]:
    """Let every page say how many findings there are, and a node's page which are its own."""
    return {"open_findings": open_findings, "node_findings": node_findings}


def node_findings(seen: View, key: str) -> list[Any]:
    """Return the findings of one node that count, written out."""
    found = (each for each in glance(seen) if each.key == key and each.waiver is None)
    return [row(seen.plan, each) for each in found]


@pages.get("/p/<plan>/findings")
def show(plan: str) -> ResponseReturnValue:
    """Show what was found, with the form of a waiver open where the address asks for one."""
    return _page(view(plan), (request.args.get("waive", ""), request.args.get("node", "")))


@pages.post("/p/<plan>/findings/waive")
def waive(plan: str) -> ResponseReturnValue:
    """Put a finding of a node aside, with a reason and a last day."""
    seen = view(plan)
    rule, node = _named(seen)
    try:
        waiver = _waiver(seen, rule)
        kept = [each for each in node.waivers if each.rule != rule]
        return _written(seen, node, (*kept, waiver), _("“%(rule)s” is waived.", rule=rule_title(rule)))
    except BadForm as bad:
        return _page(seen, (rule, node.key), bad.errors), 422
    except Fault as fault:
        return _page(seen, (rule, node.key), {"reason": [errors.sentence(fault)]}), 422


@pages.post("/p/<plan>/findings/count")
def count(plan: str) -> ResponseReturnValue:
    """Let a finding that was put aside count again."""
    seen = view(plan)
    rule, node = _named(seen)
    kept = [each for each in node.waivers if each.rule != rule]
    return _written(seen, node, tuple(kept), _("“%(rule)s” counts again.", rule=rule_title(rule)))


def _named(seen: View) -> tuple[str, NodeFields]:
    """Return the rule and the node of a form."""
    rule, key = request.form.get("rule", ""), request.form.get("node", "")
    if rule not in RULES:
        abort(400)
    return rule, node_page.found(seen, key)


def _waiver(seen: View, rule: str) -> Waiver:
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
    return forms.checked(Waiver, {"rule": rule, "reason": reason, "until": until})


def _written(seen: View, node: NodeFields, waivers: tuple[Waiver, ...], text: str) -> ResponseReturnValue:
    plan = seen.plan.key
    given = {"waivers": waivers}
    written = edit_node(database(), plan, node.key, given, version=seen.plan.revision, actor=actor())
    done(plan, text, written)
    back = here("findings.show", plan=plan, **asked(seen.plan).given)
    return answer(lambda: _page(view(plan)), back)


def _page(seen: View, opened: Opened = ("", ""), wrong: forms.Errors | None = None) -> Response:
    """Show the findings; a waiver that was refused comes back with what was typed."""
    filters = asked(seen.plan)
    return page(
        "findings.html",
        "findings",
        plan=seen.plan,
        view=seen,
        active="findings",
        found=listing(seen, filters),
        filters=filters,
        opened=opened,
        typed=request.form if wrong else {},
        errors=wrong or {},
        until=max(seen.day + LONG_ENOUGH, seen.cycle.end) if seen.cycle else seen.day + LONG_ENOUGH,
        severities=[(each.value, severity_word(each)) for each in Severity],
        units=[(each.key, each.title) for each in seen.plan.units.values()],
        kept={name: request.args[name] for name in KEPT if request.args.get(name)},
    )
