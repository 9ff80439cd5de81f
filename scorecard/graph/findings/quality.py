"""Rules of quality: whether what is measured is a KPI, and somebody can keep up with it."""

import re
from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache
from textwrap import shorten

from scorecard.domain.errors import N_
from scorecard.domain.measure import AtLeast, AtMost, Between, Measure, Reach
from scorecard.domain.schema import NodeFields
from scorecard.domain.text_target_node import agrees, understood
from scorecard.domain.vocabulary import Lead, Lifecycle, NodeKind, Reason
from scorecard.graph.findings.inspection import MEASURES, Inspection
from scorecard.graph.findings.rule import About, Because, Hit, Mend, Page, Severity, rule
from scorecard.graph.plan import Plan

MOST_KPIS, MOST_OBJECTIVES, MOST_KEY_RESULTS = 9, 5, 5
"""What a unit or a person can steer by; five to nine KPIs are healthy."""

MOST_QUOTED = 100
"""Characters of a target in words that a sentence holds."""


class Part(StrEnum):
    """What makes a KPI of a metric, and the metric itself."""

    metric = "metric"
    target = "target"
    window = "window"
    owner = "owner"


def lacking(plan: Plan, node: NodeFields) -> tuple[Part, ...]:
    """Return which of its four parts a KPI lacks."""
    metric = plan.metrics.get(node.key)
    there = {
        Part.metric: metric is not None or node.format is not None,
        Part.target: node.measure is not None,
        Part.window: metric is not None and metric.due is not None,
        Part.owner: node.owner is not None,
    }
    return tuple(part for part, has in there.items() if not has)


@rule(
    N_("Not yet a KPI"),
    Severity.warning,
    N_("It is only a metric: it lacks {parts}."),
    Mend(N_("Complete it, or keep it as what a formula reads."), Page.edit, "measure.kind"),
)
def not_yet_kpi(seen: Inspection) -> Iterator[Hit]:
    """Find KPIs without one of metric, target, window and owner."""
    for node in seen.nodes:
        if node.kind is NodeKind.kpi and (parts := lacking(seen.plan, node)):
            yield Hit(node.key, {"parts": parts})


NOT_TAKEN_UP = N_("Nobody has taken up yet what it says.")


@rule(
    N_("Target only in words"),
    Severity.note,
    N_("{why} So its target, “{words}”, stays a note."),
    Mend(N_("Write it as a number with its direction, or fill in the measure."), Page.edit, "target_text"),
)
def unread_target(seen: Inspection) -> Iterator[Hit]:
    """Find what has a target in words and nothing that it is held against."""
    for node in seen.nodes:
        if node.measure is None and (read := understood(node)):
            why = read.why_unread.sentence if read.why_unread else NOT_TAKEN_UP
            words = shorten(read.words, MOST_QUOTED, placeholder="…")
            yield Hit(node.key, {"words": words, "why": Because(why)})


@rule(
    N_("Words and measure differ"),
    Severity.note,
    N_("In words its target is “{words}”; what it is held against is another."),
    Mend(N_("Bring the words up to date, or the measure."), Page.edit, "target_text"),
)
def words_differ(seen: Inspection) -> Iterator[Hit]:
    """Find measures whose target in words can be read, and says something else."""
    for node in seen.nodes:
        read = understood(node) if node.measure is not None else None
        if read and read.measure and node.measure and not agrees(read.measure, node.measure):
            yield Hit(node.key, {"words": shorten(read.words, MOST_QUOTED, placeholder="…")})


@rule(
    N_("No owner"),
    Severity.warning,
    N_("Nobody is accountable for it; what belongs to all is done by none."),
    Mend(N_("Name the one person who answers for it."), Page.edit, "owner"),
)
def no_owner(seen: Inspection) -> Iterator[Hit]:
    """Find objectives, key results and initiatives without the one owner; of KPIs `not_yet_kpi` says so."""
    for node in seen.nodes:
        if node.owner is None and node.kind is not NodeKind.kpi:
            yield Hit(node.key)


@rule(
    N_("More than nine KPIs"),
    Severity.note,
    N_("{count} KPIs are more than anyone steers by; five to nine are healthy."),
    Mend(N_("Keep the few that decide, and hand on or retire the others."), Page.scorecard, "kpi"),
)
def many_kpis(seen: Inspection) -> Iterator[Hit]:
    """Find units and people with more than nine KPIs."""
    return _crowded(seen, NodeKind.kpi, MOST_KPIS)


