"""History is a chain: whatever is changed in it, cut off or slipped in is found, and the place is named."""

from datetime import UTC, date, datetime, timedelta, timezone
from importlib import import_module

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import select, text

from scorecard.domain.schema import ObservationFields
from scorecard.store import queries, work
from scorecard.store.audit import audit, missing
from scorecard.store.chain import canonical, hash_of
from scorecard.store.commands.check_ins import record
from scorecard.store.commands.imports import apply_import
from scorecard.store.commands.nodes import edit_node
from scorecard.store.commands.plans import create_plan
from scorecard.store.tables import CHANGES
from scorecard.store.unit_of_work import rebuild
from tests.store.conftest import needs_server
from tests.store.drawn import ME, drawn, keep
from tests.store.forced import forced

DAY = date(2026, 3, 31)
NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)
WINTER = timezone(timedelta(hours=1))


def seen(value, **fields):
    return ObservationFields(node="churn", date=DAY, value=value, **fields)


def filled(db):
    """Keep a plan with six changes, values among them."""
    keep(db, "grow < win < churn", observations=(seen(0.1),))
    record(db, "p", seen(0.30000000000000004, note="Ω 統"), actor=ME)
    edit_node(db, "p", "churn", {"title": "Loss"}, version=None, actor=ME, reason="clearer")
    record(db, "p", seen(1e-300), actor=ME)
    apply_import(db, drawn("grow < win", observations=(seen(7, label="EU"),)), partial=True, actor=ME)
    record(db, "p", seen(3), actor=ME)
    return audit(db, "p")[0].head


def spoilt(db, *statements):
    """Change the tables by force."""
    with forced(db) as connection:
        for statement in statements:
            connection.execute(text(statement))


def broken(db):
    (found,) = audit(db, "p")
    return found.broken and found.broken.revision


def test_a_history_that_nobody_touched_is_whole(db):
    head = filled(db)
    (found,) = audit(db)
    assert (found.plan, found.revision, found.head, found.broken) == ("p", 6, head, None)
    assert len(found.hashes) == 6
    assert queries.fsck(db) == []


@pytest.mark.parametrize(
    ("statement", "revision"),
    [
        ("UPDATE change SET actor = 'kim' WHERE revision = 3", 3),
        ("UPDATE change SET reason = NULL WHERE revision = 3", 3),
        ("UPDATE change SET undoes = 2 WHERE revision = 4", 4),
        ("UPDATE change SET hash = (SELECT hash FROM change WHERE revision = 1) WHERE revision = 6", 6),
        ("UPDATE change SET facts = '{}' WHERE revision = 2", 2),
        ("DELETE FROM change WHERE revision = 4", 4),
        ("UPDATE change SET revision = 9 WHERE revision = 4", 4),
        ("UPDATE observation SET value = 2 WHERE revision = 2", 2),
        ("UPDATE observation SET id = 77 WHERE revision = 2", 2),
        ("UPDATE observation SET revision = 3 WHERE revision = 4", 3),
        ("UPDATE observation SET revision = 7 WHERE revision = 6", 6),
        ("DELETE FROM observation WHERE revision = 1", 1),
        ("UPDATE plan SET revision = 5", 6),
        ("UPDATE plan SET revision = 7", 7),
        ("UPDATE plan SET key = 'q'; UPDATE plan SET key = 'p'", None),
    ],
)
def test_a_break_is_named_by_the_first_change_that_is_not_as_it_was_written(db, statement, revision):
    filled(db)
    spoilt(db, *statement.split(";"))
    assert broken(db) == revision
    assert bool(queries.fsck(db)) == (revision is not None)


@pytest.mark.parametrize("column", ["at", "facts", "rows"])
def test_a_change_that_cannot_even_be_read_is_named(sqlite, column):
    filled(sqlite)
    spoilt(sqlite, f"UPDATE change SET {column} = 'x' WHERE revision = 4")
    assert broken(sqlite) == 4


