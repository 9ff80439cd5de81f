"""The plan's lint: each rule on a plan that breaks it and on its neighbour that does not."""

from datetime import date

import pytest

from scorecard.files import planfile
from scorecard.graph import plan as graph
from scorecard.graph.findings import RULES, counting, findings
from scorecard.graph.findings.change import CREATED, Change
from scorecard.graph.findings.rule import About, Severity
from scorecard.graph.rollup import rollup
from tests.drawing import TODAY, day, plan

YEAR = {"key": "year", "title": "2026", "start": date(2026, 1, 1), "end": date(2026, 12, 31)}
PEOPLE = [{"key": "dana", "name": "Dana"}, {"key": "ivo", "name": "Ivo"}]
UNITS = [{"key": "firm", "title": "Firm"}, {"key": "shop", "title": "Shop", "parent": "firm"}]
MORE = {
    "perspectives": [{"key": "money", "title": "Money"}],
    "people": PEOPLE,
    "units": UNITS,
    "cycles": [YEAR],
}

GOAL = {"kind": "objective"}
RESULT = {"kind": "key_result"}
LIMIT = {"kind": "at_least", "target": 95.0}
REACH = {"kind": "reach", "baseline": 0.0, "target": 1.0}
LAGS, LEADS = {"lead": "lagging"}, {"lead": "leading"}
ACTION = {"title": "Call them", "owner": "ivo"}


def with_one(**fields):
    """Return a goal and its one measure, which has these fields."""
    return {"grow": GOAL, "win": fields}


def found(drawing, changes=(), on=TODAY, more=MORE, observed=None, **nodes):
    """Return the findings of a drawing; every node is complete where the test does not say otherwise."""
    drawn = plan(drawing, observed, more, **nodes)
    complete = {"owner": "dana", "cycle": "year", "perspective": "money", "cadence": "yearly"}
    given = {key: {**complete, **dict(nodes.get(key, {}))} for key in drawn.nodes}
    drawn = plan(drawing, observed, more, **given)
    return findings(drawn, rollup(drawn, day(on)), day(on), changes)


def said(rule, *arguments, **more):
    """Return the keys of which a rule is found."""
    return [each.key for each in found(*arguments, **more) if each.rule.id == rule]


def test_a_plan_as_it_should_be_has_no_finding():
    healthy = "grow < win=1, keep=1; grow < train=1"
    units = {key: {"unit": "shop", "lead": "leading"} for key in ("win", "keep", "train")}
    assert found(healthy, grow={**GOAL, "unit": "firm"}, **units) == []


