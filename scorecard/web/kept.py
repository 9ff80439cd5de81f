"""Parts of pages that are worked out once for a plan as it stands: readers come back to the same page."""

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from scorecard.graph.plan import Plan
from scorecard.web.language import locale
from scorecard.web.measures import node_address
from scorecard.web.reading import View

Part = TypeVar("Part")

PARTS_KEPT = 32
"""Parts kept for each plan: those of a few days, or of readers who speak other languages."""

_kept: WeakKeyDictionary[Plan, dict[Hashable, Any]] = WeakKeyDictionary()
_lock = Lock()


def once(work: Callable[[View], Part], view: View) -> Part:
    """Return a part of a page, worked out once for a revision, a day, a language and the addresses in it.

    The view must be all that the part depends on, and the part must not hold the plan, which would never go.
    """
    cycle = view.cycle.key if view.cycle else ""
    at = (work, view.day, cycle, locale(), node_address(view.plan, "0"))
    with _lock:
        known = _kept.setdefault(view.plan, {})
        if at in known:
            found: Part = known[at]
            return found
    part = work(view)
    with _lock:
        if len(known) >= PARTS_KEPT:
            known.clear()
        known[at] = part
    return part
