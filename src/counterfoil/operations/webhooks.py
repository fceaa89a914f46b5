"""Webhooks: who wants to be told, what they are told, and what became of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from counterfoil import errors
from counterfoil.domain.webhook import (
    SCOPE_OF,
    Event,
    NewWebhookSubscription,
    WebhookDelivery,
    WebhookSubscription,
    WebhookSubscriptionChange,
    pause_after,
    without_cents,
)
from counterfoil.operations import access
from counterfoil.operations.work import Work
from counterfoil.ports.callbacks import Answer
from counterfoil.ports.clock import timestamp
from counterfoil.ports.ids import named_uuid
from counterfoil.ports.network import Network
from counterfoil.ports.sealing import Sealer
from counterfoil.store import webhooks as store
from counterfoil.store.rows import DeliveryRow, SubscriptionRow

KIND = "webhook_subscription"
JOB = "deliver_webhook"
SUBSCRIPTIONS_MAX = 100  # of one organization: each costs a row in every write that is told
DROPPED_AT_ONCE = 1_000
# A receiver that just failed is left alone for so long, however much waits for it.
REST_AFTER_FAILURE = timedelta(seconds=1)


def announce(work: Work, topic: str, event: Event, document: str | Callable[[], str]) -> None:
    """Tells the organization's subscribers, once this write is committed, of a document as it is now.

    document: its JSON, or what makes it; asked only when somebody listens, so that nobody else pays for it.
    """
    subscribers = store.subscribers(work.conn, work.organization_id, topic)
    if not subscribers:
        return
    text = document if isinstance(document, str) else document()
    told = without_cents(json.loads(text))
    data = json.dumps({"event": event, **told}, ensure_ascii=False, separators=(",", ":"))
    for subscription_id, membership_id in subscribers:
        delivery_id = work.new_id()
        head = {
            "id": delivery_id,
            "subscription_id": subscription_id,
            "organization_id": work.organization_id,
            "membership_id": membership_id,
            "type": topic,
            "created_at": work.timestamp,
        }
        row = DeliveryRow(
            organization_id=work.organization_id,
            id=delivery_id,
            subscription_id=subscription_id,
            type=topic,
            event=event,
            document_id=str(told["id"]),
            status="pending",
            attempts=0,
            response_status=None,
            error="",
            created_at=work.timestamp,
            last_attempt_at=None,
            next_attempt_at=work.timestamp,
            delivered_at=None,
            body=f'{json.dumps(head, separators=(",", ":"))[:-1]},"data":{data}}}',
        )
        store.insert_delivery(work.conn, work.organization_id, row)
        _deliver_later(work, subscription_id)


def create(work: Work, new: NewWebhookSubscription, *, network: Network, sealer: Sealer) -> str:
    """Create a webhook subscription; answers it as JSON, with its secret for the only time."""
    network.target(new.callback_url, field="callback_url")
    _check_topics(work, new.types)
    if store.count(work.conn, work.organization_id) >= SUBSCRIPTIONS_MAX:
        raise errors.Malformed(
            "too_many_subscriptions",
            f"This organization has {SUBSCRIPTIONS_MAX} webhook subscriptions, and no more are kept.",
            fix="Delete one first, or give one of them more types.",
        )
    secret = new.secret or work.new_secret()
    subscription_id = work.new_id()
    principal = work.actor.principal
    row = SubscriptionRow(
        organization_id=work.organization_id,
        id=subscription_id,
        principal=principal,
        membership_id=named_uuid(work.organization_id, principal),
        callback_url=new.callback_url,
        types=_joined(new.types),
        secret=sealer.seal(secret, _context(work.organization_id, subscription_id)),
        description=new.description or "",
        created_at=work.timestamp,
        updated_at=work.timestamp,
    )
    store.insert_subscription(work.conn, work.organization_id, row)
    work.record(KIND, row.id, "created", {"types": list(new.types)})
    return _answer(row, secret=secret)


def get(work: Work, subscription_id: str) -> str:
    """Retrieve a webhook subscription as JSON."""
    return _answer(_mine(work, subscription_id))


def page(work: Work, *, is_descending: bool = True, limit: int, skip: int) -> tuple[int, list[str]]:
    """List the caller's webhook subscriptions: their number, and one page as JSON."""
    total, rows = store.page(
        work.conn, work.organization_id, work.actor.principal, is_descending=is_descending, limit=limit, skip=skip
    )
    return total, [_answer(row) for row in rows]


