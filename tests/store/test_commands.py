"""What may be done to a plan, and what is refused with which sentence."""

from datetime import date

import pytest
from pydantic import ValidationError

from scorecard.domain.errors import Conflict, NotFound
from scorecard.domain.schema import (
    CycleFields,
    LinkFields,
    NodeFields,
    ObservationFields,
    PersonFields,
    PlanFields,
    TargetFields,
    UnitFields,
)
from scorecard.domain.vocabulary import LinkKind
from scorecard.graph.structure import Circle, Dangling, FormulaCircle, LinkedBothWays, TwiceThere, WrongValue
from scorecard.store import history, queries
from scorecard.store.checks import KeyFixed, StillUsed
from scorecard.store.commands.check_ins import drop_target, record, set_target, withdraw
from scorecard.store.commands.links import attach, detach, move, reweight
from scorecard.store.commands.nodes import add_node, archive_nodes, edit_node, restore_nodes
from scorecard.store.commands.parts import add_part, edit_part, remove_part
from scorecard.store.commands.plans import (
    PlanExists,
    archive_plan,
    copy_plan,
    create_plan,
    edit_plan,
    restore_plan,
)
from scorecard.store.locks import CycleClosed
from scorecard.store.unit_of_work import PlanArchived
from tests.store.drawn import ME, REACH, drawn, keep

DAY = date(2026, 3, 31)


def kpi(key, **fields):
    return NodeFields(key=key, kind="kpi", title=key.title(), **fields)


def seen(value, node="churn", **fields):
    return ObservationFields(node=node, date=DAY, value=value, **fields)


def children(db, parent):
    return queries.load_plan(db, "p").children(parent)


def archived(db):
    return {key for key, node in queries.load_plan(db, "p").nodes.items() if node.archived}


def test_a_node_is_added_below_its_parent_in_front_of_a_sibling(db):
    keep(db, "grow < win", "grow < churn")
    written = add_node(db, "p", kpi("price"), parent="grow", weight=2.0, before="churn", actor=ME)
    assert written.touched == {"price", "grow"}
    assert children(db, "grow") == ["win", "price", "churn"]
    assert queries.load_plan(db, "p").cascade.edges["price", "grow"]["weight"] == 2.0


@pytest.mark.parametrize(
    ("node", "fault"),
    [
        (kpi("churn"), TwiceThere),
        (kpi("new", owner="nobody"), Dangling),
        (kpi("new", unit="nowhere"), Dangling),
        (kpi("new", formula="churn / nothing"), Dangling),
        (kpi("new", formula="new + 1"), FormulaCircle),
    ],
)
def test_a_node_that_does_not_fit_is_refused_and_nothing_is_written(db, node, fault):
    keep(db, "grow < churn")
    with pytest.raises(fault):
        add_node(db, "p", node, parent="grow", actor=ME)
    assert queries.load_file(db, "p") == drawn("grow < churn")


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"title": ""}, ValidationError),
        ({"colour": "red"}, ValidationError),
        ({"measure": {"kind": "at_least", "target": 1.0, "floor": 2.0}}, ValidationError),
        ({"key": "loss"}, KeyFixed),
        ({"replaced_by": "nothing"}, Dangling),
        ({"measure": {"kind": "milestone", "due": "2026-12-31"}}, WrongValue),
    ],
)
def test_an_edit_that_does_not_fit_is_refused(db, changes, fault):
    keep(db, "grow < churn", observations=(seen(3),))
    with pytest.raises(fault):
        edit_node(db, "p", "churn", changes, version=1, actor=ME)
    assert queries.load_plan(db, "p").revision == 1


def test_two_formulas_that_would_read_each_other_are_refused(db):
    keep(db, "grow < churn", "grow < win")
    edit_node(db, "p", "win", {"formula": "churn * 2", "measure": None}, version=None, actor=ME)
    with pytest.raises(FormulaCircle):
        edit_node(db, "p", "churn", {"formula": "win + 1"}, version=None, actor=ME)


