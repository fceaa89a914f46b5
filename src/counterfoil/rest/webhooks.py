"""/v2/webhook_subscriptions: errors are bare objects here, and what is not valid is 400."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel
from starlette.responses import Response

from counterfoil import errors
from counterfoil.domain import scopes
from counterfoil.domain.webhook import (
    DELIVERY_STATUSES,
    NewWebhookSubscription,
    WebhookDelivery,
    WebhookSubscription,
    WebhookSubscriptionChange,
)
from counterfoil.operations import webhooks
from counterfoil.operations.work import Work
from counterfoil.rest.bodies import meta
from counterfoil.rest.calls import Call, listed
from counterfoil.rest.routing import CREATION, PAGE_META, PAGING, QueryTable, Route

Model = TypeVar("Model", bound=BaseModel)


def list_webhook_subscriptions(call: Call) -> Response:
    """List webhook subscriptions"""
    page, per_page = call.query.page()
    _, is_descending = call.query.sort(("created_at",), "created_at:desc")

    def act(work: Work) -> str:
        skip = (page - 1) * per_page
        total, bodies = webhooks.page(work, is_descending=is_descending, limit=per_page, skip=skip)
        return listed("subscriptions", bodies, meta(page, per_page, total))

    return call.read(act)


def create_webhook_subscription(call: Call) -> Response:
    """Create a webhook subscription"""
    new, doors = _parsed(call, NewWebhookSubscription), call.doors
    return call.write(
        lambda work: webhooks.create(work, new, network=doors.network, sealer=doors.sealer), status=201, is_secret=True
    )


def get_webhook_subscription(call: Call) -> Response:
    """Retrieve a webhook subscription"""
    return call.read(lambda work: webhooks.get(work, call.params["id"]))


def update_webhook_subscription(call: Call) -> Response:
    """Update a webhook subscription"""
    change, doors = _parsed(call, WebhookSubscriptionChange), call.doors
    subscription_id = call.params["id"]
    return call.write(
        lambda work: webhooks.update(work, subscription_id, change, network=doors.network, sealer=doors.sealer)
    )


def delete_webhook_subscription(call: Call) -> Response:
    """Delete a webhook subscription"""

    def act(work: Work) -> str:
        webhooks.delete(work, call.params["id"])
        return ""

    return call.write(act, status=204)


def list_webhook_deliveries(call: Call) -> Response:
    """List the deliveries of a webhook subscription (ours)"""
    page, per_page = call.query.page()
    statuses = call.query.several("filter[status]", DELIVERY_STATUSES)
    _, is_descending = call.query.sort(("created_at",), "created_at:desc")

    def act(work: Work) -> str:
        total, bodies = webhooks.deliveries(
            work, call.params["id"], statuses=statuses, is_descending=is_descending, limit=per_page,
            skip=(page - 1) * per_page,
        )  # fmt: skip
        return listed("deliveries", bodies, meta(page, per_page, total))

    return call.read(act)


def replay_webhook_delivery(call: Call) -> Response:
    """Send a delivery of a webhook subscription again (ours)"""
    return call.write(lambda work: webhooks.replay(work, call.params["id"], call.params["delivery_id"]))


def _parsed(call: Call, model: type[Model]) -> Model:
    """The body as `model`. Raises Malformed with every fault: the API has no 422 here."""
    try:
        sent = call.object() if call.body.strip() else {}
        if sent.get("callback_url") in (None, ""):
            raise errors.Invalid(
                "missing_value", "CallbackURL is missing", field="callback_url",
                fix="Send callback_url; a PUT must send it again even when it does not change.",
            )  # fmt: skip
        return call.parse(model)
    except errors.Invalid as error:
        raise errors.Malformed.of(error.faults) from None


_SCOPE = scopes.WEBHOOK
_BASE, _ONE = "/v2/webhook_subscriptions", "/v2/webhook_subscriptions/{id}"
_DELIVERIES = f"{_ONE}/deliveries"
_LIST = {"subscriptions": [WebhookSubscription], "meta": PAGE_META}
_DELIVERY_LIST = {"deliveries": [WebhookDelivery], "meta": PAGE_META}
_FILTERS: QueryTable = {
    "filter[status]": ({"type": "string"}, "pending, delivered, dead; several with commas, or repeated"),
    **PAGING,
    **CREATION,
}

ROUTES = (
    Route(
        "GET", _BASE, _SCOPE, list_webhook_subscriptions, gives=_LIST, query={**PAGING, **CREATION}, is_bare_error=True,
    ),
    Route(
        "POST", _BASE, _SCOPE, create_webhook_subscription, takes=NewWebhookSubscription, gives=WebhookSubscription,
        status=201, is_bare_error=True,
    ),
    Route("GET", _ONE, _SCOPE, get_webhook_subscription, gives=WebhookSubscription, is_bare_error=True),
    Route(
        "PUT", _ONE, _SCOPE, update_webhook_subscription, takes=WebhookSubscriptionChange, gives=WebhookSubscription,
        is_bare_error=True,
    ),
    Route("DELETE", _ONE, _SCOPE, delete_webhook_subscription, status=204, is_bare_error=True),
    Route(
        "GET", _DELIVERIES, _SCOPE, list_webhook_deliveries, gives=_DELIVERY_LIST, query=_FILTERS, is_bare_error=True,
    ),
    Route(
        "POST", f"{_DELIVERIES}/{{delivery_id}}/replay", _SCOPE, replay_webhook_delivery, gives=WebhookDelivery,
        is_bare_error=True,
    ),
)  # fmt: skip
