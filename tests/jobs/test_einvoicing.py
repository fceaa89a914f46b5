"""E-invoices on their way: handed over once, listened to; and what happens when a network does not play along."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from counterfoil.domain import scopes
from counterfoil.domain.webhook import NewWebhookSubscription
from counterfoil.jobs import einvoicing as jobs
from counterfoil.jobs.runner import HANDLERS
from counterfoil.jobs.service import KINDS as KINDS_OF_THE_SERVICE
from counterfoil.operations import webhooks
from counterfoil.operations.work import Actor
from counterfoil.store import journal
from counterfoil.store import webhooks as hooks
from tests.jobs.conftest import Workshop
from tests.jobs.exchange import DELIVERED, Post, Scripted, event


@pytest.fixture
def post(workshop: Workshop) -> Post:
    return Post(workshop)


def test_an_invoice_is_handed_over_once_and_its_events_come(post: Post) -> None:
    invoice_id = post.sent()
    assert (post.status(invoice_id), post.codes(invoice_id)) == ("pending", [])
    post.run()
    (manifest,) = post.outbox()
    assert manifest["simulated"].startswith("SIMULATED")
    assert (manifest["document_id"], manifest["kind"]) == (invoice_id, "facturx")
    assert post.submission(invoice_id).state == "submitted"
    post.wait()
    assert (post.status(invoice_id), post.codes(invoice_id)) == ("submitted", DELIVERED)
    assert all("imulated" in event.reason_message for event in post.live(invoice_id).einvoicing_lifecycle_events)


def test_the_file_that_goes_out_is_the_documents_own(post: Post) -> None:
    invoice_id = post.sent()
    post.run()
    (manifest,) = post.outbox()
    folder = post.workshop.company.house.settings.data / "outbox" / manifest["organization_id"]
    sent = (folder / manifest["tracking_id"] / manifest["file_name"]).read_bytes()
    assert sent == post.workshop.pdf(invoice_id)


def test_asked_again_it_is_not_submitted_again(post: Post) -> None:
    invoice_id = post.sent()
    post.send(invoice_id)
    post.run()
    post.send(invoice_id)
    post.wait()
    post.send(invoice_id)
    post.wait()
    assert len(post.outbox()) == 1
    assert post.codes(invoice_id) == DELIVERED


def test_what_is_heard_is_told_by_webhook_and_stands_in_the_journal(post: Post) -> None:
    company = post.workshop.company
    actor = Actor(company.id, "token:a", scopes.ALL_SCOPES)
    with company.house.works.write(actor) as work:
        new = NewWebhookSubscription(callback_url="https://example.com/", types=["v1/client-invoices"], secret="s" * 32)
        made = json.loads(webhooks.create(work, new, network=company.house.network, sealer=company.house.sealer))
    invoice_id = post.sent()
    post.wait()
    with company.read() as work:
        kept = hooks.delivery_page(
            work.conn, company.id, made["id"], statuses=None, is_descending=False, limit=99, skip=0
        )[1]
        recorded = [what for what, *_ in journal.of_document(work.conn, company.id, invoice_id)]
    assert [json.loads(row.body)["data"]["einvoicing_status"] for row in kept][-1] == "submitted"
    assert recorded.count("einvoice_event") == len(DELIVERED)
    assert recorded.index("einvoice_requested") < recorded.index("einvoice_submitted")


def test_silence_writes_nothing(post: Post) -> None:
    invoice_id = post.sent()
    post.wait()
    before = post.workshop.company.get(invoice_id).version
    post.wait()
    assert post.workshop.company.get(invoice_id).version == before


@pytest.mark.parametrize(
    ("behaviour", "more", "status", "last"),
    [
        ("approve", {}, "approved", 205), ("refuse", {"reason": "TX_TVA_ERR"}, "declined", 210),
        ("reject", {}, "declined", 213), ("reject", {"reason": "DOUBLON"}, "submitted", 213),
        ("undeliverable", {}, "not_delivered", 221), ("lose", {}, "pending", None),
    ],
)  # fmt: skip
def test_what_the_exchange_says_is_what_it_comes_to(
    post: Post, behaviour: str, more: dict[str, Any], status: str, last: int | None
) -> None:
    post.tell(behaviour, **more)
    invoice_id = post.sent()
    post.wait()
    assert (post.status(invoice_id), [None, *post.codes(invoice_id)][-1]) == (status, last)
    assert len(post.outbox()) == 1


def test_a_delay_is_waited_for(post: Post) -> None:
    post.tell("delay")
    invoice_id = post.sent()
    post.wait()
    assert post.codes(invoice_id) == []
    post.run(after=timedelta(hours=2))
    post.run(after=timedelta(hours=2))
    assert post.codes(invoice_id) == DELIVERED


@pytest.mark.parametrize("behaviour", ["drop", "lose_receipt"])
def test_what_was_lost_is_handed_over_again_under_the_same_id(post: Post, behaviour: str) -> None:
    post.tell(behaviour, count=2)
    invoice_id = post.sent()
    post.wait()
    assert len(post.outbox()) == 1
    assert (post.status(invoice_id), post.codes(invoice_id)) == ("submitted", DELIVERED)


def test_a_network_that_is_away_for_a_day_is_a_failure_that_says_so(post: Post) -> None:
    post.tell("drop")
    invoice_id = post.sent()
    for _ in range(jobs.ATTEMPTS + 3):
        post.run(after=timedelta(hours=5))
    assert (post.status(invoice_id), post.codes(invoice_id)) == ("submission_failed", [501])
    (event,) = post.live(invoice_id).einvoicing_lifecycle_events
    assert (event.reason, "did not arrive" in event.reason_message) == ("TRANSPORT_ERR", True)
    # When it is asked for again, it goes out under the id that it had: the network may have it after all.
    earlier = post.submission(invoice_id).tracking_id
    post.tell("accept")
    post.send(invoice_id)
    post.wait()
    assert post.submission(invoice_id).tracking_id == earlier
    assert (post.status(invoice_id), len(post.outbox())) == ("submitted", 1)


def test_a_file_refused_at_the_door_may_be_sent_again_as_another(post: Post) -> None:
    post.tell("inadmissible", reason="IRR_TAILLE_F", count=1)
    invoice_id = post.sent()
    post.run()
    earlier = post.submission(invoice_id)
    assert (earlier.state, post.status(invoice_id)) == ("failed", "submission_failed")
    assert [event.reason for event in post.live(invoice_id).einvoicing_lifecycle_events] == ["IRR_TAILLE_F"]
    post.send(invoice_id)
    post.wait()
    assert post.submission(invoice_id).tracking_id != earlier.tracking_id
    assert post.status(invoice_id) == "submitted"


def test_an_unknown_code_is_kept_and_a_late_one_takes_its_place(post: Post) -> None:
    invoice_id = post.sent()
    post.wait()
    network = Scripted(post.exchange)
    row = post.submission(invoice_id)
    at = post.workshop.clock.moment
    network.events = [
        event(row, "b", 205, at), event(row, "c", 250, at), event(row, "a", 207, at - timedelta(hours=1)),
    ]  # fmt: skip
    post.run(after=timedelta(hours=1), einvoice_network=network)
    assert post.status(invoice_id) == "approved"
    assert set(post.codes(invoice_id)) == {*DELIVERED, 205, 207, 250}
    # And the same again counts once.
    version = post.workshop.company.get(invoice_id).version
    post.run(after=timedelta(hours=2), einvoice_network=network)
    assert post.workshop.company.get(invoice_id).version == version


# Who reads the queue.


def test_every_runner_knows_these_jobs() -> None:
    assert set(jobs.HANDLERS) < set(HANDLERS)
    assert set(jobs.HANDLERS) == set(KINDS_OF_THE_SERVICE[-1])
