"""What an auditor is given beside the documents themselves: lists as CSV, and a page that explains the folder."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from counterfoil.domain.journal import JournalEntry
from counterfoil.formats.csv_cells import Cell, number, text

Document = Mapping[str, Any]

NUMBERS: Final = (
    "kind", "number", "status", "issue_date", "due_date", "finalized_at", "client_name", "client_vat_number",
    "currency", "net", "vat", "total", "due", "id",
)  # fmt: skip
VAT: Final = ("kind", "number", "issue_date", "currency", "vat_category", "vat_rate", "exemption", "net", "vat")
PAYMENTS: Final = ("kind", "number", "paid_at", "currency", "amount", "id")
CLIENTS: Final = (
    "id", "kind", "name", "first_name", "last_name", "email", "vat_number", "tax_identification_number", "address",
    "zip_code", "city", "country_code", "created_at", "updated_at",
)  # fmt: skip
PRODUCTS: Final = ("id", "type", "title", "description", "unit", "currency", "unit_price", "vat_rate", "created_at")
SUPPLIERS: Final = (
    "id", "number", "status", "issue_date", "due_date", "payment_date", "supplier_name", "vat_number", "currency",
    "net", "vat", "total", "file", "sha256",
)  # fmt: skip
JOURNAL: Final = JournalEntry._fields
_SAFE: Final = re.compile("[A-Z0-9][A-Z0-9._-]{0,99}")


def numbers_row(kind: str, document: Document) -> list[Cell]:
    """A document in the list of all numbers."""
    client = document.get("client") or {}
    name = client.get("name") or f"{client.get('first_name', '')} {client.get('last_name', '')}".strip()
    return [
        text(kind), text(document["number"]), text(document.get("status", "issued")), text(document["issue_date"]),
        text(document.get("due_date")), text(document.get("finalized_at")), text(name), text(client.get("vat_number")),
        text(document["currency"]), _amount(document, "tax_exclusive_amount"), _amount(document, "vat_amount"),
        _amount(document, "total_amount"), _amount(document, "amount_due"), text(document["id"]),
    ]  # fmt: skip


def vat_rows(kind: str, document: Document) -> Iterator[list[Cell]]:
    """A document's VAT, a row for each rate and category."""
    for group in document.get("vat_breakdown") or ():
        yield [
            text(kind), text(document["number"]), text(document["issue_date"]), text(document["currency"]),
            text(group.get("vat_category")), number(group["vat_rate"]), text(group.get("vat_exemption_reason")),
            _amount(group, "taxable_amount"), _amount(group, "vat_amount"),
        ]  # fmt: skip


def payment_row(kind: str, document: Document) -> list[Cell] | None:
    """The payment of a document; None when it is not paid."""
    paid_at = document.get("paid_at") or document.get("payment_date")
    if document.get("status") != "paid" or not paid_at:
        return None
    amount = next(
        name for name in ("amount_paid", "amount_due", "payable_amount", "total_amount") if document.get(name)
    )
    named = document.get("number") or document.get("invoice_number")
    currency = document[amount]["currency"]
    return [text(kind), text(named), text(paid_at), text(currency), _amount(document, amount), text(document["id"])]


def client_row(client: Document) -> list[Cell]:
    return [text(client.get(name)) for name in CLIENTS]


def product_row(product: Document) -> list[Cell]:
    """A product in the list of them."""
    price = product.get("unit_price") or {}
    cells: dict[str, Cell] = {name: text(product.get(name)) for name in PRODUCTS}
    cells |= {"currency": text(price.get("currency")), "unit_price": number(price.get("value"))}
    cells["vat_rate"] = number(product.get("vat_rate"))
    return list(cells.values())


def supplier_row(document: Document, file: str, sha256: str) -> list[Cell]:
    """A supplier's document, and where its file is."""
    total = document.get("total_amount") or {}
    named = ("id", "invoice_number", "status", "issue_date", "due_date", "payment_date", "supplier_name", "vat_number")
    return [
        *(text(document.get(name)) for name in named), text(total.get("currency")),
        _amount(document, "total_amount_excluding_taxes"), _amount(document, "total_tax_amount"),
        _amount(document, "total_amount"), text(file), text(sha256),
    ]  # fmt: skip


def journal_row(entry: JournalEntry) -> list[Cell]:
    return [value if isinstance(value, int) else text(value) for value in entry]


def file_stem(name: str, document_id: str) -> str:
    """A file name for a document on any system: its number, with its id where that alone would not do."""
    if _SAFE.fullmatch(name):
        return name
    kept = re.sub("[^A-Za-z0-9._-]", "_", name).strip("._")[:80]
    return f"{kept}-{document_id[-12:]}" if kept else document_id


def ending_of(file_name: str) -> str:
    """What comes behind the last dot of anybody's file name, where it is plain."""
    ending = file_name.rpartition(".")[2].lower()
    return ending if re.fullmatch("[a-z0-9]{1,5}", ending) and ending != "json" else "bin"


def _amount(document: Document, name: str) -> Cell:
    found = document.get(name)
    return number(found["value"]) if found else None


README: Final = """\
What this folder is
===================
Everything that counterfoil keeps for an auditor, in formats that need no counterfoil to be read. A folder for each
organization:

organization.json       who it is, its bank accounts and its settings
numbers.csv             every issued document by number: dates, net, VAT, total, amount due
vat.csv                 the same by VAT category and rate
payments.csv            what was marked as paid, and when
client_invoices/        each issued invoice as JSON (all that was written), PDF and, where there is one, XML
credit_notes/ quotes/   the same
supplier_invoices/      each file as it came in, and what was read from it; supplier_invoices.csv lists them
clients.* products.*    the lists from which documents are written; a document keeps its own copy of what it says
journal.csv .jsonl      what happened, when, by whom; each entry has the hash of the one before it in its own

Drafts are not in it. Amounts are decimal numbers with a point, times are UTC, texts are UTF-8. A cell of a CSV file
whose text a spreadsheet would run as a formula has an apostrophe before it; JSON files have it as it was written.

Is it whole and unchanged?
    sha256sum -c manifest.sha256
manifest.json has the same hashes, the period, and the head of each journal (position and hash), which can be compared
with those of printed documents and backups.

How an entry's hash is made: SHA-256 over the UTF-8 of a JSON array without blanks: "counterfoil-journal-1", the hash
of the entry before (64 zeros before the first), then the entry's other fields in the order of journal.csv, of which
journal.jsonl has them to the letter.
"""
