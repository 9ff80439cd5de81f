"""The field of a formula: what it comes to while it is typed, and the keys and functions to choose from."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from heapq import nlargest, nsmallest
from typing import NamedTuple

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from scorecard.domain.errors import N_, Fault
from scorecard.domain.formula import FormulaError, Lack, Missing, Read, parse
from scorecard.domain.naming import free_key
from scorecard.domain.schema import NodeFields
from scorecard.domain.vocabulary import Cadence, NodeKind
from scorecard.graph.plan import Plan
from scorecard.graph.structure import Dangling, FormulaCircle
from scorecard.graph.trial import readers_of, refuse_formula, tried, unobserved
from scorecard.graph.unfolding import Unfolded, unfold
from scorecard.web import errors
from scorecard.web.language import _
from scorecard.web.measures import unit_of, written
from scorecard.web.node.chart import period_name
from scorecard.web.node.formula_tree import said_missing, told
from scorecard.web.reading import View, view
from scorecard.web.wording import unit_name

pages = Blueprint("formula", __name__)

READS = 12
"""Operands told under the field; the tree of the node's page has all of them."""

OFFERED = 8
"""Keys offered while one is typed."""

LISTED = 100
"""Keys in the list for those who choose by reading."""

BEFORE, AFTER = 28, 16
"""Characters of the formula that are shown around the one that is pointed at."""

LIKE = 0.5
"""How much two keys have in common, of 1, where one may be meant by the other."""

FUNCTIONS: Mapping[str, tuple[str, str]] = {
    "min": ("min(a, b, …)", N_("the smallest of them")),
    "max": ("max(a, b, …)", N_("the largest of them")),
    "sum": ("sum(a, b, …)", N_("all of them together")),
    "mean": ("mean(a, b, …)", N_("their mean")),
    "abs": ("abs(a)", N_("its size, without the sign")),
    "lag": ("lag(key, n)", N_("its value n periods earlier")),
    "ytd": ("ytd(key)", N_("its running total of the fiscal year")),
}


class Pointed(NamedTuple):
    """The stretch of a formula around the character at fault."""

    before: str
    at: str
    after: str


class Operand(NamedTuple):
    """What a formula reads: its key, and its value or why there is none."""

    key: str
    title: str
    note: str
    value: str
    lack: str


class Said(NamedTuple):
    """What is said under a formula: the `fault` and where it is, or what it reads and comes to.

    `entered` tells that the node has numbers of its own, which stand over it in their periods.
    """

    fault: str = ""
    pointed: Pointed | None = None
    near: tuple[str, ...] = ()
    reads: tuple[Operand, ...] = ()
    more: int = 0
    value: str = ""
    lack: str = ""
    period: str = ""
    entered: bool = False


class Offer(NamedTuple):
    """A key or function to choose: what is typed for it, what it is called, and its last value."""

    insert: str
    name: str
    title: str
    value: str
    note: str = ""


@pages.get("/p/<plan>/formula")
def check(plan: str) -> ResponseReturnValue:
    """Say what a formula comes to while it is typed; 422 where it cannot be kept as it is."""
    found = said(view(plan), request.args, request.args.get("node", ""))
    return render_template("parts/formula_said.html", said=found), 422 if found and found.fault else 200


@pages.get("/p/<plan>/formula/keys")
def keys(plan: str) -> ResponseReturnValue:
    """Offer the keys and functions that begin like a word, contain it, or are called like it."""
    seen = view(plan)
    word, own = request.args.get("q", ""), request.args.get("node", "")
    return render_template("parts/formula_keys.html", offers=offers(seen, word, own, OFFERED))


def said(seen: View, typed: Mapping[str, str], key: str, wrong: Sequence[str] = ()) -> Said | None:
    """Return what is said of the formula of a form, which may name cadence and format; None without one.

    Parameters:
        key: the node that the form is of; a new node has none yet.
        wrong: what the form was refused for, where that is more than is found here.
    """
    text = typed.get("formula", "").strip()
    if not text:
        return None
    found = _said(seen, text, typed, key)
    return Said(" ".join(wrong)) if wrong and not found.fault else found


def _said(seen: View, text: str, typed: Mapping[str, str], key: str) -> Said:
    node = _node(seen.plan, typed, key).model_copy(update={"formula": text})
    try:
        formula = parse(text)
        refuse_formula(seen.plan, node.key, formula)
    except FormulaError as fault:
        return _refused(fault, text, fault.position)
    except Dangling as fault:
        word = str(fault.facts["key"])
        return _refused(fault, text, _place(text, word), len(word), near(seen.plan, word))
    except FormulaCircle as fault:
        word = str(fault.facts["path"]).split(" → ")[1]
        return _refused(fault, text, _place(text, word), len(word))
    entered = node.key in seen.plan.observations and node.key not in formula.keys
    plan = unobserved(seen.plan, node.key) if entered else seen.plan
    return _computed(seen, tried(plan, node), node)._replace(entered=entered)


