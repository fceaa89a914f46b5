"""The simplified FatturaPA (FSM10, up to 400 euros) as values: its prices are with VAT, and it has no groups."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from counterfoil.domain.einvoice import DocumentTotals, EInvoice, Line, Party, PrecedingInvoice, VatGroup
from counterfoil.domain.money import EXACT, ZERO, round_to_cent
from counterfoil.domain.received_einvoice import ReceivedInvoice
from counterfoil.formats.read_fatturapa_terms import (
    FPA,
    address,
    category,
    name,
    percentage,
    type_code,
    vat_number,
)
from counterfoil.formats.read_xml import Element, missing


def received(root: Element) -> tuple[ReceivedInvoice, ...]:
    """The invoices of a file. Raises Unreadable when one lacks what every invoice says."""
    head = FPA.one(root, "FatturaElettronicaHeader")
    bodies = FPA.all(root, "FatturaElettronicaBody")
    if not bodies:
        raise missing("body (FatturaElettronicaBody)")
    seller, buyer = FPA.one(head, "CedentePrestatore"), FPA.one(head, "CessionarioCommittente")
    if seller is None or buyer is None:
        raise missing("seller (CedentePrestatore)" if seller is None else "buyer (CessionarioCommittente)")
    version = FPA.text(head, "DatiTrasmissione/FormatoTrasmissione") or root.get("versione", "")
    parties = _seller(seller), _buyer(buyer)
    return tuple(_received(body, *parties, version) for body in bodies)


def _received(body: Element, seller: Party, buyer: Party, version: str) -> ReceivedInvoice:
    general = FPA.one(body, "DatiGenerali/DatiGeneraliDocumento")
    issued = FPA.day(general, "Data")
    if issued is None:
        raise missing("day of issue (Data)")
    document_type = FPA.needed(general, "TipoDocumento", "type (TipoDocumento)")
    items = FPA.all(body, "DatiBeniServizi")
    lines = tuple(_line(number, each) for number, each in enumerate(items, 1))
    groups = tuple(_groups(items))
    invoice = EInvoice(
        specification=version,
        number=FPA.needed(general, "Numero", "number (Numero)"),
        issue_date=issued,
        type_code=type_code(document_type),
        currency=FPA.needed(general, "Divisa", "currency (Divisa)"),
        seller=seller,
        buyer=buyer,
        totals=_totals(groups),
        vat_groups=groups,
        lines=lines,
        preceding_invoices=tuple(
            PrecedingInvoice(FPA.text(each, "NumeroFR"), FPA.day(each, "DataFR"))
            for each in FPA.all(body, "DatiGenerali/DatiFatturaRettificata")
        ),
    )
    has_stamp = FPA.text(general, "BolloVirtuale") == "SI"
    return ReceivedInvoice(
        invoice, invoice.totals.amount_due, document_type=document_type, stamp_duty=ZERO if has_stamp else None
    )  # fmt: skip


def _seller(seller: Element) -> Party:
    return Party(
        name=name(seller),
        address=address(FPA.one(seller, "Sede")),
        vat_number=vat_number(seller),
        tax_number=FPA.text(seller, "CodiceFiscale"),
    )


def _buyer(buyer: Element) -> Party:
    numbers, known = FPA.one(buyer, "IdentificativiFiscali"), FPA.one(buyer, "AltriDatiIdentificativi")
    return Party(
        name=name(known),
        address=address(FPA.one(known, "Sede")),
        vat_number=vat_number(numbers),
        tax_number=FPA.text(numbers, "CodiceFiscale"),
    )


def _amounts(item: Element) -> tuple[str, Decimal | None, Decimal, Decimal]:
    """(category, rate, net, VAT): Importo holds the VAT, which is given itself or by its rate."""
    rate, vat = FPA.number(item, "DatiIVA/Aliquota"), FPA.number(item, "DatiIVA/Imposta")
    gross = FPA.amount(item, "Importo")
    if vat is None:
        per_cent = rate or ZERO
        vat = round_to_cent(EXACT.divide(EXACT.multiply(gross, per_cent), 100 + per_cent)) if per_cent > 0 else ZERO
    kind = category(FPA.text(item, "Natura"), rate)
    return kind, percentage(kind, rate), gross - vat, vat


def _line(number: int, item: Element) -> Line:
    kind, rate, net, _vat = _amounts(item)
    return Line(
        id=str(number),
        name=FPA.text(item, "Descrizione"),
        quantity=Decimal(1),
        unit_code="",
        net_price=net,
        net_amount=net,
        vat_category=kind,
        vat_percentage=rate,
    )


def _groups(items: list[Element]) -> Iterable[VatGroup]:
    """The items summed by what a group is of."""
    sums: dict[tuple[str, Decimal | None, str, str], tuple[Decimal, Decimal]] = {}
    for item in items:
        kind, rate, net, vat = _amounts(item)
        key = kind, rate, FPA.text(item, "RiferimentoNormativo"), FPA.text(item, "Natura")
        before = sums.get(key, (ZERO, ZERO))
        sums[key] = before[0] + net, before[1] + vat
    for (kind, rate, reason, nature), (net, vat) in sums.items():
        yield VatGroup(kind, rate, net, vat, exemption_reason=reason, exemption_reason_code=nature)


def _totals(groups: Iterable[VatGroup]) -> DocumentTotals:
    groups = list(groups)
    net = sum((each.taxable_amount for each in groups), ZERO)
    vat = sum((each.vat_amount for each in groups), ZERO)
    return DocumentTotals(
        line_total=net, allowance_total=ZERO, charge_total=ZERO, tax_exclusive=net, vat_total=vat,
        tax_inclusive=net + vat, paid_amount=ZERO, amount_due=net + vat,
    )  # fmt: skip
