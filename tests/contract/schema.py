"""What an answer looks like, written from the API's public pages and not from the code: closed JSON schemas.

`OURS` are the keys that go beyond those pages; a key in neither list fails, so that nothing is added by accident.
"""

from __future__ import annotations

from typing import Any

from jsonschema import Draft202012Validator

Schema = dict[str, Any]


def words(text: str) -> list[str]:
    return text.split()


EXEMPTION_REASONS = {
    "IT": words(
        "N1 N2 N2.1 N2.2 N3 N3.1 N3.2 N3.3 N3.4 N3.5 N3.6 N4 N5 N6 N6.1 N6.2 N6.3 N6.4 N6.5 N6.6 N6.7 N6.8 N6.9 N7"
    ),
    "FR": words("S293B S262.1 S259 S283 S261 S262 S263"),
    "DE": words("S19.1 S4.1B S4.1A S4 S13B"),
    "ES": words("S122 S25 S21 S69 S20 S84.1.2"),
}
ALL_REASONS = [reason for reasons in EXEMPTION_REASONS.values() for reason in reasons]
CAPITAL_CURRENCIES = words(
    "AED AUD BGN CAD CHF CNY CZK DKK EUR GBP GHS HKD HUF ILS MXN NOK NZD PEN PLN RON RSD SAR SEK SGD TRY USD ZAR ZMW"
)
STATUSES = ["draft", "unpaid", "paid", "canceled"]
EINVOICING_STATUSES = ["pending", "submitted", "declined", "approved", "not_delivered", "submission_failed"]
TRANSACTION_TYPES = ["goods", "services", "goods_and_services"]
VAT_PAYMENT_CONDITIONS = ["on_receipts", "compensated_for_sales", "exempt"]
CLIENT_KINDS = ["individual", "company", "freelancer"]
WELFARE_TYPES = [f"TC{n:02d}" for n in range(1, 23)]
WITHHOLDING_REASONS = [f"RF{n:02d}" for n in range(1, 7)]
PAYMENT_CONDITIONS = [f"TP{n:02d}" for n in range(1, 4)]
PAYMENT_METHODS = [f"MP{n:02d}" for n in range(1, 23)]

TEXT: Schema = {"type": "string"}
CENTS: Schema = {"type": "integer"}
UUID: Schema = {"type": "string", "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"}
DAY: Schema = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
TIME: Schema = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$"}
DECIMAL: Schema = {"type": "string", "pattern": r"^-?\d+(\.\d+)?$"}
AMOUNT: Schema = {"type": "string", "pattern": r"^-?\d+\.\d{2}$"}
EMPTY: Schema = {"const": ""}
NULL: Schema = {"type": "null"}


def either(*schemas: Schema) -> Schema:
    return {"anyOf": list(schemas)}


def one_of(values: list[str]) -> Schema:
    return {"enum": values}


def listed(item: Schema) -> Schema:
    return {"type": "array", "items": item}


def obj(properties: Schema, *, optional: Schema | None = None) -> Schema:
    """An object with exactly `properties`, and perhaps the optional ones."""
    return {
        "type": "object", "required": list(properties), "additionalProperties": False,
        "properties": {**properties, **(optional or {})},
    }  # fmt: skip


