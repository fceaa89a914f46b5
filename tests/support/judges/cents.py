"""Every sum of a document once more, to the cent: EN 16931's own rules let a VAT group be wrong by almost a euro."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from tests.support.judges.figures import ZERO, Figures, LineFigures
from tests.support.judges.findings import Finding

CENT: Final = Decimal("0.01")


def rounded(amount: Decimal) -> Decimal:
    """To the cent, half up and away from zero."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def faults(figures: Figures, *, vat_slack: int = 0, line_slack: Decimal = ZERO) -> list[Finding]:
    """What does not add up.

    vat_slack: cents by which a group's VAT may differ from its rate. A credit note over an amount with VAT is split
    so that nothing of the invoice's VAT is left over, which can take a cent; other documents have none.
    line_slack: by how much a line may differ from its quantity times its price, before any rounding.
    """
    return [
        *(fault for line in figures.lines for fault in _line_faults(line, line_slack)),
        *_group_faults(figures, vat_slack),
        *_total_faults(figures),
    ]


def _unequal(rule: str, what: str, have: Decimal, want: Decimal) -> Finding:
    return Finding("cent", rule, f"{what}: {have}, recomputed {want}")


def _line_faults(line: LineFigures, slack: Decimal) -> Iterator[Finding]:
    exact = line.quantity * line.price / line.base_quantity
    want = rounded(exact) + line.adjustments
    if line.net != want and abs(line.net - exact - line.adjustments) >= slack:
        yield _unequal("line", f"line {line.id}", line.net, want)


def _group_faults(figures: Figures, vat_slack: int) -> Iterator[Finding]:
    keys = [group.vat for group in figures.groups]
    if len(set(keys)) < len(keys):
        yield Finding("cent", "group", "a VAT group stands there twice")
    for key in {line.vat for line in figures.lines} - set(keys):
        yield Finding("cent", "group", f"no VAT group for {key}")
    for group in figures.groups:
        lines = sum((line.net for line in figures.lines if line.vat == group.vat), ZERO)
        if group.taxable != lines + group.adjustments:
            yield _unequal("base", f"base of {group.vat}", group.taxable, lines + group.adjustments)
        want = rounded(group.taxable * group.vat[1] / 100)
        if abs(group.vat_amount - want) > vat_slack * CENT:
            yield _unequal("vat", f"VAT of {group.vat}", group.vat_amount, want)


def _total_faults(figures: Figures) -> Iterator[Finding]:
    lines = sum((line.net for line in figures.lines), ZERO)
    exclusive = sum((group.taxable for group in figures.groups), ZERO)
    vat = sum((group.vat_amount for group in figures.groups), ZERO)
    adjustments = (figures.charge_total or ZERO) - (figures.allowance_total or ZERO)
    expected = (
        ("line total", figures.line_total, lines),
        ("charges less allowances", adjustments, figures.group_adjustments()),
        ("without VAT", figures.tax_exclusive, lines + adjustments),
        ("without VAT, of the groups", figures.tax_exclusive, exclusive),
        ("VAT", figures.vat_total, vat),
        ("with VAT", figures.tax_inclusive, exclusive + vat),
        ("due", figures.due, figures.tax_inclusive - (figures.paid or ZERO)),
    )
    for what, have, want in expected:
        if have is not None and have != want:
            yield _unequal("total", what, have, want)
