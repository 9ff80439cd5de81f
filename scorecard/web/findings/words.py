"""Findings in words: the sentence why, what to do about it, and where."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from scorecard.domain.errors import N_
from scorecard.graph.findings import RULES
from scorecard.graph.findings.quality import Part
from scorecard.graph.findings.rule import (
    About,
    Actor,
    Because,
    Field,
    Finding,
    FindingRule,
    Named,
    Page,
    Said,
    Severity,
    Share,
)
from scorecard.graph.plan import Plan
from scorecard.web.fields import LABELS, day_of, said
from scorecard.web.language import _, ngettext
from scorecard.web.measures import node_address, unit_of
from scorecard.web.render import here
from scorecard.web.wording import day, number, percent

PARTS: Mapping[Part, str] = {
    Part.metric: N_("a metric"),
    Part.target: N_("a target"),
    Part.window: N_("a time window"),
    Part.owner: N_("an owner"),
}

FIELDS: Mapping[Part, str] = {
    Part.metric: "format",
    Part.target: "measure.kind",
    Part.window: "cycle",
    Part.owner: "owner",
}

SEVERITIES: Mapping[Severity, str] = {
    Severity.error: N_("Error"),
    Severity.warning: N_("Warning"),
    Severity.note: N_("Note"),
}

ABOUTS: Mapping[About, str] = {
    About.plan: N_("The plan"),
    About.perspective: N_("Perspective"),
    About.unit: N_("Unit"),
    About.person: N_("Person"),
}


def title(rule: FindingRule) -> str:
    """Return the short name of a rule."""
    return _(rule.title)


def message(plan: Plan, finding: Finding) -> str:
    """Return the sentence that says why something was found."""
    unit = unit_of(plan, finding.key) if finding.about is About.node else None
    facts = {name: _fact(plan, fact, unit) for name, fact in finding.facts.items()}
    return _(finding.rule.sentence).format(**facts)


def moved(plan: Plan, finding: Finding) -> str:
    """Say in a line what was promised otherwise before: what, when, by whom, from and to."""
    unit = unit_of(plan, finding.key) if finding.about is About.node else None
    facts = {name: _fact(plan, fact, unit) for name, fact in finding.facts.items()}
    what, field = title(finding.rule), finding.facts["field"]
    if isinstance(field, Field) and field.name != finding.rule.mend.part:
        what = f"{what} ({facts['child' if field.name == 'weight' else 'field']})"
    return _("%(what)s on %(day)s by %(who)s: %(before)s → %(after)s.", what=what, **facts)


def mend(finding: Finding) -> str:
    """Return the sentence that says what to do."""
    return _(finding.rule.mend.sentence)


def counted(severity: Severity, count: int) -> str:
    """Write how many findings there are of a severity."""
    if severity is Severity.error:
        return ngettext("%(num)s error", "%(num)s errors", count)
    if severity is Severity.warning:
        return ngettext("%(num)s warning", "%(num)s warnings", count)
    return ngettext("%(num)s note", "%(num)s notes", count)


def severity_word(severity: Severity) -> str:
    """Return the word for a severity."""
    return _(SEVERITIES[severity])


def about_word(about: About) -> str:
    """Return the word for a part of the plan that is no node, "" for a node."""
    return _(ABOUTS[about]) if about in ABOUTS else ""


def rule_title(rule: str) -> str:
    """Return the short name of a rule by its id; a waiver may name one that is no more."""
    return title(RULES[rule]) if rule in RULES else rule


def named(plan: Plan, about: About, key: str) -> str:
    """Return the title or name of a part of the plan; its key where it is there no more."""
    found = parts(plan, about).get(key)
    return key if found is None else str(found.name if about is About.person else found.title)


def parts(plan: Plan, about: About) -> Mapping[str, Any]:
    """Return all that a finding of a kind may be about, by key."""
    if about is About.plan:
        return {plan.key: plan}
    kept: Mapping[About, Mapping[str, Any]] = {
        About.node: plan.nodes,
        About.perspective: plan.perspectives,
        About.unit: plan.units,
        About.person: plan.people,
    }
    return kept[about]


def actor_name(plan: Plan, key: str) -> str:
    """Return the name of who did something."""
    if key in plan.people:
        return plan.people[key].name
    return {"local": _("You"), "command": _("A command")}.get(key, key)


def _fact(plan: Plan, fact: object, unit: str | None) -> str:
    """Write a fact as a sentence wants it."""
    if isinstance(fact, tuple) and not hasattr(fact, "_fields"):
        return ", ".join(_(PARTS[part]) for part in fact)
    writers: dict[type, Callable[[Any], str]] = {
        Named: lambda it: named(plan, it.about, it.key),
        Actor: lambda it: actor_name(plan, it.key),
        Field: _field,
        Said: lambda it: said(_label(it.field), it.value, plan, unit),
        Share: percent,
        Because: lambda it: _(it.sentence),
        date: day,
        int: number,
    }
    write = writers.get(type(fact))
    return write(fact) if write else str(fact)


def _label(field: str) -> str:
    """Return the name under which a field has its label; a period's target is one as the measure's is."""
    return "measure.target" if field == "target" else field


def _field(field: Field) -> str:
    label = _(LABELS[_label(field.name)])
    if field.name == "target":
        return _("%(field)s of %(day)s", field=label, day=day_of(field.about))
    return label


def mend_address(plan: Plan, finding: Finding) -> str:
    """Return where a finding is mended: the page, and on it the form, field or section; "" where nowhere."""
    to, part = finding.rule.mend.page, finding.rule.mend.part
    if finding.about is About.plan:
        return ""
    if to is Page.scorecard:
        whose = {"unit": finding.key, "only": "1"} if finding.about is About.unit else {"owner": finding.key}
        return here("scorecard.show", plan=plan.key, kind=part, **whose, _anchor="measures")
    if to is Page.alignment:
        return here("alignment.show", plan=plan.key, _anchor=part)
    if to is Page.tree:
        at = finding.key if finding.about is About.node else None
        return here("tree.show", plan=plan.key, root=at, act=part or None, at=at)
    if to is Page.node:
        return f"{node_address(plan, finding.key)}#{part}"
    field = _first_lacking(finding) or part
    return here("node_edit.edit", plan=plan.key, key=finding.key, _anchor=f"f-{field}")


def _first_lacking(finding: Finding) -> str:
    """Return the field that makes a metric a KPI, "" for any other finding."""
    parts = finding.facts.get("parts")
    return FIELDS[parts[0]] if isinstance(parts, tuple) else ""
