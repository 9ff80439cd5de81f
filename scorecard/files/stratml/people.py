"""Who stands behind a document: organisations become units, performing people own what they perform."""

from collections.abc import Iterable
from dataclasses import dataclass

from scorecard.domain.naming import free
from scorecard.domain.schema import PersonFields, Stakeholder, UnitFields
from scorecard.domain.vocabulary import StakeholderKind, StakeholderRole
from scorecard.files.stratml import naming
from scorecard.files.stratml.markup import Element

MOST_NAME = 300

_KINDS = {
    "Person": StakeholderKind.person,
    "Organization": StakeholderKind.organization,
    "Generic_Group": StakeholderKind.group,
}


@dataclass(frozen=True, slots=True)
class Part:
    """The part people play in one goal or objective."""

    owner: str | None
    unit: str | None
    words: str
    for_beneficiaries: bool


class Parties:
    """Everybody a document names, each once, in the order of their first place."""

    def __init__(self, core: Element) -> None:
        self._units: dict[str, UnitFields] = {}
        self._people: dict[str, PersonFields] = {}
        self._stakeholders: dict[str, Stakeholder] = {}
        organizations = [each for each in core.all("Organization") if each.text("Name")]
        for each in organizations:
            self._unit(each.text("Name"), each.text("Acronym"), None)
        self._home = next(iter(self._units.values())).key if len(organizations) == 1 else None
        for each in organizations:
            self._note(_named(each))

    @property
    def units(self) -> tuple[UnitFields, ...]:
        """Return the units: the organisations, below them those that perform."""
        return tuple(self._units.values())

    @property
    def people(self) -> tuple[PersonFields, ...]:
        """Return those who own something."""
        return tuple(self._people.values())

    @property
    def stakeholders(self) -> tuple[Stakeholder, ...]:
        """Return everybody named anywhere."""
        return tuple(self._stakeholders.values())

    def part(self, element: Element) -> Part:
        """Return who owns and carries a goal or objective, and who else has a stake in it."""
        named = _named(element)
        self._note(named)
        performing = [each for each in named if "Performer" in _roles(each)]
        bodies = [each for each in performing if _kind(each) not in (None, StakeholderKind.person)]
        person = next((each for each in performing if each not in bodies), None)
        roles = [role for each in named for role in _roles(each)]
        return Part(
            owner=self._person(person.text("Name")) if person else None,
            unit=self._unit(bodies[0].text("Name"), "", self._home) if bodies else self._home,
            words=", ".join(_spoken(each) for each in named),
            for_beneficiaries=bool(roles) and set(roles) == {"Beneficiary"},
        )

    def _note(self, named: Iterable[Element]) -> None:
        for each in named:
            roles = [role for role in _roles(each) if role in ("Performer", "Beneficiary")]
            name = each.text("Name")[:MOST_NAME].strip()
            role = StakeholderRole(roles[0].lower()) if roles else None
            known = self._stakeholders.get(name)
            self._stakeholders[name] = Stakeholder(
                name=name,
                kind=(known.kind if known else None) or _kind(each),
                role=(known.role if known else None) or role,
            )

    def _unit(self, name: str, acronym: str, parent: str | None) -> str:
        if name not in self._units:
            key = free(naming.slug(acronym or name, "unit"), {unit.key for unit in self.units})
            self._units[name] = UnitFields(key=key, title=name[:MOST_NAME].strip(), parent=parent)
        return self._units[name].key

    def _person(self, name: str) -> str:
        if name not in self._people:
            key = free(naming.slug(name, "person"), {person.key for person in self.people})
            self._people[name] = PersonFields(key=key, name=name[:MOST_NAME].strip(), unit=self._home)
        return self._people[name].key


def _named(element: Element) -> list[Element]:
    return [each for each in element.all("Stakeholder") if each.text("Name")]


def _kind(stakeholder: Element) -> StakeholderKind | None:
    return _KINDS.get(stakeholder.attribute("StakeholderTypeType", "StakeholderType"))


def _roles(stakeholder: Element) -> list[str]:
    """Return the types of all roles, where they say something."""
    types = (kind.written for role in stakeholder.all("Role") for kind in role.all("RoleType"))
    return [kind for kind in types if kind]


def _spoken(stakeholder: Element) -> str:
    roles = ", ".join(name for role in stakeholder.all("Role") if (name := role.text("Name")))
    return f"{stakeholder.text('Name')} ({roles})" if roles else stakeholder.text("Name")
