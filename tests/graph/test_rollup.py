"""Section 4 of the measurement rules: what children make of their parent."""

import pytest

from scorecard.domain.vocabulary import Reason, Rule, Status
from tests.drawing import day, roll

ON, RISK, OFF, NONE = Status.on_track, Status.at_risk, Status.off_track, Status.no_data


@pytest.mark.parametrize(
    ("drawing", "score", "status", "rule"),
    [
        ("top < a=1, b=0.9", 0.95, ON, Rule.bands),
        ("top < a[3]=1, b=0.6", 0.9, ON, Rule.off_track_weight),
        ("top < a[9]=1, b=0", 0.9, ON, Rule.bands),
        ("top < a=0.8, b=0.8", 0.8, RISK, Rule.bands),
        ("top < a=0.5, b=0.6", 0.55, OFF, Rule.bands),
        # a critical child that is off track
        ("top < a[99]=1, b!=0.7", 0.997, OFF, Rule.critical_child),
        ("top < a[99]=1, b!=0.8", 0.998, ON, Rule.bands),
        ("top < a=0.5, b!=0.5", 0.5, OFF, Rule.bands),
        # two children off track, however light
        ("top < a[98]=1, b=0.7, c=0.7", 0.994, RISK, Rule.off_track_children),
        ("top < a[98]=1, b=0.7, c=0.8", 0.995, ON, Rule.bands),
        # a quarter of the weight off track
        ("top < a[3]=1, b=0.7", 0.925, RISK, Rule.off_track_weight),
        ("top < a[3.01]=1, b=0.7", (3.01 + 0.7) / 4.01, ON, Rule.bands),
        # half of the weight not on track
        ("top < a=1, b=0.89", 0.945, RISK, Rule.half_not_on_track),
        ("top < a[1.01]=1, b=0.89", (1.01 + 0.89) / 2.01, ON, Rule.bands),
        # a cap never makes anything better
        ("top < a=0.8, b=0.74, c=0.74", 0.76, RISK, Rule.bands),
    ],
)
def test_score_status_and_the_rule_that_decided(drawing, score, status, rule):
    top = roll(drawing)["top"]
    assert top.score == pytest.approx(score)
    expected = RISK if rule in (Rule.off_track_weight, Rule.half_not_on_track) else status
    assert (top.status, top.computed, top.rule) == (expected, expected, rule)


@pytest.mark.parametrize(
    ("drawing", "score", "coverage", "status", "reason"),
    [
        ("top < a=1, b=?", 1.0, 0.5, ON, None),
        ("top < a=1, b[1.01]=?", 1.0, 1 / 2.01, NONE, Reason.low_coverage),
        ("top < a=0.8, b[2]=?", 0.8, 1 / 3, RISK, Reason.low_coverage),
        ("top < a=0.1, b[2]=?", 0.1, 1 / 3, OFF, Reason.low_coverage),
        ("top < a=1, b=~1", 1.0, 0.5, ON, None),
        ("top < a=1, b[2]=~1", 1.0, 1 / 3, NONE, Reason.low_coverage),
        ("top < a=?, b=?", None, 0.0, NONE, Reason.no_value),
        ("top < a=later, b=later", None, 0.0, NONE, Reason.not_due),
        ("top < a=0.9, b[9]=later", 0.9, 1.0, ON, None),
        ("top < a=?, b=later", None, 0.0, NONE, Reason.no_value),
        ("top < mid < a=?, b=?", None, 0.0, NONE, Reason.no_value),
        ("top < mid < a=later", None, 0.0, NONE, Reason.not_due),
        ("top", None, 0.0, NONE, Reason.no_target),
        ("top <~ a=1", None, 0.0, NONE, Reason.no_target),
        ("top < mid, a=1", 1.0, 0.5, ON, None),
        ("top < a=1, b[1e-9]=0.5", 1.0, 1.0, ON, None),
    ],
)
def test_coverage_withholds_green_and_nothing_else(drawing, score, coverage, status, reason):
    top = roll(drawing)["top"]
    assert top.score == (None if score is None else pytest.approx(score))
    assert top.coverage == pytest.approx(coverage)
    assert (top.status, top.reason) == (status, reason)


def test_coverage_is_rounded_like_scores():
    # 0.1 + 0.7 of 1.6 are, as floats, just less than a half
    found = roll("top < a[0.1]=1, b[0.7]=1, c[0.4]=?, d[0.4]=?")["top"]
    assert (found.coverage, found.status) == (0.5, ON)


