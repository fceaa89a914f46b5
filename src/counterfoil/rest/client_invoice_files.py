"""Files of client invoices: imports of invoices made elsewhere, and uploads that become a document's own PDF."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

from starlette.responses import Response

from counterfoil import errors
from counterfoil.domain import scopes
from counterfoil.errors import Fault
from counterfoil.operations import client_invoice_imports, client_invoices, uploads
from counterfoil.operations.work import Work
from counterfoil.rest.attachments import LINK_LIFE, signed_url
from counterfoil.rest.calls import Call
from counterfoil.rest.multipart import Limits, Part, read_form
from counterfoil.rest.routing import Route
from counterfoil.rest.uploads import DOCUMENTS_AND_XML, Upload, keep, looked_at
from counterfoil.store.rows import AttachmentRow

MOST = 5
FILE_BYTES = 5 * 1024 * 1024
BODY_BYTES = 15 * 1024 * 1024 + 64 * 1024  # the files, and what a form writes around them
_NAME = re.compile(r"client_invoices(?:\[\d{0,4}\])?")


def import_client_invoices(call: Call) -> Response:
    """Import client invoices that were made elsewhere: all of them, or none"""
    found = _imported(call)
    call.read(_check_allowed)
    files = [keep(call, upload) for upload in found]

    def act(work: Work) -> str:
        ids = client_invoice_imports.import_files(work, files)
        told = [
            {"invoice_id": made, "file_name": file.file_name} for made, file in zip(ids, files, strict=True)
        ]  # fmt: skip
        return json.dumps({"client_invoices": told}, ensure_ascii=False)

    return call.write(act, asked="\n".join(file.sha256 for file in files).encode())


def upload_client_invoice_file(call: Call) -> Response:
    """Upload a file that a client invoice or a quote shall have as its PDF"""
    return _upload(call, "client_invoices_upload", None)


def get_client_invoice_upload(call: Call) -> Response:
    """Retrieve an upload"""
    return call.read(lambda work: _answer(call, work, uploads.get(work, call.params["id"])))


def upload_file_of_client_invoice(call: Call) -> Response:
    """Upload a file for a client invoice"""
    return _upload(call, "file", call.params["id"])


def get_upload_of_client_invoice(call: Call) -> Response:
    """Retrieve a client invoice's upload"""

    def act(work: Work) -> str:
        invoice = client_invoices.get(work, call.params["id"])
        return _alias(call, work, uploads.get(work, call.params["upload_id"], invoice.id))

    return call.read(act)


def _upload(call: Call, field: str, invoice_id: str | None) -> Response:
    part = read_form(call.body, call.content_type).file(field)
    upload = looked_at(part, field=field)
    if invoice_id is not None:
        call.read(lambda work: client_invoices.get(work, invoice_id).id)
    file = keep(call, upload)

    def act(work: Work) -> str:
        if invoice_id is None:
            return _answer(call, work, uploads.create(work, file))
        invoice = client_invoices.get(work, invoice_id)
        return _alias(call, work, uploads.create(work, file, invoice.id))

    return call.write(act, asked=f"{part.file_name or ''}\n{file.sha256}".encode())


def _check_allowed(work: Work) -> str:
    client_invoice_imports.check_allowed(work)
    return ""


def _imported(call: Call) -> list[Upload]:
    """Every file of the import, looked at. Raises Invalid with all that is wrong with any of them."""
    form = read_form(call.body, call.content_type, Limits(parts=32, part_bytes=BODY_BYTES, body_bytes=BODY_BYTES))
    parts = [part for part in form.parts if _NAME.fullmatch(part.name) and (part.file_name or part.data)]
    if not 1 <= len(parts) <= MOST:
        raise errors.Invalid(
            "too_many_items" if parts else "missing_value",
            f"{len(parts)} files were sent; 1 to {MOST} can be imported.",
            field="client_invoices", fix=f"Send 1 to {MOST} files as client_invoices.",
        )  # fmt: skip
    found: list[Upload] = []
    faults: list[Fault] = []
    for index, part in enumerate(parts):
        try:
            found.append(_looked_at(part, f"client_invoices/{index}"))
        except errors.Invalid as error:
            faults += error.faults
    if faults:
        raise errors.Invalid.of(faults)
    return found


