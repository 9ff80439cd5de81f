"""What the tree can do: each form's deed reads the form, calls one command and says what was done."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from flask import request

from scorecard.domain.errors import NotFound
from scorecard.domain.schema import LinkFields, NodeFields
from scorecard.graph.plan import Plan
from scorecard.store.commands import check_ins, links, nodes
from scorecard.store.work import Written
from scorecard.web import forms
from scorecard.web.language import _
from scorecard.web.measures import unit_of
from scorecard.web.measures import written as written_value
from scorecard.web.reading import View, database
from scorecard.web.session import actor
from scorecard.web.tree import forms as tree_forms


class At(NamedTuple):
    """A node at one of its places: what a form is about. Without a node it is about the plan's top."""

    node: NodeFields | None
    parent: str = ""

    @property
    def here(self) -> NodeFields:
        """Return the node of a form that is about one.

        Raises:
            NotFound.
        """
        if self.node is None:
            raise NotFound(kind="node", key="")
        return self.node


class Deed(NamedTuple):
    """What was done, in words, and the nodes to unfold so that it is seen."""

    text: str
    written: Written
    unfold: tuple[str, ...] = ()


def neighbours(plan: Plan, at: At) -> tuple[str | None, str | None]:
    """Return the siblings before and after a node at its place, None at either end."""
    if not at.parent:
        return None, None
    keys = [key for key in plan.children(at.parent) if not plan.nodes[key].archived or key == at.here.key]
    i = keys.index(at.here.key)
    return (keys[i - 1] if i else None), (keys[i + 1] if i + 1 < len(keys) else None)


def _add(seen: View, at: At, parent: str, before: str | None = None) -> Deed:
    node, link = tree_forms.new_node(seen.plan)
    written = nodes.add_node(
        database(),
        seen.plan.key,
        node,
        parent=parent or None,
        kind=link.kind,
        weight=link.weight,
        critical=link.critical,
        before=before,
        actor=actor(),
    )
    return Deed(_("Added “%(title)s”.", title=node.title), written, (parent,) if parent else ())


def _add_top(seen: View, at: At) -> Deed:
    return _add(seen, at, "")


def _add_below(seen: View, at: At) -> Deed:
    return _add(seen, at, at.here.key)


def _add_beside(seen: View, at: At) -> Deed:
    return _add(seen, at, at.parent, neighbours(seen.plan, at)[1])


def _edit(seen: View, at: At) -> Deed:
    node = at.here
    changes = tree_forms.node_changes(node)
    written = nodes.edit_node(
        database(), seen.plan.key, node.key, changes, version=forms.version(), actor=actor()
    )
    return Deed(_("Saved “%(title)s”.", title=changes["title"]), written)


def _reweigh(seen: View, at: At) -> Deed:
    given = tree_forms.together(lambda: tree_forms.needed("weight"), tree_forms.link_fields)
    link: LinkFields = given["link"]
    written = links.reweight(
        database(),
        seen.plan.key,
        at.here.key,
        at.parent,
        changes={"kind": link.kind, "weight": link.weight, "critical": link.critical},
        version=forms.version(),
        actor=actor(),
    )
    return Deed(_("Saved how “%(title)s” counts.", title=at.here.title), written)


def _check_in(seen: View, at: At) -> Deed:
    node = at.here
    found = tree_forms.check_in(node, seen)
    written = check_ins.record(database(), seen.plan.key, found, actor=actor())
    value = written_value(found.value, node, unit_of(seen.plan, node.key))
    return Deed(_("Recorded %(value)s for “%(title)s”.", value=value, title=node.title), written)


def _move(seen: View, at: At) -> Deed:
    node, to = at.here, tree_forms.named_place(seen.plan, "to")
    if (to or "") == at.parent:
        raise forms.BadForm({"to": [_("It hangs there already.")]})
    written = links.move(
        database(),
        seen.plan.key,
        node.key,
        from_parent=at.parent or None,
        to_parent=to,
        version=forms.version(),
        actor=actor(),
    )
    title = seen.plan.nodes[to].title if to else _("the top")
    return Deed(
        _("Moved “%(node)s” to %(place)s.", node=node.title, place=title), written, (to,) if to else ()
    )


def _order(seen: View, at: At) -> Deed:
    """Change places with the sibling before or after."""
    node, plan = at.here, seen.plan
    before, after = neighbours(plan, at)
    if after and "down" in request.form:
        before = neighbours(plan, At(plan.nodes[after], at.parent))[1]
    written = links.move(
        database(),
        plan.key,
        node.key,
        from_parent=at.parent or None,
        to_parent=at.parent or None,
        before=before,
        version=forms.version(),
        actor=actor(),
    )
    return Deed(_("Moved “%(node)s” among its neighbours.", node=node.title), written)


def _attach(seen: View, at: At) -> Deed:
    given = tree_forms.together(
        lambda: {"child": tree_forms.named_node(seen.plan, "child")}, tree_forms.link_fields
    )
    return _attached(seen, given["child"], at.here.key, given["link"])


def _attach_elsewhere(seen: View, at: At) -> Deed:
    given = tree_forms.together(
        lambda: {"to": tree_forms.named_node(seen.plan, "to")}, tree_forms.link_fields
    )
    return _attached(seen, at.here.key, given["to"], given["link"])


def _attached(seen: View, child: str, parent: str, how: LinkFields) -> Deed:
    link = how.model_copy(update={"child": child, "parent": parent})
    written = links.attach(database(), seen.plan.key, link, actor=actor())
    titles = {"node": seen.plan.nodes[child].title, "parent": seen.plan.nodes[parent].title}
    return Deed(_("“%(node)s” hangs below “%(parent)s” now.", **titles), written, (parent,))


def _detach(seen: View, at: At) -> Deed:
    node, parent = at.here, request.form.get("from", "")
    written = links.detach(
        database(), seen.plan.key, node.key, parent, version=forms.version(), actor=actor()
    )
    titles = {"node": node.title, "parent": seen.plan.nodes[parent].title}
    return Deed(_("Detached “%(node)s” from “%(parent)s”.", **titles), written)


def _archive(seen: View, at: At) -> Deed:
    written = nodes.archive_nodes(
        database(), seen.plan.key, [at.here.key], version=forms.version(), actor=actor()
    )
    return Deed(_("Archived “%(title)s”.", title=at.here.title), written)


def _restore(seen: View, at: At) -> Deed:
    written = nodes.restore_nodes(database(), seen.plan.key, [at.here.key], actor=actor())
    return Deed(_("Restored “%(title)s”.", title=at.here.title), written)


DEEDS: Mapping[str, Callable[[View, At], Deed]] = {
    "top": _add_top,
    "below": _add_below,
    "beside": _add_beside,
    "edit": _edit,
    "place": _reweigh,
    "check_in": _check_in,
    "attach": _attach,
    "move": _move,
    "order": _order,
    "parents": _attach_elsewhere,
    "detach": _detach,
    "archive": _archive,
    "restore": _restore,
}
