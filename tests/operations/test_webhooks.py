"""Webhooks as operations: whose subscriptions, who may listen to what, and what is told when."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from counterfoil import errors
from counterfoil.app import House
from counterfoil.domain import scopes
from counterfoil.domain.client import ClientFields
from counterfoil.domain.client_invoice import ClientInvoiceChange
from counterfoil.domain.product import NewProduct, ProductChange
from counterfoil.domain.webhook import NewWebhookSubscription, WebhookSubscriptionChange
from counterfoil.operations import client_invoices, clients, products, webhooks
from counterfoil.operations.work import Actor, Work
from counterfoil.ports.network import UrlRefused
from counterfoil.store import webhooks as store
from counterfoil.store.rows import DeliveryRow
from tests.support.houses import CLIENT, Company, new_company

URL = "https://example.com/hooks"
ALL = ["v1/client-invoices", "v1/clients", "v1/products"]


class Subscriber:
    """One key or token, with the calls that its holder makes."""

    def __init__(self, company: Company, name: str = "token:a", allowed: frozenset[str] = scopes.ALL_SCOPES) -> None:
        self.company = company
        self.house = company.house
        self.actor = Actor(company.id, name, allowed)

    @contextmanager
    def write(self) -> Iterator[Work]:
        with self.house.works.write(self.actor) as work:
            yield work

    def subscribe(self, *types: str, **more: Any) -> dict[str, Any]:
        new = NewWebhookSubscription.model_validate({"callback_url": URL, "types": types or ALL} | more)
        with self.write() as work:
            made: dict[str, Any] = json.loads(
                webhooks.create(work, new, network=self.house.network, sealer=self.house.sealer)
            )
        return made

    def change(self, subscription_id: str, **sent: Any) -> dict[str, Any]:
        change = WebhookSubscriptionChange.model_validate({"callback_url": URL} | sent)
        with self.write() as work:
            changed: dict[str, Any] = json.loads(
                webhooks.update(work, subscription_id, change, network=self.house.network, sealer=self.house.sealer)
            )
        return changed

    def page(self) -> list[dict[str, Any]]:
        with self.house.works.read(self.actor) as work:
            total, bodies = webhooks.page(work, limit=100, skip=0)
        assert total == len(bodies)
        return [json.loads(body) for body in bodies]

    def rows(self, subscription_id: str) -> list[DeliveryRow]:
        """What was or will be sent, oldest first."""
        with self.house.database.read() as conn:
            found = store.delivery_page(conn, self.company.id, subscription_id, statuses=None, limit=999, skip=0)[1]
        return sorted(found, key=lambda row: (row.created_at, row.id))

    def told(self, subscription_id: str) -> list[dict[str, Any]]:
        return [json.loads(row.body) for row in self.rows(subscription_id)]


@pytest.fixture
def subscriber(company: Company) -> Subscriber:
    return Subscriber(company)


def test_a_subscription_is_answered_whole_and_its_secret_once(subscriber: Subscriber, company: Company) -> None:
    made = subscriber.subscribe("v1/clients", "v1/clients", description="ERP")
    assert made["organization_id"] == company.id
    assert made["types"] == ["v1/clients"]
    assert made["description"] == "ERP"
    assert 32 <= len(made["secret"]) <= 128
    assert subscriber.page() == [made | {"secret": None}]


def test_a_secret_that_was_sent_is_kept_sealed(subscriber: Subscriber, house: House) -> None:
    secret = "mine" * 10
    made = subscriber.subscribe(secret=secret)
    assert made["secret"] == secret
    with house.database.read() as conn:
        row = store.get(conn, subscriber.company.id, made["id"])
    assert row is not None
    assert secret not in row.secret
    assert house.sealer.open(row.secret, f"webhook_subscription:{row.organization_id}:{row.id}") == secret


def test_each_key_or_token_sees_and_changes_only_its_own(subscriber: Subscriber, company: Company) -> None:
    made = subscriber.subscribe()
    other = Subscriber(company, "token:b")
    assert other.page() == []
    with pytest.raises(errors.NotFound):
        other.change(made["id"])
    with other.write() as work:
        for call in (webhooks.get, webhooks.delete):
            with pytest.raises(errors.NotFound):
                call(work, made["id"])
        with pytest.raises(errors.NotFound):
            webhooks.deliveries(work, made["id"], statuses=None, limit=1, skip=0)
    assert made["membership_id"] != other.subscribe()["membership_id"]
    assert made["membership_id"] == subscriber.subscribe()["membership_id"]


def test_anothers_organization_has_none_of_it(subscriber: Subscriber, house: House) -> None:
    made = subscriber.subscribe()
    stranger = Subscriber(new_company(house))
    with stranger.write() as work, pytest.raises(errors.NotFound):
        webhooks.get(work, made["id"])


@pytest.mark.parametrize(
    ("topic", "needed"),
    [("v1/client-invoices", "client_invoices.read"), ("v1/clients", "organization.read"),
     ("v1/products", "organization.read"), ("v1/payment-links", "payment_link.read")],
)  # fmt: skip
def test_who_may_not_read_a_thing_may_not_be_told_of_it(company: Company, topic: str, needed: str) -> None:
    without = Subscriber(company, allowed=scopes.ALL_SCOPES - {needed})
    with pytest.raises(errors.Forbidden, match=f"missing required oauth scope: {needed}"):
        without.subscribe(topic)
    assert Subscriber(company, allowed=frozenset({"webhook", needed})).subscribe(topic)["types"] == [topic]


def test_a_change_of_topics_asks_for_their_scopes_too(company: Company) -> None:
    some = Subscriber(company, allowed=frozenset({"webhook", "organization.read"}))
    made = some.subscribe("v1/clients")
    with pytest.raises(errors.Forbidden):
        some.change(made["id"], types=["v1/clients", "v1/client-invoices"])
    assert some.page()[0]["types"] == ["v1/clients"]


@pytest.mark.parametrize("url", ["http://example.com/", "https://127.0.0.1/", "https://localhost/", "nonsense"])
def test_an_address_that_is_not_public_is_refused(subscriber: Subscriber, url: str) -> None:
    with pytest.raises(UrlRefused):
        subscriber.subscribe(callback_url=url)
    made = subscriber.subscribe()
    with pytest.raises(UrlRefused):
        subscriber.change(made["id"], callback_url=url)
    assert [found["callback_url"] for found in subscriber.page()] == [URL]


def test_a_change_keeps_what_is_left_out_and_shows_no_secret(subscriber: Subscriber, house: House) -> None:
    made = subscriber.subscribe("v1/clients", description="ERP")
    moved = subscriber.change(made["id"], callback_url="https://example.org/")
    updated = {"callback_url": "https://example.org/", "secret": None, "updated_at": moved["updated_at"]}
    assert moved == made | updated
    assert moved["updated_at"] > made["updated_at"]
    emptied = subscriber.change(made["id"], description="", types=["v1/products"], secret="x" * 40)
    assert "description" not in emptied
    assert emptied["types"] == ["v1/products"]
    with house.database.read() as conn:
        row = store.get(conn, subscriber.company.id, made["id"])
    assert row is not None
    assert house.sealer.open(row.secret, f"webhook_subscription:{row.organization_id}:{row.id}") == "x" * 40


def test_there_is_an_end_to_subscriptions(subscriber: Subscriber, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "SUBSCRIPTIONS_MAX", 2)
    subscriber.subscribe()
    subscriber.subscribe()
    with pytest.raises(errors.Malformed) as caught:
        subscriber.subscribe()
    assert caught.value.code == "too_many_subscriptions"


def test_nobody_listening_nothing_is_kept_or_even_put_together(company: Company) -> None:
    def document() -> str:
        raise AssertionError("made for nobody")

    with company.write() as work:
        webhooks.announce(work, "v1/clients", "created", document)
    company.create()
    with company.house.database.read() as conn:
        assert conn.exec_driver_sql("SELECT count(*) FROM webhook_deliveries").scalar() == 0


def test_a_message_has_the_documented_frame(subscriber: Subscriber, company: Company) -> None:
    made = subscriber.subscribe("v1/clients")
    with company.write() as work:
        client = json.loads(clients.create(work, ClientFields.model_validate(CLIENT)))
    ((row,), (message,)) = subscriber.rows(made["id"]), subscriber.told(made["id"])
    assert list(message) == [
        "id", "subscription_id", "organization_id", "membership_id", "type", "created_at", "data",
    ]  # fmt: skip
    assert message | {"data": None} == {
        "id": row.id, "subscription_id": made["id"], "organization_id": company.id,
        "membership_id": made["membership_id"], "type": "v1/clients", "created_at": row.created_at, "data": None,
    }  # fmt: skip
    assert message["data"] == {"event": "created", **client}
    assert (row.status, row.event, row.document_id, row.attempts) == ("pending", "created", client["id"], 0)


def test_each_state_of_an_invoice_is_told_as_it_was_then(subscriber: Subscriber, company: Company) -> None:
    made = subscriber.subscribe("v1/client-invoices")
    draft = company.create()
    with company.write() as work:
        client_invoices.update(work, draft.id, ClientInvoiceChange.model_validate({"header": "Bonjour"}))
    company.finalize(draft.id)
    for step in ("paid", "unpaid", "canceled"):
        with company.write() as work:
            if step == "paid":
                client_invoices.mark_as_paid(work, draft.id, date(2026, 3, 2))
            elif step == "unpaid":
                client_invoices.unmark_as_paid(work, draft.id)
            else:
                client_invoices.mark_as_canceled(work, draft.id)
    told = [message["data"] for message in subscriber.told(made["id"])]
    assert [(data["event"], data["status"], data["number"], data["header"]) for data in told] == [
        ("created", "draft", "F-2026-001-PROFORMA", ""),
        ("updated", "draft", "F-2026-001-PROFORMA", "Bonjour"),
        ("updated", "unpaid", "F-2026-001", "Bonjour"),
        ("updated", "paid", "F-2026-001", "Bonjour"),
        ("updated", "unpaid", "F-2026-001", "Bonjour"),
        ("updated", "canceled", "F-2026-001", "Bonjour"),
    ]
    moments = [data["updated_at"] for data in told]
    assert moments == sorted(set(moments))


def test_an_invoice_is_told_without_cents_with_seller_page_and_lifecycle(
    subscriber: Subscriber, company: Company
) -> None:
    made = subscriber.subscribe("v1/client-invoices")
    row = company.create(status="unpaid")
    ((message,),) = (subscriber.told(made["id"]),)
    data = message["data"]
    assert "_cents" not in json.dumps(data)
    assert data["total_amount"] == {"value": "240.00", "currency": "EUR"}
    assert data["organization"]["legal_name"] == "Atelier Lumière SARL"
    assert data["einvoicing_lifecycle_events"] == []
    assert data["invoice_url"] == f"{company.house.settings.base_url}/i/{row.public_token}"
    assert (data["event"], data["status"]) == ("created", "unpaid")


def test_making_the_pdf_is_no_event(subscriber: Subscriber, company: Company) -> None:
    made = subscriber.subscribe("v1/client-invoices")
    row = company.create(status="unpaid")
    with company.write() as work:
        client_invoices.set_attachment(work, row, "0" * 36)
    assert len(subscriber.rows(made["id"])) == 1


def test_a_client_is_told_of_until_it_is_gone(subscriber: Subscriber, company: Company) -> None:
    made = subscriber.subscribe("v1/clients")
    with company.write() as work:
        clients.update(work, company.client_id, ClientFields.model_validate({"name": "Autre"}))
    with company.write() as work:
        clients.delete(work, company.client_id)
    told = [message["data"] for message in subscriber.told(made["id"])]
    assert [(data["event"], data["id"], data["name"]) for data in told] == [
        ("updated", company.client_id, "Autre"), ("deleted", company.client_id, "Autre"),
    ]  # fmt: skip


def test_a_product_is_told_flat(subscriber: Subscriber, company: Company) -> None:
    made = subscriber.subscribe("v1/products")
    new = {
        "title": "Conseil", "type": "service", "unit_price": {"value": "100.00", "currency": "EUR"}, "vat_rate": "0.2",
    }  # fmt: skip
    with company.write() as work:
        product = json.loads(products.create(work, NewProduct.model_validate(new)))
    with company.write() as work:
        products.update(work, product["id"], ProductChange.model_validate({"title": "Autre"}))
    with company.write() as work:
        products.delete(work, product["id"])
    told = [message["data"] for message in subscriber.told(made["id"])]
    assert [(data["event"], data["id"], data["title"]) for data in told] == [
        ("created", product["id"], "Conseil"), ("updated", product["id"], "Autre"), ("deleted", product["id"], "Autre"),
    ]  # fmt: skip
    assert {name: told[0][name] for name in ("unit_price", "unit_price_incl_vat", "currency")} == {
        "unit_price": "100.00", "unit_price_incl_vat": "120.00", "currency": "EUR",
    }  # fmt: skip


def test_what_is_rolled_back_is_told_to_nobody(subscriber: Subscriber, company: Company) -> None:
    made = subscriber.subscribe("v1/client-invoices")
    with company.house.works.write(company.actor, is_dry_run=True) as work:
        client_invoices.create(work, company.new_invoice())

    def broken() -> None:
        with company.write() as work:
            client_invoices.create(work, company.new_invoice())
            raise RuntimeError("and the write is gone")

    with pytest.raises(RuntimeError):
        broken()
    assert subscriber.rows(made["id"]) == []


def test_everybody_who_asked_gets_a_message_of_his_own(company: Company) -> None:
    everybody = [Subscriber(company, f"token:{number}") for number in range(5)]
    made = [(subscriber, subscriber.subscribe("v1/client-invoices")["id"]) for subscriber in everybody]
    company.create()
    told = [subscriber.told(subscription_id)[0] for subscriber, subscription_id in made]
    assert len({message["id"] for message in told}) == 5
    assert len({json.dumps(message["data"]) for message in told}) == 1


def test_a_delivery_can_be_sent_again_whatever_became_of_it(subscriber: Subscriber, company: Company) -> None:
    made = subscriber.subscribe("v1/client-invoices")
    company.create()
    (row,) = subscriber.rows(made["id"])
    settled = row._replace(status="dead", attempts=23, next_attempt_at=None, error="answered 500", response_status=500)
    for status in ("dead", "delivered", "pending"):
        with company.house.database.write() as conn:
            store.set_outcome(conn, company.id, settled._replace(status=status))
        with subscriber.write() as work:
            again = json.loads(webhooks.replay(work, made["id"], row.id))
        assert (again["id"], again["status"], again["attempts"]) == (row.id, "pending", 0)
        assert again["next_attempt_at"] > row.created_at
    (after,) = subscriber.rows(made["id"])
    assert after.body == row.body


def test_only_deliveries_of_the_subscription_can(subscriber: Subscriber, company: Company) -> None:
    first, second = subscriber.subscribe("v1/client-invoices"), subscriber.subscribe("v1/client-invoices")
    company.create()
    (row,) = subscriber.rows(first["id"])
    for delivery_id in (row.id, "nonsense"):
        with subscriber.write() as work, pytest.raises(errors.NotFound) as caught:
            webhooks.replay(work, second["id"], delivery_id)
        assert caught.value.faults[0].parameter == "delivery_id"


def test_a_deleted_subscription_hears_nothing_more(subscriber: Subscriber, company: Company) -> None:
    made = subscriber.subscribe("v1/client-invoices")
    company.create()
    with subscriber.write() as work:
        webhooks.delete(work, made["id"])
    company.create()
    assert subscriber.page() == []
    assert len(subscriber.rows(made["id"])) == 1


def test_the_journal_knows_and_shows_no_secret(subscriber: Subscriber, company: Company) -> None:
    from counterfoil.store import journal

    made = subscriber.subscribe(secret="hush" * 10)
    subscriber.change(made["id"], secret="tell" * 10)
    with subscriber.write() as work:
        webhooks.delete(work, made["id"])
    with subscriber.write() as work:
        events = journal.of_document(work.conn, company.id, made["id"])
    assert [(kind, principal) for kind, principal, _, _ in events] == [
        ("created", "token:a"), ("updated", "token:a"), ("deleted", "token:a"),
    ]  # fmt: skip
    assert "hush" not in str(events)
    assert "tell" not in str(events)


@pytest.mark.sqlite
def test_a_secret_sealed_with_an_older_key_is_sealed_anew(subscriber: Subscriber, house: House) -> None:
    from counterfoil.ports.sealing import KeySealer

    made = subscriber.subscribe(secret="same" * 10)
    with house.database.read() as conn:
        row = store.get(conn, subscriber.company.id, made["id"])
    assert row is not None
    old_key = (house.settings.data / "secret.key").read_text().strip()
    both = KeySealer(f"{'A' * 43}=,{old_key}", None)
    with house.works.write(replace(subscriber.actor, principal="job")) as work:
        webhooks.seal_anew(work, row, both)
        after = store.get(work.conn, row.organization_id, row.id)
    assert after is not None
    assert after.secret.startswith(str(both.prefix()))
    alone = KeySealer("A" * 43 + "=", None)
    assert alone.open(after.secret, f"webhook_subscription:{row.organization_id}:{row.id}") == "same" * 10
