"""A target in words, as its reader is told what was understood of it."""

from collections.abc import Mapping
from typing import NamedTuple

from scorecard.domain.schema import NodeFields
from scorecard.domain.text_target_node import agrees, fitted
from scorecard.domain.vocabulary import Cadence
from scorecard.web.language import _
from scorecard.web.measures import own_unit
from scorecard.web.wording import promise, promised, word


class ReadAs(NamedTuple):
    """What was understood, in a sentence; `tone` is the status word that it is marked with."""

    text: str
    tone: str


def read_as(typed: Mapping[str, str], node: NodeFields) -> ReadAs | None:
    """Say how the target in words of a form is read, beside the unit and cadence that were typed with it.

    Returns None where there are no words. Where the node has a measure already, that is what counts.
    """
    words, format_, cadence = (typed.get(name, "").strip() for name in ("target_text", "format", "cadence"))
    if not words:
        return None
    found = fitted(words, format_ or None, Cadence(cadence) if cadence in tuple(Cadence) else None)
    if found.measure is None:
        why = _(found.why_unread.sentence) if found.why_unread else ""
        return ReadAs(_("It stays a note. %(why)s", why=why), "at_risk")
    said = promised(found.measure, format_ or found.format)
    if found.cadence:
        said = f"{said}, {word(found.cadence)}"
    if node.measure is None or agrees(found.measure, node.measure):
        return ReadAs(_("Read as: %(promise)s.", promise=said), "on_track")
    counts = promise(node, own_unit(node))
    text = _("Read as: %(promise)s. What counts is the measure: %(counts)s.", promise=said, counts=counts)
    return ReadAs(text, "at_risk")
