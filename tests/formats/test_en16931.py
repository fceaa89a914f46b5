"""Documents as terms of EN 16931. That the files are valid is shown elsewhere, by the official rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from counterfoil.domain.einvoice import AllowanceCharge, EInvoice, Identifier, Note
from counterfoil.domain.einvoice_formats import FACTURX, UBL, XRECHNUNG_CII
from counterfoil.formats.en16931 import from_document
from tests.support import issued, sample_documents


def of_invoice(*items: dict[str, Any], fmt: Any = FACTURX, **more: Any) -> EInvoice:
    return from_document(issued.invoice(items or [issued.line()], **more), fmt)


def coded(invoice: EInvoice) -> dict[str, str]:
    """The notes with a subject of their own, by it."""
    return {note.subject_code: note.text for note in invoice.notes if note.subject_code != "AAI"}


def plain(invoice: EInvoice) -> list[str]:
    return [note.text for note in invoice.notes if note.subject_code == "AAI"]


def adds_up(invoice: EInvoice) -> bool:
    """BR-CO-10 to BR-CO-16 and the VAT of each group, exactly."""
    totals = invoice.totals
    allowances = sum((each.amount for each in invoice.allowances_charges if not each.is_charge), Decimal(0))
    charges = sum((each.amount for each in invoice.allowances_charges if each.is_charge), Decimal(0))
    return (
        totals.line_total == sum(line.net_amount for line in invoice.lines)
        and totals.allowance_total == allowances
        and totals.charge_total == charges
        and totals.tax_exclusive == totals.line_total - allowances + charges
        and totals.tax_exclusive == sum(group.taxable_amount for group in invoice.vat_groups)
        and totals.vat_total == sum(group.vat_amount for group in invoice.vat_groups)
        and totals.tax_inclusive == totals.tax_exclusive + totals.vat_total
        and totals.amount_due == totals.tax_inclusive - totals.paid_amount
        and all(group_adds_up(invoice, group.category, group.percentage) for group in invoice.vat_groups)
    )


def group_adds_up(invoice: EInvoice, category: str, percentage: Decimal | None) -> bool:
    """BR-S-08 and its like: a group's base is its lines, less its allowances, plus its charges."""
    key = (category, percentage)
    taxable = sum(
        (line.net_amount for line in invoice.lines if (line.vat_category, line.vat_percentage) == key), Decimal(0)
    )
    for each in invoice.allowances_charges:
        if (each.vat_category, each.vat_percentage) == key:
            taxable += each.amount if each.is_charge else -each.amount
    return taxable == next(
        group.taxable_amount for group in invoice.vat_groups if (group.category, group.percentage) == key
    )


def test_a_french_invoice_has_its_parties_numbers_and_addresses() -> None:
    # given a French seller known by its SIRET, and a French company known by its SIREN
    # when
    invoice = of_invoice(purchase_order="BC-7", buyer_reference="REF")

    # then
    assert (invoice.specification, invoice.process, invoice.type_code) == ("urn:cen.eu:en16931:2017", "M1", "380")
    assert (invoice.number, invoice.issue_date, invoice.due_date) == (
        "F-2026-042", date(2026, 11, 20), date(2026, 12, 20),
    )  # fmt: skip
    assert invoice.seller.identifiers == (Identifier("55210055400013", "0009"),)
    assert invoice.seller.legal_registration == Identifier("552100554", "0002")
    assert invoice.seller.electronic_address == Identifier("552100554", "0225")
    assert invoice.seller.vat_number == "FR43552100554"
    assert "RCS Lyon 552 100 554" in invoice.seller.legal_information
    assert invoice.buyer.legal_registration == Identifier("303265045", "0002")
    assert invoice.buyer.electronic_address == Identifier("303265045", "0225")
    assert (invoice.purchase_order, invoice.buyer_reference, invoice.tax_point) == ("BC-7", "REF", "payment")
    assert invoice.payment is not None
    assert (invoice.payment.type_code, invoice.payment.iban) == ("30", "FR7630006000011234567890189")


