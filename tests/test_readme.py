"""The README: its commands exist and run, its paths are there, its tables are whole."""

import re
import subprocess
from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from scorecard import explain, read_plan, standings
from tests.faults.registry import faults

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
COMMANDS = re.findall(r"^\| `flask ([a-z]+(?: [a-z]+)?)", README, re.MULTILINE)
PATHS = sorted(set(re.findall(r"`((?:scorecard|templates|static|seeds|tests|bench)/[\w/.]*)`", README)))
PICTURES = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)

EXAMPLE = re.findall(r"^\| `(\w+)` \| ([\d.]+) \|.*\| ([\d.]+) \| (\d+) \| ([\d.]+) \|$", README, re.M)


def test_the_worked_example_is_what_the_tool_computes() -> None:
    plan, day = read_plan(ROOT / "seeds" / "northwind.yaml"), date(2026, 11, 21)
    found, said = standings(plan, day), explain(plan, "uptime_promise", day)
    computed = [
        (
            child.key,
            f"{found[child.key].value:g}",
            f"{child.score:.4f}",
            f"{child.weight:g}",
            f"{100 * child.gap_share:.2f}",
        )
        for child in said.children
    ]
    assert computed == EXAMPLE
    promised = re.findall(r"^\| `(\w+)` \| [\d.]+ \| ([^|]+) \| ([\d.]*) *\| [\d.]+ \| \d+ \|", README, re.M)
    for key, promise, floor in promised:
        measure, standing = plan.nodes[key].measure, found[key]
        way = f"from {standing.baseline:g} to {standing.target:g}" if standing.baseline is not None else ""
        assert promise == (way or f"at least {standing.target:g}"), measure
        assert floor == ("" if standing.floor is None else f"{standing.floor:g}")
    fix, response, monitoring = (
        found[each] for each in ("first_time_fix", "callout_response", EXAMPLE[4][0])
    )
    misses = [1 - (each.progress or 0) for each in (fix, response)]
    assert f"is {misses[0]:.3f} of the" in README
    assert f"0.90 - 0.15 x {misses[0]:.3f} = {fix.score:.4f}: at risk" in README
    assert f"{misses[1]:.2f} distances off" in README
    assert f"0.75 x (2 - {misses[1]:.2f}) = {response.score:.4f}" in README
    assert f"{monitoring.progress:.4f} / {monitoring.expected:.4f} = {monitoring.score:.4f}" in README
    assert f"/ 6 = {said.score:.4f}" in README
    assert f"gap of {100 * (said.gap or 0):.2f} points" in README
    assert (said.off_track_below, said.leaves_below, found["uptime_promise"].status) == (2, 5, "at_risk")


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    return create_app(DATABASE_URL=f"sqlite:///{tmp_path / 'scorecard.db'}", SECRET_KEY="readme " * 4)


def test_the_readme_names_every_command_and_no_other(app: Flask) -> None:
    groups = {name: app.cli.commands[name] for name in ("plan", "db", "store", "serve")}
    there = {
        f"{name} {command}" if hasattr(group, "commands") else name
        for name, group in groups.items()
        for command in getattr(group, "commands", [""])
    }
    assert set(COMMANDS) == there


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_readme_explains_itself(app: Flask, command: str) -> None:
    answer = app.test_cli_runner().invoke(args=[*command.split(), "--help"])
    assert answer.exit_code == 0
    assert "Usage" in answer.output


def test_every_fault_of_the_readme_can_be_run_and_every_one_there_is_is_named() -> None:
    assert sorted(re.findall(r"^\| .+ \| `(\w+)` \|$", README, re.MULTILINE)) == sorted(faults())


@pytest.mark.parametrize("path", PATHS)
def test_a_path_of_the_readme_is_there(path: str) -> None:
    assert (ROOT / path).exists()


@pytest.mark.parametrize("picture", PICTURES)
def test_a_picture_of_the_readme_is_there(picture: str) -> None:
    assert (ROOT / picture).read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("target", sorted(set(re.findall(r"(?:`|^)make ([a-z]+)", README, re.M))))
def test_a_make_target_of_the_readme_is_there(target: str) -> None:
    subprocess.run(["make", "--dry-run", target], cwd=ROOT, check=True, capture_output=True)


def test_the_rooms_of_the_readme_are_those_of_the_package() -> None:
    named = set(re.findall(r"^\| `scorecard/(\w+)/`", README, re.MULTILINE))
    there = {path.parent.name for path in (ROOT / "scorecard").glob("*/__init__.py")}
    assert named == there
