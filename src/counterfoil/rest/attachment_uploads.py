"""/v2/attachment_uploads: a signed link to put one file to, and what the file that arrived is for (ours).

The link carries its own permission, so that a file goes from where it lies to here without the caller's key, and never
through the assistant that asked for it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from counterfoil import errors
from counterfoil.domain import scopes
from counterfoil.domain.client_invoice import ClientInvoiceChange
from counterfoil.domain.quote import QuoteChange
from counterfoil.domain.supplier_invoice import SupplierInvoiceMeta
from counterfoil.errors import BillingError
from counterfoil.operations import (
    access,
    attachments,
    client_invoices,
    pending_uploads,
    quotes,
    supplier_invoices,
    uploads,
)
from counterfoil.operations.attachments import StoredFile
from counterfoil.operations.pending_uploads import MAX_BYTES, NewPendingUpload, UploadUse
from counterfoil.operations.supplier_invoices import Incoming
from counterfoil.operations.work import Actor, Work
from counterfoil.rest import supplier_invoice_uploads as suppliers
from counterfoil.rest.attachments import FILE, shown_file
from counterfoil.rest.calls import Call, Doors, limited_body
from counterfoil.rest.errors import respond
from counterfoil.rest.multipart import Part
from counterfoil.rest.routing import Route
from counterfoil.rest.uploads import DOCUMENTS, DOCUMENTS_AND_EINVOICES, Upload, looked_at
from counterfoil.store.pending_uploads import PendingUploadRow
from counterfoil.store.rows import AttachmentRow

_SMALLER = "Send a smaller file."
PUT_PATH = "/uploads/{organization_id}/{blob_ref}"
_SCOPES: Mapping[str, str] = {
    "client_invoice": scopes.CLIENT_INVOICE_WRITE, "quote": scopes.CLIENT_INVOICE_WRITE,
    "supplier_invoice": scopes.SUPPLIER_INVOICE_WRITE,
}  # fmt: skip
_Made = tuple[AttachmentRow, list[dict[str, str]]]


def request_attachment_upload(call: Call) -> Response:
    """Ask for a link to put one file to, within 15 minutes and without a key (ours)"""
    asked = call.parse(NewPendingUpload)

    def act(work: Work) -> str:
        row = pending_uploads.request(work, asked)
        shown = {"blob_ref": row.blob_ref, "upload_url": _signed_url(call.doors, row), "method": "PUT",
                 "max_bytes": MAX_BYTES, "expires_at": row.expires_at}  # fmt: skip
        return json.dumps({"attachment_upload": shown})

    return call.write(act, status=201, is_secret=True)


def use_attachment_upload(call: Call) -> Response:
    """Say what a file that was put to a link is for: an attachment, a document's own PDF, a supplier invoice (ours)"""
    wanted = call.parse(UploadUse)
    _check(call, wanted)
    upload, entry = _arrived(call, wanted)
    answer = call.write(
        lambda work: _used(call, work, wanted, upload, entry), asked=call.params["blob_ref"].encode() + call.body
    )
    if upload and not call.is_dry_run:
        name = pending_uploads.place_name(call.params["blob_ref"], upload.file.sha256)
        call.doors.blobs.drop_aside(name)
    return answer


def _used(call: Call, work: Work, wanted: UploadUse, upload: Upload | None, entry: suppliers.Entry) -> str:
    file = pending_uploads.use(work, call.params["blob_ref"])
    if upload is None:
        raise errors.Gone("gone", "The file of this upload is lost.", fix="Ask for a new link and send it again.")
    row, made = _made(work, wanted, file, entry)
    return json.dumps({"attachment": shown_file(call.doors, row, work.now), "documents": made}, ensure_ascii=False)


def _check(call: Call, wanted: UploadUse) -> None:
    """Raises Forbidden where the document's own scope is missing, Invalid where its id is missing or has no place."""
    if wanted.target in _SCOPES:
        access.require(call.authenticate(), _SCOPES[wanted.target])
    needs_id = wanted.target in ("client_invoice", "quote")
    if needs_id == bool(wanted.id):
        return
    raise errors.Invalid(
        "missing_value" if needs_id else "unexpected_value",
        f"A file for a {wanted.target} needs its id." if needs_id else f"{wanted.target} takes no id.",
        field="id", fix="Send the id of the draft or quote." if needs_id else "Leave id out: the file makes a new one.",
    )  # fmt: skip


def _arrived(call: Call, wanted: UploadUse) -> tuple[Upload | None, suppliers.Entry]:
    """The file, looked at for what it is wanted for and kept, as far as it has arrived; an e-invoice is read."""
    ref = call.params["blob_ref"]
    with call.doors.works.read(call.authenticate()) as work:
        row = pending_uploads.find(work, ref)
    if row is None:
        return None, suppliers.Entry()
    try:
        data = call.doors.blobs.get_aside(pending_uploads.place_name(ref, row.sha256))
    except FileNotFoundError:
        return None, suppliers.Entry()
    is_bill = wanted.target == "supplier_invoice"
    part = Part("file", row.file_name, row.content_type, data)
    if is_bill and len(data) > suppliers.FILE_BYTES:
        raise errors.Invalid(
            "invalid_file", f"A supplier invoice is at most {suppliers.FILE_BYTES // 1024 // 1024} MB large.",
            field="target", fix="Send a smaller file.",
        )  # fmt: skip
    upload = looked_at(part, allowed=DOCUMENTS_AND_EINVOICES if is_bill else DOCUMENTS, field="target")
    entry = suppliers.Entry(upload=upload)
    if is_bill:
        suppliers.keep_files(call, suppliers.Batch([entry]))
    elif not call.is_dry_run:
        call.doors.blobs.put(data)
    return upload, entry


