"""The e-invoice files of a document beside its PDF: which format is which attachment."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, insert, select

from counterfoil.store.einvoicing_tables import document_files
from counterfoil.store.prepared import Prepared
from counterfoil.store.rows import AttachmentRow
from counterfoil.store.tables import attachments

_C = document_files.c
_IS_OF_DOCUMENT = (
    _C.organization_id == bindparam("organization_id"),
    _C.document_kind == bindparam("document_kind"),
    _C.document_id == bindparam("document_id"),
)
_OF_DOCUMENT = Prepared(
    select(_C.kind, _C.syntax, attachments)
    .join(attachments, (attachments.c.organization_id == _C.organization_id) & (attachments.c.id == _C.attachment_id))
    .where(*_IS_OF_DOCUMENT)
    .order_by(_C.kind, _C.syntax)
)
_INSERT = Prepared(insert(document_files))
_DELETE = Prepared(
    delete(document_files).where(
        *_IS_OF_DOCUMENT, _C.kind == bindparam("file_kind"), _C.syntax == bindparam("file_syntax")
    )
)


class DocumentFileRow(NamedTuple):
    """One file of a document in one format."""

    kind: str
    syntax: str
    attachment: AttachmentRow


def of_document(conn: Connection, organization_id: str, document_kind: str, document_id: str) -> list[DocumentFileRow]:
    """The document's files, in the order of their formats' names."""
    cursor = _OF_DOCUMENT.run(
        conn, organization_id=organization_id, document_kind=document_kind, document_id=document_id
    )
    return [DocumentFileRow(row[0], row[1], AttachmentRow(*row[2:])) for row in cursor.fetchall()]


def put(
    conn: Connection,
    organization_id: str,
    *,
    document_kind: str,
    document_id: str,
    kind: str,
    syntax: str,
    attachment_id: str,
) -> None:
    """Says which attachment is the document's file of this format, in place of what was said before."""
    about = {"organization_id": organization_id, "document_kind": document_kind, "document_id": document_id}
    _DELETE.run(conn, **about, file_kind=kind, file_syntax=syntax)
    _INSERT.run(conn, **about, kind=kind, syntax=syntax, attachment_id=attachment_id)
