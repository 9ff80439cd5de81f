"""Standings into the arrays and out of them again."""

from math import isnan

from scorecard.graph.engine_codes import (
    DUE,
    NOT_DUE,
    REASON_BYTE,
    RULES,
    SCORED,
    STATUSES,
    WHOLE,
    reason_at,
    status_at,
)
from scorecard.graph.engine_structure import Structure
from scorecard.graph.engine_table import Table
from scorecard.graph.formulas import Sheets
from scorecard.graph.judgement import Standing, evidence, frozen, is_frozen, judge
from scorecard.graph.plan import Plan
from scorecard.graph.rollup import overridden

_NAN = float("nan")


def put(structure: Structure, table: Table, row: int, day: int, standing: Standing) -> None:
    """Write how a leaf stands."""
    score, progress = standing.score, standing.progress
    code = standing.computed.severity | REASON_BYTE[standing.reason]
    if REASON_BYTE[standing.reason] != NOT_DUE and table.taking_part[structure.cycle[row], day]:
        code |= DUE if score is None else DUE | SCORED
    table.score[row, day] = _NAN if score is None else score
    table.progress[row, day] = _NAN if progress is None else progress
    table.coverage[row, day], table.code[row, day] = round(standing.coverage * WHOLE), code


def standing_at(
    plan: Plan, structure: Structure, table: Table, row: int, day: int, sheets: Sheets
) -> Standing:
    """Return how a row stands on a day, equal to what `rollup.rollup` gives."""
    key, on = structure.keys[row], table.days[day]
    node = plan.nodes[key]
    if node.grade is not None and is_frozen(plan, node, on):
        return frozen(plan, node, on, sheets)
    if row < structure.leaves:
        standing = judge(plan, key, on, sheets)
    else:
        standing = _read(structure, table, row, day)
        if key in plan.metrics:
            found = evidence(plan, plan.metrics[key], on, sheets)
            standing = standing._replace(value=found.value, seen=found.seen)
    return standing if node.judged is None else overridden(plan, node, standing, on)


def _read(structure: Structure, table: Table, row: int, day: int) -> Standing:
    code = int(table.code[row, day])
    status = status_at(code)
    above = row - structure.leaves
    score, progress = float(table.score[row, day]), float(table.progress[row, day])
    worst = int(table.worst[above, day])
    return Standing(
        key=structure.keys[row],
        status=status,
        computed=status,
        reason=reason_at(code),
        rule=RULES[table.rule[above, day]],
        score=None if isnan(score) else score,
        progress=None if isnan(progress) else progress,
        coverage=int(table.coverage[row, day]) / WHOLE,
        worst=STATUSES[max(worst - 1, 0)],
        worst_key=structure.by_rank[table.worst_rank[above, day]] if worst else None,
        worst_at=float(table.lost[above, day]),
    )
