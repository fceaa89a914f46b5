"""Ten minutes at 70 % of what the server can do: nobody waits very long, memory stays, nothing fails.

Of a hundred requests 60 read an invoice, 20 list a page of 100, 15 create a draft and 5 finalize one. First the peak is
taken with sixteen clients that never rest; then requests come at fixed times, whether or not earlier ones are answered,
and a wait is counted from the time at which its request was due: a server that stalls is not asked less.
"""

from __future__ import annotations

import json
import queue
import random
import statistics
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from bench import dataset
from bench.client import Client, request
from bench.measure import Result
from bench.processes import counterfoil, memory_mb

CLIENTS = 16
PEAK_SECONDS = 20.0
SECONDS = 600.0
SHARE = 0.7
MIX = ("read",) * 60 + ("list",) * 20 + ("create",) * 15 + ("finalize",) * 5
SEED = 20260302
ROWS = 10_000


@dataclass
class Load:
    """What is asked, by kind, and what came of it. waits: seconds of each kind. drafts: created, not yet finalized."""

    port: int
    data: dataset.Dataset
    ids: list[str]
    waits: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    refused: Counter[str] = field(default_factory=Counter)
    drafts: queue.SimpleQueue[str] = field(default_factory=queue.SimpleQueue)

    def ask(self, client: Client, kind: str, chance: random.Random, due: float) -> None:
        status, body = client.send(self._request(kind, chance))
        self.waits[kind].append(time.perf_counter() - due)
        if status != 200:
            self.refused[f"{kind} {status}"] += 1
        elif kind == "create":
            self.drafts.put(json.loads(body)["client_invoice"]["id"])

    def _request(self, kind: str, chance: random.Random) -> bytes:
        key = self.data.key
        if kind == "read":
            return request("GET", f"/v2/client_invoices/{chance.choice(self.ids)}", key=key)
        if kind == "list":
            return request("GET", f"/v2/client_invoices?per_page=100&page={chance.randint(1, ROWS // 100)}", key=key)
        if kind == "create":
            body = dataset.invoice_body(self.data.client_id, status="draft")
            return request("POST", "/v2/client_invoices", key=key, body=body)
        return request("POST", f"/v2/client_invoices/{self.drafts.get(timeout=30)}/finalize", key=key)


def ten_minutes(work: Path, seconds: float = SECONDS) -> list[Result]:
    """Per kind of request p99 over p50; growth of the server's memory in the second half; failures. The jobs run."""
    data = dataset.grown(work, ROWS)
    data = dataset.copied(data, work / "soak")
    with counterfoil(data.data) as (port, server):
        warm = Load(port, data, data.ids(200))
        _closed(warm, 3)
        peak = Load(port, data, data.ids(200))
        most = _closed(peak, PEAK_SECONDS)
        load = Load(port, data, data.ids(200), drafts=peak.drafts)
        memory = _open(load, SHARE * most, seconds, server)
    half = [used for at, used in memory if at >= seconds / 2]
    tenth = max(1, len(half) // 10)
    grown = 100 * (statistics.median(half[-tenth:]) / statistics.median(half[:tenth]) - 1)
    asked = sum(map(len, load.waits.values()))
    told = f"{SHARE:.0%} of {most:,.0f}/s, {seconds:,.0f} s, {asked:,} requests"
    results = [_spread(kind, waits) for kind, waits in sorted(load.waits.items())]
    return [
        *results,
        Result("soak: memory, second half", grown, 5, False, "%", f"{half[0]:.0f} MB to {half[-1]:.0f} MB"),
        Result("soak: refused", sum(load.refused.values()), 0, False, "answers", f"{told} {dict(load.refused) or ''}"),
    ]


def _spread(kind: str, waits: list[float]) -> Result:
    p50, p99 = statistics.median(waits), statistics.quantiles(waits, n=100)[98]
    detail = f"p50 {p50 * 1e3:.1f} ms, p99 {p99 * 1e3:.1f} ms of {len(waits):,}"
    return Result(f"soak: {kind}, p99 over p50", p99 / p50, 15, False, "x", detail)


def _closed(load: Load, seconds: float) -> float:
    """Sixteen clients that ask again at once; how many requests a second were answered."""
    until = time.perf_counter() + seconds

    def run(number: int) -> None:
        chance = random.Random(SEED + number)
        client = Client(load.port)
        while time.perf_counter() < until:
            kind = chance.choice(MIX)
            if kind == "finalize" and load.drafts.qsize() < CLIENTS:
                kind = "create"
            load.ask(client, kind, chance, time.perf_counter())

    _together(run)
    return sum(map(len, load.waits.values())) / seconds


def _open(load: Load, rate: float, seconds: float, server: psutil.Process) -> list[tuple[float, float]]:
    """Requests at fixed times, in a mix that chance orders; (second, MB) of the server's memory all along."""
    chance = random.Random(SEED)
    kinds = iter([chance.choice(MIX) for _ in range(int(rate * seconds))])
    guard = threading.Lock()
    start = time.perf_counter()
    sent = 0

    def run(number: int) -> None:
        nonlocal sent
        mine = random.Random(SEED + 100 + number)
        client = Client(load.port)
        while True:
            with guard:
                kind = next(kinds, None)
                due = start + sent / rate
                sent += 1
            if kind is None:
                return
            time.sleep(max(0.0, due - time.perf_counter()))
            load.ask(client, kind, mine, due)

    memory: list[tuple[float, float]] = []
    is_over = threading.Event()

    def watch() -> None:
        while not is_over.wait(1):
            memory.append((time.perf_counter() - start, memory_mb(server)))

    watcher = threading.Thread(target=watch)
    watcher.start()
    _together(run)
    is_over.set()
    watcher.join()
    return memory


def _together(run: Callable[[int], None]) -> None:
    threads = [threading.Thread(target=run, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