def update(
    work: Work, subscription_id: str, change: WebhookSubscriptionChange, *, network: Network, sealer: Sealer
) -> str:
    """Update a webhook subscription: what is pending goes to the new address; a new secret is not shown again."""
    row = _mine(work, subscription_id)
    network.target(change.callback_url, field="callback_url")
    if change.types:
        _check_topics(work, change.types)
    is_described = "description" in change.model_fields_set
    after = row._replace(
        callback_url=change.callback_url,
        types=_joined(change.types) if change.types else row.types,
        secret=sealer.seal(change.secret, _context(row.organization_id, row.id)) if change.secret else row.secret,
        description=(change.description or "") if is_described else row.description,
        updated_at=work.timestamp,
    )
    store.update_subscription(work.conn, work.organization_id, after)
    work.record(KIND, row.id, "updated", {"fields": sorted(change.model_fields_set)})
    return _answer(after)


def delete(work: Work, subscription_id: str) -> None:
    """Delete a webhook subscription; what was not delivered yet never will be."""
    row = _mine(work, subscription_id)
    store.delete_subscription(work.conn, work.organization_id, row.id)
    work.record(KIND, row.id, "deleted")
    _deliver_later(work, row.id)  # finds it gone, and clears away what it left


def deliveries(
    work: Work,
    subscription_id: str,
    *,
    statuses: tuple[str, ...] | None,
    is_descending: bool = True,
    limit: int,
    skip: int,
) -> tuple[int, list[str]]:
    """List what was or will be sent to a webhook subscription: the number, and one page as JSON."""
    row = _mine(work, subscription_id)
    total, rows = store.delivery_page(
        work.conn, work.organization_id, row.id,
        statuses=statuses, is_descending=is_descending, limit=limit, skip=skip,
    )  # fmt: skip
    return total, [_told_delivery(found) for found in rows]


def replay(work: Work, subscription_id: str, delivery_id: str) -> str:
    """Send a delivery again, now, whatever became of it: the same id and body, and three days of attempts anew."""
    subscription = _mine(work, subscription_id)
    row = store.get_delivery(work.conn, work.organization_id, subscription.id, delivery_id.lower())
    if row is None:
        raise errors.NotFound(
            "not_found", "There is no delivery with this id.", parameter="delivery_id",
            fix="List the subscription's deliveries; they are kept 30 days.",
        )  # fmt: skip
    after = row._replace(status="pending", attempts=0, next_attempt_at=work.timestamp)
    store.set_outcome(work.conn, work.organization_id, after)
    work.record(KIND, subscription.id, "delivery_replayed", {"delivery_id": row.id})
    _deliver_later(work, subscription.id)
    return _told_delivery(after)


@dataclass(frozen=True, slots=True)
class Turn:
    """What one receiver gets next, oldest first."""

    callback_url: str
    sealed_secret: str
    context: str
    due: tuple[DeliveryRow, ...]


def take_turn(work: Work, subscription_id: str, *, limit: int) -> Turn | None:
    """Up to `limit` due deliveries; None when the subscription is gone. They are held by the job whose turn it is."""
    row = store.get(work.conn, work.organization_id, subscription_id)
    if row is None:
        return None
    conn, organization_id = work.conn, work.organization_id
    found = store.due(conn, organization_id, row.id, work.timestamp, limit=limit)
    return Turn(row.callback_url, row.secret, _context(organization_id, row.id), tuple(found))


