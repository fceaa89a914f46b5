"""What only a credit note shows: which invoice it corrects, why, and that its amounts go to the client."""

from __future__ import annotations

from counterfoil.formats.kind_labels import CREDIT_NOTES
from counterfoil.formats.page import Fact, TextBlock, TotalRow
from counterfoil.formats.parts import Document, Parts, withholding
from counterfoil.formats.wording import Wording


def parts(document: Document, words: Wording) -> Parts:
    """The parts of a credit note; it never asks for a payment."""
    labels = CREDIT_NOTES[words.language]
    credited = Fact(labels.credited, words.money(document["amount_due"]))
    return Parts(
        title=labels.title,
        seller=labels.seller,
        buyer=labels.buyer,
        due=credited,
        beside=Fact(labels.original_invoice, str(document.get("invoice_number") or "")),
        facts=(
            Fact(labels.issue_date, words.day(document.get("issue_date"))),
            Fact(labels.original_date, words.day(document.get("invoice_issue_date"))),
        ),
        ends=(*withholding(document, words), TotalRow("due", credited.label, credited.value, is_strong=True)),
        reason=TextBlock(labels.reason, document["reason"]) if document.get("reason") else None,
    )
