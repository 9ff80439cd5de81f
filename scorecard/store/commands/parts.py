"""Add, edit and remove what nodes refer to: perspectives, units, people and cycles."""

from collections.abc import Mapping
from typing import Any, Literal

from scorecard.domain.errors import N_, Refused
from scorecard.domain.schema import CycleFields, PersonFields, PerspectiveFields, UnitFields
from scorecard.graph.structure import TwiceThere
from scorecard.store.checks import KeyFixed, refuse_unfit_parts, refuse_used
from scorecard.store.database import Database
from scorecard.store.rows import BY_SHAPE, FAMILIES, key_of
from scorecard.store.unit_of_work import command, write
from scorecard.store.work import Work, Written, altered


class StepByStep(Refused):
    """Closing a cycle takes its final values, so its state is no field like others."""

    sentence = N_("A cycle is opened and closed step by step, on the page of the cycles.")


Part = PerspectiveFields | UnitFields | PersonFields | CycleFields
PartKind = Literal["perspective", "unit", "person", "cycle"]


@command
def add_part(db: Database, plan: str, fields: Part, *, actor: str, reason: str | None = None) -> Written:
    """Add a perspective, unit, person or cycle, after the others."""
    family = BY_SHAPE[type(fields)]
    with write(db, plan, f"add_{family.name}", actor, reason) as work:
        work.about(fields.key, title=_title(fields))
        if fields.key in getattr(work.plan, family.section):
            raise TwiceThere(key=fields.key)
        _refuse_unfit(work, fields)
        work.insert(fields)
    return work.written


@command
def edit_part(
    db: Database,
    plan: str,
    kind: PartKind,
    key: str,
    changes: Mapping[str, Any],
    *,
    version: int | None,
    actor: str,
    reason: str | None = None,
) -> Written:
    """Change a perspective, unit, person or cycle; the state of a cycle is moved by `move_cycle`."""
    family = FAMILIES[kind]
    with write(db, plan, f"edit_{kind}", actor, reason) as work:
        kept = work.found(family, (key,), version)
        fields = altered(kept.fields, changes)
        if key_of(fields) != (key,):
            raise KeyFixed(key=key)
        if getattr(fields, "state", None) != getattr(kept.fields, "state", None):
            raise StepByStep
        work.about(key, title=_title(fields))
        _refuse_unfit(work, fields)
        work.replace(family, (key,), kept, fields)
    return work.written


@command
def remove_part(
    db: Database,
    plan: str,
    kind: PartKind,
    key: str,
    *,
    version: int | None = None,
    actor: str,
    reason: str | None = None,
) -> Written:
    """Remove a perspective, unit, person or cycle that nothing refers to."""
    with write(db, plan, f"remove_{kind}", actor, reason) as work:
        kept = work.found(FAMILIES[kind], (key,), version)
        work.about(key, title=_title(kept.fields))
        refuse_used(work.file(), FAMILIES[kind].section, key)
        work.delete(FAMILIES[kind], (key,))
    return work.written


def _title(fields: Any) -> str:
    return str(fields.name if isinstance(fields, PersonFields) else fields.title)


def _refuse_unfit(work: Work, fields: Any) -> None:
    section = BY_SHAPE[type(fields)].section
    others = {**getattr(work.plan, section), fields.key: fields}
    refuse_unfit_parts(work.plan, **{section: tuple(others.values())})
