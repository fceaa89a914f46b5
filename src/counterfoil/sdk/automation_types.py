"""The wire's objects of what happens by itself: reminders and webhooks. `types` has them too."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict


class ReminderRule(TypedDict):
    """When to remind: so many days before, on or after the due date. email_body: localized when left out."""

    email_title: str
    operator: Literal["before", "on", "after"]
    offset_days: NotRequired[int]
    email_body: NotRequired[str]


class NewReminder(TypedDict):
    """A client's reminders: one to five rules."""

    client_id: str
    rules: list[ReminderRule]
    send_to: NotRequired[list[str]]
    copy_to_self: NotRequired[bool]


class Reminder(NewReminder):
    """A client's reminders as stored."""

    id: str


class NewWebhookSubscription(TypedDict):
    """Where to be told, and of what. secret: 32 to 128 characters, made when left out."""

    callback_url: str
    types: list[str]
    secret: NotRequired[str]
    description: NotRequired[str]


class WebhookSubscription(TypedDict):
    """A subscription. secret: only in the answer that made it."""

    id: str
    organization_id: str
    membership_id: str
    callback_url: str
    types: list[str]
    created_at: str
    updated_at: str
    secret: NotRequired[str | None]
    description: NotRequired[str]


class WebhookDelivery(TypedDict):
    """One event for one subscription, and what became of it (ours)."""

    id: str
    type: str
    status: str
    created_at: str
