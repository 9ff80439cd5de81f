"""Drafts and cycles by command."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run

PLAN = """
plan: p
title: P
cycles: [{key: q1, title: Q1, start: 2026-01-01, end: 2026-03-31}]
nodes:
  - {key: grow, kind: objective, title: Grow, cycle: q1}
  - {key: churn, kind: kpi, title: Churn, cycle: q1, measure: {kind: at_most, target: 3}}
links: [{child: churn, parent: grow}]
observations: [{node: churn, date: 2026-03-31, value: 2}]
"""


@pytest.fixture
def begun(run: Run, tmp_path: Path) -> Path:
    """Import the plan, begin the draft `next`, and return a place for files."""
    (tmp_path / "p.yaml").write_text(PLAN)
    run("plan", "import", tmp_path / "p.yaml")
    assert "next" in run("plan", "draft", "p", "--title", "Next year", "--key", "next").stdout
    return tmp_path


def edited(folder: Path, key: str, old: str, new: str) -> Path:
    file = folder / f"{key}-{new.split()[-1]}.yaml"
    file.write_text(PLAN.replace("plan: p\ntitle: P", f"plan: {key}\ntitle: {key}").replace(old, new))
    return file


def test_a_draft_is_edited_by_import_and_merged(run: Run, begun: Path) -> None:
    run("plan", "import", edited(begun, "next", "target: 3", "target: 2.5"))
    assert run("plan", "merge", "next", "--dry-run").stdout.startswith("0 clashes")
    assert "revision 2" in run("plan", "merge", "next", "--reason", "Agreed.").stdout
    assert "target: 2.5" in run("plan", "export", "p", "-", "--format", "yaml").stdout
    assert "archived" in run("plan", "merge", "next", code=1).stderr


def test_clashes_are_listed_and_one_side_is_taken(run: Run, begun: Path) -> None:
    run("plan", "import", edited(begun, "next", "title: Churn", "title: Mine"))
    run("plan", "import", edited(begun, "p", "title: Churn", "title: Theirs"))
    (clash,) = json.loads(run("plan", "merge", "next", "--dry-run", "--json").stdout)
    assert clash == {
        "kind": "node",
        "key": "churn",
        "field": "title",
        "base": "Churn",
        "live": "Theirs",
        "draft": "Mine",
    }
    assert "Decide" in run("plan", "merge", "next", code=1).stderr
    run("plan", "merge", "next", "--take", "draft")
    assert "title: Mine" in run("plan", "export", "p", "-", "--format", "yaml").stdout


def test_what_is_no_draft_is_refused_in_a_line(run: Run, begun: Path) -> None:
    assert "no draft" in run("plan", "merge", "p", code=1).stderr
    assert "no plan" in run("plan", "draft", "nowhere", "--title", "N", code=1).stderr


def test_a_cycle_is_closed_and_reopened_with_a_reason(run: Run, begun: Path) -> None:
    run("plan", "cycle", "p", "q1", "closed")
    late = edited(begun, "p", "value: 2", "value: 9")
    assert "Reopen it, with a reason" in run("plan", "import", late, code=1).stderr
    assert "Say why" in run("plan", "cycle", "p", "q1", "closing", code=1).stderr
    run("plan", "cycle", "p", "q1", "closing", "--reason", "A late invoice.")
    assert "cannot become draft" in run("plan", "cycle", "p", "q1", "draft", code=1).stderr
