"""Another organization's id is not found: in every store function that takes an id."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import Connection

from counterfoil.app import House
from counterfoil.operations import attachments as attachment_operations
from counterfoil.operations import client_invoices as operations
from counterfoil.operations import mailing
from counterfoil.operations import members as people
from counterfoil.operations.kinds import CLIENT_INVOICE
from counterfoil.ports.ids import secret_hash
from counterfoil.store import (
    attachments,
    client_invoice_imports,
    clients,
    counters,
    credentials,
    credit_notes,
    deposits,
    document_files,
    emails,
    idempotency,
    journal,
    listing,
    members,
    organizations,
    products,
    quotes,
    sessions,
    supplier_invoices,
    webhooks,
)
from counterfoil.store import client_invoices as invoices
from tests.support.houses import IBAN, Company, new_company

STORES = (
    attachments, client_invoice_imports, clients, counters, credentials, emails, idempotency, invoices, journal,
    listing, organizations, products, quotes, supplier_invoices, webhooks, credit_notes, deposits,
    document_files, members, sessions,
)  # fmt: skip
EMAIL = "ada@company.example"
# Asked before the organization is known, or by the operator for all of them.
WITHOUT_TENANT = {
    "by_public_token", "by_hash", "every", "everywhere", "forget_before", "folded", "has_any", "link_by_hash",
    "not_sealed_with", "row_of", "take_seq",
}  # fmt: skip


@dataclass
class Things:
    """Ids of one organization's things."""

    invoice: str
    number: str
    attachment: str
    email: str
    account: str
    secret_hash: str
    quote: str
    credit_note: str
    deposit: str
    member: str
    credential: str
    session_hash: str
    link: str


@pytest.fixture
def owner(company: Company) -> tuple[Company, Things]:
    issued = company.create(status="unpaid")
    with company.write() as work:
        kept = attachment_operations.create(
            work, file_name="a.pdf", content_type="application/pdf", size=1, sha256="0" * 64
        )
        request = mailing.SendRequest(send_to=["a@client.example"], email_title="Invoice")
        mailing.send(work, CLIENT_INVOICE, issued.id, request)
        email = emails.of_document(work.conn, company.id, issued.id)[0]
        account = organizations.main_account(work.conn, company.id)
        document_files.put(
            work.conn, company.id, document_kind="client_invoice", document_id=issued.id, kind="ubl", syntax="ubl",
            attachment_id=kept.id,
        )  # fmt: skip
        secret = work.conn.exec_driver_sql("SELECT secret_hash FROM credentials").scalar()
        credential = credentials.standing(work.conn, company.id)[0].id
        member = people.add(work, email=EMAIL, name="Ada", role="owner").id
        session = secret_hash(people.use_link(work, people.new_link(work, member)))
        link = people.new_link(work, member)
        idempotency.put(work.conn, company.id, "key", idempotency.Record("f", 200, "{}"), work.timestamp)
    assert account is not None
    account_id = account.split('"id":"')[1].split('"')[0]
    deposit = company.create(status="unpaid", invoice_type="deposit").id
    company.create(invoice_type="balance", deposit_invoice_ids=[deposit])
    return company, Things(
        issued.id, str(issued.number), kept.id, email.id, account_id, str(secret), company.quote().id,
        company.credit(issued.id).id, deposit, member, credential, session, link,
    )  # fmt: skip


READS: list[tuple[str, Callable[[Connection, str, Things, Company], Any]]] = [
    ("invoice", lambda c, o, t, _: invoices.get(c, o, t.invoice)),
    ("number", lambda c, o, t, _: invoices.has_number(c, o, t.number) or None),
    ("credit note", lambda c, o, t, _: credit_notes.get(c, o, t.credit_note)),
    ("credit note's number", lambda c, o, _, __: credit_notes.has_number(c, o, "A-2026-001") or None),
    ("credit notes", lambda c, o, t, _: credit_notes.of_invoice(c, o, t.invoice) or None),
    ("deposit's use", lambda c, o, t, _: deposits.balance_of(c, o, t.deposit)),
    ("quote", lambda c, o, t, _: quotes.get(c, o, t.quote)),
    ("quote's number", lambda c, o, _, __: quotes.has_number(c, o, "D-2026-001") or None),
    ("files", lambda c, o, t, _: document_files.of_document(c, o, "client_invoice", t.invoice) or None),
    ("attachment", lambda c, o, t, _: attachments.get(c, o, t.attachment)),
    ("client", lambda c, o, _, owner: clients.get(c, o, owner.client_id)),
    ("email", lambda c, o, t, _: emails.get(c, o, t.email)),
    ("emails", lambda c, o, t, _: emails.of_document(c, o, t.invoice) or None),
    ("events", lambda c, o, t, _: journal.of_document(c, o, t.invoice) or None),
    ("issue", lambda c, o, t, _: journal.hash_of_issue(c, o, t.invoice) or None),
    ("entries", lambda c, o, t, _: [e for e in journal.entries(c, o) if e.subject_id == t.invoice] or None),
    ("account", lambda c, o, t, _: organizations.account(c, o, t.account)),
    ("member", lambda c, o, t, _: members.get(c, o, t.member)),
    ("member's address", lambda c, o, _, __: members.by_email(c, o, EMAIL)),
    ("members", lambda c, o, _, __: [row for row in members.of_organization(c, o) if row.email == EMAIL] or None),
    ("credential", lambda c, o, t, _: credentials.get(c, o, t.credential)),
    ("credentials", lambda c, o, t, _: [r for r in credentials.standing(c, o) if r.id == t.credential] or None),
    ("answer", lambda c, o, _, __: idempotency.get(c, o, "key")),
]


