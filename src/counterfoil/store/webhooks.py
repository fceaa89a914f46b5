"""Webhook subscriptions, and what was or will be sent to each."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Connection,
    Integer,
    Table,
    UnaryExpression,
    bindparam,
    delete,
    func,
    insert,
    select,
    tuple_,
    update,
)

from counterfoil.store.prepared import Prepared
from counterfoil.store.rows import DeliveryRow, SubscriptionRow
from counterfoil.store.tables import webhook_deliveries as deliveries
from counterfoil.store.tables import webhook_subscriptions as subscriptions

_SUBSCRIBERS = Prepared(
    select(subscriptions.c.id, subscriptions.c.membership_id, subscriptions.c.types).where(
        subscriptions.c.organization_id == bindparam("organization_id")
    )
)
_INSERT_DELIVERY = Prepared(insert(deliveries))
_OF_SUBSCRIPTION = (
    deliveries.c.organization_id == bindparam("b_organization_id"),
    deliveries.c.subscription_id == bindparam("b_subscription_id"),
)
_PENDING = (*_OF_SUBSCRIPTION, deliveries.c.status == "pending")
_DUE_NOW = Prepared(
    select(deliveries)
    .where(*_PENDING, deliveries.c.next_attempt_at <= bindparam("b_now"))
    .order_by(deliveries.c.next_attempt_at, deliveries.c.id)
    .limit(bindparam("b_limit", type_=Integer))
)
_NEXT_DUE = Prepared(
    select(deliveries.c.next_attempt_at).where(*_PENDING).order_by(deliveries.c.next_attempt_at).limit(1)
)
_OUTCOME = (
    "status", "attempts", "response_status", "error", "last_attempt_at", "next_attempt_at", "delivered_at",
)  # fmt: skip
_SET_OUTCOME = Prepared(
    update(deliveries).where(
        deliveries.c.organization_id == bindparam("b_organization_id"), deliveries.c.id == bindparam("b_id")
    ),
    columns=_OUTCOME,
)


def subscribers(conn: Connection, organization_id: str, topic: str) -> list[tuple[str, str]]:
    """(subscription's id, membership_id) of those who want to be told of `topic`."""
    rows = _SUBSCRIBERS.run(conn, organization_id=organization_id).fetchall()
    return [(found, member) for found, member, types in rows if topic in types.split()] if rows else []


def count(conn: Connection, organization_id: str) -> int:
    """How many subscriptions the organization has, whoever made them."""
    query = select(func.count()).select_from(subscriptions).where(subscriptions.c.organization_id == organization_id)
    return conn.execute(query).scalar_one()


def get(conn: Connection, organization_id: str, subscription_id: str) -> SubscriptionRow | None:
    """The subscription; None when absent or another organization's."""
    row = conn.execute(
        select(subscriptions).where(
            subscriptions.c.organization_id == organization_id, subscriptions.c.id == subscription_id
        )
    ).first()
    return SubscriptionRow._make(row) if row else None


def page(
    conn: Connection, organization_id: str, principal: str, *, is_descending: bool = True, limit: int, skip: int
) -> tuple[int, list[SubscriptionRow]]:
    """How many subscriptions `principal` has, and one page of them in order of creation."""
    mine = (subscriptions.c.organization_id == organization_id, subscriptions.c.principal == principal)
    total = conn.execute(select(func.count()).select_from(subscriptions).where(*mine)).scalar_one()
    order = _by_creation(subscriptions, is_descending=is_descending)
    query = select(subscriptions).where(*mine).order_by(*order).limit(limit).offset(skip)
    return total, [SubscriptionRow._make(row) for row in conn.execute(query)]


def _by_creation(table: Table, *, is_descending: bool) -> list[UnaryExpression[Any]]:
    columns = (table.c.created_at, table.c.id)
    return [column.desc() if is_descending else column.asc() for column in columns]


def insert_subscription(conn: Connection, organization_id: str, row: SubscriptionRow) -> None:
    """Adds a subscription."""
    conn.execute(insert(subscriptions), row._asdict() | {"organization_id": organization_id})


def update_subscription(conn: Connection, organization_id: str, row: SubscriptionRow) -> None:
    """Writes the row over the one with its id."""
    conn.execute(
        update(subscriptions)
        .where(subscriptions.c.organization_id == organization_id, subscriptions.c.id == row.id)
        .values(row._asdict())
    )


def delete_subscription(conn: Connection, organization_id: str, subscription_id: str) -> bool:
    """Removes a subscription; its deliveries stay until `drop_deliveries`. False when there was none."""
    result = conn.execute(
        delete(subscriptions).where(
            subscriptions.c.organization_id == organization_id, subscriptions.c.id == subscription_id
        )
    )
    return result.rowcount > 0


def not_sealed_with(conn: Connection, prefix: str) -> list[SubscriptionRow]:
    """Subscriptions of all organizations whose sealed secret begins otherwise."""
    query = select(subscriptions).where(~subscriptions.c.secret.startswith(prefix, autoescape=True))
    return [SubscriptionRow._make(row) for row in conn.execute(query)]


def insert_delivery(conn: Connection, organization_id: str, row: DeliveryRow) -> None:
    """Adds something to send."""
    _INSERT_DELIVERY.run(conn, **row._asdict() | {"organization_id": organization_id})


def get_delivery(conn: Connection, organization_id: str, subscription_id: str, delivery_id: str) -> DeliveryRow | None:
    """One delivery of the subscription; None when absent."""
    row = conn.execute(
        select(deliveries).where(
            deliveries.c.organization_id == organization_id,
            deliveries.c.id == delivery_id,
            deliveries.c.subscription_id == subscription_id,
        )
    ).first()
    return DeliveryRow._make(row) if row else None


def delivery_page(
    conn: Connection, organization_id: str, subscription_id: str, *, statuses: tuple[str, ...] | None,
    is_descending: bool = True, limit: int, skip: int,
) -> tuple[int, list[DeliveryRow]]:  # fmt: skip
    """How many deliveries the subscription has, and one page of them by creation. statuses: None for all."""
    wanted = [deliveries.c.organization_id == organization_id, deliveries.c.subscription_id == subscription_id]
    if statuses:
        wanted.append(deliveries.c.status.in_(statuses))
    total = conn.execute(select(func.count()).select_from(deliveries).where(*wanted)).scalar_one()
    order = _by_creation(deliveries, is_descending=is_descending)
    query = select(deliveries).where(*wanted).order_by(*order).limit(limit).offset(skip)
    return total, [DeliveryRow._make(row) for row in conn.execute(query)]


def due(conn: Connection, organization_id: str, subscription_id: str, now: str, *, limit: int) -> list[DeliveryRow]:
    """What of a subscription is to be sent at `now`, oldest first. Holds nothing."""
    found = _DUE_NOW.run(
        conn, b_organization_id=organization_id, b_subscription_id=subscription_id, b_now=now, b_limit=limit
    )
    return [DeliveryRow._make(row) for row in found.fetchall()]


def next_due(conn: Connection, organization_id: str, subscription_id: str) -> str | None:
    """When the subscription's first pending delivery is due, or was; None when nothing is pending."""
    found: str | None = _NEXT_DUE.value(conn, b_organization_id=organization_id, b_subscription_id=subscription_id)
    return found


def set_outcome(conn: Connection, organization_id: str, row: DeliveryRow) -> None:
    """Writes what became of a delivery."""
    changed = {name: getattr(row, name) for name in _OUTCOME}
    _SET_OUTCOME.run(conn, b_organization_id=organization_id, b_id=row.id, **changed)


def drop_deliveries(conn: Connection, organization_id: str, subscription_id: str, *, limit: int) -> int:
    """Removes up to `limit` deliveries of a subscription; how many they were."""
    ids = (
        select(deliveries.c.id)
        .where(deliveries.c.organization_id == organization_id, deliveries.c.subscription_id == subscription_id)
        .limit(limit)
    )
    statement = delete(deliveries).where(deliveries.c.organization_id == organization_id, deliveries.c.id.in_(ids))
    return conn.execute(statement).rowcount


def forget_before(conn: Connection, moment: str, *, limit: int) -> int:
    """Removes up to `limit` deliveries made before `moment` that are not pending; how many they were."""
    key = (deliveries.c.organization_id, deliveries.c.id)
    old = select(*key).where(deliveries.c.created_at < moment, deliveries.c.status != "pending").limit(limit)
    return conn.execute(delete(deliveries).where(tuple_(*key).in_(old))).rowcount
