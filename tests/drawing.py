"""Plans as one draws them on a napkin, so that a test shows its input.

    plan("grow < win[2] < churn=0.8, price!=0.5; grow < hire")

A statement draws a parent, `<` and its children, with `,` between siblings; the chain goes on below the last
one. `<~` draws what only supports. Statements end with `;` or a line. A key may be followed by

    [2]       its weight in this parent        !         critical in this parent
    :worst    its policy                       =0.8      a measure whose score is 0.8 on a fresh number
    =~0.8     the same, gone stale             =?        a measure without a value
    =later    a measure that is not due yet

    stands("at_least 95 floor 90", "03-31: 93.4", on="04-10", cadence="monthly")

draws one measure and what was observed, and returns how it stands. A day without a year is of 2026.
Measures: `reach 0 -> 100`, `at_least 95`, `at_most 5`, `between 70 .. 82`, `milestone`, `zones`, followed by
what else they say: `floor 90`, `start 01-01`, `due 12-31`, `aspirational`, `path 06-30:0.3 08-31:0.7`.
"""

import re
from datetime import date

from scorecard.domain.schema import PlanFile
from scorecard.graph import plan as graph
from scorecard.graph import structure
from scorecard.graph.rollup import rollup

TODAY = date(2026, 7, 1)
"""The day of a drawn plan: a fresh number was seen on it, a stale one in the winter before."""

_WORD = re.compile(
    r"(?P<key>[a-z]\w*)(\[(?P<weight>[^\]]+)\])?(?P<critical>!)?(:(?P<policy>\w+))?(=(?P<value>\S+))?"
)


def day(text):
    """Return the day that is written as 03-31 (of 2026) or 2027-03-31."""
    return text if isinstance(text, date) else date.fromisoformat(text if len(text) > 5 else f"2026-{text}")


def file(drawing, observed=None, more=None, **nodes):
    """Return the plan file of a drawing.

    Keyword arguments are further fields of a node, `observed` maps a key to its observations as drawn,
    `more` are fields of the plan.
    """
    found, links, seen = {}, {}, []
    for statement in filter(None, (part.strip() for part in re.split(r"[;\n]", drawing))):
        parents, *levels = re.split(r"(<~?)", statement)
        parent = [_drawn(word, found, seen) for word in parents.split(",")][-1]
        for arrow, words in zip(levels[::2], levels[1::2], strict=True):
            for word in words.split(","):
                child = _drawn(word, found, seen)
                mark = _WORD.fullmatch(word.strip())
                link = {"child": child, "parent": parent, "critical": bool(mark["critical"])}
                kind = "supports" if arrow == "<~" else "contributes"
                links[child, parent] = {**link, "weight": float(mark["weight"] or 1), "kind": kind}
            parent = child
    for key, fields in nodes.items():
        found.setdefault(key, _node(key)).update(fields)
    seen += [row for key, text in (observed or {}).items() for row in points(key, text)]
    fields = {"plan": "drawn", "nodes": [*found.values()], "links": [*links.values()], "observations": seen}
    return PlanFile.model_validate({**fields, **(more or {})})


def plan(drawing, observed=None, more=None, **nodes):
    """Return the plan of a drawing; it must be sound."""
    drawn = file(drawing, observed, more, **nodes)
    assert structure.check(drawn) == []
    return graph.build(drawn)


def roll(drawing, on=TODAY, observed=None, more=None, **nodes):
    """Return how everything in a drawing stands."""
    return rollup(plan(drawing, observed, more, **nodes), day(on))


def stands(drawn, observed="", *, on, targets="", cycle="", more=None, **fields):
    """Return how one measure stands, given its observations and the targets of its periods."""
    node = {**_node("it"), "measure": measure(drawn), **fields}
    rows = {"nodes": [node], "observations": points("it", observed), "targets": points("it", targets)}
    if cycle:
        start, end = cycle.split("..")
        node["cycle"] = "cycle"
        rows["cycles"] = [{"key": "cycle", "title": "Cycle", "start": day(start), "end": day(end)}]
    return rollup(graph.build(PlanFile.model_validate({"plan": "drawn", **rows, **(more or {})})), day(on))[
        "it"
    ]


def measure(text):
    """Return the fields of a drawn measure."""
    kind, *words = text.split()
    fields = {"kind": kind}
    if kind == "reach":
        fields |= {"baseline": float(words[0]), "target": float(words[2])}
        words = words[3:]
    elif kind == "between":
        fields |= {"low": float(words[0]), "high": float(words[2])}
        words = words[3:]
    elif kind == "zones":
        fields |= {"commit": "a pilot", "target": "a launch", "stretch": "a hit"}
    elif kind != "milestone":
        fields["target"] = float(words.pop(0))
    while words:
        name = words.pop(0)
        if name == "aspirational":
            fields["ambition"] = name
        elif name == "path":
            pairs = [word.split(":") for word in words]
            fields["path"] = [{"date": day(at), "value": float(value)} for at, value in pairs]
            words = []
        else:
            value = words.pop(0)
            fields[name] = day(value) if name in ("start", "due") else float(value)
    return fields


def points(key, text):
    """Return observations or targets drawn as `01-31: 5, 02-28 (part): 7`."""
    rows = []
    for part in filter(None, (each.strip() for each in text.split(","))):
        at, label, value = re.fullmatch(r"([\d-]+)(?: \((.+)\))?: (\S+)", part).groups()
        value = value if value.isalpha() else float(value)
        rows.append({"node": key, "date": day(at), "value": value, "label": label})
    return rows


def _node(key):
    return {"key": key, "kind": "kpi", "title": key}


def _drawn(word, found, seen):
    mark = _WORD.fullmatch(word.strip())
    assert mark, f"{word.strip()!r} is no drawn node"
    node = found.setdefault(mark["key"], _node(mark["key"]))
    if mark["policy"]:
        node["policy"] = mark["policy"]
    if mark["value"]:
        _give(node, mark["value"], seen)
    return mark["key"]


def _give(node, value, seen):
    """Make a node a measure whose score is the value."""
    node["measure"] = {"kind": "reach", "baseline": 0.0, "target": 1.0}
    if value == "later":
        node["cadence"] = "yearly"
        node["measure"] |= {"start": date(2026, 1, 1), "due": date(2027, 12, 31)}
    elif value.startswith("~"):
        node["cadence"] = "monthly"
        seen.append({"node": node["key"], "date": date(2026, 4, 1), "value": float(value[1:])})
    elif value != "?":
        seen.append({"node": node["key"], "date": TODAY, "value": float(value)})
