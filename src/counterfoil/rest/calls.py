"""One request: who calls, what was sent, and how its answer is written."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from counterfoil import errors
from counterfoil.domain.approvals import digest
from counterfoil.errors import BillingError, Fault
from counterfoil.operations import access
from counterfoil.operations.gate import Question
from counterfoil.operations.work import Actor, Idempotency, Repeat, Work, Works
from counterfoil.ports.blobs import Blobs
from counterfoil.ports.clock import timestamp
from counterfoil.ports.network import Network
from counterfoil.ports.sealing import Sealer
from counterfoil.rest import challenges, previews, trace
from counterfoil.rest.bodies import Query, read_object, validated
from counterfoil.rest.errors import as_wire, envelope, respond
from counterfoil.rest.routing import Route
from counterfoil.settings import Settings
from counterfoil.store.engine import Connection
from counterfoil.store.idempotency import Record

log = logging.getLogger("counterfoil.rest")
Model = TypeVar("Model", bound=BaseModel)
# A key of the ASGI scope: nothing that comes over the network can set one.
ACTOR_KEY = "counterfoil.actor"
_SEND_LESS = "Send less at once; the limit of JSON bodies is COUNTERFOIL_MAX_BODY_BYTES."
_ONE_ROW = re.compile(r"GET /v2/[a-z_]+/\{id\}")
_LONGEST_WINDOW = 86_400


@dataclass(frozen=True, slots=True)
class Doors:
    """What doors need of the house. signing_key: signs download links. network: checks addresses to call."""

    works: Works
    settings: Settings
    blobs: Blobs
    signing_key: bytes
    network: Network
    sealer: Sealer


class Call:
    """One request, in the thread that answers it."""

    def __init__(self, doors: Doors, request: Request, body: bytes, scope: str) -> None:
        self.doors = doors
        self.settings = doors.settings
        self.params: dict[str, str] = request.path_params
        self.body = body
        self._request = request
        self._scope = scope

    @property
    def query(self) -> Query:
        return Query(self._request.query_params)

    @property
    def content_type(self) -> str:
        """The Content-Type header, "" when absent."""
        return self._request.headers.get("content-type", "")

    def object(self, wrapper: str | None = None) -> dict[str, object]:
        """The JSON object sent, flat or wrapped; items are counted before anything is built from them."""
        return self.bounded(read_object(self.body, self._request.headers.get("content-type"), wrapper))

    def bounded(self, data: dict[str, Any]) -> dict[str, Any]:
        """`data` itself. Raises Invalid when it holds more items than the setting allows."""
        items = data.get("items")
        if isinstance(items, list) and len(items) > self.settings.max_items:
            raise errors.Invalid(
                "too_many_items", f"{len(items)} items were sent; at most {self.settings.max_items} are allowed.",
                field="items", fix="Split the document, or raise COUNTERFOIL_MAX_ITEMS.",
            )  # fmt: skip
        return data

    def parse(self, model: type[Model], wrapper: str | None = None) -> Model:
        """The body as `model`. Raises Invalid with every fault; an absent body says EOF, as the API does."""
        if not self.body.strip():
            raise errors.Invalid("invalid_body", "EOF", fix="Send a JSON object.")
        return validated(model, self.object(wrapper))

    def parse_optional(self, model: type[Model], wrapper: str | None = None) -> Model:
        """The same for actions that may come without a body."""
        return validated(model, self.object(wrapper))

    def read(self, act: Callable[[Work], str]) -> Response:
        """Answers with what `act` reads; authentication and reading share one transaction."""
        works = self.doors.works
        with works.database.read() as conn:
            now = works.clock.now()
            actor = self._authenticated(self._known or self._found(conn, timestamp(now)))
            body = act(Work(conn, actor, now, einvoice_network=works.einvoice_network))
        # Said back, so that a caller can find out by a read whether its dry runs are heard: some proxies drop headers.
        heard = {"X-Dry-Run": "true"} if self.is_dry_run else {}
        return Response(body, media_type="application/json", headers=heard)

    def write(
        self, act: Callable[[Work], str], *, status: int = 200, asked: bytes | None = None, is_secret: bool = False
    ) -> Response:
        """Does `act` in one transaction, once a key; X-Dry-Run: true answers with a preview too, and keeps nothing.

        asked: what stands for the body when a repeated request is compared; a multipart body never repeats exactly.
        is_secret: the answer shows a secret, so what is kept of it for a repeated request is sealed.
        """
        actor = self.authenticate()
        question = self._question(asked)
        with self.doors.works.write(
            actor, idempotency_key=self._idempotency(actor, asked), question=question, is_dry_run=self.is_dry_run,
            repeat=None if is_secret else self._repeat(question),
        ) as work:  # fmt: skip
            if work.replay:
                return self._replayed(work.replay, actor)
            body = act(work)
            work.remember(status, self.doors.sealer.seal(body, _kept_for(actor)) if is_secret else body)
            work.preview = lambda: previews.spliced(work, body)
            if self.is_dry_run:
                # What has no answer has a preview all the same.
                return self._answer(work.preview(), 200 if status == 204 else status, {"X-Dry-Run": "true"})
        return self._answer(body, status, {})

    def authenticate(self) -> Actor:
        """Who calls, with the route's scope. Raises Unauthorized or Forbidden."""
        if self._known:
            return self._authenticated(self._known)
        works = self.doors.works
        with works.database.read() as conn:
            actor = self._found(conn, timestamp(works.clock.now()))
        return self._authenticated(actor)

    def first_fault(self, error: BillingError) -> BillingError:
        """`error`, unless the caller may not call at all: then that, and nothing of what was sent."""
        if isinstance(error, errors.Unavailable):
            return error  # whoever asks again would only wait again
        try:
            self.authenticate()
        except BillingError as refusal:
            return refusal
        return error

    def challenge(self, error: BillingError) -> dict[str, str]:
        """The headers that say what the caller lacks."""
        return challenges.headers(
            error, self.settings.base_url, (self._scope,), has_credential=self._authorization is not None
        )

    def _question(self, asked: bytes | None) -> Question:
        url = self._request.url
        path = f"{url.path}?{url.query}" if url.query else url.path
        return Question(self._request.method, path, self.body if asked is None else asked)

    def _repeat(self, question: Question) -> Repeat | None:
        """How long the same create is answered with the first one (ours); None without X-Repeat-Window."""
        told = self._request.headers.get("x-repeat-window", "").strip()
        if not told or question.method != "POST" or self.params:
            return None
        if not (told.isascii() and told.isdigit()) or not 1 <= int(told[:9]) <= _LONGEST_WINDOW:
            raise errors.Malformed(
                "bad_request", "X-Repeat-Window is no number of seconds.", parameter="X-Repeat-Window",
                fix=f"Send whole seconds from 1 to {_LONGEST_WINDOW}, or leave the header out.",
            )  # fmt: skip
        same = digest([question.method, question.path, question.arguments()])
        return Repeat(same, timedelta(seconds=int(told)))

    def _replayed(self, kept: Record, actor: Actor) -> Response:
        headers = {"Idempotency-Replayed": "true"} | ({"X-Repeated-At": kept.created_at} if kept.is_repeat else {})
        return self._answer(self._opened(kept.body, actor), kept.status_code, headers)

    def _opened(self, kept: str, actor: Actor) -> str:
        """A kept answer as it was given: JSON begins with a brace, and nothing sealed does."""
        return kept if kept.startswith(("{", "[")) or not kept else self.doors.sealer.open(kept, _kept_for(actor))

    @property
    def is_dry_run(self) -> bool:
        """Whether the caller only wants to know (ours)."""
        return self._request.headers.get("x-dry-run", "").strip().lower() in ("true", "1")

    @property
    def _known(self) -> Actor | None:
        """Who calls, when a door of this process has found out already. Its scopes are checked all the same."""
        found = self._request.scope.get(ACTOR_KEY)
        return found if isinstance(found, Actor) else None

    @property
    def _authorization(self) -> str | None:
        return self._request.headers.get("authorization")

    def _found(self, conn: Connection, now: str) -> Actor:
        return access.authenticate(conn, self._authorization, now, self.settings.base_url)

    def _authenticated(self, actor: Actor) -> Actor:
        trace.found_caller(f"{actor.organization_id} {actor.principal}")
        access.require(actor, self._scope)
        return actor

    def _idempotency(self, actor: Actor, asked: bytes | None) -> Idempotency | None:
        headers = self._request.headers
        key = headers.get("x-qonto-idempotency-key") or headers.get("idempotency-key")
        if not key:
            return None
        if len(key) > 255 or not key.isprintable():
            raise errors.Invalid(
                "invalid_idempotency_key", "The idempotency key is longer than 255 characters or not printable.",
                fix="Send a UUID.",
            )  # fmt: skip
        place = f"{actor.principal}\n{self._request.method}\n{self._request.url.path}\n".encode()
        question = self.body if asked is None else asked
        return Idempotency(key, hashlib.sha256(place + question).hexdigest())

    def _answer(self, body: str, status: int, headers: dict[str, str]) -> Response:
        if status == 204:
            return Response(status_code=204, headers=headers)
        return Response(body, status_code=status, media_type="application/json", headers=headers)


