"""The commands as scripts rely on them: what they print, their exit codes, what a refusal leaves alone."""

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.cli.conftest import Run

SHARED = Path(__file__).parent.parent.parent.parent / "shared" / "data"
STRATML = SHARED / "stratml" / "plans"
PLANS = ("US_Assistance_to_Albania", "SMLC2011", "OECD_AI", "PMOAI", "OntoInsights")
DAY = "2026-11-21"
STANDING = {
    *("key", "kind", "title", "perspective", "unit", "owner", "value", "baseline", "target", "expected"),
    *("progress", "score", "status", "reason", "coverage", "worst", "worst_key", "as_of"),
}
EXPLANATION = {
    *("key", "score", "gap", "policy", "children", "leaves", "rule", "off_track_below", "leaves_below"),
}
COUNTS = {"added", "changed", "archived", "unchanged"}


def changes(counts: dict[str, Any]) -> int:
    """Return how many things of any kind an import touched."""
    return sum(each[word] for each in (counts, *counts["counts"].values()) for word in COUNTS - {"unchanged"})


def test_the_demo_is_loaded_once(run: Run) -> None:
    assert "Loaded" in run("plan", "demo").stdout
    assert "already" in run("plan", "demo").stdout
    (line,) = json.loads(run("plan", "list", "--json").stdout)
    assert set(line) == {"plan", "title", "nodes", "revision"}
    assert line["plan"] == "northwind"


def test_a_plan_is_made_copied_and_archived(run: Run) -> None:
    run("plan", "new", "acme", "--title", "Acme")
    run("plan", "copy", "acme", "acme_2")
    run("plan", "archive", "acme")
    assert [line["plan"] for line in json.loads(run("plan", "list", "--json").stdout)] == ["acme_2"]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("plan", "new", "Bad Key", "--title", "T"), "key"),
        (("plan", "standings", "nowhere"), "nowhere"),
        (("plan", "copy", "nowhere", "there"), "nowhere"),
        (("plan", "explain", "northwind", "nothing"), "nothing"),
        (("plan", "export", "northwind", "plan.docx"), "docx"),
        (("plan", "export", "northwind", "/no/such/folder/plan.yaml"), "/no/such/folder/plan.yaml"),
    ],
)
def test_a_refusal_is_one_line_on_stderr_and_exit_1(run: Run, args: tuple[str, ...], said: str) -> None:
    run("plan", "demo")
    answer = run(*args, code=1)
    assert answer.stdout == ""
    assert answer.stderr.count("\n") == 1
    assert said in answer.stderr


@pytest.mark.parametrize(
    "args",
    [
        ("plan", "standings", "northwind", "--as-of", "tomorrow"),
        ("plan", "export", "northwind", "-"),
        ("plan", "new"),
    ],
)
def test_wrong_usage_ends_with_exit_2(run: Run, args: tuple[str, ...]) -> None:
    run(*args, code=2)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("plan: a\nnodes:\n  - {key: x, kind: kpi, title: X, colour: red}\n", ":3:"),
        ("plan: a\nnodes: [\n", ":3:"),
        ("plan: a\nnodes:\n  - {key: x, kind: kpi, title: X}\n  - {key: x, kind: kpi, title: Y}\n", ":4:"),
        ("plan: a\nnodes:\n  - {key: x, kind: kpi, title: X}\nlinks:\n  - {child: x, parent: y}\n", ":5:"),
    ],
)
def test_a_refused_file_names_file_line_and_column_and_writes_nothing(
    run: Run, tmp_path: Path, text: str, place: str
) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text(text)
    answer = run("plan", "import", file, code=1)
    assert f"plan.yaml{place}" in answer.stderr
    assert answer.stderr.count("\n") == 1
    refused = json.loads(run("plan", "import", file, "--json", code=1).stdout)
    assert place in refused["errors"][0]["where"]
    assert json.loads(run("plan", "list", "--json").stdout) == []


def test_a_dry_run_counts_and_writes_nothing(run: Run) -> None:
    counts = json.loads(run("plan", "import", "seeds/northwind.yaml", "--dry-run", "--json").stdout)
    assert set(counts) == {"plan", *COUNTS, "counts", "warnings", "errors"}
    assert counts["added"] > 100
    assert json.loads(run("plan", "list", "--json").stdout) == []


@pytest.mark.parametrize("suffix", ["yaml", "json"])
def test_an_export_comes_back_in_without_a_change(run: Run, tmp_path: Path, suffix: str) -> None:
    run("plan", "demo")
    file = tmp_path / f"plan.{suffix}"
    run("plan", "export", "northwind", file)
    assert changes(json.loads(run("plan", "import", file, "--json").stdout)) == 0
    assert run("plan", "export", "northwind", "-", "--format", suffix).stdout_bytes == file.read_bytes()


