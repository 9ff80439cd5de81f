"""Databases and applications to measure on, each filled once and thrown away at the end."""

import atexit
import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from flask import Flask

from app import create_app
from scorecard.store import upgrade
from scorecard.store.commands.plans import create_plan
from scorecard.store.database import Database
from tests.grown_plans import grown_plan

PLAN = "grown"


@cache
def folder() -> Path:
    """Return a folder that goes when the benchmarks end."""
    path = Path(mkdtemp(prefix="scorecard-bench-"))
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


@cache
def filled(nodes: int) -> Path:
    """Return a database file that holds one plan, to be read or copied, never written to."""
    path = folder() / f"{nodes}.db"
    db = Database(address(path))
    upgrade.upgrade(db)
    create_plan(db, grown_plan(nodes, seed=1), actor="bench")
    db.close()
    return path


def copied(nodes: int, name: str) -> Path:
    """Return a copy of such a file, to be written to."""
    return Path(shutil.copy(filled(nodes), folder() / f"{name}.db"))


def address(path: Path) -> str:
    """Return how a database file is named to the application."""
    return f"sqlite:///{path}"


def application(path: Path) -> Flask:
    """Return the application on a database file."""
    return create_app(DATABASE_URL=address(path), SECRET_KEY="bench " * 8, SCORECARD_MODE="")
