"""The tools for client invoices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from counterfoil.errors import Invalid
from counterfoil.mcp import defaults
from counterfoil.mcp.fields import CLEARABLE, FIELDS, has_bare_price, items_for_wire
from counterfoil.mcp.results import invoice_result, invoice_row, paged
from counterfoil.mcp.schemas import (
    CURRENCY,
    ID,
    IDEMPOTENCY_KEY,
    INVOICE_RESULT,
    NEXT_ACTIONS,
    PAGE,
    PER_PAGE,
    STRING,
    choice,
    day,
    flag,
    result,
    several,
    shown,
    text,
    uuid,
)
from counterfoil.mcp.tool import READ, Hints, Tool, ToolCall
from counterfoil.sdk.errors import ApiError
from counterfoil.sdk.types import ClientInvoiceChange, NewClientInvoice

_STATUSES = ("draft", "unpaid", "paid", "canceled")
# Filters that only Counterfoil serves; another server ignores them without a word.
_OWN_FILTERS = ("number", "client_id", "issue_date_from", "issue_date_to", "due_date_from", "due_date_to")


async def list_client_invoices(call: ToolCall) -> dict[str, Any]:
    given = dict(call.arguments)
    page = await call.api.list_client_invoices(**({"per_page": 25} | given))
    wanted = {name: given[name] for name in _OWN_FILTERS if name in given}
    for invoice in page.items:
        _check_filtered(wanted, invoice)
    return paged("client_invoices", [invoice_row(invoice) for invoice in page.items], page)


async def get_client_invoice(call: ToolCall) -> dict[str, Any]:
    return invoice_result(await call.api.get_client_invoice(call.arguments["id"]), is_whole=True)


async def create_client_invoice(call: ToolCall) -> dict[str, Any]:
    given = dict(call.arguments)
    key = given.pop("idempotency_key", None)
    currency = given.get("currency") or await defaults.currency_for(call, given["client_id"])
    found = await defaults.dates_and_account(call, given)
    new = {"status": "draft", **found, **given, "currency": currency}
    new["items"] = items_for_wire(given["items"], currency)
    invoice = await call.api.create_client_invoice(cast(NewClientInvoice, new), idempotency_key=key)
    return invoice_result(invoice)


async def update_client_invoice(call: ToolCall) -> dict[str, Any]:
    change = dict(call.arguments)
    invoice_id, key = change.pop("id"), change.pop("idempotency_key", None)
    cleared = dict.fromkeys(change.pop("clear", ()))
    both = sorted(cleared.keys() & change.keys())
    if both:
        fix = "Name it in clear, or send a value for it."
        raise Invalid("set_and_cleared", f"{both[0]} is both sent and cleared.", field=both[0], fix=fix)
    change |= cleared
    if not change:
        raise Invalid("nothing_to_change", "No field to change was sent.", fix="Send the fields to change.")
    if has_bare_price(change.get("items", [])):
        change["items"] = items_for_wire(change["items"], await _currency_of(call, invoice_id))
    elif "items" in change:
        change["items"] = items_for_wire(change["items"], defaults.CURRENCY)
    invoice = await call.api.update_client_invoice(invoice_id, cast(ClientInvoiceChange, change), idempotency_key=key)
    return invoice_result(invoice)


async def delete_client_invoice(call: ToolCall) -> dict[str, Any]:
    invoice_id = call.arguments["id"]
    await call.api.delete_client_invoice(invoice_id, idempotency_key=call.arguments.get("idempotency_key"))
    return {"id": invoice_id, "deleted": True}


async def change_client_invoice_status(call: ToolCall) -> dict[str, Any]:
    given = call.arguments
    asked = [name for name in ("finalize", "cancel") if given.get(name)]
    if len(asked) != 1:
        raise Invalid(
            "one_action_needed", f"{len(asked)} of finalize and cancel are true; exactly one must be.",
            field="finalize", fix="Send finalize: true for a draft, or cancel: true for an unpaid invoice.",
        )  # fmt: skip
    api, key = call.api, given.get("idempotency_key")
    act = api.finalize_client_invoice if asked == ["finalize"] else api.mark_client_invoice_as_canceled
    return invoice_result(await act(given["id"], idempotency_key=key))


async def mark_client_invoice_as_paid(call: ToolCall) -> dict[str, Any]:
    given = dict(call.arguments)
    return invoice_result(await call.api.mark_client_invoice_as_paid(given.pop("id"), **given))


async def send_client_invoice(call: ToolCall) -> dict[str, Any]:
    given = dict(call.arguments)
    invoice_id = given.pop("id")
    await call.api.send_client_invoice(invoice_id, **given)
    answer: dict[str, Any] = {"id": invoice_id, "delivery": "queued", "send_to": given["send_to"]}
    try:
        found = invoice_result(await call.api.get_client_invoice(invoice_id))
    except ApiError:
        return answer  # the mail is on its way; a key that may not read it must not make that a failure
    return answer | found


async def _currency_of(call: ToolCall, invoice_id: str) -> str:
    try:
        invoice = await call.api.get_client_invoice(invoice_id)
    except ApiError as error:
        if error.status == 403:
            return defaults.CURRENCY
        raise
    return invoice.get("currency") or defaults.CURRENCY


def _check_filtered(wanted: Mapping[str, str], invoice: Mapping[str, Any]) -> None:
    """Raises Invalid when the server answered an invoice that was not asked for: it does not know the filter."""
    for name, value in wanted.items():
        field, _, end = name.rpartition("_")
        if end == "from":
            is_wanted = invoice.get(field, "") >= value
        elif end == "to":
            is_wanted = invoice.get(field, "") <= value
        elif name == "client_id":
            is_wanted = (invoice.get("client") or {}).get("id", "").lower() == value.lower()
        else:
            is_wanted = invoice.get("number") == value
        if not is_wanted:
            raise Invalid(
                "unsupported_filter", f"This server does not filter by {name}.", field=name,
                fix="Leave it out and look through the pages; status is a filter that every server has.",
            )  # fmt: skip


_KEYED = {"idempotency_key": IDEMPOTENCY_KEY}
_ROW = shown(
    {
        "id": STRING,
        "number": STRING,
        "status": {"type": "string", "enum": list(_STATUSES)},
        "client_name": STRING,
        "issue_date": STRING,
        "due_date": STRING,
        "total": {"type": "string", "description": "with VAT, decimal string"},
        "due": {"type": "string", "description": "still to pay, decimal string"},
        "currency": STRING,
    },
    ["id", "status"],
)

TOOLS = (
    Tool(
        "list_client_invoices",
        "List client invoices",
        "List client invoices, newest first, as short rows: id, number, status, client_name, dates, total and due. "
        "total_count is of all pages; has_more and next_page say whether and where there is more. "
        "get_client_invoice shows one in full.",
        READ,
        {
            "status": several("Only these states.", choice("A state.", _STATUSES)),
            "client_id": uuid("Only invoices of this client."),
            "number": text("Only the invoice with exactly this number.", maxLength=40),
            "issue_date_from": day("Issued on this day or later."),
            "issue_date_to": day("Issued on this day or earlier."),
            "due_date_from": day("Due on this day or later."),
            "due_date_to": day("Due on this day or earlier."),
            "sort_by": choice("Order; created_at:desc by default.", ["created_at:desc", "created_at:asc"]),
            "page": PAGE,
            "per_page": PER_PAGE,
        },
        result(
            {
                "client_invoices": {"type": "array", "items": _ROW},
                "total_count": {"type": "integer"},
                "page": {"type": "integer"},
                "has_more": {"type": "boolean"},
                "next_page": {"type": "integer"},
            },
            ["client_invoices", "total_count", "has_more"],
        ),
        list_client_invoices,
    ),
    Tool(
        "get_client_invoice",
        "Get a client invoice",
        "Fetch one invoice in full: parties, lines, VAT, totals, dates, payment, e-invoicing status, invoice_url (the "
        "public page, once finalized) and attachment_id (the PDF, once it is made). next_actions lists the calls that "
        "its state allows.",
        READ,
        {"id": ID},
        INVOICE_RESULT,
        get_client_invoice,
        ("id",),
    ),
    Tool(
        "create_client_invoice",
        "Create a client invoice",
        "Create an invoice, as a draft unless status is unpaid. The client must exist with a currency and an address "
        "(list_clients, create_client). Defaults: issue_date today, due_date by the organization's payment terms, the "
        "client's currency, the organization's main IBAN. A draft has no number yet and can be changed; status unpaid "
        "finalizes it at once, which cannot be undone. Returns the id, the client's name and email, and the totals. "
        "To finalize a draft: change_client_invoice_status.",
        Hints(is_read_only=False, is_destructive=False, is_idempotent=False),
        {
            **FIELDS,
            "currency": CURRENCY,
            "status": choice("draft by default; unpaid finalizes at once.", ["draft", "unpaid"]),
            **_KEYED,
        },
        INVOICE_RESULT,
        create_client_invoice,
        ("client_id", "items"),
    ),
    Tool(
        "update_client_invoice",
        "Update a draft client invoice",
        "Change a draft: fields that are sent replace the old values, items replaces all lines, clear empties fields, "
        "the rest stays. Finalized, paid and canceled invoices cannot be changed.",
        Hints(is_read_only=False, is_destructive=True, is_idempotent=True),
        {
            "id": ID,
            **FIELDS,
            "clear": several("Fields to empty.", choice("A field.", CLEARABLE)),
            **_KEYED,
        },
        INVOICE_RESULT,
        update_client_invoice,
        ("id",),
    ),
    Tool(
        "delete_client_invoice",
        "Delete a draft client invoice",
        "Delete a draft for good. Only drafts can be deleted; an unpaid invoice is canceled with "
        "change_client_invoice_status instead.",
        Hints(is_read_only=False, is_destructive=True, is_idempotent=True),
        {"id": ID, **_KEYED},
        result({"id": STRING, "deleted": {"type": "boolean"}}, ["id", "deleted"]),
        delete_client_invoice,
        ("id",),
    ),
    Tool(
        "change_client_invoice_status",
        "Finalize or cancel a client invoice",
        "Exactly one of: finalize: true turns a draft into an unpaid invoice with its final number, closed to changes; "
        "cancel: true turns an unpaid invoice into a canceled one, which keeps its number. Neither can be undone. "
        "A finalized invoice can be emailed with send_client_invoice.",
        Hints(is_read_only=False, is_destructive=True, is_idempotent=True),
        {
            "id": ID,
            "finalize": flag("true to finalize a draft."),
            "cancel": flag("true to cancel an unpaid invoice."),
            **_KEYED,
        },
        INVOICE_RESULT,
        change_client_invoice_status,
        ("id",),
    ),
    Tool(
        "mark_client_invoice_as_paid",
        "Mark a client invoice as paid",
        "Record that an unpaid invoice was paid, and on which day. On a paid invoice it changes the day. Drafts and "
        "canceled invoices cannot be paid.",
        Hints(is_read_only=False, is_destructive=False, is_idempotent=True),
        {"id": ID, "paid_at": day("Day of payment, not in the future; today by default."), **_KEYED},
        INVOICE_RESULT,
        mark_client_invoice_as_paid,
        ("id",),
    ),
    Tool(
        "send_client_invoice",
        "Email a client invoice",
        "Email a finalized invoice with its PDF to one or more addresses. Unpaid and paid invoices can be sent; the "
        "state does not change. The mail is queued and sent by the server within seconds.",
        Hints(is_read_only=False, is_destructive=False, is_idempotent=False, is_open_world=True),
        {
            "id": ID,
            "send_to": several("Addresses.", text("An email address.", maxLength=254), most=50),
            "email_title": text("Subject.", maxLength=250, minLength=1),
            "email_body": text("Text of the mail; the server's own by default.", maxLength=10_000),
            "copy_to_self": flag("Also to the organization's address; true by default."),
            **_KEYED,
        },
        result(
            {
                "id": STRING,
                "delivery": {"type": "string", "enum": ["queued"]},
                "send_to": {"type": "array", "items": STRING},
                "client_invoice": INVOICE_RESULT["properties"]["client_invoice"],
                "next_actions": NEXT_ACTIONS,
            },
            ["id", "delivery", "send_to"],
        ),
        send_client_invoice,
        ("id", "send_to", "email_title"),
    ),
)
