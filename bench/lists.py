"""Lists stay flat: pages of 1,000,000 invoices against the first page of 1,000, over HTTP, on a warm cache."""

from __future__ import annotations

import json
import random
from pathlib import Path

from bench import dataset
from bench.client import Client, request
from bench.measure import Result, Step, interleaved, time_result
from bench.processes import counterfoil, memory_mb

ROUNDS = 7
SMALL, LARGE = 1_000, 1_000_000
PAGES_FOR_MEMORY = 1_000
# No bound: their matches are counted one by one.
OTHER_FILTERS = (
    "filter[status]=paid,canceled", "filter[created_at_from]=2020-01-01", "filter[updated_at_from]=2020-01-01",
    "filter[due_date_from]=2026-04-01", "filter[issue_date_from]=2026-03-02", "filter[number]=C-0500000",
    "exclude_imported=false",
)  # fmt: skip


def flat(work: Path) -> list[Result]:
    """First, middle, last and random pages, for no status and for one; other filters without a bound; memory."""
    small, large = dataset.grown(work, SMALL, lines=1), dataset.grown(work, LARGE, lines=1)
    with counterfoil(small.data, "--no-jobs") as (few, _), counterfoil(large.data, "--no-jobs") as (many, server):
        results = [
            result
            for name, query in (("", ""), (", unpaid", "filter[status]=unpaid&"))
            for result in _pages(name, query, (few, small.key), (many, large.key))
        ]
        results += [_filtered(query, (few, small.key), (many, large.key)) for query in OTHER_FILTERS]
        client = Client(many)
        for page in range(1, PAGES_FOR_MEMORY + 1):
            assert client.send(request("GET", f"/v2/client_invoices?page={page}", key=large.key))[0] == 200
        used = memory_mb(server)
    detail = f"resident, after {PAGES_FOR_MEMORY:,} pages of 100"
    return [*results, Result("memory of the server after lists", used, 250, False, "MB", detail)]


def _pages(name: str, query: str, few: tuple[int, str], many: tuple[int, str]) -> list[Result]:
    pages = _last_page(query, many)
    chance = random.Random(1)
    asked = {
        "first": [1], "middle": [pages // 2], "last": [pages],
        "random": [chance.randint(1, pages) for _ in range(60)],
    }  # fmt: skip
    first_of_few = _step(few, [f"{query}page=1"])
    results = []
    for which, numbers in asked.items():
        step = _step(many, [f"{query}page={number}" for number in numbers])
        mine, plain = interleaved([step, first_of_few], rounds=ROUNDS, count=60)
        bound = 4 if which == "random" else 2
        results.append(time_result(f"{which} page of {LARGE:,}{name}", mine, plain, bound))
    return results


def _filtered(query: str, few: tuple[int, str], many: tuple[int, str]) -> Result:
    mine, plain = interleaved([_step(many, [query]), _step(few, ["page=1"])], rounds=3, count=5)
    return time_result(f"{query} of {LARGE:,}", mine, plain, float("inf"))


def _last_page(query: str, many: tuple[int, str]) -> int:
    port, key = many
    _, body = Client(port).send(request("GET", f"/v2/client_invoices?{query}page=1", key=key))
    meta = json.loads(body)["meta"]
    assert meta["total_count"] > LARGE // 4
    return int(meta["total_pages"])


def _step(at: tuple[int, str], queries: list[str]) -> Step:
    port, key = at
    client = Client(port)
    requests = [request("GET", f"/v2/client_invoices?per_page=100&{query}", key=key) for query in queries]

    def step(number: int) -> None:
        status, _ = client.send(requests[number % len(requests)])
        assert status == 200

    return step