@pytest.mark.parametrize("read", [read for _, read in READS], ids=[name for name, _ in READS])
def test_anothers_thing_is_not_found(
    house: House, owner: tuple[Company, Things], read: Callable[[Connection, str, Things, Company], Any]
) -> None:
    company, things = owner
    other = new_company(house)
    with house.database.read() as conn:
        assert read(conn, company.id, things, company) is not None
        assert read(conn, other.id, things, company) is None


def test_anothers_thing_is_not_changed(house: House, owner: tuple[Company, Things]) -> None:
    company, things = owner
    other = new_company(house)
    with house.database.write() as conn:
        assert not credentials.revoke(conn, other.id, things.secret_hash, "2026-01-01T00:00:00.000Z")
        assert not clients.delete_client(conn, other.id, company.client_id)
        assert not credentials.revoke_by_id(conn, other.id, things.credential, "2026-01-01T00:00:00.000Z")
        assert not sessions.use_link(conn, other.id, secret_hash(things.link), "2026-01-01T00:00:00.000Z")
        sessions.end(conn, other.id, things.session_hash)
        sessions.end_all(conn, other.id, things.member)
        sessions.forget_before(conn, other.id, "9999")
        members.set_password(conn, other.id, things.member, "mine")
        members.set_disabled(conn, other.id, things.member, "now")
        attachments.delete_attachment(conn, other.id, things.attachment)
        emails.set_outcome(conn, other.id, things.email, status="sent", attempts=9, error="", sent_at="now")
        draft = invoices.get(conn, company.id, things.invoice)
        assert draft is not None
        invoices.replace(conn, other.id, draft, draft)
    with house.database.read() as conn:
        email = emails.get(conn, company.id, things.email)
        assert email is not None
        assert email.status == "queued"
        assert attachments.get(conn, company.id, things.attachment) is not None
        assert sessions.by_hash(conn, things.session_hash) is not None
        link, member = (
            sessions.link_by_hash(conn, secret_hash(things.link)),
            members.get(conn, company.id, things.member),
        )
        assert link is not None
        assert link.used_at is None
        assert member is not None
        assert (member.password_hash, member.disabled_at) == ("", None)


def test_counters_and_accounts_are_ones_own(house: House, owner: tuple[Company, Things]) -> None:
    company, _ = owner
    other = new_company(house)
    issued = other.create(status="unpaid")
    assert issued.number == company.get(owner[1].invoice).number == "F-2026-001"
    with house.database.read() as conn:
        assert counters.get(conn, other.id, "client_invoice", 2026).next_value == 2
        assert organizations.account_by_iban(conn, "nobody", IBAN) is None


def test_an_operation_says_not_found_for_anothers_invoice(house: House, owner: tuple[Company, Things]) -> None:
    from counterfoil.errors import NotFound

    other = new_company(house)
    with other.read() as work, pytest.raises(NotFound):
        operations.get(work, owner[1].invoice)


@pytest.mark.parametrize("store", STORES, ids=lambda store: store.__name__.rsplit(".", 1)[-1])
def test_every_store_function_takes_the_organization(store: ModuleType) -> None:
    functions = [
        function
        for name, function in inspect.getmembers(store, inspect.isfunction)
        if function.__module__ == store.__name__ and not name.startswith("_") and name not in WITHOUT_TENANT
    ]
    assert functions
    for function in functions:
        assert list(inspect.signature(function).parameters)[:2] == ["conn", "organization_id"], function.__name__
