"""`flask plan`: plans in and out, and how they stand."""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup

from scorecard.cli.options import PlanAt, as_of_option, json_flag, known_option, plan_argument
from scorecard.cli.said import as_json, command, said, table
from scorecard.domain.errors import NotFound
from scorecard.domain.schema import PlanFields
from scorecard.files.formats import FORMATS, format_of, read_file, write_file
from scorecard.files.planfile import schema
from scorecard.files.remark import FileRefused, Remark
from scorecard.files.standings import explanation_row, standing_rows
from scorecard.graph.explain import explain as explained
from scorecard.graph.plan import Plan
from scorecard.graph.rollup import rollup
from scorecard.store import queries
from scorecard.store.commands.imports import apply_import, preview_import
from scorecard.store.commands.plans import archive_plan, copy_plan, create_plan
from scorecard.store.past import as_reported
from scorecard.store.periods import period_values
from scorecard.web.reading import database

ACTOR = "command"
DEMO = Path("seeds/northwind.yaml")

plan = AppGroup("plan", help="Plans in and out, and how they stand.")


@plan.command("list")
@json_flag
@command
def list_plans(as_rows: bool) -> None:
    """List the plans."""
    rows = [(line.key, line.title, line.nodes, line.revision) for line in queries.list_plans(database())]
    head = ("plan", "title", "nodes", "revision")
    if as_rows:
        as_json([dict(zip(head, row, strict=True)) for row in rows])
    else:
        table(head, rows)


@plan.command("new")
@click.argument("key")
@click.option("--title", required=True)
@command
def new(key: str, title: str) -> None:
    """Make an empty plan with the four perspectives."""
    create_plan(database(), PlanFields(plan=key, title=title), actor=ACTOR)
    click.echo(f"Made the plan “{key}”.")


@plan.command("copy")
@click.argument("plan_key", metavar="PLAN")
@click.argument("key")
@command
def copy(plan_key: str, key: str) -> None:
    """Copy a plan under another key."""
    copy_plan(database(), plan_key, key, actor=ACTOR)
    click.echo(f"Copied “{plan_key}” to “{key}”.")


@plan.command("archive")
@click.argument("plan_key", metavar="PLAN")
@command
def archive(plan_key: str) -> None:
    """Put a plan away; nothing of it is deleted."""
    archive_plan(database(), plan_key, actor=ACTOR)
    click.echo(f"Archived the plan “{plan_key}”.")


@plan.command("demo")
@command
def demo() -> None:
    """Load the demo plan, unless it is there already."""
    click.echo("Loaded the demo plan." if load_demo() else "The demo plan is there already.")


def load_demo() -> bool:
    """Load the demo plan; tell whether it was missing."""
    path = Path(current_app.root_path) / DEMO
    read = read_file(path.read_bytes(), path.name)
    db = database()
    if any(line.key == read.file.plan for line in queries.list_plans(db, every=True)):
        return False
    create_plan(db, read.file, actor=ACTOR)
    return True


@plan.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--plan", "plan_key", help="The plan to import into, instead of the one the file names.")
@click.option("--format", "form", type=click.Choice(list(FORMATS)))
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option("--partial", is_flag=True, help="Leave nodes alone that the file does not have.")
@json_flag
@command
def import_(
    file: Path, plan_key: str | None, form: str | None, dry_run: bool, partial: bool, as_rows: bool
) -> None:
    """Read a plan file into a plan: all of it, or nothing."""
    db = database()
    try:
        read = read_file(file.read_bytes(), str(file), form)
    except FileRefused as refused:
        if as_rows:
            as_json({"plan": plan_key, "errors": _remarks(refused.problems)})
        raise
    if dry_run:
        counts = preview_import(db, read.file, plan=plan_key, partial=partial).counts
    else:
        counts = apply_import(db, read.file, plan=plan_key, partial=partial, actor=ACTOR).counts
    key = plan_key or read.file.plan
    if as_rows:
        as_json({"plan": key, **counts, "warnings": _remarks(read.warnings), "errors": []})
    else:
        _tell_counts(key, counts, dry_run)
        for each in _remarks(read.warnings):
            click.echo(f"{each['where']}: {each['message']}", err=True)