def test_what_is_not_due_is_left_out_of_progress_too():
    later = {"measure": {**_reach(), "start": day("07-02"), "due": day("12-31")}}
    found = roll("top < a=0.9, b[9]", b=later, observed={"b": "06-30: 0.1"})
    assert (found["b"].reason, found["b"].progress) == (Reason.not_due, pytest.approx(0.1))
    assert (found["top"].progress, found["top"].score, found["top"].coverage) == (0.9, 0.9, 1.0)


def test_a_child_without_a_colour_is_not_counted_among_those_not_on_track():
    found = roll("top < mid[2] < a=1, b[2]=?; top < c=1")
    assert (found["mid"].status, found["mid"].score) == (NONE, 1.0)
    assert (found["top"].status, found["top"].rule) == (ON, Rule.bands)


def test_coverage_is_passed_on_level_by_level():
    found = roll("top < a=1, mid < b=1, c=?, d=?, e=?")
    assert (found["mid"].coverage, found["mid"].reason) == (0.25, Reason.low_coverage)
    assert found["top"].coverage == 0.625


def test_a_draft_makes_its_parent_neither_better_nor_worse():
    found = roll("top < a=1, b=0", b={"lifecycle": "draft"})
    assert (found["top"].score, found["top"].coverage) == (1.0, 1.0)
    assert found["b"].status is OFF


def test_a_parent_of_nothing_but_drafts_has_no_target_and_one_of_other_cycles_is_not_due():
    year = {
        "cycles": [{"key": "past", "title": "Past", "start": day("2025-01-01"), "end": day("2025-12-31")}]
    }
    assert roll("top < a=1", a={"lifecycle": "draft"})["top"].reason is Reason.no_target
    assert roll("top < a=1", more=year, a={"cycle": "past"})["top"].reason is Reason.not_due


def test_progress_is_how_far_and_score_how_well():
    half_a_year = {"measure": {**_reach(), "start": day("01-01"), "due": day("12-31")}}
    found = roll("top < a, b=1", a=half_a_year, observed={"a": "07-01: 0.5"})
    assert (found["top"].score, found["top"].progress) == (1.0, 0.75)


def test_progress_is_clamped_in_the_roll_up_and_nowhere_else():
    found = roll("top < a, b", a={"measure": _reach()}, b={"measure": _reach()},
                 observed={"a": "07-01: 3", "b": "07-01: -1"})  # fmt: skip
    assert (found["a"].progress, found["b"].progress) == (3.0, -1.0)
    assert found["top"].progress == 0.5


def test_a_child_that_was_graded_without_a_progress_adds_none():
    closed = {"lifecycle": "closed", "grade": {"score": 0.5, "status": "off_track"}}
    found = roll("top < a=0.8, b[3]=1, c=0.2", a={}, c=closed)["top"]
    assert (found.score, found.progress) == (pytest.approx(4.3 / 5), pytest.approx(3.8 / 4))
    assert roll("top < c=0.2", c=closed)["top"].progress is None


def test_the_progress_of_a_chosen_child_is_clamped_as_well():
    beyond = {"a": {"measure": _reach()}, "observed": {"a": "07-01: 3"}}
    assert roll("top:best < a, b=0.5", **beyond)["top"].progress == 1.0


def test_the_colour_of_a_mean_is_that_of_its_rounded_score():
    third = {"measure": _reach()}
    found = roll("top < a, b", a=third, b=third, observed={"a": "07-01: 0.9", "b": "07-01: 0.8999999999"})
    assert (found["top"].score < 0.9, found["top"].status) == (True, ON)


@pytest.mark.parametrize("policy", ["worst", "best"])
def test_children_that_differ_by_the_rounding_of_a_sum_are_chosen_by_key(policy):
    near = {"a": {"measure": _reach()}, "b": {"measure": _reach()}}
    for first, second in ((0.8, 0.8 + 1e-12), (0.8 + 1e-12, 0.8)):
        found = roll(
            f"top:{policy} < b, a", observed={"a": f"07-01: {first}", "b": f"07-01: {second}"}, **near
        )
        assert found["top"].score == first


def _reach():
    return {"kind": "reach", "baseline": 0.0, "target": 1.0}


def test_a_node_with_a_measure_is_judged_by_it_and_not_by_what_contributes_to_it():
    assert roll("top=1 < a=0, b=0")["top"].score == 1.0


@pytest.mark.parametrize(
    ("drawing", "score", "status"),
    [
        ("top:worst < a=1, b=0.8, c[99]=0.9", 0.8, RISK),
        ("top:best < a=1, b=0.8, c[99]=0.9", 1.0, ON),
        ("top:worst < a=1, b=?", 1.0, ON),
        ("top:worst < a=1, b=later", 1.0, ON),
        ("top:best < a=0.2, b!=0.1", 0.2, OFF),
        ("top:worst < a=?", None, NONE),
    ],
)
def test_worst_and_best_go_by_one_child(drawing, score, status):
    top = roll(drawing)["top"]
    assert top.score == (None if score is None else pytest.approx(score))
    assert (top.progress, top.status) == (top.score and pytest.approx(score), status)