def _made(work: Work, wanted: UploadUse, file: StoredFile, entry: suppliers.Entry) -> _Made:
    """What the file becomes, and the documents that have it now."""
    if wanted.target == "supplier_invoice":
        new = Incoming(file=file, found=entry.found)
        rows = supplier_invoices.create(work, new, source="integration", meta=SupplierInvoiceMeta())
        attachment = attachments.get(work, rows[0].attachment_id)
        return attachment, [{"kind": "supplier_invoice", "id": row.id} for row in rows]
    if wanted.target == "standalone":
        return attachments.create_from(work, file), []
    document_id = wanted.id or ""
    kind: Callable[[Work, str], Any] = client_invoices.get if wanted.target == "client_invoice" else quotes.get
    row = uploads.create(work, file, kind(work, document_id).id)
    if wanted.target == "client_invoice":
        client_invoices.update(work, document_id, ClientInvoiceChange(upload_id=row.id))
    else:
        quotes.update(work, document_id, QuoteChange(upload_id=row.id))
    return row, [{"kind": wanted.target, "id": document_id.lower()}]


async def receive(doors: Doors, request: Request) -> Response:
    """PUT to a signed link: one file, never more of it in memory than the limit, looked at before it is kept."""
    place = (request.path_params["organization_id"], request.path_params["blob_ref"])
    try:
        _check_link(doors, place, request.query_params.get("expires", ""), request.query_params.get("signature", ""))
        await run_in_threadpool(_check_open, doors, place)
        data = await limited_body(request, MAX_BYTES, _SMALLER)
        row = await run_in_threadpool(_kept, doors, place, data)
    except BillingError as error:
        return respond(error)
    except ClientDisconnect:
        return Response(status_code=499)
    shown = {"blob_ref": row.blob_ref, "size": row.size, "content_type": row.content_type, "sha256": row.sha256}
    return JSONResponse({"attachment_upload": shown}, status_code=201)


def _check_link(doors: Doors, place: tuple[str, str], expires: str, signature: str) -> None:
    number = int(expires) if expires.isascii() and expires.isdigit() and len(expires) < 12 else 0
    wanted = _signature(doors.signing_key, place, number)
    if not hmac.compare_digest(wanted, signature.encode().decode("ascii", "ignore")):
        raise errors.NotFound("not_found", "This upload link is not valid.", fix=_NEW_LINK)
    if doors.works.clock.now().timestamp() > number:
        raise errors.Gone("gone", "This upload link has expired.", fix=_NEW_LINK)


def _check_open(doors: Doors, place: tuple[str, str]) -> None:
    """Raises before a byte is read when nothing can be put here any more."""
    with doors.works.read(Actor(place[0], "link", client="link")) as work:
        pending_uploads.open_place(work, place[1])


def _kept(doors: Doors, place: tuple[str, str], data: bytes) -> PendingUploadRow:
    """The file set aside for its place. Raises Invalid for what no upload takes, Conflict when another came first."""
    upload = looked_at(Part("file", None, "", data), allowed=DOCUMENTS_AND_EINVOICES)
    name = pending_uploads.place_name(place[1], upload.file.sha256)
    doors.blobs.put_aside(name, data)
    try:
        with doors.works.write(Actor(place[0], "link", client="link")) as work:
            return pending_uploads.arrive(work, place[1], upload.file)
    except BillingError:
        with doors.works.read(Actor(place[0], "link", client="link")) as work:
            if not pending_uploads.holds(work, place[1], upload.file.sha256):
                doors.blobs.drop_aside(name)
        raise


def _signed_url(doors: Doors, row: PendingUploadRow) -> str:
    place = (row.organization_id, row.blob_ref)
    expires = int(datetime.fromisoformat(row.expires_at).timestamp())
    path = PUT_PATH.format(organization_id=place[0], blob_ref=place[1])
    signature = _signature(doors.signing_key, place, expires)
    return f"{doors.settings.base_url}{path}?expires={expires}&signature={signature}"


def _signature(key: bytes, place: tuple[str, str], expires: int) -> str:
    # "upload/" first: a link to fetch a file is signed by the same key, and must never be one to send one.
    return hmac.new(key, f"upload/{place[0]}/{place[1]}/{expires}".encode(), hashlib.sha256).hexdigest()


_NEW_LINK = "Ask for a new link: POST /v2/attachment_uploads."
_BASE = "/v2/attachment_uploads"
_PLACE = {
    "type": "object",
    "required": ["blob_ref", "upload_url", "method", "max_bytes", "expires_at"],
    "properties": {
        "blob_ref": {"type": "string", "description": "names the file in the call that uses it"},
        "upload_url": {"type": "string", "format": "uri", "description": "takes the bytes as the body, once"},
        "method": {"type": "string", "enum": ["PUT"]},
        "max_bytes": {"type": "integer"},
        "expires_at": {"type": "string", "format": "date-time"},
    },
}
_DOCUMENT = {
    "type": "object", "required": ["kind", "id"],
    "properties": {"kind": {"type": "string"}, "id": {"type": "string", "format": "uuid"}},
}  # fmt: skip

ROUTES = (
    Route("POST", _BASE, scopes.ATTACHMENT_WRITE, request_attachment_upload, takes=NewPendingUpload,
          gives={"attachment_upload": _PLACE}, status=201),
    Route("POST", f"{_BASE}/{{blob_ref}}/use", scopes.ATTACHMENT_WRITE, use_attachment_upload, takes=UploadUse,
          gives={"attachment": FILE, "documents": {"type": "array", "items": _DOCUMENT}}),
)  # fmt: skip
