"""Reading: one invoice, and pages of 100, against a route that answers the same raw SELECT of the two texts."""

from __future__ import annotations

import json
from pathlib import Path

from bench import dataset
from bench.client import Client, request
from bench.measure import Result, Step, interleaved, rate_result, time_result
from bench.processes import baseline, counterfoil

ROUNDS = 9
SMALL, LARGE = 10_000, 1_000_000


def get_one(work: Path) -> list[Result]:
    """Rate of GET one, one client, kept-alive connection."""
    data = dataset.grown(work, SMALL)
    ids = data.ids(200)
    with counterfoil(data.data) as (port, _), baseline(data.data) as other:
        ours = _step(port, [request("GET", f"/v2/client_invoices/{one}", key=data.key) for one in ids])
        theirs = _step(other, [request("GET", f"/one/{data.organization_id}/{one}") for one in ids])
        mine, plain = interleaved([ours, theirs], rounds=ROUNDS, count=400)
    return [rate_result("get one", mine, plain, 0.5)]


def list_small(work: Path) -> list[Result]:
    """Time of a list of 100 at 10,000 invoices."""
    return _lists(dataset.grown(work, SMALL), SMALL)


def list_large(work: Path) -> list[Result]:
    """Time of a list of 100 at 1,000,000 invoices."""
    return _lists(dataset.grown(work, LARGE), LARGE)


def _lists(data: dataset.Dataset, rows: int) -> list[Result]:
    pages = rows // 100
    results = []
    with counterfoil(data.data) as (port, _), baseline(data.data) as other:
        for name, page in (("first", 1), ("middle", pages // 2), ("last", pages)):
            path = f"/v2/client_invoices?per_page=100&page={page}"
            ours = [request("GET", path, key=data.key)]
            theirs = [request("GET", f"/list/{data.organization_id}?last_seq={rows - (page - 1) * 100}")]
            _check_alike(port, ours[0], other, theirs[0])
            mine, plain = interleaved([_step(port, ours), _step(other, theirs)], rounds=ROUNDS, count=60)
            results.append(time_result(f"list of 100 of {rows:,}, {name} page", mine, plain, 2))
    return results


def _step(port: int, requests: list[bytes]) -> Step:
    client = Client(port)

    def step(number: int) -> None:
        status, _ = client.send(requests[number % len(requests)])
        assert status == 200

    return step


def _check_alike(port: int, ours: bytes, other: int, theirs: bytes) -> None:
    """Both sides answer the same documents in the same order, or the comparison says nothing."""
    found = [
        [document["id"] for document in json.loads(Client(at).send(sent)[1])["client_invoices"]]
        for at, sent in ((port, ours), (other, theirs))
    ]
    assert found[0] == found[1]
    assert len(found[0]) == 100
