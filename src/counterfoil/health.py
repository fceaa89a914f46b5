"""What monitors ask a server: does it live, can it serve, what has it counted. docs/monitoring.md says the same."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from counterfoil import __version__
from counterfoil.errors import BillingError, Fault
from counterfoil.rest.errors import COME_AGAIN_SECONDS, envelope
from counterfoil.rest.local import is_local
from counterfoil.store import migrations

if TYPE_CHECKING:
    from fastapi import FastAPI
    from prometheus_client import CollectorRegistry

    from counterfoil.house import House
    from counterfoil.rest.watch import Watch

# Balancers give up after a few seconds; whoever asks while one question waits, waits for the same answer.
READY_SECONDS = 3.0


def mount(app: FastAPI, house: House, watch: Watch) -> None:
    """Adds /healthz, /readyz and, unless the settings say off, /metrics."""
    readiness = Readiness(house)

    async def healthz(_request: Request) -> Response:
        return JSONResponse({"status": "ok", "version": __version__})

    async def readyz(_request: Request) -> Response:
        problem = await readiness.problem()
        if not problem:
            return JSONResponse({"status": "ready"})
        told = {"status": "not ready", "reason": problem}
        return JSONResponse(told, status_code=503, headers={"Retry-After": str(COME_AGAIN_SECONDS)})

    app.add_route("/healthz", healthz, methods=["GET"])
    app.add_route("/readyz", readyz, methods=["GET"])
    if house.settings.metrics != "off":
        app.add_route("/metrics", Scrapes(house, watch).answer, methods=["GET"])


class Readiness:
    """Whether a server can serve. However often it is asked, one thread looks, and nobody waits for longer."""

    def __init__(self, house: House, *, seconds: float = READY_SECONDS) -> None:
        self._house = house
        self._seconds = seconds
        self._looking: Future[str] | None = None

    async def problem(self) -> str:
        """Why it cannot serve, in plain words; "" when it can. To be awaited on one event loop."""
        if self._house.is_stopping:
            return "The server is shutting down."
        try:
            return await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(self._look())), self._seconds)
        except TimeoutError:
            return f"The database has not answered for {self._seconds:g} seconds."

    def _look(self) -> Future[str]:
        if self._looking is None or self._looking.done():
            self._looking = Future()
            # Not of the pool that requests share: those may all be waiting for the same database.
            threading.Thread(target=self._find, args=(self._looking,), name="counterfoil-ready", daemon=True).start()
        return self._looking

    def _find(self, found: Future[str]) -> None:
        try:
            migrations.check(self._house.database)
            found.set_result("")
        except BillingError as error:
            found.set_result(error.faults[0].message)
        except Exception as error:  # a bug must not leave anybody waiting
            found.set_result(f"The database cannot be looked at: {type(error).__name__}.")


class Scrapes:
    """/metrics: for whoever asks from this machine with no proxy between, or for everybody by the settings."""

    def __init__(self, house: House, watch: Watch) -> None:
        self._house = house
        self._watch = watch
        self._registry: CollectorRegistry | None = None

    async def answer(self, request: Request) -> Response:
        if self._house.settings.metrics != "on" and not is_local(request):
            fault = Fault(
                "forbidden", "Metrics are shown to callers on this machine only.",
                fix="Ask from there, or set COUNTERFOIL_METRICS=on and keep /metrics away from strangers in the proxy.",
            )  # fmt: skip
            return envelope([fault], 403)
        return await run_in_threadpool(self._text)

    def _text(self) -> Response:
        from counterfoil import metrics

        if self._registry is None:
            self._registry = metrics.registry_of(self._house, self._watch)
        body, content_type = metrics.text_of(self._registry)
        return PlainTextResponse(body, media_type=content_type)
