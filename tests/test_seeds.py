"""The demo plan and the KPI library, a newcomer's first sight: sound, and wrong only on purpose."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from scorecard.domain.formula import parse
from scorecard.domain.measure import Measure
from scorecard.domain.schema import NodeFields, PlanFile
from scorecard.domain.vocabulary import (
    Aggregate,
    Cadence,
    Lead,
    Lifecycle,
    LinkKind,
    MeasureType,
    NodeKind,
    Reason,
    Status,
)
from scorecard.files import core_yaml, planfile
from scorecard.graph.alignment import lines_of_sight, orphans
from scorecard.graph.judgement import Standing
from scorecard.graph.perspectives import perspective_standings
from scorecard.graph.plan import Plan, build
from scorecard.graph.rollup import rollup

SEEDS = Path(__file__).parent.parent / "seeds"
STORY_DAY = date(2026, 11, 21)


@cache
def demo() -> PlanFile:
    return planfile.read((SEEDS / "northwind.yaml").read_bytes(), "northwind.yaml").file


@cache
def plan() -> Plan:
    return build(demo())


@cache
def standings() -> dict[str, Standing]:
    return rollup(plan(), STORY_DAY)


@cache
def library() -> dict[str, Any]:
    found = core_yaml.grow((SEEDS / "library.yaml").read_text("utf-8")).value
    assert isinstance(found, dict)
    return found


def active(kind: NodeKind) -> list[NodeFields]:
    return [node for node in demo().nodes if node.kind is kind and node.lifecycle is Lifecycle.active]


def lacking(nodes: Iterable[NodeFields], wanted: Iterable[str]) -> list[tuple[str, str]]:
    return [(node.key, field) for node in nodes for field in wanted if getattr(node, field) is None]


def with_reason(reason: Reason) -> set[str]:
    return {key for key, standing in standings().items() if standing.reason is reason}


def quarter(day: date) -> tuple[int, int]:
    return day.year, (day.month - 1) // 3


# The demo plan


def test_the_demo_reads_without_a_warning() -> None:
    read = planfile.read((SEEDS / "northwind.yaml").read_bytes(), "northwind.yaml")
    assert read.warnings == ()
    assert (read.file.plan, read.file.title) == ("northwind", "Northwind Group")


def test_the_demo_is_as_large_as_a_real_scorecard() -> None:
    assert len(active(NodeKind.objective)) >= 18
    assert len(active(NodeKind.kpi)) >= 60
    assert len(active(NodeKind.key_result)) >= 10
    assert len(active(NodeKind.initiative)) >= 1
    assert len([link for link in demo().links if link.kind is LinkKind.drives]) >= 25


def test_the_demo_has_eight_quarters_of_values_for_most_of_its_kpis() -> None:
    seen: dict[str, set[tuple[int, int]]] = {}
    for observation in demo().observations:
        seen.setdefault(observation.node, set()).add(quarter(observation.date))
    assert sum(len(quarters) >= 8 for quarters in seen.values()) >= 40


def test_the_demo_has_no_value_from_a_day_after_its_story() -> None:
    assert max(observation.date for observation in demo().observations) <= STORY_DAY


def test_every_node_says_why_it_matters_and_who_answers_for_it() -> None:
    wanted = ("description", "owner", "unit", "perspective", "cycle", "level")
    assert lacking(demo().nodes, wanted) == []


def test_every_kpi_says_what_kind_of_measure_it_is() -> None:
    wanted = ("lead", "type", "cadence", "format", "source")
    assert lacking(active(NodeKind.kpi), wanted) == []


@pytest.mark.parametrize("perspective", [each.key for each in demo().perspectives])
def test_every_perspective_has_leading_and_lagging_kpis(perspective: str) -> None:
    kinds = Counter(node.lead for node in active(NodeKind.kpi) if node.perspective == perspective)
    assert kinds[Lead.leading] >= 3
    assert kinds[Lead.lagging] >= 3


def test_the_demo_shows_every_way_to_measure_a_company_needs() -> None:
    kinds = {node.measure.kind for node in demo().nodes if node.measure}
    assert kinds >= {"reach", "at_least", "at_most", "between", "milestone"}
    assert any(node.formula for node in active(NodeKind.kpi))
    assert any(node.policy for node in demo().nodes)
    assert any(node.bands for node in demo().nodes)
    assert demo().targets


def test_two_kpis_are_stale_on_purpose() -> None:
    assert with_reason(Reason.stale) == {"brand_awareness", "training_hours"}


def test_one_kpi_serves_no_objective_on_purpose() -> None:
    assert orphans(plan()) == ["website_visits"]


def test_one_kpi_that_should_count_has_no_target_yet() -> None:
    counting = {child for parts in plan().contributions.values() for child, _, _ in parts}
    assert with_reason(Reason.no_target) & counting == {"carbon_per_unit"}


def test_the_launch_and_the_new_rating_are_not_due_yet() -> None:
    assert with_reason(Reason.not_due) == {"breeze2_launch", "configurator_rating"}


@pytest.mark.parametrize(
    ("leaf", "top"),
    [
        ("customer_satisfaction", "loyal_customers"),
        ("service_attach_rate", "profitable_growth"),
        ("voluntary_turnover", "great_workplace"),
    ],
)
def test_a_leaf_counts_twice_under_one_objective_on_purpose(leaf: str, top: str) -> None:
    assert [path[-1] for path in lines_of_sight(plan(), leaf)].count(top) == 2


@pytest.mark.parametrize("key", ["first_time_help", "loyal_customers", "great_workplace"])
def test_a_mean_looks_fine_over_a_red_one_on_purpose(key: str) -> None:
    assert standings()[key].status is Status.on_track
    assert standings()[key].worst is Status.off_track


def test_a_person_judged_one_objective_otherwise_than_its_numbers() -> None:
    judged = standings()["faster_innovation"]
    assert (judged.computed, judged.status) == (Status.on_track, Status.at_risk)


def test_the_company_does_neither_too_well_nor_too_badly() -> None:
    leaves = [key for key in plan().nodes if plan().is_leaf(key) and plan().takes_part(key, STORY_DAY)]
    counts = Counter(standings()[key].status for key in leaves)
    share = {status: count / len(leaves) for status, count in counts.items()}
    assert 0.55 <= share[Status.on_track] <= 0.65
    assert 0.15 <= share[Status.at_risk] <= 0.25
    assert 0.10 <= share[Status.off_track] <= 0.20
    assert 0 < share[Status.no_data] <= 0.10


def test_the_four_perspectives_tell_four_stories() -> None:
    found = perspective_standings(plan(), standings(), STORY_DAY)
    stories = {key: (str(each.status), round(each.score or 0, 2)) for key, each in found.items()}
    assert stories == {
        "financial": ("at_risk", 0.88),
        "customer": ("on_track", 0.95),
        "process": ("at_risk", 0.85),
        "learning": ("on_track", 0.91),
    }


# The KPI library

FIELDS = {
    *("key", "department", "perspective", "title", "definition", "formula_words", "unit"),
    *("direction", "type", "lead", "cadence"),
}
OPTIONAL = {"formula", "operands", "typical_target"}

entry_by_entry = pytest.mark.parametrize("entry", library()["library"], ids=lambda entry: entry["key"])


def test_the_library_covers_nine_departments() -> None:
    counts = Counter(entry["department"] for entry in library()["library"])
    assert list(counts) == [department["key"] for department in library()["departments"]]
    assert len(counts) == 9
    assert min(counts.values()) >= 5
    assert counts.total() >= 60


def test_a_key_of_the_library_names_one_kpi() -> None:
    counts = Counter(entry["key"] for entry in library()["library"])
    assert [key for key, count in counts.items() if count > 1] == []


@entry_by_entry
def test_every_entry_says_all_that_is_needed_to_start(entry: dict[str, Any]) -> None:
    assert set(entry) - OPTIONAL == FIELDS
    assert all(entry[field] for field in FIELDS)
    assert entry["direction"] in ("increase", "decrease", "maintain")
    assert entry["perspective"] in ("financial", "customer", "process", "learning")


@entry_by_entry
def test_every_entry_becomes_a_kpi_of_a_plan(entry: dict[str, Any]) -> None:
    NodeFields(
        key=entry["key"],
        kind=NodeKind.kpi,
        title=entry["title"],
        description=entry["definition"],
        format=entry["unit"],
        type=MeasureType(entry["type"]),
        lead=Lead(entry["lead"]),
        cadence=Cadence(entry["cadence"]),
        formula=entry.get("formula"),
    )


@entry_by_entry
def test_every_formula_reads_exactly_the_operands_it_names(entry: dict[str, Any]) -> None:
    named = {operand["key"]: operand["title"] for operand in entry.get("operands", ())}
    assert set(parse(entry["formula"]).keys if "formula" in entry else ()) == set(named)
    assert all(named.values())
    assert all(Aggregate(operand.get("aggregate", "sum")) for operand in entry.get("operands", ()))


@entry_by_entry
def test_a_typical_target_points_the_way_the_kpi_should_go(entry: dict[str, Any]) -> None:
    typical = entry.get("typical_target")
    if typical is None:
        return
    assert typical["words"]
    if "measure" in typical:
        measure = TypeAdapter(Measure).validate_python(typical["measure"])
        towards = {"increase": "at_least", "decrease": "at_most", "maintain": "between"}
        assert measure.kind == towards[entry["direction"]]
