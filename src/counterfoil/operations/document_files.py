"""The files of an issued document: its PDF, and the e-invoices beside it. They are made once, and never change.

A document that was issued before there were e-invoices keeps the PDF that it was issued with, and lists nothing else;
`make` gives it a file on request.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from counterfoil import errors
from counterfoil.domain import rules
from counterfoil.domain.einvoice_formats import (
    FACTURX,
    UBL,
    XRECHNUNG_CII,
    XRECHNUNG_UBL,
    FileKind,
    Format,
    formats_of,
)
from counterfoil.domain.organization import OrganizationProfile
from counterfoil.domain.rules import en16931
from counterfoil.domain.rules.base import Facts, run, told_once
from counterfoil.errors import Fault
from counterfoil.formats import einvoices
from counterfoil.operations import attachments
from counterfoil.operations.attachments import StoredFile
from counterfoil.operations.kinds import Kind
from counterfoil.operations.work import Work
from counterfoil.store import attachments as attachment_rows
from counterfoil.store import document_files as store
from counterfoil.store.rows import AttachmentRow, DocumentRow

_ORDER: Final = ("pdf", "facturx", "ubl", "xrechnung", "fatturapa")


class DocumentFile(BaseModel):
    """One file of a document. size: bytes; url: a link to it that needs no key and lives 30 minutes."""

    kind: FileKind
    file_name: str
    content_type: str
    size: int
    sha256: str
    url: str


class NewDocumentFile(BaseModel):
    """Which e-invoice file to make beside those that are there. syntax: of an xrechnung; cii when left out."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: Literal["xrechnung", "ubl"]
    syntax: Literal["cii", "ubl"] | None = None


class ListedFile(NamedTuple):
    """A file of a document, and where its bytes are."""

    kind: str
    attachment: AttachmentRow


class MadeFile(NamedTuple):
    """An XML that was made just now, and what is to be kept of it."""

    file: StoredFile
    data: bytes


def of_document(work: Work, kind: Kind, document_id: str) -> list[ListedFile]:
    """List the files of a document: its PDF first; nothing before that is made."""
    row = kind.get(work, document_id)
    listed = [ListedFile(file.kind, file.attachment) for file in _rows(work, kind, row)]
    pdf = _pdf(work, row)
    if pdf is None:
        return []
    return sorted([ListedFile("pdf", pdf), *listed], key=lambda file: _ORDER.index(file.kind))


def formats(kind: Kind, row: DocumentRow, *, has_own_pdf: bool) -> tuple[Format, ...]:
    """The formats that a document is issued in; none for a draft, a quote, or what was issued elsewhere.

    has_own_pdf: a PDF was uploaded for it, which stays as it is and so carries no XML.
    """
    if not kind.is_einvoice or row.finalized_at is None or getattr(row, "imported", False):
        return ()
    return tuple(fmt for fmt in formats_of(json.loads(row.frozen)) if not (has_own_pdf and fmt == FACTURX))


def are_made(work: Work, kind: Kind, row: DocumentRow, wanted: Iterable[Format]) -> bool:
    """Whether an issued document has its PDF and a file of each of these formats."""
    found = {(file.kind, file.syntax) for file in _rows(work, kind, row)}
    return _pdf(work, row) is not None and found.issuperset(wanted)


def attach(work: Work, kind: Kind, row: DocumentRow, pdf: StoredFile, files: Mapping[Format, StoredFile]) -> None:
    """Gives a document its PDF, in place of an earlier one, and those of its files that it has not yet.

    files: FACTURX says that the PDF carries its XML; its own file is the PDF.
    """
    earlier, about = _pdf(work, row), (kind.name, row.id)
    carried = [_named(fmt) for fmt in files if fmt == FACTURX]
    attachment = attachments.create_from(work, pdf, about, formats=carried)
    kind.set_attachment(work, row, attachment.id)
    there = {(file.kind, file.syntax) for file in _rows(work, kind, row)}
    for fmt, file in files.items():
        if fmt == FACTURX:
            _put(work, kind, row, fmt, attachment.id)
        elif fmt not in there:
            _put(work, kind, row, fmt, attachments.create_from(work, file, about, formats=[_named(fmt)]).id)
    if earlier:
        attachments.remove(work, earlier.id)


def make(work: Work, kind: Kind, document_id: str, wanted: NewDocumentFile) -> MadeFile:
    """The file that was asked for, from the document as it was issued; keeps nothing.

    Raises WrongState for what is not issued, or elsewhere, and Invalid with every rule that the document breaks.
    """
    row, fmt = _issued(work, kind, document_id), format_of(wanted)
    document = json.loads(row.frozen)
    is_there = any((file.kind, file.syntax) == fmt for file in _rows(work, kind, row))
    faults = [] if is_there else _faults(fmt, document, work.profile)
    if faults:
        raise errors.Invalid.of(faults)
    data = einvoices.xml_of(document, fmt)
    return MadeFile(stored(row, fmt, data), data)


