"""Texts that mean harm or trouble, and a way to put them wherever a document prints a text."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

TEXTS = {
    "typst code": '#set page(width: 1pt); #panic("x") $x^2$ *b* _i_ `r` <l> @l \\ // c /* [] {} ] ) "',
    "reading a file": '#read("/etc/passwd") #read("../../../../etc/passwd") #include "/etc/passwd"',
    "a package": '#import "@preview/cetz:0.3.1": canvas',
    "HTML": '<script>alert(1)</script><img src=x onerror=alert(1)> &amp; &lt; {{ 7*7 }} {% raw %}',
    "JSON": '"}],"items":[{"title":"x\\u0000\\n',
    "right to left": "שלום עולם مرحبا بالعالم \u202e\u2066gpj.exe\u2069 \u200fabc\u200e नमस्ते \u0627\u05b4\u0947",
    "emoji": "😀👩\u200d👩\u200d👧🏽🇫🇷❤\ufe0f☠️🏴\U000e0067\U000e007f",
    "CJK": "発票請求書 청구서 发票（測試）",
    "odd characters": "\ue000\ufffd\ufffc\u0600\u00ad\u200b\u2028\u2029\U0010ffff\U0001d54f a\u0301\u0302\u0336",
    "controls": "\x00\x07\x1b[31m\r\n\t\x7f\x85",
    "long": "word " * 1000,
    "long word": "W" * 5000,
    "mixed and long": "Ünïcödé😀発\u0627\u05d0#x[" * 300,
}  # fmt: skip

# Amounts, rates, days and codes are not texts: the wire's own types admit nothing hostile there.
_NOT_TEXTS = {
    "id", "organization_id", "status", "currency", "value", "rate", "vat_rate", "quantity", "type", "invoice_type",
    "amount", "issue_date", "due_date", "performance_date", "performance_start_date", "performance_end_date", "paid_at",
    "created_at", "updated_at", "finalized_at", "stamp_duty_amount", "locale", "legal_country", "attachment_id",
    "einvoicing_status", "vat_category", "transaction_type", "vat_payment_condition", "vat_regime",
}  # fmt: skip


def fields(document: dict[str, Any]) -> list[tuple[str | int, ...]]:
    """The paths of all texts in `document`, filled or not."""
    return list(_texts(document, ()))


def with_text(document: dict[str, Any], paths: list[tuple[str | int, ...]], text: str) -> dict[str, Any]:
    """A copy of `document` with `text` at each of `paths`."""
    changed = copy.deepcopy(document)
    for path in paths:
        place: Any = changed
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = text
    return changed


def _texts(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    if isinstance(value, dict):
        for key, entry in value.items():
            if key not in _NOT_TEXTS:
                yield from _texts(entry, (*path, key))
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            yield from _texts(entry, (*path, index))
    elif isinstance(value, str):
        yield path
