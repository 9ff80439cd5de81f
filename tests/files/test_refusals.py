"""A file that is no plan is refused with one plain sentence for each problem, at its line and column."""

import pytest
from pydantic import TypeAdapter, ValidationError

from scorecard.domain.schema import PlanFile
from scorecard.files import planfile
from scorecard.files.remark import FileRefused

HEAD = "plan: p\nnodes:\n  - {key: a, kind: kpi, title: A}\n  - {key: b, kind: kpi, title: B}\n"


def problems(text, name="plan.yaml"):
    with pytest.raises(FileRefused) as refused:
        planfile.read(text if isinstance(text, bytes) else text.encode(), name)
    assert str(refused.value) == str(refused.value.problems[0])
    return [f"{each.where.removeprefix(name + ':')} {each.message}" for each in refused.value.problems]


SYNTAX = {
    "an empty file": (
        "",
        "1:1 A plan file begins with fields such as “plan: northwind”; this one holds none.",
    ),
    "a list": ("- a\n", "1:1 A plan file begins with fields such as “plan: northwind”; this one holds none."),
    "one field twice": ("plan: a\nplan: b\n", "2:1 The field “plan” stands here a second time."),
    "one field twice, deep": (
        "plan: a\nbands: {on_track: 0.9, on_track: 0.8}\n",
        "2:24 The field “on_track” stands here a second time.",
    ),
    "a bracket left open": ("plan: [a\nnodes: []\n", "2:6 A comma or “]” is missing."),
    "a tab as indentation": (
        "nodes:\n\t- key: a\n",
        "2:1 A text cannot begin with this character; put it in quotes. "
        "Indentation is made of spaces, not tabs.",
    ),
    "a colon in a bare text": (
        "plan: a\ntitle: Growth: abroad\n",
        "2:14 A colon followed by a space cannot stand here; put a text that holds one in quotes.",
    ),
    "a quote left open": ('plan: "a\n', "2:1 The file ends inside a quoted text."),
    "a NUL": ("plan: a\0b\n", "1:8 This file holds a character that YAML forbids."),
    "another encoding": (
        b"plan: a\ntitle: Gr\xf6\xdfe\n",
        "2:10 This is not UTF-8; save the file in that encoding.",
    ),
    "a second document": ("plan: a\n---\nplan: b\n", "2:1 A file holds one plan; a second begins here."),
    "a tag of Python": (
        "plan: !!python/name:os.system x\n",
        "1:7 “tag:yaml.org,2002:python/name:os.system” is not understood before “x”.",
    ),
    "a list as the name of a field": (
        "? [a]\n: b\n",
        "1:3 The name of a field is a word, not a list or a mapping.",
    ),
    "an alias of nothing": ("plan: *a\n", "1:7 The alias “a” stands for nothing before it."),
    "an alias of itself": ("plan: &a [*a]\n", "1:11 The alias “a” stands for nothing before it."),
}


@pytest.mark.parametrize(("text", "said"), SYNTAX.values(), ids=SYNTAX)
def test_what_is_not_yaml_is_refused_at_its_place(text, said):
    assert problems(text) == [said]


A_VALUE = "A value is expected here: a text in double quotes, a number, true, false, null, [ or {."

JSON = {
    "nothing": ("", f"1:1 {A_VALUE}"),
    "a comma too many": ('{"plan": "a",}', "1:14 The name of a field in double quotes is expected here."),
    "a list left open": ('{"nodes": [', "1:12 A value or “]” is expected here."),
    "the wrong bracket": ('{"nodes": [1}', "1:13 A comma or the closing bracket is missing here."),
    "more after the end": ('{}\n{}', "2:1 The plan has ended; nothing may follow it."),
    "one field twice": ('{"plan": "a",\n "plan": "b"}', "2:2 The field “plan” stands here a second time."),
    "not a number": ('{"a": NaN}', "1:7 A number is finite: NaN and Infinity are none."),
    "minus infinity": ('{"a": -Infinity}', "1:7 A number is finite: NaN and Infinity are none."),
    "a line break in a text": (
        '{"a": "x\ny"}',
        "1:7 This text is not closed, or holds a line break, a tab or an unknown escape.",
    ),
    "half a character": ('{"a": "\\ud800"}', "1:7 This text holds half a character (a lone surrogate)."),
    "single quotes": ("{'a': 1}", "1:2 The name of a field in double quotes, or “}”, is expected here."),
    "an octal number": ('{"a": 010}', f"1:7 {A_VALUE}"),
    "a comment": ('{} // plan', "1:4 The plan has ended; nothing may follow it."),
}  # fmt: skip