def test_the_three_french_notes_stand_there_once_each_with_the_laws_words_where_none_were_given() -> None:
    invoice = of_invoice(header="Bonjour", footer="Merci", settings={"late_payment_penalties": "Taux : 12 %."})

    notes = [note for note in invoice.notes if note.subject_code in {"PMT", "PMD", "AAB"}]
    assert sorted(note.subject_code for note in notes) == ["AAB", "PMD", "PMT"]
    assert coded(invoice)["PMD"] == "Taux : 12 %."
    assert "40 €" in coded(invoice)["PMT"]
    assert coded(invoice)["AAB"].startswith("Pas d'escompte")
    assert not set(plain(invoice)) & set(coded(invoice).values())
    assert [plain(invoice)[0], plain(invoice)[-1]] == ["Bonjour", "Merci"]


def test_a_private_person_is_told_that_the_conditions_between_businesses_do_not_apply() -> None:
    invoice = of_invoice(to=issued.person())

    assert "sans objet" in coded(invoice)["PMT"]
    assert coded(invoice)["BAR"] == "B2C"
    assert invoice.buyer.name == "José Ñandú"
    assert invoice.buyer.electronic_address == Identifier("comptes@port.example", "EM")


@pytest.mark.parametrize(
    ("to", "treatment"),
    [
        (issued.french_buyer(), "B2B"),
        (issued.buyer(vat_number="FR40303265045"), "B2B"),
        (issued.buyer("DE"), "B2BINT"),
        (issued.person("US"), "B2CINT"),
        # no SIREN, or an address beside it: a platform would refuse the word B2B (BR-FR-11, BR-FR-21)
        (issued.buyer(), None),
        (issued.french_buyer(e_invoicing_address="x@y.example"), None),
    ],
)
def test_the_treatment_is_named_where_it_is_known(to: dict[str, Any], treatment: str | None) -> None:
    assert coded(of_invoice(to=to)).get("BAR") == treatment


@pytest.mark.parametrize(
    ("sold", "process"), [("goods", "B1"), ("services", "S1"), ("goods_and_services", "M1"), (None, "S1")]
)
def test_the_french_process_follows_from_what_is_sold(sold: str | None, process: str) -> None:
    assert of_invoice(of=issued.seller(transaction_type=sold)).process == process


# Seller's country, reason, buyer's country, buyer's VAT number -> category, VATEX
REASONS = [
    ("FR", "S293B", "FR", "", "E", "VATEX-FR-FRANCHISE"),
    ("FR", "S261", "FR", "", "E", ""),
    ("FR", "S262", "US", "", "G", "VATEX-EU-G"),
    ("FR", "S262", "DE", "DE811569869", "K", "VATEX-EU-IC"),
    ("FR", "S262.1", "US", "", "G", "VATEX-EU-G"),
    ("FR", "S262.1", "DE", "DE811569869", "K", "VATEX-EU-IC"),
    ("FR", "S259", "DE", "DE811569869", "AE", "VATEX-EU-AE"),
    ("FR", "S259", "US", "", "O", "VATEX-EU-O"),
    ("FR", "S263", "FR", "", "E", "VATEX-EU-153"),
    ("FR", "S263", "US", "", "G", "VATEX-EU-G"),
    ("FR", "S283", "FR", "FR40303265045", "AE", "VATEX-FR-AE"),
    ("DE", "S19.1", "DE", "", "E", ""),
    ("DE", "S4", "DE", "", "E", ""),
    ("DE", "S4.1A", "US", "", "G", "VATEX-EU-G"),
    ("DE", "S4.1B", "FR", "FR40303265045", "K", "VATEX-EU-IC"),
    ("DE", "S13B", "DE", "DE811569869", "AE", "VATEX-EU-AE"),
    ("ES", "S20", "ES", "", "E", ""),
    ("ES", "S21", "US", "", "G", "VATEX-EU-G"),
    ("ES", "S25", "FR", "FR40303265045", "K", "VATEX-EU-IC"),
    ("ES", "S69", "US", "", "O", "VATEX-EU-O"),
    ("ES", "S69", "FR", "FR40303265045", "AE", "VATEX-EU-AE"),
    ("ES", "S84.1.2", "ES", "ESA58818501", "AE", "VATEX-EU-AE"),
    ("ES", "S122", "ES", "", "E", ""),
]


