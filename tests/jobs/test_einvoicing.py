"""E-invoices on their way: handed over once, listened to, told; and what happens when a network does not play along."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from counterfoil.domain import scopes
from counterfoil.domain.client import ClientFields
from counterfoil.domain.client_invoice import LiveClientInvoice
from counterfoil.domain.einvoicing import is_ended
from counterfoil.domain.webhook import NewWebhookSubscription
from counterfoil.errors import BillingError
from counterfoil.jobs import einvoicing as jobs
from counterfoil.jobs.runner import HANDLERS
from counterfoil.jobs.service import KINDS as KINDS_OF_THE_SERVICE
from counterfoil.operations import client_invoices, clients, credit_notes, einvoicing, organization, webhooks
from counterfoil.operations.work import Actor
from counterfoil.ports.einvoice_network import Heard, NetworkEvent, Receipt, Refused, Status, Submission, Transient
from counterfoil.ports.local_einvoice_network import Behaviour, LocalNetwork
from counterfoil.store import einvoicing as rows
from counterfoil.store import journal
from counterfoil.store import webhooks as hooks
from counterfoil.store.einvoicing import SubmissionRow
from tests.jobs.conftest import Workshop
from tests.support.houses import new_company
from tests.support.server import BUYERS, COMPANIES

KINDS = ("render", *jobs.HANDLERS)
DELIVERED = [200, 201, 202, 203]
RECEIPTS = {"transaction_type": "services", "vat_payment_condition": "on_receipts"}


class PlainRenderer:
    """Stands where the renderer's process would, and is quick."""

    def render(self, document: Mapping[str, Any], *_more: Any, **_even_more: Any) -> bytes:
        return f"%PDF-1.7 {document['number']}".encode()

    def close(self) -> None: ...


@dataclass
class Post:
    """A company with its way to the exchange; nothing moves unless it is told to."""

    workshop: Workshop

    @property
    def exchange(self) -> LocalNetwork:
        network = self.workshop.company.house.einvoice_network
        assert network is not None
        return network

    def run(self, *, after: timedelta = timedelta(seconds=1), **tools: Any) -> int:
        usual: dict[str, Any] = {"einvoice_network": self.exchange, "renderer": PlainRenderer()}
        return self.workshop.run(*KINDS, after=after, **(usual | tools))

    def wait(self) -> None:
        """Lets some minutes pass in steps, as jobs come to be due."""
        for seconds in (1, 5, 15, 60, 240):
            self.run(after=timedelta(seconds=seconds))

    def tell(self, behaviour: str, **more: Any) -> None:
        self.exchange.tell(Behaviour.model_validate({"behaviour": behaviour, **more}))

    def send(self, invoice_id: str) -> None:
        with self.workshop.company.write() as work:
            einvoicing.send(work, invoice_id)

    def issued(self, **more: Any) -> str:
        return self.workshop.company.create(status="unpaid", **more).id

    def sent(self, **more: Any) -> str:
        invoice_id = self.issued(**more)
        self.send(invoice_id)
        return invoice_id

    def pay(self, invoice_id: str) -> None:
        with self.workshop.company.write() as work:
            client_invoices.mark_as_paid(work, invoice_id, None)

    def cancel(self, invoice_id: str) -> Any:
        with self.workshop.company.write() as work:
            return client_invoices.mark_as_canceled(work, invoice_id)

    def live(self, invoice_id: str) -> LiveClientInvoice:
        return LiveClientInvoice.model_validate_json(self.workshop.company.get(invoice_id).live)

    def codes(self, invoice_id: str) -> list[int]:
        return [event.status_code for event in self.live(invoice_id).einvoicing_lifecycle_events]

    def status(self, invoice_id: str) -> str:
        return self.live(invoice_id).einvoicing_status

    def submission(self, document_id: str) -> SubmissionRow:
        with self.workshop.company.read() as work:
            found = rows.latest(work.conn, work.organization_id, document_id)
        assert found is not None
        return found

    def outbox(self) -> list[dict[str, Any]]:
        """The manifests of what the exchange has."""
        root = self.workshop.company.house.settings.data / "outbox"
        return [json.loads(path.read_bytes()) for path in sorted(root.glob("*/*/manifest.json"))]

    def told(self) -> list[dict[str, Any]]:
        """The statuses that the exchange was told."""
        root = self.workshop.company.house.settings.data / "outbox"
        return [json.loads(path.read_bytes()) for path in sorted(root.glob("*/*/status-*.json"))]


