"""/v2/products"""

from __future__ import annotations

from starlette.responses import Response

from counterfoil.domain import scopes
from counterfoil.domain.product import NewProduct, Product, ProductChange
from counterfoil.operations import products
from counterfoil.operations.work import Work
from counterfoil.rest.bodies import Query, meta
from counterfoil.rest.calls import Call, listed, wrapped
from counterfoil.rest.routing import PAGE_META, PAGING, QueryTable, Route, sorting
from counterfoil.store.products import SORTS, ProductFilter

TYPES = ("good", "service")
_NAME = "product"


def list_products(call: Call) -> Response:
    """List products"""
    wanted = _wanted(call.query)
    page, per_page = call.query.page()
    sort, is_descending = call.query.sort(tuple(SORTS), "title:asc")

    def act(work: Work) -> str:
        skip = (page - 1) * per_page
        total, bodies = products.page(work, wanted, sort=sort, is_descending=is_descending, limit=per_page, skip=skip)
        return listed("products", bodies, meta(page, per_page, total))

    return call.read(act)


def get_product(call: Call) -> Response:
    """Retrieve a product"""
    return call.read(lambda work: wrapped(_NAME, products.get(work, call.params["id"])))


def create_product(call: Call) -> Response:
    """Create a product"""
    new = call.parse(NewProduct, _NAME)
    return call.write(lambda work: wrapped(_NAME, products.create(work, new)), status=201)


def update_product(call: Call) -> Response:
    """Update a product"""
    change = call.parse(ProductChange, _NAME)
    return call.write(lambda work: wrapped(_NAME, products.update(work, call.params["id"], change)))


def put_product(call: Call) -> Response:
    """Update a product, as PATCH does: what is left out keeps its value"""
    return update_product(call)


def delete_product(call: Call) -> Response:
    """Delete a product"""

    def act(work: Work) -> str:
        products.delete(work, call.params["id"])
        return ""

    return call.write(act, status=204)


def _wanted(query: Query) -> ProductFilter:
    return ProductFilter(types=query.several("filter[type]", TYPES), title=query.text("filter[title]"))


_BASE, _ONE = "/v2/products", "/v2/products/{id}"
_READ, _WRITE = scopes.PRODUCT_READ, scopes.PRODUCT_WRITE
_GIVES = {_NAME: Product}
_FILTERS: QueryTable = {
    "filter[type]": ({"type": "string"}, "good, service; several with commas, or repeated"),
    "filter[title]": ({"type": "string"}, "part of it, any case, without accents (ours)"),
    **PAGING,
    **sorting(SORTS, "title:asc"),
}

ROUTES = (
    Route("GET", _BASE, _READ, list_products, gives={"products": [Product], "meta": PAGE_META}, query=_FILTERS),
    Route("POST", _BASE, _WRITE, create_product, takes=NewProduct, wrapper=_NAME, gives=_GIVES, status=201),
    Route("GET", _ONE, _READ, get_product, gives=_GIVES),
    Route("PATCH", _ONE, _WRITE, update_product, takes=ProductChange, wrapper=_NAME, gives=_GIVES),
    Route("PUT", _ONE, _WRITE, put_product, takes=ProductChange, wrapper=_NAME, gives=_GIVES),
    Route("DELETE", _ONE, _WRITE, delete_product, status=204),
)