@pytest.mark.parametrize(("country", "reason", "buyers", "vat_number", "category", "vatex"), REASONS)
def test_each_exemption_reason_has_its_category_its_text_and_its_code(
    country: str, reason: str, buyers: str, vat_number: str, category: str, vatex: str
) -> None:
    # given
    to = issued.buyer(buyers, vat_number=vat_number)

    # when
    invoice = of_invoice(issued.exempt(reason), of=issued.seller(country), to=to)

    # then
    (group,) = invoice.vat_groups
    assert (group.category, group.exemption_reason_code) == (category, vatex)
    assert group.exemption_reason
    assert group.percentage == (None if category == "O" else Decimal(0))
    assert (invoice.lines[0].vat_category, invoice.lines[0].vat_percentage) == (category, group.percentage)
    assert adds_up(invoice)


def test_outside_the_scope_of_vat_no_vat_number_is_a_term_and_none_is_lost() -> None:
    # given a service to a Swiss company (BR-O-02)
    to = issued.buyer("CH", vat_number="CHE-116.281.710 MWST")

    # when
    invoice = of_invoice(issued.exempt("S259"), to=to)

    # then
    assert (invoice.seller.vat_number, invoice.buyer.vat_number) == ("", "")
    assert "FR43552100554" in invoice.seller.legal_information
    assert invoice.buyer.legal_registration == Identifier("CHE116281710MWST")


def test_xrechnung_wants_a_rate_of_zero_also_outside_the_scope_of_vat() -> None:
    invoice = of_invoice(issued.exempt("S259"), to=issued.buyer("US"), fmt=XRECHNUNG_CII)

    assert [group.percentage for group in invoice.vat_groups] == [Decimal("0.00")]
    assert invoice.lines[0].vat_percentage is None


def test_two_reasons_of_one_category_are_one_group_with_both_texts_and_no_code() -> None:
    # given what BR-E-08 would refuse as two groups
    invoice = of_invoice(issued.exempt("S261", "100"), issued.exempt("S263", "50"), issued.line("10"))

    exempt = next(group for group in invoice.vat_groups if group.category == "E")
    assert exempt.taxable_amount == Decimal("150.00")
    assert "261" in exempt.exemption_reason
    assert "263" in exempt.exemption_reason
    assert exempt.exemption_reason_code == ""
    assert adds_up(invoice)


def test_an_intra_eu_supply_says_when_and_where_to_even_when_nobody_did() -> None:
    invoice = of_invoice(issued.exempt("S262.1"), to=issued.buyer("DE", vat_number="DE811569869"))

    assert invoice.delivery_date == date(2026, 11, 20)
    assert invoice.deliver_to is not None
    assert invoice.deliver_to.country == "DE"


