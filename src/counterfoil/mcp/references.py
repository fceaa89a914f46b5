"""What people call things: where an id is asked for, a document number, a unique name, email or VAT number does.

The server's own filters find it; nothing is paged through, except numbers on a server that cannot filter by them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final

from counterfoil.errors import Invalid
from counterfoil.mcp.provenance import one_line
from counterfoil.mcp.results import client_name
from counterfoil.mcp.schemas import UUID
from counterfoil.mcp.tool import ToolCall
from counterfoil.sdk.errors import ApiError

CANDIDATES_MAX: Final = 5
PAGES_MAX: Final = 5  # of 100, on a server that cannot filter by number
_CANDIDATE_BYTES_MAX: Final = 120
PROFORMA: Final = "-PROFORMA"
_ID: Final = re.compile(UUID, re.ASCII)
_VAT_NUMBER: Final = re.compile(r"[A-Za-z]{2}[0-9A-Za-z]{6,13}", re.ASCII)
_TAX_NUMBER: Final = re.compile(r"[0-9A-Za-z/ .-]{8,20}", re.ASCII)
_WORDS: Final = {
    "client": "client", "client_invoice": "client invoice", "quote": "quote", "credit_note": "credit note",
    "supplier_invoice": "supplier invoice", "product": "product",
}  # fmt: skip


async def resolve(call: ToolCall, kind: str, text: str, field: str = "id") -> dict[str, Any]:
    """The thing that `text` names, as the API answers it.

    kind: client, client_invoice, quote, credit_note, supplier_invoice or product. field: the argument that holds
    `text`, for errors. Raises Invalid: not_found, with near ones where there are such; ambiguous_reference, with up to
    five candidates.
    """
    wanted = text.strip()
    if _ID.fullmatch(wanted):
        return await _by_id(call, kind, wanted, field)
    if not wanted:
        raise _missing(kind, text, field, [])
    if kind == "client":
        found = await _clients(call, wanted)
    elif kind == "product":
        found = await _products(call, wanted)
    else:
        found = await _numbered(call, kind, wanted)
    if len(found) > 1:
        raise _ambiguous(kind, wanted, field, found)
    if not found:
        looked = "" if call.has_extensions or kind in ("client", "product") else f" among the newest {PAGES_MAX * 100}"
        raise _missing(kind, wanted, field, await _near(call, kind, wanted), looked)
    return found[0]


async def resolve_id(call: ToolCall, kind: str, text: str, field: str = "id") -> str:
    """The id of the thing that `text` names; an id is taken as it is, so that it costs no question."""
    wanted = text.strip()
    return wanted if _ID.fullmatch(wanted) else str((await resolve(call, kind, wanted, field))["id"])


async def client_to_bill(call: ToolCall, text: str, field: str = "client_id") -> dict[str, Any]:
    """The client that `text` names; of an id its id alone, where clients may not be read."""
    try:
        return await resolve(call, "client", text, field)
    except ApiError as error:
        if error.status != 403 or not _ID.fullmatch(text.strip()):
            raise
        return {"id": text.strip()}


def candidate(kind: str, thing: Mapping[str, Any]) -> dict[str, Any]:
    """What tells one candidate from another."""
    client = thing.get("client") or {}
    total = thing.get("total_amount") or {}
    shown = {
        "id": thing.get("id"),
        "number": thing.get("number") or thing.get("invoice_number"),
        "name": client_name(thing) if kind == "client" else thing.get("title"),
        "email": thing.get("email") if kind == "client" else None,
        "vat_number": thing.get("vat_number") if kind == "client" else None,
        "client": client_name(client) if client else None,
        "supplier": thing.get("supplier_name"),
        "status": thing.get("status"),
        "issue_date": thing.get("issue_date"),
        "total": f"{total['value']} {total.get('currency', '')}".strip() if total.get("value") else None,
    }
    return {name: one_line(value, _CANDIDATE_BYTES_MAX) for name, value in shown.items() if value}


async def _by_id(call: ToolCall, kind: str, wanted: str, field: str) -> dict[str, Any]:
    try:
        found: Mapping[str, Any] = await getattr(call.api, f"get_{kind}")(wanted)
    except ApiError as error:
        if error.status != 404:
            raise
        raise _missing(kind, wanted, field, []) from None
    return dict(found)


async def _clients(call: ToolCall, wanted: str) -> list[dict[str, Any]]:
    """By email or number exactly; by name exactly, else by a part of it."""
    questions: list[dict[str, Any]] = []
    compact = wanted.replace(" ", "")
    if "@" in wanted:
        questions.append({"email": wanted})
    elif any(letter.isdigit() for letter in compact):
        if _VAT_NUMBER.fullmatch(compact):
            questions.append({"vat_number": compact})
        if _TAX_NUMBER.fullmatch(wanted):
            questions.append({"tax_identification_number": compact})
    if len(wanted) >= 2 and "@" not in wanted:
        questions.append({"name": wanted})
    for question in questions:
        page: Any = await call.api.list_clients(**question, per_page=100)
        found = [dict(client) for client in page.items]
        if "name" in question:
            exact = [client for client in found if folded(client_name(client)) == folded(wanted)]
            return exact or found
        if found:
            return found
    return []


async def _products(call: ToolCall, wanted: str) -> list[dict[str, Any]]:
    page: Any = await call.api.list_products(title=wanted, per_page=100)
    found = [dict(product) for product in page.items]
    if not call.has_extensions:  # it answered whatever it has
        found = [product for product in found if folded(wanted) in folded(product.get("title") or "")]
    exact = [product for product in found if folded(product.get("title") or "") == folded(wanted)]
    return exact or found


async def _numbered(call: ToolCall, kind: str, wanted: str) -> list[dict[str, Any]]:
    """Documents with this number, in whatever case it was written."""
    is_invoice = kind == "client_invoice"
    if is_invoice and wanted.upper().endswith(PROFORMA):
        page: Any = await call.api.list_client_invoices(status=["draft"], per_page=100)
        return [dict(item) for item in page.items if _number(item).upper() == wanted.upper()]
    if not call.has_extensions:
        return await _looked_through(call, kind, wanted)
    for number in dict.fromkeys((wanted, wanted.upper())):
        page = await _listed(call, kind, number)
        found = [dict(item) for item in page.items if _number(item).upper() == wanted.upper()]
        if found:
            return found
    return []


async def _listed(call: ToolCall, kind: str, number: str) -> Any:
    if kind == "client_invoice":
        return await call.api.list_client_invoices(number=number, exclude_imported=False, per_page=10)
    if kind == "supplier_invoice":
        return await call.api.list_supplier_invoices(query=number, query_fields=["invoice_number"], per_page=100)
    return await getattr(call.api, f"list_{kind}s")(number=number, per_page=10)


async def _looked_through(call: ToolCall, kind: str, wanted: str) -> list[dict[str, Any]]:
    for number in range(1, PAGES_MAX + 1):
        page: Any = await getattr(call.api, f"list_{kind}s")(page=number, per_page=100)
        found = [dict(item) for item in page.items if _number(item).upper() == wanted.upper()]
        if found or not page.has_more:
            return found
    return []


async def _near(call: ToolCall, kind: str, wanted: str) -> list[dict[str, Any]]:
    """Things whose name or number is close, among the first or newest hundred."""
    try:
        page: Any = await getattr(call.api, f"list_{kind}s")(per_page=100)
    except ApiError:
        return []
    named: dict[str, dict[str, Any]] = {}
    for item in page.items:
        name = _number(item)
        if kind == "client":
            name = client_name(item)
        elif kind == "product":
            name = item.get("title") or ""
        if name:
            named.setdefault(folded(name), dict(item))
    return [named[name] for name in get_close_matches(folded(wanted), named, n=CANDIDATES_MAX, cutoff=0.6)]


def _number(thing: Mapping[str, Any]) -> str:
    return str(thing.get("number") or thing.get("invoice_number") or "")


def folded(name: str) -> str:
    """Without case, accents and double spaces."""
    parts = unicodedata.normalize("NFKD", name.casefold())
    return " ".join("".join(part for part in parts if not unicodedata.combining(part)).split())


def _ambiguous(kind: str, wanted: str, field: str, found: Sequence[Mapping[str, Any]]) -> Invalid:
    shown = [candidate(kind, thing) for thing in found[:CANDIDATES_MAX]]
    more = "" if len(found) <= CANDIDATES_MAX else f", of which {CANDIDATES_MAX} are shown"
    return Invalid(
        "ambiguous_reference", f"{len(found)} {_WORDS[kind]}s are called {wanted[:80]}{more}.", field=field,
        fix="Send the id of the one that is meant; ask your user where the candidates do not tell.",
        meta={"candidates": shown, "value": wanted[:80]},
    )  # fmt: skip


def _missing(kind: str, wanted: str, field: str, near: Sequence[Mapping[str, Any]], looked: str = "") -> Invalid:
    listing = f"list_{kind}s"
    fix = f"Call {listing} to find it"
    fix += ", or create_client to add it." if kind == "client" else ", or create_product." if kind == "product" else "."
    if near:
        fix = f"Did you mean one of the candidates? Send its id. Otherwise call {listing}."
    meta: dict[str, object] = {"value": wanted[:80]}
    if near:
        meta["candidates"] = [candidate(kind, thing) for thing in near]
    return Invalid(
        "not_found", f"There is no {_WORDS[kind]} {wanted[:80]}{looked or ' here'}.", field=field, fix=fix, meta=meta
    )