MONEY = obj({"value": DECIMAL, "currency": {"const": "EUR"}})
DISCOUNT = obj(
    {"type": one_of(["percentage", "absolute"]), "value": DECIMAL, "amount": MONEY}, optional={"amount_cents": CENTS}
)
ITEM = obj(
    {
        "title": TEXT, "description": TEXT, "quantity": DECIMAL, "unit": TEXT, "unit_price": MONEY,
        "unit_price_cents": CENTS, "vat_rate": DECIMAL, "vat_exemption_reason": either(one_of(ALL_REASONS), NULL),
        "discount": either(DISCOUNT, NULL), "total_vat": MONEY, "total_vat_cents": CENTS, "total_amount": MONEY,
        "total_amount_cents": CENTS, "subtotal": MONEY, "subtotal_cents": CENTS,
        "product_id": either(UUID, NULL), "unit_code": either(TEXT, NULL),  # ours
    }
)  # fmt: skip
ADDRESS = obj(
    {},
    optional={
        "street_address": {**TEXT, "maxLength": 250}, "city": {**TEXT, "maxLength": 50},
        "zip_code": {**TEXT, "maxLength": 20}, "province_code": {**TEXT, "maxLength": 2},
        "country_code": {**TEXT, "maxLength": 2},
    },
)  # fmt: skip
CLIENT = obj(
    {"id": UUID, "type": one_of(CLIENT_KINDS)},
    optional={
        "name": TEXT, "first_name": TEXT, "last_name": TEXT, "email": TEXT, "vat_number": TEXT,
        "tax_identification_number": TEXT, "address": TEXT, "city": TEXT, "zip_code": TEXT, "province_code": TEXT,
        "country_code": TEXT, "recipient_code": TEXT, "locale": TEXT, "billing_address": ADDRESS,
        "delivery_address": ADDRESS,
        # ours:
        "e_invoicing_address": TEXT, "e_invoicing_address_scheme": TEXT, "buyer_reference": TEXT,
        "e_invoicing_format": TEXT,
    },
)  # fmt: skip
PAYMENT_METHOD = obj({"beneficiary_name": TEXT, "bic": TEXT, "iban": TEXT, "type": {"const": "transfer"}})
_ORGANIZATION_TEXTS = (
    "legal_number", "address_line_1", "address_line_2", "address_zipcode", "address_city", "address_country",
    "company_leadership", "district_court", "commercial_register_number", "vat_number", "tax_number",
)  # fmt: skip
ORGANIZATION = obj(
    {
        "id": UUID, "legal_name": TEXT, "legal_country": TEXT,
        **{name: either(TEXT, NULL) for name in _ORGANIZATION_TEXTS},
        "legal_capital_share": either(obj({"value": DECIMAL, "currency": one_of(CAPITAL_CURRENCIES)}), NULL),
        "transaction_type": either(one_of(TRANSACTION_TYPES), NULL),
        "vat_payment_condition": either(one_of(VAT_PAYMENT_CONDITIONS), NULL),
    },
    optional={  # ours
        "vat_regime": TEXT, "is_professional": {"type": "boolean"},
        **{
            name: either(TEXT, NULL)
            for name in (
                "address_province", "legal_form", "email", "phone", "contact_name", "electronic_address",
                "electronic_address_scheme", "regime_fiscale",
            )
        },
    },
)  # fmt: skip
WELFARE = obj({"type": one_of(WELFARE_TYPES), "rate": DECIMAL}, optional={"amount": AMOUNT})
WITHHOLDING = obj(
    {
        "reason": either(one_of(WITHHOLDING_REASONS), NULL), "rate": DECIMAL, "payment_reason": either(TEXT, NULL),
        "amount": AMOUNT,
    }
)  # fmt: skip
REPORTING = obj({"conditions": one_of(PAYMENT_CONDITIONS), "method": one_of(PAYMENT_METHODS)})
LIFECYCLE_EVENT = obj(
    {
        "status_code": {"type": "integer", "minimum": 200, "maximum": 214}, "reason": TEXT, "reason_message": TEXT,
        "timestamp": TIME,
    }
)  # fmt: skip

