"""The seller's accent colour, made safe to read: integer arithmetic on "#rrggbb"."""

from __future__ import annotations

import re

DEFAULT_ACCENT = "#1f4e79"
_HEX = re.compile(r"#[0-9A-Fa-f]{6}")

# On white and on our tints, text of at most this luminance (in ten-thousandths) has the contrast of 4.5 to 1 that
# WCAG 2.2 AA asks for.
_READABLE_LUMINANCE = 1400


def accent(color: str) -> str:
    """`color` in lower case, or our own default where it is no "#rrggbb"."""
    return color.lower() if _HEX.fullmatch(color) else DEFAULT_ACCENT


def ink(color: str) -> str:
    """`color` darkened, its hue kept, until text in it can be read on white and on its own tint."""
    channels = _channels(accent(color))
    while _luminance(channels) > _READABLE_LUMINANCE:
        channels = [channel * 97 // 100 for channel in channels]
    return _hex(channels)


def tint(color: str) -> str:
    """`color` thinned to a pale ground: 7 parts of it in 100 of white."""
    return _hex([(channel * 7 + 255 * 93) // 100 for channel in _channels(accent(color))])


def _channels(color: str) -> list[int]:
    return [int(color[position : position + 2], 16) for position in (1, 3, 5)]


def _luminance(channels: list[int]) -> int:
    """Relative luminance in ten-thousandths, by the weights of ITU-R BT.709; a square stands for the gamma."""
    red, green, blue = (channel * channel for channel in channels)
    return (red * 2126 + green * 7152 + blue * 722) // (255 * 255)


def _hex(channels: list[int]) -> str:
    return "#" + "".join(f"{channel:02x}" for channel in channels)
