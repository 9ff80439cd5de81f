"""Rules of structure: whether everything hangs together, and counts once."""

from collections.abc import Iterable, Iterator

from scorecard.domain.errors import N_
from scorecard.domain.vocabulary import NodeKind
from scorecard.graph.findings.inspection import Inspection
from scorecard.graph.findings.rule import About, Hit, Mend, Named, Page, Severity, Share, rule
from scorecard.graph.perspectives import perspectives_of
from scorecard.graph.plan import Contribution

NEARLY_ALL = 0.9
"""The share of the weight from which one child decides alone."""


@rule(
    N_("No path to the company"),
    Severity.warning,
    N_("No path leads from here to a company objective, so nothing that happens here shows there."),
    Mend(N_("Attach it to the objective that it serves, or retire it."), Page.alignment, "orphans"),
)
def no_path(seen: Inspection) -> Iterator[Hit]:
    """Find KPIs that serve no company objective, and whatever else hangs in the air by itself."""
    for node in seen.nodes:
        if node.key not in seen.serving and (node.kind is NodeKind.kpi or not _above(seen, node.key)):
            yield Hit(node.key)


def _above(seen: Inspection, key: str) -> bool:
    plan = seen.plan
    above = (*plan.cascade.succ[key], *plan.feeds.succ[key])
    return any(each != key and not plan.nodes[each].archived for each in above)


@rule(
    N_("Objective without a measure"),
    Severity.error,
    N_("No key result and no other measure stands below it, so nobody can tell whether it is reached."),
    Mend(N_("Add a key result or a KPI below it."), Page.tree, "below"),
)
def objective_without_measure(seen: Inspection) -> Iterator[Hit]:
    """Find objectives with no key result, KPI or other measure anywhere below."""
    for node in seen.nodes:
        if node.kind is NodeKind.objective and node.key not in seen.measured:
            yield Hit(node.key)


@rule(
    N_("Key result without a measure"),
    Severity.error,
    N_("It has no target and nothing contributes to it: it is a wish, not yet a result."),
    Mend(N_("Say from where to where, and by when."), Page.edit, "measure.kind"),
)
def key_result_without_measure(seen: Inspection) -> Iterator[Hit]:
    """Find key results that neither have a measure nor roll up what contributes to them."""
    for node in seen.nodes:
        if node.kind is NodeKind.key_result and node.measure is None and not seen.children.get(node.key):
            yield Hit(node.key)


@rule(
    N_("Empty perspective"),
    Severity.warning,
    N_("Nothing belongs to this perspective, so the scorecard is not balanced."),
    Mend(N_("Add an objective to it, or drop the perspective."), Page.tree, "top"),
)
def empty_perspective(seen: Inspection) -> Iterator[Hit]:
    """Find perspectives in which nothing takes part; a plan without nodes has none yet."""
    if seen.counting:
        places = perspectives_of(seen.plan)
        filled = {places[key] for key in seen.counting}
        for key in seen.plan.perspectives:
            if key not in filled:
                yield Hit(key, about=About.perspective)


@rule(
    N_("Unit that contributes nothing"),
    Severity.note,
    N_("Nothing of this unit, or of one below it, leads to an objective of the company."),
    Mend(N_("Give it a part in an objective, or attach what it has."), Page.alignment, "idle-title"),
)
def idle_unit(seen: Inspection) -> Iterator[Hit]:
    """Find units none of whose nodes serves a company objective."""
    units, busy = seen.plan.units, set[str]()
    for key in seen.counting & seen.serving:
        unit = seen.plan.nodes[key].unit
        while unit is not None and unit not in busy:
            busy.add(unit)
            unit = units[unit].parent
    if seen.counting:
        yield from (Hit(key, about=About.unit) for key in units if key not in busy)


@rule(
    N_("Rests on a single measure"),
    Severity.note,
    N_("“{child}” alone decides how it stands, and one number never tells the whole."),
    Mend(N_("Add a second measure that would show what this one misses."), Page.tree, "below"),
)
def single_kpi(seen: Inspection) -> Iterator[Hit]:
    """Find parents to whose score one measure alone contributes."""
    for node in seen.nodes:
        counted = [each.child for each in _rolled_up(seen, node.key) if each.child in seen.measured]
        if len(counted) == 1 and seen.is_measure(counted[0]):
            yield Hit(node.key, {"child": Named(About.node, counted[0])})


@rule(
    N_("Weights all on one child"),
    Severity.warning,
    N_("“{child}” holds {share} of the weight, so the others make no difference."),
    Mend(N_("Even out the weights, or say that the others only support it."), Page.tree, "edit"),
)
def weight_on_one_child(seen: Inspection) -> Iterator[Hit]:
    """Find parents of several children of which one holds nearly all of the weight."""
    for node in seen.nodes:
        parts = _rolled_up(seen, node.key)
        if len(parts) > 1:
            heaviest = max(parts, key=lambda part: part.weight)
            share = heaviest.weight / sum(part.weight for part in parts)
            if share >= NEARLY_ALL:
                yield Hit(node.key, {"child": Named(About.node, heaviest.child), "share": Share(share)})


def _rolled_up(seen: Inspection, key: str) -> list[Contribution]:
    """Return the children that make a node's score; one with a number of its own needs none."""
    return [] if key in seen.plan.leaves else seen.children.get(key, [])


@rule(
    N_("Counted twice"),
    Severity.note,
    N_("It counts in “{top}” on more than one path, and weighs there as much as all of them together."),
    Mend(
        N_("Keep the one path that says what it is for, and let the others only support."),
        Page.tree,
        "parents",
    ),
)
def counted_twice(seen: Inspection) -> Iterator[Hit]:
    """Find leaves with several paths of contribution to the same top."""
    tops, twice = _paths(seen)
    for node in seen.nodes:
        if node.key in seen.plan.leaves and (marks := twice.get(node.key)):
            first = (marks & -marks).bit_length() - 1
            yield Hit(node.key, {"top": Named(About.node, tops[first])})


def _paths(seen: Inspection) -> tuple[list[str], dict[str, int]]:
    """Return the tops, and for each node those that it counts in on several paths, a bit for each top."""
    above: dict[str, list[str]] = {}
    for parent in seen.children:
        for child, _weight, _critical in _rolled_up(seen, parent):
            above.setdefault(child, []).append(parent)
    tops: list[str] = []
    reached: dict[str, int] = {}
    twice: dict[str, int] = {}
    for key in reversed(tuple(seen.plan.order)):
        if key in seen.counting:
            if key not in above:
                reached[key], twice[key] = 1 << len(tops), 0
                tops.append(key)
                continue
            reached[key], twice[key] = _joined(above[key], reached, twice)
    return tops, twice


def _joined(parents: Iterable[str], reached: dict[str, int], twice: dict[str, int]) -> tuple[int, int]:
    once = more = 0
    for parent in parents:
        more |= twice[parent] | (once & reached[parent])
        once |= reached[parent]
    return once, more
