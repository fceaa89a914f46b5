"""Document numbers: "F-2026-001", one sequence a kind and year of issue, without gaps."""

from __future__ import annotations

import re
from typing import Final

from counterfoil.errors import Fault, Invalid

PREFIX: Final = {"client_invoice": "F", "credit_note": "A", "quote": "D"}
PROFORMA: Final = "-PROFORMA"
LONGEST: Final = 40

# Three digits, more past 999 but then no leading zero; nine at most, so that a given number never runs off the counter.
_PATTERN = re.compile(r"([A-Z])-([0-9]{4})-([0-9]{3}|[1-9][0-9]{3,8})", re.ASCII)


def number(kind: str, year: int, sequence: int) -> str:
    """The number of the `sequence`-th document (from 1) of this kind issued in `year`: "F-2026-001", "F-2026-1000"."""
    if sequence < 1:
        raise ValueError(f"sequences begin at 1, not {sequence}")
    return f"{PREFIX[kind]}-{year:04d}-{sequence:03d}"


def parse(kind: str, number: str) -> tuple[int, int] | None:
    """Year and sequence of a number that `number(kind, …)` could have made; None for any other text."""
    match = _PATTERN.fullmatch(number)
    if match is None or match[1] != PREFIX[kind] or int(match[3]) == 0:
        return None
    return int(match[2]), int(match[3])


def proforma(number: str) -> str:
    """What a draft shows as its number: what it would get, marked as not yet definitive. Never stored."""
    return number + PROFORMA


def validate_given(number: str) -> None:
    """Check a number that a person chose; what one country's law adds is checked at finalize. Raises Invalid."""
    for is_wrong, message, fix in (
        (not number.strip(), "The number is blank.", "Send a number, or leave the field out."),
        (
            number != number.strip(),
            "The number begins or ends with a space.",
            "Send it without the space: two numbers that print alike could not be told apart.",
        ),
        (
            number.upper().endswith(PROFORMA),
            "A number may not end in -PROFORMA: that marks a draft's preview number.",
            "Send the number without -PROFORMA.",
        ),
        (
            len(number) > LONGEST,
            f"The number has {len(number)} characters; {LONGEST} are allowed.",
            "Send a shorter number.",
        ),
        (
            not number.isprintable(),
            "The number holds characters that cannot be printed on one line.",
            "Send plain letters, digits and signs on one line.",
        ),
    ):
        if is_wrong:
            raise Invalid.of([Fault("invalid_number", message, field="number", fix=fix)])
