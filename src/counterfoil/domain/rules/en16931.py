"""EN 16931: what its rules (CEN's schematron, release 1.3.16) refuse in files that a document would give.

Only rules that a document can break are here. Sums, roundings, VAT groups, codes and the order of elements are
computed by us, so the rules about them cannot be broken from outside. Italian documents have rules of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from counterfoil.domain import countries, unit_codes
from counterfoil.domain import electronic_addresses as addresses
from counterfoil.domain.rules.base import Facts, Rule
from counterfoil.domain.rules.common import (
    ORGANIZATION_CALL,
    has_items,
    missing_buyer_vat_number,
    missing_of_seller,
    missing_one_of,
)
from counterfoil.domain.rules.patches import CLIENT, ORGANIZATION, change, mended, put
from counterfoil.errors import Fault

# The letters that CEN's rules have for a VAT category: K is IC in them.
_LETTERS: Final[Mapping[str, str]] = MappingProxyType({"K": "IC"})
# Categories whose lines need a VAT number or a tax number of the seller, and those that need a VAT number.
_TAXABLE: Final = ("S", "Z", "E", "AE")
_VAT_NUMBER: Final = ("G", "K")
# Their own law asks for one of these numbers, or for a certain one.
_ASK_FOR_A_NUMBER: Final = frozenset({"FR", "DE", "ES"})


def buyer_is_named(facts: Facts) -> Iterable[Fault]:
    if not any(facts.buyer(name) for name in ("name", "first_name", "last_name")):
        yield Fault(
            "missing_client_name",
            "The client has no name, and an invoice must show it.",
            field="client/name",
            fix=f"Set it: {facts.client_call} with name, or with first_name and last_name of a person.",
        )


def buyer_has_country(facts: Facts) -> Iterable[Fault]:
    if not facts.buyer_country:
        yield Fault(
            "missing_client_country",
            "The client has no country, and VAT depends on it.",
            field="client/country_code",
            fix=f"Set it: {facts.client_call} with billing_address.country_code.",
        )


def countries_are_known(facts: Facts) -> Iterable[Fault]:
    if facts.buyer_country and not countries.is_listed(facts.buyer_country):
        yield _unknown_country(facts, facts.buyer_country, "billing_address", "client/country_code")
    delivery = facts.client.get("delivery_address") or {}
    country = str(delivery.get("country_code") or "").upper()
    if country and not countries.is_listed(country):
        yield _unknown_country(facts, country, "delivery_address", "client/delivery_address/country_code")


def _unknown_country(facts: Facts, code: str, holder: str, field: str) -> Fault:
    right = countries.meant(code)
    send = f'"{right}"' if right else 'a code of two letters of ISO 3166-1, such as "GB"'
    fault = Fault(
        "unknown_country",
        f'"{code}" is no code of a country that e-invoices know.',
        field=field,
        fix=f"Change it: {facts.client_call} with {holder}.country_code {send}.",
    )
    return mended(fault, CLIENT, put(f"/{holder}/country_code", right)) if right else fault


def seller_country_is_known(facts: Facts) -> Iterable[Fault]:
    country = (facts.seller("address_country") or facts.seller_country).upper()
    if not countries.is_listed(country):
        yield Fault(
            "unknown_seller_country",
            f'"{country}" is no code of a country that e-invoices know.',
            field="organization/address_country",
            fix=f"Set it once: {ORGANIZATION_CALL} with address_country, two letters of ISO 3166-1.",
        )


def lines_are_named(facts: Facts) -> Iterable[Fault]:
    for index, item in enumerate(facts.items):
        if not str(item.get("title", "?")).strip():
            yield Fault(
                "missing_title",
                f"Item {index + 1} has no title.",
                field=f"items/{index}/title",
                fix="Send a title that says what is billed.",
            )


def prices_are_not_negative(facts: Facts) -> Iterable[Fault]:
    for index, item in enumerate(facts.items):
        price = str((item.get("unit_price") or {}).get("value") or "")
        if price.startswith("-") and Decimal(price):
            yield negative_price(index, str(item.get("quantity") or "1"), price, facts.target)


def negative_price(index: int, quantity: str, price: str, target: str) -> Fault:
    """A line whose price is below zero: the same amount is a quantity below zero at the price without its sign."""
    turned = quantity[1:] if quantity.startswith("-") else f"-{quantity}"
    fault = Fault(
        "negative_unit_price",
        f"Item {index + 1} has a unit price below zero; what is given back is a quantity below zero.",
        field=f"items/{index}/unit_price/value",
        fix=f'Send quantity "{turned}" and unit_price.value "{price[1:]}": the amount stays the same.',
    )
    return mended(
        fault, target,
        change(f"/items/{index}/quantity", turned), change(f"/items/{index}/unit_price/value", price[1:]),
    )  # fmt: skip


def account_is_there(facts: Facts) -> Iterable[Fault]:
    methods = facts.document.get("payment_methods")
    if methods is not None and not any(method.get("iban") for method in methods):
        yield Fault(
            "missing_iban",
            "The invoice names no account that it could be paid to.",
            field="payment_methods",
            fix="Add an account once: POST /v2/bank_accounts; or send payment_methods.iban of one that is there.",
        )


def seller_is_identified(facts: Facts) -> Iterable[Fault]:
    """BR-CO-26. Any of these is written as BT-29, BT-30 or BT-31, and where need be as BT-32 (BR-S-02, BR-E-02)."""
    if facts.seller_country in _ASK_FOR_A_NUMBER:
        return
    names = ("legal_number", "vat_number", "tax_number", "commercial_register_number")
    if not any(facts.seller(field) for field in names):
        yield Fault(
            "missing_legal_number",
            "Nothing on the invoice identifies your organization: no register number, no VAT number, no tax number.",
            field="organization/legal_number",
            fix=f"Set one once: {ORGANIZATION_CALL} with legal_number or vat_number.",
            meta={"any_of": list(names)},
        )


def seller_is_known_to_the_tax_office(facts: Facts) -> Iterable[Fault]:
    """BR-S-02, BR-Z-02, BR-E-02, BR-AE-02. Elsewhere than in Germany the register number serves the tax office too."""
    if facts.seller_country != "DE" or facts.seller("vat_number") or facts.seller("tax_number"):
        return
    category = next((each for each in _TAXABLE if each in facts.category_lines), "")
    if category:
        yield _cited(missing_one_of(("tax_number", "vat_number"), "Steuernummer or USt-IdNr."), category)


def seller_has_vat_number(facts: Facts) -> Iterable[Fault]:
    """BR-G-02, BR-IC-02."""
    if facts.seller("vat_number"):
        return
    category = next((each for each in _VAT_NUMBER if each in facts.category_lines), "")
    if not category:
        return
    position = facts.category_lines[category] + 1
    what = "an export" if category == "G" else "a supply to another EU country"
    fault = missing_of_seller("vat_number", "VAT number", f"item {position} is {what} without VAT and needs it")
    nif = facts.seller("tax_number") or facts.seller("legal_number")
    if category == "G" and facts.seller_country == "ES" and nif:
        # NIF-IVA is the NIF after ES; for supplies in the EU one must have asked to be in the register (ROI, VIES).
        fault = mended(fault, ORGANIZATION, put("/vat_number", f"ES{addresses.compact(nif)}"))
    yield _cited(fault, category)


def buyer_has_vat_number(facts: Facts) -> Iterable[Fault]:
    """BR-AE-02, BR-IC-02."""
    for fault, category in missing_buyer_vat_number(facts):
        yield _cited(fault, category)


def supply_has_a_day(facts: Facts) -> Iterable[Fault]:
    """BR-IC-11. A credit note repeats the invoice's days."""
    is_dated = any(facts.document.get(f"performance_{name}") for name in ("date", "start_date", "end_date"))
    if "K" in facts.category_lines and not is_dated and not facts.is_credit_note:
        issued = facts.day("issue_date")
        day = issued.isoformat() if issued else ""
        fault = Fault(
            "missing_delivery_date",
            "The goods go to another EU country without VAT, and the invoice does not say when: it will say, on the "
            "day of issue.",
            field="performance_start_date",
            fix="If it is another day, PATCH /v2/client_invoices/{id} with performance_start_date before finalize.",
        )
        yield mended(fault, facts.target, change("/performance_start_date", day)) if day else fault


