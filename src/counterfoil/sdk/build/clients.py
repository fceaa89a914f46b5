"""Requests about clients."""

from __future__ import annotations

from counterfoil.sdk.types import BillingClient, ClientFields, JsonPatch
from counterfoil.sdk.wire import (
    Page,
    Request,
    filters,
    nothing,
    one_of,
    page_of,
    paging,
    patch_of,
    path_to,
    write_headers,
)

_CLIENTS = "/v2/clients"
_CLIENT = one_of("client")


def build_list_clients(
    *,
    name: str | None = None,
    email: str | None = None,
    vat_number: str | None = None,
    tax_identification_number: str | None = None,
    updated_at_from: str | None = None,
    updated_at_to: str | None = None,
    sort_by: str | None = None,
    page: int = 1,
    per_page: int = 100,
) -> Request[Page[BillingClient]]:
    """List clients by name. name: a part of it, at least two characters; the other filters match exactly."""
    params = filters(
        name=name, email=email, vat_number=vat_number, tax_identification_number=tax_identification_number,
        updated_at_from=updated_at_from, updated_at_to=updated_at_to,
    )  # fmt: skip
    return Request("GET", _CLIENTS, page_of("clients"), params=params + paging(page, per_page, sort_by))


def build_get_client(id: str) -> Request[BillingClient]:
    """Retrieve a client."""
    return Request("GET", path_to(_CLIENTS, id), _CLIENT)


def build_create_client(
    new: ClientFields, *, idempotency_key: str | None = None, is_dry_run: bool = False
) -> Request[BillingClient]:
    """Create a client."""
    return Request("POST", _CLIENTS, _CLIENT, json=new, headers=write_headers(idempotency_key, is_dry_run))


def build_update_client(
    id: str, change: ClientFields | JsonPatch, *, idempotency_key: str | None = None, is_dry_run: bool = False
) -> Request[BillingClient]:
    """Change a client by fields or, on Counterfoil only, a JSON Patch; issued documents keep what they say of it."""
    headers = write_headers(idempotency_key, is_dry_run)
    return patch_of(path_to(_CLIENTS, id), _CLIENT, change, headers)


def build_delete_client(id: str, *, idempotency_key: str | None = None, is_dry_run: bool = False) -> Request[None]:
    """Delete a client; issued documents keep what they say of it."""
    return Request("DELETE", path_to(_CLIENTS, id), nothing, headers=write_headers(idempotency_key, is_dry_run))
