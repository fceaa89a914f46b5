"""What Counterfoil adds to the API that it follows, and how that API answers without it: one of the faithful switches.

Headers and filters are not understood, paths of ours are not there, fields of ours are neither read nor answered.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

HEADERS: Final = frozenset({b"x-dry-run", b"x-repeat-window"})
OWN_PATHS: Final = re.compile(
    r"/v2/(attachment_uploads.*|[^/]+/[^/]+/(page|emails|files|compliance|convert|cii|ubl|facturx|xrechnung|fatturapa))"
)
_QUERY: Final = re.compile(
    r"filter\[(status|created_at_(from|to)|updated_at_(from|to)|due_date(_from|_to)?|name|email|vat_number|"
    r"tax_identification_number|type|attachment_id|payment_date|issue_date(_from)?|missing_data|matched_transactions|"
    r"document_type|approver_id|exclude_credit_notes|payable_amount|source)\](\[\])?"
    r"|exclude_imported|page|current_page|per_page|sort_by|query|query_fields(\[\])?|include_external_accounts"
)
# What is documented, or was seen in answers: see docs/api/compatibility.md.
_MONEY = ("vat_amount", "vat_amount_cents", "total_amount", "total_amount_cents")
_TEXTS = ("terms_and_conditions", "header", "footer", "contact_email", "currency", "issue_date", "created_at")
_MORE = ("items", "client", "stamp_duty_amount", "discount", "welfare_fund", "withholding_tax", "attachment_id")
_DOCUMENT = ("id", "number", *_TEXTS, *_MONEY, *_MORE)
_ADDRESS = ("address", "city", "zip_code", "province_code", "country_code")
_PARTY = (
    "id", "name", "first_name", "last_name", "type", "email", "vat_number", "tax_identification_number", *_ADDRESS,
    "recipient_code", "locale", "billing_address", "delivery_address",
)  # fmt: skip
_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "client_invoice": (
        *_DOCUMENT, "organization_id", "purchase_order", "status", "invoice_url", "discount_conditions",
        "late_payment_penalties", "legal_fixed_compensation", "due_date", "performance_date",
        "performance_start_date", "performance_end_date", "finalized_at", "paid_at", "payment_methods",
        "credit_notes_ids", "organization", "invoice_type", "einvoicing_status", "payment_reporting",
        "einvoicing_lifecycle_events", "updated_at", "amount_paid", "deposit_amount",
    ),
    "credit_note": (
        *_DOCUMENT, "invoice_id", "invoice_issue_date", "finalized_at", "invoice_url", "einvoicing_status",
        "einvoicing_lifecycle_events", "reason", "Invoice_issue_date",
    ),
    "quote": (
        *_DOCUMENT, "organization_id", "status", "expiry_date", "organization", "quote_url", "approved_at",
        "canceled_at", "invoice_ids",
    ),
    "client": (
        *_PARTY, "kind", "extra_emails", "phone", "phone_number", "e_invoicing_address", "currency", "created_at",
        "updated_at", "e_invoicing_reachable",
    ),
    "product": (
        "id", "organization_id", "title", "type", "unit_price", "vat_rate", "description", "internal_note", "unit",
        "vat_exemption_code", "links", "created_at", "updated_at",
    ),
    "organization": (
        "id", "name", "slug", "legal_name", "locale", "legal_share_capital", "legal_country",
        "legal_registration_date", "legal_form", "legal_address", "address", "legal_sector", "contract_signed_at",
        "legal_number", "bank_accounts",
    ),
}  # fmt: skip
_INNER: Final[Mapping[str, tuple[str, ...]]] = {
    "client": _PARTY,
    "organization": (
        "id", "legal_name", "legal_number", "legal_country", "address_line_1", "address_line_2", "address_zipcode",
        "address_city", "address_country", "company_leadership", "district_court", "commercial_register_number",
        "vat_number", "tax_number", "legal_capital_share", "transaction_type", "vat_payment_condition",
    ),
    "items": (
        "title", "description", "quantity", "unit", "unit_price", "unit_price_cents", "vat_rate",
        "vat_exemption_reason", "vat_exemption_code", "discount", "total_vat", "total_vat_cents", "total_amount",
        "total_amount_cents", "subtotal", "subtotal_cents",
    ),
}  # fmt: skip
_NOT_READ: Final = {"/v2/client_invoices": ("send",), "/v2/credit_notes": ("amount",)}


def plain_query(query: bytes) -> bytes:
    """A query string without the parameters that are ours."""
    kept = [(name, value) for name, value in parse_qsl(query.decode("latin-1"), True) if _QUERY.fullmatch(name)]
    return urlencode(kept).encode()


def plain_body(path: str, body: bytes) -> bytes:
    """What was sent without the fields that are ours."""
    names = _NOT_READ.get(path, ())
    try:
        sent = json.loads(body) if names else None
    except ValueError:
        sent = None
    if not isinstance(sent, dict) or not any(name in sent for name in names):
        return body
    return json.dumps({name: value for name, value in sent.items() if name not in names}).encode()


def plain_answer(body: dict[str, Any]) -> dict[str, Any]:
    """An answer without the fields that are ours."""
    if "quote" in body:  # flat as well
        body = {name: value for name, value in body.items() if name == "quote" or name in _FIELDS["quote"]}
    found: dict[str, Any] = {}
    for name, value in body.items():
        kind = name.removesuffix("s")
        if kind in _FIELDS and isinstance(value, dict) and name == kind:
            found[name] = _plain(kind, value)
        elif kind in _FIELDS and isinstance(value, list):
            found[name] = [_plain(kind, each) for each in value]
        elif name not in ("warnings", "preview"):
            found[name] = value
    return found


def _plain(kind: str, document: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _inner(name, value) for name, value in document.items() if name in _FIELDS[kind]}


def _inner(name: str, value: Any) -> Any:
    fields = _INNER.get(name)
    if fields and isinstance(value, list):
        return [_inner(name, each) for each in value]
    if fields and isinstance(value, dict):
        return {key: each for key, each in value.items() if key in fields}
    return value
