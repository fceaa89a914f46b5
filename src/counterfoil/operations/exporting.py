"""Exports: all that an auditor asks for of one organization, in open formats. What is in the folder: formats.audit."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from counterfoil.formats import audit
from counterfoil.formats.csv_cells import Cell, line
from counterfoil.operations import document_files, organization, supplier_invoices
from counterfoil.operations.kinds import KINDS, Kind
from counterfoil.operations.work import Work
from counterfoil.ports.blobs import Blobs, FileAltered
from counterfoil.ports.export_folder import ExportFolder, ListFile
from counterfoil.store import attachments, exporting, journal
from counterfoil.store.rows import AttachmentRow, DocumentRow

Advance = Callable[[int], None]
FIRST_DAY, LAST_DAY = "0000-00-00", "9999-99-99"


@dataclass
class Export:
    """Where one organization is exported to. missing: files whose bytes are lost or altered, by name."""

    work: Work
    folder: ExportFolder
    blobs: Blobs
    first_day: str = FIRST_DAY
    last_day: str = LAST_DAY
    advance: Advance = lambda _count: None
    documents: int = 0
    missing: list[str] = field(default_factory=list)

    @property
    def root(self) -> str:
        return self.work.organization.slug

    def add_json(self, name: str, value: object) -> None:
        text = json.dumps(value, ensure_ascii=False, indent=1)
        self.folder.add(f"{self.root}/{name}", text.encode() + b"\n")

    def add_file(self, name: str, row: AttachmentRow) -> None:
        """The stored bytes as they are."""
        try:
            data = self.blobs.get(row.sha256)
        except (FileNotFoundError, FileAltered):
            self.missing.append(f"{self.root}/{name}")
        else:
            self.folder.add(f"{self.root}/{name}", data)


def export(to: Export) -> dict[str, Any]:
    """Write an organization's whole books; answers what the manifest says of them."""
    work = to.work
    to.add_json("organization.json", organization.get(work))
    _write_parties(to)
    _write_issued(to)
    _write_journal(to)
    row = work.organization
    return {
        "slug": row.slug, "id": row.id, "journal_position": row.journal_position, "journal_hash": row.journal_hash,
        "documents": to.documents, "missing_files": to.missing,
    }  # fmt: skip


def _write_parties(to: Export) -> None:
    work = to.work
    clients = map(json.loads, exporting.client_bodies(work.conn, work.organization_id))
    _write_list(to, "clients", audit.CLIENTS, audit.client_row, clients)
    products = map(json.loads, exporting.product_bodies(work.conn, work.organization_id))
    _write_list(to, "products", audit.PRODUCTS, audit.product_row, products)


def _write_list(
    to: Export, name: str, columns: Iterable[str], row_of: Callable[[Any], list[Cell]], values: Iterable[Any]
) -> None:
    """The same as CSV and as JSON, a value a line."""
    with to.folder.lines(f"{to.root}/{name}.csv") as table, to.folder.lines(f"{to.root}/{name}.json") as texts:
        table.write(line(columns))
        texts.write(b"[")
        for number, value in enumerate(values):
            table.write(line(row_of(value)))
            texts.write((b",\n" if number else b"\n") + json.dumps(value, ensure_ascii=False).encode())
        texts.write(b"\n]\n")


class _Tables:
    """The lists of documents, written as the documents are."""

    def __init__(self, to: Export, stack: ExitStack) -> None:
        def opened(name: str, columns: Iterable[str]) -> ListFile:
            file = stack.enter_context(to.folder.lines(f"{to.root}/{name}.csv"))
            file.write(line(columns))
            return file

        self._numbers = opened("numbers", audit.NUMBERS)
        self._vat = opened("vat", audit.VAT)
        self._payments = opened("payments", audit.PAYMENTS)

    def add_issued(self, kind: str, document: dict[str, Any]) -> None:
        self._numbers.write(line(audit.numbers_row(kind, document)))
        for row in audit.vat_rows(kind, document):
            self._vat.write(line(row))
        self.add_payment(kind, document)

    def add_payment(self, kind: str, document: dict[str, Any]) -> None:
        paid = audit.payment_row(kind, document)
        if paid:
            self._payments.write(line(paid))


def _write_issued(to: Export) -> None:
    work = to.work
    with ExitStack() as stack:
        tables = _Tables(to, stack)
        for kind in KINDS.values():
            rows = exporting.documents(
                work.conn, work.organization_id, kind.name, first_day=to.first_day, last_day=to.last_day
            )
            for row in rows:
                tables.add_issued(kind.name, _write_document(to, kind, row))
                _count(to)
        with to.folder.lines(f"{to.root}/supplier_invoices.csv") as suppliers:
            suppliers.write(line(audit.SUPPLIERS))
            _write_suppliers(to, suppliers, tables)


def _write_document(to: Export, kind: Kind, row: DocumentRow) -> dict[str, Any]:
    document = kind.document(to.work, row, kind.page_url(to.work.page_base, row))
    stem = f"{kind.name}s/{audit.file_stem(row.number or '', row.id)}"
    to.add_json(f"{stem}.json", document)
    written = set()
    for file in document_files.of_document(to.work, kind, row.id):
        if file.attachment.id not in written:  # Factur-X is the PDF itself
            written.add(file.attachment.id)
            to.add_file(
                f"{stem}.pdf" if file.kind == "pdf" else f"{stem}.{file.kind}{len(written)}.xml", file.attachment
            )
    return document


def _write_suppliers(to: Export, listed: ListFile, tables: _Tables) -> None:
    work = to.work
    for row in exporting.received(work.conn, work.organization_id, first_day=to.first_day, last_day=to.last_day):
        document = json.loads(supplier_invoices.answers(work, [row])[0])
        file = attachments.get(work.conn, work.organization_id, row.attachment_id)
        stem = f"supplier_invoices/{row.id}"
        name = f"{stem}.{audit.ending_of(file.file_name)}" if file else ""
        to.add_json(f"{stem}.read.json", document)
        if file:
            to.add_file(name, file)
        listed.write(line(audit.supplier_row(document, name, row.sha256)))
        tables.add_payment("supplier_invoice", document)
        _count(to)


def _write_journal(to: Export) -> None:
    """All of it, whatever the period: a chain is checked from its beginning."""
    with to.folder.lines(f"{to.root}/journal.csv") as table, to.folder.lines(f"{to.root}/journal.jsonl") as texts:
        table.write(line(audit.JOURNAL))
        for entry in journal.entries(to.work.conn, to.work.organization_id):
            table.write(line(audit.journal_row(entry)))
            texts.write(json.dumps(entry._asdict(), ensure_ascii=False).encode() + b"\n")


def _count(to: Export) -> None:
    to.documents += 1
    to.advance(1)
