"""StratML as it is met in the wild: read with a warning wherever it bends the standard."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scorecard.domain.measure import AtLeast, AtMost
from scorecard.domain.vocabulary import Cadence, Level, Lifecycle
from scorecard.files import plan_text, planfile, stratml
from scorecard.files.remark import FileRefused
from scorecard.files.stratml import naming, values


def document(inside, about="", root="PerformancePlanOrReport", name="Harbour Plan"):
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} Type="Performance_Plan"><Name>{name}</Name>\n'
        f"<StrategicPlanCore>{inside}</StrategicPlanCore>\n{about}</{root}>"
    )


def goal(inside="", name="Cleaner water"):
    return f"<Goal><Name>{name}</Name><Description/><Identifier>G1</Identifier>{inside}</Goal>"


def objective(inside="", name="Fewer spills", identifier="O1"):
    return f"<Objective><Name>{name}</Name><Identifier>{identifier}</Identifier>{inside}</Objective>"


def indicator(inside="", name="Spills", unit="number", attributes="", identifier=""):
    return (
        f"<PerformanceIndicator {attributes}><MeasurementDimension>{name}</MeasurementDimension>"
        f"<UnitOfMeasurement>{unit}</UnitOfMeasurement><Identifier>{identifier}</Identifier>{inside}"
        "</PerformanceIndicator>"
    )


def result(kind, number="", end="", start="", words=""):
    return (
        f"<{kind}Result><StartDate>{start}</StartDate><EndDate>{end}</EndDate>"
        f"<NumberOfUnits>{number}</NumberOfUnits><Description>{words}</Description></{kind}Result>"
    )


def instance(*results):
    return f"<MeasurementInstance>{''.join(results)}</MeasurementInstance>"


def read(text):
    return stratml.read(text.encode(), "harbour.xml")


def measured(*instances, about=""):
    """Return the plan of one indicator with these instances, and what was said about it."""
    got = read(document(goal(objective(indicator("".join(instances)))), about))
    return got.file, [each.message for each in got.warnings]


def test_goals_objectives_and_indicators_become_a_tree():
    plan = read(document(goal(objective(indicator(identifier="K1"))))).file
    assert [(node.key, node.kind.value, node.level) for node in plan.nodes] == [
        ("g1", "objective", Level.strategic),
        ("o1", "objective", Level.operational),
        ("k1", "kpi", None),
    ]
    assert [(link.child, link.parent) for link in plan.links] == [("o1", "g1"), ("k1", "o1")]


@pytest.mark.parametrize(
    "head",
    [
        '<s:StrategicPlan xmlns:s="urn:ISO:std:iso:17469:tech:xsd:stratml_core"><s:StrategicPlanCore><s:Goal>'
        "<s:Name>Calm</s:Name></s:Goal></s:StrategicPlanCore></s:StrategicPlan>",
        '<StrategicPlan xmlns="http://www.stratml.net"><StrategicPlanCore><Goal><Name>Calm</Name></Goal>'
        "</StrategicPlanCore></StrategicPlan>",
        "<PerformancePlanOrReport><StrategicPlanCore><Goal><Name>Calm</Name></Goal></StrategicPlanCore>"
        "</PerformancePlanOrReport>",
    ],
    ids=["prefixed", "an older namespace", "no namespace"],
)
def test_names_count_not_namespaces(head):
    assert [node.title for node in read(head).file.nodes] == ["Calm"]


REFUSED = {
    "<a><b></a>": "1:9: This is not well-formed XML: mismatched tag.",
    "<StrategicPlan><Name>R & D</Name></StrategicPlan>": (
        "1:25: This is not well-formed XML: not well-formed (invalid token)."
    ),
    "": "1:1: This is not well-formed XML: no element found.",
    "<html/>": "1:1: This is not StratML: it begins with <html>, not with a plan's own element.",
    '\n<p:Plan xmlns:p="http://schemas.stratml.us/3.5"/>': (
        "2:1: This is StratML Part 3, another vocabulary; Part 1 and Part 2 are read."
    ),
    '<StrategicPlan xmlns="http://schemas.stratml.us/3.5"><StrategicPlanCore/></StrategicPlan>': (
        "1:1: This is StratML Part 3, another vocabulary; Part 1 and Part 2 are read."
    ),
    "<StrategicPlan><Name>Empty</Name></StrategicPlan>": (
        "1:1: This document has no <StrategicPlanCore>, so there is no plan in it."
    ),
}


@pytest.mark.parametrize(("text", "said"), REFUSED.items(), ids=range(len(REFUSED)))
def test_what_is_no_plan_is_refused_at_its_place(text, said):
    with pytest.raises(FileRefused) as refused:
        read(text)
    assert str(refused.value) == f"harbour.xml:{said}"


def test_a_target_and_a_result_become_rows_and_a_measure():
    both = instance(
        result("Target", "5", "2026-12-31"), result("Actual", "7", "2026-12-31", words="Two storms")
    )
    plan, _ = measured(both)
    (target,), (seen,) = plan.targets, plan.observations
    assert (target.value, target.date.isoformat(), target.label) == (5, "2026-12-31", None)
    assert (seen.value, seen.note, seen.label) == (7, "Two storms", None)
    assert plan.nodes[2].measure == AtLeast(target=5)


def test_several_results_of_one_day_are_labelled_in_the_order_of_the_file():
    parts = [("North", 1), ("North", 2), ("Subtotal", 3), ("", 4), ("", 5), ("North (2)", 6), ("Total", 9)]
    plan, _ = measured(*(instance(result("Actual", n, "2026-12-31", words=name)) for name, n in parts))
    assert [row.label for row in plan.observations] == [
        "North", "North (2)", "Subtotal", None, "(2)", "North (2) (2)", "Total"
    ]  # fmt: skip
    assert [row.value for row in plan.observations] == [1, 2, 3, 4, 5, 6, 9]


def test_the_target_of_the_measure_is_that_labelled_total_of_the_latest_day():
    plan, _ = measured(
        instance(result("Target", "90", "2025-12-31", words="Total")),
        instance(result("Target", "70", "2026-12-31", words="Total")),
        instance(result("Target", "30", "2026-12-31", words="North")),
    )
    assert plan.nodes[2].measure == AtLeast(target=70)


DAYS = {
    "an end": (("", "2026-12-31"), "2026-12-31", None),
    "only a start": (("2026-01-01", ""), "2026-01-01", None),
    "a time zone": (("", "2026-12-31Z"), "2026-12-31", None),
    "a year": (("2026", "2026"), "2026-12-31", None),
    "a month": (("", "2026-02"), "2026-02-28", None),
    "the wrong way round": (("2026-12-31", "2026-01-01"), "2026-12-31", "before it starts"),
    "no such day": (("2026-01-01", "2026-02-30"), "2026-01-01", "“2026-02-30” is not a date"),
    "words": (("2026-01-01", "next year"), "2026-01-01", "“next year” is not a date"),
}


@pytest.mark.parametrize(("written", "day", "said"), DAYS.values(), ids=DAYS)
def test_the_day_of_a_result_is(written, day, said):
    start, end = written
    plan, warnings = measured(instance(result("Actual", "1", end, start)))
    assert plan.observations[0].date.isoformat() == day
    assert [each for each in warnings if said and said in each] or said is None


def test_a_result_without_a_date_takes_that_of_its_fellow_else_the_plans():
    about = "<AdministrativeInformation><EndDate>2027-06-30</EndDate></AdministrativeInformation>"
    fellow, alone = (
        instance(result("Target", "5"), result("Actual", "7", "2026-05-01")),
        instance(result("Target", "6")),
    )
    plan, warnings = measured(fellow, alone, about=about)
    assert [row.date.isoformat() for row in plan.targets] == ["2026-05-01", "2027-06-30"]
    assert "A result without a date takes 2026-05-01, that of the result beside it (1 ×)." in warnings
    assert "A result without a date takes 2027-06-30 from the plan's own dates (1 ×)." in warnings


def test_a_number_without_any_date_is_kept_as_words():
    plan, warnings = measured(instance(result("Actual", "7", words="in a dry year")))
    assert plan.observations == ()
    assert plan.nodes[2].description == "Result: 7 in a dry year"
    assert any("has no date" in each for each in warnings)


NUMBERS = {
    "95": 95.0, "-3.5": -3.5, "+4": 4.0, "1,234.5": 1234.5, "$ 1,000": 1000.0, "-$5": -5.0, "45%": 45.0,
    "1e3": 1000.0, ".5": 0.5, "12,34": None, "about 5": None, "1 000": None, "١٢": None, "1e999": None,
    "5-7": None, "": None,
}  # fmt: skip


@pytest.mark.parametrize(("written", "number"), NUMBERS.items(), ids=NUMBERS)
def test_a_number_of_units_is(written, number):
    assert values.number(written) == number


def test_words_in_place_of_a_number_are_kept():
    plan, warnings = measured(instance(result("Actual", "about 5", "2026-12-31", words="by hand")))
    assert plan.nodes[2].description == "Result 2026-12-31: about 5 by hand"
    assert any("“about 5” is not a number" in each for each in warnings)


def test_a_target_in_words_is_read_where_it_says_a_number_and_kept():
    plan, warnings = measured(
        instance(result("Target", "at most 5%", "2026-12-31", words="in a normal year")),
        instance(result("Target", "", "2025-12-31", words="at most 9%")),
    )
    (spills,) = (node for node in plan.nodes if node.kind == "kpi")
    assert (spills.measure, spills.format) == (AtMost(target=5), "percent")
    assert spills.target_text == "at most 5%"
    assert "in a normal year" in spills.description
    assert "The target “at most 5%” is read as a number to be held against." in warnings


def test_a_target_whose_words_cannot_be_read_is_kept_as_it_is_written():
    plan, warnings = measured(instance(result("Target", "", "2026-12-31", words="A calmer harbour")))
    (spills,) = (node for node in plan.nodes if node.kind == "kpi")
    assert (spills.measure, spills.target_text) == (None, "A calmer harbour")
    assert not [each for each in warnings if "is read as a number" in each]


def test_a_target_in_words_beside_one_that_is_a_number_stays_in_the_description():
    plan, _ = measured(
        instance(result("Target", "5", "2025-12-31")),
        instance(result("Target", "at most 3", "2026-12-31")),
    )
    (spills,) = (node for node in plan.nodes if node.kind == "kpi")
    assert (spills.measure, spills.target_text) == (AtLeast(target=5), None)
    assert "at most 3" in spills.description


@pytest.mark.parametrize(
    "words", ["[To be determined]", "TBD", "[To_be_inserted_by_user]", "To be determined.", "n/a"]
)
def test_a_placeholder_says_nothing(words):
    plan, warnings = measured(instance(result("Target", words, "2026-12-31", words=words)))
    assert (plan.targets, plan.nodes[2].measure, plan.nodes[2].description) == ((), None, None)
    assert any("only holds a place" in each for each in warnings)


SPACING = {
    ("2026-01-31", "2026-02-28", "2026-03-31"): Cadence.monthly,
    ("2026-03-31", "2026-06-30", "2026-09-30"): Cadence.quarterly,
    ("2024-12-31", "2025-12-31"): Cadence.yearly,
    ("2026-01-05", "2026-01-12"): Cadence.weekly,
    ("2010-12-31", "2020-12-31"): None,
    ("2026-12-31",): None,
}


@pytest.mark.parametrize(("days", "cadence"), SPACING.items(), ids=map(str, SPACING.values()))
def test_the_cadence_follows_from_the_days(days, cadence):
    plan, _ = measured(*(instance(result("Actual", "1", day)) for day in days))
    assert plan.nodes[2].cadence is cadence


def test_stages_and_units_become_types_and_formats():
    spent = indicator(name="Spent", unit="€", attributes='ValueChainStage="Input_Processing"')
    share = indicator(
        name="Share", unit="%", attributes='ValueChainStage="Outcome" IndicatorType="Qualitative"'
    )
    plan = read(document(goal(objective(spent + share)))).file
    assert [(node.type, node.format, node.tags) for node in plan.nodes[2:]] == [
        ("process", "currency:EUR", ()),
        ("outcome", "percent", ("qualitative",)),
    ]


def test_an_indicator_that_says_nothing_is_a_draft():
    plan = read(document(goal(objective(indicator(name="", unit=""))))).file
    assert (plan.nodes[2].lifecycle, plan.nodes[2].title) == (Lifecycle.draft, "Indicator of Fewer spills")


def test_a_long_name_is_cut_and_kept_whole_in_the_description():
    name = "Clean the harbour " * 40
    node = read(document(goal(name=name))).file.nodes[0]
    assert len(node.title) <= 300
    assert node.title.endswith("…")
    assert node.description == name.strip()


PEOPLE = """
<Stakeholder StakeholderTypeType="{type}"><Name>Ana Moor</Name>
<Role><Name>Harbour master</Name><RoleType>{role}</RoleType></Role></Stakeholder>"""
HOME = "<Organization><Name>Port Office</Name><Acronym>PO</Acronym></Organization>"


def test_a_performing_person_owns_the_node_and_its_indicators():
    who = PEOPLE.format(type="Person", role="Performer")
    plan = read(document(HOME + goal(objective(who + indicator())))).file
    assert [(person.key, person.name, person.unit) for person in plan.people] == [
        ("ana_moor", "Ana Moor", "po")
    ]
    assert [node.owner for node in plan.nodes] == [None, "ana_moor", "ana_moor"]
    assert plan.nodes[1].description == "Stakeholders: Ana Moor (Harbour master)"


def test_a_performing_organisation_is_the_unit_of_the_node():
    who = PEOPLE.format(type="Organization", role="Performer")
    plan = read(document(HOME + goal(objective(who)))).file
    assert [(unit.key, unit.parent) for unit in plan.units] == [("po", None), ("ana_moor", "po")]
    assert [(node.unit, node.owner) for node in plan.nodes] == [("po", None), ("ana_moor", None)]


def test_beneficiaries_alone_hint_at_the_customer_perspective():
    who = PEOPLE.format(type="Person", role="Beneficiary")
    got = read(document(goal(objective(who))))
    assert [node.perspective for node in got.file.nodes] == [None, "customer"]
    assert any("names beneficiaries only" in each.message for each in got.warnings)
    assert got.file.stakeholders[0].role == "beneficiary"


def test_values_vision_and_mission_are_kept():
    words = (
        "<Vision><Description>A living bay</Description></Vision>"
        "<Mission><Description>Keep it\n   clean</Description></Mission>"
        "<Value><Name>Care</Name><Description>every day</Description></Value><Value><Name/></Value>"
    )
    plan = read(document(words)).file
    assert (plan.vision, plan.mission, plan.values) == ("A living bay", "Keep it clean", ("Care: every day",))


def test_the_plans_own_dates_become_a_cycle_no_node_is_bound_to():
    about = (
        "<AdministrativeInformation><StartDate>2026-01-01</StartDate><EndDate>2026-12-31</EndDate>"
        "</AdministrativeInformation>"
    )
    plan = read(document(goal(), about)).file
    assert [(cycle.key, cycle.title) for cycle in plan.cycles] == [("year_2026", "2026")]
    assert plan.nodes[0].cycle is None


def relation(kind, referent):
    referents = f"<ReferentIdentifier>{referent}</ReferentIdentifier>"
    return f'<Relationship RelationshipType="{kind}">{referents}</Relationship>'


def test_what_narrows_another_contributes_to_it_and_no_circle_closes():
    inside = [
        indicator(relation("Narrower_Than", "K2"), "Leaks", identifier="K1"),
        indicator(relation("Narrower_Than", "K1"), "Spills", identifier="K2"),
        indicator(relation("Broader_Than", "K1") + relation("Peer_To", "K2"), "Oil", identifier="K3"),
        indicator(relation("Narrower_Than", "elsewhere"), "Tar", identifier="K4"),
    ]
    got = read(document(goal(objective("".join(inside)))))
    assert [(link.child, link.parent) for link in got.file.links[5:]] == [("k1", "k2"), ("k1", "k3")]
    said = " ".join(each.message for each in got.warnings)
    assert "“k2” cannot contribute to “k1”: that closes a circle." in said
    assert "A relationship “Peer_To” says not which" in said
    assert "There is no element “elsewhere” in this document" in said


UUID = "1f0e8a34-5b6c-4d7e-8f90-a1b2c3d4e5f6"
KEYS = {
    "a speaking identifier": ([("Water", "OBJ-2.3", None)], ["obj_2_3"]),
    "a machine's identifier": ([("Cleaner water", UUID, None)], ["cleaner_water"]),
    "an identifier twice": ([("Water", "G1", None), ("Air", "G1", None)], ["water", "air"]),
    "accents": ([("Größere Häfen", "", None)], ["grossere_hafen"]),
    "another script": ([("清い水", "", None)], ["goal_ed1903d4"]),
    "a number first": ([("2030 vision", "", None)], ["goal_2030_vision"]),
    "the name of a function": ([("Sum", "", None)], ["sum_2"]),
    "one name under two parents": (
        [("A", "", None), ("B", "", None), ("Tools", "", 0), ("Tools", "", 1), ("Tools", "", 1)],
        ["a", "b", "a_tools", "b_tools", "b_tools_2"],
    ),
}


@pytest.mark.parametrize(("given", "expected"), KEYS.values(), ids=KEYS)
def test_the_key_comes_from(given, expected):
    wishes = [naming.Wish("goal", name, identifier, parent) for name, identifier, parent in given]
    assert naming.keys(wishes) == expected


def test_keys_do_not_change_when_a_neighbour_is_added_or_the_order_turns():
    names = ["Tools", "Forms", "Schema"]
    before = read(document(goal("".join(objective(name=name, identifier="") for name in names)))).file
    after = read(document(goal(objective(name="Talks", identifier="") + "".join(
        objective(name=name, identifier="") for name in reversed(names))))).file  # fmt: skip
    assert {node.title: node.key for node in before.nodes}.items() <= {
        node.title: node.key for node in after.nodes
    }.items()


@settings(max_examples=40, deadline=None)
@given(names=st.lists(st.tuples(st.text(max_size=120), st.sampled_from(["", "G1", UUID])), max_size=12))
def test_keys_are_keys_and_differ(names):
    wishes = [
        naming.Wish("goal", name, identifier, 0 if at else None)
        for at, (name, identifier) in enumerate(names)
    ]
    keys = naming.keys(wishes)
    assert len(set(keys)) == len(keys)
    assert all(len(key) <= 80 and key[0].isalpha() and key.isascii() and key == key.lower() for key in keys)


PIECES = st.sampled_from(
    [
        "<Name>x</Name>", "<Name/>", "<id/>", "TBD", "&#x7f;", "&amp;", "<Value/>",
        "<Identifier>G1</Identifier>",
        "<Stakeholder><Name>Y</Name><Role><RoleType/></Role></Stakeholder>", "<Organization/>",
        "<Organization><Name>Z</Name></Organization>", "<SequenceIndicator>1</SequenceIndicator>",
        instance(result("Target", "5", "2026-01-01")), instance(result("Actual", "x", "y")),
        instance("<ActualResult/>"), instance(result("Actual", "7")), relation("Narrower_Than", "G1"),
        relation("Broader_Than", "O1"), relation("", "O1"), objective(), indicator(), goal(name=""),
    ]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(pieces=st.lists(st.lists(PIECES, max_size=4).map("".join), min_size=5, max_size=5))
def test_whatever_stands_wherever_a_plan_comes_out(pieces):
    inside = goal(pieces[1] + objective(pieces[2] + indicator(pieces[3])) + objective())
    plan = read(document(pieces[0] + inside, about=pieces[4])).file
    assert planfile.read(plan_text.write_yaml(plan), "plan.yaml").file == plan


@settings(max_examples=100, deadline=None)
@given(
    at=st.integers(0, 2000),
    put=st.sampled_from(["<", "&", "</Goal>", "<Goal>", "]]>", "<!--", "\x01"]),
)
def test_a_damaged_document_is_read_or_refused(at, put):
    whole = document(goal(objective(indicator(instance(result("Target", "5", "2026-01-01"))))))
    at %= len(whole)
    try:
        plan = read(whole[:at] + put + whole[at:]).file
    except FileRefused:
        return
    assert plan.plan
