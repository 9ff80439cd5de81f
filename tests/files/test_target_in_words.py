"""Targets in words in a plan file: read where nothing else is said, and kept as they were written."""

from scorecard.domain.measure import AtLeast
from scorecard.files import plan_text, planfile
from scorecard.graph.diff import merge


def read(node):
    """Return the one node of a file, and what was said of it."""
    text = "plan: p\nnodes:\n  - {key: it, kind: kpi, title: It, " + node + "}\n"
    got = planfile.read(text.encode(), "p.yaml")
    return got.file, [str(each) for each in got.warnings]


def test_a_node_without_a_measure_gets_the_one_its_words_say():
    file, warnings = read("target_text: At or above 95%")
    (node,) = file.nodes
    assert (node.measure, node.format, node.target_text) == (AtLeast(target=95), "percent", "At or above 95%")
    assert warnings == []


def test_words_that_cannot_be_read_stay_words_with_a_warning():
    file, warnings = read('target_text: "TBD"')
    assert file.nodes[0].measure is None
    assert warnings == [
        "p.yaml:3:50: The target of “it” stays words: no number can be read from it for certain."
    ]


def test_no_measure_said_is_none_wanted():
    file, warnings = read("target_text: At or above 95%, measure: null")
    assert (file.nodes[0].measure, file.nodes[0].format, warnings) == (None, None, [])
    written = plan_text.write_yaml(file)
    assert b"    measure: null\n    target_text: At or above 95%\n" in written
    for syntax, data in (("p.yaml", written), ("p.json", plan_text.write_json(file))):
        assert planfile.read(data, syntax).file == file


def test_a_partial_file_that_says_a_target_in_words_sets_it_and_leaves_the_rest():
    plan, _ = read("cadence: weekly, format: tickets, owner: null, measure: {kind: at_most, target: 9}")
    said, _ = read("target_text: at most 5 issues")
    (node,) = merge(plan, said, partial=True).nodes
    assert (node.measure.target, node.cadence.value, node.target_text) == (5, "weekly", "at most 5 issues")