def _looked_at(part: Part, field: str) -> Upload:
    if len(part.data) > FILE_BYTES:
        raise errors.Invalid(
            "invalid_file", f"The file is larger than {FILE_BYTES // 1024 // 1024} MB.", field=field,
            fix="Send a smaller file.",
        )  # fmt: skip
    return looked_at(part, allowed=DOCUMENTS_AND_XML, field=field)


def _link(call: Call, work: Work, row: AttachmentRow, life: timedelta = LINK_LIFE) -> str:
    return signed_url(call.doors, row, int((work.now + life).timestamp()))


def _answer(call: Call, work: Work, row: AttachmentRow) -> str:
    """The upload under its name, and as data with attributes: programs are written for either."""
    shown: dict[str, Any] = {
        "id": row.id, "organization_id": row.organization_id, "filename": row.file_name,
        "content_type": row.content_type, "file_size": row.size, "url": _link(call, work, row),
        "created_at": row.created_at, "updated_at": row.created_at,
    }  # fmt: skip
    data = {"id": row.id, "type": "client_invoice_upload", "attributes": shown}
    return json.dumps({"client_invoice_upload": shown, "data": data}, ensure_ascii=False)


def _alias(call: Call, work: Work, row: AttachmentRow) -> str:
    shown = {
        "id": row.id, "file_name": row.file_name, "file_size": row.size, "file_content_type": row.content_type,
        "url": _link(call, work, row), "created_at": row.created_at,
    }  # fmt: skip
    return json.dumps({"upload": shown}, ensure_ascii=False)


def _object(**properties: str) -> dict[str, Any]:
    return {
        "type": "object", "required": list(properties),
        "properties": {name: {"type": kind} for name, kind in properties.items()},
    }  # fmt: skip


_BASE = "/v2/client_invoices"
_READ, _WRITE = scopes.CLIENT_INVOICES_READ, scopes.CLIENT_INVOICE_WRITE
_BINARY = {"type": "string", "format": "binary"}
_IMPORT = {"type": "object", "required": ["client_invoices"], "properties": {
    "client_invoices": {"type": "array", "minItems": 1, "maxItems": MOST, "items": _BINARY},
}}  # fmt: skip
_UPLOAD = {
    "type": "object", "required": ["client_invoices_upload"], "properties": {"client_invoices_upload": _BINARY},
}  # fmt: skip
_SHOWN = _object(
    id="string", organization_id="string", filename="string", content_type="string", file_size="integer", url="string",
    created_at="string", updated_at="string",
)  # fmt: skip
_GIVES = {"client_invoice_upload": _SHOWN, "data": {"type": "object", "description": "the same, for other programs"}}
_ALIAS = {"upload": _object(
    id="string", file_name="string", file_size="integer", file_content_type="string", url="string", created_at="string",
)}  # fmt: skip
_IMPORTED = {"client_invoices": [_object(invoice_id="string", file_name="string")]}

# Listed before the routes of one invoice: "bulk" and "uploads" are no ids.
ROUTES = (
    Route("POST", f"{_BASE}/bulk", _WRITE, import_client_invoices, takes=_IMPORT, gives=_IMPORTED,
          max_bytes=BODY_BYTES),
    Route("POST", f"{_BASE}/uploads", _WRITE, upload_client_invoice_file, takes=_UPLOAD, gives=_GIVES,
          max_bytes=BODY_BYTES),
    Route("GET", f"{_BASE}/uploads/{{id}}", _READ, get_client_invoice_upload, gives=_GIVES),
    Route("POST", f"{_BASE}/{{id}}/uploads", _WRITE, upload_file_of_client_invoice, takes="file", gives=_ALIAS,
          max_bytes=BODY_BYTES),
    Route("GET", f"{_BASE}/{{id}}/uploads/{{upload_id}}", _READ, get_upload_of_client_invoice, gives=_ALIAS),
)  # fmt: skip
