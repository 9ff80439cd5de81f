"""NaN and infinity come in by no file: each number of a plan is finite, however it is spelled."""

import json
import math
from copy import deepcopy

import pytest
from pydantic import ValidationError

from scorecard.domain.schema import PlanFile
from scorecard.files import planfile
from scorecard.files.remark import FileRefused
from tests.files.test_stratml import instance, measured, result

NODE = {"kind": "kpi", "title": "A node"}
DAYS = {"start": "2026-01-01", "due": "2026-12-31"}
PLAN = {
    "plan": "all",
    "fiscal_year_start": 4,
    "bands": {"on_track": 0.9, "at_risk": 0.7},
    "nodes": [
        {
            **NODE,
            "key": "reach",
            "measure": {
                "kind": "reach",
                "baseline": 1.0,
                "target": 9.0,
                "alert": 2.0,
                "path": [{"date": "2026-06-30", "value": 4.0}],
                **DAYS,
            },
            "bands": {"on_track": 0.9, "at_risk": 0.7},
            "tier": 2,
            "benchmark": {"value": 7.0},
            "grade": {"progress": 0.4, "score": 0.4, "status": "off_track"},
        },
        {**NODE, "key": "low", "measure": {"kind": "at_least", "target": 9.0, "floor": 8.0, "alert": 8.5}},
        {**NODE, "key": "high", "measure": {"kind": "at_most", "target": 9.0, "floor": 10.0, "alert": 9.5}},
        {**NODE, "key": "band", "measure": {"kind": "between", "low": 1.0, "high": 2.0, "floor": 0.5}},
        {
            **NODE,
            "key": "stone",
            "measure": {"kind": "milestone", "path": [{"date": "2026-06-30", "value": 4.0}], **DAYS},
        },
    ],
    "links": [
        {"child": "low", "parent": "reach", "weight": 2.0},
        {"child": "high", "parent": "reach", "kind": "drives", "sign": 1, "lag": 2},
    ],
    "observations": [{"node": "low", "date": "2026-03-31", "value": 9.0, "confidence": 0.7}],
    "targets": [{"node": "low", "date": "2026-03-31", "value": 9.0}],
}
"""A plan that says every number that a plan can say."""


def places(value, at=()):
    """Yield the place of every number inside a value."""
    if isinstance(value, dict | list):
        for name, inside in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(inside, (*at, name))
    elif not isinstance(value, str):
        yield at


def with_number(place, number):
    """Return the plan with another number in one place."""
    plan = deepcopy(PLAN)
    inside = plan
    for name in place[:-1]:
        inside = inside[name]
    inside[place[-1]] = number
    return plan


NUMBERS = list(places(PLAN))


def numeric(schema):
    """Yield the name of every field that may hold a number, in a JSON schema and whatever it is made of."""
    for name, field in [
        each for part in [schema, *schema["$defs"].values()] for each in part.get("properties", {}).items()
    ]:
        kinds = {each.get("type") for each in [field, *field.get("anyOf", ())]}
        if kinds & {"number", "integer"}:
            yield name


def test_the_plan_says_every_number_that_a_plan_can_say():
    assert {place[-1] for place in NUMBERS} == {*numeric(PlanFile.model_json_schema())}
    assert planfile.read(json.dumps(PLAN).encode(), "plan.json").file.plan == "all"


@pytest.mark.parametrize("number", [math.inf, -math.inf, math.nan])
def test_no_field_takes_what_is_not_finite(number):
    for place in NUMBERS:
        with pytest.raises(ValidationError):
            PlanFile.model_validate(with_number(place, number))


LARGE = "9" * 400
BOTH = ("1e400", "-1e400", LARGE, "nan", "NaN", "inf", "Infinity", "-Infinity", ".inf", "1_000", "١٢", "true")
YAML, JSON = (*BOTH, "-.INF", "+.Inf", ".nan", ".NaN", "0x1p1024"), (*BOTH, '"1"', '"NaN"')


@pytest.mark.parametrize(
    ("name", "spelled"),
    [*(("plan.yaml", each) for each in YAML), *(("plan.json", each) for each in JSON)],
    ids=lambda given: given[:9],
)
def test_no_file_brings_it_however_it_is_spelled(name, spelled):
    for place in NUMBERS:
        text = json.dumps(with_number(place, "HERE")).replace('"HERE"', spelled)
        with pytest.raises(FileRefused) as refused:
            planfile.read(text.encode(), name)
        (problem,) = refused.value.problems
        assert problem.where.startswith(f"{name}:1:"), place


@pytest.mark.parametrize(
    "spelled", ["INF", "-INF", "NaN", "Infinity", "∞", "1e400", "-1e400", "9" * 400, "1_000", "١٢"]
)
@pytest.mark.parametrize("kind", ["Actual", "Target"])
def test_stratml_keeps_it_as_words_and_takes_no_number_from_it(kind, spelled):
    plan, warnings = measured(instance(result(kind, spelled, "2026-12-31")))
    assert (plan.observations, plan.targets, plan.nodes[2].measure) == ((), (), None)
    assert any("is not a number" in each for each in warnings)
