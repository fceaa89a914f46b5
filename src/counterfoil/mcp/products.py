"""The tools for products: the catalog that lines are written from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from counterfoil.domain import scopes
from counterfoil.errors import Invalid
from counterfoil.mcp import defaults, values
from counterfoil.mcp.listing import beside, list_result, paging, refuse_own_filters
from counterfoil.mcp.references import resolve
from counterfoil.mcp.results import paged
from counterfoil.mcp.schemas import MONEY, NEXT_ACTIONS, PAGE, PER_PAGE, STRING, Schema, choice, result, shown, text
from counterfoil.mcp.tool import READ, Hints, Tool, ToolCall
from counterfoil.mcp.values import AMOUNT, FRACTION, PERCENT
from counterfoil.sdk.types import NewProduct, ProductChange

_TYPES: Final = ("good", "service")
_SHOWN: Final = (
    "id", "title", "type", "unit_price", "vat_rate", "vat_exemption_code", "unit", "description", "internal_note",
    "created_at", "updated_at",
)  # fmt: skip


async def list_products(call: ToolCall) -> dict[str, Any]:
    refuse_own_filters(call, ("title",))
    given = dict(call.arguments)
    page = await call.api.list_products(**paging(given), **given)
    return paged("products", [_row(product) for product in page.items], page)


async def get_product(call: ToolCall) -> dict[str, Any]:
    return _one(await resolve(call, "product", call.arguments["id"]))


async def create_product(call: ToolCall) -> dict[str, Any]:
    given = dict(call.arguments)
    if "unit_price" not in given:
        # Not required by the schema: judges of tools count its two types against the tool.
        raise Invalid(
            "missing_value", "The product lacks unit_price: the price of one, without VAT.", field="unit_price",
            fix='Send unit_price, such as 150 or "150.00".',
        )  # fmt: skip
    if "vat_rate" not in given and "vat_rate_percent" not in given:
        law = await defaults.law_for(call, {})
        raise Invalid(
            "missing_value", "The product lacks vat_rate_percent: the VAT rate.", field="vat_rate_percent",
            fix="Send vat_rate_percent.",
            meta={"example": values.usual_percent(law), "legal_rates_percent": values.percents(law)},
        )  # fmt: skip
    new = await _for_wire(call, given)
    return _one(await call.api.create_product(cast(NewProduct, new)))


async def update_product(call: ToolCall) -> dict[str, Any]:
    change = dict(call.arguments)
    product = await resolve(call, "product", change.pop("id"))
    if not change:
        raise Invalid("nothing_to_change", "No field to change was sent.", fix="Send the fields to change.")
    return _one(await call.api.update_product(product["id"], cast(ProductChange, await _for_wire(call, change))))


async def delete_product(call: ToolCall) -> dict[str, Any]:
    product = await resolve(call, "product", call.arguments["id"])
    tried = cast(Mapping[str, Any] | None, await call.api.delete_product(product["id"]))
    gone = {"id": product["id"], "title": product.get("title") or "", "deleted": not call.is_preview}
    return gone | beside(tried or {})


async def _for_wire(call: ToolCall, given: dict[str, Any]) -> dict[str, Any]:
    """The fields with the wire's price and rate. Raises Invalid."""
    if "vat_rate" in given or "vat_rate_percent" in given:
        values.vat_rate(given, "", await defaults.law_for(call, {}))
    if "unit_price" in given:
        currency = given.pop("currency", None) or defaults.CURRENCY
        given["unit_price"] = {"value": values.price(given["unit_price"], "unit_price"), "currency": currency}
    if "vat_exemption_reason" in given:
        given["vat_exemption_code"] = given.pop("vat_exemption_reason")
    return given


def _one(product: Mapping[str, Any]) -> dict[str, Any]:
    following = {
        "tool": "update_product", "arguments": {"id": product["id"], "title": product.get("title") or ""},
        "description": "Changes it; send what shall change.",
    }  # fmt: skip
    known = {name: product[name] for name in _SHOWN if product.get(name) not in (None, "")}
    return {"product": known, "next_actions": [following]} | beside(product)


def _row(product: Mapping[str, Any]) -> dict[str, Any]:
    price = product.get("unit_price") or {}
    title = str(product.get("title") or "")
    row = {
        "id": product["id"], "title": title if len(title) <= 60 else title[:59] + "…", "type": product.get("type"),
        "unit_price": price.get("value"), "currency": price.get("currency"), "vat_rate": product.get("vat_rate"),
    }  # fmt: skip
    return {name: value for name, value in row.items() if value}


_ID = text("Product: id or title.")
_ROW = shown(
    {"id": STRING, "title": STRING, "type": STRING, "unit_price": STRING, "currency": STRING, "vat_rate": STRING},
    ["id"],
)
_PRODUCT = shown(
    {
        "id": STRING, "title": STRING, "type": {"type": "string", "enum": list(_TYPES)}, "unit_price": MONEY,
        "vat_rate": {"type": "string", "description": "fraction"},
    },
    ["id", "title"],
)  # fmt: skip
_RESULT = result({"product": _PRODUCT, "next_actions": NEXT_ACTIONS}, ["product", "next_actions"])
_FIELDS: Final[Mapping[str, Schema]] = {
    "title": text("Up to 120 characters."),
    "type": choice("Kind.", _TYPES),
    "unit_price": AMOUNT | {"description": 'Of one, without VAT: 150 or "150.00".'},
    "vat_rate_percent": PERCENT,
    "vat_rate": FRACTION,
    "vat_exemption_reason": text("Code, where VAT is 0."),
    "description": text("Printed on lines."),
    "internal_note": text("Never printed."),
    "unit": text('Such as "hour".'),
    "currency": text("EUR by default."),
}
_CHANGES: Final = Hints(is_read_only=False, is_destructive=True, is_idempotent=True)

TOOLS = (
    Tool(
        "list_products",
        "List products",
        "List the catalog of goods and services by title; a product's id or title may stand in a line as product_id.",
        READ,
        {
            "title": text("Part of the title."),
            "type": choice("Only this kind.", _TYPES),
            "page": PAGE,
            "per_page": PER_PAGE,
        },
        list_result("products", _ROW),
        list_products,
        scope=scopes.PRODUCT_READ,
    ),
    Tool(
        "get_product", "Get a product", "Fetch one product in full: price, VAT, unit, texts.", READ, {"id": _ID},
        _RESULT, get_product, ("id",), scope=scopes.PRODUCT_READ,
    ),
    Tool(
        "create_product",
        "Create a product",
        "Add a good or service to the catalog; it needs unit_price, without VAT, and its VAT rate.",
        Hints(is_read_only=False, is_destructive=False, is_idempotent=False),
        dict(_FIELDS),
        _RESULT,
        create_product,
        ("title", "type"),
        scope=scopes.PRODUCT_WRITE,
        is_create=True,
    ),
    Tool(
        "update_product", "Update a product",
        "Change a product: what is sent replaces. Documents keep what they say.", _CHANGES,
        {"id": _ID, **{name: field | {"description": "As on create."} for name, field in _FIELDS.items()}},
        _RESULT, update_product, ("id",), scope=scopes.PRODUCT_WRITE,
    ),
    Tool(
        "delete_product", "Delete a product", "Delete a product. Documents keep what they say.", _CHANGES, {"id": _ID},
        result({"id": STRING, "deleted": {"type": "boolean"}}, ["id", "deleted"]), delete_product, ("id",),
        scope=scopes.PRODUCT_WRITE,
    ),
)  # fmt: skip
