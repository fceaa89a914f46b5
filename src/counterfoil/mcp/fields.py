"""The invoice fields that create and update take, named as on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from counterfoil.domain.lines import VatExemptionReason
from counterfoil.mcp.schemas import CURRENCY, PRICE, UUID, Schema, choice, day, flag, several, text, thing

_REASONS = [reason for reason in get_args(VatExemptionReason) if reason]

DISCOUNT = thing(
    "Discount, without VAT.",
    {
        "type": choice("percentage or absolute.", ["percentage", "absolute"]),
        "value": text('Decimal string: a fraction for percentage ("0.1" is 10 %), euros for absolute.'),
    },
    ["type", "value"],
)
_UNIT_PRICE: Schema = {
    "anyOf": [
        {"type": "string", "pattern": PRICE},
        {
            "type": "object",
            "properties": {"value": text("Decimal string.", pattern=PRICE), "currency": CURRENCY},
            "required": ["value", "currency"],
            "additionalProperties": False,
        },
    ],
    "description": 'Price of one unit without VAT, not negative: a decimal string such as "1200.00".',
}
ITEM = thing(
    "One line.",
    {
        "title": text("What is billed.", maxLength=120, minLength=1),
        "description": text("More about it.", maxLength=1800),
        "quantity": text('Decimal string such as "1.5"; negative for a return. "1" by default.'),
        "unit": text('Unit, such as "hour".', maxLength=40),
        "unit_code": text('UN/ECE code of the unit, such as "HUR"; follows from unit.', maxLength=3),
        "unit_price": _UNIT_PRICE,
        "vat_rate": text('VAT rate as a fraction in a decimal string: "0.2" is 20 %.'),
        "vat_exemption_reason": choice("Why no VAT is charged; needed where vat_rate is 0.", _REASONS),
        "discount": DISCOUNT | {"description": "Discount on this line."},
    },
    ["title", "unit_price", "vat_rate"],
)
_SETTINGS = thing(
    "Legal texts of the seller for this invoice only.",
    {
        "vat_number": text("VAT number.", maxLength=40),
        "tax_number": text("Tax number.", maxLength=40),
        "company_leadership": text("Management.", maxLength=250),
        "district_court": text("Register court.", maxLength=250),
        "commercial_register_number": text("Register number; FR and DE sellers.", maxLength=120),
        "transaction_type": text("FR sellers: kind of transaction."),
        "vat_payment_condition": text("FR sellers: when VAT falls due."),
        "discount_conditions": text("FR sellers: early payment discount.", maxLength=1000),
        "late_payment_penalties": text("FR sellers: penalties.", maxLength=1000),
        "legal_fixed_compensation": text("FR sellers: fixed recovery cost.", maxLength=1000),
    },
)
FIELDS: Mapping[str, Schema] = {
    "client_id": text("Id of the client, a UUID, as list_clients shows it.", pattern=UUID),
    "items": several("The lines, at least one.", ITEM),
    "issue_date": day("Day of issue."),
    "due_date": day("Last day to pay."),
    "number": text("Number of your own instead of the next one in the series.", maxLength=40),
    "purchase_order": text("The client's order number.", maxLength=40),
    "buyer_reference": text("Reference the client asks for, such as a Leitweg-ID; its own by default.", maxLength=120),
    "e_invoicing_format": choice(
        "XRechnung syntax to issue beside Factur-X; facturx for none.", ["facturx", "xrechnung", "xrechnung_ubl"]
    ),
    "header": text("Text above the lines.", maxLength=1000),
    "footer": text("Text at the foot.", maxLength=1000),
    "terms_and_conditions": text("Terms.", maxLength=525),
    "performance_start_date": day("Day of the service, or its first day."),
    "performance_end_date": day("Last day of the service."),
    "payment_methods": thing(
        "Where the client shall pay.",
        {"iban": text("IBAN of one of the organization's accounts; get_organization lists them.")},
        ["iban"],
    ),
    "discount": DISCOUNT | {"description": "Discount on the whole invoice, after those of the lines."},
    "settings": _SETTINGS,
    "report_einvoicing": flag("IT sellers: report it to SdI."),
    "payment_reporting": thing(
        "IT sellers: payment codes.",
        {"conditions": text("TP01 to TP03."), "method": text("MP01 to MP22.")},
        ["conditions", "method"],
    ),
    "welfare_fund": thing(
        "IT sellers: cassa previdenziale.",
        {"type": text("TC01 to TC22."), "rate": text('Fraction, four to six characters: "0.04".')},
        ["type", "rate"],
    ),
    "withholding_tax": thing(
        "IT sellers, ES freelancers (rate only): tax that the client withholds.",
        {
            "rate": text('Fraction, four to six characters: "0.20".'),
            "reason": text("RF01 to RF06."),
            "payment_reason": text("A letter, or two."),
        },
        ["rate"],
    ),
    "stamp_duty_amount": text('IT sellers: stamp duty in euros, such as "2.00".'),
}
REQUIRED_ON_WIRE = ("client_id", "items", "issue_date", "due_date")
CLEARABLE = tuple(name for name in FIELDS if name not in REQUIRED_ON_WIRE)


def items_for_wire(items: list[dict[str, Any]], currency: str) -> list[dict[str, Any]]:
    """Lines with quantity 1 where none is given, and bare prices in `currency`."""
    found = []
    for item in items:
        price = item["unit_price"]
        money = {"value": price, "currency": currency} if isinstance(price, str) else price
        found.append({"quantity": "1", **item, "unit_price": money})
    return found


def has_bare_price(items: list[dict[str, Any]]) -> bool:
    """Whether a price leaves its currency open."""
    return any(isinstance(item["unit_price"], str) for item in items)
