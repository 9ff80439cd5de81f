"""An exception at every statement of a command in turn: the state is that before it, never a third."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import networkx as nx
from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError

from scorecard.domain.errors import Fault
from scorecard.domain.schema import CycleFields, LinkFields, NodeFields, ObservationFields, TargetFields
from scorecard.domain.vocabulary import CycleState
from scorecard.store import queries, upkeep
from scorecard.store.commands import check_ins, cycles, drafts, imports, links, nodes, parts, plans, undo
from scorecard.store.database import Database
from scorecard.store.once import Once
from scorecard.store.reading import find_plan, read_plan
from scorecard.store.tables import metadata
from tests.faults.places import empty_database, opened
from tests.faults.result import Result
from tests.faults.sabotage import no_transactions
from tests.store.drawn import drawn

RUNS = 1000
"""Statements up to which a command is interrupted; none takes as many."""

DAY = date(2026, 3, 31)
CYCLE = CycleFields(key="q1", title="Q1", start=date(2026, 1, 1), end=DAY)
PLAN = drawn("grow < win < churn", "grow < keep < calls", "top", cycles=(CYCLE,))
EDITION = drawn("grow < win < churn", "grow < other < fresh", "top", cycles=(CYCLE,))


Do = Callable[[Database, str], object]


class Injected(Exception):
    """What is thrown into a command."""


def run(runs: int, sabotage: bool, database: str | None) -> Result:
    """Interrupt each command at each of its first `runs` statements, and at its commit."""
    with empty_database(database) as address, opened(address) as db, _somewhere():
        found = {name: list(_interrupted(db, name, runs, sabotage)) for name in COMMANDS}
    places = {name: len(broken) for name, broken in found.items()}
    return Result(sum(places.values()), sum(map(sum, found.values())), {"places": places})


def _interrupted(db: Database, name: str, runs: int, sabotage: bool) -> Iterator[bool]:
    """Yield for each place where a command is interrupted whether anything was left behind."""
    plans.create_plan(db, PLAN.model_copy(update={"plan": name}), actor="setup")
    check_ins.record(db, name, _seen(5), actor="setup")
    nodes.archive_nodes(db, name, ["keep"], actor="setup")
    if name in READY:
        READY[name](db, name)
    before = _state(db)
    for place in [*range(1, runs + 1), None]:
        try:
            with no_transactions(sabotage), _failing(db, place):
                COMMANDS[name](db, name)
        except Injected:
            broken = _state(db) != before or not _remembered_well(db, name)
            yield broken
            if broken:
                return
            continue
        except (Fault, SQLAlchemyError):  # it stumbled over what an interrupted one left behind
            yield True
            return
        yield _state(db) == before
        return


@contextmanager
def _failing(db: Database, place: int | None) -> Iterator[None]:
    """Throw at the statement with this number, or at the commit."""
    met = 0

    def statement(*_said: Any) -> None:
        nonlocal met
        met += 1
        if met == place:
            raise Injected

    def commit(_connection: Any) -> None:
        if met + 1 == place:
            raise Injected

    event.listen(db.engine, "before_cursor_execute", statement)
    event.listen(db.engine, "commit", commit)
    try:
        yield
    finally:
        event.remove(db.engine, "before_cursor_execute", statement)
        event.remove(db.engine, "commit", commit)


def _state(db: Database) -> dict[str, list[str]]:
    """Return every row of every table, as the driver reads it."""
    with db.engine.connect() as connection:
        return {
            name: sorted(map(repr, connection.exec_driver_sql(f'SELECT * FROM "{name}"')))
            for name in metadata.tables
        }


def _remembered_well(db: Database, plan: str) -> bool:
    """Tell whether what this process remembers of a plan is what another would read."""
    ours = queries.load_plan(db, plan)
    with db.read() as connection:
        row = find_plan(connection, plan)
        assert row is not None
        theirs = read_plan(connection, row)
    names = ("revision", "fields", "nodes", "cycles", "observations", "targets", "metrics")
    same = all(getattr(ours, name) == getattr(theirs, name) for name in names)
    return same and nx.utils.graphs_equal(ours.cascade, theirs.cascade)


def _seen(value: float) -> ObservationFields:
    return ObservationFields(node="churn", date=DAY, value=value)


def _import(db: Database, plan: str) -> object:
    return imports.apply_import(db, EDITION, plan=plan, actor="a")


def _import_new(db: Database, plan: str) -> object:
    return imports.apply_import(db, EDITION, plan=f"{plan}_made", actor="a")


def _asked(db: Database, plan: str) -> object:
    return check_ins.record(db.asked(Once(plan, "request")), plan, _seen(8), actor="a")


@contextmanager
def _somewhere() -> Iterator[None]:
    """Have a place for a backup meanwhile."""
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        PLACES.append(Path(folder) / "b")
        yield
        PLACES.clear()


PLACES: list[Path] = []


def _drafted(db: Database, plan: str) -> None:
    draft = f"{plan}_draft"
    drafts.begin_draft(db, plan, draft, title="Next", actor="setup")
    nodes.edit_node(db, draft, "churn", {"title": "Mine"}, version=None, actor="setup")


def _backed_up(db: Database, plan: str) -> None:
    upkeep.backup(db, PLACES[0], sound=False)
    nodes.edit_node(db, plan, "churn", {"title": "Later"}, version=None, actor="setup")


READY: dict[str, Do] = {"merge_draft": _drafted, "restore_backup": _backed_up}
"""What a command needs besides a plan."""

COMMANDS: dict[str, Do] = {
    "import": _import,
    "import_new": _import_new,
    "create": lambda db, plan: plans.create_plan(db, PLAN.model_copy(update={"plan": "made"}), actor="a"),
    "copy": lambda db, plan: plans.copy_plan(db, plan, "copied", actor="a"),
    "record": lambda db, plan: check_ins.record(db, plan, _seen(7), actor="a"),
    "asked": _asked,
    "withdraw": lambda db, plan: check_ins.withdraw(db, plan, "churn", DAY, actor="a"),
    "target": lambda db, plan: check_ins.set_target(
        db, plan, TargetFields(node="churn", date=DAY, value=9), actor="a"
    ),
    "add": lambda db, plan: nodes.add_node(
        db, plan, NodeFields(key="new", kind="kpi", title="New"), parent="grow", actor="a"
    ),
    "edit": lambda db, plan: nodes.edit_node(db, plan, "churn", {"title": "T"}, version=None, actor="a"),
    "archive": lambda db, plan: nodes.archive_nodes(db, plan, ["grow"], actor="a"),
    "restore": lambda db, plan: nodes.restore_nodes(db, plan, ["keep"], actor="a"),
    "attach": lambda db, plan: links.attach(db, plan, LinkFields(child="churn", parent="top"), actor="a"),
    "move": lambda db, plan: links.move(db, plan, "win", from_parent="grow", to_parent="top", actor="a"),
    "part": lambda db, plan: parts.edit_part(
        db, plan, "cycle", "q1", {"title": "First"}, version=None, actor="a"
    ),
    "close": lambda db, plan: cycles.move_cycle(
        db, plan, "q1", CycleState.closed, version=None, actor="a", today=date(2026, 4, 1)
    ),
    "begin_draft": lambda db, plan: drafts.begin_draft(db, plan, "begun", title="Next", actor="a"),
    "merge_draft": lambda db, plan: drafts.merge_draft(db, f"{plan}_draft", actor="a"),
    "undo": lambda db, plan: undo.undo(db, plan, 3, actor="a"),
    "archive_plan": lambda db, plan: plans.archive_plan(db, plan, actor="a"),
    "restore_backup": lambda db, plan: upkeep.restore(db, PLACES[0]),
}
