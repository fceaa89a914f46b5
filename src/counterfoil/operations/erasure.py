"""The data of a person: all of it handed out, and what need not be kept erased.

Issued documents are records of the books: they, their files and what the journal says of them stay as they are.
What is erased beside them, and why, is in docs/guarantees/gdpr.md.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from counterfoil import errors
from counterfoil.domain.webhook import CLIENTS
from counterfoil.operations import (
    attachments,
    client_invoices,
    deposits,
    issuing,
    mailing,
    members,
    quote_links,
    recurring_invoices,
    reminders,
)
from counterfoil.operations.kinds import KINDS, QUOTE
from counterfoil.operations.webhooks import announce
from counterfoil.operations.work import Work
from counterfoil.store import client_invoices as invoice_rows
from counterfoil.store import clients as client_rows
from counterfoil.store import erasure as store
from counterfoil.store import quotes as quote_rows
from counterfoil.store import recurring_invoices as recurring_rows
from counterfoil.store import reminders as reminder_rows
from counterfoil.store.erasure import KeptDocument

_GONE_STATUS: Final = 410
_GONE: Final = json.dumps(
    {"errors": [{"code": "erased", "detail": "What was answered here was erased, with the data of a client."}]}
)


@dataclass
class Erased:
    """What was erased of a client, counted, and the documents that stay. files: SHA-256s that nothing needs any more.

    addresses: of the client, for what lies outside the database; never shown.
    """

    client_id: str
    was_deleted: bool = False
    drafts: int = 0
    quotes: int = 0
    reminders: int = 0
    recurring_invoices: int = 0
    emails: int = 0
    webhook_deliveries: int = 0
    approvals: int = 0
    jobs: int = 0
    answers: int = 0
    files: set[str] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)
    kept: list[KeptDocument] = field(default_factory=list)

    @property
    def shown(self) -> dict[str, object]:
        """It as JSON: counts, and the kept documents by kind and number."""
        counts = {name: value for name, value in asdict(self).items() if isinstance(value, bool | int)}
        kept = [{"kind": each.kind, "id": each.id, "number": each.number} for each in self.kept]
        return {"client_id": self.client_id, **counts, "files": len(self.files), "kept": kept}


def clients_with(work: Work, email: str) -> list[str]:
    """Find the ids of the clients with an e-mail address."""
    return store.by_email(work.conn, work.organization_id, email)


def collect(work: Work, client_id: str) -> dict[str, Any]:
    """Hand out all that is kept of a client, as JSON: the client, its documents, mails, reminders and files."""
    client_id = client_id.lower()
    documents = store.documents_of(work.conn, work.organization_id, client_id)
    text = client_rows.get(work.conn, work.organization_id, client_id)
    _check_known(text, documents)
    reminder = reminder_rows.of_client(work.conn, work.organization_id, client_id)
    return {
        "client": json.loads(text) if text else None,
        "documents": [_whole(work, each) for each in documents],
        "reminders": json.loads(reminder) if reminder else None,
        "recurring_invoices": [
            json.loads(row.asked) for row in recurring_rows.of_client(work.conn, work.organization_id, client_id)
        ],
    }


def erase(work: Work, client_id: str) -> Erased:
    """Erase all that is kept of a client but issued documents and answered quotes, which are kept as the law asks."""
    client_id = client_id.lower()
    documents = store.documents_of(work.conn, work.organization_id, client_id)
    text = client_rows.get(work.conn, work.organization_id, client_id)
    _check_known(text, documents)
    done = Erased(client_id, addresses=_addresses(work, text, documents))
    email_ids = store.emails_of(work.conn, work.organization_id, [each.id for each in documents])
    done.reminders = int(reminder_rows.of_client(work.conn, work.organization_id, client_id) is not None)
    reminders.remove_of_client(work, client_id)
    recurring_invoices.cancel_of_client(work, client_id)
    done.recurring_invoices = store.forget_recurring(work.conn, work.organization_id, client_id)
    _erase_open(work, documents, done)
    done.emails = store.forget_emails(work.conn, work.organization_id, email_ids)
    done.was_deleted = client_rows.delete_client(work.conn, work.organization_id, client_id)
    kept = {each.id for each in done.kept}
    gone = [client_id, *email_ids, *(each.id for each in documents if each.id not in kept)]
    done.files |= store.files_once_of(work.conn, work.organization_id, [each for each in gone if each != client_id])
    done.jobs = store.forget_jobs(work.conn, work.organization_id, gone)
    _forget_repeated(work, done, [*gone, *kept])
    # Subscribers are told which client it was, so that they can erase it too, and nothing else of it.
    announce(work, CLIENTS, "deleted", json.dumps({"id": client_id}))
    work.record("client", client_id, "erased", {"documents_kept": len(done.kept)})
    return done


def erase_member(work: Work, email: str) -> str:
    """Take a person's name, address and password from the organization; their id stays where it acted. Answers it."""
    row = members.find(work, email)
    members.disable(work, row.email)
    store.anonymise_member(work.conn, work.organization_id, row.id, moment=work.timestamp)
    work.record("member", row.id, "erased")
    return row.id


