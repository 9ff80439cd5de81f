"""What the check-ins of a period come to is kept with them, and is what they say however it came about."""

from datetime import date, timedelta

import pytest
from alembic import command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from scorecard.domain.errors import Fault
from scorecard.domain.period import Period
from scorecard.domain.schema import ObservationFields
from scorecard.graph.plan import build
from scorecard.graph.series import last_periods
from scorecard.store import queries, upgrade
from scorecard.store.commands.check_ins import record, withdraw
from scorecard.store.commands.imports import apply_import
from scorecard.store.commands.nodes import edit_node
from scorecard.store.commands.plans import edit_plan
from scorecard.store.commands.undo import undo
from scorecard.store.database import Database
from scorecard.store.periods import period_values
from scorecard.store.rows import PERIODS
from scorecard.store.unit_of_work import rebuild
from scorecard.store.upkeep import reindex
from tests.store.drawn import ME, drawn, keep

JUNE = Period(date(2026, 6, 1), date(2026, 6, 30))
SPRING = Period(date(2026, 4, 1), date(2026, 6, 30))
SUMMER = Period(date(2026, 5, 1), date(2026, 7, 31))
DAY = date(2026, 6, 15)


def seen(value, day=DAY, node="churn", **fields):
    return ObservationFields(node=node, date=day, value=value, **fields)


def monthly(aggregate, *observations):
    """Return a plan of one measure that is put together month by month."""
    file = drawn("grow < churn", observations=observations)
    grow, churn = file.nodes
    changed = churn.model_copy(update={"cadence": "monthly", "aggregate": aggregate})
    return file.model_copy(update={"nodes": (grow, type(churn).model_validate(dict(changed)))})


def kept(db, day=DAY):
    """Return what is kept for the periods that hold a day, and see to it that nothing else is wrong."""
    assert queries.fsck(db) == []
    return {period: dict(values) for period, values in period_values(db, "p", day).items()}


@pytest.mark.parametrize(
    ("aggregate", "value"), [("last", 4.0), ("sum", 15.0), ("mean", 5.0), ("min", 4.0), ("max", 6.0)]
)
def test_a_period_is_put_together_by_the_nodes_aggregation(db, aggregate, value):
    days = [(5, date(2026, 6, 1)), (6, date(2026, 6, 7)), (4, date(2026, 6, 30))]
    around = [(90, date(2026, 5, 31)), (91, date(2026, 7, 1))]
    apply_import(db, monthly(aggregate, *(seen(*each) for each in (*around, *days))), actor=ME)
    assert kept(db) == {JUNE: {"churn": value}}


def test_of_several_labels_a_day_the_one_that_counts_is_kept(db):
    keep(db, "grow < churn")
    for value, label in ((1, "EU"), (9, "Total"), (2, "US")):
        record(db, "p", seen(value, label=label), actor=ME)
    assert kept(db) == {Period(DAY, DAY): {"churn": 9.0}}
    record(db, "p", seen(7), actor=ME)
    assert kept(db) == {Period(DAY, DAY): {"churn": 7.0}}
    withdraw(db, "p", "churn", DAY, actor=ME)
    withdraw(db, "p", "churn", DAY, "Total", actor=ME)
    assert kept(db) == {Period(DAY, DAY): {"churn": 2.0}}


def test_a_correction_a_withdrawal_and_an_undo_are_followed(db):
    apply_import(db, monthly("sum", seen(5)), actor=ME)
    record(db, "p", seen(1, date(2026, 6, 20)), actor=ME)
    record(db, "p", seen(3), actor=ME)
    assert kept(db) == {JUNE: {"churn": 4.0}}
    undo(db, "p", 3, actor=ME)
    assert kept(db) == {JUNE: {"churn": 6.0}}
    withdraw(db, "p", "churn", DAY, actor=ME)
    withdraw(db, "p", "churn", date(2026, 6, 20), actor=ME)
    assert kept(db) == {}


def test_another_cadence_aggregation_or_fiscal_year_makes_other_periods(db):
    apply_import(db, monthly("sum", seen(5), seen(1, date(2026, 5, 20))), actor=ME)
    edit_node(db, "p", "churn", {"cadence": "quarterly"}, version=None, actor=ME)
    assert kept(db) == {SPRING: {"churn": 6.0}}
    edit_plan(db, "p", {"fiscal_year_start": 2}, version=None, actor=ME)
    assert kept(db) == {SUMMER: {"churn": 6.0}}
    edit_node(db, "p", "churn", {"aggregate": "max"}, version=None, actor=ME)
    assert kept(db) == {SUMMER: {"churn": 5.0}}
    undo(db, "p", 3, actor=ME)
    assert kept(db) == {SPRING: {"churn": 5.0}}


def test_an_import_that_changes_the_cadence_and_brings_values_is_followed(db):
    keep(db, "grow < churn", observations=(seen(5), seen(2, date(2026, 5, 20))))
    apply_import(db, monthly("sum", seen(7, date(2026, 6, 16))), actor=ME)
    assert kept(db) == {JUNE: {"churn": 12.0}}
    undo(db, "p", 2, actor=ME)
    assert kept(db) == {Period(DAY, DAY): {"churn": 5.0}}


def test_a_word_counts_as_its_share_of_the_way(db):
    keep(db, "grow < churn")
    zones = {"kind": "zones", "commit": "a", "target": "b", "stretch": "c"}
    edit_node(db, "p", "churn", {"measure": zones}, version=None, actor=ME)
    record(db, "p", seen("target"), actor=ME)
    assert kept(db) == {Period(DAY, DAY): {"churn": 0.7}}


