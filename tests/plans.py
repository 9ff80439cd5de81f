"""Random plans: small ones of every shape for laws; the large, believable ones are grown next door."""

from datetime import date
from itertools import pairwise

from hypothesis import strategies as st

from scorecard.domain.measure import (
    AtLeast,
    AtMost,
    Bands,
    Between,
    Milestone,
    PathPoint,
    Reach,
    Zones,
)
from scorecard.domain.schema import (
    DEFAULT_PERSPECTIVES,
    Action,
    Assignment,
    Benchmark,
    CycleFields,
    Grade,
    Judgement,
    LinkFields,
    NodeFields,
    ObservationFields,
    PersonFields,
    PerspectiveFields,
    PlanFile,
    PlanWaiver,
    Stakeholder,
    TargetFields,
    UnitFields,
    Waiver,
)
from scorecard.domain.vocabulary import (
    Aggregate,
    Ambition,
    Cadence,
    Controllable,
    CycleState,
    Lead,
    Level,
    Lifecycle,
    LinkKind,
    MeasureType,
    NodeKind,
    Policy,
    Role,
    StakeholderKind,
    StakeholderRole,
    Status,
)
from tests.grown_plans import grown_plan

__all__ = ["grown_plan", "plans", "texts", "titles"]

TRICKY = (
    "no", "Null", "~", "true", "y", "1_000", "0o7", "0x1F", "1e3", ".inf", "12:30", "2026-03-31", "<<", "=",
    "- row", "? key", "a: b", "a #b", "#b", "[a, b]", "{a: b}", "*a", "&a", "!a", "|", ">", "%a", "@a", "`a",
    "'", '"', "\\", "it's", 'say "ja"', "a\nb", "a\n\nb\n", "a\n  b\n c", "a \nb", "a\tb", "a\r\nb",
    "a\u2028b",
    "a\x85b", "a\ufeffb", "a\xa0b", "Größe", "日本語の目標", "مرحبا بالعالم", "हिन्दी", "Ελληνικά",
    "🙂👩‍👩‍👧", "e\u0301",
    "---", "...", "a\n---\nb", "key: |", "-1", "+1", "a" * 300,
)  # fmt: skip

_printable = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\t\x85\x9f"), max_size=40
)
texts = st.sampled_from(TRICKY) | _printable
titles = texts.map(lambda text: text.strip()[:200].strip()).filter(bool)
numbers = (
    st.floats(-1e6, 1e6) | st.integers(-1000, 1000).map(float) | st.sampled_from([1e300, 5e-324, 1e16, 0.1])
)
days = st.dates(date(1900, 1, 1), date(2200, 12, 31))
shares = st.floats(0, 1)


def maybe(strategy):
    return st.none() | strategy


def _threshold(shape, sign):
    distance = st.floats(0, 1e3)
    return st.builds(
        lambda target, floor, **rest: shape(
            target=target, floor=None if floor is None else target - sign * floor, **rest
        ),
        target=st.floats(-1e6, 1e6),
        floor=maybe(distance),
        alert=maybe(numbers),
        start=maybe(days),
        due=maybe(days),
    )


paths = st.lists(st.builds(PathPoint, date=days, value=numbers), max_size=3).map(tuple)
measures = st.one_of(
    st.builds(
        Reach,
        baseline=numbers,
        target=numbers,
        start=maybe(days),
        due=maybe(days),
        path=paths,
        ambition=st.sampled_from(Ambition),
        alert=maybe(numbers),
    ),
    _threshold(AtLeast, 1),
    _threshold(AtMost, -1),
    st.builds(
        lambda ends, **rest: Between(low=min(ends), high=max(ends), **rest),
        ends=st.tuples(numbers, numbers),
        floor=maybe(st.floats(0, 1e3)),
        due=maybe(days),
    ),
    st.builds(Milestone, due=days, start=maybe(days), path=paths),
    st.builds(Zones, commit=texts, target=texts, stretch=texts, start=maybe(days)),
)


