"""An amount with VAT, split over VAT groups: to the cent, within what is there, and at the groups' own rates."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.domain.gross import Left, Part, split
from counterfoil.domain.money import round_ratio

RATES = (0, 21_000, 55_000, 100_000, 190_000, 200_000, 220_000)
MILLION = 10**6


def vat(taxable: int, rate: int) -> int:
    return round_ratio(taxable * rate, MILLION)


def left(rate: int, taxable: int) -> Left:
    return Left(rate, taxable, vat(taxable, rate))


def groups_of(amounts: dict[int, int]) -> list[Left]:
    return [left(rate, taxable) for rate, taxable in amounts.items()]


GROUPS = st.dictionaries(st.sampled_from(RATES), st.integers(0, 10**8), min_size=1, max_size=5).map(groups_of)


def test_one_group_at_its_rate() -> None:
    assert split(12_000, [left(200_000, 50_000)]) == [Part(10_000, 2_000)]


def test_parts_are_as_the_groups_and_sum_to_the_amount() -> None:
    parts = split(12_000, [left(200_000, 10_000), left(100_000, 10_000), left(0, 3_000)])
    assert parts == [Part(4615, 923), Part(4615, 462), Part(1385, 0)]
    assert sum(map(sum, parts)) == 12_000


def test_an_amount_that_no_net_amount_gives_has_its_vat_a_cent_beside_the_rate() -> None:
    """At 20 % nothing totals 100.05: 83.37 makes 100.04, 83.38 makes 100.06."""
    assert split(10_005, [left(200_000, 50_000)]) == [Part(8337, 1668)]


def test_all_of_it_is_what_is_left_whatever_vat_is_left() -> None:
    """Three times 0.33 at 20 %: the invoice has 0.20 VAT, two credit notes took 0.07 each."""
    assert split(39, [Left(200_000, 33, 6)]) == [Part(33, 6)]


def test_a_group_that_is_credited_already_gets_nothing() -> None:
    assert split(1_200, [Left(200_000, 0, 0), left(200_000, 5_000)])[0] == Part(0, 0)
    assert split(1_200, [Left(100_000, -10, -1), left(200_000, 5_000)])[0] == Part(0, 0)


@given(GROUPS, st.data())
def test_any_amount_is_split_to_the_cent(groups: list[Left], data: st.DataObject) -> None:
    whole = sum(group.total for group in groups)
    if not whole:
        return
    amount = data.draw(st.integers(1, whole))
    parts = split(amount, groups)
    assert sum(part.taxable + part.vat for part in parts) == amount
    for part, group in zip(parts, groups, strict=True):
        assert 0 <= part.taxable + part.vat <= group.total
        assert part.taxable >= 0
        assert part.vat >= 0
        assert abs(part.vat - vat(part.taxable, group.rate)) <= 1
        assert abs((part.taxable + part.vat) * whole - amount * group.total) <= 3 * whole, "near its exact share"


@given(GROUPS, st.data())
def test_where_exact_parts_are_near_they_are_found(groups: list[Left], data: st.DataObject) -> None:
    """Compared with trying everything: VAT is beside its rate only when no move of two cents a group could help."""
    groups = groups[:3]
    whole = sum(group.total for group in groups)
    if not whole:
        return
    amount = data.draw(st.integers(1, whole))
    parts = split(amount, groups)
    if all(part.vat == vat(part.taxable, group.rate) for part, group in zip(parts, groups, strict=True)):
        return
    totals = [part.taxable + part.vat for part in parts]
    for moves in product(range(-2, 3), repeat=len(groups)):
        moved = [total + move for total, move in zip(totals, moves, strict=True)]
        fits = all(0 <= total <= group.total for total, group in zip(moved, groups, strict=True))
        if sum(moves) == 0 and fits:
            assert not all(
                any(net + vat(net, group.rate) == total for net in near(total, group.rate))
                for total, group in zip(moved, groups, strict=True)
            )


def near(total: int, rate: int) -> range:
    guess = total * MILLION // (MILLION + rate)
    return range(guess - 2, guess + 3)


@pytest.mark.parametrize("amount", range(1, 200))
def test_small_amounts_at_every_cent(amount: int) -> None:
    groups = [left(200_000, 10_000), left(55_000, 3_333), left(0, 500)]
    parts = split(amount, groups)
    assert sum(part.taxable + part.vat for part in parts) == amount
    assert all(part.vat == vat(part.taxable, group.rate) for part, group in zip(parts, groups, strict=True))