@rule(
    N_("More than five objectives"),
    Severity.note,
    N_("{count} objectives at once: attention does not divide by more than five."),
    Mend(N_("Keep the five that matter now, and put the others off."), Page.scorecard, "objective"),
)
def many_objectives(seen: Inspection) -> Iterator[Hit]:
    """Find units and people with more than five objectives."""
    return _crowded(seen, NodeKind.objective, MOST_OBJECTIVES)


def _crowded(seen: Inspection, kind: NodeKind, most: int) -> Iterator[Hit]:
    nodes = [node for node in seen.nodes if node.kind is kind]
    units = Counter(node.unit for node in nodes if node.unit)
    people = Counter(node.owner for node in nodes if node.owner)
    for about, counts in ((About.unit, units), (About.person, people)):
        yield from (Hit(key, {"count": count}, about) for key, count in counts.items() if count > most)


@rule(
    N_("More than five key results"),
    Severity.note,
    N_("{count} key results dilute the objective; two to five say when it is reached."),
    Mend(N_("Keep those that prove it, and let the others be KPIs or initiatives."), Page.tree, "edit"),
)
def many_key_results(seen: Inspection) -> Iterator[Hit]:
    """Find objectives with more than five key results right below."""
    for node in seen.nodes:
        if node.kind is NodeKind.objective:
            kinds = Counter(seen.plan.nodes[each].kind for each in seen.below.get(node.key, ()))
            if kinds[NodeKind.key_result] > MOST_KEY_RESULTS:
                yield Hit(node.key, {"count": kinds[NodeKind.key_result]})


@rule(
    N_("Only lagging measures"),
    Severity.note,
    N_("All that is measured below it is lagging: it will tell when it is too late to act."),
    Mend(N_("Pair it with a leading measure that moves first, below it or driving it."), Page.tree, "below"),
)
def only_lagging(seen: Inspection) -> Iterator[Hit]:
    """Find objectives whose measures, at any depth, are all lagging and driven by no leading one."""
    hopeful = _not_only_lagging(seen)
    for node in seen.nodes:
        if node.kind is NodeKind.objective and node.key not in hopeful:
            below = [each for each in seen.below.get(node.key, ()) if seen.is_measure(each)]
            if below and not any(_is_foretold(seen.plan, each) for each in below):
                yield Hit(node.key)


def _not_only_lagging(seen: Inspection) -> set[str]:
    """Return what is, or has below, a measure that is leading or of which nobody said."""
    found: set[str] = set()
    for key in seen.plan.order:
        if key in seen.counting:
            node = seen.plan.nodes[key]
            hopeful = node.kind in MEASURES and node.lead is not Lead.lagging
            if hopeful or not found.isdisjoint(seen.below.get(key, ())):
                found.add(key)
    return found


def _is_foretold(plan: Plan, key: str) -> bool:
    return any(plan.nodes[each].lead is Lead.leading for each in plan.drives.pred[key])


VANITY = re.compile(
    r"\b(page ?views?|impressions?|followers?|likes|downloads?|hits|visitors|site visits|web(?:site)? visits"
    r"|sign-?ups?|registrations?|registered users|total users|app installs?|mentions|social reach|media reach"
    r"|newsletter subscribers|cumulative|all-time"
    r"|(?:number|count) of (?:meetings|posts|campaigns|trainings|emails))\b",
    re.IGNORECASE,
)
"""Words for attention and activity, which grow by themselves."""

RELATED = re.compile(r"%|/|\b(per|rate|ratio|share|cost|conversion|retention)\b", re.IGNORECASE)
"""Words that set a number against another, which makes it tell something."""


@rule(
    N_("Vanity wording"),
    Severity.note,
    N_("“{word}” counts attention or activity: it mostly grows by itself and decides nothing."),
    Mend(
        N_("Measure what follows from it, or set it against something: a rate, a cost, a share."),
        Page.edit,
        "title",
    ),
)
def vanity(seen: Inspection) -> Iterator[Hit]:
    """Find KPIs and key results named after attention or activity that is to grow; a rate of it is fine."""
    for node in seen.nodes:
        to_grow = node.kind in MEASURES and not isinstance(node.measure, AtMost) and node.format != "percent"
        if to_grow and (word := vain_word(node.title)):
            yield Hit(node.key, {"word": word})


