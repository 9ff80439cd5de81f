"""The life of a cycle: what each step does, and that what was closed stays as it was by every door."""

from datetime import date

import pytest

from scorecard.domain.errors import Conflict
from scorecard.domain.schema import CycleFields, NodeFields, ObservationFields
from scorecard.domain.vocabulary import CycleState, Lifecycle, Status
from scorecard.graph.closing import Achievement, achievement, grades
from scorecard.graph.rollup import rollup
from scorecard.store import queries
from scorecard.store.commands.check_ins import record
from scorecard.store.commands.cycles import (
    ClosedAround,
    CycleRuns,
    NoSuchStep,
    OpenWithin,
    ReasonNeeded,
    move_cycle,
)
from scorecard.store.commands.imports import apply_import
from scorecard.store.commands.nodes import edit_node
from scorecard.store.commands.parts import StepByStep, edit_part
from scorecard.store.commands.plans import create_plan
from scorecard.store.commands.undo import ClosedAnew, undo
from scorecard.store.locks import CycleClosed, CycleKeepsClosed
from tests.store.drawn import ME, drawn

END, AFTER = date(2026, 3, 31), date(2026, 4, 2)
Q1 = CycleFields(key="q1", title="Q1", start=date(2026, 1, 1), end=END, parent="fy")
FY = CycleFields(key="fy", title="FY", start=date(2026, 1, 1), end=date(2026, 12, 31))


def keep(db, *values, cycles=(FY, Q1)):
    """Keep `grow < churn` of the quarter, with values of the measure from 0 to 10 in March."""
    file = drawn("grow < churn", "grow < idle", cycles=cycles)
    nodes = tuple(node.model_copy(update={"cycle": "q1"}) for node in file.nodes)
    seen = tuple(
        ObservationFields(node="churn", date=date(2026, 3, at), value=value)
        for at, value in enumerate(values, 1)
    )
    create_plan(db, file.model_copy(update={"nodes": nodes, "observations": seen}), actor=ME)


def step(db, to, cycle="q1", today=AFTER, version=None, **more):
    return move_cycle(db, "p", cycle, CycleState(to), version=version, actor=ME, today=today, **more)


def node(db, key="churn"):
    return queries.load_plan(db, "p").nodes[key]


def test_a_cycle_goes_from_draft_to_closed_step_by_step_and_back_to_open(db):
    keep(db, 5.0, cycles=(FY, Q1.model_copy(update={"state": CycleState.draft})))
    for to in ("open", "closing", "open", "closing", "closed"):
        step(db, to)
        assert queries.load_plan(db, "p").cycles["q1"].state == to


@pytest.mark.parametrize(
    ("was", "to"), [("draft", "closed"), ("draft", "closing"), ("open", "open"), ("closing", "draft")]
)
def test_a_step_that_leaps_is_refused(db, was, to):
    keep(db, cycles=(FY, Q1.model_copy(update={"state": CycleState(was)})))
    with pytest.raises(NoSuchStep):
        step(db, to)


def test_closing_freezes_value_progress_score_and_status_and_keeps_a_learning(db):
    keep(db, 5.0, 8.0)
    before = rollup(queries.load_plan(db, "p"), END)
    step(db, "closed", learnings={"churn": "Calls in the first week help."})
    plan = queries.load_plan(db, "p")
    for key in ("grow", "churn", "idle"):
        grade, stood = plan.nodes[key].grade, before[key]
        assert plan.nodes[key].lifecycle is Lifecycle.closed
        assert (grade.progress, grade.score, grade.status) == (stood.progress, stood.score, stood.computed)
    assert plan.nodes["churn"].grade.learning == "Calls in the first week help."
    assert plan.nodes["idle"].grade.status is Status.no_data
    after = rollup(plan, date(2027, 6, 1))
    assert after["grow"].score == before["grow"].score
    assert after["churn"].value == 8.0


def test_a_cycle_is_not_closed_before_its_last_day(db):
    keep(db, 5.0)
    with pytest.raises(CycleRuns, match="2026-03-31"):
        step(db, "closed", today=date(2026, 3, 30))
    step(db, "closed", today=END)


def test_what_lies_within_is_closed_first_and_opened_last(db):
    keep(db, 5.0)
    year_over = date(2027, 1, 1)
    with pytest.raises(OpenWithin, match="Q1"):
        step(db, "closed", "fy", year_over)
    step(db, "closed", today=year_over)
    step(db, "closed", "fy", year_over)
    with pytest.raises(ClosedAround):
        step(db, "closing", reason="A late invoice.")


