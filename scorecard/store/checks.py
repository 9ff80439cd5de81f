"""Whether a changed part fits its plan, asked of `structure.check` with as little of the plan as it needs."""

from collections.abc import Iterable
from typing import Any

from scorecard.domain.errors import N_, NotFound, Refused
from scorecard.domain.schema import NodeFields, ObservationFields, PlanFile
from scorecard.graph.plan import Plan
from scorecard.graph.structure import check


class KeyFixed(Refused):
    """Files, formulas and links call things by their key."""

    sentence = N_("The key “{key}” stays as it is: files, formulas and links use it.")


class StillUsed(Refused):
    """Something refers to what would go."""

    sentence = N_("“{key}” is still used by “{user}”, and {others} more places.")


def refuse_unfit(file: PlanFile) -> None:
    """Raise the first problem of a whole plan."""
    for problem in check(file):
        raise problem.fault


def refuse_unfit_node(plan: Plan, node: NodeFields) -> None:
    """Refuse a node that refers to what is not there, or whose formula would read itself."""
    around = {node.key: node}
    if node.formula is not None:
        around = {**plan.nodes, node.key: node}
    elif node.replaced_by is not None and node.replaced_by in plan.nodes:
        around[node.replaced_by] = plan.nodes[node.replaced_by]
    refuse_unfit(_cut(plan, nodes=tuple(around.values())))


def refuse_unfit_observation(plan: Plan, seen: ObservationFields) -> None:
    """Refuse a check-in that its node's measure cannot read."""
    refuse_unfit_values(plan, found_node(plan, seen.node), (seen,))


def refuse_unfit_values(plan: Plan, node: NodeFields, seen: Iterable[ObservationFields]) -> None:
    """Refuse a measure that cannot read what was checked in already."""
    said = tuple(seen)
    people = [plan.people[by] for by in {each.by for each in said if each.by} if by in plan.people]
    alone = {"people": tuple(person.model_copy(update=_PLACELESS) for person in people)}
    refuse_unfit(_cut(plan, **_NOTHING, **alone, nodes=(node.model_copy(update=_ALONE),), observations=said))


_ALONE = {
    **dict.fromkeys(("formula", "replaced_by", "perspective", "unit", "owner", "cycle", "judged")),
    "actions": (),
}
_PLACELESS = {"unit": None, "roles": ()}
_NOTHING: dict[str, Any] = dict.fromkeys(("perspectives", "units", "cycles"), ())
"""What a node and those who check in refer to, and do not, while only its values are looked at."""


def refuse_unfit_parts(plan: Plan, **sections: Any) -> None:
    """Refuse perspectives, units, people or cycles that do not fit together."""
    refuse_unfit(_cut(plan, **sections))


def found_node(plan: Plan, key: str) -> NodeFields:
    """Return a node of the plan.

    Raises:
        NotFound.
    """
    if key not in plan.nodes:
        raise NotFound(kind="node", key=key)
    return plan.nodes[key]


def _cut(plan: Plan, **sections: Any) -> PlanFile:
    whole = {
        "perspectives": tuple(plan.perspectives.values()),
        "units": tuple(plan.units.values()),
        "people": tuple(plan.people.values()),
        "cycles": tuple(plan.cycles.values()),
        "nodes": (),
    }
    return PlanFile.model_construct(**{**dict(plan.fields), **whole, **sections})


def refuse_used(file: PlanFile, section: str, key: str) -> None:
    """Refuse to take away a part that something still refers to."""
    others = tuple(each for each in getattr(file, section) if each.key != key)
    found = check(file.model_copy(update={section: others}))
    if found:
        user = getattr(file, str(found[0].at[0]))[found[0].at[1]]
        name = getattr(user, "key", None) or getattr(user, "node", "")
        raise StillUsed(key=key, user=name, others=len(found) - 1)