# Every key of the public pages. attachment_id alone of them may be absent: the PDF is made after the answer.
NAMED: Schema = {
    "id": UUID, "organization_id": UUID, "number": TEXT, "purchase_order": TEXT, "status": one_of(STATUSES),
    "invoice_url": {"type": "string", "pattern": "^https?://"}, "contact_email": TEXT, "terms_and_conditions": TEXT,
    "discount_conditions": TEXT, "late_payment_penalties": TEXT, "legal_fixed_compensation": TEXT, "header": TEXT,
    "footer": TEXT, "currency": {"const": "EUR"}, "total_amount": MONEY, "total_amount_cents": CENTS,
    "vat_amount": MONEY, "vat_amount_cents": CENTS, "issue_date": DAY, "due_date": DAY,
    "performance_date": either(DAY, EMPTY), "performance_start_date": either(DAY, EMPTY),
    "performance_end_date": either(DAY, EMPTY), "created_at": TIME, "finalized_at": either(TIME, EMPTY),
    "paid_at": either(TIME, EMPTY), "stamp_duty_amount": either(AMOUNT, EMPTY), "items": listed(ITEM),
    "client": CLIENT, "payment_methods": {**listed(PAYMENT_METHOD), "minItems": 1}, "credit_notes_ids": listed(UUID),
    "organization": ORGANIZATION, "invoice_type": one_of(["standard", "deposit", "balance"]),
    "discount": either(DISCOUNT, NULL), "einvoicing_status": one_of(EINVOICING_STATUSES),
    "welfare_fund": either(WELFARE, NULL), "withholding_tax": either(WITHHOLDING, NULL),
    "payment_reporting": either(REPORTING, NULL), "einvoicing_lifecycle_events": listed(LIFECYCLE_EVENT),
}  # fmt: skip
# Seen in the API's answers though its pages do not name them.
SEEN: Schema = {"updated_at": TIME, "amount_paid": either(MONEY, NULL), "deposit_amount": either(MONEY, NULL)}
VAT_GROUP = obj(
    {
        "vat_category": one_of(["S", "Z", "E", "AE", "K", "G", "O"]), "vat_rate": DECIMAL,
        "vat_exemption_reason": either(one_of(ALL_REASONS), NULL), "vat_exemption_text": TEXT, "taxable_amount": MONEY,
        "taxable_amount_cents": CENTS, "vat_amount": MONEY, "vat_amount_cents": CENTS,
        "allowance_amount": either(MONEY, NULL), "charge_amount": either(MONEY, NULL),
    }
)  # fmt: skip
DEPOSIT = obj(
    {
        "id": UUID, "number": TEXT, "issue_date": DAY, "total_amount": MONEY, "total_amount_cents": CENTS,
        "vat_amount": MONEY, "vat_amount_cents": CENTS, "amount": MONEY, "amount_cents": CENTS,
        "paid": {"type": "boolean"}, "vat_breakdown": listed(VAT_GROUP),
    }
)  # fmt: skip
OURS: Schema = {
    "line_total_amount": MONEY, "line_total_amount_cents": CENTS,
    "tax_exclusive_amount": MONEY, "tax_exclusive_amount_cents": CENTS, "amount_due": MONEY,
    "amount_due_cents": CENTS, "vat_breakdown": listed(VAT_GROUP), "mentions": listed(TEXT),
    "settings": {"type": "object"}, "report_einvoicing": either({"type": "boolean"}, NULL),
    "deposits": listed(DEPOSIT), "credited_amount": either(MONEY, NULL), "buyer_reference": TEXT,
    "e_invoicing_format": TEXT,
}  # fmt: skip
INVOICE = obj({**NAMED, **SEEN, **OURS}, optional={"attachment_id": UUID, "quote_id": UUID, "upload_id": UUID})
META = obj(
    {
        "current_page": CENTS, "next_page": either(CENTS, NULL), "prev_page": either(CENTS, NULL),
        "total_pages": CENTS, "total_count": CENTS, "per_page": CENTS,
    }
)  # fmt: skip
FAULT = obj(
    {"code": TEXT, "detail": {**TEXT, "minLength": 1}},
    optional={
        "status": TEXT, "message": TEXT, "source": obj({}, optional={"pointer": TEXT, "parameter": TEXT}),
        "meta": {"type": "object"},
    },
)  # fmt: skip
ERRORS = obj({"errors": {**listed(FAULT), "minItems": 1}, "trace_id": {**TEXT, "minLength": 16}})


def faults_of(schema: Schema, value: object) -> list[str]:
    """Where `value` is not what `schema` says, a line each; the innermost place is named."""
    found = []
    for error in Draft202012Validator(schema).iter_errors(value):
        inner = min(error.context or [error], key=lambda each: -len(each.absolute_path))
        found.append(f"{'/'.join(map(str, inner.absolute_path))}: {inner.message[:300]}")
    return found


def money_twins(value: object, path: str = "") -> list[str]:
    """Amounts whose `_cents` twin is not 100 times the value, anywhere in an answer. unit_price may be finer."""
    if isinstance(value, list):
        return [fault for i, each in enumerate(value) for fault in money_twins(each, f"{path}/{i}")]
    if not isinstance(value, dict):
        return []
    faults = [fault for name, each in value.items() for fault in money_twins(each, f"{path}/{name}")]
    for name, each in value.items():
        twin = value.get(f"{name}_cents")
        if twin is not None and name != "unit_price" and twin != int(each["value"].replace(".", "")):
            faults.append(f"{path}/{name}: {each['value']} is not {twin} cents")
    return faults
