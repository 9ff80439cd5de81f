"""The planning tool: objectives, key results and KPIs, rolled up and explained to the last leaf.

The rooms, each importing only those to its right:

    web, cli  ->  files | store  ->  graph  ->  domain

What stands here is the part of it for a notebook or a script, without Flask and without a database:

    plan = read_plan("plan.yaml")
    standings(plan)["on_time_delivery"].status
    explain(plan, "delight").leaves
"""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from scorecard.domain.errors import NotFound
from scorecard.files.formats import read_file
from scorecard.graph.explain import Explanation
from scorecard.graph.explain import explain as _explain
from scorecard.graph.judgement import Standing
from scorecard.graph.plan import Plan, build
from scorecard.graph.rollup import rollup

__all__ = ["Explanation", "Plan", "Standing", "explain", "read_plan", "standings"]


def read_plan(path: str | Path) -> Plan:
    """Read a plan file (YAML, JSON or StratML); its warnings are not kept.

    Raises:
        FileRefused: with a sentence for every problem, each at its line and column.
        OSError: where the file cannot be opened.
    """
    file = Path(path)
    return build(read_file(file.read_bytes(), str(file)).file)


def standings(plan: Plan, as_of: date | None = None) -> Mapping[str, Standing]:
    """Return how every node that is not archived stands, by key.

    Scores and coverage are 0..1; progress is unclamped for a measured node; what is not known is None, with
    a reason. `as_of` is the judging day, by default today in the plan's time zone.
    """
    return rollup(plan, as_of)


def explain(plan: Plan, key: str, as_of: date | None = None) -> Explanation:
    """Return where a node's score comes from; the leaves' `gap_share` add up to its `gap`, 1 - score.

    Raises:
        NotFound: for a key that is not in the plan, or archived.
    """
    day = as_of or plan.today()
    found = rollup(plan, day)
    if key not in found:
        raise NotFound(kind="node", key=key)
    return _explain(plan, key, found, day)
