"""Files made to harm are refused at once."""

import time
from contextlib import contextmanager
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scorecard.files import formats, plan_text
from scorecard.files.remark import FileRefused
from tests.plans import grown_plan


@contextmanager
def at_once(seconds=2.0):
    begun = time.process_time()
    yield
    assert time.process_time() - begun < seconds


def _laughs(letters="abcdefghij"):
    rows = [f"{letters[0]}: &{letters[0]} [x, x, x, x, x, x, x, x, x, x]"]
    for before, letter in pairwise(letters):
        rows.append(f"{letter}: &{letter} [{', '.join([f'*{before}'] * 10)}]")
    return "\n".join(rows)


ENTITIES = """<?xml version="1.0"?>
<!DOCTYPE p [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>
<PerformancePlanOrReport><Name>&c;</Name></PerformancePlanOrReport>"""
OUTSIDE = '<!DOCTYPE p SYSTEM "file:///etc/hosts"><StrategicPlan/>'

FILES = {
    "aliases of aliases": ("x.yaml", _laughs(), "The aliases of this file stand for too many values."),
    "lists in lists": ("x.yaml", "[" * 100_000, "This is nested more than 32 deep."),
    "mappings in mappings": ("x.yaml", "{a: " * 100_000, "This is nested more than 32 deep."),
    "indentation without end": (
        "x.yaml",
        "\n".join(" " * depth + "a:" for depth in range(2000)),
        "This is nested more than 32 deep.",
    ),
    "json lists in lists": ("x.json", "[" * 1_000_000, "This is nested more than 32 deep."),
    "a number of a million digits": (
        "x.yaml",
        "plan: p\nnodes: []\ntitle: " + "9" * 10**6,
        "“title” is a text",
    ),
    "a json number of a million digits": (
        "x.json",
        '{"plan": ' + "9" * 10**6 + "}",
        "“nodes” is missing here.",
    ),
    "a million open quotes": ("x.json", '"\\' * 10**6, "This text is not closed"),
    "a name of a million letters": (
        "x.yaml",
        "a" * 10**6 + ": 1",
        "A colon followed by a space",
    ),
    "entities": ("x.xml", ENTITIES, "Document types and entities are not read: a plan needs none."),
    "a file from outside": ("x.xml", OUTSIDE, "Document types and entities are not read: a plan needs none."),
    "elements in elements": ("x.xml", "<a>" * 100_000, "Elements are nested more than 64 deep here."),
    "an encoding unknown": ("x.xml", '<?xml version="1.0" encoding="x-none"?><a/>', "is not"),
}


@pytest.mark.parametrize(("name", "text", "said"), FILES.values(), ids=FILES)
def test_it_is_refused_at_once(name, text, said):
    with at_once(), pytest.raises(FileRefused) as refused:
        formats.read_file(text.encode(), name)
    assert any(said in problem.message for problem in refused.value.problems), str(refused.value)[:200]


def test_a_file_larger_than_any_plan_is_not_even_parsed(monkeypatch):
    monkeypatch.setattr("scorecard.files.planfile.MOST_BYTES", 10)
    with pytest.raises(FileRefused, match="This file is larger than 0 MB"):
        formats.read_file(b"plan: a-long-name\n", "x.yaml")


def _read_or_refused(data, name):
    """Return the plan, or the sentences that say why there is none; anything else is a crash."""
    try:
        return formats.read_file(data, name).file
    except FileRefused as refused:
        return [problem.message for problem in refused.problems]


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=60), name=st.sampled_from(["x", "x.yaml", "x.json", "x.xml"]))
def test_any_bytes_are_a_plan_or_are_refused(data, name):
    assert _read_or_refused(data, name)


@settings(max_examples=150, deadline=None)
@given(
    at=st.integers(0, 10_000),
    length=st.integers(0, 6),
    put=st.sampled_from(
        [b"", b"{", b"]", b": ", b"\n", b"&a ", b"*a", b"'", b'"', b"- ", b"\xff", b"1e9", b"\t"]
    ),
    syntax=st.sampled_from(["yaml", "json"]),
)
def test_a_damaged_plan_is_a_plan_or_is_refused(at, length, put, syntax):
    data = WRITTEN[syntax]
    at %= len(data)
    assert _read_or_refused(data[:at] + put + data[at + length :], f"x.{syntax}")


WRITTEN = {
    "yaml": plan_text.write_yaml(grown_plan(8, seed=1, months=2)),
    "json": plan_text.write_json(grown_plan(8, seed=1, months=2)),
}
