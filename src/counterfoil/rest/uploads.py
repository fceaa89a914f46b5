"""Files that come in: what they are is told from their bytes, and nothing is kept before all is known to be well."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from counterfoil.formats import files
from counterfoil.operations.attachments import StoredFile, safe_file_name
from counterfoil.rest.calls import Call
from counterfoil.rest.multipart import Part

DOCUMENTS = (files.PDF, files.PNG, files.JPEG)
DOCUMENTS_AND_XML = (*DOCUMENTS, files.XML)
DOCUMENTS_AND_EINVOICES = (*DOCUMENTS_AND_XML, files.P7M)


@dataclass(frozen=True, slots=True)
class Upload:
    """One file, looked at and found harmless."""

    data: bytes
    file: StoredFile


def looked_at(part: Part, *, allowed: tuple[str, ...] = DOCUMENTS, field: str = "file") -> Upload:
    """The file with its true type and a name that misleads nobody. Raises Invalid."""
    kind = files.file_type(part.data, allowed=allowed, field=field)
    name = safe_file_name(part.file_name, kind.ending)
    key = hashlib.sha256(part.data).hexdigest()
    return Upload(part.data, StoredFile(name, kind.content_type, len(part.data), key))


def keep(call: Call, upload: Upload) -> StoredFile:
    """Puts the bytes into the blobs, for a caller who may write; a dry run leaves nothing."""
    call.authenticate()
    if not call.is_dry_run:
        call.doors.blobs.put(upload.data)
    return upload.file
