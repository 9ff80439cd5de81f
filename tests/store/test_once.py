"""A request with a key has one effect, however often and by however many it is sent."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from scorecard.domain.errors import Conflict
from scorecard.domain.schema import NodeFields, ObservationFields
from scorecard.store import history, once, queries
from scorecard.store.commands.check_ins import record
from scorecard.store.commands.imports import apply_import
from scorecard.store.commands.links import detach, move
from scorecard.store.commands.nodes import add_node, edit_node
from scorecard.store.commands.plans import create_plan
from scorecard.store.once import Once, OtherRequest, answered
from tests.store.drawn import ME, drawn, keep

SEEN = ObservationFields(node="churn", date="2026-03-31", value=3)
NODE = NodeFields(key="calls", kind="kpi", title="Calls")


def asked(db, key="k", request="r"):
    return db.asked(Once(key, request))


def revisions(db):
    return len(history.changes(db, "p", limit=1000))


def test_a_request_sent_twice_has_one_effect_and_one_answer(db):
    keep(db, "grow < churn")
    first = add_node(asked(db), "p", NODE, parent="grow", actor=ME)
    assert add_node(asked(db), "p", NODE, parent="grow", actor=ME) == first
    assert revisions(db) == 2


def test_of_many_that_send_a_request_at_once_all_get_the_answer_of_the_first(db):
    keep(db, "grow < churn")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: record(asked(db), "p", SEEN, actor=ME), range(8)))
    assert len(set(answers)) == 1
    assert len(history.check_ins(db, "p", "churn")) == 1


def test_a_key_sent_with_another_request_is_refused(db):
    keep(db, "grow < churn")
    record(asked(db), "p", SEEN, actor=ME)
    with pytest.raises(OtherRequest):
        record(asked(db, request="other"), "p", SEEN, actor=ME)


def test_a_refused_request_keeps_no_key(db):
    keep(db, "grow < churn")
    with pytest.raises(Conflict):
        edit_node(asked(db), "p", "churn", {"title": "T"}, version=9, actor=ME)
    assert edit_node(asked(db), "p", "churn", {"title": "T"}, version=1, actor=ME).revision == 2


def test_a_request_that_changed_nothing_is_answered_so_again(db):
    keep(db, "grow < churn")
    first = edit_node(asked(db), "p", "churn", {"title": "Churn"}, version=1, actor=ME)
    edit_node(db, "p", "churn", {"title": "Other"}, version=1, actor=ME)
    again = edit_node(asked(db), "p", "churn", {"title": "Churn"}, version=1, actor=ME)
    assert again == first == (1, frozenset())


def test_the_answer_stays_whatever_happened_since(db):
    keep(db, "grow < churn", "win")
    first = move(asked(db), "p", "churn", from_parent="grow", to_parent="win", actor=ME)
    detach(db, "p", "churn", "win", actor=ME)
    assert move(asked(db), "p", "churn", from_parent="grow", to_parent="win", actor=ME) == first
    assert queries.load_plan(db, "p").parents("churn") == []


def test_a_plan_and_an_import_are_made_once(db):
    assert create_plan(asked(db), drawn("grow"), actor=ME) == create_plan(asked(db), drawn("grow"), actor=ME)
    file = drawn("grow < churn")
    first = apply_import(asked(db, "import"), file, expected_revision=1, actor=ME)
    assert apply_import(asked(db, "import"), file, expected_revision=1, actor=ME) == first
    assert revisions(db) == 2


def test_several_writes_of_one_request_are_each_done_once(db):
    keep(db, "grow < churn")
    for _ in range(2):
        same = asked(db)
        record(same, "p", SEEN, actor=ME)
        add_node(same, "p", NODE, actor=ME)
    assert revisions(db) == 3


def test_what_was_answered_can_be_asked_for(db):
    keep(db, "grow < churn")
    assert answered(db) is None
    assert answered(asked(db)) is None
    written = record(asked(db), "p", SEEN, actor=ME)
    answer = answered(asked(db))
    assert (answer.plan, answer.written, answer.facts["to"]) == ("p", written, 3)


def test_a_key_is_forgotten_after_a_day(db, monkeypatch):
    keep(db, "grow < churn")
    record(asked(db), "p", SEEN, actor=ME)

    class Tomorrow(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(UTC) + timedelta(days=1, seconds=1)

    monkeypatch.setattr(once, "datetime", Tomorrow)
    other = SEEN.model_copy(update={"value": 4.0})
    assert record(asked(db, request="other"), "p", other, actor=ME).revision == 3
