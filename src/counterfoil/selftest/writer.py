"""Processes that issue invoices until they are killed: one for each line that is read, forked off this one.

python -m counterfoil.selftest.writer DIR ORGANIZATION CLIENT TOLD: each writes "id number" to the file TOLD after each
commit, as an answer of the API acknowledges one.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from counterfoil.house import House
from counterfoil.operations import client_invoices
from counterfoil.operations.work import Actor
from counterfoil.selftest.samples import new_invoice
from counterfoil.settings import Settings


def write(data: Path, organization_id: str, client_id: str, told: int) -> None:
    """Drafts and finalizes, for ever."""
    house = House(Settings(data=data))
    actor = Actor(organization_id, "selftest")
    while True:
        with house.works.write(actor) as work:
            draft = client_invoices.create(work, new_invoice(client_id, status="draft")).row
        with house.works.write(actor) as work:
            issued = client_invoices.finalize(work, draft.id).row
        os.write(told, f"{issued.id} {issued.number}\n".encode())


def main(data: str, organization_id: str, client_id: str, file: str) -> None:
    """Forks a writer for each line of the standard input, and prints its process id."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    told = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for _ in sys.stdin:
        pid = os.fork()
        if pid == 0:
            write(Path(data), organization_id, client_id, told)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
