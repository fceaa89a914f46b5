"""What only an invoice shows: what is due, by when, where to pay it, and the deposits that are taken off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from counterfoil.formats import qr
from counterfoil.formats.labels import Labels
from counterfoil.formats.page import Fact, PaymentView, TotalRow
from counterfoil.formats.parts import Document, Parts, is_amount, left_to_pay, withholding
from counterfoil.formats.wording import Wording

PROFORMA = "PROFORMA"


def parts(document: Document, words: Wording) -> Parts:
    """The parts of an invoice, a deposit invoice, a balance invoice, or a draft of one."""
    labels = words.labels
    amount = _amount(document)
    due = Fact(_due_label(document, labels), words.money(amount))
    return Parts(
        title=_title(document, labels),
        seller=labels.seller,
        buyer=labels.buyer,
        due=due,
        beside=Fact(labels.due_date, words.day(document.get("due_date"))),
        facts=tuple(_facts(document, words)),
        ends=(
            *withholding(document, words),
            *_deposits(document, words),
            *_credited(document, amount, words),
            TotalRow("due", due.label, due.value, is_strong=True),
        ),
        watermark={"draft": PROFORMA, "canceled": labels.canceled}.get(document["status"], ""),
        notice=_notice(document, words),
        payment=_payment(document, words),
        online=labels.view_online,
    )


def _title(document: Document, labels: Labels) -> str:
    if document["status"] == "draft":
        return labels.proforma_invoice
    titles = {"deposit": labels.deposit_invoice, "balance": labels.balance_invoice}
    return titles.get(str(document.get("invoice_type")), labels.invoice)


def _notice(document: Document, words: Wording) -> str:
    if document["status"] == "canceled":
        return words.labels.canceled_notice
    if document["status"] != "paid":
        return ""
    day = words.day(document.get("paid_at"))
    return words.labels.paid_on.format(date=day) if day else words.labels.paid


def _due_label(document: Document, labels: Labels) -> str:
    return labels.amount_paid if document["status"] == "paid" else labels.amount_due


def _amount(document: Document) -> Mapping[str, str]:
    """What was paid, or what is left to pay."""
    paid: Mapping[str, str] | None = document.get("amount_paid")
    return paid if paid and document["status"] == "paid" else left_to_pay(document)


def _facts(document: Document, words: Wording) -> Iterator[Fact]:
    labels = words.labels
    yield Fact(labels.issue_date, words.day(document.get("issue_date")))
    start = document.get("performance_start_date") or document.get("performance_date")
    end = document.get("performance_end_date")
    is_period = bool(start and end and start != end)
    yield Fact(labels.performance_period if is_period else labels.performance, words.period(start, end))
    yield Fact(labels.purchase_order, str(document.get("purchase_order") or ""))
    kinds = {"goods": labels.goods, "services": labels.services, "goods_and_services": labels.goods_and_services}
    yield Fact(labels.transaction_type, kinds.get(str(document["organization"].get("transaction_type")), ""))


def _deposits(document: Document, words: Wording) -> Iterator[TotalRow]:
    """The deposits that were invoiced before, each named with its VAT: UStG § 14 Abs. 5 Satz 2 asks for both."""
    labels, deposits = words.labels, document.get("deposits") or ()
    for deposit in deposits:
        label = labels.deposit_of.format(number=deposit["number"], date=words.day(deposit["issue_date"]))
        vat = deposit.get("vat_amount")
        if vat and is_amount(vat["value"]):
            label = labels.including_vat.format(label=label, vat=words.money(vat))
        yield TotalRow("deposit", label, words.money(deposit["amount"], is_negated=True))
    whole = document.get("deposit_amount")
    if whole and not deposits and is_amount(whole["value"]):
        yield TotalRow("deposit", labels.deposit, words.money(whole, is_negated=True))


def _credited(document: Document, amount: Mapping[str, str], words: Wording) -> Iterator[TotalRow]:
    """What credit notes took off; what they give back of an invoice that was paid before is no part of its sums."""
    credited = document.get("credited_amount")
    if credited and is_amount(credited["value"]) and amount == left_to_pay(document):
        yield TotalRow("credited", words.labels.credited, words.money(credited, is_negated=True))


def _payment(document: Document, words: Wording) -> PaymentView | None:
    """Where to pay; None on a paid or canceled document and where no account is named."""
    methods = document.get("payment_methods") or ()
    if not methods or document["status"] in ("paid", "canceled"):
        return None
    method, labels = methods[0], words.labels
    iban = "".join(str(method.get("iban") or "").split())
    grouped = " ".join(iban[start : start + 4] for start in range(0, len(iban), 4))
    facts = (
        Fact(labels.beneficiary, str(method.get("beneficiary_name") or "")),
        Fact("IBAN", grouped),
        Fact("BIC", str(method.get("bic") or "")),
        Fact(labels.reference, str(document.get("number") or "")),
        Fact(labels.amount, words.money(left_to_pay(document))),
        Fact(labels.due_date, words.day(document.get("due_date"))),
    )
    return PaymentView(
        heading=labels.payment,
        facts=tuple(fact for fact in facts if fact.value),
        iban=grouped,
        iban_plain=iban,
        qr_payload=qr.payload(document),
        qr_caption=labels.scan_to_pay,
    )
