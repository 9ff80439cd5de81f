"""What another worker wrote is taken over from its changes; only who is too far behind reads the plan anew.

At length: `python -m tests.workers --edits 6000`.
"""

import json
from datetime import date, timedelta

import pytest

from scorecard.domain.schema import ObservationFields
from scorecard.store import queries, replay
from scorecard.store.commands.check_ins import record
from scorecard.store.database import Database
from tests.store.conftest import SERVER, needs_server
from tests.store.drawn import ME, keep
from tests.store.test_queries import shape
from tests.workers import main, run

EDITS = 60


@pytest.mark.parametrize(
    "server", [None, pytest.param(SERVER, marks=needs_server)], ids=["sqlite", "postgres"]
)
def test_two_workers_that_edit_at_once_hold_what_the_rows_say(server):
    found = run(EDITS, server)
    assert (found["differences"], found["fsck"], found["read whole"]) == (0, 0, 2)
    assert found["edits"] == EDITS
    assert found["replayed"] >= EDITS


def test_a_worker_that_takes_over_only_a_part_is_found(capsys, monkeypatch):
    monkeypatch.delenv("SCORECARD_TEST_DATABASE_URL", raising=False)
    assert main(["--edits", "20", "--forgetful"]) == 1
    assert json.loads(capsys.readouterr().out)["differences"] > 0


@pytest.mark.parametrize(
    ("changes", "read_whole"), [(1, 0), (replay.MOST_CHANGES, 0), (replay.MOST_CHANGES + 1, 1)]
)
def test_a_worker_reads_the_plan_anew_only_where_too_much_was_written(db, monkeypatch, changes, read_whole):
    keep(db, "grow < churn")
    queries.load_plan(db, "p")
    other = Database(db.engine.url.render_as_string(hide_password=False))
    for number in range(changes):
        day = date(2026, 1, 1) + timedelta(days=number)
        record(other, "p", ObservationFields(node="churn", date=day, value=number), actor=ME)
    read = []
    whole = replay.read_plan
    monkeypatch.setattr(replay, "read_plan", lambda *given: read.append(given) or whole(*given))
    assert shape(queries.load_plan(db, "p")) == shape(queries.load_plan(other, "p"))
    assert len(read) == read_whole
    other.close()
