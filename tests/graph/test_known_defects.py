"""Defects that were met in other planning tools; none of them may ever be met here."""

import flask
import flask_babel
import pytest
from pydantic import ValidationError

from scorecard.domain.schema import LinkFields
from scorecard.domain.vocabulary import Reason, Rule, Status
from scorecard.graph.explain import explain
from scorecard.graph.rollup import rollup
from scorecard.web.wording import percent
from tests.drawing import TODAY, day, plan, roll, stands


@pytest.fixture
def reader():
    """Somebody who reads English."""
    app = flask.Flask("reader")
    flask_babel.Babel(app)
    with app.test_request_context():
        yield


# Progress


@pytest.mark.parametrize("value", [0, 5, 7])
def test_a_start_that_is_the_target_is_not_stored_as_50_percent(value):
    standing = stands("reach 5 -> 5", f"06-30: {value}", on="07-01")
    assert (standing.progress, standing.score, standing.reason) == (None, None, Reason.no_range)
    same = {"kind": "reach", "baseline": 5.0, "target": 5.0}
    above = roll("top < a=0.8, it", observed={"it": f"06-30: {value}"}, it={"measure": same})["top"]
    assert (above.score, above.coverage) == (0.8, 0.5)


@pytest.mark.parametrize("drawn", ["reach 3.1 -> 2.0", "reach 100 -> 0", "reach -5 -> -9", "reach 0 -> -1"])
def test_a_decreasing_key_result_begins_at_0_percent_and_not_at_100(drawn):
    start, end = drawn.split()[1], drawn.split()[3]
    assert stands(drawn, f"06-30: {start}", on="07-01").progress == 0
    assert stands(drawn, f"06-30: {start}", on="07-01").score == 0
    assert stands(drawn, f"06-30: {end}", on="07-01").progress == 1


@pytest.mark.parametrize(
    ("drawn", "value"), [("reach 0 -> 100", -20), ("reach 100 -> 0", 120), ("reach -10 -> -5", -12)]
)
def test_moving_the_wrong_way_is_less_than_nothing(drawn, value):
    standing = stands(drawn, f"06-30: {value}", on="07-01")
    assert standing.progress < 0
    assert (standing.score, standing.status) == (0, Status.off_track)


def test_a_kpi_without_a_target_is_not_healthy():
    found = roll("top < a=?, bare", observed={"bare": "06-30: 1000000"})
    assert (found["bare"].status, found["bare"].reason) == (Status.no_data, Reason.no_target)
    assert (found["bare"].score, found["top"].status) == (None, Status.no_data)


def test_last_months_value_is_not_judged_against_this_months_target():
    it = {"on": "03-05", "cadence": "monthly", "targets": "02-28: 10, 03-31: 20"}
    standing = stands("at_least 5", "02-28: 10", **it)
    assert (standing.target, standing.score, standing.status) == (10, 1.0, Status.on_track)
    standing = stands("at_least 5", "02-28: 10, 03-04: 10", **it)
    assert (standing.target, standing.status) == (20, Status.off_track)


# Roll-up


@pytest.mark.parametrize("weight", [0, 0.0, -1, float("nan")])
def test_a_weight_of_nothing_is_refused_so_that_no_mean_divides_by_it(weight):
    with pytest.raises(ValidationError):
        LinkFields(child="a", parent="top", weight=float(weight))


def test_weights_near_nothing_still_have_a_mean():
    assert roll("top < a[1e-300]=0.9, b[1e-300]=0.7")["top"].score == pytest.approx(0.8)


def test_weights_are_not_only_stored_but_counted():
    assert roll("top < a[3]=1, b=0.5")["top"].score == pytest.approx(0.875)
    assert roll("top < a=1, b[3]=0.5")["top"].score == pytest.approx(0.625)


def test_a_missing_child_is_no_0_in_a_minimum():
    found = roll("top:worst < a=0.95, b=0.9, c=?")["top"]
    assert (found.score, found.status, found.reason) == (0.9, Status.on_track, None)
    it = {"formula": "min(a, b)", "cadence": "monthly"}
    smallest = roll("", observed={"a": "06-30: 5"}, a={}, b={}, it=it)["it"]
    assert (smallest.value, smallest.reason) == (None, Reason.formula_error)


