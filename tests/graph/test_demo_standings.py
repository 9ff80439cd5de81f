"""The demo plan stands as the table beside this file says, which was computed by hand, without the code."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from scorecard.files import planfile
from scorecard.graph.explain import explain
from scorecard.graph.plan import build
from scorecard.graph.rollup import rollup

DAY = date(2026, 11, 21)
TABLE = Path(__file__).with_name("northwind_2026_11_21.txt")
SEED = Path(__file__).parents[2] / "seeds" / "northwind.yaml"


class Row(NamedTuple):
    key: str
    status: str
    score: str
    reason: str


def rows():
    """Return the rows of the table; below each, indented, stands its arithmetic."""
    lines = TABLE.read_text("utf-8").splitlines()
    return [Row(*line.split()) for line in lines if line and line[0] not in "# "]


@cache
def demo():
    return build(planfile.read(SEED.read_bytes(), SEED.name).file)


@cache
def standings():
    return rollup(demo(), DAY)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.key)
def test_a_node_of_the_demo_stands_as_computed_by_hand(row):
    found = standings()[row.key]
    score = "-" if found.score is None else f"{found.score:.4f}"
    assert Row(row.key, found.status, score, found.reason or "-") == row


def test_the_table_has_every_node_of_the_demo_once():
    keys = [row.key for row in rows()]
    assert sorted(keys) == sorted(standings())
    assert len(keys) == len(set(keys)) == len(demo().nodes)


def test_every_gap_of_the_demo_is_explained_to_the_last_leaf():
    for key, standing in standings().items():
        found = explain(demo(), key, standings(), DAY)
        if standing.score is None:
            assert (found.gap, found.leaves) == (None, ())
        else:
            assert sum(row.gap_share for row in found.leaves) == pytest.approx(found.gap, abs=1e-9)
