"""The only wiring: settings, database, extensions, pages and commands become one application."""

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile

from flask import Flask
from flask_babel import Babel
from flask_compress import Compress

from scorecard import cli
from scorecard.store.database import Database
from scorecard.web import pages, render, security, session

ROOT = Path(__file__).parent

DEMO_PLAN, DEMO_STORY_ENDS = "northwind", date(2026, 11, 21)
"""The demo plan opens on the last day its numbers were kept up, whenever it is started."""


def create_app(**config: object) -> Flask:
    """Return the application; `config` stands over the environment.

    Settings: DATABASE_URL, SECRET_KEY, and SCORECARD_MODE ("demo", "production" or unset).
    """
    app = Flask(__name__, instance_path=str(ROOT / "instance"))
    Path(app.instance_path).mkdir(exist_ok=True)
    app.config.from_mapping({**_settings(app, {**os.environ, **config}), **config})
    app.extensions["scorecard"] = Database(app.config["DATABASE_URL"])
    Babel(app, locale_selector=session.language)
    Compress(app)
    render.init_app(app)
    security.init_app(app)
    pages.init_app(app)
    cli.init_app(app)
    return app


def _settings(app: Flask, given: Mapping[str, object]) -> dict[str, object]:
    mode = given.get("SCORECARD_MODE", "")
    local = f"sqlite:///{Path(app.instance_path) / 'scorecard.db'}"
    key = given.get("SECRET_KEY") or (None if mode == "production" else _own_key(Path(app.instance_path)))
    return {
        "DATABASE_URL": given.get("DATABASE_URL", local),
        "SCORECARD_MODE": mode,
        "SECRET_KEY": key,
        "MAX_CONTENT_LENGTH": 12 * 2**20,
        "MAX_FORM_MEMORY_SIZE": 2**20,
        "SEND_FILE_MAX_AGE_DEFAULT": 365 * 24 * 3600,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": mode == "production",
        "STORY_ENDS": {DEMO_PLAN: DEMO_STORY_ENDS} if mode == "demo" else {},
        "TRUSTED_HOSTS": ["127.0.0.1", "localhost", "[::1]"],
        "COMPRESS_MIN_SIZE": 1024,
        "COMPRESS_BR_LEVEL": 5,
        "COMPRESS_ALGORITHM": ["br", "gzip"],
    }


def _own_key(folder: Path) -> str:
    """Return this installation's key, made at its first start and readable by its user only."""
    path = folder / "secret_key"
    if not path.exists():
        with NamedTemporaryFile("w", dir=folder) as draft:  # made with mode 0600
            draft.write(secrets.token_urlsafe(32))
            draft.flush()
            with suppress(FileExistsError):  # another process was first: its key it is
                os.link(draft.name, path)
    return path.read_text()
