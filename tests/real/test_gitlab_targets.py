"""Targets as thirteen departments of a company wrote them, each reading reviewed by eye."""

import json

import pytest
import yaml

from scorecard.domain.measure import AtLeast, AtMost, Between
from scorecard.domain.text_target import Unread, read_target
from tests.real.data import SHARED, needs

REVIEWED = {
    AtLeast: {
        "Above 150 contributors per month": (150, "contributors", "monthly"),
        "Above 120 contributors per month": (120, "contributors", "monthly"),
        "Above 50 coaches per month": (50, "coaches", "monthly"),
        "At or above 95%": (95, "percent", None),
        "At or above 95% to Priority Support SLAs": (95, "percent", None),
        "at or above 84%": (84, "percent", None),
        "at or above 80%": (80, "percent", None),
        "at or above 10%": (10, "percent", None),
        "Above 95%": (95, "percent", None),
        "Above 75%": (75, "percent", None),
        "Above 30%": (30, "percent", None),
        "Above 8% of all MRs": (8, "percent", None),
        "Above 99.95%": (99.95, "percent", None),
        "equal or greater than 99.95%": (99.95, "percent", None),
        "At or above 0.5": (0.5, None, None),
        "At or above 5 MRs per Month": (5, "MRs", "monthly"),
        "Above 10 MRs per month": (10, "MRs", "monthly"),
        "Above 10 MRs per Month": (10, "MRs", "monthly"),
        "Above 1 MR per person per month": (1, "MR", "monthly"),
        "Greater than 0.55 per person per month": (0.55, None, "monthly"),
        "Greater than 6 MRs per Month": (6, "MRs", "monthly"),
        "Greater than 6 MRs per month": (6, "MRs", "monthly"),
        "At or greater than 2 validation issues per Product Designer per quarter":
            (2, "validation issues", "quarterly"),
        "At or greater than 200 MR Reviews per month": (200, "MR Reviews", "monthly"),
        "more than 120 hours": (120, "duration:h", None),
    },
    AtMost: {
        "Headcount and non-headcount expenses to be at or below 10% of ARR": (10, "percent", None),
        "At or below 35%": (35, "percent", None),
        "Below 20%": (20, "percent", None),
        "Less than 10% are over 14 days": (10, "percent", None),
        "At or below 0.61": (0.61, None, None),
        "Below 0.61": (0.61, None, None),
        "at or below 0.63": (0.63, None, None),
        "Below 0.54": (0.54, None, None),
        "Below 0.58": (0.58, None, None),
        "<.58 average location factor": (0.58, "average location factor", None),
        "Less than 0.70": (0.7, None, None),
        "below 0": (0, None, None),
        "At or below 21": (21, None, None),
        "At or below 30": (30, None, None),
        "At or below 5 issues": (5, "issues", None),
        "at or below 5 open issues": (5, "open issues", None),
        "At or below 20 issues": (20, "issues", None),
        'Below 50 open "ux debt" issues': (50, 'open "ux debt" issues', None),
        "Below 2500ms at the 90th percentile": (2500, "duration:ms", None),
        "Below 15 minutes": (15, "duration:min", None),
        "Below 20 minutes": (20, "duration:min", None),
        "Below 45 minutes": (45, "duration:min", None),
        "less than 1 hours": (1, "duration:h", None),
        "less than 12 hours": (12, "duration:h", None),
        "less than 24 hours": (24, "duration:h", None),
        "at or below 50 days": (50, "duration:d", None),
        "Below 60 days": (60, "duration:d", None),
        "Below 100 days": (100, "duration:d", None),
        "At or below 150 days": (150, "duration:d", None),
        "Below 250 days": (250, "duration:d", None),
        "less than $10K/Month": (10_000, "currency:USD", "monthly"),
    },
    Between: {
        "At 48 Software Engineers in Test": (48, "Software Engineers", None),
        "At 18 Engineering Productivity Engineers": (18, "Engineering Productivity Engineers", None),
        "At 52 product designers": (52, "product designers", None),
        "At 17 technical writers": (17, "technical writers", None),
        "At 10 researchers": (10, "researchers", None),
    },
}  # fmt: skip

LEFT_ALONE = {
    Unread.no_direction: ["12%", "0", "0.5", "1000", "at 90 mins", "77 (out of 100)",
                          "55 MRs per technical writer per month"],
    Unread.relative: ["at or within 5% of Fiscal Year Operating plan",
                      "< 5% change in proportion of MRs with undefined label"],
    Unread.several: ["The target for this metric is at or below 10:1"],
    Unread.words_unclear: ["7 days (until further data is provided)"],
    Unread.no_number: ["TBD", "Unknown", "Confidential, in Adaptive", "Greater than TBD MRs per month"],
}  # fmt: skip


def expected():
    for kind, rows in REVIEWED.items():
        for words, (aim, unit, cadence) in rows.items():
            aims = {"low": aim, "high": aim} if kind is Between else {"target": aim}
            yield words, (kind(**aims), unit, cadence)


def test_each_reading_is_the_one_a_person_gave():
    for words, meaning in expected():
        found = read_target(words)
        assert (found.measure, found.format, found.cadence) == meaning, words


@pytest.mark.parametrize("why", LEFT_ALONE)
def test_what_a_person_could_not_read_for_sure_stays_words(why):
    assert {words: read_target(words).why_unread for words in LEFT_ALONE[why]} == dict.fromkeys(
        LEFT_ALONE[why], why
    )


@needs("gitlab-kpi")
def test_of_229_kpis_at_least_88_targets_are_read_and_none_wrongly():
    files = sorted((SHARED / "gitlab-kpi" / "2022-11-11").glob("*.yml"))
    kpis = [kpi for file in files for kpi in yaml.safe_load(file.read_text())]
    facts = json.loads((SHARED / "EXPECTED_shared.json").read_text())["gitlab-kpi"]["shared 2022-11-11"]
    written = [str(kpi["target"]) for kpi in kpis if kpi.get("target") is not None]
    assert (len(kpis), len(written)) == (229, facts["target_text"] + facts["target_numeric"])
    read = [found for found in map(read_target, written) if found.measure is not None]
    reviewed = dict(expected())
    assert [found for found in read if found.words not in reviewed] == []
    assert all((found.measure, found.format, found.cadence) == reviewed[found.words] for found in read)
    assert len(read) == 89
