"""Acts that wait for a yes, as operations: what a yes is for, what ends it, and what never asks."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil import errors
from counterfoil.app import House
from counterfoil.domain.approvals import ACTS, ALWAYS, NEVER, ApprovalPolicy, IrreversibleAct, digest, fingerprint
from counterfoil.domain.client import ClientFields
from counterfoil.domain.client_invoice import ClientInvoiceChange
from counterfoil.operations import (
    approvals,
    attachments,
    client_invoices,
    clients,
    gate,
    mailing,
    organization,
    quotes,
    recurring_invoices,
    reminders,
)
from counterfoil.operations.gate import Question
from counterfoil.operations.kinds import CLIENT_INVOICE
from counterfoil.operations.work import Actor, Work
from counterfoil.store import journal
from counterfoil.store.rows import ApprovalRow
from tests.support.houses import Company, SteppingClock, new_company

LETTER = mailing.SendRequest(send_to=["a@client.example"], email_title="Facture")
Do = Callable[[Work], object]
CALL = Question("POST", "/v2/x", b'{"a": 1}')


class Assistant:
    """Calls as a token makes them that needs a yes. asked: the calls' arguments, the same unless said otherwise."""

    def __init__(self, company: Company, policy: ApprovalPolicy = ALWAYS, credential_id: str = "token-1") -> None:
        self.company = company
        self.actor = Actor(company.id, "token:assistant", credential_id=credential_id, policy=policy)

    def does(self, do: Do, question: Question = CALL) -> None:
        with self.company.house.works.write(self.actor, question=question) as work:
            do(work)

    def asks(self, do: Do, question: Question = CALL) -> dict[str, Any]:
        """What it is told instead of an answer."""
        with pytest.raises(errors.ApprovalRequired) as refused:
            self.does(do, question)
        return dict(refused.value.faults[0].meta["approval"])

    def approved(self, do: Do) -> str:
        """Asks, and is told yes; the approval's id."""
        found = str(self.asks(do)["id"])
        decide(self.company, approvals.approve, found)
        return found


def decide(company: Company, how: Callable[[Work, str, str], ApprovalRow], approval_id: str) -> ApprovalRow:
    with company.write() as work:
        return how(work, approval_id, approvals.TERMINAL)


def finalizes(invoice_id: str) -> Do:
    return lambda work: client_invoices.finalize(work, invoice_id)


def events(company: Company, document_id: str) -> list[str]:
    with company.read() as work:
        return [event[0] for event in journal.of_document(work.conn, company.id, document_id)]


def changed(company: Company, invoice_id: str, **fields: Any) -> None:
    with company.write() as work:
        client_invoices.update(work, invoice_id, ClientInvoiceChange.model_validate_json(json.dumps(fields)))


def client_changed(company: Company, **fields: Any) -> None:
    with company.write() as work:
        clients.update(work, company.client_id, ClientFields.model_validate(fields))


def test_a_draft_is_finalized_after_its_yes_and_the_journal_says_so(company: Company) -> None:
    draft, assistant = company.create(), Assistant(company)
    waits = assistant.approved(finalizes(draft.id))
    assert company.get(draft.id) == draft
    assistant.does(finalizes(draft.id))
    assert company.get(draft.id).status == "unpaid"
    assert events(company, waits) == ["requested", "approved", "spent"]
    assert events(company, draft.id) == ["created", "finalized"]


CHANGES: dict[str, Callable[[Company, str], None]] = {
    "a text": lambda company, invoice: changed(company, invoice, header="x"),
    "the price": lambda company, invoice: changed(company, invoice, items=[
        {"title": "Conseil", "quantity": "2", "unit_price": {"value": "100.01", "currency": "EUR"}, "vat_rate": "0.2"}
    ]),
    "the day": lambda company, invoice: changed(company, invoice, due_date="2026-04-02"),
    "its number": lambda company, invoice: changed(company, invoice, number="X-1"),
    "the client's name": lambda company, _: client_changed(company, name="Autre"),
    "the client's address of mail": lambda company, _: client_changed(company, email="evil@example.com"),
    "the client's street": lambda company, _: client_changed(company, billing_address={
        "street_address": "1 rue", "city": "Nantes", "zip_code": "44000", "country_code": "FR"}),
    "what only the client's row has": lambda company, _: client_changed(company, extra_emails=["b@client.example"]),
    "the seller's name": lambda company, _: organization_changed(company, legal_name="Autre SARL"),
}  # fmt: skip


