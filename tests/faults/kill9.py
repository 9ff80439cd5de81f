"""The server is killed in the middle of check-ins and imports, started again, and killed again.

Every check-in whose answer came is there once, every import whole or absent, and the server is soon ready.
"""

import http.client
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta

from scorecard.domain.schema import NodeFields, PlanFile
from scorecard.domain.vocabulary import NodeKind
from scorecard.files.formats import write_file
from scorecard.store import history, queries
from scorecard.store.commands.plans import create_plan
from tests.faults.places import empty_database, opened
from tests.faults.result import Result
from tests.faults.served import Answer, Server, hidden, served
from tests.store.drawn import drawn

RUNS = 100
WRITERS = 4
ANSWERS, MOMENT = 40, 0.02
"""How many answers a server gives at most before it is killed, and within how many seconds after the last."""

READY = 2.0
"""Seconds within which it is to be ready again."""

FIRST = date(1950, 1, 1)
NODES = 200
"""Nodes that each import changes."""


@dataclass
class Told:
    """What was asked of the servers by number, and which of it they acknowledged."""

    asked: int = 0
    unanswered: set[int] = field(default_factory=set)
    done: set[int] = field(default_factory=set)
    imported: set[int] = field(default_factory=set)
    unclear: list[str] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def next(self) -> int:
        """Return what is to be sent: again what got no answer, or something new."""
        with self.lock:
            if self.unanswered:
                return self.unanswered.pop()
            self.asked += 1
            return self.asked


def run(runs: int, sabotage: bool, database: str | None) -> Result:
    """Kill the server `runs` times."""
    chance, told = random.Random(runs), Told()
    with empty_database(database) as address, served(address, sabotage) as server:
        with opened(address) as db:
            create_plan(db, drawn("grow < churn"), actor="setup")
            create_plan(db, _edition(0), actor="setup")
        ready = [_live(server, told, chance) for _ in range(runs)]
        ready.append(server.start())
        server.kill()
        lost = [*told.unclear, *_lost(address, told)]
    facts = {"acknowledged": len(told.done), "imported": len(told.imported), "what": lost[:5]}
    slowest = {"slowest_ready": round(max(ready[1:]), 2)}
    return Result(runs, len(lost), {**facts, **slowest}, sum(seconds > READY for seconds in ready[1:]))


def _live(server: Server, told: Told, chance: random.Random) -> float:
    """Start the server, let writers and an importer work until it is killed; return when it was ready."""
    ready, enough = server.start(), len(told.answers) + chance.randrange(ANSWERS)
    with ThreadPoolExecutor(WRITERS + 1) as pool:
        works = [*[_change] * WRITERS, _import]
        workers = [pool.submit(_until_killed, work, server, told) for work in works]
        while len(told.answers) < enough and not any(worker.done() for worker in workers):
            time.sleep(0.001)
        time.sleep(chance.uniform(0, MOMENT))
        server.kill()
    for worker in workers:
        worker.result()
    return ready


def _until_killed(work: Callable[[Server, Told], None], server: Server, told: Told) -> None:
    try:
        while True:
            work(server, told)
    except (OSError, http.client.HTTPException):
        return


def _change(server: Server, told: Told) -> None:
    """Check in, or add a node; what gets no answer is sent again to the next server, with its key."""
    number = told.next()
    try:
        answer = _sent(server, number)
    except (OSError, http.client.HTTPException):
        told.unanswered.add(number)
        raise
    _note(told, told.done, number, answer)


def _sent(server: Server, number: int) -> Answer:
    once = f"change {number}"
    if number % 2:
        day = str(FIRST + timedelta(number))
        return server.post("/p/p/n/churn/check-in", value=str(number), date=day, once=once)
    return server.post("/p/p/tree/top", kind="objective", title=f"Added {number}", once=once)


def _import(server: Server, told: Told) -> None:
    number = max(told.imported, default=0) + 1
    data = write_file(_edition(number), "json")
    waiting = server.upload("/import", "plan.json", data).location
    shown = server.get(waiting).text
    fields = {name: hidden(shown, name) for name in ("revision", "plan", "once")}
    answer = server.post(waiting.partition("?")[0], **fields)
    _note(told, told.imported, number, answer)


def _note(told: Told, done: set[int], number: int, answer: Answer) -> None:
    """Note what was acknowledged; any other answer than a clear one is a loss."""
    told.answers.append(number)
    if answer.status == 303:
        done.add(number)
    else:
        told.unclear.append(f"{answer.status} for {number}")


def _edition(number: int) -> PlanFile:
    """Return a plan every node of which says which edition it is of."""
    nodes = (
        NodeFields(key=f"node_{each}", kind=NodeKind.kpi, title=f"Edition {number}") for each in range(NODES)
    )
    return PlanFile(plan="imported", title=f"Edition {number}", nodes=tuple(nodes))


def _lost(address: str, told: Told) -> Iterator[str]:
    """Yield what is missing, there twice, or there by halves."""
    with opened(address) as db:
        yield from (str(trouble) for trouble in queries.fsck(db))
        plan, imported = queries.load_file(db, "p"), queries.load_file(db, "imported")
        there = [int(each.value) for each in history.check_ins(db, "p", "churn") if each.value is not None]
    there += [int(node.title.split()[1]) for node in plan.nodes if node.title.startswith("Added")]
    yield from (f"change {number} is missing" for number in told.done - set(there))
    yield from (f"change {number} is there twice" for number, times in Counter(there).items() if times > 1)
    editions = {imported.title, *(node.title for node in imported.nodes)}
    if len(editions) > 1 or len(imported.nodes) < NODES:
        yield f"an import is half there: {editions}"
    if min(int(each.split()[1]) for each in editions) < max(told.imported, default=0):
        yield f"import {max(told.imported)} is missing: {editions}"