STRUCTURE = [
    ("no_path", "grow < win=1; stray=1", {"grow": GOAL}, ["stray"]),
    ("no_path", "grow < win=1; stray=1 < lost=1", {"grow": GOAL}, ["stray", "lost"]),
    ("no_path", "grow <~ win=1", {"grow": GOAL}, []),
    ("no_path", "grow < ratio; part=1",
     {"grow": GOAL, "ratio": {"formula": "part * 2", "measure": LIMIT}}, []),
    ("no_path", "grow < win=1; team < part",
     {"grow": GOAL, "team": {**GOAL, "unit": "shop"}, "part": RESULT}, ["team"]),
    ("no_path", "grow < win=1; old=1", {"grow": GOAL, "old": {"archived": True}}, []),
    ("no_path", "grow < win=1; old=1", {"grow": GOAL, "old": {"lifecycle": "draft"}}, []),
    ("objective_without_measure", "grow < hire", {"grow": GOAL, "hire": GOAL}, ["grow", "hire"]),
    ("objective_without_measure", "grow < hire < win=1", {"grow": GOAL, "hire": GOAL}, []),
    ("objective_without_measure", "grow <~ win=1", {"grow": GOAL}, []),
    ("objective_without_measure", "grow < win",
     {"grow": GOAL, "win": {**RESULT, "lifecycle": "draft"}}, ["grow"]),
    ("objective_without_measure", "grow < win", {"grow": GOAL, "win": RESULT}, []),
    ("key_result_without_measure", "grow < win", {"grow": GOAL, "win": RESULT}, ["win"]),
    ("key_result_without_measure", "grow < win=1", {"grow": GOAL, "win": RESULT}, []),
    ("key_result_without_measure", "grow < win < part=1", {"grow": GOAL, "win": RESULT}, []),
    ("empty_perspective", "grow=1", {"grow": {**GOAL, "perspective": None}}, ["money"]),
    ("empty_perspective", "grow < win=1", with_one(perspective=None), []),
    ("empty_perspective", "grow=1", {"grow": {"lifecycle": "draft"}}, []),
    ("idle_unit", "grow < win=1", with_one(unit="shop"), []),
    ("idle_unit", "grow < win=1", {"grow": {**GOAL, "unit": "firm"}}, ["shop"]),
    ("idle_unit", "grow < win=1; lost=1", {"grow": GOAL, "lost": {"unit": "shop"}}, ["firm", "shop"]),
    ("single_kpi", "grow < win=1", {"grow": GOAL}, ["grow"]),
    ("single_kpi", "grow < win=1, keep=1", {"grow": GOAL}, []),
    ("single_kpi", "grow < hire < win=1, keep=1", {"grow": GOAL, "hire": GOAL}, []),
    ("single_kpi", "grow < win=1, try", {"grow": GOAL, "try": {"kind": "initiative"}}, ["grow"]),
    ("single_kpi", "grow=1 < win=1", {"grow": GOAL}, []),
    ("weight_on_one_child", "grow < win[9]=1, keep=1", {"grow": GOAL}, ["grow"]),
    ("weight_on_one_child", "grow < win[8]=1, keep=1", {"grow": GOAL}, []),
    ("weight_on_one_child", "grow < win[9]=1", {"grow": GOAL}, []),
    ("counted_twice", "grow < hire < win=1; grow < keep < win", {"grow": GOAL}, ["win"]),
    ("counted_twice", "grow < hire < win=1; last < keep < win", {"grow": GOAL, "last": GOAL}, []),
    ("counted_twice", "grow < hire < win=1; grow <~ keep; keep < win", {"grow": GOAL}, []),
    ("counted_twice", "grow < hire < team < win=1; grow < keep < team", {"grow": GOAL}, ["win"]),
]  # fmt: skip


def many(count, **fields):
    """Return a company objective over so many further nodes."""
    drawing = "grow < " + ", ".join(f"n{number}=1" for number in range(count))
    return drawing, {"grow": GOAL, **{f"n{number}": fields for number in range(count)}}


