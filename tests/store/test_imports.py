"""An import is an upsert by key, all or nothing; what it did can be seen before and taken back after."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scorecard.domain.errors import Conflict, Fault
from scorecard.domain.schema import LinkFields, ObservationFields
from scorecard.domain.vocabulary import CycleState
from scorecard.graph.structure import Circle
from scorecard.store import history, queries
from scorecard.store.commands.imports import apply_import, preview_import
from scorecard.store.commands.nodes import archive_nodes, edit_node
from scorecard.store.commands.undo import undo
from scorecard.store.database import Database
from tests.plans import plans
from tests.store.drawn import ME, drawn, keep

DAY = date(2026, 3, 31)


def test_a_preview_tells_what_the_import_does_and_writes_nothing(db):
    keep(db, "grow < churn", "grow < win")
    file = drawn("grow < churn", "grow < price")
    preview = preview_import(db, file)
    assert len(history.changes(db, "p")) == 1
    assert (preview.new, preview.revision) == (False, 1)
    assert {name: preview.counts[name] for name in ("added", "changed", "archived", "unchanged")} == {
        "added": 1,
        "changed": 0,
        "archived": 1,
        "unchanged": 2,
    }
    imported = apply_import(db, file, expected_revision=preview.revision, actor=ME)
    assert imported.counts == preview.counts
    assert queries.load_plan(db, "p").nodes["win"].archived


def test_an_import_into_a_plan_that_moved_since_the_preview_is_a_conflict(db):
    keep(db, "grow < churn")
    edit_node(db, "p", "churn", {"title": "T"}, version=None, actor=ME)
    for expected in (0, 1):
        with pytest.raises(Conflict):
            apply_import(db, drawn("grow < churn"), expected_revision=expected, actor=ME)
    with pytest.raises(Conflict):
        apply_import(db, drawn("grow < churn"), plan="q", expected_revision=2, actor=ME)


def test_a_plan_that_is_not_there_is_created(db):
    preview = preview_import(db, drawn("grow < churn"), plan="q")
    assert (preview.plan, preview.new, preview.revision, preview.counts["added"]) == ("q", True, 0, 2)
    imported = apply_import(db, drawn("grow < churn"), plan="q", expected_revision=0, actor=ME)
    assert imported.counts == preview.counts
    assert queries.load_file(db, "q").nodes == drawn("grow < churn").nodes


def test_a_partial_import_leaves_what_the_file_does_not_name(db):
    seen = ObservationFields(node="churn", date=DAY, value=1)
    keep(db, "grow < churn", "grow < win", observations=(seen,))
    apply_import(db, drawn("save < cost"), partial=True, actor=ME)
    plan = queries.load_plan(db, "p")
    assert set(plan.nodes) == {"grow", "churn", "win", "save", "cost"}
    assert not any(node.archived for node in plan.nodes.values())
    assert plan.observations["churn"] == ((DAY, 1.0),)


def test_an_import_that_closes_a_circle_with_what_stays_is_refused_whole(db):
    keep(db, "a < b < c")
    file = drawn("c", "a").model_copy(update={"links": (LinkFields(child="a", parent="c"),)})
    before = queries.load_file(db, "p")
    with pytest.raises(Circle):
        apply_import(db, file, partial=True, actor=ME)
    assert queries.load_file(db, "p") == before


def test_a_node_that_comes_back_in_a_file_comes_back_in_the_plan(db):
    keep(db, "grow < churn")
    archive_nodes(db, "p", ["churn"], actor=ME)
    assert apply_import(db, drawn("grow < churn"), actor=ME).counts["changed"] == 1
    assert not queries.load_plan(db, "p").nodes["churn"].archived


def opened(file):
    """Return the plan with every cycle open: what a closed one holds is not taken back."""
    cycles = tuple(cycle.model_copy(update={"state": CycleState.open}) for cycle in file.cycles)
    return file.model_copy(update={"cycles": cycles})


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=plans(), second=plans(), partial=st.booleans())
def test_an_import_is_done_once_keeps_every_check_in_and_can_be_taken_back(
    tmp_path_factory, empty_file, first, second, partial
):
    path = tmp_path_factory.mktemp("import") / "x.db"
    path.write_bytes(empty_file.read_bytes())
    db = Database(f"sqlite:///{path}")
    apply_import(db, opened(first), actor=ME)
    assert apply_import(db, opened(first), actor=ME).written.revision == 1
    _second_import(db, opened(first), opened(second), partial)
    assert queries.fsck(db) == []
    db.close()


def _second_import(db, first, second, partial):
    """Import a second plan over the first, which may be refused as a whole."""
    before = queries.load_file(db, "sample")
    try:
        done = apply_import(db, second, plan="sample", partial=partial, actor=ME).written
    except Fault:
        done = None
    if done is None:
        assert queries.load_file(db, "sample") == before
        return
    after = queries.load_file(db, "sample")
    said = {(row.node, row.date, row.label) for row in after.observations}
    assert {(row.node, row.date, row.label) for row in before.observations} <= said
    again = apply_import(db, after, actor=ME)
    assert again.written.revision == done.revision
    assert not sum(again.counts[name] for name in ("added", "changed", "archived"))
    if done.revision > 1:
        undo(db, "sample", done.revision, actor=ME, reason="A mistake.")
        assert queries.load_file(db, "sample") == before
