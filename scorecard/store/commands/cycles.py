"""Move a cycle through its life: draft, open, closing, closed; and open a closed one again."""

from collections.abc import Mapping
from datetime import date
from typing import cast

from scorecard.domain.errors import N_, Refused
from scorecard.domain.schema import CycleFields, NodeFields
from scorecard.domain.vocabulary import CycleState, Lifecycle
from scorecard.graph.closing import grades
from scorecard.graph.plan import Plan
from scorecard.store.database import Database
from scorecard.store.rows import CYCLE, NODE
from scorecard.store.unit_of_work import command, write
from scorecard.store.work import Work, Written

FOLLOWING: Mapping[CycleState, tuple[CycleState, ...]] = {
    CycleState.draft: (CycleState.open,),
    CycleState.open: (CycleState.closing, CycleState.closed, CycleState.draft),
    CycleState.closing: (CycleState.closed, CycleState.open),
    CycleState.closed: (CycleState.closing,),
}
"""The states that may follow each; the way most go comes first."""


class NoSuchStep(Refused):
    """A cycle goes step by step."""

    sentence = N_("The cycle “{cycle}” is {state}; it cannot become {to} from there.")


class CycleRuns(Refused):
    """What has not ended has no final values."""

    sentence = N_("The cycle “{cycle}” runs until {end}. It can be closed once that day has come.")


class OpenWithin(Refused):
    """A year is not over while one of its quarters is open."""

    sentence = N_("“{inner}” lies in “{cycle}” and is not closed yet. Close it first.")


class ClosedAround(Refused):
    """What lies in a closed cycle is part of what was frozen with it."""

    sentence = N_("“{cycle}” lies in “{outer}”, which is closed. Reopen that one first.")


class ReasonNeeded(Refused):
    """A closed cycle is history; whoever opens it says why."""

    sentence = N_("Say why “{cycle}” is opened again: its grades were final.")


@command
def move_cycle(
    db: Database,
    plan: str,
    key: str,
    to: CycleState,
    *,
    learnings: Mapping[str, str] | None = None,
    version: int | None,
    actor: str,
    reason: str | None = None,
    today: date | None = None,
) -> Written:
    """Take a cycle one step on or back; closing freezes its nodes, opening a closed one thaws them.

    Parameters:
        learnings: what closing is to remember, one line a node.
        today: by default the day it is now where the plan is.

    Raises:
        NotFound, Conflict, NoSuchStep, CycleRuns, OpenWithin, ClosedAround, ReasonNeeded.
    """
    with write(db, plan, _INTENTS[to], actor, reason) as work:
        kept = work.found(CYCLE, (key,), version)
        cycle = cast(CycleFields, kept.fields)
        _refuse_step(work.plan, cycle, to, today or work.plan.today(), reason)
        reopened = cycle.state is CycleState.closed
        work.about(key, title=cycle.title, state=to.value, was=cycle.state.value, reopened=reopened)
        if to is CycleState.closed:
            _freeze(work, cycle.key, learnings)
        work.replace(CYCLE, (key,), kept, cycle.model_copy(update={"state": to}))
        if reopened:
            _thaw(work, cycle.key)
    return work.written


_INTENTS = {
    CycleState.draft: "draft_cycle",
    CycleState.open: "open_cycle",
    CycleState.closing: "begin_closing",
    CycleState.closed: "close_cycle",
}


def _refuse_step(plan: Plan, cycle: CycleFields, to: CycleState, today: date, reason: str | None) -> None:
    if to not in FOLLOWING[cycle.state]:
        raise NoSuchStep(cycle=cycle.title, state=cycle.state.value, to=to.value)
    if cycle.state is CycleState.closed:
        outer = plan.cycles.get(cycle.parent or "")
        if outer is not None and outer.state is CycleState.closed:
            raise ClosedAround(cycle=cycle.title, outer=outer.title)
        if not reason:
            raise ReasonNeeded(cycle=cycle.title)
    if to is CycleState.closed:
        if today < cycle.end:
            raise CycleRuns(cycle=cycle.title, end=cycle.end.isoformat())
        for inner in plan.cycles.values():
            if inner.parent == cycle.key and inner.state is not CycleState.closed:
                raise OpenWithin(inner=inner.title, cycle=cycle.title)


def _freeze(work: Work, cycle: str, learnings: Mapping[str, str] | None) -> None:
    for key, grade in grades(work.plan, cycle, learnings).items():
        work.update(NODE, (key,), {"lifecycle": Lifecycle.closed, "grade": grade})


def _thaw(work: Work, cycle: str) -> None:
    """Let the nodes of a cycle be judged by their numbers again; what they were graded with stays to read."""
    for node in work.plan.nodes.values():
        if node.cycle == cycle and node.lifecycle is Lifecycle.closed and node.grade is not None:
            kept = work.found(NODE, (node.key,))
            fields = cast(NodeFields, kept.fields).model_copy(update={"lifecycle": Lifecycle.active})
            work.replace(NODE, (node.key,), kept, fields)