def out_of_scope_stands_alone(facts: Facts) -> Iterable[Fault]:
    """BR-O-11 to BR-O-14."""
    if "O" not in facts.category_lines or len(facts.category_lines) == 1:
        return
    outside = [line for line in facts.lines if line.category == "O"]
    others = ", ".join(str(line.position + 1) for line in facts.lines if line.category != "O")
    alone = ", ".join(str(line.position + 1) for line in outside)
    yield Fault(
        "out_of_scope_is_mixed",
        f"What is outside the scope of VAT (item {alone}) cannot stand on one e-invoice with what is not ({others}).",
        field=f"items/{outside[0].position}/vat_exemption_reason",
        fix=f"Make two documents: one with item {alone}, one with item {others}.",
    )


def addresses_are_understood(facts: Facts) -> Iterable[Fault]:
    """BR-62, BR-63: an address that was given, and that nobody could be told to deliver to."""
    for address, field, call in (
        (facts.buyer("e_invoicing_address"), "client/e_invoicing_address", facts.client_call),
        (facts.seller("electronic_address"), "organization/electronic_address", ORGANIZATION_CALL),
    ):
        if not address:
            continue
        is_buyer = field.startswith("client")
        found = addresses.of_buyer(facts.client) if is_buyer else addresses.of_seller(_organization(facts))
        if found is None or found.value not in (address, address.partition(":")[2].strip()):
            name = field.partition("/")[2]
            yield _cited_as(
                Fault(
                    "unknown_address_scheme",
                    f'"{address[:60]}" says not which network it belongs to, so e-invoices go elsewhere.',
                    field=field,
                    fix=f"Say it: {call} with {name}_scheme, such as EM for an e-mail address.",
                ),
                "BR-63" if is_buyer else "BR-62",
            )


