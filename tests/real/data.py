"""Where the real data of others lies, beside the project and never in it; its tests skip without it."""

import json
from pathlib import Path

import pytest

from scorecard.domain.schema import PlanFile
from scorecard.graph import structure
from scorecard.graph.plan import build

SHARED = Path(__file__).parents[3] / "shared" / "data"


def needs(folder):
    """Return the mark that skips a test visibly where a folder of the data is absent."""
    return pytest.mark.skipif(
        not (SHARED / folder).is_dir(), reason=f"the real data {folder} is not on this machine"
    )


def facts(folder, part="shared"):
    """Return what correct handling of a folder gives."""
    return json.loads((SHARED / "EXPECTED_shared.json").read_text())[folder][part]


def number(text):
    """Return the number that a cell holds, None where it is empty."""
    return float(text) if text.strip() else None


def node(key, title="Row", kind="kpi", **fields):
    """Return the fields of a node."""
    return {"key": key, "kind": kind, "title": title.strip() or key, **fields}


def seen(key, date, value):
    """Return the fields of an observation."""
    return {"node": key, "date": date, "value": value}


def built(nodes, observations, links=(), **fields):
    """Return a plan that passed the same checks as one from a file."""
    rows = {"nodes": nodes, "observations": observations, "links": links}
    file = PlanFile.model_validate({"plan": "real", **fields, **rows})
    assert structure.check(file) == []
    return build(file)