QUALITY = [
    ("not_yet_kpi", "grow < win=1", {"grow": GOAL}, []),
    ("not_yet_kpi", "grow < win", {"grow": GOAL}, ["win"]),
    ("not_yet_kpi", "grow < win=1", with_one(owner=None), ["win"]),
    ("not_yet_kpi", "grow < win=1", with_one(cycle=None), ["win"]),
    ("not_yet_kpi", "grow < win=1",
     {"grow": GOAL, "win": {"cycle": None, "measure": {**REACH, "due": "2026-12-31"}}}, []),
    ("not_yet_kpi", "grow < win", {"grow": GOAL, "win": RESULT}, []),
    ("no_owner", "grow < win=1", {"grow": {**GOAL, "owner": None}, "win": {"owner": None}}, ["grow"]),
    ("no_owner", "grow < win=1", {"grow": GOAL, "win": RESULT}, []),
    ("many_kpis", *many(10), ["dana"]),
    ("many_kpis", *many(9), []),
    ("many_kpis", *many(10, owner=None, unit="shop"), ["shop"]),
    ("many_objectives", *many(5, **GOAL), ["dana"]),
    ("many_objectives", *many(4, **GOAL), []),
    ("many_key_results", *many(6, **RESULT), ["grow"]),
    ("many_key_results", *many(5, **RESULT), []),
    ("only_lagging", "grow < win=1, keep=1", {"grow": GOAL, "win": LAGS, "keep": LAGS}, ["grow"]),
    ("only_lagging", "grow < win=1, keep=1", {"grow": GOAL, "win": LAGS, "keep": LEADS}, []),
    ("only_lagging", "grow < win=1, keep=1", with_one(lead="lagging"), []),
    ("only_lagging", "grow < hire < win=1", {"grow": GOAL, "hire": GOAL, "win": LAGS}, ["hire"]),
    ("vanity", "grow < win=1", with_one(title="Page views of the shop"), ["win"]),
    ("vanity", "grow < win=1", {"grow": GOAL, "win": {"title": "Orders per 1,000 page views"}}, []),
    ("vanity", "grow < win=1", {"grow": GOAL, "win": {"title": "Bounced visitors", "format": "percent"}}, []),
    ("vanity", "grow < win",
     {"grow": GOAL, "win": {"title": "Downloads", "measure": {"kind": "at_most", "target": 5.0}}}, []),
    ("vanity", "grow < win=1", {"grow": {**GOAL, "title": "More followers"}}, []),
    ("unread_target", "grow < win", with_one(target_text="better than before"), ["win"]),
    ("unread_target", "grow < win", with_one(target_text="at least 95%"), ["win"]),
    ("unread_target", "grow < win=1", with_one(target_text="better than before"), []),
    ("unread_target", "grow < win", {"grow": GOAL}, []),
    ("words_differ", "grow < win", with_one(target_text="at least 96", measure=LIMIT), ["win"]),
    ("words_differ", "grow < win", with_one(target_text="at most 95", measure=LIMIT), ["win"]),
    ("words_differ", "grow < win", with_one(target_text="at least 95", measure={**LIMIT, "floor": 1.0}), []),
    ("words_differ", "grow < win", with_one(target_text="better", measure=LIMIT), []),
    ("words_differ", "grow < win=1", with_one(target_text="at least 1"), []),
    ("no_cadence", "grow < win=1", with_one(cadence=None), ["win"]),
    ("no_cadence", "grow < win=1", {"grow": GOAL}, []),
    ("no_cadence", "grow < win", with_one(cadence=None), []),
    ("stale", "grow < win=~1", with_one(cadence="monthly"), ["win"]),
    ("stale", "grow < win=1", with_one(cadence="monthly"), []),
    ("target_past", "grow < win", with_one(measure={**REACH, "due": "2026-06-30"}), ["win"]),
    ("target_past", "grow < win", with_one(measure={**REACH, "due": "2026-07-01"}), []),
    ("target_past", "grow < win",
     {"grow": GOAL, "win": {"measure": {**REACH, "due": "2026-06-30"}, "lifecycle": "closed"}}, []),
    ("no_range", "grow < win", with_one(measure={**REACH, "target": 0.0}), ["win"]),
    ("no_range", "grow < win=1", {"grow": GOAL}, []),
    ("due_before_start", "grow < win",
     with_one(measure={**REACH, "start": "2026-07-01", "due": "2026-06-30"}), ["win"]),
    ("due_before_start", "grow < win", with_one(measure={**LIMIT, "due": "2025-12-31"}), ["win"]),
    ("due_before_start", "grow < win",
     with_one(measure={**REACH, "start": "2026-07-01", "due": "2026-07-01"}), []),
    ("sum_from_baseline", "grow < win",
     with_one(measure={**REACH, "baseline": 5.0}, aggregate="sum"), ["win"]),
    ("sum_from_baseline", "grow < win; sales",
     {"grow": GOAL, "win": {"formula": "sales", "measure": {**REACH, "baseline": 5.0}},
      "sales": {"aggregate": "sum"}}, ["win"]),
    ("sum_from_baseline", "grow < win", with_one(measure=REACH, aggregate="sum"), []),
    ("sum_from_baseline", "grow < win", with_one(measure={**REACH, "baseline": 5.0}), []),
    ("floor_on_target", "grow < win", with_one(measure={**LIMIT, "floor": 95.0}), ["win"]),
    ("floor_on_target", "grow < win", with_one(measure={**LIMIT, "floor": 90.0}), []),
    ("floor_on_target", "grow < win", with_one(measure={"kind": "at_most", "target": 0.0}), []),
    ("floor_on_target", "grow < win",
     with_one(measure={"kind": "between", "low": 1.0, "high": 2.0, "floor": 0.0}), ["win"]),
]  # fmt: skip