@pytest.mark.parametrize(("text", "said"), JSON.values(), ids=JSON)
def test_what_is_not_json_is_refused_at_its_place(text, said):
    assert problems(text, "plan.json") == [said]


FIELDS = {
    "colour: red": "5:1 There is no field “colour” here.",
    "titel: Plan": "5:1 There is no field “titel” here; perhaps “title” is meant.",
    "title: 2026": "5:8 “title” is a text: write 2026 in quotes.",
    "mission: [a]": "5:10 “mission” is a text, not […].",
    'mission: "a\\x07b"': "5:10 This text holds a control character.",
    "fiscal_year_start: 13": "5:20 “fiscal_year_start” is at most 12, not 13.",
    "fiscal_year_start: 1.5": "5:20 “fiscal_year_start” is a whole number, not 1.5.",
    "timezone: Mars/Olympus": "5:11 There is no time zone “Mars/Olympus”.",
    "policy: median": "5:9 “policy” is one of mean, worst, best, judged, not median.",
    "values: one": "5:9 “values” is a list, not one.",
    "bands: 0.9": "5:8 “bands” holds fields of its own, not 0.9.",
    "bands: {on_track: 1.5}": "5:19 “on_track” is at most 1, not 1.5.",
    "units: [{key: A b, title: x}]": (
        "5:15 “A b” is not a key: a key begins with one of a-z and goes on with a-z, 0-9 and _."
    ),
    "units: [{key: a}]": "5:9 “title” is missing here.",
    "units: [{key: a, title: }]": "5:25 “title” has no value; write one, or leave the field out.",
    "units: [{key: a, title: ' '}]": "5:25 “title” is empty.",
    "units: [{key: a, title: x}, {key: a, title: y}]": "5:35 “a” stands here a second time.",
    "units: [{key: a, title: x, parent: z}]": "5:36 There is no unit “z” in this plan.",
    "people: [{key: a, name: x, email: nobody}]": "5:35 “nobody” is not an e-mail address.",
    "cycles: [{key: a, title: x, start: 2026-02-01, end: 2026-01-01}]": (
        "5:10 A cycle cannot end before it starts."
    ),
    "cycles: [{key: a, title: x, start: 2026-02-30, end: 2026-03-01}]": (
        "5:36 A day is written as year-month-day, such as 2026-03-31."
    ),
    "cycles: [{key: a, title: x, start: 2026-02-01T10:00:00Z, end: 2026-03-01}]": (
        "5:36 A day is written as year-month-day, such as 2026-03-31."
    ),
    "links: [{child: a, parent: c}]": "5:28 There is no node “c” in this plan.",
    "links: [{child: a, parent: b, weight: 0}]": "5:39 “weight” is greater than 0, not 0.",
    "links: [{child: a, parent: b, weight: -1}]": "5:39 “weight” is greater than 0, not -1.",
    "links: [{child: a, parent: b, sign: 2}]": "5:37 “sign” is one of 1 or -1, not 2.",
    "links: [{child: a, parent: b, critical: yes}]": "5:41 “critical” is true or false, not yes.",
    "links: [{child: a, parent: b}, {child: a, parent: b}]": "5:32 “a → b” stands here a second time.",
    "links:\n  - {child: a, parent: b}\n  - {child: b, parent: a}": (
        "7:5 “b” cannot hang below “a”: that closes the circle a → b → a."
    ),
    "observations: [{node: a, date: 2026-01-01, value: 1_000}]": (
        "5:51 “value” is a number or one of below, commit, target, stretch, not 1_000."
    ),
    "observations: [{node: a, date: 2026-01-01, value: true}]": (
        "5:51 “value” is a number or one of below, commit, target, stretch, not true."
    ),
    "observations: [{node: a, date: 2026-01-01, value: .nan}]": "5:51 “value” is a finite number, not nan.",
    "observations: [{node: a, date: 2026-01-01, value: 1e999}]": "5:51 “value” is a finite number, not inf.",
    "observations: [{node: a, date: 2026-01-01, value: ١٢}]": (
        "5:51 “value” is a number or one of below, commit, target, stretch, not ١٢."
    ),
    "targets: [{node: a, date: 1899-12-31, value: 1}]": "5:27 A day lies between 1900 and 2200.",
}


@pytest.mark.parametrize(("text", "said"), FIELDS.items(), ids=FIELDS)
def test_a_wrong_field_is_refused_at_its_place(text, said):
    assert problems(HEAD + text + "\n") == [said]


