"""The plan file: a whole plan in YAML 1.2 or JSON, all of it but history and credentials."""

import codecs
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

from pydantic import ValidationError

from scorecard.domain.errors import N_
from scorecard.domain.flaw import Flaw, flaws
from scorecard.domain.schema import NodeFields, PlanFile
from scorecard.domain.text_target_node import taken_up
from scorecard.files import core_yaml, strict_json
from scorecard.files.marked import Marked
from scorecard.files.remark import FileRefused, Read, Remark, Unreadable
from scorecard.files.sentences import Complaint, complaints
from scorecard.graph.structure import check

MOST_BYTES = 64 * 1024 * 1024

Syntax = Literal["yaml", "json"]
_GROW: Mapping[Syntax, Callable[[str], Marked]] = {"yaml": core_yaml.grow, "json": strict_json.grow}

_TOO_LARGE = N_("This file is larger than {most} MB.")
_NOT_UTF8 = N_("This is not UTF-8; save the file in that encoding.")
_FLAWS = {
    Flaw.no_range: N_(
        "Baseline and target of “{key}” are the same: there is no way to go, so it has no score."
    ),
    Flaw.due_before_start: N_("“{key}” is due before it starts: one of its two days is wrong."),
    Flaw.sum_from_baseline: N_(
        "The sum of “{key}” begins at 0 and its baseline does not: it reads behind until it has passed that."
    ),
}
_UNREAD = N_("The target of “{key}” stays words: no number can be read from it for certain.")


def read(data: bytes, name: str, syntax: Syntax | None = None) -> Read:
    """Read a plan file; without a syntax the name's ending or the first character tells it.

    Raises:
        FileRefused: with a sentence for every problem, each at its line and column.
    """
    text = decoded(data, name)
    json = name.lower().endswith(".json") or text.lstrip()[:1] in ("{", "[")
    grow = _GROW[syntax or ("json" if json and not name.lower().endswith((".yaml", ".yml")) else "yaml")]
    try:
        marked = grow(text)
    except Unreadable as error:
        where = Marked(text, None, {}, 0).position(error.offset)
        raise FileRefused([_remark(name, where, error.sentence, error.facts)]) from None
    file = _checked(marked, name)
    return Read(file, tuple(_remarks(name, marked, _warnings(file, marked))))


def decoded(data: bytes, name: str) -> str:
    """Return the text of a file in UTF-8.

    Raises:
        FileRefused: where it is another encoding, or larger than any plan.
    """
    if len(data) > MOST_BYTES:
        raise FileRefused([_remark(name, (1, 1), _TOO_LARGE, {"most": MOST_BYTES >> 20})])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].removeprefix(codecs.BOM_UTF8).decode("utf-8", errors="replace")
        where = Marked(before, None, {}, 0).position(len(before))
        raise FileRefused([_remark(name, where, _NOT_UTF8, {})]) from None


def _checked(marked: Marked, name: str) -> PlanFile:
    """Return the plan a text describes, if every field and every reference is sound."""
    try:
        file = PlanFile.model_validate(marked.value)
    except ValidationError as error:
        found = complaints(error.errors(include_input=False), marked)
        raise FileRefused(list(_remarks(name, marked, found))) from None
    file = file.model_copy(update={"nodes": tuple(map(_with_target, file.nodes))})
    problems = [Complaint(marked.offset(at), fault.sentence, fault.facts) for at, fault in check(file)]
    if problems:
        problems.sort(key=lambda problem: problem.offset)
        raise FileRefused(list(_remarks(name, marked, problems)))
    return file


def _with_target(node: NodeFields) -> NodeFields:
    """Return a node with the measure that its target in words says, where the file says nothing of one."""
    return node if "measure" in node.model_fields_set else taken_up(node)


def _warnings(file: PlanFile, marked: Marked) -> Iterable[Complaint]:
    for index, node in enumerate(file.nodes):
        for flaw in flaws(node.measure, node.aggregate):
            yield Complaint(marked.offset(("nodes", index, "measure")), _FLAWS[flaw], {"key": node.key})
        if node.target_text is not None and "measure" not in node.model_fields_set:
            yield Complaint(marked.offset(("nodes", index, "target_text")), _UNREAD, {"key": node.key})


def _remarks(name: str, marked: Marked, found: Iterable[Complaint]) -> Iterable[Remark]:
    for offset, sentence, facts in found:
        yield _remark(name, marked.position(offset), sentence, facts)


def _remark(name: str, where: tuple[int, int], sentence: str, facts: Mapping[str, object]) -> Remark:
    line, column = where
    return Remark(f"{name}:{line}:{column}", sentence, facts)


def schema() -> dict[str, Any]:
    """Return the plan file's JSON Schema (draft 2020-12)."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **PlanFile.model_json_schema(),
        "title": "Plan file",
        "examples": [
            {
                "plan": "northwind",
                "nodes": [
                    {"key": "delight", "kind": "objective", "title": "Delight our customers"},
                    {
                        "key": "on_time_delivery",
                        "kind": "kpi",
                        "title": "On-time delivery",
                        "format": "percent",
                        "measure": {"kind": "at_least", "target": 95},
                    },
                ],
                "links": [{"child": "on_time_delivery", "parent": "delight"}],
                "observations": [{"node": "on_time_delivery", "date": "2026-03-31", "value": 93.4}],
            }
        ],
    }
