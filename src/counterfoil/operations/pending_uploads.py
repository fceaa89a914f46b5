"""Presigned uploads: a caller asks for a place, puts a file there without its key, and says what it is for.

So a file never passes through whoever asks: an assistant has the link, and its host sends the bytes.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from counterfoil import errors
from counterfoil.domain.texts import Line250
from counterfoil.operations import attachments
from counterfoil.operations.attachments import StoredFile
from counterfoil.operations.work import Work
from counterfoil.ports.clock import timestamp
from counterfoil.store import pending_uploads as store
from counterfoil.store.pending_uploads import PendingUploadRow

KIND: Final = "pending_upload"  # in the journal, by a hash of the link: the link itself is a secret
MAX_BYTES: Final = attachments.MAX_BYTES
TO_SEND: Final = timedelta(minutes=15)
TO_USE: Final = timedelta(hours=1)  # after the time to send is over
ContentType = Literal["application/pdf", "image/png", "image/jpeg", "application/xml"]
Target = Literal["standalone", "client_invoice", "quote", "supplier_invoice"]


class NewPendingUpload(BaseModel):
    """A file to come. content_type: what it is thought to be; what it is, its bytes say."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    file_name: Line250 = Field(min_length=1)
    content_type: ContentType


class UploadUse(BaseModel):
    """What a file that has arrived is for. id: of the client invoice or the quote that it shall be the PDF of."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    target: Target
    id: str | None = Field(None, max_length=36)


def request(work: Work, asked: NewPendingUpload) -> PendingUploadRow:
    """Make a place for one file."""
    row = PendingUploadRow(
        organization_id=work.organization_id,
        blob_ref=work.new_secret(),
        credential_id=work.actor.credential_id,
        file_name=attachments.safe_file_name(asked.file_name, asked.content_type.rpartition("/")[2]),
        content_type=asked.content_type,
        size=0,
        sha256="",
        created_at=work.timestamp,
        expires_at=timestamp(work.now + TO_SEND),
        used_at=None,
    )
    store.insert_upload(work.conn, work.organization_id, row)
    work.record(KIND, place_name(row.blob_ref, ""), "requested")
    return row


def open_place(work: Work, blob_ref: str) -> PendingUploadRow:
    """The place that a file may be put into now. Raises NotFound, Gone when its time is over, Conflict when taken."""
    row = store.get(work.conn, work.organization_id, blob_ref)
    if row is None:
        raise errors.NotFound("not_found", "This upload link is not valid.", fix=_AGAIN)
    if row.expires_at <= work.timestamp:
        raise errors.Gone("gone", "This upload link has expired.", fix=_AGAIN)
    if row.sha256:
        raise _taken()
    return row


def arrive(work: Work, blob_ref: str, file: StoredFile) -> PendingUploadRow:
    """Write down what was put into a place: once, and as what its bytes say. Raises as open_place."""
    row = open_place(work, blob_ref)
    if not store.set_arrived(
        work.conn, work.organization_id, blob_ref,
        content_type=file.content_type, size=file.size, sha256=file.sha256,
    ):  # fmt: skip
        raise _taken()
    work.record(KIND, place_name(blob_ref, ""), "arrived", {"sha256": file.sha256})
    return row._replace(content_type=file.content_type, size=file.size, sha256=file.sha256)


def find(work: Work, blob_ref: str) -> PendingUploadRow | None:
    """The place, if its file has arrived and was not used yet."""
    row = store.get(work.conn, work.organization_id, blob_ref)
    is_open = row is not None and row.sha256 and not row.used_at and row.credential_id == work.actor.credential_id
    return row if is_open else None


def holds(work: Work, blob_ref: str, sha256: str) -> bool:
    """Whether this is the file that the place took."""
    row = store.get(work.conn, work.organization_id, blob_ref)
    return row is not None and row.sha256 == sha256


def use(work: Work, blob_ref: str) -> StoredFile:
    """The file of a place, which is used up by it. Only for the key or token that asked for the place.

    Raises NotFound for an unknown one and another's, WrongState when nothing has arrived or it was used, Gone when old.
    """
    row = store.get(work.conn, work.organization_id, blob_ref)
    if row is None or row.credential_id != work.actor.credential_id:
        raise errors.NotFound(
            "not_found", "There is no upload with this blob_ref.", parameter="blob_ref",
            fix="Send the blob_ref that POST /v2/attachment_uploads answered to this same key or token.",
        )  # fmt: skip
    if row.used_at:
        raise errors.WrongState(
            "upload_already_used", "The file of this upload was used already, and is used once.", fix=_AGAIN
        )
    if is_over(row, work.now):
        raise errors.Gone("gone", "This upload has expired; its file is not kept.", fix=_AGAIN)
    if not row.sha256:
        raise errors.WrongState(
            "upload_not_arrived", "No file has arrived at this upload's link yet.",
            fix=f"PUT the file's bytes to upload_url before {row.expires_at}, then repeat this call.",
        )  # fmt: skip
    store.set_used(work.conn, work.organization_id, blob_ref, work.timestamp)
    work.record(KIND, place_name(blob_ref, ""), "used", {"sha256": row.sha256})
    return StoredFile(row.file_name, row.content_type, row.size, row.sha256)


def is_over(row: PendingUploadRow, now: datetime) -> bool:
    """Whether its file is kept no more."""
    return datetime.fromisoformat(row.expires_at) + TO_USE <= now


def place_name(blob_ref: str, sha256: str) -> str:
    """Under which the waiting bytes lie, apart from those that are kept: two files for one place never mix."""
    return hashlib.sha256(f"{blob_ref} {sha256}".encode()).hexdigest()


def _taken() -> errors.Conflict:
    return errors.Conflict("upload_already_arrived", "A file was put here already; a link takes one.", fix=_AGAIN)


_AGAIN = "Ask for a new link: POST /v2/attachment_uploads."
