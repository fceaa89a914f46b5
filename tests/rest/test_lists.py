"""What all lists have in common: pages, an order that is asked for, and refusal of one that is not there."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from counterfoil.rest.api import ROUTES
from counterfoil.rest.routing import Route
from tests.rest.test_errors import UNKNOWN
from tests.support.server import Api, expect

LISTS = [route for route in ROUTES if isinstance(route.gives, dict) and "meta" in route.gives]
each_list = pytest.mark.parametrize("route", LISTS, ids=[route.path for route in LISTS])


def path_of(route: Route) -> str:
    return route.path.removeprefix("/v2").replace("{id}", UNKNOWN)


def fault_of(answer: httpx.Response) -> dict[str, Any]:
    """The first fault, wherever its fields also stand bare."""
    body = answer.json()
    assert body["trace_id"] == answer.headers["X-Tyk-Trace-Id"]
    return dict(body["errors"][0])


@each_list
def test_every_list_has_pages_and_an_order(route: Route) -> None:
    assert {"page", "per_page", "sort_by"} <= route.query.keys()
    schema, _ = route.query["sort_by"]
    assert schema["default"] in schema["enum"]


@each_list
@pytest.mark.parametrize("value", ["x", "created_at:up", "id:asc", "created_at:", ":desc", "created_at:desc,id:asc"])
def test_an_order_that_is_not_there_is_refused(fr: Api, route: Route, value: str) -> None:
    answer = fr.get(path_of(route), sort_by=value)
    assert answer.status_code == 400
    fault = fault_of(answer)
    assert (fault["code"], fault["source"]) == ("not_in_list", {"parameter": "sort_by"})
    assert fault["meta"]["allowed"] == route.query["sort_by"][0]["enum"]


@each_list
def test_every_order_that_is_listed_is_taken(fr: Api, route: Route) -> None:
    is_below_one = "{id}" in route.path
    for value in route.query["sort_by"][0]["enum"]:
        assert fr.get(path_of(route), sort_by=value).status_code == (404 if is_below_one else 200)


@each_list
@pytest.mark.parametrize("query", [{"page": "0"}, {"page": "x"}, {"per_page": "0"}, {"per_page": "501"}])
def test_a_page_that_is_none_is_refused(fr: Api, route: Route, query: dict[str, str]) -> None:
    answer = fr.get(path_of(route), **query)
    assert answer.status_code == 400
    assert fault_of(answer)["source"]["parameter"] == next(iter(query))


def test_the_order_is_what_was_asked_for(fresh: Api) -> None:
    hooks = [
        expect(fresh.post("/webhook_subscriptions", {"callback_url": f"https://hooks.example/{n}",
                                                     "types": ["v1/clients"]}), 201)["id"]
        for n in range(3)
    ]  # fmt: skip
    for order, wanted in (("asc", hooks), ("desc", hooks[::-1])):
        found = expect(fresh.get("/webhook_subscriptions", sort_by=f"created_at:{order}"), 200)["subscriptions"]
        assert [each["id"] for each in found] == wanted
    assert [each["id"] for each in expect(fresh.get("/webhook_subscriptions"), 200)["subscriptions"]] == hooks[::-1]
