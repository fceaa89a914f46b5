"""BG-1 and BT-20: all that a document says in words. What is on the page is here too: the two are alternatives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from counterfoil.domain import electronic_addresses as addresses
from counterfoil.domain import mentions
from counterfoil.domain.einvoice import Note, Party
from counterfoil.formats import einvoice_codes as codes
from counterfoil.formats.parts import Document, is_amount
from counterfoil.formats.wording import Wording
from counterfoil.formats.xml_tree import clean

# XRechnung 3.0, BR-DE-18: a line of BT-20 that begins with # is an early payment discount in this form, or a fault.
_SKONTO: Final = re.compile(
    r"#SKONTO#TAGE=[0-9]+#PROZENT=[0-9]+\.[0-9]{2}(#BASISBETRAG=-?[0-9]+\.[0-9]{2})?#", re.ASCII
)
# UBL writes a note's subject before it as #PMT#, and BR-FR-06 counts those: a person's text must not look like one.
_LOOKS_LIKE_A_SUBJECT: Final = re.compile(r"(^|#)([A-Z]{3})(?=#|$)")
# What becomes of a credit note's amount: EN 16931 asks for BT-9 or BT-20 where BT-115 is above zero (BR-CO-25).
_CREDITED: Final = {
    "fr": "Montant en faveur du client, à déduire ou à rembourser.",
    "en": "Amount in the customer's favour, to be deducted or refunded.",
    "de": "Betrag zugunsten des Kunden, wird verrechnet oder erstattet.",
    "it": "Importo a favore del cliente, da compensare o rimborsare.",
    "es": "Importe a favor del cliente, a deducir o devolver.",
}


def payment_terms(document: Document, words: Wording, *, has_grammar: bool) -> str:
    """BT-20: the terms, and what the client withholds. has_grammar: XRechnung's, for lines that begin with #."""
    terms = _terms(document)
    if has_grammar:
        terms = _with_grammar(terms) or ""
    parts = [*filter(None, [terms]), *_withholding(document, words)]
    if not parts and "invoice_id" in document:
        parts = [_CREDITED[words.language]]
    return "\n".join(parts)


def _terms(document: Document) -> str:
    return clean(str(document.get("terms_and_conditions") or "")).strip()


def _with_grammar(terms: str) -> str | None:
    """The terms as XRechnung takes them; None where it takes them in no form, so that they must stand elsewhere."""
    lines = terms.split("\n")
    marked = [line.strip() for line in lines if line.strip().startswith("#")]
    if not marked:
        return terms
    if not all(_SKONTO.fullmatch(line) for line in marked) or "#" in "".join(set(lines) - set(marked)):
        return None
    return terms


def _withholding(document: Document, words: Wording) -> Iterator[str]:
    held = document.get("withholding_tax")
    if held and is_amount(held["amount"]):
        label = f"{words.labels.withholding} {words.rate(held['rate'])}"
        yield words.labelled(label, words.amount(-Decimal(held["amount"]), document["currency"]))
        yield words.labelled(words.labels.amount_due, words.money(document["amount_due"]))


def notes(document: Document, seller: Party, buyer: Party, words: Wording, *, has_grammar: bool) -> tuple[Note, ...]:
    """BG-1: France's own first, then what the page says, in its order; nothing twice."""
    french = tuple(_french(document, seller, buyer, words)) if _is_french(document) else ()
    said = {note.text for note in french} | {
        str(group.get("vat_exemption_text") or "") for group in document["vat_breakdown"]
    }
    texts = dict.fromkeys(clean(text).strip() for text in _texts(document, words, has_grammar=has_grammar))
    if french:
        texts = dict.fromkeys(_LOOKS_LIKE_A_SUBJECT.sub(r"\1\2.", text) for text in texts)
    return (*french, *(Note(text, codes.GENERAL_NOTE) for text in texts if text and text not in said))


def _is_french(document: Document) -> bool:
    return str(document["organization"].get("legal_country") or "").upper() == "FR"


def _french(document: Document, seller: Party, buyer: Party, words: Wording) -> Iterator[Note]:
    """PMT, PMD and AAB, each exactly once (BR-FR-05, BR-FR-06), and BAR where the treatment is known (BR-FR-20)."""
    is_business = document["client"].get("type") != "individual"
    for name, code in codes.FRENCH_NOTES.items():
        given = clean(str(document.get(name) or "")).strip()
        default = mentions.french_condition(name, words.language, is_business_client=is_business)
        yield Note(given or default, code)
    treatment = _treatment(document, seller, buyer)
    if treatment:
        yield Note(treatment, codes.TREATMENT_NOTE)


def _treatment(document: Document, seller: Party, buyer: Party) -> str:
    """B2B, B2BINT, B2C or B2CINT; "" for a French business that could not be reached by its SIREN (BR-FR-11, -21)."""
    country = buyer.address.country
    is_abroad = bool(country) and country != (seller.address.country or "FR")
    if document["client"].get("type") == "individual":
        return "B2CINT" if is_abroad else "B2C"
    if is_abroad:
        return "B2BINT"
    siren, address = buyer.legal_registration, buyer.electronic_address
    is_reached = (
        siren is not None
        and siren.scheme == "0002"
        and address is not None
        and address.scheme == addresses.FRENCH
        and address.value.startswith(siren.value)
    )
    return "B2B" if is_reached else ""


def _texts(document: Document, words: Wording, *, has_grammar: bool) -> Iterator[str]:
    yield str(document.get("header") or "")
    if "invoice_id" in document:
        yield str(document.get("reason") or "")
    yield from _deposits(document, words)
    terms = _terms(document)
    if has_grammar and terms and _with_grammar(terms) is None:
        yield terms
    yield from (str(note) for note in document.get("mentions") or ())
    yield from (str(document.get(name) or "") for name in codes.FRENCH_NOTES)
    yield str(document.get("footer") or "")


def _deposits(document: Document, words: Wording) -> Iterator[str]:
    """The deposits with their VAT, which EN 16931 has no terms for and UStG § 14 Abs. 5 Satz 2 asks for."""
    for deposit in document.get("deposits") or ():
        label = words.labels.deposit_of.format(number=deposit["number"], date=words.day(deposit["issue_date"]))
        vat = deposit.get("vat_amount")
        if vat and is_amount(vat["value"]):
            label = words.labels.including_vat.format(label=label, vat=words.money(vat))
        yield words.labelled(label, words.money(deposit["amount"], is_negated=True))
