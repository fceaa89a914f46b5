"""E-invoices that a supplier might send, as values and as files: plain, in a PDF, signed."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pikepdf
from asn1crypto import algos, cms

from counterfoil.domain.einvoice import (
    DocumentTotals,
    EInvoice,
    Identifier,
    Line,
    Note,
    Party,
    PaymentInstructions,
    PostalAddress,
    VatGroup,
)

SAMPLES = Path(__file__).parents[1] / "formats" / "samples"
IBAN, OTHER_IBAN = "DE89370400440532013000", "FR7630006000011234567890189"
SELLER = Party(
    name="Müller & Söhne GmbH",
    address=PostalAddress(line_1="Hauptstraße 8", city="Berlin", post_code="10115", country="DE"),
    vat_number="DE136695976",
    tax_number="12/345/67890",
)
BUYER = Party(
    name="Boulangerie Martin SARL", address=PostalAddress(city="Lyon", post_code="69001", country="FR"),
    legal_registration=Identifier("552100554", "0002"), vat_number="FR96552100554",
)  # fmt: skip
AN_INVOICE = EInvoice(
    specification="urn:cen.eu:en16931:2017",
    number="R-2026-17",
    issue_date=date(2026, 11, 2),
    type_code="380",
    currency="EUR",
    seller=SELLER,
    buyer=BUYER,
    totals=DocumentTotals(
        line_total=Decimal("100.00"), allowance_total=Decimal("0.00"), charge_total=Decimal("0.00"),
        tax_exclusive=Decimal("100.00"), vat_total=Decimal("19.00"), tax_inclusive=Decimal("119.00"),
        paid_amount=Decimal("0.00"), amount_due=Decimal("119.00"),
    ),
    vat_groups=(VatGroup("S", Decimal(19), Decimal("100.00"), Decimal("19.00")),),
    lines=(
        Line(
            id="1", name="Beratung", quantity=Decimal(4), unit_code="HUR", net_price=Decimal("25.00"),
            net_amount=Decimal("100.00"), vat_category="S", vat_percentage=Decimal(19), description="Im November",
        ),
    ),
    due_date=date(2026, 12, 2),
    payment_terms="30 Tage netto",
    notes=(Note("Danke für den Auftrag."), Note("40 € Pauschale", "PMT")),
    payment=PaymentInstructions("58", iban=IBAN, account_name="Müller & Söhne GmbH"),
)  # fmt: skip


def invoice(number: str = "R-2026-17", **more: Any) -> EInvoice:
    """AN_INVOICE, with what differs."""
    return replace(AN_INVOICE, number=number, **more)


def paid_to(iban: str, number: str = "R-2026-17") -> EInvoice:
    return invoice(number, payment=PaymentInstructions("58", iban=iban))


def pdf_with(*files: tuple[str, bytes], password: str = "") -> bytes:
    """A PDF of one page with these files in it, by name."""
    with pikepdf.new() as made:
        made.add_blank_page()
        for name, content in files:
            made.attachments[name] = pikepdf.AttachedFileSpec(made, content, filename=name, mime_type="text/xml")
        return saved(made, password=password)


def saved(pdf: pikepdf.Pdf, *, password: str = "") -> bytes:
    to = io.BytesIO()
    locked = pikepdf.Encryption(owner=password, user=password) if password else None
    pdf.save(to, deterministic_id=not password, encryption=locked or False)
    return to.getvalue()


def signed(content: bytes) -> bytes:
    """`content` in a CMS file without signers: DER, as a .p7m is."""
    data = cms.SignedData(
        {
            "version": "v1", "digest_algorithms": [algos.DigestAlgorithm({"algorithm": "sha256"})],
            "encap_content_info": {"content_type": "data", "content": content}, "signer_infos": [],
        }
    )  # fmt: skip
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": data}).dump())


def signed_in_pieces(content: bytes, size: int = 64) -> bytes:
    """The same in BER with indefinite lengths and its content in pieces, as streaming signers write it."""

    def indefinite(tag: bytes, *parts: bytes) -> bytes:
        return tag + b"\x80" + b"".join(parts) + b"\x00\x00"

    pieces = [content[at : at + size] for at in range(0, len(content), size)]
    octets = [b"\x04" + bytes([len(piece)]) + piece for piece in pieces]
    data, signed_data = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01", b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"
    inner = indefinite(b"\x30", data, indefinite(b"\xa0", indefinite(b"\x24", *octets)))
    whole = indefinite(b"\x30", b"\x02\x01\x01", b"\x31\x00", inner, b"\x31\x00")
    return indefinite(b"\x30", signed_data, indefinite(b"\xa0", whole))


def lot(count: int) -> bytes:
    """A FatturaPA file of so many invoices."""
    one = (SAMPLES / "fatturapa-mcp-server_v12.xml").read_bytes()
    start, end = one.index(b"<FatturaElettronicaBody>"), one.index(b"</FatturaElettronicaBody>") + 25
    bodies = (one[start:end].replace(b"2023/042", b"2023/%03d" % (number + 42)) for number in range(count))
    return one[:start] + b"".join(bodies) + one[end:]
