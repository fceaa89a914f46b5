"""/sandbox: what a test does to the server beside calling its API. Served by `counterfoil serve --sandbox` alone.

No key is asked for, so it answers to this machine only, unless the sandbox was told to listen to others too; and never
to a page that a browser shows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from counterfoil import errors
from counterfoil.errors import BillingError, Fault
from counterfoil.ports.local_einvoice_network import Behaviour
from counterfoil.rest.bodies import read_object, validated
from counterfoil.rest.errors import envelope, respond
from counterfoil.rest.faithful import EVERYTHING, PLAIN, Faithful
from counterfoil.rest.faults import Faults, NewFault
from counterfoil.rest.local import is_foreign_page, is_local

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

Json = dict[str, Any]
FIRST, LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2199, 12, 31, tzinfo=UTC)


class SetClock(BaseModel):
    """The moment that it is from now on, with its offset. drain: waits for the jobs that are due then."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    now: AwareDatetime
    drain: bool = False


class Advance(BaseModel):
    """How far the clock goes forward. drain: waits for the jobs that are due then."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    days: int = Field(0, ge=0, le=100_000)
    hours: int = Field(0, ge=0, le=1_000_000)
    minutes: int = Field(0, ge=0, le=1_000_000)
    seconds: int = Field(0, ge=0, le=1_000_000_000)
    drain: bool = False


class Drain(BaseModel):
    """How long to wait at most."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    timeout_seconds: int = Field(10, ge=1, le=120)


class NewEvent(BaseModel):
    """What the simulated exchange says of a document next."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    document_id: str = Field(description="of an invoice or credit note that was submitted")
    status_code: int = Field(ge=1, le=9_999, description="any: codes that are not known are kept")
    reason: str = Field("", max_length=40, description="its reason code; SdI's notifications too: NS, RC, MC, EC02, …")
    reason_message: str = Field("", max_length=500)
    occurred_at: AwareDatetime | None = Field(None, description="when it happened; now without it")


class SetFaithful(Faithful):
    """All switches at once; those left out are off, or on with `everything`."""

    everything: bool = Field(False, description="all but the last three, which are by name only")


class Controls(Protocol):
    """What the routes work on."""

    faults: Faults

    @property
    def faithful(self) -> Faithful: ...
    def set_faithful(self, wanted: Faithful) -> None: ...
    def state(self) -> Json: ...
    def reset(self) -> None: ...
    def clock_state(self) -> Json: ...
    def now(self) -> datetime: ...
    def set_clock(self, moment: datetime, *, drain_seconds: int = 0) -> Json: ...
    def drain(self, timeout_seconds: int) -> Json: ...
    def einvoicing(self) -> Json: ...
    def set_einvoicing(self, wanted: Behaviour) -> None: ...
    def say_einvoicing(self, said: NewEvent) -> None: ...
    def emails(self) -> list[Json]: ...
    def clear_emails(self) -> int: ...


class Asked:
    """One request to the sandbox."""

    def __init__(self, request: Request, body: bytes) -> None:
        self.params: dict[str, str] = request.path_params
        self._body = body
        self._content_type = request.headers.get("content-type")

    def object(self) -> dict[str, object]:
        # curl sends a form's type unless told otherwise; here there are only JSON bodies.
        is_form = (self._content_type or "").startswith("application/x-www-form-urlencoded")
        return read_object(self._body, None if is_form else self._content_type, None)


@dataclass(frozen=True, slots=True)
class SandboxRoute:
    """One route; its handler's docstring is its summary."""

    method: str
    path: str
    handler: Callable[[Controls, Asked], Json]
    takes: type[BaseModel] | None = None


def get_state(controls: Controls, _asked: Asked) -> Json:
    """Show what is here: organizations and their keys, sample data, clock, faults, switches, jobs"""
    return controls.state()


def reset(controls: Controls, _asked: Asked) -> Json:
    """Put everything back to the start: data, clock, mail, jobs, faults, switches"""
    controls.reset()
    return controls.state()


def get_clock(controls: Controls, _asked: Asked) -> Json:
    """Show the sandbox's time"""
    return controls.clock_state()


def set_clock(controls: Controls, asked: Asked) -> Json:
    """Set the clock; jobs that are due then run at once"""
    wanted = validated(SetClock, asked.object())
    return _moved(controls, wanted.now, wanted.drain)


def advance_clock(controls: Controls, asked: Asked) -> Json:
    """Set the clock forward; jobs that are due then run at once"""
    wanted = validated(Advance, asked.object())
    by = timedelta(days=wanted.days, hours=wanted.hours, minutes=wanted.minutes, seconds=wanted.seconds)
    return _moved(controls, controls.now() + by, wanted.drain)


def drain(controls: Controls, asked: Asked) -> Json:
    """Wait until no job is due, then say what was done and what waits for later"""
    return controls.drain(validated(Drain, asked.object()).timeout_seconds)


def list_faults(controls: Controls, _asked: Asked) -> Json:
    """List the faults that were asked for"""
    return {"faults": [fault.as_wire() for fault in controls.faults.listed()]}


def add_fault(controls: Controls, asked: Asked) -> Json:
    """Let the next requests to a route go wrong"""
    return {"fault": controls.faults.add(validated(NewFault, asked.object())).as_wire()}


def clear_faults(controls: Controls, _asked: Asked) -> Json:
    """Remove all faults"""
    controls.faults.clear()
    return {"faults": []}


def remove_fault(controls: Controls, asked: Asked) -> Json:
    """Remove one fault"""
    controls.faults.remove(asked.params["id"])
    return list_faults(controls, asked)


def get_faithful(controls: Controls, _asked: Asked) -> Json:
    """Show the switches that reproduce what the API that we follow does worse"""
    return {"faithful": controls.faithful.model_dump()}