def test_archiving_takes_along_what_hangs_only_below(db):
    keep(db, "grow < win < price", "grow < churn", "other < churn")
    archive_nodes(db, "p", ["grow"], actor=ME)
    assert archived(db) == {"grow", "win", "price"}


def test_restoring_brings_back_what_was_archived_along(db):
    keep(db, "grow < win < price", "grow < churn")
    archive_nodes(db, "p", ["churn"], actor=ME)
    archive_nodes(db, "p", ["grow"], actor=ME)
    restore_nodes(db, "p", ["grow"], actor=ME)
    assert archived(db) == {"churn"}


@pytest.mark.parametrize(
    ("link", "fault"),
    [
        (LinkFields(child="grow", parent="churn"), Circle),
        (LinkFields(child="grow", parent="grow"), Circle),
        (LinkFields(child="churn", parent="grow"), LinkedBothWays),
        (LinkFields(child="win", parent="grow"), TwiceThere),
        (LinkFields(child="churn", parent="nothing"), NotFound),
        (LinkFields(child="nothing", parent="grow"), NotFound),
    ],
)
def test_a_link_that_does_not_fit_is_refused(db, link, fault):
    keep(db, "grow < win < churn")
    attach(db, "p", LinkFields(child="churn", parent="grow", kind=LinkKind.supports), actor=ME)
    with pytest.raises(fault):
        attach(db, "p", link, actor=ME)


def test_the_refusal_of_a_circle_names_its_path(db):
    keep(db, "a < b < c")
    with pytest.raises(Circle, match="c → b → a → c"):
        attach(db, "p", LinkFields(child="a", parent="c"), actor=ME)


def test_a_link_is_reweighted_turned_to_support_and_detached(db):
    keep(db, "grow < churn")
    reweight(db, "p", "churn", "grow", changes={"weight": 3.0, "critical": True}, version=1, actor=ME)
    assert queries.load_plan(db, "p").contributions["grow"][0] == ("churn", 3.0, True)
    reweight(db, "p", "churn", "grow", changes={"kind": "supports"}, actor=ME)
    assert queries.load_plan(db, "p").contributions["grow"] == ()
    detach(db, "p", "churn", "grow", kind=LinkKind.supports, actor=ME)
    assert children(db, "grow") == []


def test_a_guardrail_pair_is_found_from_either_end(db):
    keep(db, "grow < churn", "grow < win")
    attach(db, "p", LinkFields(child="churn", parent="win", kind=LinkKind.balances), actor=ME)
    with pytest.raises(TwiceThere):
        attach(db, "p", LinkFields(child="win", parent="churn", kind=LinkKind.balances), actor=ME)
    detach(db, "p", "win", "churn", kind=LinkKind.balances, actor=ME)
    assert not queries.load_plan(db, "p").balances.edges


@pytest.mark.parametrize(
    ("from_parent", "to_parent", "before", "grow", "save"),
    [
        ("grow", "save", None, ["b", "c"], ["d", "a"]),
        ("grow", "save", "d", ["b", "c"], ["a", "d"]),
        ("grow", "grow", None, ["b", "c", "a"], ["d"]),
        ("grow", "grow", "c", ["b", "a", "c"], ["d"]),
        ("grow", None, None, ["b", "c"], ["d"]),
        (None, "save", None, ["a", "b", "c"], ["d", "a"]),
    ],
)
def test_a_node_moves_between_parents_and_among_siblings(db, from_parent, to_parent, before, grow, save):
    keep(db, "grow < a", "grow < b", "grow < c", "save < d")
    move(db, "p", "a", from_parent=from_parent, to_parent=to_parent, before=before, actor=ME)
    assert (children(db, "grow"), children(db, "save")) == (grow, save)


def test_moving_to_the_same_place_again_and_again_keeps_the_order(sqlite):
    keep(sqlite, "grow < a", "grow < b", "grow < c")
    for turn in range(120):
        mover = "ab"[turn % 2]
        move(sqlite, "p", mover, from_parent="grow", to_parent="grow", before="c", actor=ME)
        assert children(sqlite, "grow") == [*("ba" if mover == "a" else "ab"), "c"]


