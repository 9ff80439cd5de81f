"""Backup and restore as an operator runs them."""

import json
from pathlib import Path

from flask import Flask

from tests.cli.conftest import Run


def test_a_backup_is_restored_and_what_was_there_is_kept_aside(run: Run, app: Flask, tmp_path: Path) -> None:
    app.instance_path = str(tmp_path / "instance")
    run("plan", "demo")
    before = run("plan", "export", "northwind", "-", "--format", "json").stdout
    assert "1 plans, 1 changes and 1545 check-ins" in run("store", "backup", tmp_path / "b").stdout
    run("plan", "new", "other", "--title", "Other")
    said = run("store", "restore", tmp_path / "b").stdout
    assert run("plan", "export", "northwind", "-", "--format", "json").stdout == before
    assert [each["plan"] for each in json.loads(run("plan", "list", "--json").stdout)] == ["northwind"]
    kept = Path(said.strip().splitlines()[-1].rpartition(" is in ")[2].rstrip("."))
    run("store", "restore", kept)
    assert len(json.loads(run("plan", "list", "--json").stdout)) == 2
    assert "sound" in run("store", "fsck").stdout


def test_what_is_no_backup_is_refused_in_one_line_and_nothing_is_touched(run: Run, tmp_path: Path) -> None:
    run("plan", "demo")
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff" * 100)
    refused = run("store", "restore", tmp_path / "photo.jpg", code=1)
    assert len(refused.stderr.strip().splitlines()) == 1
    assert "photo.jpg is not a whole backup" in refused.stderr
    run("store", "restore", tmp_path / "nowhere", code=2)
    assert len(json.loads(run("plan", "list", "--json").stdout)) == 1


def test_a_backup_does_not_overwrite(run: Run, tmp_path: Path) -> None:
    run("plan", "demo")
    run("store", "backup", tmp_path / "b")
    assert "already" in run("store", "backup", tmp_path / "b", code=1).stderr
    run("store", "backup", tmp_path / "b", "--replace")
