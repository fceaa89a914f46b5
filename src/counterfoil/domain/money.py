"""Amounts: Decimal from strings, rounded half up (away from zero) to the cent, and split without losing one."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
# At most so many decimals in a quantity, a unit price, a discount or a rate.
DECIMALS = 6
_HUNDRED = Decimal(100)

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
    """`amount` in euros, rounded half up, away from zero, to two decimals; never negative zero."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP, context=EXACT) or ZERO


def cents(amount: Decimal) -> int:
    """`amount` in euros as whole cents, rounded half up."""
    return int(EXACT.multiply(round_to_cent(amount), _HUNDRED))


def text(amount: Decimal) -> str:
    """`amount` in euros as the wire writes it: two decimals, a point, no grouping; never "-0.00"."""
    return str(round_to_cent(amount))


def money(amount: Decimal, currency: str) -> dict[str, str]:
    """`amount` in units of `currency` as a wire object."""
    return {"value": text(amount), "currency": currency}


def from_cents(amount_cents: int) -> Decimal:
    """Whole cents as euros, always with two decimals: 1250 is Decimal("12.50")."""
    return CENT * amount_cents if amount_cents else ZERO


@lru_cache(maxsize=4096)
def millionths(value: str) -> int:
    """A decimal text of the wire as whole millionths: "0.2" is 200000. Raises ValueError past six decimals."""
    whole, _, decimals = value.partition(".")
    if len(decimals) > DECIMALS:
        raise ValueError(f"{value} has more than {DECIMALS} decimals")
    return int(whole + decimals.ljust(DECIMALS, "0"))


def round_ratio(numerator: int, denominator: int) -> int:
    """numerator / denominator rounded half up, away from zero; denominator is above zero."""
    if numerator < 0:
        return -((denominator - 2 * numerator) // (2 * denominator))
    return (denominator + 2 * numerator) // (2 * denominator)


def apportion(total: int, shares: Sequence[int], whole: int) -> list[int]:
    """`total` shared out in whole units by largest remainder; part i is exactly shares[i] / whole before rounding.

    The exact parts must sum to `total`, or to less than one half beside it. The parts sum to `total` exactly, and none
    is a whole unit or more away from its exact share. Ties go to the larger share, then to the earlier one.
    """
    if (total < 0) != (whole < 0):
        # Rounding down is not symmetric: turn a negative total round, so that its split mirrors the positive one.
        shares = [-share for share in shares]
    if total < 0:
        return [-part for part in apportion(-total, shares, abs(whole))]
    whole = abs(whole)
    parts = [share // whole for share in shares]
    left = total - sum(parts)
    if left:
        by_remainder = sorted(range(len(shares)), key=lambda i: (-(shares[i] % whole), -abs(shares[i]), i))
        for position in by_remainder[:left]:
            parts[position] += 1
    return parts


def split(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """`total` (euros, two decimals) shared out in proportion to `weights` (euros, two decimals) by largest remainder.

    The parts sum to `total` exactly, and none is a cent or more away from its exact share. Ties go to the larger
    weight, then to the earlier part. Weights may be negative; when they sum to zero, all goes to the first part.
    The split of -total is the negative of the split of total.
    """
    total_cents = cents(total)
    weights_cents = [cents(weight) for weight in weights]
    whole = sum(weights_cents)
    if not whole:
        return [total, *([ZERO] * (len(weights) - 1))] if weights else []
    return [from_cents(part) for part in apportion(total_cents, [total_cents * w for w in weights_cents], whole)]


__all__ = [
    "CENT", "DECIMALS", "EXACT", "LARGEST_TOTAL", "ZERO", "CurrencyCode", "Money", "Price", "SignedDecimalText",
    "TotalText", "UnsignedDecimalText", "apportion", "cents", "from_cents", "millionths", "money", "round_ratio",
    "round_to_cent", "split", "text",
]  # fmt: skip