def serve(router: APIRouter, doors: Doors, route: Route) -> None:
    """Adds one route of the table to `router`: the body is read in the loop, the rest happens in a thread."""
    limit = route.max_bytes or doors.settings.max_body_bytes
    # Where this process itself calls, one row by its key is had sooner than a thread to look in: SQLite's readers wait
    # for nobody, and a database elsewhere is never asked from the loop.
    is_quick = _ONE_ROW.fullmatch(f"{route.method} {route.path}") and doors.works.database.is_sqlite

    async def endpoint(request: Request) -> Response:
        try:
            body = await limited_body(request, limit)
        except BillingError as error:
            return respond(error, is_bare=route.is_bare_error)
        except ClientDisconnect:
            return Response(status_code=499)
        call = Call(doors, request, body, route.scope)
        if is_quick and ACTOR_KEY in request.scope:
            return _handled(route, call)
        return await run_in_threadpool(_handled, route, call)

    name = route.handler.__name__
    # A plain route: FastAPI would look for dependencies at each request, and here is nothing to find.
    router.add_route(route.path, endpoint, methods=[route.method], name=name)


def _handled(route: Route, call: Call) -> Response:
    try:
        return route.handler(call)
    except BillingError as error:
        found = call.first_fault(error)
        return respond(found, is_bare=route.is_bare_error, headers=call.challenge(found))
    except Exception:
        log.exception("a bug: %s %s failed", route.method, route.path)
        fault = Fault("internal_server_error", "Something broke here; nothing was written.")
        return envelope([fault], 500, is_bare=route.is_bare_error)


