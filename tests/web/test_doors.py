"""The doors: what every answer carries, who may post, how much a body may hold, when serving is refused."""

import os
import stat
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from scorecard.web.security import POLICY, check_start

PAGES = ["/", "/new", "/import", "/p/northwind/scorecard", "/p/northwind/tree", "/p/nowhere/tree", "/healthz"]


@pytest.mark.parametrize("page", PAGES)
def test_every_answer_carries_the_content_policy_and_is_not_kept(client: FlaskClient, page: str) -> None:
    answer = client.get(page)
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Request-Id"]


def test_a_static_file_may_be_kept_for_a_year(client: FlaskClient) -> None:
    with client.get("/static/app.css?v=1") as answer:
        assert "max-age=31536000" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 422),
        ({"Sec-Fetch-Site": "none"}, 422),
        ({"Origin": "http://localhost"}, 422),
        ({}, 422),
    ],
)
def test_a_form_sent_from_another_site_is_refused(
    client: FlaskClient, headers: dict[str, str], status: int
) -> None:
    assert client.post("/new", headers=headers).status_code == status


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "192.168.1.4:5000"])
def test_another_host_name_is_refused(client: FlaskClient, host: str) -> None:
    assert client.get("/", headers={"Host": host}).status_code == 400


def test_a_body_of_more_than_a_megabyte_is_refused(client: FlaskClient) -> None:
    assert client.post("/new", data={"title": "x" * (2**20 + 1)}).status_code == 413


def test_an_unknown_page_is_a_page_in_the_products_look(client: FlaskClient) -> None:
    answer = client.get("/p/northwind/nothing")
    assert answer.status_code == 404
    assert "<nav" in answer.text
    assert "There is no such page" in answer.text


def test_a_fault_of_ours_shows_one_sentence_and_a_request_id(app: Flask) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.add_url_rule("/broken", view_func=lambda: 1 // 0)
    answer = app.test_client().get("/broken")
    assert answer.status_code == 500
    assert answer.headers["X-Request-Id"] in answer.text
    assert "ZeroDivisionError" not in answer.text


def test_health_and_readiness_answer(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"status": "ok"}
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json is not None
    assert ready.json["status"] == "ok"


def test_a_database_without_tables_is_not_ready(tmp_path: Path) -> None:
    app = create_app(DATABASE_URL=f"sqlite:///{tmp_path / 'new.db'}", SECRET_KEY="doors " * 4)
    assert app.test_client().get("/readyz").status_code == 503
    app.extensions["scorecard"].engine.dispose()


def test_an_empty_database_gets_its_tables_at_the_first_page(tmp_path: Path) -> None:
    app = create_app(DATABASE_URL=f"sqlite:///{tmp_path / 'new.db'}", SECRET_KEY="doors " * 4)
    assert app.test_client().get("/new").status_code == 200
    assert app.test_client().get("/").status_code == 200
    app.extensions["scorecard"].engine.dispose()


def test_a_database_of_another_version_is_refused_with_a_sentence(app: Flask) -> None:
    db = app.extensions["scorecard"]
    with db.engine.begin() as connection:
        connection.exec_driver_sql("update alembic_version set version_num = '0000'")
    db.prepared = False  # as in a process that starts on it
    answer = app.test_client().get("/")
    assert answer.status_code == 503
    assert "flask db upgrade" in answer.text


@pytest.mark.parametrize("key", [None, "", "short", "aaaaaaaaaaaaaaaaaaaaaaaa"])
def test_serving_in_production_needs_a_real_key(tmp_path: Path, key: str | None) -> None:
    app = create_app(
        DATABASE_URL=f"sqlite:///{tmp_path / 'new.db'}", SECRET_KEY=key, SCORECARD_MODE="production"
    )
    with pytest.raises(SystemExit):
        check_start(app)
    app.extensions["scorecard"].engine.dispose()


def test_a_generated_key_is_its_users_alone_and_stays(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("app.ROOT", tmp_path)
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    keys = {create_app().config["SECRET_KEY"] for _ in range(2)}
    assert len(keys) == 1
    assert stat.S_IMODE(os.stat(tmp_path / "instance" / "secret_key").st_mode) == 0o600
