"""Resident memory of the server and of its renderer, after load."""

from __future__ import annotations

import time
from pathlib import Path

import psutil

from bench import dataset
from bench.client import Client, request
from bench.measure import Result
from bench.processes import counterfoil, memory_mb

LINES = (1, 3, 3, 10, 3, 40, 3, 1, 3, 200)  # of ten documents in a row
DOCUMENTS = 100


def after_load(work: Path) -> list[Result]:
    """After 100 mixed documents printed, 2,000 read, and 200 pages of 100 listed."""
    data = dataset.make(work / "memory")
    with counterfoil(data.data) as (port, server):
        client = Client(port)
        for number in range(DOCUMENTS):
            body = dataset.invoice_body(data.client_id, status="unpaid", lines=LINES[number % len(LINES)])
            assert client.send(request("POST", "/v2/client_invoices", key=data.key, body=body))[0] == 200
        renderer = _printed(data, server)
        ids = data.ids(100)
        for number in range(2_000):
            client.send(request("GET", f"/v2/client_invoices/{ids[number % len(ids)]}", key=data.key))
        for page in range(200):
            client.send(request("GET", f"/v2/client_invoices?page={1 + page % 2}", key=data.key))
        used = memory_mb(server)
    return [
        Result("memory of the server", used, 250, False, "MB", "resident, after reads, lists and writes"),
        Result("memory of the renderer", renderer, 600, False, "MB", f"most seen over {DOCUMENTS} mixed documents"),
    ]


def _printed(data: dataset.Dataset, server: psutil.Process) -> float:
    """The most that the renderer's process used until every PDF was made, in MB."""
    most = 0.0
    while dataset.waiting_jobs(data.data):
        for child in server.children(recursive=True):
            try:
                most = max(most, memory_mb(child))
            except psutil.NoSuchProcess:  # it was recycled at this very moment
                continue
        time.sleep(0.01)
    return most
