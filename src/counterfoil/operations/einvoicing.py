"""E-invoicing. No network is connected in this version, so nothing is sent and nothing comes in; and this says so."""

from __future__ import annotations

import json
from typing import Final

from counterfoil import errors
from counterfoil.domain import lifecycle
from counterfoil.domain.invoicing_settings import EinvoicingSettings
from counterfoil.operations import client_invoices
from counterfoil.operations.work import Work
from counterfoil.store import clients
from counterfoil.store.rows import InvoiceRow

SETTINGS: Final = EinvoicingSettings(sending_status="disabled", receiving_status="disabled")
_SUBMITTED: Final = ("pending", "submitted", "approved", "declined", "not_delivered")
_BY_MAIL: Final = "Send it by mail: POST /v2/client_invoices/{id}/send."


def send(work: Work, invoice_id: str) -> None:
    """Send a client invoice by e-invoice; one that was submitted before is not submitted again.

    Raises WrongState for a draft, Invalid when the client cannot be reached, else Forbidden: it is not enabled.
    """
    row = client_invoices.get(work, invoice_id)
    if json.loads(row.live)["einvoicing_status"] in _SUBMITTED:
        return
    lifecycle.next_status(row.status, "send")
    if not _is_reachable(work, row):
        raise errors.Invalid(
            "client_not_reachable",
            "The client cannot be reached by e-invoice: its e_invoicing_reachable is false.",
            field="client_id",
            fix=_BY_MAIL,
        )
    raise errors.Forbidden(
        "forbidden", "Sending e-invoices is not enabled: this server is connected to no network.", fix=_BY_MAIL
    )


def _is_reachable(work: Work, row: InvoiceRow) -> bool:
    """What the client itself says now: the document's copy of it is about the past, and leaves this out."""
    text = clients.get(work.conn, work.organization_id, row.client_id)
    return bool(text and json.loads(text)["e_invoicing_reachable"])
