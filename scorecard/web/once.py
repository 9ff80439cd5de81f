"""A form sent twice is carried out once: each carries a key of its own, as programs name one in a header.

A double click or a reload gets the first answer again. What may be read without harm needs no key.
"""

import secrets
from hashlib import sha256
from urllib.parse import urlencode

from flask import Flask, abort, g, has_request_context, request
from markupsafe import Markup

from scorecard.store.once import Once
from scorecard.web.session import actor

FIELD, HEADER = "once", "Idempotency-Key"
LONGEST = 200
SAFE = ("GET", "HEAD", "OPTIONS")


def init_app(app: Flask) -> None:
    """Give the templates the hidden field that every form which changes something holds."""
    app.jinja_env.globals["once"] = hidden_key


def hidden_key() -> Markup:
    """Return a hidden field with a new key; browsers are not to fill in an old one."""
    return Markup('<input type="hidden" name="{}" value="{}" autocomplete="off">').format(
        FIELD, secrets.token_urlsafe(18)
    )


def asked() -> Once | None:
    """Return what tells this request from others, nothing for one without a key; the same all through it."""
    if not has_request_context() or request.method in SAFE:
        return None
    if "once" not in g:
        g.once = _read()
    found: Once | None = g.once
    return found


def _read() -> Once | None:
    key = request.headers.get(HEADER) or request.form.get(FIELD)
    if not key:
        return None
    if len(key) > LONGEST or not key.isprintable():
        abort(400)
    return Once(key, _digest())


def _digest() -> str:
    """Return a digest of who asks for what; a form's fields count in whatever order they come."""
    form = sorted((name, value) for name, value in request.form.items(multi=True) if name != FIELD)
    body = urlencode(form).encode() if form else request.get_data()
    said = (actor(), request.method, request.path, request.query_string.decode("latin-1"))
    return sha256("\n".join(said).encode() + b"\n" + body).hexdigest()
