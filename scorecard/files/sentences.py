"""What is wrong with a value, in plain words: one sentence for each kind of error of the input's shapes."""

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache
from typing import NamedTuple

from pydantic_core import ErrorDetails

from scorecard.domain.errors import N_
from scorecard.domain.formula import FormulaError, parse
from scorecard.domain.schema import PlanFile
from scorecard.files.marked import Marked

_NOT_BOTH = N_("“{field}” is a number or one of {expected}, not {value}.")
_MEANT = N_("There is no field “{field}” here; perhaps “{meant}” is meant.")
_EMPTY = N_("“{field}” has no value; write one, or leave the field out.")
_NO_TEXT = N_("“{field}” is a text, not {value}.")
_NO_EMAIL = N_("“{value}” is not an e-mail address.")
_NO_PLAN = N_("A plan file begins with fields such as “plan: northwind”; this one holds none.")
_OTHER = N_("“{field}” cannot be {value}.")

SENTENCES: Mapping[str, str] = {
    "missing": N_("“{field}” is missing here."),
    "extra_forbidden": N_("There is no field “{field}” here."),
    "string_type": N_("“{field}” is a text: write {value} in quotes."),
    "string_unicode": N_("“{field}” holds half a character (a lone surrogate)."),
    "string_too_short": N_("“{field}” is empty."),
    "string_too_long": N_("“{field}” has {length} characters; {max_length} are the most."),
    "string_pattern_mismatch": N_(
        "“{value}” is not a key: a key begins with one of a-z and goes on with a-z, 0-9 and _."
    ),
    "float_type": N_("“{field}” is a number, not {value}."),
    "finite_number": N_("“{field}” is a finite number, not {value}."),
    "int_type": N_("“{field}” is a whole number, not {value}."),
    "bool_type": N_("“{field}” is true or false, not {value}."),
    "greater_than": N_("“{field}” is greater than {gt}, not {value}."),
    "greater_than_equal": N_("“{field}” is at least {ge}, not {value}."),
    "less_than": N_("“{field}” is less than {lt}, not {value}."),
    "less_than_equal": N_("“{field}” is at most {le}, not {value}."),
    "enum": N_("“{field}” is one of {expected}, not {value}."),
    "literal_error": N_("“{field}” is one of {expected}, not {value}."),
    "union_tag_invalid": N_("“kind” is one of {expected_tags}, not {tag}."),
    "union_tag_not_found": N_("“{field}” needs its “kind”."),
    "model_type": N_("“{field}” holds fields of its own, not {value}."),
    "model_attributes_type": N_("“{field}” holds fields of its own, not {value}."),
    "tuple_type": N_("“{field}” is a list, not {value}."),
    "time_zone": N_("There is no time zone “{name}”."),
}

_WHOLES = ("{…}", "[…]")
"""How a mapping and a list are shown."""

_NAMES_IN = re.compile(r"'([^']*)'")


class Complaint(NamedTuple):
    """What is wrong, and the offset in the text at which it stands."""

    offset: int
    sentence: str
    facts: Mapping[str, object]


def complaints(errors: Iterable[ErrorDetails], text: Marked) -> list[Complaint]:
    """Return one complaint for each wrong value of a text, in the text's order."""
    by_place: dict[tuple[str | int, ...], list[ErrorDetails]] = {}
    for error in errors:
        steps, _ = text.reached(error["loc"])
        missing = error["loc"][-1:] if error["type"] == "missing" else ()
        by_place.setdefault((*steps, *missing), []).append(error)
    found = [_complaint(at, here, text) for at, here in by_place.items()]
    return sorted(found, key=lambda complaint: complaint.offset)


def _complaint(at: Sequence[str | int], errors: Sequence[ErrorDetails], text: Marked) -> Complaint:
    """Return the complaint about one place; of a choice between shapes every branch has its error."""
    by_type = {error["type"]: error for error in errors}
    both = {"float_type", "literal_error"} <= by_type.keys()
    if len(by_type) > 1 and not both:
        by_type.pop("literal_error", None)
    kind, error = next(iter(by_type.items()))
    facts = _facts(at, by_type["literal_error"] if both else error, text)
    offset = text.offset(at, of_name=kind == "extra_forbidden")
    if kind == "formula":
        return _of_formula(offset, text.reached(at)[1])
    return Complaint(offset, _NOT_BOTH if both else _sentence(kind, error, facts), facts)


def _of_formula(offset: int, formula: object) -> Complaint:
    """Return the complaint in the formula's own words."""
    try:
        parse(str(formula))
    except FormulaError as fault:
        return Complaint(offset, fault.sentence, fault.facts)
    raise AssertionError(formula)  # the same text was refused by the same parser


def _facts(at: Sequence[str | int], error: ErrorDetails, text: Marked) -> dict[str, object]:
    """Return what may fill the sentence of an error."""
    _, value = text.reached(at)
    facts: dict[str, object] = {
        "field": next((step for step in reversed(at) if isinstance(step, str)), ""),
        "value": shown(value),
        "length": len(value) if isinstance(value, str) else 0,
    }
    for name, fact in error.get("ctx", {}).items():
        listed = name in ("expected", "expected_tags") and _NAMES_IN.findall(str(fact))
        facts[name] = ", ".join(listed) if listed else shown(fact)
    return facts


def _sentence(kind: str, error: ErrorDetails, facts: dict[str, object]) -> str:
    if kind == "extra_forbidden":
        meant = _meant(str(facts["field"]))
        facts["meant"] = meant
        return _MEANT if meant else SENTENCES[kind]
    if kind in ("model_type", "model_attributes_type") and not error["loc"]:
        return _NO_PLAN
    if kind.endswith("_type") and facts["value"] == "null":
        return _EMPTY
    if kind == "string_type" and facts["value"] in _WHOLES:
        return _NO_TEXT
    if kind == "string_pattern_mismatch" and facts["field"] == "email":
        return _NO_EMAIL
    return SENTENCES.get(kind) or _custom(error) or _OTHER


def _custom(error: ErrorDetails) -> str | None:
    """Return the sentence of an error that the domain has worded itself: those alone have no page to cite."""
    return error["msg"].replace("{", "{{").replace("}", "}}") if "url" not in error else None


def _meant(field: str) -> str:
    """Return the field of a plan file that a misspelt one comes close to, or an empty text."""
    close = [] if field in fields() else get_close_matches(field, fields(), n=1, cutoff=0.75)
    return close[0] if close else ""


def shown(value: object) -> str:
    """Return a value as its author knows it, cut to a line."""
    if isinstance(value, dict | list):
        return _WHOLES[isinstance(value, list)]
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    text = f"{value:g}" if isinstance(value, float) and value == round(value, 6) else str(value)
    return text if len(text) <= 60 else text[:59] + "…"


@lru_cache(maxsize=1)
def fields() -> list[str]:
    """Return the name of every field a plan file may have anywhere."""
    shapes = PlanFile.model_json_schema().get("$defs", {}).values()
    names = {name for shape in shapes for name in shape.get("properties", {})}
    return sorted(names | set(PlanFile.model_fields))