def test_a_move_keeps_the_weight(db):
    keep(db, "grow < churn[3]", "save < win")
    move(db, "p", "churn", from_parent="grow", to_parent="save", actor=ME)
    assert queries.load_plan(db, "p").cascade.edges["churn", "save"]["weight"] == 3.0


def test_a_check_in_is_corrected_and_withdrawn_and_nothing_is_lost(db):
    keep(db, "grow < churn")
    record(db, "p", seen(3, note="first"), actor=ME)
    record(db, "p", seen(4), actor="kim")
    assert queries.load_plan(db, "p").observations["churn"] == ((DAY, 4.0),)
    withdraw(db, "p", "churn", DAY, actor=ME)
    assert "churn" not in queries.load_plan(db, "p").observations
    said = [
        (row.value, row.note, row.recorded_by, row.current) for row in history.check_ins(db, "p", "churn")
    ]
    assert said == [(None, None, ME, True), (4.0, None, "kim", False), (3.0, "first", ME, False)]
    with pytest.raises(NotFound):
        withdraw(db, "p", "churn", DAY, actor=ME)


def test_a_check_in_asks_nothing_of_what_its_node_and_person_refer_to(db):
    unit, person = UnitFields(key="ops", title="Ops"), PersonFields(key="kim", name="Kim", unit="ops")
    roles = ({"role": "department_head", "unit": "ops"},)
    person = PersonFields.model_validate({**dict(person), "roles": roles})
    keep(db, "grow < churn", units=(unit,), people=(person,))
    actions = ({"title": "Call them", "owner": "kim", "due": DAY},)
    edit_node(db, "p", "churn", {"actions": actions, "owner": "kim", "unit": "ops"}, version=None, actor=ME)
    record(db, "p", seen(3, by="kim"), actor=ME)
    edit_node(db, "p", "churn", {"measure": {**REACH, "target": 12.0}}, version=None, actor=ME)
    with pytest.raises(Dangling):
        record(db, "p", seen(4, by="nobody"), actor=ME)


def test_the_same_check_in_twice_is_one(db):
    keep(db, "grow < churn")
    assert record(db, "p", seen(3), actor=ME).revision == record(db, "p", seen(3), actor=ME).revision


def test_labels_keep_several_values_a_day(db):
    keep(db, "grow < churn")
    for value, label in ((1, "EU"), (2, "US"), (3, "Total")):
        record(db, "p", seen(value, label=label), actor=ME)
    assert [row.label for row in queries.load_file(db, "p").observations] == ["EU", "US", "Total"]
    assert queries.load_plan(db, "p").observations["churn"] == ((DAY, 3.0),)


@pytest.mark.parametrize(
    ("measure", "value"),
    [
        (REACH, "target"),
        ({"kind": "zones", "commit": "a", "target": "b", "stretch": "c"}, 3.0),
        ({"kind": "milestone", "due": "2026-12-31"}, 1.5),
    ],
)
def test_a_value_that_the_measure_cannot_read_is_refused(db, measure, value):
    keep(db, "grow < churn")
    edit_node(db, "p", "churn", {"measure": measure}, version=None, actor=ME)
    with pytest.raises(WrongValue):
        record(db, "p", seen(value), actor=ME)


def test_a_zone_is_recorded_as_its_word(db):
    keep(db, "grow < churn")
    zones = {"kind": "zones", "commit": "a", "target": "b", "stretch": "c"}
    edit_node(db, "p", "churn", {"measure": zones}, version=None, actor=ME)
    record(db, "p", seen("commit"), actor=ME)
    assert queries.load_plan(db, "p").observations["churn"] == ((DAY, "commit"),)


def test_a_periods_target_is_set_changed_and_dropped(db):
    keep(db, "grow < churn")
    for value in (5.0, 6.0):
        set_target(db, "p", TargetFields(node="churn", date=DAY, value=value), actor=ME)
        assert queries.load_plan(db, "p").targets["churn"] == ((DAY, value),)
    drop_target(db, "p", "churn", DAY, actor=ME)
    assert "churn" not in queries.load_plan(db, "p").targets
    with pytest.raises(NotFound):
        set_target(db, "p", TargetFields(node="nothing", date=DAY, value=1.0), actor=ME)


