"""What a kind of document says in its own way, and the rows that more than one kind prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from counterfoil.formats.page import AcceptanceView, Fact, PaymentView, TextBlock, TotalRow
from counterfoil.formats.wording import Wording

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a `DocumentView` that its kind decides. ends: the rows of the sums below the total."""

    title: str
    seller: str
    buyer: str
    due: Fact
    beside: Fact
    facts: tuple[Fact, ...]
    ends: tuple[TotalRow, ...]
    watermark: str = ""
    notice: str = ""
    reason: TextBlock | None = None
    payment: PaymentView | None = None
    acceptance: AcceptanceView | None = None
    online: str = ""


def withholding(document: Document, words: Wording) -> Iterator[TotalRow]:
    """The tax that the client pays to the state instead, where there is one."""
    held = document.get("withholding_tax")
    if held:
        label = f"{words.labels.withholding} {words.rate(held['rate'])}"
        yield TotalRow("withholding", label, words.amount(-Decimal(held["amount"]), document["currency"]))


def left_to_pay(document: Document) -> dict[str, str]:
    """What is still due on an invoice once its credit notes are taken off; never less than nothing. A wire amount."""
    due, credited = document["amount_due"], document.get("credited_amount")
    if not credited:
        return dict(due)
    left = max(Decimal(due["value"]) - Decimal(credited["value"]), Decimal("0.00"))
    return {"value": f"{left:.2f}", "currency": due["currency"]}


def is_amount(value: object) -> bool:
    """Whether a wire amount is there and is not zero; "" and null stand for none."""
    return bool(value) and Decimal(str(value)) != 0
