"""What each act that cannot be taken back says of itself: its amount, its summary, and what was seen of it.

Each is called once the act is done, and asks nothing of the store unless the actor's policy may want a person's yes.
What is seen leaves out what moves by itself: the PDF that a job links, times, ids made in the same write, the number
that the document would get.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from counterfoil.domain.approvals import Act
from counterfoil.domain.recurring_invoice import NewRecurringInvoice
from counterfoil.operations.work import Work
from counterfoil.store import clients, recurring_invoices
from counterfoil.store import reminders as reminder_rows
from counterfoil.store.rows import CreditNoteRow, DocumentRow, InvoiceRow, QuoteRow, RecurringRow

CLIENT_INVOICE: Final = "client_invoice"
_KINDS: Final = {CLIENT_INVOICE: "invoice", "credit_note": "credit note", "quote": "quote"}
_MADE_NOW: Final = frozenset({"id", "number", "created_at", "finalized_at"})
_MOVES: Final = frozenset(
    {"attachment_id", "updated_at", "einvoicing_status", "einvoicing_lifecycle_events", "e_invoicing_reachable",
     "display_attachment_id"}
)  # fmt: skip
_NAME_MAX: Final = 80
_NAMED_MAX: Final = 5


def issued(work: Work, row: InvoiceRow, before: InvoiceRow | None = None) -> None:
    """An invoice gets its number for good. before: the draft that it was; None for one that is made at once."""
    if not work.is_guarded:
        return
    if before is None:
        work.made.add(row.id)
    document = json.loads(row.frozen)
    drafted = () if before is None else (before.frozen, before.number or "", _steady(before.live))
    what = "Finalize the invoice" if before else "Create and finalize an invoice"
    number = f"number {row.number}, {_counted(len(document['items']), 'line')}"
    work.irreversible(
        "finalize" if before else "create_as_unpaid", CLIENT_INVOICE, before.id if before else "",
        seen=[_steady(row.frozen, _MADE_NOW), _steady(row.live), _client(work, row.client_id), *drafted],
        amount=_euros(document),
        summary=f"{what} for {_party(document)}: {_money(document)}, {number}; cannot be undone",
    )  # fmt: skip


def invoice(work: Work, act: Act, row: InvoiceRow) -> None:
    """A draft is deleted, or an invoice canceled. row: as it was."""
    if not work.is_guarded:
        return
    document = json.loads(row.frozen)
    what = "Cancel invoice" if act == "cancel" else "Delete the draft invoice"
    work.irreversible(
        act, CLIENT_INVOICE, row.id,
        seen=[row.frozen, row.number or "", _steady(row.live), json.loads(row.live)["einvoicing_status"],
              _client(work, row.client_id)],
        amount=_euros(document), summary=f"{what} {_numbered(row, document)}; cannot be undone",
    )  # fmt: skip


def imported(work: Work, files: Sequence[tuple[str, str]]) -> None:
    """Invoices made elsewhere are kept for good. files: names and SHA-256."""
    if not work.is_guarded or not files:
        return
    names = _shortened([name for name, _ in files])
    work.irreversible(
        "create_as_unpaid", CLIENT_INVOICE, "", seen=[text for file in files for text in file], amount=None,
        summary=f"Import {_counted(len(files), 'invoice')} as unpaid: {names}; imported invoices are kept for good",
    )  # fmt: skip


def credit_note(work: Work, row: CreditNoteRow, of: InvoiceRow) -> None:
    """A credit note is issued. of: its invoice, as it was."""
    if not work.is_guarded:
        return
    work.made.add(row.id)
    document = json.loads(row.frozen)
    work.irreversible(
        "credit_note", "credit_note", "",
        seen=[_steady(row.frozen, _MADE_NOW), of.frozen, _steady(of.live), _client(work, row.client_id)],
        amount=_euros(document),
        summary=f"Issue credit note {row.number} of {_money(document)} over invoice {of.number} for "
        f"{_party(document)}; cannot be undone",
    )  # fmt: skip


def quote(work: Work, row: QuoteRow) -> None:
    """A quote is deleted."""
    if not work.is_guarded:
        return
    document = json.loads(row.frozen)
    work.irreversible(
        "delete", "quote", row.id, seen=[row.frozen, _steady(row.live), _client(work, row.client_id)],
        amount=_euros(document), summary=f"Delete quote {_numbered(row, document)}; cannot be undone",
    )  # fmt: skip


def mail(work: Work, kind: str, row: DocumentRow, request: Mapping[str, Any]) -> None:
    """A document is mailed. request: a SendRequest's fields."""
    if not work.is_guarded:
        return
    document = json.loads(row.frozen)
    is_made_here = row.id in work.made
    copied = work.profile.email if request["copy_to_self"] else ""
    seen = _steady(row.frozen, _MADE_NOW) if is_made_here else row.frozen
    to = _shortened(request["send_to"]) + (f", copy to {copied}" if copied else "")
    named = "it" if is_made_here else f"{_KINDS[kind]} {_numbered(row, document)},"
    work.irreversible(
        "send", kind, "" if is_made_here else row.id,
        seen=[seen, row.status, _steady(row.live), json.dumps(request, sort_keys=True), copied,
              work.profile.legal_name, _client(work, row.client_id)],
        amount=_euros(document),
        summary=f'Mail {named} to {to}, subject "{_short(request["email_title"])}"; a mail cannot be called back',
    )  # fmt: skip


