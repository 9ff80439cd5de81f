"""The commands look at a plan as it was recorded, and follow the chain of its history."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import text

from app import create_app
from scorecard.domain.schema import ObservationFields
from scorecard.store import upgrade, work
from scorecard.store.commands.check_ins import record
from scorecard.store.commands.links import move
from scorecard.store.commands.nodes import archive_nodes, edit_node
from scorecard.store.database import Database
from tests.store.drawn import ME, keep
from tests.store.forced import forced

DAY = date(2026, 3, 31)


class Clock(datetime):
    """A clock that stands where it is set."""

    moment = datetime(2026, 3, 1, 12, tzinfo=UTC)

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> "Clock":
        return cls.fromtimestamp(cls.moment.timestamp(), tz)


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    app = create_app(DATABASE_URL=f"sqlite:///{tmp_path / 'scorecard.db'}", SECRET_KEY="past " * 8)
    yield app
    app.extensions["scorecard"].engine.dispose()


@pytest.fixture
def db(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Database:
    """The plan p: made on 1 March, churn at 2; on the 2nd it moves, changes and comes to 8."""
    found: Database = app.extensions["scorecard"]
    upgrade.prepare(found)
    monkeypatch.setattr(work, "datetime", Clock)
    monkeypatch.setattr(Clock, "moment", datetime(2026, 3, 1, 12, tzinfo=UTC))
    keep(found, "grow < win < churn", "save < cost", observations=(seen(2),))
    Clock.moment += timedelta(days=1)
    record(found, "p", seen(8), actor=ME)
    move(found, "p", "churn", from_parent="win", to_parent="save", actor=ME)
    edit_node(found, "p", "churn", {"title": "Loss"}, version=None, actor=ME)
    archive_nodes(found, "p", ["grow"], actor=ME)
    return found


def seen(value: float) -> ObservationFields:
    return ObservationFields(node="churn", date=DAY, value=value)


def run(app: Flask, *args: object, code: int = 0) -> Result:
    answer = app.test_cli_runner().invoke(args=[str(arg) for arg in args])
    assert answer.exit_code == code, (answer.output, answer.stderr, answer.exception)
    return answer


def scores(app: Flask, plan: str, *args: str) -> dict[str, float | None]:
    rows = json.loads(run(app, "plan", "standings", plan, "--json", *args).stdout)
    return {row["key"]: row["score"] for row in rows}


def test_standings_are_those_of_the_plan_as_it_was_recorded_then(app: Flask, db: Database) -> None:
    early = scores(app, "p@2026-03-01", "--as-of", "2026-03-31")
    assert (early["churn"], early["win"], early["save"]) == (pytest.approx(0.2), pytest.approx(0.2), None)
    late = scores(app, "p@2026-03-02", "--as-of", "2026-03-31")
    assert (late["churn"], late["save"]) == (pytest.approx(0.8), pytest.approx(0.8))
    assert late == scores(app, "p", "--as-of", "2026-03-31")


def test_a_plan_as_of_a_day_is_judged_on_that_day(app: Flask, db: Database) -> None:
    rows = json.loads(run(app, "plan", "standings", "p@2026-03-01", "--json").stdout)
    assert {row["as_of"] for row in rows} == {"2026-03-01"}
    assert {row["score"] for row in rows} == {None}


def test_a_moment_with_its_zone_is_taken_too(app: Flask, db: Database) -> None:
    for moment in ("2026-03-02T12:59:59+01:00", "2026-03-01T12:00Z"):
        assert "win" in scores(app, f"p@{moment}", "--as-of", "2026-03-31")
    assert "win" not in scores(app, "p@2026-03-02T13:00+01:00", "--as-of", "2026-03-31")


def test_explain_findings_and_export_look_back_too(app: Flask, db: Database) -> None:
    row = json.loads(run(app, "plan", "explain", "p@2026-03-01", "win", "--as-of", DAY, "--json").stdout)
    assert [child["key"] for child in row["children"]] == ["churn"]
    found = json.loads(run(app, "plan", "findings", "p@2026-03-01", "--json").stdout)
    assert "win" in {each["key"] for each in found}
    exported = run(app, "plan", "export", "p@2026-03-01", "-", "--format", "json").stdout
    assert [node["title"] for node in json.loads(exported)["nodes"]][2] == "Churn"


@pytest.mark.parametrize("asked", ["p@yesterday", "p@", "p@2026-02-30", "p@2026-03-01T12:00"])
def test_what_is_no_day_and_no_moment_is_a_usage_error(app: Flask, db: Database, asked: str) -> None:
    assert "neither a day" in run(app, "plan", "standings", asked, code=2).stderr


def test_a_plan_that_was_not_there_yet_is_refused_with_the_day_it_began(app: Flask, db: Database) -> None:
    answer = run(app, "plan", "export", "p@2026-02-28", "-", "--format", "yaml", code=1)
    assert answer.stderr == "The plan “p” was not there yet on 28 Feb 2026: it was made on 1 Mar 2026.\n"


def test_the_audit_prints_the_head_of_every_chain(app: Flask, db: Database) -> None:
    run(app, "plan", "copy", "p", "q")
    rows = json.loads(run(app, "store", "audit", "--json").stdout)
    assert [(row["plan"], row["revision"], row["broken"]) for row in rows] == [("p", 5, None), ("q", 1, None)]
    shown = run(app, "store", "audit", "q").stdout
    assert rows[1]["head"] in shown
    assert rows[0]["head"] not in shown
    run(app, "store", "audit", "--head", rows[0]["head"], "--head", rows[1]["head"])
    assert "There is no plan" in run(app, "store", "audit", "nowhere", code=1).stderr


def test_the_audit_names_the_first_change_that_is_broken(app: Flask, db: Database) -> None:
    with forced(db) as connection:
        connection.execute(text("UPDATE change SET actor = 'kim' WHERE revision > 2"))
    answer = run(app, "store", "audit", "--json", code=1)
    assert [row["broken"] for row in json.loads(answer.stdout)] == [3]
    assert answer.stderr == "p: Change 3 is not as it was written.\n"
    assert "Change 3" in run(app, "store", "fsck", code=1).stderr


def test_the_audit_misses_an_end_only_where_nobody_kept_the_head(app: Flask, db: Database) -> None:
    head = json.loads(run(app, "store", "audit", "--json").stdout)[0]["head"]
    with forced(db) as connection:
        for table in ("touched", "change"):
            connection.execute(text(f"DELETE FROM {table} WHERE revision = 5"))
        connection.execute(text("UPDATE plan SET revision = 4"))
    run(app, "store", "audit")
    assert head in run(app, "store", "audit", "p", "--head", head, code=1).stderr


def differences(app: Flask, *args: object) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(run(app, "plan", "diff", *args, "--json").stdout)
    return found


def test_two_days_of_a_plan_are_told_apart(app: Flask, db: Database) -> None:
    assert differences(app, "p@2026-03-01", "p@2026-03-02") == [
        {"change": "archived", "kind": "node", "key": "grow", "field": "archived", "from": False, "to": True},
        {"change": "archived", "kind": "node", "key": "win", "field": "archived", "from": False, "to": True},
        {
            "change": "renamed",
            "kind": "node",
            "key": "churn",
            "field": "title",
            "from": "Churn",
            "to": "Loss",
        },
        {"change": "moved", "kind": "node", "key": "churn", "field": "parent", "from": "win", "to": "save"},
        {
            "change": "revalued",
            "kind": "observation",
            "key": "churn@2026-03-31",
            "field": "value",
            "from": 2.0,
            "to": 8.0,
        },
    ]
    assert differences(app, "p", "p@2026-03-02") == []


def test_a_difference_is_told_in_words(app: Flask, db: Database) -> None:
    shown = [
        " ".join(line.split()) for line in run(app, "plan", "diff", "p@2026-03-01", "p").stdout.splitlines()
    ]
    assert shown == [
        "",
        "Nodes",
        "change what field from to",
        "archived Grow",
        "archived Win",
        "renamed Loss Title Churn Loss",
        "moved Loss Part of Win Save",
        "",
        "Values",
        "change what field from to",
        "value changed Loss · 2026-03-31 Value 2 8",
    ]
    assert run(app, "plan", "diff", "p", "p").stdout == "Nothing differs.\n"


def test_files_and_plans_are_compared_alike(app: Flask, db: Database, tmp_path: Path) -> None:
    early, late = tmp_path / "early.yaml", tmp_path / "late.json"
    run(app, "plan", "export", "p@2026-03-01", early)
    run(app, "plan", "export", "p", late)
    assert differences(app, early, late) == differences(app, "p@2026-03-01", "p")
    assert differences(app, early, "p@2026-03-01") == differences(app, "p", late) == []


@pytest.mark.parametrize("missing", ["nowhere", "nowhere@2026-03-01", "nowhere.yaml"])
def test_what_is_not_there_is_refused(app: Flask, db: Database, missing: str) -> None:
    assert "nowhere" in run(app, "plan", "diff", "p", missing, code=1).stderr


def test_a_broken_file_is_refused_with_its_line(app: Flask, db: Database, tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text("plan: p\nnodes: []\nmisson: none\n")
    assert "broken.yaml:3" in run(app, "plan", "diff", path, "p", code=1).stderr


@pytest.mark.parametrize(("flags", "value"), [((), 5.0), (("--known",), None)])
def test_known_leaves_out_what_was_recorded_after_the_day_it_is_judged_on(
    app: Flask, db: Database, flags: tuple[str, ...], value: float | None
) -> None:
    late = ObservationFields(node="churn", date=date(2026, 2, 28), value=5)
    record(db, "p", late, actor=ME)
    said = ("--as-of", "2026-03-01", "--json", *flags)
    rows = json.loads(run(app, "plan", "standings", "p", *said).stdout)
    assert {row["key"]: row["value"] for row in rows}["churn"] == value
    explained = json.loads(run(app, "plan", "explain", "p", "save", *said).stdout)
    assert explained["score"] == (value and value / 10)
