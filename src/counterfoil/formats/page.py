"""What a page shows, as plain strings: the one model that the PDF, the public page and mail print from.

Everything here is already worded and formatted in the document's language. Nothing that reads it computes an amount,
so the PDF, the page and the mail cannot disagree by a cent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# The kinds of document that are printed; by the kind a document's JSON is read.
Kind = Literal["client_invoice", "credit_note", "quote"]


@dataclass(frozen=True)
class Appearance:
    """How the seller wants a document to look; not part of the document itself.

    logo: PNG or JPEG bytes, or None. accent_color: "#rrggbb". is_specimen: demo data, marked as such on every page.
    invoice_url: the public page's address to print, "" for none. journal_hash: of the journal's entry with which the
    document was issued, to print; "" for none.
    """

    logo: bytes | None = None
    logo_content_type: str = ""
    accent_color: str = "#1f4e79"
    is_specimen: bool = False
    invoice_url: str = ""
    journal_hash: str = ""


@dataclass(frozen=True)
class Fact:
    """A label and its value, such as "Due date" and "22 November 2026"."""

    label: str
    value: str


@dataclass(frozen=True)
class PartyView:
    """A party's block: a heading such as "Bill to", the name, then one string a printed line."""

    heading: str
    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class LineView:
    """One billed line. vat: the rate; net: the line's amount without VAT, after its discount."""

    title: str
    description: str
    discount: str
    quantity: str
    unit_price: str
    vat: str
    net: str


@dataclass(frozen=True)
class TotalRow:
    """A row of the totals. key names it for programs; is_strong: printed bold."""

    key: str
    label: str
    value: str
    is_strong: bool = False


@dataclass(frozen=True)
class VatRow:
    """A group of the VAT table; reason: why no VAT is charged, "" where it is."""

    rate: str
    base: str
    vat: str
    reason: str


@dataclass(frozen=True)
class PaymentView:
    """Where and what to pay. iban: grouped in fours for people; iban_plain: for copying.

    qr_payload: the text of the EPC QR code, "" where there is nothing to pay or no euro account to pay it to.
    """

    heading: str
    facts: tuple[Fact, ...]
    iban: str
    iban_plain: str
    qr_payload: str
    qr_caption: str


@dataclass(frozen=True)
class Columns:
    """Headings of the line table and of the VAT table."""

    description: str
    quantity: str
    unit_price: str
    vat: str
    net: str
    vat_rate: str
    vat_base: str
    vat_amount: str


@dataclass(frozen=True)
class TextBlock:
    """A heading ("" for none) over a text that may hold line breaks."""

    heading: str
    text: str


@dataclass(frozen=True)
class AcceptanceView:
    """How a quote is accepted: lines to fill in by hand, or, once it is accepted, by whom and when.

    blanks: what each line to fill in is for; facts: what is known instead. fingerprint: the hash of what was accepted.
    """

    heading: str
    help: str
    blanks: tuple[str, ...]
    facts: tuple[Fact, ...]
    fingerprint: Fact | None


@dataclass(frozen=True)
class DocumentView:
    """A whole document, ready to print. language: fr, en, de, it or es.

    due: the amount that counts: what is due, credited or offered; beside: what goes with it: by when, of which invoice,
    until when. reason: why a credit note was issued. accent: the seller's colour; accent_ink: the same, darkened until
    it can be read as text on white; accent_tint: a pale ground on which accent_ink can still be read. watermarks: words
    to lay over each page. notice: one sentence on the state, such as "Paid on 3 March 2026", or "".
    """

    language: str
    kind: Kind
    status: str
    title: str
    number: str
    accent: str
    accent_ink: str
    accent_tint: str
    watermarks: tuple[str, ...]
    notice: str
    due: Fact
    beside: Fact
    facts: tuple[Fact, ...]
    seller: PartyView
    buyer: PartyView
    delivery: PartyView | None
    reason: TextBlock | None
    header: str
    columns: Columns
    lines: tuple[LineView, ...]
    totals: tuple[TotalRow, ...]
    vat_rows: tuple[VatRow, ...]
    payment: PaymentView | None
    texts: tuple[TextBlock, ...]
    acceptance: AcceptanceView | None
    online: Fact | None
    legal_footer: tuple[str, ...]
    journal: str  # the hash of the journal's entry with which it was issued, or ""
    page_of: str
