"""Deposits: what was invoiced ahead is taken off the balance invoice's amount due, each deposit once. Pure.

A balance invoice bills the whole job and names the deposits with their VAT, so that no VAT is owed twice (UStG § 14
Abs. 5 Satz 2; Directive 2006/112/EC art. 65, 220 (1) (4) and 226; EN 16931 BT-113).
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from counterfoil.domain.client_invoice import DeductedDeposit, FrozenClientInvoice, NewClientInvoice
from counterfoil.domain.money import ZERO, Money, money, text
from counterfoil.errors import Fault, Invalid

FIELD: Final = "deposit_invoice_ids"

# Status of a deposit invoice -> why it cannot be deducted, and what to do. Those that can be are not in it.
_STATE_REFUSALS: Final[Mapping[str, tuple[str, str, str]]] = MappingProxyType(
    {
        "draft": (
            "deposit_not_finalized", "The deposit invoice is a draft.",
            "Finalize it first: POST /v2/client_invoices/{id}/finalize.",
        ),
        "canceled": (
            "deposit_canceled", "The deposit invoice {number} is canceled: it asks for nothing any more.",
            "Leave it out.",
        ),
    }
)  # fmt: skip


def asked_for(new: NewClientInvoice) -> list[str]:
    """The ids of the deposits that `new` deducts. Raises Invalid when it is no balance invoice, or names one twice."""
    ids = [each.lower() for each in new.deposit_invoice_ids or ()]
    if ids and new.invoice_type not in (None, "balance"):
        raise Invalid(
            "deposits_need_a_balance_invoice",
            f"A {new.invoice_type} invoice deducts no deposits.",
            field=FIELD,
            fix='Send "invoice_type": "balance", or "deposit_invoice_ids": [].',
        )
    faults = [
        Fault("duplicate_deposit", "This deposit is named twice.", field=f"{FIELD}/{index}", fix="Send each id once.")
        for index, each in enumerate(ids)
        if each in ids[:index]
    ]
    if faults:
        raise Invalid.of(faults)
    return ids


def state_fault(index: int, document: Mapping[str, Any], status: str, client_id: str) -> Fault | None:
    """Why a document cannot be deducted from a balance invoice of this client; None when it can be."""
    field, number = f"{FIELD}/{index}", document.get("number") or "a draft"
    if document["invoice_type"] != "deposit":
        return Fault(
            "not_a_deposit_invoice", f"The invoice {number} is a {document['invoice_type']} invoice.", field=field,
            fix='Send ids of invoices that were created with "invoice_type": "deposit".',
        )  # fmt: skip
    if document["client"]["id"] != client_id:
        return Fault(
            "deposit_of_another_client", f"The deposit invoice {number} was made for another client.", field=field,
            fix="Send deposits of this client only.",
        )  # fmt: skip
    if status in _STATE_REFUSALS:
        code, message, fix = _STATE_REFUSALS[status]
        return Fault(code, message.format(number=number), field=field, fix=fix, meta={"status": status})
    return None


def deducted(document: Mapping[str, Any], status: str) -> DeductedDeposit:
    """A deposit invoice as its balance invoice names it: what the client was asked to pay is taken off."""
    kept = ("id", "number", "issue_date", "total_amount", "total_amount_cents", "vat_amount", "vat_amount_cents")
    return DeductedDeposit(
        **{name: document[name] for name in kept},
        amount=document["amount_due"],
        amount_cents=document["amount_due_cents"],
        paid=status == "paid",
        vat_breakdown=document.get("vat_breakdown") or [],
    )


def refuse_excess(frozen: FrozenClientInvoice) -> None:
    """Raises Invalid when an invoice deducts more than it bills."""
    billed = sum((Decimal(deposit.total_amount.value) for deposit in frozen.deposits), ZERO)
    if not frozen.deposits or (billed <= Decimal(frozen.total_amount.value) and frozen.amount_due_cents >= 0):
        return
    raise Invalid(
        "deposits_exceed_invoice",
        f"The deposits total {text(billed)} {frozen.currency}, the invoice {frozen.total_amount.value}.",
        field=FIELD,
        fix="Bill the whole job on the balance invoice, the deposits included; they are taken off its amount due.",
        meta={"deposits_amount": money(billed, frozen.currency), "total_amount": frozen.total_amount.model_dump()},
    )


def amount_of(frozen: FrozenClientInvoice) -> Money | None:
    """What all deposits take off; None without any."""
    if not frozen.deposits:
        return None
    whole = sum((Decimal(deposit.amount.value) for deposit in frozen.deposits), ZERO)
    return Money(value=text(whole), currency=frozen.currency)
