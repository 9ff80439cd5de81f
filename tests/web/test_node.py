"""The page of a node: every node of the demo, and everything that can be done there."""

import re
from datetime import date
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from scorecard.domain.schema import NodeFields
from scorecard.graph.plan import Plan
from scorecard.store import history, queries
from scorecard.store.commands.nodes import add_node, edit_node
from scorecard.store.database import Database
from tests.web.conftest import without_keys

DAY = "2026-11-21"
HTMX = {"HX-Request": "true"}


def at(key: str, act: str = "", **query: str) -> str:
    asked = "&".join(f"{name}={value}" for name, value in {"as_of": DAY, **query}.items())
    return f"/p/northwind/n/{key}{'/' + act if act else ''}?{asked}"


def text(response: TestResponse) -> str:
    """Return what a reader sees, without markup."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.text)))


def node(db: Database, key: str) -> NodeFields:
    return queries.load_plan(db, "northwind").nodes[key]


def values(db: Database, key: str) -> dict[date, Any]:
    return dict(queries.load_plan(db, "northwind").observations.get(key, ()))


def form_of(client: FlaskClient, key: str) -> dict[str, str]:
    """Return the edit form of a node as a browser would send it back."""
    page = client.get(at(key, "edit")).text
    form = page[page.index('<form class="form form-wide"') : page.rindex("</form>")]
    sent = {}
    for name, value in re.findall(r'<input[^>]*? name="([^"]+)"[^>]*? value="([^"]*)"', form):
        sent[name] = unescape(value)
    for name, value in re.findall(
        r'<textarea[^>]*? name="([^"]+)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL
    ):
        sent[name] = unescape(value)
    for name, options in re.findall(r'<select[^>]*? name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        first = re.search(r'<option value="([^"]*)"', options)
        sent[name] = unescape((chosen or first).group(1)) if chosen or first else ""  # type: ignore[union-attr]
    return sent


def one_of_each(plan: Plan) -> list[str]:
    """Return one node of each kind that its page may show in another way."""
    found = {
        (
            *(
                node.kind,
                node.measure and node.measure.kind,
                bool(node.formula),
                node.cadence,
                node.aggregate,
            ),
            *(node.lifecycle, node.archived, bool(plan.children(key)), len(plan.parents(key)), node.cycle),
        ): key
        for key, node in plan.nodes.items()
    }
    return list(found.values())


def test_every_kind_of_node_has_a_page_on_every_kind_of_day(client: FlaskClient, db: Database) -> None:
    for key in one_of_each(queries.load_plan(db, "northwind")):
        assert client.get(at(key)).status_code == 200, key
    for day in ("2024-01-01", "2026-01-02", "2030-01-01"):
        assert client.get(f"/p/northwind/n/oee?as_of={day}").status_code == 200


def test_every_kind_of_node_can_be_edited_and_saving_it_unchanged_changes_nothing(
    client: FlaskClient, db: Database
) -> None:
    before = queries.load_file(db, "northwind")
    for key in before_keys(db):
        answer = client.post(at(key, "edit"), data=form_of(client, key))
        assert answer.status_code == 303, (key, text(answer))
    assert queries.load_file(db, "northwind") == before
    assert queries.load_plan(db, "northwind").revision == 1


def before_keys(db: Database) -> list[str]:
    plan = queries.load_plan(db, "northwind")
    closed = {key for key, cycle in plan.cycles.items() if cycle.state == "closed"}
    return [key for key in one_of_each(plan) if plan.nodes[key].cycle not in closed]


@pytest.mark.parametrize(
    "key", ["oee", "stable_production", "technician_utilisation", "line_speed", "kr_churn"]
)
def test_the_fragment_is_a_region_of_the_page(client: FlaskClient, key: str) -> None:
    page = without_keys(client.get(at(key)).text)
    fragment = without_keys(client.get(at(key), headers=HTMX).text)
    assert fragment.strip().startswith('<div class="stack-y" id="node">')
    assert fragment.strip() in page


def test_an_unknown_node_is_a_404_in_the_look_of_the_product(client: FlaskClient) -> None:
    for address in (at("nowhere"), at("nowhere", "edit"), "/p/nowhere/n/oee"):
        answer = client.get(address)
        assert answer.status_code == 404
        assert "data-sentence" in answer.text


def test_a_leaf_says_how_its_value_compares_and_why(client: FlaskClient) -> None:
    said = text(client.get(at("oee")))
    assert "69.67 % misses the target of 75 % by 5.33." in said
    assert "beyond the floor of 71 %" in said


def test_a_formula_shows_its_operands_as_links_with_their_values(client: FlaskClient) -> None:
    page = client.get(at("oee"))
    assert 'href="/p/northwind/n/line_availability?as_of=2026-11-21"' in page.text
    assert "Line availability 81 %" in text(page)


def test_a_parent_shows_what_makes_its_score_and_what_hides_below(client: FlaskClient) -> None:
    said = text(client.get(at("stable_production")))
    assert "off track below: 5 of 8" in said
    assert "Overall equipment effectiveness , −11" in said.replace(" ,", " ,")
    assert "What makes the score" in said


def test_every_path_to_a_company_objective_is_shown(client: FlaskClient) -> None:
    page = client.get(at("customer_satisfaction"))
    assert [f"Path {number}" in page.text for number in (1, 2, 3)] == [True, True, False]


def test_an_orphan_is_told_that_it_serves_nobody(client: FlaskClient) -> None:
    assert "No path leads from here to a company objective" in text(client.get(at("website_visits")))


def test_without_target_window_or_owner_a_kpi_is_only_a_metric(client: FlaskClient) -> None:
    assert "only a metric: it lacks a target" in text(client.get(at("line_speed")))


def test_a_stale_value_says_since_when(client: FlaskClient) -> None:
    said = text(client.get(at("brand_awareness")))
    assert "Stale" in said
    assert "A new value was due by" in said


def test_a_judged_node_shows_the_computed_status_beside_it(client: FlaskClient) -> None:
    said = text(client.get(at("faster_innovation")))
    assert "Priya Raman judged it at risk until 31 Dec 2026" in said
    assert "By the numbers alone it is on track." in said


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_check_in_is_recorded_and_shown_at_once(
    client: FlaskClient, db: Database, headers: dict[str, str]
) -> None:
    sent = {"value": "91,250.5", "date": "2026-11-20", "note": "<b>bold</b>", "confidence": "70"}
    answer = client.post(at("website_visits", "check-in"), data=sent, headers=headers)
    if not headers:
        assert answer.status_code == 303
        assert answer.location == "/p/northwind/n/website_visits?as_of=2026-11-21"
        answer = client.get(answer.location)
    assert answer.status_code == 200
    assert values(db, "website_visits")[date(2026, 11, 20)] == 91250.5
    assert "recorded." in text(answer)
    assert "&lt;b&gt;bold&lt;/b&gt;" in answer.text
    assert "confidence 70 %" in text(answer)


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize(
    ("typed", "place", "sentence"),
    [
        ({"value": "many"}, "f-value", "“many” is not a number."),
        ({"value": ""}, "f-value", "This is needed."),
        ({"value": "1e999"}, "f-value", "not a number"),
        ({"value": "5", "date": "yesterday"}, "f-date", "is not a day"),
        ({"value": "5", "confidence": "170"}, "f-confidence", "at most 1"),
    ],
)
def test_a_check_in_that_is_wrong_comes_back_with_its_sentence(
    client: FlaskClient,
    db: Database,
    headers: dict[str, str],
    typed: dict[str, str],
    place: str,
    sentence: str,
) -> None:
    before = values(db, "oee")
    answer = client.post(at("handle_time", "check-in"), data={"note": "kept", **typed}, headers=headers)
    assert answer.status_code == 422
    assert f'id="{place}-error"' in answer.text
    assert sentence in text(answer)
    assert "kept</textarea>" in answer.text
    assert values(db, "oee") == before


def test_a_milestone_is_typed_as_a_percentage_and_refused_above_a_hundred(
    client: FlaskClient, db: Database
) -> None:
    client.post(at("erp_cutover", "check-in"), data={"value": "60", "date": "2026-11-20"})
    assert values(db, "erp_cutover")[date(2026, 11, 20)] == 0.6
    answer = client.post(at("erp_cutover", "check-in"), data={"value": "160", "date": "2026-11-20"})
    assert answer.status_code == 422
    assert "from 0 to 1" in text(answer)


def test_zones_are_checked_in_by_their_words(client: FlaskClient, db: Database) -> None:
    measure = {"kind": "zones", "commit": "one country", "target": "two", "stretch": "three"}
    given = {"key": "zoned", "kind": "key_result", "title": "Zoned", "measure": measure}
    zoned = NodeFields.model_validate(given)
    add_node(db, "northwind", zoned, actor="x")
    assert '<option value="commit">commit: one country</option>' in client.get(at("zoned")).text
    for word, status in (("commit", 303), ("stretch", 303), ("heaven", 422), ("", 422)):
        sent = {"value": word, "date": f"2026-11-{10 + len(word)}"}
        assert client.post(at("zoned", "check-in"), data=sent).status_code == status
    assert list(values(db, "zoned").values()) == ["commit", "stretch"]
    assert "commit" in text(client.get(at("zoned")))


def test_a_measure_that_cannot_read_the_values_there_are_is_refused_at_its_kind(client: FlaskClient) -> None:
    zones = {"measure.kind": "zones", "measure.commit": "a", "measure.aim": "b", "measure.stretch": "c"}
    answer = client.post(at("handle_time", "edit"), data=form_of(client, "handle_time") | zones)
    assert answer.status_code == 422
    assert 'id="f-measure.kind-error"' in answer.text


def test_a_value_is_withdrawn_corrected_and_both_stay_in_the_history(
    client: FlaskClient, db: Database
) -> None:
    client.post(at("handle_time", "check-in"), data={"value": "7.0", "date": "2026-11-20"})
    client.post(at("handle_time", "check-in"), data={"value": "7.4", "date": "2026-11-20"})
    said = text(client.get(at("handle_time")))
    assert "corrected since" in said
    assert "Corrected 20 Nov 2026 to 7.4 minutes" in said
    answer = client.post(at("handle_time", "withdraw"), data={"date": "2026-11-20"}, headers=HTMX)
    assert answer.status_code == 200
    assert date(2026, 11, 20) not in values(db, "handle_time")
    assert len(history.check_ins(db, "northwind", "handle_time")) == 28


def test_withdrawing_what_is_not_there_is_a_404_and_without_a_day_a_400(client: FlaskClient) -> None:
    assert client.post(at("oee", "withdraw"), data={"date": "1999-01-01"}).status_code == 404
    assert client.post(at("oee", "withdraw"), data={}).status_code == 400
    assert client.post(at("oee", "withdraw"), data={"date": "soon"}).status_code == 400


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_an_action_is_opened_done_and_opened_again(
    client: FlaskClient, db: Database, headers: dict[str, str]
) -> None:
    sent = {"title": "Call & listen", "owner": "aylin", "due": "2026-11-01", "version": "1"}
    client.post(at("handle_time", "actions"), data=sent, headers=headers)
    place = len(node(db, "handle_time").actions) - 1
    assert "overdue" in text(client.get(at("handle_time")))
    tick = {"title": "Call & listen"}
    client.post(at("handle_time", f"actions/{place}"), data=tick, headers=headers)
    assert node(db, "handle_time").actions[place].done == date(2026, 11, 21)
    client.post(at("handle_time", f"actions/{place}"), data=tick, headers=headers)
    assert node(db, "handle_time").actions[place].done is None


def test_an_action_without_a_title_or_by_a_stranger_comes_back(client: FlaskClient) -> None:
    empty = client.post(at("handle_time", "actions"), data={"title": " ", "expected": "calm"})
    assert empty.status_code == 422
    assert 'id="a-title-error"' in empty.text
    assert 'value="calm"' in empty.text
    stranger = client.post(at("handle_time", "actions"), data={"title": "Go", "owner": "nobody"})
    assert stranger.status_code == 422


def test_ticking_off_another_action_than_the_one_that_was_shown_is_a_409(client: FlaskClient) -> None:
    assert client.post(at("handle_time", "actions/7"), data={"title": "x"}).status_code == 409


def test_a_node_of_a_closed_cycle_says_it_is_locked_and_refuses(client: FlaskClient, db: Database) -> None:
    page = client.get(at("kr_q3_school_offers"))
    assert "Q3 2026, which is closed" in text(page)
    assert 'action="/p/northwind/n/kr_q3_school_offers/check-in' not in page.text
    sent = {"value": "3", "date": "2026-09-01"}
    assert client.post(at("kr_q3_school_offers", "check-in"), data=sent).status_code == 422
    form = form_of(client, "kr_q3_school_offers") | {"title": "Other"}
    assert client.post(at("kr_q3_school_offers", "edit"), data=form).status_code == 422


def test_a_node_is_archived_and_restored(client: FlaskClient, db: Database) -> None:
    assert client.post(at("handle_time", "archive")).location.startswith("/p/northwind/tree")
    assert node(db, "handle_time").archived
    page = client.get(at("handle_time"))
    assert page.status_code == 200
    assert "Archived." in text(page)
    client.post(at("handle_time", "restore"))
    assert not node(db, "handle_time").archived


MEASURES = [
    ({"kind": "reach", "baseline": "10", "target": "20", "path": "2026-03-31 12\n2026-06-30 15,5"}, 20.0),
    ({"kind": "at_least", "target": "1,250.5", "floor": "1,000"}, 1250.5),
    ({"kind": "at_most", "target": "-5", "floor": "-4"}, -5.0),
    ({"kind": "between", "low": "1", "high": "3"}, None),
    ({"kind": "milestone", "due": "2026-12-01", "path": "2026-06-30 0.5"}, None),
    ({"kind": "zones", "commit": "a", "aim": "b", "stretch": "c"}, "b"),
]


@pytest.mark.parametrize(("typed", "target"), MEASURES, ids=lambda given: str(given)[:30])
def test_every_kind_of_measure_can_be_typed_and_comes_back_as_it_was(
    client: FlaskClient, db: Database, typed: dict[str, str], target: object
) -> None:
    add_node(db, "northwind", NodeFields(key="fresh", kind="kpi", title="Fresh"), actor="x")  # type: ignore[arg-type]
    typed = {**typed, "path": typed["path"].replace("15,5", "15.5")} if "path" in typed else typed
    sent = form_of(client, "fresh") | {f"measure.{name}": value for name, value in typed.items()}
    assert client.post(at("fresh", "edit"), data=sent).status_code == 303
    measure = node(db, "fresh").measure
    assert measure is not None
    assert measure.kind == typed["kind"]
    if target is not None:
        assert measure.target == target  # type: ignore[union-attr]
    assert client.get(at("fresh")).status_code == 200
    revision = queries.load_plan(db, "northwind").revision
    client.post(at("fresh", "edit"), data=form_of(client, "fresh"))
    assert queries.load_plan(db, "northwind").revision == revision


WRONG = [
    ({"title": ""}, "f-title", "This is needed."),
    ({"title": "x" * 5000}, "f-title", "This is too long"),
    ({"m.kind": "reach", "m.baseline": "5", "m.target": "5"}, "f-m.target", "no way to go"),
    ({"m.kind": "reach", "m.baseline": "3", "m.target": "5", "aggregate": "sum"},
     "f-m.baseline", "A sum begins at 0"),
    ({"m.kind": "reach", "m.baseline": "3", "m.target": "5", "m.start": "2026-07-01", "m.due": "2026-06-30"},
     "f-m.due", "cannot be due before it starts"),
    ({"m.kind": "reach", "m.baseline": "", "m.target": "5"}, "f-m.baseline", "needed"),
    ({"m.kind": "at_least", "m.target": "5", "m.floor": "6"}, "f-m.floor", "wrong side"),
    ({"m.kind": "at_least", "m.target": "nan"}, "f-m.target", "not a number"),
    ({"m.kind": "between", "m.low": "5", "m.high": "4"}, "f-m.high", "below its lower end"),
    ({"m.kind": "milestone", "m.due": ""}, "f-m.due", "needed"),
    ({"m.kind": "zones", "m.aim": "b", "m.stretch": "c"}, "f-m.commit", "needed"),
    ({"m.kind": "reach", "m.baseline": "1", "m.target": "2", "m.path": "soon 4"},
     "f-m.path", "“soon 4” is not a day and a value"),
    ({"formula": "1 +"}, "f-formula", "ends at character"),
    ({"formula": "nowhere * 2"}, "f-formula", "There is no node “nowhere”"),
    ({"formula": "handle_time + 1"}, "f-formula", "reads itself"),
    ({"policy": "judged"}, "f-judged.status", "needs a status"),
    ({"bands.on_track": "70", "bands.at_risk": "80"}, "f-bands.at_risk", "less than"),
    ({"bands.on_track": "170"}, "f-bands.on_track", "at most 1"),
    ({"tier": "7"}, "f-tier", "at most 3"),
    ({"benchmark.source": "somebody"}, "f-benchmark.value", "needed"),
    ({"judged.until": "never"}, "f-judged.until", "is not a day"),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "place", "sentence"), WRONG, ids=lambda given: str(given)[:40])
def test_a_form_with_errors_comes_back_as_itself(
    client: FlaskClient, db: Database, typed: dict[str, str], place: str, sentence: str
) -> None:
    before, place = node(db, "handle_time"), place.replace("f-m.", "f-measure.")
    typed = {
        name.replace("m.", "measure.", 1) if name[:2] == "m." else name: value
        for name, value in typed.items()
    }
    sent = form_of(client, "handle_time") | {"description": "what I <typed>"} | typed
    answer = client.post(at("handle_time", "edit"), data=sent)
    assert answer.status_code == 422
    assert f'id="{place}-error"' in answer.text
    assert sentence in text(answer)
    assert "what I &lt;typed&gt;" in answer.text
    assert node(db, "handle_time") == before


def test_every_error_is_said_at_once_with_a_way_to_its_field(client: FlaskClient) -> None:
    sent = form_of(client, "handle_time") | {"measure.target": "x", "judged.until": "y"}
    answer = client.post(at("handle_time", "edit"), data=sent)
    assert "2 things to correct" in text(answer)
    assert 'href="#f-measure.target"' in answer.text
    assert 'href="#f-judged.until"' in answer.text


def test_an_edit_is_saved_told_and_shown_from_and_to_in_the_history(
    client: FlaskClient, db: Database
) -> None:
    sent = form_of(client, "handle_time") | {"owner": "jan", "measure.target": "7", "tags": "a, b,, a"}
    answer = client.post(at("handle_time", "edit"), data=sent, follow_redirects=True)
    said = text(answer)
    assert "is saved." in said
    assert "Owner Aylin Demir → Jan de Vries" in said
    assert "Target 7.5 minutes → 7 minutes" in said
    assert node(db, "handle_time").tags == ("a", "b")


def test_where_somebody_was_faster_both_values_are_shown_and_the_reader_chooses(
    client: FlaskClient, db: Database
) -> None:
    mine = form_of(client, "handle_time") | {"title": "Mine", "tier": "3"}
    edit_node(db, "northwind", "handle_time", {"title": "Theirs", "owner": "jan"}, version=None, actor="x")
    answer = client.post(at("handle_time", "edit"), data=mine)
    assert answer.status_code == 409
    said = text(answer)
    assert "Theirs Theirs" in said
    assert "Yours Mine" in said
    assert re.search(r'name="take.title" value="yours" checked', answer.text)
    assert re.search(r'name="take.owner" value="theirs" checked', answer.text)
    version = re.search(r'name="version" value="(\d+)"', answer.text)
    assert version is not None
    taken = {
        "take.title": "theirs",
        "take.owner": "theirs",
        "take.tier": "yours",
        "version": version.group(1),
    }
    assert client.post(at("handle_time", "edit"), data=mine | taken).status_code == 303
    now = node(db, "handle_time")
    assert (now.title, now.owner, now.tier) == ("Theirs", "jan", 3)


def test_what_a_reader_types_is_shown_as_text(client: FlaskClient, db: Database) -> None:
    evil = "<script>alert(1)</script>\"'"
    changes = {"title": evil, "description": evil, "tags": (evil,), "format": evil, "source": evil}
    edit_node(db, "northwind", "handle_time", changes, version=None, actor="x")
    for address in (at("handle_time"), at("handle_time", "edit"), at("solve_first_contact")):
        assert "<script>alert" not in client.get(address).text


def test_the_number_of_selects_does_not_grow_with_the_plan(client: FlaskClient, db: Database) -> None:
    from sqlalchemy import event

    client.get(at("oee"))
    seen: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
    client.get(at("oee"))
    few = len([each for each in seen if each.startswith("SELECT")])
    seen.clear()
    client.get(at("profitable_growth"))
    assert len([each for each in seen if each.startswith("SELECT")]) == few <= 10


def test_a_closed_node_shows_its_grade_and_what_was_learned(client: FlaskClient, db: Database) -> None:
    grade = {"progress": 0.82, "status": "on_track", "learning": "Calls before noon"}
    given = {"lifecycle": "closed", "grade": grade}
    edit_node(db, "northwind", "handle_time", given, version=None, actor="x")
    assert "Grade on track · 82 %: Calls before noon" in text(client.get(at("handle_time")))
