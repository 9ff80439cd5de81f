"""The rows of the tree as they are written, 200 on a page: texts, classes and addresses."""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from flask import url_for

from scorecard.domain.schema import NodeFields
from scorecard.domain.vocabulary import LinkKind, NodeKind, Status
from scorecard.graph.judgement import Standing
from scorecard.web import wording
from scorecard.web.language import _
from scorecard.web.marks import Mark, marking
from scorecard.web.measures import held_against, reason_of, unit_of, written
from scorecard.web.reading import View
from scorecard.web.render import here
from scorecard.web.tree.walk import PAGE, Look, Place, places, shown_nodes


class Row(NamedTuple):
    """A row as it is written: texts, classes and addresses, nothing left to compute."""

    id: str
    key: str
    parent: str
    title: str
    href: str
    kind: NodeKind
    level: int
    nth: int
    siblings: int
    depth: int
    classes: str
    expanded: str
    fold: str
    alone: str
    below: int
    also: str
    archived: bool
    restore: str
    edit: str
    add: str
    check_in: str
    owner: str
    unit: str
    weight: str
    critical: bool
    value: str
    promise: str
    progress: str
    score: str
    width: float
    status: Status
    reason: str
    marks: tuple[Mark, ...]
    worst: Status | None
    worst_title: str
    worst_href: str
    worst_points: str
    coverage: str
    seen: str
    seen_on: str