def test_worst_and_best_withhold_green_where_too_little_is_covered():
    top = roll("top:best < a=1, b[2]=?")["top"]
    assert (top.status, top.reason, top.score) == (NONE, Reason.low_coverage, 1.0)
    assert roll("top:worst < a=0.8, b[2]=?")["top"].status is RISK


def test_the_plans_policy_holds_where_a_node_names_none():
    found = roll("top < a=1, mid < b=0.8, c=0.9", more={"policy": "worst"}, top={"policy": "mean"})
    assert (found["mid"].score, found["top"].score) == (0.8, 0.9)


JUDGED = {"status": "off_track", "reason": "The certifier left.", "by": "dana", "until": day("06-30")}
DANA = {"people": [{"key": "dana", "name": "Dana"}]}


@pytest.mark.parametrize(("on", "status", "rule"), [("06-30", OFF, Rule.judged), ("07-01", ON, Rule.bands)])
def test_a_person_s_judgement_stands_until_its_last_day_included(on, status, rule):
    found = roll("all < top:judged < a", on=on, more=DANA, top={"judged": JUDGED}, observed={"a": "06-01: 1"},
                 a={"measure": _reach()})  # fmt: skip
    top = found["top"]
    assert (top.status, top.rule) == (status, rule)
    assert (top.computed, top.score, top.worst, top.coverage) == (ON, 1.0, ON, 1.0)
    assert (found["all"].status, found["all"].worst) == (ON, ON)


def test_caps_and_policies_read_what_was_computed_not_what_was_judged():
    judged = {**JUDGED, "status": "on_track", "until": day("12-31")}
    found = roll(
        "all < top!:judged < a=0.1; all < b[99]=1; low:worst < top", more=DANA, top={"judged": judged}
    )
    assert found["top"].status is ON
    assert (found["all"].status, found["all"].rule) == (OFF, Rule.critical_child)
    assert found["low"].status is OFF


def test_a_measure_may_be_judged_too():
    found = roll("a:judged=1", more=DANA, a={"judged": {**JUDGED, "until": day("12-31")}})["a"]
    assert (found.status, found.computed, found.score) == (OFF, ON, 1.0)


# The worst below


@pytest.mark.parametrize(
    ("drawing", "worst", "key", "lost"),
    [
        ("top < a=1, b=0.95", ON, "b", 0.025),
        ("top < a=1, b=0.8", RISK, "b", 0.1),
        ("top < a[9]=0.85, b=0.7", OFF, "b", 0.03),
        ("top < a[2]=0.6, b=0.5", OFF, "a", 0.8 / 3),
        ("top < b=0.6, a=0.6", OFF, "a", 0.2),
        ("top < mid < a=0.5, b=1; top < c[2]=0.7", OFF, "c", 0.2),
        ("top < mid < a=0.4, b=1; top < c=0.7", OFF, "a", 0.15),
        ("top < a=?, b=0.95", ON, "b", 0.05),
        ("top < a=?", NONE, None, 0.0),
        ("top < a=later, b=0.8", RISK, "b", 0.2),
        ("top=0.8 < a=0.1", RISK, "top", 0.2),
    ],
)
def test_the_worst_below_and_what_takes_most_from_the_score(drawing, worst, key, lost):
    top = roll(drawing)["top"]
    assert (top.worst, top.worst_key, top.worst_at) == (worst, key, pytest.approx(lost))


def test_a_parent_s_own_colour_is_among_the_worst_of_those_above():
    found = roll("all < top < a[97]=1, b!=0.74; all < c=1")
    assert (found["top"].status, found["all"].worst) == (OFF, OFF)
    assert found["all"].worst_key == "b"


def test_the_worst_is_found_along_the_heaviest_path():
    # x and y weigh 1/20 below one: x loses 0.025, y 0.035; below two x weighs 1/10 and loses 0.05
    assert roll("top < one < x=0.5, y=0.3, p[8]=1; top < two < x[2], z[8]=1")["top"].worst_key == "x"
    assert roll("top < one < x=0.5, y=0.3, p[8]=1; top < two < x, z[9]=1")["top"].worst_key == "y"


def test_no_data_ranks_below_on_track():
    found = roll("top < mid < a=1, b[2]=?; top < c[9]=0.95")
    assert found["mid"].status is NONE
    assert found["top"].worst is ON
