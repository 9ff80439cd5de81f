"""How commands speak: results on stdout, one sentence a fault on stderr and exit 1."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import click
from flask import current_app
from flask.cli import with_appcontext
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from scorecard.domain.errors import Fault
from scorecard.web.errors import sentence
from scorecard.web.forms import errors_of
from scorecard.web.language import _

P = ParamSpec("P")
R = TypeVar("R")


def command(function: Callable[P, R]) -> Callable[P, R]:
    """Run a command within the application; a fault becomes one line on stderr and exit 1."""

    @wraps(function)
    @with_appcontext
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with faults_told():
            return function(*args, **kwargs)

    return run


@contextmanager
def faults_told() -> Iterator[None]:
    """Say a fault in one line and end with exit 1."""
    with current_app.test_request_context():
        try:
            yield
        except Fault as fault:
            refuse(sentence(fault))
        except ValidationError as error:
            refuse("; ".join(f"{field}: {' '.join(texts)}" for field, texts in errors_of(error).items()))
        except SQLAlchemyError as error:
            refuse(f"The database cannot be used: {str(error).splitlines()[0]}")
        except OSError as error:
            refuse(f"{error.filename}: {error.strerror}" if error.filename else str(error))


def said(sentence: str, facts: Mapping[str, object]) -> str:
    """Return a sentence with its facts, in the language of the command's reader."""
    return _(sentence).format(**facts)


def refuse(text: str) -> None:
    """End the command with exit 1 and a line on stderr."""
    click.echo(text, err=True)
    raise SystemExit(1)


def as_json(value: Any) -> None:
    """Print a value as JSON; NaN and infinity cannot occur and are refused."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False))


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows in columns as wide as their widest cell; None is empty."""
    cells = [list(head), *([("" if cell is None else str(cell)) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    for row in cells:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