def organization_changed(company: Company, **fields: Any) -> None:
    with company.write() as work:
        organization.update(work, fields)


@pytest.mark.parametrize("what", list(CHANGES))
def test_a_yes_is_not_for_what_was_changed_since(company: Company, what: str) -> None:
    draft, assistant = company.create(), Assistant(company)
    waits = assistant.approved(finalizes(draft.id))
    CHANGES[what](company, draft.id)
    assert assistant.asks(finalizes(draft.id))["id"] != waits
    assert company.get(draft.id).status == "draft"


def _pdf_comes(company: Company, invoice_id: str) -> None:
    with company.write() as work:
        row = client_invoices.get(work, invoice_id)
        file = attachments.create(work, file_name="a.pdf", content_type="application/pdf", size=1, sha256="0" * 64)
        client_invoices.set_attachment(work, row, file.id)


def _client_is_written_anew(company: Company, _invoice_id: str) -> None:
    client_changed(company, name="Client Exemple")


MOVES: dict[str, Callable[[Company, str], object]] = {
    "its PDF is made": _pdf_comes,
    "another takes its number": lambda company, _: company.create(status="unpaid"),
    "some minutes pass": lambda company, _: company.clock.jump(timedelta(minutes=10)),
    "the client is written as it was": _client_is_written_anew,
}


@pytest.mark.parametrize("what", list(MOVES))
def test_what_moves_by_itself_takes_no_yes_away(company: Company, what: str) -> None:
    draft, assistant = company.create(), Assistant(company)
    assistant.approved(finalizes(draft.id))
    MOVES[what](company, draft.id)
    assistant.does(finalizes(draft.id))
    assert company.get(draft.id).status == "unpaid"


def test_a_created_invoice_is_another_each_time_and_its_yes_the_same(company: Company) -> None:
    assistant = Assistant(company)
    new = company.new_invoice(status="unpaid")
    assistant.approved(lambda work: client_invoices.create(work, new))
    company.clock.jump(timedelta(seconds=30))
    company.create(status="unpaid")
    assistant.does(lambda work: client_invoices.create(work, new))


@pytest.mark.parametrize("other", [
    Question("POST", "/v2/x", b'{"a": 2}'), Question("POST", "/v2/y", b'{"a": 1}'),
    Question("PUT", "/v2/x", b'{"a": 1}'), Question("POST", "/v2/x?again=true", b'{"a": 1}'),
    Question("POST", "/v2/x", b""), Question("POST", "/v2/x", b"not JSON"), Question("POST", "/v2/x", b'{"a": "1"}'),
], ids=["body", "path", "method", "query", "no body", "no JSON", "type"])  # fmt: skip
def test_a_yes_is_for_one_call(company: Company, other: Question) -> None:
    draft, assistant = company.create(), Assistant(company)
    waits = assistant.approved(finalizes(draft.id))
    assert assistant.asks(finalizes(draft.id), other)["id"] != waits


def test_a_yes_is_for_one_token_and_one_organization(company: Company, house: House, clock: SteppingClock) -> None:
    draft = company.create()
    waits = Assistant(company).approved(finalizes(draft.id))
    assert Assistant(company, credential_id="token-2").asks(finalizes(draft.id))["id"] != waits
    stranger = new_company(house, clock=clock)
    with stranger.read() as work, pytest.raises(errors.NotFound):
        approvals.get(work, waits)
    with pytest.raises(errors.NotFound):
        decide(stranger, approvals.approve, waits)


