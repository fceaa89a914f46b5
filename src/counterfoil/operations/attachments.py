"""Attachments: files of the organization, its documents' PDFs among them."""

from __future__ import annotations

from counterfoil import errors
from counterfoil.operations.work import Work
from counterfoil.store import attachments as store
from counterfoil.store.rows import AttachmentRow

MAX_BYTES = 15 * 1024 * 1024
_MAGIC = (
    (b"%PDF-", "application/pdf", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png", "png"),
    (b"\xff\xd8\xff", "image/jpeg", "jpg"),
)


def create(
    work: Work,
    *,
    file_name: str,
    content_type: str,
    size: int,
    sha256: str,
    document: tuple[str, str] | None = None,
) -> AttachmentRow:
    """Add an attachment whose bytes are already in the blobs. document: (kind, id) that it belongs to."""
    row = AttachmentRow(
        organization_id=work.organization_id,
        id=work.new_id(),
        file_name=file_name,
        content_type=content_type,
        size=size,
        sha256=sha256,
        document_kind=document[0] if document else None,
        document_id=document[1] if document else None,
        created_at=work.timestamp,
    )
    store.insert_attachment(work.conn, work.organization_id, row)
    return row


def get(work: Work, attachment_id: str) -> AttachmentRow:
    """Retrieve an attachment."""
    row = store.get(work.conn, work.organization_id, attachment_id.lower())
    if row is None:
        raise errors.NotFound(
            "not_found", "There is no attachment with this id.", parameter="id",
            fix="Send the attachment_id of a document, or the id that the upload answered.",
        )  # fmt: skip
    return row


def content_type_of(data: bytes) -> tuple[str, str]:
    """The content type that the bytes themselves show, and its file ending. Raises Invalid for any other."""
    for magic, content_type, ending in _MAGIC:
        if data.startswith(magic):
            return content_type, ending
    raise errors.Invalid(
        "invalid_file", "The file is neither a PDF nor a JPEG or PNG picture.", field="file", fix="Send one of these."
    )


def safe_file_name(given: str | None, ending: str) -> str:
    """A file name that no path, header or terminal can be misled by."""
    name = (given or "").replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(letter for letter in name if letter.isprintable() and letter not in '"<>|:*?;').strip(". ")
    return kept[:200] or f"file.{ending}"
