"""A node's target in words beside what the node says already: its unit and how often values come."""

from functools import lru_cache

from scorecard.domain.measure import AtLeast, AtMost, Between, Measure, Reach
from scorecard.domain.schema import NodeFields
from scorecard.domain.text_target import TextTarget, read_target
from scorecard.domain.text_target_faults import Unread
from scorecard.domain.text_target_words import CURRENCIES, DURATIONS
from scorecard.domain.vocabulary import Cadence


@lru_cache(maxsize=4096)
def fitted(words: str, format_: str | None, cadence: Cadence | None) -> TextTarget:
    """Read a target that is for values of a unit and a cadence, where the node names them.

    A target in another unit, or for another period, stays words: nothing is converted.
    """
    read = read_target(words)
    if read.measure is None:
        return read
    own = _unit(format_) if format_ else None
    if own and read.format and own != read.format and (_is_unit(own) or _is_unit(read.format)):
        return TextTarget(words, why_unread=Unread.other_unit)
    if cadence and read.cadence and cadence is not read.cadence:
        return TextTarget(words, why_unread=Unread.other_cadence)
    return read


def _unit(format_: str) -> str:
    """Return the format that a word for a unit stands for, as duration:min for minutes."""
    word = format_.casefold()
    if word in DURATIONS:
        return f"duration:{DURATIONS[word]}"
    currency = CURRENCIES.get(format_.upper())
    return f"currency:{currency}" if currency else "percent" if word in ("%", "pct") else format_


def _is_unit(format_: str) -> bool:
    """Tell a unit from the noun of what is counted, which may have several names."""
    return format_ == "percent" or format_.startswith(("currency:", "duration:"))


def agrees(read: Measure, own: Measure) -> bool:
    """Tell whether a measure promises what was read: the same aim from the same side."""
    return _promised(read) == _promised(own)


def _promised(measure: Measure) -> tuple[object, ...]:
    if isinstance(measure, Between):
        return measure.low, measure.high
    if isinstance(measure, Reach):
        return measure.target, measure.target > measure.baseline
    if isinstance(measure, AtLeast | AtMost):
        return measure.target, isinstance(measure, AtLeast)
    return (measure.kind,)


def understood(node: NodeFields) -> TextTarget | None:
    """Return what the words of a node's target say, None where it has none."""
    return None if node.target_text is None else fitted(node.target_text, node.format, node.cadence)


def taken_up(node: NodeFields) -> NodeFields:
    """Return a node with the measure that its words say, where it has none; unread ones change nothing.

    Unit and cadence of the words fill what the node leaves open.
    """
    read = understood(node) if node.measure is None else None
    if read is None or read.measure is None:
        return node
    found = {"measure": read.measure, "format": read.format, "cadence": read.cadence}
    left_open = {name: said for name, said in found.items() if said and getattr(node, name) is None}
    return node.model_copy(update=left_open)
