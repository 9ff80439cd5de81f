"""import(export(plan)) is the plan, in every syntax, whatever its texts and numbers."""

import json

import pytest
import yaml
from hypothesis import given, settings

from scorecard.domain.schema import NodeFields, PlanFile
from scorecard.files import plan_text, planfile
from tests.plans import grown_plan, plans

WRITERS = {"yaml": plan_text.write_yaml, "json": plan_text.write_json}


@pytest.mark.parametrize("syntax", WRITERS)
@settings(max_examples=40, deadline=None)
@given(plan=plans())
def test_a_written_plan_reads_as_itself(syntax, plan):
    written = WRITERS[syntax](plan)
    again = planfile.read(written, f"plan.{syntax}").file
    assert again == plan
    assert WRITERS[syntax](again) == written


@settings(max_examples=15, deadline=None)
@given(plan=plans())
def test_both_syntaxes_say_the_same(plan):
    from_json = planfile.read(plan_text.write_json(plan), "plan.json").file
    assert planfile.read(plan_text.write_yaml(plan), "plan.yaml").file == from_json


@settings(max_examples=15, deadline=None)
@given(plan=plans())
def test_written_json_is_json_to_everyone(plan):
    assert json.loads(plan_text.write_json(plan))["plan"] == plan.plan


def test_no_field_is_left_out_of_the_order():
    assert sorted(plan_text.PLAN_ORDER) == sorted(PlanFile.model_fields)
    assert sorted(plan_text.NODE_ORDER) == sorted(NodeFields.model_fields)


def test_a_written_plan_reads_well():
    """
    plan: northwind
    title: Northwind Group
    perspectives: []
    mission: |-
      Close to our customers,
      wherever they are.
    values: [Care, "no"]
    nodes:
      - key: on_time
        kind: kpi
        title: "Delivery: on time, in full"
        cadence: weekly
        measure: {kind: at_least, target: 95, floor: 92.5}
        tags: [logistics, "2026"]
        actions:
          - {title: Second carrier, due: 2026-05-01}
      - key: delight
        kind: objective
        title: Delight our customers
    links:
      - {child: on_time, parent: delight, weight: 2, critical: true}
    observations:
      - {node: on_time, date: 2026-03-31, value: 93.4, note: "Snow, again"}
    """
    text = test_a_written_plan_reads_well.__doc__
    drawn = "\n".join(line[4:] for line in text.strip("\n").split("\n")[:-1]) + "\n"
    listed = drawn.replace('values: [Care, "no"]', 'values:\n  - Care\n  - "no"')
    assert plan_text.write_yaml(planfile.read(drawn.encode(), "plan.yaml").file).decode() == listed


def test_a_large_plan_keeps_every_row():
    plan = grown_plan(300, seed=7)
    written = plan_text.write_yaml(plan)
    assert planfile.read(written, "plan.yaml").file == plan
    assert written.count(b"\n") < 5 * len(plan.nodes) + len(plan.observations) + len(plan.links) + 5 * 300


def test_other_readers_of_yaml_see_the_same_texts():
    """PyYAML speaks YAML 1.1; what it could mistake for a number or a boolean stands in quotes."""
    plan = PlanFile(plan="p", values=("no", "on", "1_000", "12:30", "0o7", "~", "plain words"), nodes=())
    assert yaml.safe_load(plan_text.write_yaml(plan))["values"] == list(plan.values)
