"""R1: what is answered is on disk, by the kernel's account. No kill shows that: it leaves the kernel's memory whole.

A server runs under strace. Rounds of writers that begin together are answered; the log of the server's calls says in
which order it wrote to SQLite's log, waited for the disk, and answered.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, Literal

import pytest

from tests.plugins.figures import Figure
from tests.plugins.loud_skips import need_tool
from tests.plugins.repeatable import is_full_size
from tests.support.server import Api, make_organization, start_server

pytestmark = [pytest.mark.strace, pytest.mark.sqlite]

ROUNDS = 200 if is_full_size() else 10
CLIENTS = 8
CALLS: Final = "pwrite64,fdatasync,fsync,write,writev,sendto,sendmsg"
_WRITTEN = re.compile(r"^\d+\s+pwrite64\(\d+<[^>]*-wal>")
_ASKED = re.compile(r"^(\d+)\s+f(?:data)?sync\(\d+<[^>]*-wal>(.*)")
_SYNCED = re.compile(r"^(\d+)\s+<\.\.\. f(?:data)?sync resumed>.*= 0$")
_ANSWERED = re.compile(r'^\d+\s+(?:write|writev|sendto|sendmsg)\(.*"HTTP/1\.1 200 ')

Event = Literal["written", "synced", "answered"]


def test_no_answer_comes_before_its_commit_is_on_disk(tmp_path: Path, figure: Figure) -> None:
    log = tmp_path / "calls.log"
    under = [need_tool("strace"), "-D", "-f", "-y", "-s", "40", "-o", str(log), "-e", f"trace={CALLS}"]
    server = start_server(tmp_path / "data", "--no-jobs", under=under)
    try:
        made = make_organization(server.data, "FR")
        apis = [Api(server, made) for _ in range(CLIENTS)]
        body = apis[0].invoice_body(status="unpaid")
        begin = threading.Barrier(CLIENTS)
        before = len(list(events(log)))

        def write(api: Api) -> None:
            for n in range(ROUNDS):
                begin.wait(60)
                assert api.post("/client_invoices", body | {"header": f"{n}"}).status_code == 200

        with ThreadPoolExecutor(CLIENTS) as pool:
            list(pool.map(write, apis))
    finally:
        server.stop()
    seen = list(events(log))[before:]
    assert seen.count("answered") == ROUNDS * CLIENTS
    assert faults(seen) == []
    figure("R1", f"order of the server's calls, {CLIENTS} writers at once", ROUNDS * CLIENTS, "answers",
           "each after the disk had all that was written for it")  # fmt: skip


def events(log: Path) -> Iterator[Event]:
    """What happened, in order. Waits for the disk count when they are over, and were begun by the same thread."""
    asked: set[str] = set()
    for line in log.read_text(errors="replace").splitlines():
        if _WRITTEN.match(line):
            yield "written"
        elif found := _ASKED.match(line):
            if "unfinished" in found[2]:
                asked.add(found[1])
            elif found[2].endswith("= 0"):
                yield "synced"
        elif (found := _SYNCED.match(line)) and found[1] in asked:
            asked.remove(found[1])
            yield "synced"
        elif _ANSWERED.match(line):
            yield "answered"


def faults(seen: list[Event]) -> list[str]:
    """What is wrong with rounds of `CLIENTS` answers.

    In each, the disk had something of this round before the first answer, and all of it before the last one.
    """
    found, round_ = [], []
    for event in seen:
        round_.append(event)
        if round_.count("answered") == CLIENTS:
            first = round_[: round_.index("answered")]
            if "written" not in first or "synced" not in first[first.index("written") :]:
                found.append(f"answered before anything was on disk: {first}")
            if "synced" not in first or round_[::-1].index("synced") > round_[::-1].index("written"):
                found.append(f"answered before all was on disk: {round_}")
            round_ = []
    return found


def test_an_answer_that_comes_too_early_is_seen() -> None:
    answers: list[Event] = ["answered"] * CLIENTS
    assert faults(["written", "synced", *answers]) == []
    assert faults(["written", *answers, "synced"]) != []
    assert faults(["written", "synced", "answered", "written", *answers[1:]]) != []
