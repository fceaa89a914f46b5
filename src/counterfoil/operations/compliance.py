"""What the law says of a document: of a draft what finalize would say, of an issued one what was issued."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from counterfoil.domain import rules
from counterfoil.domain.einvoice_formats import Format, formats_of
from counterfoil.domain.organization import OrganizationProfile
from counterfoil.errors import Fault
from counterfoil.operations import client_invoices, credit_notes
from counterfoil.operations.work import Work
from counterfoil.store.rows import InvoiceRow


@dataclass(frozen=True, slots=True)
class Compliance:
    """status: ready, or blocked by errors; issued documents keep what they were issued with, whatever is found.

    formats: of the files with data that it is, or would be, issued in; none for a document that was made elsewhere.
    """

    status: Literal["ready", "blocked", "issued"]
    formats: tuple[Format, ...]
    errors: tuple[Fault, ...]
    warnings: tuple[Fault, ...]


def of_client_invoice(work: Work, invoice_id: str) -> Compliance:
    """Tell what finalize would refuse or warn of, or how an issued invoice stands; nothing is changed."""
    row = client_invoices.get(work, invoice_id)
    document = json.loads(row.frozen)
    if row.imported:
        return Compliance("issued", (), (), ())
    if row.status != "draft":
        seller = _seller_then(document, work.profile)
        errors, warnings = rules.finalize_faults(document, seller)
        return Compliance("issued", _formats(document, row), tuple(errors), tuple(warnings))
    ready = client_invoices.prepared(work, row)
    # A draft that cannot be built has no document of today: its own says the formats as well.
    would_be = document if ready.frozen is None else ready.frozen.model_dump(mode="json")
    return Compliance("blocked" if ready.errors else "ready", _formats(would_be, row), ready.errors, ready.warnings)


def _formats(document: Mapping[str, Any], row: InvoiceRow) -> tuple[Format, ...]:
    """The formats of an invoice's files; a PDF that was uploaded stays as it came, without XML."""
    has_own_pdf = bool(json.loads(row.live).get("upload_id"))
    return tuple(each for each in formats_of(document) if not (has_own_pdf and each.kind == "facturx"))


def of_credit_note(work: Work, credit_note_id: str) -> Compliance:
    """Tell how a credit note stands; it was issued when it was created."""
    document = json.loads(credit_notes.get(work, credit_note_id).frozen)
    errors, warnings = rules.credit_note_faults(document, _seller_then(document, work.profile))
    return Compliance("issued", formats_of(document), tuple(errors), tuple(warnings))


def _seller_then(document: Mapping[str, Any], profile: OrganizationProfile) -> OrganizationProfile:
    """The seller as the document shows it; what documents of its time did not say is as it is now."""
    shown = document["organization"]
    texts = {name: shown[name] or "" for name in shown.keys() & _TEXTS}
    kept = {name: shown[name] for name in shown.keys() & _OTHERS}
    return profile.model_copy(update={**texts, **kept})


_OTHERS = frozenset({"legal_country", "legal_name", "vat_regime", "is_professional"})
_TEXTS = frozenset(
    {
        "legal_number", "address_line_1", "address_line_2", "address_zipcode", "address_city", "address_country",
        "address_province", "company_leadership", "district_court", "commercial_register_number", "vat_number",
        "tax_number", "legal_form", "email", "phone", "contact_name", "electronic_address",
        "electronic_address_scheme", "regime_fiscale",
    }
)  # fmt: skip
