"""Subscriptions and deliveries: one organization's own, due in order, and held by one server at a time."""

from __future__ import annotations

import pytest

from counterfoil.app import House
from counterfoil.store import webhooks as store
from counterfoil.store.rows import DeliveryRow, SubscriptionRow
from tests.support.houses import Company, new_company

NOW, SOON, LATER = (f"2026-03-02T09:00:0{second}.000Z" for second in (1, 2, 9))


def subscription(organization_id: str, name: str = "s", **more: str) -> SubscriptionRow:
    fields = {
        "principal": "token:a", "membership_id": "m", "callback_url": "https://example.com/", "types": "v1/clients",
        "secret": "v1.key.sealed", "description": "", "created_at": NOW, "updated_at": NOW,
    }  # fmt: skip
    return SubscriptionRow(organization_id=organization_id, id=name, **(fields | more))


def delivery(organization_id: str, name: str, *, due: str | None = NOW, status: str = "pending") -> DeliveryRow:
    return DeliveryRow(
        organization_id=organization_id, id=name, subscription_id="s", type="v1/clients", event="created",
        document_id="c", status=status, attempts=0, response_status=None, error="", created_at=NOW,
        last_attempt_at=None, next_attempt_at=due, delivered_at=None, body="{}",
    )  # fmt: skip


@pytest.fixture
def other(house: House, company: Company) -> Company:
    """Another organization; the first one has a subscription `s` and a delivery `d`."""
    with house.database.write() as conn:
        store.insert_subscription(conn, company.id, subscription(company.id))
        store.insert_delivery(conn, company.id, delivery(company.id, "d"))
    return new_company(house)


def test_anothers_subscription_and_deliveries_are_not_found(house: House, company: Company, other: Company) -> None:
    for owner, count in ((company.id, 1), (other.id, 0)):
        with house.database.read() as conn:
            assert len(store.subscribers(conn, owner, "v1/clients")) == count
            assert store.count(conn, owner) == count
            assert (store.get(conn, owner, "s") is not None) == bool(count)
            assert store.page(conn, owner, "token:a", limit=9, skip=0)[0] == count
            assert (store.get_delivery(conn, owner, "s", "d") is not None) == bool(count)
            assert store.delivery_page(conn, owner, "s", statuses=None, limit=9, skip=0)[0] == count
            assert len(store.due(conn, owner, "s", LATER, limit=9)) == count
            assert (store.next_due(conn, owner, "s") is not None) == bool(count)


def test_anothers_subscription_and_deliveries_are_not_changed(house: House, company: Company, other: Company) -> None:
    with house.database.write() as conn:
        store.update_subscription(conn, other.id, subscription(other.id, callback_url="https://other.example/"))
        store.set_outcome(conn, other.id, delivery(other.id, "d", status="dead"))
        assert store.drop_deliveries(conn, other.id, "s", limit=9) == 0
        assert not store.delete_subscription(conn, other.id, "s")
    with house.database.read() as conn:
        assert store.get(conn, company.id, "s") == subscription(company.id)
        assert store.get_delivery(conn, company.id, "s", "d") == delivery(company.id, "d")


def test_only_those_who_asked_for_the_topic_are_told(house: House, company: Company) -> None:
    with house.database.write() as conn:
        for name, types in (("one", "v1/clients"), ("both", "v1/clients v1/products"), ("none", "v1/client-invoices")):
            store.insert_subscription(conn, company.id, subscription(company.id, name, types=types, membership_id=name))
        assert sorted(store.subscribers(conn, company.id, "v1/clients")) == [("both", "both"), ("one", "one")]
        assert store.subscribers(conn, company.id, "v1/payment-links") == []


def test_a_page_holds_the_callers_own_the_newest_first(house: House, company: Company) -> None:
    with house.database.write() as conn:
        for name, created_at in (("a", NOW), ("b", LATER), ("c", SOON)):
            store.insert_subscription(conn, company.id, subscription(company.id, name, created_at=created_at))
        store.insert_subscription(conn, company.id, subscription(company.id, "x", principal="token:x"))
        total, rows = store.page(conn, company.id, "token:a", limit=2, skip=0)
        assert (total, [row.id for row in rows]) == (3, ["b", "c"])
        assert [row.id for row in store.page(conn, company.id, "token:a", limit=2, skip=2)[1]] == ["a"]


def test_what_is_due_comes_in_order_and_the_rest_does_not(house: House, company: Company) -> None:
    with house.database.write() as conn:
        for name, due, status in (
            ("second", SOON, "pending"), ("first", NOW, "pending"), ("future", LATER, "pending"),
            ("done", None, "delivered"), ("dead", None, "dead"),
        ):  # fmt: skip
            store.insert_delivery(conn, company.id, delivery(company.id, name, due=due, status=status))
        assert [row.id for row in store.due(conn, company.id, "s", SOON, limit=9)] == ["first", "second"]
        assert [row.id for row in store.due(conn, company.id, "s", SOON, limit=1)] == ["first"]
        assert store.next_due(conn, company.id, "s") == NOW


def test_deliveries_are_listed_by_status_the_newest_first(house: House, company: Company) -> None:
    with house.database.write() as conn:
        for number, status in enumerate(("pending", "dead", "delivered", "dead")):
            row = delivery(company.id, f"d{number}", status=status)._replace(
                created_at=f"2026-03-02T09:00:0{number}.000Z"
            )
            store.insert_delivery(conn, company.id, row)
        total, rows = store.delivery_page(conn, company.id, "s", statuses=None, limit=2, skip=1)
        assert (total, [row.id for row in rows]) == (4, ["d2", "d1"])
        total, rows = store.delivery_page(conn, company.id, "s", statuses=("dead",), limit=9, skip=0)
        assert (total, [row.id for row in rows]) == (2, ["d3", "d1"])


def test_what_was_settled_long_ago_is_forgotten_a_few_at_a_time(house: House, company: Company) -> None:
    with house.database.write() as conn:
        for name, status in (("a", "delivered"), ("b", "dead"), ("c", "delivered"), ("waiting", "pending")):
            store.insert_delivery(conn, company.id, delivery(company.id, name, status=status))
        store.insert_delivery(conn, company.id, delivery(company.id, "new", status="dead")._replace(created_at=LATER))
        assert store.forget_before(conn, SOON, limit=2) == 2
        assert store.forget_before(conn, SOON, limit=2) == 1
        left = store.delivery_page(conn, company.id, "s", statuses=None, limit=9, skip=0)[1]
        assert sorted(row.id for row in left) == ["new", "waiting"]


@pytest.mark.sqlite
def test_a_question_for_subscribers_reads_an_index(house: House, company: Company) -> None:
    asked = (
        "EXPLAIN QUERY PLAN SELECT id FROM webhook_subscriptions WHERE organization_id = 'x'",
        "EXPLAIN QUERY PLAN SELECT * FROM webhook_deliveries WHERE organization_id = 'x' AND subscription_id = 's' "
        "AND status = 'pending' AND next_attempt_at <= 'y' ORDER BY next_attempt_at, id LIMIT 8",
        "EXPLAIN QUERY PLAN SELECT id FROM webhook_deliveries WHERE organization_id = 'x' AND subscription_id = 's' "
        "ORDER BY created_at DESC LIMIT 100",
    )
    with house.database.read() as conn:
        for question in asked:
            plan = " ".join(str(row[-1]) for row in conn.exec_driver_sql(question))
            assert "SEARCH" in plan
            assert "SCAN" not in plan
