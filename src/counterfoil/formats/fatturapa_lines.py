"""FatturaPA's lines and VAT summaries (block 2.2).

A line's total is (unit price - discount) x quantity, and SdI recomputes it to the cent (00423); a discount is per unit.
A quantity may not be negative: a returned good has a negative price.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final, NamedTuple

from counterfoil.domain.money import EXACT, ZERO, round_to_cent
from counterfoil.formats.fatturapa_sums import ExtraLine, Summary, Sums, VatKey, key_of
from counterfoil.formats.fatturapa_xml import (
    NOTHING,
    Document,
    Element,
    add,
    add_some,
    amount,
    code,
    latin,
    number,
    pieces,
    text,
)
from counterfoil.formats.labels import UNITS

_DESCRIPTION: Final = 1000
_EIGHT_DECIMALS: Final = Decimal("0.00000001")
# SdI's tolerance on a line is a cent; a little less, so that nobody's rounding on the way brings it over.
_NEARLY_A_CENT: Final = Decimal("0.009")
# DL 83/2012 art. 32-bis and DM 11 October 2012: VAT falls due when the buyer pays, and the invoice must say so.
ON_RECEIPTS: Final = "IVA per cassa, art. 32-bis DL 83/2012"


class _Reduction(NamedTuple):
    """A line's discount as FatturaPA says it: a percentage of the price, or an amount per unit."""

    element: str
    value: str


def add_lines(goods: Element, document: Document, sums: Sums) -> None:
    """Appends a DettaglioLinee for each item, and for each extra line of `sums`."""
    is_withheld = bool(document.get("withholding_tax"))
    period = _period(document)
    for item in document["items"]:
        _add_item(goods, item, period, is_withheld=is_withheld)
    for extra in sums.lines:
        _add_extra(goods, extra)


def add_summaries(goods: Element, sums: Sums, *, is_on_receipts: bool) -> None:
    """Appends a DatiRiepilogo for each VAT group. is_on_receipts: its VAT falls due when the buyer pays."""
    for group in sums.groups.values():
        _add_summary(goods, group, is_on_receipts=is_on_receipts)


def _period(document: Document) -> tuple[str, str]:
    start, end = text(document, "performance_start_date"), text(document, "performance_end_date")
    return start or end, end or start


def _add_item(goods: Element, item: Mapping[str, Any], period: tuple[str, str], *, is_withheld: bool) -> None:
    """The item; what does not fit its description, and a discount that fits no unit price, in lines below it."""
    key = key_of(item)
    quantity, price = Decimal(item["quantity"]), Decimal(item["unit_price"]["value"])
    if quantity < 0:
        quantity, price = -quantity, -price
    net, off = amount(item["subtotal"]), _discount_amount(item)
    reduction = _reduction(item, price, quantity, net) if off else None
    is_apart = bool(off) and reduction is None
    first, *others = _descriptions(item)
    line = _add_line(goods, first)
    add(line, "Quantita", number(quantity))
    unit = str(item.get("unit") or "").strip()
    add_some(line, "UnitaMisura", code(UNITS.get(unit, {}).get("it", unit), 10))
    if period[0]:
        add(line, "DataInizioPeriodo", period[0])
        add(line, "DataFinePeriodo", period[1])
    add(line, "PrezzoUnitario", number(price))
    if reduction:
        discount = add(line, "ScontoMaggiorazione")
        add(discount, "Tipo", "SC")
        add(discount, reduction.element, reduction.value)
    _add_total(line, net + off if is_apart else net, key, is_withheld=is_withheld)
    for more in others:
        _add_extra(goods, ExtraLine(more, ZERO, key))
    if is_apart:
        _add_extra(goods, ExtraLine("Sconto", -off, key, is_withheld=is_withheld, kind="SC"))


def _discount_amount(item: Mapping[str, Any]) -> Decimal:
    """What the line's own discount takes off; negative on a returned good, zero without one."""
    return amount((item.get("discount") or {}).get("amount"))


def _reduction(item: Mapping[str, Any], price: Decimal, quantity: Decimal, net: Decimal) -> _Reduction | None:
    """The discount of one unit from which SdI comes to `net`; None when there is none in eight decimals."""
    discount = item["discount"]
    if discount["type"] == "percentage":
        percentage = EXACT.multiply(Decimal(discount["value"]), Decimal(100))
        left = EXACT.multiply(price, 1 - Decimal(discount["value"]))
        if percentage == round_to_cent(percentage) and _comes_to(net, left, quantity):
            return _Reduction("Percentuale", number(percentage))
    if price <= 0 or not quantity:
        return None
    unit = EXACT.divide(_discount_amount(item), quantity).quantize(_EIGHT_DECIMALS, ROUND_HALF_UP)
    return _Reduction("Importo", number(unit)) if _comes_to(net, price - unit, quantity) else None


def _comes_to(net: Decimal, price: Decimal, quantity: Decimal) -> bool:
    return abs(EXACT.multiply(price, quantity) - net) <= _NEARLY_A_CENT


def _descriptions(item: Mapping[str, Any]) -> Iterator[str]:
    """Title and description, in as many parts as they need; never none."""
    words = [latin(item.get(name), 10_000) for name in ("title", "description")]
    yield from pieces(" - ".join(word for word in words if word), _DESCRIPTION) or [NOTHING]


def _add_extra(goods: Element, extra: ExtraLine) -> None:
    line = _add_line(goods, latin(extra.description, _DESCRIPTION), kind=extra.kind)
    add(line, "PrezzoUnitario", number(extra.amount))
    _add_total(line, extra.amount, extra.key, is_withheld=extra.is_withheld)


def _add_line(goods: Element, description: str, *, kind: str = "") -> Element:
    line = add(goods, "DettaglioLinee")
    add(line, "NumeroLinea", str(len(goods)))
    add_some(line, "TipoCessionePrestazione", kind)
    add(line, "Descrizione", description)
    return line


def _add_total(line: Element, total: Decimal, key: VatKey, *, is_withheld: bool) -> None:
    add(line, "PrezzoTotale", number(total))
    add(line, "AliquotaIVA", key.rate)
    if is_withheld:
        add(line, "Ritenuta", "SI")
    add_some(line, "Natura", key.nature)


def _add_summary(goods: Element, group: Summary, *, is_on_receipts: bool) -> None:
    summary = add(goods, "DatiRiepilogo")
    add(summary, "AliquotaIVA", group.key.rate)
    add_some(summary, "Natura", group.key.nature)
    add(summary, "ImponibileImporto", number(group.taxable))
    add(summary, "Imposta", number(group.vat))
    if not group.key.nature:
        add(summary, "EsigibilitaIVA", "D" if is_on_receipts else "I")
    note = ON_RECEIPTS if is_on_receipts and not group.key.nature else group.note
    add_some(summary, "RiferimentoNormativo", latin(note, 100))
