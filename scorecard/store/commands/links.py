"""Attach, detach, re-weight and move: how nodes hang together."""

from collections.abc import Mapping
from typing import Any, cast

from scorecard.domain.errors import N_, Refused
from scorecard.domain.schema import LinkFields
from scorecard.domain.vocabulary import LinkKind
from scorecard.graph.structure import LinkedBothWays, TwiceThere, family, refuse_circle
from scorecard.store.checks import found_node
from scorecard.store.database import Database
from scorecard.store.places import insert_link, place_before
from scorecard.store.rows import LINK, Key, key_of
from scorecard.store.unit_of_work import command, write
from scorecard.store.work import Work, Written, altered


class EndsFixed(Refused):
    """The ends of a link are its name."""

    sentence = N_("A link keeps its two ends. Detach it, or move the node.")


class OtherFamily(Refused):
    """A link cannot become one of another graph."""

    sentence = N_("A link that contributes or supports cannot become one that drives or balances.")


@command
def attach(
    db: Database,
    plan: str,
    link: LinkFields,
    *,
    before: str | None = None,
    actor: str,
    reason: str | None = None,
) -> Written:
    """Link a child to a parent.

    Raises:
        NotFound, Circle, TwiceThere, LinkedBothWays.
    """
    with write(db, plan, "attach", actor, reason) as work:
        work.about(link.child, parent=link.parent, kind=link.kind)
        _refuse(work, link)
        insert_link(work, link, before)
    return work.written


@command
def detach(
    db: Database,
    plan: str,
    child: str,
    parent: str,
    *,
    kind: LinkKind = LinkKind.contributes,
    version: int | None = None,
    actor: str,
    reason: str | None = None,
) -> Written:
    """Take a link away; the nodes stay."""
    with write(db, plan, "detach", actor, reason) as work:
        work.about(child, parent=parent, kind=kind)
        work.delete(LINK, _standing(work, child, parent, kind), version)
    return work.written


@command
def reweight(
    db: Database,
    plan: str,
    child: str,
    parent: str,
    *,
    kind: LinkKind = LinkKind.contributes,
    changes: Mapping[str, Any],
    version: int | None = None,
    actor: str,
    reason: str | None = None,
) -> Written:
    """Change what a link says: weight, critical, sign, lag, and contributes against supports."""
    with write(db, plan, "reweight", actor, reason) as work:
        work.about(child, parent=parent, kind=kind)
        key = _standing(work, child, parent, kind)
        kept = work.found(LINK, key, version)
        link = cast(LinkFields, altered(kept.fields, changes))
        if (link.child, link.parent) != key[:2]:
            raise EndsFixed
        if family(link.kind) != family(kind):
            raise OtherFamily
        work.replace(LINK, key, kept, link)
    return work.written


@command
def move(
    db: Database,
    plan: str,
    key: str,
    *,
    from_parent: str | None,
    to_parent: str | None,
    before: str | None = None,
    version: int | None = None,
    actor: str,
    reason: str | None = None,
) -> Written:
    """Hang a node below another parent with the same weight, or give it another place among its siblings.

    Parameters:
        from_parent, to_parent: None is the top.
        before: the sibling in front of which it comes, else last.
    """
    with write(db, plan, "move", actor, reason) as work:
        work.about(key, parent=to_parent, left=from_parent)
        found_node(work.plan, key)
        if from_parent is not None and from_parent == to_parent:
            _reorder(work, key, from_parent, before, version)
        else:
            _rehang(work, key, from_parent, to_parent, before, version)
    return work.written


def _reorder(work: Work, key: str, parent: str, before: str | None, version: int | None) -> None:
    at = _standing(work, key, parent, LinkKind.contributes)
    kept = work.found(LINK, at, version)
    link = cast(LinkFields, kept.fields)
    if before is not None and before != key:
        work.replace(LINK, at, kept, link, place_before(work, link, before))
    elif before is None and work.plan.children(parent)[-1] != key:
        work.replace(LINK, at, kept, link, work.end(LINK))


def _rehang(
    work: Work,
    key: str,
    from_parent: str | None,
    to_parent: str | None,
    before: str | None,
    version: int | None,
) -> None:
    link = LinkFields(child=key, parent=to_parent or key)
    if from_parent is not None:
        at = _standing(work, key, from_parent, LinkKind.contributes)
        link = cast(LinkFields, work.found(LINK, at, version).fields)
        work.delete(LINK, at)
    if to_parent is not None:
        link = cast(LinkFields, altered(link, {"parent": to_parent}))
        _refuse(work, link)
        insert_link(work, link, before)


def _standing(work: Work, child: str, parent: str, kind: LinkKind) -> Key:
    """Return the key of the link between two nodes; guardrail pairs are found from either end."""
    key = key_of(LinkFields(child=child, parent=parent, kind=kind))
    turned = (parent, child, key[2])
    if kind is LinkKind.balances and work.kept(LINK, key) is None and work.kept(LINK, turned):
        return turned
    return key


def _refuse(work: Work, link: LinkFields) -> None:
    plan = work.plan
    found_node(plan, link.child)
    found_node(plan, link.parent)
    kept = work.kept(LINK, _standing(work, link.child, link.parent, link.kind))
    if kept is not None:
        known = cast(LinkFields, kept.fields)
        if known.kind is not link.kind:
            raise LinkedBothWays(child=link.child, parent=link.parent)
        raise TwiceThere(key=f"{link.child} → {link.parent}")
    refuse_circle(plan, link.child, link.parent, link.kind)
