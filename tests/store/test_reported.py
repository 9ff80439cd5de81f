"""As of a day no later value is seen; as reported then, none that was recorded later either."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from operator import itemgetter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scorecard.domain.schema import ObservationFields
from scorecard.graph.plan import build
from scorecard.graph.rollup import rollup
from scorecard.store import queries
from scorecard.store.commands.check_ins import record, withdraw
from scorecard.store.commands.nodes import edit_node
from scorecard.store.commands.plans import create_plan
from scorecard.store.past import as_reported, plan_as_recorded
from tests.store.drawn import ME, drawn, keep
from tests.store.test_queries import shape

FIRST = date(2026, 3, 1)
NUMBERS = count(1)
OFFSETS = st.integers(0, 9)
LABELS = st.sampled_from([None, "EU", "Total"])
SAID = st.lists(st.tuples(OFFSETS, OFFSETS, LABELS, st.none() | st.integers(0, 9)), max_size=7)
"""When something was said, of which day, under which label, and what; nothing takes back what stands."""


def on(offset):
    return FIRST + timedelta(days=offset)


def seen(value, day=FIRST, **fields):
    return ObservationFields(node="churn", date=day, value=value, **fields)


def value(db, day, known=FIRST):
    plan = as_reported(db, queries.load_plan(db, "p"), known)
    return rollup(plan, day)["churn"].value


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=SAID, day=OFFSETS)
def test_a_day_sees_what_was_dated_and_recorded_by_then(db, clock, said, day):
    key = f"p{next(NUMBERS)}"
    create_plan(db, drawn("grow < churn").model_copy(update={"plan": key}), actor=ME)
    everything, reported = {}, {}
    for recorded, dated, label, number in sorted(said, key=itemgetter(0)):
        clock.moment = datetime.combine(on(recorded), time(23), UTC)
        if number is not None:
            record(db, key, seen(number, on(dated), label=label), actor=ME)
        elif everything.get((dated, label)) is not None:
            withdraw(db, key, "churn", on(dated), label, actor=ME)
        for kept in (everything, reported) if recorded <= day else (everything,):
            kept[dated, label] = number
    plan = queries.load_plan(db, key)
    assert rollup(plan, on(day)) == _standings(everything, day)
    assert rollup(as_reported(db, plan, on(day)), on(day)) == _standings(reported, day)


def _standings(said, day):
    """Return how a plan stands that never heard of anything later."""
    observations = tuple(
        seen(number, on(dated), label=label)
        for (dated, label), number in said.items()
        if number is not None and dated <= day
    )
    return rollup(build(drawn("grow < churn", observations=observations)), on(day))


def test_what_was_corrected_or_withdrawn_later_counts_as_it_was_said_then(db, clock):
    keep(db, "grow < churn", observations=(seen(2),))
    for later in (
        lambda: record(db, "p", seen(3), actor=ME),
        lambda: withdraw(db, "p", "churn", FIRST, actor=ME),
    ):
        clock.moment += timedelta(days=1)
        later()
    assert [value(db, FIRST, known=on(day)) for day in (-1, 0, 1, 2)] == [None, 2, 3, None]


def test_a_day_ends_where_the_plan_is(db, clock):
    clock.moment = datetime(2026, 3, 1, 10, 59, tzinfo=UTC)
    keep(db, "grow < churn", observations=(seen(2),), timezone="Pacific/Auckland")
    clock.moment += timedelta(minutes=1)
    record(db, "p", seen(3), actor=ME)
    assert value(db, FIRST) == 2
    assert value(db, FIRST, known=on(1)) == 3


def test_the_structure_is_that_of_today(db, clock):
    keep(db, "grow < churn", observations=(seen(2),))
    clock.moment += timedelta(days=1)
    edit_node(db, "p", "churn", {"title": "Loss", "aggregate": "sum"}, version=None, actor=ME)
    record(db, "p", seen(4, on(-1)), actor=ME)
    reported = as_reported(db, queries.load_plan(db, "p"), FIRST)
    assert reported.nodes["churn"].title == "Loss"
    assert rollup(reported, FIRST)["churn"].value == 2


def test_of_a_plan_as_it_was_recorded_nothing_later_comes_back(db, clock):
    keep(db, "grow < churn")
    for day in (1, 2, 3):
        clock.moment += timedelta(days=1)
        record(db, "p", seen(day), actor=ME)
    then = plan_as_recorded(db, "p", on(2))
    assert shape(as_reported(db, then, on(9))) == shape(then)
    assert as_reported(db, then, on(1)).observations["churn"] == ((FIRST, 1.0),)


def test_where_nothing_was_recorded_later_the_plan_is_the_same_object(db):
    keep(db, "grow < churn", observations=(seen(2),))
    plan = queries.load_plan(db, "p")
    assert as_reported(db, plan, plan.today()) is plan