ACTING = [
    ("off_track_without_action", "grow < win=0.1", {"grow": GOAL}, ["win"]),
    ("off_track_without_action", "grow < win=0.8", {"grow": GOAL}, []),
    ("off_track_without_action", "grow < win=0.1", with_one(actions=[ACTION]), []),
    ("off_track_without_action", "grow < win=0.1",
     with_one(actions=[{**ACTION, "done": "2026-07-01"}]), ["win"]),
    ("off_track_without_action", "grow < win=0.1", with_one(actions=[{**ACTION, "done": "2026-07-02"}]), []),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "drawing", "nodes", "keys"), [*STRUCTURE, *QUALITY, *ACTING])
def test_a_rule_finds_what_breaks_it_and_nothing_else(rule, drawing, nodes, keys):
    assert said(rule, drawing, **nodes) == keys


def test_a_lagging_measure_that_a_leading_one_drives_has_its_pair():
    lagging = {"grow": GOAL, "win": LAGS, "calls": LEADS}
    assert said("only_lagging", "grow < win=1; calls=1", **lagging) == ["grow"]
    drawn = {**MORE, "links": [linked("calls", "win", "drives"), linked("win", "grow", "contributes")]}
    assert said("only_lagging", "grow; win=1; calls=1", more=drawn, **lagging) == []


def linked(child, parent, kind):
    return {"child": child, "parent": parent, "kind": kind}


@pytest.mark.parametrize(
    ("speed", "care", "keys"),
    [
        ("04-30: 5, 05-31: 6, 06-30: 7", "04-30: 90, 05-31: 89, 06-30: 88", ["care"]),
        ("04-30: 7, 05-31: 6, 06-30: 5", "04-30: 88, 05-31: 89, 06-30: 90", ["speed"]),
        ("04-30: 5, 05-31: 6, 06-30: 7", "04-30: 88, 05-31: 88, 06-30: 89", []),
        ("04-30: 5, 05-31: 6, 06-30: 7", "04-30: 88, 05-31: 88, 06-30: 88", []),
        ("04-30: 5, 05-31: 6, 06-30: 7", "04-30: 90, 05-31: 95, 06-30: 88", []),
        ("05-31: 6, 06-30: 7", "04-30: 90, 05-31: 89, 06-30: 88", []),
    ],
)
def test_of_a_guardrail_pair_the_end_that_paid_is_named(speed, care, keys):
    drawn = {**MORE, "links": [linked("speed", "care", "balances")]}
    monthly = {"measure": {**LIMIT, "target": 1.0}, "cadence": "monthly"}
    observed = {"speed": speed, "care": care}
    pair = {"speed": monthly, "care": monthly}
    assert said("guardrail_gave_way", "speed; care", more=drawn, observed=observed, **pair) == keys


def test_of_a_guardrail_less_is_better_where_the_target_says_so():
    drawn = {**MORE, "links": [linked("speed", "care", "balances")]}
    monthly = {"measure": LIMIT, "cadence": "monthly"}
    observed = {"speed": "04-30: 7, 05-31: 6, 06-30: 5", "care": "04-30: 90, 05-31: 89, 06-30: 88"}
    pair = {"speed": {**monthly, "measure": {"kind": "at_most", "target": 4.0}}, "care": monthly}
    assert said("guardrail_gave_way", "speed; care", more=drawn, observed=observed, **pair) == ["care"]


STRETCH = {**REACH, "ambition": "aspirational"}
OVER = {
    "key": "q1", "title": "Q1", "start": date(2026, 1, 1), "end": date(2026, 3, 31), "state": "closed",
}  # fmt: skip
BEFORE = {**OVER, "key": "q4", "title": "Q4", "start": date(2025, 10, 1), "end": date(2025, 12, 31)}


