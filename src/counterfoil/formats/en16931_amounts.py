"""BG-20 to BG-27: lines, discounts, VAT groups and totals of a document, each to the cent as the document has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from counterfoil.domain import vat
from counterfoil.domain.einvoice import AllowanceCharge, DocumentTotals, Line, VatGroup
from counterfoil.domain.money import EXACT, ZERO, round_to_cent
from counterfoil.domain.unit_codes import PIECE, is_known, unit_code
from counterfoil.formats import einvoice_codes as codes
from counterfoil.formats.labels import WELFARE_FUNDS
from counterfoil.formats.parts import Document
from counterfoil.formats.wording import Wording
from counterfoil.formats.xml_tree import clean

_HUNDRED: Final = Decimal(100)
# How far an amount may be from its base and percentage (PEPPOL-EN16931-R040).
_SLACK: Final = Decimal("0.02")


@dataclass(frozen=True, slots=True)
class Group:
    """A VAT group of the document (BG-23), with its shares of what is taken off and added to the whole.

    percentage: None where the category has none. lines: the sum of its lines.
    """

    category: str
    percentage: Decimal | None
    reasons: tuple[str, ...]
    texts: tuple[str, ...]
    taxable: Decimal
    vat: Decimal
    lines: Decimal
    allowance: Decimal
    charge: Decimal

    @property
    def key(self) -> tuple[str, Decimal | None]:
        return self.category, self.percentage

    def merged(self, other: Group) -> Group:
        """Both in one: EN 16931 knows one group a category and rate, whatever the reasons (BR-E-08)."""
        return replace(
            self,
            reasons=tuple(dict.fromkeys((*self.reasons, *other.reasons))),
            texts=tuple(dict.fromkeys((*self.texts, *other.texts))),
            taxable=self.taxable + other.taxable,
            vat=self.vat + other.vat,
            lines=self.lines + other.lines,
            allowance=self.allowance + other.allowance,
            charge=self.charge + other.charge,
        )


def groups(document: Document, words: Wording) -> tuple[Group, ...]:
    """The VAT groups of a document in its own order; those of one category and rate are one."""
    merged: dict[tuple[str, Decimal | None], Group] = {}
    for group in (*_groups(document, words), *_stamp_duty_group(document, words)):
        known = merged.get(group.key)
        merged[group.key] = known.merged(group) if known else group
    return tuple(merged.values())


def _groups(document: Document, words: Wording) -> Iterator[Group]:
    sums = _line_sums(document)
    for entry in document["vat_breakdown"]:
        category, reason = entry["vat_category"], str(entry.get("vat_exemption_reason") or "")
        taxable = amount(entry["taxable_amount"])
        lines = sums.get(_key(entry), ZERO)
        allowance, charge = _shares(document, entry, lines - taxable)
        text = str(entry.get("vat_exemption_text") or "")
        if not text and reason:
            text = vat.exemption_text(reason, words.language, category)
        yield Group(
            category=category,
            percentage=None if category == "O" else percent(entry["vat_rate"]),
            reasons=(reason,) if reason else (),
            texts=(text,) if text else (),
            taxable=taxable,
            vat=amount(entry["vat_amount"]),
            lines=lines,
            allowance=allowance,
            charge=charge,
        )


def _line_sums(document: Document) -> Mapping[tuple[Decimal, str], Decimal]:
    sums: dict[tuple[Decimal, str], Decimal] = {}
    for item in document["items"]:
        sums[_key(item)] = sums.get(_key(item), ZERO) + amount(item["subtotal"])
    return sums


def _key(entry: Mapping[str, Any]) -> tuple[Decimal, str]:
    """Which group a line is in: its rate, and its reason where the rate is zero."""
    rate = Decimal(entry["vat_rate"])
    return rate, "" if rate else str(entry.get("vat_exemption_reason") or "")


def _shares(document: Document, entry: Mapping[str, Any], taken_off: Decimal) -> tuple[Decimal, Decimal]:
    """A group's shares of the global discount and of the welfare fund.

    Documents of earlier versions do not say them: what its lines are more than its base was taken off then, or added.
    taken_off: that difference.
    """
    if "allowance_amount" in entry:
        given = (entry.get("allowance_amount"), entry.get("charge_amount"))
        allowance, charge = (amount(share) if share else ZERO for share in given)
        return allowance, charge
    if document.get("welfare_fund") and taken_off < ZERO:
        return ZERO, -taken_off
    return taken_off, ZERO


def vat_groups(found: tuple[Group, ...], *, has_rate_always: bool) -> tuple[VatGroup, ...]:
    """BG-23. has_rate_always: also where the category has none, as zero (BR-DE-14)."""
    return tuple(
        VatGroup(
            category=group.category,
            percentage=Decimal("0.00") if group.percentage is None and has_rate_always else group.percentage,
            taxable_amount=group.taxable,
            vat_amount=group.vat,
            exemption_reason="; ".join(group.texts) if group.category not in {"S", "Z"} else "",
            exemption_reason_code=_vatex(group),
        )
        for group in found
    )


def _vatex(group: Group) -> str:
    """BT-121, where all reasons of the group have the same."""
    found = {codes.vatex(reason, group.category) for reason in group.reasons or ("",)}
    return found.pop() if len(found) == 1 else ""


def allowances_charges(document: Document, found: tuple[Group, ...], words: Wording) -> tuple[AllowanceCharge, ...]:
    """BG-20 and BG-21: one a VAT group, since one for all would have no VAT category (BR-32, BR-S-08)."""
    discount, welfare = document.get("discount"), document.get("welfare_fund")
    allowances = (_allowance(group, discount, words) for group in found if group.allowance)
    charges = (_charge(group, welfare, words) for group in found if group.charge)
    return (*allowances, *charges)


def _allowance(group: Group, discount: Mapping[str, Any] | None, words: Wording) -> AllowanceCharge:
    base, percentage = _base(discount, group.lines, group.allowance)
    return AllowanceCharge(
        is_charge=False,
        amount=group.allowance,
        base_amount=base,
        percentage=percentage,
        reason=words.labels.discount,
        reason_code=codes.DISCOUNT,
        vat_category=group.category,
        vat_percentage=group.percentage,
    )


def _charge(group: Group, welfare: Mapping[str, Any] | None, words: Wording) -> AllowanceCharge:
    name = WELFARE_FUNDS.get(welfare["type"], welfare["type"]) if welfare else ""
    return AllowanceCharge(
        is_charge=True,
        amount=group.charge,
        reason=f"{words.labels.welfare_fund} {name}".strip(),
        vat_category=group.category,
        vat_percentage=group.percentage,
    )


def _base(
    discount: Mapping[str, Any] | None, base: Decimal, taken_off: Decimal
) -> tuple[Decimal, Decimal] | tuple[None, None]:
    """Base and percentage of a discount in percent; neither where the amount does not follow from them."""
    if not discount or discount["type"] != "percentage":
        return None, None
    percentage = percent(discount["value"])
    follows = abs(base * percentage / _HUNDRED - taken_off) <= _SLACK
    return (base, percentage) if follows else (None, None)


def lines(document: Document, words: Wording) -> tuple[Line, ...]:
    """BG-25, numbered from 1 in the document's order; last the stamp duty that is charged on, where there is one."""
    categories = {_key(entry): str(entry["vat_category"]) for entry in document["vat_breakdown"]}
    items = document["items"]
    found = [_line(position, item, categories, words) for position, item in enumerate(items, start=1)]
    duty = stamp_duty(document)
    if duty:
        found.append(
            Line(
                id=str(len(items) + 1), name=words.labels.stamp_duty, quantity=Decimal(1), unit_code=PIECE,
                net_price=duty, net_amount=duty, vat_category="E", vat_percentage=Decimal("0.00"),
            )
        )  # fmt: skip
    return tuple(found)


