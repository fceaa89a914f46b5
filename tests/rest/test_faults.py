"""Faults on demand: which request meets which, and what its client then sees."""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx
import pytest

from counterfoil.errors import Invalid, NotFound
from counterfoil.rest.faults import FAULTS_MAX, Faults, NewFault
from counterfoil.testing import Sandbox
from tests.rest.test_errors import check_shape
from tests.support.server import expect

LIST = "/v2/client_invoices"
ONE = f"{LIST}/01a20000-0000-7000-8000-000000000000"


def asked(path: str = "/v2/*", *, count: int | None = 1, method: str | None = None, status: int = 500) -> NewFault:
    return NewFault(kind="status", path=path, count=count, method=method, status=status)


@pytest.mark.parametrize(
    ("path", "method", "meets"),
    [
        ("/v2/*", None, True), (LIST, None, False), (f"{LIST}/{{id}}", None, True), (f"{LIST}/*", "get", True),
        (f"{LIST}/{{id}}/finalize", None, False), ("/v2/{id}", None, False), ("*", "POST", False), ("*", "GET", True),
        ("/v2/client.invoices/*", None, False),
    ],
)  # fmt: skip
def test_a_fault_is_met_where_it_was_asked_for(path: str, method: str | None, meets: bool) -> None:
    faults = Faults()
    faults.add(asked(path, method=method))
    assert (faults.meet("GET", ONE) is not None) is meets


def test_a_fault_is_met_as_often_as_asked_for_and_the_first_goes_first() -> None:
    faults = Faults()
    faults.add(asked(count=2, status=500))
    faults.add(asked(count=None, status=503))
    met = [faults.meet("GET", LIST) for _ in range(5)]
    assert [each.status for each in met if each] == [500, 500, 503, 503, 503]
    assert [(each.left, each.met) for each in faults.listed()] == [(0, 2), (None, 3)]


def test_faults_are_removed_one_by_one_or_all_at_once() -> None:
    faults = Faults()
    first, _ = faults.add(asked()), faults.add(asked())
    faults.remove(str(first.id))
    assert [each.id for each in faults.listed()] == [2]
    with pytest.raises(NotFound):
        faults.remove(str(first.id))
    faults.clear()
    assert faults.meet("GET", LIST) is None


def test_there_are_only_so_many() -> None:
    faults = Faults()
    for _ in range(FAULTS_MAX):
        faults.add(asked())
    with pytest.raises(Invalid):
        faults.add(asked())


# Over HTTP


@pytest.fixture
def api(counterfoil_sandbox: Sandbox) -> Iterator[httpx.Client]:
    headers = {"Authorization": counterfoil_sandbox.api_key}
    with httpx.Client(base_url=counterfoil_sandbox.url, headers=headers, timeout=30, trust_env=False) as client:
        yield client


def create_client(api: httpx.Client) -> httpx.Response:
    return api.post("/v2/clients", json={"kind": "company", "name": "Fehler GmbH"}, headers={"Idempotency-Key": "one"})


def count(api: httpx.Client) -> int:
    return int(expect(api.get("/v2/clients"), 200)["meta"]["total_count"])


@pytest.mark.parametrize("status", [400, 401, 404, 409, 418, 429, 500, 503])
def test_a_status_comes_in_the_envelope(counterfoil_sandbox: Sandbox, api: httpx.Client, status: int) -> None:
    counterfoil_sandbox.fault("status", LIST, status=status)
    answer = api.get(LIST)
    assert answer.status_code == status
    check_shape(answer)
    assert answer.headers.get("Retry-After") == ("1" if status in (429, 503) else None)
    assert api.get(LIST).status_code == 200


def test_a_status_can_come_without_json(counterfoil_sandbox: Sandbox, api: httpx.Client) -> None:
    counterfoil_sandbox.fault("status", LIST, body="empty")
    counterfoil_sandbox.fault("status", LIST, body="html", status=502, retry_after_seconds=7)
    empty, page = api.get(LIST), api.get(LIST)
    assert (empty.status_code, empty.content) == (500, b"")
    assert (page.status_code, page.headers["Retry-After"]) == (502, "7")
    assert page.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("after_effect", [False, True])
@pytest.mark.parametrize(
    ("kind", "raised"),
    [("cut", httpx.RemoteProtocolError), ("reset", httpx.TransportError), ("timeout", httpx.TransportError)],
)
def test_a_lost_answer_may_have_had_its_effect_or_not(
    counterfoil_sandbox: Sandbox, api: httpx.Client, kind: str, raised: type[Exception], after_effect: bool
) -> None:
    before = count(api)
    counterfoil_sandbox.fault(kind, "/v2/clients", method="POST", after_effect=after_effect, timeout_seconds=1)
    with pytest.raises(raised):
        create_client(api)
    assert count(api) == before + after_effect
    # when the client repeats it with its key, then it is there once
    repeated = create_client(api)
    assert expect(repeated, 200)
    assert repeated.headers.get("Idempotency-Replayed") == ("true" if after_effect else None)
    assert count(api) == before + 1


@pytest.mark.parametrize("after_effect", [False, True])
def test_a_status_may_hide_an_effect(counterfoil_sandbox: Sandbox, api: httpx.Client, after_effect: bool) -> None:
    before = count(api)
    counterfoil_sandbox.fault("status", "/v2/clients", method="POST", after_effect=after_effect)
    assert create_client(api).status_code == 500
    assert count(api) == before + after_effect


@pytest.mark.parametrize("after_effect", [False, True])
def test_a_slow_answer_is_a_whole_one(counterfoil_sandbox: Sandbox, api: httpx.Client, after_effect: bool) -> None:
    counterfoil_sandbox.fault("slow", "/v2/clients", method="POST", delay_ms=300, after_effect=after_effect)
    start = time.monotonic()
    assert expect(create_client(api), 200)["client"]["name"] == "Fehler GmbH"
    assert time.monotonic() - start >= 0.3


def test_a_timeout_lasts_until_the_client_gives_up(counterfoil_sandbox: Sandbox, api: httpx.Client) -> None:
    counterfoil_sandbox.fault("timeout", LIST)
    with pytest.raises(httpx.ReadTimeout):
        api.get(LIST, timeout=0.3)
    assert api.get(LIST).status_code == 200


def test_others_are_served_meanwhile(counterfoil_sandbox: Sandbox, api: httpx.Client) -> None:
    counterfoil_sandbox.fault("status", f"{LIST}/{{id}}", count=None)
    assert api.get(LIST).status_code == 200
    assert [api.get(ONE).status_code for _ in range(3)] == [500] * 3
    assert api.get("/healthz").status_code == 200
    (fault,) = counterfoil_sandbox.state()["faults"]
    assert (fault["met"], fault["left"]) == (3, None)
    assert expect(api.delete(f"/sandbox/faults/{fault['id']}"), 200) == {"faults": []}
    assert api.get(ONE).status_code == 404
    assert api.delete("/sandbox/faults/99").status_code == 404
