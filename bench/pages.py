"""The pages' rows: what a reader waits for, and how it grows with the plan."""

from collections.abc import Callable, Mapping
from functools import cache

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from bench import floors, places
from bench.rows import Measured, row
from bench.shapes import DAY, chain, ladder
from scorecard.domain.schema import PlanFile
from scorecard.store import upgrade
from scorecard.store.commands.plans import create_plan
from scorecard.store.database import Database
from scorecard.web.drawn import Drawn

NODES = 2_000
TREE = f"/p/{places.PLAN}/tree?depth=9&as_of={DAY}"
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
STEPS, DEEP = 36, 10_000


@cache
def _client() -> FlaskClient:
    return FlaskClient(places.application(places.filled(NODES)))


def _page(address: str, headers: Mapping[str, str] | None = None) -> Measured:
    """Return a page that was asked for before, beside the page of an application that only greets."""
    client, hello = _client(), FlaskClient(floors.bare_flask())
    get = _getting(client, address, headers)
    get()
    return Measured(get, lambda: hello.get("/"))


def _getting(
    client: FlaskClient, address: str, headers: Mapping[str, str] | None = None
) -> Callable[[], object]:
    def get() -> object:
        response = client.get(address, headers=dict(headers or {}))
        assert response.status_code == 200, response.status
        return response

    return get


@row("tree page, 200 rows of 2,000 nodes", goal=60)
def _tree() -> Measured:
    return _page(TREE)


@row("tree page, 200 rows of 2,000 nodes, nothing drawn yet", goal=60)
def _first_tree() -> Measured:
    drawn = _client().application.jinja_env.globals["drawn"]
    assert isinstance(drawn, Drawn)
    return _page(TREE)._replace(fresh=drawn.forget)


@row("tree page, its block for htmx", goal=60)
def _tree_block() -> Measured:
    return _page(TREE, HTMX)


@row("scorecard of 2,000 nodes", goal=60)
def _scorecard() -> Measured:
    return _page(f"/p/{places.PLAN}/scorecard?as_of={DAY}")


@row("alignment of 2,000 nodes", goal=80)
def _alignment() -> Measured:
    return _page(f"/p/{places.PLAN}/alignment?as_of={DAY}")


@row("page of a measure of 2,000 nodes")
def _node() -> Measured:
    return _page(f"/p/{places.PLAN}/n/node_1900?as_of={DAY}")


@row("overview", goal=60)
def _overview() -> Measured:
    return _page(f"/?as_of={DAY}")


def _selects(nodes: int) -> int:
    """Return how many SELECTs the tree takes of an application that has read nothing yet."""
    app = places.application(places.filled(nodes))
    db: Database = app.extensions["scorecard"]
    upgrade.prepare(db)
    sent: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *said: sent.append(said[2]))
    _getting(FlaskClient(app), TREE)()
    db.close()
    return sum(statement.lstrip().upper().startswith("SELECT") for statement in sent)


def _counted(nodes: int) -> None:
    @row(f"tree page of {nodes:,} nodes, nothing read yet", goal=16, unit="SELECTs")
    def _ready() -> Measured:
        return Measured(lambda: _selects(nodes))


for _nodes in (500, 2_000, 10_000):
    _counted(_nodes)


@cache
def _shaped(make: Callable[[int], PlanFile], size: int) -> Flask:
    """Return an application on a plan of a shape that breaks tools."""
    path = places.folder() / f"{make.__name__}.db"
    db = Database(places.address(path))
    upgrade.upgrade(db)
    create_plan(db, make(size), actor="bench")
    db.close()
    return places.application(path)


def _shape(make: Callable[[int], PlanFile], size: int, words: str) -> None:
    for page in ("tree", "alignment", "n/leaf"):

        @row(f"{words}: /{page}", goal=200, rounds=5)
        def _ready(page: str = page) -> Measured:
            get = _getting(FlaskClient(_shaped(make, size)), f"/p/shape/{page}?as_of={DAY}")
            get()
            return Measured(get)


_shape(chain, DEEP, "chain 10,000 deep")
_shape(ladder, STEPS, "36 diamonds, 2^36 paths")
