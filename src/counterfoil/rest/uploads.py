"""Multipart bodies."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass

from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from counterfoil import errors


@dataclass(frozen=True, slots=True)
class Upload:
    """One file as sent."""

    file_name: str
    data: bytes


async def uploaded_file(body: bytes, content_type: str, field: str) -> Upload:
    """The file in the form field `field`. Raises UnsupportedMedia, Malformed or Invalid."""
    if not content_type.lower().startswith("multipart/form-data"):
        raise errors.UnsupportedMedia(
            "unsupported_media_type", "This route reads multipart/form-data.", fix=f"Send the file as field {field}."
        )

    async def stream() -> AsyncGenerator[bytes, None]:
        yield body

    try:
        parser = MultiPartParser(Headers({"content-type": content_type}), stream(), max_files=4, max_fields=20)
        form = await parser.parse()
    except (MultiPartException, KeyError, ValueError) as error:
        raise errors.Malformed(
            "bad_request", f"The multipart body cannot be read: {error}.", fix=f"Send the file as field {field}."
        ) from None
    try:
        found = form.get(field)
        if not isinstance(found, UploadFile):
            raise errors.Invalid(
                "missing_value", f"The form has no file in the field {field}.", field=field,
                fix=f"Send the file as field {field}.",
            )  # fmt: skip
        data = await found.read()
        if not data:
            raise errors.Invalid("invalid_file", "The file is empty.", field=field, fix="Send a PDF, JPEG or PNG.")
        return Upload(found.filename or "", data)
    finally:
        await form.close()