BY_EVERY_DOOR = [
    lambda db: record(db, "p", ObservationFields(node="churn", date=END, value=9.0), actor=ME),
    lambda db: edit_node(db, "p", "churn", {"grade": None}, version=None, actor=ME),
    lambda db: edit_node(db, "p", "churn", {"lifecycle": "active"}, version=None, actor=ME),
    lambda db: edit_part(db, "p", "cycle", "q1", {"end": END.replace(day=30)}, version=None, actor=ME),
    lambda db: undo(db, "p", 2, actor=ME),
    lambda db: undo(db, "p", 3, actor=ME),
    lambda db: apply_import(db, _file(db, 9.0), actor=ME),
    lambda db: apply_import(db, _file(db, None), actor=ME),
]


def _file(db, value):
    """Return the plan as a file in which the quarter has another value, or no grades."""
    file = queries.load_file(db, "p")
    if value is None:
        bare = tuple(each.model_copy(update={"grade": None}) for each in file.nodes)
        return file.model_copy(update={"nodes": bare})
    return file.model_copy(update={"observations": (ObservationFields(node="churn", date=END, value=value),)})


@pytest.mark.parametrize("door", BY_EVERY_DOOR)
def test_what_was_closed_changes_by_no_door(db, door):
    keep(db, 5.0)
    record(db, "p", ObservationFields(node="churn", date=date(2026, 3, 20), value=6.0), actor=ME)
    step(db, "closed")
    before = queries.load_file(db, "p")
    with pytest.raises((CycleClosed, CycleKeepsClosed)):
        door(db)
    assert queries.load_file(db, "p") == before


def test_a_closed_cycle_opens_with_a_reason_and_its_nodes_live_again(db):
    keep(db, 5.0)
    step(db, "closed", learnings={"churn": "Ask earlier."})
    with pytest.raises(ReasonNeeded):
        step(db, "closing")
    step(db, "closing", reason="A late invoice.")
    assert node(db).lifecycle is Lifecycle.active
    record(db, "p", ObservationFields(node="churn", date=END, value=9.0), actor=ME)
    assert rollup(queries.load_plan(db, "p"), AFTER.replace(month=3))["churn"].value == 5.0
    step(db, "closed")
    assert node(db).grade.progress == 0.9
    assert node(db).grade.learning == "Ask earlier."


def test_a_closing_taken_back_opens_and_an_opening_taken_back_does_not_close_on_old_values(db):
    keep(db, 5.0)
    step(db, "closed")
    undo(db, "p", 2, actor=ME, reason="Too early.")
    assert (node(db).lifecycle, node(db).grade) == (Lifecycle.active, None)
    record(db, "p", ObservationFields(node="churn", date=END, value=9.0), actor=ME)
    with pytest.raises(ClosedAnew):
        undo(db, "p", 3, actor=ME)
    step(db, "closed")
    assert node(db).grade.progress == 0.9


def test_a_step_from_a_page_that_is_old_is_a_conflict(db):
    keep(db, 5.0)
    step(db, "closing", version=1)
    with pytest.raises(Conflict):
        step(db, "closed", version=1)


def test_the_state_of_a_cycle_is_no_field_like_others(db):
    keep(db, 5.0)
    with pytest.raises(StepByStep):
        edit_part(db, "p", "cycle", "q1", {"state": "closed"}, version=None, actor=ME)


def test_drafts_and_the_archived_are_not_graded(db):
    keep(db, 5.0)
    edit_node(db, "p", "idle", {"lifecycle": "draft"}, version=None, actor=ME)
    assert set(grades(queries.load_plan(db, "p"), "q1")) == {"grow", "churn"}


@pytest.mark.parametrize(
    ("ambition", "progress", "found"),
    [
        ("aspirational", 0.7, Achievement.achieved),
        ("aspirational", 0.69, Achievement.partly),
        ("aspirational", 0.39, Achievement.missed),
        ("committed", 1.0, Achievement.achieved),
        ("committed", 0.99, Achievement.partly),
        ("committed", 1.4, Achievement.achieved),
        ("committed", -0.2, Achievement.missed),
        ("committed", None, None),
    ],
)
def test_a_grade_reads_clamped_progress_and_never_the_score(ambition, progress, found):
    measure = {"kind": "reach", "baseline": 0.0, "target": 1.0, "ambition": ambition}
    said = NodeFields.model_validate(
        {
            "key": "k",
            "kind": "key_result",
            "title": "K",
            "measure": measure,
            "grade": {"progress": progress, "score": 0.1, "status": "off_track"},
        }
    )
    assert achievement(said, said.grade) is found