def _remarks(remarks: Iterable[Remark]) -> list[dict[str, str]]:
    return [{"where": each.where, "message": said(each.sentence, each.facts)} for each in remarks]


def _tell_counts(key: str, counts: Mapping[str, Any], dry_run: bool) -> None:
    """Say what an import did, a line for each kind of thing that it touched."""
    click.echo(f"“{key}”: {'this would change' if dry_run else 'changed'}")
    rows: list[tuple[str, Any]] = [("nodes", counts), *counts["counts"].items()]
    head = ("added", "changed", "archived", "unchanged")
    table(("", *head), [(name, *(each[word] for word in head)) for name, each in rows])


@plan.command("export")
@plan_argument
@click.argument("file")
@click.option("--format", "form", type=click.Choice([name for name, each in FORMATS.items() if each.write]))
@command
def export(asked: PlanAt, file: str, form: str | None) -> None:
    """Write a plan to FILE, its format by suffix; “-” writes to standard output."""
    if file == "-" and form is None:
        raise click.UsageError("With “-” name a --format.")
    known = form or format_of(file) or Path(file).suffix
    data = write_file(asked.file(), known)
    if file == "-":
        click.echo(data, nl=False)
    else:
        Path(file).write_bytes(data)


@plan.command("standings")
@plan_argument
@as_of_option
@known_option
@json_flag
@command
def standings(asked: PlanAt, as_of: date | None, known: bool, as_rows: bool) -> None:
    """Show how every node stands, in tree order."""
    found, day = judged(asked, as_of, known)
    rows = standing_rows(found, rollup(found, day), day)
    if as_rows:
        as_json(rows)
        return
    columns = ("key", "kind", "status", "reason", "score", "progress", "value", "target", "worst_key")
    table(columns, [[_shown(row[column]) for column in columns] for row in rows])


@plan.command("explain")
@plan_argument
@click.argument("key")
@as_of_option
@known_option
@json_flag
@command
def explain(asked: PlanAt, key: str, as_of: date | None, known: bool, as_rows: bool) -> None:
    """Show where a score comes from, and the shortfall by leaf."""
    found, day = judged(asked, as_of, known)
    standings = rollup(found, day)
    if key not in standings:
        raise NotFound(kind="node", key=key)
    row = explanation_row(explained(found, key, standings, day))
    if as_rows:
        as_json(row)
        return
    click.echo(f"{key}: score {_shown(row['score'])}, gap {_shown(row['gap'])}, decided by {row['rule']}")
    click.echo(f"off track below: {row['off_track_below']} of {row['leaves_below']}")
    for part in ("children", "leaves"):
        if row[part]:
            click.echo(f"\n{part}")
            table(tuple(row[part][0]), [[_shown(cell) for cell in each.values()] for each in row[part]])


def judged(asked: PlanAt, as_of: date | None, known: bool = False) -> tuple[Plan, date]:
    """Return the plan that is asked for, and the day it is judged on.

    Parameters:
        known: without what was recorded after that day.
    """
    found = asked.plan()
    day = as_of or asked.day(found)
    return as_reported(database(), found, day) if known else found, day


def _shown(cell: object) -> object:
    """Return a number as people read it: 0.8823, 64800000, 12."""
    if not isinstance(cell, float):
        return cell
    return str(int(cell)) if cell.is_integer() else f"{cell:.4g}" if abs(cell) < 1e4 else f"{cell:.1f}"


@plan.command("values")
@click.argument("plan_key", metavar="PLAN")
@as_of_option
@json_flag
@command
def values(plan_key: str, as_of: date | None, as_rows: bool) -> None:
    """Show what was observed in the periods that hold a day, one row a node."""
    head = ("key", "start", "end", "value")
    rows = [
        (key, period.start.isoformat(), period.end.isoformat(), value)
        for period, found in period_values(database(), plan_key, as_of).items()
        for key, value in found
    ]
    if as_rows:
        as_json([dict(zip(head, row, strict=True)) for row in rows])
    else:
        table(head, [(*row[:3], _shown(row[3])) for row in rows])


@plan.command("schema")
@command
def print_schema() -> None:
    """Print the JSON Schema of the plan file."""
    as_json(schema())
