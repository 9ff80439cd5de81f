"""The doors: what a page may load, who may post to it, how much a body may hold, what is logged."""

import logging
import secrets
import sys
from urllib.parse import urlsplit

from flask import Flask, abort, g, request
from werkzeug.wrappers import Response

SAFE = ("GET", "HEAD", "OPTIONS")
WEAK_KEY = 16
"""Characters below which a secret key protects nothing."""

UPLOADS = ("imports.preview",)
BODY = 2**20

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class UnsafeStart(SystemExit):
    """Serving in production without a secret key worth the name."""

    def __init__(self) -> None:
        super().__init__("Set SECRET_KEY to a random text of at least 16 characters to serve in production.")


def init_app(app: Flask) -> None:
    """Put the doors before and behind every request."""
    app.before_request(_enter)
    app.after_request(_leave)
    if not app.logger.handlers:
        app.logger.addHandler(logging.StreamHandler(sys.stderr))


def check_start(app: Flask) -> None:
    """Refuse to serve in production with a key that is missing or easily guessed."""
    key = app.config["SECRET_KEY"] or ""
    if app.config["SCORECARD_MODE"] == "production" and (
        len(key) < WEAK_KEY or len(set(key)) < WEAK_KEY // 2
    ):
        raise UnsafeStart


def _enter() -> None:
    g.request_id = secrets.token_hex(6)
    if "\0" in request.path:  # nothing is called that, and not every database can be asked for it
        abort(404)
    if request.endpoint not in UPLOADS:
        request.max_content_length = BODY
    if request.method not in SAFE and _foreign():
        abort(403)


def _foreign() -> bool:
    """Tell whether another site sent this request through the reader's browser."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc != request.host


def _leave(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    response.headers["X-Request-Id"] = g.get("request_id", "")
    return response
