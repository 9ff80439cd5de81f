"""Goals, objectives and indicators in the order of the document, each with a name to go by and a key."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from scorecard.domain.errors import N_
from scorecard.domain.vocabulary import NodeKind
from scorecard.files.stratml import naming
from scorecard.files.stratml.markup import Element
from scorecard.files.stratml.notes import Notes
from scorecard.files.stratml.values import cut

MOST_TITLE = 300

_UNNAMED = N_("This {element} has no name; it is called “{title}”.")
_CUT = N_("This name is longer than {most} characters; the whole of it stands in the description.")


@dataclass(slots=True)
class Draft:
    """An element on its way to a node; `parent` is the position of the draft it hangs below."""

    element: Element
    name: str
    parent: int | None
    named: bool
    title: str = ""
    key: str = ""

    @property
    def kind(self) -> NodeKind:
        """Return what it becomes."""
        return NodeKind.kpi if self.element.name == "PerformanceIndicator" else NodeKind.objective


def drafts(core: Element, notes: Notes) -> list[Draft]:
    """Return all that becomes a node, parents before children."""
    found: list[Draft] = []
    for number, goal in enumerate(core.all("Goal"), 1):
        found.append(_draft(goal, None, f"Goal {number}", notes))
        at_goal = len(found) - 1
        for place, objective in enumerate(goal.all("Objective"), 1):
            found.append(_draft(objective, at_goal, f"Objective {place} of {found[at_goal].name}", notes))
            at_objective = len(found) - 1
            for indicator in objective.all("PerformanceIndicator"):
                stand_in = f"Indicator of {found[at_objective].name}"
                found.append(_draft(indicator, at_objective, stand_in, notes))
    _entitle(found, notes)
    _give_keys(found)
    return found


def _draft(element: Element, parent: int | None, stand_in: str, notes: Notes) -> Draft:
    """Return a draft under its own name, or what comes closest to one."""
    own = element.text("Name") or element.text("MeasurementDimension")
    if not own and element.name != "PerformanceIndicator":
        own = element.text("Description")
    name = own or _aim(element) or stand_in
    if not (element.text("Name") or element.text("MeasurementDimension")):
        notes.add(element, _UNNAMED, element=element.name, title=cut(name, 80))
    return Draft(element, name, parent, named=name != stand_in)


def _aim(indicator: Element) -> str:
    """Return the words of an indicator's first target."""
    results = (
        each for instance in indicator.all("MeasurementInstance") for each in instance.all("TargetResult")
    )
    return next((aim for each in results if (aim := each.text("Description"))), "")


def _entitle(found: Sequence[Draft], notes: Notes) -> None:
    """Give every draft its title; indicators of one name are told apart by their objective and their aim."""
    indicators = [each for each in found if each.kind is NodeKind.kpi]
    alike = Counter(each.name for each in indicators)
    among_siblings = Counter((each.name, each.parent) for each in indicators)
    for each in found:
        title = each.name
        if each.parent is not None and alike[each.name] > 1 and each.kind is NodeKind.kpi:
            aim = _aim(each.element) if among_siblings[each.name, each.parent] > 1 else ""
            title = f"{each.name}: {aim or found[each.parent].name}"
        each.title = cut(title, MOST_TITLE)
        if each.title.endswith("…") and len(" ".join(title.split())) > MOST_TITLE:
            notes.add(each.element, _CUT, most=MOST_TITLE)


def _give_keys(found: Sequence[Draft]) -> None:
    wishes = [
        naming.Wish(
            kind={"Goal": "goal", "Objective": "objective"}.get(each.element.name, "indicator"),
            name=each.name,
            identifier=each.element.text("Identifier"),
            parent=each.parent,
            always_below=each.kind is NodeKind.kpi,
        )
        for each in found
    ]
    for each, key in zip(found, naming.keys(wishes), strict=True):
        each.key = key
