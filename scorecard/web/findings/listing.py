"""The findings a page shows: found once for each plan and day, and narrowed as the address asks."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from threading import Lock
from weakref import WeakKeyDictionary

from flask import request

from scorecard.graph.alignment import units_below
from scorecard.graph.findings import RULES, counting, findings
from scorecard.graph.findings.change import CREATED, Change
from scorecard.graph.findings.rule import About, Finding, Severity
from scorecard.graph.plan import Plan
from scorecard.store.database import Database
from scorecard.store.moves import moves
from scorecard.web.findings import words as finding_words
from scorecard.web.measures import node_address
from scorecard.web.reading import DAYS_KEPT, View, database
from scorecard.web.render import here

AT_ONCE = 2000
"""Nodes up to which any page may look through the whole plan, for it takes no longer than the page."""

PAGE = 50
"""Findings on one page; they are read one by one."""

_found: WeakKeyDictionary[Plan, dict[date, list[Finding]]] = WeakKeyDictionary()
_moved: WeakKeyDictionary[Database, dict[str, tuple[int, list[Change]]]] = WeakKeyDictionary()
_lock = Lock()


def findings_of(view: View) -> list[Finding]:
    """Return the findings of a plan on the view's day, found once for each revision and day."""
    with _lock:
        known = _found.setdefault(view.plan, {})
        if view.day not in known:
            while len(known) >= DAYS_KEPT:
                del known[next(iter(known))]
            known[view.day] = findings(view.plan, view.standings, view.day, changes_of(view.plan))
        return known[view.day]


def glance(view: View) -> list[Finding]:
    """Return the findings where they are known or soon found, for pages that only mention them.

    A large plan that was just changed is looked through by the first who asks for its findings.
    """
    if len(view.plan.nodes) <= AT_ONCE or view.day in _found.get(view.plan, {}):
        return findings_of(view)
    return []


def changes_of(plan: Plan) -> list[Change]:
    """Return what was moved up to now; what was read before is kept, and only what came since is read."""
    kept = _moved.setdefault(database(), {})
    revision, changes = kept.get(plan.key, (0, []))
    if revision < plan.revision:
        later = moves(database(), plan.key, after=revision, until=plan.revision)
        revision, changes = kept[plan.key] = plan.revision, [*changes, *later]
    return changes


def open_findings(view: View) -> list[tuple[Severity, int, str]]:
    """Return how many findings count, by severity: the severity, the number and the number in words."""
    counts = counting(glance(view))
    return [
        (each, counts[each], finding_words.counted(each, counts[each])) for each in Severity if counts[each]
    ]


@dataclass(frozen=True, slots=True)
class Filters:
    """What a reader narrows the findings to; "" is no matter. A unit takes in those below."""

    severity: str = ""
    rule: str = ""
    unit: str = ""

    @property
    def given(self) -> dict[str, str]:
        """Return what is narrowed, as it stands in the address."""
        return {name: value for name in self.__slots__ if (value := getattr(self, name))}


def asked(plan: Plan) -> Filters:
    """Return the filters of the address; a value that nobody knows filters nothing."""
    known: Mapping[str, object] = {"severity": tuple(Severity), "rule": RULES, "unit": plan.units}
    given = {name: request.args.get(name, "") for name in known}
    return Filters(**{name: text for name, text in given.items() if text in known[name]})  # type: ignore[operator]


def narrowed(plan: Plan, found: Sequence[Finding], filters: Filters) -> list[Finding]:
    """Return the findings that fit the filters."""
    units = set(units_below(plan, filters.unit)) if filters.unit else None
    return [
        each
        for each in found
        if filters.severity in ("", each.severity)
        and filters.rule in ("", each.rule.id)
        and (units is None or unit_of(plan, each) in units)
    ]


def unit_of(plan: Plan, finding: Finding) -> str | None:
    """Return the unit that a finding concerns."""
    if finding.about is About.unit:
        return finding.key
    if finding.about is About.person:
        return plan.people[finding.key].unit
    return plan.nodes[finding.key].unit if finding.about is About.node else None


@dataclass(frozen=True, slots=True)
class Row:
    """A finding for its reader. `kind` is the node's, "" for what is none; `part` names it in an address."""

    rule: str
    severity: str
    severity_word: str
    title: str
    key: str
    part: Mapping[str, str]
    kind: str
    about: str
    name: str
    href: str
    whose: str
    message: str
    mend: str
    mend_href: str


@dataclass(frozen=True, slots=True)
class Waived:
    """A finding that somebody put aside: with what reason, who, and until when."""

    row: Row
    reason: str
    who: str
    until: date


