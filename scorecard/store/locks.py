"""What a closed cycle locks: its nodes, their values, targets and what rolls up into them."""

from collections.abc import Collection

from scorecard.domain.errors import N_, Refused
from scorecard.domain.vocabulary import CycleState
from scorecard.graph.plan import Plan
from scorecard.store.rows import CYCLE, LINK, NODE, TARGET, Family, Image, Key


class CycleClosed(Refused):
    """A closed cycle is history."""

    sentence = N_("“{key}” belongs to the cycle “{cycle}”, which is closed. Nothing in it can change.")


class CycleKeepsClosed(Refused):
    """Opening a closed cycle again needs a reason, and takes nothing else with it."""

    sentence = N_("The cycle “{cycle}” is closed. Reopen it, with a reason, before you change it.")


def refuse_node(plan: Plan, key: str, opened: Collection[str] = ()) -> None:
    """Refuse a change to a node whose cycle is closed, and is not opened along with it."""
    node = plan.nodes.get(key)
    if node is not None and node.cycle is not None:
        _refuse(plan, key, node.cycle, opened)


def refuse_row(
    plan: Plan,
    family: Family,
    key: Key,
    after: Image | None,
    reason: str | None,
    opened: Collection[str] = (),
) -> None:
    """Refuse a change to a row that a closed cycle locks, judged by the plan as it was before.

    A link is locked by its parent, whose frozen total it is part of.

    Parameters:
        opened: the cycles that the same intent opens, whose nodes may change with them.
    """
    if after is not None and set(after) == {"position"}:
        return
    if family is CYCLE:
        _refuse_cycle(plan, key[0], after, reason)
    elif family is LINK:
        refuse_node(plan, key[1], opened)
    elif family in (NODE, TARGET):
        refuse_node(plan, key[0], opened)
        if family is NODE and after and after.get("cycle"):
            _refuse(plan, key[0], after["cycle"], opened)


def _refuse(plan: Plan, key: str, cycle: str, opened: Collection[str]) -> None:
    if cycle in opened:
        return
    if cycle in plan.cycles and plan.cycles[cycle].state is CycleState.closed:
        raise CycleClosed(key=key, cycle=plan.cycles[cycle].title)


def _refuse_cycle(plan: Plan, key: str, after: Image | None, reason: str | None) -> None:
    cycle = plan.cycles.get(key)
    if cycle is None or cycle.state is not CycleState.closed:
        return
    reopened = after is not None and set(after) == {"state"} and reason
    if not reopened:
        raise CycleKeepsClosed(cycle=cycle.title)
