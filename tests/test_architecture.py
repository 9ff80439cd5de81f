"""The house: who may import whom, and which libraries belong to which room."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "scorecard"

MAY_IMPORT = {
    "domain": {"domain"},
    "graph": {"graph", "domain"},
    "store": {"store", "graph", "domain"},
    "files": {"files", "graph", "domain"},
    "web": {"web", "files", "store", "graph", "domain"},
    "cli": {"cli", "web", "files", "store", "graph", "domain"},
}
"""The line of imports: each room sees those below it, and files and store never each other."""

ONLY_IN = {
    "networkx": {"graph"},
    "numpy": {"graph"},
    "flask": {"web", "cli"},
    "flask_babel": {"web", "cli"},
    "jinja2_fragments": {"web"},
    "werkzeug": {"web"},
    "sqlalchemy": {"store"},
    "sqlmodel": {"store"},
    "alembic": {"store"},
    "yaml": {"files"},
    "defusedxml": {"files"},
    "waitress": {"cli"},
    "click": {"cli"},
}
"""Libraries and the rooms that may use them."""

EXCEPTIONS = {
    ("web/health.py", "sqlalchemy"): "a database that cannot be read is what readiness reports",
    ("cli/said.py", "sqlalchemy"): "a database that cannot be used ends a command with a sentence",
}


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts)


def imported(path: Path) -> Iterator[str]:
    """Yield the dotted names of the modules a file imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports name the whole path"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0]


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_room_imports_only_rooms_below_it(path: Path) -> None:
    if path.parent == PACKAGE:
        return
    used = {name.split(".")[1] for name in imported(path) if name.startswith("scorecard.")}
    assert used & set(MAY_IMPORT) <= MAY_IMPORT[room_of(path)]


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_library_stays_in_its_room(path: Path) -> None:
    place = str(path.relative_to(PACKAGE))
    for library in {name.split(".")[0] for name in imported(path)} & set(ONLY_IN):
        allowed = room_of(path) in ONLY_IN[library] or (place, library) in EXCEPTIONS
        assert allowed, f"{library} belongs to {sorted(ONLY_IN[library])}"


def test_domain_needs_the_standard_library_and_pydantic_only() -> None:
    import sys

    allowed = {*sys.stdlib_module_names, "pydantic", "pydantic_core", "scorecard"}
    for path in modules():
        if room_of(path) == "domain":
            assert {name.split(".")[0] for name in imported(path)} <= allowed, path


def test_every_exception_to_a_rule_is_still_needed() -> None:
    for place, library in EXCEPTIONS:
        assert library in {name.split(".")[0] for name in imported(PACKAGE / place)}, place


def test_sql_is_written_in_store_alone() -> None:
    for path in modules():
        if room_of(path) != "store" and path.parent != PACKAGE:
            texts = [
                node.value
                for node in ast.walk(ast.parse(path.read_text()))
                if isinstance(node, ast.Constant) and isinstance(node.value, str)
            ]
            spoken = [text for text in texts if text.startswith(("SELECT ", "INSERT ", "UPDATE ", "DELETE "))]
            assert not spoken, f"{path}: {spoken[:1]}"


def test_only_the_unit_of_work_commits() -> None:
    for path in modules():
        calls = [
            node.func.attr
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        ]
        if path.name not in ("unit_of_work.py", "upgrade.py"):
            assert "commit" not in calls, path


def test_the_top_level_holds_what_the_ecosystem_expects_and_nothing_else() -> None:
    import subprocess

    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    top = {line.split("/")[0] for line in listed.stdout.splitlines()}
    expected = {
        *("app.py", "scorecard", "templates", "static", "seeds", "tests", "requirements.txt", "README.md"),
        *("Makefile", "pyproject.toml", "bench", "CHANGELOG.md", "SECURITY.md", "LICENSE", "docs"),
        *(".ci", ".gitignore"),
    }
    assert top <= expected
