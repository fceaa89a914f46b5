"""What people and other programs call the arguments of our tools, and the words that they send in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

# (our name, other names of it), the likely one first.
OTHER_NAMES: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("client_id", ("client", "customer", "customer_id", "client_name", "customer_name", "buyer", "buyer_id")),
    ("invoice_id", ("invoice", "invoice_number", "client_invoice_id")),
    ("items", ("lines", "line_items", "invoice_lines", "positions", "products")),
    ("title", ("name", "item", "label", "product_name")),
    ("unit_price", ("price", "unit_amount", "amount", "unit_cost", "price_per_unit", "rate")),
    ("quantity", ("qty", "count", "hours")),
    ("vat_rate_percent", ("vat", "vat_percent", "vat_percentage", "tax", "tax_rate", "tax_percent", "vat_pct")),
    ("product_id", ("product",)),
    ("issue_date", ("date", "invoice_date", "issued_at", "issued_on")),
    ("due_date", ("due", "due_on", "payment_due", "due_at", "payment_date")),
    ("expiry_date", ("valid_until", "expires", "expires_at", "expiration_date")),
    ("footer", ("notes", "note", "memo", "comment", "comments", "message")),
    ("purchase_order", ("po", "po_number", "order_number")),
    ("terms_and_conditions", ("terms", "conditions")),
    ("performance_start_date", ("service_date", "delivery_date", "service_start", "period_start")),
    ("performance_end_date", ("service_end", "period_end")),
    ("send_to", ("to", "recipients", "recipient", "emails", "email", "email_to", "addresses")),
    ("email_title", ("subject", "title", "email_subject")),
    ("email_body", ("body", "message", "text", "content")),
    ("copy_to_self", ("cc_self", "copy")),
    ("paid_at", ("date", "paid_on", "paid_date", "payment_date", "payment_day")),
    ("finalize", ("finalise", "issue")),
    ("cancel", ("void",)),
    ("status", ("state", "statuses")),
    ("client_id", ("name",)),
    ("per_page", ("limit", "page_size", "max_results", "count")),
    ("sort_by", ("sort", "order_by", "order")),
    ("issue_date_from", ("from", "date_from", "start_date", "since")),
    ("issue_date_to", ("to", "date_to", "end_date", "until")),
    ("kind", ("type", "client_type")),
    ("type", ("kind", "category")),
    ("name", ("company_name", "company", "legal_name", "query", "search", "q")),
    ("title", ("query", "search", "q")),
    ("email", ("mail", "email_address", "contact_email")),
    ("vat_number", ("vat", "vat_id", "vat_no", "tva")),
    ("tax_identification_number", ("siren", "siret", "tax_id", "tin", "tax_number", "nif", "company_number")),
    ("billing_address", ("address", "postal_address")),
    ("street_address", ("street", "line1", "address_line1", "address_line_1", "address")),
    ("zip_code", ("zip", "postal_code", "postcode", "post_code")),
    ("country_code", ("country",)),
    ("locale", ("language", "lang")),
    ("reason", ("note", "motive")),
    ("id", ("uuid",)),
)  # fmt: skip
NAMES_OF_IDS: Final = frozenset({"number", "invoice", "quote", "client", "product", "name", "reference", "title"})
# Which of our names may stand below these.
_ADDRESS: Final = frozenset({"street_address", "city", "zip_code", "province_code", "country_code"})
INSIDE: Final[Mapping[str, frozenset[str]]] = {
    "items": frozenset({"title", "unit_price", "quantity", "vat_rate_percent", "product_id", "vat_rate", "unit"}),
    "send": frozenset({"send_to", "email_title", "email_body", "copy_to_self"}),
    "billing_address": _ADDRESS,
    "delivery_address": _ADDRESS,
}
TERMS: Final = frozenset({"payment_terms", "payment_terms_days", "terms_days", "net_days", "due_in_days"})
ACTS: Final[Mapping[str, str]] = {
    "finalize": "finalize", "finalized": "finalize", "finalise": "finalize", "final": "finalize",
    "unpaid": "finalize", "issued": "finalize", "cancel": "cancel", "canceled": "cancel", "cancelled": "cancel",
    "void": "cancel",
}  # fmt: skip
FLAGS: Final = frozenset(
    {"preview", "finalize", "cancel", "overdue", "sent", "copy_to_self", "allow_duplicate", "report_einvoicing",
     "unmark_as_paid"}
)  # fmt: skip
# What was sent in place of an object that holds little else, and whether it stands in a list there.
OBJECTS_OF_ONE: Final[Mapping[str, tuple[str, bool]]] = {"payment_methods": ("iban", False), "send": ("send_to", True)}
# What true means where a value is asked for.
MEANT_BY_TRUE: Final[Mapping[str, object]] = {"mark_as_paid": "today", "send": {}}
# Texts that may be cut to their greatest length; numbers and names of the law never are.
PROSE: Final = frozenset(
    {"title", "description", "header", "footer", "terms_and_conditions", "email_title", "email_body",
     "discount_conditions", "late_payment_penalties", "reason", "internal_note"}
)  # fmt: skip
_STATUS: Final[Mapping[str, str]] = {
    "open": "unpaid", "sent": "unpaid", "finalized": "unpaid", "final": "unpaid", "issued": "unpaid",
    "outstanding": "unpaid", "cancelled": "canceled", "void": "canceled", "voided": "canceled", "settled": "paid",
    "pending": "pending_approval", "accepted": "approved", "declined": "canceled",
}  # fmt: skip
_COUNTRIES: Final[Mapping[str, str]] = {
    "france": "FR", "germany": "DE", "deutschland": "DE", "italy": "IT", "italia": "IT", "spain": "ES",
    "españa": "ES", "belgium": "BE", "belgique": "BE", "netherlands": "NL", "luxembourg": "LU", "austria": "AT",
    "portugal": "PT", "ireland": "IE", "switzerland": "CH", "united kingdom": "GB", "uk": "GB", "usa": "US",
    "united states": "US", "fra": "FR", "deu": "DE", "ita": "IT", "esp": "ES", "bel": "BE",
}  # fmt: skip
OTHER_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "status": _STATUS,
    "kind": {
        "business": "company", "organization": "company", "organisation": "company", "person": "individual",
        "consumer": "individual", "self-employed": "freelancer",
    },
    "type": {
        "percent": "percentage", "%": "percentage", "fixed": "absolute", "amount": "absolute", "product": "good",
        "goods": "good", "services": "service", "hourly": "service", "hours": "service",
    },
    "detail": {"all": "full", "whole": "full", "short": "summary", "brief": "summary"},
    "sort_by": {
        "created_at": "created_at:desc", "newest": "created_at:desc", "desc": "created_at:desc",
        "asc": "created_at:asc", "oldest": "created_at:asc",
    },
    "e_invoicing_format": {"ubl": "xrechnung_ubl", "cii": "xrechnung", "zugferd": "facturx", "factur-x": "facturx"},
    "content_type": {
        "pdf": "application/pdf", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg",
        "image/jpg": "image/jpeg", "xml": "application/xml", "text/xml": "application/xml",
    },
    "currency": {"€": "EUR", "euro": "EUR", "euros": "EUR"},
    "country_code": _COUNTRIES,
    "locale": {
        "french": "fr", "français": "fr", "english": "en", "german": "de", "deutsch": "de", "italian": "it",
        "italiano": "it", "spanish": "es", "español": "es",
    },
}  # fmt: skip
