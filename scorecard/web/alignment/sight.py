"""A line of sight as it is written: whole while anyone can follow it, else both its ends."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from scorecard.web.language import ngettext

STEPS = 24
"""Steps of a path that are written out."""

Step = TypeVar("Step")


def written_path(path: Sequence[str], step: Callable[[str], Step], gap: Callable[[str], Step]) -> list[Step]:
    """Return a path written step by step; what is left out in the middle of a long one is counted."""
    if len(path) <= STEPS:
        return [step(key) for key in path]
    half, more = STEPS // 2, len(path) - STEPS
    said = ngettext("… one step more …", "… %(num)s steps more …", more)
    return [*map(step, path[:half]), gap(said), *map(step, path[-half:])]
