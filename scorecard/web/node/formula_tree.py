"""A formula drawn as a tree: its operations, what each thing it reads was, how it moved and what that did."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from math import isfinite
from typing import NamedTuple

from scorecard.domain.errors import N_
from scorecard.domain.formula import Missing, Read
from scorecard.domain.formula_tree import Part
from scorecard.domain.measure import AtLeast, AtMost, Milestone, Reach
from scorecard.domain.schema import NodeFields
from scorecard.graph.attribution import Attribution
from scorecard.graph.unfolding import Unfolded, Value, unfold, worth
from scorecard.web import charts
from scorecard.web.language import _, ngettext
from scorecard.web.measures import unit_of, written
from scorecard.web.node.chart import period_name
from scorecard.web.node.links import Neighbour, neighbour
from scorecard.web.reading import View
from scorecard.web.wording import SHARE, number, signed, telling

DEEPEST = 6
"""Operations drawn inside each other; what lies deeper is drawn as what it reads."""

OPEN_AT_ONCE = 40
"""Rows of a tree that stands open as a whole; of a larger one the formulas below unfold on demand."""

SIGNS: Mapping[str, tuple[str, str]] = {
    "+": ("+", N_("plus")),
    "-": ("−", N_("minus")),
    "*": ("×", N_("times")),
    "/": ("÷", N_("divided by")),
}
WORDS: Mapping[str, str] = {
    "sum": N_("Sum"),
    "product": N_("Product"),
    "min": N_("Smallest of"),
    "max": N_("Largest of"),
    "mean": N_("Mean of"),
    "abs": N_("Size of"),
}
ALONE: Mapping[str, str] = {"-": N_("Difference"), "/": N_("Quotient")}
"""What a sum or product is called where all but the first is taken away or divides."""


class Move(NamedTuple):
    """A change in words; `direction` is up, down or flat, `good` None where nobody said what is."""

    text: str
    direction: str
    good: bool | None


@dataclass(frozen=True, slots=True)
class Branch:
    """A row of the tree and the rows below it.

    `sign` is how it goes into a sum or product above, `word` an operation or a number, `node` what was read.
    Of its numbers, `lack` says why there is none, `was` what it was before, `part` what it did to the change
    of the formula it stands in. `formula` is the text of a formula that unfolds below.
    """

    sign: tuple[str, str] | None = None
    word: str = ""
    node: Neighbour | None = None
    note: str = ""
    value: str = ""
    lack: str = ""
    was: str = ""
    moved: Move | None = None
    part: Move | None = None
    bar: charts.Bar | None = None
    formula: str = ""
    parts: "tuple[Branch, ...]" = ()


class Piece(NamedTuple):
    """A stretch of a formula's text: as it is, or the node that a key stands for."""

    text: str
    node: Neighbour | None


class Drawing(NamedTuple):
    """The formula of a node: its text in pieces, its tree, and the two periods it is about.

    `obstacle` says why the change between them is not split.
    """

    pieces: list[Piece]
    top: Branch
    period: str
    before: str
    obstacle: str
    open: bool


def drawing(view: View, node: NodeFields) -> Drawing:
    """Return the tree of a node's formula on the view's day."""
    found = unfold(view.plan, node.key, view.day)
    cadence = view.plan.metrics[node.key].cadence
    formula = view.plan.formulas[node.key]
    top = _Drawer(view, found).top()
    return Drawing(
        pieces=[
            Piece(word, neighbour(view, word) if word in formula.keys else None)
            for word in _words(formula.text)
        ],
        top=top,
        period=period_name(found.period, cadence),
        before="" if found.before is None else period_name(found.before, cadence),
        obstacle=_obstacle(found.change),
        open=_rows(top) <= OPEN_AT_ONCE,
    )


def said_missing(missing: Missing) -> str:
    """Say why a number is not there."""
    return _(missing.sentence).format(**missing.facts)


def _obstacle(change: Attribution | None) -> str:
    """Say why a change is not split, in so far as the rows do not show it."""
    if change is None:
        return _("There is no earlier period to compare with.")
    return _(change.obstacle.sentence) if change.obstacle else ""


def _rows(branch: Branch) -> int:
    return 1 + sum(map(_rows, branch.parts))


