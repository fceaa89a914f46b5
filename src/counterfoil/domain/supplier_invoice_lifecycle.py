"""Supplier invoices: which action is allowed in which state. Tables, so that docs and buttons can read them too."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, get_args

from counterfoil.errors import ForbiddenTransition, WrongState

SupplierInvoiceStatus = Literal[
    "to_review", "to_approve", "to_pay", "awaiting_payment", "pending", "scheduled", "paid", "archived", "rejected",
    "discarded",
]  # fmt: skip
STATUSES: Final[tuple[str, ...]] = get_args(SupplierInvoiceStatus)
# Nothing is left to pay. The complement is what "unpaid" means for these documents.
SETTLED: Final = ("paid", "archived", "rejected", "discarded")
UNSETTLED: Final = tuple(status for status in STATUSES if status not in SETTLED)

SUPPLIER_INVOICE: Final[Mapping[tuple[str, str], str]] = MappingProxyType(
    {
        ("to_review", "mark_as_paid"): "paid",
        ("to_approve", "mark_as_paid"): "paid",
        ("pending", "mark_as_paid"): "paid",
        ("awaiting_payment", "mark_as_paid"): "paid",
        ("to_pay", "mark_as_paid"): "paid",
        ("paid", "mark_as_paid"): "paid",
        ("archived", "mark_as_paid"): "paid",
        ("to_review", "reject"): "rejected",
        ("to_approve", "reject"): "rejected",
        ("awaiting_payment", "reject"): "rejected",
        ("paid", "unmark_as_paid"): "to_review",
    }
)
# Ours: where PATCH may put an invoice. pending, scheduled and paid are a bank's or mark_as_paid's to set.
MOVES: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "to_review": frozenset({"to_approve", "to_pay", "awaiting_payment", "archived", "discarded"}),
        "to_approve": frozenset({"to_review", "to_pay", "awaiting_payment", "archived", "discarded"}),
        "to_pay": frozenset({"to_review", "to_approve", "awaiting_payment", "archived", "discarded"}),
        "awaiting_payment": frozenset({"to_review", "to_approve", "to_pay", "archived", "discarded"}),
        "archived": frozenset({"to_review"}),
        "discarded": frozenset({"to_review"}),
    }
)
# What is written on it is closed with these: a rejection was told to the supplier.
CLOSED: Final = frozenset({"rejected", "discarded"})

_FIXES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "mark_as_paid": "It is not to be paid any more; upload it again if it is.",
        "reject": "Only one that waits for review, approval or payment can be rejected, and a rejection is final. "
        "Unmark a payment first, or move it back: PATCH /v2/supplier_invoices/{id} with status to_review.",
        "unmark_as_paid": "Nothing is left to do: it carries no payment.",
    }
)


def next_status(status: str, action: str) -> str:
    """The status after `action`. Raises ForbiddenTransition when it is not allowed now."""
    following = SUPPLIER_INVOICE.get((status, action))
    if following is None:
        allowed = [name for name in _FIXES if (status, name) in SUPPLIER_INVOICE]
        raise ForbiddenTransition(
            "supplier_invoice_status_transition_forbidden",
            f"The supplier invoice is {status}; {action} is not allowed now.",
            fix=_FIXES[action],
            meta={"status": status, "allowed_actions": allowed},
        )
    return following


def moved(status: str, wanted: str) -> str:
    """`wanted`, when a person may put an invoice of `status` there (ours). Raises WrongState."""
    allowed = MOVES.get(status, frozenset())
    if wanted != status and wanted not in allowed:
        raise WrongState(
            "supplier_invoice_status_transition_forbidden",
            f"The supplier invoice is {status} and cannot be made {wanted} by a change.",
            fix="Call mark_as_paid, unmark_as_paid or reject."
            if wanted in ("paid", "rejected") or not allowed
            else f"Send one of: {', '.join(sorted(allowed))}.",
            meta={"status": status, "allowed": sorted(allowed)},
        )
    return wanted
