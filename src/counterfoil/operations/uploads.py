"""Files that were uploaded to be a document's own: such a document has this file in place of a PDF made here."""

from __future__ import annotations

import json
from collections.abc import Set

from counterfoil import errors
from counterfoil.operations import attachments
from counterfoil.operations.attachments import StoredFile
from counterfoil.operations.work import Work
from counterfoil.store import attachments as store
from counterfoil.store.rows import AttachmentRow, DocumentRow

KIND = "upload"


def create(work: Work, file: StoredFile, document_id: str | None = None) -> AttachmentRow:
    """Keep an uploaded file. document_id: the document that it was uploaded for, if there is one already."""
    return attachments.create_from(work, file, (KIND, document_id or ""))


def get(work: Work, upload_id: str, document_id: str | None = None) -> AttachmentRow:
    """Retrieve an upload. document_id: only one that was uploaded for this document."""
    row = attachments.find(work, upload_id)
    if row is None or row.document_kind != KIND or document_id not in (None, row.document_id):
        raise errors.NotFound(
            "not_found", "There is no upload with this id.", parameter="id", fix="Send the id that the upload answered."
        )
    return row


def checked(work: Work, upload_id: str | None) -> str | None:
    """The id of an upload that may be a document's own file. Raises Invalid."""
    if upload_id is None:
        return None
    try:
        row = get(work, upload_id)
    except errors.NotFound:
        row = None
    if row is None or row.content_type != "application/pdf":
        problem = "There is no upload with this id." if row is None else "A document's own file is a PDF, no picture."
        raise errors.Invalid(
            "invalid_upload_id", problem, field="upload_id",
            fix="Upload the PDF with POST /v2/client_invoices/uploads and send the id that it answers.",
        )  # fmt: skip
    return row.id


def sent(work: Work, named: Set[str], upload_id: str | None) -> dict[str, str | None]:
    """What a change that names these fields says of upload_id; null goes back to a PDF made here. Raises Invalid."""
    return {"upload_id": checked(work, upload_id)} if "upload_id" in named else {}


def used_by(work: Work, row: DocumentRow) -> AttachmentRow | None:
    """The uploaded file that is this document's own; None when its PDF is made here."""
    upload_id = json.loads(row.live).get("upload_id")
    return store.get(work.conn, work.organization_id, upload_id) if upload_id else None
