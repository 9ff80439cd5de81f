"""What the standard expects where; real files seldom do, so every difference is a warning at most."""

from collections.abc import Mapping

from scorecard.domain.errors import N_
from scorecard.files.stratml.markup import Element, is_placeholder
from scorecard.files.stratml.notes import Notes

ROOTS = ("PerformancePlanOrReport", "StrategicPlan")

_CONTACT = "Identifier GivenName Surname PhoneNumber EmailAddress"
_RESULT = "StartDate EndDate NumberOfUnits Descriptor Description"
_CHILDREN: Mapping[str, str] = {
    "StrategicPlan": "Name Description OtherInformation StrategicPlanCore AdministrativeInformation",
    "PerformancePlanOrReport": (
        "Name Description OtherInformation StrategicPlanCore AdministrativeInformation Submitter"
    ),
    "StrategicPlanCore": "Organization Vision Mission Value Goal",
    "Organization": "Name Acronym Identifier Description Stakeholder",
    "Vision": "Description Identifier",
    "Mission": "Description Identifier",
    "Value": "Name Description",
    "Goal": "Name Description Identifier SequenceIndicator Stakeholder OtherInformation Objective",
    "Objective": (
        "Name Description Identifier SequenceIndicator Stakeholder OtherInformation PerformanceIndicator"
    ),
    "PerformanceIndicator": (
        "SequenceIndicator MeasurementDimension UnitOfMeasurement Identifier Relationship"
        " MeasurementInstance OtherInformation"
    ),
    "Relationship": "Identifier ReferentIdentifier Name Description",
    "MeasurementInstance": "Place TargetResult ActualResult",
    "TargetResult": _RESULT,
    "ActualResult": _RESULT,
    "Descriptor": "DescriptorName DescriptorValue",
    "Stakeholder": "Name Description Role",
    "Role": "Name Description RoleType",
    "AdministrativeInformation": "Identifier StartDate EndDate PublicationDate Source Submitter",
    "Submitter": _CONTACT,
    "Place": "Name PlaceIdentifier",
}
_ORDERS = {name: names.split() for name, names in _CHILDREN.items()}

_UNKNOWN = N_("<{element}> is not part of <{parent}> and is left out ({times} ×).")
_ORDER = N_(
    "<{element}> comes later in <{parent}> than the standard has it ({times} ×); it is read all the same."
)
_PLACEHOLDER = N_("“{words}” only holds a place in <{element}> and is read as empty ({times} ×).")
_ID_TWICE = N_(
    "The identifier “{identifier}” is that of several elements ({times} more); names tell them apart."
)
_ID_EMPTY = N_("<{element}> has no identifier ({times} ×); its name tells it apart.")
_SUBMITTER = N_("<Submitter> stands where Part 1 has it; it is left out of the plan in any case.")


def compare(root: Element, notes: Notes) -> None:
    """Note where a document differs from the standard."""
    waiting, identifiers = [root], set[str]()
    while waiting:
        element = waiting.pop()
        if element.name in _ORDERS:
            _compare_children(element, _ORDERS[element.name], notes)
        if element.name != "Identifier" and is_placeholder(element.written):
            notes.add(element, _PLACEHOLDER, words=element.written[:60], element=element.name)
        if element.name == "Identifier" and element.written in identifiers:
            notes.add(element, _ID_TWICE, identifier=element.written[:80])
        elif element.name == "Identifier" and element.written:
            identifiers.add(element.written)
        waiting.extend(reversed(element.children))
    if root.name == ROOTS[0] and any(
        each.first("Submitter") for each in root.all("AdministrativeInformation")
    ):
        notes.add(root, _SUBMITTER)


def _compare_children(element: Element, order: list[str], notes: Notes) -> None:
    """Note the children that are unknown here, and those that come too late."""
    reached = 0
    for child in element.children:
        if child.name not in order:
            notes.add(child, _UNKNOWN, element=child.name, parent=element.name)
        elif order.index(child.name) < reached:
            notes.add(child, _ORDER, element=child.name, parent=element.name)
        else:
            reached = order.index(child.name)
    wants_identifier = element.name in ("Goal", "Objective", "PerformanceIndicator")
    if wants_identifier and not element.text("Identifier"):
        notes.add(element, _ID_EMPTY, element=element.name)