def test_a_total_beyond_what_a_number_can_hold_is_none(db):
    apply_import(db, monthly("sum", seen(1.7e308), seen(1.7e308, date(2026, 6, 20))), actor=ME)
    assert kept(db) == {JUNE: {"churn": None}}


def test_more_nodes_than_a_statement_names_are_followed(db, monkeypatch):
    monkeypatch.setattr("scorecard.store.points.MOST_NAMED", 1)
    keep(db, "grow < churn", "grow < win", observations=(seen(1), seen(2, node="win")))
    file = drawn("grow < churn", "grow < win", observations=(seen(3), seen(4, node="win")))
    apply_import(db, file, actor=ME)
    assert kept(db) == {Period(DAY, DAY): {"churn": 3.0, "win": 4.0}}


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (
            "UPDATE node_period SET value = 6",
            "2026-06-01/2026-06-30 is kept as 6.0; its check-ins come to 5.0",
        ),
        ("DELETE FROM node_period", "2026-06-01/2026-06-30 is missing; its check-ins come to 5.0"),
        ("UPDATE node_period SET node = 'grow'", "2026-06-01/2026-06-30 is kept as 5.0 and has no check-ins"),
    ],
)
def test_what_is_not_what_the_check_ins_say_is_found_and_made_anew(db, damage, sentence):
    apply_import(db, monthly("mean", seen(5)), actor=ME)
    with rebuild(db) as connection:
        connection.execute(text(damage))
    found = queries.fsck(db)
    assert {each.where.split()[0] for each in found} == {"node_period"}
    assert any(sentence in each.sentence for each in found)
    reindex(db)
    assert kept(db) == {JUNE: {"churn": 5.0}}


def test_an_older_database_gets_its_periods_filled(db):
    apply_import(db, monthly("sum", seen(5), seen(1, date(2026, 6, 20))), actor=ME)
    with rebuild(db) as connection:
        for statement in (
            "DROP TABLE node_period",
            "DROP INDEX ix_observation_plan_id_node_date",
            "CREATE INDEX ix_observation_plan_id_node ON observation (plan_id, node)",
            "UPDATE alembic_version SET version_num = '0002'",
        ):
            connection.execute(text(statement))
        command.upgrade(upgrade._config(connection), "0003")
        connection.execute(text(f"UPDATE alembic_version SET version_num = '{upgrade.head()}'"))
    assert kept(db) == {JUNE: {"churn": 6.0}}


CADENCES = st.sampled_from([None, "daily", "weekly", "monthly", "quarterly", "yearly"])
DAYS = st.integers(0, 500).map(lambda after: date(2025, 9, 1) + timedelta(days=after))
STEPS = st.one_of(
    st.tuples(st.just("record"), DAYS, st.integers(-3, 9), st.sampled_from([None, "EU", "Total"])),
    st.tuples(st.just("withdraw"), DAYS),
    st.tuples(st.just("edit"), st.fixed_dictionaries({"cadence": CADENCES})),
    st.tuples(
        st.just("edit"), st.fixed_dictionaries({"aggregate": st.sampled_from(["last", "sum", "mean"])})
    ),
    st.tuples(st.just("year"), st.integers(1, 12)),
    st.tuples(st.just("undo"), st.integers(2, 9)),
)


def _take(db, step):
    what, *given = step
    if what == "record":
        record(db, "p", seen(given[1], given[0], label=given[2]), actor=ME)
    elif what == "withdraw":
        withdraw(db, "p", "churn", given[0], actor=ME)
    elif what == "edit":
        edit_node(db, "p", "churn", given[0], version=None, actor=ME)
    elif what == "year":
        edit_plan(db, "p", {"fiscal_year_start": given[0]}, version=None, actor=ME)
    else:
        undo(db, "p", given[0], actor=ME)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, max_size=9), first=st.dictionaries(DAYS, st.integers(0, 9), max_size=4))
def test_whatever_is_done_the_periods_are_what_the_check_ins_say(tmp_path_factory, empty_file, steps, first):
    path = tmp_path_factory.mktemp("law") / "law.db"
    path.write_bytes(empty_file.read_bytes())
    db = Database(f"sqlite:///{path}")
    keep(db, "grow < churn", observations=tuple(seen(value, day) for day, value in first.items()))
    for step in steps:
        try:
            _take(db, step)
        except Fault:
            continue
        assert queries.fsck(db) == []
    db.close()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.dictionaries(DAYS, st.integers(-9, 9), min_size=1, max_size=9),
    aggregate=st.sampled_from(["last", "mean", "min", "max"]),
)
def test_a_period_comes_to_what_judging_on_its_last_day_reads(
    tmp_path_factory, empty_file, values, aggregate
):
    path = tmp_path_factory.mktemp("same") / "same.db"
    path.write_bytes(empty_file.read_bytes())
    db = Database(f"sqlite:///{path}")
    file = monthly(aggregate, *(seen(value, day) for day, value in values.items()))
    apply_import(db, file, actor=ME)
    found = last_periods(build(file), "churn", date(2027, 1, 31), count=20)
    read = {each.period: each.value for each in found if each.value is not None}
    with db.read() as connection:
        assert len(connection.execute(PERIODS.select()).all()) == len(read)
    for period, value in read.items():
        assert period_values(db, "p", period.end) == {period: [("churn", value)]}
    db.close()
