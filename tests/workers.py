"""Two workers edit one plan at once: `python -m tests.workers --edits 6000 [--database URL]`.

Each is a process with a plan of its own in memory, brought up to date by what the other wrote. What it
holds is compared with a fresh reading of the rows again and again: the same plan, the same standings.
One JSON line on stdout for all databases, PostgreSQL too where SCORECARD_TEST_DATABASE_URL names a server;
the exit code is 1 where anything differs.
"""

import argparse
import json
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from functools import partial
from typing import Any
from unittest.mock import patch

from scorecard.domain.errors import Fault
from scorecard.domain.schema import LinkFields, NodeFields, ObservationFields, PersonFields, TargetFields
from scorecard.graph.plan import Plan
from scorecard.graph.reroll import rerolled
from scorecard.graph.rollup import rollup
from scorecard.store import queries, replay
from scorecard.store.commands.check_ins import drop_target, record, set_target, withdraw
from scorecard.store.commands.links import attach, detach, move, reweight
from scorecard.store.commands.nodes import add_node, archive_nodes, edit_node, restore_nodes
from scorecard.store.commands.parts import add_part, edit_part, remove_part
from scorecard.store.commands.plans import create_plan, edit_plan
from scorecard.store.commands.undo import undo
from scorecard.store.database import Database
from scorecard.store.reading import find_plan, read_plan
from tests.faults.crowd import Meet, together
from tests.faults.places import empty_database, opened
from tests.grown_plans import grown_plan
from tests.store.test_queries import shape

WORKERS, NODES, PLAN, ME = 2, 40, "grown", "worker"
DAY = date(2026, 11, 21)
COMPARED_EVERY = 50
"""Edits between two comparisons with a fresh reading."""

COUNTED = ("edits", "refused", "replayed", "read whole", "compared", "differences", "fsck")
"""What workers count: what they did, how the plan was brought up to date, and what is wrong in the end."""


