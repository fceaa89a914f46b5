"""Lines that are written from a product of the catalog (ours): the same for every kind of document."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from counterfoil import errors
from counterfoil.errors import Fault
from counterfoil.operations.work import Work
from counterfoil.store import products

_GIVES = ("title", "description", "unit", "unit_price")
_REASONS = ("vat_exemption_reason", "vat_exemption_code")
_ZERO = re.compile(r"0+(\.0+)?")


def names_product(data: Mapping[str, object]) -> bool:
    """Whether a line of the body names a product."""
    return next(_named(data), None) is not None


def fill_items(work: Work, data: Mapping[str, object]) -> dict[str, object]:
    """The body with each line that names a product filled from it; what the line itself gives wins, null is absent.

    data: the body before it is validated. Raises Invalid naming every line whose product there is not.
    """
    lines = list(_named(data))
    wanted = {product_id.lower() for _, _, product_id in lines}
    found = products.several(work.conn, work.organization_id, wanted)
    faults = [_unknown(place) for place, _, product_id in lines if product_id.lower() not in found]
    if faults:
        raise errors.Invalid.of(faults)
    catalog = {product_id: json.loads(text) for product_id, text in found.items()}
    items: list[object] = list(data["items"]) if lines else []  # type: ignore[call-overload]  # a list: lines are in it
    for place, line, product_id in lines:
        items[place] = _filled(line, catalog[product_id.lower()])
    return {**data, "items": items} if lines else dict(data)


def _named(data: Mapping[str, object]) -> Iterator[tuple[int, dict[str, Any], str]]:
    """The lines that name a product: place, line, id. What is no text is left to the line's own validation."""
    items = data.get("items")
    for place, line in enumerate(items if isinstance(items, list) else ()):
        if isinstance(line, dict) and isinstance(product_id := line.get("product_id"), str):
            yield place, line, product_id


def _filled(line: Mapping[str, Any], product: Mapping[str, Any]) -> dict[str, Any]:
    filled = dict(line)
    for name in _GIVES:
        if filled.get(name) is None:
            filled[name] = product[name]
    if filled.get("vat_rate") is None:
        filled["vat_rate"] = product["vat_rate"]
    # A reason belongs to a rate of zero: a line with a rate of its own does not inherit it.
    is_zero = isinstance(filled["vat_rate"], str) and _ZERO.fullmatch(filled["vat_rate"])
    if is_zero and all(filled.get(name) is None for name in _REASONS):
        filled["vat_exemption_reason"] = product.get("vat_exemption_code")
    return filled


def _unknown(place: int) -> Fault:
    return Fault(
        "invalid_product_id",
        f"Item {place + 1} names a product that there is not.",
        field=f"items/{place}/product_id",
        fix="Send the id of a product of GET /v2/products, or leave product_id out and send the line whole.",
    )
