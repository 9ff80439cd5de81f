"""Rules of ambition: whether what was asked for was worth asking for."""

from collections.abc import Iterator
from statistics import fmean

from scorecard.domain.errors import N_
from scorecard.domain.measure import Reach, clamp, quantised
from scorecard.domain.schema import NodeFields
from scorecard.domain.vocabulary import Ambition, CycleState, NodeKind
from scorecard.graph.findings.inspection import Inspection
from scorecard.graph.findings.rule import About, Hit, Mend, Page, Severity, Share, rule

EASY = 0.8
"""The mean progress above which stretches did not stretch; seven tenths are what they should end at."""


@rule(
    N_("Targets too easy"),
    Severity.note,
    N_("In {cycle} its aspirational key results ended at {share} of the way on average: that is no stretch."),
    Mend(
        N_("Ask for more: a stretch is set well where about 70 % of it is reached."),
        Page.scorecard,
        "key_result",
    ),
)
def targets_too_easy(seen: Inspection) -> Iterator[Hit]:
    """Find units whose aspirational key results were nearly all reached in the last cycle that was closed."""
    for unit, cycles in _reached(seen).items():
        last = max(cycles, key=lambda key: (seen.plan.spans[key].end, key))
        mean = quantised(fmean(cycles[last]))
        if mean > EASY:
            yield Hit(unit, {"cycle": seen.plan.cycles[last].title, "share": Share(mean)}, About.unit)


def _reached(seen: Inspection) -> dict[str, dict[str, list[float]]]:
    """Return how far each unit's aspirational key results came, by the closed cycle that graded them."""
    found: dict[str, dict[str, list[float]]] = {}
    for node in seen.plan.nodes.values():
        if node.grade is None or node.grade.progress is None or not _is_stretch(node):
            continue
        if node.unit is not None and node.cycle is not None and _is_over(seen, node.cycle):
            reached = found.setdefault(node.unit, {}).setdefault(node.cycle, [])
            reached.append(clamp(node.grade.progress))
    return found


def _is_stretch(node: NodeFields) -> bool:
    stretch = isinstance(node.measure, Reach) and node.measure.ambition is Ambition.aspirational
    return stretch and node.kind is NodeKind.key_result and not node.archived


def _is_over(seen: Inspection, cycle: str) -> bool:
    return seen.plan.cycles[cycle].state is CycleState.closed and seen.plan.spans[cycle].end <= seen.day
