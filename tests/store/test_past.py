"""The past is rebuilt from the audit: at every revision the plan is what it was when it was at that one."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from scorecard.domain.errors import Fault, NotFound
from scorecard.domain.schema import CycleFields, ObservationFields
from scorecard.files.formats import write_file
from scorecard.graph.rollup import rollup
from scorecard.store import history, queries
from scorecard.store.commands.check_ins import record, withdraw
from scorecard.store.commands.links import move
from scorecard.store.commands.nodes import archive_nodes, edit_node
from scorecard.store.commands.plans import edit_plan
from scorecard.store.commands.undo import undo
from scorecard.store.database import Database
from scorecard.store.past import NotYetThere, end_of, file_as_recorded, plan_as_recorded
from scorecard.store.rewind import HistoryBroken
from scorecard.store.tables import metadata
from tests.store.drawn import ME, drawn, keep
from tests.store.forced import forced
from tests.store.test_queries import shape
from tests.store.test_undo import COMMANDS, LINES

DAY = date(2026, 3, 31)


def seen(value, **fields):
    return ObservationFields(node="churn", date=DAY, value=value, **fields)


def emptied(db):
    """Return a database like new, which has read no plan yet."""
    with forced(db) as connection:
        for table in metadata.sorted_tables:
            connection.execute(table.delete())
    return Database(db.engine.url.render_as_string(hide_password=False))


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(COMMANDS, min_size=4, max_size=14))
def test_a_plan_rebuilt_at_any_revision_is_the_plan_as_it_stood_then(db, steps):
    anew = emptied(db)
    keep(anew, *LINES)
    stood = {1: (queries.load_plan(anew, "p"), write_file(queries.load_file(anew, "p"), "yaml"))}
    for command, arguments in steps:
        try:
            command(anew, **arguments)
        except Fault:
            continue
        plan = queries.load_plan(anew, "p")
        stood[plan.revision] = plan, write_file(queries.load_file(anew, "p"), "yaml")
    moments = {entry.revision: entry.at for entry in history.changes(anew, "p")}
    assert list(stood) == sorted(moments)
    for revision, (plan, file) in stood.items():
        assert write_file(file_as_recorded(anew, "p", moments[revision]), "yaml") == file
        assert shape(plan_as_recorded(anew, "p", moments[revision])) == shape(plan)
    anew.close()


def at(text):
    return datetime.fromisoformat(text)


def test_a_day_is_meant_to_its_end_in_the_time_zone_of_the_plan(db, clock):
    keep(db, "grow < churn", timezone="Europe/Berlin")
    for moment, title in (("2026-03-28T22:59:59.999999Z", "Saturday"), ("2026-03-28T23:00:00Z", "Sunday")):
        clock.moment = at(moment)
        edit_node(db, "p", "churn", {"title": title}, version=None, actor=ME)
    days = (date(2026, 3, 27), date(2026, 3, 28), date(2026, 3, 29), date.max)
    titles = [file_as_recorded(db, "p", day).nodes[1].title for day in days]
    assert titles == ["Churn", "Saturday", "Sunday", "Sunday"]


@pytest.mark.parametrize(
    ("zone", "day", "end"),
    [
        ("UTC", "2024-02-29", "2024-03-01T00:00Z"),
        ("Europe/Berlin", "2026-03-29", "2026-03-29T22:00Z"),
        ("Europe/Berlin", "2026-10-25", "2026-10-25T23:00Z"),
        ("America/Sao_Paulo", "2018-11-03", "2018-11-04T03:00Z"),
        ("America/Havana", "2026-10-31", "2026-11-01T04:00Z"),
        ("Pacific/Kiritimati", "2026-12-31", "2026-12-31T10:00Z"),
        ("Asia/Tokyo", "0001-01-01", "0001-01-01T14:41:01Z"),
        ("Pacific/Niue", "9999-12-30", "9999-12-31T11:00Z"),
    ],
)
def test_a_day_ends_where_the_next_begins_in_its_zone(zone, day, end):
    assert end_of(date.fromisoformat(day), zone) == at(end)


def test_before_its_first_change_there_is_no_plan(db, clock):
    keep(db, "grow < churn")
    for early in (date(2026, 2, 28), at("2026-03-01T11:59:59Z"), date.min):
        with pytest.raises(NotYetThere, match="2026-03-01"):
            plan_as_recorded(db, "p", early)
    with pytest.raises(NotFound):
        plan_as_recorded(db, "q", date(2026, 3, 1))


def test_a_clock_that_was_set_back_takes_nothing_away(db, clock):
    keep(db, "grow < churn")
    clock.moment = at("2031-01-01T00:00Z")
    edit_node(db, "p", "churn", {"title": "Far ahead"}, version=None, actor=ME)
    clock.moment = at("2026-03-02T00:00Z")
    edit_node(db, "p", "churn", {"tags": ["a"]}, version=None, actor=ME)
    node = file_as_recorded(db, "p", date(2026, 3, 2)).nodes[1]
    assert (node.title, node.tags) == ("Far ahead", ("a",))


def test_what_was_said_until_then_is_judged_in_the_structure_of_then(db, clock):
    cycle = CycleFields(key="fy", title="FY", start=date(2026, 1, 1), end=date(2026, 12, 31))
    keep(db, "grow < win < churn", "save", cycles=(cycle,), observations=(seen(2),))
    clock.moment += timedelta(days=1)
    record(db, "p", seen(8), actor=ME)
    move(db, "p", "churn", from_parent="win", to_parent="save", actor=ME)
    edit_plan(db, "p", {"title": "Anew", "mission": "M"}, version=None, actor=ME)
    clock.moment += timedelta(days=1)
    withdraw(db, "p", "churn", DAY, actor=ME)
    archive_nodes(db, "p", ["grow"], actor=ME)
    scores = []
    for day in (1, 2, 3):
        plan = plan_as_recorded(db, "p", date(2026, 3, day))
        standings = rollup(plan, DAY)
        scores.append([standings[key].score for key in ("win", "save") if key in standings])
    assert scores == [[pytest.approx(0.2), None], [None, pytest.approx(0.8)], [None]]
    assert plan_as_recorded(db, "p", date(2026, 3, 1)).fields.title == "P"
    assert [plan_as_recorded(db, "p", date(2026, 3, day)).revision for day in (1, 2, 3)] == [1, 4, 6]


def test_a_row_that_was_taken_away_comes_back_to_its_place(db, clock):
    keep(db, "grow < a", "grow < b", "grow < c")
    before = queries.load_file(db, "p")
    clock.moment += timedelta(days=1)
    move(db, "p", "b", from_parent="grow", to_parent=None, actor=ME)
    move(db, "p", "c", from_parent="grow", to_parent="grow", before="a", actor=ME)
    undo(db, "p", 2, actor=ME)
    assert [link.child for link in queries.load_file(db, "p").links] == ["c", "a", "b"]
    assert file_as_recorded(db, "p", date(2026, 3, 1)) == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE node SET title = 'Forged' WHERE key = 'churn'",
        "UPDATE node SET tier = 1 WHERE key = 'grow'",
        "UPDATE link SET weight = 3",
        "UPDATE link SET position = 77",
        "UPDATE plan SET mission = 'Forged'",
        "DELETE FROM link",
        "DELETE FROM touched WHERE revision = 2",
        "UPDATE touched SET node = 'grow' WHERE revision = 2",
        "INSERT INTO perspective (plan_id, key, title, version, position) VALUES (1, 'x', 'X', 1, 9)",
    ],
)
def test_a_row_that_no_change_made_as_it_stands_is_found(db, statement):
    keep(db, "grow < churn")
    edit_node(db, "p", "churn", {"title": "Loss"}, version=None, actor=ME)
    with forced(db) as connection:
        connection.execute(text(statement.replace("(1,", f"({_number(connection)},")))
    assert [(trouble.plan, trouble.where) for trouble in queries.fsck(db)] == [("p", "change")]


def _number(connection):
    return connection.scalar(text("SELECT id FROM plan"))


def test_a_past_that_the_present_does_not_lead_back_to_is_refused(db):
    keep(db, "grow < churn")
    made = history.changes(db, "p")[0].at
    edit_node(db, "p", "churn", {"title": "Loss"}, version=None, actor=ME)
    with forced(db) as connection:
        connection.execute(text("UPDATE node SET title = 'Forged' WHERE key = 'churn'"))
    with pytest.raises(HistoryBroken, match="change 2"):
        file_as_recorded(db, "p", made)


def test_a_naive_moment_is_a_fault_of_the_caller(db):
    keep(db, "grow < churn")
    with pytest.raises(Exception, match="time zone"):
        file_as_recorded(db, "p", datetime(2026, 3, 1))


def test_an_empty_change_of_place_is_no_change(db):
    keep(db, "grow < a", "grow < b")
    before = drawn("grow < a", "grow < b")
    assert file_as_recorded(db, "p", date.max) == before
