"""The kinds of documents, as printing, mailing and public pages see them: what differs between them, in one place."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from counterfoil import errors
from counterfoil.formats import page
from counterfoil.operations import client_invoices, credit_notes, quotes
from counterfoil.operations.work import Work
from counterfoil.store import client_invoices as invoice_rows
from counterfoil.store import credit_notes as credit_note_rows
from counterfoil.store import quotes as quote_rows
from counterfoil.store.rows import CreditNoteRow, DocumentRow, InvoiceRow


@dataclass(frozen=True, slots=True)
class Kind:
    """What the rest of the house needs of a kind of document. Rows are those of its own store.

    page_path: the first segment of its public pages' paths. amount_field, day_field: what a mail says of it when its
    sender wrote nothing. get raises NotFound, find answers None. document: the API's answer as a dict, given the
    address of its public page. set_attachment: links its PDF. on_send: called when somebody wants it mailed; raises
    WrongState when it may not be now. check_public: raises NotFound or Gone when its page is not to be seen.
    is_einvoice: what is issued of it is an invoice in law, and so has e-invoice files.
    """

    name: page.Kind
    page_path: str
    amount_field: str
    day_field: str
    get: Callable[[Work, str], DocumentRow]
    find: Callable[[Work, str], DocumentRow | None]
    document: Callable[[Work, Any, str], dict[str, Any]]
    set_attachment: Callable[[Work, Any, str], None]
    on_send: Callable[[Work, Any], None]
    check_public: Callable[[Work, Any], object]
    is_einvoice: bool = False

    def page_url(self, base: str, row: DocumentRow) -> str:
        """The document's public page, below `base` (no slash at its end)."""
        return f"{base}/{self.page_path}/{row.public_token}"


def _client_invoice(work: Work, row: InvoiceRow, url: str) -> dict[str, Any]:
    proforma = client_invoices.proforma_numbers(work, [row]).get(row.id)
    document: dict[str, Any] = json.loads(client_invoices.answer(row, invoice_url=url, proforma=proforma))
    return document


CLIENT_INVOICE: Final = Kind(
    name="client_invoice",
    page_path=client_invoices.PAGE_PATH,
    amount_field="amount_due",
    day_field="due_date",
    get=client_invoices.get,
    find=lambda work, invoice_id: invoice_rows.get(work.conn, work.organization_id, invoice_id),
    document=_client_invoice,
    set_attachment=client_invoices.set_attachment,
    on_send=client_invoices.check_send,
    check_public=client_invoices.public,
    is_einvoice=True,
)


def _credit_note_has_no_page(_work: Work, _row: CreditNoteRow) -> None:
    raise errors.NotFound("not_found", "There is no such page.")


# Its page is its invoice's: the two have one token.
CREDIT_NOTE: Final = Kind(
    name="credit_note",
    page_path=client_invoices.PAGE_PATH,
    amount_field="amount_due",
    day_field="issue_date",
    get=credit_notes.get,
    find=lambda work, credit_note_id: credit_note_rows.get(work.conn, work.organization_id, credit_note_id),
    document=lambda _work, row, url: json.loads(credit_notes.answer(row, invoice_url=url)),
    set_attachment=credit_notes.set_attachment,
    on_send=lambda _work, _row: None,
    check_public=_credit_note_has_no_page,
    is_einvoice=True,
)

QUOTE: Final = Kind(
    name="quote",
    page_path="q",
    amount_field="total_amount",
    day_field="expiry_date",
    get=quotes.get,
    find=lambda work, quote_id: quote_rows.get(work.conn, work.organization_id, quote_id),
    document=lambda _work, row, url: json.loads(quotes.answer(row, quote_url=url)),
    set_attachment=quotes.set_attachment,
    on_send=quotes.on_send,
    check_public=quotes.public,
)

KINDS: Final[Mapping[str, Kind]] = MappingProxyType({kind.name: kind for kind in (CLIENT_INVOICE, CREDIT_NOTE, QUOTE)})
