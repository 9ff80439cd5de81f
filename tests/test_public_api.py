"""The part of the package that a notebook uses: a file in, standings and explanations out."""

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

import scorecard
from scorecard.domain.errors import NotFound
from scorecard.files.remark import FileRefused

PLAN = """\
plan: acme
nodes:
  - {key: delight, kind: objective, title: Delight}
  - {key: fast, kind: kpi, title: Fast, measure: {kind: at_least, target: 90, floor: 80}}
  - {key: kind, kind: kpi, title: Kind, measure: {kind: at_least, target: 90, floor: 80}}
links:
  - {child: fast, parent: delight, weight: 3}
  - {child: kind, parent: delight}
observations:
  - {node: fast, date: 2026-03-31, value: 95}
  - {node: kind, date: 2026-03-31, value: 80}
"""
DAY = date(2026, 4, 1)


@pytest.fixture
def plan(tmp_path: Path) -> scorecard.Plan:
    file = tmp_path / "plan.yaml"
    file.write_text(PLAN)
    return scorecard.read_plan(file)


def test_a_file_becomes_standings(plan: scorecard.Plan) -> None:
    found = scorecard.standings(plan, DAY)
    assert found["delight"].score == pytest.approx((3 * 1 + 1 * 0.75) / 4)
    assert found["kind"].status == "at_risk"


def test_an_explanation_adds_up(plan: scorecard.Plan) -> None:
    said = scorecard.explain(plan, "delight", DAY)
    assert [(leaf.key, leaf.gap_share) for leaf in said.leaves] == [("kind", 0.0625), ("fast", 0.0)]
    assert said.gap == pytest.approx(0.0625)


def test_what_is_not_there_is_said(plan: scorecard.Plan, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="nothing"):
        scorecard.explain(plan, "nothing", DAY)
    with pytest.raises(OSError, match="missing"):
        scorecard.read_plan(tmp_path / "missing.yaml")
    (tmp_path / "bad.yaml").write_text("plan: acme\nnodes: 3\n")
    with pytest.raises(FileRefused, match=r"bad.yaml:2:"):
        scorecard.read_plan(tmp_path / "bad.yaml")


def test_a_notebook_needs_neither_flask_nor_a_database() -> None:
    code = "import sys, scorecard; sys.exit(bool({'flask', 'sqlalchemy'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
