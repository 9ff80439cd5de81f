"""The reader's language: gettext with types, and the words known before there is a reader."""

import flask_babel


def _(text: str, /, **facts: object) -> str:
    """Return a text in the reader's language, its %(name)s filled."""
    return str(flask_babel.gettext(text, **facts))


def ngettext(one: str, many: str, num: int, /, **facts: object) -> str:
    """Return the form of a text that fits a number; %(num)s is the number."""
    return str(flask_babel.ngettext(one, many, num, **facts))


def locale() -> str:
    """Return the code of the reader's language."""
    return str(flask_babel.get_locale())
