"""What only a quote shows: what it comes to, how long it holds, and where the client says yes."""

from __future__ import annotations

from collections.abc import Iterator

from counterfoil.formats.kind_labels import QUOTES, QuoteLabels
from counterfoil.formats.page import AcceptanceView, Fact, TotalRow
from counterfoil.formats.parts import Document, Parts, withholding
from counterfoil.formats.wording import Wording


def parts(document: Document, words: Wording) -> Parts:
    """The parts of a quote. It has no due date and names no account: nothing is owed yet."""
    labels = QUOTES[words.language]
    is_canceled = document["status"] == "canceled"
    issued = Fact(labels.issue_date, words.day(document.get("issue_date")))
    until = Fact(labels.valid_until, words.day(document.get("expiry_date")))
    return Parts(
        title=labels.title,
        seller=labels.seller,
        buyer=labels.buyer,
        due=Fact(words.labels.total, words.money(document["total_amount"])),
        beside=until,
        facts=(issued, until) if document["status"] == "approved" else (issued,),
        ends=tuple(_ends(document, words)),
        watermark=labels.canceled if is_canceled else "",
        notice=labels.canceled_notice if is_canceled else _accepted_on(document, words, labels),
        acceptance=None if is_canceled else _acceptance(document, words, labels),
        online=labels.answer_online if document["status"] == "pending_approval" else words.labels.view_online,
    )


def _ends(document: Document, words: Wording) -> Iterator[TotalRow]:
    held = list(withholding(document, words))
    if held:
        yield from held
        yield TotalRow("due", words.labels.amount_due, words.money(document["amount_due"]), is_strong=True)


def _accepted_on(document: Document, words: Wording, labels: QuoteLabels) -> str:
    if document["status"] != "approved":
        return ""
    return labels.accepted_on.format(date=words.day(document.get("approved_at")))


def _acceptance(document: Document, words: Wording, labels: QuoteLabels) -> AcceptanceView:
    """Lines for a signature on paper; of a quote that was accepted online, who did it, when, and what exactly."""
    if document["status"] != "approved":
        blanks = (labels.accept_date, labels.accept_name, labels.accept_signature)
        return AcceptanceView(labels.accept, labels.accept_help, blanks, (), None)
    facts = (
        Fact(labels.accepted_by, str(document.get("approved_by") or "")),
        Fact(labels.accepted_at, words.moment(document.get("approved_at"))),
    )
    fingerprint = str(document.get("document_hash") or "")
    return AcceptanceView(
        labels.accept, "", (), tuple(fact for fact in facts if fact.value),
        Fact(labels.document_hash, fingerprint) if fingerprint else None,
    )  # fmt: skip
