"""Who reads, and in which language."""

from flask import request

LANGUAGES = ("en",)


def language() -> str:
    """Return the reader's language among those the texts exist in."""
    return request.accept_languages.best_match(LANGUAGES) or "en"


def actor() -> str:
    """Return who acts. An installation without accounts knows one person: whoever sits at it."""
    return "local"
