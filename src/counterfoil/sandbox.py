"""A sandbox: a house with sample data, a clock that can be set, and faults on demand; put back to its start at will."""

from __future__ import annotations

import shutil
import threading
import time
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from counterfoil import __version__, errors
from counterfoil.formats.mail import read
from counterfoil.operations import einvoice_submissions
from counterfoil.operations.work import Actor
from counterfoil.ports.clock import SettableClock, timestamp
from counterfoil.ports.einvoice_network import NetworkEvent
from counterfoil.ports.ids import uuid7
from counterfoil.ports.local_einvoice_network import Behaviour, LocalNetwork
from counterfoil.ports.mail import CatcherMailer
from counterfoil.rest import sandbox as door
from counterfoil.rest.faithful import PLAIN, Faithful, FaithfulLayer, Switches
from counterfoil.rest.faults import FaultLayer, Faults
from counterfoil.store import queue

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.types import ASGIApp

    from counterfoil.house import House

SEED_FILE, SEED_OUTBOX = "seed.db", "seed-outbox"
_LOOK_SECONDS = 0.01
# Jobs that look again for a PDF, or let a draft rest, are due within this.
_NEARLY_DUE = timedelta(seconds=1)


class Sandbox:
    """What is done to a house from outside of its API. seed: what it was filled with, as GET /sandbox shows it.

    The house must be filled already and run no jobs yet: what is in its database now is what a reset brings back.
    """

    def __init__(self, house: House, clock: SettableClock, seed: Mapping[str, Any], *, is_open: bool) -> None:
        self.faults = Faults()
        self._house = house
        self._clock = clock
        self._seed = seed
        self._is_open = is_open
        self._switches = Switches()
        self._mail = CatcherMailer(house.settings.data / "mail")
        self._usual_keep = house.works.habits.keep_answers
        self._usual_limits = house.limits.mode
        self._one_at_a_time = threading.Lock()
        self._seed_file = house.settings.data / SEED_FILE
        self._seed_file.unlink(missing_ok=True)
        house.database.copy_to(self._seed_file)
        if house.einvoice_network is None:
            raise ValueError("a sandbox has a simulated exchange")
        self._exchange: LocalNetwork = house.einvoice_network
        self._seed_outbox = house.settings.data / SEED_OUTBOX
        self._exchange.copy_to(self._seed_outbox)

    def mount(self, app: FastAPI) -> None:
        """Adds the routes below /sandbox."""
        door.mount(app.router, self)

    def around(self, app: ASGIApp) -> ASGIApp:
        """The application with what the sandbox does to requests."""
        inner = FaithfulLayer(app, self._switches)
        return door.GuardLayer(FaultLayer(inner, self.faults), is_open=self._is_open)

    @property
    def faithful(self) -> Faithful:
        return self._switches.now

    def set_faithful(self, wanted: Faithful) -> None:
        habits, minutes = self._house.works.habits, wanted.idempotency_minutes
        habits.keep_answers = self._usual_keep if minutes is None else timedelta(minutes=minutes)
        habits.is_question_compared = not wanted.idempotency_replays_any_body
        seconds = wanted.pdf_delay_seconds
        habits.delays = {"render": timedelta(seconds=seconds)} if seconds else {}
        self._house.limits.forget()
        self._house.limits.mode = "on" if wanted.rate_limits else self._usual_limits
        self._switches.now = PLAIN if wanted == PLAIN else wanted

    def state(self) -> dict[str, Any]:
        base = self._house.settings.base_url
        with self._house.database.read() as conn:
            jobs = _by_kind(queue.counted(conn), is_dead=False)
        return {
            "version": __version__,
            "api_url": f"{base}/v2",
            "openapi_url": f"{base}/openapi.json",
            "clock": self.clock_state(),
            **self._seed,
            "faults": [fault.as_wire() for fault in self.faults.listed()],
            "faithful": self.faithful.model_dump(),
            "einvoicing": self._exchange.behaviour().model_dump(),
            "jobs": jobs,
            "email_count": len(self._mail.list()),
            "routes": [
                {"method": each.method, "path": each.path, "does": each.handler.__doc__} for each in door.ROUTES
            ],
        }

    def reset(self) -> None:
        house = self._house
        with self._one_at_a_time, house.jobs_held_back():
            house.database.replace_by(self._seed_file, self._put_back)
        house.catch_up()

    def _put_back(self) -> None:
        self._clock.set(self._clock.start)
        self._mail.clear()
        self._exchange.put_back(self._seed_outbox)
        self.faults.clear()
        self.set_faithful(PLAIN)

    def now(self) -> datetime:
        return self._clock.now()

    def clock_state(self) -> dict[str, Any]:
        return {"now": timestamp(self._clock.now()), "start": timestamp(self._clock.start), "is_ticking": True}

    def set_clock(self, moment: datetime, *, drain_seconds: int = 0) -> dict[str, Any]:
        before = self._house.jobs_done()
        self._house.pass_time(self._clock.set, moment)
        drained = {"jobs": self._drain(drain_seconds, before)} if drain_seconds else {}
        return self.clock_state() | drained

    def drain(self, timeout_seconds: int) -> dict[str, Any]:
        before = self._house.jobs_done()
        self._house.catch_up()
        return self._drain(timeout_seconds, before)

    def _drain(self, timeout_seconds: int, before: Counter[str]) -> dict[str, Any]:
        house, end = self._house, time.monotonic() + timeout_seconds
        while True:
            with house.jobs_held_back(), house.database.read() as conn:
                counted, earliest = queue.counted(conn), queue.earliest(conn)
            is_idle = earliest is None or earliest > timestamp(self._clock.now() + _NEARLY_DUE)
            if is_idle or time.monotonic() >= end:
                break
            time.sleep(_LOOK_SECONDS)
        return {
            "is_idle": is_idle,
            "done": dict(house.jobs_done() - before),
            "waiting": _by_kind(counted, is_dead=False),
            "next_due_at": earliest,
            "failed": _by_kind(counted, is_dead=True),
        }

    def einvoicing(self) -> dict[str, Any]:
        return {"next": self._exchange.behaviour().model_dump(), "submissions": self._exchange.manifests()}

    def set_einvoicing(self, wanted: Behaviour) -> None:
        self._exchange.tell(wanted)

    def say_einvoicing(self, said: door.NewEvent) -> None:
        found = [each for each in self._exchange.manifests() if each["document_id"] == said.document_id]
        if not found:
            raise errors.NotFound(
                "not_found", "The exchange has no such document.", fix="GET /sandbox/einvoicing lists what it has."
            )
        organization_id, tracking_id = found[-1]["organization_id"], found[-1]["tracking_id"]
        now = self._clock.now()
        event = NetworkEvent(
            uuid7(now), tracking_id, said.status_code, said.reason, said.reason_message, said.occurred_at or now
        )
        self._exchange.say(organization_id, tracking_id, event)
        with self._house.works.write(Actor(organization_id, "sandbox", client="api")) as work:
            einvoice_submissions.poll_later(work)

    def emails(self) -> list[dict[str, Any]]:
        return [self._email(name) for name in self._mail.list()]

    def clear_emails(self) -> int:
        return self._mail.clear()

    def _email(self, file_id: str) -> dict[str, Any]:
        letter = read(self._mail.get(file_id))
        base = f"{self._house.settings.base_url}/dev/mail/{file_id}"
        shown: dict[str, Any] = {name: letter.header(name) for name in ("from", "to", "cc", "reply-to", "subject")}
        files = [
            {
                "file_name": file.file_name, "content_type": file.content_type, "size": len(file.data),
                "url": f"{base}/{index}",
            }
            for index, file in enumerate(letter.attachments)
        ]  # fmt: skip
        return {"id": file_id, **shown, "text": letter.text, "attachments": files}


def _by_kind(counted: Mapping[tuple[str, bool], int], *, is_dead: bool) -> dict[str, int]:
    return {kind: number for (kind, dead), number in counted.items() if dead is is_dead}


def wipe(data: Path, database_file: str) -> None:
    """Removes what an earlier sandbox left in its directory; never called on one that is not marked."""
    for name in (database_file, f"{database_file}-wal", f"{database_file}-shm", SEED_FILE):
        (data / name).unlink(missing_ok=True)
    for folder in ("mail", "files", "outbox", SEED_OUTBOX):
        shutil.rmtree(data / folder, ignore_errors=True)