def graded(progress, measure=STRETCH, cycle="q1", kind="key_result", **fields):
    """Return a key result of the shop as it was closed."""
    grade = {"progress": progress, "status": "on_track"}
    return {
        "kind": kind, "unit": "shop", "cycle": cycle, "measure": measure, "grade": grade,
        "lifecycle": "closed", **fields,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("first", "second", "units"),
    [
        (graded(1.0), graded(0.7), ["shop"]),
        (graded(0.9), graded(0.7), []),
        (graded(9.0), graded(0.5), []),
        (graded(1.0), graded(None), ["shop"]),
        (graded(1.0), graded(0.1, measure=REACH), ["shop"]),
        (graded(1.0, measure=REACH), graded(1.0, kind="kpi"), []),
        (graded(1.0, unit=None), graded(1.0, archived=True), []),
        (graded(1.0, cycle="year"), graded(1.0, cycle=None), []),
        (graded(1.0, cycle="q4"), graded(0.5), []),
        (graded(0.1, cycle="q4"), graded(0.9), ["shop"]),
    ],
)
def test_stretches_that_were_nearly_all_reached_were_too_easy(first, second, units):
    """The last closed cycle counts, each progress clamped, the mean above 0.8 and not at it."""
    cycles = {**MORE, "cycles": [YEAR, OVER, BEFORE]}
    nodes = {"grow": GOAL, "win": first, "keep": second}
    every = found("grow < win, keep, now=1", more=cycles, **nodes)
    easy = [each for each in every if each.rule.id == "targets_too_easy"]
    assert [each.key for each in easy] == units
    assert [each.about for each in easy] == [About.unit] * len(units)


def moved(node, field, before, after, on, about=""):
    return Change(node, field, before, after, "ivo", day(on), about)


GROW = {"grow": GOAL, "win": {"measure": LIMIT, "cadence": "monthly"}}
POINT = {"date": "2026-06-30", "value": 1}
MADE = Change("", CREATED, None, None, "dana", date(2025, 11, 1))


MOVES = [
        ("target_moved", [moved("win", "measure.target", 97, 95, "02-01")], ["win"]),
        ("target_moved", [moved("win", "measure.target", 97, 95, "2025-12-20")], []),
        ("target_moved", [moved("win", "measure.target", 97, 95, "01-01")], []),
        ("target_moved", [moved("win", "measure.target", None, 95, "02-01")], []),
        (
            "target_moved",
            [
                moved("win", "measure.target", 97, 95, "02-01"),
                moved("win", "measure.target", 95, 97, "02-02"),
            ],
            [],
        ),
        ("target_moved", [moved("win", "target", 97, 95, "06-20", "2026-06-30")], ["win"]),
        ("target_moved", [moved("win", "target", None, 95, "06-20", "2026-06-30")], ["win"]),
        ("target_moved", [moved("win", "target", 97, 95, "05-20", "2026-06-30")], []),
        ("path_moved", [moved("win", "measure.path", None, [POINT], "02-01")], ["win"]),
        ("path_moved", [moved("win", "measure.due", "2026-06-30", "2026-12-31", "02-01")], ["win"]),
        ("path_moved", [moved("win", "measure.start", "2026-01-15", "2026-06-01", "02-01")], ["win"]),
        ("floor_moved", [moved("win", "measure.floor", None, 80, "02-01")], ["win"]),
        ("bands_moved", [moved("win", "bands.on_track", None, 0.8, "02-01")], ["win"]),
        ("bands_moved", [moved("", "bands.on_track", 0.9, 0.8, "02-01")], ["drawn"]),
        ("bands_moved", [moved("", "bands.on_track", 0.9, 0.8, "2025-12-01")], []),
        ("policy_moved", [moved("grow", "policy", None, "best", "02-01")], ["grow"]),
        ("weight_moved", [moved("grow", "weight", 1, 5, "02-01", "win")], ["grow"]),
        ("weight_moved", [moved("grow", "weight", 1, 5, "02-01", "keep")], []),
        ("ambition_moved", [moved("win", "measure.ambition", "committed", "aspirational", "02-01")], ["win"]),
        ("aggregation_moved", [moved("win", "aggregate", "mean", "max", "02-01")], ["win"]),
        ("cadence_moved", [moved("win", "cadence", "weekly", "monthly", "02-01")], ["win"]),
        ("cadence_moved", [moved("win", "cadence", None, "monthly", "02-01")], []),
        ("target_moved", [moved("gone", "measure.target", 97, 95, "02-01")], []),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "changes", "keys"), MOVES)
