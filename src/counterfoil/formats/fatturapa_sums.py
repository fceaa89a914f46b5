"""What a FatturaPA file adds up to: the document's own amounts, in the places where SdI recomputes them.

Beside its items a file has lines for what the API keeps apart, so that per rate the lines and the welfare fund sum to
the summary's taxable amount (SdI 00422):

- a VAT group's share of the global discount, as a negative line (TipoCessionePrestazione SC);
- stamp duty that is charged to the client, as a line of its own outside the taxable amount (Natura N1);
- deposits that a balance invoice deducts, as negative lines per rate: VAT was charged on them when they were invoiced
  (DPR 633/1972 art. 6 c. 4), and what an invoice shows as VAT is owed (art. 21 c. 7). Such a file's total is therefore
  the document's total less its deposits' totals, and what is withheld is less by what was withheld from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Final, NamedTuple

from counterfoil.domain import vat
from counterfoil.domain.money import CENT, EXACT, ZERO, round_to_cent
from counterfoil.formats.fatturapa_xml import Document, amount, percent, text

# DPR 633/1972 art. 15: what is paid out in the client's name is no part of the taxable amount.
OUTSIDE: Final = "N1"


class VatKey(NamedTuple):
    """A VAT group as FatturaPA knows it: a percentage with two decimals, and Natura ("" beside a rate)."""

    rate: str
    nature: str


@dataclass(slots=True)
class Summary:
    """A VAT group (DatiRiepilogo). note: the law behind its Natura.

    welfare, stamp_duty: the parts of the taxable amount that are the fund's contribution and stamp duty.
    """

    key: VatKey
    taxable: Decimal = ZERO
    vat: Decimal = ZERO
    allowance: Decimal = ZERO
    welfare: Decimal = ZERO
    stamp_duty: Decimal = ZERO
    note: str = ""

    @property
    def fund_base(self) -> Decimal:
        """What the welfare contribution is computed on."""
        return self.taxable - self.welfare - self.stamp_duty


class ExtraLine(NamedTuple):
    """A line that is none of the document's items. kind: TipoCessionePrestazione, or ""."""

    description: str
    amount: Decimal
    key: VatKey
    is_withheld: bool = False
    kind: str = ""


@dataclass(slots=True)
class Sums:
    """All amounts of a file. rounding: what the groups' sum lacks to `total`, zero but for odd cents of old VAT."""

    groups: dict[VatKey, Summary]
    lines: list[ExtraLine] = field(default_factory=list)
    total: Decimal = ZERO
    withheld: Decimal = ZERO
    rounding: Decimal = ZERO


def key_of(line: Mapping[str, Any]) -> VatKey:
    """The group of an item or of an entry of vat_breakdown. A reason beside a rate means nothing."""
    rate = percent(line.get("vat_rate"))
    return VatKey(rate, "" if Decimal(rate) else str(line.get("vat_exemption_reason") or ""))


def sums_of(document: Document) -> Sums:
    """What the file of this invoice or credit note adds up to."""
    sums = Sums(groups=_groups(document), total=amount(document["total_amount"]))
    tax = document.get("withholding_tax")
    sums.withheld = Decimal(str(tax["amount"])) if tax else ZERO
    for group in sums.groups.values():
        if group.allowance:
            sums.lines.append(ExtraLine("Sconto", -group.allowance, group.key, is_withheld=bool(tax), kind="SC"))
    _charge_stamp_duty(document, sums)
    for deposit in document.get("deposits") or ():
        _deduct(deposit, document, sums)
    _round(sums)
    return sums


def stamp_duty(document: Document) -> Decimal:
    """What is charged for stamp duty; zero for none."""
    return Decimal(text(document, "stamp_duty_amount") or "0.00")


def _groups(document: Document) -> dict[VatKey, Summary]:
    net: dict[VatKey, Decimal] = {}
    for item in document["items"]:
        net[key_of(item)] = net.get(key_of(item), ZERO) + amount(item["subtotal"])
    groups: dict[VatKey, Summary] = {}
    for entry in document["vat_breakdown"]:
        key = key_of(entry)
        allowance, welfare = _shares(document, entry, net.get(key, ZERO))
        groups[key] = Summary(
            key, amount(entry["taxable_amount"]), amount(entry["vat_amount"]), allowance, welfare,
            note=str(entry.get("vat_exemption_text") or ""),
        )  # fmt: skip
    return groups


