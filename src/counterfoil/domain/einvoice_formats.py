"""Which electronic formats a document is issued in: decided by its seller, its buyer and what was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, NamedTuple

FileKind = Literal["pdf", "facturx", "xrechnung", "ubl", "fatturapa"]
Syntax = Literal["cii", "ubl", "fatturapa"]
# What a client or an invoice may ask for beside what is made anyway; "" decides by itself.
AskedFormat = Literal["facturx", "xrechnung", "xrechnung_ubl"]


class Format(NamedTuple):
    """A kind of file, and the syntax of the XML in it."""

    kind: FileKind
    syntax: Syntax


FACTURX: Final = Format("facturx", "cii")
UBL: Final = Format("ubl", "ubl")
FATTURAPA: Final = Format("fatturapa", "fatturapa")
XRECHNUNG_CII: Final = Format("xrechnung", "cii")
XRECHNUNG_UBL: Final = Format("xrechnung", "ubl")


def formats_of(document: Mapping[str, Any]) -> tuple[Format, ...]:
    """The formats of an invoice or credit note, from the document alone (the wire's words), in a fixed order.

    An Italian seller's go through SdI, which takes FatturaPA only. Others get Factur-X (in the PDF) and UBL, and an
    XRechnung for a client with a buyer reference or where one was asked for.
    """
    if str((document.get("organization") or {}).get("legal_country") or "").upper() == "IT":
        return (FATTURAPA,)
    asked = asked_format(document)
    if asked == "xrechnung_ubl":
        return (FACTURX, UBL, XRECHNUNG_UBL)
    if asked == "xrechnung" or (not asked and buyer_reference(document)):
        return (FACTURX, UBL, XRECHNUNG_CII)
    return (FACTURX, UBL)


def asked_format(document: Mapping[str, Any]) -> str:
    """What the document asks for, else its client; "" when neither does."""
    client = document.get("client") or {}
    return str(document.get("e_invoicing_format") or client.get("e_invoicing_format") or "")


def buyer_reference(document: Mapping[str, Any]) -> str:
    """BT-10: the document's own, else its client's; "" without one."""
    client = document.get("client") or {}
    return str(document.get("buyer_reference") or client.get("buyer_reference") or "")
