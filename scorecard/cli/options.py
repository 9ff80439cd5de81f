"""What several commands take: a plan now or as it was, a day, JSON for programs."""

from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import click

from scorecard.domain.schema import PlanFile
from scorecard.graph.plan import Plan
from scorecard.store import queries
from scorecard.store.past import file_as_recorded, moment_of, plan_as_recorded
from scorecard.web.reading import database


class PlanAt(NamedTuple):
    """A plan as it is, or as it was recorded by a moment; a day is meant to its end."""

    key: str
    at: date | datetime | None

    def plan(self) -> Plan:
        """Return the plan.

        Raises:
            NotFound, NotYetThere.
        """
        if self.at is None:
            return queries.load_plan(database(), self.key)
        return plan_as_recorded(database(), self.key, self.at)

    def file(self) -> PlanFile:
        """Return all of the plan but its history.

        Raises:
            NotFound, NotYetThere.
        """
        if self.at is None:
            return queries.load_file(database(), self.key)
        return file_as_recorded(database(), self.key, self.at)

    def day(self, plan: Plan) -> date:
        """Return the day on which the plan is judged unless another is asked for."""
        if isinstance(self.at, datetime):
            return self.at.astimezone(ZoneInfo(plan.fields.timezone)).date()
        return self.at or plan.today()


class PlanArgument(click.ParamType[PlanAt]):
    """`PLAN`, `PLAN@2026-03-31` or `PLAN@2026-03-31T18:00+02:00`."""

    name = "plan"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> PlanAt:
        """Return what is named, or end with a usage error."""
        key, sign, text = str(value).partition("@")
        if not sign:
            return PlanAt(key, None)
        try:
            return PlanAt(key, moment_of(text))
        except ValueError:
            self.fail(f"“{text}” is neither a day such as 2026-03-31 nor a moment with its zone.", param, ctx)


class Day(click.ParamType[date]):
    """A day on the command line, such as 2026-03-31."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the day, or end with a usage error."""
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"“{value}” is not a day; write it as 2026-03-31.", param, ctx)


json_flag = click.option("--json", "as_rows", is_flag=True, help="Print JSON for programs.")
as_of_option = click.option("--as-of", type=Day(), help="Judge on this day instead of today.")
known_option = click.option("--known", is_flag=True, help="Without what was recorded after that day.")
plan_argument = click.argument("asked", metavar="PLAN[@DATE]", type=PlanArgument())
