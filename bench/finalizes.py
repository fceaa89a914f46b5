"""Sixteen finalizes at once in one organization, against a FastAPI route whose bare transaction takes the same lock."""

from __future__ import annotations

import json
import statistics
import time
from pathlib import Path

from bench import dataset, postgresql
from bench.client import Client, request
from bench.crowd import Crowd
from bench.measure import Result
from bench.processes import counterfoil, module

CLIENTS = 16
ROUNDS = 7
COUNT = 160  # finalizes of a round, ten by each client


def sixteen_on_sqlite(work: Path) -> list[Result]:
    """Each side on a copy of one file. No side prints meanwhile: whose turn it is has the machine for itself."""
    data = dataset.make(work / "finalizes")
    drafts = _drafts(data, None)
    other = dataset.copied(data, work / "finalizes-baseline")
    file = other.data / "counterfoil.db"
    with counterfoil(data.data, "--no-jobs") as (port, _), module("bench.finalizer", f"sqlite:///{file}") as theirs:
        return _compared("SQLite", port, theirs, data.key, drafts)


def sixteen_on_postgresql(work: Path) -> list[Result]:
    """Each side on a database of its own, in one PostgreSQL that is durable at each commit."""
    with postgresql.served() as server:
        url = server.new_database(is_migrated=False)
        data = dataset.make(work / "finalizes-postgresql", database_url=url)
        drafts = _drafts(data, url)
        other = postgresql.copied(server, url)
        with (
            counterfoil(data.data, "--no-jobs", "--database-url", url) as (port, _),
            module("bench.finalizer", other) as theirs,
        ):
            return _compared("PostgreSQL", port, theirs, data.key, drafts)


def _compared(engine: str, port: int, other: int, key: str, drafts: list[str]) -> list[Result]:
    ours = Crowd(port, b"", CLIENTS)
    theirs = Crowd(other, b"", CLIENTS)
    numbers: list[str] = []
    times: list[list[float]] = [[], []]
    refused = 0
    for turn in range(ROUNDS + 1):
        chosen = drafts[turn * COUNT : (turn + 1) * COUNT]
        sent = [request("POST", f"/v2/client_invoices/{each}/finalize", key=key) for each in chosen]
        start = time.perf_counter()
        answers = ours.ask_each(sent)
        mine = time.perf_counter() - start
        refused += sum(not answer.startswith(b"HTTP/1.1 200") for answer in answers)
        numbers += [_number(answer) for answer in answers]
        plain = [request("POST", f"/finalize/{each}") for each in chosen]
        start = time.perf_counter()
        assert all(answer.startswith(b"HTTP/1.1 200") for answer in theirs.ask_each(plain))
        if turn:  # the first one warms up
            times[0].append(mine)
            times[1].append(time.perf_counter() - start)
    ours.close()
    theirs.close()
    rates = [COUNT / statistics.median(kept) for kept in times]
    detail = f"{rates[0]:,.0f}/s against {rates[1]:,.0f}/s"
    return [
        Result(f"{engine}: {CLIENTS} finalizes at once", rates[0] / rates[1], 0.25, True, "x rate", detail),
        Result(f"{engine}: refused", refused, 0, False, "answers", f"of {len(numbers)}"),
        Result(f"{engine}: gaps", _gaps(numbers), 0, False, "numbers", f"{numbers[0]} and on"),
    ]


def _number(answer: bytes) -> str:
    return str(json.loads(answer.partition(b"\r\n\r\n")[2])["client_invoice"]["number"])


def _gaps(numbers: list[str]) -> int:
    """How many numbers are missing or there twice between the first and the last."""
    values = [int(number.rpartition("-")[2]) for number in numbers]
    return (max(values) - min(values) + 1) - len(set(values)) + len(values) - len(set(values))


def _drafts(data: dataset.Dataset, url: str | None) -> list[str]:
    options = ["--database-url", url] if url else []
    body = request(
        "POST", "/v2/client_invoices", key=data.key, body=dataset.invoice_body(data.client_id, status="draft")
    )
    with counterfoil(data.data, "--no-jobs", *options) as (port, _):
        client = Client(port)
        made = [client.send(body)[1] for _ in range((ROUNDS + 1) * COUNT)]
        client.close()
    return [str(json.loads(answer)["client_invoice"]["id"]) for answer in made]
