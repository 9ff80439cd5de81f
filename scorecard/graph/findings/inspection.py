"""A plan as its rules look at it on a day; what several rules need is worked out once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from scorecard.domain.schema import NodeFields
from scorecard.domain.vocabulary import NodeKind
from scorecard.graph.alignment import aligned
from scorecard.graph.findings.change import CREATED, Change
from scorecard.graph.judgement import Standing, is_frozen
from scorecard.graph.plan import Contribution, Plan

MEASURES = (NodeKind.kpi, NodeKind.key_result)


@dataclass(frozen=True)
class Inspection:
    """A plan on a day, with how everything stands and what was changed.

    Rules look at `counting` only: what takes part on the day. A closed node whose grade is given counts as
    a child, but nobody can mend it, so it is not among the `nodes` of which something is found.
    """

    plan: Plan
    standings: Mapping[str, Standing]
    day: date
    changes: Sequence[Change]

    @cached_property
    def counting(self) -> set[str]:
        """Return what takes part on the day."""
        return self.plan.taking_part(self.day)

    @cached_property
    def nodes(self) -> list[NodeFields]:
        """Return what takes part and may still be changed."""
        plan, counting = self.plan, self.counting
        return [
            node
            for key, node in plan.nodes.items()
            if key in counting and not (node.grade is not None and is_frozen(plan, node, self.day))
        ]

    @cached_property
    def children(self) -> dict[str, list[Contribution]]:
        """Return the contributions that count, by parent."""
        counting, contributions = self.counting, self.plan.contributions
        return {
            key: [each for each in contributions[key] if each.child in counting]
            for key in counting
            if contributions[key]
        }

    @cached_property
    def below(self) -> dict[str, list[str]]:
        """Return what counts right below each node, contributing or supporting."""
        found: dict[str, list[str]] = {}
        for child, parent in self.plan.cascade.edges:
            if child in self.counting:
                found.setdefault(parent, []).append(child)
        return found

    @cached_property
    def measured(self) -> set[str]:
        """Return what is a measure, or has one somewhere below it."""
        found: set[str] = set()
        for key in self.plan.order:
            if key in self.counting and (
                self.is_measure(key) or not found.isdisjoint(self.below.get(key, ()))
            ):
                found.add(key)
        return found

    @cached_property
    def serving(self) -> set[str]:
        """Return what has a path to a company objective."""
        return aligned(self.plan)

    @cached_property
    def changed(self) -> dict[str, dict[tuple[str, str], list[Change]]]:
        """Return the changes by field, and those by what they changed: a node, and which of its many."""
        found: dict[str, dict[tuple[str, str], list[Change]]] = {}
        for each in self.changes:
            found.setdefault(each.field, {}).setdefault((each.node, each.about), []).append(each)
        return found

    @cached_property
    def created(self) -> dict[str, date]:
        """Return the day on which each node was made, and the plan (""), where the history knows."""
        return {key: made[-1].on for (key, _), made in self.changed.get(CREATED, {}).items()}

    def is_measure(self, key: str) -> bool:
        """Tell whether a node is a KPI or key result, or judged by a number of its own."""
        return self.plan.nodes[key].kind in MEASURES or key in self.plan.leaves
