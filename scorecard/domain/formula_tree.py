"""A formula as a tree: what it computes from what, for those who look at it rather than run it."""

import re
from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from scorecard.domain.formula_program import Formula, Op, Read

Kind = Literal["read", "number", "sum", "product", "min", "max", "mean", "abs"]
Lead = Literal["", "+", "-", "*", "/"]


class Part(NamedTuple):
    """A part of a formula: something read, a number, or an operation on the parts below it.

    What stands side by side without brackets is one operation: a - b + c is a sum of three, a / b * 100 a
    product of three. `lead` says how a part goes into its sum or product; the first of them has "" unless it
    is taken away. `steps` are those of the program, from the first to behind the last, that compute it.
    """

    kind: Kind
    steps: tuple[int, int]
    parts: "tuple[Part, ...]" = ()
    read: Read | None = None
    number: float = 0.0
    lead: Lead = ""


_JOINED: Mapping[Op, tuple[Kind, Lead]] = {
    "+": ("sum", "+"),
    "-": ("sum", "-"),
    "*": ("product", "*"),
    "/": ("product", "/"),
    "min": ("min", ""),
    "max": ("max", ""),
}


def tree_of(formula: Formula) -> Part:
    """Return a formula's parts, the whole of it at the top; never deeper than thrice its brackets."""
    stack: list[Part] = []
    counts = list(_counts(formula.text))
    for at, (op, index) in enumerate(formula.program):
        if op == "read":
            stack.append(Part("read", (at, at + 1), read=formula.reads[index]))
        elif op == "number":
            stack.append(Part("number", (at, at + 1), number=formula.numbers[index]))
        elif op in ("negate", "abs"):
            stack.append(_single(op, stack.pop(), at + 1))
        else:
            right, left = stack.pop(), stack.pop()
            averaged = op == "/" and right.kind == "number" and counts[formula.program[at - 1][1]]
            stack.append(_mean(left, right, at + 1) if averaged else _joined(op, left, right, at + 1))
    return stack.pop()


_WORD = re.compile(r"(?P<name>[a-z]\w*)|(?P<number>(?:\d[\d.]*|\.\d+)(?:[eE][+-]?\d+)?)|[()]", re.ASCII)


def _counts(text: str) -> Iterator[bool]:
    """Tell of each number of a program whether no one wrote it: what `mean` divides by, once it closes."""
    opened: list[str] = []
    name = ""
    for found in _WORD.finditer(text):
        if found[0] == "(":
            opened.append(name)
        elif found[0] == ")" and opened.pop() == "mean":
            yield True
        elif found["number"] and "lag" not in opened[-1:]:
            yield False
        name = found["name"] or ""


def _single(op: str, part: Part, end: int) -> Part:
    steps = part.steps[0], end
    if op == "abs":
        return Part("abs", steps, (part,))
    taken_away = part.parts[0] if part.kind == "sum" and len(part.parts) == 1 else None
    if taken_away is not None:  # minus of minus
        return taken_away._replace(lead="", steps=steps)
    return Part("sum", steps, (part._replace(lead="-"),))


def _joined(op: Op, left: Part, right: Part, end: int) -> Part:
    """Return two parts as one; the left one's own are taken over where no bracket parts them."""
    kind, lead = _JOINED[op]
    first = left.parts if left.kind == kind else (left,)
    return Part(kind, (left.steps[0], end), (*first, right._replace(lead=lead)))


def _mean(left: Part, count: Part, end: int) -> Part:
    """Return the mean of as many values as it is divided by; the first may be a sum of its own."""
    values = int(count.number)
    own = left.parts if values > 1 else (left,)
    first, rest = own[: len(own) - values + 1], own[len(own) - values + 1 :]
    whole = first[0]
    if len(first) > 1 or whole.lead:
        whole = Part("sum", (left.steps[0], rest[0].steps[0]), first)
    others = (part._replace(lead="") for part in rest)
    return Part("mean", (left.steps[0], end), (whole, *others))


def alone(formula: Formula, part: Part) -> Formula:
    """Return the formula that computes a part and reads no more than that takes."""
    steps = formula.program[slice(*part.steps)]
    reads = dict.fromkeys(formula.reads[index] for op, index in steps if op == "read")
    place = {read: at for at, read in enumerate(reads)}
    program = tuple((op, place[formula.reads[index]] if op == "read" else index) for op, index in steps)
    return Formula("", tuple(reads), formula.numbers, formula.divisors, program)
