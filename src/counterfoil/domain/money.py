"""Amounts: Decimal from strings, rounded half up (away from zero) to the cent, and split without losing one."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

CENT = Decimal("0.01")
ZERO = Decimal("0.00")

# The widest product is a quantity times a price, 15 digits each, times a rate of 7: 37 digits stay exact.
EXACT = Context(prec=60, rounding=ROUND_HALF_UP)

# One ASCII pattern: Decimal alone would take "٣", "1_000", "NaN" and "1e999".
UnsignedDecimalText = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,9}(\.[0-9]{1,6})?$")]
SignedDecimalText = Annotated[str, StringConstraints(pattern=r"^-?[0-9]{1,9}(\.[0-9]{1,6})?$")]
# A computed total: up to 999 billion, always two decimals.
TotalText = Annotated[str, StringConstraints(pattern=r"^-?[0-9]{1,12}\.[0-9]{2}$")]
CurrencyCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]

LARGEST_TOTAL = Decimal("999999999999.99")


class Money(BaseModel):
    """An amount on the wire: `value` is a decimal string in units of `currency` (12.52 is twelve euros 52 cents)."""

    model_config = ConfigDict(frozen=True)

    value: Annotated[str, StringConstraints(pattern=r"^-?[0-9]{1,12}(\.[0-9]{1,6})?$")]
    currency: CurrencyCode


class Price(BaseModel):
    """A unit price: not negative, up to six decimals (a negative line has a negative quantity)."""

    model_config = ConfigDict(frozen=True)

    value: UnsignedDecimalText
    currency: CurrencyCode


def round_to_cent(amount: Decimal) -> Decimal:
    """`amount` in euros, rounded half up, away from zero, to two decimals."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP, context=EXACT)


def cents(amount: Decimal) -> int:
    """`amount` in euros as whole cents, rounded half up."""
    return int(round_to_cent(amount).scaleb(2, context=EXACT))


def text(amount: Decimal) -> str:
    """`amount` in euros as the wire writes it: two decimals, a point, no grouping; never "-0.00"."""
    rounded = round_to_cent(amount)
    return str(rounded if rounded else ZERO)


def money(amount: Decimal, currency: str) -> dict[str, str]:
    """`amount` in units of `currency` as a wire object."""
    return {"value": text(amount), "currency": currency}


def split(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """`total` (euros, two decimals) shared out in proportion to `weights` by largest remainder.

    The parts are whole cents and sum to `total` exactly. Ties go to the larger weight, then to the earlier part, so
    that the order of equal parts changes nothing. Weights may be negative; when they sum to zero, the whole total
    goes to the first part.
    """
    if not weights:
        return []
    whole = sum(weights, ZERO)
    if not whole:
        return [total] + [ZERO] * (len(weights) - 1)
    exact = [EXACT.divide(EXACT.multiply(total, weight), whole) for weight in weights]
    parts = [share.quantize(CENT, rounding=ROUND_DOWN, context=EXACT) for share in exact]
    left = cents(total - sum(parts, ZERO))
    step = CENT if left >= 0 else -CENT
    by_remainder = sorted(
        range(len(parts)), key=lambda i: (-abs(exact[i] - parts[i]), -abs(weights[i]), i)
    )
    for position in range(abs(left)):
        parts[by_remainder[position % len(parts)]] += step
    return parts


__all__ = [
    "CENT", "EXACT", "LARGEST_TOTAL", "ZERO", "CurrencyCode", "Money", "Price", "SignedDecimalText", "TotalText",
    "UnsignedDecimalText", "cents", "money", "round_to_cent", "split", "text",
]
