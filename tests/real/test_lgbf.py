"""Scotland's local government benchmarks: each published value is its numerator over its denominator."""

import csv
from collections import defaultdict
from datetime import date

import pytest

from scorecard.graph.series import last_periods
from tests.real.data import SHARED, built, facts, needs, node, seen

pytestmark = needs("lgbf-scotland")


def rows():
    with (SHARED / "lgbf-scotland" / "scottish_values.csv").open(encoding="utf-8-sig") as file:
        given = list(csv.DictReader(file))
    assert len(given) == facts("lgbf-scotland")["value_rows"]
    return [row for row in given if row["Numerator"] and row["Denominator"]]


def end(period):
    """Return the last day of 2010-11, or of the three years 2010-13."""
    first, last = period.split("-")
    return date(int(first[:2] + last), 3, 31)


def test_402_of_402_ratios_are_the_published_values():
    measures = defaultdict(dict)
    for row in rows():
        measures[row["Code"], row["DataType"]][end(row["Period"])] = row
    keys = {name: "_".join(name).lower().replace(" ", "_") for name in measures}
    nodes, observations = [], []
    for name, key in keys.items():
        nodes.append(node(key, name[0], cadence="yearly", formula=f"{key}_over / {key}_under"))
        nodes += [node(f"{key}_{part}", cadence="yearly") for part in ("over", "under")]
        for day, row in measures[name].items():
            observations.append(seen(f"{key}_over", day, float(row["Numerator"])))
            observations.append(seen(f"{key}_under", day, float(row["Denominator"])))
    plan = built(nodes, observations, fiscal_year_start=4)
    equal = 0
    for name, published in measures.items():
        values = {
            found.period.end: found.value for found in last_periods(plan, keys[name], date(2024, 3, 31), 20)
        }
        for day, row in published.items():
            over, under, value = (float(row[cell]) for cell in ("Numerator", "Denominator", "Value"))
            assert values[day] == pytest.approx(over / under, rel=1e-15)
            # What is published was divided before its parts were rounded: 0.05 points, or one in a thousand.
            assert values[day] == pytest.approx(value, abs=5e-4, rel=1e-3)
            equal += 1
        assert all(value is None for day, value in values.items() if day not in published)
    assert equal == facts("lgbf-scotland")["ratio_equals_published"] == 402
