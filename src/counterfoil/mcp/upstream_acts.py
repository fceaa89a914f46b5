"""What a request to a server elsewhere would do, read from its method and path, and which of it needs a yes first."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import unquote

from counterfoil.sdk.wire import Request

DRY_RUN: Final = "x-dry-run"
REPEAT_WINDOW: Final = "x-repeat-window"
KEY: Final = "x-qonto-idempotency-key"
KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "client_invoices": "client_invoice",
        "credit_notes": "credit_note",
        "quotes": "quote",
        "supplier_invoices": "supplier_invoice",
        "clients": "client",
        "products": "product",
    }
)
# (kind, action) -> the act that a person says yes to.
GUARDED: Final[Mapping[tuple[str, str], str]] = MappingProxyType(
    {
        ("client_invoice", "finalize"): "finalize",
        ("client_invoice", "mark_as_canceled"): "cancel",
        ("client_invoice", "send"): "send",
        ("client_invoice", "send_by_einvoice"): "send",
        ("client_invoice", "delete"): "delete",
        ("credit_note", "create"): "credit_note",
        ("quote", "send"): "send",
        ("quote", "delete"): "delete",
        ("supplier_invoice", "reject"): "reject",
        ("client", "delete"): "delete",
        ("product", "delete"): "delete",
    }
)
# What may be done without one. Any other write is guarded: a path that nobody thought of must not be a way round.
FREE: Final = frozenset(
    {
        ("client_invoice", "update"), ("client_invoice", "mark_as_paid"), ("client_invoice", "unmark_as_paid"),
        ("client_invoice", "uploads"), ("quote", "create"), ("quote", "update"), ("quote", "convert"),
        ("supplier_invoice", "update"), ("supplier_invoice", "mark_as_paid"), ("supplier_invoice", "unmark_as_paid"),
        ("supplier_invoice", "bulk"), ("client", "create"), ("client", "update"), ("product", "create"),
        ("product", "update"), ("attachments", "create"), ("attachment_uploads", "create"), ("organization", "update"),
    }
)  # fmt: skip
_VERBS: Final = MappingProxyType({"POST": "create", "PATCH": "update", "PUT": "update", "DELETE": "delete"})
# What changes of a document without anybody having changed it: a PDF that is made later, a link, a counter.
_PASSING: Final = frozenset(
    {"updated_at", "attachment_id", "display_attachment_id", "invoice_url", "quote_url", "analyzed_at",
     "suggested_transactions", "has_suggested_credit_notes", "e_invoicing_reachable", "warnings"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """A write as it came. kind: of KINDS, else the path's own word. document_id: "" where there is none yet.

    body: the JSON object sent; None when it was none (a form).
    """

    request: Request[Any]
    kind: str
    action: str
    document_id: str
    body: Mapping[str, Any] | None

    @classmethod
    def of(cls, request: Request[Any]) -> Asked:
        kind, action, document_id = _place(request.method, request.path)
        return cls(request, kind, action, document_id, _object(request))

    @property
    def path(self) -> str:
        """The document's own path, without the action."""
        return "/".join(self.request.path.split("/")[:4])

    @property
    def act(self) -> str:
        """The act that needs a yes; "" for none."""
        if (self.kind, self.action) == ("client_invoice", "create"):
            body = self.body or {}
            # Servers also read the fields from an object of this name, and then not those beside it.
            is_draft = body.get("status") == "draft" and self.kind not in body
            return "" if is_draft else "create_as_unpaid"
        if (self.kind, self.action) in FREE:
            return ""
        return GUARDED.get((self.kind, self.action), "delete" if self.request.method == "DELETE" else "send")

    @property
    def letter(self) -> Mapping[str, Any] | None:
        """The mail that goes with it: its own, or that of a create in one call."""
        body = self.body or {}
        if self.action == "send":
            return body
        sent = body.get("send") if self.action == "create" and self.kind == "client_invoice" else None
        return sent if isinstance(sent, Mapping) else None

    @property
    def canonical_body(self) -> str:
        """The body in one form, however it was written."""
        return self.request.body.decode("latin-1") if self.body is None else canonical(self.body)

    def header(self, name: str) -> str:
        """A header of the request, "" when it has none."""
        return next((value for key, value in self.request.headers.items() if key.lower() == name), "")

    def fingerprint(self, *more: str) -> str:
        """SHA-256 over method, path and body, and what else is given."""
        parts = (self.request.method, self.request.target, self.canonical_body, *more)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def canonical(value: Any) -> str:
    """JSON in one form."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def version_of(document: Mapping[str, Any]) -> str:
    """The digest of what a person looks at in a document, as any server answers it.

    Left out is what comes and goes by itself; the number too that a draft would get, as others may take it.
    """
    skipped = _PASSING | ({"number"} if str(document.get("number") or "").endswith("-PROFORMA") else frozenset())
    kept = {name: value for name, value in document.items() if name not in skipped}
    return hashlib.sha256(canonical(kept).encode()).hexdigest()


def euros(document: Mapping[str, Any]) -> Decimal | None:
    """What a document amounts to in euros; None when it has no amount, or one in another currency."""
    amount = document.get("total_amount")
    if not isinstance(amount, Mapping) or amount.get("currency") != "EUR":
        return None
    try:
        return Decimal(str(amount.get("value")))
    except InvalidOperation:
        return None


def _place(method: str, path: str) -> tuple[str, str, str]:
    """Kind, action and document of a path such as /v2/client_invoices/{id}/finalize."""
    parts = [unquote(part) for part in path.strip("/").split("/")]
    plural = parts[1] if len(parts) > 1 else ""
    kind, verb = KINDS.get(plural, plural), _VERBS.get(method, method.lower())
    if len(parts) == 2:
        return kind, verb, ""
    if len(parts) == 3 and method == "POST":
        return kind, parts[2], ""  # POST /v2/supplier_invoices/bulk
    if len(parts) == 3:
        return kind, verb, parts[2]
    if len(parts) == 4 and method == "POST":
        return kind, parts[3], parts[2]
    return kind, "/".join((verb, *parts[3:])), parts[2]


def _object(request: Request[Any]) -> Mapping[str, Any] | None:
    if request.json is not None:
        return request.json
    if request.content is None:
        return {}
    try:
        sent = json.loads(request.content)
    except ValueError:
        return None
    return sent if isinstance(sent, dict) else None
