"""Targets in words: what is read of them, what stays words and why, and that no text can do harm."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard.domain.measure import AtLeast, AtMost, Between, Reach
from scorecard.domain.text_target import MOST_CHARACTERS, TextTarget, Unread, read_target
from scorecard.domain.vocabulary import Cadence


def least(target):
    return AtLeast(target=target)


def most(target):
    return AtMost(target=target)


def band(low, high):
    return Between(low=low, high=high)


@pytest.mark.parametrize(
    ("words", "measure", "unit", "cadence"),
    [
        # comparisons in words, whatever their case
        ("At or above 95%", least(95), "percent", None),
        ("AT LEAST 95 %", least(95), "percent", None),
        ("at least 95 percent.", least(95), "percent", None),
        ("equal or greater than 99.95%", least(99.95), "percent", None),
        ("greater than or equal to 3", least(3), None, None),
        ("Minimum of 4", least(4), None, None),
        ("min. 4", least(4), None, None),
        ("more than 120 hours", least(120), "duration:h", None),
        ("over 9000", least(9000), None, None),
        ("less than 24 hours", most(24), "duration:h", None),
        ("fewer than 5 incidents per week", most(5), "incidents", "weekly"),
        ("up to 10 days", most(10), "duration:d", None),
        ("Within 24 hours", most(24), "duration:h", None),
        ("Target: maximum 3 open bugs", most(3), "open bugs", None),
        # denied comparisons turn round
        ("no more than 5", most(5), None, None),
        ("not below 3%", least(3), "percent", None),
        ("must never exceed 10", most(10), None, None),
        ("does not exceed 10", most(10), None, None),
        ("must not be above 10", most(10), None, None),
        # signs
        ("< 2500ms", most(2500), "duration:ms", None),
        (">= 4.5 / 5", least(4.5), "/ 5", None),
        ("≥ 4.5 out of 5", least(4.5), "/ 5", None),
        ("above 79 (out of 100)", least(79), "/ 100", None),
        ("<.58 average location factor", most(0.58), "average location factor", None),
        ("at least -5", least(-5), None, None),
        ("at least −5%", least(-5), "percent", None),
        ("at least +40 NPS", least(40), "NPS", None),
        # what follows the number
        ("10 or more", least(10), None, None),
        ("95% or higher", least(95), "percent", None),
        ("5 or fewer", most(5), None, None),
        ("90%+", least(90), "percent", None),
        ("5 days max", most(5), "duration:d", None),
        # money and thousands
        ("less than $10K/Month", most(10_000), "currency:USD", "monthly"),
        ("at least 5 million EUR", least(5_000_000), "currency:EUR", None),
        ("at least €2.3M", least(2_300_000), "currency:EUR", None),
        ("> 50k€ a quarter", least(50_000), "currency:EUR", "quarterly"),
        ("< US$1.1bn per year", most(1_100_000_000), "currency:USD", "yearly"),
        ("at least 1,250,000 users", least(1_250_000), "users", None),
        # bands and exact numbers
        ("between 3 and 5", band(3, 5), None, None),
        ("between 10 and 20%", band(10, 20), "percent", None),
        ("3-5 days", band(3, 5), "duration:d", None),
        ("70% – 82%", band(70, 82), "percent", None),
        ("$3M to $5M", band(3_000_000, 5_000_000), "currency:USD", None),
        ("100 ± 5", band(95, 105), None, None),
        ("95% +/- 2%", band(93, 97), "percent", None),
        ("+/- 5%", band(-5, 5), "percent", None),
        ("= 5", band(5, 5), None, None),
        ("exactly 3 releases per month", band(3, 3), "releases", "monthly"),
        ("At 48 engineers", band(48, 48), "engineers", None),
        # verbs that lead to a level
        ("Reduce churn to 3%", most(3), "percent", None),
        ("Increase NPS to at least 50", least(50), None, None),
        ("Reduce churn from 5% to 3%", Reach(baseline=5, target=3), "percent", None),
        ("improve satisfaction from 3.1 to 4.2", Reach(baseline=3.1, target=4.2), None, None),
        # the cadence it names
        ("at least 30 per quarter", least(30), None, "quarterly"),
        ("at least 8 tests each week", least(8), "tests", "weekly"),
        ("at most 2 weekly", most(2), None, "weekly"),
        ("Greater than 0.55 per person per month", least(0.55), None, "monthly"),
        ("at least 3 per team", least(3), None, None),
        # words that only describe
        ("Below 2500ms at the 90th percentile", most(2500), "duration:ms", None),
        ("Travel and training costs to be at or below 10% of revenue", most(10), "percent", None),
        ("At least 95% of tickets resolved within 24 hours", least(95), "percent", None),
        ("Less than 10% are over 14 days", most(10), "percent", None),
    ],
)
def test_a_target_in_plain_words_becomes_a_measure(words, measure, unit, cadence):
    expected = TextTarget(words, measure, unit, Cadence(cadence) if cadence else None)
    assert read_target(words) == expected


@pytest.mark.parametrize(
    ("why", "texts"),
    [
        ("empty", ["", "  ", "\n\t"]),
        (
            "no_number",
            [
                "TBD",
                "improve",
                "+/-",
                "Confidential",
                "at least NaN",
                "> inf",
                "zero incidents",
                "at least .",
            ],
        ),
        (
            "link",
            ["https://example.org/95", '<a href="x">95%</a>', "see [95%](targets.md)", "www.example.org >5"],
        ),
        (
            "no_direction",
            ["90%", "0", "0.5", "7 days", "$5M", "77 (out of 100)", "55 per person per month", "at 90 mins"],
        ),
        (
            "several",
            [
                "10:1",
                "at least 5 by Q4 2025",
                "at least 80% (rolling 12 months)",
                "at least 1 000",
                "below 5 in March, 4 in April",
            ],
        ),
        (
            "words_unclear",
            [
                "above 95% and below 99%",
                "at least 5 or at most 3",
                "below 5 is bad",
                "5 <",
                "at least 5 unless it rains",
                "nothing above 5",
                "avoid more than 5",
                "alert above 5",
                "currently above 90%",
                "not at least 5",
                "at most C$5",
                "from 3 to 5",
                "about 50",
                "at least about 50",
                "at least 95%; ideally all",
                "we do not aim at more than 5",
                "7 days (until further notice)",
                "at least 5%–10%",
                "greater than TBD, was 5",
            ],
        ),
        (
            "relative",
            [
                "increase by 10%",
                "reduce by at least 10%",
                "at least 10 % growth",
                "within 5% of plan",
                "+5%",
                "< 5% change in proportion",
                "at least 5 compared to last year",
                "compared to at least 5",
                "improve churn to 3%",
            ],
        ),
        (
            "number_unclear",
            [
                "at least 1,5",
                "at least 1.000,5",
                ">= 95.0.1",
                "at least ٣",
                "at least 3½",
                "x² > 5",
                "between 5 and 3",
                "2024-2025",
                "500-1.5K",
                "$3-5M",
                "> 3/4 of teams",
                "24/7",
                "at least 12/05/2026",
                "at most 0,500",
            ],
        ),
        (
            "unit_unclear",
            [
                "at most 5m",
                "at least 5x",
                "at least 1e5",
                "at least 0x10",
                "100 ± 5%",
                "between 10% and 20",
                "between $5 and €10",
                "5 days - 3 hours",
                "at least 24x7",
            ],
        ),
        ("too_long", ["at least 5 " + "very " * 100, "9" * 1000]),
    ],
)
def test_what_can_mean_more_than_one_thing_stays_words_with_the_reason(why, texts):
    found = {text: read_target(text) for text in texts}
    assert found == {text: TextTarget(text, why_unread=Unread(why)) for text in texts}


@pytest.mark.parametrize(
    ("words", "better", "measure", "unit"),
    [
        ("90%", "higher", least(90), "percent"),
        ("0", "lower", most(0), None),
        ("7 days", "lower", most(7), "duration:d"),
        ("77 (out of 100)", "higher", least(77), "/ 100"),
        ("at most 5", "higher", most(5), None),
    ],
)
def test_a_bare_number_takes_the_direction_that_is_known_from_elsewhere(words, better, measure, unit):
    assert read_target(words, better) == TextTarget(words, measure, unit)


def test_a_direction_from_elsewhere_makes_nothing_else_readable():
    for words in ("about 50", "+5%", "10:1", "7 days (until further notice)", "5 or 6", "TBD"):
        assert read_target(words, "higher").measure is None


def test_every_reason_has_its_sentence():
    assert all(why.sentence.endswith((".", "?")) for why in Unread)


PIECES = ("at", "least", "or", "above", "not", "between", "and", "to", "from", "reduce", "5", "95%", "$", "K",
          "/", "per", "month", "±", "-", ".", ",", "(", ")", "max", "in", "days")  # fmt: skip


@given(st.text(max_size=MOST_CHARACTERS + 5) | st.lists(st.sampled_from(PIECES), max_size=20).map(" ".join))
def test_any_text_is_read_or_stays_words_with_one_reason(text):
    found = read_target(text)
    assert found.words == text
    assert (found.measure is None) == (found.why_unread is not None)
    if found.measure is None:
        assert (found.format, found.cadence) == (None, None)


@given(st.integers(-(10**6), 10**6) | st.decimals(0, 1000, places=2))
def test_the_number_that_is_written_is_the_number_that_is_read(number):
    assert read_target(f"at least {number:,}").measure == least(float(number))
    assert read_target(f"{number}% or less").measure == most(float(number))


@pytest.mark.parametrize(
    "text",
    ["9" * 300, "at least " * 33, "(" * 300, "1," * 150, "1." * 150, "-" * 300, "± " * 150, "no not " * 42,
     "between " * 37 + "5", "$" * 299 + "5", "at least 5" + " a" * 145, "at least 1" + "0" * 280 + "bn",
     "\x00" * 300, "1" * 10**6, "a" * 10**6],
)  # fmt: skip
def test_a_hostile_text_is_answered_at_once(text):
    started = time.perf_counter()
    read_target(text)
    assert time.perf_counter() - started < 0.05
