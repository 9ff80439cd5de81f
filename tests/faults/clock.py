"""Servers in five time zones at the same instants: clocks put forward and back, leap days, New Year's Eve.

Whatever zone a server runs in, a plan's day, its standings, what is recorded and its pages are the same.
"""

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, tzinfo
from unittest.mock import patch

from flask import Flask

from app import create_app
from scorecard.domain.schema import ObservationFields
from scorecard.graph import plan as plans
from scorecard.graph.rollup import rollup
from scorecard.store import history, queries, work
from scorecard.store.commands.check_ins import record
from scorecard.store.commands.plans import archive_plan, create_plan
from scorecard.store.database import Database
from scorecard.store.moves import moves
from tests.faults.places import empty_database
from tests.faults.result import Result
from tests.store.drawn import drawn

RUNS = 40
PLAN = drawn("grow < churn", "grow < calls", timezone="Europe/Berlin")
ZONES = ("UTC", "America/Los_Angeles", "Asia/Kolkata", "Pacific/Kiritimati", "Pacific/Pago_Pago")
INSTANTS = (
    "2026-03-29T00:59:59",  # Berlin, where the plan is, puts its clocks forward
    "2026-10-25T00:30:00",  # and back
    "2026-03-08T09:59:59",  # Los Angeles puts them forward
    "2026-11-01T08:30:00",  # and back
    "2028-02-29T12:00:00",
    "2028-02-29T23:30:00",  # March already where the plan is
    "2026-12-31T23:30:00",  # the next year already
    "2026-01-01T00:10:00",
)


def run(runs: int, sabotage: bool, database: str | None) -> Result:
    """Ask servers in each zone at as many instants as make `runs` pairs; each instant has one answer."""
    instants = INSTANTS[: max(1, runs // len(ZONES))]
    with empty_database(database) as address:
        app = create_app(DATABASE_URL=address, SECRET_KEY="clock " * 4)
        answers = {at: {_answer(app, at, zone, sabotage) for zone in ZONES} for at in instants}
        app.extensions["scorecard"].close()
    differing = [at for at, answer in answers.items() if len(answer) > 1]
    return Result(len(instants) * len(ZONES), len(differing), {"differing": differing})


def _answer(app: Flask, at: str, zone: str, sabotage: bool) -> str:
    """Return all that a server in a zone says at an instant of a plan that it makes."""
    db: Database = app.extensions["scorecard"]
    key = f"plan_{len(queries.list_plans(db, every=True)):03}"
    now = datetime.fromisoformat(at).replace(tzinfo=UTC)
    with _in_zone(zone), _at(now, sabotage):
        create_plan(db, PLAN.model_copy(update={"plan": key}), actor="server")
        today = queries.load_plan(db, key).today()
        record(db, key, ObservationFields(node="churn", date=today, value=5.0), actor="server")
        said = [today, rollup(queries.load_plan(db, key), today), moves(db, key)]
        said += [history.changes(db, key), history.check_ins(db, key, "churn")]
        text = "".join([repr(said), *_pages(app, key)])
        archive_plan(db, key, actor="server")  # no page shows it beside the next
    return re.sub(rf'{key}|CheckIn\(id=\d+|name="once" value="[^"]*"', "", text)


def _pages(app: Flask, key: str) -> Iterator[str]:
    client = app.test_client()
    for page in ("scorecard", "tree", "alignment", "findings", "n/churn"):
        yield client.get(f"/p/{key}/{page}").text


@contextmanager
def _in_zone(zone: str) -> Iterator[None]:
    """Run this process as on a server in a zone."""
    try:
        with patch.dict(os.environ, {"TZ": zone}):
            time.tzset()
            yield
    finally:
        time.tzset()


@contextmanager
def _at(now: datetime, sabotage: bool) -> Iterator[None]:
    """Stop the clock at an instant; sabotaged, a plan's day is that of the server."""

    class Stopped(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime.fromtimestamp(now.timestamp(), tz)

    def local(_plan: plans.Plan) -> date:
        return Stopped.now().date()

    today = local if sabotage else plans.Plan.today
    clocks = (patch.object(room, "datetime", Stopped) for room in (plans, work))
    with next(clocks), next(clocks), patch.object(plans.Plan, "today", today):
        yield
