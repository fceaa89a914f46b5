"""Clients: each use case once."""

from __future__ import annotations

import json
from typing import Any

from counterfoil import errors
from counterfoil.domain.client import Address, Client, ClientFields
from counterfoil.errors import Fault
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
    "name", "first_name", "last_name", "email", "e_invoicing_address", "vat_number", "tax_identification_number",
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
    _check(client)
    text = client.model_dump_json()
    store.insert_client(work.conn, work.organization_id, json.loads(text), text)
    work.record("client", client.id, "created")
    return text


def get(work: Work, client_id: str) -> str:
    """Retrieve a client as JSON."""
    text = store.get(work.conn, work.organization_id, client_id.lower())
    if text is None:
        raise errors.NotFound(
            "not_found", "There is no client with this id.", parameter="id", fix="List clients to find the right id."
        )
    return text


def page(
    work: Work, wanted: store.ClientFilter, *, sort: str, is_descending: bool, limit: int, skip: int
) -> tuple[int, list[str]]:
    """List clients: the number of matches, and one page as JSON."""
    return store.page(
        work.conn, work.organization_id, wanted, sort=sort, is_descending=is_descending, limit=limit, skip=skip
    )


def update(work: Work, client_id: str, change: ClientFields) -> str:
    """Update a client: absent keeps, null clears; a new kind clears the names that do not fit it."""
    client = _with(json.loads(get(work, client_id)), change, work)
    _check(client)
    text = client.model_dump_json()
    store.update_client(work.conn, work.organization_id, json.loads(text), text)
    work.record("client", client.id, "updated", {"fields": sorted(change.model_fields_set)})
    return text


def delete(work: Work, client_id: str) -> None:
    """Delete a client; documents already written keep their snapshot of it."""
    get(work, client_id)
    store.delete_client(work.conn, work.organization_id, client_id.lower())
    work.record("client", client_id.lower(), "deleted")


def _with(before: dict[str, Any], sent: ClientFields, work: Work) -> Client:
    values = dict(before)
    fields = sent.model_fields_set
    kind = sent.kind or sent.type
    if kind:
        values["kind"] = values["type"] = kind
        _clear_unfitting(values)
    values |= {name: getattr(sent, name) or "" for name in _PLAIN if name in fields}
    if "extra_emails" in fields:
        values["extra_emails"] = sent.extra_emails or []
    if "phone" in fields:
        values["phone"] = sent.phone
        values["phone_number"] = f"{sent.phone.country_code} {sent.phone.number}".strip() if sent.phone else ""
    values |= _addresses(before, sent)
    return Client.model_validate(values | {"updated_at": work.timestamp})


def _clear_unfitting(values: dict[str, Any]) -> None:
    if values["kind"] == "company":
        values |= {"first_name": "", "last_name": ""}
    else:
        values["name"] = ""


def _addresses(before: dict[str, Any], sent: ClientFields) -> dict[str, Any]:
    """Billing address and its twin at the root; a filled billing_address wins over root fields."""
    fields = sent.model_fields_set
    billing = dict(before.get("billing_address") or {})
    billing |= {part: getattr(sent, root) or "" for root, part in _ROOT_ADDRESS.items() if root in fields}
    if "billing_address" in fields:
        given = sent.billing_address.model_dump(exclude_unset=True) if sent.billing_address else {}
        filled = {part: value for part, value in given.items() if value}
        billing = (billing | given) if filled else ({} if sent.billing_address is None else billing)
    filled_in = {part: billing.get(part) or "" for part in _ROOT_ADDRESS.values()}
    changed: dict[str, Any] = {root: filled_in[part] for root, part in _ROOT_ADDRESS.items()}
    changed["billing_address"] = Address(**filled_in)
    if "delivery_address" in fields:
        changed["delivery_address"] = sent.delivery_address
    return changed


def _check(client: Client) -> None:
    faults: list[Fault] = []
    if client.kind == "company" and not client.name.strip():
        faults.append(Fault("missing_value", "A company needs a name.", field="name", fix="Send name."))
    if client.kind != "company":
        faults += [
            Fault("missing_value", f"A person needs {name}.", field=name, fix=f"Send {name}.")
            for name in ("first_name", "last_name")
            if not getattr(client, name).strip()
        ]
    if faults:
        raise errors.Invalid.of(faults)
