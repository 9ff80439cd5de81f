"""A draft brought back: what one side changed is taken, what both changed is for a person to decide."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scorecard.domain.schema import LinkFields, NodeFields, PlanFile, TargetFields
from scorecard.graph.diff import SECTIONS, Unfit, by_identity
from scorecard.graph.merging import three_way
from tests import plans

some = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
REACH = {"kind": "reach", "baseline": 0.0, "target": 10.0}


def kpi(key, **said):
    given = {"key": key, "kind": "kpi", "title": key.title(), "measure": REACH, **said}
    return NodeFields.model_validate(given)


def plan(*nodes, **sections):
    return PlanFile(plan="p", title="P", nodes=nodes, **sections)


BASE = plan(kpi("churn"), kpi("win"), links=(LinkFields(child="churn", parent="win", weight=1.0),))


def with_(file, key, **said):
    """Return a plan in which a node says something else."""
    nodes = tuple(
        NodeFields.model_validate({**dict(each), **said}) if each.key == key else each for each in file.nodes
    )
    return file.model_copy(update={"nodes": nodes})


def content(file):
    """Return all of a plan that a draft may change, in no order."""
    sections = {name: by_identity(getattr(file, name)) for name in SECTIONS if name != "observations"}
    return sections, file.bands, file.policy, file.fiscal_year_start, file.timezone


def test_what_each_side_changed_alone_is_taken():
    live = with_(BASE, "churn", title="Churn rate")
    draft = with_(with_(BASE, "churn", owner=None, measure={**REACH, "target": 12.0}), "win", title="Won")
    merged, clashes = three_way(BASE, live, draft)
    churn, win = merged.nodes
    assert (churn.title, churn.measure.target, win.title, clashes) == ("Churn rate", 12.0, "Won", [])


def test_parts_of_one_measure_changed_on_both_sides_do_not_clash():
    live = with_(BASE, "churn", measure={**REACH, "baseline": 1.0})
    draft = with_(BASE, "churn", measure={**REACH, "target": 12.0})
    merged, clashes = three_way(BASE, live, draft)
    assert (merged.nodes[0].measure.baseline, merged.nodes[0].measure.target) == (1.0, 12.0)
    assert clashes == []


def test_a_field_changed_twice_is_a_clash_and_stays_until_somebody_decides():
    live = with_(BASE, "churn", measure={**REACH, "target": 11.0})
    draft = with_(BASE, "churn", measure={**REACH, "target": 12.0})
    merged, (clash,) = three_way(BASE, live, draft)
    assert merged.nodes[0].measure.target == 11.0
    assert clash.name == "node churn measure.target"
    assert (clash.base, clash.live, clash.draft) == (10.0, 11.0, 12.0)
    merged, clashes = three_way(BASE, live, draft, {clash.name: "draft"})
    assert (merged.nodes[0].measure.target, clashes) == (12.0, [])
    merged, clashes = three_way(BASE, live, draft, {clash.name: "live"})
    assert (merged.nodes[0].measure.target, clashes) == (11.0, [])


def test_another_kind_of_measure_is_taken_or_left_whole():
    live = with_(BASE, "churn", measure={**REACH, "target": 11.0})
    draft = with_(BASE, "churn", measure={"kind": "at_most", "target": 2.0})
    merged, (clash,) = three_way(BASE, live, draft)
    assert clash.field == "measure"
    merged, _ = three_way(BASE, live, draft, {clash.name: "draft"})
    assert merged.nodes[0].measure.kind == "at_most"


def test_what_one_side_took_away_and_the_other_changed_is_a_clash():
    live = BASE.model_copy(update={"links": ()})
    draft = BASE.model_copy(update={"links": (LinkFields(child="churn", parent="win", weight=3.0),)})
    merged, (clash,) = three_way(BASE, live, draft)
    assert (clash.name, clash.live, merged.links) == ("link churn>win", None, ())
    merged, _ = three_way(BASE, live, draft, {clash.name: "draft"})
    assert merged.links[0].weight == 3.0


def test_what_comes_in_a_draft_stands_where_it_stood_there():
    draft = plan(kpi("first"), kpi("churn"), kpi("cost"), kpi("win"), kpi("last"), links=BASE.links)
    merged, _ = three_way(BASE, plan(kpi("win"), kpi("churn"), links=BASE.links), draft)
    assert [node.key for node in merged.nodes] == ["first", "win", "last", "churn", "cost"]


def test_check_ins_are_no_part_of_a_draft():
    seen = {"node": "churn", "date": "2026-03-01", "value": 3.0}
    live = PlanFile.model_validate({**dict(BASE), "observations": (seen,)})
    assert three_way(BASE, live, BASE).file == live


def test_what_makes_no_sense_together_is_refused_in_a_sentence():
    base = with_(BASE, "churn", measure={"kind": "between", "low": 0.0, "high": 9.0})
    live = with_(BASE, "churn", measure={"kind": "between", "low": 8.0, "high": 9.0})
    draft = with_(BASE, "churn", measure={"kind": "between", "low": 0.0, "high": 4.0})
    with pytest.raises(Unfit, match="churn"):
        three_way(base, live, draft)


def test_the_title_of_a_draft_is_its_own():
    draft = BASE.model_copy(update={"title": "P next year", "plan": "p_next", "mission": "Grow."})
    merged, _ = three_way(BASE, BASE, draft)
    assert (merged.plan, merged.title, merged.mission) == ("p", "P", "Grow.")


@given(plans.plans(most_nodes=4), plans.plans(most_nodes=4))
@some
def test_a_draft_that_changed_nothing_changes_nothing_and_one_alone_is_taken_whole(first, second):
    assert three_way(first, second, first) == (second, [])
    assert three_way(first, second, second) == (second, [])
    alone, clashes = three_way(first, first, second)
    assert clashes == []
    assert content(alone) == content(second)


@given(plans.plans(most_nodes=4), st.data())
@some
def test_every_clash_goes_as_it_was_decided(base, data):
    targets = tuple(dict.fromkeys((t.node, t.date, t.label) for t in base.targets))

    def moved(value):
        rows = tuple(TargetFields(node=n, date=d, label=label, value=value) for n, d, label in targets)
        return base.model_copy(update={"targets": rows})

    live, draft = moved(1.0), moved(2.0)
    _, clashes = three_way(base, live, draft)
    sides = {clash.name: data.draw(st.sampled_from(["live", "draft"])) for clash in clashes}
    merged, left = three_way(base, live, draft, sides)
    assert left == []
    for clash in clashes:
        (target,) = (t for t in merged.targets if clash.key == _key(t))
        assert target.value == (clash.live if sides[clash.name] == "live" else clash.draft)


def _key(target):
    return f"{target.node}@{target.date.isoformat()}" + (f":{target.label}" if target.label else "")
