"""One uploaded file."""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.rest.multipart import read_form


@dataclass(frozen=True, slots=True)
class Upload:
    """One file as sent."""

    file_name: str
    data: bytes


def uploaded_file(body: bytes, content_type: str, field: str) -> Upload:
    """The file in the form field `field`. Raises UnsupportedMedia, TooLarge, Malformed or Invalid."""
    part = read_form(body, content_type).file(field)
    return Upload(part.file_name or "", part.data)
