"""Deposits of balance invoices: looked up, reserved for one balance invoice each, and let go of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from counterfoil import errors
from counterfoil.domain import deposits as domain
from counterfoil.domain.client_invoice import DeductedDeposit, FrozenClientInvoice, NewClientInvoice
from counterfoil.errors import Fault
from counterfoil.operations.work import Work
from counterfoil.store import client_invoices
from counterfoil.store import deposits as store


def wanted(work: Work, new: NewClientInvoice, balance_id: str) -> list[DeductedDeposit]:
    """The deposits that a balance invoice deducts, as they are now. Raises Invalid with every one that it cannot."""
    found: list[DeductedDeposit] = []
    faults: list[Fault] = []
    for index, deposit_id in enumerate(domain.asked_for(new)):
        row = client_invoices.get(work.conn, work.organization_id, deposit_id)
        if row is None:
            faults.append(_unknown(index))
            continue
        document = json.loads(row.frozen)
        fault = domain.state_fault(index, document, row.status, new.client_id.lower()) or _taken(
            work, index, document, balance_id
        )
        if fault:
            faults.append(fault)
        else:
            found.append(domain.deducted(document, row.status))
    if faults:
        raise errors.Invalid.of(faults)
    return found


def reserve(work: Work, before: Mapping[str, Any], frozen: FrozenClientInvoice) -> None:
    """Keep the invoice's deposits for it alone, and let go of those that it had before. before: {} for a new one."""
    if frozen.deposits or before.get("deposits"):
        ids = [deposit.id for deposit in frozen.deposits]
        store.use(work.conn, work.organization_id, frozen.id, ids)


def release(work: Work, frozen: Mapping[str, Any]) -> None:
    """Let go of the deposits of an invoice that is deleted or canceled: another may deduct them."""
    if frozen.get("deposits"):
        store.use(work.conn, work.organization_id, frozen["id"], ())


def refuse_cancel(work: Work, frozen: Mapping[str, Any]) -> None:
    """Refuses to cancel a deposit that a balance invoice deducts. Raises WrongState."""
    if frozen["invoice_type"] != "deposit":
        return
    balance_id = store.balance_of(work.conn, work.organization_id, frozen["id"])
    if balance_id is not None:
        raise errors.WrongState(
            "deposit_deducted",
            "A balance invoice deducts this deposit; without it that invoice would ask for too little.",
            fix="Cancel the balance invoice first, or delete it while it is a draft.",
            meta={"balance_invoice_id": balance_id},
        )


def _unknown(index: int) -> Fault:
    return Fault(
        "invalid_deposit_invoice_id", "There is no client invoice with this id.", field=f"{domain.FIELD}/{index}",
        fix='Send ids of finalized invoices of GET /v2/client_invoices with "invoice_type": "deposit".',
    )  # fmt: skip


def _taken(work: Work, index: int, document: Mapping[str, Any], balance_id: str) -> Fault | None:
    """The fault of a deposit that another balance invoice deducts."""
    holder = store.balance_of(work.conn, work.organization_id, document["id"])
    if holder in (None, balance_id):
        return None
    return Fault(
        "deposit_already_deducted",
        f"Another balance invoice deducts the deposit {document['number']}.",
        field=f"{domain.FIELD}/{index}",
        fix="Leave it out; or cancel that invoice, or delete it while it is a draft.",
        meta={"balance_invoice_id": holder},
    )