def unneeded(work: Work, keys: set[str]) -> set[str]:
    """Those of these files' SHA-256s that no organization has any more."""
    return keys - store.still_kept(work.conn, keys)


def _erase_open(work: Work, documents: list[KeptDocument], done: Erased) -> None:
    """Drafts first: a quote stays only where an invoice that was made from it was issued."""
    for each in documents:
        if each.kind == "client_invoice" and not each.is_closed:
            done.files |= _remove_files(work, each)
            _remove_draft(work, each.id)
            done.drafts += 1
    for each in documents:
        if each.kind == "quote" and not each.is_closed and not _is_behind_an_invoice(work, each.id):
            done.files |= _remove_files(work, each)
            _remove_quote(work, each.id)
            done.quotes += 1
    left = {each.id for each in store.documents_of(work.conn, work.organization_id, done.client_id)}
    done.kept = [each for each in documents if each.id in left]


def _remove_draft(work: Work, invoice_id: str) -> None:
    row = client_invoices.get(work, invoice_id)
    frozen = json.loads(row.frozen)
    invoice_rows.delete_draft(work.conn, work.organization_id, row)
    issuing.give_back(work, client_invoices.KIND, row.number)
    deposits.release(work, frozen)
    quote_links.unlink(work, json.loads(row.live).get("quote_id"), row.id)
    work.record(client_invoices.KIND, row.id, "deleted", {"number": row.number})


def _remove_quote(work: Work, quote_id: str) -> None:
    """Also one that was sent, whose number is not given again: its client may have the letter."""
    row = QUOTE.get(work, quote_id)
    quote_rows.delete_quote(work.conn, work.organization_id, row)  # type: ignore[arg-type]  # a quote's kind gives quotes
    work.record(QUOTE.name, row.id, "deleted", {"number": row.number})


def _remove_files(work: Work, document: KeptDocument) -> set[str]:
    found = store.attachments_of(work.conn, work.organization_id, [document.id])
    for attachment_id, _ in found:
        attachments.remove(work, attachment_id)
    return {sha256 for _, sha256 in found}


def _is_behind_an_invoice(work: Work, quote_id: str) -> bool:
    row = QUOTE.get(work, quote_id)
    return bool(json.loads(row.live).get("invoice_ids"))


def _forget_repeated(work: Work, done: Erased, ids: list[str]) -> None:
    """What repeats the data elsewhere: messages, requests that wait for a yes, answers kept for repetitions."""
    counted = store.forget_mentions(work.conn, work.organization_id, ids)
    done.webhook_deliveries = counted["webhook_deliveries"]
    done.approvals = counted["approvals"]
    done.answers = store.blank_answers(work.conn, work.organization_id, ids, status=_GONE_STATUS, body=_GONE)


def _addresses(work: Work, text: str | None, documents: list[KeptDocument]) -> set[str]:
    """Every address that the client, or a mail about one of its documents, was written to at."""
    client = json.loads(text) if text else {}
    found = {client.get("email", ""), *client.get("extra_emails", ())}
    for each in documents:
        for email in mailing.of_document(work, KINDS[each.kind], each.id):
            found |= set(email.get("send_to", ()))  # type: ignore[call-overload]  # a SendRequest's
    return {address.lower() for address in found if address}


def _whole(work: Work, each: KeptDocument) -> dict[str, Any]:
    kind = KINDS[each.kind]
    row = kind.get(work, each.id)
    files = store.attachments_of(work.conn, work.organization_id, [each.id])
    return {
        "kind": each.kind,
        "document": kind.document(work, row, kind.page_url(work.page_base, row)),
        "emails": mailing.of_document(work, kind, each.id),
        "files": [{"id": attachment_id, "sha256": sha256} for attachment_id, sha256 in files],
    }


def _check_known(text: str | None, documents: list[KeptDocument]) -> None:
    if text is None and not documents:
        raise errors.NotFound(
            "not_found", "There is no client with this id, and no document of one.", parameter="id",
            fix="List clients to find the right id; a client that was deleted has it in its documents.",
        )  # fmt: skip
