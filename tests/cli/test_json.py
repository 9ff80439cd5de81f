"""What programs read of a plan: just these fields, numbers as numbers, null where there is nothing."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from scorecard.domain.vocabulary import NodeKind, Policy, Reason, Rule, Status
from tests.cli.conftest import Run

PLAN = """\
plan: all
title: One of each
people: [{key: dana, name: Dana}]
units: [{key: ops, title: Ops}]
nodes:
  - {key: top, kind: objective, title: Top, perspective: process, unit: ops, owner: dana}
  - {key: best, kind: objective, title: Best, policy: best}
  - key: word
    kind: objective
    title: Word
    policy: judged
    judged: {status: at_risk, reason: It rains., by: dana, until: 2026-12-31}
  - {key: thin, kind: objective, title: Thin}
  - {key: bare, kind: objective, title: Bare}
  - {key: far, kind: key_result, title: Far, cadence: monthly,
     measure: {kind: reach, baseline: 0, target: 100, start: 2026-01-01, due: 2026-12-31}}
  - {key: least, kind: kpi, title: Least, measure: {kind: at_least, target: 95, floor: 90}}
  - {key: band, kind: kpi, title: Band, measure: {kind: between, low: 70, high: 82, floor: 6}}
  - {key: zone, kind: key_result, title: Zone,
     measure: {kind: zones, commit: a pilot, target: a launch, stretch: a hit}}
  - {key: stone, kind: initiative, title: Stone, measure: {kind: milestone, due: 2026-06-30}}
  - {key: spent, kind: kpi, title: Spent, aggregate: sum, cadence: monthly,
     measure: {kind: at_most, target: 1200, start: 2026-01-01, due: 2026-12-31}}
  - {key: metric, kind: kpi, title: Metric}
  - {key: alike, kind: kpi, title: Alike, measure: {kind: reach, baseline: 5, target: 5}}
  - {key: empty, kind: kpi, title: Empty, measure: {kind: at_least, target: 5}}
  - {key: old, kind: kpi, title: Old, cadence: monthly, measure: {kind: at_least, target: 5}}
  - {key: later, kind: kpi, title: Later, measure: {kind: milestone, due: 2026-12-31}}
  - {key: broken, kind: kpi, title: Broken, formula: least / metric, measure: {kind: at_least, target: 5}}
links:
  - {child: far, parent: top, weight: 2}
  - {child: least, parent: top}
  - {child: band, parent: best}
  - {child: zone, parent: best}
  - {child: stone, parent: word}
  - {child: spent, parent: thin}
  - {child: empty, parent: thin, weight: 3}
observations:
  - {node: far, date: 2026-06-30, value: 40}
  - {node: least, date: 2026-06-30, value: 92.5}
  - {node: band, date: 2026-06-30, value: 85}
  - {node: zone, date: 2026-06-30, value: target}
  - {node: stone, date: 2026-06-30, value: 1}
  - {node: spent, date: 2026-06-30, value: 600}
  - {node: metric, date: 2026-06-30, value: 0}
  - {node: alike, date: 2026-06-30, value: 7}
  - {node: old, date: 2026-04-30, value: 9}
