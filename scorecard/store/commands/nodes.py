"""Add, edit, archive and restore nodes."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from scorecard.domain.schema import LinkFields, NodeFields
from scorecard.domain.vocabulary import LinkKind
from scorecard.graph.plan import Plan
from scorecard.graph.structure import TwiceThere
from scorecard.store.checks import KeyFixed, found_node, refuse_unfit_node, refuse_unfit_values
from scorecard.store.database import Database
from scorecard.store.places import insert_link
from scorecard.store.reading import read_observations
from scorecard.store.rows import NODE
from scorecard.store.unit_of_work import command, write
from scorecard.store.work import Work, Written, altered


@command
def add_node(
    db: Database,
    plan: str,
    fields: NodeFields,
    *,
    parent: str | None = None,
    kind: LinkKind = LinkKind.contributes,
    weight: float = 1.0,
    critical: bool = False,
    before: str | None = None,
    actor: str,
    reason: str | None = None,
) -> Written:
    """Add a node, below a parent where one is named, in front of the sibling `before`."""
    with write(db, plan, "add_node", actor, reason) as work:
        work.about(fields.key, title=fields.title, kind=fields.kind, parent=parent)
        if fields.key in work.plan.nodes:
            raise TwiceThere(key=fields.key)
        refuse_unfit_node(work.plan, fields)
        work.insert(fields)
        if parent is not None:
            found_node(work.plan, parent)
            link = LinkFields(child=fields.key, parent=parent, kind=kind, weight=weight, critical=critical)
            insert_link(work, link, before)
    return work.written


@command
def edit_node(
    db: Database,
    plan: str,
    key: str,
    changes: Mapping[str, Any],
    *,
    version: int | None,
    actor: str,
    reason: str | None = None,
) -> Written:
    """Change fields of a node; its key stays.

    Raises:
        NotFound, Conflict, Fault: where it no longer fits its plan.
        pydantic.ValidationError: by field.
    """
    with write(db, plan, "edit_node", actor, reason) as work:
        kept = work.found(NODE, (key,), version)
        fields = cast(NodeFields, altered(kept.fields, changes))
        if fields.key != key:
            raise KeyFixed(key=key)
        work.about(key, title=fields.title)
        refuse_unfit_node(work.plan, fields)
        if fields.measure != cast(NodeFields, kept.fields).measure:
            said = read_observations(work.connection, work.plan_id, (key,))
            refuse_unfit_values(work.plan, fields, said)
        work.replace(NODE, (key,), kept, fields)
    return work.written


@command
def archive_nodes(
    db: Database,
    plan: str,
    keys: Iterable[str],
    *,
    version: int | None = None,
    actor: str,
    reason: str | None = None,
) -> Written:
    """Archive nodes together with all that hangs only below them."""
    with write(db, plan, "archive_nodes", actor, reason) as work:
        named = list(dict.fromkeys(keys))
        going = hanging_only_below(work.plan, named)
        _about(work, named, going)
        for key in going:
            work.update(NODE, (key,), {"archived": True}, version if key in named else None)
    return work.written


@command
def restore_nodes(
    db: Database, plan: str, keys: Iterable[str], *, actor: str, reason: str | None = None
) -> Written:
    """Bring archived nodes back, with what was archived along with them and not changed since."""
    with write(db, plan, "restore_nodes", actor, reason) as work:
        named = list(dict.fromkeys(keys))
        versions = {key: work.found(NODE, (key,)).version for key in _archived_below(work.plan, named)}
        together = {versions[key] for key in named}
        back = [key for key, version in versions.items() if key in named or version in together]
        _about(work, named, back)
        for key in back:
            work.update(NODE, (key,), {"archived": False})
    return work.written


def _about(work: Work, named: list[str], all_keys: list[str]) -> None:
    title = found_node(work.plan, named[0]).title if named else None
    work.about(named[0] if named else None, title=title, nodes=len(all_keys))


def hanging_only_below(plan: Plan, keys: list[str]) -> list[str]:
    """Return the nodes and every descendant whose parents are all archived or about to be, in that order."""
    going = dict.fromkeys(found_node(plan, key).key for key in keys)
    waiting = list(keys)
    while waiting:
        for child in plan.children(waiting.pop()):
            others = (parent for parent in plan.parents(child) if parent not in going)
            if child not in going and all(plan.nodes[other].archived for other in others):
                going[child] = None
                waiting.append(child)
    return [key for key in going if not plan.nodes[key].archived]


def _archived_below(plan: Plan, keys: list[str]) -> list[str]:
    found = dict.fromkeys(found_node(plan, key).key for key in keys)
    waiting = list(keys)
    while waiting:
        for child in plan.children(waiting.pop()):
            if child not in found and plan.nodes[child].archived:
                found[child] = None
                waiting.append(child)
    return list(found)