def set_faithful(controls: Controls, asked: Asked) -> Json:
    """Set the switches; those left out are off"""
    wanted = validated(SetFaithful, asked.object())
    given = {name: getattr(wanted, name) for name in wanted.model_fields_set - {"everything"}}
    controls.set_faithful((EVERYTHING if wanted.everything else PLAIN).model_copy(update=given))
    return get_faithful(controls, asked)


def get_einvoicing(controls: Controls, _asked: Asked) -> Json:
    """Show what the simulated e-invoicing exchange has, and what it does next"""
    return controls.einvoicing()


def set_einvoicing(controls: Controls, asked: Asked) -> Json:
    """Tell the simulated exchange what to do with the next submissions: accept, refuse, delay, lose, …"""
    controls.set_einvoicing(validated(Behaviour, asked.object()))
    return controls.einvoicing()


def say_einvoicing(controls: Controls, asked: Asked) -> Json:
    """Let the simulated exchange say something of a document that it has"""
    controls.say_einvoicing(validated(NewEvent, asked.object()))
    return controls.einvoicing()


def list_emails(controls: Controls, _asked: Asked) -> Json:
    """List the mail that was caught, oldest first"""
    return {"emails": controls.emails()}


def clear_emails(controls: Controls, _asked: Asked) -> Json:
    """Throw the caught mail away"""
    return {"removed": controls.clear_emails()}


ROUTES = (
    SandboxRoute("GET", "/sandbox", get_state),
    SandboxRoute("POST", "/sandbox/reset", reset),
    SandboxRoute("GET", "/sandbox/clock", get_clock),
    SandboxRoute("PUT", "/sandbox/clock", set_clock, SetClock),
    SandboxRoute("POST", "/sandbox/clock", set_clock, SetClock),
    SandboxRoute("POST", "/sandbox/clock/advance", advance_clock, Advance),
    SandboxRoute("POST", "/sandbox/drain", drain, Drain),
    SandboxRoute("GET", "/sandbox/faults", list_faults),
    SandboxRoute("POST", "/sandbox/faults", add_fault, NewFault),
    SandboxRoute("DELETE", "/sandbox/faults", clear_faults),
    SandboxRoute("DELETE", "/sandbox/faults/{id}", remove_fault),
    SandboxRoute("GET", "/sandbox/faithful", get_faithful),
    SandboxRoute("PUT", "/sandbox/faithful", set_faithful, SetFaithful),
    SandboxRoute("GET", "/sandbox/einvoicing", get_einvoicing),
    SandboxRoute("PUT", "/sandbox/einvoicing", set_einvoicing, Behaviour),
    SandboxRoute("POST", "/sandbox/einvoicing", set_einvoicing, Behaviour),
    SandboxRoute("POST", "/sandbox/einvoicing/events", say_einvoicing, NewEvent),
    SandboxRoute("GET", "/sandbox/emails", list_emails),
    SandboxRoute("DELETE", "/sandbox/emails", clear_emails),
)


def mount(router: APIRouter, controls: Controls) -> None:
    """Adds the routes."""
    for route in ROUTES:
        router.add_route(route.path, _endpoint(controls, route), methods=[route.method], name=route.handler.__name__)


def described() -> dict[str, Json]:
    """The routes as OpenAPI paths."""
    paths: dict[str, Json] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return paths


class GuardLayer:
    """ASGI around ASGI: keeps others away from /sandbox. is_open: others than this machine may use it too."""

    def __init__(self, app: ASGIApp, *, is_open: bool) -> None:
        self._app = app
        self._is_open = is_open

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/sandbox"):
            request = Request(scope)
            if is_foreign_page(request) or not (self._is_open or is_local(request)):
                await envelope([_AWAY], 403)(scope, receive, send)
                return
        await self._app(scope, receive, send)


_AWAY = Fault(
    "forbidden", "The sandbox is controlled from its own machine only, and by no page of another site.",
    fix="Call it over 127.0.0.1, or start it with --host to open it to others.",
)  # fmt: skip


def _moved(controls: Controls, moment: datetime, is_draining: bool) -> Json:
    if not FIRST <= moment <= LAST:
        raise errors.Invalid(
            "invalid_clock", "The clock goes from 1970 to 2199.", field="now", fix="Send a moment in between."
        )
    return controls.set_clock(moment, drain_seconds=Drain().timeout_seconds if is_draining else 0)


def _endpoint(controls: Controls, route: SandboxRoute) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        asked = Asked(request, await request.body())
        try:
            answer = await run_in_threadpool(route.handler, controls, asked)
        except BillingError as error:
            return respond(error)
        return Response(json.dumps(answer, ensure_ascii=False), media_type="application/json")

    return endpoint


def _operation(route: SandboxRoute) -> Json:
    parameters = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]
    is_second = route.method == "POST" and route.takes in (SetClock, Behaviour)
    name = f"sandbox_{route.handler.__name__}" + ("_by_post" if is_second else "")
    error = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Errors"}}}}
    operation: Json = {
        "operationId": name,
        "summary": route.handler.__doc__,
        "tags": ["sandbox"],
        "description": "Of the sandbox alone (ours). No key.",
        "security": [],
        "parameters": parameters if "{id}" in route.path else [],
        "responses": {
            "200": {"description": "The answer.", "content": {"application/json": {"schema": {"type": "object"}}}},
            "default": {"description": "What is wrong, and how to mend it.", **error},
        },
    }
    if route.takes:
        content: Mapping[str, Any] = {"application/json": {"schema": route.takes.model_json_schema()}}
        operation["requestBody"] = {"required": route.takes in (SetClock, NewFault, NewEvent), "content": content}
    return operation
