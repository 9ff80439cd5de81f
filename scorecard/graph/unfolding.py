"""A formula unfolded: what each thing it reads was, what it did to the change, and the formulas below it.

Everything is read off one sheet, that of the formula at the top, so that the numbers of all levels are those
it was computed from, also where a formula below has a cadence of its own.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from scorecard.domain.formula import Missing, Read, evaluate
from scorecard.domain.formula_tree import Part, alone, tree_of
from scorecard.domain.period import Period
from scorecard.graph.attribution import Attribution, split
from scorecard.graph.formulas import Sheet
from scorecard.graph.plan import Plan

LEVELS = 3
"""How many formulas below each other are unfolded, the one at the top among them."""

MOST = 12
"""How many formulas are unfolded in all, those nearest to the top first."""

Value = float | Missing


@dataclass(frozen=True, slots=True)
class Unfolded:
    """A formula in a period, beside the period before it where there is one.

    `now` and `then` are what each read came to, `below` the formulas that are read and unfold in their turn.
    """

    key: str
    tree: Part
    period: Period
    before: Period | None
    value: Value
    change: Attribution | None
    now: Mapping[Read, Value]
    then: Mapping[Read, Value]
    below: "dict[Read, Unfolded]" = field(default_factory=dict)

    @property
    def shares(self) -> Mapping[Read, float]:
        """Return what each read did to the change; empty where it cannot be split."""
        return {share.read: share.share for share in self.change.shares} if self.change else {}


def unfold(plan: Plan, key: str, day: date, levels: int = LEVELS) -> Unfolded:
    """Return a formula in the latest period up to a day for which it computes, or else was observed at all.

    Parameters:
        levels: how many formulas below each other unfold, this one among them.

    Raises KeyError for a node without a formula.
    """
    metric = plan.metrics[key]
    sheet = Sheet(plan, metric.cadence, day, metric.due)
    observed = sheet.survey(key).periods
    period = sheet.evidence(key).period or (observed[-1] if observed else sheet.period(day))
    before = sheet.earlier(key, period)
    top = _of(sheet, key, period, before)
    _unfold_below(sheet, top, levels)
    return top


def _of(sheet: Sheet, key: str, period: Period, before: Period | None) -> Unfolded:
    formula = sheet.plan.formulas[key]
    return Unfolded(
        key=key,
        tree=tree_of(formula),
        period=period,
        before=before,
        value=sheet.value(key, period),
        change=None if before is None else split(sheet, key, before, period),
        now=dict(zip(formula.reads, sheet.answers(key, period), strict=True)),
        then={} if before is None else dict(zip(formula.reads, sheet.answers(key, before), strict=True)),
    )


def _unfold_below(sheet: Sheet, top: Unfolded, levels: int) -> None:
    """Unfold what is read, level by level, each formula once."""
    waiting, known = deque([(top, 1)]), {top.key}
    while waiting:
        above, level = waiting.popleft()
        for read in above.now if level < levels else ():
            if read.how == "value" and read.key in sheet.plan.formulas and read.key not in known:
                if len(known) >= MOST:
                    return
                known.add(read.key)
                above.below[read] = _of(sheet, read.key, above.period, above.before)
                waiting.append((above.below[read], level + 1))


def worth(plan: Plan, unfolded: Unfolded, part: Part) -> Value:
    """Return what a part of an unfolded formula comes to in its period."""
    formula = alone(plan.formulas[unfolded.key], part)
    return evaluate(formula, unfolded.now.__getitem__, unfolded.key)
