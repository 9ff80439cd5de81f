"""The four parts of a node's page, written out: name, connect, quantify, act."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from flask import request

from scorecard.domain.errors import NotFound
from scorecard.domain.measure import Between, Milestone, Zones
from scorecard.domain.schema import Action, CycleFields, Grade, NodeFields
from scorecard.domain.vocabulary import CycleState, LinkKind, Status
from scorecard.graph.explain import Explanation, explain
from scorecard.graph.judgement import Standing
from scorecard.store import history
from scorecard.store.history import CheckIn, Entry
from scorecard.web import charts
from scorecard.web.changes import Happened, happened, local_day, who
from scorecard.web.fields import LABELS, STATUSES
from scorecard.web.language import _
from scorecard.web.measures import node_address, unit_of, written
from scorecard.web.node.links import Neighbour, neighbour
from scorecard.web.reading import View, database
from scorecard.web.render import here
from scorecard.web.wording import day, number, percent, points, quantity, word

CHANGES = 12
CHECK_INS = 10
LEAVES = 8
CHILDREN = 100
"""Children written out, those that take most first; the tree has all of them."""


@dataclass(frozen=True, slots=True)
class Child:
    """A row of what makes a score; `step` is its bar in the fall from a full score."""

    node: Neighbour
    weight: str
    critical: bool
    effective: str
    score: str
    gap: str
    step: charts.Step


class Fall(NamedTuple):
    """A row of the waterfall of leaves, as its macro wants it."""

    title: str
    value: str
    href: str
    status: str
    note: str


@dataclass(frozen=True, slots=True)
class Makeup:
    """What a score is made of: the children, the leaves that take most, and what hides below.

    There are no `leaves` where the children are the leaves; `more` counts the children not written here.
    """

    children: list[Child]
    more: int
    falls: charts.Waterfall
    leaves: list[Fall]
    leaf_falls: charts.Waterfall
    score: str
    gap: str
    worst: Status
    worst_count: int
    total: int
    largest: Neighbour | None
    largest_points: str


class Said(NamedTuple):
    """A check-in for its reader."""

    on: date
    label: str | None
    value: str
    note: str | None
    confidence: str
    who: str
    recorded: date
    current: bool
    withdrawn: bool


class Doing(NamedTuple):
    """An action with its place among the node's actions."""

    place: int
    action: Action
    who: str
    overdue: bool


def found(view: View, key: str) -> NodeFields:
    """Return the node of a page.

    Raises:
        NotFound.
    """
    if key not in view.plan.nodes:
        raise NotFound(kind="node", key=key)
    return view.plan.nodes[key]


def standing_of(view: View, key: str) -> Standing:
    """Return how a node stands; an archived one is not judged."""
    return view.standings.get(key) or Standing(key)


def locked(view: View, node: NodeFields) -> CycleFields | None:
    """Return the closed cycle that keeps a node as it is."""
    cycle = view.plan.cycles[node.cycle] if node.cycle else None
    return cycle if cycle is not None and cycle.state is CycleState.closed else None


def facts(view: View, node: NodeFields) -> list[tuple[str, str]]:
    """Return what is said of a node, by the fields' names; what is not said is left out."""
    plan, metric = view.plan, view.plan.metrics.get(node.key)
    cycle = plan.cycles[node.cycle] if node.cycle else None
    start, due = (cycle.start, cycle.end) if cycle else (None, None)
    if metric is not None:
        start, due = metric.start, metric.due
    rows = [
        (_(LABELS["unit"]), plan.units[node.unit].title if node.unit else ""),
        (_("Window"), _days(start, due)),
        (_(LABELS["cycle"]), cycle.title if cycle else ""),
        (_(LABELS["level"]), word(node.level)),
        (_(LABELS["cadence"]), word(metric.cadence if metric else node.cadence)),
        (_(LABELS["target_text"]), f"“{node.target_text}”" if node.target_text else ""),
        (_(LABELS["aggregate"]), word(metric.aggregate) if metric and metric.cadence else ""),
        (_(LABELS["lead"]), word(node.lead)),
        (_(LABELS["type"]), word(node.type)),
        (_(LABELS["tier"]), str(node.tier or "")),
        (_(LABELS["controllable"]), word(node.controllable)),
        (_(LABELS["benchmark"]), _benchmark(view, node)),
        (_(LABELS["key_result_area"]), node.key_result_area or ""),
        (_(LABELS["source"]), node.source or ""),
        (_(LABELS["grade"]), _grade(node.grade)),
        (_(LABELS["replaced_by"]), plan.nodes[node.replaced_by].title if node.replaced_by else ""),
    ]
    return [(label, text) for label, text in rows if text]


