"""Apple's DuPont ratios: another program's figures, as formulas over the statements they came from."""

import csv
from datetime import date

import pytest

import scorecard
from scorecard.domain.vocabulary import Reason, Status
from tests.real.data import SHARED, built, facts, needs, node, seen

pytestmark = needs("finance-dupont")

YEARS = range(2020, 2024)
LINES = {
    "revenue": "Revenue",
    "net_income": "Net Income",
    "ebit": "EBIT",
    "before_tax": "Income Before Tax",
    "assets": "Total Assets",
    "equity": "Total Equity",
}
RATIOS = {
    "Net Profit Margin": ("margin", "net_income / revenue"),
    "Asset Turnover": ("turnover", "revenue / mean(assets, lag(assets, 1))"),
    "Equity Multiplier": ("multiplier", "mean(assets, lag(assets, 1)) / mean(equity, lag(equity, 1))"),
    "Return on Equity": ("roe", "margin * turnover * multiplier"),
    "Interest Burden Ratio": ("interest_burden", "ebit / before_tax"),
    "Tax Burden Ratio": ("tax_burden", "net_income / ebit"),
    "Operating Profit Margin": ("operating_margin", "before_tax / revenue"),
}


def table(name):
    """Return the rows of a file: by label the cells of the four years."""
    with (SHARED / "finance-dupont" / name).open() as file:
        return {row[1].strip(): row[2:] for row in csv.reader(file) if row[1]}


@pytest.fixture(scope="module")
def standings():
    """Return how everything stood at the end of each year."""
    statements = table("AAPL_income.csv") | table("AAPL_balance.csv")
    nodes = [node(key, label, cadence="yearly") for key, label in LINES.items()]
    nodes += [node(key, label, cadence="yearly", formula=formula) for label, (key, formula) in RATIOS.items()]
    observations = [
        seen(key, date(year, 12, 31), float(cell))
        for key, label in LINES.items()
        for year, cell in zip(YEARS, statements[label], strict=True)
    ]
    plan = built(nodes, observations)
    return {year: scorecard.standings(plan, date(year, 12, 31)) for year in YEARS}


@pytest.mark.parametrize("name", ["get_dupont_analysis", "get_extended_dupont_analysis"])
def test_each_published_ratio_is_computed_to_4_decimals(standings, name):
    for label, cells in table(f"AAPL_expected_{name}.csv").items():
        key, _ = RATIOS[label]
        for year, cell in zip(YEARS, cells, strict=True):
            if cell:
                assert round(standings[year][key].value, 4) == float(cell), (label, year)


def test_the_ratios_are_those_of_the_expected_counts(standings):
    names = {
        "ROE": "roe",
        "EBIT/EBT": "interest_burden",
        "NI/EBIT": "tax_burden",
        "EBT/Revenue": "operating_margin",
    }
    for year, ratios in facts("finance-dupont", "shared AAPL").items():
        for label, value in ratios.items():
            key = names.get(label) or RATIOS[label][0]
            assert round(standings[int(year)][key].value, 4) == value


def test_the_first_year_has_no_average_of_two_dates_and_so_no_data(standings):
    for key in ("turnover", "multiplier", "roe"):
        standing = standings[2020][key]
        assert (standing.value, standing.score, standing.status) == (None, None, Status.no_data)
        assert standing.reason is Reason.formula_error
        assert str(standing.missing) == "“assets” has no value for the period asked for."
    assert standings[2020]["margin"].value == pytest.approx(0.2091, abs=5e-5)