@st.composite
def _nodes(draw, index, perspectives, units, people, cycles, below):
    """Draw one node; `below` holds the keys that its formula may read."""
    policy = draw(maybe(st.sampled_from(Policy)))
    by = draw(st.sampled_from(people)) if people else "nobody"
    if policy is Policy.judged and not people:
        policy = None
    judged = Judgement(status=Status.at_risk, reason=draw(titles), by=by, until=draw(days))
    formula = draw(maybe(st.sampled_from(["{0} + {0}", "{0} / 2", "lag({0}, 1)", "max({0}, 0.5)"])))
    rare = draw(st.booleans())
    return NodeFields(
        key=f"n{index}",
        kind=draw(st.sampled_from(NodeKind)),
        title=draw(titles),
        description=draw(maybe(texts)),
        perspective=draw(maybe(st.sampled_from(perspectives))) if perspectives else None,
        unit=draw(maybe(st.sampled_from(units))) if units else None,
        owner=draw(maybe(st.sampled_from(people))) if people else None,
        cycle=draw(maybe(st.sampled_from(cycles))) if cycles else None,
        level=draw(maybe(st.sampled_from(Level))),
        lifecycle=draw(st.sampled_from(Lifecycle)),
        archived=draw(st.booleans()),
        cadence=draw(maybe(st.sampled_from(Cadence))),
        format=draw(st.sampled_from([None, "percent", "currency:EUR", "duration:h", "t CO₂"])),
        aggregate=draw(st.sampled_from(Aggregate)),
        measure=draw(maybe(measures)),
        formula=formula.format(draw(st.sampled_from(below))) if formula and below else None,
        policy=policy,
        judged=judged if policy is Policy.judged else None,
        bands=draw(maybe(st.builds(Bands, on_track=st.floats(0.5, 1), at_risk=st.floats(0, 0.5)))),
        **(draw(_rarer(by if people else None)) if rare else {}),
    )


def _rarer(by):
    """Return what few nodes have, as keyword arguments."""
    return st.fixed_dictionaries(
        {
            "target_text": maybe(titles | st.sampled_from(["At or above 95%", "better"])),
            "tier": maybe(st.integers(1, 3)),
            "lead": maybe(st.sampled_from(Lead)),
            "type": maybe(st.sampled_from(MeasureType)),
            "source": maybe(texts),
            "key_result_area": maybe(titles),
            "benchmark": maybe(st.builds(Benchmark, value=numbers, source=maybe(titles))),
            "controllable": maybe(st.sampled_from(Controllable)),
            "tags": st.lists(titles, max_size=3).map(tuple),
            "actions": st.lists(
                st.builds(
                    Action, title=titles, owner=st.just(by), due=maybe(days), done=maybe(days), expected=texts
                ),
                max_size=2,
            ).map(tuple),
            "waivers": st.lists(
                st.builds(Waiver, rule=st.just("stale"), reason=titles, until=days), max_size=2
            ).map(tuple),
            "grade": maybe(
                st.builds(
                    Grade, progress=maybe(numbers), score=maybe(shares), status=st.sampled_from(Status),
                    learning=maybe(texts),
                )
            ),
        }
    )  # fmt: skip


@st.composite
def _links(draw, keys):
    """Draw links that run from later keys to earlier ones, so that no circle can close."""
    pairs = draw(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), max_size=2 * len(keys)))
    rows = {}
    for first, second in pairs:
        child, parent = first % len(keys), second % len(keys)
        if child <= parent:
            continue
        kind = draw(st.sampled_from(LinkKind))
        family = "cascade" if kind in (LinkKind.contributes, LinkKind.supports) else kind
        rows[child, parent, family] = LinkFields(
            child=keys[child],
            parent=keys[parent],
            kind=kind,
            weight=draw(st.floats(0.01, 100) | st.just(1.0)),
            critical=draw(st.booleans()),
            sign=draw(st.sampled_from([1, -1])),
            lag=draw(st.integers(0, 8)),
        )
    return tuple(rows.values())


def _values(measure):
    if isinstance(measure, Zones):
        return st.sampled_from(["below", "commit", "target", "stretch"])
    return shares if isinstance(measure, Milestone) else numbers


