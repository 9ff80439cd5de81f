"""The commands, as the outside contract names them: one module a group."""

from flask import Flask

from scorecard.cli import diff, drafts, findings, plan, serve, store


def init_app(app: Flask) -> None:
    """Hang the commands on the application."""
    for part in (findings.findings, diff.diff, drafts.draft, drafts.merge, drafts.cycle):
        plan.plan.add_command(part)
    for command in (plan.plan, store.db, store.store, serve.serve):
        app.cli.add_command(command)
