"""Whoever writes a check-in knows the plan after it: it is the one that the rows say."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scorecard.domain.schema import ObservationFields
from scorecard.graph.plan import build
from scorecard.store import queries
from scorecard.store.advance import advanced
from scorecard.store.commands.check_ins import record, withdraw
from scorecard.store.points import Said
from scorecard.store.reading import find_plan, read_plan
from tests.store.drawn import ME, drawn, keep

FIRST = date(2026, 1, 1)


def read_anew(db):
    with db.read() as connection:
        return read_plan(connection, find_plan(connection, "p"))


def test_a_plan_that_was_written_to_is_remembered_as_the_rows_say(db):
    keep(db, "grow < churn", "grow < calls")
    for offset in (3, 1, 2, 3):
        day = FIRST + timedelta(offset)
        record(db, "p", ObservationFields(node="churn", date=day, value=float(offset)), actor=ME)
        remembered, read = db.latest(1), read_anew(db)
        assert (remembered.revision, remembered.observations) == (read.revision, read.observations)
        assert (remembered.metrics, remembered.leaves) == (read.metrics, read.leaves)


@pytest.mark.parametrize("label", ["total", "North"])
def test_of_a_value_with_a_label_the_rows_tell_what_counts(db, label):
    keep(db, "grow < churn")
    record(db, "p", ObservationFields(node="churn", date=FIRST, value=1, label=label), actor=ME)
    record(db, "p", ObservationFields(node="churn", date=FIRST, value=2), actor=ME)
    record(db, "p", ObservationFields(node="churn", date=FIRST, value=3, label=label), actor=ME)
    assert queries.load_plan(db, "p").observations == read_anew(db).observations
    withdraw(db, "p", "churn", FIRST, actor=ME)
    assert queries.load_plan(db, "p").observations == read_anew(db).observations


DAYS = st.integers(0, 5).map(lambda offset: FIRST + timedelta(offset))


@settings(max_examples=50)
@given(st.lists(st.tuples(DAYS, st.floats(-9, 9))))
def test_values_in_any_order_give_one_point_a_day_in_the_order_of_days(said):
    plan, revision = build(drawn("grow < churn")), 1
    for day, value in said:
        plan = advanced(plan, [Said("churn", day, "", value, None)], revision)
        revision += 1
    together = advanced(
        build(drawn("grow < churn")),
        [Said("churn", *each) for each in ((day, "", value, None) for day, value in said)],
        1,
    )
    assert together.observations == plan.observations
    assert dict(plan.observations.get("churn", ())) == dict(said)
    assert list(dict(plan.observations.get("churn", ()))) == sorted(dict(said))
