"""FatturaPA 1.2.3 (Agenzia delle Entrate, specification 1.9 of 1 April 2025): invoices and credit notes of Italian
sellers as SdI takes them, from the frozen document alone.

Not written here: the electronic signature, which private buyers' files need not have, and self-billing (TD16 to TD29).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from lxml import etree

from counterfoil.domain.einvoice_formats import buyer_reference
from counterfoil.domain.totals import WELFARE_FUND_WITHHELD
from counterfoil.formats import fatturapa_parties as parties
from counterfoil.formats.fatturapa_lines import add_lines, add_summaries
from counterfoil.formats.fatturapa_names import file_name, is_credit_note, progressive
from counterfoil.formats.fatturapa_sums import Sums, stamp_duty, sums_of
from counterfoil.formats.fatturapa_xml import (
    NAMESPACE,
    Document,
    Element,
    add,
    add_some,
    amount,
    code,
    latin,
    number,
    percent,
    pieces,
    text,
)

# The API names the sorts of withholding as FatturaPA's tax regimes; they are FatturaPA's TipoRitenuta.
_WITHHOLDING: Final = {f"RF0{digit}": f"RT0{digit}" for digit in range(1, 7)}
_REFERENCE_LENGTH: Final = 20
_CAUSALE_LENGTH: Final = 200
# What an invoice is paid by when nobody said: at once and by transfer, to the account that it names.
_CONDITIONS: Final = "TP02"
_METHOD: Final = "MP05"
_BIC: Final = re.compile("[A-Z]{6}[A-Z2-9][A-NP-Z0-9]([A-Z0-9]{3})?")


def write(document: Document) -> bytes:
    """The file of a finalized invoice or credit note, in UTF-8. The same document gives the same bytes."""
    sums = sums_of(document)
    form = parties.transmission_format(document)
    root = etree.Element(f"{{{NAMESPACE}}}FatturaElettronica", nsmap={"p": NAMESPACE}, versione=form)
    header = add(root, "FatturaElettronicaHeader")
    parties.add_transmission(header, document, progressive(document))
    parties.add_seller(header, document)
    parties.add_buyer(header, document)
    body = add(root, "FatturaElettronicaBody")
    general = add(body, "DatiGenerali")
    _add_general(general, document, sums)
    _add_references(general, document)
    goods = add(body, "DatiBeniServizi")
    add_lines(goods, document, sums)
    add_summaries(goods, sums, is_on_receipts=parties.is_on_receipts(document))
    _add_payment(body, document)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def document_type(document: Document) -> str:
    """TipoDocumento: TD04 a credit note, TD02 and TD03 a deposit, TD06 a professional's fee note, TD01 the rest."""
    is_professional = bool(document["organization"].get("is_professional"))
    if is_credit_note(document):
        return "TD04"
    if document.get("invoice_type") == "deposit":
        return "TD03" if is_professional else "TD02"
    return "TD06" if is_professional else "TD01"


def _add_general(general: Element, document: Document, sums: Sums) -> None:
    block = add(general, "DatiGeneraliDocumento")
    add(block, "TipoDocumento", document_type(document))
    add(block, "Divisa", document["currency"])
    add(block, "Data", document["issue_date"])
    add(block, "Numero", code(document.get("number"), _REFERENCE_LENGTH))
    _add_withholding(block, document, sums)
    if stamp_duty(document):
        duty = add(block, "DatiBollo")
        add(duty, "BolloVirtuale", "SI")
        add(duty, "ImportoBollo", number(stamp_duty(document)))
    _add_funds(block, document, sums)
    add(block, "ImportoTotaleDocumento", number(sums.total))
    if sums.rounding:
        add(block, "Arrotondamento", number(sums.rounding))
    for words in _causes(document):
        add(block, "Causale", words)


