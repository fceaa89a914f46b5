"""Clients: each use case once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from counterfoil import errors
from counterfoil.domain import einvoicing
from counterfoil.domain.client import Address, Client, ClientFields, write_faults
from counterfoil.domain.webhook import CLIENTS
from counterfoil.operations import guards, recurring_invoices, reminders
from counterfoil.operations.webhooks import announce
from counterfoil.operations.work import Work
from counterfoil.store import clients as store

_ROOT_ADDRESS = {
    "address": "street_address",
    "city": "city",
    "zip_code": "zip_code",
    "province_code": "province_code",
    "country_code": "country_code",
}
_PLAIN = (
    "name", "first_name", "last_name", "email", "e_invoicing_address", "e_invoicing_address_scheme", "buyer_reference",
    "e_invoicing_format", "vat_number", "tax_identification_number",
    "recipient_code", "currency", "locale",
)  # fmt: skip


def create(work: Work, new: ClientFields) -> str:
    """Create a client; answers it as JSON."""
    kind = new.kind or new.type
    if kind is None:
        raise errors.Invalid(
            "missing_value", "kind is missing.", field="kind", fix="Send kind: company, individual or freelancer."
        )
    start = {"id": work.new_id(), "kind": kind, "type": kind, "created_at": work.timestamp}
    client = _with(start | {"billing_address": {}}, new, work)
    text = client.model_dump_json(exclude_none=True)
    store.insert_client(work.conn, work.organization_id, json.loads(text), text)
    work.record("client", client.id, "created")
    shown = _shown(work, text)
    announce(work, CLIENTS, "created", shown)
    return shown


def get(work: Work, client_id: str) -> str:
    """Retrieve a client as JSON."""
    text = store.get(work.conn, work.organization_id, client_id.lower())
    if text is None:
        raise errors.NotFound(
            "not_found", "There is no client with this id.", parameter="id", fix="List clients to find the right id."
        )
    return _shown(work, text)


def page(
    work: Work, wanted: store.ClientFilter, *, sort: str, is_descending: bool, limit: int, skip: int
) -> tuple[int, list[str]]:
    """List clients: the number of matches, and one page as JSON."""
    total, texts = store.page(
        work.conn, work.organization_id, wanted, sort=sort, is_descending=is_descending, limit=limit, skip=skip
    )
    return total, [_shown(work, text) for text in texts]


def update(work: Work, client_id: str, change: ClientFields) -> str:
    """Update a client: absent keeps, null clears; a new kind clears the names that do not fit it."""
    before = json.loads(get(work, client_id))
    client = _with(before, change, work)
    text = client.model_dump_json(exclude_none=True)
    after = json.loads(text)
    store.update_client(work.conn, work.organization_id, after, text)
    work.record("client", client.id, "updated", {"fields": sorted(change.model_fields_set)})
    guards.readdressed(work, before, after)
    shown = _shown(work, text)
    announce(work, CLIENTS, "updated", shown)
    return shown


def delete(work: Work, client_id: str) -> None:
    """Delete a client: its recurring invoices are canceled, its reminders go, documents keep their snapshot of it."""
    text = get(work, client_id)
    guards.client(work, text)
    recurring_invoices.cancel_of_client(work, client_id.lower())
    reminders.remove_of_client(work, client_id.lower())
    store.delete_client(work.conn, work.organization_id, client_id.lower())
    work.record("client", client_id.lower(), "deleted")
    announce(work, CLIENTS, "deleted", text)


def is_reachable(work: Work, client_id: str, *, fallback: Mapping[str, Any]) -> bool:
    """Whether an e-invoice finds its way to a client as it is now; fallback: its snapshot, once it was deleted."""
    text = store.get(work.conn, work.organization_id, client_id)
    return einvoicing.is_reachable(json.loads(text) if text else fallback, work.profile.legal_country)


def _shown(work: Work, text: str) -> str:
    """A client as it is answered. Whether it can be reached is no fact about it: it goes with the network."""
    if not work.einvoice_network or not einvoicing.is_reachable(json.loads(text), work.profile.legal_country):
        return text
    # Inside of a text the quotes would be escaped, so this is the field and nothing else.
    return text.replace('"e_invoicing_reachable":false', '"e_invoicing_reachable":true', 1)


def _with(before: dict[str, Any], sent: ClientFields, work: Work) -> Client:
    """The client with what was sent. Raises Invalid with every fault."""
    values = dict(before)
    fields = sent.model_fields_set
    kind = sent.kind or sent.type
    if kind:
        values["kind"] = values["type"] = kind
    values |= {name: getattr(sent, name) or "" for name in _PLAIN if name in fields}
    # A company has a name and a person has two, whatever was sent: documents print what is there.
    values |= {"first_name": "", "last_name": ""} if values["kind"] == "company" else {"name": ""}
    if "extra_emails" in fields:
        values["extra_emails"] = sent.extra_emails or []
    if "phone" in fields:
        values["phone"] = sent.phone
        values["phone_number"] = sent.phone.in_one if sent.phone else ""
    values |= _addresses(before, sent)
    client = Client.model_validate(values | {"updated_at": work.timestamp, "e_invoicing_reachable": False})
    faults = write_faults(client, work.profile.legal_country)
    if faults:
        raise errors.Invalid.of(faults)
    return client


def _addresses(before: dict[str, Any], sent: ClientFields) -> dict[str, Any]:
    """Billing address and its twin at the root; a filled billing_address wins over root fields."""
    fields = sent.model_fields_set
    roots = {part: getattr(sent, root) for root, part in _ROOT_ADDRESS.items() if root in fields}
    given = _parts(sent.billing_address)
    billing = {} if "billing_address" in fields and sent.billing_address is None else before["billing_address"]
    billing |= roots | given if any(given.values()) else given | roots
    changed: dict[str, Any] = {root: billing.get(part) or "" for root, part in _ROOT_ADDRESS.items()}
    changed["billing_address"] = _address(billing)
    if "delivery_address" in fields:
        kept = before.get("delivery_address") or {} if sent.delivery_address else {}
        parts = kept | _parts(sent.delivery_address)
        changed["delivery_address"] = _address(parts) if any(parts.values()) else None
    return changed


def _parts(address: Address | None) -> dict[str, Any]:
    return address.model_dump(exclude_unset=True) if address else {}


def _address(parts: dict[str, Any]) -> Address:
    """The address with its empty parts as None: an answer leaves them out."""
    return Address(**{part: value or None for part, value in parts.items()})
