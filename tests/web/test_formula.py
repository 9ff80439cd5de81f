"""The field of a formula and its tree: what is said while it is typed is what is said when it is sent."""

import re
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from scorecard.domain.schema import NodeFields
from scorecard.domain.vocabulary import Cadence, NodeKind
from scorecard.store import queries
from scorecard.store.commands.nodes import add_node, edit_node
from scorecard.store.database import Database
from scorecard.web.wording import signed, telling
from tests.web.test_node import HTMX, at, form_of, node, text

FORMULA = "/p/northwind/formula"


def typed(client: FlaskClient, formula: str, key: str = "handle_time", **more: str) -> TestResponse:
    """Return what is said of a formula that is being typed into a node's form."""
    asked = {"as_of": "2026-11-21", "node": key, "formula": formula, **more}
    return client.get(FORMULA, query_string=asked, headers=HTMX)


def offered(client: FlaskClient, word: str, key: str = "handle_time") -> list[str]:
    asked = {"q": word, "node": key, "as_of": "2026-11-21"}
    answer = client.get(f"{FORMULA}/keys", query_string=asked, headers=HTMX)
    return [unescape(each) for each in re.findall(r'data-insert="([^"]+)"', answer.text)]


def add(db: Database, key: str, formula: str | None = None, **fields: Any) -> None:
    given = {"kind": NodeKind.kpi, "title": key.title(), "cadence": Cadence.monthly, **fields}
    add_node(db, "northwind", NodeFields(key=key, formula=formula, **given), actor="x")


# What is said


def test_a_formula_that_computes_says_what_it_reads_and_comes_to(client: FlaskClient) -> None:
    answer = typed(client, "opportunities / qualified_leads * 100", format="percent", cadence="monthly")
    assert answer.status_code == 200
    said = text(answer)
    assert "reads: opportunities 101 , qualified_leads 436 leads → comes to 23.17 % Oct 2026" in said
    assert "Numbers that were entered stand over it" in said
    assert "entered" not in text(typed(client, "opportunities", "lead_conversion"))


@pytest.mark.parametrize(
    ("formula", "sentence", "before", "pointed"),
    [
        ("contacts +", "ends at character 11", "contacts +", "\N{NO-BREAK SPACE}"),
        ("contacts + * 2", "is missing before “*” at character 12", "contacts + ", "*"),
        ("(contacts", "The bracket at character 1 is never closed", "", "("),
        (
            "contacts / contcts",
            "There is no node “contcts” in this plan. Near it: contacts",
            "contacts / ",
            "contcts",
        ),
        ("contacts + handle_time", "reads itself: handle_time → handle_time", "contacts + ", "handle_time"),
        ("1 + " * 20 + "2x * 2", "“2x” at character 81 is not a number", "…" + "1 + " * 7, "2"),
    ],
)
def test_what_is_wrong_is_said_and_pointed_at(
    client: FlaskClient, formula: str, sentence: str, before: str, pointed: str
) -> None:
    answer = typed(client, formula)
    assert answer.status_code == 422
    assert sentence in text(answer).replace(" ,", ",")
    mark = re.search(r'aria-hidden="true">([^<]*)<mark>([^<]*)</mark>', answer.text)
    assert mark is not None
    assert (mark[1], mark[2]) == (before, pointed)


def test_a_circle_is_refused_with_its_whole_path(client: FlaskClient) -> None:
    answer = typed(client, "oee * 2", "line_speed")
    assert answer.status_code == 422
    assert "reads itself: line_speed → oee → line_speed." in text(answer)
    assert typed(client, "lag(oee, 1) * 2", "line_speed").status_code == 200


def test_what_has_no_number_yet_says_why_and_is_no_error(client: FlaskClient, db: Database) -> None:
    add(db, "nothing")
    assert "“nothing” has no value for the period asked for." in text(typed(client, "contacts / nothing"))
    assert "The formula divides by “(contacts - contacts)”, which is 0." in text(
        typed(client, "1 / (contacts - contacts)")
    )
    for formula in ("contacts / nothing", "1 / (contacts - contacts)", "2 * 3"):
        assert typed(client, formula).status_code == 200
    assert typed(client, "  ").text.strip() == ""