def test_mixed_rates_with_discounts_on_both_levels_add_up_group_by_group() -> None:
    # given two rates, discounts of two lines, and one of the whole that does not divide evenly
    invoice = of_invoice(
        issued.line("33.33", quantity="3", discount={"type": "percentage", "value": "0.1"}),
        issued.line("19.99", "0.055", quantity="7", discount={"type": "absolute", "value": "1.37"}),
        issued.line("250", "0.1"),
        discount={"type": "percentage", "value": "0.0333"},
    )

    assert adds_up(invoice)
    assert invoice.lines[0].allowances_charges == (
        AllowanceCharge(
            is_charge=False, amount=Decimal("10.00"), base_amount=Decimal("99.99"), percentage=Decimal("10.00"),
            reason="Remise", reason_code="95",
        ),
    )  # fmt: skip
    assert invoice.lines[0].net_price == Decimal("33.33")
    absolute = invoice.lines[1].allowances_charges[0]
    assert (absolute.base_amount, absolute.percentage) == (None, None)
    shares = [(each.vat_percentage, each.percentage) for each in invoice.allowances_charges]
    assert shares == [(Decimal(rate), Decimal("3.33")) for rate in ("20.00", "10.00", "5.50")]


def test_documents_of_earlier_versions_do_not_say_their_groups_shares_and_add_up_all_the_same() -> None:
    document = issued.invoice(
        [issued.line("33.33"), issued.line("19.99", "0.055")], discount={"type": "absolute", "value": "5"}
    )
    now = from_document(document, FACTURX)
    for group in document["vat_breakdown"]:
        del group["allowance_amount"], group["charge_amount"]

    before = from_document(document, FACTURX)

    assert before == now
    assert before.allowances_charges


def test_a_balance_invoice_takes_its_deposits_off_and_names_them_with_their_vat() -> None:
    # given
    deposits = [issued.deposit("F-1", "36.00", "6.00"), issued.deposit("F-2", "24.00", "4.00")]

    # when
    invoice = of_invoice(deposits=deposits)

    # then
    assert (invoice.process, invoice.type_code) == ("M4", "380")
    assert [(each.number, each.issue_date) for each in invoice.preceding_invoices] == [
        ("F-1", date(2026, 10, 1)), ("F-2", date(2026, 10, 1)),
    ]  # fmt: skip
    totals = invoice.totals
    assert (totals.tax_inclusive, totals.paid_amount, totals.amount_due) == (
        Decimal("120.00"), Decimal("60.00"), Decimal("60.00"),
    )  # fmt: skip
    assert any("F-1" in text and "6,00" in text for text in plain(invoice))
    assert adds_up(invoice)


def test_a_deposit_invoice_is_one_by_its_code_and_in_xrechnung_a_partial_invoice() -> None:
    document = issued.invoice([issued.line()], invoice_type="deposit", buyer_reference="04011000-1")

    assert from_document(document, FACTURX).type_code == "386"
    assert from_document(document, XRECHNUNG_CII).type_code == "326"


def test_a_credit_note_names_its_invoice_and_asks_for_no_payment() -> None:
    # given
    original = issued.invoice([issued.line(), issued.line("50", "0.1")], purchase_order="BC-7")

    # when
    note = from_document(issued.credit_note(original), FACTURX)

    # then
    assert note.is_credit_note
    assert note.type_code == "381"
    assert [(each.number, each.issue_date) for each in note.preceding_invoices] == [("F-2026-042", date(2026, 11, 20))]
    assert (note.payment, note.due_date, note.purchase_order) == (None, None, "BC-7")
    assert note.payment_terms == "Montant en faveur du client, à déduire ou à rembourser."
    assert {"PMT", "PMD", "AAB"} <= set(coded(note))
    assert "Retour" in plain(note)
    assert note.totals.amount_due == Decimal("175.00")
    assert adds_up(note)


def test_a_credit_note_in_xrechnung_has_a_payment_that_asks_for_no_account() -> None:
    original = issued.invoice([issued.line()], buyer_reference="04011000-1")

    note = from_document(issued.credit_note(original), XRECHNUNG_CII)

    assert note.payment is not None
    assert (note.payment.type_code, note.payment.iban) == ("1", "")


