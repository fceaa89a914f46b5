"""…/compliance: what the law says of an invoice or a credit note (ours)"""

from __future__ import annotations

import json

from starlette.responses import Response

from counterfoil.domain import scopes
from counterfoil.operations import compliance
from counterfoil.rest.calls import Call
from counterfoil.rest.errors import as_wire
from counterfoil.rest.routing import Route


def get_client_invoice_compliance(call: Call) -> Response:
    """Tell what finalize would refuse a draft for, or how an issued invoice stands (ours)"""
    return call.read(lambda work: _text(compliance.of_client_invoice(work, call.params["id"])))


def get_credit_note_compliance(call: Call) -> Response:
    """Tell how a credit note stands (ours)"""
    return call.read(lambda work: _text(compliance.of_credit_note(work, call.params["id"])))


def _text(found: compliance.Compliance) -> str:
    shown = {
        "status": found.status,
        "formats": [each._asdict() for each in found.formats],
        "errors": [as_wire(fault) for fault in found.errors],
        "warnings": [as_wire(fault) for fault in found.warnings],
    }
    return json.dumps({"compliance": shown}, ensure_ascii=False)


_FAULTS = {"type": "array", "items": {"type": "object", "required": ["code", "detail"]}}
_FORMAT = {
    "type": "object",
    "required": ["kind", "syntax"],
    "properties": {
        "kind": {"type": "string", "enum": ["facturx", "xrechnung", "ubl", "fatturapa"]},
        "syntax": {"type": "string", "enum": ["cii", "ubl", "fatturapa"]},
    },
}
_COMPLIANCE = {
    "type": "object",
    "required": ["status", "formats", "errors", "warnings"],
    "properties": {
        "status": {"type": "string", "enum": ["ready", "blocked", "issued"]},
        "formats": {"type": "array", "items": _FORMAT, "description": "the files with data, beside the PDF"},
        "errors": _FAULTS
        | {"description": "what finalize refuses, as its errors; meta.json_patch mends it on meta.json_patch_target"},
        "warnings": _FAULTS | {"description": "what finalize says beside the document"},
    },
}
_GIVES = {"compliance": _COMPLIANCE}

ROUTES = (
    Route(
        "GET", "/v2/client_invoices/{id}/compliance", scopes.CLIENT_INVOICES_READ, get_client_invoice_compliance,
        gives=_GIVES,
    ),
    Route(
        "GET", "/v2/credit_notes/{id}/compliance", scopes.CLIENT_INVOICES_READ, get_credit_note_compliance,
        gives=_GIVES,
    ),
)  # fmt: skip
