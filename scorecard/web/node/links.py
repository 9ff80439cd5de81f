"""What a node serves and what it hangs together with, for its page."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from scorecard.domain.vocabulary import LinkKind, NodeKind, Status
from scorecard.graph.alignment import company_objectives, lines_of_sight
from scorecard.web.alignment.sight import written_path
from scorecard.web.language import _, ngettext
from scorecard.web.measures import node_address, reason_of
from scorecard.web.reading import View
from scorecard.web.wording import number, percent

LINES = 12
"""Lines of sight that a page shows."""


class Neighbour(NamedTuple):
    """A node beside this one, and what lies between them; without an address, what a path leaves out."""

    title: str
    href: str
    kind: NodeKind
    status: Status
    reason: str
    note: str = ""


class Tie(NamedTuple):
    """The neighbours of one sort."""

    title: str
    nodes: list[Neighbour]


def neighbour(view: View, key: str, note: str = "") -> Neighbour:
    """Return a node as another one's page shows it; an archived one has no status."""
    node, standing = view.plan.nodes[key], view.standings.get(key)
    status = standing.status if standing else Status.no_data
    reason = reason_of(view.plan, key, standing) if standing else ""
    return Neighbour(node.title, node_address(view.plan, key), node.kind, status, reason, note)


def sights(view: View, key: str) -> tuple[list[list[Neighbour]], bool]:
    """Return the paths to a company objective, from it to the node, and whether the node is one itself."""
    tops = set(company_objectives(view.plan))
    found = [path for path in lines_of_sight(view.plan, key, LINES) if path[-1] in tops]
    paths = [written_path(path[::-1], lambda each: neighbour(view, each), _left_out) for path in found]
    return paths, key in tops


def _left_out(said: str) -> Neighbour:
    return Neighbour(said, "", NodeKind.objective, Status.no_data, "")


def ties(view: View, key: str) -> list[Tie]:
    """Return everything a node is linked with, by the sort of link; sorts without any are left out."""
    plan = view.plan
    contributes, supports = _parents(view, key)
    found = [
        Tie(_("Contributes to"), contributes),
        Tie(_("Supports"), supports),
        Tie(_("Supported by"), list(_supporters(view, key))),
        Tie(_("Drives"), list(_arrows(view, key, plan.drives.succ[key]))),
        Tie(_("Driven by"), list(_arrows(view, key, plan.drives.pred[key], back=True))),
        Tie(_("Guardrail"), [neighbour(view, each) for each in _live(view, plan.balances[key])]),
        Tie(
            _("Read by"), [neighbour(view, each) for each in _live(view, plan.feeds.succ[key]) if each != key]
        ),
    ]
    return [tie for tie in found if tie.nodes]


def _live(view: View, keys: Iterable[str]) -> list[str]:
    return [key for key in keys if not view.plan.nodes[key].archived]


def _parents(view: View, key: str) -> tuple[list[Neighbour], list[Neighbour]]:
    """Return the parents that a node contributes to, with its part in them, and those it supports."""
    contributes, supports = [], []
    for parent, edge in view.plan.cascade.succ[key].items():
        if view.plan.nodes[parent].archived:
            continue
        if edge["kind"] is LinkKind.supports:
            supports.append(neighbour(view, parent))
        else:
            contributes.append(neighbour(view, parent, _part(view, parent, edge["weight"], edge["critical"])))
    return contributes, supports


def _part(view: View, parent: str, weight: float, critical: bool) -> str:
    counted = [each for each in view.plan.contributions[parent] if view.plan.counts(each.child)]
    whole = sum(each.weight for each in counted) or weight
    said = _("weight %(weight)s, %(share)s", weight=number(weight), share=percent(weight / whole, 1))
    return f"{said}, {_('critical')}" if critical else said


def _supporters(view: View, key: str) -> Iterator[Neighbour]:
    for child, edge in view.plan.cascade.pred[key].items():
        if edge["kind"] is LinkKind.supports and not view.plan.nodes[child].archived:
            yield neighbour(view, child)


def _arrows(view: View, key: str, others: Iterable[str], back: bool = False) -> Iterator[Neighbour]:
    for other in _live(view, others):
        edge = view.plan.drives.edges[(other, key) if back else (key, other)]
        effect = _("raises it") if edge["sign"] > 0 else _("lowers it")
        lag = ngettext("after one period", "after %(num)s periods", edge["lag"]) if edge["lag"] else ""
        yield neighbour(view, other, ", ".join(filter(None, (effect, lag))))