class Writer:
    """Writes the rows of one answer; what repeats, such as an address or 93 %, is made once."""

    def __init__(self, view: View, look: Look, shown: Mapping[str, bool]) -> None:
        self.view, self.plan, self.look, self.shown = view, view.plan, look, shown
        self.base = url_for("tree.show", plan=self.plan.key)
        self.state = self._query(look)
        self.kept = self._query(replace(look, opened=frozenset(), shut=frozenset()))
        self.node_href = here("node.show", plan=self.plan.key, key="\0").replace("%00", "{}")
        self.restore = here("tree.change", plan=self.plan.key, act="restore", **look.args())
        self.percents: dict[tuple[int, bool], str] = {}
        self.marks = marking(view)

    def _query(self, look: Look) -> str:
        """Return the query of a look with the reader's cycle and day, ready for more to follow."""
        at, _mark, kept = here("tree.show", plan=self.plan.key, **look.args()).partition("?")
        return f"{at}?{kept}&" if kept else f"{at}?"

    def address(self, look: Look) -> str:
        """Return the address of a look."""
        return self._query(look).rstrip("?&")

    def row(self, place: Place) -> Row:
        """Return a place written out."""
        plan, key, parent = self.plan, place.key, place.parent or ""
        node = plan.nodes[key]
        standing = self.view.standings.get(key) or Standing(key)
        at = f"{self.state}at={key}&under={parent}&act="
        link = plan.cascade.edges[key, parent] if parent and plan.cascade.has_edge(key, parent) else None
        leaf = plan.is_leaf(key)
        unit = unit_of(plan, key)
        worst = None if leaf or standing.worst_key in (None, key) else standing.worst_key
        return Row(
            id=row_id(place),
            key=key,
            parent=parent,
            title=node.title,
            href=self.node_href.format(key),
            kind=node.kind,
            level=place.level,
            nth=place.nth,
            siblings=place.siblings,
            depth=min(place.level - 1, 24),
            classes=self._classes(key, node),
            expanded="" if place.open is None else "true" if place.open else "false",
            fold=self._fold(place),
            alone=self._alone(key) if place.open is None and place.below else "",
            below=place.below,
            also=self._also(key, place.parent),
            archived=node.archived,
            restore=self.restore if node.archived else "",
            edit=f"{at}edit",
            add=f"{at}below",
            check_in=f"{at}check_in" if leaf and not node.archived else "",
            owner=plan.people[node.owner].name if node.owner else "",
            unit=plan.units[node.unit].title if node.unit else "",
            weight=self._weight(link),
            critical=bool(link and link["critical"]),
            value=written(standing.value, node, unit) if standing.value is not None else "",
            promise=wording.promise(held_against(node, standing), unit) if node.measure else "",
            progress=self.percent(standing.progress),
            score=self.percent(standing.score),
            width=0.0 if standing.score is None else round(standing.score * 100, 1),
            status=standing.status,
            reason=reason_of(plan, key, standing),
            marks=self.marks(key),
            worst=standing.worst if worst else None,
            worst_title=plan.nodes[worst].title if worst else "",
            worst_href=self.node_href.format(worst) if worst else "",
            worst_points=self._lost(standing) if worst else "",
            coverage="" if leaf else self.percent(standing.coverage),
            seen="" if standing.seen is None else wording.ago(standing.seen, self.view.day),
            seen_on="" if standing.seen is None else standing.seen.isoformat(),
        )

    def percent(self, share: float | None) -> str:
        """Write a share in percent; a page holds few different ones."""
        if share is None:
            return ""
        known = round(min(max(share, -2 * wording.FAR), 2 * wording.FAR) * 100), share < 1
        if known not in self.percents:
            self.percents[known] = wording.percent(share)
        return self.percents[known]

    def _classes(self, key: str, node: NodeFields) -> str:
        asked = "" if self.shown.get(key, True) else " leads"
        counted = "" if self.plan.takes_part(key, self.view.day) else " uncounted"
        return f"kind-{node.kind.value}{asked}{counted}"

    def _fold(self, place: Place) -> str:
        """Return the address that folds or unfolds a row, "" where there is nothing to."""
        if place.open is None:
            return ""
        look = self.look.hiding(place.key) if place.open else self.look.showing(place.key)
        marks = (("open", look.opened), ("shut", look.shut))
        return self.kept + "&".join(f"{name}={'.'.join(sorted(keys))}" for name, keys in marks if keys)

    def _alone(self, key: str) -> str:
        """Return the address of a node's subtree by itself."""
        return self.address(replace(self.look, root=key, page=1))

    def _also(self, key: str, parent: str | None) -> str:
        """Say where else a node hangs."""
        others = [each for each in self.plan.cascade.succ[key] if each != parent and each in self.shown]
        if not others:
            return ""
        return _("Also under %(titles)s", titles=", ".join(self.plan.nodes[each].title for each in others))

    def _weight(self, link: Mapping[str, object] | None) -> str:
        if link is None:
            return ""
        if link["kind"] is LinkKind.supports:
            return _("supports")
        return wording.number(float(str(link["weight"])))

    @staticmethod
    def _lost(standing: Standing) -> str:
        return wording.points(-standing.worst_at) if standing.worst_at >= 0.005 else ""


def row_id(place: Place) -> str:
    """Return the id of a row; a node's further places are told apart by the parent."""
    return f"r-{place.key}-{place.parent}" if place.repeated and place.parent else f"r-{place.key}"


class Page(NamedTuple):
    """The rows of one page, and where the others are; addresses are "" where there is nothing to go to."""

    rows: list[Row]
    total: int
    first: int
    last: int
    before: str
    after: str


def page_of(view: View, look: Look) -> Page:
    """Return the rows of the page that a look asks for."""
    shown = shown_nodes(view, look)
    found = places(view.plan, look, shown)
    writer = Writer(view, look, shown)
    pages = max(-(-len(found) // PAGE), 1)
    page = min(look.page, pages)
    start = (page - 1) * PAGE
    rows = [writer.row(place) for place in found[start : start + PAGE]]
    return Page(
        rows=rows,
        total=len(found),
        first=start + 1,
        last=start + len(rows),
        before=writer.address(replace(look, page=page - 1)) if page > 1 else "",
        after=writer.address(replace(look, page=page + 1)) if page < pages else "",
    )
