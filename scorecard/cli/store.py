"""`flask db` and `flask store`: the tables and what is kept in them."""

import click
from flask import current_app
from flask.cli import AppGroup

from scorecard.cli.said import command, refuse
from scorecard.store import queries, upgrade
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
