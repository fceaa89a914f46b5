"""/v2/client_invoices/{id}/documents and the same of credit notes: a document's PDF and e-invoice files (ours)"""

from __future__ import annotations

import json

from starlette.responses import Response

from counterfoil.domain import scopes
from counterfoil.operations import document_files
from counterfoil.operations.document_files import DocumentFile, ListedFile, MadeFile, NewDocumentFile
from counterfoil.operations.kinds import CLIENT_INVOICE, CREDIT_NOTE, Kind
from counterfoil.operations.work import Work
from counterfoil.rest.attachments import LINK_LIFE, signed_url
from counterfoil.rest.calls import Call
from counterfoil.rest.routing import Route


def list_client_invoice_documents(call: Call) -> Response:
    """List the files of a client invoice: PDF and e-invoices (ours)"""
    return _list(call, CLIENT_INVOICE)


def create_client_invoice_document(call: Call) -> Response:
    """Make a further e-invoice file of a finalized client invoice (ours)"""
    return _create(call, CLIENT_INVOICE)


def list_credit_note_documents(call: Call) -> Response:
    """List the files of a credit note: PDF and e-invoices (ours)"""
    return _list(call, CREDIT_NOTE)


def create_credit_note_document(call: Call) -> Response:
    """Make a further e-invoice file of a credit note (ours)"""
    return _create(call, CREDIT_NOTE)


def _list(call: Call, kind: Kind) -> Response:
    def act(work: Work) -> str:
        listed = document_files.of_document(work, kind, call.params["id"])
        return json.dumps({"documents": [_shown(call, work, file) for file in listed]}, ensure_ascii=False)

    return call.read(act)


def _create(call: Call, kind: Kind) -> Response:
    wanted = call.parse(NewDocumentFile)
    made = _made(call, kind, wanted)

    def act(work: Work) -> str:
        file = document_files.keep(work, kind, call.params["id"], wanted, made.file)
        return json.dumps({"document": _shown(call, work, file)}, ensure_ascii=False)

    return call.write(act, status=201)


def _made(call: Call, kind: Kind, wanted: NewDocumentFile) -> MadeFile:
    """The file, its bytes kept: before the write, which nothing slow may hold up."""
    found: list[MadeFile] = []

    def act(work: Work) -> str:
        found.append(document_files.make(work, kind, call.params["id"], wanted))
        return ""

    call.read(act)
    if not call.is_dry_run:
        call.doors.blobs.put(found[0].data)
    return found[0]


def _shown(call: Call, work: Work, file: ListedFile) -> dict[str, object]:
    row = file.attachment
    url = signed_url(call.doors, row, int((work.now + LINK_LIFE).timestamp()))
    return DocumentFile(
        kind=file.kind, file_name=row.file_name, content_type=row.content_type, size=row.size, sha256=row.sha256,
        url=url,
    ).model_dump()  # fmt: skip


_READ, _WRITE = scopes.CLIENT_INVOICES_READ, scopes.CLIENT_INVOICE_WRITE
_OF_INVOICE, _OF_NOTE = "/v2/client_invoices/{id}/documents", "/v2/credit_notes/{id}/documents"
_LIST, _ONE = {"documents": [DocumentFile]}, {"document": DocumentFile}

ROUTES = (
    Route("GET", _OF_INVOICE, _READ, list_client_invoice_documents, gives=_LIST),
    Route("POST", _OF_INVOICE, _WRITE, create_client_invoice_document, takes=NewDocumentFile, gives=_ONE, status=201),
    Route("GET", _OF_NOTE, _READ, list_credit_note_documents, gives=_LIST),
    Route("POST", _OF_NOTE, _WRITE, create_credit_note_document, takes=NewDocumentFile, gives=_ONE, status=201),
)