def test_standings_have_the_fields_that_programs_rely_on(run: Run) -> None:
    run("plan", "demo")
    rows = json.loads(run("plan", "standings", "northwind", "--as-of", DAY, "--json").stdout)
    assert all(set(row) >= STANDING for row in rows)
    assert len({row["key"] for row in rows}) == len(rows)
    assert {row["as_of"] for row in rows} == {DAY}
    assert {row["status"] for row in rows} == {"on_track", "at_risk", "off_track", "no_data"}
    (band,) = [row for row in rows if "low" in row]
    assert band["target"] is None
    assert band["low"] < band["high"]


def test_the_leaves_of_every_explanation_add_up_to_its_gap(run: Run) -> None:
    run("plan", "demo")
    for row in json.loads(run("plan", "standings", "northwind", "--as-of", DAY, "--json").stdout)[:20]:
        said = json.loads(run("plan", "explain", "northwind", row["key"], "--as-of", DAY, "--json").stdout)
        assert set(said) == EXPLANATION
        assert said["score"] == row["score"]
        if said["gap"] is not None:
            assert sum(leaf["gap_share"] for leaf in said["leaves"]) == pytest.approx(said["gap"], abs=1e-9)


def test_standings_and_explain_speak_to_people_too(run: Run) -> None:
    run("plan", "demo")
    assert "first_time_help" in run("plan", "standings", "northwind", "--as-of", DAY).stdout
    assert "leaves" in run("plan", "explain", "northwind", "first_time_help", "--as-of", DAY).stdout


def test_values_are_those_of_the_periods_that_hold_the_day(run: Run) -> None:
    run("plan", "demo")
    day = "2026-10-21"
    rows = json.loads(run("plan", "values", "northwind", "--as-of", day, "--json").stdout)
    week = {"key": "callout_response", "start": "2026-10-19", "end": "2026-10-25", "value": 81.0}
    assert week in rows
    assert all(row["start"] <= day <= row["end"] for row in rows)
    assert "callout_response" in run("plan", "values", "northwind", "--as-of", day).stdout


def test_the_schema_is_one_of_the_plan_file(run: Run) -> None:
    schema = json.loads(run("plan", "schema").stdout)
    assert {"plan", "nodes", "links", "observations", "targets"} <= set(schema["properties"])


def test_the_store_is_checked_and_an_old_database_is_refused(run: Run, app: Flask) -> None:
    run("db", "check", code=1)
    run("db", "upgrade")
    run("db", "check")
    run("plan", "demo")
    assert "sound" in run("store", "fsck").stdout
    assert "anew" in run("store", "reindex").stdout
    with app.extensions["scorecard"].engine.begin() as connection:
        connection.exec_driver_sql("update alembic_version set version_num = '0000'")
    app.extensions["scorecard"].prepared = False
    assert "flask db upgrade" in run("plan", "list", code=1).stderr


@pytest.mark.skipif(not STRATML.is_dir(), reason="the shared plans are not here")
@pytest.mark.parametrize("name", PLANS)
def test_a_stratml_plan_comes_in_goes_out_and_comes_back_unchanged(
    run: Run, tmp_path: Path, name: str
) -> None:
    first = json.loads(run("plan", "import", STRATML / f"{name}.xml", "--json").stdout)
    assert first["warnings"]
    again = json.loads(run("plan", "import", STRATML / f"{name}.xml", "--json").stdout)
    assert changes(again) == 0
    file = tmp_path / "plan.yaml"
    run("plan", "export", first["plan"], file)
    assert changes(json.loads(run("plan", "import", file, "--json").stdout)) == 0
    run("plan", "standings", first["plan"])


@pytest.mark.skipif(not STRATML.is_dir(), reason="the shared plans are not here")
def test_a_plan_with_subtotals_keeps_every_target_and_result(run: Run) -> None:
    counts = json.loads(run("plan", "import", STRATML / f"{PLANS[0]}.xml", "--json").stdout)
    rows = json.loads(run("plan", "standings", counts["plan"], "--json").stdout)
    kinds = [row["kind"] for row in rows]
    assert (kinds.count("objective"), kinds.count("kpi")) == (8 + 20, 20)
    assert counts["added"] == 48
    assert (counts["counts"]["targets"]["added"], counts["counts"]["observations"]["added"]) == (411, 411)