@lru_cache(maxsize=65536)
def vain_word(title: str) -> str:
    """Return the vain word of a title, "" where there is none or it is set against something."""
    word = VANITY.search(title)
    return word.group() if word and not RELATED.search(title) else ""


@rule(
    N_("No cadence"),
    Severity.note,
    N_("Nobody knows when its next value is due, so it never goes stale."),
    Mend(N_("Say how often a value comes."), Page.edit, "cadence"),
)
def no_cadence(seen: Inspection) -> Iterator[Hit]:
    """Find measures without a cadence."""
    for node in seen.nodes:
        if node.measure is not None and seen.plan.metrics[node.key].cadence is None:
            yield Hit(node.key)


@rule(
    N_("Stale"),
    Severity.warning,
    N_("Its last value is of {day}, and the next one is overdue: its colour is of the past."),
    Mend(N_("Check in the value of the period that has ended."), Page.node, "check-in"),
)
def stale(seen: Inspection) -> Iterator[Hit]:
    """Find measures whose next value is overdue."""
    for node in seen.nodes:
        standing = seen.standings[node.key]
        if standing.reason is Reason.stale and node.key in seen.plan.leaves:
            yield Hit(node.key, {"day": standing.seen})


@rule(
    N_("Target date past"),
    Severity.warning,
    N_("It was due on {day} and is still open."),
    Mend(N_("Close it with its grade, or promise a new target by a new day."), Page.edit, "measure.due"),
)
def target_past(seen: Inspection) -> Iterator[Hit]:
    """Find active measures whose own due date is behind us."""
    for node in seen.nodes:
        due = node.measure.due if node.measure is not None else None
        if due is not None and due < seen.day and node.lifecycle is Lifecycle.active:
            yield Hit(node.key, {"day": due})


@rule(
    N_("Baseline and target alike"),
    Severity.error,
    N_("Baseline and target are the same, so there is no way to go and nothing to judge."),
    Mend(N_("Say where it stood before, or make it a limit to stay within."), Page.edit, "measure.baseline"),
)
def no_range(seen: Inspection) -> Iterator[Hit]:
    """Find measures that are to go from a baseline to the same target."""
    for node in seen.nodes:
        if isinstance(node.measure, Reach) and node.measure.baseline == node.measure.target:
            yield Hit(node.key)


@rule(
    N_("Due before it starts"),
    Severity.error,
    N_("It is due on {due} and starts on {start}: there is no day on which it could be reached."),
    Mend(N_("Say until when, or from when, it is to be reached."), Page.edit, "measure.due"),
)
def due_before_start(seen: Inspection) -> Iterator[Hit]:
    """Find measures whose window, their own or their cycle's, ends before it begins."""
    for node in seen.nodes:
        if node.measure is not None:
            start, due = seen.plan.metrics[node.key].start, seen.plan.metrics[node.key].due
            if start is not None and due is not None and due < start:
                yield Hit(node.key, {"due": due, "start": start})


@rule(
    N_("Sum from a baseline"),
    Severity.error,
    N_("Its sum begins at 0 and its baseline does not, so it reads behind until the sum has passed that."),
    Mend(N_("Count from 0, or take the last value instead of the sum."), Page.edit, "measure.baseline"),
)
def sum_from_baseline(seen: Inspection) -> Iterator[Hit]:
    """Find sums, of the node or of what it reads, that are to go to a target from another number than 0."""
    for node in seen.nodes:
        metric = seen.plan.metrics.get(node.key)
        if metric is not None and metric.reach and metric.running and metric.baseline != 0:
            yield Hit(node.key)


@rule(
    N_("Floor on the target"),
    Severity.warning,
    N_("Its floor is its target, so the smallest miss is already failure and it is never at risk."),
    Mend(
        N_("Put the floor where it would really hurt, or leave it to the one proposed."),
        Page.edit,
        "measure.floor",
    ),
)
def floor_on_target(seen: Inspection) -> Iterator[Hit]:
    """Find limits whose named floor leaves no room below the target."""
    for node in seen.nodes:
        if _without_room(node.measure):
            yield Hit(node.key)


def _without_room(measure: Measure | None) -> bool:
    if isinstance(measure, Between):
        return measure.floor == 0
    return isinstance(measure, AtLeast | AtMost) and measure.floor == measure.target
