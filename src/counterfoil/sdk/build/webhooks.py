"""Requests about webhooks."""

from __future__ import annotations

from counterfoil.sdk.types import NewWebhookSubscription, WebhookDelivery, WebhookSubscription
from counterfoil.sdk.wire import Page, Request, either, filters, nothing, page_of, paging, path_to, write_headers

_SUBSCRIPTIONS = "/v2/webhook_subscriptions"
_SUBSCRIPTION = either("subscription")


def build_list_webhook_subscriptions(*, page: int = 1, per_page: int = 100) -> Request[Page[WebhookSubscription]]:
    """List your own subscriptions."""
    return Request("GET", _SUBSCRIPTIONS, page_of("subscriptions"), params=paging(page, per_page, None))


def build_get_webhook_subscription(id: str) -> Request[WebhookSubscription]:
    """Retrieve a subscription; its secret is shown only when it is made."""
    return Request("GET", path_to(_SUBSCRIPTIONS, id), _SUBSCRIPTION)


def build_create_webhook_subscription(
    new: NewWebhookSubscription, *, idempotency_key: str | None = None
) -> Request[WebhookSubscription]:
    """Be told of events by HTTPS. Keep the secret of the answer: it signs what is delivered."""
    headers = write_headers(idempotency_key, False)
    return Request("POST", _SUBSCRIPTIONS, _SUBSCRIPTION, json=new, headers=headers)


def build_update_webhook_subscription(
    id: str, change: NewWebhookSubscription, *, idempotency_key: str | None = None
) -> Request[WebhookSubscription]:
    """Replace a subscription's address, topics and description."""
    headers = write_headers(idempotency_key, False)
    return Request("PUT", path_to(_SUBSCRIPTIONS, id), _SUBSCRIPTION, json=change, headers=headers)


def build_delete_webhook_subscription(id: str, *, idempotency_key: str | None = None) -> Request[None]:
    """Be told no more."""
    return Request("DELETE", path_to(_SUBSCRIPTIONS, id), nothing, headers=write_headers(idempotency_key, False))


def build_list_webhook_deliveries(
    id: str, *, status: str | None = None, page: int = 1, per_page: int = 100
) -> Request[Page[WebhookDelivery]]:
    """List what was delivered, or not yet (Counterfoil only)."""
    params = filters(status=status) + paging(page, per_page, None)
    return Request("GET", path_to(_SUBSCRIPTIONS, id, "deliveries"), page_of("deliveries"), params=params)


def build_replay_webhook_delivery(id: str, delivery_id: str) -> Request[WebhookDelivery]:
    """Deliver the same again (Counterfoil only)."""
    path = path_to(path_to(_SUBSCRIPTIONS, id, "deliveries"), delivery_id, "replay")
    return Request("POST", path, either("delivery"))
