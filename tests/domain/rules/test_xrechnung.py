"""XRechnung: asked for when an invoice is issued, or of one that was issued long ago."""

from __future__ import annotations

import pytest

from counterfoil.domain.rules import credit_note_faults, xrechnung_faults
from tests.domain.rules.breaches import GERMAN, Case


def test_an_issued_document_can_be_had_as_an_xrechnung_when_it_says_enough() -> None:
    made = GERMAN.made()
    assert xrechnung_faults(made.document, made.profile) == []


def test_what_lacks_is_told_all_at_once() -> None:
    made = Case("es_company", "es_company", profile={"phone": ""}).made()
    found = xrechnung_faults(made.document, made.profile)
    assert [fault.rule for fault in found] == ["BR-DE-15", "BR-DE-6"]


def test_terms_that_nobody_can_change_any_more_are_no_obstacle() -> None:
    # Given an issued document whose terms begin with the sign of early payment.
    made = GERMAN.also(Case(body={"terms_and_conditions": "# 30 Tage netto"})).made()
    # Then it can be had all the same, for the terms are written as a note; before it was issued they were refused.
    assert xrechnung_faults(made.document, made.profile) == []
    assert [fault.rule for fault in made.judged()[0]] == ["BR-DE-18"]


def test_who_asks_for_no_xrechnung_is_not_asked_for_a_reference() -> None:
    assert Case("de_company", "de_company", profile={"phone": ""}).made().judged()[0] == []


@pytest.mark.parametrize(
    ("terms", "mended"),
    [
        ("#SKONTO#TAGE=14#PROZENT=2.00#", None),
        ("30 Tage\n#SKONTO#TAGE=14#PROZENT=2.00#\n#SKONTO#TAGE=7#PROZENT=3.00#BASISBETRAG=100.00#", None),
        ("#skonto#tage=14#prozent=2#", "#SKONTO#TAGE=14#PROZENT=2.00#"),
        ("#SKONTO#TAGE=14#PROZENT=2,5 %#", "#SKONTO#TAGE=14#PROZENT=2.50#"),
        ("30 Tage\n#SKONTO # TAGE = 14 # PROZENT = 2.00", "30 Tage\n#SKONTO#TAGE=14#PROZENT=2.00#"),
        (
            "#SKONTO#TAGE=14#PROZENT=2#BASISBETRAG=99,5#",
            "#SKONTO#TAGE=14#PROZENT=2.00#BASISBETRAG=99.50#",
        ),
        ("#SKONTO#TAGE=vierzehn#PROZENT=2#", ""),
        ("#VERZUG#TAGE=14#PROZENT=2.00#", ""),
    ],
)
def test_an_early_payment_discount_is_written_as_it_was_meant(terms: str, mended: str | None) -> None:
    # Given terms in the grammar, near it, or far from it ("": nobody can tell what was meant).
    errors, _ = GERMAN.also(Case(body={"terms_and_conditions": terms})).made().judged()
    assert [fault.rule for fault in errors] == ([] if mended is None else ["BR-DE-18"])
    patches = [dict(operation) for fault in errors for operation in fault.patch]
    wanted = [{"op": "replace", "path": "/terms_and_conditions", "value": mended}] if mended else []
    assert patches == wanted


def test_a_credit_note_asks_of_the_seller_and_forgives_the_client() -> None:
    # Given a credit note as an XRechnung, of a seller without a telephone and a client without a postcode.
    place = {"city": "Berlin", "street_address": "x", "country_code": "DE"}
    made = GERMAN.also(Case(profile={"phone": ""}, client={"billing_address": place})).made()
    note = made.document | {"invoice_id": "i-1", "invoice_number": "F-1", "invoice_issue_date": "2026-11-01"}
    del note["payment_methods"], note["due_date"]
    errors, warnings = credit_note_faults(note, made.profile)
    # Then only what can still be mended stops it: its client is that of its invoice.
    assert [fault.rule for fault in errors] == ["BR-DE-6"]
    assert [fault.rule for fault in warnings] == ["BR-DE-9"]