def _organization(facts: Facts) -> Mapping[str, Any]:
    names = ("electronic_address", "electronic_address_scheme", "vat_number", "legal_number", "tax_number", "email")
    return {"legal_country": facts.seller_country} | {name: facts.seller(name) for name in names}


def units_are_known(facts: Facts) -> Iterable[Fault]:
    for index, item in enumerate(facts.items):
        code = str(item.get("unit_code") or "").upper()
        if code and code not in unit_codes.UNIT_CODES:
            used = unit_codes.unit_code(None, str(item.get("unit") or ""))
            fault = Fault(
                "unknown_unit_code",
                f'Item {index + 1}: "{code}" is no unit of UN/ECE Recommendation 20; e-invoices say {used}.',
                field=f"items/{index}/unit_code",
                fix=f'Leave unit_code out, or send one of the list, such as "{used}".',
            )
            yield mended(fault, facts.target, put(f"/items/{index}/unit_code", used))


def _cited(fault: Fault, category: str) -> Fault:
    return _cited_as(fault, f"BR-{_LETTERS.get(category, category)}-02")


def _cited_as(fault: Fault, rule: str) -> Fault:
    return replace(fault, rule=rule, source=f"EN 16931-1 {rule}")


def _rule(rule: str, check: Callable[[Facts], Iterable[Fault]], source: str = "") -> Rule:
    return Rule(rule, source or f"EN 16931-1 {rule}", check, of="en16931")


ERRORS: Final = (
    _rule("BR-16", has_items),
    _rule("BR-07", buyer_is_named),
    _rule("BR-11", buyer_has_country),
    _rule("BR-CL-14", countries_are_known, "EN 16931-1 BR-CL-14; ISO 3166-1"),
    _rule("BR-09", seller_country_is_known, "EN 16931-1 BR-09, BR-CL-14"),
    _rule("BR-25", lines_are_named),
    _rule("BR-27", prices_are_not_negative),
    _rule("BR-61", account_is_there, "EN 16931-1 BR-50, BR-61"),
    _rule("BR-CO-26", seller_is_identified),
    _rule("BR-S-02", seller_is_known_to_the_tax_office, "EN 16931-1 BR-S-02, BR-Z-02, BR-E-02, BR-AE-02"),
    _rule("BR-G-02", seller_has_vat_number, "EN 16931-1 BR-G-02, BR-IC-02"),
    _rule("BR-AE-02", buyer_has_vat_number, "EN 16931-1 BR-AE-02, BR-IC-02"),
    _rule("BR-O-11", out_of_scope_stands_alone, "EN 16931-1 BR-O-11 to BR-O-14"),
)
WARNINGS: Final = (
    # The day of issue stands in for one that is not said: Directive 2006/112/EC art. 226 (7).
    _rule("BR-IC-11", supply_has_a_day),
    _rule("BR-63", addresses_are_understood, "EN 16931-1 BR-62, BR-63"),
    _rule("BR-CL-23", units_are_known, "EN 16931-1 BR-CL-23; UN/ECE Recommendation 20"),
)