def test_a_formula_is_tried_with_the_unit_and_cadence_that_are_typed_beside_it(client: FlaskClient) -> None:
    yearly = text(typed(client, "qualified_leads * 1", cadence="yearly", format="leads"))
    monthly = text(typed(client, "qualified_leads * 1", cadence="monthly", format="leads"))
    assert "2026" in yearly
    assert "Oct 2026" in monthly
    assert yearly != monthly
    assert "comes to €" in text(typed(client, "contacts * 2", cadence="monthly", format="currency:EUR"))


@pytest.mark.parametrize(
    "formula", ["resolved_first_contact / contacts * 100", "contacts +", "gone", "<b>", ""]
)
def test_what_is_said_while_typing_is_a_region_of_the_page(client: FlaskClient, formula: str) -> None:
    sent = form_of(client, "first_contact_resolution") | {"formula": formula, "title": ""}
    page = client.post(at("first_contact_resolution", "edit"), data=sent)
    assert page.status_code == 422
    fragment = typed(
        client, formula, "first_contact_resolution", cadence=sent["cadence"], format=sent["format"]
    ).text.strip()
    assert f'id="f-formula-said" role="status">{fragment}' in re.sub(r'(role="status">)\s+', r"\1", page.text)


def test_a_formula_of_several_lines_is_shown_in_one_and_kept_as_it_is(
    client: FlaskClient, db: Database
) -> None:
    lines = "contacts\n  / resolved_first_contact"
    edit_node(db, "northwind", "handle_time", {"formula": lines}, version=None, actor="x")
    sent = form_of(client, "handle_time")
    assert sent["formula"] == "contacts / resolved_first_contact"
    assert client.post(at("handle_time", "edit"), data=sent).status_code == 303
    assert node(db, "handle_time").formula == lines


# What is offered


def test_keys_are_offered_by_beginning_then_by_what_they_contain_or_are_called(client: FlaskClient) -> None:
    assert offered(client, "qual")[:2] == ["qualified_leads", "data_quality"]
    assert offered(client, "lead")[:3] == ["lead_conversion", "change_lead_time", "cost_per_lead"]
    assert "oee" in offered(client, "equipment")
    assert offered(client, "M")[:3] == ["min()", "max()", "mean()"]
    assert offered(client, "zzz") == []
    assert len(offered(client, "a")) == 8


def test_an_offer_has_title_value_and_says_what_would_close_a_circle(client: FlaskClient) -> None:
    answer = client.get(f"{FORMULA}/keys?q=oee&node=line_speed&as_of=2026-11-21")
    assert "oee Overall equipment effectiveness with lag() only 69.67 %" in text(answer)
    assert "lag(key, n) its value n periods earlier" in text(client.get(f"{FORMULA}/keys?q=lag"))


def test_what_is_archived_is_not_offered(client: FlaskClient, db: Database) -> None:
    edit_node(db, "northwind", "contacts", {"archived": True}, version=None, actor="x")
    assert "contacts" not in offered(client, "contacts")


def test_without_a_script_every_key_stands_in_a_list(client: FlaskClient, db: Database) -> None:
    page = client.get(at("handle_time", "edit")).text
    listed = re.findall(r'<th scope="row"><code>([^<]+)</code>', page[page.index('class="key-list"') :])
    plan = queries.load_plan(db, "northwind")
    live = [key for key in plan.metrics if not plan.nodes[key].archived]
    assert listed[: len(live)] == sorted(live)
    assert "lag(key, n)" in listed


def test_typing_asks_the_database_for_no_more_than_whether_the_plan_changed(
    client: FlaskClient, db: Database
) -> None:
    typed(client, "contacts * 2")
    seen: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
    typed(client, "opportunities / qualified_leads * 100 + oee")
    checked = len(seen)
    offered(client, "lead")
    assert checked == len(seen) - checked <= 2, seen


def test_a_plan_that_is_not_there_is_a_404(client: FlaskClient) -> None:
    for address in ("/p/nowhere/formula", "/p/nowhere/formula/keys"):
        assert client.get(address).status_code == 404


# Where a measure is added


