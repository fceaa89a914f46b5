"""What the API that we follow does worse, for whoever wants to meet it here first: the sandbox's switches.

Every one is off by default. Each was seen or documented; docs/sandbox.md says what it reproduces.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field
from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, RedirectResponse, Response

from counterfoil import errors
from counterfoil.rest import additions
from counterfoil.rest.calls import ACTOR_KEY
from counterfoil.rest.errors import respond
from counterfoil.rest.faults import Answer, answer_of

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOGIN_PATH = "/sandbox/login"
Json = dict[str, Any]
Edit = Callable[[Json], Json]


class Faithful(BaseModel):
    """Which of the habits of the API that we follow are on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pdf_delay_seconds: int = Field(0, ge=0, le=3_600, description="PDFs, and so attachment_id, come this much later")
    quote_patch_412: bool = Field(False, description="PATCH of a quote without a PDF yet: 412 quote_has_no_attachment")
    attachment_id_late: bool = Field(False, description="answers of create, finalize and PATCH have no attachment_id")
    idempotency_minutes: int | None = Field(
        None, ge=1, le=100_000, description="how long a key stands for its answer; null: as the server is set"
    )
    idempotency_replays_any_body: bool = Field(
        False, description="a used key answers another body with the first answer"
    )
    require_staging_token: bool = Field(False, description="without X-Qonto-Staging-Token: a redirect to an HTML page")
    rate_limits: bool = Field(False, description="callers on this machine are limited too")
    product_get_404: bool = Field(False, description="GET of a product by its id: 404")
    empty_items_null: bool = Field(False, description="items of a document without items: null, not []")
    quote_envelope: Literal["both", "bare", "wrapped"] = Field("both", description='bare fields, {"quote": …}, or both')
    credit_note_as_seen: bool = Field(
        False,
        description="credit notes say Invoice_issue_date and reason, and leave out header, footer, einvoicing_status, "
        "client and invoice_url",
    )
    client_needs_tax_id: bool = Field(
        False, description="a quote or invoice for a company without tax_identification_number: 422"
    )
    additions_off: bool = Field(
        False, description="what Counterfoil adds to the API is not there: headers, filters, paths and fields of ours"
    )
    oauth_only: bool = Field(False, description="quotes, einvoicing and webhooks: 403 for an API key")
    invoice_create_refused: bool = Field(False, description="POST /v2/client_invoices: 422 invalid_iban, IBAN is empty")


PLAIN = Faithful.model_construct()
# All but the three that would leave little to test.
EVERYTHING = Faithful.model_construct(
    pdf_delay_seconds=10, quote_patch_412=True, attachment_id_late=True, idempotency_minutes=30,
    idempotency_replays_any_body=True, require_staging_token=True, rate_limits=True, product_get_404=True,
    empty_items_null=True, quote_envelope="wrapped", credit_note_as_seen=True, client_needs_tax_id=True,
)  # fmt: skip


class Switches:
    """What is on at the moment."""

    def __init__(self) -> None:
        self.now = PLAIN


