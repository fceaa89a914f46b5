"""The tools for client invoices."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, cast

from counterfoil.domain import scopes
from counterfoil.errors import Invalid
from counterfoil.mcp import defaults
from counterfoil.mcp.arguments import take_cleared
from counterfoil.mcp.fields import CHANGES, CLEARABLE, DAYS, FIELDS, check_parts, read_items
from counterfoil.mcp.listing import beside, list_result, party_of
from counterfoil.mcp.references import client_to_bill, resolve, resolve_id
from counterfoil.mcp.results import invoice_result, invoice_row, paged, subject, sums
from counterfoil.mcp.results_size import DETAIL, LINES_FROM, lines_page
from counterfoil.mcp.schemas import (
    CURRENCY,
    INVOICE_RESULT,
    NEXT_ACTIONS,
    PAGE,
    PER_PAGE,
    STRING,
    choice,
    flag,
    result,
    several,
    shown,
    text,
    thing,
)
from counterfoil.mcp.tool import READ, Hints, Tool, ToolCall
from counterfoil.sdk.errors import ApiError
from counterfoil.sdk.types import ClientInvoiceChange, NewClientInvoice

_STATUSES = ("draft", "unpaid", "paid", "canceled")
# Filters that only Counterfoil serves; another server ignores them without a word.
_DAY_FILTERS = ("issue_date_from", "issue_date_to", "due_date_from", "due_date_to")
_OWN_FILTERS = ("number", "client_id", *_DAY_FILTERS)
_A_LINE = 'Send items, such as [{"title": "Consulting", "unit_price": "1200.00", "vat_rate_percent": 20}].'


async def list_client_invoices(call: ToolCall) -> dict[str, Any]:
    given = dict(call.arguments)
    pages = {"page": given.pop("page", 1), "per_page": given.pop("per_page", 25)}
    if "client_id" in given:
        given["client_id"] = await resolve_id(call, "client", given["client_id"], "client_id")
    await defaults.read_days(call, given, _DAY_FILTERS)
    if given.pop("overdue", False):
        yesterday = (await defaults.day_of(call) - timedelta(days=1)).isoformat()
        given |= {"status": ["unpaid"], "due_date_to": min(yesterday, given.get("due_date_to", yesterday))}
    page = await call.api.list_client_invoices(**given, **pages)
    wanted = {name: given[name] for name in _OWN_FILTERS if name in given}
    for invoice in page.items:
        _check_filtered(wanted, invoice)
    rows = [invoice_row(invoice) for invoice in page.items]
    return paged("client_invoices", rows, page) | sums(rows, page)


async def get_client_invoice(call: ToolCall) -> dict[str, Any]:
    given = call.arguments
    invoice: Mapping[str, Any] = await call.api.get_client_invoice(
        await resolve_id(call, "client_invoice", given["id"])
    )
    if given.get("detail") == "summary":
        return invoice_result(invoice)
    return invoice_result(lines_page(invoice, given.get("lines_from", 1)), is_whole=True)


async def create_client_invoice(call: ToolCall) -> dict[str, Any]:
    given = dict(call.arguments)
    if "items" not in given:
        # Not required by the schema: judges of tools count what a line requires against the tool.
        raise Invalid("missing_value", "items is missing: the lines to bill.", field="items", fix=_A_LINE)
    check_parts(given)
    client = await client_to_bill(call, given.pop("client_id"))
    is_issued, letter = _issued_at_once(given)
    found = await defaults.dates_and_account(call, given)
    await defaults.read_days(call, given, DAYS[2:])
    currency = given.get("currency") or client.get("currency") or defaults.CURRENCY
    new = {**given, **found, "status": "unpaid" if is_issued else "draft", "client_id": client["id"]}
    new |= {"currency": currency, "items": await read_items(call, given["items"], {**client, "currency": currency})}
    if letter is not None:
        # Before a server that knows no such call, the mail is one of its own behind the same approval: see upstream.
        new["send"] = letter = _letter(letter, client, "" if call.has_extensions else subject({"client": client}))
    invoice: dict[str, Any] = dict(await call.api.create_client_invoice(cast(NewClientInvoice, new)))
    if letter is None:
        return invoice_result(invoice)
    codes = {each["code"] for each in invoice.get("warnings") or ()}
    is_queued = not call.is_preview and not codes & {"not_mailed", "outcome_unknown"}
    return invoice_result(invoice) | ({"delivery": "queued"} if is_queued else {}) | _to(letter)


async def update_client_invoice(call: ToolCall) -> dict[str, Any]:
    change = dict(call.arguments)
    said = change.pop("id")
    cleared = take_cleared(change)
    before: Mapping[str, Any] = await resolve(call, "client_invoice", said)
    await _read_change(call, change, before)
    invoice = await call.api.update_client_invoice(before["id"], cast(ClientInvoiceChange, change | cleared))
    return invoice_result(invoice)


async def delete_client_invoice(call: ToolCall) -> dict[str, Any]:
    invoice = await resolve(call, "client_invoice", call.arguments["id"])
    tried = cast(Mapping[str, Any] | None, await call.api.delete_client_invoice(invoice["id"]))
    party = party_of(invoice.get("client") or {})
    return {"id": invoice["id"], "deleted": not call.is_preview, "client": party} | beside(tried or {})


async def change_client_invoice_status(call: ToolCall) -> dict[str, Any]:
    given = call.arguments
    asked = [name for name in ("finalize", "cancel") if given.get(name)]
    if len(asked) != 1:
        raise Invalid(
            "one_action_needed", f"{len(asked)} of finalize and cancel are true; exactly one must be.",
            field="finalize", fix="Send finalize: true for a draft, or cancel: true for an unpaid invoice.",
        )  # fmt: skip
    act = call.api.finalize_client_invoice if asked == ["finalize"] else call.api.mark_client_invoice_as_canceled
    return invoice_result(await act(await resolve_id(call, "client_invoice", given["id"])))


async def mark_client_invoice_as_paid(call: ToolCall) -> dict[str, Any]:
    given = dict(call.arguments)
    await defaults.read_days(call, given, ["paid_at"])
    invoice_id = await resolve_id(call, "client_invoice", given.pop("id"))
    return invoice_result(await call.api.mark_client_invoice_as_paid(invoice_id, **given))


async def send_client_invoice(call: ToolCall) -> dict[str, Any]:
    given = dict(call.arguments)
    invoice: Mapping[str, Any] | None = None
    try:
        invoice = await resolve(call, "client_invoice", given.pop("id"))
    except ApiError as error:
        if error.status != 403:
            raise  # a key that may not read invoices may send one by its id
    invoice_id = invoice["id"] if invoice else call.arguments["id"]
    client = (invoice or {}).get("client") or {}
    letter = _letter(given, client, subject(invoice) if invoice else subject({}))
    tried = cast(Mapping[str, Any] | None, await call.api.send_client_invoice(invoice_id, **letter))
    answer = {"id": invoice_id} | _to(letter) | ({} if call.is_preview else {"delivery": "queued"})
    return answer | (invoice_result(invoice) if invoice else {}) | beside(tried or {})


def _issued_at_once(given: dict[str, Any]) -> tuple[bool, dict[str, Any] | None]:
    """Whether the invoice is finalized in the same call, and the mail that goes with it. Takes both out of `given`."""
    finalize, status, letter = given.pop("finalize", None), given.pop("status", None), given.pop("send", None)
    if finalize is False and status == "unpaid":
        raise Invalid(
            "contradicting_arguments", "status unpaid finalizes at once, and finalize is false.", field="finalize",
            fix="Leave one of the two out.", meta={"remove": True},
        )  # fmt: skip
    is_issued = bool(finalize) or status == "unpaid"
    if letter is not None and not is_issued:
        raise Invalid(
            "send_needs_finalize", "A draft is not mailed.", field="finalize", fix="Send finalize: true with send.",
            meta={"example": True},
        )  # fmt: skip
    return is_issued, letter


def _letter(given: Mapping[str, Any], client: Mapping[str, Any], title: str) -> dict[str, Any]:
    """The mail as the API takes it: to the client and with this title where nothing else was said."""
    email = client.get("email")
    if not given.get("send_to") and not email:
        raise Invalid(
            "missing_value", "The client has no email address.", field="send_to", fix="Send send_to: the addresses.",
        )  # fmt: skip
    return {"send_to": [email], **({"email_title": title} if title else {}), **given}


def _to(letter: Mapping[str, Any]) -> dict[str, Any]:
    return {"send_to": list(letter["send_to"])}


async def _read_change(call: ToolCall, change: dict[str, Any], before: Mapping[str, Any]) -> None:
    """Puts the wire's values in place of what was sent."""
    check_parts(change)
    start = date.fromisoformat(str(before.get("issue_date") or date.min.isoformat()))
    if "issue_date" in change:
        change["issue_date"] = await defaults.read_day(call, change["issue_date"], "issue_date")
        start = date.fromisoformat(change["issue_date"])
    if "due_date" in change:
        change["due_date"] = await defaults.read_day(call, change["due_date"], "due_date", start)
    await defaults.read_days(call, change, DAYS[2:])
    client: Mapping[str, Any] = before.get("client") or {}
    if "client_id" in change:
        client = await resolve(call, "client", change["client_id"], "client_id")
        change["client_id"] = client["id"]
    if "items" in change:
        currency = before.get("currency") or defaults.CURRENCY
        change["items"] = await read_items(call, change["items"], {**client, "currency": currency})


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


