"""What was drawn before is not drawn again: most rows of a page stand as they stood a moment ago."""

from collections.abc import Hashable
from threading import Lock

from flask import current_app, request
from jinja2.runtime import Macro
from markupsafe import Markup

from scorecard.web.language import locale

PIECES_KEPT = 3000
"""Pieces kept for each application; a row of the tree takes about 5 kB with what it says."""


class Drawn:
    """Draws with a macro, each piece once.

    What the macro is given is the key: it must have a name of its own, and may read nothing of the request
    but the language and where the application is mounted.
    """

    def __init__(self) -> None:
        self._pieces: dict[Hashable, Markup] = {}
        self._lock = Lock()

    def __call__(self, macro: Macro, *given: Hashable) -> Markup:
        """Return what the macro draws of what it is given."""
        at = (macro.name, given, locale(), request.script_root)
        found = self._pieces.get(at)
        if found is None:
            found = Markup(macro(*given))  # noqa: S704  (what a macro draws is escaped already)
            self._keep(at, found)
        return found

    def forget(self) -> None:
        """Draw everything anew from here on."""
        self._pieces.clear()

    def _keep(self, at: Hashable, piece: Markup) -> None:
        if current_app.jinja_env.auto_reload:  # whoever works on the templates sees them as they are
            return
        with self._lock:
            if len(self._pieces) >= PIECES_KEPT:
                self._pieces.clear()
            self._pieces[at] = piece