def _line(
    position: int, item: Mapping[str, Any], categories: Mapping[tuple[Decimal, str], str], words: Wording
) -> Line:
    unit, code = str(item.get("unit") or ""), item.get("unit_code")
    title, description = (clean(str(item.get(name) or "")).strip() for name in ("title", "description"))
    rate = Decimal(item["vat_rate"])
    category = categories.get(_key(item)) or ("S" if rate else "Z")
    return Line(
        id=str(position),
        name=title or description or "-",
        description=description if title else "",
        # A word that has no code here must not be lost: the page shows it.
        note="" if is_known(code, unit) else unit,
        quantity=_plain(item["quantity"]),
        unit_code=unit_code(code, unit),
        net_price=_plain(item["unit_price"]["value"]),
        net_amount=amount(item["subtotal"]),
        vat_category=category,
        vat_percentage=None if category == "O" else percent(item["vat_rate"]),
        allowances_charges=tuple(_line_discount(item, words)),
    )


def _line_discount(item: Mapping[str, Any], words: Wording) -> Iterator[AllowanceCharge]:
    """BG-27: the price stays as it was, and the line's amount is quantity x price less this."""
    discount = item.get("discount")
    taken_off = amount(discount["amount"]) if discount else ZERO
    if not taken_off:
        return
    gross = round_to_cent(EXACT.multiply(Decimal(item["quantity"]), Decimal(item["unit_price"]["value"])))
    base, percentage = _base(discount, gross, taken_off)
    yield AllowanceCharge(
        is_charge=False,
        amount=taken_off,
        base_amount=base,
        percentage=percentage,
        reason=words.labels.discount,
        reason_code=codes.DISCOUNT,
    )


