"""Products: each use case once."""

from __future__ import annotations

import json
from typing import Any

from counterfoil import errors
from counterfoil.domain.product import (
    REQUIRED,
    NewProduct,
    Product,
    ProductChange,
    ProductFields,
    webhook_form,
    write_faults,
)
from counterfoil.domain.webhook import PRODUCTS
from counterfoil.errors import Fault
from counterfoil.operations import guards
from counterfoil.operations.webhooks import announce
from counterfoil.operations.work import Work
from counterfoil.store import products as store

_EMPTY = {"description": "", "internal_note": "", "unit": "", "links": ()}


def create(work: Work, new: NewProduct) -> str:
    """Create a product; answers it as JSON."""
    start = {"id": work.new_id(), "organization_id": work.organization_id, "created_at": work.timestamp}
    body, text = _written(work, start, new)
    store.insert_product(work.conn, work.organization_id, body, text)
    work.record("product", body["id"], "created")
    announce(work, PRODUCTS, "created", lambda: json.dumps(webhook_form(body)))
    return text


def get(work: Work, product_id: str) -> str:
    """Retrieve a product as JSON."""
    text = store.get(work.conn, work.organization_id, product_id.lower())
    if text is None:
        raise errors.NotFound(
            "not_found", "There is no product with this id.", parameter="id", fix="List products to find the right id."
        )
    return text


def page(
    work: Work, wanted: store.ProductFilter, *, sort: str, is_descending: bool, limit: int, skip: int
) -> tuple[int, list[str]]:
    """List products: the number of matches, and one page as JSON."""
    return store.page(
        work.conn, work.organization_id, wanted, sort=sort, is_descending=is_descending, limit=limit, skip=skip
    )


def update(work: Work, product_id: str, change: ProductChange) -> str:
    """Update a product: absent keeps, null clears; lines already written stay as they are."""
    before = json.loads(get(work, product_id))
    cleared = [name for name in REQUIRED if name in change.model_fields_set and getattr(change, name) is None]
    if cleared:
        raise errors.Invalid.of(
            Fault("missing_value", f"{name} cannot be cleared.", field=name, fix="Send a value or leave it out.")
            for name in cleared
        )
    body, text = _written(work, before, change)
    store.update_product(work.conn, work.organization_id, body, text)
    work.record("product", body["id"], "updated", {"fields": sorted(change.model_fields_set)})
    announce(work, PRODUCTS, "updated", lambda: json.dumps(webhook_form(body)))
    return text


def delete(work: Work, product_id: str) -> None:
    """Delete a product; lines written from it stay as they are."""
    text = get(work, product_id)
    store.delete_product(work.conn, work.organization_id, product_id.lower())
    work.record("product", product_id.lower(), "deleted")
    guards.product(work, text)
    announce(work, PRODUCTS, "deleted", lambda: json.dumps(webhook_form(json.loads(text))))


def _written(work: Work, before: dict[str, Any], sent: ProductFields) -> tuple[dict[str, Any], str]:
    """The product with what was sent, as fields and as JSON. Raises Invalid with every fault."""
    given = {name: getattr(sent, name) for name in sent.model_fields_set}
    given = {name: _EMPTY.get(name) if value is None else value for name, value in given.items()}
    if "vat_exemption_code" in given:
        given["vat_exemption_code"] = given["vat_exemption_code"] or None
    if "unit_price" in given:
        given["unit_price"] = given["unit_price"].model_dump()
    product = Product.model_validate(before | given | {"updated_at": work.timestamp})
    faults = write_faults(product, work.profile)
    if faults:
        raise errors.Invalid.of(faults)
    text = product.model_dump_json(exclude=None if product.vat_exemption_code else {"vat_exemption_code"})
    return json.loads(text), text
