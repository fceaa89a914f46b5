"""What other programs' e-invoices are refused for, and ours cannot be: the writers see to it, so no rule asks for it.

What a document can get wrong is in `breaches.py`, with its rule.
"""

from __future__ import annotations

import pytest

from counterfoil.domain.einvoice_formats import formats_of
from counterfoil.formats.einvoices import xml_of
from tests.domain.rules.breaches import LINE, Case, Fields
from tests.support.judges import xml

EURO: Fields = {"currency": "EUR"}
MIXED: list[Fields] = [LINE | {"vat_rate": rate} for rate in ("0.2", "0.055", "0.021")]
CENTS: list[Fields] = [LINE | {"quantity": "1", "unit_price": EURO | {"value": "0.13"}} for _ in range(10)]
TEN: Fields = {"type": "percentage", "value": "0.1"}


def free(*reasons: str) -> dict[str, list[Fields]]:
    return {"items": [LINE | {"vat_rate": "0", "vat_exemption_reason": reason} for reason in reasons]}


TRAPS = {
    "VAT rounded line by line (BR-CO-17)": Case(body={"items": CENTS}),
    "one discount over several rates (BR-S-08)": Case(body={"items": MIXED, "discount": TEN}),
    "all of it discounted": Case(body={"items": MIXED, "discount": TEN | {"value": "1"}}),
    "a discount whose percentage does not give its amount (PEPPOL-EN16931-R040)": Case(
        "de_company", "de_authority",
        body={"items": [LINE | {"vat_rate": "0.19", "discount": {"type": "absolute", "value": "1.11"}}]},
    ),
    "France's three notes left empty (BR-FR-05)": Case("fr_bare", body={"items": [LINE]}),
    "blank notes (BR-FR-05)": Case(profile={"discount_conditions": " ", "late_payment_penalties": "\n"}),
    "the kind of transaction left out (BR-FR-08)": Case(profile={"transaction_type": None}),
    "a SIRET where a SIREN belongs (BR-FR-09, BR-FR-10)": Case(profile={"legal_number": "73282932000074"}),
    "a private person without an address (BR-FR-12)": Case(buyer="fr_person"),
    "no BT-32 under franchise (BR-E-02)": Case("fr_franchise", body={"items": [LINE | {"vat_rate": "0"}]}),
    "two reasons in one category (BR-E-01)": Case(body=free("S261", "S263")),
    "out of scope beside VAT numbers (BR-O-02)": Case(buyer="us_company", body=free("S259")),
    "a supply that says neither when nor where (BR-IC-11, BR-IC-12)": Case(
        buyer="de_company", body=free("S262.1") | {"performance_start_date": None}
    ),
    "a seller with a tax number alone (BR-CO-26)": Case("de_small", "de_company", body=free("S19.1")),
    "a VAT number without its country (BR-CO-09)": Case(client={"vat_number": "96552100554"}),
    "a unit that nobody knows (BR-CL-23)": Case(body={"items": [LINE | {"unit": "brassée"}]}),
    "zeros past the fourth decimal (BR-FR-DEC-02)": Case(body={"items": [LINE | {"quantity": "1.500000"}]}),
    "a quantity below zero": Case(body={"items": [LINE, LINE | {"quantity": "-1"}]}),
    "a place of delivery without its city (BR-DE-10)": Case(
        "de_company", "de_authority", client={"delivery_address": {"street_address": "x", "country_code": "DE"}}
    ),
    "no VAT rate out of scope (BR-DE-14)": Case(
        "es_company", "us_company", client={"buyer_reference": "K-1"}, body=free("S69"),
        profile={"contact_name": "Ana Sol"},
    ),
    "what is withheld (no term)": Case(
        "es_freelancer", "es_company",
        body={"items": [LINE | {"vat_rate": "0.21"}], "withholding_tax": {"rate": "0.15"}},
    ),
    "a deposit as an XRechnung (BR-DE-17)": Case("de_company", "de_authority", body={"invoice_type": "deposit"}),
}  # fmt: skip


@pytest.mark.parametrize("name", TRAPS)
def test_a_trap_that_nobody_can_fall_into(name: str) -> None:
    # Given a document that other programs write wrongly.
    made = TRAPS[name].made()
    # Then no rule refuses it, and the official rules take every file of it.
    assert made.judged()[0] == []
    document = made.document | {"number": "F-2026-001", "finalized_at": "2026-11-22"}
    for fmt in formats_of(document):
        verdict = xml.judge(xml_of(document, fmt), is_french=made.profile.legal_country == "FR")
        assert [str(fault) for fault in verdict.faults] == [], fmt
        assert verdict.rule_sets
