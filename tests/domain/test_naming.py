"""Keys made of titles."""

import pytest

from scorecard.domain.naming import free, free_key
from scorecard.domain.schema import NodeFields
from scorecard.domain.vocabulary import NodeKind


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("On-time delivery", "on_time_delivery"),
        ("Größe der Straße", "grosse_der_strasse"),
        ("Łódź & Ærø", "lodz_aero"),
        ("99 % uptime", "kpi_99_uptime"),
        ("顧客満足", "kpi_1"),
        ("!!!", "kpi_1"),
        ("Churn", "churn_2"),
        ("min", "min_2"),
        ("x" * 300, "x" * 60),
    ],
)
def test_a_key_is_made_of_the_title(title, key):
    assert free_key(title, NodeKind.kpi, {"grow", "churn"}) == key
    NodeFields(key=key, kind="kpi", title="T")


def test_what_is_taken_gets_the_next_number():
    assert free("north", {"north", "north_2"}) == "north_3"
    assert free_key("顧客満足", "kpi", {"kpi_1"}) == "kpi_2"