def _shares(document: Document, entry: Mapping[str, Any], net: Decimal) -> tuple[Decimal, Decimal]:
    """A group's share of the global discount and of the welfare fund. Documents of earlier versions do not say them."""
    if "allowance_amount" in entry:
        return amount(entry["allowance_amount"]), amount(entry.get("charge_amount"))
    taxable, fund = amount(entry["taxable_amount"]), document.get("welfare_fund")
    if not fund:
        return net - taxable, ZERO
    if not document.get("discount"):
        return ZERO, taxable - net
    # base + base x rate = taxable, to the cent.
    base = round_to_cent(EXACT.divide(taxable, 1 + Decimal(str(fund["rate"]))))
    return net - base, taxable - base


def _charge_stamp_duty(document: Document, sums: Sums) -> None:
    charged = stamp_duty(document)
    if charged:
        sums.lines.append(_outside("Imposta di bollo", charged, sums))


def _outside(description: str, value: Decimal, sums: Sums) -> ExtraLine:
    """A line outside the taxable amount, counted in its group."""
    key = VatKey(percent("0"), OUTSIDE)
    group = sums.groups.setdefault(key, Summary(key, note=vat.exemption_text(OUTSIDE, "it")))
    group.taxable += value
    group.stamp_duty += value
    return ExtraLine(description, value, key)


def _deduct(deposit: Mapping[str, Any], document: Document, sums: Sums) -> None:
    """Takes one deposit off, rate by rate; what it held beyond its groups is stamp duty."""
    entries = _deposit_groups(deposit, sums)
    if not entries:
        return
    total = amount(deposit["total_amount"])
    words = f"Acconto, fattura {deposit['number']} del {deposit['issue_date']}"
    rest = total
    for entry in entries:
        group = sums.groups.setdefault(entry.key, Summary(entry.key, note=entry.note))
        group.taxable -= entry.taxable
        group.vat -= entry.vat
        rest -= entry.taxable + entry.vat
        # The deposit's contribution comes off the fund's block, so that it is not reported twice.
        contribution = entry.welfare if entry.welfare <= group.welfare else ZERO
        group.welfare -= contribution
        is_withheld = bool(document.get("withholding_tax"))
        sums.lines.append(ExtraLine(words, contribution - entry.taxable, entry.key, is_withheld=is_withheld))
    if rest:
        sums.lines.append(_outside(f"{words}: imposta di bollo", -rest, sums))
    sums.total -= total
    sums.withheld -= total - amount(deposit["amount"])


def _deposit_groups(deposit: Mapping[str, Any], sums: Sums) -> list[Summary]:
    """The deposit's VAT groups: those that it says, else the one of the invoice's that fits all of its VAT.

    None where neither is so: the deposit then comes off what is to be paid only.
    """
    entries = deposit.get("vat_breakdown")
    if entries:
        return [
            Summary(
                key_of(entry), amount(entry["taxable_amount"]), amount(entry["vat_amount"]),
                welfare=amount(entry.get("charge_amount")), note=str(entry.get("vat_exemption_text") or ""),
            )
            for entry in entries
        ]  # fmt: skip
    charged = amount(deposit["vat_amount"])
    taxable = amount(deposit["total_amount"]) - charged
    fitting = [group for group in sums.groups.values() if abs(_exact(taxable, group.key) - charged) <= CENT]
    return [replace(group, taxable=taxable, vat=charged, welfare=ZERO) for group in fitting if len(fitting) == 1]


def _exact(taxable: Decimal, key: VatKey) -> Decimal:
    return EXACT.divide(EXACT.multiply(taxable, Decimal(key.rate)), Decimal(100))


def _round(sums: Sums) -> None:
    """VAT that differs from its rate by more than SdI's cent (00421) is set right, and the cents said apart.

    Only the difference of several roundings can: an invoice's VAT less that of two deposits.
    """
    for group in sums.groups.values():
        exact = _exact(group.taxable, group.key)
        if abs(exact - group.vat) > CENT:
            group.vat = round_to_cent(exact)
    sums.rounding = sums.total - sum((group.taxable + group.vat for group in sums.groups.values()), ZERO)