def run(edits: int, database: str | None = None, forgetful: bool = False) -> dict[str, Any]:
    """Let two workers make edits and return what came of them.

    Parameters:
        database: a PostgreSQL server; left out, a SQLite file.
        forgetful: let the workers take over no check-ins of each other; it must show.
    """
    start = time.monotonic()
    with empty_database(database) as address:
        with opened(address) as db:
            create_plan(db, grown_plan(NODES, seed=1, months=3), actor=ME)
        told = together(WORKERS, partial(_worker, address, edits // WORKERS, forgetful))
        with opened(address) as db:
            troubles = len(queries.fsck(db))
    done = sum(told, Counter({"fsck": troubles}))
    return {**{name: done[name] for name in COUNTED}, "seconds": round(time.monotonic() - start, 1)}


def _worker(address: str, edits: int, forgetful: bool, number: int, meet: Meet) -> Counter[str]:
    chance, done = random.Random(number), Counter[str]()
    with opened(address) as db, _counted(done), _forgetful(forgetful):
        page = Page(queries.load_plan(db, PLAN))
        meet()
        while done["edits"] < edits:
            done[_edited(db, chance)] += 1
            page.follow(queries.load_plan(db, PLAN))
            if (done["edits"] + done["refused"]) % COMPARED_EVERY == 1:
                done["differences"] += _differences(db, page)
                done["compared"] += 1
        meet()
        done["differences"] += _differences(db, page)
        meet()
    return done


@contextmanager
def _counted(done: Counter[str]) -> Iterator[None]:
    """Count the times that the plan is brought up to date, and that it is read whole."""
    taken_over, read_whole = replay.replayed, replay.read_plan

    def replayed(*given: Any) -> Any:
        plan = taken_over(*given)
        done["replayed"] += plan is not None
        return plan

    def read(*given: Any) -> Any:
        done["read whole"] += 1
        return read_whole(*given)

    with patch.multiple(replay, replayed=replayed, read_plan=read):
        yield


@contextmanager
def _forgetful(is_so: bool) -> Iterator[None]:
    with patch.object(replay, "read_points", (lambda *_: {}) if is_so else replay.read_points):
        yield


class Page:
    """How everything stands, worked out from edit to edit."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.standings = plan, rollup(plan, DAY)

    def follow(self, plan: Plan) -> None:
        """Take over a later plan."""
        self.standings = rerolled(plan, DAY, self.plan, self.standings)
        self.plan = plan


def _differences(db: Database, page: Page) -> int:
    """Count in what the plan in memory is another than its rows say, seen at one moment."""
    with db.read() as connection:
        row = find_plan(connection, PLAN)
        assert row is not None
        kept, fresh = replay.standing_plan(db, connection, row), read_plan(connection, row)
    mine, theirs = shape(kept), shape(fresh)
    page.follow(kept)
    stand, should = page.standings, rollup(fresh, DAY)
    parts = [name for name in theirs if mine[name] != theirs[name]]
    return len(parts) + sum(stand.get(key) != should.get(key) for key in {*stand, *should})


def _edited(db: Database, chance: random.Random) -> str:
    """Make one edit, most often a check-in, and look at the plan as the next request would."""
    plan = queries.load_plan(db, PLAN)
    names, weights = zip(*EDITS, strict=True)
    edit = chance.choices(names, weights)[0]
    try:
        edit(db, chance, list(plan.nodes), plan.revision)
    except Fault:
        return "refused"
    return "edits"


def _record(db: Database, chance: random.Random, keys: Sequence[str], _revision: int) -> None:
    label = chance.choice([None, None, None, "EU", "Total"])
    seen = ObservationFields(node=chance.choice(keys), date=_day(chance), value=_number(chance), label=label)
    record(db, PLAN, seen, actor=ME)


def _withdraw(db: Database, chance: random.Random, keys: Sequence[str], _revision: int) -> None:
    withdraw(db, PLAN, chance.choice(keys), _day(chance), actor=ME)


def _target(db: Database, chance: random.Random, keys: Sequence[str], _revision: int) -> None:
    key, day = chance.choice(keys), _day(chance)
    if chance.random() < 0.3:
        drop_target(db, PLAN, key, day, actor=ME)
    else:
        set_target(db, PLAN, TargetFields(node=key, date=day, value=_number(chance)), actor=ME)


def _change(db: Database, chance: random.Random, keys: Sequence[str], _revision: int) -> None:
    changes: list[dict[str, Any]] = [
        {"title": f"T{chance.random()}"},
        {"cadence": chance.choice(["weekly", "monthly", "quarterly", None])},
        {"aggregate": chance.choice(["last", "sum", "mean"])},
        {"measure": {"kind": "at_least", "target": 50.0 + _number(chance)}},
        {"formula": f"{chance.choice(keys)} + {chance.choice(keys)}"},
        {"formula": None},
        {"tags": ["x"]},
    ]
    edit_node(db, PLAN, chance.choice(keys), chance.choice(changes), version=None, actor=ME)


def _link(db: Database, chance: random.Random, keys: Sequence[str], _revision: int) -> None:
    child, parent, other = (chance.choice(keys) for _ in range(3))
    do = chance.randrange(4)
    if do == 0:
        attach(db, PLAN, LinkFields(child=child, parent=parent), actor=ME)
    elif do == 1:
        detach(db, PLAN, child, parent, actor=ME)
    elif do == 2:
        move(db, PLAN, child, from_parent=parent, to_parent=other, actor=ME)
    else:
        reweight(db, PLAN, child, parent, changes={"weight": float(chance.randint(1, 9))}, actor=ME)


def _node(db: Database, chance: random.Random, keys: Sequence[str], revision: int) -> None:
    do, key = chance.randrange(3), chance.choice(keys)
    if do == 0:
        node = NodeFields(key=f"new_{revision}", kind="kpi", title="New", measure=_MEASURE)
        add_node(db, PLAN, node, parent=key, actor=ME)
    elif do == 1:
        archive_nodes(db, PLAN, [key], actor=ME)
    else:
        restore_nodes(db, PLAN, [key for key in keys if chance.random() < 0.5], actor=ME)


_MEASURE: dict[str, Any] = {"kind": "reach", "baseline": 0.0, "target": 10.0}


def _part(db: Database, chance: random.Random, _keys: Sequence[str], _revision: int) -> None:
    do, key = chance.randrange(5), f"kim_{chance.randrange(3)}"
    if do == 0:
        add_part(db, PLAN, PersonFields(key=key, name="Kim"), actor=ME)
    elif do == 1:
        edit_part(db, PLAN, "person", key, {"name": f"K{chance.random()}"}, version=None, actor=ME)
    elif do == 2:
        remove_part(db, PLAN, "person", key, actor=ME)
    elif do == 3:
        edit_plan(db, PLAN, {"fiscal_year_start": chance.randint(1, 12)}, version=None, actor=ME)
    else:
        end = date(2026, 12, 1) + timedelta(days=chance.randrange(30))
        edit_part(db, PLAN, "cycle", "year", {"end": end}, version=None, actor=ME)


def _undo(db: Database, chance: random.Random, _keys: Sequence[str], revision: int) -> None:
    undo(db, PLAN, max(2, revision - chance.randrange(4)), actor=ME)


Edit = Callable[[Database, random.Random, Sequence[str], int], None]
EDITS: tuple[tuple[Edit, int], ...] = (
    (_record, 50),
    (_withdraw, 5),
    (_target, 8),
    (_change, 12),
    (_link, 10),
    (_node, 3),
    (_part, 4),
    (_undo, 8),
)
"""What workers do, and how often of a hundred times."""


def _day(chance: random.Random) -> date:
    return DAY - timedelta(days=chance.randrange(90))


def _number(chance: random.Random) -> float:
    return round(chance.uniform(0, 100), 1)


def main(arguments: Sequence[str]) -> int:
    """Run the workers on each kind of database and print what came of it."""
    parser = argparse.ArgumentParser(prog="python -m tests.workers", description=__doc__)
    parser.add_argument("--edits", type=int, default=6000, help="of all workers together")
    parser.add_argument(
        "--forgetful", action="store_true", help="take a part of the replay away; it must fail"
    )
    parser.add_argument("--database", default=os.environ.get("SCORECARD_TEST_DATABASE_URL"))
    asked = parser.parse_args(arguments)
    places = {"sqlite": None} | ({"postgresql": asked.database} if asked.database else {})
    found = {name: run(asked.edits, place, asked.forgetful) for name, place in places.items()}
    differences = sum(each["differences"] + each["fsck"] for each in found.values())
    print(json.dumps({"workers": WORKERS, "edits": asked.edits, "differences": differences, **found}))
    return int(differences > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
