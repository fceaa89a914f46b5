"""France: CGI ann. II art. 242 nonies A, and FNFE-MPE's rules of e-invoices (BR-FR, release 1.4.0 of 14 July 2026).

What BR-FR says of a document's shape binds invoices between French businesses, which go over the platforms since
1 September 2026; of others it warns. That the buyer's numbers are there binds small businesses when they must send:
from 1 September 2027 (CGI art. 289 bis; ordonnance 2021-1190 art. 1, loi 2023-1322 art. 91).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from counterfoil.domain import electronic_addresses as addresses
from counterfoil.domain.money import EXACT, round_to_cent
from counterfoil.domain.rules import common
from counterfoil.domain.rules.base import Facts, Rule
from counterfoil.domain.rules.common import missing_of_seller
from counterfoil.domain.rules.patches import CLIENT, ORGANIZATION, change, mended, put, take_away
from counterfoil.errors import Fault

# Everybody receives, and large businesses send; platforms refuse what breaks BR-FR.
RECEIVING: Final = date(2026, 9, 1)
# Small and medium-sized businesses send.
SENDING: Final = date(2027, 9, 1)

_FIRST_YEAR: Final = 2000
_LAST_YEAR: Final = 2099
LONGEST_NUMBER: Final = 35
LONGEST_ADDRESS: Final = 125
QUANTITY_DECIMALS: Final = 4
_NUMBER = re.compile(r"[A-Za-z0-9+\-_/]+", re.ASCII)
_ADDRESS = re.compile(r"[A-Za-z0-9+\-_.]+", re.ASCII)
_DAYS: Final = ("issue_date", "due_date", "performance_start_date", "performance_end_date", "invoice_issue_date")
# BR-FR-16, as fractions.
RATES: Final = frozenset(
    Decimal(percent) / 100
    for percent in (
        "0",
        "0.9",
        "1.05",
        "1.75",
        "2.1",
        "5.5",
        "7",
        "8.5",
        "9.2",
        "9.6",
        "10",
        "13",
        "19.6",
        "20",
        "20.6",
    )
)


def seller_siren(facts: Facts) -> Iterable[Fault]:
    vat_number = facts.seller("vat_number")
    if not facts.seller("legal_number"):
        fault = missing_of_seller("legal_number", "SIREN or SIRET")
        siren = addresses.siren_of("", vat_number)
        yield mended(fault, ORGANIZATION, put("/legal_number", siren)) if siren else fault
    elif not addresses.siren_of(facts.seller("legal_number"), vat_number):
        yield Fault(
            "invalid_legal_number",
            f"{facts.seller('legal_number')[:40]} is no SIREN (9 digits) and no SIRET (14).",
            field="organization/legal_number",
            fix="Set it once: PATCH /v2/organization with legal_number.",
        )


def seller_vat_number(facts: Facts) -> Iterable[Fault]:
    if facts.profile.vat_regime == "standard" and not facts.seller("vat_number"):
        fault = missing_of_seller("vat_number", "VAT number")
        number = vat_number_of(addresses.siren_of(facts.seller("legal_number")))
        yield mended(fault, ORGANIZATION, put("/vat_number", number)) if number else fault


def vat_number_of(siren: str) -> str:
    """The VAT number of a French business, which follows from its SIREN; "" for "".

    Key = (12 + 3 x (SIREN mod 97)) mod 97, as the tax office gives them.
    """
    return f"FR{(12 + 3 * (int(siren) % 97)) % 97:02d}{siren}" if siren else ""


def number_fits(facts: Facts) -> Iterable[Fault]:
    """BR-FR-01, BR-FR-02 of BT-1."""
    wrong = _wrong_number(facts.number)
    if not wrong:
        return
    fault = Fault(
        "unusual_number",
        f"French e-invoicing takes no such number as {facts.number}: {LONGEST_NUMBER} characters of A-Z a-z 0-9 + - _ "
        "/ at most.",
        field="number",
        fix="Leave number out, so that it is counted; a number that was issued stays.",
        rule=wrong,
    )
    is_counted = facts.profile.numbering_mode == "automatic"
    yield mended(fault, facts.target, take_away("/number")) if is_counted else fault


def _wrong_number(number: str) -> str:
    """The rule that a number breaks; "" for none, or for no number."""
    if len(number) > LONGEST_NUMBER:
        return "BR-FR-01"
    return "BR-FR-02" if number and not _NUMBER.fullmatch(number) else ""


def earlier_numbers_fit(facts: Facts) -> Iterable[Fault]:
    """BR-FR-01, BR-FR-02 of BT-25: numbers that were issued, so that nothing can be changed any more."""
    named = [("invoice_number", str(facts.document.get("invoice_number") or ""))]
    deposits = facts.document.get("deposits") or ()
    named += [(f"deposits/{index}/number", str(deposit.get("number") or "")) for index, deposit in enumerate(deposits)]
    for field, number in named:
        if wrong := _wrong_number(number):
            yield Fault(
                "unusual_earlier_number",
                f"The earlier invoice's number {number} is one that French e-invoicing platforms do not take.",
                field=field,
                fix="Send this document outside the platform: a number that was issued stays.",
                rule=wrong,
            )


def days_are_of_this_century(facts: Facts) -> Iterable[Fault]:
    """BR-FR-03."""
    for field in _DAYS:
        day = facts.day(field)
        if day is not None and not _FIRST_YEAR <= day.year <= _LAST_YEAR:
            yield Fault(
                "day_out_of_range",
                f"{field} is in {day.year}; French e-invoicing takes days from {_FIRST_YEAR} to {_LAST_YEAR}.",
                field=field,
                fix="Check the year.",
            )


def due_after_issue(facts: Facts) -> Iterable[Fault]:
    """BR-FR-CO-07. A deposit may have been due before it was invoiced."""
    return () if facts.document.get("invoice_type") == "deposit" else common.due_after_issue(facts)


def rates_are_french(facts: Facts) -> Iterable[Fault]:
    """BR-FR-16."""
    for line in facts.lines:
        if line.rate not in RATES:
            percent = (line.rate * 100).normalize()
            yield Fault(
                "illegal_vat_rate" if facts.is_domestic_business else "foreign_vat_rate",
                f"{percent:f} % is no rate that French e-invoicing knows.",
                field=f"items/{line.position}/vat_rate",
                fix="Send a French rate; a sale to a private person at the rate of its country is declared under the "
                "One Stop Shop and goes over no platform.",
            )


def quantities_are_short(facts: Facts) -> Iterable[Fault]:
    """BR-FR-DEC-02."""
    for index, item in enumerate(facts.items):
        quantity = str(item.get("quantity") or "")
        if len(quantity.partition(".")[2]) > QUANTITY_DECIMALS and _decimals(quantity) > QUANTITY_DECIMALS:
            yield _long_quantity(facts, index, item, quantity)


def _decimals(number: str) -> int:
    """How many decimals a number needs."""
    return len(number.partition(".")[2].rstrip("0"))


def _long_quantity(facts: Facts, index: int, item: Mapping[str, Any], quantity: str) -> Fault:
    price = Decimal(str((item.get("unit_price") or {}).get("value") or "0"))
    exact = Decimal(quantity)
    short = exact.quantize(Decimal(1).scaleb(-QUANTITY_DECIMALS), rounding=ROUND_HALF_UP, context=EXACT).normalize()
    fault = Fault(
        "too_many_decimals",
        f"Item {index + 1}: French e-invoicing takes quantities with {QUANTITY_DECIMALS} decimals at most.",
        field=f"items/{index}/quantity",
        fix=f'Send a quantity with {QUANTITY_DECIMALS} decimals, such as "{short:f}".',
    )
    if round_to_cent(EXACT.multiply(exact, price)) != round_to_cent(EXACT.multiply(short, price)):
        return fault  # what is billed would change
    return mended(fault, facts.target, change(f"/items/{index}/quantity", f"{short:f}"))


def prices_are_above_zero(facts: Facts) -> Iterable[Fault]:
    """BR-FR-DEC-03: strictly above zero, by its words."""
    for index, item in enumerate(facts.items):
        price = (item.get("unit_price") or {}).get("value")
        if price is not None and not Decimal(str(price)):
            yield Fault(
                "zero_unit_price",
                f"Item {index + 1} has a unit price of zero, and French e-invoicing takes prices above zero only.",
                field=f"items/{index}/unit_price/value",
                fix='Send its usual price with a discount of 100 %: {"type": "percentage", "value": "1"}; or name the '
                "gift in another item's description.",
            )


def buyer_siren(facts: Facts) -> Iterable[Fault]:
    """BR-FR-11, and CGI ann. II art. 242 nonies A I 1°."""
    if not facts.is_domestic_business or addresses.siren_of(
        facts.buyer("tax_identification_number"), facts.buyer("vat_number")
    ):
        return
    given = facts.buyer("tax_identification_number")
    what = f"{given[:40]} is no SIREN" if given else "The client is a French business without a SIREN"
    yield Fault(
        "invalid_client_siren" if given else "missing_client_siren",
        f"{what}; an e-invoice could not be delivered to it.",
        field="client/tax_identification_number",
        fix=f"Ask the client, then {facts.client_call} with tax_identification_number: 9 digits, or 14 of a SIRET.",
    )


def buyer_is_reachable(facts: Facts) -> Iterable[Fault]:
    """BR-FR-12. A platform is told where to deliver; private persons get nothing over one."""
    if facts.is_domestic_business and addresses.of_buyer(facts.client) is None:
        yield Fault(
            "missing_client_electronic_address",
            "Nothing says where an e-invoice for this client goes: no SIREN, no address on a network, no e-mail.",
            field="client/e_invoicing_address",
            fix=f"Ask the client, then {facts.client_call} with tax_identification_number (SIREN).",
        )


def buyer_address_fits(facts: Facts) -> Iterable[Fault]:
    """BR-FR-21, BR-FR-23, BR-FR-25 of an address that was given."""
    given = facts.buyer("e_invoicing_address")
    address = addresses.of_buyer(facts.client) if given and facts.is_domestic_business else None
    if address is None:
        return
    siren = addresses.siren_of(facts.buyer("tax_identification_number"), facts.buyer("vat_number"))
    if len(address.value) > LONGEST_ADDRESS:
        wrong, message = "BR-FR-25", f"is longer than {LONGEST_ADDRESS} characters"
    elif address.scheme == addresses.FRENCH and not _ADDRESS.fullmatch(address.value):
        wrong, message = "BR-FR-23", "holds other characters than A-Z a-z 0-9 + - _ ."
    elif siren and not (address.scheme == addresses.FRENCH and address.value.startswith(siren)):
        wrong, message = "BR-FR-21", f"is not one of the French directory, which begin with the SIREN {siren}"
    else:
        return
    fault = Fault(
        "invalid_e_invoicing_address",
        f'The client\'s e-invoicing address "{given[:60]}" {message}.',
        field="client/e_invoicing_address",
        fix=f"Ask the client, then {facts.client_call} with e_invoicing_address; without one, its SIREN is used.",
        rule=wrong,
    )
    yield (
        mended(fault, CLIENT, put("/e_invoicing_address", ""), put("/e_invoicing_address_scheme", ""))
        if siren
        else (fault)
    )


def transaction_is_named(facts: Facts) -> Iterable[Fault]:
    """The mention of decree 2022-1299, due when small businesses must send; set-up asks for it before."""
    issued = facts.day("issue_date")
    is_due = issued is not None and issued >= SENDING and facts.is_domestic_business
    if is_due and not facts.seller("transaction_type"):
        yield missing_of_seller(
            "transaction_type", "transaction_type", "an invoice must say whether goods or services are sold"
        )


def _is_sent(facts: Facts) -> bool:
    """Whether a document goes over the platforms. Who plans for the next century means never: nothing is sent then."""
    issued = facts.day("issue_date")
    return facts.is_domestic_business and (issued is None or issued.year <= _LAST_YEAR)


def _shape(rule: str, check: Callable[[Facts], Iterable[Fault]], terms: str) -> Rule:
    """A rule of a document's shape: it binds what goes over the platforms."""
    return Rule(rule, f"FNFE-MPE BR-FR 1.4.0, {terms}", check, since=RECEIVING, of="FR", when=_is_sent)


