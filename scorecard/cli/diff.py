"""`flask plan diff`: what differs between two plans, two files, or two moments of one plan."""

import re
from pathlib import Path

import click

from scorecard.cli.options import PlanArgument, json_flag
from scorecard.cli.said import as_json, command, table
from scorecard.domain.schema import PlanFile
from scorecard.files.formats import read_file
from scorecard.graph.diff import diff as differences
from scorecard.graph.plan import build
from scorecard.web.difference import groups

PLAN = re.compile(r"[a-z][a-z0-9_]*(@.*)?")
"""How a plan is named; what is written otherwise is a file, `./plan` too."""


@click.command("diff")
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@json_flag
@command
def diff(first: str, second: str, as_rows: bool) -> None:
    """Tell how A becomes B; each is a file, PLAN, or PLAN@DATE."""
    before, after = _read(first), _read(second)
    found = differences(before, after)
    if as_rows:
        as_json([change.as_json() for change in found])
        return
    if not found:
        click.echo("Nothing differs.")
    nodes = {node.key: node for node in (*before.nodes, *after.nodes)}
    for group in groups(found, nodes, build(after), len(found)):
        click.echo(f"\n{group.title}")
        table(("change", "what", "field", "from", "to"), [(each.word, *each[1:]) for each in group.lines])


def _read(text: str) -> PlanFile:
    """Return all that a plan or a plan file holds."""
    if PLAN.fullmatch(text):
        return PlanArgument().convert(text, None, None).file()
    return read_file(Path(text).read_bytes(), text).file
