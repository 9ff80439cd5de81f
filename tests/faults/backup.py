"""Backups taken while others write, and copies of one damaged in every way: sound, or refused."""

import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from threading import Event, Thread
from unittest.mock import patch

from scorecard.domain.errors import Fault, Refused
from scorecard.domain.schema import ObservationFields
from scorecard.store import history, upkeep
from scorecard.store.commands.check_ins import record
from scorecard.store.database import Database
from tests.faults.places import empty_database, opened
from tests.faults.result import Result
from tests.store.drawn import keep

RUNS = 30
WRITERS = 4
DAMAGED = 34
"""Damaged copies for each backup: a thousand in a run of the stated length."""


def run(runs: int, sabotage: bool, database: str | None) -> Result:
    """Back up time and again; each backup holds whatever was acknowledged before it was asked for."""
    wrong: list[str] = []
    refused = 0
    chance = random.Random(11)
    with (
        empty_database(database) as address,
        opened(address) as db,
        tempfile.TemporaryDirectory() as name,
        _unprotected(sabotage),
    ):
        keep(db, *(f"grow < leaf{number}" for number in range(WRITERS)))
        with _writing(db) as acknowledged:
            for number in range(runs):
                file = Path(name) / f"{number}.backup"
                before = acknowledged()
                wrong += [f"backup {number}: {each}" for each in _wrong(db, file, before)]
        whole = file.read_bytes() if file.exists() else b""
        for number in range(runs * DAMAGED if whole else 0):
            damaged = Path(name) / "damaged"
            damaged.write_bytes(_damaged(whole, chance))
            if _is_refused(damaged):
                refused += 1
            else:
                wrong.append(f"damaged copy {number} was let in")
    return Result(runs, len(wrong), {"damaged_refused": refused, "wrong": wrong[:5]})


def _wrong(db: Database, file: Path, before: int) -> Iterator[str]:
    try:
        upkeep.backup(db, file)
        with upkeep.checked(file) as copy:
            kept = history.changes(copy, "p", limit=1)[0].revision
            if kept < before:
                yield f"revision {kept}, {before} was acknowledged"
    except Fault as fault:
        yield str(fault)


@contextmanager
def _writing(db: Database) -> Iterator[Callable[[], int]]:
    """Let some check in without end; give a way to ask for the last revision acknowledged."""
    stop, latest = Event(), [0] * WRITERS

    def write(number: int) -> None:
        turn = 0
        while not stop.is_set():
            turn += 1
            day = date(2026, 3, turn % 28 + 1)
            seen = ObservationFields(node=f"leaf{number}", date=day, value=float(turn))
            latest[number] = record(db, "p", seen, actor="writer").revision

    writers = [Thread(target=write, args=(number,)) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    try:
        yield lambda: max(latest)
    finally:
        stop.set()
        for writer in writers:
            writer.join()


def _damaged(whole: bytes, chance: random.Random) -> bytes:
    """Return a copy with a bit turned, a stretch of noise or zeros, or its end cut off."""
    at = chance.randrange(len(whole))
    length = min(chance.choice([1, 1, 16, 512, 4096]), len(whole) - at)
    turned = bytes([whole[at] ^ (1 << chance.randrange(8))])
    ways = [
        whole[:at] + turned + whole[at + 1 :],
        whole[:at] + chance.randbytes(length) + whole[at + length :],
        whole[:at] + bytes(length) + whole[at + length :],
        whole[:at],
    ]
    found = chance.choice(ways)
    return found if found != whole else ways[0]


def _is_refused(file: Path) -> bool:
    try:
        with upkeep.checked(file):
            return False
    except Refused:
        return True


@contextmanager
def _unprotected(sabotage: bool) -> Iterator[None]:
    """Copy the file of a living database, and believe whatever a backup holds."""
    with ExitStack() as stack:
        if sabotage:
            stack.enter_context(patch.object(upkeep, "_snapshot", _copied))
            stack.enter_context(patch.object(upkeep, "_unseal", shutil.copyfile))
        yield


def _copied(db: Database, to: Path) -> None:
    shutil.copyfile(str(db.engine.url.database), to)
