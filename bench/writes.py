"""Writing: an invoice created and finalized, against a route with one raw durable commit of the same rows."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

from bench import dataset
from bench.client import Client, request
from bench.measure import Result, Step, interleaved, rate_result
from bench.processes import baseline, counterfoil

ROUNDS = 9
COUNT = 60


def create_finalized(work: Path) -> list[Result]:
    """Rate of POST with status unpaid: created and finalized in one request. The server runs its jobs meanwhile."""
    return _against_baseline(work, "create finalized, one POST", _create_unpaid, events=1)


def create_then_finalize(work: Path) -> list[Result]:
    """Rate of pairs: POST of a draft, then POST finalize, two requests and two durable commits.

    The baseline writes the rows of both in one request and one commit, so this is the hardest reading of the bound.
    """
    return _against_baseline(work, "create, then finalize, a pair", _create_and_finalize, events=2)


def _against_baseline(
    work: Path, name: str, make_step: Callable[[Client, dataset.Dataset], Step], *, events: int
) -> list[Result]:
    data = dataset.make(work / "writes")
    plain = dataset.copied(data, work / "writes-baseline")
    with counterfoil(data.data) as (port, _), baseline(plain.data) as other:
        body = dataset.invoice_body(data.client_id, status="unpaid")
        theirs = _plain(Client(other), request("POST", f"/write?events={events}", body=body))
        mine, raw = interleaved(
            [make_step(Client(port), data), theirs], rounds=ROUNDS, count=COUNT, between=lambda: _await_jobs(data.data)
        )
    return [rate_result(name, mine, raw, 0.25)]


def _await_jobs(data: Path) -> None:
    """Until every PDF is made: what one side left to do must not slow down the other one's turn."""
    while dataset.waiting_jobs(data):
        time.sleep(0.02)


def _plain(client: Client, sent: bytes) -> Step:
    def step(_number: int) -> None:
        status, _ = client.send(sent)
        assert status == 200

    return step


def _create_unpaid(client: Client, data: dataset.Dataset) -> Step:
    body = dataset.invoice_body(data.client_id, status="unpaid")
    return _plain(client, request("POST", "/v2/client_invoices", key=data.key, body=body))


def _create_and_finalize(client: Client, data: dataset.Dataset) -> Step:
    body = dataset.invoice_body(data.client_id, status="draft")
    create = request("POST", "/v2/client_invoices", key=data.key, body=body)

    def step(_number: int) -> None:
        status, answer = client.send(create)
        assert status == 200
        made = json.loads(answer)["client_invoice"]["id"]
        status, _ = client.send(request("POST", f"/v2/client_invoices/{made}/finalize", key=data.key))
        assert status == 200

    return step
