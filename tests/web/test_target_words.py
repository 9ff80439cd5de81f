"""A target in words in the form of a node: said back as it is typed, taken up when it is saved, and kept."""

import pytest
from flask.testing import FlaskClient

from scorecard.domain.measure import AtLeast
from scorecard.store.commands.nodes import edit_node
from scorecard.store.database import Database
from tests.web.test_node import DAY, HTMX, at, form_of, node, text

BARE = "contacts"
"""A node of the demo that is counted and has no target."""


def words(client: FlaskClient, key: str, said: str, **more: str) -> str:
    """Return what the form says while words are typed."""
    asked = {"as_of": DAY, "target_text": said, **more}
    answer = client.get(f"/p/northwind/n/{key}/edit/words", query_string=asked, headers=HTMX)
    assert answer.status_code == 200
    return " ".join(text(answer).split())


@pytest.mark.parametrize(
    ("said", "more", "answer"),
    [
        ("At or above 95%", {}, "Read as: at least 95 %."),
        ("less than $10K/Month", {}, "Read as: at most $10,000, monthly."),
        ("between 3 and 5", {"format": "days"}, "Read as: between 3 days and 5 days."),
        ("better than before", {}, "It stays a note. The target names no number."),
        ("95%", {}, "It stays a note. The target is a number alone: is it to be at least, at most or "
         "exactly that?"),
        ("at least 95%", {"format": "currency:EUR"},
         "It stays a note. The target is in another unit than the values."),
        ("  ", {}, ""),
    ],
)  # fmt: skip
def test_what_is_understood_is_said_while_it_is_typed(
    client: FlaskClient, said: str, more: dict[str, str], answer: str
) -> None:
    assert words(client, BARE, said, **{"format": "", "cadence": "", **more}) == answer


def test_where_a_measure_counts_already_it_is_named(client: FlaskClient) -> None:
    given = {"format": "minutes", "cadence": ""}
    assert words(client, "handle_time", "at most 7.5", **given) == "Read as: at most 7.5 minutes."
    assert words(client, "handle_time", "at most 6", **given) == (
        "Read as: at most 6 minutes. What counts is the measure: at most 7.5 minutes."
    )


def test_what_is_said_is_the_same_part_of_the_form_without_a_script(client: FlaskClient) -> None:
    asked = {"as_of": DAY, "target_text": "at least 95%", "format": "", "cadence": ""}
    whole = client.get(f"/p/northwind/n/{BARE}/edit/words", query_string=asked).text
    assert 'value="at least 95%"' in whole
    assert "Read as: at least 95 %." in whole.split('id="read-as"')[1].split("</div>")[0]


def test_new_words_become_the_measure_and_are_kept(client: FlaskClient, db: Database) -> None:
    sent = form_of(client, BARE) | {"target_text": " At or above 95% ", "format": ""}
    said = text(client.post(at(BARE, "edit"), data=sent, follow_redirects=True))
    assert "is saved. Read as: at least 95 %." in said
    assert "Target in words “At or above 95%”" in said
    saved = node(db, BARE)
    assert (saved.measure, saved.format, saved.target_text) == (
        AtLeast(target=95),
        "percent",
        "At or above 95%",
    )


def test_words_that_cannot_be_read_are_kept_and_found(client: FlaskClient, db: Database) -> None:
    sent = form_of(client, BARE) | {"target_text": "better than before"}
    said = text(client.post(at(BARE, "edit"), data=sent, follow_redirects=True))
    assert "It stays a note. The target names no number." in said
    assert "So its target, “better than before”, stays a note." in said
    assert (node(db, BARE).measure, node(db, BARE).target_text) == (None, "better than before")
    found = client.get(f"/p/northwind/findings?as_of={DAY}&rule=unread_target").text
    assert f"/n/{BARE}/edit?as_of={DAY}#f-target_text" in found
    assert 'id="f-target_text"' in client.get(at(BARE, "edit")).text


def test_a_measure_that_was_taken_away_does_not_come_back_with_old_words(
    client: FlaskClient, db: Database
) -> None:
    given = {"target_text": "at least 95%", "measure": AtLeast(target=95)}
    edit_node(db, "northwind", BARE, given, version=None, actor="x")
    client.post(at(BARE, "edit"), data=form_of(client, BARE) | {"measure.kind": ""})
    client.post(at(BARE, "edit"), data=form_of(client, BARE) | {"title": "Calls"})
    assert (node(db, BARE).title, node(db, BARE).measure) == ("Calls", None)


def test_a_measure_that_was_typed_counts_whatever_the_words_say(client: FlaskClient, db: Database) -> None:
    sent = form_of(client, "handle_time") | {"target_text": "at most 6"}
    said = text(client.post(at("handle_time", "edit"), data=sent, follow_redirects=True))
    assert "What counts is the measure: at most 7.5 minutes." in said
    assert "In words its target is “at most 6”; what it is held against is another." in said
    assert node(db, "handle_time").measure.target == 7.5
