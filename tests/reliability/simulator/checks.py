"""Where house and model must be the same: each list with its counts, each document, each mail, the journal's chain."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from decimal import Decimal
from typing import Any

from counterfoil.operations import client_invoices, credit_notes, quotes, recurring_invoices
from counterfoil.operations.work import Work
from counterfoil.store import client_invoices as invoice_rows
from counterfoil.store import credit_notes as note_rows
from counterfoil.store import quotes as quote_rows
from counterfoil.store import recurring_invoices as recurring_rows
from tests.reliability.simulator.model import INVOICE, amounts
from tests.reliability.simulator.player import Player

PAGE = 100
_FIELDS = (
    "organization_id", "position", "type", "subject_kind", "subject_id", "principal", "client", "request_id",
    "occurred_at", "data", "state",
)  # fmt: skip


def compare(player: Player) -> None:
    """All documents, as lists answer them."""
    with player.world.works.read(player.world.actor) as work:
        _compare_invoices(player, work)
        _compare_notes(player, work)
        _compare_quotes(player, work)
        _compare_recurring(player, work)


def _all(player: Player, work: Work, page: Any, wanted: Any, count: int, what: str) -> list[Any]:
    """Every row of a list, whose total must be `count`; the pages must hold each of them once."""
    rows: list[Any] = []
    while True:
        total, found = page(work, wanted, is_descending=False, limit=PAGE, skip=len(rows))
        player.expect(total, count, f"the number of {what}")
        rows += found
        if len(found) < PAGE:
            break
    player.expect(len(rows), count, f"what the pages of {what} hold")
    return rows


def cents(money: dict[str, str] | str | None) -> int | None:
    if money is None:
        return None
    return int(Decimal(money if isinstance(money, str) else money["value"]) * 100)


def _compare_invoices(player: Player, work: Work) -> None:
    model = player.model.invoices
    rows = _all(player, work, client_invoices.page, invoice_rows.InvoiceFilter(), len(model), "invoices")
    player.expect({row.id for row in rows}, set(model), "the invoices")
    for row in rows:
        told, wanted = json.loads(row.frozen) | json.loads(row.live), model[row.id]
        net, vat = amounts(wanted.lines)
        expected = {
            "status": wanted.status, "number": wanted.number, "issue_date": wanted.issue_date.isoformat(),
            "net": net, "vat": vat, "total": net + vat, "due": net + vat, "column": net + vat,
            "paid": wanted.amount_paid, "credited": wanted.credited, "quote": wanted.quote,
        }  # fmt: skip
        found = {
            "status": told["status"], "number": told.get("number"), "issue_date": told["issue_date"],
            "net": cents(told["tax_exclusive_amount"]), "vat": cents(told["vat_amount"]),
            "total": cents(told["total_amount"]), "due": cents(told["amount_due"]), "column": row.total_amount_cents,
            "paid": cents(told["amount_paid"]), "credited": cents(told["credited_amount"]) or 0,
            "quote": told.get("quote_id"),
        }  # fmt: skip
        player.expect(found, expected, f"invoice {row.id}")
        player.expect((row.status, row.number), (wanted.status, wanted.number), f"the columns of invoice {row.id}")
    for status in INVOICE:
        wanted_filter = invoice_rows.InvoiceFilter(statuses=(status,))
        total, _ = client_invoices.page(work, wanted_filter, is_descending=True, limit=1, skip=0)
        player.expect(total, sum(each.status == status for each in model.values()), f"the number of {status} invoices")
    _compare_series(player, "F", [each.number for each in model.values() if each.number])


def _compare_series(player: Player, prefix: str, numbers: list[str]) -> None:
    """Numbers run from 1 without gap or double in each year. The model says so of itself: here it is counted."""
    for (kind, year), last in player.model.issued.items():
        if kind == prefix:
            found = sorted(int(number.rsplit("-", 1)[1]) for number in numbers if f"-{year}-" in number)
            player.expect(found, list(range(1, last + 1)), f"the series {prefix}-{year}")


def _compare_notes(player: Player, work: Work) -> None:
    model = player.model.notes
    rows = _all(player, work, credit_notes.page, note_rows.CreditNoteFilter(), len(model), "credit notes")
    for row in rows:
        told, wanted = json.loads(row.frozen), model[row.id]
        net, vat = cents(told["tax_exclusive_amount"]) or 0, cents(told["vat_amount"]) or 0
        found = (row.number, row.invoice_id, net + vat, cents(told["total_amount"]))
        player.expect(found, (wanted.number, wanted.invoice, wanted.total, wanted.total), f"credit note {row.id}")
    _compare_series(player, "A", [row.number for row in rows])


def _compare_quotes(player: Player, work: Work) -> None:
    model = player.model.quotes
    for row in _all(player, work, quotes.page, quote_rows.QuoteFilter(), len(model), "quotes"):
        told, wanted = json.loads(row.frozen) | json.loads(row.live), model[row.id]
        found = (row.number, row.status, told["status"], row.is_sent, row.total_amount_cents, told["invoice_ids"])
        total = sum(amounts(wanted.lines))
        expected = (wanted.number, wanted.status, wanted.status, wanted.is_sent, total, wanted.invoices)
        player.expect(found, expected, f"quote {row.id}")


def _compare_recurring(player: Player, work: Work) -> None:
    model, made = player.model.recurring, player.periods()
    wanted = recurring_rows.RecurringFilter()
    for row in _all(player, work, recurring_invoices.page, wanted, len(model), "recurring invoices"):
        expected = model[row.id]
        index = expected.next_index
        told = (row.status, row.invoices_count, row.next_invoice_date)
        day = expected.day(index).isoformat() if index is not None else None
        player.expect(told, (expected.status, len(expected.made), day), f"recurring invoice {row.id}")
        periods = {period: invoice for (recurring_id, period), (invoice, _) in made.items() if recurring_id == row.id}
        player.expect(periods, expected.made, f"the periods of recurring invoice {row.id}")


def compare_mails(player: Player, *, is_over: bool) -> None:
    """Each mail that was asked for is there once, and called sent only when the server took it; in the end, each is."""
    model, server = player.model, player.world.mail
    asked = {mail for each in (*model.invoices.values(), *model.quotes.values()) for mail in each.mails}
    with player.world.house.database.read() as conn:
        found = dict(conn.exec_driver_sql("SELECT id, status FROM emails").fetchall())
    player.expect(set(found), asked, "the mails that were asked for")
    for email_id, status in found.items():
        taken, unclear = server.taken[email_id], server.unclear[email_id]
        if status == "sent" and not taken:
            player.expect("sent", "queued", f"mail {email_id}, which nobody took")
        if status == "failed" and email_id not in server.refused:
            player.expect("failed", "queued", f"mail {email_id}, which nobody refused")
        # Once, and once more for each time that nobody could know whether it was taken.
        if taken > 1 + unclear + player.crashes:
            player.expect(taken, 1 + unclear, f"how often mail {email_id} was taken")
        if is_over and status not in ("sent", "failed"):
            player.expect(status, "sent", f"mail {email_id} in the end")
    player.expect(set(server.taken) - set(found), set(), "letters that nobody asked for")


def compare_files(player: Player) -> None:
    """In the end no job waits or was laid aside but mails refused for ever, and each issued document has its PDF."""
    with player.world.house.database.read() as conn:
        jobs = conn.exec_driver_sql("SELECT kind, is_dead FROM jobs").fetchall()
        counted = Counter((kind, bool(is_dead)) for kind, is_dead in jobs)
        files = dict(conn.exec_driver_sql("SELECT id, sha256 FROM attachments").fetchall())
        documents = conn.exec_driver_sql(
            "SELECT id, live FROM client_invoices UNION ALL SELECT id, live FROM credit_notes"
        ).fetchall()
    failed = {kind for kind in counted if kind != ("send_email", True)}
    player.expect(failed, set(), "the jobs that are left")
    for document_id, live in documents:
        attachment_id = json.loads(live).get("attachment_id")
        is_kept = attachment_id in files and files[attachment_id] in player.world.blobs.kept
        player.expect(is_kept, True, f"whether the PDF of {document_id} is kept")


def compare_journal(player: Player) -> None:
    """The chain holds, each issued document is sealed by its last entry, and each act stands there once."""
    head, position = "0" * 64, 0
    sealed: dict[str, str] = {}
    acts: Counter[str] = Counter()
    own = player.world.actor.organization_id
    with player.world.house.database.read() as conn:
        rows = conn.exec_driver_sql(
            f"SELECT {', '.join(_FIELDS)}, hash FROM journal WHERE organization_id = ? ORDER BY position", (own,)
        ).fetchall()
        kept = conn.exec_driver_sql(
            "SELECT journal_position, journal_hash FROM organizations WHERE id = ?", (own,)
        ).fetchone()
    for row in rows:
        entry = dict(zip((*_FIELDS, "hash"), row, strict=True))
        position += 1
        player.expect(entry["position"], position, "the position in the journal")
        text = json.dumps(["counterfoil-journal-1", head, *row[:-1]], ensure_ascii=False, separators=(",", ":"))
        head = hashlib.sha256(text.encode()).hexdigest()
        player.expect(entry["hash"], head, f"the hash of journal entry {position}")
        if entry["state"] and entry["subject_kind"] in ("client_invoice", "credit_note", "quote"):
            sealed[entry["subject_id"]] = entry["state"]
        acts[entry["type"], entry["subject_kind"]] += 1
    player.expect(tuple(kept or ()), (position, head), "the journal's head")
    issued = {each for each, invoice in player.model.invoices.items() if invoice.number} | set(player.model.notes)
    issued |= {each for each, quote in player.model.quotes.items() if quote.status != "pending_approval"}
    player.expect(set(sealed), issued, "the documents that the journal seals")
    finalized = acts["finalized", "client_invoice"] + acts["created_and_finalized", "client_invoice"]
    numbered = sum(bool(each.number) for each in player.model.invoices.values())
    player.expect(finalized, numbered, "how many invoices the journal says were issued")
