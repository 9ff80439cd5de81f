"""`flask plan draft`, `merge` and `cycle`: the next plan edited apart, and the life of a cycle."""

from typing import cast

import click

from scorecard.cli.plan import ACTOR
from scorecard.cli.said import as_json, command
from scorecard.domain.naming import free_key
from scorecard.domain.vocabulary import CycleState
from scorecard.graph.merging import Side
from scorecard.store import queries
from scorecard.store.commands.cycles import move_cycle
from scorecard.store.commands.drafts import begin_draft, compare, merge_draft
from scorecard.web.reading import database


@click.command("draft")
@click.argument("plan_key", metavar="PLAN")
@click.option("--title", required=True, help="What the draft is for.")
@click.option("--key", help="Left out, it is made from the title.")
@command
def draft(plan_key: str, title: str, key: str | None) -> None:
    """Begin a draft of PLAN, edited under a key of its own, to be brought back by `merge`."""
    taken = {line.key for line in queries.list_plans(database(), every=True)}
    key = key or free_key(f"{plan_key} {title}", "plan", taken)
    begin_draft(database(), plan_key, key, title=title, actor=ACTOR)
    click.echo(f"Began the draft “{key}” of “{plan_key}”.")


@click.command("merge")
@click.argument("draft_key", metavar="DRAFT")
@click.option("--take", type=click.Choice(["live", "draft"]), help="Which side wins where both changed.")
@click.option("--reason", help="Why, for those who read the history.")
@click.option("--dry-run", is_flag=True, help="Say what would clash and write nothing.")
@click.option("--json", "as_rows", is_flag=True, help="Print what clashes as JSON.")
@command
def merge(draft_key: str, take: str | None, reason: str | None, dry_run: bool, as_rows: bool) -> None:
    """Merge DRAFT into the plan it was taken from, as one change that can be undone."""
    found = compare(database(), draft_key)
    clashes = found.merged.clashes
    if as_rows:
        ends = ("kind", "key", "field", "base", "live", "draft")
        as_json([dict(zip(ends, clash, strict=True)) for clash in clashes])
    if dry_run:
        if not as_rows:
            click.echo(f"{len(clashes)} clashes; nothing is written.")
        return
    choices = {clash.name: cast(Side, take) for clash in clashes if take}
    expected = (found.revision, found.draft_revision)
    written = merge_draft(database(), draft_key, choices, expected=expected, actor=ACTOR, reason=reason)
    if not as_rows:
        click.echo(f"Merged “{draft_key}” into “{found.plan}”, revision {written.revision}.")


@click.command("cycle")
@click.argument("plan_key", metavar="PLAN")
@click.argument("cycle_key", metavar="CYCLE")
@click.argument("state", type=click.Choice([state.value for state in CycleState]))
@click.option("--reason", help="Needed to open a closed cycle again.")
@command
def cycle(plan_key: str, cycle_key: str, state: str, reason: str | None) -> None:
    """Take a CYCLE of PLAN one step on or back; closing freezes its values and grades."""
    to = CycleState(state)
    move_cycle(database(), plan_key, cycle_key, to, version=None, actor=ACTOR, reason=reason)
    click.echo(f"The cycle “{cycle_key}” of “{plan_key}” is {state}.")