"""
DAY = "2026-07-01"

TEXT, NUMBER = (str,), (float, int)
STANDING: Mapping[str, tuple[type, ...]] = {
    "key": TEXT, "kind": TEXT, "title": TEXT, "perspective": (*TEXT, type(None)), "unit": (*TEXT, type(None)),
    "owner": (*TEXT, type(None)), "value": (*NUMBER, str, type(None)), "baseline": (*NUMBER, type(None)),
    "target": (*NUMBER, str, type(None)), "expected": (*NUMBER, type(None)),
    "progress": (*NUMBER, type(None)), "score": (*NUMBER, type(None)), "status": TEXT,
    "reason": (*TEXT, type(None)), "coverage": NUMBER, "worst": TEXT, "worst_key": (*TEXT, type(None)),
    "as_of": TEXT,
}  # fmt: skip
EXPLANATION = {
    "key", "score", "gap", "policy", "children", "leaves", "rule", "off_track_below", "leaves_below",
}  # fmt: skip
CHILD = {"key", "weight", "effective_weight", "score", "status", "gap_share"}
LEAF = {"key", "effective_weight", "score", "gap_share"}
FINDING = {"rule", "severity", "key", "message", "mend", "waived_until"}

Asked = Callable[..., Any]


def no_number(text: str) -> None:
    """Refuse NaN and infinity, which are not JSON."""
    raise AssertionError(text)


@pytest.fixture
def asked(run: Run, tmp_path: Path) -> Asked:
    """Return a way to ask a command about the plan."""
    file = tmp_path / "all.yaml"
    file.write_text(PLAN)
    run("plan", "import", file)

    def ask(command: str, *args: str) -> Any:
        out = run("plan", command, "all", *args, "--as-of", DAY, "--json").stdout
        return json.loads(out, parse_constant=no_number)

    return ask


def test_a_standing_has_just_its_fields_of_just_their_types(asked: Asked) -> None:
    rows = asked("standings")
    assert [row["key"] for row in rows][:3] == ["top", "far", "least"]
    for row in rows:
        assert list(row) == [
            *list(STANDING)[:9], *(["low", "high"] if row["key"] == "band" else []), *list(STANDING)[9:],
        ]  # fmt: skip
        for name, types in STANDING.items():
            assert type(row[name]) in types, (row["key"], name, row[name])
        assert row["status"] in set(Status)
        assert row["worst"] in set(Status)
        assert row["kind"] in set(NodeKind)
        assert row["reason"] is None or row["reason"] in set(Reason)
        assert row["as_of"] == DAY


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("far", {"value": 40, "baseline": 0, "target": 100, "expected": 0.5, "progress": 0.4, "score": 0.8,
                 "status": "at_risk", "reason": None, "coverage": 1, "worst": "at_risk", "worst_key": "far"}),
        ("least", {"value": 92.5, "baseline": None, "target": 95, "expected": None, "progress": 0.5,
                   "score": 0.825}),
        ("band", {"value": 85, "target": None, "low": 70, "high": 82, "baseline": None, "expected": None}),
        ("zone", {"value": "target", "target": "a launch", "progress": 0.7, "score": 1,
                  "status": "on_track"}),
        ("stone", {"value": 1, "target": 1, "baseline": None, "progress": 1, "score": 1}),
        ("spent", {"value": 600, "target": 1200, "expected": 0.5, "score": 1}),
        ("metric", {"value": 0, "target": None, "score": None, "progress": None, "reason": "no_target"}),
        ("alike", {"value": 7, "score": None, "progress": None, "reason": "no_range", "status": "no_data"}),
        ("empty", {"value": None, "score": None, "reason": "no_value", "coverage": 0}),
        ("old", {"value": 9, "score": 1, "status": "on_track", "reason": "stale", "coverage": 0}),
        ("later", {"value": None, "score": None, "reason": "not_due"}),
        ("broken", {"value": None, "score": None, "reason": "formula_error"}),
        ("bare", {"value": None, "target": None, "reason": "no_target", "worst": "no_data",
                  "worst_key": None}),
        ("thin", {"score": 1, "status": "no_data", "reason": "low_coverage", "coverage": 0.25}),
        ("word", {"score": 1, "status": "at_risk", "reason": None}),
        ("top", {"perspective": "process", "unit": "ops", "owner": "dana", "value": None, "target": None,
                 "status": "at_risk"}),
    ],
)  # fmt: skip
def test_what_is_said_of_each_kind_and_reason(asked: Asked, key: str, said: Mapping[str, object]) -> None:
    (row,) = [row for row in asked("standings") if row["key"] == key]
    found = {name: row[name] for name in said}
    assert {
        name: pytest.approx(each) if isinstance(each, float) else each for name, each in said.items()
    } == found


@pytest.mark.parametrize(
    ("key", "rule"),
    [("top", "bands"), ("best", "best"), ("word", "judged"), ("thin", "low_coverage"),
     ("bare", "no_target"), ("far", "bands"), ("empty", "no_value"), ("broken", "formula_error")],
)  # fmt: skip
def test_an_explanation_has_just_its_fields_and_adds_up(asked: Asked, key: str, rule: str) -> None:
    said = asked("explain", key)
    assert set(said) == EXPLANATION
    assert said["policy"] in set(Policy)
    assert said["rule"] in {*Rule, *Reason}
    assert said["rule"] == rule
    assert all(set(row) == CHILD for row in said["children"])
    assert all(set(row) == LEAF for row in said["leaves"])
    assert all(row["status"] in set(Status) for row in said["children"])
    assert (said["gap"] is None) is (said["score"] is None)
    if said["gap"] is not None:
        assert said["gap"] == pytest.approx(1 - said["score"])
        assert sum(row["gap_share"] for row in said["leaves"]) == pytest.approx(said["gap"], abs=1e-9)
    assert (type(said["off_track_below"]), type(said["leaves_below"])) == (int, int)


def test_a_child_without_a_score_is_null_and_weighs_nothing(asked: Asked) -> None:
    spent, empty = asked("explain", "thin")["children"]
    assert (spent["weight"], spent["effective_weight"], spent["score"]) == (1, 1, 1)
    assert empty == {
        "key": "empty", "weight": 3, "effective_weight": 0, "score": None, "status": "no_data",
        "gap_share": 0,
    }  # fmt: skip


def test_a_finding_has_its_fields_in_sentences(asked: Asked) -> None:
    found = asked("findings")
    assert {"no_range", "not_yet_kpi", "stale"} <= {each["rule"] for each in found}
    for each in found:
        assert set(each) >= FINDING
        assert each["severity"] in ("error", "warning", "note")
        assert each["message"].endswith(".")
        assert each["mend"].endswith(".")
        assert each["waived_until"] is None