def row(plan: Plan, finding: Finding) -> Row:
    """Write a finding out."""
    about, node = finding.about, None
    if about is About.node:
        node = plan.nodes[finding.key]
    return Row(
        rule=finding.rule.id,
        severity=finding.severity.value,
        severity_word=finding_words.severity_word(finding.severity),
        title=finding_words.title(finding.rule),
        key=finding.key,
        part=part_of(finding),
        kind=node.kind.value if node else "",
        about=finding_words.about_word(about),
        name=finding_words.named(plan, about, finding.key),
        href=node_address(plan, finding.key) if node else "",
        whose=_whose(plan, finding),
        message=finding_words.message(plan, finding),
        mend=finding_words.mend(finding),
        mend_href=finding_words.mend_address(plan, finding),
    )


def part_of(finding: Finding) -> dict[str, str]:
    """Return what names the part of the plan that a finding is about, as it stands in an address."""
    if finding.about is About.node:
        return {"node": finding.key}
    return {"about": finding.about.value, "part": finding.key}


def _whose(plan: Plan, finding: Finding) -> str:
    """Return the unit and owner of a node."""
    if finding.about is not About.node:
        return ""
    node = plan.nodes[finding.key]
    names = [
        plan.units[node.unit].title if node.unit else "",
        plan.people[node.owner].name if node.owner else "",
    ]
    return " · ".join(filter(None, names))


def waived(plan: Plan, found: Sequence[Finding]) -> list[Waived]:
    """Return what is put aside, with who did it."""
    return [
        Waived(row(plan, each), each.waiver.reason, _waived_by(plan, each), each.waiver.until)
        for each in found
        if each.waiver is not None
    ]


def _waived_by(plan: Plan, finding: Finding) -> str:
    """Return who waived a finding; a waiver that came with its node is of who made that."""
    owner = finding.key if finding.about is About.node else ""
    about = [each for each in changes_of(plan) if each.node in (owner, "")]
    for change in reversed(about):
        if change.node == owner and (change.field == CREATED or _waives(change, finding)):
            return finding_words.actor_name(plan, change.by)
    made = [each for each in about if each.field == CREATED]
    return finding_words.actor_name(plan, made[0].by) if made else ""


def _waives(change: Change, finding: Finding) -> bool:
    """Tell whether a change brought the waiver of a finding."""
    if change.field != "waivers" or finding.waiver is None:
        return False
    wanted = finding.waiver.model_dump(mode="json", exclude_none=True)
    before, after = (each if isinstance(each, list) else [] for each in (change.before, change.after))
    return wanted in after and wanted not in before


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of the findings that fit, those that are waived, and how many there are of what."""

    rows: list[Row]
    waived: list[Waived]
    counts: list[tuple[str, str]]
    rules: list[tuple[str, str]]
    total: int
    everything: int
    first: int
    last: int
    earlier: str
    later: str


Opened = tuple[str, Mapping[str, str]]
"""The rule whose waiver is being written, and of what part."""


def listing(view: View, filters: Filters, opened: Opened) -> Listing:
    """Return the page of findings that the address asks for, or that on which a waiver is being written."""
    plan, found = view.plan, findings_of(view)
    fitting = narrowed(plan, found, filters)
    counted = [each for each in fitting if each.waiver is None]
    pages = max(1, -(-len(counted) // PAGE))
    places = (at for at, each in enumerate(counted) if (each.rule.id, part_of(each)) == opened)
    asked_for = request.args.get("page", 1, type=int)
    number = min(max(next((at // PAGE + 1 for at in places), asked_for), 1), pages)
    first = (number - 1) * PAGE
    counts = counting(fitting)
    return Listing(
        rows=[row(plan, each) for each in counted[first : first + PAGE]],
        waived=waived(plan, fitting),
        counts=[(each.value, finding_words.counted(each, counts[each])) for each in Severity if counts[each]],
        rules=_rules(found),
        total=len(counted),
        everything=sum(each.waiver is None for each in found),
        first=first + 1,
        last=min(first + PAGE, len(counted)),
        earlier=_page(plan, filters, number - 1) if number > 1 else "",
        later=_page(plan, filters, number + 1) if number < pages else "",
    )


def _rules(found: Sequence[Finding]) -> list[tuple[str, str]]:
    """Return the rules that something was found for, with how often, as the filter offers them."""
    counts = Counter(each.rule.id for each in found)
    return [(rule, f"{finding_words.title(RULES[rule])} ({counts[rule]})") for rule in RULES if counts[rule]]


def _page(plan: Plan, filters: Filters, number: int) -> str:
    which = {"page": str(number)} if number > 1 else {}
    return here("findings.show", plan=plan.key, **filters.given, **which)
