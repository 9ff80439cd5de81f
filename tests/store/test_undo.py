"""Every change can be taken back, and an undo too; what later changes rest on cannot."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scorecard.domain.errors import Fault, NotFound
from scorecard.domain.schema import (
    CycleFields,
    LinkFields,
    NodeFields,
    ObservationFields,
    PersonFields,
    TargetFields,
)
from scorecard.domain.vocabulary import CycleState, LinkKind
from scorecard.store import history, queries
from scorecard.store.commands.check_ins import drop_target, record, set_target, withdraw
from scorecard.store.commands.cycles import move_cycle
from scorecard.store.commands.imports import apply_import
from scorecard.store.commands.links import attach, detach, move, reweight
from scorecard.store.commands.nodes import add_node, archive_nodes, edit_node, restore_nodes
from scorecard.store.commands.parts import add_part, edit_part, remove_part
from scorecard.store.commands.plans import archive_plan, edit_plan, restore_plan
from scorecard.store.commands.undo import BeginningStays, ChangedSince, UndoneAlready, undo
from scorecard.store.database import Database
from scorecard.store.unit_of_work import PlanArchived
from scorecard.store.upgrade import upgrade
from tests.store.drawn import ME, drawn, keep
from tests.store.test_queries import shape

DAY = date(2026, 3, 31)
LINES = ("grow < win < price", "grow < churn", "save < cost")


def seen(value, node="churn", **fields):
    return ObservationFields(node=node, date=DAY, value=value, **fields)


def test_an_undo_gives_the_former_values_and_redo_the_later_ones(db):
    keep(db, *LINES)
    edit_node(db, "p", "churn", {"title": "Loss"}, version=1, actor=ME)
    undo(db, "p", 2, actor=ME)
    assert queries.load_file(db, "p") == drawn(*LINES)
    undo(db, "p", 3, actor=ME)
    assert queries.load_plan(db, "p").nodes["churn"].title == "Loss"
    assert [(e.undoes, e.undone_by) for e in history.changes(db, "p")[:3]] == [
        (3, None),
        (2, 4),
        (None, None),
    ]


def test_a_change_is_taken_back_once(db):
    keep(db, *LINES)
    edit_node(db, "p", "churn", {"title": "Loss"}, version=1, actor=ME)
    undo(db, "p", 2, actor=ME)
    with pytest.raises(UndoneAlready, match="change 3"):
        undo(db, "p", 2, actor=ME)


def test_the_beginning_of_a_plan_stays(db):
    keep(db, *LINES)
    with pytest.raises(BeginningStays):
        undo(db, "p", 1, actor=ME)
    with pytest.raises(NotFound):
        undo(db, "p", 2, actor=ME)


@pytest.mark.parametrize(
    "later",
    [
        lambda db: edit_node(db, "p", "new", {"title": "T"}, version=None, actor=ME),
        lambda db: attach(db, "p", LinkFields(child="price", parent="new"), actor=ME),
        lambda db: record(db, "p", seen(1, "new"), actor=ME),
        lambda db: set_target(db, "p", TargetFields(node="new", date=DAY, value=1.0), actor=ME),
        lambda db: edit_node(
            db, "p", "cost", {"formula": "new * 2", "measure": None}, version=None, actor=ME
        ),
        lambda db: edit_node(db, "p", "cost", {"replaced_by": "new"}, version=None, actor=ME),
    ],
)
def test_an_undo_on_which_a_later_change_rests_names_it_and_changes_nothing(db, later):
    keep(db, *LINES)
    node = NodeFields(key="new", kind="objective", title="New")
    add_node(db, "p", node, parent="grow", actor=ME)
    later(db)
    before = queries.load_file(db, "p")
    with pytest.raises(ChangedSince, match=r"Change 2 cannot .* change 3"):
        undo(db, "p", 2, actor=ME)
    assert queries.load_file(db, "p") == before


def test_different_fields_of_one_node_are_taken_back_apart(db):
    keep(db, *LINES)
    edit_node(db, "p", "churn", {"title": "Loss"}, version=None, actor=ME)
    edit_node(db, "p", "churn", {"tags": ["a"]}, version=None, actor=ME)
    undo(db, "p", 2, actor=ME)
    node = queries.load_plan(db, "p").nodes["churn"]
    assert (node.title, node.tags) == ("Churn", ("a",))


def test_an_undo_that_would_close_a_circle_is_refused(db):
    keep(db, "a < b", "c")
    detach(db, "p", "b", "a", actor=ME)
    attach(db, "p", LinkFields(child="a", parent="b"), actor=ME)
    with pytest.raises(ChangedSince, match="change 3"):
        undo(db, "p", 2, actor=ME)


def test_an_archived_plan_can_only_be_brought_back(db):
    keep(db, *LINES)
    edit_node(db, "p", "churn", {"title": "Loss"}, version=None, actor=ME)
    archive_plan(db, "p", actor=ME)
    with pytest.raises(PlanArchived):
        undo(db, "p", 2, actor=ME)
    undo(db, "p", 3, actor=ME)
    assert [line.key for line in queries.list_plans(db)] == ["p"]


KEYS = st.sampled_from(["grow", "win", "price", "churn", "save", "cost", "n0", "n1", "n2"])
VALUES = st.integers(0, 3).map(float)
KINDS = st.sampled_from(LinkKind)
PARENTS = KEYS | st.none()
LABELS = st.sampled_from([None, "EU"])


def _command(name, **arguments):
    return st.tuples(st.just(name), st.fixed_dictionaries(arguments))


COMMANDS = st.one_of(
    _command(
        lambda db, key, parent: add_node(
            db, "p", NodeFields(key=key, kind="objective", title=key), parent=parent, actor=ME
        ),
        key=KEYS,
        parent=PARENTS,
    ),
    _command(
        lambda db, key, change: edit_node(db, "p", key, change, version=None, actor=ME),
        key=KEYS,
        change=st.sampled_from(
            [{"title": "T"}, {"tags": ["x"]}, {"owner": "kim"}, {"formula": "churn + 1"}, {"measure": None}]
        ),
    ),
    _command(lambda db, key: archive_nodes(db, "p", [key], actor=ME), key=KEYS),
    _command(lambda db, key: restore_nodes(db, "p", [key], actor=ME), key=KEYS),
    _command(
        lambda db, child, parent, kind: attach(
            db, "p", LinkFields(child=child, parent=parent, kind=kind), actor=ME
        ),
        child=KEYS,
        parent=KEYS,
        kind=KINDS,
    ),
    _command(
        lambda db, child, parent, kind: detach(db, "p", child, parent, kind=kind, actor=ME),
        child=KEYS,
        parent=KEYS,
        kind=KINDS,
    ),
    _command(
        lambda db, child, parent: reweight(db, "p", child, parent, changes={"weight": 2.0}, actor=ME),
        child=KEYS,
        parent=KEYS,
    ),
    _command(
        lambda db, key, old, new, before: move(
            db, "p", key, from_parent=old, to_parent=new, before=before, actor=ME
        ),
        key=KEYS,
        old=PARENTS,
        new=PARENTS,
        before=PARENTS,
    ),
    _command(
        lambda db, key, value, label: record(db, "p", seen(value, key, label=label), actor=ME),
        key=KEYS,
        value=VALUES,
        label=LABELS,
    ),
    _command(lambda db, key, label: withdraw(db, "p", key, DAY, label, actor=ME), key=KEYS, label=LABELS),
    _command(
        lambda db, key, value: set_target(db, "p", TargetFields(node=key, date=DAY, value=value), actor=ME),
        key=KEYS,
        value=VALUES,
    ),
    _command(lambda db, key: drop_target(db, "p", key, DAY, actor=ME), key=KEYS),
    _command(lambda db: add_part(db, "p", PersonFields(key="kim", name="Kim"), actor=ME)),
    _command(lambda db: edit_part(db, "p", "person", "kim", {"name": "K"}, version=None, actor=ME)),
    _command(lambda db: remove_part(db, "p", "person", "kim", actor=ME)),
    _command(lambda db: edit_plan(db, "p", {"mission": "M"}, version=None, actor=ME)),
    _command(lambda db: archive_plan(db, "p", actor=ME)),
    _command(lambda db: restore_plan(db, "p", actor=ME)),
    _command(
        lambda db, partial: apply_import(
            db, drawn("n1 < n2", "save < churn", observations=(seen(2),)), partial=partial, actor=ME
        ),
        partial=st.booleans(),
    ),
    _command(lambda db, revision: undo(db, "p", revision, actor=ME), revision=st.integers(2, 9)),
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(COMMANDS, max_size=8))
def test_undoing_everything_in_reverse_gives_the_first_plan(tmp_path_factory, steps):
    db = Database(f"sqlite:///{tmp_path_factory.mktemp('law') / 'law.db'}")
    upgrade(db)
    keep(db, *LINES)
    for command, arguments in steps:
        try:
            command(db, **arguments)
        except Fault:
            continue
        anew = Database(db.engine.url.render_as_string())
        assert shape(queries.load_plan(db, "p")) == shape(queries.load_plan(anew, "p"))
        assert queries.fsck(db) == []
        anew.close()
    for revision in range(queries.load_plan(db, "p").revision, 1, -1):
        undone = history.changes(db, "p", before=revision + 1, limit=1)[0].undone_by
        if undone is None:
            undo(db, "p", revision, actor=ME)
    assert queries.load_file(db, "p") == drawn(*LINES)
    db.close()


def test_an_undone_import_gives_back_every_check_in_it_changed(db):
    keep(db, *LINES, observations=(seen(1), seen(5, label="EU")))
    file = drawn(*LINES, observations=(seen(2), seen(7, "cost")))
    apply_import(db, file, actor=ME)
    assert len(queries.load_file(db, "p").observations) == 3
    undo(db, "p", 2, actor=ME)
    assert queries.load_file(db, "p") == drawn(*LINES, observations=(seen(1), seen(5, label="EU")))


def test_undoing_the_close_of_a_cycle_needs_a_reason_too(db):
    cycle = CycleFields(key="fy", title="FY", start=date(2026, 1, 1), end=date(2026, 12, 31))
    keep(db, *LINES, cycles=(cycle,))
    move_cycle(db, "p", "fy", CycleState.closed, version=1, actor=ME, today=date(2027, 1, 5))
    with pytest.raises(Fault, match="reason"):
        undo(db, "p", 2, actor=ME)
    undo(db, "p", 2, actor=ME, reason="Too early.")
    assert queries.load_plan(db, "p").cycles["fy"].state == "open"
