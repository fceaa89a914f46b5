"""/healthz, /readyz: what a balancer is told, and how soon."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from counterfoil.app import House, create_app
from counterfoil.health import Readiness
from counterfoil.settings import Settings
from tests.support.houses import open_house
from tests.support.postgres import Postgres


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    found = open_house(tmp_path / "data")
    yield found
    found.close()


def test_a_server_that_is_well_is_alive_and_ready(house: House) -> None:
    http = TestClient(create_app(house))
    assert http.get("/healthz").json()["status"] == "ok"
    answer = http.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})


def test_one_that_ends_is_alive_and_not_ready(house: House) -> None:
    http = TestClient(create_app(house))
    house.begin_stop()
    answer = http.get("/readyz")
    assert (answer.status_code, answer.json()["reason"]) == (503, "The server is shutting down.")
    assert int(answer.headers["retry-after"]) > 0
    assert http.get("/healthz").status_code == 200


@pytest.mark.sqlite
@pytest.mark.parametrize(
    "statement",
    ["UPDATE alembic_version SET version_num = '0004'", "DROP TRIGGER client_invoices_frozen",
     "UPDATE alembic_version SET version_num = '9999'"],
)  # fmt: skip
def test_a_schema_that_is_not_ours_or_a_guard_that_is_gone_is_told(house: House, statement: str) -> None:
    with house.database.write() as conn:
        conn.exec_driver_sql(statement)
    answer = TestClient(create_app(house)).get("/readyz")
    assert answer.status_code == 503
    assert len(answer.json()["reason"].split()) > 5


@pytest.mark.sqlite
def test_a_database_that_is_gone_is_told(house: House) -> None:
    http = TestClient(create_app(house))
    (house.settings.data / "counterfoil.db").unlink()
    answer = http.get("/readyz")
    assert answer.status_code == 503
    assert "not in its place" in answer.json()["reason"]
    assert http.get("/healthz").status_code == 200


def test_a_database_that_hangs_holds_nobody_up(postgresql: Postgres, tmp_path: Path) -> None:
    async def ask(times: int) -> list[str]:
        readiness = Readiness(house, seconds=0.2)
        return [await readiness.problem() for _ in range(times)]

    house = House(Settings(data=tmp_path, database_url=postgresql.new_database()))
    try:
        with house.database.write() as conn:
            conn.exec_driver_sql("LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE")
            threads = threading.active_count()
            found = asyncio.run(ask(3))
            assert threading.active_count() == threads + 1
        assert found == ["The database has not answered for 0.2 seconds."] * 3
        assert asyncio.run(ask(1)) == [""]
    finally:
        house.close()
