"""`flask plan findings`: what is wrong with a plan, and how to mend it."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import click

from scorecard.cli.plan import as_of_option, json_flag
from scorecard.cli.said import as_json, command, table
from scorecard.graph.findings import findings as found_in
from scorecard.graph.findings.rule import Finding
from scorecard.graph.plan import Plan
from scorecard.graph.rollup import rollup
from scorecard.store import queries
from scorecard.store.moves import moves
from scorecard.web import finding_words
from scorecard.web.reading import database


@click.command("findings")
@click.argument("plan_key", metavar="PLAN")
@as_of_option
@json_flag
@command
def findings(plan_key: str, as_of: date | None, as_rows: bool) -> None:
    """Show what is wrong with a plan, the worst first; what is waived stands there with its last day."""
    db = database()
    seen = queries.load_plan(db, plan_key)
    day = as_of or seen.today()
    rows = list(_rows(seen, found_in(seen, rollup(seen, day), day, moves(db, plan_key))))
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
