"""The sums of an e-invoice, added up again: what does not fit to the cent, in words a person can check.

EN 16931-1 tells how amounts follow from one another (BR-CO-10 to BR-CO-17, BR-S-08); here nothing is tolerated, for
whoever pays pays the whole cent. FatturaPA's own rules (00421 to 00423) tell the same with a cent of play.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from counterfoil.domain.einvoice import AllowanceCharge, EInvoice, Line
from counterfoil.domain.money import EXACT, ZERO, round_to_cent, text
from counterfoil.domain.received_einvoice import ReceivedInvoice
from counterfoil.domain.supplier_parts import Discrepancy

DISCREPANCIES_MAX: Final = 50
_HUNDRED: Final = Decimal(100)
Group = tuple[str, Decimal | None]


def discrepancies(received: ReceivedInvoice) -> list[Discrepancy]:
    """All that does not fit, at most 50: lines, discounts and charges, VAT groups, totals, amount to pay."""
    found: list[Discrepancy] = []
    for each in _all(received):
        if len(found) == DISCREPANCIES_MAX:
            break
        found.append(each)
    return found


def _all(received: ReceivedInvoice) -> Iterator[Discrepancy]:
    invoice = received.invoice
    for index, line in enumerate(invoice.lines):
        yield from _line(index, line)
    yield from _groups(invoice)
    yield from _sums(invoice)
    yield from _totals(received)


def _differs(field: str, what: str, expected: Decimal, found: Decimal) -> Iterator[Discrepancy]:
    """Nothing when both are the same amount."""
    if expected != found:
        made, says = _shown(expected), _shown(found)
        yield Discrepancy(
            field=field, expected=made, found=says, message=f"{what} is {made}; the file says {says}."
        )  # fmt: skip


def _shown(amount: Decimal) -> str:
    """Two decimals, or all of them where there are more."""
    return text(amount) if amount == round_to_cent(amount) else format(amount.normalize(), "f")


def _signed(entries: tuple[AllowanceCharge, ...]) -> Decimal:
    return sum((each.amount if each.is_charge else -each.amount for each in entries), ZERO)


def _line(index: int, line: Line) -> Iterator[Discrepancy]:
    """BR-CO-4 and the calculation of BT-131: quantity x price / base quantity, less discounts, plus charges."""
    if not line.price_base_quantity and line.price_base_quantity is not None:
        return
    gross = EXACT.divide(EXACT.multiply(line.quantity, line.net_price), line.price_base_quantity or Decimal(1))
    changes = _signed(line.allowances_charges)
    # Half a cent may be rounded before the discounts, with them or after them, and each is right.
    fitting = {round_to_cent(gross + changes), round_to_cent(gross) + round_to_cent(changes)}
    if round_to_cent(line.net_amount) not in fitting:
        name = f"Line {line.id or index + 1}: {_plain(line.quantity)} x {_plain(line.net_price)}"
        less = f" and {_shown(changes)}" if changes else ""
        yield from _differs(
            f"items/{index}/subtotal", f"{name}{less}", round_to_cent(gross + changes), line.net_amount
        )  # fmt: skip


def _plain(number: Decimal) -> str:
    shown = format(number, "f")
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def _rate(group: Group) -> str:
    category, rate = group
    return f"category {category}" if rate is None else f"{_plain(rate)} % ({category})" if category else _plain(rate)


def _groups(invoice: EInvoice) -> Iterator[Discrepancy]:
    for index, group in enumerate(invoice.vat_groups):
        rate = group.percentage or ZERO
        expected = round_to_cent(EXACT.divide(EXACT.multiply(group.taxable_amount, rate), _HUNDRED))
        # A simplified FatturaPA may name the tax without its rate: nothing to compute with.
        if group.percentage is not None or group.category != "S":
            what = f"VAT of {_rate((group.category, group.percentage))} on {_shown(group.taxable_amount)}"
            yield from _differs(f"taxes/{index}/tax_amount", what, expected, group.vat_amount)
    if not invoice.lines:
        return
    expected_nets, found_nets = _nets_of_parts(invoice), _nets_of_groups(invoice)
    for key in expected_nets.keys() | found_nets.keys():
        net = round_to_cent(expected_nets.get(key, ZERO))
        yield from _differs("taxes", f"The base of {_rate(key)}", net, found_nets.get(key, ZERO))


def _key(category: str, percentage: Decimal | None) -> Group:
    """Without a rate of its own a category counts as zero: some write 0 there, and some write nothing."""
    return category, (percentage or ZERO) if category != "S" else percentage


def _nets_of_parts(invoice: EInvoice) -> dict[Group, Decimal]:
    nets: dict[Group, Decimal] = {}
    for line in invoice.lines:
        key = _key(line.vat_category, line.vat_percentage)
        nets[key] = nets.get(key, ZERO) + line.net_amount
    for entry in invoice.allowances_charges:
        key = _key(entry.vat_category, entry.vat_percentage)
        nets[key] = nets.get(key, ZERO) + (entry.amount if entry.is_charge else -entry.amount)
    return nets


def _nets_of_groups(invoice: EInvoice) -> dict[Group, Decimal]:
    nets: dict[Group, Decimal] = {}
    for group in invoice.vat_groups:
        key = _key(group.category, group.percentage)
        nets[key] = nets.get(key, ZERO) + group.taxable_amount
    return nets


def _sums(invoice: EInvoice) -> Iterator[Discrepancy]:
    totals, entries = invoice.totals, invoice.allowances_charges
    if invoice.lines:
        lines = sum((line.net_amount for line in invoice.lines), ZERO)
        if round_to_cent(lines) == lines:  # FatturaPA has lines of more decimals; their groups are compared above
            yield from _differs("total_amount_excluding_taxes", "The sum of the lines", lines, totals.line_total)
    for is_charge, name, total in (
        (False, "discounts", totals.allowance_total),
        (True, "charges", totals.charge_total),
    ):
        parts = sum((each.amount for each in entries if each.is_charge == is_charge), ZERO)
        # Profiles without lines may leave the parts out and name the sum alone.
        if entries or invoice.lines:
            yield from _differs("total_amount_excluding_taxes", f"The sum of the {name}", parts, total)


def _totals(received: ReceivedInvoice) -> Iterator[Discrepancy]:
    totals = received.invoice.totals
    net = totals.line_total - totals.allowance_total + totals.charge_total
    yield from _differs("total_amount_excluding_taxes", "The total without VAT", net, totals.tax_exclusive)
    if received.invoice.vat_groups:
        vat = sum((group.vat_amount for group in received.invoice.vat_groups), ZERO)
        yield from _differs("total_tax_amount", "The sum of the VAT", vat, totals.vat_total)
    gross = totals.tax_exclusive + totals.vat_total
    yield from _differs("total_amount", "The total with VAT", gross, totals.tax_inclusive)
    due = totals.tax_inclusive - totals.paid_amount + totals.rounding_amount + received.third_party_payments
    yield from _differs("payable_amount", "The amount due", due, totals.amount_due)
    yield from _to_pay(received)


def _to_pay(received: ReceivedInvoice) -> Iterator[Discrepancy]:
    """What is asked for: the amount due less what the buyer withholds, and less the VAT that it pays itself."""
    withheld = sum((each.amount for each in received.withholdings), ZERO)
    split = received.invoice.totals.vat_total if received.is_split_payment else ZERO
    expected = received.invoice.totals.amount_due - withheld - split
    yield from _differs("payable_amount", "The amount to pay", expected, received.amount_to_pay)
