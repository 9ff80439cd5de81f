"""`flask serve`: migrate, load the demo where it is wanted, and answer on this machine."""

import os

import click
from flask import current_app
from waitress import serve as run

from scorecard.cli.plan import load_demo
from scorecard.cli.said import command
from scorecard.store import queries
from scorecard.web.reading import database
from scorecard.web.security import check_start

HOST = "127.0.0.1"
THREADS = 4


@click.command("serve")
@click.option("--port", type=click.IntRange(0, 65535), default=lambda: os.environ.get("PORT", "5000"))
@command
def serve(port: int) -> None:
    """Serve on this machine; in demo mode the first start loads the demo plan."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    check_start(app)
    first = not queries.list_plans(database(), every=True)
    if first and app.config["SCORECARD_MODE"] == "demo":
        load_demo()
    click.echo(f"Open http://{HOST}:{port} in a browser; Ctrl+C ends it.")
    run(app, host=HOST, port=port, threads=THREADS, ident=None)