def _node(plan: Plan, typed: Mapping[str, str], key: str) -> NodeFields:
    """Return the node that a formula is tried for, with the cadence and format that were typed along."""
    kind = NodeKind.kpi
    node = plan.nodes.get(key) or NodeFields(key=free_key("", kind, plan.nodes), kind=kind, title="-")
    cadence, format_ = typed.get("cadence"), typed.get("format", node.format or "")
    known = node.cadence if cadence is None else Cadence(cadence) if cadence in tuple(Cadence) else None
    return node.model_copy(update={"cadence": known, "format": format_.strip() or None})


def _refused(fault: Fault, text: str, place: int, length: int = 1, like: tuple[str, ...] = ()) -> Said:
    line = text.rfind("\n", 0, place) + 1
    before = text[max(line, place - BEFORE) : place]
    after = text[place + length : place + length + AFTER].partition("\n")[0]
    cut = "…" if place - line > BEFORE else ""
    rest = "…" if place + length + AFTER < len(text) else ""
    at = text[place : place + length].strip() or "\N{NO-BREAK SPACE}"
    return Said(errors.sentence(fault), Pointed(cut + before, at, after + rest), like)


def _place(text: str, key: str) -> int:
    """Return where a key stands in a formula for the first time."""
    found = re.search(rf"(?<![\w.]){re.escape(key)}(?![\w.])", text)
    return found.start() if found else 0


def near(plan: Plan, word: str) -> tuple[str, ...]:
    """Return the keys most like a word by the pairs of letters they share (L. R. Dice, Ecology 26, 1945)."""
    wanted = _pairs(word)
    likeness = ((2 * len(wanted & pairs) / (len(wanted) + len(pairs)), key) for key, pairs in _known(plan))
    return tuple(key for like, key in nlargest(3, likeness) if like >= LIKE)


def _known(plan: Plan) -> Iterator[tuple[str, set[str]]]:
    return ((key, _pairs(key)) for key in plan.metrics if not plan.nodes[key].archived)


def _pairs(word: str) -> set[str]:
    edged = f"^{word}$"
    return {edged[at : at + 2] for at in range(len(edged) - 1)}


def _computed(seen: View, plan: Plan, node: NodeFields) -> Said:
    found = unfold(plan, node.key, seen.day, levels=1)
    cadence = plan.metrics[node.key].cadence
    reads = [_operand(plan, found, read) for read in found.now]
    lacking = isinstance(found.value, Missing)
    nothing = lacking and not any(each.value for each in reads)
    return Said(
        reads=tuple(reads[:READS]),
        more=len(reads[READS:]),
        value="" if isinstance(found.value, Missing) else written(found.value, node, unit_of(plan, node.key)),
        lack=_lack(found, any(each.lack for each in reads)),
        period="" if nothing else period_name(found.period, cadence),
    )


def _operand(plan: Plan, found: Unfolded, read: Read) -> Operand:
    node, value = plan.nodes[read.key], found.now[read]
    if isinstance(value, Missing):
        return Operand(read.key, node.title, told(read), "", said_missing(value))
    return Operand(read.key, node.title, told(read), written(value, node, unit_of(plan, read.key)), "")


def _lack(found: Unfolded, told_already: bool) -> str:
    """Say why there is no number, unless what it reads says so; the node may have no name yet."""
    lack = found.value
    if not isinstance(lack, Missing) or told_already:
        return ""
    if lack.reason is Lack.no_value:
        return _("Nothing that it reads has a value yet.")
    return said_missing(replace(lack, key="") if lack.key == found.key else lack)


def offers(seen: View, word: str, own: str, most: int) -> list[Offer]:
    """Return what may be meant by the beginning of a word, the likeliest first."""
    word = word.casefold()
    functions = [_function(name) for name in FUNCTIONS if name.startswith(word)]
    nodes = (seen.plan.nodes[key] for key in seen.plan.metrics)
    ranked = ((_rank(word, node.key, node.title), node.key) for node in nodes if not node.archived)
    first = nsmallest(most, ((rank, key) for rank, key in ranked if rank is not None))
    readers = readers_of(seen.plan, own)
    found = [_key(seen, key, key in readers) for _rank_, key in first]
    return [*found, *functions] if not word else [*functions, *found][:most]


def _rank(word: str, key: str, title: str) -> int | None:
    """Return how well a key fits a word, 0 best; None where it does not."""
    if key.startswith(word):
        return 0
    if f"_{word}" in key:
        return 1
    return 2 if word in key else 3 if word in title.casefold() else None


def _function(name: str) -> Offer:
    signature, does = FUNCTIONS[name]
    return Offer(f"{name}()", signature, _(does), "")


def _key(seen: View, key: str, closes: bool) -> Offer:
    plan = seen.plan
    node, unit, standing = plan.nodes[key], unit_of(plan, key), seen.standings.get(key)
    known = None if standing is None else standing.value
    value = unit_name(unit) if known is None else written(known, node, unit)
    return Offer(key, key, node.title, value, _("with lag() only") if closes else "")
