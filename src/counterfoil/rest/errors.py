"""Errors as the API answers them: one table from kind to status, one envelope."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic_core import ErrorDetails
from starlette.responses import Response

from counterfoil import errors
from counterfoil.errors import BillingError, Fault
from counterfoil.rest import trace

STATUS: tuple[tuple[type[BillingError], int], ...] = (
    (errors.Malformed, 400),
    (errors.Unauthorized, 401),
    (errors.Forbidden, 403),
    (errors.NotFound, 404),
    (errors.Conflict, 409),
    (errors.Gone, 410),
    (errors.ForbiddenTransition, 400),  # before the kind that it is one of
    (errors.WrongState, 412),
    (errors.TooLarge, 413),
    (errors.UnsupportedMedia, 415),
    (errors.Invalid, 422),
    (errors.ApprovalRequired, 428),
    (errors.Unavailable, 503),
)
COME_AGAIN_SECONDS = 5  # long enough for a database to start again, short enough for whoever waits
POINTER_BASE = "/data/attributes"  # as the API's own pointers begin
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def status_of(error: BillingError) -> int:
    """The HTTP status of an error's kind."""
    return next((status for kind, status in STATUS if isinstance(error, kind)), 400)


def respond(error: BillingError, *, is_bare: bool = False, headers: Mapping[str, str] | None = None) -> Response:
    """The error as an HTTP answer. is_bare: the first fault's fields also stand beside `errors`."""
    status = status_of(error)
    return envelope(error.faults, status, is_bare=is_bare, headers=headers)


def envelope(
    faults: Iterable[Fault], status: int, *, is_bare: bool = False, headers: Mapping[str, str] | None = None
) -> Response:
    """{"errors": […], "trace_id": …}; rest/edge.py sets the trace id's header, as on every answer."""
    listed = [as_wire(fault, status) for fault in faults]
    body = {**(listed[0] if is_bare else {}), "errors": listed, "trace_id": trace.current_id()}
    sent = dict(headers or {})
    if status == 503:
        sent.setdefault("Retry-After", str(COME_AGAIN_SECONDS))
    if status == 401:
        sent.setdefault("WWW-Authenticate", 'Bearer realm="counterfoil"')
    return Response(
        json.dumps(body, ensure_ascii=False), status_code=status, media_type="application/json", headers=sent
    )


def as_wire(fault: Fault, status: int | None = None) -> dict[str, Any]:
    """One fault as the wire writes it. Our own additions (fix, rule, source, json_patch) go into meta."""
    wire: dict[str, Any] = {"code": fault.code, "detail": fault.message}
    if status is not None:
        wire["status"] = str(status)
    if fault.field is not None:
        wire["source"] = {"pointer": f"{POINTER_BASE}/{fault.field}"}
    elif fault.parameter is not None:
        wire["source"] = {"parameter": fault.parameter}
    meta: dict[str, Any] = dict(fault.meta)
    for name in ("fix", "rule", "source"):
        if value := getattr(fault, name):
            meta[name] = value
    if fault.patch:
        meta["json_patch"] = [dict(operation) for operation in fault.patch]
        meta["json_patch_target"] = fault.patch_target
    if meta:
        wire["meta"] = meta
    return wire


def from_validation(details: Sequence[ErrorDetails]) -> errors.Invalid:
    """Pydantic's findings as faults with a code of ours, plain words and a fix; one a field."""
    faults: dict[str, Fault] = {}
    for detail in details:
        path = "/".join(str(part) for part in detail["loc"] if isinstance(part, int) or _NAME.fullmatch(str(part)))
        faults.setdefault(path, _fault(path, detail))
    return errors.Invalid.of(faults.values())


def _fault(path: str, detail: ErrorDetails) -> Fault:
    kind, context = detail["type"], detail.get("ctx", {})
    name = next((part for part in reversed(path.split("/")) if not part.isdecimal()), "")
    if kind == "missing":
        return Fault("missing_value", f"{name} is missing.", field=path, fix=f"Send {name}.")
    if kind in ("string_too_long", "too_long"):
        most = context.get("max_length")
        message = f"{name} is too long: at most {most} are allowed."
        return Fault("too_long", message, field=path, fix=f"Shorten {name} to {most}.", meta={"max_length": most})
    if kind in ("literal_error", "enum"):
        allowed = str(context.get("expected", ""))
        return Fault(
            "not_in_list", f"{name} is not one of the allowed values.", field=path, fix=f"Send one of: {allowed}.",
            meta={"allowed": allowed},
        )  # fmt: skip
    if kind == "value_error":
        return Fault("invalid_text", f"{name}: {detail['msg'].removeprefix('Value error, ')}.", field=path,
                     fix="Remove these characters.")  # fmt: skip
    if path.endswith("unit_price/value") and str(detail.get("input")).startswith("-"):
        # The one that EN 16931 has a rule for, and a way round.
        return Fault(
            "invalid_format", "A unit price is not below zero.", field=path, rule="BR-27", source="EN 16931-1 BR-27",
            fix="Send a quantity below zero, and the unit price without its sign: the amount stays the same.",
        )  # fmt: skip
    return Fault(
        "invalid_format", f"{name} is not valid: {detail['msg']}.", field=path, fix=_hint(name, kind),
        meta={"validation_param": str(next(iter(context.values()), kind))},
    )  # fmt: skip


_HINTS = {
    "quantity": 'Send a decimal string such as "1.5": at most 9 digits before the point and 6 after it.',
    "value": 'Send a decimal string such as "12.50": at most 9 digits before the point and 6 after it, not negative.',
    "vat_rate": 'Send a fraction as a decimal string, such as "0.2" for 20 %.',
    "rate": 'Send a fraction of four to six characters, such as "0.20" for 20 % (not "0.2").',
    "stamp_duty_amount": 'Send four to fifteen characters with two decimals, such as "2.00".',
    "currency": 'Send a code of three capital letters, such as "EUR".',
    "country_code": 'Send an ISO 3166 code of two letters, such as "FR".',
    "email": "Send one address such as billing@example.com.",
    "email_title": "Send a subject of at least one character.",
    "locale": 'Send a language such as "fr", "en" or "de".',
    "send_to": 'Send a list of one or more addresses, such as ["billing@example.com"].',
    "extra_emails": 'Send a list of addresses, such as ["billing@example.com"].',
    "client_id": "Send the client's id as GET /v2/clients shows it: a UUID.",
}


def _hint(name: str, kind: str) -> str:
    if kind.startswith("date") or name.endswith(("_date", "_at")):
        return 'Send a day as "YYYY-MM-DD", between 1970 and 2199.'
    if name in _HINTS:
        return _HINTS[name]
    return "Send a string." if kind == "string_type" else "See the field's description in /docs."
