"""An application on a fresh database with the demo plan, and a client that reads every answer as HTML."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import create_app
from scorecard.files.formats import read_file
from scorecard.store import upgrade
from scorecard.store.commands.plans import create_plan
from scorecard.store.database import Database

SEED = Path("seeds/northwind.yaml")
UNSAFE = re.compile(
    r"<[^>]*\s(style|on[a-z]+|hx-on[:\w-]*)\s*=|<script(?![^>]*\ssrc=)[^>]*>\s*\S", re.IGNORECASE
)


class ReadingClient(FlaskClient):
    """A client for which an answer that is no clean HTML, or breaks the content policy, is a failure."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        response = super().open(*args, **kwargs)
        if response.mimetype == "text/html" and response.status_code not in (301, 302, 303, 308):
            _check(response)
        return response


LARGE = 60_000
"""Characters from which a page is read by the strict parser once only for each address and answer."""

_read: set[tuple[str, int, bool]] = set()


def _check(response: TestResponse) -> None:
    fragment = "HX-Request" in response.request.headers
    place = response.request.path, response.status_code, fragment
    if len(response.text) < LARGE or place not in _read:
        check_html(response.text, fragment)
        _read.add(place)
    check_safe(response.text)


def check_html(text: str, fragment: bool) -> None:
    """Fail on HTML that a strict parser refuses, or that the content policy would block."""
    parser = html5lib.HTMLParser(strict=False)
    parser.parseFragment(text) if fragment and "<html" not in text else parser.parse(text)
    errors = [(place, code) for place, code, _ in parser.errors if code not in TOLERATED]
    assert not errors, (errors[:3], [text.splitlines()[place[0] - 1][:200] for place, _ in errors[:3]])
    check_safe(text)


def check_safe(text: str) -> None:
    """Fail on anything the content policy would block."""
    assert not (found := UNSAFE.search(text)), found and found.group(0)


def without_keys(text: str) -> str:
    """Return HTML without the keys of its forms, which are others each time it is shown."""
    return KEYS.sub("", text)


KEYS = re.compile(r'<input type="hidden" name="once" value="[^"]+" autocomplete="off">')
TOLERATED = {"expected-doctype-but-got-start-tag", "expected-doctype-but-got-chars"}


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a migrated database that holds the demo plan, to be copied, never written to."""
    path = tmp_path_factory.mktemp("filled") / "scorecard.db"
    database = Database(f"sqlite:///{path}")
    upgrade.upgrade(database)
    create_plan(database, read_file(SEED.read_bytes(), SEED.name).file, actor="local")
    database.engine.dispose()
    return path


@pytest.fixture
def app(filled: Path, tmp_path: Path) -> Iterator[Flask]:
    """Return an application of its own, with the demo plan."""
    path = tmp_path / "scorecard.db"
    shutil.copy(filled, path)
    yield from _application(f"sqlite:///{path}")


@pytest.fixture
def bare_app(tmp_path: Path) -> Iterator[Flask]:
    """Return an application of its own whose database holds no plan."""
    address = f"sqlite:///{tmp_path / 'scorecard.db'}"
    database = Database(address)
    upgrade.upgrade(database)
    database.engine.dispose()
    yield from _application(address)


def _application(address: str) -> Iterator[Flask]:
    app = create_app(DATABASE_URL=address, TESTING=True, SECRET_KEY="test " * 8)
    app.test_client_class = ReadingClient
    upgrade.prepare(app.extensions["scorecard"])
    yield app
    app.extensions["scorecard"].engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Return a client of the application with the demo plan."""
    return app.test_client()


@pytest.fixture
def bare_client(bare_app: Flask) -> FlaskClient:
    """Return a client of the application without plans."""
    return bare_app.test_client()


@pytest.fixture
def db(app: Flask) -> Database:
    """Return the database of the application with the demo plan."""
    found: Database = app.extensions["scorecard"]
    return found