def _add_withholding(block: Element, document: Document, sums: Sums) -> None:
    tax = document.get("withholding_tax")
    if not tax:
        return
    reason = str(tax.get("reason") or "")
    withheld = add(block, "DatiRitenuta")
    add(withheld, "TipoRitenuta", _WITHHOLDING.get(reason, reason))
    add(withheld, "ImportoRitenuta", number(sums.withheld))
    add(withheld, "AliquotaRitenuta", percent(tax["rate"]))
    add(withheld, "CausalePagamento", str(tax.get("payment_reason") or ""))


def _add_funds(block: Element, document: Document, sums: Sums) -> None:
    """A DatiCassaPrevidenziale for each VAT group: the contribution is taxed as the lines that it is on."""
    fund = document.get("welfare_fund")
    if not fund:
        return
    is_withheld = fund["type"] == WELFARE_FUND_WITHHELD and bool(document.get("withholding_tax"))
    for group in sums.groups.values():
        if group.welfare:
            entry = add(block, "DatiCassaPrevidenziale")
            add(entry, "TipoCassa", fund["type"])
            add(entry, "AlCassa", percent(fund["rate"]))
            add(entry, "ImportoContributoCassa", number(group.welfare))
            add(entry, "ImponibileCassa", number(group.fund_base))
            add(entry, "AliquotaIVA", group.key.rate)
            add_some(entry, "Ritenuta", "SI" if is_withheld else "")
            add_some(entry, "Natura", group.key.nature)


def _causes(document: Document) -> Iterator[str]:
    """Why the document is written, and what it says beside its lines, in the order of the page."""
    order = text(document, "purchase_order")
    cut_order = f"Ordine d'acquisto: {order}" if len(code(order, 100)) > _REFERENCE_LENGTH else ""
    reference = buyer_reference(document)
    texts = [
        text(document, "reason"), text(document, "header"), cut_order,
        f"Riferimento cliente: {reference}" if reference else "", text(document, "terms_and_conditions"),
        *(document.get("mentions") or ()), text(document, "footer"),
    ]  # fmt: skip
    for each in texts:
        yield from pieces(each, _CAUSALE_LENGTH)


def _add_references(general: Element, document: Document) -> None:
    """The order, and the invoices that this one corrects or deducts."""
    if order := code(document.get("purchase_order"), _REFERENCE_LENGTH):
        add(add(general, "DatiOrdineAcquisto"), "IdDocumento", order)
    related = [(document.get("invoice_number"), document.get("invoice_issue_date"))]
    related += [(deposit["number"], deposit["issue_date"]) for deposit in document.get("deposits") or ()]
    for reference, day in related:
        if identifier := code(reference, _REFERENCE_LENGTH):
            block = add(general, "DatiFattureCollegate")
            add(block, "IdDocumento", identifier)
            add_some(block, "Data", str(day or ""))


def _add_payment(body: Element, document: Document) -> None:
    """What is left to pay; nothing on a credit note, nor where nothing is left."""
    due = amount(document["amount_due"])
    methods = document.get("payment_methods") or ()
    if is_credit_note(document) or due <= 0:
        return
    reporting: Mapping[str, str] = document.get("payment_reporting") or {}
    payment = add(body, "DatiPagamento")
    add(payment, "CondizioniPagamento", reporting.get("conditions") or _CONDITIONS)
    detail = add(payment, "DettaglioPagamento")
    method = methods[0] if methods else {}
    add_some(detail, "Beneficiario", latin(method.get("beneficiary_name"), 200))
    add(detail, "ModalitaPagamento", reporting.get("method") or _METHOD)
    add_some(detail, "DataScadenzaPagamento", text(document, "due_date"))
    add(detail, "ImportoPagamento", number(due))
    add_some(detail, "IBAN", code(method.get("iban"), 42).replace(" ", ""))
    bic = code(method.get("bic"), 11)
    add_some(detail, "BIC", bic if _BIC.fullmatch(bic) else "")


__all__ = ["document_type", "file_name", "write"]