def test_what_was_promised_must_stand_once_the_period_began(rule, changes, keys):
    assert said(rule, "grow < win", [MADE, *changes], **GROW) == keys


@pytest.mark.parametrize(("rule", "changes"), [row[:2] for row in MOVES if row[2]])
def test_what_was_changed_before_the_period_began_has_not_moved(rule, changes):
    earlier = [each._replace(on=date(2025, 12, 20)) for each in changes]
    assert said(rule, "grow < win", [MADE, *earlier], **GROW) == []


def test_a_new_node_is_set_up_on_its_first_day_and_promised_from_the_next():
    made = Change("win", CREATED, None, None, "dana", day("03-10"))
    for on, keys in (("03-10", []), ("03-11", ["win"])):
        assert (
            said("target_moved", "grow < win", [MADE, made, moved("win", "measure.target", 1, 2, on)], **GROW)
            == keys
        )


def test_without_a_window_the_running_period_of_the_cadence_is_what_began():
    loose = {**GROW, "win": {**GROW["win"], "cycle": None}}
    for on, keys in (("06-30", []), ("07-02", ["win"])):
        change = moved("win", "measure.target", 97, 95, on)
        assert said("target_moved", "grow < win", [MADE, change], on="07-20", **loose) == keys


def test_what_moved_is_told_with_who_when_from_and_to():
    change = moved("win", "measure.target", 97, 95, "02-01")
    (finding,) = [
        each for each in found("grow < win", [MADE, change], **GROW) if each.rule.id == "target_moved"
    ]
    facts = finding.facts
    assert (facts["before"].value, facts["after"].value) == (97, 95)
    assert (facts["who"].key, facts["day"], facts["began"]) == ("ivo", day("02-01"), date(2026, 1, 1))


def test_the_worst_comes_first_and_then_the_order_of_the_tree():
    every = found("grow < win=0.1, keep; lost=1", grow=GOAL, win={"cadence": None}, keep=RESULT)
    severities = [each.severity for each in every]
    assert severities == sorted(severities, key=list(Severity).index)
    warned = [each.key for each in every if each.severity is Severity.warning]
    assert warned == ["win", "lost"]
    assert {each.about for each in every} == {About.node, About.unit}


@pytest.mark.parametrize(
    ("waivers", "until"),
    [
        ([("no_cadence", "2026-07-01")], date(2026, 7, 1)),
        ([("no_cadence", "2026-06-30")], None),
        ([("stale", "2026-12-31")], None),
        ([("no_cadence", "2026-08-01"), ("no_cadence", "2026-09-01")], date(2026, 9, 1)),
    ],
)
def test_a_waiver_puts_its_rule_aside_up_to_its_last_day(waivers, until):
    given = [{"rule": rule, "reason": "A one-off", "until": last} for rule, last in waivers]
    every = found("grow < win=1, keep=1", grow=GOAL, win={"cadence": None, "waivers": given})
    (finding,) = [each for each in every if each.rule.id == "no_cadence"]
    assert finding.waived_until == until
    assert counting(every)[Severity.note] == sum(each.severity is Severity.note for each in every) - (
        until is not None
    )


@pytest.mark.parametrize(
    ("part", "until"),
    [
        ({"about": "unit", "key": "shop"}, date(2026, 12, 31)),
        ({"about": "unit", "key": "firm"}, None),
        ({"about": "person", "key": "shop"}, None),
        ({}, None),
    ],
)
def test_what_is_about_no_node_is_waived_by_the_plan(part, until):
    waiver = {"rule": "idle_unit", "reason": "Only just founded", "until": "2026-12-31", **part}
    firm = {"grow": {**GOAL, "unit": "firm"}}
    (idle,) = [
        each
        for each in found("grow < win=1", more={**MORE, "waivers": [waiver]}, **firm)
        if each.rule.id == "idle_unit"
    ]
    assert (idle.key, idle.waived_until) == ("shop", until)


