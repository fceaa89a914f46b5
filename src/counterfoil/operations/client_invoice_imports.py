"""Client invoices that were made elsewhere: their files are kept as they are, under invoices that say no more."""

from __future__ import annotations

from collections.abc import Sequence

from counterfoil import errors
from counterfoil.domain.client_invoice import FrozenClientInvoice, LiveClientInvoice
from counterfoil.domain.document import organization_snapshot
from counterfoil.domain.money import ZERO, Money, text
from counterfoil.operations import attachments, guards
from counterfoil.operations.attachments import StoredFile
from counterfoil.operations.work import Work
from counterfoil.store import client_invoice_imports as imports
from counterfoil.store import client_invoices as store
from counterfoil.store.rows import InvoiceRow

KIND = store.KIND
# Whom it is for stands in the file alone; the id is nobody's, in the form of an id.
NOBODY = "00000000-0000-0000-0000-000000000000"


def import_files(work: Work, files: Sequence[StoredFile]) -> list[str]:
    """Import client invoices, in order; the same file again is the same invoice. Answers their ids."""
    check_allowed(work)
    found = {file.sha256: imports.invoice_of(work.conn, work.organization_id, file.sha256) for file in files}
    guards.imported(work, [(file.file_name, file.sha256) for file in files if not found[file.sha256]])
    return [imports.invoice_of(work.conn, work.organization_id, file.sha256) or _create(work, file) for file in files]


def check_allowed(work: Work) -> None:
    """Refuses Italian organizations: what SdI did not see is no invoice there. Raises Forbidden."""
    if work.profile.legal_country == "IT":
        raise errors.Forbidden(
            "forbidden", "Italian organizations cannot import client invoices.",
            fix="Create the invoice here: POST /v2/client_invoices.",
        )  # fmt: skip


def _create(work: Work, file: StoredFile) -> str:
    seq, created_at = work.take_seq()
    invoice_id = work.new_id()
    attachment = attachments.create_from(work, file, (KIND, invoice_id))
    frozen = _document(work, invoice_id, created_at)
    live = LiveClientInvoice(status="unpaid", updated_at=work.timestamp, attachment_id=attachment.id)
    row = InvoiceRow(
        organization_id=work.organization_id,
        id=invoice_id,
        seq=seq,
        status="unpaid",
        imported=True,
        number=None,  # none of the series: what number it has stands in the file
        client_id=NOBODY,
        issue_date=frozen.issue_date.isoformat(),
        due_date=frozen.due_date.isoformat(),
        total_amount_cents=0,
        created_at=created_at,
        updated_at=work.timestamp,
        finalized_at=work.timestamp,
        public_token=work.new_secret(),
        version=1,
        schema_version=store.SCHEMA_VERSION,
        frozen=frozen.model_dump_json(),
        live=live.model_dump_json(exclude={"quote_id", "upload_id"}),
    )
    store.insert_invoice(work.conn, work.organization_id, row)
    imports.put(work.conn, work.organization_id, file.sha256, invoice_id)
    work.record(KIND, invoice_id, "imported", {"attachment_id": attachment.id, "sha256": file.sha256})
    return invoice_id


def _document(work: Work, invoice_id: str, created_at: str) -> FrozenClientInvoice:
    """What the API answers of it: whole in form, and empty where only the file knows."""
    nothing = Money(value=text(ZERO), currency="EUR")
    amounts = ("vat_amount", "total_amount", "line_total_amount", "tax_exclusive_amount", "amount_due")
    return FrozenClientInvoice(
        id=invoice_id,
        organization_id=work.organization_id,
        number="",
        currency="EUR",
        contact_email=work.profile.email,
        issue_date=work.today,
        due_date=work.today,
        created_at=created_at,
        finalized_at=work.timestamp,
        items=[],
        client={"id": NOBODY, "type": "company"},
        payment_methods=[],
        organization=organization_snapshot(work.organization_id, work.profile, None),
        vat_breakdown=[],
        **dict.fromkeys(amounts, nothing),
        **{f"{name}_cents": 0 for name in amounts},
    )
