"""The figures of a FatturaPA file, read back by paths of its own."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from lxml import etree

from tests.support.judges.figures import ZERO, Figures, GroupFigures, LineFigures, VatKey

_GENERAL: Final = "DatiGenerali/DatiGeneraliDocumento"


@dataclass(frozen=True)
class FatturaFigures:
    """plain: what every format has, with Natura as the category. payments: each ImportoPagamento; None without any.

    withheld, welfare: sums of ImportoRitenuta and ImportoContributoCassa. stamp_duty: ImportoBollo; "" without any.
    related: number and date of the invoice that a credit note corrects.
    """

    plain: Figures
    withheld: Decimal
    welfare: Decimal
    stamp_duty: str
    payments: Decimal | None
    related: tuple[tuple[str, str], ...]


def figures_of(root: etree._Element) -> FatturaFigures:
    """The figures of a file with one document in it."""
    bodies = root.findall("FatturaElettronicaBody")
    assert len(bodies) == 1, f"{len(bodies)} documents in one file"
    body = bodies[0]
    general = body.find(_GENERAL)
    assert general is not None
    related = [
        (_text(each, "IdDocumento"), _text(each, "Data")) for each in body.iterfind("DatiGenerali/DatiFattureCollegate")
    ]
    payments = [_number(each, "ImportoPagamento") for each in body.iterfind("DatiPagamento/DettaglioPagamento")]
    welfare = [
        (_vat(each, "AliquotaIVA"), _number(each, "ImportoContributoCassa"))
        for each in general.iterfind("DatiCassaPrevidenziale")
    ]
    return FatturaFigures(
        plain=_plain(body, general, welfare),
        withheld=sum((_number(each, "ImportoRitenuta") for each in general.iterfind("DatiRitenuta")), ZERO),
        welfare=sum((amount for _, amount in welfare), ZERO),
        stamp_duty=_text(general, "DatiBollo/ImportoBollo"),
        payments=sum(payments, ZERO) if payments else None,
        related=tuple(related),
    )


def _plain(body: etree._Element, general: etree._Element, welfare: list[tuple[VatKey, Decimal]]) -> Figures:
    goods = body.find("DatiBeniServizi")
    assert goods is not None
    return Figures(
        number=_text(general, "Numero"),
        issue_date=_text(general, "Data"),
        type_code=_text(general, "TipoDocumento"),
        lines=tuple(_line(line) for line in goods.iterfind("DettaglioLinee")),
        groups=tuple(
            GroupFigures(
                vat=_vat(group, "AliquotaIVA"),
                taxable=_number(group, "ImponibileImporto"),
                vat_amount=_number(group, "Imposta"),
                adjustments=_number(group, "Arrotondamento")
                + sum((amount for vat, amount in welfare if vat == _vat(group, "AliquotaIVA")), ZERO),
            )
            for group in goods.iterfind("DatiRiepilogo")
        ),
        line_total=None,
        allowance_total=None,
        charge_total=sum((amount for _, amount in welfare), ZERO),
        tax_exclusive=None,
        vat_total=None,
        tax_inclusive=_number(general, "ImportoTotaleDocumento"),
        paid=None,
        due=None,
    )


def _line(line: etree._Element) -> LineFigures:
    return LineFigures(
        id=_text(line, "NumeroLinea"),
        quantity=Decimal(_text(line, "Quantita") or "1"),
        price=_price(line),
        base_quantity=Decimal(1),
        adjustments=ZERO,
        net=_number(line, "PrezzoTotale"),
        vat=_vat(line, "AliquotaIVA"),
    )


def _price(line: etree._Element) -> Decimal:
    """A unit's price after its discounts, which follow one another as the exchange system reads them."""
    price = _number(line, "PrezzoUnitario")
    for each in line.iterfind("ScontoMaggiorazione"):
        sign = -1 if _text(each, "Tipo") == "SC" else 1
        amount = _text(each, "Importo")
        price += sign * (Decimal(amount) if amount else price * _number(each, "Percentuale") / 100)
    return price


def _vat(element: etree._Element, rate: str) -> VatKey:
    return _text(element, "Natura"), _number(element, rate)


def _text(element: etree._Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _number(element: etree._Element, path: str) -> Decimal:
    return Decimal(_text(element, path) or "0")
