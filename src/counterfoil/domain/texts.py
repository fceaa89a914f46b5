"""Text types of the wire. Control characters are refused at write: a PDF/A or a mail header could not carry them."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

_NEVER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufdd0-\ufdef\ufffe\uffff]")
_NOT_IN_A_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufdd0-\ufdef\ufffe\uffff]")


def without_controls(value: str) -> str:
    """`value` itself; line breaks and tabs are allowed. Raises ValueError on other control characters."""
    if _NEVER.search(value):
        raise ValueError("control characters are not allowed; send plain text")
    return value


def one_line(value: str) -> str:
    """`value` itself. Raises ValueError on any control character, line breaks included."""
    if _NOT_IN_A_LINE.search(value):
        raise ValueError("control characters and line breaks are not allowed here; send one line of plain text")
    return value


OneLine = AfterValidator(one_line)
Paragraphs = AfterValidator(without_controls)

Line40 = Annotated[str, StringConstraints(max_length=40), OneLine]
Line60 = Annotated[str, StringConstraints(max_length=60), OneLine]
Line120 = Annotated[str, StringConstraints(max_length=120), OneLine]
Line250 = Annotated[str, StringConstraints(max_length=250), OneLine]
Text525 = Annotated[str, StringConstraints(max_length=525), Paragraphs]
Text1000 = Annotated[str, StringConstraints(max_length=1000), Paragraphs]
Text1800 = Annotated[str, StringConstraints(max_length=1800), Paragraphs]
Text3000 = Annotated[str, StringConstraints(max_length=3000), Paragraphs]
CountryCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2}$", to_upper=True)]

# Marks a field that an answer leaves out when it has no value, in the schema of the model that writes it.
MAY_BE_ABSENT = "x-may-be-absent"
