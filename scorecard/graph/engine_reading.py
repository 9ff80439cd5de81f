"""Standings into the arrays and out of them again."""

from math import isnan, nan

from scorecard.domain.measure import clamp
from scorecard.domain.vocabulary import Reason
from scorecard.graph.engine_codes import (
    DUE,
    HAS_SCORE,
    REASON_BYTE,
    RULES,
    SCORED,
    STATUS_BYTE,
    WHOLE,
    reason_at,
    status_at,
)
from scorecard.graph.engine_step import Steps
from scorecard.graph.engine_structure import Structure
from scorecard.graph.engine_table import Table
from scorecard.graph.formulas import Sheets
from scorecard.graph.judgement import Standing, evidence, frozen, is_frozen, judge
from scorecard.graph.plan import Plan
from scorecard.graph.rollup import overridden


def put(steps: Steps, row: int, day: int, standing: Standing) -> None:
    """Write how a leaf stands."""
    score, progress, place = standing.score, standing.progress, row * steps.width + day
    code = STATUS_BYTE[standing.computed] | REASON_BYTE[standing.reason]
    due = standing.reason is not Reason.not_due and steps.takes_part(row, day)
    code |= (DUE if due else 0) | (0 if score is None else SCORED | HAS_SCORE if due else HAS_SCORE)
    steps.gap[place] = 0.0 if score is None else 1.0 - score
    steps.progress[place] = 0.0 if score is None else nan if progress is None else clamp(progress)
    steps.coverage[place], steps.code[place] = round(standing.coverage * WHOLE), code


def standing_at(
    plan: Plan, structure: Structure, table: Table, steps: Steps, row: int, day: int, sheets: Sheets
) -> Standing:
    """Return how a row stands on a day, equal to what `rollup.rollup` gives."""
    key, on = structure.keys[row], table.days[day]
    node = plan.nodes[key]
    if node.grade is not None and is_frozen(plan, node, on):
        return frozen(plan, node, on, sheets)
    if row < structure.leaves:
        standing = judge(plan, key, on, sheets)
    else:
        standing = _read(structure, table, steps, row, day)
        if key in plan.metrics:
            found = evidence(plan, plan.metrics[key], on, sheets)
            standing = standing._replace(value=found.value, seen=found.seen)
    return standing if node.judged is None else overridden(plan, node, standing, on)


def _read(structure: Structure, table: Table, steps: Steps, row: int, day: int) -> Standing:
    code, above = int(table.code[row, day]), row - structure.leaves + 1
    status, reason = status_at(code), reason_at(code)
    if not code & HAS_SCORE:
        return Standing(structure.keys[row], status, status, reason)
    progress = float(table.progress[row, day])
    return Standing(
        key=structure.keys[row],
        status=status,
        computed=status,
        reason=reason,
        rule=RULES[steps.rule(row, day)],
        score=1.0 - float(table.gap[row, day]),
        progress=None if isnan(progress) else progress,
        coverage=int(table.coverage[row, day]) / WHOLE,
        worst=status_at(int(table.worst[above, day])),
        worst_key=structure.by_rank[table.worst_rank[above, day]],
        worst_at=float(table.lost[above, day]),
    )