def _days(start: date | None, due: date | None) -> str:
    """Write a window; the year once where both ends share it."""
    if start is None or due is None:
        return _("from %(day)s", day=day(start)) if start else _("until %(day)s", day=day(due)) if due else ""
    first = day(start).removesuffix(f" {start.year}") if start.year == due.year else day(start)
    return f"{first} – {day(due)}"


def _grade(grade: Grade | None) -> str:
    """Write what a closed node ended with, and what was learned."""
    if grade is None:
        return ""
    reached = percent(grade.progress) if grade.progress is not None else ""
    said = " · ".join(filter(None, (_(STATUSES[grade.status]), reached)))
    return f"{said}: {grade.learning}" if grade.learning else said


def _benchmark(view: View, node: NodeFields) -> str:
    if node.benchmark is None:
        return ""
    value = quantity(node.benchmark.value, unit_of(view.plan, node.key))
    return f"{value}, {node.benchmark.source}" if node.benchmark.source else value


def makeup(view: View, node: NodeFields, standing: Standing) -> Makeup | None:
    """Return what makes a parent's score, None for a node that is judged by a number of its own."""
    if view.plan.is_leaf(node.key) or standing.score is None:
        return None
    found = explain(view.plan, node.key, view.standings, view.day)
    rows = sorted(found.children, key=lambda row: -row.gap_share)
    falls = charts.waterfall([row.gap_share for row in rows], width=200)
    deep = {row.key for row in found.leaves} - {row.key for row in rows}
    leaves, steps = _leaves(view, found) if deep else ([], [])
    status, count, largest, taken = _worst_below(view, found)
    return Makeup(
        children=[
            Child(
                neighbour(view, row.key),
                number(row.weight),
                _is_critical(view, node.key, row.key),
                percent(row.effective_weight) if row.effective_weight else "",
                percent(row.score) if row.score is not None else "",
                _taken(row.gap_share),
                step,
            )
            for row, step in zip(rows[:CHILDREN], falls.steps, strict=False)
        ],
        more=len(rows[CHILDREN:]),
        falls=falls,
        leaves=leaves,
        leaf_falls=charts.waterfall(steps, width=200),
        score=percent(standing.score),
        gap=points(-(found.gap or 0.0), 1),
        worst=status,
        worst_count=count,
        total=found.leaves_below,
        largest=largest,
        largest_points=taken,
    )


def _is_critical(view: View, parent: str, child: str) -> bool:
    return bool(view.plan.cascade.edges[child, parent]["critical"])


def _taken(share: float) -> str:
    return points(-share, 1) if share > 0 else ""


def _leaves(view: View, found: Explanation) -> tuple[list[Fall], list[float]]:
    """Return the leaves that take most from a score, the rest in one row, and the height of each fall."""
    taking = [row for row in found.leaves if row.gap_share > 0]
    rows = [
        Fall(
            view.plan.nodes[row.key].title,
            _taken(row.gap_share),
            node_address(view.plan, row.key),
            view.standings[row.key].status,
            _(
                "%(weight)s of the weight, score %(score)s",
                weight=percent(row.effective_weight, 1),
                score=percent(row.score),
            ),
        )
        for row in taking[:LEAVES]
    ]
    steps = [row.gap_share for row in taking[:LEAVES]]
    rest = taking[LEAVES:]
    if rest:
        left = sum(row.gap_share for row in rest)
        rows.append(Fall(_("%(num)s more", num=len(rest)), _taken(left), "", Status.on_track, ""))
        steps.append(left)
    return rows, steps


def _worst_below(view: View, found: Explanation) -> tuple[Status, int, Neighbour | None, str]:
    """Return the worst status among the leaves, how many have it, and the one that takes most."""
    for status in (Status.off_track, Status.at_risk):
        those = [row for row in found.leaves if view.standings[row.key].computed is status]
        if those:
            count = found.off_track_below if status is Status.off_track else len(those)
            return status, count, neighbour(view, those[0].key), _taken(those[0].gap_share)
    return (Status.on_track if found.leaves else Status.no_data), found.leaves_below, None, ""


