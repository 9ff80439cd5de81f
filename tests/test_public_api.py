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


USED = """
import sys
from datetime import date
import scorecard
plan = scorecard.read_plan(sys.argv[1])
found = scorecard.standings(plan, date(2026, 4, 1))
scorecard.explain(plan, next(iter(found)), date(2026, 4, 1))
heavy = {"flask", "werkzeug", "jinja2", "sqlalchemy", "sqlmodel", "alembic", "flask_babel", "app"}
sys.exit(", ".join(sorted(heavy & set(sys.modules))) or 0)
"""


def test_a_notebook_needs_neither_flask_nor_a_database(tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text(PLAN)
    ran = subprocess.run([sys.executable, "-c", USED, str(file)], check=False, capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_what_is_public_says_what_it_returns_and_raises() -> None:
    for name in scorecard.__all__:
        said = getattr(scorecard, name).__doc__ or ""
        assert len(said.split()) > 8, name
    assert "FileRefused" in (scorecard.read_plan.__doc__ or "")
    assert "NotFound" in (scorecard.explain.__doc__ or "")


def test_a_day_left_out_is_today_where_the_plan_is(plan: scorecard.Plan) -> None:
    assert scorecard.standings(plan) == scorecard.standings(plan, plan.today())
    assert scorecard.explain(plan, "delight") == scorecard.explain(plan, "delight", plan.today())


def test_an_archived_node_stands_nowhere_and_explains_nothing(tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text(PLAN.replace("title: Kind,", "title: Kind, archived: true,"))
    archived = scorecard.read_plan(file)
    assert set(scorecard.standings(archived, DAY)) == {"delight", "fast"}
    with pytest.raises(NotFound, match="kind"):
        scorecard.explain(archived, "kind", DAY)
