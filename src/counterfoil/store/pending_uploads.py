"""Uploads that wait: a place for a file that a client puts by a signed link, until it is used or forgotten."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from counterfoil.store.access_tables import pending_uploads
from counterfoil.store.prepared import Prepared

_C = pending_uploads.c


class PendingUploadRow(NamedTuple):
    """One place, in the order of the table's columns. size, sha256: 0 and "" until the file has arrived."""

    organization_id: str
    blob_ref: str
    credential_id: str
    file_name: str
    content_type: str
    size: int
    sha256: str
    created_at: str
    expires_at: str
    used_at: str | None


_MINE = (_C.organization_id == bindparam("b_organization_id"), _C.blob_ref == bindparam("b_blob_ref"))
_GET = Prepared(select(pending_uploads).where(*_MINE))
_INSERT = Prepared(insert(pending_uploads))
_DELETE = Prepared(delete(pending_uploads).where(*_MINE))
_ARRIVED = Prepared(
    update(pending_uploads).where(*_MINE, _C.sha256 == ""), columns=("content_type", "size", "sha256")
)  # fmt: skip
_USED = Prepared(update(pending_uploads).where(*_MINE, _C.used_at.is_(None)), columns=("used_at",))


def get(conn: Connection, organization_id: str, blob_ref: str) -> PendingUploadRow | None:
    """The place; None when absent or another organization's."""
    row = _GET.run(conn, b_organization_id=organization_id, b_blob_ref=blob_ref).fetchone()
    return PendingUploadRow._make(row) if row else None


def insert_upload(conn: Connection, organization_id: str, row: PendingUploadRow) -> None:
    """Adds a place."""
    _INSERT.run(conn, **row._replace(organization_id=organization_id)._asdict())


def set_arrived(
    conn: Connection, organization_id: str, blob_ref: str, *, content_type: str, size: int, sha256: str
) -> bool:
    """Writes down what has arrived; False when something had before."""
    changed = {"content_type": content_type, "size": size, "sha256": sha256}
    cursor = _ARRIVED.run(conn, b_organization_id=organization_id, b_blob_ref=blob_ref, **changed)
    return bool(cursor.rowcount == 1)


def set_used(conn: Connection, organization_id: str, blob_ref: str, used_at: str) -> bool:
    """Marks it as used; False when it was before."""
    cursor = _USED.run(conn, b_organization_id=organization_id, b_blob_ref=blob_ref, used_at=used_at)
    return bool(cursor.rowcount == 1)


def delete_upload(conn: Connection, organization_id: str, blob_ref: str) -> None:
    """Forgets a place."""
    _DELETE.run(conn, b_organization_id=organization_id, b_blob_ref=blob_ref)


def expired_before(conn: Connection, moment: str, *, limit: int) -> list[PendingUploadRow]:
    """Places of all organizations whose time was over before `moment`."""
    query = select(pending_uploads).where(_C.expires_at < moment).order_by(_C.expires_at).limit(limit)
    return [PendingUploadRow._make(row) for row in conn.execute(query)]
