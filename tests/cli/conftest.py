"""Commands run against an application of their own, on a fresh database."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from app import create_app

Run = Callable[..., Result]


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    app = create_app(DATABASE_URL=f"sqlite:///{tmp_path / 'scorecard.db'}", SECRET_KEY="cli " * 8)
    yield app
    app.extensions["scorecard"].engine.dispose()


@pytest.fixture
def run(app: Flask) -> Run:
    """Return a way to run a command; it must end with `code`."""

    def invoke(*args: object, code: int = 0) -> Result:
        answer = app.test_cli_runner().invoke(args=[str(arg) for arg in args])
        assert answer.exit_code == code, (answer.output, answer.stderr, answer.exception)
        return answer

    return invoke
