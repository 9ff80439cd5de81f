"""Definitions of a semantic layer: those that fit the grammar become formulas, the others are named."""

import re
from collections import Counter

import networkx as nx
import pytest
import yaml

from scorecard.domain.formula import FormulaError, parse
from tests.real.data import SHARED, built, facts, needs, node

pytestmark = needs("metricflow")

OFFSET = re.compile(r"([0-9]+) (day|week|month|year)s?")
CADENCES = {"day": "daily", "week": "weekly", "month": "monthly", "year": "yearly"}

NULLIF = "it turns a 0 into nothing first, which a division here does by itself"
TO_GRAIN = "it reads the value at the start of a month or year"
OWN_CALENDAR = "it counts back in a calendar of its own"
UNFIT = {
    "lux_booking_value_rate_expr": NULLIF,
    "bookings_per_lux_listing_derived": NULLIF,
    "booking_value_per_view": NULLIF,
    "bookings_mom": NULLIF,
    "bookings_yoy": NULLIF,
    "bookings_alien_day_over_alien_day": NULLIF,
    "bookings_all_time_at_start_of_month": TO_GRAIN,
    "bookings_all_time_at_start_of_year": TO_GRAIN,
    "bookings_growth_since_start_of_month": TO_GRAIN,
    "bookings_since_start_of_month": TO_GRAIN,
    "bookings_since_start_of_year": TO_GRAIN,
    "bookings_month_start_compared_to_1_month_prior": TO_GRAIN,
    "bookings_at_start_of_month": TO_GRAIN,
    "booking_fees_since_start_of_month": TO_GRAIN,
    "bookings_offset_alien_day": OWN_CALENDAR,
    "bookings_offset_one_alien_day": OWN_CALENDAR,
}
"""The definitions that have no formula here, each with what stands in the way."""


class Unfit(Exception):
    """A definition that says what a formula cannot."""


def definitions():
    text = (SHARED / "metricflow" / "simple_manifest_metrics.yaml").read_text()
    return {each["metric"]["name"]: each["metric"] for each in yaml.safe_load_all(text) if each}


def inputs(metric):
    """Return what a definition reads, by the name that it has in its expression."""
    parts = metric["type_params"]
    read = parts["metrics"] if metric["type"] == "derived" else [parts["numerator"], parts["denominator"]]
    return {each.get("alias") or each["name"]: each for each in read}


def expression(metric):
    return metric["type_params"].get("expr") or " / ".join(inputs(metric))


def read_as(name, given):
    """Return what stands in a formula for one thing that is read; a filtered metric is one of its own."""
    key = f"{name}_filtered" if "filter" in given else given["name"]
    if "offset_to_grain" in given:
        raise Unfit(TO_GRAIN)
    if "offset_window" not in given:
        return key
    found = OFFSET.fullmatch(given["offset_window"])
    if found is None:
        raise Unfit(OWN_CALENDAR)
    return f"lag({key}, {found[1]})"


def formula(metric):
    """Return the formula of a definition, as our grammar writes it."""
    text = expression(metric)
    try:
        parse(text)
    except FormulaError:
        raise Unfit(NULLIF if "NULLIF" in text else text) from None
    if metric["type"] == "ratio" and len(inputs(metric)) == 1:
        text = " / ".join(2 * list(inputs(metric)))
    known = {name: read_as(name, given) for name, given in inputs(metric).items()}
    return re.sub(r"[a-z]\w*", lambda word: known[word[0]], text)


def cadence(metric):
    windows = (OFFSET.fullmatch(given.get("offset_window", "")) for given in inputs(metric).values())
    return next((CADENCES[found[2]] for found in windows if found), "daily")


@pytest.fixture(scope="module")
def computed():
    return {name: metric for name, metric in definitions().items() if metric["type"] in ("derived", "ratio")}


def fitting(computed):
    found, unfit = {}, {}
    for name, metric in computed.items():
        try:
            found[name] = formula(metric)
        except Unfit as why:
            unfit[name] = str(why)
    return found, unfit


def test_the_definitions_are_those_that_were_counted():
    counts = Counter(metric["type"] for metric in definitions().values())
    assert {kind: counts[kind] for kind in counts} == {
        kind: facts("metricflow")[kind] for kind in ("simple", "derived", "ratio", "cumulative", "conversion")
    }


def test_what_fits_the_grammar_parses_and_the_others_are_named(computed):
    found, unfit = fitting(computed)
    assert len(found) + len(unfit) == facts("metricflow")["derived"] + facts("metricflow")["ratio"] == 54
    assert unfit == UNFIT
    assert len(found) == 38


def test_the_edges_of_a_formula_are_the_inputs_its_author_declared(computed):
    for name, text in fitting(computed)[0].items():
        declared = {f"{alias}_filtered" if "filter" in given else given["name"]
                    for alias, given in inputs(computed[name]).items()}  # fmt: skip
        assert set(parse(text).keys) == declared


def test_what_fits_makes_a_sound_plan_without_circles(computed):
    found, _ = fitting(computed)
    read = {key for text in found.values() for key in parse(text).keys}
    plain = [key for key in {*definitions(), *read} if key not in found]
    plan = built(
        [
            *map(node, plain),
            *(node(key, cadence=cadence(computed[key]), formula=text) for key, text in found.items()),
        ],
        [],
    )
    assert nx.is_directed_acyclic_graph(plan.feeds)
    assert nx.dag_longest_path_length(plan.feeds, weight=None) == facts("metricflow")["longest_path_edges"]
