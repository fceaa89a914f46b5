"""Webhooks: who wants to be told of what, what is sent, how it is signed, and when it is tried again."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from counterfoil.domain import scopes
from counterfoil.domain.texts import MAY_BE_ABSENT, OneLine, Paragraphs

CLIENT_INVOICES = "v1/client-invoices"
CLIENTS = "v1/clients"
PRODUCTS = "v1/products"
Topic = Literal["v1/client-invoices", "v1/clients", "v1/products", "v1/payment-links"]
Event = Literal["created", "updated", "deleted"]
DeliveryStatus = Literal["pending", "delivered", "dead"]
DELIVERY_STATUSES = ("pending", "delivered", "dead")
# What a subscriber must be allowed to read anyway.
SCOPE_OF: Mapping[str, str] = {
    CLIENT_INVOICES: scopes.CLIENT_INVOICES_READ,
    CLIENTS: scopes.ORGANIZATION_READ,
    PRODUCTS: scopes.ORGANIZATION_READ,
    "v1/payment-links": "payment_link.read",
}
SIGNATURE_HEADER = "X-Qonto-Signature"
ACKNOWLEDGED_SECONDS = 1

FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=6)
ATTEMPTS = 23  # with doubling pauses of at most six hours: three days

CallbackUrl = Annotated[str, StringConstraints(min_length=1, max_length=512)]
Topics = Annotated[list[Topic], Field(min_length=1)]
Secret = Annotated[str, StringConstraints(min_length=32, max_length=128), OneLine]
Description = Annotated[str, StringConstraints(max_length=256), Paragraphs]


class NewWebhookSubscription(BaseModel):
    """Where to send what. callback_url: https, of a public host."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    callback_url: CallbackUrl = Field(description="https, of a public host", json_schema_extra={"format": "uri"})
    types: Topics
    secret: Secret | None = Field(None, description="signs what is sent; made when left out")
    description: Description | None = None


class WebhookSubscriptionChange(BaseModel):
    """A change. callback_url must be sent again; what else is left out stays, and an empty description goes."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    callback_url: CallbackUrl = Field(description="https, of a public host", json_schema_extra={"format": "uri"})
    types: Topics | None = None
    secret: Secret | None = None
    description: Description | None = None


class WebhookSubscription(BaseModel):
    """A subscription as answered."""

    model_config = ConfigDict(frozen=True)

    id: str
    organization_id: str
    membership_id: str = Field(description="stands for the key or token that made it")
    callback_url: str
    types: list[Topic]
    secret: str | None = Field(description="shown by the call that makes it, and never again")
    description: str = Field("", description="absent when empty", json_schema_extra={MAY_BE_ABSENT: True})
    created_at: str
    updated_at: str


class WebhookDelivery(BaseModel):
    """One message to one subscription, and what became of it (ours). An empty time means that it has not come."""

    model_config = ConfigDict(frozen=True)

    id: str
    subscription_id: str
    type: Topic
    event: Event
    document_id: str = Field(description="of the invoice, client or product")
    status: DeliveryStatus = Field(description="delivered: acknowledged with 2xx in time; dead: given up")
    attempts: int = Field(description="since it was made or replayed")
    response_status: int | None = Field(description="of the last attempt; null when no answer came")
    error: str = Field(description="why the last attempt failed")
    created_at: str
    last_attempt_at: str
    next_attempt_at: str
    delivered_at: str


def signature(secret: str, sent_at: int, body: bytes) -> str:
    """The header's value. sent_at: Unix seconds. HMAC-SHA256 over "{sent_at}.{body}"."""
    signed = hmac.new(secret.encode(), b"%d." % sent_at + body, hashlib.sha256).hexdigest()
    return f"t={sent_at},v1={signed}"


def pause_after(attempts: int) -> timedelta | None:
    """How long to wait after so many failures; None when it is time to give up."""
    if attempts >= ATTEMPTS:
        return None
    doubled: timedelta = FIRST_PAUSE * 2 ** (min(attempts, 32) - 1)
    return min(doubled, LONGEST_PAUSE)


def without_cents(value: Any) -> Any:
    """A document as webhooks tell it: without the amounts in whole cents."""
    if isinstance(value, Mapping):
        return {name: without_cents(part) for name, part in value.items() if not str(name).endswith("_cents")}
    if isinstance(value, list):
        return [without_cents(part) for part in value]
    return value
