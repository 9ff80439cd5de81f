"""How a node's number is written wherever it stands: its unit, its value, its promise, its address."""

from flask import g

from scorecard.domain.measure import AtLeast, AtMost, Milestone, Reach
from scorecard.domain.schema import NodeFields
from scorecard.domain.vocabulary import NodeKind, Reason
from scorecard.graph.judgement import Standing
from scorecard.graph.plan import Plan
from scorecard.web.render import here
from scorecard.web.wording import SHARE, quantity


def node_address(plan: Plan, key: str) -> str:
    """Return the address of a node's page on the day the reader looks at.

    A page has hundreds of them, and asking the router for each takes longer than all the rest: it is asked
    once, for a key that no node can have.
    """
    addresses: dict[str, tuple[str, str]] = g.setdefault("node_addresses", {})
    if plan.key not in addresses:
        first, _key, rest = here("node.show", plan=plan.key, key="0").partition("/n/0")
        addresses[plan.key] = first, rest
    first, rest = addresses[plan.key]
    return f"{first}/n/{key}{rest}"


def unit_of(plan: Plan, key: str) -> str | None:
    """Return the unit of a node's numbers; a formula of one bare key has that node's."""
    node = plan.nodes[key]
    while node.format is None and node.key in plan.formulas and (bare := plan.formulas[node.key].bare):
        node = plan.nodes[bare]
    return node.format


NOTHING_BELOW = "nothing_below"
"""What a page says in place of "no target" of an objective in which nothing counts: it needs no target."""


def reason_of(plan: Plan, key: str, standing: Standing) -> str:
    """Return the word of why a node has no colour or an old one, as pages show it; "" where it has one."""
    node = plan.nodes[key]
    if standing.reason is Reason.no_target and node.kind is NodeKind.objective and node.measure is None:
        return NOTHING_BELOW
    return standing.reason or ""


def own_unit(node: NodeFields) -> str | None:
    """Return the unit that a node names itself; the value of a milestone is the share done."""
    return SHARE if isinstance(node.measure, Milestone) else node.format


def written(value: float | str | None, node: NodeFields, unit: str | None) -> str:
    """Write a node's value."""
    return quantity(value, SHARE if isinstance(node.measure, Milestone) else unit)


def held_against(node: NodeFields, standing: Standing) -> NodeFields:
    """Return a node with the target that is in force, where a period's own stands over the measure's."""
    measure, target = node.measure, standing.target
    if not isinstance(measure, Reach | AtLeast | AtMost) or not isinstance(target, float | int):
        return node
    if measure.target == target:
        return node
    return node.model_copy(update={"measure": measure.model_copy(update={"target": target})})
