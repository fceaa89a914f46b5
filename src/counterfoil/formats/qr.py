"""The QR code of a bank transfer: EPC069-12, version 002, which European banking apps read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from counterfoil.formats.parts import left_to_pay

if TYPE_CHECKING:
    import segno

SMALLEST_AMOUNT = Decimal("0.01")
LARGEST_AMOUNT = Decimal("999999999.99")
_NAME_LENGTH = 70
_TEXT_LENGTH = 140
_PAYLOAD_BYTES = 331
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_BIC = re.compile(r"[A-Z0-9]{8}([A-Z0-9]{3})?")

# Any of the eight masks makes a valid code; trying all to find the calmest would take four times as long as the rest.
_MASK = 3


def payload(document: Mapping[str, object]) -> str:
    """The code's text for what is due on `document` (the API's answer), or "" when none may be shown.

    None is shown for a document that is not unpaid, not in euros, without an account, or with nothing due. The number
    goes into the unstructured text: the structured field is for ISO 11649 references only.
    """
    methods = document.get("payment_methods")
    if document.get("status") != "unpaid" or not isinstance(methods, list):
        return ""
    due = left_to_pay(document)
    method = methods[0] if methods else {}
    iban = str(method.get("iban") or "").replace(" ", "").upper()
    name = _one_line(method.get("beneficiary_name"))[:_NAME_LENGTH]
    amount = Decimal(due["value"])
    if due["currency"] != "EUR" or not SMALLEST_AMOUNT <= amount <= LARGEST_AMOUNT or not name:
        return ""
    if not _IBAN.fullmatch(iban):
        return ""
    bic = str(method.get("bic") or "").replace(" ", "").upper()
    text = _one_line(document.get("number"))[:_TEXT_LENGTH]
    head = ["BCD", "002", "1", "SCT", bic if _BIC.fullmatch(bic) else ""]
    return _fitting([*head, name, iban, f"EUR{amount:.2f}", "", "", text])


def svg(text: str) -> str:
    """The QR code of `text` as an SVG of square modules, without a fixed size or a border; dark modules only."""
    matrix = _code(text).matrix
    size = len(matrix)
    path = "".join(_row(row, y) for y, row in enumerate(matrix))
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}"><path fill="#000" d="{path}"/></svg>'


@lru_cache(maxsize=16)
def _code(text: str) -> segno.QRCode:
    # Here, for it pulls in XML and HTTP modules that a server which never draws a code need not load.
    import segno

    return segno.make_qr(text, error="m", encoding="utf-8", mask=_MASK, boost_error=False)


def _row(row: bytearray | bytes, y: int) -> str:
    """A matrix row as SVG rectangles, one for each run of dark modules."""
    return "".join(
        f"M{run.start()} {y}h{run.end() - run.start()}v1h-{run.end() - run.start()}z"
        for run in re.finditer(rb"\x01+", bytes(row))
    )


def _one_line(value: object) -> str:
    return " ".join(str(value or "").split())


def _fitting(fields: list[str]) -> str:
    """The fields as the standard's lines; the name is shortened until it is at most 331 bytes of UTF-8."""
    while len("\n".join(fields).encode()) > _PAYLOAD_BYTES and len(fields[5]) > 1:
        fields[5] = fields[5][:-1]
    return "\n".join(fields)
