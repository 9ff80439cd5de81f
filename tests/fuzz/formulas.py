"""Random formulas: some of the grammar, most of them spoilt, the rest signs and bytes without any sense."""

import math
import random
import re
from collections.abc import Iterator

from scorecard.domain import formula_faults as faults
from scorecard.domain.formula import Missing, evaluate
from scorecard.domain.formula_columns import evaluate_all
from scorecard.domain.formula_parser import compile_formula

KEYS = ("a", "b1", "revenue", "on_time", "lagging", "sum_of_sales", "e9", "k" * 40)
NUMBERS = ("0", "1", "2.5", ".5", "007", "1e3", "1E-2", "1e308", "1e-320", "0.0", "100", "9" * 30)
FOLDS = ("min", "max", "sum", "mean")
SIGNS = (*"()+-*/,=. \t\n", "lag(", "ytd(", "abs(", "sum(", "1e", "_", "A", "a", "0", "9")
STRANGE = (
    *"²½٣१１аｅ−×÷∕（），；𝟗😀é", "\x00", "\u200b", "\ufeff", "\u202e", "\u2028", "\xa0", "\ud800",
    "1_000", "__",
    "1e400", "0x1f",
    "nan", "inf", "**", "//", "%", "^", "!", "{0}", "{place}", "%s", "'", '"', "\\", ";", ":=",
)  # fmt: skip
VALUES = (2.0, 0.0, -0.0, -3.5, 1e308, -1e308, 5e-324, 100.0)
PERIODS = 3


def texts(chance: random.Random, runs: int) -> Iterator[str]:
    """Yield random texts."""
    makers = (formula, spoilt, spoilt, spoilt, signs, noise)
    for _ in range(runs):
        yield chance.choice(makers)(chance)


def answered(text: str) -> str:
    """Return what came of a text.

    That is "parsed" for a formula that comes to finite numbers or to reasons, "refused" for a fault that
    points into the text with nothing wrong before it, and a sentence for whatever else happens.
    """
    try:
        return _computed(text)
    except faults.FormulaError as fault:
        return "refused" if str(fault) and _points(text, fault) else f"points to {fault.position}: {fault}"
    except Exception as error:  # whatever it is, it is what is looked for
        return repr(error)


def _points(text: str, fault: faults.FormulaError) -> bool:
    """Tell whether all that is wrong with the text before a fault's place is that it ends there."""
    if not 0 <= fault.position <= len(text):
        return False
    before = text[: fault.position]
    if isinstance(fault, faults.FormulaTooLong) or re.search(r"[\w.]\s*\Z", before):
        return True
    try:
        compile_formula(before)
    except faults.FormulaError as earlier:
        return isinstance(earlier, faults.FormulaUnfinished | faults.FormulaEmpty | faults.BracketUnclosed)
    return True


def _computed(text: str) -> str:
    formula = compile_formula(text)
    shift = len(text)
    columns = [
        [VALUES[(shift + 3 * place + period) % len(VALUES)] for period in range(PERIODS)]
        for place in range(len(formula.reads))
    ]
    results = evaluate_all(formula, columns, PERIODS, "own")
    for period, result in enumerate(results):
        values = {read: column[period] for read, column in zip(formula.reads, columns, strict=True)}
        if repr(evaluate(formula, values.__getitem__, "own")) != repr(result):
            return f"comes to {result!r} among others"
        if not isinstance(result, Missing) and not math.isfinite(result):
            return f"comes to {result!r}"
    return "parsed"


def formula(chance: random.Random) -> str:
    """Return a formula of the grammar."""
    return chance.choice(("", "", "= ")) + part(chance, chance.randrange(1, 5))


def part(chance: random.Random, depth: int) -> str:
    """Return a part of a formula, at most so deep."""
    if depth == 0 or chance.random() < 0.15:
        return leaf(chance)
    kind = chance.randrange(8)
    if kind < 4:
        blank = chance.choice(("", " "))
        return f"{part(chance, depth - 1)}{blank}{chance.choice('+-*/')}{blank}{part(chance, depth - 1)}"
    if kind == 4:
        return f"({part(chance, depth - 1)})"
    if kind == 5:
        return f"-{part(chance, depth - 1)}"
    if kind == 6:
        return f"abs({part(chance, depth - 1)})"
    values = (part(chance, depth - 1) for _ in range(chance.randrange(1, 4)))
    return f"{chance.choice(FOLDS)}({', '.join(values)})"


def leaf(chance: random.Random) -> str:
    """Return a number, a key, or a key's past."""
    kind = chance.randrange(6)
    if kind < 2:
        return chance.choice(NUMBERS)
    if kind < 4:
        return chance.choice(KEYS)
    key = chance.choice(KEYS)
    return f"ytd({key})" if kind == 4 else f"lag({key}, {chance.choice((1, 2, 12, 1000, 0, 1001))})"


def spoilt(chance: random.Random) -> str:
    """Return a formula of which something was cut, doubled, put in, turned round or mixed with another's."""
    text = formula(chance)
    for _ in range(chance.randrange(1, 5)):
        text = _spoil(chance, text)
    return text


def _spoil(chance: random.Random, text: str) -> str:
    first, last = sorted((chance.randrange(len(text) + 1), chance.randrange(len(text) + 1)))
    left, piece, right = text[:first], text[first:last], text[last:]
    match chance.randrange(7):
        case 0:
            return left + right
        case 1:
            return left + piece * chance.choice((2, 2, 3, 70, 1_000)) + right if len(text) < 300 else left
        case 2:
            return left + chance.choice(STRANGE) + piece + right
        case 3:
            return left + chance.choice(SIGNS) + piece + right
        case 4:
            return left + piece[::-1] + right
        case 5:
            return left + formula(chance) + right
    return left + chance.choice(STRANGE) + right


def signs(chance: random.Random) -> str:
    """Return the language's own signs in any order."""
    pool = (*SIGNS, *KEYS, *NUMBERS)
    return "".join(chance.choices(pool, k=chance.randrange(25)))


def noise(chance: random.Random) -> str:
    """Return bytes read as text, one way or the other."""
    encoding, errors = chance.choice(
        (("latin-1", "strict"), ("utf-8", "replace"), ("utf-8", "surrogateescape"))
    )
    return chance.randbytes(chance.randrange(40)).decode(encoding, errors)
