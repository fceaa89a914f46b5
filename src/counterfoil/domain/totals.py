"""What an invoice adds up to. Amounts are euros as Decimal; every published one has exactly two decimals.

Rounded half up, away from zero, at these points only: line amount, each discount, its split over the VAT groups, the
welfare fund per group, VAT per group, withholding. VAT is computed once per group of (category, rate, reason) and only
then shared out to the lines, so that lines, groups and totals add up whichever way they are read (EN 16931 BR-CO-10 to
BR-CO-17, and SdI's tolerance of one cent).

Inside, amounts are whole cents and rates are whole millionths: both as int, exact at any size and quick.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache, partial
from typing import Final, NamedTuple

from counterfoil.domain import vat
from counterfoil.domain.lines import NewDiscount, NewItem
from counterfoil.domain.money import EXACT, LARGEST_TOTAL, ZERO, apportion, from_cents, millionths, round_ratio
from counterfoil.domain.surcharges import WelfareFund, WithholdingTax
from counterfoil.errors import Fault, Invalid

# Of a percentage discount, in millionths: 0.0001 (0.01 %) to 1 (100 %).
SMALLEST_PERCENTAGE: Final = 100
LARGEST_PERCENTAGE: Final = 1_000_000

# INPS gestione separata: the only fund on which tax is withheld too (art. 1 c. 212 L. 662/1996; FatturaPA Ritenuta=SI).
WELFARE_FUND_WITHHELD: Final = "TC22"

_MILLION: Final = 10**6
_CENT_MILLIONTHS: Final = 10**4
# A quantity times a price, both in millionths.
_CENT_TRILLIONTHS: Final = 10**10


class LineTotals(NamedTuple):
    """One line's amounts. subtotal: after its own discount, without VAT. total_amount = subtotal + total_vat.

    total_vat is the line's share of its group's VAT, that is after the global discount as well.
    """

    subtotal: Decimal
    discount_amount: Decimal | None
    total_vat: Decimal
    total_amount: Decimal


class VatGroup(NamedTuple):
    """One VAT group (BG-23). rate: a fraction. taxable_amount = lines - discount_amount + welfare_amount."""

    category: str
    rate: Decimal
    exemption_reason: str | None
    taxable_amount: Decimal
    vat_amount: Decimal
    discount_amount: Decimal = ZERO
    welfare_amount: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Totals:
    """The whole document's amounts; names as on the wire.

    line_total: sum of subtotals (BT-106). tax_exclusive_amount: less global discount, plus welfare (BT-109).
    total_amount: with VAT and stamp duty (BT-112). amount_due: less withholding and deposits (BT-115).
    Sum of lines' total_vat + welfare_vat_amount = vat_amount.
    """

    lines: tuple[LineTotals, ...]
    groups: tuple[VatGroup, ...]
    line_total: Decimal
    discount_amount: Decimal
    welfare_amount: Decimal
    welfare_vat_amount: Decimal
    tax_exclusive_amount: Decimal
    vat_amount: Decimal
    stamp_duty_amount: Decimal
    total_amount: Decimal
    withholding_amount: Decimal
    deposits: Decimal
    amount_due: Decimal


class _Net(NamedTuple):
    """A line before VAT: its rate in millionths, its amounts in cents."""

    rate: int
    reason: str
    subtotal: int
    discount: int | None


class _Group(NamedTuple):
    """A VAT group: its rate in millionths, its amounts in cents. `members` are positions of lines."""

    rate: int
    reason: str
    members: list[int]
    discount: int
    welfare: int
    taxable: int
    vat: int


@lru_cache(maxsize=1024)
def _fraction(millionths: int) -> Decimal:
    """The rate as the shortest Decimal, so that "0.2" and "0.20" are one VAT group and print alike."""
    return Decimal(millionths).scaleb(-6, context=EXACT).normalize(EXACT) or Decimal(0)


def compute(
    items: Sequence[NewItem],
    *,
    currency: str,
    discount: NewDiscount | None,
    welfare_fund: WelfareFund | None,
    withholding_tax: WithholdingTax | None,
    stamp_duty_amount: str | None,
    deposits: Decimal = ZERO,
    regime_reason: str | None = None,
    seller_country: str = "",
    buyer_country: str = "",
    buyer_has_vat_number: bool = False,
) -> Totals:
    """All amounts of a document with these lines, in units of `currency` (two decimals). Without lines, all are zero.

    regime_reason: the exemption reason of lines at rate zero that name none (the seller's VAT regime gives it).
    The two countries and buyer_has_vat_number only decide the groups' categories, never an amount.
    Raises Invalid with every fault at once: a discount out of its bounds, an amount over LARGEST_TOTAL.
    """
    faults: list[Fault] = []
    nets = [_net(item, index, regime_reason or "", currency, faults) for index, item in enumerate(items)]
    discount_cents = 0
    if discount is not None and nets:
        line_total = sum([net.subtotal for net in nets])
        discount_cents = _discount(discount, line_total, line_total * _CENT_TRILLIONTHS, None, currency, faults)
    if faults:
        raise Invalid.of(faults)
    groups = _grouped(nets, discount_cents, millionths(welfare_fund.rate) if welfare_fund else 0)
    category = partial(
        vat.category,
        seller_country=seller_country,
        buyer_country=buyer_country,
        buyer_has_vat_number=buyer_has_vat_number,
    )
    withheld = _withheld(groups, nets, welfare_fund, withholding_tax)
    stamp = Decimal(stamp_duty_amount) if stamp_duty_amount and nets else ZERO
    totals = _published(nets, groups, category, withheld, stamp, deposits)
    _refuse_too_large(totals)
    return totals


def _net(item: NewItem, index: int, regime_reason: str, currency: str, faults: list[Fault]) -> _Net:
    """The line before VAT; a discount out of bounds is added to `faults` and left off."""
    exact = millionths(item.quantity) * millionths(item.unit_price.value)
    gross = round_ratio(exact, _CENT_TRILLIONTHS)
    rate = millionths(item.vat_rate)
    # A reason beside a positive rate is refused elsewhere; here it must not tear a group apart.
    reason = "" if rate else (item.vat_exemption_reason or regime_reason)
    if item.discount is None:
        return _Net(rate, reason, gross, None)
    off = _discount(item.discount, gross, exact, index, currency, faults)
    return _Net(rate, reason, gross - off, off)


def _discount(
    discount: NewDiscount, base: int, exact_base: int, index: int | None, currency: str, faults: list[Fault]
) -> int:
    """What the discount takes off `base`, both in cents; out of bounds, zero and one more fault.

    exact_base: `base` before rounding, in trillionths. The larger of the two is the bound, so that taking off a line's
    printed amount is always allowed. index: the line's position; None for the global discount.
    """
    field = "discount/value" if index is None else f"items/{index}/discount/value"
    value = millionths(discount.value)
    if discount.type == "percentage":
        if SMALLEST_PERCENTAGE <= value <= LARGEST_PERCENTAGE:
            return round_ratio(base * value, _MILLION)
        faults.append(_percentage_fault(Decimal(discount.value), field))
    elif value * _MILLION > max(base * _CENT_TRILLIONTHS, exact_base):
        faults.append(_absolute_fault(discount.value, from_cents(base), field, currency))
    else:
        return round_ratio(value, _CENT_MILLIONTHS)
    return 0


def _percentage_fault(value: Decimal, field: str) -> Fault:
    hint = f' For {value:f} % send "{value.scaleb(-2):f}".' if 1 < value <= 100 else ""
    return Fault(
        "invalid_discount_value",
        f'A percentage discount is a fraction from 0.0001 to 1; "{value:f}" is not.',
        field=field,
        fix=f'Send a fraction such as "0.1" for 10 %.{hint}',
        meta={"minimum": "0.0001", "maximum": "1"},
    )


def _absolute_fault(value: str, base: Decimal, field: str, currency: str) -> Fault:
    whole = "the sum of the items" if field == "discount/value" else "its line's quantity x unit price"
    if base < ZERO:
        fix = 'That amount is negative: send a discount of type "percentage" instead, or leave it out.'
    else:
        fix = f'Send at most "{base}", or a discount of type "percentage".'
    return Fault(
        "invalid_discount_value",
        f"The discount of {value} {currency} is over {whole}, {base} {currency}.",
        field=field,
        fix=fix,
        meta={"maximum": str(base)},
    )


def _grouped(nets: Sequence[_Net], discount: int, welfare_rate: int) -> list[_Group]:
    """The VAT groups with their shares of the global discount and of the welfare fund."""
    members: dict[tuple[int, str], list[int]] = {}
    for index, net in enumerate(nets):
        members.setdefault((-net.rate, net.reason), []).append(index)
    # Sorted, so that the order of the lines cannot decide which group gets a cent of the discount.
    keys = sorted(members)
    subtotals = [sum([nets[index].subtotal for index in members[key]]) for key in keys]
    # A discount that is not zero has a sum to be taken off: `whole` is not zero then.
    whole = sum(subtotals)
    shares = apportion(discount, [discount * part for part in subtotals], whole) if discount else [0] * len(keys)
    groups = []
    for key, subtotal, share in zip(keys, subtotals, shares, strict=True):
        rate = -key[0]
        welfare = round_ratio((subtotal - share) * welfare_rate, _MILLION)
        taxable = subtotal - share + welfare
        groups.append(
            _Group(rate, key[1], members[key], share, welfare, taxable, round_ratio(taxable * rate, _MILLION))
        )
    return groups


def _vat_shares(group: _Group, nets: Sequence[_Net]) -> list[int]:
    """The group's VAT shared out to its lines and, last, to its welfare fund; sums to the group's VAT exactly.

    Each share is within a cent of its part's own exact VAT: a returned line beside a sold one keeps a VAT of its own.
    """
    if len(group.members) == 1 and not group.welfare:
        return [group.vat, 0]
    parts = [nets[index].subtotal for index in group.members]
    whole = sum(parts)
    # Over one denominator: part x (whole - discount) / whole x rate. A whole of zero carries no discount.
    kept, scale = (whole - group.discount, whole) if whole else (1, 1)
    shares = [part * kept * group.rate for part in parts]
    shares.append(group.welfare * scale * group.rate)
    return apportion(group.vat, shares, scale * _MILLION)


def _withheld(
    groups: Sequence[_Group],
    nets: Sequence[_Net],
    welfare_fund: WelfareFund | None,
    withholding_tax: WithholdingTax | None,
) -> int:
    """The tax that the client keeps back, in cents: on the net, and on the welfare fund only where the law says so."""
    if withholding_tax is None:
        return 0
    base = sum(net.subtotal for net in nets) - sum(group.discount for group in groups)
    if welfare_fund is not None and welfare_fund.type == WELFARE_FUND_WITHHELD:
        base += sum(group.welfare for group in groups)
    return round_ratio(base * millionths(withholding_tax.rate), _MILLION)


def _published(
    nets: Sequence[_Net],
    groups: Sequence[_Group],
    category: Callable[[str | None, Decimal], str],
    withheld: int,
    stamp_duty: Decimal,
    deposits: Decimal,
) -> Totals:
    """The cents as euros, summed up."""
    line_vats = [0] * len(nets)
    discount = welfare = vat_total = welfare_vat = 0
    for group in groups:
        discount += group.discount
        welfare += group.welfare
        vat_total += group.vat
        if group.rate:
            *shares, on_welfare = _vat_shares(group, nets)
            welfare_vat += on_welfare
            for index, share in zip(group.members, shares, strict=True):
                line_vats[index] = share
    line_total = sum([net.subtotal for net in nets])
    exclusive = line_total - discount + welfare
    total = from_cents(exclusive + vat_total) + stamp_duty
    withheld_amount = from_cents(withheld)
    return Totals(
        lines=tuple([_line(net, line_vat) for net, line_vat in zip(nets, line_vats, strict=True)]),
        groups=tuple([_group(group, category) for group in groups]),
        line_total=from_cents(line_total),
        discount_amount=from_cents(discount),
        welfare_amount=from_cents(welfare),
        welfare_vat_amount=from_cents(welfare_vat),
        tax_exclusive_amount=from_cents(exclusive),
        vat_amount=from_cents(vat_total),
        stamp_duty_amount=stamp_duty,
        total_amount=total,
        withholding_amount=withheld_amount,
        deposits=deposits,
        amount_due=total - withheld_amount - deposits,
    )


def _line(net: _Net, line_vat: int) -> LineTotals:
    off = None if net.discount is None else from_cents(net.discount)
    subtotal, total_vat = from_cents(net.subtotal), from_cents(line_vat)
    return LineTotals(subtotal, off, total_vat, subtotal + total_vat)


def _group(group: _Group, category: Callable[[str | None, Decimal], str]) -> VatGroup:
    rate, reason = _fraction(group.rate), group.reason or None
    return VatGroup(
        category(reason, rate), rate, reason, from_cents(group.taxable), from_cents(group.vat),
        from_cents(group.discount), from_cents(group.welfare),
    )  # fmt: skip


def _refuse_too_large(totals: Totals) -> None:
    """Raise Invalid when an amount would not fit the wire, so that nothing is stored that could not be printed."""
    faults = [
        _too_large(f"items/{index}", f"Line {index + 1} amounts to")
        for index, line in enumerate(totals.lines)
        if abs(line.subtotal) > LARGEST_TOTAL
        or abs(line.total_amount) > LARGEST_TOTAL
        or (line.discount_amount is not None and abs(line.discount_amount) > LARGEST_TOTAL)
    ]
    published = [totals.line_total, totals.tax_exclusive_amount, totals.total_amount, totals.amount_due]
    published += [group.taxable_amount for group in totals.groups]
    if not faults and max(map(abs, published)) > LARGEST_TOTAL:
        faults = [_too_large("items", "The document amounts to")]
    if faults:
        raise Invalid.of(faults)


def _too_large(field: str, subject: str) -> Fault:
    return Fault(
        "amount_too_large",
        f"{subject} more than {LARGEST_TOTAL}.",
        field=field,
        fix="Lower the quantity or the unit price; check that no decimal point is missing.",
        meta={"maximum": str(LARGEST_TOTAL)},
    )
