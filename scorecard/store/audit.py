"""Whether history is as it was written: every chain followed from its beginning, the first break named."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, RowMapping, func, or_, select

from scorecard.domain.errors import NotFound
from scorecard.store.chain import check_ins_of, hash_of
from scorecard.store.database import Database
from scorecard.store.rewind import HistoryBroken, refuse_broken
from scorecard.store.rows import OBSERVATIONS, PLAN, Row
from scorecard.store.tables import CHANGES

PAGE = 512
"""Changes read at once."""

UNREADABLE = (ValueError, TypeError)
"""What reading a row raises that no command can have written: a day that is none, text that is no JSON."""


class Break(NamedTuple):
    """The first change of a plan that is not as it was written."""

    revision: int
    sentence: str


class Audited(NamedTuple):
    """A plan whose chain was followed: the last hash that held, and where the chain is broken."""

    plan: str
    revision: int
    head: str | None
    broken: Break | None
    hashes: frozenset[str]


def audit(db: Database, plan: str | None = None) -> list[Audited]:
    """Follow the chain of one plan, or of all, archived ones too.

    Raises:
        NotFound: no such plan.
    """
    plans = PLAN.table
    wanted = select(plans).order_by(plans.c.id)
    if plan is not None:
        wanted = wanted.where(plans.c.key == plan)
    with db.read() as connection:
        rows = connection.execute(wanted).mappings().all()
        if plan is not None and not rows:
            raise NotFound(kind="plan", key=plan)
        return [followed(connection, row) for row in rows]


def missing(found: Sequence[Audited], heads: Sequence[str]) -> list[str]:
    """Return those of the heads kept elsewhere that no chain holds: its end was cut off or written anew."""
    known = {each for plan in found for each in plan.hashes}
    return [head for head in heads if head.lower() not in known]


def contradictions(connection: Connection, plan: Row) -> Iterator[str]:
    """Yield what is wrong with the history of the plan of a row: its chain, or where it leads to."""
    broken = followed(connection, plan).broken
    if broken is not None:
        yield broken.sentence
        return
    try:
        refuse_broken(connection, plan)
    except HistoryBroken as fault:
        yield str(fault)


def followed(connection: Connection, plan: Row) -> Audited:
    """Follow the chain of the plan of a row, up to its end or its first break."""
    hashes: list[str] = []
    broken = None
    for each in _links(connection, plan):
        if isinstance(each, Break):
            broken = each
            break
        hashes.append(each)
    head = hashes[-1] if hashes else None
    return Audited(plan["key"], plan["revision"], head, broken, frozenset(hashes))


def _links(connection: Connection, plan: Row) -> Iterator[str | Break]:
    """Yield the hash of each change in turn, and what breaks the chain."""
    last = plan["revision"]
    previous: str | None = None
    for first in range(1, last + 1, PAGE):
        for each in _page(connection, plan, first, min(first + PAGE - 1, last), previous):
            yield each
            previous = each if isinstance(each, str) else None
    yield from _beyond(connection, plan)


def _page(
    connection: Connection, plan: Row, first: int, last: int, previous: str | None
) -> Iterator[str | Break]:
    """Yield the hashes of some changes; where they cannot be read, of each half, to find which it is."""
    try:
        changes = {row["revision"]: row for row in _changes(connection, plan["id"], first, last)}
        seen: dict[int, list[Row]] = defaultdict(list)
        for row in check_ins_of(connection, plan["id"], first, last):
            seen[row["revision"]].append(row)
        links = list(_compared(plan["key"], changes, seen, range(first, last + 1), previous))
    except UNREADABLE:
        if first == last:
            links = [Break(first, f"Change {first} cannot be read.")]
        else:
            middle = (first + last) // 2
            links = list(_page(connection, plan, first, middle, previous))
            if isinstance(links[-1], str):
                links += _page(connection, plan, middle + 1, last, links[-1])
    yield from links


def _changes(connection: Connection, plan_id: int, first: int, last: int) -> list[RowMapping]:
    columns = CHANGES.c
    its = (columns.plan_id == plan_id, columns.revision.between(first, last))
    return list(connection.execute(select(CHANGES).where(*its).order_by(columns.revision)).mappings())


def _compared(
    plan: str, changes: dict[int, RowMapping], seen: dict[int, list[Row]], wanted: range, previous: str | None
) -> Iterator[str | Break]:
    for revision in wanted:
        change = changes.get(revision)
        if change is None:
            yield Break(revision, f"Change {revision} is missing.")
            return
        previous = hash_of(previous, plan, change, seen[revision])
        if previous != change["hash"]:
            yield Break(revision, f"Change {revision} is not as it was written.")
            return
        yield previous


def _beyond(connection: Connection, plan: Row) -> Iterator[Break]:
    """Yield what hangs outside of the chain: changes or check-ins of revisions the plan does not have."""
    for table, what in ((CHANGES, "change"), (OBSERVATIONS, "check-in")):
        columns = table.c
        outside = or_(columns.revision < 1, columns.revision > plan["revision"])
        found = connection.scalar(
            select(func.min(columns.revision)).where(columns.plan_id == plan["id"], outside)
        )
        if found is not None:
            yield Break(found, f"A {what} says revision {found}, the plan is at {plan['revision']}.")