@pytest.mark.parametrize("value", ["'never'", "x'00ff'"])
def test_a_check_in_that_cannot_even_be_read_is_named(sqlite, value):
    filled(sqlite)
    spoilt(sqlite, f"UPDATE observation SET date = {value} WHERE revision = 4")
    assert broken(sqlite) == 4


def test_an_end_that_was_cut_off_is_found_by_the_head_that_was_kept_elsewhere(db):
    before = filled(db)
    record(db, "p", seen(4), actor=ME)
    head = audit(db)[0].head
    assert missing(audit(db), [before, head.upper()]) == []
    spoilt(
        db,
        "DELETE FROM touched WHERE revision = 7",
        "DELETE FROM observation WHERE revision = 7",
        "DELETE FROM change WHERE revision = 7",
        "UPDATE plan SET revision = 6",
    )
    assert broken(db) is None
    assert missing(audit(db), [before, head]) == [head]


def test_a_chain_longer_than_a_page_is_followed_to_its_end(db, monkeypatch):
    monkeypatch.setattr("scorecard.store.audit.PAGE", 4)
    head = filled(db)
    assert audit(db)[0].head == head
    spoilt(db, "UPDATE change SET actor = 'kim' WHERE revision = 6")
    assert broken(db) == 6


def test_the_one_text_of_a_change_does_not_move():
    change = {
        "plan_id": 7,
        "revision": 2,
        "at": datetime(2026, 3, 31, 13, tzinfo=WINTER),
        "actor": "dana",
        "intent": "record",
        "subject": None,
        "facts": {"to": 0.1, "from": 1e22, "day": DAY, "said": "Ω"},
        "rows": [],
        "undoes": None,
    }
    row = {"id": 1, "plan_id": 7, "date": DAY, "value": -0.0, "word": None, "recorded_at": NOON}
    assert canonical(change["facts"]) == '{"day":"2026-03-31","from":1e+22,"said":"\\u03a9","to":0.1}'
    assert hash_of("00", "p", change, [row]) == (
        "3498893ba2008601bbcf66f2940e25a04d9cc68b984dd47e31f9821679c57b47"
    )


def test_a_moment_in_another_zone_and_a_zero_of_another_sign_are_the_same():
    change = {"revision": 1, "at": NOON, "facts": {}, "rows": []}
    row = {"id": 1, "value": 0.0}
    other = hash_of(
        None, "p", {**change, "at": NOON.astimezone(WINTER), "reason": None}, [{**row, "value": -0.0}]
    )
    assert hash_of(None, "p", change, [row]) == other


@needs_server
def test_both_databases_give_the_same_head(sqlite, postgres, monkeypatch):
    class Noon(datetime):
        @classmethod
        def now(cls, tz=None):
            return NOON.astimezone(tz)

    monkeypatch.setattr(work, "datetime", Noon)
    assert filled(sqlite) == filled(postgres)


def test_the_step_that_brings_the_chain_gives_old_changes_the_hashes_they_would_have_had(db, monkeypatch):
    filled(db)
    create_plan(db, drawn("a < b").model_copy(update={"plan": "q"}), actor=ME)
    step = import_module("scorecard.store.migrations.versions.0005_chain")
    monkeypatch.setattr(step, "PAGE", 4)
    written = hashes(db)
    spoilt(db, "ALTER TABLE change DROP COLUMN hash")
    with rebuild(db) as connection:
        context = MigrationContext.configure(connection, opts={"as_batch": True})
        with Operations.context(context):
            step.upgrade()
    assert hashes(db) == written
    with pytest.raises(Exception, match="append-only"), db.engine.connect() as connection:
        connection.execute(text("UPDATE change SET hash = ''"))


def hashes(db):
    with db.read() as connection:
        columns = CHANGES.c
        return (
            connection.execute(select(columns.hash).order_by(columns.plan_id, columns.revision))
            .scalars()
            .all()
        )