@pytest.fixture
def post(workshop: Workshop) -> Post:
    return Post(workshop)


@pytest.fixture
def on_receipts(workshop: Workshop) -> Post:
    """The same for a company whose VAT is due when it is paid."""
    company = new_company(workshop.company.house, clock=workshop.clock, **RECEIPTS)
    return Post(replace(workshop, company=company))


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(BillingError) as refused:
        act()
    return refused.value.code


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


def event(row: SubmissionRow, event_id: str, code: int, at: datetime) -> NetworkEvent:
    return NetworkEvent(event_id, row.tracking_id, code, "", "", at)


@dataclass
class Scripted:
    """Stands where a network would: says what it was given, and fails as told."""

    exchange: LocalNetwork
    events: Sequence[NetworkEvent] = ()
    failures: list[Exception] = field(default_factory=list)
    statuses: list[Status] = field(default_factory=list)
    name: str = "local"
    is_simulated: bool = True

    def _fail(self) -> None:
        if self.failures:
            raise self.failures.pop(0)

    def submit(self, submission: Submission) -> Receipt:
        self._fail()
        return self.exchange.submit(submission)

    def poll(self, organization_id: str, since: str) -> Heard:
        self._fail()
        heard = self.exchange.poll(organization_id, since)
        return Heard([*heard.events, *self.events], heard.cursor)

    def send_status(self, status: Status) -> None:
        self._fail()
        self.statuses.append(status)


# Refused and rejected: the invoice is ended.


@pytest.mark.parametrize("behaviour", ["refuse", "reject"])
def test_a_refused_invoice_is_canceled_and_not_credited(post: Post, behaviour: str) -> None:
    post.tell(behaviour)
    invoice_id = post.sent()
    post.wait()
    assert refusal(lambda: post.workshop.company.credit(invoice_id)) == "einvoice_declined"
    number = post.workshop.company.get(invoice_id).number
    outcome = post.cancel(invoice_id)
    assert (outcome.row.status, outcome.row.number, outcome.warnings) == ("canceled", number, ())
    assert post.workshop.company.create(status="unpaid").number != number


def test_a_duplicate_ends_nothing(post: Post) -> None:
    post.tell("reject", reason="DOUBLON")
    invoice_id = post.sent()
    post.wait()
    assert not is_ended(post.live(invoice_id).einvoicing_lifecycle_events)
    assert refusal(lambda: post.cancel(invoice_id)) == "einvoice_already_submitted"
    post.workshop.company.credit(invoice_id)


def test_what_nobody_has_yet_is_canceled_and_never_goes_out(post: Post) -> None:
    invoice_id = post.sent()
    post.cancel(invoice_id)
    post.wait()
    assert (post.outbox(), post.submission(invoice_id).state) == ([], "withdrawn")


def test_what_the_network_may_have_is_not_canceled(post: Post) -> None:
    post.tell("lose_receipt")
    invoice_id = post.sent()
    post.run()
    assert post.submission(invoice_id).state == "sending"
    assert refusal(lambda: post.cancel(invoice_id)) == "einvoice_already_submitted"


# Credit notes follow their invoices.


def test_a_credit_note_follows_its_invoice_and_never_goes_before_it(post: Post) -> None:
    post.tell("drop", count=1)
    invoice_id = post.sent()
    note = post.workshop.company.credit(invoice_id)
    post.run()
    assert post.outbox() == []
    post.wait()
    assert sorted(manifest["document_kind"] for manifest in post.outbox()) == ["client_invoice", "credit_note"]
    with post.workshop.company.read() as work:
        answer = json.loads(credit_notes.answer(credit_notes.get(work, note.id), invoice_url=""))
    assert answer["einvoicing_status"] == "submitted"
    assert [each["status_code"] for each in answer["einvoicing_lifecycle_events"]] == DELIVERED