def einvoice(work: Work, row: InvoiceRow) -> None:
    """An invoice is handed to an e-invoicing network."""
    if not work.is_guarded:
        return
    document = json.loads(row.frozen)
    work.irreversible(
        "send", CLIENT_INVOICE, row.id,
        seen=[row.frozen, row.status, _steady(row.live), work.einvoice_network, _client(work, row.client_id)],
        amount=_euros(document),
        summary=f"Send invoice {_numbered(row, document)}, as an e-invoice; it cannot be called back",
    )  # fmt: skip


def client(work: Work, text: str) -> None:
    """A client is deleted. text: it as it was."""
    if not work.is_guarded:
        return
    found = json.loads(text)
    billed = recurring_invoices.of_client(work.conn, work.organization_id, found["id"])
    going_on = [row.id for row in billed if row.status not in ("canceled", "finished")]
    ended = ", which ends " + _counted(len(going_on), "recurring invoice") if going_on else ""
    work.irreversible(
        "delete", "client", found["id"], seen=[_client(work, found["id"]) or _steady(text), *going_on], amount=None,
        summary=f"Delete the client {_party({'client': found})}{ended}; cannot be undone",
    )  # fmt: skip


def product(work: Work, text: str) -> None:
    """A product is deleted. text: it as it was."""
    if not work.is_guarded:
        return
    found = json.loads(text)
    work.irreversible(
        "delete", "product", found["id"], seen=[_steady(text)], amount=None,
        summary=f"Delete the product {_short(found['title'])}; cannot be undone",
    )  # fmt: skip


def rejected(work: Work, invoice_id: str, body: str, reasons: Mapping[str, object]) -> None:
    """A supplier invoice is rejected. body: it as it was."""
    if not work.is_guarded:
        return
    found = json.loads(body)
    total = found.get("total_amount")
    sum_of = f": {_money(found)}" if total else ""
    named = (
        f"{_short(found.get('invoice_number') or found['file_name'])} of {_short(found.get('supplier_name') or '?')}"
    )
    work.irreversible(
        "reject", "supplier_invoice", invoice_id, seen=[_steady(body), json.dumps(reasons, sort_keys=True)],
        amount=_euros({"total_amount": total}) if total else None,
        summary=f"Reject supplier invoice {named}{sum_of}; cannot be undone",
    )  # fmt: skip


def recurring(work: Work, row: RecurringRow, asked: NewRecurringInvoice, *, is_new: bool) -> None:
    """Invoices will be issued by themselves, each period. Nothing is asked where they come as drafts."""
    if not work.is_guarded or asked.invoice_status == "draft":
        return
    terms = json.loads(row.terms)
    until = f" until {asked.end_date}" if asked.end_date else ""
    pace = asked.frequency.recurrence + (f" × {asked.frequency.value}" if asked.frequency.value > 1 else "")
    work.irreversible(
        "create_as_unpaid", "recurring_invoice", "" if is_new else row.id,
        seen=[_steady(row.terms, _MADE_NOW), _steady(row.asked), row.next_invoice_date or "",
              _client(work, row.client_id)],
        amount=None,
        summary=f"Bill {_client_name(work, row.client_id)} by itself: {_money(terms)}, {pace}, next on "
        f"{row.next_invoice_date}{until}; each invoice is finalized without being asked for again",
    )  # fmt: skip


