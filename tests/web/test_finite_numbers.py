"""NaN and infinity are typed into no form: each field for a number comes back with its sentence."""

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from scorecard.store import queries
from scorecard.store.database import Database
from scorecard.web import forms
from tests.web.test_node import DAY, at, form_of, text

TEMPLATES = Path(__file__).parents[2] / "templates"
SPELLED = (
    "nan",
    "NaN",
    "inf",
    "-inf",
    "+Infinity",
    "∞",
    "−∞",
    "1e400",
    "-1e400",
    "9" * 400,
    "1_000",
    "١٢",
    "true",
)

HERE = {"node": "handle_time", "parent": "first_time_help"}
NEW = {"node": "first_time_help", "kind": "kpi", "title": "New", "link": "contributes", "weight": "1"}

FIELDS: list[tuple[str, dict[str, str], str]] = [
    *[("edit", {"measure.kind": "reach", "measure.baseline": "1", "measure.target": "2"}, f"measure.{name}")
      for name in ("baseline", "target", "alert")],
    *[("edit", {"measure.kind": kind, "measure.target": "2"}, f"measure.{name}")
      for kind in ("at_least", "at_most") for name in ("target", "floor", "alert")],
    *[("edit", {"measure.kind": "between", "measure.low": "1", "measure.high": "2"}, f"measure.{name}")
      for name in ("low", "high", "floor", "alert")],
    *[("edit", {}, name) for name in ("bands.on_track", "bands.at_risk", "benchmark.value")],
    *[("check-in", {"value": "1"}, name) for name in ("value", "confidence")],
    ("tree/below", NEW, "weight"),
    *[("tree/below", {**NEW, "measure": "reach", "baseline": "1", "target": "2"}, name)
      for name in ("baseline", "target")],
    *[("tree/below", {**NEW, "measure": "at_least", "target": "2"}, name) for name in ("target", "floor")],
    *[("tree/below", {**NEW, "measure": "between", "low": "1", "high": "2"}, name)
      for name in ("low", "high")],
    ("tree/edit", {**HERE, "title": "New"}, "target"),
    ("tree/place", HERE, "weight"),
    ("tree/check_in", HERE, "value"),
    ("tree/attach", {"node": "first_time_help", "child": "churn"}, "weight"),
    ("tree/parents", {**HERE, "to": "first_time_help"}, "weight"),
]  # fmt: skip
"""Where a form is sent, what is typed into it besides, and the field for a number."""


def test_every_field_for_a_number_is_in_the_table() -> None:
    fields = {
        found
        for page in TEMPLATES.rglob("*.html")
        for line in page.read_text("utf-8").splitlines()
        if "inputmode='decimal'" in line
        for found in re.findall(r"(?:text|field)\(.*?'([a-z][\w.]*)',", line)
    }
    assert len(fields) > 15
    assert fields <= {name for _, _, name in FIELDS}


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("spelled", SPELLED, ids=lambda spelled: spelled[:9])
def test_what_is_no_finite_number_is_read_as_none(app: Flask, language: str, spelled: str) -> None:
    with app.test_request_context(headers={"Accept-Language": language}):
        assert forms.parsed_number(spelled) is None


ONE_EACH = [(*field, SPELLED[place % len(SPELLED)]) for place, field in enumerate(FIELDS)]


@pytest.mark.parametrize(
    ("form", "typed", "name", "spelled"), ONE_EACH, ids=[f"{form} {name}" for form, _, name in FIELDS]
)
def test_no_field_takes_it_and_its_form_comes_back(
    client: FlaskClient, db: Database, form: str, typed: dict[str, str], name: str, spelled: str
) -> None:
    before = queries.load_plan(db, "northwind").revision
    kept = form_of(client, "handle_time") if form == "edit" else {}
    address = f"/p/northwind/{form}?as_of={DAY}" if form.startswith("tree") else at("handle_time", form)
    answer = client.post(address, data={**kept, **typed, name: spelled})
    assert answer.status_code == 422
    assert f'id="f-{name}-error"' in answer.text
    assert "is not a number" in text(answer)
    assert queries.load_plan(db, "northwind").revision == before


def test_no_way_to_a_target_takes_it(client: FlaskClient) -> None:
    typed = {"measure.kind": "reach", "measure.baseline": "1", "measure.target": "9"}
    sent = form_of(client, "handle_time") | typed | {"measure.path": "2026-03-31 1e400"}
    answer = client.post(at("handle_time", "edit"), data=sent)
    assert answer.status_code == 422
    assert "is not a day and a value" in text(answer)