def record_turn(work: Work, subscription_id: str, outcomes: Iterable[tuple[DeliveryRow, Answer]]) -> bool:
    """Writes down what came of a turn, and plans the next one. False: there is none."""
    has_failed = False
    for row, answer in outcomes:
        after = _after(work, row, answer)
        has_failed = has_failed or after.status != "delivered"
        store.set_outcome(work.conn, work.organization_id, after)
    due = store.next_due(work.conn, work.organization_id, subscription_id)
    if due is None:
        return False
    wait = max(datetime.fromisoformat(due) - work.now, REST_AFTER_FAILURE if has_failed else timedelta(0))
    _deliver_later(work, subscription_id, wait)
    return True


def clear_away(work: Work, subscription_id: str) -> bool:
    """Removes some deliveries of a subscription that is gone. False when none are left."""
    dropped = store.drop_deliveries(work.conn, work.organization_id, subscription_id, limit=DROPPED_AT_ONCE)
    if dropped < DROPPED_AT_ONCE:
        return False
    _deliver_later(work, subscription_id)
    return True


def seal_anew(work: Work, row: SubscriptionRow, sealer: Sealer) -> None:
    """Seals a subscription's secret with the present key instead of an older one."""
    found = store.get(work.conn, work.organization_id, row.id)
    if found is not None and found.secret == row.secret:
        context = _context(row.organization_id, row.id)
        sealed = sealer.seal(sealer.open(row.secret, context), context)
        store.update_subscription(work.conn, work.organization_id, found._replace(secret=sealed))


def _after(work: Work, row: DeliveryRow, answer: Answer) -> DeliveryRow:
    """The delivery once it was tried."""
    tried = row._replace(
        attempts=row.attempts + 1, response_status=answer.status, error=answer.error, last_attempt_at=work.timestamp
    )
    if answer.is_acknowledged:
        return tried._replace(status="delivered", next_attempt_at=None, delivered_at=work.timestamp)
    pause = pause_after(tried.attempts)
    if pause is None:
        return tried._replace(status="dead", next_attempt_at=None)
    return tried._replace(next_attempt_at=timestamp(work.now + pause))


def _deliver_later(work: Work, subscription_id: str, delay: timedelta = timedelta(0)) -> None:
    # One job a subscription, always the same: what waits for a slow receiver stands in line behind itself only. A turn
    # that ends looks for what is pending in the write that ends it, so nothing asked for meanwhile is lost.
    work.later(JOB, {"subscription_id": subscription_id}, about=subscription_id, delay=delay)


def _mine(work: Work, subscription_id: str) -> SubscriptionRow:
    """The caller's subscription. Raises NotFound for one that another key or token made."""
    row = store.get(work.conn, work.organization_id, subscription_id.lower())
    if row is None or row.principal != work.actor.principal:
        raise errors.NotFound(
            "not_found", "There is no webhook subscription with this id.", parameter="id",
            fix="List webhook subscriptions; each key or token sees its own.",
        )  # fmt: skip
    return row


def _check_topics(work: Work, topics: Iterable[str]) -> None:
    """Raises Forbidden when the caller may not read what it wants to be told of."""
    for topic in topics:
        access.require(work.actor, SCOPE_OF[topic])


def _joined(topics: Iterable[str]) -> str:
    return " ".join(dict.fromkeys(topics))


def _context(organization_id: str, subscription_id: str) -> str:
    return f"{KIND}:{organization_id}:{subscription_id}"


def _answer(row: SubscriptionRow, *, secret: str | None = None) -> str:
    fields: Mapping[str, object] = row._asdict() | {"types": row.types.split(), "secret": secret}
    skip = None if row.description else {"description"}
    return WebhookSubscription.model_validate(fields).model_dump_json(exclude=skip)


def _told_delivery(row: DeliveryRow) -> str:
    fields = row._asdict() | {name: getattr(row, name) or "" for name in _MAYBE_EMPTY}
    return WebhookDelivery.model_validate(fields).model_dump_json()


_MAYBE_EMPTY = ("last_attempt_at", "next_attempt_at", "delivered_at")
