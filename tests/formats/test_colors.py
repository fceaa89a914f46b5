from __future__ import annotations

import itertools

import pytest

from counterfoil.formats import colors


def luminance(color: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_any_accent_gives_an_ink_that_can_be_read_on_white_and_on_its_tint() -> None:
    steps = ("00", "33", "66", "99", "cc", "ff")
    for parts in itertools.product(steps, repeat=3):
        accent = "#" + "".join(parts)
        ink = colors.ink(accent)

        assert contrast(ink, "#ffffff") >= 4.5, accent
        assert contrast(ink, colors.tint(accent)) >= 4.5, accent


def test_a_dark_accent_stays_as_it_is() -> None:
    assert colors.ink("#1F4E79") == "#1f4e79"


@pytest.mark.parametrize("color", ["", "red", "#fff", "#12345g", 'url("x")', "#1234567"])
def test_what_is_no_colour_becomes_the_default(color: str) -> None:
    assert colors.accent(color) == colors.DEFAULT_ACCENT
