"""Requests about the catalog of products."""

from __future__ import annotations

from typing import Literal

from counterfoil.sdk.types import NewProduct, Product, ProductChange
from counterfoil.sdk.wire import Page, Request, filters, nothing, one_of, page_of, paging, path_to, write_headers

_PRODUCTS = "/v2/products"
_PRODUCT = one_of("product")


def build_list_products(
    *,
    type: Literal["good", "service"] | None = None,
    title: str | None = None,
    sort_by: str | None = None,
    page: int = 1,
    per_page: int = 100,
) -> Request[Page[Product]]:
    """List products by title. title: a part of it (Counterfoil only)."""
    params = filters(type=type, title=title) + paging(page, per_page, sort_by)
    return Request("GET", _PRODUCTS, page_of("products"), params=params)


def build_get_product(id: str) -> Request[Product]:
    """Retrieve a product."""
    return Request("GET", path_to(_PRODUCTS, id), _PRODUCT)


def build_create_product(
    new: NewProduct, *, idempotency_key: str | None = None, is_dry_run: bool = False
) -> Request[Product]:
    """Create a product, to be billed by its id."""
    return Request("POST", _PRODUCTS, _PRODUCT, json=new, headers=write_headers(idempotency_key, is_dry_run))


def build_update_product(
    id: str, change: ProductChange, *, idempotency_key: str | None = None, is_dry_run: bool = False
) -> Request[Product]:
    """Change a product; documents that name it keep what they say."""
    headers = write_headers(idempotency_key, is_dry_run)
    return Request("PATCH", path_to(_PRODUCTS, id), _PRODUCT, json=change, headers=headers)


def build_delete_product(id: str, *, idempotency_key: str | None = None, is_dry_run: bool = False) -> Request[None]:
    """Delete a product; documents that name it keep what they say."""
    return Request("DELETE", path_to(_PRODUCTS, id), nothing, headers=write_headers(idempotency_key, is_dry_run))