def test_what_the_client_withholds_is_said_in_words_and_takes_nothing_off() -> None:
    # given IRPF of 15 %
    invoice = of_invoice(
        issued.line("1000", "0.21"), of=issued.seller("ES"), withholding_tax={"rate": "0.15"},
        to=issued.buyer("ES", vat_number="ESA58818501", locale="es"), terms_and_conditions="A 30 días.",
    )  # fmt: skip

    assert invoice.totals.amount_due == invoice.totals.tax_inclusive == Decimal("1210.00")
    terms = invoice.payment_terms.replace("\xa0", " ").splitlines()
    assert terms[0] == "A 30 días."
    assert "-150,00 €" in terms[1]
    assert "1060,00 €" in terms[2].replace(".", "")


def test_a_returned_line_has_a_negative_quantity_and_a_positive_price() -> None:
    invoice = of_invoice(
        issued.line("100"), issued.line("12.5", quantity="-2", discount={"type": "percentage", "value": "0.1"})
    )

    returned = invoice.lines[1]
    assert (returned.quantity, returned.net_price, returned.net_amount) == (
        Decimal("-2"), Decimal("12.5"), Decimal("-22.50"),
    )  # fmt: skip
    assert adds_up(invoice)


@pytest.mark.parametrize(
    ("given", "written"), [("1.500000", "1.5"), ("100", "100"), ("100.0", "100"), ("-0", "0"), ("0.0", "0")]
)
def test_zeros_at_the_end_of_a_quantity_are_no_decimals(given: str, written: str) -> None:
    assert format(of_invoice(issued.line(quantity=given), issued.line()).lines[0].quantity, "f") == written


def test_a_unit_without_a_code_is_not_lost() -> None:
    invoice = of_invoice(
        issued.line(unit="heures"), issued.line(unit="palabras"), issued.line(unit="palabras", unit_code="HUR"),
        issued.line(unit="jours", unit_code="QQQ"),
    )  # fmt: skip

    assert [(line.unit_code, line.note) for line in invoice.lines] == [
        ("HUR", ""), ("C62", "palabras"), ("HUR", ""), ("DAY", ""),
    ]  # fmt: skip


def test_a_period_of_performance_is_a_period_and_one_day_is_a_day() -> None:
    start, end = date(2026, 10, 1), date(2026, 10, 31)

    period = of_invoice(performance_start_date=start, performance_end_date=end)
    day = of_invoice(performance_start_date=start, performance_end_date=start)

    assert (period.period_start, period.period_end, period.delivery_date) == (start, end, None)
    assert (day.period_start, day.period_end, day.delivery_date) == (None, None, start)


def test_a_german_invoice_has_its_register_its_tax_number_and_sepa() -> None:
    invoice = of_invoice(of=issued.seller("DE"), to=issued.buyer("DE", vat_number="DE811569869", locale="de"))

    assert invoice.process == ""
    assert invoice.seller.legal_registration == Identifier("HRB 154233")
    assert invoice.seller.tax_number == "22/815/08151"
    assert invoice.seller.electronic_address == Identifier("rechnung@nordwind.example", "EM")
    assert "Amtsgericht Hamburg" in invoice.seller.legal_information
    assert invoice.seller.contact is not None
    assert invoice.seller.contact.name == "Jana Petersen"
    assert invoice.payment is not None
    assert invoice.payment.type_code == "58"
    assert not coded(invoice)


def test_a_freelancer_with_a_tax_number_alone_is_identified_by_it() -> None:
    # given a German small business: no register, no VAT number (BR-CO-26)
    alone = issued.seller(
        "DE", legal_number="", vat_number="", commercial_register_number="", vat_regime="kleinunternehmer"
    )

    invoice = of_invoice(issued.line("100", "0"), of=alone, to=issued.buyer("DE"))

    assert invoice.seller.identifiers == (Identifier("22/815/08151"),)
    assert invoice.seller.tax_number == "22/815/08151"