async def limited_body(request: Request, limit: int, fix: str = _SEND_LESS) -> bytes:
    """The body, never more than `limit` bytes of it in memory. fix: what to send instead. Raises TooLarge."""
    too_large = errors.TooLarge("payload_too_large", f"The body is larger than {limit} bytes.", fix=fix)
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise too_large
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise too_large
        parts.append(part)
    return b"".join(parts)


def _kept_for(actor: Actor) -> str:
    """What a sealed answer is bound to: nobody else's repeated request can open it."""
    return f"idempotency_record:{actor.organization_id}:{actor.principal}"


def wrapped(name: str, body: str, warnings: Sequence[Fault] | None = None) -> str:
    """{"name": body}, with a list of warnings beside it when one is given (ours)."""
    if warnings is None:
        return f'{{"{name}":{body}}}'
    listed = json.dumps([as_wire(fault) for fault in warnings], ensure_ascii=False)
    return f'{{"{name}":{body},"warnings":{listed}}}'


def bare_and_wrapped(name: str, body: str) -> str:
    """The fields of `body`, and the whole of it under its name: for what is documented without its envelope."""
    return f"{body[:-1]},{wrapped(name, body)[1:]}"


def listed(name: str, bodies: Sequence[str], page: dict[str, int | None]) -> str:
    """{"name": [bodies], "meta": page}."""
    return f'{{"{name}":[{",".join(bodies)}],"meta":{json.dumps(page)}}}'
