"""Buyer and account of a document, looked up for it or refused with a reason."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from counterfoil import errors
from counterfoil.domain.document import client_snapshot
from counterfoil.domain.organization import BankAccount
from counterfoil.errors import Fault
from counterfoil.operations.work import Work
from counterfoil.store import clients, organizations


def snapshot_of(work: Work, client_id: str, *, fallback: Mapping[str, Any] | None = None) -> dict[str, object]:
    """The client as a document keeps it. fallback: the draft's own snapshot, for a client deleted since.

    Raises Invalid when there is none (the same for another organization's), or it lacks currency or address.
    """
    text = clients.get(work.conn, work.organization_id, client_id.lower())
    if text is None:
        if fallback is not None and fallback["id"] == client_id:
            return dict(fallback)
        raise errors.Invalid(
            "invalid_client_id",
            "There is no client with this id.",
            field="client_id",
            fix="Send the id of a client of GET /v2/clients, or create one with POST /v2/clients.",
            meta={"validation_param": "client_id"},
        )
    client = json.loads(text)
    faults = list(_faults(client))
    if faults:
        raise errors.Invalid.of(faults)
    return client_snapshot(client)


def _faults(client: Mapping[str, Any]) -> list[Fault]:
    faults = []
    fix = f"PATCH /v2/clients/{client['id']} with it, then repeat this call."
    if not client["currency"]:
        faults.append(Fault("client_without_currency", "The client has no currency.", field="client_id", fix=fix))
    elif client["currency"] != "EUR":
        message = f"The client's currency is {client['currency']}; invoices are in EUR."
        faults.append(Fault("invalid_currency", message, field="client_id", fix=fix))
    if not (client["country_code"] and (client["address"] or client["city"])):
        message = "The client has no address: street or city, and country, are needed."
        faults.append(Fault("client_without_address", message, field="client_id", fix=fix))
    return faults


def account_for(work: Work, iban: str | None) -> BankAccount:
    """The organization's account with this IBAN, or its main one. Raises Invalid when there is none."""
    if iban is None:
        text = organizations.main_account(work.conn, work.organization_id)
    else:
        compact = "".join(iban.split()).upper()
        text = organizations.account_by_iban(work.conn, work.organization_id, compact) if compact else None
    if text is not None:
        return _account(text)
    raise errors.Invalid(
        "invalid_iban",
        "IBAN is empty" if iban is not None and not iban.strip() else "No account of the organization has this IBAN.",
        field="payment_methods/iban",
        fix="Send an IBAN of GET /v2/bank_accounts, or leave payment_methods out for the main account.",
    )


@lru_cache(maxsize=256)
def _account(text: str) -> BankAccount:
    return BankAccount.model_validate_json(text)
