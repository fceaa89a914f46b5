"""One, two and four servers on one PostgreSQL: what they do together, and what stands in the way of more.

No bound holds these: with the load's own process, the servers and the database on the same cores, the figures say where
the time goes on this machine, not how far a cluster would go.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

from bench import dataset, postgresql
from bench.client import Client, request
from bench.measure import Result
from bench.processes import counterfoil

CLIENTS = 16
COMPANIES = 8
SECONDS = 8.0
_WAITS = (
    "SELECT coalesce(wait_event_type || ':' || wait_event, 'on a processor') FROM pg_stat_activity "
    "WHERE state = 'active' AND pid <> pg_backend_pid()"
)


def one_two_four(work: Path) -> list[Result]:
    """Reads of one invoice; invoices created and finalized in one request, of one organization and of eight."""
    results: list[Result] = []
    companies: list[dataset.Dataset] = []
    with postgresql.served() as server:
        url = server.new_database(is_migrated=False)
        data = dataset.make(work / "replicas", database_url=url)
        for count in (1, 2, 4):
            with contextlib.ExitStack() as stack:
                started = [
                    stack.enter_context(counterfoil(data.data, "--no-jobs", "--database-url", url))
                    for _ in range(count)
                ]
                ports, processes = [port for port, _ in started], [process for _, process in started]
                if not companies:
                    companies = [data, *(dataset.another(ports[0], data, url) for _ in range(COMPANIES - 1))]
                results += _measured(count, ports, processes, server.process.pid, url, companies)
    return results


def _measured(
    count: int,
    ports: list[int],
    servers: list[psutil.Process],
    postgres: int,
    url: str,
    companies: list[dataset.Dataset],
) -> list[Result]:
    creates = [
        request("POST", "/v2/client_invoices", key=each.key, body=dataset.invoice_body(each.client_id, status="unpaid"))
        for each in companies
    ]
    client = Client(ports[0])
    made = json.loads(client.send(creates[0])[1])["client_invoice"]["id"]
    client.close()
    read = request("GET", f"/v2/client_invoices/{made}", key=companies[0].key)
    asked = (
        ("get one", [read]),
        ("create finalized, 1 organization", creates[:1]),
        (f"create finalized, {COMPANIES} organizations", creates),
    )
    results = []
    for name, sent in asked:
        with _profile(servers, postgres, url) as told:
            rate = _rate(ports, sent)
        results.append(Result(f"{count} server(s): {name}", rate, 0, True, "/s", told()))
    return results


def _rate(ports: list[int], sent: list[bytes]) -> float:
    done = [0] * CLIENTS
    until = time.perf_counter() + SECONDS

    def run(number: int) -> None:
        client = Client(ports[number % len(ports)])
        while time.perf_counter() < until:
            status, body = client.send(sent[number % len(sent)])
            assert status == 200, body
            done[number] += 1

    threads = [threading.Thread(target=run, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / SECONDS


@contextlib.contextmanager
def _profile(servers: list[psutil.Process], postgres: int, url: str) -> Iterator[Callable[[], str]]:
    """What the processors did meanwhile, and what the database's connections were seen waiting for most."""
    import psycopg

    database = psutil.Process(postgres)
    groups = {
        "servers": lambda: servers,
        "PostgreSQL": lambda: [database, *database.children()],
        "load": lambda: [psutil.Process()],
    }
    before = {name: _seconds(group()) for name, group in groups.items()}
    start = time.perf_counter()
    seen: Counter[str] = Counter()
    is_over = threading.Event()

    def watch() -> None:
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as conn:
            while not is_over.wait(0.05):
                seen.update(row[0] for row in conn.execute(_WAITS))

    watcher = threading.Thread(target=watch)
    watcher.start()

    def told() -> str:
        shares = ", ".join(f"{name} {100 * used[name] / took:.0f} %" for name in groups)
        most = ", ".join(f"{name} {100 * times / max(1, seen.total()):.0f} %" for name, times in seen.most_common(3))
        return f"of a processor: {shares}; connections: {most}"

    yield told
    took = time.perf_counter() - start
    is_over.set()
    watcher.join()
    used = {name: _seconds(group()) - before[name] for name, group in groups.items()}


def _seconds(processes: list[psutil.Process]) -> float:
    """Processor time so far."""
    total = 0.0
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system
    return total
