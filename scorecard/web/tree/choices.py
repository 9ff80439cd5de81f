"""What the forms of the tree propose and offer to choose from."""

from collections.abc import Mapping
from typing import Any

from scorecard.domain.schema import NodeFields
from scorecard.domain.vocabulary import Cadence, CycleState, Level, LinkKind, NodeKind
from scorecard.graph.plan import Plan
from scorecard.web.language import _
from scorecard.web.reading import View
from scorecard.web.tree.forms import AIMED
from scorecard.web.wording import word

LISTED = 400
"""Nodes up to which one is chosen from a list; in a larger plan it is named by key or title."""

Choices = list[tuple[str, str]]


def proposals(plan: Plan, parent: NodeFields | None, view: View) -> dict[str, Any]:
    """Return what a form for a new node proposes: what its parent has, and the kind that usually follows."""
    if parent is None:
        return {"kind": "objective", "level": "strategic", "cycle": _year(view), "cadence": "proposed"}
    inherited = {name: getattr(parent, name) or "" for name in ("unit", "owner", "level", "cycle")}
    return {
        **inherited,
        "kind": "kpi",
        "perspective": _perspective(plan, parent.key) or "",
        "weight": "1",
        "link": "contributes",
        "cadence": "proposed",
        "measure": "at_least",
    }


def _year(view: View) -> str:
    """Return the longest cycle around the reader's day that is not closed: what strategy is made for."""
    around = [each for each in view.plan.cycles.values() if each.start <= view.day <= each.end]
    lasting = [each for each in around if each.state is not CycleState.closed]
    longest = max(lasting, key=lambda each: each.end - each.start, default=None)
    return longest.key if longest else ""


def _perspective(plan: Plan, key: str) -> str | None:
    """Return the perspective of a node, else that of the nearest node above that has one."""
    level, seen = [key], {key}
    while level:
        for each in level:
            if plan.nodes[each].perspective:
                return plan.nodes[each].perspective
        level = [up for each in level for up in plan.cascade.succ[each] if up not in seen]
        seen.update(level)
    return None


def present(plan: Plan, node: NodeFields, parent: str) -> dict[str, Any]:
    """Return a node as its forms show it, with its link to the parent it is edited under."""
    shown: dict[str, Any] = {name: getattr(node, name) or "" for name in ("title", "owner", "unit")}
    if isinstance(node.measure, AIMED):
        shown["target"] = plain(node.measure.target)
    if plan.cascade.has_edge(node.key, parent):
        link = plan.cascade.edges[node.key, parent]
        shown |= {"weight": plain(link["weight"]), "critical": link["critical"], "link": link["kind"].value}
    return shown


def by_now(plan: Plan, node: NodeFields, parent: str, sent: Mapping[str, str]) -> dict[str, list[str]]:
    """Return for each field that was sent with another value than it has by now a sentence that tells it."""
    told = choices(plan)
    names = {"owner": dict(told["owners"]), "unit": dict(told["units"]), "link": dict(told["links"])}
    found: dict[str, list[str]] = {}
    for field, value in present(plan, node, parent).items():
        if field in sent and sent[field].strip() != str(value):
            shown = names.get(field, {}).get(value, value) or _("nothing")
            found[field] = [_("By now it is “%(value)s”. Save again to set yours.", value=shown)]
    return found


def plain(value: float) -> str:
    """Return a number as it is typed."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


def choices(plan: Plan) -> dict[str, Choices]:
    """Return what the lists of the forms offer."""
    return {
        "kinds": [(kind.value, word(kind)) for kind in NodeKind],
        "levels": [(level.value, word(level)) for level in Level],
        "cadences": [(cadence.value, word(cadence)) for cadence in Cadence],
        "links": [(kind.value, word(kind)) for kind in (LinkKind.contributes, LinkKind.supports)],
        "owners": sorted(((key, each.name) for key, each in plan.people.items()), key=_by_text),
        "units": [(key, each.title) for key, each in plan.units.items()],
        "perspectives": [(key, each.title) for key, each in plan.perspectives.items()],
        "cycles": [
            (key, each.title) for key, each in plan.cycles.items() if each.state is not CycleState.closed
        ],
        "measures": [
            ("reach", _("Reach: from a baseline to a target")),
            ("at_least", _("At least a target")),
            ("at_most", _("At most a target")),
            ("between", _("Between two limits")),
            ("milestone", _("Milestone: done by a day")),
            ("zones", _("Zones: three described states")),
        ],
    }


def _by_text(choice: tuple[str, str]) -> str:
    return choice[1].casefold()


def possible_parents(plan: Plan, key: str) -> Choices:
    """Return what a node may hang below: not itself, nothing below it, nothing it hangs below already."""
    return _offered(plan, {*_reachable(plan.cascade.pred, key), *plan.cascade.succ[key]})


def possible_children(plan: Plan, key: str) -> Choices:
    """Return what may hang below a node: not itself, nothing above it, nothing that hangs there already."""
    return _offered(plan, {*_reachable(plan.cascade.succ, key), *plan.cascade.pred[key]})


def _reachable(edges: Mapping[str, Any], key: str) -> set[str]:
    """Return a node and all that the edges lead to."""
    found, waiting = {key}, [key]
    while waiting:
        new = [each for each in edges[waiting.pop()] if each not in found]
        found.update(new)
        waiting += new
    return found


def _offered(plan: Plan, barred: set[str]) -> Choices:
    """Return nodes to choose from, by title; of a large plan the objectives, the rest is typed."""
    offered = [
        (key, f"{node.title} ({word(node.kind)})")
        for key, node in plan.nodes.items()
        if key not in barred and not node.archived and (not is_large(plan) or node.kind is NodeKind.objective)
    ]
    return sorted(offered, key=_by_text)


def is_large(plan: Plan) -> bool:
    """Tell whether a plan has too many nodes to choose one from a list."""
    return len(plan.nodes) > LISTED
