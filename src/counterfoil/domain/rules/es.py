"""Spain: what RD 1619/2012 (Reglamento de facturación) asks for beyond the common rules.

VeriFactu (RD 1007/2023) is not here: every Spanish document says so in a warning.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from counterfoil.domain import party
from counterfoil.domain.rules.base import Facts, Rule
from counterfoil.domain.rules.common import ORGANIZATION_CALL, missing_one_of
from counterfoil.errors import Fault, Invalid

# RD 1007/2023, final provision 4, as put off since: for companies, and for everybody else.
VERIFACTU_COMPANIES: Final = date(2027, 1, 1)
VERIFACTU_OTHERS: Final = date(2027, 7, 1)
_NIF_FIELDS: Final = ("tax_number", "vat_number", "legal_number")


def seller_has_a_nif(facts: Facts) -> Iterable[Fault]:
    given = [(field, facts.seller(field)) for field in _NIF_FIELDS if facts.seller(field)]
    if not given:
        yield missing_one_of(_NIF_FIELDS, "NIF")
    elif not any(_is_nif(number) for _, number in given):
        field, number = given[0]
        yield Fault(
            f"invalid_{field}",
            f"{number[:40]} is no Spanish NIF.",
            field=f"organization/{field}",
            fix=f"Look for a typing error, then {ORGANIZATION_CALL} with {field}: 9 characters, such as B58378431.",
        )


def spanish_business_has_a_nif(facts: Facts) -> Iterable[Fault]:
    if facts.is_domestic_business and not (facts.buyer("tax_identification_number") or facts.buyer("vat_number")):
        yield Fault(
            "missing_client_nif",
            "The client is a Spanish business and has no NIF, which a full invoice must show.",
            field="client/tax_identification_number",
            fix=f"Ask the client, then {facts.client_call} with tax_identification_number (or vat_number).",
        )


def _is_nif(number: str) -> bool:
    try:
        party.check_tax_number("ES", number.strip().upper().removeprefix("ES"))
    except Invalid:
        return False
    return True


def withholding_is_a_freelancers(facts: Facts) -> Iterable[Fault]:
    if facts.document.get("withholding_tax") and not facts.profile.is_freelancer:
        yield Fault(
            "field_not_available_in_country",
            "Only a natural person's income is subject to retención de IRPF, and your organization is not marked as "
            "one.",
            field="withholding_tax",
            fix=f"Leave withholding_tax out; a freelancer sets is_freelancer once: {ORGANIZATION_CALL}.",
        )


def verifactu_is_not_here(facts: Facts) -> Iterable[Fault]:
    day = VERIFACTU_OTHERS if facts.profile.is_freelancer else VERIFACTU_COMPANIES
    issued = facts.day("issue_date")
    who = "natural persons in business" if facts.profile.is_freelancer else "companies"
    binds = f"has bound {who} since" if issued and issued >= day else f"binds {who} from"
    yield Fault(
        "verifactu_not_here",
        f"VeriFactu {binds} {day.isoformat()}, and this program has none of it: no chained records, no QR code, "
        "nothing sent to the AEAT.",
        fix="Use a program with VeriFactu from that day on, unless you are under the SII or a foral system; ask your "
        "accountant.",
    )


ERRORS: Final = (
    Rule("ES-01", "RD 1619/2012 art. 6.1.c", seller_has_a_nif, of="ES"),
    Rule("ES-02", "RD 1619/2012 art. 6.1.d", spanish_business_has_a_nif, of="ES"),
    Rule("ES-03", "Ley 35/2006 art. 99; RD 439/2007 art. 75 and 95", withholding_is_a_freelancers, of="ES"),
)
WARNINGS: Final = (
    Rule("ES-51", "RD 1007/2023, final provision 4 (as put off to 2027)", verifactu_is_not_here, of="ES"),
)

CANCEL_SOURCE: Final = "RD 1619/2012 art. 15 (factura rectificativa)"
