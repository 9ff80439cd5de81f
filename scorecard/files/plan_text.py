"""A plan as text: the fields that say something, in one order, so that two versions compare line by line."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from enum import Enum
from functools import lru_cache
from typing import get_args

from pydantic import BaseModel

from scorecard.domain.measure import Measure
from scorecard.domain.schema import NodeFields, PlanFile
from scorecard.files import core_yaml

PLAN_ORDER = (
    "plan", "title", "fiscal_year_start", "timezone", "bands", "perspectives", "mission", "vision", "values",
    "stakeholders", "policy", "waivers", "units", "people", "cycles", "nodes", "links", "observations",
    "targets",
)  # fmt: skip
NODE_ORDER = (
    "key", "kind", "title", "perspective", "unit", "owner", "level", "lead", "type", "cadence", "format",
    "aggregate", "measure", "target_text", "formula", "policy", "judged", "bands", "description", "cycle",
    "lifecycle", "replaced_by", "archived", "tier", "source", "key_result_area", "benchmark", "controllable",
    "tags", "actions", "waivers", "grade",
)  # fmt: skip
_ORDERS: Mapping[type[BaseModel], Sequence[str]] = {PlanFile: PLAN_ORDER, NodeFields: NODE_ORDER}
_MEASURES = frozenset(get_args(get_args(Measure)[0]))

_PLAIN = re.compile(r"[^\W\d_](?:(?:[\w .()/%+&’'–—-]|:(?=[A-Za-z]))*[\w.()/%+&’–—-])?")
_HIDDEN = r"[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]"
_ESCAPED = re.compile(_HIDDEN)
_NO_BLOCK = re.compile(r"\A\s|[\x00-\x09\x0b-\x1f]|\n +\n|\n\n\Z| \n?\Z|" + _HIDDEN)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_BOOLEANS_ELSEWHERE = frozenset(("y", "n", "yes", "no", "on", "off"))

Value = str | float | bool | None | Sequence["Value"] | Mapping[str, "Value"]


@lru_cache(maxsize=64)
def _fields(shape: type[BaseModel]) -> tuple[tuple[str, object], ...]:
    """Return the fields of a shape in their order, each with its default."""
    return tuple((name, shape.model_fields[name].default) for name in _ORDERS.get(shape, shape.model_fields))


def plain(value: object) -> Value:
    """Return a value as texts, numbers, lists and mappings, without what is as by default anyway.

    The kind of a measure is written always; where a target is kept in words only, that there is none.
    """
    if isinstance(value, BaseModel):
        shape = type(value)
        return {
            name: plain(given)
            for name, default in _fields(shape)
            if (given := getattr(value, name)) != default or _is_told(value, name)
        }
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    if isinstance(value, tuple):
        return [plain(each) for each in value]
    return value if isinstance(value, str | int) else None


def _is_told(value: BaseModel, name: str) -> bool:
    """Tell whether a field is written though it is as by default."""
    if name == "kind":
        return type(value) in _MEASURES
    return name == "measure" and isinstance(value, NodeFields) and value.target_text is not None


def _sections(file: PlanFile) -> Iterator[tuple[str, Value]]:
    """Yield the fields of the whole plan; a title that repeats the key says nothing."""
    for name, default in _fields(PlanFile):
        given = getattr(file, name)
        if given != (file.plan if name == "title" else default):
            yield name, plain(given)


def write_json(file: PlanFile) -> bytes:
    """Return a plan as JSON: one row a line, nodes one field a line."""
    sections = [f"  {json.dumps(name)}: {_json(value, name == 'nodes')}" for name, value in _sections(file)]
    return ("{\n" + ",\n".join(sections) + "\n}\n").encode()


def _json(value: Value, fields_apart: bool) -> str:
    if not isinstance(value, list) or not value:
        return _json_row(value)
    rows = (_json_fields(row) if fields_apart and isinstance(row, dict) else _json_row(row) for row in value)
    return "[\n    " + ",\n    ".join(rows) + "\n  ]"


def _json_fields(row: Mapping[str, Value]) -> str:
    fields = (f"{json.dumps(name)}: {_json_row(value)}" for name, value in row.items())
    return "{\n      " + ",\n      ".join(fields) + "\n    }"


def _json_row(value: Value) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def write_yaml(file: PlanFile) -> bytes:
    """Return a plan as YAML: nodes one field a line, everything else one row a line."""
    return "".join(f"{line}\n" for name, value in _sections(file) for line in _yaml(name, value)).encode()


def _yaml(name: str, value: Value) -> Iterator[str]:
    """Yield the lines of one field of the plan."""
    if name == "nodes" and value:
        yield "nodes:"
        for node in value if isinstance(value, list) else ():
            lines = [line for field, given in node.items() for line in _field(field, given)]
            yield f"  - {lines[0]}"
            yield from (f"    {line}" if line else "" for line in lines[1:])
    elif isinstance(value, list):
        yield from _listed(name, value)
    else:
        yield from _field(name, value)


def _listed(name: str, rows: Sequence[Value]) -> Iterable[str]:
    """Return the lines of a list: a row each, or the brackets of an empty one."""
    return [f"{name}:", *(f"  - {_flow(row)}" for row in rows)] if rows else [f"{name}: []"]


def _field(name: str, value: Value) -> Iterable[str]:
    """Return the lines of one field of a node, texts of several lines as such."""
    if isinstance(value, list) and any(isinstance(row, dict) for row in value):
        return _listed(name, value)
    if isinstance(value, str) and "\n" in value and not _NO_BLOCK.search(value):
        lines = value.removesuffix("\n").split("\n")
        return [
            f"{name}: |{'' if value.endswith(chr(10)) else '-'}",
            *(line and f"  {line}" for line in lines),
        ]
    return [f"{name}: {_flow(value)}"]


def _flow(value: Value) -> str:
    """Return a value on one line."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_flow(given)}" for name, given in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(given) for given in value) + "]"
    return json.dumps(value, allow_nan=False)


@lru_cache(maxsize=65536)
def _text(text: str) -> str:
    """Return a text bare where every reader takes it for one, a day bare too, else in double quotes."""
    if _PLAIN.fullmatch(text) and text.lower() not in _BOOLEANS_ELSEWHERE and core_yaml.word(text) is text:
        return text
    if _DAY.fullmatch(text):
        return text
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))
