"""Where rows stand: the order of the plan file, kept as numbers with room between them."""

from collections.abc import Sequence
from itertools import pairwise

from sqlalchemy import select

from scorecard.domain.errors import NotFound
from scorecard.domain.schema import LinkFields
from scorecard.store.rows import LINK, Key, key_of
from scorecard.store.work import RowChange, Work


def insert_link(work: Work, link: LinkFields, before: str | None = None) -> None:
    """Add a link, last among its siblings or in front of one of them."""
    places = None if before is None else [place_before(work, link, before)]
    work.insert(link, places=places)


def place_before(work: Work, link: LinkFields, before: str) -> float:
    """Return a place in front of a sibling; where no number lies between, all links are numbered anew.

    Raises:
        NotFound: when `before` does not hang below the same parent.
    """
    family, own = key_of(link)[2], key_of(link)
    sibling = (before, link.parent, family)
    placed = [(key, place) for key, place in _links(work) if key != own]
    at = next((i for i, (key, _) in enumerate(placed) if key == sibling), None)
    if at is None:
        raise NotFound(kind="node", key=before)
    lower = placed[at - 1][1] if at else placed[at][1] - 1
    middle = (lower + placed[at][1]) / 2
    if lower < middle < placed[at][1]:
        return middle
    work.change(_moved(key, place, i + 1.0) for i, (key, place) in enumerate(placed))
    return at + 0.5


def _moved(key: Key, place: float, to: float) -> RowChange:
    return RowChange(LINK, key, {"position": place}, {"position": to})


def _links(work: Work) -> list[tuple[Key, float]]:
    columns = LINK.table.c
    key = [columns[name] for name in LINK.key]
    statement = select(*key, columns.position).where(columns.plan_id == work.plan_id)
    rows = work.connection.execute(statement.order_by(columns.position, *key))
    return [((row[0], row[1], row[2]), row[3]) for row in rows]


def spread(known: Sequence[float | None]) -> list[float]:
    """Return places for rows in this order, keeping the known ones where they already rise.

    A row between two others gets a number between theirs; where that cannot be, all are numbered from 1.
    """
    kept = [place for place in known if place is not None]
    if any(second <= first for first, second in pairwise(kept)):
        return [i + 1.0 for i in range(len(known))]
    places = _filled(known)
    rising = all(first < second for first, second in pairwise(places))
    return places if rising else [i + 1.0 for i in range(len(known))]


def _filled(known: Sequence[float | None]) -> list[float]:
    places: list[float] = []
    after = [i for i, place in enumerate(known) if place is not None]
    following = iter([*after, len(known)])
    upcoming = next(following)
    for i, place in enumerate(known):
        if place is not None:
            places.append(place)
            upcoming = next(following)
            continue
        low = places[-1] if places else (known[upcoming] or 0.0) - 1 if upcoming < len(known) else 0.0
        high = known[upcoming] if upcoming < len(known) else None
        places.append(low + 1 if high is None else low + (high - low) / (upcoming - i + 1))
    return places
