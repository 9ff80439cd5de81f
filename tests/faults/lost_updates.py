"""Thirty-two writers count in one place, by reading and writing and by forms of an earlier version."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from functools import partial

from sqlalchemy.exc import SQLAlchemyError

from scorecard.domain.errors import Conflict
from scorecard.domain.schema import NodeFields, ObservationFields
from scorecard.store import queries
from scorecard.store.commands.check_ins import record
from scorecard.store.commands.nodes import edit_node
from scorecard.store.database import Busy, Database
from scorecard.store.rows import NODE
from scorecard.store.unit_of_work import write
from tests.faults.crowd import Meet, together
from tests.faults.places import empty_database, opened
from tests.faults.result import Result
from tests.faults.sabotage import no_transactions
from tests.store.drawn import keep

RUNS = 40
PROCESSES, THREADS = 4, 8
FIRST = date(2026, 1, 1)


def run(runs: int, sabotage: bool, database: str | None) -> Result:
    """Let every writer count `runs` times each way; what was acknowledged must be there."""
    with empty_database(database) as address:
        with opened(address) as db:
            keep(db, "grow < churn")
            edit_node(db, "p", "grow", {"title": "0"}, version=None, actor="setup")
        done = sum(together(PROCESSES, partial(_process, address, runs, sabotage)), Counter())
        with opened(address) as db:
            file = queries.load_file(db, "p")
    there = {"counted": int(file.nodes[0].title), "checked in": len(file.observations)}
    lost = sum(abs(done[name] - number) for name, number in there.items())
    facts = {"writers": PROCESSES * THREADS, "told": done, "there": there}
    return Result(runs, lost + done["error"], facts)


def _process(address: str, runs: int, sabotage: bool, number: int, meet: Meet) -> Counter[str]:
    with no_transactions(sabotage), opened(address) as db, ThreadPoolExecutor(THREADS) as pool:
        meet()
        writers = range(number * THREADS, (number + 1) * THREADS)
        return sum(pool.map(partial(_writer, db, runs), writers), Counter())


def _writer(db: Database, runs: int, number: int) -> Counter[str]:
    done: Counter[str] = Counter()
    for turn in range(runs):
        done[_told("counted", lambda: _count(db))] += 1
        done[_told("counted", lambda: _count_by_form(db))] += 1
        seen = ObservationFields(node="churn", date=FIRST + timedelta(turn), value=1.0, label=str(number))
        done[_told("checked in", lambda: record(db, "p", seen, actor="writer"))] += 1  # noqa: B023
    return done


def _told(done: str, work: object) -> str:
    """Return what came of a write: that it was done, or why not."""
    try:
        work()
    except Conflict:
        return "conflict"
    except Busy:
        return "busy"
    except SQLAlchemyError:
        return "error"
    return done


def _count(db: Database) -> None:
    with write(db, "p", "count", "writer") as work:
        node = work.plan.nodes["grow"]
        assert isinstance(node, NodeFields)
        work.about("grow")
        work.update(NODE, ("grow",), {"title": str(int(node.title) + 1)})


def _count_by_form(db: Database) -> None:
    """Count as a page does: show, type, send, with the version that was shown."""
    plan = queries.load_plan(db, "p")
    title = str(int(plan.nodes["grow"].title) + 1)
    edit_node(db, "p", "grow", {"title": title}, version=plan.revision, actor="writer")