def test_a_measure_is_added_with_its_formula_or_comes_back_with_the_sentence_at_the_field(
    client: FlaskClient, db: Database
) -> None:
    sent = {"kind": "kpi", "title": "Contacts per solution", "measure": "", "cadence": "monthly"}
    address = "/p/northwind/tree/top?as_of=2026-11-21"
    refused = client.post(address, data=sent | {"formula": "contacts / gone"})
    assert refused.status_code == 422
    assert 'id="f-formula-error"' in refused.text
    assert 'value="contacts / gone"' in refused.text
    assert "There is no node “gone”" in text(refused)
    assert client.post(address, data=sent | {"formula": "contacts +"}).status_code == 422
    assert client.post(address, data=sent | {"formula": "contacts_per_solution + 1"}).status_code == 422
    assert (
        client.post(address, data=sent | {"formula": "contacts / resolved_first_contact"}).status_code == 303
    )
    assert node(db, "contacts_per_solution").formula == "contacts / resolved_first_contact"


# The tree


def tree(client: FlaskClient, key: str) -> str:
    page = client.get(at(key)).text
    return page[page.index('<section class="card" id="formula"') :].split("</section>")[0]


def said_of(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html))).replace(" ,", ",")


def test_the_tree_shows_each_operand_with_value_change_and_its_part_in_the_change(
    client: FlaskClient,
) -> None:
    said = said_of(tree(client, "oee"))
    assert "15 Nov 2026, against 8 Nov 2026" in said
    assert "Overall equipment effectiveness Product 69.67 % change +1.74 pts (better)" in said
    assert "Line availability 81 % change +1.6 pts (better) its part in the change +1.37 pts" in said
    assert "× times" in said
    assert "÷ divided by 10,000" in said
    parts = [
        float(part.replace("−", "-")) for part in re.findall(r"its part in the change ([+−±][\d.]+)", said)
    ]
    assert sum(parts) == pytest.approx(1.74, abs=0.02)
    assert 'title="before: 79.4 %"' in tree(client, "oee")


def test_formulas_below_unfold_with_their_own_text(client: FlaskClient, db: Database) -> None:
    add(db, "twice", "lead_conversion * 2 + lag(lead_conversion, 1)", format="percent")
    html = tree(client, "twice")
    assert "<code>opportunities / qualified_leads * 100</code>" in html
    said = said_of(html)
    assert "Leads that become offers Quotient 23.17 %" in said.replace("Product", "Quotient")
    assert "Leads that become offers one period earlier 23.43 %" in said
    assert html.count("<details") == 1


def test_what_is_missing_says_why_and_a_change_that_is_not_split_too(
    client: FlaskClient, db: Database
) -> None:
    add(db, "nothing")
    add(db, "broken", "contacts / nothing")
    said = said_of(tree(client, "broken"))
    assert "Nothing – “nothing” has no value for the period asked for." in said
    assert "Contacts" in said
    assert "One of the two periods has no number" in said
    add(db, "empty", "nothing * 2")
    assert "There is no earlier period to compare with." in said_of(tree(client, "empty"))


def test_deep_and_wide_formulas_are_drawn_as_what_they_read(client: FlaskClient, db: Database) -> None:
    add(db, "deep", "(1 + contacts * " * 60 + "oee" + ")" * 60)
    html = tree(client, "deep")
    assert "and deeper" in said_of(html)
    assert "Deep Sum 1.55E238" in said_of(html)
    assert "Overall equipment effectiveness" in said_of(html)
    assert html.count("<ul") < 12
    add(db, "wide", "+".join(f"oee*{i}" for i in range(150)))
    wide = tree(client, "wide")
    assert wide.count("counted above") == 149
    add(db, "above", "wide + 1")
    assert '<details class="formula-below">' in tree(client, "above")


# How changes are written


@pytest.mark.parametrize(
    ("change", "unit", "written"),
    [
        (1.5, "percent", "+1.5 pts"),
        (-1.0, "percent", "−1 pt"),
        (0.0, "percent", "±0 pts"),
        (0.25, "share:done", "+25 pts"),
        (-1234.5, None, "−1,234"),
        (123.45, "duration:h", "+123.5 h"),
        (0.0042, "number", "+0.0042"),
        (-2_500_000.0, "currency:EUR", "−€2.5M"),
        (3e20, "units", "+3E20 units"),
    ],
)
def test_a_change_has_a_sign_its_unit_and_as_many_digits_as_tell_it(
    app: Flask, change: float, unit: str | None, written: str
) -> None:
    with app.test_request_context():
        assert signed(change, unit, telling([change])) == written