NODES = {
    "tier: 4": "6:11 “tier” is at most 3, not 4.",
    "formula: c +": "6:14 The formula ends at character 4, where a number or a key must follow.",
    "formula: c + 1": "6:14 There is no node “c” in this plan.",
    "formula: a + 1": ("6:14 The formula of “a” reads itself: a → a. Use lag() to read an earlier period."),
    "measure: 95": "6:14 “measure” holds fields of its own, not 95.",
    "measure: {target: 95}": "6:14 “measure” needs its “kind”.",
    "measure: {kind: most, target: 95}": (
        "6:14 “kind” is one of reach, at_least, at_most, between, milestone, zones, not most."
    ),
    "measure: {kind: at_least}": "6:14 “target” is missing here.",
    "measure: {kind: at_least, target: 95, floor: 99}": "3:5 The floor lies on the wrong side of the target.",
    "measure:\n      kind: at_least\n      target: no": "8:15 “target” is a number, not no.",
    "measure: {kind: reach, baseline: 1, target: 2, floor: 3}": "6:52 There is no field “floor” here.",
    "policy: judged": "3:5 The policy “judged” needs a status, a reason, a person and a last day.",
    "owner: dana": "6:12 There is no person “dana” in this plan.",
    "tags: [x, 7]": "6:15 “tags” is a text: write 7 in quotes.",
    f"source: {'x' * 20_001}": "6:13 “source” has 20001 characters; 20000 are the most.",
}


@pytest.mark.parametrize(("text", "said"), NODES.items(), ids=[text[:60] for text in NODES])
def test_a_wrong_node_is_refused_at_its_place(text, said):
    assert problems(f"plan: p\nnodes:\n  - key: a\n    kind: kpi\n    title: A\n    {text}\n") == [said]


def test_a_title_of_five_thousand_characters_is_refused():
    text = f"plan: p\nnodes:\n  - {{key: a, kind: kpi, title: {'x' * 5000}}}\n"
    assert problems(text) == ["3:32 “title” has 5000 characters; 300 are the most."]


def test_every_problem_is_named_in_the_order_of_the_file():
    """
    plan: p
    nodes:
      - {key: a, kind: goal, title: A}
      - {key: b, kind: kpi}
    links:
      - {child: a, parent: b, weight: .inf, colour: red}
    """
    drawn = test_every_problem_is_named_in_the_order_of_the_file.__doc__.replace("\n    ", "\n").lstrip("\n")
    assert problems(drawn) == [
        "3:20 “kind” is one of objective, key_result, kpi, initiative, not goal.",
        "4:5 “title” is missing here.",
        "6:35 “weight” is a finite number, not inf.",
        "6:41 There is no field “colour” here.",
    ]


def test_json_problems_have_places_too():
    text = '{"plan": "p",\r\n "nodes": [\r\n  {"key": "a", "kind": "kpi", "title": 7}]}'
    assert problems(text, "p.json") == ["3:40 “title” is a text: write 7 in quotes."]


def test_lines_are_counted_as_editors_count_them():
    assert problems("\ufeffplan: p\r\n# Größe 🙂\r\nnodes: 7\r\n") == ["3:8 “nodes” is a list, not 7."]


@pytest.mark.parametrize(
    ("measure", "says"),
    [
        ("baseline: 5, target: 5",
         "Baseline and target of “a” are the same: there is no way to go, so it has no score."),
        ("baseline: 0, target: 5, start: 2026-07-01, due: 2026-06-30",
         "“a” is due before it starts: one of its two days is wrong."),
        ("baseline: 3, target: 5", "The sum of “a” begins at 0 and its baseline does not: "
         "it reads behind until it has passed that."),
        ("baseline: 0, target: 5, start: 2026-07-01, due: 2026-07-01", None),
    ],
)  # fmt: skip
def test_a_measure_that_cannot_be_judged_is_accepted_with_a_warning(measure, says):
    text = (
        "plan: p\nnodes:\n  - {key: a, kind: kpi, title: A, aggregate: sum,"
        f" measure: {{kind: reach, {measure}}}}}\n"
    )
    found = [str(each) for each in planfile.read(text.encode(), "plan.yaml").warnings]
    assert found == ([] if says is None else [f"plan.yaml:3:60: {says}"])


@pytest.mark.parametrize("value", [None, True, 7, -1.5, "x", "", [], [[]], {}, {"a": 1}], ids=repr)
@pytest.mark.parametrize("field", sorted(PlanFile.model_fields))
def test_whatever_stands_in_a_field_the_sentence_is_plain(field, value):
    given = {"plan": "p", "nodes": [], field: value}
    try:
        PlanFile.model_validate(given)
    except ValidationError:
        text = TypeAdapter(dict).dump_json(given)
        for said in problems(text, "p.json"):
            assert "Input should" not in said
            assert "pydantic" not in said
            assert "{" not in said.replace("{…}", "")
