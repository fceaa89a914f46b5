"""What FatturaPA files add up to: the API's cents, also where deposits are deducted, for any document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any, Final

import pytest
from lxml import etree

from counterfoil.errors import Invalid
from counterfoil.formats import fatturapa
from tests.support.fatturapa_controls import refusals
from tests.support.italian import (
    COMPANY,
    GERMAN,
    INVOICE,
    PERSON,
    Document,
    credit_note,
    deduct,
    invoice,
    line,
    seller,
)
from tests.support.judges.xml import schema_faults

GENERAL: Final = "FatturaElettronicaBody/DatiGenerali/DatiGeneraliDocumento"
GOODS: Final = "FatturaElettronicaBody/DatiBeniServizi"
WITHHELD: Final[Document] = {"withholding_tax": {"reason": "RF01", "rate": "0.20", "payment_reason": "A"}}
NATURES: Final = (
    "N1", "N2.1", "N2.2", "N3.1", "N3.2", "N3.3", "N3.4", "N3.5", "N3.6", "N4", "N5", "N6.1", "N6.2", "N6.3", "N6.4",
    "N6.5", "N6.6", "N6.7", "N6.8", "N6.9", "N7",
)  # fmt: skip
CAUSES: Final = (*"ABCDEGHILMNOPQRSTUVWXY", "L1", "M1", "M2", "O1", "V1", "ZO")


def written(document: Document) -> etree._Element:
    xml = fatturapa.write(document)
    root = etree.fromstring(xml)
    assert schema_faults(etree.fromstring(xml), "FatturaPA") == []
    assert refusals(xml) == []
    return root


def numbers(root: etree._Element, path: str) -> list[Decimal]:
    return [Decimal(element.text or "0") for element in root.iterfind(path)]


def groups(root: etree._Element) -> dict[tuple[str, str], tuple[str, str]]:
    return {
        (group.findtext("AliquotaIVA") or "", group.findtext("Natura") or ""): (
            group.findtext("ImponibileImporto") or "", group.findtext("Imposta") or "",
        )
        for group in root.iterfind(f"{GOODS}/DatiRiepilogo")
    }  # fmt: skip


def value(money: dict[str, str]) -> Decimal:
    return Decimal(money["value"])


def deposit(*items: Document, number: str = "F-2026-001", **more: Any) -> Document:
    return invoice(*items, identity=replace(INVOICE, number=number), invoice_type="deposit", **more)


def test_a_deposit_comes_off_with_its_vat_which_was_charged_already() -> None:
    ahead = deposit(line("300"), line("50", "0.1"))
    root = written(invoice(line("1000"), line("200", "0.1"), deducted=[deduct(ahead)]))
    assert groups(root) == {("22.00", ""): ("700.00", "154.00"), ("10.00", ""): ("150.00", "15.00")}
    assert numbers(root, f"{GENERAL}/ImportoTotaleDocumento") == [Decimal("1019.00")]
    assert numbers(root, ".//ImportoPagamento") == [Decimal("1019.00")]
    assert numbers(root, f"{GOODS}/DettaglioLinee/PrezzoTotale")[2:] == [-300, -50]
    assert root.findtext(f"{GOODS}/DettaglioLinee[3]/Descrizione") == "Acconto, fattura F-2026-001 del 2026-03-02"
    (related,) = root.iterfind("FatturaElettronicaBody/DatiGenerali/DatiFattureCollegate")
    assert (related.findtext("IdDocumento"), related.findtext("Data")) == ("F-2026-001", "2026-03-02")


def test_what_a_deposit_withheld_and_paid_into_a_fund_is_not_said_twice() -> None:
    more = {"welfare_fund": {"type": "TC22", "rate": "0.04"}, **WITHHELD}
    ahead = deposit(line("300"), **more)
    document = invoice(line("1000"), deducted=[deduct(ahead)], **more)
    root = written(document)
    assert groups(root) == {("22.00", ""): ("728.00", "160.16")}
    assert numbers(root, f"{GENERAL}/DatiCassaPrevidenziale/ImportoContributoCassa") == [28]
    assert numbers(root, f"{GENERAL}/DatiCassaPrevidenziale/ImponibileCassa") == [700]
    assert numbers(root, f"{GENERAL}/DatiRitenuta/ImportoRitenuta") == [Decimal("145.60")]
    total, due = value(document["total_amount"]) - value(ahead["total_amount"]), value(document["amount_due"])
    assert numbers(root, f"{GENERAL}/ImportoTotaleDocumento") == [total]
    assert numbers(root, ".//ImportoPagamento") == [due] == [total - Decimal("145.60")]


def test_a_deposits_stamp_duty_comes_off_outside_the_taxable_amount() -> None:
    exempt = {"vat_rate": "0", "vat_exemption_reason": "N4"}
    ahead = deposit(line("100") | exempt, stamp_duty_amount="2.00")
    root = written(invoice(line("500") | exempt, stamp_duty_amount="2.00", deducted=[deduct(ahead)]))
    assert groups(root) == {("0.00", "N4"): ("400.00", "0.00"), ("0.00", "N1"): ("0.00", "0.00")}
    assert numbers(root, ".//ImportoPagamento") == [400]


def test_an_invoice_that_its_deposits_pay_asks_for_nothing() -> None:
    root = written(invoice(line("100"), deducted=[deduct(deposit(line("100")))]))
    assert groups(root) == {("22.00", ""): ("0.00", "0.00")}
    assert root.find("FatturaElettronicaBody/DatiPagamento") is None


@pytest.mark.parametrize(
    ("deposits", "group", "rounding"),
    [
        (2, ("0.86", "0.18"), []),  # 0.18 is what is left, 0.1892 exact: within SdI's cent
        (3, ("0.79", "0.17"), [Decimal("-0.01")]),  # 0.16 is left, 0.1738 exact: a cent is said apart
    ],
)
def test_vat_that_several_roundings_carry_off_its_rate(
    deposits: int, group: tuple[str, str], rounding: list[Decimal]
) -> None:
    """22 % of 0.07 is 0.0154, and 0.02 was charged each time."""
    ahead = [deduct(deposit(line("0.07"), number=f"F-2026-00{index}")) for index in range(1, deposits + 1)]
    document = invoice(line("1.00"), deducted=ahead)
    root = written(document)
    assert groups(root) == {("22.00", ""): group}
    assert numbers(root, f"{GENERAL}/ImportoTotaleDocumento") == [value(document["amount_due"])]
    assert numbers(root, f"{GENERAL}/Arrotondamento") == rounding


def test_no_welfare_contribution_is_computed_on_stamp_duty() -> None:
    item = line("100", "0", vat_exemption_reason="N1")
    root = written(invoice(item, welfare_fund={"type": "TC04", "rate": "0.04"}, stamp_duty_amount="2.00"))
    assert numbers(root, f"{GENERAL}/DatiCassaPrevidenziale/ImponibileCassa") == [100]
    assert groups(root) == {("0.00", "N1"): ("106.00", "0.00")}


def test_an_older_balance_invoice_deducts_at_the_rate_that_fits() -> None:
    document = invoice(line("1000"), line("100", "0.1"), deducted=[deduct(deposit(line("300")))])
    older = document | {"deposits": [document["deposits"][0] | {"vat_breakdown": []}]}
    assert fatturapa.write(older) == fatturapa.write(document)


def test_an_older_deposit_at_several_rates_comes_off_the_payment_only() -> None:
    document = invoice(line("1000"), line("500", "0.1"), deducted=[deduct(deposit(line("300"), line("100", "0.1")))])
    older = document | {"deposits": [document["deposits"][0] | {"vat_breakdown": []}]}
    root = written(older)
    assert numbers(root, f"{GENERAL}/ImportoTotaleDocumento") == [value(document["total_amount"])]
    assert numbers(root, ".//ImportoPagamento") == [value(document["amount_due"])]


def drawn(rng: Random) -> Iterator[Document]:
    """Random documents: any fund, reason, cause, payment, Natura, discount and buyer; some credited, some prepaid."""
    profile = seller(vat_regime=rng.choice(("standard",) * 5 + ("forfettario",)), is_professional=rng.random() < 0.3)
    items = [_item(rng, is_free=profile.vat_regime == "forfettario") for _ in range(rng.choice((1, 2, 3, 8)))]
    client = rng.choice((COMPANY, PERSON, GERMAN))
    more = _surcharges(rng)
    document = invoice(*items, client=client, profile=profile, **more)
    yield document
    if document["total_amount_cents"] > 300:
        yield credit_note(document, profile=profile)
        if "welfare_fund" not in more:
            yield credit_note(document, profile=profile, amount="1.37")
        part = [item | {"quantity": "0.1", "discount": None} for item in items[:2]]
        more.pop("discount", None)
        ahead = deposit(*part, client=client, profile=profile, **more)
        yield ahead
        yield invoice(*items, client=client, profile=profile, deducted=[deduct(ahead)], **more)


def _item(rng: Random, *, is_free: bool) -> Document:
    rate = "0" if is_free else rng.choice(("0.22", "0.1", "0.05", "0.04", "0"))
    price = f"{rng.randrange(1, 10**9) / 10**6:.6f}" if rng.random() < 0.5 else f"{rng.randrange(10**6) / 100:.2f}"
    more: Document = {"vat_exemption_reason": rng.choice(NATURES)} if rate == "0" and not is_free else {}
    if rng.random() < 0.4:
        more["discount"] = {"type": "percentage", "value": rng.choice(("0.1", "0.333333", "0.0001", "1", "0.3342"))}
    quantity = rng.choice(("1", "3", "0.5", "1.333333", "144", "-1", "0", f"{rng.randrange(10**6) / 1000:.3f}"))
    return line(price, rate, quantity, **more)


def _surcharges(rng: Random) -> Document:
    rate = {"rate": rng.choice(("0.20", "0.23", "0.04", "0.0475"))}
    drawn_from: dict[str, Document] = {
        "welfare_fund": {"type": f"TC{rng.randint(1, 22):02d}", **rate},
        "withholding_tax": {"reason": f"RF0{rng.randint(1, 6)}", "payment_reason": rng.choice(CAUSES), **rate},
        "payment_reporting": {"conditions": f"TP0{rng.randint(1, 3)}", "method": f"MP{rng.randint(1, 22):02d}"},
        "discount": {"type": "percentage", "value": rng.choice(("0.05", "0.333333", "1"))},
    }
    more: Document = {name: body for name, body in drawn_from.items() if rng.random() < 0.4}
    return more | ({"stamp_duty_amount": "2.00"} if rng.random() < 0.3 else {})


@pytest.mark.parametrize("seed", range(40))
def test_any_document_adds_up_to_the_apis_cents(seed: int) -> None:
    documents = drawn(Random(f"fatturapa {seed}"))
    while True:
        try:
            document = next(documents)
        except StopIteration:
            return
        except Invalid:
            return  # what was drawn cannot be credited, or asks for a deposit beyond the invoice
        _check_cents(document, written(document))


def _check_cents(document: Document, root: etree._Element) -> None:
    deducted = sum((value(each["total_amount"]) for each in document.get("deposits") or ()), Decimal(0))
    total = value(document["total_amount"]) - deducted
    held, due = sum(numbers(root, ".//ImportoRitenuta")), numbers(root, ".//ImportoPagamento")
    assert numbers(root, f"{GENERAL}/ImportoTotaleDocumento") == [total]
    is_paid = document["amount_due_cents"] > 0 and "invoice_number" not in document
    assert due == ([value(document["amount_due"])] if is_paid else [])
    assert not is_paid or due == [total - held]
    lines = sum(numbers(root, f"{GOODS}/DettaglioLinee/PrezzoTotale")) + sum(numbers(root, ".//ImportoContributoCassa"))
    bases, taxes = numbers(root, f"{GOODS}/*/ImponibileImporto"), numbers(root, f"{GOODS}/*/Imposta")
    assert lines == sum(bases) == total - sum(taxes) - sum(numbers(root, f"{GENERAL}/Arrotondamento"))
    if not deducted:
        assert sum(taxes) == value(document["vat_amount"])
        assert held == Decimal((document["withholding_tax"] or {}).get("amount", 0))
        assert sum(numbers(root, ".//ImportoContributoCassa")) == Decimal(
            (document["welfare_fund"] or {}).get("amount", 0)
        )
