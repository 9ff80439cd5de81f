"""Many at once: nothing acknowledged is lost, and no two fine links make a circle."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import networkx as nx

from scorecard.domain.errors import Conflict
from scorecard.domain.schema import LinkFields, ObservationFields
from scorecard.graph.structure import Circle, LinkedBothWays, TwiceThere
from scorecard.store import history, queries
from scorecard.store.commands.check_ins import record
from scorecard.store.commands.links import attach
from scorecard.store.commands.nodes import edit_node
from scorecard.store.commands.plans import PlanExists, create_plan
from scorecard.store.database import Database
from tests.store.drawn import ME, drawn, keep

WRITERS = 4


def together(db, work):
    """Run `work(own database, number)` in several threads that start at once."""
    start = threading.Barrier(WRITERS)

    def run(number):
        own = Database(db.engine.url.render_as_string(hide_password=False))
        start.wait()
        try:
            return work(own, number)
        finally:
            own.close()

    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(run, range(WRITERS)))


def test_every_acknowledged_check_in_is_there(db):
    keep(db, "grow < churn")
    days = [date(2026, 1, 1) + timedelta(days=offset) for offset in range(10)]

    def check_in(own, number):
        for day in days:
            seen = ObservationFields(node="churn", date=day, value=number, label=f"w{number}")
            record(own, "p", seen, actor=ME)

    together(db, check_in)
    assert len(queries.load_file(db, "p").observations) == WRITERS * len(days)
    changes = history.changes(db, "p", limit=100)
    assert [change.revision for change in changes] == list(range(WRITERS * len(days) + 1, 0, -1))


def test_of_edits_of_one_version_one_wins_and_the_others_are_told(db):
    keep(db, "grow < churn")

    def edit(own, number):
        try:
            return edit_node(own, "p", "churn", {"title": f"T{number}"}, version=1, actor=ME).revision
        except Conflict:
            return None

    assert sorted(together(db, edit), key=str) == [2, None, None, None]


def test_links_added_at_once_never_close_a_circle(db):
    keep(db, "a", "b", "c", "d", "e")
    names = "abcde"

    def link(own, number):
        for step in range(1, 5):
            for at in range(5):
                child, parent = names[(at + number) % 5], names[(at + number + step) % 5]
                try:
                    attach(own, "p", LinkFields(child=child, parent=parent), actor=ME)
                except (Circle, TwiceThere, LinkedBothWays):
                    continue

    together(db, link)
    plan = queries.load_plan(db, "p")
    assert nx.is_directed_acyclic_graph(plan.cascade)
    assert plan.cascade.number_of_edges() == 10
    assert queries.fsck(db) == []


def test_a_plan_is_created_once(db):
    def create(own, _number):
        try:
            return create_plan(own, drawn("grow < churn"), actor=ME).revision
        except PlanExists:
            return None

    assert sorted(together(db, create), key=str) == [1, None, None, None]
