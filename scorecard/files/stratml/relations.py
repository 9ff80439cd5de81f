"""Relationships between indicators: what narrows another contributes to it."""

from collections import Counter
from collections.abc import Iterator, Sequence

from scorecard.domain.errors import N_
from scorecard.domain.schema import LinkFields, PlanFile
from scorecard.files.stratml.drafts import Draft
from scorecard.files.stratml.markup import Element
from scorecard.files.stratml.notes import Notes
from scorecard.graph.structure import check

MOST_CIRCLES = 50

_UNRESOLVED = N_("There is no element “{referent}” in this document; the relationship is left out.")
_UNDIRECTED = N_("A relationship “{kind}” says not which of the two serves the other; it is left out.")
_TANGLED = N_("The relationships close one circle after another; all of them are left out.")
_CLOSES = N_("“{child}” cannot contribute to “{parent}”: that closes a circle. The relationship is left out.")


def related(file: PlanFile, found: Sequence[Draft], notes: Notes) -> PlanFile:
    """Return the plan with the links that its relationships add, short of those that would close a circle."""
    known = {(link.child, link.parent) for link in file.links}
    added = {
        (link.child, link.parent): (element, link)
        for element, link in _links(found, notes)
        if (link.child, link.parent) not in known
    }
    for _ in range(MOST_CIRCLES):
        wider = file.model_copy(update={"links": (*file.links, *(link for _, link in added.values()))})
        circles = [
            wider.links[at[1]] for at, _ in check(wider) if at[0] == "links" and isinstance(at[1], int)
        ]
        if not circles:
            return wider
        for link in circles:
            element, _ = added.pop((link.child, link.parent))
            notes.add(element, _CLOSES, child=link.child, parent=link.parent)
    notes.add(found[0].element, _TANGLED)
    return file


def _links(found: Sequence[Draft], notes: Notes) -> Iterator[tuple[Element, LinkFields]]:
    identifiers = Counter(each.element.text("Identifier") for each in found)
    keys = {each.element.text("Identifier"): each.key for each in found}
    for each in found:
        for relationship in each.element.all("Relationship"):
            kind = relationship.attribute("RelationshipType")
            for referent in relationship.all("ReferentIdentifier"):
                name = referent.written
                if not relationship.text("ReferentIdentifier") or not name:
                    continue
                if identifiers[name] != 1:
                    notes.add(referent, _UNRESOLVED, referent=name[:80])
                elif kind == "Narrower_Than":
                    yield referent, LinkFields(child=each.key, parent=keys[name])
                elif kind == "Broader_Than":
                    yield referent, LinkFields(child=keys[name], parent=each.key)
                else:
                    notes.add(referent, _UNDIRECTED, kind=kind[:80])
