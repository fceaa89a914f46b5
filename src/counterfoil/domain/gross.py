"""An amount with VAT, split over VAT groups so that the parts sum to it to the cent. Pure.

VAT is rounded once a group, so not every amount with VAT is a taxable amount plus its VAT: at 20 % no taxable amount
gives 0.03 euros. Parts are moved by a cent or two between groups until each is one; where that is impossible, such as
with one group, the VAT is taken out of the amount, and is then at most a cent beside its rate (SdI 00421 and the
EN 16931 schematron allow that).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from counterfoil.domain.money import apportion, round_ratio

_MILLION: Final = 10**6
# How far a part may move from its exact share, in cents; the nearest first.
_SHIFTS: Final = (0, -1, 1, -2, 2)


class Left(NamedTuple):
    """What is there to take from in one group: rate in millionths, amounts in cents."""

    rate: int
    taxable: int
    vat: int

    @property
    def total(self) -> int:
        return self.taxable + self.vat


class Part(NamedTuple):
    """A group's part, in cents."""

    taxable: int
    vat: int


def split(amount: int, groups: Sequence[Left]) -> list[Part]:
    """`amount` (cents, with VAT) split over `groups` by what is in them; at most the sum of their totals.

    All of it gives all of each group, whatever VAT is left there. Groups that hold nothing get nothing.
    """
    weights = [max(group.total, 0) for group in groups]
    whole = sum(weights)
    if not amount:
        return [Part(0, 0) for _ in groups]
    if amount == whole and all(_is_sound(group) for group in groups):
        return [Part(group.taxable, group.vat) for group in groups]
    shares = apportion(amount, [amount * weight for weight in weights], whole)
    moved = _moved(shares, weights, [group.rate for group in groups])
    return [_part(share, group.rate) for share, group in zip(moved or shares, groups, strict=True)]


def _is_sound(group: Left) -> bool:
    """Whether what is left can be a line of its own: nothing negative, and VAT a cent beside its rate at most."""
    if group.taxable < 0 or group.vat < 0 or (group.vat and not group.taxable):
        return False
    return abs(group.vat - round_ratio(group.taxable * group.rate, _MILLION)) <= 1


def _moved(shares: Sequence[int], weights: Sequence[int], rates: Sequence[int]) -> list[int] | None:
    """The shares moved as little as possible until each is a taxable amount plus its VAT; None when none are.

    found: for each sum of moves so far, the least distance moved and the parts.
    """
    found: dict[int, tuple[int, list[int]]] = {0: (0, [])}
    for share, weight, rate in zip(shares, weights, rates, strict=True):
        following: dict[int, tuple[int, list[int]]] = {}
        for shift in _SHIFTS:
            part = share + shift
            if not 0 <= part <= weight or _taxable(part, rate) is None:
                continue
            for moved, (distance, parts) in found.items():
                further = distance + abs(shift)
                if moved + shift not in following or further < following[moved + shift][0]:
                    following[moved + shift] = (further, [*parts, part])
        found = following
    return found[0][1] if 0 in found else None


def _taxable(total: int, rate: int) -> int | None:
    """The amount that, with its rounded VAT, is `total`; None when there is none."""
    near = round_ratio(total * _MILLION, _MILLION + rate)
    return next(
        (each for each in (near, near - 1, near + 1) if each + round_ratio(each * rate, _MILLION) == total), None
    )


def _part(total: int, rate: int) -> Part:
    taxable = _taxable(total, rate)
    if taxable is None:
        taxable = total - round_ratio(total * rate, _MILLION + rate)
    return Part(taxable, total - taxable)