class _Drawer:
    """Draws one formula; each thing it reads has its part in the change at its first place only."""

    def __init__(self, view: View, unfolded: Unfolded) -> None:
        self.view, self.plan, self.unfolded = view, view.plan, unfolded
        self.unit = unit_of(view.plan, unfolded.key)
        self.good = upward(view.plan.nodes[unfolded.key])
        shares = unfolded.shares if all(map(isfinite, unfolded.shares.values())) else {}
        self.digits = telling(shares.values())
        self.shares = {
            read: (share, bar)
            for (read, share), bar in zip(shares.items(), charts.balance([*shares.values()]), strict=True)
        }
        self.drawn: set[Read] = set()

    def top(self) -> Branch:
        """Return the formula itself, with what it is made of below."""
        change = self.unfolded.change
        then: Value | None = None if change is None else change.before
        row = self._read(self.unfolded.key, self.unfolded.value, then)
        return replace(
            row, word=self._operation(self.unfolded.tree), parts=self._below(self.unfolded.tree, 1)
        )

    def _below(self, part: Part, depth: int) -> tuple[Branch, ...]:
        signs = part.kind in ("sum", "product")
        return tuple(
            self._branch(each, depth, _sign(each) if signs else None) for each in part.parts or (part,)
        )

    def _branch(self, part: Part, depth: int, sign: tuple[str, str] | None) -> Branch:
        if part.read is not None:
            return replace(self._operand(part.read), sign=sign)
        if part.kind == "number":
            return Branch(sign, number(part.number))
        found = worth(self.plan, self.unfolded, part)
        branch = Branch(
            sign, self._operation(part), value="" if isinstance(found, Missing) else number(found)
        )
        if depth < DEEPEST:
            return replace(branch, parts=self._below(part, depth + 1))
        reads = dict.fromkeys(_reads(part))
        return replace(branch, note=_("and deeper"), parts=tuple(map(self._operand, reads)))

    def _operation(self, part: Part) -> str:
        if part.kind not in WORDS:
            return ""
        others = {each.lead for each in part.parts[1:]}
        return _(ALONE.get(others.pop(), "") or WORDS[part.kind]) if len(others) == 1 else _(WORDS[part.kind])

    def _operand(self, read: Read) -> Branch:
        """Return what was read, with its part in the change; a formula unfolds below."""
        row = self._read(read.key, self.unfolded.now[read], self.unfolded.then.get(read))
        row = replace(row, note=told(read))
        if read in self.drawn:
            return replace(row, note=", ".join(filter(None, (row.note, _("counted above")))))
        self.drawn.add(read)
        if read in self.shares:
            share, bar = self.shares[read]
            row = replace(row, part=self._move(share, self.unit, self.good, self.digits), bar=bar)
        below = self.unfolded.below.get(read)
        if below is None:
            return row
        inner = _Drawer(self.view, below).top()
        return replace(row, word=inner.word, formula=self.plan.formulas[below.key].text, parts=inner.parts)

    def _read(self, key: str, now: Value, then: Value | None) -> Branch:
        node, unit = self.plan.nodes[key], unit_of(self.plan, key)
        row = Branch(node=neighbour(self.view, key))
        if isinstance(now, Missing):
            return replace(row, lack=said_missing(now))
        row = replace(row, value=written(now, node, unit))
        if then is None or isinstance(then, Missing) or not isfinite(now - then):
            return row
        own = SHARE if isinstance(node.measure, Milestone) else unit
        moved = self._move(now - then, own, upward(node), telling([now - then]))
        return replace(row, was=written(then, node, unit), moved=moved)

    def _move(self, change: float, unit: str | None, up: bool | None, digits: int) -> Move:
        direction = "up" if change > 0 else "down" if change < 0 else "flat"
        good = None if up is None or change == 0 else (change > 0) is up
        return Move(signed(change, unit, digits), direction, good)


def _sign(part: Part) -> tuple[str, str]:
    symbol, word = SIGNS.get(part.lead, ("", ""))
    return symbol, _(word) if word else ""


def upward(node: NodeFields) -> bool | None:
    """Tell whether more is better, None where nobody said so or it depends."""
    measure = node.measure
    if isinstance(measure, Reach):
        return measure.target > measure.baseline
    return (
        True if isinstance(measure, AtLeast | Milestone) else False if isinstance(measure, AtMost) else None
    )


def told(read: Read) -> str:
    """Say of what time something was read, where it is not the period itself."""
    if read.how == "lag":
        return ngettext("one period earlier", "%(num)s periods earlier", read.n)
    return _("the year to date") if read.how == "ytd" else ""


def _reads(part: Part) -> Iterator[Read]:
    if part.read is not None:
        yield part.read
    for each in part.parts:
        yield from _reads(each)


def _words(text: str) -> list[str]:
    """Cut a text where words begin and end."""
    found: list[str] = []
    for sign in text:
        of_word = sign == "_" or sign.isalnum()
        if found and of_word == (found[-1][-1] == "_" or found[-1][-1].isalnum()):
            found[-1] += sign
        else:
            found.append(sign)
    return found
