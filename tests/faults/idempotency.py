"""Every form is sent eight times with one key, by half at once, by half later: one effect, one answer."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from functools import partial
from typing import Any
from unittest.mock import patch

from app import create_app
from scorecard.store import history, queries
from scorecard.store.commands.plans import create_plan
from scorecard.web import reading
from tests.faults.crowd import Meet, together
from tests.faults.places import empty_database, opened
from tests.faults.result import Result
from tests.store.drawn import drawn

RUNS = 100
PROCESSES = 8

FORMS = (
    ("/p/p/n/churn/check-in", {"value": "{run}", "date": "2026-03-31", "note": "run {run}"}),
    ("/p/p/tree/top", {"kind": "objective", "title": "Added {run}"}),
    ("/p/p/tree/below", {"node": "grow", "kind": "kpi", "title": "Below {run}", "weight": "2"}),
    ("/p/p/n/churn/actions", {"title": "Act {run}"}),
    ("/new", {"title": "Plan {run}", "fiscal_year_start": "1", "timezone": "UTC"}),
)


def run(runs: int, sabotage: bool, database: str | None) -> Result:
    """Send each form `runs` times eight-fold."""
    with empty_database(database) as address:
        with opened(address) as db:
            create_plan(db, drawn("grow < churn"), actor="setup")
        answers = together(PROCESSES, partial(_process, address, runs, sabotage))
        with opened(address) as db:
            changes, plans = len(history.changes(db, "p", limit=10**6)) - 1, len(queries.list_plans(db)) - 1
    sent = [set(each) for each in zip(*answers, strict=True)]
    unlike = sum(len(each) > 1 for each in sent)
    effects = {"changes": changes, "plans": plans}
    wanted = {"changes": runs * (len(FORMS) - 1), "plans": runs}
    lost = unlike + sum(abs(effects[name] - wanted[name]) for name in wanted)
    return Result(runs, lost, {"submits": PROCESSES * len(sent), **effects, "answers_unlike": unlike})


def _process(address: str, runs: int, sabotage: bool, number: int, meet: Meet) -> list[tuple[int, str]]:
    app = create_app(DATABASE_URL=address, SECRET_KEY="faults " * 4)
    client = app.test_client()
    with _no_keys(sabotage):
        answers = []
        for path, form in _sent(runs):
            meet()
            if number % 2:  # as a page that is loaded again
                meet()
            answer = client.post(path, data=form)
            if not number % 2:
                meet()
            answers.append((answer.status_code, answer.headers.get("Location", "")))
    app.extensions["scorecard"].close()
    return answers


def _sent(runs: int) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the forms of all runs, each with a key of its own."""
    for run in range(runs):
        for number, (path, form) in enumerate(FORMS):
            yield (
                path,
                {**{name: text.format(run=run) for name, text in form.items()}, "once": f"{run} {number}"},
            )


def _no_keys(taken_away: bool) -> AbstractContextManager[Any]:
    """Take no notice of the keys that forms carry."""
    asked = reading.asked
    return patch.object(reading, "asked", (lambda: None) if taken_away else asked)
