"""An electronic invoice that somebody sent, as values: from a PDF that carries one, a signed file, or plain XML.

What it is, is told from its bytes. Signatures are not verified: who sent it must be known otherwise. Nothing of it is
believed either: domain/supplier_reading.py adds the sums up again.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from counterfoil.domain.received_einvoice import NoEInvoice, Read, ReadSyntax, ReceivedInvoice, Unreadable, Wrapper
from counterfoil.formats import (
    read_cii,
    read_fatturapa,
    read_fatturapa_simple,
    read_p7m,
    read_ubl,
    read_xml,
)

_CURRENCY = re.compile(r"[A-Z]{3}")
_PDF_START: Final = 1024  # readers look so far for it
# Without one of these there is no file in a PDF: either it names them, or what names them is packed or locked.
_MAY_CARRY: Final = (b"/EmbeddedFile", b"/AF", b"/ObjStm", b"/Encrypt")
_OLD_ZUGFERD: Final = "{urn:ferd:CrossIndustryDocument:invoice:1p0}CrossIndustryDocument"
# Endings of BT-24, of which later ones hold the earlier.
_PROFILES: Final = (
    ("urn:factur-x.eu:1p0:minimum", "minimum"),
    ("urn:zugferd.de:2p0:minimum", "minimum"),
    ("urn:factur-x.eu:1p0:basicwl", "basicwl"),
    ("urn:zugferd.de:2p0:basicwl", "basicwl"),
    (":basic", "basic"),
    (":extended-ctc-fr", "extended_ctc_fr"),
    ("kosit:extension:xrechnung", "xrechnung_extension"),
    ("kosit:xrechnung", "xrechnung"),
    ("kosit:standard:xrechnung", "xrechnung"),
    ("peppol.eu:2017:poacc:billing", "peppol"),
    (":extended", "extended"),
)  # fmt: skip


def read(content: bytes, *, embedded_xml: Callable[[bytes], bytes] | None = None) -> Read:
    """What the file says. Raises NoEInvoice when it is none, Unreadable when it is one that cannot be read.

    embedded_xml: gives the XML in a PDF, for callers that have PDFs of strangers opened elsewhere than in this process.
    """
    if b"%PDF-" in content[:_PDF_START]:
        return _read_xml(_pdf_xml(content, embedded_xml), "pdf")
    if read_xml.is_xml(content):
        return _read_xml(content, "")
    if read_p7m.is_p7m(content):
        return _read_xml(read_p7m.signed_content(content), "p7m")
    raise _none("The file is neither a PDF, nor XML, nor a signed file.")


def _pdf_xml(content: bytes, embedded_xml: Callable[[bytes], bytes] | None) -> bytes:
    if not any(mark in content for mark in _MAY_CARRY):
        raise _none("The PDF carries no e-invoice.")
    if embedded_xml is None:
        from counterfoil.formats import read_pdf  # it sets limits for its whole process

        embedded_xml = read_pdf.embedded_xml
    return embedded_xml(content)


def _read_xml(content: bytes, wrapper: Wrapper) -> Read:
    if not read_xml.is_xml(content):
        raise _none("What the file carries is no XML.")
    root = read_xml.parse(content)
    if root.tag == read_cii.ROOT:
        return _read("cii", wrapper, (read_cii.received(root),))
    if root.tag in (read_ubl.INVOICE_ROOT, read_ubl.CREDIT_NOTE_ROOT):
        return _read("ubl", wrapper, (read_ubl.received(root),))
    name = str(root.tag).rpartition("}")[2]
    if name == "FatturaElettronica":
        return _read("fatturapa", wrapper, read_fatturapa.received(root))
    if name == "FatturaElettronicaSemplificata":
        return _read("fatturapa", wrapper, read_fatturapa_simple.received(root))
    if root.tag == _OLD_ZUGFERD:
        raise Unreadable(
            "zugferd_1", "This is ZUGFeRD 1.0 of 2014, which came before EN 16931 and is no e-invoice any more.",
            fix="Ask the supplier for ZUGFeRD 2 or later, or write down what the invoice says.",
        )  # fmt: skip
    raise _none("The XML is no invoice: neither UBL 2.1, nor Cross Industry Invoice, nor FatturaPA.")


def _read(syntax: ReadSyntax, wrapper: Wrapper, invoices: tuple[ReceivedInvoice, ...]) -> Read:
    for each in invoices:
        if not _CURRENCY.fullmatch(each.invoice.currency):
            raise Unreadable(
                "einvoice_invalid_currency", f"The currency is no code of ISO 4217: {each.invoice.currency[:40]!r}.",
                fix="Ask the supplier to correct the invoice.",
            )  # fmt: skip
    specification = invoices[0].invoice.specification
    profile = specification if syntax == "fatturapa" else profile_of(specification)
    return Read(syntax, wrapper, profile, invoices)


def profile_of(specification: str) -> str:
    """The short name of a BT-24; "" for one that has none here."""
    compact = specification.strip().lower()
    if compact == "urn:cen.eu:en16931:2017":
        return "en16931"
    return next((name for part, name in _PROFILES if part in compact), "")


def _none(problem: str) -> NoEInvoice:
    return NoEInvoice(
        "no_einvoice", problem, fix="Send a PDF that carries an e-invoice, its XML, or a signed FatturaPA (.p7m)."
    )
