"""The files of a client invoice: its PDF, and the structured e-invoice beside it or within it."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any, Final

import anyio.to_thread

from counterfoil.errors import NotFound
from counterfoil.mcp.caller import Caller
from counterfoil.mcp.tool import ToolCall

BYTES_MAX: Final = 10 * 1024 * 1024
_XML_KINDS: Final = ("fatturapa", "xrechnung", "ubl")


async def pdf(call: ToolCall, caller: Caller, invoice: Mapping[str, Any]) -> bytes:
    """The PDF. Raises NotFound while there is none, and when it is larger than BYTES_MAX."""
    if invoice.get("status") == "draft" or not invoice.get("attachment_id"):
        raise NotFound("not_found", "This invoice has no PDF: a draft has none, and a new one takes some seconds.")
    if call.has_extensions:
        files = await call.api.list_client_invoice_documents(invoice["id"])
        url, size = next(((file["url"], file["size"]) for file in files if file["kind"] == "pdf"), ("", 0))
    else:
        attachment = await call.api.get_attachment(invoice["attachment_id"])
        url, size = attachment["url"], int(attachment.get("file_size") or 0)
    return await _bytes(caller, url, size)


async def xml(call: ToolCall, caller: Caller, invoice: Mapping[str, Any]) -> bytes:
    """The XML, where it stands by itself or in the PDF (Factur-X). Raises NotFound when there is none."""
    files = {file["kind"]: file for file in await call.api.list_client_invoice_documents(invoice["id"])}
    for kind in _XML_KINDS:
        if kind in files:
            return await _bytes(caller, files[kind]["url"], files[kind]["size"])
    if "facturx" not in files:
        raise NotFound("not_found", "This invoice has no e-invoice: a draft or an imported one has none.")
    data = await _bytes(caller, files["facturx"]["url"], files["facturx"]["size"])
    return await anyio.to_thread.run_sync(_within, data)


async def _bytes(caller: Caller, url: str, size: int) -> bytes:
    if not url or caller.fetch is None:
        raise NotFound("not_found", "This file cannot be read from here; get_attachment gives a link to it.")
    data = await caller.fetch(url) if size <= BYTES_MAX else b""
    if not data or len(data) > BYTES_MAX:
        raise NotFound("not_found", "This file is larger than 10 MB; get_attachment gives a link to it.")
    return data


def _within(data: bytes) -> bytes:
    """The XML that a Factur-X PDF carries."""
    import pikepdf

    with pikepdf.open(BytesIO(data)) as found:
        for name in found.attachments:
            if name.lower().endswith(".xml"):
                return bytes(found.attachments[name].get_file().read_bytes())
    raise NotFound("not_found", "The PDF of this invoice carries no XML.")
