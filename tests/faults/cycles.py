"""Six processes hang nodes below one another at random: two links, each fine alone, must close no circle."""

import random
from collections import Counter
from functools import partial

import networkx as nx
from sqlalchemy.exc import SQLAlchemyError

from scorecard.domain.errors import Fault
from scorecard.domain.schema import LinkFields
from scorecard.domain.vocabulary import LinkKind
from scorecard.store import queries
from scorecard.store.commands.links import attach
from scorecard.store.commands.plans import create_plan
from scorecard.store.database import Database
from tests.faults.crowd import Meet, together
from tests.faults.places import empty_database, opened
from tests.faults.result import Result
from tests.faults.sabotage import no_transactions
from tests.store.drawn import drawn

RUNS = 50
PROCESSES = 6
NODES = "abcdefgh"
TRIES = 12


def run(runs: int, sabotage: bool, database: str | None) -> Result:
    """Let the processes meet over a plan without links, `runs` times; a plan with a circle is lost."""
    with empty_database(database) as address, opened(address) as db:
        for number in range(runs):
            create_plan(db, drawn(*NODES).model_copy(update={"plan": f"p{number}"}), actor="setup")
        done = sum(together(PROCESSES, partial(_process, address, runs, sabotage)), Counter())
        cyclic = sum(_has_circle(db, f"p{number}") for number in range(runs))
    return Result(runs, cyclic + done["error"], {"processes": PROCESSES, "cyclic": cyclic, **done})


def _process(address: str, runs: int, sabotage: bool, number: int, meet: Meet) -> Counter[str]:
    chance = random.Random(number)
    done: Counter[str] = Counter()
    with no_transactions(sabotage), opened(address) as db:
        for plan in range(runs):
            meet()
            done.update(_attach(db, f"p{plan}", chance) for _ in range(TRIES))
    return done


def _attach(db: Database, plan: str, chance: random.Random) -> str:
    child, parent = chance.sample(NODES, 2)
    kind = chance.choice((LinkKind.contributes, LinkKind.supports))
    try:
        attach(db, plan, LinkFields(child=child, parent=parent, kind=kind), actor="writer")
    except Fault:
        return "refused"
    except (SQLAlchemyError, nx.NetworkXUnfeasible):  # the latter: a circle is there already
        return "error"
    return "linked"


def _has_circle(db: Database, plan: str) -> bool:
    links = queries.load_file(db, plan).links
    return not nx.is_directed_acyclic_graph(nx.DiGraph((link.child, link.parent) for link in links))
