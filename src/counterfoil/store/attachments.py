"""Files of an organization; their contents lie in the blobs."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, delete, insert, select

from counterfoil.store import touched
from counterfoil.store.prepared import Prepared
from counterfoil.store.rows import AttachmentRow
from counterfoil.store.tables import attachments

KIND = "attachment"  # as the journal names it

_GET = Prepared(
    select(attachments).where(
        attachments.c.organization_id == bindparam("organization_id"), attachments.c.id == bindparam("attachment_id")
    )
)
_INSERT = Prepared(insert(attachments))
_DELETE = Prepared(
    delete(attachments).where(
        attachments.c.organization_id == bindparam("organization_id"), attachments.c.id == bindparam("attachment_id")
    )
)


def get(conn: Connection, organization_id: str, attachment_id: str) -> AttachmentRow | None:
    """The attachment; None when absent or another organization's."""
    row = _GET.run(conn, organization_id=organization_id, attachment_id=attachment_id).fetchone()
    return AttachmentRow(*row) if row else None


def insert_attachment(conn: Connection, organization_id: str, row: AttachmentRow) -> None:
    """Adds an attachment."""
    values = {name: getattr(row, name) for name in AttachmentRow.__slots__} | {"organization_id": organization_id}
    _INSERT.run(conn, **values)
    touched.note(conn, KIND, values)


def delete_attachment(conn: Connection, organization_id: str, attachment_id: str) -> None:
    """Removes the row; the blob stays, since other rows may share it."""
    _DELETE.run(conn, organization_id=organization_id, attachment_id=attachment_id)
    touched.forget(conn, KIND, attachment_id)