def totals(document: Document, found: tuple[Group, ...]) -> DocumentTotals:
    """BG-22. The tax that the client withholds is outside EN 16931: BT-115 is before it, and BT-20 names it."""
    duty = stamp_duty(document)
    total = amount(document["total_amount"])
    paid = sum((amount(deposit["amount"]) for deposit in document.get("deposits") or ()), ZERO)
    return DocumentTotals(
        line_total=amount(document["line_total_amount"]) + duty,
        allowance_total=sum((group.allowance for group in found), ZERO),
        charge_total=sum((group.charge for group in found), ZERO),
        tax_exclusive=amount(document["tax_exclusive_amount"]) + duty,
        vat_total=amount(document["vat_amount"]),
        tax_inclusive=total,
        paid_amount=paid,
        amount_due=total - paid,
    )


def stamp_duty(document: Document) -> Decimal:
    """What an Italian seller charges on as stamp duty; it is part of the total, and no VAT is on it."""
    return round_to_cent(Decimal(document.get("stamp_duty_amount") or 0))


def _stamp_duty_group(document: Document, words: Wording) -> Iterator[Group]:
    duty = stamp_duty(document)
    if duty:
        text = vat.exemption_text("N1", words.language, "E")
        yield Group("E", Decimal("0.00"), ("N1",), (text,), duty, ZERO, duty, ZERO, ZERO)


def amount(money: Mapping[str, Any]) -> Decimal:
    """A wire amount with two decimals."""
    return round_to_cent(Decimal(money["value"]))


def percent(fraction: str) -> Decimal:
    """A fraction of the wire as percents, with two decimals at least: "0.055" is 5.50."""
    exact = EXACT.multiply(Decimal(fraction), _HUNDRED)
    cents = round_to_cent(exact)
    return cents if cents == exact else exact.normalize(EXACT)


def _plain(text: str) -> Decimal:
    """A number of the wire without zeros at its end, which rules count as decimals (BR-FR-DEC-02); never minus zero."""
    return Decimal(text.rstrip("0") if "." in text else text) or Decimal(0)
