"""Canada's national scorecard: a parent's score is the mean of its scored children, two levels up.

Published scores run from -5 to 5; one comes in as a progress of (score + 5) / 10 and is mapped back.
"""

from datetime import date

import pytest
import yaml

import scorecard
from scorecard.domain.vocabulary import Reason, Status
from tests.real.data import SHARED, built, facts, needs, node, seen

pytestmark = needs("statcan-cif")
DAY = date(2026, 7, 1)


def key(*parts):
    return "_".join(("n", *parts)).replace("-", "_")


@pytest.fixture(scope="module")
def indicators():
    """Return the published scores: of each indicator, with those of its series."""
    given = yaml.safe_load((SHARED / "statcan-cif" / "components_sdg01-08.yml").read_text())
    return {
        name: (parts.get("score"), [part["score"] for part in parts.values() if isinstance(part, dict)])
        for name, parts in given.items()
    }


@pytest.fixture(scope="module")
def standings(indicators):
    nodes, links, observations = [], [], []
    for goal in dict.fromkeys(name.split("-")[0] for name in indicators):
        nodes.append(node(key(goal), kind="objective"))
    for name, (_, series) in indicators.items():
        nodes.append(node(key(name), kind="objective"))
        links.append({"child": key(name), "parent": key(name.split("-")[0])})
        for place, score in enumerate(series):
            child = key(name, str(place))
            nodes.append(node(child, measure={"kind": "reach", "baseline": 0.0, "target": 1.0}))
            links.append({"child": child, "parent": key(name)})
            if score is not None:
                observations.append(seen(child, DAY, (score + 5) / 10))
    return scorecard.standings(built(nodes, observations, links), DAY)


def published(share):
    return share * 10 - 5


def test_39_of_39_parents_have_the_mean_of_their_scored_children(indicators, standings):
    scored = {name: score for name, (score, _) in indicators.items() if score is not None}
    expected = facts("statcan-cif")
    assert (len(indicators), len(scored)) == (expected["indicators"], expected["score_is_mean_of_children"])
    assert len(scored) == 39
    for name, score in scored.items():
        standing = standings[key(name)]
        assert published(standing.progress) == pytest.approx(score, abs=1e-9)
        assert published(standing.score) == pytest.approx(score, abs=1e-9)


def test_an_indicator_without_a_scored_series_has_no_score(indicators, standings):
    for name, (score, series) in indicators.items():
        if score is None:
            standing = standings[key(name)]
            assert (standing.score, standing.status) == (None, Status.no_data)
            assert standing.reason is (Reason.no_value if series else Reason.no_target)


def test_the_goals_have_the_mean_of_their_scored_indicators(standings):
    means = facts("statcan-cif")["goal_mean_score"]
    found = {goal: published(standings[key(goal)].score) for goal in means}
    assert found == pytest.approx(means, abs=1e-6)


def test_what_is_missing_below_shows_in_the_coverage_and_not_in_the_score(indicators, standings):
    for goal in facts("statcan-cif")["goal_mean_score"]:
        below = [score for name, (score, _) in indicators.items() if name.split("-")[0] == goal]
        share = sum(score is not None for score in below) / len(below)
        assert standings[key(goal)].coverage == pytest.approx(share)