def test_the_minimum_of_positive_values_is_positive():
    assert roll("top:worst < a=0.8, b=0.9")["top"].score == 0.8
    it = {"formula": "min(a, b)", "cadence": "monthly"}
    assert roll("", observed={"a": "06-30: 5", "b": "06-30: 7"}, a={}, b={}, it=it)["it"].value == 5
    least = {"cadence": "monthly", "aggregate": "min"}
    assert stands("at_least 1", "06-10: 4, 06-20: 3, 06-30: 9", on="07-01", **least).value == 3


def test_a_parent_counts_its_key_results_and_its_child_objectives():
    found = roll("top < kr=1, below; below < deeper=0.5")
    assert found["top"].score == pytest.approx(0.75)
    leaves = explain(plan("top < kr=1, below; below < deeper=0.5"), "top", found, TODAY).leaves
    assert {row.key: row.effective_weight for row in leaves} == {"kr": 0.5, "deeper": 0.5}


def test_an_override_outlives_the_next_update():
    judged = {"status": "at_risk", "reason": "supplier is insolvent", "by": "dana", "until": day("07-31")}
    more = {"people": [{"key": "dana", "name": "Dana"}]}
    top = {"policy": "judged", "judged": judged}
    measure = {"kind": "at_least", "target": 90.0}
    kpi = {"measure": measure, "cadence": "weekly"}
    for seen in ("06-25: 95", "06-25: 95, 06-30: 96", "06-25: 95, 06-30: 96, 07-01: 10"):
        found = roll("top < it", observed={"it": seen}, more=more, top=top, it=kpi)
        assert (found["top"].status, found["top"].rule) == (Status.at_risk, Rule.judged)
        assert found["top"].computed is found["it"].status
        assert found["top"].score == found["it"].score


def test_a_years_objective_does_not_turn_grey_because_last_quarters_key_results_are_old():
    quarter = {"start": day("01-01"), "due": day("03-31")}
    old = {"cadence": "weekly", "measure": {"kind": "reach", "baseline": 0.0, "target": 10.0, **quarter}}
    found = roll("year < spring", on="11-15", observed={"spring": "03-31: 10"}, spring=old)
    assert (found["spring"].status, found["spring"].reason) == (Status.on_track, None)
    assert (found["year"].status, found["year"].coverage) == (Status.on_track, 1.0)


def test_key_results_of_another_quarter_neither_count_nor_cover():
    more = {
        "cycles": [
            {"key": "q1", "title": "Q1", "start": day("01-01"), "end": day("03-31")},
            {"key": "q4", "title": "Q4", "start": day("10-01"), "end": day("12-31")},
        ]
    }
    least = {"kind": "at_least", "target": 90.0}
    nodes = {key: {"cycle": key, "cadence": "monthly", "measure": least} for key in ("q1", "q4")}
    found = roll(
        "year < q1, q4", on="11-15", observed={"q1": "02-28: 10", "q4": "10-31: 95"}, more=more, **nodes
    )
    assert (found["year"].status, found["year"].score, found["year"].coverage) == (Status.on_track, 1.0, 1.0)


# What is shown


@pytest.mark.parametrize(
    ("done", "of", "shown"), [(199, 200, "99 %"), (200, 200, "100 %"), (9999, 10000, "99 %")]
)
def test_199_of_200_is_not_shown_as_100_percent(reader, done, of, shown):
    standing = stands(f"reach 0 -> {of}", f"06-30: {done}", on="07-01")
    assert percent(standing.progress) == shown
    assert percent(standing.score) == shown


def test_eight_weights_of_12_5_percent_add_up_to_100(reader):
    drawn = plan("top < " + ", ".join(f"k{number}[12.5]=0.9" for number in range(8)))
    rows = explain(drawn, "top", rollup(drawn, TODAY), TODAY).children
    assert [row.weight for row in rows] == [12.5] * 8
    assert sum(row.effective_weight for row in rows) == 1
    assert {percent(row.effective_weight, 1) for row in rows} == {"12.5 %"}