class FaithfulLayer:
    """ASGI around ASGI: refuses, waits and answers as the switches say."""

    def __init__(self, app: ASGIApp, switches: Switches) -> None:
        self._app = app
        self._switches = switches

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        on = self._switches.now
        is_meant = scope["type"] == "http" and ACTOR_KEY not in scope and on is not PLAIN
        if is_meant and scope["path"] == LOGIN_PATH:
            await HTMLResponse("<html><body><h1>Sign in</h1></body></html>")(scope, receive, send)
        elif is_meant and scope["path"].startswith("/v2/"):
            if on.additions_off:
                scope, receive = await _plainly(scope, receive)
            await self._faithfully(on, scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _faithfully(self, on: Faithful, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = _refusal(on, scope) or await self._quote_refusal(on, scope)
        if not refusal and on.client_needs_tax_id and (scope["method"], scope["path"]) in _FOR_A_CLIENT:
            body = await _whole(receive)
            receive = _again(body, receive)
            refusal = await self._client_refusal(scope, body)
        edits = () if refusal else tuple(_edits(on, scope["method"], scope["path"]))
        if not edits:
            await (refusal or self._app)(scope, receive, send)
            return
        answer = await answer_of(self._app, scope, receive)
        if answer.start["status"] < 300 and answer.body.startswith(b"{"):
            _apply(answer, edits)
        await answer.send_to(send)

    async def _quote_refusal(self, on: Faithful, scope: Scope) -> Response | None:
        """Asks the application itself whether the quote has its PDF."""
        if not (on.quote_patch_412 and scope["method"] == "PATCH" and _QUOTE.fullmatch(scope["path"])):
            return None
        answer = await answer_of(self._app, {**scope, "method": "GET"}, _nothing)
        if answer.start["status"] != 200 or json.loads(answer.body)["quote"].get("attachment_id"):
            return None
        return respond(
            errors.WrongState("quote_has_no_attachment", "The quote's PDF is not there yet.", fix="Come again later.")
        )

    async def _client_refusal(self, scope: Scope, body: bytes) -> Response | None:
        """Asks the application itself whether the client has a tax id."""
        client_id = _client_id(body)
        path = f"/v2/clients/{quote(client_id, safe='')}"
        asked = {**scope, "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b""}
        answer = await answer_of(self._app, asked, _nothing)
        if answer.start["status"] != 200:
            return None
        client = json.loads(answer.body)["client"]
        if client["kind"] != "company" or client["tax_identification_number"]:
            return None
        return respond(
            errors.Invalid(
                "missing_value", "tin_number must have a value", field="client_id",
                fix=f"PATCH {path} with tax_identification_number.",
            )
        )  # fmt: skip


async def _plainly(scope: Scope, receive: Receive) -> tuple[Scope, Receive]:
    """The request as a server reads it that knows nothing of ours."""
    headers = [(name, value) for name, value in scope["headers"] if name.lower() not in additions.HEADERS]
    plain = {**scope, "headers": headers, "query_string": additions.plain_query(scope["query_string"])}
    if scope["method"] != "POST" or scope["path"] not in ("/v2/client_invoices", "/v2/credit_notes"):
        return plain, receive
    body = additions.plain_body(scope["path"], await _whole(receive))
    sized = [(name, value) for name, value in headers if name.lower() != b"content-length"]
    plain["headers"] = [*sized, (b"content-length", str(len(body)).encode())]
    return plain, _again(body, receive)


_FOR_A_CLIENT = (("POST", "/v2/quotes"), ("POST", "/v2/client_invoices"))
_QUOTE = re.compile(r"/v2/quotes/[^/]+")
_QUOTES = re.compile(r"/v2/quotes(/[^/]+)?")
_PRODUCT = re.compile(r"/v2/products/[^/]+")
_WRITTEN = re.compile(r"/v2/(client_invoices|quotes|credit_notes)(/[^/]+)?(/finalize)?")
_OAUTH_ONLY = ("/v2/quotes", "/v2/einvoicing", "/v2/webhook_subscriptions")
_CREDIT_NOTE_LEAVES_OUT = ("header", "footer", "einvoicing_status", "client", "invoice_url")


async def _nothing() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


async def _whole(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if not message.get("more_body"):
            return body


def _again(body: bytes, receive: Receive) -> Receive:
    """What gives a body that was read already once more, and then whatever comes."""
    left = [body]

    async def replayed() -> Message:
        return {"type": "http.request", "body": left.pop(), "more_body": False} if left else await receive()

    return replayed


def _client_id(body: bytes) -> str:
    """Which client a document is for, flat or wrapped; "" when it does not say."""
    try:
        sent = json.loads(body)
    except ValueError:
        return ""
    fields = sent if isinstance(sent, dict) else {}
    inner = next((each for each in fields.values() if isinstance(each, dict) and "client_id" in each), {})
    return str(fields.get("client_id") or inner.get("client_id") or "")


def _refusal(on: Faithful, scope: Scope) -> Response | None:
    method, path, headers = scope["method"], scope["path"], Headers(scope=scope)
    if on.require_staging_token and "x-qonto-staging-token" not in headers:
        return RedirectResponse(LOGIN_PATH, status_code=302)
    is_key = not headers.get("authorization", "").lower().startswith("bearer ")
    if on.oauth_only and is_key and path.startswith(_OAUTH_ONLY):
        return respond(errors.Forbidden("forbidden", "This endpoint wants OAuth.", fix="Send a bearer token."))
    if on.additions_off and (additions.OWN_PATHS.fullmatch(path) or (method, path) == ("PATCH", "/v2/organization")):
        return respond(errors.NotFound("not_found", "Not found.", fix="It is an addition of Counterfoil's."))
    if on.product_get_404 and method == "GET" and _PRODUCT.fullmatch(path):
        return respond(errors.NotFound("not_found", "Product not found.", parameter="id", fix="List products."))
    if on.invoice_create_refused and (method, path) == ("POST", "/v2/client_invoices"):
        return respond(errors.Invalid("invalid_iban", "IBAN is empty", fix="PUT /sandbox/faithful ends it."))
    return None


def _edits(on: Faithful, method: str, path: str) -> Iterator[Edit]:
    if on.quote_envelope != "both" and _QUOTES.fullmatch(path):
        yield partial(_as_one_envelope, is_bare=on.quote_envelope == "bare")
    if on.attachment_id_late and method in ("POST", "PATCH") and _WRITTEN.fullmatch(path):
        yield _without_attachment
    if on.credit_note_as_seen and path.startswith("/v2/credit_notes"):
        yield _as_seen
    if on.empty_items_null:
        yield _with_null_items
    if on.additions_off:
        yield additions.plain_answer


def _apply(answer: Answer, edits: tuple[Edit, ...]) -> None:
    body: Json = json.loads(answer.body)
    for edit in edits:
        body = edit(body)
    answer.body = json.dumps(body, ensure_ascii=False).encode()
    kept = [(name, value) for name, value in answer.start["headers"] if name != b"content-length"]
    answer.start["headers"] = [*kept, (b"content-length", str(len(answer.body)).encode())]


def _as_one_envelope(body: Json, *, is_bare: bool) -> Json:
    if "quote" not in body:
        return body  # a list
    return dict(body["quote"]) if is_bare else {"quote": body["quote"]}


def _without_attachment(body: Json) -> Json:
    kept = {name: value for name, value in body.items() if name != "attachment_id"}
    return {name: _without_attachment(value) if isinstance(value, dict) else value for name, value in kept.items()}


def _as_seen(body: Json) -> Json:
    def seen(note: Json) -> Json:
        kept = {name: value for name, value in note.items() if name not in _CREDIT_NOTE_LEAVES_OUT}
        return {"reason": "", "Invoice_issue_date": kept.pop("invoice_issue_date", ""), **kept}

    if "credit_notes" in body:
        return body | {"credit_notes": [seen(note) for note in body["credit_notes"]]}
    return body | {"credit_note": seen(body["credit_note"])} if "credit_note" in body else body


def _with_null_items(body: Json) -> Json:
    def nulled(value: Any) -> Any:
        if isinstance(value, list):
            return [nulled(each) for each in value]
        if not isinstance(value, dict):
            return value
        return {name: None if name == "items" and each == [] else nulled(each) for name, each in value.items()}

    return dict(nulled(body))