def recurring_canceled(work: Work, row: RecurringRow) -> None:
    """A recurring invoice is ended for good. row: as it was."""
    if not work.is_guarded:
        return
    work.irreversible(
        "cancel", "recurring_invoice", row.id, seen=[row.terms, row.status, _client(work, row.client_id)], amount=None,
        summary=f"End the recurring invoice of {_client_name(work, row.client_id)}; cannot be undone",
    )  # fmt: skip


def reminders(work: Work, client_id: str, reminder: Mapping[str, Any], *, is_new: bool) -> None:
    """Mails will go out by themselves when invoices stay unpaid."""
    if not work.is_guarded:
        return
    to = _shortened(reminder["send_to"]) or "its own addresses"
    work.irreversible(
        "send", "reminder", "" if is_new else reminder["id"],
        seen=[json.dumps({name: value for name, value in reminder.items() if name not in _MOVES | _MADE_NOW},
                         sort_keys=True), _client(work, client_id)],
        amount=None,
        summary=f"Remind {_client_name(work, client_id)} of unpaid invoices by itself: "
        f"{_counted(len(reminder['rules']), 'mail')} an invoice, to {to}",
    )  # fmt: skip


def readdressed(work: Work, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """A client is written to elsewhere, and is reminded at its own addresses: mails go there without being asked."""
    if not work.is_guarded or all(before.get(name) == after.get(name) for name in ("email", "extra_emails")):
        return
    text = reminder_rows.of_client(work.conn, work.organization_id, after["id"])
    if text is None or json.loads(text)["send_to"]:
        return
    to = _shortened([each for each in (after.get("email"), *after.get("extra_emails", ())) if each])
    work.irreversible(
        "send", "client", after["id"], seen=[_steady(json.dumps(before)), _steady(json.dumps(after)), text],
        amount=None, summary=f"Send the reminders of {_party({'client': before})} to {to or 'nobody'} from now on",
    )  # fmt: skip


def _steady(text: str, also_without: Iterable[str] = ()) -> str:
    """A JSON object without what moves by itself."""
    left_out = _MOVES.union(also_without)
    return json.dumps({name: value for name, value in json.loads(text).items() if name not in left_out}, sort_keys=True)


def _client(work: Work, client_id: str) -> str:
    """The client as it is now, "" for one that was deleted: its name and addresses may differ from a snapshot's."""
    text = clients.get(work.conn, work.organization_id, client_id)
    return _steady(text) if text else ""


def _client_name(work: Work, client_id: str) -> str:
    text = clients.get(work.conn, work.organization_id, client_id)
    return _party({"client": json.loads(text)}) if text else "a deleted client"


def _party(document: Mapping[str, Any]) -> str:
    """A document's client: name and address of mail."""
    found = document["client"]
    name = found.get("name") or f"{found.get('first_name', '')} {found.get('last_name', '')}".strip()
    email = found.get("email")
    return f"{_short(name or '?')} ({email})" if email else _short(name or "?")


def _numbered(row: DocumentRow, document: Mapping[str, Any]) -> str:
    number = f"{row.number} " if row.number else ""
    return f"{number}for {_party(document)}: {_money(document)}"


def _euros(document: Mapping[str, Any]) -> Decimal | None:
    total = document["total_amount"]
    return Decimal(total["value"]) if total["currency"] == "EUR" else None


def _money(document: Mapping[str, Any]) -> str:
    total = document["total_amount"]
    return f"{Decimal(total['value']):,.2f} {total['currency']} with VAT"


def _short(text: str) -> str:
    """One line that is no longer than a line: it was written by anybody."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line if len(line) <= _NAME_MAX else f"{line[: _NAME_MAX - 1]}…"


def _shortened(names: Sequence[str]) -> str:
    shown = ", ".join(_short(name) for name in names[:_NAMED_MAX])
    return f"{shown} and {len(names) - _NAMED_MAX} more" if len(names) > _NAMED_MAX else shown


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
