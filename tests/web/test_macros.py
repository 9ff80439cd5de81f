"""The widgets of templates/macros and the shell, rendered with stand-ins for what the app provides."""

import re
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import html5lib
import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from scorecard.web import charts

ROOT = Path(__file__).parents[2]
SPRITE = (ROOT / "static" / "icons.svg").read_text("utf-8")
STATUSES = ("on_track", "at_risk", "off_track", "no_data")
REASONS = (None, "no_target", "no_range", "no_value", "stale", "not_due", "formula_error", "low_coverage")


@pytest.fixture(scope="module")
def pages() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(ROOT / "templates"),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        undefined=StrictUndefined,
    )
    environment.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    environment.globals["asset"] = lambda name: f"/static/{name}"
    environment.globals["url_for"] = lambda endpoint, **values: "/".join(["", endpoint, *values.values()])
    environment.globals["here"] = environment.globals["url_for"]
    environment.globals["once"] = lambda: ""
    return environment


@pytest.fixture
def macro(pages: Environment) -> Any:
    """Find a macro by file and name: macro("status.status")."""

    def find(name: str) -> Any:
        file, _, wanted = name.partition(".")
        return getattr(pages.get_template(f"macros/{file}.html").module, wanted)

    return find


def icons(html: str) -> list[str]:
    return re.findall(r'icons\.svg#([^"]+)"', html)


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("widget", ["status.status", "status.status_dot"])
def test_a_status_is_an_icon_a_word_and_a_colour(
    macro: Any, widget: str, status: str, reason: str | None
) -> None:
    html = macro(widget)(status, reason)
    assert f'<symbol id="{icons(html)[0]}"' in SPRITE
    assert re.search(rf'class="verdict[a-z-]* {status}\b', html)
    assert re.search(r">\s*[A-Z][a-z]+( [a-z]+)*\s*</span>", html)


def test_a_stale_status_is_hatched_and_says_so(macro: Any) -> None:
    html = macro("status.status")("on_track", "stale")
    assert "on_track stale" in html
    assert "On track" in html
    assert "Stale" in html


def test_without_data_the_reason_is_the_word(macro: Any) -> None:
    html = macro("status.status")("no_data", "not_due")
    assert "Not due" in html
    assert "No data" not in html


def test_statuses_that_nobody_has_are_not_counted(macro: Any) -> None:
    html = macro("status.status_counts")([("on_track", 3), ("off_track", 0)])
    assert "3 on track" in html
    assert "off track" not in html


def test_the_worst_below_reads_as_one_sentence(macro: Any) -> None:
    html = macro("status.worst_below")("off_track", 3, 52, "churn", "/n/churn", "−4 points")
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html)).strip()
    assert words == "off track below: 3 of 52, largest: churn, −4 points"


@pytest.mark.parametrize("kind", ["objective", "key_result", "kpi", "initiative"])
def test_each_kind_has_its_icon(macro: Any, kind: str) -> None:
    for widget in ("chip.kind_icon", "chip.kind_chip"):
        assert f'<symbol id="{icons(macro(widget)(kind))[0]}"' in SPRITE


@pytest.mark.parametrize(("text", "shown"), [(None, "–"), ("", "–"), ("0", "0"), (0, "0"), ("3.1", "3.1")])
def test_a_missing_number_is_a_dash_and_zero_is_a_number(macro: Any, text: Any, shown: str) -> None:
    assert f">{shown}</span>" in macro("number.number")(text)


def test_a_change_is_good_or_bad_by_what_is_wanted_and_not_by_its_sign(macro: Any) -> None:
    assert 'class="delta better"' in macro("number.delta")("−3 days", "down", True)
    assert 'class="delta worse"' in macro("number.delta")("+3 days", "up", False)
    assert 'class="delta neutral"' in macro("number.delta")("+3", "up")


def test_a_node_without_an_owner_says_so(macro: Any) -> None:
    assert "No owner" in macro("chip.person")("")
    assert ">DO<" in macro("chip.person")("Dana van Ortiz")


def test_a_field_keeps_what_was_typed_and_names_what_is_wrong_with_it(macro: Any) -> None:
    html = macro("form.field")("Title", "title", '"<b>', ["Too short."], "A hint", maxlength=200)
    assert 'value="&#34;&lt;b&gt;"' in html
    assert 'aria-describedby="f-title-hint f-title-error"' in html
    assert 'id="f-title-error"' in html
    assert "Too short." in html
    assert 'maxlength="200"' in html


def test_a_select_keeps_what_was_chosen_in_a_group_too(macro: Any) -> None:
    options = [("a", "Alpha"), ("Greek", [("b", "Beta")])]
    html = macro("form.select")("Letter", "letter", options, "b", empty="None")
    assert re.findall(r'<option value="(\w*)" selected', html) == ["b"]
    assert '<optgroup label="Greek">' in html


def test_a_toast_offers_the_way_back_as_a_form(macro: Any) -> None:
    html = macro("feedback.toast")("Moved.", "on_track", ("/undo", {"audit": "7"}))
    assert '<form method="post" action="/undo"><input type="hidden" name="audit" value="7">' in html


@pytest.mark.parametrize("values", [[], [None], [1.0], [1.0, None, -2.0, 3.0]])
def test_a_chart_is_well_formed_whatever_it_shows(macro: Any, values: list[float | None]) -> None:
    points = [(date(2026, 1 + index, 1), value) for index, value in enumerate(values)]
    falls = charts.waterfall([value or 0 for value in values])
    steps = [macro("chart.waterfall_step")(falls, step) for step in falls.steps]
    drawn = [
        macro("chart.spark")(charts.spark(values, 2.0), "at_risk", "a < b"),
        macro("chart.bullet")(charts.bullet(values[-1] if values else None, 0.5), "at_risk"),
        macro("chart.meter")(charts.bullet(0.4, high=1.0)),
        macro("chart.history")(charts.history(points, [(date(2026, 1, 1), 2.0)], floor=0)),
    ]
    for html in [*drawn, *steps]:
        ET.fromstring(html)


def test_the_shell_needs_no_variable_at_all(pages: Environment) -> None:
    html5lib.HTMLParser(strict=True).parse(pages.get_template("layout.html").render())


def test_the_error_page_says_what_happened_and_where_to_go(pages: Environment) -> None:
    html = pages.get_template("error.html").render(code=404, title="Not found", sentence="Nothing <here>.")
    html5lib.HTMLParser(strict=True).parse(html)
    assert "Nothing &lt;here&gt;." in html
    assert 'href="/overview.index"' in html


def test_the_page_we_are_on_is_marked_in_the_navigation(pages: Environment) -> None:
    html = pages.get_template("layout.html").render(plan={"key": "nw", "title": "Northwind"}, active="tree")
    marked = re.findall(r'href="([^"]+)" aria-current="page"', html)
    assert marked == ["/tree.show/nw"] * 2  # the side bar's and the menu's