def _buyer(rule: str, check: Callable[[Facts], Iterable[Fault]], source: str) -> Rule:
    """A rule of the buyer's numbers."""
    return Rule(rule, source, check, since=SENDING, of="FR", when=_is_sent)


_DECREE: Final = "CGI ann. II art. 242 nonies A I (decree 2022-1299)"

ERRORS: Final = (
    Rule(
        "BR-FR-10",
        "CGI ann. II art. 242 nonies A I 1°; Code de commerce art. R123-237; BR-FR-10/BT-30",
        seller_siren,
        of="FR",
    ),
    Rule("FR-02", "CGI ann. II art. 242 nonies A I 2°", seller_vat_number, of="FR"),
    _shape("BR-FR-02", number_fits, "BR-FR-01 and BR-FR-02/BT-1"),
    _shape("BR-FR-03", days_are_of_this_century, "BR-FR-03"),
    _shape("BR-FR-CO-07", due_after_issue, "BR-FR-CO-07/BT-9"),
    _shape("BR-FR-16", rates_are_french, "BR-FR-16/BT-119 and BT-152"),
    _shape("BR-FR-DEC-02", quantities_are_short, "BR-FR-DEC-02/BT-129"),
    _shape("BR-FR-DEC-03", prices_are_above_zero, "BR-FR-DEC-03/BT-146"),
    _shape("BR-FR-21", buyer_address_fits, "BR-FR-21, BR-FR-23 and BR-FR-25/BT-49"),
    _buyer("BR-FR-11", buyer_siren, f"{_DECREE}; BR-FR-11/BT-47, BR-FR-21/BT-49"),
    _buyer("BR-FR-12", buyer_is_reachable, "FNFE-MPE BR-FR 1.4.0, BR-FR-12/BT-49"),
)
WARNINGS: Final = (
    # Its file says services where nothing is said (BR-FR-08), so that platforms take it.
    Rule("FR-51", f"{_DECREE}; BR-FR-08/BT-23", transaction_is_named, of="FR"),
    Rule("BR-FR-02", "FNFE-MPE BR-FR 1.4.0, BR-FR-01 and BR-FR-02/BT-25", earlier_numbers_fit, of="FR"),
)

# Correction is a new document that names the first: CGI art. 289 I 5, BOI-TVA-DECLA-30-20-20-10.
CANCEL_SOURCE: Final = "CGI art. 289 I 5; CGI ann. II art. 242 nonies A"
