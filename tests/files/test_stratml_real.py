"""Five StratML plans that others wrote keep all that they hold."""

import json
from pathlib import Path

import pytest

from scorecard.domain.measure import AtLeast
from scorecard.domain.vocabulary import Cadence, Level, NodeKind
from scorecard.files import plan_text, planfile, stratml

SHARED = Path(__file__).parents[3] / "shared" / "data"
PLANS = SHARED / "stratml" / "plans"
EXPECTED = SHARED / "EXPECTED_shared.json"
REAL = ["OECD_AI.xml", "OntoInsights.xml", "PMOAI.xml", "SMLC2011.xml", "US_Assistance_to_Albania.xml"]
pytestmark = pytest.mark.skipif(not PLANS.is_dir(), reason="the real StratML plans are not on this machine")


@pytest.mark.parametrize("name", REAL)
def test_a_real_plan_keeps_all_it_holds(name):
    expected = json.loads(EXPECTED.read_text())["stratml"]["shared"][name]
    plan = stratml.read((PLANS / name).read_bytes(), name).file
    kinds = [node.kind for node in plan.nodes]
    assert kinds.count(NodeKind.objective) == expected["goals"] + expected["objectives"]
    assert kinds.count(NodeKind.kpi) == expected["indicators"]
    assert sum(node.level is Level.strategic for node in plan.nodes) == expected["goals"]
    assert len(plan.observations) == expected["numeric_actuals"]
    assert len(plan.targets) == expected["numeric_targets"]
    assert len(plan.links) == expected["objectives"] + expected["indicators"]


@pytest.mark.parametrize("name", REAL)
def test_a_real_plan_travels_on_as_a_plan_file(name):
    plan = stratml.read((PLANS / name).read_bytes(), name).file
    assert planfile.read(plan_text.write_yaml(plan), "plan.yaml").file == plan
    assert planfile.read(plan_text.write_json(plan), "plan.json").file == plan


@pytest.mark.parametrize("name", REAL)
def test_a_real_plan_read_again_is_the_same_plan(name):
    data = (PLANS / name).read_bytes()
    assert stratml.read(data, name) == stratml.read(data, name)
    assert stratml.read(data, "elsewhere.xml").file == stratml.read(data, name).file


@pytest.mark.parametrize("name", REAL)
def test_every_warning_about_a_real_plan_has_its_place(name):
    warnings = stratml.read((PLANS / name).read_bytes(), name).warnings
    assert warnings
    for warning in warnings:
        place, _, element = warning.where.partition(" ")
        file, line, column = place.split(":")
        assert (file, int(line) > 0, int(column) > 0, element[0]) == (name, True, True, "<")
        assert "{" not in warning.message


def test_parts_subtotals_and_totals_of_a_period_stand_apart():
    name = "US_Assistance_to_Albania.xml"
    expected = json.loads(EXPECTED.read_text())["stratml"]["shared"][name]["reconciliation"]
    plan = stratml.read((PLANS / name).read_bytes(), name).file
    rows = {"items": [], "subtotals": [], "totals": []}
    for row in plan.observations:
        bare = (row.label or "").partition(" (")[0]
        rows[{"Subtotal": "subtotals", "Total": "totals"}.get(bare, "items")].append(row.value)
    assert {kind: [len(found), sum(found)] for kind, found in rows.items()} == expected
    assert all(isinstance(node.measure, AtLeast) for node in plan.nodes if node.kind is NodeKind.kpi)
    assert {node.cadence for node in plan.nodes if node.kind is NodeKind.kpi} == {Cadence.yearly}
    assert plan.fiscal_year_start == 10
