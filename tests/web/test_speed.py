"""Large plans and plans of odd shapes: no page asks the database more of them, none is lost in them."""

import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from app import create_app
from bench.shapes import DAY, chain, ladder, star
from scorecard.domain.schema import PlanFile
from scorecard.store import upgrade
from scorecard.store.commands.plans import create_plan
from scorecard.store.database import Database
from scorecard.web.alignment.sight import STEPS
from tests.grown_plans import grown_plan

NEVER = 2.0
"""Seconds that no page takes on the slowest machine; the benchmarks hold the real bounds."""

SHAPES = ((chain, 10_000, "leaf"), (star, 5_000, "leaf0"), (ladder, 36, "leaf"))
"""Plans that break tools: how they are made, how large, and a leaf of each."""


def application(path: Path, file: PlanFile) -> Flask:
    """Return an application on a database of one plan."""
    address = f"sqlite:///{path}"
    db = Database(address)
    upgrade.upgrade(db)
    create_plan(db, file, actor="local")
    db.close()
    return create_app(DATABASE_URL=address, TESTING=True, SECRET_KEY="test " * 8)


@pytest.fixture(scope="module", params=SHAPES, ids=[make.__name__ for make, _, _ in SHAPES])
def shaped(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[FlaskClient, str]]:
    """Return a client that reads such a plan and does not look at its HTML, and the plan's leaf."""
    make, size, leaf = request.param
    app = application(tmp_path_factory.mktemp("shaped") / "scorecard.db", make(size))
    yield FlaskClient(app), leaf
    app.extensions["scorecard"].close()


@pytest.mark.parametrize("page", ["tree", "scorecard", "alignment", "n/n0", "n/LEAF", "n/n0/edit"])
def test_a_page_answers_whatever_the_shape_of_the_plan(shaped: tuple[FlaskClient, str], page: str) -> None:
    client, leaf = shaped
    address = f"/p/shape/{page.replace('LEAF', leaf)}?as_of={DAY}"
    assert client.get(address).status_code == 200
    start = time.thread_time()
    assert client.get(address).status_code == 200
    assert time.thread_time() - start < NEVER


def test_of_a_long_path_both_ends_are_written(tmp_path: Path) -> None:
    client = FlaskClient(application(tmp_path / "chain.db", chain(99)))
    for address in ("/p/shape/n/leaf", "/p/shape/alignment?focus=leaf"):
        html, said = client.get(address).text, f"… {100 - STEPS} steps more …"
        path = html[html.rindex("<ol>", 0, html.index(said)) : html.index("</ol>", html.index(said))]
        assert all(f">{key}<" in path for key in ("n0", "n11", "n89", "leaf"))
        assert not any(f">{key}<" in path for key in ("n12", "n50", "n87"))


def test_of_many_children_those_that_take_most_are_written(tmp_path: Path) -> None:
    html = FlaskClient(application(tmp_path / "star.db", star(150))).get(f"/p/shape/n/n0?as_of={DAY}").text
    assert "50 more children, in the tree" in html


@pytest.mark.parametrize("page", ["tree", "scorecard", "alignment", "n/node_0", "n/node_39", ""])
def test_a_page_takes_as_many_selects_of_a_large_plan_as_of_a_small_one(tmp_path: Path, page: str) -> None:
    address = f"/p/grown/{page}" if page else "/"
    counts = {nodes: selects(tmp_path / f"{nodes}.db", nodes, address) for nodes in (40, 400)}
    assert len(set(counts.values())) == 1, counts
    assert max(counts.values()) < 25


def selects(path: Path, nodes: int, address: str) -> int:
    """Return how many SELECTs the first answer of an application takes."""
    app = application(path, grown_plan(nodes, seed=3, months=3))
    db: Database = app.extensions["scorecard"]
    upgrade.prepare(db)
    sent: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *said: sent.append(said[2]))
    assert FlaskClient(app).get(address, query_string={"as_of": str(date(2026, 11, 21))}).status_code == 200
    db.close()
    return sum(statement.lstrip().upper().startswith("SELECT") for statement in sent)