def test_parts_are_added_edited_and_removed(db):
    keep(db, "grow < churn")
    add_part(db, "p", UnitFields(key="ops", title="Ops"), actor=ME)
    add_part(db, "p", PersonFields(key="kim", name="Kim", unit="ops"), actor=ME)
    edit_part(db, "p", "person", "kim", {"name": "Kim Ito"}, version=3, actor=ME)
    assert queries.load_plan(db, "p").people["kim"].name == "Kim Ito"
    with pytest.raises(StillUsed, match="kim"):
        remove_part(db, "p", "unit", "ops", actor=ME)
    remove_part(db, "p", "person", "kim", actor=ME)
    remove_part(db, "p", "unit", "ops", actor=ME)
    assert not queries.load_plan(db, "p").units


def test_units_cannot_stand_in_a_circle(db):
    keep(
        db, "grow < churn", units=(UnitFields(key="a", title="A"), UnitFields(key="b", title="B", parent="a"))
    )
    with pytest.raises(Circle):
        edit_part(db, "p", "unit", "a", {"parent": "b"}, version=1, actor=ME)


CLOSED = CycleFields(key="fy", title="FY", start=date(2026, 1, 1), end=date(2026, 12, 31), state="closed")
IN_CLOSED = [
    lambda db: record(db, "p", seen(3), actor=ME),
    lambda db: set_target(db, "p", TargetFields(node="churn", date=DAY, value=1.0), actor=ME),
    lambda db: edit_node(db, "p", "churn", {"title": "T"}, version=None, actor=ME),
    lambda db: edit_node(db, "p", "win", {"cycle": "fy"}, version=None, actor=ME),
    lambda db: archive_nodes(db, "p", ["churn"], actor=ME),
    lambda db: attach(db, "p", LinkFields(child="win", parent="churn"), actor=ME),
    lambda db: add_node(db, "p", kpi("late", cycle="fy"), actor=ME),
]


@pytest.mark.parametrize("command", IN_CLOSED)
def test_a_closed_cycle_locks_what_it_holds(db, command):
    file = drawn("grow < churn", "grow < win", cycles=(CLOSED,))
    nodes = tuple(n.model_copy(update={"cycle": "fy"}) if n.key == "churn" else n for n in file.nodes)
    create_plan(db, file.model_copy(update={"nodes": nodes}), actor=ME)
    with pytest.raises(CycleClosed):
        command(db)
    assert queries.load_plan(db, "p").revision == 1


def test_plans_are_created_copied_and_edited(db):
    keep(db, "grow < churn", observations=(seen(3, note="n"),))
    copy_plan(db, "p", "q", title="Next year", actor=ME)
    assert queries.load_file(db, "q") == queries.load_file(db, "p").model_copy(
        update={"plan": "q", "title": "Next year"}
    )
    edit_plan(db, "q", {"mission": "To serve."}, version=1, actor=ME)
    assert queries.load_plan(db, "q").fields.mission == "To serve."
    with pytest.raises(PlanExists):
        create_plan(db, PlanFields(plan="p"), actor=ME)
    with pytest.raises(KeyFixed):
        edit_plan(db, "q", {"plan": "r"}, version=None, actor=ME)
    with pytest.raises(Conflict):
        edit_plan(db, "q", {"title": "Old"}, version=1, actor=ME)


def test_an_archived_plan_is_read_only_and_off_the_list(db):
    keep(db, "grow < churn")
    archive_plan(db, "p", actor=ME)
    assert queries.list_plans(db) == []
    with pytest.raises(PlanArchived):
        record(db, "p", seen(3), actor=ME)
    restore_plan(db, "p", actor=ME)
    assert queries.list_plans(db) == [("p", "P", 2, 3, False, None)]
