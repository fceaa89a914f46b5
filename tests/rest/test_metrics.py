"""/metrics: what is counted, under which names, who may see it, and what it costs."""

from __future__ import annotations

import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from counterfoil import metrics
from counterfoil.app import House, create_app
from counterfoil.jobs.gate import Gate
from counterfoil.rest import trace
from counterfoil.rest.watch import Watch
from counterfoil.settings import Settings
from tests.support.houses import new_company, open_house

LOCAL = ("127.0.0.1", 4000)
HERE = "http://127.0.0.1:8642"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    found = open_house(tmp_path / "data")
    yield found
    found.close()


def client(house: House, address: tuple[str, int] = LOCAL) -> TestClient:
    return TestClient(create_app(house), base_url=HERE, client=address)


def scraped(text: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(found: dict[tuple[str, frozenset[tuple[str, str]]], float], name: str, **labels: str) -> float:
    return found[f"counterfoil_{name}", frozenset(labels.items())]


def test_requests_are_counted_by_the_routes_template(house: House) -> None:
    http = client(house)
    for path in ("/v2/client_invoices/a", "/v2/client_invoices/b", "/i/secret-token", "/nowhere", "/healthz"):
        http.get(path)
    http.request("INVENTED", "/v2/clients")
    answer = http.get("/metrics")
    found = scraped(answer.text)
    route = "/v2/client_invoices/{id}"
    assert value(found, "http_requests_total", route=route, method="GET", status="4xx") == 2
    assert value(found, "http_request_duration_seconds_count", route=route, method="GET") == 2
    assert value(found, "http_requests_total", route="/i/{token}", method="GET", status="4xx") == 1
    assert value(found, "http_requests_total", route="none", method="GET", status="4xx") == 1
    assert value(found, "http_requests_total", route="/v2/clients", method="other", status="4xx") == 1
    assert "secret-token" not in answer.text
    assert value(found, "http_requests_at_hand") == 1


@pytest.mark.sqlite
def test_what_the_database_holds_is_shown(house: House) -> None:
    company = new_company(house)
    company.create(status="unpaid")
    found = scraped(client(house).get("/metrics").text)
    assert value(found, "documents_issued_total", kind="client_invoice") == 1
    assert value(found, "queue_jobs", kind="render", state="waiting") == 1
    assert value(found, "queue_oldest_due_seconds") > 0
    assert value(found, "database_up") == 1
    assert value(found, "database_connections_in_use") == 0  # each is given back
    assert value(found, "write_lock_wait_seconds_count") >= 3
    assert any(name == "counterfoil_build_info" for name, _ in found)
    assert any(name == "process_cpu_seconds_total" for name, _ in found)


@pytest.mark.sqlite
def test_a_database_that_is_away_is_shown_and_the_rest_stays(house: House) -> None:
    http = client(house)
    (house.settings.data / "counterfoil.db").unlink()
    found = scraped(http.get("/metrics").text)
    assert value(found, "database_up") == 0
    assert not any(name == "counterfoil_queue_jobs" for name, _ in found)


@pytest.mark.sqlite
def test_many_scrapes_ask_the_database_once(house: House) -> None:
    http = client(house)
    assert value(scraped(http.get("/metrics").text), "database_up") == 1
    (house.settings.data / "counterfoil.db").unlink()
    assert value(scraped(http.get("/metrics").text), "database_up") == 1


def test_outcomes_of_jobs_are_counted_by_kind() -> None:
    gate = Gate()
    gate.count("render")
    gate.failed("render", is_dead=False)
    gate.failed("send_email", is_dead=True)
    assert gate.outcomes() == {("render", "done"): 1, ("render", "failed"): 1, ("send_email", "laid_aside"): 1}


@pytest.mark.parametrize(
    ("mode", "address", "headers", "status"),
    [
        ("auto", LOCAL, {}, 200), ("auto", ("192.0.2.7", 4000), {}, 403),
        ("auto", LOCAL, {"X-Forwarded-For": "127.0.0.1"}, 403), ("auto", LOCAL, {"Host": "evil.example"}, 403),
        ("on", ("192.0.2.7", 4000), {}, 200), ("off", LOCAL, {}, 404),
    ],
)  # fmt: skip
def test_who_may_see_it(
    tmp_path: Path, mode: str, address: tuple[str, int], headers: dict[str, str], status: int
) -> None:
    house = House(Settings(data=tmp_path, metrics=mode))  # type: ignore[arg-type]  # one of them
    try:
        assert client(house, address).get("/metrics", headers=headers).status_code == status
    finally:
        house.close()


def test_two_applications_of_one_process_count_apart(house: House) -> None:
    first, second = client(house), client(house)
    first.get("/healthz")
    found = scraped(second.get("/metrics").text)
    assert not any(dict(labels).get("route") == "/healthz" for _, labels in found)


def test_a_process_without_a_door_serves_them_on_a_port(house: House) -> None:
    serving = metrics.serve_metrics("127.0.0.1", 0, metrics.registry_of(house))
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{serving.port}/metrics", timeout=10) as answer:
            found = scraped(answer.read().decode())
    finally:
        serving.close()
    assert value(found, "database_up") == 1


def test_counting_costs_a_request_next_to_nothing() -> None:
    watch, exchange = Watch(), trace.begin()
    exchange.status = 200
    scope = {"method": "GET", "endpoint": test_counting_costs_a_request_next_to_nothing}
    best = 1.0
    for _ in range(20):
        started = time.perf_counter()
        for _ in range(500):
            watch.done(scope, exchange, 0.003)
        best = min(best, (time.perf_counter() - started) / 500)
    assert best < 15e-6
