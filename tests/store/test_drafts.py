"""Drafts: edited apart, compared field by field, merged as one change that can be taken back."""

from datetime import date

import pytest

from scorecard.domain.errors import Conflict, NotFound
from scorecard.domain.schema import CycleFields, LinkFields, ObservationFields
from scorecard.domain.vocabulary import CycleState
from scorecard.graph.structure import Circle
from scorecard.store import history, queries
from scorecard.store.commands.check_ins import record
from scorecard.store.commands.cycles import move_cycle
from scorecard.store.commands.drafts import (
    DraftOfDraft,
    NoDraft,
    Undecided,
    begin_draft,
    compare,
    drafts_of,
    merge_draft,
    source_of,
)
from scorecard.store.commands.links import attach, reweight
from scorecard.store.commands.nodes import add_node, edit_node
from scorecard.store.commands.plans import PlanExists, restore_plan
from scorecard.store.commands.undo import undo
from scorecard.store.locks import CycleClosed
from scorecard.store.unit_of_work import PlanArchived
from tests.store.drawn import ME, drawn, keep
from tests.store.test_commands import kpi

LINES = ("grow < win[2] < churn", "grow < idle")
SEEN = ObservationFields(node="churn", date=date(2026, 3, 1), value=3.0)


def begun(db, **sections):
    """Keep a plan with a draft of it."""
    keep(db, *LINES, **sections)
    begin_draft(db, "p", "next", title="P next year", actor=ME)


def title(db, plan, node, text):
    return edit_node(db, plan, node, {"title": text}, version=None, actor=ME)


def test_a_draft_is_the_plan_under_a_title_of_its_own_and_not_among_the_plans(db):
    begun(db, observations=(SEEN,))
    file = queries.load_file(db, "next")
    assert (file.title, file.nodes, file.observations) == ("P next year", drawn(*LINES).nodes, (SEEN,))
    assert [line.key for line in queries.list_plans(db)] == ["p"]
    assert [row["key"] for row in drafts_of(db, "p")] == ["next"]
    assert (source_of(db, "next"), source_of(db, "p")) == ("p", None)


def test_what_a_draft_changed_becomes_one_change_of_the_plan(db):
    begun(db)
    title(db, "next", "churn", "Churn rate")
    add_node(db, "next", kpi("cost"), parent="grow", weight=3.0, actor=ME)
    reweight(db, "next", "win", "grow", changes={"weight": 5.0}, actor=ME)
    title(db, "p", "idle", "Busy")
    record(db, "p", SEEN, actor=ME)
    written = merge_draft(db, "next", actor=ME, reason="The board agreed.")
    plan = queries.load_plan(db, "p")
    assert (plan.nodes["churn"].title, plan.nodes["idle"].title) == ("Churn rate", "Busy")
    assert {(each.child, each.weight) for each in plan.contributions["grow"]} == {
        *(("win", 5.0), ("idle", 1.0), ("cost", 3.0)),
    }
    assert queries.load_file(db, "p").observations == (SEEN,)
    entry = history.changes(db, "p")[0]
    assert (entry.revision, entry.intent, entry.reason) == (
        *(written.revision, "merge_draft", "The board agreed."),
    )
    with pytest.raises(PlanArchived):
        title(db, "next", "churn", "Again")
    with pytest.raises(PlanArchived):
        merge_draft(db, "next", actor=ME)


def test_a_merge_is_taken_back_like_any_change(db):
    begun(db)
    title(db, "next", "churn", "Churn rate")
    add_node(db, "next", kpi("cost"), parent="grow", actor=ME)
    before = queries.load_file(db, "p")
    undo(db, "p", merge_draft(db, "next", actor=ME).revision, actor=ME)
    assert queries.load_file(db, "p") == before
    restore_plan(db, "next", actor=ME)
    merge_draft(db, "next", actor=ME)
    assert "cost" in queries.load_plan(db, "p").nodes


def test_what_both_changed_waits_for_a_decision(db):
    begun(db)
    title(db, "next", "churn", "Mine")
    title(db, "p", "churn", "Theirs")
    (clash,) = compare(db, "next").merged.clashes
    assert (clash.base, clash.live, clash.draft) == ("Churn", "Theirs", "Mine")
    with pytest.raises(Undecided, match="churn"):
        merge_draft(db, "next", actor=ME)
    assert queries.load_plan(db, "p").revision == 2
    merge_draft(db, "next", {clash.name: "draft"}, actor=ME)
    assert queries.load_plan(db, "p").nodes["churn"].title == "Mine"


def test_a_merge_writes_what_its_reader_saw_or_nothing(db):
    begun(db)
    title(db, "next", "churn", "Mine")
    seen = compare(db, "next")
    title(db, "p", "idle", "Busy")
    with pytest.raises(Conflict):
        merge_draft(db, "next", expected=(seen.revision, seen.draft_revision), actor=ME)
    seen = compare(db, "next")
    title(db, "next", "win", "Won")
    with pytest.raises(Conflict):
        merge_draft(db, "next", expected=(seen.revision, seen.draft_revision), actor=ME)
    assert queries.load_plan(db, "p").nodes["churn"].title == "Churn"


def test_two_edits_each_fine_alone_do_not_close_a_circle_through_a_merge(db):
    keep(db, "grow < win", "keep < idle")
    begin_draft(db, "p", "next", title="Next", actor=ME)
    attach(db, "next", LinkFields(child="grow", parent="keep"), actor=ME)
    attach(db, "p", LinkFields(child="keep", parent="grow"), actor=ME)
    with pytest.raises(Circle):
        merge_draft(db, "next", actor=ME)
    assert queries.fsck(db) == []


def test_a_closed_cycle_changes_by_no_draft_either(db):
    cycle = CycleFields(key="fy", title="FY", start=date(2025, 1, 1), end=date(2025, 12, 31))
    begun(db, cycles=(cycle,))
    edit_node(db, "p", "churn", {"cycle": "fy"}, version=None, actor=ME)
    move_cycle(db, "p", "fy", CycleState.closed, version=None, actor=ME)
    title(db, "next", "churn", "Rewritten")
    with pytest.raises(CycleClosed):
        merge_draft(db, "next", actor=ME)


def test_drafts_are_taken_from_plans_and_merged_into_them(db):
    begun(db)
    with pytest.raises(DraftOfDraft):
        begin_draft(db, "next", "later", title="Later", actor=ME)
    with pytest.raises(NoDraft):
        merge_draft(db, "p", actor=ME)
    with pytest.raises(PlanExists):
        begin_draft(db, "p", "next", title="Again", actor=ME)
    with pytest.raises(NotFound):
        begin_draft(db, "q", "r", title="R", actor=ME)
