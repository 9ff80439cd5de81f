"""The lines of the table of measures: what each says, written once for a revision and a day."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import NamedTuple
from weakref import WeakKeyDictionary

from flask import current_app
from markupsafe import Markup

from scorecard.domain.schema import NodeFields
from scorecard.domain.vocabulary import NodeKind, Status
from scorecard.graph.judgement import Standing
from scorecard.graph.perspectives import perspectives_of
from scorecard.graph.plan import Plan
from scorecard.graph.series import last_periods
from scorecard.web import charts
from scorecard.web.language import _, locale
from scorecard.web.marks import Mark, marking
from scorecard.web.measures import held_against, node_address, reason_of, unit_of, written
from scorecard.web.reading import View
from scorecard.web.wording import ago, percent, promise, word
from scorecard.web.wording import day as written_day

PERIODS = 12

LINES_KEPT = 1000
"""Written lines kept for each plan, about 2 kB each."""


class Parent(NamedTuple):
    """What a measure serves: the first of its parents; `others` are the titles of the rest."""

    title: str
    href: str
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table, all of it written out; `perspective` is the title and place of one."""

    title: str
    href: str
    kind: NodeKind
    note: str
    parent: Parent | None
    perspective: tuple[str, int] | None
    owner: str
    unit: str
    actual: str
    target: str
    spark: charts.Spark | None
    spark_label: str
    bullet: charts.Bullet | None
    progress: str
    status: Status
    reason: str
    marks: tuple[Mark, ...]
    seen: date | None
    fresh: str
    seen_day: str


_kept: WeakKeyDictionary[Plan, dict[tuple[str, ...], Markup]] = WeakKeyDictionary()
_lock = Lock()


def lines(view: View, keys: Sequence[str]) -> tuple[Markup, ...]:
    """Return the lines of some nodes, each written once for a revision, a day and a reader's language."""
    place = (view.day.isoformat(), locale(), node_address(view.plan, "0"))
    with _lock:
        known = _kept.setdefault(view.plan, {})
        found = {key: known.get((key, *place)) for key in keys}
    lacking = [key for key, line in found.items() if line is None]
    if lacking:
        shown = current_app.jinja_env.get_template("parts/measure_row.html").module
        fresh = {key: shown.measure_row(row) for key, row in _Writer(view).rows(lacking)}  # type: ignore[attr-defined]
        found |= fresh
        with _lock:
            if len(known) + len(fresh) > LINES_KEPT:
                known.clear()
            known.update({(key, *place): line for key, line in fresh.items()})
    return tuple(found[key] or Markup() for key in keys)


class _Writer:
    """Writes rows for one view: what does not differ between rows is looked up once."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.plan = view.plan
        self.perspectives = perspectives_of(view.plan)
        self.places = {key: place for place, key in enumerate(view.plan.perspectives)}
        self.marks = marking(view)

    def rows(self, keys: Sequence[str]) -> Iterator[tuple[str, Row]]:
        for key in keys:
            yield key, self._row(self.plan.nodes[key], self.view.standings[key])

    def _row(self, node: NodeFields, standing: Standing) -> Row:
        unit = unit_of(self.plan, node.key)
        metric = self.plan.metrics.get(node.key)
        cadence = metric.cadence if metric else node.cadence
        spark, spark_label = self._spark(node, standing, unit)
        return Row(
            title=node.title,
            href=node_address(self.plan, node.key),
            kind=node.kind,
            note=" · ".join(word(each) for each in (cadence, node.lead) if each),
            parent=self._parent(node.key),
            perspective=self._perspective(node.key),
            owner=self.plan.people[node.owner].name if node.owner else "",
            unit=self.plan.units[node.unit].title if node.unit else "",
            actual=written(standing.value, node, unit),
            target=promise(held_against(node, standing), unit),
            spark=spark,
            spark_label=spark_label,
            bullet=_bullet(standing),
            progress=percent(standing.progress),
            status=standing.status,
            reason=reason_of(self.plan, node.key, standing),
            marks=self.marks(node.key),
            seen=standing.seen,
            fresh=ago(standing.seen, self.view.day) if self.plan.is_leaf(node.key) else "",
            seen_day=written_day(standing.seen),
        )

    def _perspective(self, key: str) -> tuple[str, int] | None:
        found = self.perspectives[key]
        return None if found is None else (self.plan.perspectives[found].title, self.places[found])

    def _parent(self, key: str) -> Parent | None:
        nodes = self.plan.nodes
        above = self.plan.parents(key) or [each for each in self.plan.feeds.succ[key] if each != key]
        live = [each for each in above if not nodes[each].archived]
        if not live:
            return None
        others = tuple(nodes[each].title for each in live[1:])
        return Parent(nodes[live[0]].title, node_address(self.plan, live[0]), others)

    def _spark(
        self, node: NodeFields, standing: Standing, unit: str | None
    ) -> tuple[charts.Spark | None, str]:
        if not self.plan.is_leaf(node.key) and node.key not in self.plan.observations:
            return None, ""
        periods = last_periods(self.plan, node.key, self.view.day, PERIODS)
        known = [each.value for each in periods if each.value is not None]
        if len(known) < 2:
            return None, ""
        spark = charts.spark([each.value for each in periods], [each.target for each in periods])
        label = _(
            "%(num)s periods, from %(first)s to %(last)s",
            num=len(periods),
            first=written(known[0], node, unit),
            last=written(known[-1], node, unit),
        )
        return spark, label


def _bullet(standing: Standing) -> charts.Bullet | None:
    """Draw how far it is against how far it should be; a promise without a way to go is due at once."""
    if standing.progress is None:
        return None
    return charts.bullet(standing.progress, 1.0 if standing.expected is None else standing.expected, width=88)
