"""What differs between two plans, and what a plan becomes by an import."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scorecard.domain.schema import (
    CycleFields,
    LinkFields,
    NodeFields,
    ObservationFields,
    PlanFile,
    TargetFields,
    UnitFields,
)
from scorecard.graph.diff import Change, Unfit, counts, diff, merge
from tests.plans import plans

DAY = date(2026, 3, 31)
LINK = LinkFields(child="churn", parent="grow")
REACH = {"kind": "reach", "baseline": 0.0, "target": 10.0}


def node(key, **fields):
    return NodeFields(**{"key": key, "kind": "kpi", "title": key.title(), **fields})


def plan(*nodes, **sections):
    return PlanFile(plan="p", title="P", nodes=nodes, **sections)


BEFORE = plan(node("grow"), node("churn", measure=REACH), links=(LINK,))


@pytest.mark.parametrize(
    ("after", "changes"),
    [
        (BEFORE, []),
        (
            BEFORE.model_copy(update={"mission": "Serve."}),
            [Change("changed", "plan", "p", "mission", None, "Serve.")],
        ),
        (
            plan(node("grow"), node("churn", measure={**REACH, "target": 12.0}), links=(LINK,)),
            [Change("changed", "node", "churn", "measure.target", 10.0, 12.0)],
        ),
        (
            plan(node("grow", archived=True), node("churn", measure=REACH), links=(LINK,)),
            [Change("archived", "node", "grow", "archived", False, True)],
        ),
        (
            plan(*BEFORE.nodes, links=(LINK.model_copy(update={"weight": 2.0, "critical": True}),)),
            [
                Change("changed", "link", "churn>grow", "weight", 1.0, 2.0),
                Change("changed", "link", "churn>grow", "critical", False, True),
            ],
        ),
        (
            plan(*reversed(BEFORE.nodes), links=(LINK,)),
            [],
        ),
    ],
)
def test_a_difference_is_told_field_by_field(after, changes):
    assert diff(BEFORE, after) == changes


def test_what_came_and_went_is_told_whole():
    seen = ObservationFields(node="churn", date=DAY, value=1, label="EU")
    drives = LinkFields(child="churn", parent="grow", kind="drives")
    found = diff(BEFORE, plan(*BEFORE.nodes, links=(drives,), observations=(seen,)))
    assert [(change.change, change.kind, change.key) for change in found] == [
        ("added", "link", "churn>grow:drives"),
        ("removed", "link", "churn>grow"),
        ("added", "observation", "churn@2026-03-31:EU"),
    ]
    assert found[2].as_json() == {
        "change": "added",
        "kind": "observation",
        "key": "churn@2026-03-31:EU",
        "field": None,
        "from": None,
        "to": {"node": "churn", "date": "2026-03-31", "value": 1.0, "label": "EU"},
    }


def test_a_guardrail_pair_told_from_its_other_end_is_the_same():
    pair = [LinkFields(child=a, parent=b, kind="balances") for a, b in (("grow", "churn"), ("churn", "grow"))]
    first, second = (plan(*BEFORE.nodes, links=(link,)) for link in pair)
    assert diff(first, second) == []
    assert merge(first, second) == first


def test_a_whole_file_archives_nodes_and_keeps_their_links_and_targets():
    target = TargetFields(node="churn", date=DAY, value=5.0)
    current = BEFORE.model_copy(update={"targets": (target,)})
    merged = merge(current, plan(node("grow")))
    assert [(each.key, each.archived) for each in merged.nodes] == [("grow", False), ("churn", True)]
    assert (merged.links, merged.targets) == ((LINK,), (target,))


def test_links_and_targets_between_the_files_own_nodes_follow_the_file():
    current = BEFORE.model_copy(update={"targets": (TargetFields(node="churn", date=DAY, value=5.0),)})
    merged = merge(current, plan(*BEFORE.nodes))
    assert (merged.links, merged.targets) == ((), ())


def test_units_people_and_cycles_are_never_taken_away():
    current = plan(node("grow"), units=(UnitFields(key="ops", title="Ops"),))
    assert merge(current, plan(node("grow"))).units == current.units


def test_what_a_closed_cycle_holds_is_not_archived():
    closed = CycleFields(key="fy", title="FY", start=DAY, end=DAY, state="closed")
    current = plan(node("grow"), node("old", cycle="fy"), cycles=(closed,))
    assert merge(current, plan(node("grow"))).nodes == current.nodes


def test_a_partial_file_changes_only_the_fields_it_names():
    current = plan(node("churn", measure=REACH, owner=None, tags=("a",)), mission="Serve.")
    merged = merge(current, plan(node("churn", title="Loss")), partial=True)
    assert merged.nodes[0] == node("churn", title="Loss", measure=REACH, tags=("a",))
    assert merged.mission == "Serve."


def test_a_partial_file_that_makes_nonsense_with_what_is_there_is_refused():
    judged = {"status": "at_risk", "reason": "r", "by": "dana", "until": DAY}
    current = plan(node("churn", policy="judged", judged=judged))
    with pytest.raises(Unfit, match="churn"):
        merge(current, plan(node("churn", judged=None)), partial=True)


def test_a_partial_file_without_a_title_keeps_the_plans():
    current = plan(node("churn"))
    merged = merge(current, PlanFile(plan="p", nodes=()), partial=True)
    assert merged == current


@settings(max_examples=25, deadline=None)
@given(file=plans())
def test_a_plan_imported_into_itself_changes_nothing(file):
    for partial in (False, True):
        merged = merge(file, file, partial)
        assert merged == file
        number = counts(file, merged, file)
        assert (number["added"], number["changed"], number["archived"]) == (0, 0, 0)
        assert number["unchanged"] == len(file.nodes)


@settings(max_examples=25, deadline=None)
@given(first=plans(), second=plans(), partial=st.booleans())
def test_a_second_import_of_the_same_file_changes_nothing(first, second, partial):
    once = merge(first, second, partial)
    assert diff(once, merge(once, second, partial)) == []


@settings(max_examples=25, deadline=None)
@given(first=plans(), second=plans())
def test_an_import_never_takes_a_check_in_away(first, second):
    kept = {(row.node, row.date, row.label) for row in merge(first, second).observations}
    assert {(row.node, row.date, row.label) for row in first.observations} <= kept