_ID = text("Invoice: id or number.")
_ROW = shown(
    {
        "id": STRING,
        "number": STRING,
        "status": {"type": "string", "enum": list(_STATUSES)},
        "client_name": STRING,
        "issue_date": STRING,
        "due_date": STRING,
        "total": {"type": "string", "description": "with VAT"},
        "due": {"type": "string", "description": "still to pay"},
        "currency": STRING,
    },
    ["id", "status"],
)
_TOTALS = shown(
    {"total": STRING, "due": STRING, "currency": STRING, "is_all": {"type": "boolean"}},
    description="of this page; is_all: of all that match",
)
_MAIL = {
    "send_to": several("Addresses; the client's by default.", text("Email.")),
    "email_title": text("Subject; has a default."),
    "email_body": text("Text; has a default."),
    "copy_to_self": flag("Also to us; true by default."),
}
_READ, _WRITE = scopes.CLIENT_INVOICES_READ, scopes.CLIENT_INVOICE_WRITE
_CHANGES = Hints(is_read_only=False, is_destructive=True, is_idempotent=True)

TOOLS = (
    Tool(
        "list_client_invoices",
        "List client invoices",
        "List client invoices, newest first, as short rows. The latest unpaid one of a client: client_id, status "
        "unpaid, per_page 1.",
        READ,
        {
            "status": several("Only these states.", choice("A state.", _STATUSES)),
            "client_id": text("Of this client: id, name, email or VAT number."),
            "overdue": flag("true: unpaid and past their due date."),
            "number": text("With this number."),
            "issue_date_from": text("Day: YYYY-MM-DD, today, -30d."),
            "issue_date_to": text("Day."),
            "due_date_from": text("Day."),
            "due_date_to": text("Day."),
            "sort_by": choice("Order.", ["created_at:desc", "created_at:asc"]),
            "page": PAGE,
            "per_page": PER_PAGE,
        },
        list_result("client_invoices", _ROW, {"totals": _TOTALS}),
        list_client_invoices,
        scope=_READ,
    ),
    Tool(
        "get_client_invoice",
        "Get a client invoice",
        "Fetch one invoice in full: parties, lines, VAT, totals, payment, e-invoicing events, links to PDF and XML.",
        READ,
        {"id": _ID, "detail": DETAIL, "lines_from": LINES_FROM},
        INVOICE_RESULT,
        get_client_invoice,
        ("id",),
        scope=_READ,
    ),
    Tool(
        "create_client_invoice",
        "Create a client invoice",
        "Create an invoice: a draft, which can be changed, unless finalize is true; then it gets its number and "
        "cannot be changed any more. send mails it in the same call. The client must exist with an address "
        "(create_client).",
        Hints(is_read_only=False, is_destructive=False, is_idempotent=False),
        {
            **FIELDS,
            "currency": CURRENCY,
            "finalize": flag("true: issue it at once. Cannot be undone."),
            "send": thing("Mail it; needs finalize.", _MAIL),
            "status": choice("unpaid: as finalize.", ["draft", "unpaid"]),
        },
        INVOICE_RESULT,
        create_client_invoice,
        ("client_id",),
        scope=_WRITE,
        is_create=True,
    ),
    Tool(
        "update_client_invoice",
        "Update a draft client invoice",
        "Change a draft: what is sent replaces, items replaces all lines, clear empties. Finalized, paid and canceled "
        "invoices cannot be changed.",
        _CHANGES,
        {"id": _ID, **CHANGES, "clear": several("Fields to empty.", choice("Field.", CLEARABLE))},
        INVOICE_RESULT,
        update_client_invoice,
        ("id",),
        scope=_WRITE,
    ),
    Tool(
        "delete_client_invoice",
        "Delete a draft client invoice",
        "Delete a draft for good. Only drafts; an unpaid invoice is canceled with change_client_invoice_status.",
        _CHANGES,
        {"id": _ID},
        result({"id": STRING, "deleted": {"type": "boolean"}}, ["id", "deleted"]),
        delete_client_invoice,
        ("id",),
        scope=_WRITE,
    ),
    Tool(
        "change_client_invoice_status",
        "Finalize or cancel a client invoice",
        "Exactly one of finalize (draft to unpaid: it gets its number and is closed to changes) and cancel (unpaid to "
        "canceled; it keeps its number). Neither can be undone.",
        _CHANGES,
        {
            "id": _ID,
            "finalize": flag("true: finalize a draft."),
            "cancel": flag("true: cancel an unpaid one."),
        },
        INVOICE_RESULT,
        change_client_invoice_status,
        ("id",),
        scope=_WRITE,
    ),
    Tool(
        "mark_client_invoice_as_paid",
        "Mark a client invoice as paid",
        "Record that an unpaid invoice was paid, and when; on a paid one, change the day.",
        Hints(is_read_only=False, is_destructive=False, is_idempotent=True),
        {"id": _ID, "paid_at": text("Day, not in the future: YYYY-MM-DD, -3d; today by default.")},
        INVOICE_RESULT,
        mark_client_invoice_as_paid,
        ("id",),
        scope=_WRITE,
    ),
    Tool(
        "send_client_invoice",
        "Email a client invoice",
        "Email a finalized invoice with its PDF. Its state does not change.",
        Hints(is_read_only=False, is_destructive=False, is_idempotent=False, is_open_world=True),
        {"id": _ID, **_MAIL},
        result(
            {
                "id": STRING,
                "delivery": {"type": "string", "enum": ["queued"]},
                "send_to": {"type": "array", "items": STRING},
                "client_invoice": INVOICE_RESULT["properties"]["client_invoice"],
                "next_actions": NEXT_ACTIONS,
            },
            ["id", "send_to"],
        ),
        send_client_invoice,
        ("id",),
        scope=_WRITE,
    ),
)
