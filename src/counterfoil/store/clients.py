"""Clients."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, bindparam, delete, insert, select, update

from counterfoil.store import listing
from counterfoil.store.prepared import Prepared
from counterfoil.store.tables import clients

_GET = Prepared(
    select(clients.c.body).where(
        clients.c.organization_id == bindparam("organization_id"), clients.c.id == bindparam("client_id")
    )
)
SORTS = {"name": clients.c.search_name, "created_at": clients.c.created_at, "updated_at": clients.c.updated_at}


@dataclass(frozen=True, slots=True)
class ClientFilter:
    """What a list of clients asks for. name: part of it, without accents or case; the others whole, without case."""

    name: str | None = None
    email: str | None = None
    vat_number: str | None = None
    tax_identification_number: str | None = None
    updated_at_from: str | None = None
    updated_at_to: str | None = None


def folded(text: str) -> str:
    """`text` without accents or case, as names are searched."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def get(conn: Connection, organization_id: str, client_id: str) -> str | None:
    """The client as JSON; None when absent or another organization's."""
    text: str | None = _GET.value(conn, organization_id=organization_id, client_id=client_id)
    return text


def _columns(body: Mapping[str, str], text: str) -> dict[str, str]:
    name = body["name"] or f"{body['first_name']} {body['last_name']}"
    return {
        "search_name": folded(name.strip()),
        "email": body["email"].lower(),
        "vat_number": body["vat_number"].lower(),
        "tax_identification_number": body["tax_identification_number"].lower(),
        "updated_at": body["updated_at"],
        "body": text,
    }


def insert_client(conn: Connection, organization_id: str, body: Mapping[str, str], text: str) -> None:
    """Adds a client. body: its fields for the columns; text: the JSON that is answered."""
    row = {"organization_id": organization_id, "id": body["id"], "created_at": body["created_at"]}
    conn.execute(insert(clients), row | _columns(body, text))


def update_client(conn: Connection, organization_id: str, body: Mapping[str, str], text: str) -> None:
    """Replaces a client."""
    conn.execute(
        update(clients)
        .where(clients.c.organization_id == organization_id, clients.c.id == body["id"])
        .values(_columns(body, text))
    )


def delete_client(conn: Connection, organization_id: str, client_id: str) -> bool:
    """Removes a client; issued documents keep their snapshot. False when there was none."""
    result = conn.execute(
        delete(clients).where(clients.c.organization_id == organization_id, clients.c.id == client_id)
    )
    return result.rowcount > 0


def page(
    conn: Connection,
    organization_id: str,
    wanted: ClientFilter,
    *,
    sort: str,
    is_descending: bool,
    limit: int,
    skip: int,
) -> tuple[int, list[str]]:
    """The number of matches and one page of them as JSON. sort: a key of SORTS."""
    exact = (wanted.email, wanted.vat_number, wanted.tax_identification_number)
    is_span = bool(wanted.updated_at_from or wanted.updated_at_to) and sort != "updated_at"
    return listing.page(
        conn, organization_id, clients, _conditions(wanted),
        sort=SORTS[sort], is_descending=is_descending, limit=limit, skip=skip, has_own_index=any(exact) or is_span,
    )  # fmt: skip


def _conditions(wanted: ClientFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.name:
        conditions.append(clients.c.search_name.contains(folded(wanted.name), autoescape=True))
    if wanted.email:
        conditions.append(clients.c.email == wanted.email.lower())
    if wanted.vat_number:
        conditions.append(clients.c.vat_number == wanted.vat_number.lower())
    if wanted.tax_identification_number:
        conditions.append(clients.c.tax_identification_number == wanted.tax_identification_number.lower())
    if wanted.updated_at_from:
        conditions.append(clients.c.updated_at >= wanted.updated_at_from)
    if wanted.updated_at_to:
        conditions.append(clients.c.updated_at <= wanted.updated_at_to)
    return conditions
