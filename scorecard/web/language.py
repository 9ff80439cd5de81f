"""The reader's language: gettext with types, and the words known before there is a reader."""

from gettext import NullTranslations

import flask_babel
from flask import Flask, g


def init_app(app: Flask) -> None:
    """Let templates read the same texts; a page has hundreds, so their catalogue is looked up once."""
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: _catalogue().gettext(text),
        lambda one, many, num: _catalogue().ngettext(one, many, num),
        newstyle=True,
    )


def _(text: str, /, **facts: object) -> str:
    """Return a text in the reader's language, its %(name)s filled."""
    said = _catalogue().gettext(text)
    return said % facts if facts else said


def ngettext(one: str, many: str, num: int, /, **facts: object) -> str:
    """Return the form of a text that fits a number; %(num)s is the number."""
    return _catalogue().ngettext(one, many, num) % {"num": num, **facts}


def _catalogue() -> NullTranslations:
    found: NullTranslations | None = g.get("catalogue")
    if found is None:
        found = g.catalogue = flask_babel.get_translations()
    return found


def locale() -> str:
    """Return the code of the reader's language."""
    found: str | None = g.get("locale")
    if found is None:
        found = g.locale = str(flask_babel.get_locale())
    return found