def test_a_credit_note_of_an_invoice_that_was_not_submitted_stays(post: Post) -> None:
    invoice_id = post.issued()
    post.workshop.company.credit(invoice_id)
    post.wait()
    assert post.outbox() == []


# 212: told when VAT is due on receipt, and never else.


def test_a_payment_is_told_where_vat_is_due_on_receipt(on_receipts: Post) -> None:
    invoice_id = on_receipts.sent()
    on_receipts.wait()
    on_receipts.pay(invoice_id)
    on_receipts.wait()
    (told,) = on_receipts.told()
    assert told["status_code"] == 212
    assert told["amounts"] == [{"vat_rate": "0.2", "amount": {"value": "240.00", "currency": "EUR"}}]
    assert (on_receipts.status(invoice_id), on_receipts.codes(invoice_id)) == ("approved", [*DELIVERED, 212])
    assert on_receipts.live(invoice_id).einvoicing_lifecycle_events[-1].reason_message == "240.00 EUR at 20 %"


def test_the_same_mark_is_told_once_and_taking_it_off_says_nothing(on_receipts: Post) -> None:
    invoice_id = on_receipts.sent()
    on_receipts.wait()
    on_receipts.pay(invoice_id)
    on_receipts.pay(invoice_id)
    on_receipts.wait()
    assert len(on_receipts.told()) == 1
    with on_receipts.workshop.company.write() as work:
        client_invoices.unmark_as_paid(work, invoice_id)
    on_receipts.wait()
    assert len(on_receipts.told()) == 1


def test_a_payment_before_it_was_filed_is_told_afterwards(on_receipts: Post) -> None:
    invoice_id = on_receipts.sent()
    on_receipts.pay(invoice_id)
    assert on_receipts.codes(invoice_id) == []
    on_receipts.wait()
    assert [told["status_code"] for told in on_receipts.told()] == [212]
    assert on_receipts.codes(invoice_id).count(212) == 1


def test_a_payment_is_told_of_nothing_that_was_never_submitted(on_receipts: Post) -> None:
    invoice_id = on_receipts.issued()
    on_receipts.pay(invoice_id)
    on_receipts.wait()
    assert (on_receipts.codes(invoice_id), on_receipts.told()) == ([], [])


def test_a_payment_is_not_told_where_vat_is_due_on_delivery(post: Post) -> None:
    invoice_id = post.sent()
    post.wait()
    post.pay(invoice_id)
    post.wait()
    assert (post.codes(invoice_id), post.told()) == (DELIVERED, [])


def test_a_status_that_could_not_be_told_is_told_later_and_one_refused_is_not(on_receipts: Post) -> None:
    invoice_id = on_receipts.sent()
    on_receipts.wait()
    on_receipts.pay(invoice_id)
    network = Scripted(on_receipts.exchange, failures=[Transient("away")])
    on_receipts.run(einvoice_network=network)
    on_receipts.run(after=timedelta(minutes=1), einvoice_network=network)
    assert [status.status_code for status in network.statuses] == [212]
    other = on_receipts.sent()
    on_receipts.wait()
    on_receipts.pay(other)
    network.failures = [Refused("no")]
    on_receipts.run(einvoice_network=network)
    on_receipts.run(after=timedelta(hours=1), einvoice_network=network)
    assert len(network.statuses) == 1


# Italy: SdI.


@pytest.fixture
def italian(workshop: Workshop) -> Post:
    """The same for an Italian company, whose invoices go out when they are finalized."""
    profile = {name: value for name, value in COMPANIES["IT"].items() if name != "iban"}
    company = new_company(workshop.company.house, clock=workshop.clock, legal_country="IT", **profile)
    client = {
        "kind": "company", "name": "Officina Verdi S.r.l.", "currency": "EUR", "locale": "it",
        "vat_number": "IT07643520567", "tax_identification_number": "07643520567", "recipient_code": "ABC1234",
        "billing_address": BUYERS["IT"],
    }  # fmt: skip
    with company.write() as work:
        company.client_id = json.loads(clients.create(work, ClientFields.model_validate(client)))["id"]
    return Post(replace(workshop, company=company))


