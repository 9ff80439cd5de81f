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
    PersonFields,
    PlanFile,
    TargetFields,
    UnitFields,
)
from scorecard.graph.diff import SECTIONS, Change, Unfit, counts, diff, merge
from tests.plans import plans

DAY = date(2026, 3, 31)
LINK = LinkFields(child="churn", parent="grow")
REACH = {"kind": "reach", "baseline": 0.0, "target": 10.0}


def node(key, **fields):
    return NodeFields(**{"key": key, "kind": "kpi", "title": key.title(), **fields})


def plan(*nodes, **sections):
    return PlanFile(plan="p", title="P", **{"nodes": nodes, **sections})


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
            [Change("retargeted", "node", "churn", "measure.target", 10.0, 12.0)],
        ),
        (
            plan(node("grow", archived=True), node("churn", measure=REACH), links=(LINK,)),
            [Change("archived", "node", "grow", "archived", False, True)],
        ),
        (
            plan(*BEFORE.nodes, links=(LINK.model_copy(update={"weight": 2.0, "critical": True}),)),
            [
                Change("reweighted", "link", "churn>grow", "weight", 1.0, 2.0),
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


KIM, LEE = (PersonFields(key=key, name=key.title()) for key in ("kim", "lee"))
OPS, HUB = UnitFields(key="ops", title="Ops"), UnitFields(key="hub", title="Hub")
SEEN, TARGET = (
    ObservationFields(node="churn", date=DAY, value=1),
    TargetFields(node="churn", date=DAY, value=1),
)


@pytest.mark.parametrize(
    ("section", "before", "after", "change"),
    [
        ("nodes", node("churn"), node("churn", title="Loss"), ("renamed", "node", "churn", "title")),
        (
            "nodes",
            node("churn", owner="kim"),
            node("churn", owner="lee"),
            ("reowned", "node", "churn", "owner"),
        ),
        ("nodes", node("churn"), node("churn", tier=1), ("changed", "node", "churn", "tier")),
        ("nodes", node("churn", archived=True), node("churn"), ("restored", "node", "churn", "archived")),
        ("people", KIM, KIM.model_copy(update={"name": "Kim Lee"}), ("renamed", "person", "kim", "name")),
        ("units", OPS, OPS.model_copy(update={"parent": "hub"}), ("moved", "unit", "ops", "parent")),
        (
            "observations",
            SEEN,
            SEEN.model_copy(update={"value": 2.0}),
            ("revalued", "observation", "churn@2026-03-31", "value"),
        ),
        (
            "targets",
            TARGET,
            TARGET.model_copy(update={"value": 2.0}),
            ("retargeted", "target", "churn@2026-03-31", "value"),
        ),
    ],
)
def test_what_people_have_a_word_for_is_called_by_it(section, before, after, change):
    first, second = (plan(**{"nodes": (), section: (each,)}) for each in (before, after))
    assert [found[:4] for found in diff(first, second)] == [change]


def linked(*links):
    return plan(
        *map(node, ("grow", "save", "win", "churn")), links=tuple(LinkFields(**each) for each in links)
    )


def test_a_node_that_left_one_parent_for_another_moved():
    old = linked({"child": "churn", "parent": "grow", "weight": 2.0})
    new = linked({"child": "churn", "parent": "save", "weight": 3.0, "kind": "supports"})
    assert diff(old, new) == [
        Change("moved", "node", "churn", "parent", "grow", "save"),
        Change("changed", "link", "churn>save", "kind", "contributes", "supports"),
        Change("reweighted", "link", "churn>save", "weight", 2.0, 3.0),
    ]


def test_of_several_parents_only_those_that_were_left_are_moved_from():
    old = linked({"child": "churn", "parent": "grow"}, {"child": "churn", "parent": "win"})
    new = linked({"child": "churn", "parent": "win"}, {"child": "churn", "parent": "save"})
    assert [change[:4] for change in diff(old, new)] == [("moved", "node", "churn", "parent")]
    more = linked(
        {"child": "churn", "parent": "win"}, {"child": "churn", "parent": "save"}, LINK.model_dump()
    )
    assert [change[:3] for change in diff(new, more)] == [("added", "link", "churn>grow")]


def test_arrows_come_and_go_since_they_have_no_parent_to_leave():
    old = linked({"child": "churn", "parent": "grow", "kind": "drives"})
    new = linked({"child": "churn", "parent": "save", "kind": "drives"})
    assert [change.change for change in diff(old, new)] == ["added", "removed"]


@settings(max_examples=25, deadline=None)
@given(file=plans(), chance=st.randoms(use_true_random=False))
def test_order_alone_is_no_difference(file, chance):
    shuffled = {name: chance.sample(getattr(file, name), len(getattr(file, name))) for name in SECTIONS}
    assert diff(file, file.model_copy(update=shuffled)) == []


@settings(max_examples=25, deadline=None)
@given(first=plans(), second=plans())
def test_a_difference_is_told_from_both_ends_alike(first, second):
    there = {(each.kind, each.key, each.field) for each in diff(first, second) if each.field != "parent"}
    back = {(each.kind, each.key, each.field) for each in diff(second, first) if each.field != "parent"}
    apart = {kind for kind, *_ in there ^ back}
    assert apart <= {"link"}


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
