"""Whether the process lives, and whether it can work: for those who run it."""

from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from scorecard.store import upgrade

pages = Blueprint("health", __name__)


@pages.get("/healthz")
def healthz() -> ResponseReturnValue:
    """Answer that the process lives."""
    return jsonify(status="ok")


@pages.get("/readyz")
def readyz() -> ResponseReturnValue:
    """Answer whether the database can be read and holds the tables this version needs."""
    try:
        found, wanted = upgrade.current(current_app.extensions["scorecard"]), upgrade.head()
    except SQLAlchemyError:
        return jsonify(status="error", database="cannot be read"), 503
    ready = found == wanted
    status = "ok" if ready else "error"
    return jsonify(status=status, migration=found, wanted=wanted), 200 if ready else 503