ITEM = {
    "title": "Consulenza", "quantity": "2", "unit_price": {"value": "100.00", "currency": "EUR"}, "vat_rate": "0.22",
}  # fmt: skip


def test_an_italian_invoice_goes_out_by_itself(italian: Post) -> None:
    draft = italian.workshop.company.create(items=[ITEM])
    italian.wait()
    assert italian.outbox() == []
    italian.workshop.company.finalize(draft.id)
    italian.wait()
    assert [manifest["kind"] for manifest in italian.outbox()] == ["fatturapa"]
    assert [event.reason for event in italian.live(draft.id).einvoicing_lifecycle_events] == ["", "RC"]
    assert italian.status(draft.id) == "approved"


def test_an_italian_invoice_that_is_not_to_be_reported_stays(italian: Post) -> None:
    italian.issued(items=[ITEM], report_einvoicing=False)
    italian.wait()
    assert italian.outbox() == []


@pytest.mark.parametrize(
    ("behaviour", "status", "reasons"),
    [
        ("undeliverable", "not_delivered", ["", "MC"]), ("refuse", "declined", ["", "RC", "EC02"]),
        ("approve", "approved", ["", "RC", "EC01"]),
    ],
)  # fmt: skip
def test_what_sdi_says_is_what_it_comes_to(italian: Post, behaviour: str, status: str, reasons: list[str]) -> None:
    italian.tell(behaviour)
    invoice_id = italian.issued(items=[ITEM])
    italian.wait()
    assert italian.status(invoice_id) == status
    assert [event.reason for event in italian.live(invoice_id).einvoicing_lifecycle_events] == reasons
    # In Italy it stays issued: it is corrected, not canceled.
    assert refusal(lambda: italian.cancel(invoice_id)) == "einvoice_already_submitted"


def test_a_scrapped_invoice_is_sent_again_under_its_number_for_five_days(italian: Post) -> None:
    italian.tell("reject", count=1)
    invoice_id = italian.issued(items=[ITEM])
    italian.wait()
    assert (italian.status(invoice_id), italian.submission(invoice_id).state) == ("submission_failed", "failed")
    italian.run(after=timedelta(days=4))
    italian.send(invoice_id)
    italian.wait()
    numbers = {manifest["number"] for manifest in italian.outbox()}
    assert (len(italian.outbox()), numbers) == (2, {italian.workshop.company.get(invoice_id).number})
    assert italian.status(invoice_id) == "approved"


def test_after_five_days_a_scrapped_invoice_is_canceled(italian: Post) -> None:
    italian.tell("reject", count=1)
    invoice_id = italian.issued(items=[ITEM])
    italian.wait()
    italian.run(after=timedelta(days=6))
    assert refusal(lambda: italian.send(invoice_id)) == "einvoice_resend_too_late"
    assert italian.cancel(invoice_id).row.status == "canceled"


def test_an_italian_credit_note_follows_too(italian: Post) -> None:
    invoice_id = italian.issued(items=[ITEM])
    italian.wait()
    italian.workshop.company.credit(invoice_id)
    italian.wait()
    assert sorted(manifest["document_kind"] for manifest in italian.outbox()) == ["client_invoice", "credit_note"]


def test_without_e_invoicing_an_italian_invoice_is_not_sent(italian: Post) -> None:
    invoice_id = italian.issued(items=[ITEM], report_einvoicing=False)
    with italian.workshop.company.write() as work:
        organization.update(work, {"einvoicing_enabled": False})
    assert refusal(lambda: italian.send(invoice_id)) == "forbidden"


# Who reads the queue.


def test_every_runner_knows_these_jobs() -> None:
    assert set(jobs.HANDLERS) < set(HANDLERS)
    assert set(jobs.HANDLERS) == set(KINDS_OF_THE_SERVICE[-1])