@st.composite
def _observations(draw, nodes, people):
    rows = {}
    for node in nodes:
        for day in draw(st.lists(days, max_size=3)):
            label = draw(maybe(titles))
            rows[node.key, day, label] = ObservationFields(
                node=node.key,
                date=day,
                value=draw(_values(node.measure)),
                note=draw(maybe(texts)),
                by=draw(maybe(st.sampled_from(people))) if people else None,
                confidence=draw(maybe(shares)),
                label=label,
                source=draw(maybe(texts)),
            )
    return tuple(rows.values())


@st.composite
def _targets(draw, nodes):
    rows = {}
    for node in nodes:
        for day in draw(st.lists(days, max_size=2)):
            label = draw(maybe(titles))
            rows[node.key, day, label] = TargetFields(
                node=node.key, date=day, value=draw(numbers), label=label
            )
    return tuple(rows.values())


@st.composite
def plans(draw, most_nodes=6):
    """Draw a sound plan: every kind of measure and link, several parents, texts of many scripts."""
    units = [f"u{index}" for index in range(draw(st.integers(0, 3)))]
    people = [f"p{index}" for index in range(draw(st.integers(0, 2)))]
    cycles = [f"c{index}" for index in range(draw(st.integers(0, 2)))]
    own = st.lists(titles, max_size=3).map(
        lambda names: tuple(PerspectiveFields(key=f"v{i}", title=name) for i, name in enumerate(names))
    )
    perspectives = draw(st.just(DEFAULT_PERSPECTIVES) | own)
    keys = [f"n{index}" for index in range(draw(st.integers(0, most_nodes)))]
    nodes = [
        draw(_nodes(index, [view.key for view in perspectives], units, people, cycles, keys[:index]))
        for index in range(len(keys))
    ]
    return PlanFile(
        plan="sample",
        title=draw(titles | st.just("")),
        fiscal_year_start=draw(st.integers(1, 12)),
        timezone=draw(st.sampled_from(["UTC", "Europe/Berlin", "Pacific/Auckland"])),
        bands=Bands(on_track=draw(st.just(0.9) | st.floats(0.75, 1))),
        policy=draw(st.sampled_from([Policy.mean, Policy.worst, Policy.best])),
        mission=draw(maybe(texts)),
        vision=draw(maybe(texts)),
        values=tuple(draw(st.lists(texts, max_size=3))),
        stakeholders=tuple(
            draw(
                st.lists(
                    st.builds(
                        Stakeholder,
                        name=titles,
                        kind=maybe(st.sampled_from(StakeholderKind)),
                        role=maybe(st.sampled_from(StakeholderRole)),
                    ),
                    max_size=2,
                )
            )
        ),
        waivers=draw(st.lists(_plan_waivers, max_size=2).map(tuple)),
        perspectives=perspectives,
        units=tuple(
            UnitFields(key=key, title=draw(titles), parent=parent) for parent, key in pairwise([None, *units])
        ),
        people=tuple(draw(_people(key, units)) for key in people),
        cycles=tuple(
            CycleFields(key=key, title=draw(titles), parent=parent, start=start, end=end, state=state)
            for parent, key in pairwise([None, *cycles])
            for start, end in [sorted(draw(st.tuples(days, days)))]
            for state in [draw(st.sampled_from(CycleState))]
        ),
        nodes=tuple(nodes),
        links=draw(_links(keys)) if keys else (),
        observations=draw(_observations(nodes, people)),
        targets=draw(_targets(nodes)),
    )


_plan_waivers = st.builds(
    lambda part, **rest: PlanWaiver(about=part[0], key=part[1], **rest),
    part=st.sampled_from([("plan", None), ("unit", "u0"), ("person", "p0"), ("perspective", "v0")]),
    rule=st.just("many_kpis"),
    reason=titles,
    until=days,
)


def _people(key, units):
    unit = maybe(st.sampled_from(units)) if units else st.none()
    return st.builds(
        PersonFields,
        key=st.just(key),
        name=titles,
        email=st.sampled_from([None, "dana@example.org"]),
        unit=unit,
        roles=st.lists(st.builds(Assignment, role=st.sampled_from(Role), unit=unit), max_size=2).map(tuple),
    )
