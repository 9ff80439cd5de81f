"""Plans of the shapes that break tools: very deep, very wide, and of many paths."""

from collections.abc import Iterable, Sequence
from datetime import date

from scorecard.domain.measure import AtLeast, Reach
from scorecard.domain.schema import LinkFields, NodeFields, ObservationFields, PlanFile
from scorecard.domain.vocabulary import Cadence, NodeKind

DAY = date(2026, 11, 21)


def chain(length: int) -> PlanFile:
    """Return a plan in which each node hangs below the one before, and a measure below the last."""
    keys = [f"n{index}" for index in range(length)]
    return _plan(keys, zip([*keys[1:], "leaf"], keys, strict=True), ["leaf"])


def star(width: int) -> PlanFile:
    """Return a plan of one objective over as many measures."""
    leaves = [f"leaf{index}" for index in range(width)]
    return _plan(["n0"], ((leaf, "n0") for leaf in leaves), leaves)


def ladder(steps: int) -> PlanFile:
    """Return a plan of diamonds on top of each other: 2 to the power of `steps` paths to the top."""
    keys, links = ["n0"], []
    for step in range(steps):
        top, left, right = f"n{step}", f"l{step}", f"r{step}"
        low = f"n{step + 1}" if step < steps - 1 else "leaf"
        links += [(left, top), (right, top), (low, left), (low, right)]
        keys += [left, right, low]
    return _plan(keys[:-1], links, ["leaf"])


def formula_chain(length: int) -> PlanFile:
    """Return a plan of formulas of which each reads the next, and the last a measure."""
    file = _plan([], [], ["leaf"])
    formulas = (
        NodeFields(
            key=f"f{index}",
            kind=NodeKind.kpi,
            title=f"f{index}",
            cadence=Cadence.monthly,
            formula=f"f{index + 1} + 1" if index < length - 1 else "leaf + 1",
            measure=AtLeast(target=1),
        )
        for index in range(length)
    )
    return file.model_copy(update={"nodes": (*file.nodes, *formulas)})


def _plan(keys: Iterable[str], links: Iterable[tuple[str, str]], leaves: Sequence[str]) -> PlanFile:
    objectives = (NodeFields(key=key, kind=NodeKind.objective, title=key) for key in keys)
    measures = (
        NodeFields(key=key, kind=NodeKind.kpi, title=key, measure=Reach(baseline=0, target=1))
        for key in leaves
    )
    return PlanFile(
        plan="shape",
        nodes=(*objectives, *measures),
        links=tuple(LinkFields(child=child, parent=parent) for child, parent in links),
        observations=tuple(ObservationFields(node=key, date=DAY, value=0.8) for key in leaves),
    )
