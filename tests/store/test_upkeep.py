"""Backup and restore: what comes back is what was there, and what is not whole is not let in."""

import random
import sqlite3
import threading
from contextlib import closing
from datetime import date

import pytest
from sqlalchemy import text

from scorecard.domain.schema import ObservationFields
from scorecard.store import history, queries
from scorecard.store.commands.check_ins import record
from scorecard.store.commands.nodes import edit_node
from scorecard.store.commands.plans import create_plan
from scorecard.store.commands.undo import undo
from scorecard.store.database import Database
from scorecard.store.unit_of_work import rebuild
from scorecard.store.upgrade import upgrade
from scorecard.store.upkeep import FileExists, NoBackup, NotSound, _seal, backup, restore
from tests.store.drawn import ME, drawn, keep

LINES = ("grow < win[2] < churn", "grow < idle")


def seen(value, day=1):
    return ObservationFields(node="churn", date=date(2026, 3, day), value=float(value), note="n", label="EU")


def filled(db):
    """Keep a plan with a history: values, a correction, an edit and an undo."""
    keep(db, *LINES)
    for value in (3, 4):
        record(db, "p", seen(value), actor=ME)
    edit_node(db, "p", "win", {"title": "Win more"}, version=None, actor=ME)
    undo(db, "p", 4, actor=ME)


def kept(db, plan="p"):
    """Return all that readers can see of a plan: its file, its changes and its check-ins."""
    entries = [entry._replace(rows=[*entry.rows]) for entry in history.changes(db, plan)]
    return queries.load_file(db, plan), entries, queries.load_plan(db, plan).revision


def test_what_was_backed_up_comes_back_with_its_history(db, tmp_path):
    filled(db)
    before = kept(db)
    assert backup(db, tmp_path / "b") == (1, 5, 2)
    edit_node(db, "p", "win", {"title": "Lose"}, version=None, actor=ME)
    record(db, "p", seen(9, day=2), actor=ME)
    create_plan(db, drawn("a < b").model_copy(update={"plan": "q"}), actor=ME)
    assert restore(db, tmp_path / "b") == (1, 5, 2)
    assert kept(db) == before
    assert [line.key for line in queries.list_plans(db)] == ["p"]
    assert queries.fsck(db) == []


def test_after_a_restore_work_goes_on(db, tmp_path):
    filled(db)
    backup(db, tmp_path / "b")
    restore(db, tmp_path / "b")
    assert record(db, "p", seen(7, day=5), actor=ME).revision == 6
    create_plan(db, drawn("a < b").model_copy(update={"plan": "q"}), actor=ME)
    assert queries.load_plan(db, "q").revision == 1
    with pytest.raises(Exception, match="append-only"), rebuild(db) as connection:
        connection.execute(text("UPDATE observation SET value = 1"))


def test_a_worker_that_read_before_a_restore_reads_what_was_restored(db, tmp_path):
    filled(db)
    backup(db, tmp_path / "b")
    undo(db, "p", 5, actor=ME)
    restore(db, tmp_path / "b")
    edit_node(db, "p", "idle", {"title": "Busy"}, version=None, actor=ME)
    assert queries.load_plan(db, "p").nodes["win"].title == "Win"


def test_a_backup_of_one_kind_of_database_is_restored_on_another(postgres, sqlite, tmp_path):
    filled(postgres)
    backup(postgres, tmp_path / "from-postgres")
    restore(sqlite, tmp_path / "from-postgres")
    assert kept(sqlite) == kept(postgres)
    record(sqlite, "p", seen(8, day=9), actor=ME)
    backup(sqlite, tmp_path / "from-sqlite")
    restore(postgres, tmp_path / "from-sqlite")
    assert kept(postgres) == kept(sqlite)
    record(postgres, "p", seen(9, day=10), actor=ME)


def test_an_empty_database_takes_a_backup_in(db, tmp_path):
    other = Database(f"sqlite:///{tmp_path / 'other.db'}")
    upgrade(other)
    filled(other)
    backup(other, tmp_path / "b")
    restore(db, tmp_path / "b")
    assert kept(db) == kept(other)
    other.close()


def test_a_backup_takes_nobodys_place_unless_told_to(sqlite, tmp_path):
    file = tmp_path / "b"
    file.write_text("precious")
    with pytest.raises(FileExists):
        backup(sqlite, file)
    assert file.read_text() == "precious"
    backup(sqlite, file, replace=True)
    assert file.read_bytes().startswith(b"SQLite format 3")
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".")] == []


def test_a_backup_is_taken_while_others_write(sqlite, tmp_path):
    filled(sqlite)
    stop = threading.Event()

    def write():
        day = 0
        while not stop.is_set():
            day += 1
            record(sqlite, "p", seen(day, day=day % 28 + 1), actor=ME)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(3):
            assert backup(sqlite, tmp_path / f"b{number}").plans == 1
    finally:
        stop.set()
        writer.join()


def test_a_database_that_is_not_sound_is_not_backed_up_in_silence(sqlite, tmp_path):
    filled(sqlite)
    with rebuild(sqlite) as connection:
        connection.execute(text("UPDATE plan SET revision = 3"))
    with pytest.raises(NotSound, match="the plan is at 3"):
        backup(sqlite, tmp_path / "b")
    assert not (tmp_path / "b").exists()


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A good backup to damage."""
    folder = tmp_path_factory.mktemp("whole")
    db = Database(f"sqlite:///{folder / 'scorecard.db'}")
    upgrade(db)
    filled(db)
    backup(db, folder / "b")
    db.close()
    return (folder / "b").read_bytes()


def _flipped(whole, chance):
    at = chance.randrange(len(whole))
    return whole[:at] + bytes([whole[at] ^ (1 << chance.randrange(8))]) + whole[at + 1 :]


DAMAGES = {
    "one bit": _flipped,
    "cut": lambda whole, chance: whole[: chance.randrange(len(whole))],
    "longer": lambda whole, chance: whole + b"\0" * chance.randrange(1, 100),
    "a page of zeros": lambda whole, chance: whole[:4096] + bytes(4096) + whole[8192:],
    "text": lambda whole, chance: b"plan: p\nnodes: []\n",
    "nothing": lambda whole, chance: b"",
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_backup_is_refused_and_touches_nothing(sqlite, tmp_path, whole, damage):
    keep(sqlite, "a < b")
    before = kept(sqlite)
    for seed in range(5):
        (tmp_path / "b").write_bytes(DAMAGES[damage](whole, random.Random(seed)))
        with pytest.raises(NoBackup, match="not a whole backup"):
            restore(sqlite, tmp_path / "b")
    assert kept(sqlite) == before


def test_a_sealed_file_of_another_program_is_refused(db, tmp_path):
    with closing(sqlite3.connect(tmp_path / "b")) as other:
        other.execute("CREATE TABLE photo (id INTEGER)")
        other.commit()
    _seal(tmp_path / "b")
    with pytest.raises(NoBackup, match="photo"):
        restore(db, tmp_path / "b")
