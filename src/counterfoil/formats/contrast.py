"""An accent colour on a screen: which ink can be read on it, and how it must change to be read itself.

Contrast is the one that WCAG 2.2 defines (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio), in Decimal.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from counterfoil.formats.colors import accent

# Of text on its ground, level AA asks for 4.5; the rest is a margin for a screen's own ideas.
READABLE = Decimal("4.8")
LIGHT_GROUNDS = ("#ffffff", "#f4f5f7")  # --card and --page of web/static/page.css, light
DARK_GROUNDS = ("#1a1f27", "#0f1318")  # the same, dark
_BLACK, _WHITE = "#000000", "#ffffff"
_STEPS = 50


@dataclass(frozen=True, slots=True)
class ScreenAccent:
    """fill: the colour itself; on_fill: black or white, to write on it; light, dark: as text in each scheme."""

    fill: str
    on_fill: str
    light: str
    dark: str


@lru_cache(maxsize=256)
def screen_accent(color: str) -> ScreenAccent:
    """What to do with `color` on a screen; our default where it is no "#rrggbb"."""
    fill = accent(color)
    return ScreenAccent(
        fill=fill,
        on_fill=max(_WHITE, _BLACK, key=lambda ink: contrast(ink, fill)),
        light=_readable(fill, LIGHT_GROUNDS, (_BLACK,)),
        dark=_readable(fill, DARK_GROUNDS, (_brightest(fill), _WHITE)),
    )


def accent_css(color: str) -> str:
    """The style sheet that brings the seller's colour to the page, whose policy lets no attribute do so."""
    accent = screen_accent(color)
    return (
        f":root{{--accent:{accent.fill};--on-accent:{accent.on_fill};--accent-ink:{accent.light}}}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root{{--accent-ink:{accent.dark}}}}}\n"
    )


def contrast(one: str, other: str) -> Decimal:
    """The contrast of two "#rrggbb" colours, from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + Decimal("0.05")) / (darker + Decimal("0.05"))


def _readable(color: str, grounds: tuple[str, ...], way: tuple[str, ...]) -> str:
    """`color`, moved along `way` no further than it takes to be read on all of `grounds`."""
    start = color
    for end in way:
        for step in range(_STEPS):
            moved = _mixed(start, end, step)
            if all(contrast(moved, ground) >= READABLE for ground in grounds):
                return moved
        start = end
    return start


def _brightest(color: str) -> str:
    """`color` as bright as its hue can be, so that it stays a colour on a dark ground."""
    channels = _channels(color)
    highest = max(channels)
    return "#" + "".join(f"{channel * 255 // highest:02x}" for channel in channels) if highest else color


def _mixed(color: str, toward: str, step: int) -> str:
    pairs = zip(_channels(color), _channels(toward), strict=True)
    return "#" + "".join(f"{(own * (_STEPS - step) + other * step) // _STEPS:02x}" for own, other in pairs)


def _luminance(color: str) -> Decimal:
    """Relative luminance, 0 to 1, by the weights and the gamma of sRGB."""
    red, green, blue = (_linear(channel) for channel in _channels(color))
    return red * Decimal("0.2126") + green * Decimal("0.7152") + blue * Decimal("0.0722")


def _linear(channel: int) -> Decimal:
    value = Decimal(channel) / 255
    if value <= Decimal("0.04045"):
        return value / Decimal("12.92")
    return ((value + Decimal("0.055")) / Decimal("1.055")) ** Decimal("2.4")


def _channels(color: str) -> list[int]:
    return [int(color[position : position + 2], 16) for position in (1, 3, 5)]
