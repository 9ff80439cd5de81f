"""`flask db` and `flask store`: the tables and what is kept in them."""

from datetime import UTC, datetime
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from scorecard.cli.options import json_flag
from scorecard.cli.said import as_json, command, refuse, table
from scorecard.store import audit as chains
from scorecard.store import queries, upgrade, upkeep
from scorecard.web.reading import database

db = AppGroup("db", help="The tables of the database.")
store = AppGroup("store", help="Look after what is kept.")


@db.command("upgrade")
@command
def upgrade_tables() -> None:
    """Bring the tables to this version."""
    before = upgrade.current(current_app.extensions["scorecard"])
    upgrade.upgrade(current_app.extensions["scorecard"])
    after = upgrade.head()
    click.echo(f"The database is at {after}." if before == after else f"Upgraded to {after}.")


@db.command("check")
@command
def check() -> None:
    """Tell whether the tables are those of this version."""
    found, wanted = upgrade.current(current_app.extensions["scorecard"]), upgrade.head()
    if found != wanted:
        refuse(
            f"The database is at {found or 'nothing'}, this version needs {wanted}: run “flask db upgrade”."
        )
    click.echo(f"The database is at {wanted}.")


@store.command("fsck")
@command
def fsck() -> None:
    """Check the meaning of everything that is kept; exit 1 where something is wrong."""
    troubles = queries.fsck(database())
    for trouble in troubles:
        click.echo(f"{trouble.plan}: {trouble.where}: {trouble.sentence}", err=True)
    if troubles:
        raise SystemExit(1)
    click.echo("All plans are sound.")


@store.command("audit")
@click.argument("plan_key", metavar="[PLAN]", required=False)
@click.option("--head", "heads", multiple=True, metavar="HEX", help="A head kept elsewhere; may be repeated.")
@json_flag
@command
def audit(plan_key: str | None, heads: tuple[str, ...], as_rows: bool) -> None:
    """Follow the chain of every change; exit 1 where history is not as it was written.

    Keep the heads that it prints elsewhere: with them an end that was cut off is found too.
    """
    found = chains.audit(database(), plan_key)
    rows = [_audited(each) for each in found]
    if as_rows:
        as_json(rows)
    else:
        table(("plan", "revision", "head"), [(row["plan"], row["revision"], row["head"]) for row in rows])
    troubles = [f"{each.plan}: {each.broken.sentence}" for each in found if each.broken]
    troubles += [f"No chain holds the head {head}." for head in chains.missing(found, heads)]
    for trouble in troubles:
        click.echo(trouble, err=True)
    if troubles:
        raise SystemExit(1)


def _audited(found: chains.Audited) -> dict[str, object]:
    broken = found.broken.revision if found.broken else None
    return {"plan": found.plan, "revision": found.revision, "head": found.head, "broken": broken}


@store.command("reindex")
@command
def reindex() -> None:
    """Make the values of all periods anew from the check-ins."""
    upkeep.reindex(database())
    click.echo("The values of all periods are made anew.")


@store.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Take the place of a file that is there.")
@command
def backup(file: Path, replace: bool) -> None:
    """Write everything into FILE while others go on working; it is verified before it appears."""
    held = upkeep.backup(database(), file, replace=replace)
    click.echo(f"{file} holds {_told(held)}.")


@store.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@command
def restore(file: Path) -> None:
    """Put what FILE holds in the place of everything; what was there is backed up first."""
    with upkeep.checked(file):
        before = _kept_aside()
    held = upkeep.restore(database(), file)
    click.echo(f"Restored {_told(held)} from {file}.")
    click.echo(f"What was there before is in {before}.")


def _kept_aside() -> Path:
    """Back up what is there, into a file of its own; what is not sound is kept as it is."""
    name = f"before-restore-{datetime.now(UTC):%Y%m%dT%H%M%S%f}.backup"
    folder = Path(current_app.instance_path)
    folder.mkdir(parents=True, exist_ok=True)
    upkeep.backup(database(), folder / name, sound=False)
    return folder / name


def _told(held: upkeep.Contents) -> str:
    return f"{held.plans} plans, {held.changes} changes and {held.observations} check-ins"
