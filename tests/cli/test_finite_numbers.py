"""NaN and infinity come in by no command: a file that says them is refused at their place, all of it."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run

FILES = {
    "plan.yaml": "plan: p\nnodes: [{{key: a, kind: kpi, title: A}}]\n"
    "observations:\n  - {{node: a, date: 2026-01-31, value: 1}}\n"
    "  - {{node: a, date: 2026-02-28, value: {0}}}\n",
    "plan.json": '{{"plan": "p", "nodes": [{{"key": "a", "kind": "kpi", "title": "A"}}],\n'
    '"observations": [{{"node": "a", "date": "2026-01-31", "value": 1}},\n\n'
    '{{"node": "a", "date": "2026-02-28",\n"value": {0}}}]}}',
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("spelled", [".inf", "-.inf", ".nan", "NaN", "-Infinity", "1e400"])
def test_a_plan_with_it_is_refused_at_its_place_and_nothing_is_kept(
    run: Run, tmp_path: Path, name: str, spelled: str
) -> None:
    file = tmp_path / name
    file.write_text(FILES[name].format(spelled))
    answer = run("plan", "import", file, code=1)
    assert answer.stdout == ""
    assert f"{name}:5:" in answer.stderr
    assert json.loads(run("plan", "list", "--json").stdout) == []
