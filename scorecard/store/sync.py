"""Make the rows of a plan those of another file, in bulk and with as few changes as can be."""

from collections.abc import Iterator, Sequence

from scorecard.domain.schema import PlanFile
from scorecard.domain.shape import Shape
from scorecard.store.places import spread
from scorecard.store.reading import read_places
from scorecard.store.rows import PLAN, SECTIONS, Family, head_of, image_of, key_of
from scorecard.store.work import RowChange, Work, difference


def sync(work: Work, before: PlanFile, after: PlanFile) -> None:
    """Write what differs between the plan as it is and as it shall be.

    Both files must have passed `structure.check`, and `before` must be what the rows hold. Check-ins are
    appended where they say something else; none goes.
    """
    work.change([difference(PLAN, (), image_of(head_of(before)), image_of(head_of(after)))])
    for family in SECTIONS:
        work.change(_changes(work, family, getattr(before, family.section), getattr(after, family.section)))
    said = {key_of(seen): seen for seen in before.observations}
    work.record(*(seen for seen in after.observations if said.get(key_of(seen)) != seen))


def _changes(
    work: Work, family: Family, before: Sequence[Shape], after: Sequence[Shape]
) -> Iterator[RowChange]:
    if before == after:
        return
    places = read_places(work.connection, work.plan_id, family)
    old = {key_of(item): item for item in before}
    new = {key_of(item): item for item in after}
    for (key, item), place in zip(new.items(), spread([places.get(key) for key in new]), strict=True):
        if key not in old:
            yield RowChange(family, key, None, {**image_of(item), "position": place})
        elif old[key] != item or places[key] != place:
            was = {**image_of(old[key]), "position": places[key]}
            yield difference(family, key, was, {**image_of(item), "position": place})
    for key, item in old.items():
        if key not in new:
            yield RowChange(family, key, {**image_of(item), "position": places[key]}, None)
