"""The only wiring: settings, database, extensions, pages and commands become one application."""

import os
import secrets
from pathlib import Path

from flask import Flask
from flask_babel import Babel
from flask_compress import Compress

from scorecard import cli
from scorecard.store.database import Database
from scorecard.web import pages, render, security, session

ROOT = Path(__file__).parent


def create_app(**config: object) -> Flask:
    """Return the application; `config` stands over the environment.

    Settings: DATABASE_URL, SECRET_KEY, and SCORECARD_MODE ("demo", "production" or unset).
    """
    app = Flask(__name__, instance_path=str(ROOT / "instance"))
    Path(app.instance_path).mkdir(exist_ok=True)
    app.config.from_mapping(_settings(app))
    app.config.from_mapping(config)
    app.extensions["scorecard"] = Database(app.config["DATABASE_URL"])
    Babel(app, locale_selector=session.language)
    Compress(app)
    render.init_app(app)
    security.init_app(app)
    pages.init_app(app)
    cli.init_app(app)
    return app


def _settings(app: Flask) -> dict[str, object]:
    mode = os.environ.get("SCORECARD_MODE", "")
    local = f"sqlite:///{Path(app.instance_path) / 'scorecard.db'}"
    return {
        "DATABASE_URL": os.environ.get("DATABASE_URL", local),
        "SCORECARD_MODE": mode,
        "SECRET_KEY": os.environ.get("SECRET_KEY") or (None if mode == "production" else _own_key(app)),
        "MAX_CONTENT_LENGTH": 12 * 2**20,
        "MAX_FORM_MEMORY_SIZE": 2**20,
        "SEND_FILE_MAX_AGE_DEFAULT": 365 * 24 * 3600,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": mode == "production",
        "TRUSTED_HOSTS": ["127.0.0.1", "localhost", "[::1]"],
        "COMPRESS_MIN_SIZE": 1024,
    }


def _own_key(app: Flask) -> str:
    """Return this installation's key, made at its first start and readable by its user only."""
    path = Path(app.instance_path) / "secret_key"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text()
    with os.fdopen(handle, "w") as file:
        key = secrets.token_urlsafe(32)
        file.write(key)
    return key
