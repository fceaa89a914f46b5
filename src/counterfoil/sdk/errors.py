"""What a call of the API can end in other than an answer.

SdkError
├── ApiError       the server answered with an error
└── Unreachable    no answer came
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class ApiFault:
    """One thing that is wrong.

    pointer: as the wire says it, such as "/data/attributes/items/0/vat_rate". fix: what to send instead, where the
    server tells (an addition of Counterfoil's, as are `rule` and `source` in meta).
    """

    code: str
    detail: str
    pointer: str | None = None
    parameter: str | None = None
    fix: str | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)

    @property
    def field(self) -> str | None:
        """The body's field at fault as a path such as "items/0/vat_rate"; None when the pointer names none."""
        if self.pointer is None:
            return self.parameter
        parts = self.pointer.strip("/").split("/")
        return "/".join(parts[2:] if parts[0] == "data" else parts) or None


class SdkError(Exception):
    """Base of what a call may raise."""


class ApiError(SdkError):
    """The server's refusal. status: of HTTP. errors: never empty. trace_id: names the request in the server's log."""

    def __init__(self, status: int, errors: Sequence[ApiFault], trace_id: str | None = None) -> None:
        super().__init__(f"{status}: " + "; ".join(f"{fault.code}: {fault.detail}" for fault in errors))
        self.status = status
        self.errors = tuple(errors)
        self.trace_id = trace_id


class Unreachable(SdkError):
    """No answer: the server is away, or the connection broke. A write may have happened: repeat it with its key."""


def api_error(status: int, body: bytes) -> ApiError:
    """The error that an answer carries: the envelope, a bare object, or something that is no JSON at all."""
    try:
        sent = json.loads(body)
    except ValueError:
        sent = None
    if not isinstance(sent, dict):
        return ApiError(status, [ApiFault("unexpected_answer", f"The server answered {status} without saying why.")])
    listed = sent.get("errors")
    found = [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else [sent]
    trace_id = sent.get("trace_id")
    return ApiError(status, [_fault(item) for item in found or [sent]], trace_id if isinstance(trace_id, str) else None)


def _fault(sent: Mapping[str, Any]) -> ApiFault:
    source = sent.get("source")
    source = source if isinstance(source, dict) else {}
    meta = sent.get("meta")
    meta = meta if isinstance(meta, dict) else {}
    return ApiFault(
        code=str(sent.get("code") or "unknown_error"),
        detail=str(sent.get("detail") or sent.get("message") or sent.get("code") or ""),
        pointer=source.get("pointer"),
        parameter=source.get("parameter"),
        fix=meta.get("fix"),
        meta=meta,
    )