def test_a_yes_lasts_a_quarter_of_an_hour(company: Company, clock: SteppingClock) -> None:
    draft, assistant = company.create(), Assistant(company)
    waits = assistant.approved(finalizes(draft.id))
    clock.jump(timedelta(minutes=15))
    anew = assistant.asks(finalizes(draft.id))["id"]
    assert anew != waits
    clock.jump(timedelta(minutes=15))
    with pytest.raises(errors.Gone):
        decide(company, approvals.approve, anew)
    with company.read() as work:
        assert approvals.pending(work) == []


def test_what_was_decided_is_decided(company: Company) -> None:
    draft, assistant = company.create(), Assistant(company)
    waits = assistant.approved(finalizes(draft.id))
    for how in (approvals.approve, approvals.decline):
        with pytest.raises(errors.WrongState):
            decide(company, how, waits)
    assistant.does(finalizes(draft.id))
    with pytest.raises(errors.WrongState):
        decide(company, approvals.approve, waits)


def test_a_no_holds_until_it_expires(company: Company, clock: SteppingClock) -> None:
    draft, assistant = company.create(), Assistant(company)
    waits = assistant.asks(finalizes(draft.id))["id"]
    decide(company, approvals.decline, waits)
    told = assistant.asks(finalizes(draft.id))
    assert (told["id"], told["state"]) == (waits, "declined")
    clock.jump(timedelta(minutes=15))
    assert assistant.asks(finalizes(draft.id))["state"] == "pending"


def test_an_elicited_yes_is_its_own_tokens_and_not_where_a_person_is_needed(company: Company) -> None:
    draft, assistant = company.create(), Assistant(company)
    waits = assistant.asks(finalizes(draft.id))["id"]
    person_only = Actor(company.id, "x", credential_id="token-1", policy=ApprovalPolicy.parse("always by:person"))
    stranger = Actor(company.id, "x", credential_id="token-2", policy=ALWAYS)
    for actor in (person_only, stranger):
        with pytest.raises(errors.Forbidden), company.house.works.write(actor) as work:
            approvals.approve(work, waits, approvals.ELICITATION)
    with company.house.works.write(assistant.actor) as work:
        approvals.approve(work, waits, approvals.ELICITATION)
    assistant.does(finalizes(draft.id))


def test_not_more_wait_than_anybody_reads(company: Company) -> None:
    draft, assistant = company.create(), Assistant(company)
    for index in range(gate.PENDING_OF_ONE_MAX):
        assistant.asks(finalizes(draft.id), Question("POST", f"/v2/{index}"))
    with pytest.raises(errors.Conflict, match="wait for a person"):
        assistant.does(finalizes(draft.id), Question("POST", "/v2/one-more"))
    # Another token is not kept out, and what waits already is found.
    assert assistant.asks(finalizes(draft.id), Question("POST", "/v2/3"))["state"] == "pending"
    Assistant(company, credential_id="token-2").asks(finalizes(draft.id))


def test_the_mail_of_a_new_invoice_is_bound_to_its_words(company: Company) -> None:
    assistant = Assistant(company)
    new = company.new_invoice(status="unpaid", send=LETTER.model_dump(mode="json"))
    waits = assistant.approved(lambda work: mailing.create_and_send(work, new))
    other = company.new_invoice(status="unpaid", send=LETTER.model_dump(mode="json") | {"email_body": "Pay here."})
    assert assistant.asks(lambda work: mailing.create_and_send(work, other))["id"] != waits
    assistant.does(lambda work: mailing.create_and_send(work, new))


def test_a_quote_is_converted_without_and_billed_with_a_yes(company: Company) -> None:
    quote, assistant = company.quote(), Assistant(company)
    assistant.does(lambda work: quotes.convert(work, quote.id, quotes.Conversion(), is_again=False))
    billed = company.new_invoice(status="unpaid", quote_id=quote.id, items=[])
    assert "Create and finalize" in assistant.asks(lambda work: client_invoices.create(work, billed))["summary"]


