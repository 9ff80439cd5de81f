"""The table of measures: which a reader asked for, worst first, and what a row of it says."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import request
from markupsafe import Markup

from scorecard.domain.schema import NodeFields
from scorecard.domain.vocabulary import Level, NodeKind, Reason, Status
from scorecard.graph.alignment import units_below
from scorecard.graph.judgement import Standing
from scorecard.graph.perspectives import perspectives_of
from scorecard.graph.plan import Plan
from scorecard.web.reading import View
from scorecard.web.render import here
from scorecard.web.scorecard.measure_rows import lines

ROWS = 100
"""Rows on one page of the table."""

STALE = "stale"
"""A status to filter by: what rests on an old number, whatever its colour."""

EVERYTHING = "all"
"""The kind to filter by that takes in objectives beside what is measured."""

STATUSES = (Status.off_track, Status.at_risk, Status.on_track, Status.no_data)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a reader narrows the table to; "" is no matter. `unit` takes in those below, unless `only`."""

    q: str = ""
    unit: str = ""
    only: str = ""
    owner: str = ""
    perspective: str = ""
    status: str = ""
    level: str = ""
    kind: str = ""

    @property
    def given(self) -> dict[str, str]:
        """Return what is narrowed, as it stands in the address."""
        return {name: value for name in self.__slots__ if (value := getattr(self, name))}


def asked(plan: Plan) -> Filters:
    """Return the filters of the address; a value that the plan does not know filters nothing."""
    known: Mapping[str, object] = {
        "unit": plan.units,
        "owner": plan.people,
        "perspective": plan.perspectives,
        "status": (*STATUSES, STALE),
        "level": tuple(Level),
        "kind": (*NodeKind, EVERYTHING),
        "only": ("1",),
    }
    given = {name: request.args.get(name, "") for name in known}
    kept = {name: text for name, text in given.items() if text in known[name]}  # type: ignore[operator]
    text = "".join(sign for sign in request.args.get("q", "") if sign.isprintable())
    return Filters(q=text.strip()[:200], **kept)


@dataclass(frozen=True, slots=True)
class Table:
    """One page of the measures that fit the filters, as lines of HTML.

    `earlier` and `later` are the addresses of the pages beside it.
    """

    rows: tuple[Markup, ...]
    first: int
    last: int
    total: int
    everything: int
    counts: tuple[tuple[Status, int], ...]
    filters: Filters
    earlier: str
    later: str


def table(view: View, filters: Filters) -> Table:
    """Return the page of the table that the address asks for."""
    listed = [key for key in view.standings if view.plan.takes_part(key, view.day)]
    fitting = [key for key in listed if _fits(view.plan, filters, view.plan.nodes[key])]
    fitting = _narrowed(view, filters, fitting)
    fitting.sort(key=lambda key: _urgency(view, key))
    pages = max(1, -(-len(fitting) // ROWS))
    number = min(max(request.args.get("page", 1, type=int), 1), pages)
    first = (number - 1) * ROWS
    return Table(
        rows=lines(view, fitting[first : first + ROWS]),
        first=first + 1,
        last=min(first + ROWS, len(fitting)),
        total=len(fitting),
        everything=sum(view.plan.nodes[key].kind is not NodeKind.objective for key in listed),
        counts=status_counts([view.standings[key] for key in fitting]),
        filters=filters,
        earlier=_page(view, filters, number - 1) if number > 1 else "",
        later=_page(view, filters, number + 1) if number < pages else "",
    )


def _page(view: View, filters: Filters, number: int) -> str:
    which = {"page": str(number)} if number > 1 else {}
    return here("scorecard.show", plan=view.plan.key, **filters.given, **which)


def status_counts(standings: Sequence[Standing]) -> tuple[tuple[Status, int], ...]:
    """Count by status, worst first; what is green on an old number is not green."""
    found = Counter(
        Status.no_data if each.stale and each.status is Status.on_track else each.status for each in standings
    )
    return tuple((status, found[status]) for status in STATUSES)


def _fits(plan: Plan, filters: Filters, node: NodeFields) -> bool:
    if filters.kind != EVERYTHING:
        objective = node.kind is NodeKind.objective
        if objective if not filters.kind else node.kind != filters.kind:
            return False
    if filters.q and filters.q.casefold() not in f"{node.title}\n{node.key}".casefold():
        return False
    return filters.owner in ("", node.owner) and filters.level in ("", node.level)


def _narrowed(view: View, filters: Filters, keys: list[str]) -> list[str]:
    """Leave out what fits not by its place or its status; both are looked up once for all."""
    plan, standings = view.plan, view.standings
    if filters.unit:
        units = {filters.unit} if filters.only else set(units_below(plan, filters.unit))
        keys = [key for key in keys if plan.nodes[key].unit in units]
    if filters.perspective:
        place = perspectives_of(plan)
        keys = [key for key in keys if place[key] == filters.perspective]
    if filters.status == STALE:
        return [key for key in keys if standings[key].stale]
    return [key for key in keys if filters.status in ("", standings[key].status)]


def _urgency(view: View, key: str) -> tuple[float, float, str]:
    """Return the order of the rows: worst first, and a stale green before a fresh one."""
    standing = view.standings[key]
    rank = -standing.status.severity - (0.5 if standing.stale else 0.0)
    if standing.reason in (Reason.formula_error, Reason.no_value):
        rank -= 0.25
    return rank, 2.0 if standing.score is None else standing.score, view.plan.nodes[key].title.casefold()
