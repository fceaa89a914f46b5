"""Any colour that a seller picks can be read, and the formula is the standard's."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import counterfoil
from counterfoil.formats.contrast import DARK_GROUNDS, LIGHT_GROUNDS, accent_css, contrast, screen_accent

AA = Decimal("4.5")
COLORS = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", "21.00"), ("#ffffff", "#ffffff", "1.00"), ("#767676", "#ffffff", "4.54"),
        ("#777777", "#ffffff", "4.48"), ("#0000ff", "#ffffff", "8.59"), ("#ff0000", "#ffffff", "4.00"),
    ],
)  # fmt: skip
def test_contrast_is_the_one_of_wcag(one: str, other: str, ratio: str) -> None:
    assert (
        contrast(one, other).quantize(Decimal("0.01"))
        == Decimal(ratio)
        == contrast(other, one).quantize(Decimal("0.01"))
    )


@given(color=COLORS)
def test_any_accent_can_be_read_and_written_on(color: str) -> None:
    accent = screen_accent(color)
    assert contrast(accent.fill, accent.on_fill) >= AA
    assert all(contrast(accent.light, ground) >= AA for ground in LIGHT_GROUNDS)
    assert all(contrast(accent.dark, ground) >= AA for ground in DARK_GROUNDS)


def test_a_colour_that_can_be_read_stays_as_it_is() -> None:
    assert screen_accent("#1F4E79").light == "#1f4e79"
    assert screen_accent("#ffdd00").dark == "#ffdd00"


def test_what_is_no_colour_cannot_get_into_a_style_sheet() -> None:
    assert "url" not in accent_css("#fff;}body{background:url(//x.example)}")


def test_the_grounds_are_those_of_the_style_sheet() -> None:
    style = (Path(counterfoil.__file__).parent / "web/static/page.css").read_text(encoding="utf-8")
    light, dark = style.split("prefers-color-scheme: dark", 1)
    for part, (card, page) in ((light, LIGHT_GROUNDS), (dark, DARK_GROUNDS)):
        assert f"--card: {card}" in part
        assert f"--page: {page}" in part
