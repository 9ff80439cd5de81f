"""Validated input: what may be said, and the sentence for what may not."""

import pytest
from pydantic import ValidationError

from scorecard.domain.schema import (
    CycleFields,
    LinkFields,
    NodeFields,
    ObservationFields,
    PersonFields,
    PlanFile,
    TargetFields,
)

NODE = {"key": "a", "kind": "kpi", "title": "A"}
LINK = {"child": "a", "parent": "b"}
SEEN = {"node": "a", "date": "2026-03-31", "value": 1.0}
AT_LEAST = {"kind": "at_least", "target": 95.0}


@pytest.mark.parametrize(
    ("shape", "fields", "says"),
    [
        (NodeFields, {**NODE, "key": "A"}, "pattern"),
        (NodeFields, {**NODE, "key": "1a"}, "pattern"),
        (NodeFields, {**NODE, "key": "a-b"}, "pattern"),
        (NodeFields, {**NODE, "key": "a" * 81}, "at most 80"),
        (NodeFields, {**NODE, "title": "x" * 5_000}, "at most 300"),
        (NodeFields, {**NODE, "title": "  "}, "at least 1"),
        (NodeFields, {**NODE, "title": "a\x07b"}, "control character"),
        (NodeFields, {**NODE, "colour": "red"}, "Extra inputs"),
        (NodeFields, {**NODE, "kind": "goal"}, "'objective', 'key_result'"),
        (NodeFields, {**NODE, "tier": 4}, "less than or equal to 3"),
        (NodeFields, {**NODE, "tier": True}, "valid integer"),
        (NodeFields, {**NODE, "formula": "1 +"}, "formula"),
        (NodeFields, {**NODE, "formula": "__import__('os')"}, "formula"),
        (NodeFields, {**NODE, "policy": "judged"}, "needs a status, a reason"),
        (NodeFields, {**NODE, "measure": {**AT_LEAST, "floor": 96.0}}, "wrong side"),
        (NodeFields, {**NODE, "measure": {"kind": "at_most", "target": 4.0, "floor": 3.0}}, "wrong side"),
        (NodeFields, {**NODE, "measure": {"kind": "between", "low": 2.0, "high": 1.0}},
         "below its lower end"),
        (NodeFields, {**NODE, "measure": {**AT_LEAST, "target": "95"}}, "valid number"),
        (NodeFields, {**NODE, "measure": {**AT_LEAST, "target": float("nan")}}, "finite"),
        (NodeFields, {**NODE, "measure": {**AT_LEAST, "target": True}}, "valid number"),
        (NodeFields, {**NODE, "measure": {"kind": "milestone"}}, "Field required"),
        (NodeFields, {**NODE, "measure": {"kind": "smart"}}, "does not match any of the expected tags"),
        (NodeFields, {**NODE, "bands": {"on_track": 0.5, "at_risk": 0.8}}, "above on track"),
        (NodeFields, {**NODE, "archived": 1}, "valid boolean"),
        (LinkFields, {**LINK, "weight": 0}, "greater than 0"),
        (LinkFields, {**LINK, "weight": -1}, "greater than 0"),
        (LinkFields, {**LINK, "weight": float("inf")}, "finite"),
        (LinkFields, {**LINK, "kind": "feeds"}, "'contributes'"),
        (LinkFields, {**LINK, "sign": 0}, "1 or -1"),
        (LinkFields, {**LINK, "lag": -1}, "greater than or equal to 0"),
        (ObservationFields, {**SEEN, "value": float("inf")}, "finite"),
        (ObservationFields, {**SEEN, "value": False}, "valid number"),
        (ObservationFields, {**SEEN, "value": "1_000"}, "valid number"),
        (ObservationFields, {**SEEN, "value": "٣"}, "valid number"),
        (ObservationFields, {**SEEN, "date": "31.03.2026"}, "year-month-day"),
        (ObservationFields, {**SEEN, "date": "2026-02-30"}, "year-month-day"),
        (ObservationFields, {**SEEN, "date": 20260331}, "year-month-day"),
        (ObservationFields, {**SEEN, "date": "1899-12-31"}, "between 1900 and 2200"),
        (ObservationFields, {**SEEN, "confidence": 1.1}, "less than or equal to 1"),
        (TargetFields, {**SEEN, "value": "target"}, "valid number"),
        (CycleFields, {"key": "c", "title": "C", "start": "2026-02-01", "end": "2026-01-31"},
         "cannot end before"),
        (PersonFields, {"key": "p", "name": "P", "email": "nobody"}, "pattern"),
        (PlanFile, {"plan": "p", "nodes": [], "timezone": "Mars/Base"}, "no time zone"),
        (PlanFile, {"plan": "p", "nodes": [], "fiscal_year_start": 13}, "less than or equal to 12"),
        (PlanFile, {"plan": "p"}, "Field required"),
    ],
)  # fmt: skip
def test_what_may_not_be_said_is_refused_with_a_sentence(shape, fields, says):
    with pytest.raises(ValidationError) as refused:
        shape.model_validate(fields)
    assert says in str(refused.value)


@pytest.mark.parametrize(
    "fields",
    [
        {"measure": {**AT_LEAST, "floor": 95.0}},
        {"measure": {"kind": "reach", "baseline": 5.0, "target": 5.0}},
        {"measure": {"kind": "between", "low": 1.0, "high": 1.0}},
        {"measure": {"kind": "at_least", "target": 95}},
        {"formula": "lag(a, 1) + b"},
        {"title": "  spaces around  "},
    ],
)
def test_what_is_odd_but_sound_is_accepted(fields):
    assert NodeFields.model_validate({**NODE, **fields})


def test_a_plan_without_a_title_is_called_by_its_key_and_has_four_perspectives():
    plan = PlanFile.model_validate({"plan": "p", "nodes": []})
    assert (plan.title, len(plan.perspectives)) == ("p", 4)
    assert [each.key for each in plan.perspectives] == ["financial", "customer", "process", "learning"]


def test_nothing_changes_after_it_was_checked():
    node = NodeFields.model_validate(NODE)
    with pytest.raises(ValidationError, match="frozen"):
        node.title = "B"


@pytest.mark.parametrize("part", [{"about": "unit"}, {"about": "plan", "key": "shop"}, {"key": "shop"}])
def test_a_waiver_of_the_plan_names_its_part_and_the_plan_itself_none(part):
    waiver = {"rule": "idle_unit", "reason": "New", "until": "2026-12-31", **part}
    with pytest.raises(ValidationError, match="names the part it is about"):
        PlanFile(plan="p", nodes=(), waivers=(waiver,))
