"""Promises about writing: killed, crowded, delivered again, and on its own day."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

from counterfoil.domain.client import ClientFields
from counterfoil.domain.recurring_invoice import NewRecurringInvoice
from counterfoil.house import House
from counterfoil.jobs.scheduler import Scheduler
from counterfoil.operations import clients, recurring_invoices
from counterfoil.operations.work import Actor
from counterfoil.ports.clock import SettableClock
from counterfoil.selftest import samples
from counterfoil.selftest.ground import Ground, answered, environment, need, new_books, numbered, rows
from counterfoil.settings import Settings

KILLS, WRITERS = 10, 2
FINALIZES, CLIENTS = 100, 16
OPERATIONS, DELIVERIES = 30, 3
DAYS, SCHEDULERS = 40, 4


def killed(ground: Ground) -> str:
    """R1: processes that finalize are killed, and what they told is true."""
    data, told = ground.folder / "killed", ground.folder / "told"
    books = new_books(data)
    house = House(Settings(data=data))
    with house.works.write(Actor(books.id, "selftest")) as work:
        client_id = str(json.loads(clients.create(work, ClientFields.model_validate(samples.CLIENT)))["id"])
    house.close()
    told.touch()
    command = [sys.executable, "-m", "counterfoil.selftest.writer", str(data), books.id, client_id, str(told)]
    with subprocess.Popen(  # noqa: S603  # our own module, with folders that we made
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment()
    ) as forks:
        running = [_forked(forks) for _ in range(WRITERS)]
        try:
            for turn in range(KILLS):
                _wait_for(told, turn + 1)
                time.sleep(ground.random.uniform(0, 0.05))
                os.kill(running.pop(ground.random.randrange(len(running))), signal.SIGKILL)
                running.append(_forked(forks))
        finally:
            for pid in running:
                os.kill(pid, signal.SIGKILL)
            forks.kill()
    time.sleep(0.2)
    promised = dict(line.split() for line in told.read_text().splitlines() if line.count(" ") == 1)
    kept = dict(rows(data, "SELECT id, number FROM client_invoices WHERE finalized_at IS NOT NULL"))
    need(promised.items() <= kept.items(), "an invoice that was told is lost")
    numbered(data, books.id)
    return f"{KILLS} kills, {len(promised)} told: 0 gaps, 0 doubles, 0 lost"


def _forked(forks: subprocess.Popen[str]) -> int:
    if forks.stdin is None or forks.stdout is None:
        raise TypeError("the forks have no pipes")
    forks.stdin.write("fork\n")
    forks.stdin.flush()
    return int(forks.stdout.readline())


def _wait_for(told: Path, count: int) -> None:
    until = time.monotonic() + 30
    while len(told.read_text().splitlines()) < count and time.monotonic() < until:
        time.sleep(0.01)


def crowded(ground: Ground) -> str:
    """R2: many finalize at once."""
    with ground.http() as http:
        before = numbered(ground.data, ground.books.id)
        drafts = [ground.issue(http, status="draft")["id"] for _ in range(FINALIZES)]
        with ThreadPoolExecutor(CLIENTS) as pool:
            calls = pool.map(lambda draft: http.post(f"/v2/client_invoices/{draft}/finalize"), drafts)
            numbers = {answered(call)["client_invoice"]["number"] for call in calls}
    need(len(numbers) == FINALIZES, "a number was given twice")
    need(numbered(ground.data, ground.books.id) == before + FINALIZES, "not all are issued")
    return f"{FINALIZES} by {CLIENTS} clients at once: exactly 1 to N"


def delivered_again(ground: Ground) -> str:
    """R3: three deliveries each, connections cut anywhere."""
    before = numbered(ground.data, ground.books.id)
    seeds = [ground.random.randrange(2**32) for _ in range(OPERATIONS)]
    with ThreadPoolExecutor(8) as pool:
        invoices = list(pool.map(partial(_repeated, ground), range(OPERATIONS), seeds))
    need(len(set(invoices)) == OPERATIONS, "two requests had one invoice")
    need(numbered(ground.data, ground.books.id) == before + OPERATIONS, "a repeated request had another effect")
    return f"{OPERATIONS} operations, {DELIVERIES} deliveries each, cut at random: {OPERATIONS} documents"


def _repeated(ground: Ground, number: int, seed: int) -> str:
    """The id of the invoice that all answers to one repeated request speak of."""
    chance = random.Random(seed)  # noqa: S311  # decides where a connection is cut, and the same again
    content = json.dumps(samples.body(ground.client_id)).encode()
    head = (
        f"POST /v2/client_invoices HTTP/1.1\r\nHost: localhost\r\nAuthorization: {ground.books.api_key}\r\n"
        f"X-Qonto-Idempotency-Key: selftest-{seed}-{number}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(content)}\r\nConnection: close\r\n\r\n"
    )
    answers: list[bytes] = []
    while len(answers) < DELIVERIES:
        answers.append(_delivered(ground.port, head.encode() + content, chance))
        if len(answers) == DELIVERIES and not any(answers):
            answers.pop()
    ids = {json.loads(answer)["client_invoice"]["id"] for answer in answers if answer}
    need(len(ids) == 1, "one request made two invoices")
    return str(ids.pop())


def _delivered(port: int, request: bytes, chance: random.Random) -> bytes:
    """The answer's body; nothing when the connection was cut before."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        cut = chance.randrange(4)
        if cut == 0:
            line.sendall(request[: chance.randrange(1, len(request))])
            return b""
        line.sendall(request)
        if cut == 1:
            return b""
        if cut == 2:
            line.recv(chance.randrange(1, 200))
            return b""
        received = b""
        while part := line.recv(65536):
            received += part
    return received.partition(b"\r\n\r\n")[2]


def on_its_day(ground: Ground) -> str:
    """R10: several schedulers at once, and a clock that jumps."""
    data = ground.folder / "schedules"
    books = new_books(data)
    start = datetime(2026, 3, 2, 12, tzinfo=UTC)
    clock = SettableClock(start)
    house = House(Settings(data=data), clock=clock)
    try:
        with house.works.write(Actor(books.id, "selftest")) as work:
            client_id = str(json.loads(clients.create(work, ClientFields.model_validate(samples.CLIENT)))["id"])
            line = samples.body(client_id)["items"]
            recurring_invoices.create(work, NewRecurringInvoice.model_validate({
                "client_id": client_id, "start_date": date(2026, 3, 2), "payment_terms_days": 10, "items": line,
                "frequency": {"value": 1, "recurrence": "daily"},
            }))  # fmt: skip
        passed = timedelta(0)
        with ThreadPoolExecutor(SCHEDULERS) as pool:
            while passed < timedelta(days=DAYS):
                passed += timedelta(days=ground.random.randint(1, 8))
                back = timedelta(days=ground.random.choice((0, 0, 3)))
                clock.set(start + min(passed, timedelta(days=DAYS)) - min(back, passed))
                list(pool.map(lambda _: Scheduler(house.works).tick(), range(SCHEDULERS)))
        clock.set(start + timedelta(days=DAYS))
        Scheduler(house.works).tick()
    finally:
        house.close()
    made = rows(data, "SELECT period_date, count(*) FROM recurring_periods GROUP BY period_date")
    need(len(made) == DAYS + 1 and all(count == 1 for _, count in made), "a period has none or two")
    need(numbered(data, books.id) == DAYS + 1, "an invoice belongs to no period")
    return f"{SCHEDULERS} schedulers, {DAYS} days, the clock jumping: one invoice a period"
