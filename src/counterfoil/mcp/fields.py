"""The invoice fields that create and update take, named as on the wire."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

from counterfoil.domain.lines import VatExemptionReason
from counterfoil.errors import Fault, Invalid
from counterfoil.mcp import defaults, values
from counterfoil.mcp.arguments import check_part
from counterfoil.mcp.references import resolve, resolve_id
from counterfoil.mcp.schemas import Schema, choice, day, flag, several, text, thing
from counterfoil.mcp.tool import ToolCall
from counterfoil.mcp.values import AMOUNT, FRACTION, PERCENT

_REASONS = [reason for reason in get_args(VatExemptionReason) if reason]

DISCOUNT = thing(
    "Discount without VAT.",
    {
        "type": choice("Kind.", ["percentage", "absolute"]),
        "value": text('percentage: "0.1" is 10 %; absolute: euros.'),
    },
    ["type", "value"],
)
ITEM = thing(
    "A line. Of a product only product_id is needed.",
    {
        "title": text("What is billed.", maxLength=120, minLength=1),
        "description": text("More."),
        "quantity": text('"1" by default.'),
        "unit": text('Such as "hour".', maxLength=40),
        "unit_price": {
            "anyOf": [*AMOUNT["anyOf"], {"type": "object"}],
            "description": 'Of one, without VAT: 1200 or "1200.50".',
        },
        "vat_rate_percent": PERCENT,
        "vat_rate": FRACTION,
        "vat_exemption_reason": text("Code, where VAT is 0."),
        "discount": DISCOUNT,
        "product_id": text("Product: id or title."),
    },
)
_LEGAL_TEXTS = (
    "vat_number", "tax_number", "company_leadership", "district_court", "commercial_register_number",
    "transaction_type", "vat_payment_condition", "discount_conditions", "late_payment_penalties",
    "legal_fixed_compensation",
)  # fmt: skip


def _object(description: str) -> Schema:
    """An object that its description spells out; read_parts and the API check it."""
    return {"type": "object", "description": description}


# What the schemas of tools only name, so that they stay short; read_parts checks it.
_PARTS: Mapping[str, Schema] = {
    "items": several("Lines.", ITEM | {"properties": {
        **ITEM["properties"], "vat_exemption_reason": choice("Why no VAT is charged.", _REASONS),
    }}),
    "settings": thing("Legal texts.", {name: text("Text.") for name in _LEGAL_TEXTS}),
    "payment_reporting": thing(
        "IT.", {"conditions": text("TP01-TP03."), "method": text("MP01-MP22.")}, ["conditions", "method"]
    ),
    "welfare_fund": thing("IT.", {"type": text("TC01-TC22."), "rate": text('"0.04".')}, ["type", "rate"]),
    "withholding_tax": thing(
        "IT; ES (rate only).",
        {"rate": text('"0.20".'), "reason": text("RF01-RF06."), "payment_reason": text("Letters.")}, ["rate"],
    ),
}  # fmt: skip
FIELDS: Mapping[str, Schema] = {
    "client_id": text("Client: id, name, email or VAT number."),
    "items": several("Lines.", ITEM),
    "issue_date": day("Issued; today by default."),
    "due_date": text("A day; by the payment terms by default."),
    "number": text("Instead of the next one."),
    "purchase_order": text("The client's order."),
    "buyer_reference": text("Leitweg-ID or the like."),
    "e_invoicing_format": choice("DE.", ["facturx", "xrechnung", "xrechnung_ubl"]),
    "header": text("Text above the lines.", maxLength=1000),
    "footer": text("Text at the foot.", maxLength=1000),
    "terms_and_conditions": text("Terms.", maxLength=525),
    "performance_start_date": text("Service from: a day."),
    "performance_end_date": text("Service until."),
    "payment_methods": thing("Account; the main one by default.", {"iban": text("IBAN.")}, ["iban"]),
    "discount": DISCOUNT | {"description": "On the whole invoice."},
    "settings": _object("Legal texts on it, such as vat_number or company_leadership."),
    "report_einvoicing": flag("IT: report to SdI."),
    "payment_reporting": _object('IT: {"conditions": "TP01-TP03", "method": "MP01-MP22"}'),
    "welfare_fund": _object('IT: {"type": "TC01-TC22", "rate": "0.04"}'),
    "withholding_tax": _object('IT, ES (rate only): {"rate": "0.20", "reason": "RF01-RF06", "payment_reason": "A"}'),
    "stamp_duty_amount": text('IT: "2.00".'),
}  # fmt: skip
_FROM_PRODUCT = ("title", "description", "unit", "unit_price", "vat_rate")
DAYS = ("issue_date", "due_date", "performance_start_date", "performance_end_date")


def as_on_create(fields: Mapping[str, Schema]) -> dict[str, Schema]:
    """The same for a change, in fewer words: whoever changes a document has seen how one is created."""
    return {
        name: {"type": field["type"], "description": "As on create."}
        | ({"items": {"type": "object"}} if field["type"] == "array" else {})
        for name, field in fields.items()
    }


CHANGES: Mapping[str, Schema] = as_on_create(FIELDS)
REQUIRED_ON_WIRE = ("client_id", "items", "issue_date", "due_date")
CLEARABLE = tuple(name for name in FIELDS if name not in REQUIRED_ON_WIRE)


def check_parts(given: Mapping[str, Any]) -> None:
    """Checks lines and legal texts as their own schemas say. Raises Invalid with every fault."""
    faults: list[Fault] = []
    for name, schema in _PARTS.items():
        try:
            check_part(schema, given[name], name) if name in given else None
        except Invalid as error:
            faults.extend(error.faults)
    if faults:
        raise Invalid.of(faults)


async def read_items(call: ToolCall, items: Sequence[Mapping[str, Any]], client: Mapping[str, Any]) -> list[Any]:
    """Lines for the wire: quantity 1 and the client's currency where none is given, rates as fractions.

    Raises Invalid with every fault of prices and rates, and where a line names no product and lacks what it needs.
    """
    check_parts({"items": items})
    law = await defaults.law_for(call, client)
    read = values.lines(items, law)
    faults = [fault for index, line in enumerate(read) for fault in _lacking(line, f"items/{index}", law)]
    if faults:
        raise Invalid.of(faults)
    found = items_for_wire(read, client.get("currency") or defaults.CURRENCY)
    for index, line in enumerate(found):
        if "product_id" in line:
            found[index] = await _of_product(call, line, f"items/{index}/product_id")
    return found


async def _of_product(call: ToolCall, line: dict[str, Any], path: str) -> dict[str, Any]:
    """The line with its product's id; before a server that knows no such lines, with what the product says."""
    if call.has_extensions:
        return line | {"product_id": await resolve_id(call, "product", line["product_id"], path)}
    product = await resolve(call, "product", line["product_id"], path)
    told = {name: product[name] for name in _FROM_PRODUCT if product.get(name)}
    if product.get("vat_exemption_code"):
        told["vat_exemption_reason"] = product["vat_exemption_code"]
    return told | {name: value for name, value in line.items() if name != "product_id"}


def items_for_wire(items: Sequence[Mapping[str, Any]], currency: str) -> list[dict[str, Any]]:
    """Lines with quantity 1 where none is given, and bare prices in `currency`; see values.lines."""
    found = []
    for line in values.lines(items, None):
        sent = line.get("unit_price")
        money = {"unit_price": {"value": sent, "currency": currency}} if isinstance(sent, str) else {}
        found.append({"quantity": "1", **line, **money})
    return found


def _lacking(line: Mapping[str, Any], path: str, law: values.Law | None) -> Iterator[Fault]:
    if "product_id" in line:
        return
    usual = values.usual_percent(law)
    needs: tuple[tuple[str, str, Any], ...] = (
        ("title", "what is billed", None), ("unit_price", "the price of one, without VAT", None),
        ("vat_rate_percent", "the VAT rate", usual),
    )  # fmt: skip
    for name, what, example in needs:
        if name in line or (name == "vat_rate_percent" and "vat_rate" in line):
            continue
        meta = {"example": example, "legal_rates_percent": values.percents(law)} if example is not None else {}
        said = f"The line lacks {name}: {what}."
        yield Fault("missing_value", said, f"{path}/{name}", f"Send {name}, or product_id.", meta=meta)
