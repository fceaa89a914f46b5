"""Requests about what the law says of a document (Counterfoil only)."""

from __future__ import annotations

from counterfoil.sdk.types import Compliance
from counterfoil.sdk.wire import Request, one_of, path_to


def build_get_client_invoice_compliance(id: str) -> Request[Compliance]:
    """What finalize would refuse a draft for or warn of, or how an issued invoice stands. Nothing is changed."""
    return Request("GET", path_to("/v2/client_invoices", id, "compliance"), one_of("compliance"))


def build_get_credit_note_compliance(id: str) -> Request[Compliance]:
    """How a credit note stands."""
    return Request("GET", path_to("/v2/credit_notes", id, "compliance"), one_of("compliance"))
