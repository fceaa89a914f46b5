"""Beside Tryton: invoices drafted, and created and finalized, by one client and by sixteen, each side over HTTP.

Tryton is served by gunicorn, one process of sixteen threads on SQLite, and asked by JSON-RPC as its own clients ask it:
`create`, then `post`. No side prints meanwhile: Tryton's reports are queued without a worker, our server runs no jobs.
What Tryton does more: its post makes an accounting move with its lines, and takes the move's number too. What ours does
more: it runs the country's rules, chains its journal, seals the row and keeps a public, listed document.
"""

from __future__ import annotations

import base64
import itertools
import json
import os
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import dataset
from bench.client import Client, request
from bench.measure import Result
from bench.processes import ROOT, counterfoil, free_port, wait_for_port

PEERS = ROOT / ".venv-bench" / "bin"
ROUNDS = 3
SECONDS = 8.0  # of each side's turn: Tryton's slowest act takes ten at sixteen clients
Act = Callable[[], object]


def tryton(work: Path) -> list[Result]:
    """Create and finalize at one client and at sixteen, and drafts at one: rates over Tryton's."""
    data = dataset.make(work / "beside-tryton")
    with counterfoil(data.data, "--no-jobs") as (port, _), _tryton(work / "tryton") as peer:
        return [
            _result("create + finalize, 1 client", 1, 50, lambda: _ours(port, data), lambda: peer.invoicer()),
            _result("create + finalize, 16 clients", 16, 100, lambda: _ours(port, data), lambda: peer.invoicer()),
            _result("draft, 1 client", 1, 20, lambda: _draft(port, data), lambda: peer.drafter()),
        ]


def _result(name: str, clients: int, bound: float, ours: Callable[[], Act], theirs: Callable[[], Act]) -> Result:
    """Each side's turn in turns; the median of each side's rates."""
    acts = [[make() for _ in range(clients)] for make in (ours, theirs)]
    rates: list[list[float]] = [[], []]
    for turn in range(ROUNDS + 1):
        for side, kept in zip(acts, rates, strict=True):
            rate = _rate(side, SECONDS if turn else SECONDS / 4)
            if turn:  # the first one warms up
                kept.append(rate)
    mine, other = (statistics.median(kept) for kept in rates)
    return Result(f"beside Tryton: {name}", mine / other, bound, True, "x rate", f"{mine:,.1f}/s against {other:.2f}/s")


def _rate(acts: list[Act], seconds: float) -> float:
    """Acts a second of as many threads as there are acts; each goes on until the time is over, and ends its last."""
    done: list[int] = []
    start = time.perf_counter()

    def run(act: Act) -> None:
        count = 0
        while time.perf_counter() - start < seconds:
            act()
            count += 1
        done.append(count)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(done) != len(acts):
        raise RuntimeError("a client failed: see above")
    return sum(done) / (time.perf_counter() - start)


def _ours(port: int, data: dataset.Dataset) -> Act:
    client = Client(port)
    create = request(
        "POST", "/v2/client_invoices", key=data.key, body=dataset.invoice_body(data.client_id, status="draft")
    )

    def act() -> None:
        status, answer = client.send(create)
        assert status == 200, answer
        made = json.loads(answer)["client_invoice"]["id"]
        status, answer = client.send(request("POST", f"/v2/client_invoices/{made}/finalize", key=data.key))
        assert status == 200, answer

    return act


def _draft(port: int, data: dataset.Dataset) -> Act:
    client = Client(port)
    body = dataset.invoice_body(data.client_id, status="draft")
    create = request("POST", "/v2/client_invoices", key=data.key, body=body)

    def act() -> None:
        status, answer = client.send(create)
        assert status == 200, answer

    return act


class Tryton:
    """A served Tryton. One client each for `invoicer` and `drafter`: its connection, its session."""

    def __init__(self, port: int, told: dict[str, Any]) -> None:
        self._port = port
        self._told = told
        self._serial = itertools.count()

    def invoicer(self) -> Act:
        call = self._signed_in()

        def act() -> None:
            made = call("model.account.invoice.create", [self._invoice()])
            call("model.account.invoice.post", made)

        return act

    def drafter(self) -> Act:
        call = self._signed_in()
        return lambda: call("model.account.invoice.create", [self._invoice()])

    def _signed_in(self) -> Callable[..., Any]:
        client = Client(self._port)
        uid, key, *_ = _call(client, "common.db.login", ["admin", {"password": "bench"}, "en"], "")
        session = base64.b64encode(f"admin:{uid}:{key}".encode()).decode()
        context = {"company": self._told["company"]}
        return lambda method, argument: _call(client, method, [argument, context], f"Session {session}")

    def _invoice(self) -> dict[str, Any]:
        told, today = self._told, datetime.now(UTC).date()
        lines = [
            {
                "type": "line", "description": f"Prestation {n + 1}", "quantity": 1.5 + n, "account": told["revenue"],
                "unit_price": {"__class__": "Decimal", "decimal": f"{100 + n}.50"}, "company": told["company"],
                "currency": told["currency"], "taxes": [["add", [told["tax"]]]],
            }
            for n in range(3)
        ]  # fmt: skip
        day = {"__class__": "date", "year": today.year, "month": today.month, "day": today.day}
        return {
            "type": "out", "party": told["party"], "invoice_address": told["address"], "account": told["receivable"],
            "journal": told["journal"], "payment_term": told["payment_term"], "company": told["company"],
            "currency": told["currency"], "invoice_date": day, "lines": [["create", lines]],
        }  # fmt: skip


def _call(client: Client, method: str, params: list[Any], authorization: str) -> Any:
    sent = request("POST", "/bench/rpc/", key=authorization, body={"id": 1, "method": method, "params": params})
    status, body = client.send(sent)
    answer = json.loads(body) if status == 200 else {"error": body.decode()}
    if "error" in answer:
        raise RuntimeError(f"{method}: {status} {answer['error']}")
    return answer["result"] if isinstance(answer, dict) and "result" in answer else answer


@contextmanager
def _tryton(folder: Path) -> Iterator[Tryton]:
    if not (folder / "told.json").exists():
        folder.mkdir(parents=True, exist_ok=True)
        setup = [str(PEERS / "python"), "-m", "bench.tryton_setup", str(folder)]
        subprocess.run(setup, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    port = free_port()
    environment = os.environ | {"TRYTOND_CONFIG": str(folder / "trytond.conf"), "TRYTOND_DATABASE_NAMES": "bench"}
    command = [
        str(PEERS / "gunicorn"), "--bind", f"127.0.0.1:{port}", "--workers", "1", "--threads", "16", "--timeout", "600",
        "--keep-alive", "60", "trytond.application:app",
    ]  # fmt: skip
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL)
    try:
        wait_for_port(process, port)
        yield Tryton(port, json.loads((folder / "told.json").read_text(encoding="utf-8")))
    finally:
        process.terminate()
        process.wait(30)
