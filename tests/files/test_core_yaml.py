"""Plain words mean what YAML 1.2's core schema says, not what YAML 1.1 made of them."""

import json
import math

import pytest

from scorecard.files import core_yaml, strict_json

WORDS = {
    "no": "no", "yes": "yes", "on": "on", "off": "off", "y": "y", "N": "N",
    "true": True, "True": True, "FALSE": False, "tRUE": "tRUE",
    "null": None, "~": None, "Null": None, "nUll": "nUll",
    "12": 12, "-7": -7, "+7": 7, "010": 10, "0o7": 7, "0o8": "0o8", "0xFF": 255, "0b1": "0b1",
    "1_000": "1_000", "1,000": "1,000", "12:30": "12:30", "12:30:45": "12:30:45",
    "1.": 1.0, ".5": 0.5, "-.5e1": -5.0, "1e3": 1000.0, "1E+3": 1000.0, "1.2.3": "1.2.3", ".": ".", "-": "-",
    ".inf": math.inf, "-.INF": -math.inf, ".iNF": ".iNF", "inf": "inf", "nan": "nan",
    "2026-03-31": "2026-03-31", "2026-03-31 10:00:00": "2026-03-31 10:00:00",
    "=": "=", "<<": "<<", "١٢": "١٢", "０１": "０１",
}  # fmt: skip


@pytest.mark.parametrize(("written", "meant"), WORDS.items(), ids=WORDS)
def test_a_plain_word_means(written, meant):
    got = core_yaml.word(written)
    assert (got, type(got)) == (meant, type(meant))


def test_quoted_words_are_texts():
    assert core_yaml.grow("""["12", 'true', "~", ! 12, !!str 12]""").value == ["12", "true", "~", "12", "12"]


def test_tags_of_the_core_schema_are_understood():
    text = "[!!int 12, !!float 12, !!bool true, !!null ~, !!str no, !!float 1.5]"
    assert core_yaml.grow(text).value == [12, 12, True, None, "no", 1.5]


def test_a_merge_key_is_a_field_like_any_other():
    assert core_yaml.grow("a: &x {b: 1}\nc: {<<: *x}").value == {"a": {"b": 1}, "c": {"<<": {"b": 1}}}


def test_an_alias_stands_for_the_value_before_it():
    assert core_yaml.grow("- &a {x: 1}\n- *a\n- &b text\n- *b").value == [{"x": 1}, {"x": 1}, "text", "text"]


def test_the_place_of_an_aliased_value_is_where_it_is_written():
    marked = core_yaml.grow("- &a {x: 1}\n- *a")
    assert marked.position(marked.offset((1, "x"))) == (1, 10)


def test_names_and_values_have_places():
    marked = core_yaml.grow("plan: p\nnodes:\n- {key: a,\n   measure: {target: 95}}\n")
    path = ("nodes", 0, "measure", "target")
    assert marked.position(marked.offset(path)) == (4, 22)
    assert marked.position(marked.offset(path, of_name=True)) == (4, 14)
    assert marked.position(marked.offset(("nodes", 0))) == (3, 3)


def test_a_step_the_text_does_not_have_is_passed_over():
    marked = strict_json.grow('{"measure": {"target": 95}}')
    assert marked.offset(("measure", "at_least", "target")) == 23


JSON = ['{"a": [1, -2.5, 1e3, "x\\u00e9\\n", true, false, null, {}, []]}', "[]", " 7 ", '"\\ud83d\\ude42"']


@pytest.mark.parametrize("text", JSON)
def test_json_is_read_as_its_standard_has_it(text):
    assert strict_json.grow(text).value == json.loads(text)


@pytest.mark.parametrize("grow", [core_yaml.grow, strict_json.grow])
def test_long_integers_become_floating_point_numbers(grow):
    assert grow("[123456789012345678, 12345678901234567890123]").value == [
        123456789012345678,
        1.2345678901234568e22,
    ]