def test_what_moved_in_the_plan_itself_is_waived_there():
    waiver = {"rule": "bands_moved", "reason": "Agreed by all", "until": "2026-12-31"}
    changes = [MADE, moved("", "bands.on_track", 0.9, 0.8, "02-01")]
    every = found("grow < win", changes, more={**MORE, "waivers": [waiver]}, **GROW)
    assert [each.waived_until for each in every if each.rule.id == "bands_moved"] == [date(2026, 12, 31)]


def test_a_graded_node_is_not_mended_any_more():
    grade = {"status": "off_track", "score": 0.2}
    closed = {"lifecycle": "closed", "cycle": None, "grade": grade, "owner": None, "cadence": None}
    assert [
        each.key for each in found("grow < win=0.1, keep=1", grow=GOAL, win=closed) if each.key == "win"
    ] == []


def test_an_empty_plan_has_no_finding():
    assert found("", more=MORE) == []


def test_every_rule_has_a_key_of_its_own_and_says_what_to_do():
    from scorecard.domain.schema import Waiver

    for key, rule in RULES.items():
        assert Waiver(rule=key, reason="fits", until=TODAY).rule == rule.id == key
        assert rule.sentence.endswith(".")
        assert rule.mend.sentence.endswith(".")


def test_every_rule_is_drawn_above_broken_and_kept():
    drawn = [*STRUCTURE, *QUALITY, *ACTING]
    broken, kept = ({row[0] for row in drawn if bool(row[3]) is found} for found in (True, False))
    assert broken == kept
    moves = {row[0] for row in MOVES if row[2]}
    elsewhere = {"guardrail_gave_way", "targets_too_easy", "alert_crossed", "gaps_in_sum"}
    assert set(RULES) == broken | moves | elsewhere


def test_the_demo_plan_is_wrong_on_purpose_in_these_places():
    with open("seeds/northwind.yaml", "rb") as seed:
        northwind = graph.build(planfile.read(seed.read(), "northwind.yaml").file)
    story_ends = date(2026, 11, 21)
    every = findings(northwind, rollup(northwind, story_ends), story_ends)
    by_rule = {}
    for each in every:
        by_rule.setdefault(each.rule.id, []).append(each.key)
    assert by_rule == {
        "off_track_without_action": [
            "inventory_turns", "complaint_resolution", "line_availability", "unplanned_downtime",
            "kr_changeover", "near_misses",
        ],
        "guardrail_gave_way": ["inventory_turns"],
        "alert_crossed": ["callout_response"],
        "not_yet_kpi": [
            "warranty_cost", "contacts", "resolved_first_contact", "opportunities", "carbon_per_unit",
            "line_speed",
        ],
        "stale": ["brand_awareness", "training_hours"],
        "target_past": ["line2_refit"],
        "no_path": ["website_visits"],
        "counted_twice": ["service_attach_rate", "customer_satisfaction", "voluntary_turnover"],
        "vanity": ["website_visits"],
        "many_objectives": ["company"],
        "many_kpis": ["marketing", "customer_service", "aylin"],
    }  # fmt: skip


def test_a_chain_of_ten_thousand_is_no_deeper_than_it_looks():
    drawing = "; ".join(f"n{at} < n{at + 1}" for at in range(9_999)) + "; n9999 < last=1"
    drawn = plan(drawing, more={"cycles": []})
    assert findings(drawn, rollup(drawn, TODAY), TODAY)


def test_a_ladder_of_diamonds_is_walked_once():
    steps = "; ".join(f"n{at} < a{at} < n{at + 1}; n{at} < b{at} < n{at + 1}" for at in range(60))
    drawn = plan(f"{steps}; n60 < last=1", n0=GOAL)
    found_ = findings(drawn, rollup(drawn, TODAY), TODAY)
    assert [each.key for each in found_ if each.rule.id == "counted_twice"] == ["last"]