def test_a_dry_run_and_a_trial_ask_nobody(company: Company) -> None:
    assistant = Assistant(company)
    draft = company.create()
    with company.house.works.write(assistant.actor, is_dry_run=True) as work:
        client_invoices.finalize(work, draft.id)
        assert work.needs_approval
    with company.house.works.write(assistant.actor) as work, work.trial():
        client_invoices.finalize(work, draft.id)
    assert company.get(draft.id).status == "draft"


def test_the_house_itself_is_not_asked(company: Company) -> None:
    with company.house.works.write(Actor(company.id, "scheduler")) as work:
        client_invoices.create(work, company.new_invoice(status="unpaid"))
        assert not work.acts


@pytest.mark.sqlite
def test_a_policy_of_never_costs_no_query(company: Company) -> None:
    draft = company.create()
    statements: list[str] = []
    with company.house.works.write(Actor(company.id, "key", policy=NEVER)) as work:
        work.conn.connection.driver_connection.set_trace_callback(statements.append)
        issued = client_invoices.finalize(work, draft.id).row
        mailing.send(work, CLIENT_INVOICE, issued.id, LETTER)
        clients.delete(work, company.client_id)
        work.conn.connection.driver_connection.set_trace_callback(None)
    assert [each for each in statements if "approvals" in each] == []
    # One for the snapshot at issue, one for the client that is deleted.
    assert len([each for each in statements if "FROM clients" in each and each.startswith("SELECT")]) == 2


def test_only_what_is_above_the_amount_asks() -> None:
    policy = ApprovalPolicy.parse("above:500")
    assert not policy.needs_approval([Decimal("500.00"), Decimal("-500")])
    assert policy.needs_approval([Decimal("1"), Decimal("500.01")])
    assert policy.needs_approval([Decimal("-500.01")])
    assert policy.needs_approval([None])
    assert not NEVER.needs_approval([None])


def test_a_recurring_invoice_that_makes_drafts_asks_nobody(company: Company) -> None:
    body = {
        "client_id": company.client_id, "start_date": "2026-04-01", "payment_terms_days": 30, "currency": "EUR",
        "frequency": {"value": 1, "recurrence": "monthly"}, "invoice_status": "draft",
        "items": [{"title": "x", "quantity": "1", "unit_price": {"value": "1.00", "currency": "EUR"},
                   "vat_rate": "0.2"}],
    }  # fmt: skip
    new = recurring_invoices.NewRecurringInvoice.model_validate_json(json.dumps(body))
    Assistant(company).does(lambda work: recurring_invoices.create(work, new))


def test_reminders_are_not_led_elsewhere_without_a_yes(company: Company) -> None:
    assistant = Assistant(company)

    def readdress(email: str) -> Do:
        return lambda work: clients.update(work, company.client_id, ClientFields(email=email))

    assistant.does(readdress("one@client.example"))
    rule = {"email_title": "Rappel", "operator": "after", "offset_days": 7}
    new = reminders.NewReminder.model_validate({"client_id": company.client_id, "rules": [rule]})
    with company.write() as work:
        reminders.create(work, new)
    assert "evil@example.com" in assistant.asks(readdress("evil@example.com"))["summary"]
    assistant.does(lambda work: clients.update(work, company.client_id, ClientFields(name="Autre")))


_acts = st.builds(
    IrreversibleAct, st.sampled_from(ACTS), st.sampled_from(["client_invoice", "quote"]), st.text(max_size=4),
    st.text(max_size=4), st.none(), st.just(""),
)  # fmt: skip
_call = st.tuples(*[st.text(max_size=4)] * 4, st.lists(_acts, max_size=2))


@given(_call, _call)
def test_no_two_calls_have_one_fingerprint(one: Any, other: Any) -> None:
    assert (fingerprint(*one) == fingerprint(*other)) == (one == other)


@given(st.lists(st.text(max_size=4), max_size=4), st.lists(st.text(max_size=4), max_size=4))
def test_no_two_things_seen_have_one_digest(one: list[str], other: list[str]) -> None:
    assert (digest(one) == digest(other)) == (one == other)
