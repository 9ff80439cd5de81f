"""`flask plan findings`: what is wrong with a plan, and how to mend it."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import click

from scorecard.cli.options import PlanAt, as_of_option, json_flag, plan_argument
from scorecard.cli.plan import judged
from scorecard.cli.said import as_json, command, table
from scorecard.graph.findings import findings as found_in
from scorecard.graph.findings.rule import Finding
from scorecard.graph.plan import Plan
from scorecard.graph.rollup import rollup
from scorecard.store.moves import moves
from scorecard.web.findings import words as finding_words
from scorecard.web.reading import database


@click.command("findings")
@plan_argument
@as_of_option
@json_flag
@command
def findings(asked: PlanAt, as_of: date | None, as_rows: bool) -> None:
    """Show what is wrong with a plan, the worst first; what is waived stands there with its last day."""
    seen, day = judged(asked, as_of)
    moved = moves(database(), asked.key, until=seen.revision)
    rows = list(_rows(seen, found_in(seen, rollup(seen, day), day, moved)))
    if as_rows:
        as_json(rows)
        return
    columns = ("severity", "rule", "key", "message", "waived_until")
    table(columns, [[row[column] for column in columns] for row in rows])


def _rows(seen: Plan, found: list[Finding]) -> Iterator[dict[str, Any]]:
    for each in found:
        until = each.waived_until
        yield {
            "rule": each.rule.id,
            "severity": each.severity.value,
            "about": each.about.value,
            "key": each.key,
            "message": finding_words.message(seen, each),
            "mend": finding_words.mend(each),
            "waived_until": until.isoformat() if until else None,
        }
