"""The content of a signed file (.p7m: CMS, RFC 5652), DER or BER, or either as Base64. Signatures are not checked."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

from counterfoil.domain.received_einvoice import Unreadable

_LAYERS_MAX: Final = 3  # signed by several, one around the other
_BASE64 = re.compile(rb"[A-Za-z0-9+/=\s]{16}")
_ARMOUR = re.compile(rb"-----(?:BEGIN|END) [A-Z0-9 ]{1,40}-----")


def is_p7m(content: bytes) -> bool:
    """Whether it begins as a CMS file does, in Base64 or not: a sequence too long for a length of one byte."""
    if content[:1] == b"\x30":
        return content[1:2] >= b"\x80"
    start = content[:100].lstrip()
    return start.startswith((b"-----BEGIN PKCS7", b"-----BEGIN CMS")) or (
        start.startswith(b"MI") and bool(_BASE64.match(start))
    )


def signed_content(content: bytes) -> bytes:
    """What was signed. Raises Unreadable when it is damaged, or holds a signature only."""
    for _ in range(_LAYERS_MAX):
        content = _opened(content)
        if not is_p7m(content):
            return content
    raise _damaged("it is signed more often than invoices are")


def _opened(content: bytes) -> bytes:
    from asn1crypto import cms  # takes long to import, and few files are signed

    binary = content if content[:1] == b"\x30" else _from_base64(content)
    try:
        info = cms.ContentInfo.load(binary)
        if info["content_type"].native != "signed_data":
            raise _damaged(f"it holds {info['content_type'].native}, not signed data")
        inner = info["content"]["encap_content_info"]["content"].native
    except Unreadable:
        raise
    except Exception as error:  # whatever a library says of bytes that are not what they should be
        raise _damaged(type(error).__name__) from None
    if not isinstance(inner, bytes) or not inner:
        raise Unreadable(
            "p7m_without_content", "The signed file holds a signature only, and not what was signed.",
            fix="Send the file that was signed, or one that holds both.",
        )  # fmt: skip
    return inner


def _from_base64(content: bytes) -> bytes:
    try:
        return base64.b64decode(b"".join(_ARMOUR.sub(b"", content).split()), validate=True)
    except (binascii.Error, ValueError):
        raise _damaged("it is neither binary nor Base64") from None


def _damaged(cause: str) -> Unreadable:
    return Unreadable(
        "p7m_damaged", f"The signed file cannot be opened: {cause}.",
        fix="Ask the supplier to send the file again, or the XML in it.",
    )  # fmt: skip
