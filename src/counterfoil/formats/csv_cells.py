"""Lines of CSV (RFC 4180) that spreadsheets take as data: a text that would be a formula there is made harmless."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from decimal import Decimal
from typing import Final

Cell = str | int | Decimal | None
# A cell that begins with one of these is a formula, or what a spreadsheet makes one of.
_DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r")


def text(value: object) -> str:
    """A text of anybody's as a cell: with an apostrophe before what a spreadsheet would run."""
    written = "" if value is None else str(value)
    return f"'{written}" if written.startswith(_DANGEROUS) else written


def number(value: object) -> Decimal | None:
    """A number of ours as a cell, never altered: -5.00 is no formula. None for none. Raises ValueError for a text."""
    if value in (None, ""):
        return None
    try:
        return Decimal(str(value))
    except ArithmeticError:
        raise ValueError(f"{value!r} is no number") from None


def line(cells: Iterable[Cell]) -> bytes:
    """A line. Each str in it must come from `text`, each Decimal from `number`."""
    out = io.StringIO()
    csv.writer(out).writerow(["" if cell is None else cell for cell in cells])
    return out.getvalue().encode()
