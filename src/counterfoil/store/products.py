"""Products."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, bindparam, delete, insert, select, update

from counterfoil.store import listing
from counterfoil.store.clients import folded
from counterfoil.store.prepared import Prepared
from counterfoil.store.tables import products

_GET = Prepared(
    select(products.c.body).where(
        products.c.organization_id == bindparam("organization_id"), products.c.id == bindparam("product_id")
    )
)
SORTS = {"title": products.c.search_title, "created_at": products.c.created_at}


@dataclass(frozen=True, slots=True)
class ProductFilter:
    """What a list of products asks for. title: part of it, without accents or case."""

    types: tuple[str, ...] | None = None
    title: str | None = None


def get(conn: Connection, organization_id: str, product_id: str) -> str | None:
    """The product as JSON; None when absent or another organization's."""
    text: str | None = _GET.value(conn, organization_id=organization_id, product_id=product_id)
    return text


def several(conn: Connection, organization_id: str, product_ids: Iterable[str]) -> dict[str, str]:
    """Products as JSON by id; those that are absent or another organization's are left out."""
    query = select(products.c.id, products.c.body).where(
        products.c.organization_id == organization_id, products.c.id.in_(list(product_ids))
    )
    return {row.id: row.body for row in conn.execute(query)}


def _columns(body: Mapping[str, str], text: str) -> dict[str, str]:
    return {"type": body["type"], "search_title": folded(body["title"]), "updated_at": body["updated_at"], "body": text}


def insert_product(conn: Connection, organization_id: str, body: Mapping[str, str], text: str) -> None:
    """Adds a product. body: its fields for the columns; text: the JSON that is answered."""
    row = {"organization_id": organization_id, "id": body["id"], "created_at": body["created_at"]}
    conn.execute(insert(products), row | _columns(body, text))


def update_product(conn: Connection, organization_id: str, body: Mapping[str, str], text: str) -> None:
    """Replaces a product."""
    conn.execute(
        update(products)
        .where(products.c.organization_id == organization_id, products.c.id == body["id"])
        .values(_columns(body, text))
    )


def delete_product(conn: Connection, organization_id: str, product_id: str) -> None:
    """Removes a product; lines written from it stay as they are."""
    conn.execute(delete(products).where(products.c.organization_id == organization_id, products.c.id == product_id))


def page(
    conn: Connection,
    organization_id: str,
    wanted: ProductFilter,
    *,
    sort: str,
    is_descending: bool,
    limit: int,
    skip: int,
) -> tuple[int, list[str]]:
    """The number of matches and one page of them as JSON. sort: a key of SORTS."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.types:
        conditions.append(products.c.type.in_(wanted.types))
    if wanted.title:
        conditions.append(products.c.search_title.contains(folded(wanted.title), autoescape=True))
    return listing.page(
        conn,
        organization_id,
        products,
        conditions,
        sort=SORTS[sort],
        is_descending=is_descending,
        limit=limit,
        skip=skip,
    )
