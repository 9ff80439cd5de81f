"""Only the unit of work commits; what it writes is whole, audited and counted by the revision."""

import ast
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, OperationalError

import scorecard
from scorecard.domain.errors import Conflict, NotFound
from scorecard.domain.schema import ObservationFields
from scorecard.store import history, queries
from scorecard.store.commands.check_ins import record
from scorecard.store.commands.nodes import edit_node
from scorecard.store.database import Busy, NoRoom, TakenBack, said_plainly
from scorecard.store.rows import NODE
from scorecard.store.unit_of_work import ATTEMPTS, command, write
from scorecard.store.work import Written
from tests.store.drawn import ME, keep

ROOT = Path(scorecard.__file__).parent
COMMITTING = {"commit", "begin", "begin_nested", "rollback"}


def test_only_the_unit_of_work_begins_and_commits():
    found = {
        str(path.relative_to(ROOT))
        for path in ROOT.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in COMMITTING
    }
    assert found == {"store/unit_of_work.py"}


def test_a_change_makes_one_revision_and_one_audit_row(db):
    keep(db, "grow < churn")
    written = edit_node(db, "p", "churn", {"title": "Churn rate"}, version=1, actor=ME, reason="clearer")
    (change, _) = history.changes(db, "p")
    assert written == (2, {"churn"})
    assert (change.revision, change.actor, change.intent, change.subject) == (2, ME, "edit_node", "churn")
    assert change.reason == "clearer"
    assert change.rows == [
        {"table": "node", "key": ["churn"], "before": {"title": "Churn"}, "after": {"title": "Churn rate"}}
    ]
    assert queries.load_plan(db, "p").nodes["churn"].title == "Churn rate"


def test_what_changes_nothing_leaves_no_trace(db):
    keep(db, "grow < churn")
    assert edit_node(db, "p", "churn", {"title": "Churn"}, version=1, actor=ME) == (1, frozenset())
    assert len(history.changes(db, "p")) == 1


def test_an_exception_takes_everything_back(db):
    keep(db, "grow < churn")
    before = queries.load_file(db, "p")
    with pytest.raises(ZeroDivisionError):
        _break_half_way(db)
    assert queries.load_file(db, "p") == before
    assert len(history.changes(db, "p")) == 1


def _break_half_way(db):
    with write(db, "p", "break", ME) as work:
        work.update(NODE, ("churn",), {"title": "Half done"})
        raise ZeroDivisionError


def test_an_edit_of_what_changed_since_it_was_read_is_a_conflict(db):
    keep(db, "grow < churn")
    edit_node(db, "p", "grow", {"title": "Grow!"}, version=1, actor=ME)
    edit_node(db, "p", "churn", {"title": "Mine"}, version=1, actor=ME)
    with pytest.raises(Conflict):
        edit_node(db, "p", "churn", {"title": "Yours"}, version=1, actor="kim")
    assert queries.load_plan(db, "p").nodes["churn"].title == "Mine"


@pytest.mark.parametrize("version", [-1, 0, 2, 10**12])
def test_a_version_that_nobody_can_have_seen_is_a_conflict(db, version):
    keep(db, "grow < churn")
    with pytest.raises(Conflict):
        edit_node(db, "p", "churn", {"title": "T"}, version=version, actor=ME)


def test_a_plan_that_is_not_there_is_not_found(db):
    with pytest.raises(NotFound), write(db, "p", "nothing", ME):
        pass


@pytest.mark.parametrize("table", ["observation", "change"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET revision = 7", "DELETE FROM {}"])
def test_history_cannot_be_rewritten(db, table, verb):
    keep(db, "grow < churn")
    record(db, "p", ObservationFields(node="churn", date="2026-03-31", value=3), actor=ME)
    with db.engine.connect() as connection, pytest.raises(DatabaseError, match="append-only"):
        connection.execute(text(verb.format(f'"{table}"')))


def test_a_writer_that_waits_too_long_is_told_that_others_write(sqlite, monkeypatch):
    keep(sqlite, "grow < churn")
    monkeypatch.setattr("scorecard.store.database.PATIENCE", 0.01)
    with write(sqlite, "p", "long", ME), pytest.raises(Busy), write(sqlite, "p", "short", ME):
        pass


def test_a_command_that_the_database_took_back_is_begun_again_some_times(db, monkeypatch):
    monkeypatch.setattr("scorecard.store.unit_of_work.PAUSE", 0)
    begun = []

    @command
    def edit(patience):
        begun.append(patience)
        if len(begun) < patience:
            raise TakenBack
        return Written(1, frozenset())

    assert edit(ATTEMPTS).revision == 1
    begun.clear()
    with pytest.raises(Busy):
        edit(ATTEMPTS + 1)
    assert len(begun) == ATTEMPTS


def test_every_function_that_writes_a_plan_is_a_command():
    for path in sorted((ROOT / "store" / "commands").glob("*.py")):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and _writes(node):
                assert "command" in [getattr(each, "id", "") for each in node.decorator_list], node.name


def _writes(function):
    names = {getattr(node.func, "id", "") for node in ast.walk(function) if isinstance(node, ast.Call)}
    return bool(names & {"write", "write_site"})


SAID = [
    ("sqlite_errorcode", sqlite3.SQLITE_BUSY, Busy),
    ("sqlite_errorcode", sqlite3.SQLITE_BUSY_SNAPSHOT, Busy),
    ("sqlite_errorcode", sqlite3.SQLITE_FULL, NoRoom),
    ("sqlite_errorcode", sqlite3.SQLITE_IOERR_WRITE, NoRoom),
    ("sqlite_errorcode", sqlite3.SQLITE_ERROR, OperationalError),
    ("sqlstate", "40001", TakenBack),
    ("sqlstate", "40P01", TakenBack),
    ("sqlstate", "55P03", Busy),
    ("sqlstate", "53100", NoRoom),
    ("sqlstate", "08006", OperationalError),
]


@pytest.mark.parametrize(("name", "code", "fault"), SAID, ids=[str(code) for _, code, _ in SAID])
def test_what_a_database_says_is_a_fault_of_ours_by_its_code(name, code, fault):
    said = Exception("said")
    setattr(said, name, code)
    with pytest.raises(fault), said_plainly():
        raise OperationalError("SELECT", {}, said)


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 5000)],
)
def test_sqlite_runs_durable(sqlite, pragma, value):
    with sqlite.read() as connection:
        assert connection.scalar(text(f"PRAGMA {pragma}")) == value