def test_a_small_business_in_france_without_a_vat_number_shows_its_siren_to_the_tax_office() -> None:
    small = issued.seller(vat_number="", vat_regime="franchise")

    invoice = of_invoice(issued.line("100", "0"), of=small)

    assert (invoice.seller.vat_number, invoice.seller.tax_number) == ("", "552100554")


def test_xrechnung_has_its_specification_process_reference_and_sepa() -> None:
    invoice = of_invoice(purchase_order="BC-7", fmt=XRECHNUNG_CII)

    assert invoice.specification.endswith("xrechnung_3.0")
    assert invoice.process == "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
    assert invoice.buyer_reference == "BC-7"
    assert invoice.payment is not None
    assert invoice.payment.type_code == "58"


@pytest.mark.parametrize(
    "terms",
    [
        "#SKONTO#TAGE=14#PROZENT=2.25#",
        "Netto.\n#SKONTO#TAGE=7#PROZENT=3.00#BASISBETRAG=-1.00#\nDanke",
        "Zahlbar sofort, #12 beachten",
    ],
)
def test_early_payment_discounts_keep_the_grammar_of_xrechnung(terms: str) -> None:
    assert of_invoice(terms_and_conditions=terms, fmt=XRECHNUNG_CII).payment_terms == terms


@pytest.mark.parametrize("terms", ["#Skonto 2 %", "#SKONTO#TAGE=7#PROZENT=2#", "x #1#\n#SKONTO#TAGE=7#PROZENT=2.00#"])
def test_terms_that_the_grammar_refuses_stand_among_the_notes(terms: str) -> None:
    xrechnung = of_invoice(terms_and_conditions=terms, fmt=XRECHNUNG_CII)
    facturx = of_invoice(terms_and_conditions=terms)

    assert xrechnung.payment_terms == ""
    assert terms in plain(xrechnung)
    assert facturx.payment_terms == terms
    assert terms not in plain(facturx)


def test_a_delivery_elsewhere_is_said_and_left_out_of_xrechnung_where_it_is_incomplete() -> None:
    elsewhere = {"street_address": "Tor 4", "country_code": "DE"}
    document = issued.invoice([issued.line()], to=issued.french_buyer(delivery_address=elsewhere))

    facturx = from_document(document, UBL).deliver_to
    assert facturx is not None
    assert (facturx.line_1, facturx.country) == ("Tor 4", "DE")
    assert from_document(document, XRECHNUNG_CII).deliver_to is None


def test_stamp_duty_that_is_charged_on_is_a_line_of_its_own() -> None:
    # given an Italian document, whose total holds the duty
    invoice = from_document(sample_documents.italian(), UBL)

    assert invoice.lines[-1].net_amount == Decimal("2.00")
    assert invoice.lines[-1].vat_category == "E"
    assert [each.amount for each in invoice.allowances_charges if each.is_charge]
    assert adds_up(replace(invoice))


@pytest.mark.parametrize("name", sorted(name for name, (kind, _) in sample_documents.KINDS.items() if kind != "quote"))
def test_every_sample_can_be_mapped(name: str) -> None:
    document = sample_documents.KINDS[name][1]()

    for fmt in (FACTURX, UBL, XRECHNUNG_CII):
        invoice = from_document(document, fmt)
        assert adds_up(invoice)
        assert all(isinstance(note, Note) for note in invoice.notes)


def test_a_private_person_whom_nothing_reaches_still_gives_french_rules_their_address() -> None:
    """BR-FR-12 asks for BT-49 whoever buys."""
    of_person = of_invoice(to=issued.person(email=""))
    assert of_person.buyer.electronic_address == Identifier("sans-adresse@client.invalid", "EM")


@pytest.mark.parametrize(
    ("header", "noted"), [("PMT", "PMT."), ("see #PMD#", "see #PMD.#"), ("# 7 #AABC#", "# 7 #AABC#")]
)
def test_a_persons_text_is_not_taken_for_a_legal_note(header: str, noted: str) -> None:
    assert noted in plain(of_invoice(header=header))
