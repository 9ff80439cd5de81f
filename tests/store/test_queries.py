"""A whole plan comes back as it was given, in a constant number of SELECTs."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import event, insert, text

from scorecard.domain.errors import NotFound
from scorecard.domain.schema import ObservationFields
from scorecard.graph.plan import build
from scorecard.store import history, queries
from scorecard.store.commands.check_ins import record
from scorecard.store.commands.nodes import edit_node
from scorecard.store.commands.plans import create_plan
from scorecard.store.database import Database
from scorecard.store.rows import OBSERVATIONS
from scorecard.store.unit_of_work import rebuild
from tests.plans import grown_plan, plans
from tests.store.drawn import ME, keep


def shape(plan):
    """Return all that makes up a plan in terms that can be compared."""
    graphs = {
        name: (list(graph.nodes), {node: list(graph.adj[node].items()) for node in graph})
        for name in ("cascade", "drives", "balances", "feeds")
        for graph in [getattr(plan, name)]
    }
    children = {node: list(plan.cascade.pred[node]) for node in plan.cascade}
    ordered = ("perspectives", "units", "people", "cycles", "spans", "nodes")
    others = ("observations", "targets", "metrics", "contributions", "formulas")
    return {
        **graphs,
        "children": children,
        **{name: list(getattr(plan, name).items()) for name in ordered},
        **{name: dict(getattr(plan, name)) for name in others},
        "leaves": plan.leaves,
        "revision": plan.revision,
        "fields": dict(plan.fields),
    }


@pytest.fixture
def selects(db):
    """The SELECTs sent so far."""
    sent = []
    event.listen(db.engine, "before_cursor_execute", lambda *said: sent.append(said[2]))
    return sent


@pytest.mark.parametrize("nodes", [5, 50, 200])
def test_a_plan_of_any_size_takes_nine_selects_and_then_one(db, selects, nodes):
    create_plan(db, grown_plan(nodes, seed=1), actor=ME)
    with db.read() as connection:
        connection.execute(text("SELECT 1"))
    selects.clear()
    queries.load_plan(db, "grown")
    assert len([said for said in selects if said.startswith("SELECT")]) == 9
    selects.clear()
    queries.load_plan(db, "grown")
    assert len([said for said in selects if said.startswith("SELECT")]) == 1


@pytest.mark.parametrize("nodes", [5, 50, 200])
def test_a_plan_after_a_check_in_takes_a_constant_number_of_selects(db, selects, nodes):
    create_plan(db, grown_plan(nodes, seed=1), actor=ME)
    queries.load_plan(db, "grown")
    edit_node(db, "grown", "node_2", {"title": "T"}, version=None, actor=ME)
    selects.clear()
    queries.load_plan(db, "grown")
    assert len([said for said in selects if said.startswith("SELECT")]) == 6


@pytest.mark.parametrize(
    "edit",
    [
        lambda db, seen: record(db, "grown", seen, actor=ME),
        lambda db, seen: edit_node(db, "grown", seen.node, {"title": "T"}, version=None, actor=ME),
    ],
    ids=["value", "title"],
)
def test_an_edit_searches_what_it_touches_and_never_the_whole_plan(sqlite, edit):
    create_plan(sqlite, grown_plan(20, seed=1), actor=ME)
    queries.load_plan(sqlite, "grown")
    sent = []
    event.listen(sqlite.engine, "before_cursor_execute", lambda *said: sent.append(said[2:4]))
    edit(sqlite, ObservationFields(node="node_17", date="2026-03-31", value=0.5))
    queries.load_plan(sqlite, "grown")
    with sqlite.read() as connection:
        searched = [
            row[3]
            for statement, values in sent
            if statement.startswith("SELECT") and values
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        ]
    assert searched
    assert not [how for how in searched if how.startswith("SCAN") or how.endswith("(plan_id=?)")]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(file=plans())
def test_what_is_kept_comes_back_whole(tmp_path_factory, empty_file, file):
    path = tmp_path_factory.mktemp("whole") / "x.db"
    path.write_bytes(empty_file.read_bytes())
    db = Database(f"sqlite:///{path}")
    create_plan(db, file, actor=ME)
    assert queries.load_file(db, file.plan) == file
    built = {**shape(build(file, 1)), "fields": None}
    assert {**shape(queries.load_plan(db, file.plan)), "fields": None} == built
    assert queries.fsck(db) == []
    db.close()


def test_other_peoples_changes_are_seen_at_once(sqlite):
    keep(sqlite, "grow < churn")
    queries.load_plan(sqlite, "p")
    other = Database(sqlite.engine.url.render_as_string())
    record(other, "p", ObservationFields(node="churn", date="2026-03-31", value=3), actor=ME)
    other.close()
    assert queries.load_plan(sqlite, "p").observations["churn"][0].value == 3.0


def test_the_first_change_of_a_plan_which_is_all_of_it_is_told_without_its_rows(db):
    keep(db, "grow < churn")
    edit_node(db, "p", "churn", {"title": "T"}, version=None, actor=ME)
    for node in ("churn", None):
        edited, made = history.changes(db, "p", node=node)
        assert (len(edited.rows), made.rows) == (1, [])


def test_a_plan_that_is_not_there_is_not_found(db):
    with pytest.raises(NotFound, match="plan"):
        queries.load_plan(db, "p")


def test_fsck_finds_what_no_command_could_have_written(db):
    keep(db, "grow < churn")
    stray = {"plan_id": 1, "node": "gone", "date": date(2026, 1, 1), "label": "", "value": 1.0}
    with rebuild(db) as connection:
        connection.execute(text("UPDATE plan SET revision = 3"))
        connection.execute(
            insert(OBSERVATIONS),
            {**stray, "recorded_at": datetime.now(UTC), "recorded_by": ME, "revision": 9},
        )
    assert [(trouble.plan, trouble.where) for trouble in queries.fsck(db)] == [
        ("p", "observations 0 node"),
        ("p", "change"),
        ("p", "observation"),
    ]
