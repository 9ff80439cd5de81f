"""What a page reads: a plan, the cycle and day it is judged on, and how everything stands then."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import NamedTuple
from weakref import WeakKeyDictionary

from flask import current_app, request

from scorecard.domain.errors import N_, NotFound, Refused
from scorecard.domain.period import ONE_DAY
from scorecard.domain.schema import CycleFields
from scorecard.domain.shape import FIRST_DAY, LAST_DAY
from scorecard.graph.judgement import Standing
from scorecard.graph.plan import Plan
from scorecard.graph.reroll import rerolled
from scorecard.graph.rollup import rollup
from scorecard.store import queries, upgrade
from scorecard.store.database import Database
from scorecard.web.once import asked

DAYS_KEPT = 8
"""Standings kept for each plan: today, the period before, and a few that readers look back at."""

PLANS_KEPT = 16
"""Plans of which the revision before the one last looked at is kept too."""

Days = dict[date, Mapping[str, Standing]]


class Seen(NamedTuple):
    """A plan that was looked at last, and as it was when it was looked at before an edit."""

    now: Plan
    before: Plan


_kept: WeakKeyDictionary[Plan, Days] = WeakKeyDictionary()
_seen: dict[str, Seen] = {}
_lock = Lock()


class NoSuchDay(Refused):
    """An as-of day that is none."""

    sentence = N_("“{text}” is not a day; write it as 2026-03-31.")


class DayTooFar(Refused):
    """An as-of day that no plan can have."""

    sentence = N_("A day lies between 1900 and 2200.")


@dataclass(frozen=True, slots=True)
class View:
    """A plan as a reader looks at it: judged on `day`, within `cycle` where there is one."""

    plan: Plan
    cycle: CycleFields | None
    day: date
    standings: Mapping[str, Standing]

    @property
    def live(self) -> bool:
        """Tell whether the day is the one the plan opens on."""
        return self.day == _today(self.plan)


def database() -> Database:
    """Return the database of this application, with the tables this version needs, for this request.

    Raises:
        OlderDatabase: where somebody must upgrade it first.
    """
    found: Database = current_app.extensions["scorecard"]
    upgrade.prepare(found)
    return found.asked(once) if (once := asked()) else found


def view(plan_key: str) -> View:
    """Return the plan as the address asks for it: `cycle` and `as_of` choose the day.

    A day outside the cycle decides: it is judged in the cycle that holds it.

    Raises:
        NotFound: for a plan or cycle that is not there.
        NoSuchDay, DayTooFar: for an `as_of` that is no day, or one of no plan.
    """
    plan = queries.load_plan(database(), plan_key)
    chosen = _chosen(plan)
    day = _as_of(plan, chosen)
    inside = chosen is not None and chosen.start <= day <= chosen.end
    return View(plan, chosen if inside else cycle_on(plan, day), day, standings_on(plan, day))


def standings_on(plan: Plan, day: date) -> Mapping[str, Standing]:
    """Return how everything stands on a day, computed once for each revision and day.

    After an edit only what it reaches is worked out again.
    """
    with _lock:
        known = _kept.setdefault(plan, {})
        if day not in known:
            while len(known) >= DAYS_KEPT:
                del known[next(iter(known))]
            before = _before(plan)
            standings = _kept.get(before, {}).get(day)
            known[day] = rollup(plan, day) if standings is None else rerolled(plan, day, before, standings)
        return known[day]


def _before(plan: Plan) -> Plan:
    """Return what a plan was when it was looked at before; the plan itself where nobody did."""
    seen = _seen.pop(plan.key, Seen(plan, plan))
    if plan is not seen.now:
        seen = Seen(plan, seen.now)
    _seen[plan.key] = seen
    while len(_seen) > PLANS_KEPT:
        del _seen[next(iter(_seen))]
    return seen.before


def _chosen(plan: Plan) -> CycleFields | None:
    key = request.args.get("cycle")
    if not key:
        return None
    if key not in plan.cycles:
        raise NotFound(kind="cycle", key=key)
    return plan.cycles[key]


def _as_of(plan: Plan, cycle: CycleFields | None) -> date:
    asked = _asked_day()
    if asked is not None:
        return asked
    today = _today(plan)
    if cycle is not None:
        return min(max(today, cycle.start), cycle.end)
    ends = [each.end for each in plan.cycles.values()]
    return min(today, max(ends)) if ends else today


def _asked_day() -> date | None:
    text = request.args.get("as_of")
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        raise NoSuchDay(text=text) from None
    if day is not None and not FIRST_DAY <= day <= LAST_DAY:
        raise DayTooFar
    return day


def _today(plan: Plan) -> date:
    """Return the day a plan is looked at by default; the demo's story ends on a day of its own."""
    story_ends: Mapping[str, date] = current_app.config["STORY_ENDS"]
    today = plan.today()
    return min(today, story_ends.get(plan.key, today))


def cycle_on(plan: Plan, day: date) -> CycleFields | None:
    """Return the shortest cycle that holds a day."""
    holding = [each for each in plan.cycles.values() if each.start <= day <= each.end]
    return min(holding, key=lambda each: (each.end - each.start, each.key), default=None)


def day_before(view: View) -> date:
    """Return the last day before the view's cycle, or a month before its day: what "since" means."""
    if view.cycle is not None:
        return view.cycle.start - ONE_DAY
    return view.day.replace(day=1) - ONE_DAY
