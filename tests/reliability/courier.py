"""A process that runs the jobs of e-invoicing until it is killed: main(directory, clock). It tells each turn.

Several of them on one directory hand the same things over at the same time: SQLite keeps none of them away.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from counterfoil.app import House
from counterfoil.jobs import einvoicing
from counterfoil.jobs.handlers import Tools
from counterfoil.jobs.runner import Runner
from counterfoil.ports.mail import CatcherMailer
from tests.reliability.ticker import FileClock
from tests.support.houses import open_house

KINDS = ("render", *einvoicing.HANDLERS)


class PlainRenderer:
    """Stands where the renderer's process would, and is quick."""

    def render(self, document: Mapping[str, Any], *_more: Any, **_even_more: Any) -> bytes:
        return f"%PDF-1.7 {document['number']}".encode()

    def close(self) -> None: ...


def runner(house: House) -> Runner:
    """What does a house's jobs, in the thread that tells it to."""
    tools = Tools(
        works=house.works, blobs=house.blobs, renderer=PlainRenderer(), mailer=CatcherMailer(Path("mail")),
        page_base="http://127.0.0.1:8642", is_public=False, einvoice_network=house.einvoice_network,
    )  # fmt: skip
    return Runner(tools, KINDS)


def main(directory: str, clock: str) -> None:
    house = open_house(Path(directory), FileClock(Path(clock)))
    own = runner(house)
    os.write(1, b"ready\n")
    while True:
        own.drain()
        os.write(1, b"turn\n")
