"""A target in words beside what its node says: it is taken up, or stays words; nothing is converted."""

import pytest

from scorecard.domain.measure import AtLeast, AtMost
from scorecard.domain.schema import NodeFields
from scorecard.domain.text_target_faults import Unread
from scorecard.domain.text_target_node import fitted, taken_up, understood
from scorecard.domain.vocabulary import Cadence


def node(words, **said):
    return NodeFields(key="it", kind="kpi", title="It", target_text=words, **said)


def test_words_give_the_measure_and_what_the_node_leaves_open():
    got = taken_up(node("less than $10K/Month"))
    assert (got.measure, got.format, got.cadence) == (AtMost(target=10_000), "currency:USD", Cadence.monthly)
    assert got.target_text == "less than $10K/Month"


def test_what_the_node_says_itself_stands():
    got = taken_up(node("at most 5 incidents", format="tickets", cadence="weekly"))
    assert (got.measure, got.format, got.cadence) == (AtMost(target=5), "tickets", Cadence.weekly)
    assert taken_up(node("at least 95", format="percent")).format == "percent"


def test_a_measure_that_is_there_is_never_replaced():
    own = node("At or above 95%", measure={"kind": "at_least", "target": 90.0})
    assert taken_up(own) is own


@pytest.mark.parametrize(
    ("words", "unit"),
    [("at most 7.5 min", "minutes"), ("at least 95%", "%"), ("at most €5", "EUR"), ("up to 3 days", "Days")],
)
def test_a_unit_may_be_written_as_a_word(words, unit):
    assert taken_up(node(words, format=unit)).measure is not None
    assert taken_up(node(words, format=unit)).format == unit


@pytest.mark.parametrize("words", ["better than before", "TBD", "95%"])
def test_words_that_cannot_be_read_change_nothing(words):
    vague = node(words)
    assert taken_up(vague) is vague
    assert understood(vague).why_unread is not None


@pytest.mark.parametrize(
    ("words", "unit", "cadence", "why"),
    [
        ("at least 95%", "currency:EUR", None, Unread.other_unit),
        ("at least 95%", "number", None, Unread.other_unit),
        ("at most $5", "currency:EUR", None, Unread.other_unit),
        ("at most 2 hours", "duration:min", None, Unread.other_unit),
        ("at most 5 issues", "percent", None, Unread.other_unit),
        ("at most 5 per week", None, Cadence.monthly, Unread.other_cadence),
    ],
)
def test_a_target_in_another_unit_or_for_another_period_stays_words(words, unit, cadence, why):
    got = fitted(words, unit, cadence)
    assert (got.measure, got.why_unread) == (None, why)


def test_a_node_without_words_has_nothing_to_read():
    bare = NodeFields(key="it", kind="kpi", title="It", measure={"kind": "at_least", "target": 1.0})
    assert understood(bare) is None
    assert taken_up(bare).measure == AtLeast(target=1)