def helpers(view: View, node: NodeFields) -> list[Neighbour]:
    """Return what contributes to a node that is judged by its own number: it explains, and counts nothing."""
    if not view.plan.is_leaf(node.key):
        return []
    links = view.plan.cascade.pred[node.key].items()
    return [
        neighbour(view, child)
        for child, edge in links
        if edge["kind"] is LinkKind.contributes and not view.plan.nodes[child].archived
    ]


def check_ins(view: View, node: NodeFields) -> tuple[list[Said], int]:
    """Return the last check-ins of a node, corrections beside what they correct, and how many there are."""
    rows = history.check_ins(database(), view.plan.key, node.key)
    rows.sort(key=lambda row: (row.date, row.id), reverse=True)
    shown = rows if request.args.get("check_ins") == "all" else rows[:CHECK_INS]
    return [_said(view, node, row) for row in shown], len(rows)


def _said(view: View, node: NodeFields, row: CheckIn) -> Said:
    return Said(
        on=row.date,
        label=row.label,
        value=_("withdrawn") if row.value is None else written(row.value, node, node.format),
        note=row.note,
        confidence="" if row.confidence is None else percent(row.confidence),
        who=who(view.plan, row.by or row.recorded_by),
        recorded=local_day(view.plan, row.recorded_at),
        current=row.current,
        withdrawn=row.value is None,
    )


def changes(view: View, node: NodeFields) -> tuple[list[Happened], int | None]:
    """Return a page of a node's changes, and the revision before which the next page begins."""
    before = request.args.get("before", type=int)
    entries = history.changes(database(), view.plan.key, node.key, CHANGES + 1, before)
    more = entries[CHANGES - 1].revision if len(entries) > CHANGES else None
    shut = locked(view, node) is not None
    rows = [
        happened(entry, view.plan, _after_undo(view, node, entry), node.key, locked=shut)
        for entry in entries[:CHANGES]
    ]
    return rows, more


def _after_undo(view: View, node: NodeFields, entry: Entry) -> str:
    """Return where a reader goes on who takes a change back: without the node there is no page of it."""
    if entry.intent == "add_node" and entry.subject == node.key:
        return here("tree.show", plan=view.plan.key)
    return node_address(view.plan, node.key)


def actions(view: View, node: NodeFields) -> tuple[list[Doing], list[Doing]]:
    """Return what is to be done and what was done, each in the order of the node."""
    rows = [_doing(view, place, action) for place, action in enumerate(node.actions)]
    return [row for row in rows if not row.action.done], [row for row in rows if row.action.done]


def _doing(view: View, place: int, action: Action) -> Doing:
    overdue = action.due is not None and action.due < view.day
    return Doing(place, action, who(view.plan, action.owner) if action.owner else "", overdue)


def figures(view: View, node: NodeFields, standing: Standing) -> Iterator[tuple[str, str]]:
    """Yield the numbers beside the value: what is there, by name."""
    if standing.expected is not None and view.plan.is_leaf(node.key):
        yield _("Expected by now"), percent(standing.expected)
    if standing.progress is not None:
        yield _("Progress"), percent(standing.progress)
    if standing.score is not None:
        yield _("Score"), percent(standing.score)
    if standing.score is not None and not view.plan.is_leaf(node.key):
        yield _("Coverage"), percent(standing.coverage)
    if standing.floor is not None and view.plan.is_leaf(node.key) and node.measure is not None:
        floor = quantity(standing.floor, unit_of(view.plan, node.key))
        outside = isinstance(node.measure, Between)
        yield _(LABELS["measure.floor"]), _("%(floor)s off the band", floor=floor) if outside else floor


def entry_hint(view: View, node: NodeFields, promise: str) -> str:
    """Say what the value that is typed is held against."""
    metric = view.plan.metrics.get(node.key)
    if metric is None or not metric.running:
        return promise
    return _("What its period added; the sum is held against: %(promise)s.", promise=promise)


def entry_kind(node: NodeFields) -> str:
    """Return how a value of a node is typed: as a word, as a share done, or as a number."""
    if isinstance(node.measure, Zones):
        return "word"
    return "share" if isinstance(node.measure, Milestone) else "number"


def read_elsewhere(view: View, node: NodeFields) -> Neighbour | None:
    """Return the node whose numbers a formula of one bare key reads."""
    formula = view.plan.formulas.get(node.key)
    return neighbour(view, formula.bare) if formula is not None and formula.bare else None