def keep(work: Work, kind: Kind, document_id: str, wanted: NewDocumentFile, file: StoredFile) -> ListedFile:
    """Make a further e-invoice file of an issued document; the one that is there when it was made before.

    file: what `make` answered, its bytes in the blobs by now.
    """
    row, fmt = _issued(work, kind, document_id), format_of(wanted)
    for there in _rows(work, kind, row):
        if (there.kind, there.syntax) == fmt:
            return ListedFile(fmt.kind, there.attachment)
    attachment = attachments.create_from(work, file, (kind.name, row.id), formats=[_named(fmt)])
    _put(work, kind, row, fmt, attachment.id)
    work.record(kind.name, row.id, "file_made", {"kind": fmt.kind, "syntax": fmt.syntax, "sha256": file.sha256})
    return ListedFile(fmt.kind, attachment)


def format_of(wanted: NewDocumentFile) -> Format:
    """The format that is asked for. Raises Invalid for a UBL file in another syntax."""
    if wanted.kind == "ubl":
        if wanted.syntax == "cii":
            raise errors.Invalid(
                "invalid_syntax", "A ubl file is in UBL.", field="syntax",
                fix='Leave syntax out; the CII of a document is in its PDF, and "kind": "xrechnung" has one too.',
            )  # fmt: skip
        return UBL
    return XRECHNUNG_UBL if wanted.syntax == "ubl" else XRECHNUNG_CII


def stored(row: DocumentRow, fmt: Format, data: bytes) -> StoredFile:
    """What is to be kept of an XML of the document in `row`."""
    name, key = einvoices.file_name(json.loads(row.frozen), fmt, row.seq), hashlib.sha256(data).hexdigest()
    return StoredFile(name, einvoices.CONTENT_TYPE, len(data), key)


def to_mail(work: Work, kind: Kind, row: DocumentRow) -> AttachmentRow | None:
    """The file that goes with the PDF in a mail: an XRechnung, which public buyers read in place of the PDF.

    One of them only, lest the invoice come twice. UBL and FatturaPA are for networks, and Factur-X is in the PDF.
    """
    found = [file for file in _rows(work, kind, row) if file.kind == "xrechnung"]
    issued_in = formats_of(json.loads(row.frozen)) if found else ()
    found.sort(key=lambda file: (file.kind, file.syntax) not in issued_in)
    return found[0].attachment if found else None


def _issued(work: Work, kind: Kind, document_id: str) -> DocumentRow:
    row = kind.get(work, document_id)
    if row.finalized_at is None:
        raise errors.WrongState(
            "invoice_not_finalized", "The invoice is a draft; only what is issued has e-invoice files.",
            fix="Finalize it first: POST /v2/client_invoices/{id}/finalize.",
        )  # fmt: skip
    if getattr(row, "imported", False):
        raise errors.WrongState(
            "invoice_imported", "The invoice was imported: what it says stands in its own file alone.",
            fix="Use the file of GET /v2/client_invoices/{id}/documents.",
        )  # fmt: skip
    return row


def _faults(fmt: Format, document: Mapping[str, Any], profile: OrganizationProfile) -> list[Fault]:
    """Why this document cannot be had in this format; it was issued under the rules of others, or before there were."""
    if fmt.kind == "xrechnung":
        return rules.xrechnung_faults(document, profile)
    return told_once(run(en16931.ERRORS, Facts(document, profile)))


def _rows(work: Work, kind: Kind, row: DocumentRow) -> list[store.DocumentFileRow]:
    return store.of_document(work.conn, work.organization_id, kind.name, row.id)


def _named(fmt: Format) -> str:
    """A format as the journal names it."""
    return f"{fmt.kind}/{fmt.syntax}"


def _put(work: Work, kind: Kind, row: DocumentRow, fmt: Format, attachment_id: str) -> None:
    store.put(
        work.conn, work.organization_id, document_kind=kind.name, document_id=row.id, kind=fmt.kind, syntax=fmt.syntax,
        attachment_id=attachment_id,
    )  # fmt: skip


def _pdf(work: Work, row: DocumentRow) -> AttachmentRow | None:
    attachment_id = json.loads(row.live).get("attachment_id")
    return attachment_rows.get(work.conn, work.organization_id, attachment_id) if attachment_id else None
