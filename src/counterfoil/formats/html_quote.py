"""Quote -> the public page on which its client reads it and answers, as HTML that needs no script."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from counterfoil.formats.html_base import Links, Status, contact, message, render
from counterfoil.formats.html_texts import TEXTS
from counterfoil.formats.kind_labels import QUOTES
from counterfoil.formats.page import Appearance, DocumentView, Fact
from counterfoil.formats.quote_texts import QUOTE_TEXTS, QuoteTexts
from counterfoil.formats.view import view
from counterfoil.formats.wording import language_of, wording

# What is at fault, by its code: where on the page, and which of QuoteTexts says so.
FAULTS: Mapping[str, str] = {
    "name_missing": "name", "name_odd": "name", "name_long": "name", "terms_missing": "terms", "reason_odd": "reason",
    "reason_long": "reason", "changed": "all", "answered": "all", "not_from_here": "all", "not_read": "all",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """What the client sent, when it is shown again, and how to send it. faults: codes of `FAULTS`.

    accept, decline: where the forms go. seen: stands for what is shown, so that nobody accepts what they did not see.
    """

    accept: str
    decline: str
    seen: str
    name_limit: int
    reason_limit: int
    is_declining: bool = False
    name: str = ""
    reason: str = ""
    has_read: bool = False
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of the quote, in place of the forms."""

    title: str
    text: str = ""
    facts: tuple[Fact, ...] = ()


def quote_page(
    document: Mapping[str, Any], appearance: Appearance, links: Links, answer: Answer, *, today: date
) -> str:  # fmt: skip
    """The page of a quote (the API's answer, as a dict). today: the seller's calendar day."""
    page = view(document, appearance, "quote")
    texts = QUOTE_TEXTS[page.language]
    is_open = document["status"] == "pending_approval" and not _is_expired(document, today)
    return render(
        "public_quote.html",
        language=page.language,
        links=links,
        page=page,
        texts=TEXTS[page.language],
        quote=texts,
        status=status(document, texts, today),
        contact=contact(document),
        is_open=is_open,
        answer=answer,
        faults=_faults(answer, texts),
        targets={"name": "decline-name" if answer.is_declining else "name", "terms": "terms", "reason": "reason"},
        outcome=None if is_open else _outcome(document, page, texts),
        is_specimen=appearance.is_specimen,
    )


def gone_page(document: Mapping[str, Any], links: Links) -> str:
    """That the page of `document` is not there any more, and whom to ask."""
    language = language_of(document["client"].get("locale"))
    return message(
        language, links, TEXTS[language].gone, QUOTES[language].canceled_notice, contact=contact(document)
    )  # fmt: skip


def missing_page(language: str, links: Links) -> str:
    """That there is nothing here."""
    return message(language, links, QUOTE_TEXTS[language].missing, TEXTS[language].missing_help)


def pdf_soon_page(language: str, links: Links, *, back: str) -> str:
    """That the PDF is not made yet. back: link to the quote's page."""
    texts = TEXTS[language]
    return message(
        language, links, texts.pdf_soon, texts.pdf_is_coming, back=back, back_label=QUOTE_TEXTS[language].back
    )  # fmt: skip


def _is_expired(document: Mapping[str, Any], today: date) -> bool:
    """Whether it was valid until a day before `today`; on its last day it still holds."""
    return str(document["expiry_date"]) < today.isoformat()


def status(document: Mapping[str, Any], texts: QuoteTexts, today: date) -> Status:
    """Where a quote stands, in words. today: the seller's calendar day."""
    if document["status"] == "approved":
        return Status("paid", texts.accepted)
    if document["status"] == "canceled":
        return Status("overdue", texts.declined)
    return Status("overdue", texts.expired) if _is_expired(document, today) else Status("open", texts.waiting)


def _faults(answer: Answer, texts: QuoteTexts) -> dict[str, str]:
    """What is wrong with what was sent, by where on the page; "" where nothing is."""
    limits = {"name_long": answer.name_limit, "reason_long": answer.reason_limit}
    said = dict.fromkeys(("all", "name", "terms", "reason"), "")
    return said | {FAULTS[code]: getattr(texts, code).format(limit=limits.get(code, "")) for code in answer.faults}


def _outcome(document: Mapping[str, Any], page: DocumentView, texts: QuoteTexts) -> _Outcome:
    words = wording(page.language)
    if document["status"] == "approved" and page.acceptance is not None:
        proof = (page.acceptance.fingerprint,) if page.acceptance.fingerprint else ()
        return _Outcome(page.acceptance.heading, texts.thanks, (*page.acceptance.facts, *proof))
    if document["status"] == "canceled":
        facts = (
            Fact(texts.declined_by, str(document.get("declined_by") or "")),
            Fact(texts.declined_on, words.moment(document.get("canceled_at"))),
            Fact(texts.reason_given, str(document.get("decline_reason") or "")),
        )
        return _Outcome(texts.declined, texts.declined_thanks, tuple(fact for fact in facts if fact.value))
    seller = page.seller.name
    return _Outcome(texts.expired, texts.expired_help.format(date=page.beside.value, seller=seller))
