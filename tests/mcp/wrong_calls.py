"""Calls as models get them wrong, each made from a right one by one mutation, and what mends them by itself.

`mended` knows nothing of billing: it does to the arguments what the errors say, and no more.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

LINE: Final = {"title": "Consulting June 2026", "unit_price": "1200.00", "vat_rate_percent": 20}
TOTAL: Final = "1440.00"
_BILLS: Final = ("create_client_invoice", "create_quote", "update_client_invoice", "update_quote")
ADDRESS: Final = {"street_address": "4 place du Marché", "city": "Nantes", "zip_code": "44000", "country_code": "FR"}
# A right call of each tool. Words that begin with @ stand for a new thing of that kind, made before the call.
RIGHT: Final[Mapping[str, Mapping[str, Any]]] = {
    "create_client_invoice": {"client_id": "ACME", "items": [LINE], "allow_duplicate": True},
    "update_client_invoice": {"id": "@draft", "items": [LINE]},
    "delete_client_invoice": {"id": "@draft"},
    "change_client_invoice_status": {"id": "@draft", "finalize": True},
    "mark_client_invoice_as_paid": {"id": "@issued", "paid_at": "2026-06-30"},
    "send_client_invoice": {"id": "@issued", "send_to": ["billing@acme.com"]},
    "get_client_invoice": {"id": "@issued"},
    "list_client_invoices": {"client_id": "ACME", "status": ["unpaid"], "per_page": 10},
    "create_credit_note": {"invoice_id": "@issued", "amount": "120.00", "allow_duplicate": True},
    "list_credit_notes": {"client_id": "ACME"},
    "create_quote": {"client_id": "ACME", "items": [LINE], "allow_duplicate": True},
    "update_quote": {"id": "@quote", "items": [LINE]},
    "delete_quote": {"id": "@quote"},
    "send_quote": {"id": "@quote", "send_to": ["ops@acme.com"]},
    "convert_quote_to_invoice": {"id": "@quote"},
    "list_quotes": {"client_id": "ACME", "status": ["pending_approval"], "sent": False},
    "change_supplier_invoice_status": {"id": "@supplier", "mark_as_paid": "2026-06-20"},
    "list_supplier_invoices": {"unpaid_after_days": 60},
    "create_product": {
        "title": "Consulting hour", "type": "service", "unit_price": 150, "vat_rate_percent": 20,
        "allow_duplicate": True,
    },
    "update_product": {"id": "@product", "unit_price": 160},
    "list_products": {"type": "service"},
    "create_client": {
        "kind": "company", "name": "Nouvelle SARL", "email": "a@nouvelle.example", "billing_address": ADDRESS,
        "allow_duplicate": True,
    },
    "update_client": {"id": "@client", "email": "b@client.example"},
    "list_clients": {"name": "ACME"},
    "request_attachment_upload": {"file_name": "scan.pdf", "content_type": "application/pdf"},
    "explain_compliance": {"id": "@draft"},
}  # fmt: skip


@dataclass(frozen=True)
class WrongCall:
    """needs: the fact that only a person knows, without which nothing mends the call; "" for none.

    total: of the document that the mended call makes, with VAT; None where that is not the point. means: what else
    the document then says.
    """

    what: str
    tool: str
    arguments: Mapping[str, Any]
    needs: str = ""
    total: str | None = None
    means: Mapping[str, Any] = field(default_factory=dict)


def _case(
    tool: str,
    what: str,
    *,
    needs: str = "",
    total: str | None = "",
    means: Mapping[str, Any] | None = None,
    line: Mapping[str, Any] | None = None,
    **sent: Any,
) -> WrongCall:
    """The right call with `sent` in it, and `line` in its first line; `...` takes a name out."""
    arguments = copy.deepcopy(dict(RIGHT[tool])) | sent
    if line is not None:
        arguments["items"] = [_without_dots({**LINE, **line})]
    usual = (
        TOTAL if tool in ("create_client_invoice", "create_quote", "update_client_invoice", "update_quote") else None
    )
    return WrongCall(
        f"{tool}: {what}", tool, _without_dots(arguments), needs, usual if total == "" else total, means or {}
    )


def _without_dots(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _without_dots(value) if isinstance(value, dict) else value
        for name, value in values.items()
        if value is not ...
    }


def mended(arguments: Mapping[str, Any], errors: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """The arguments with what each error says done to them; None where none says anything that can be done."""
    after = copy.deepcopy(dict(arguments))
    done = [_apply(after, error) for error in errors]
    return after if any(done) else None


def _apply(arguments: dict[str, Any], error: Mapping[str, Any]) -> bool:
    if error.get("json_patch_target") == "arguments":
        done = [_carried_out(arguments, operation) for operation in error["json_patch"]]
        return any(done)
    path = [part for part in str(error.get("field") or "").split("/") if part]
    if not path:
        return False
    if "rename_to" in error:
        value = _taken(arguments, path)
        return value is not ... and _put(arguments, [*path[:-1], *str(error["rename_to"]).split("/")], value)
    if error.get("remove"):
        return _taken(arguments, path) is not ...
    return "example" in error and _put(arguments, path, error["example"])


def _carried_out(arguments: dict[str, Any], operation: Mapping[str, Any]) -> bool:
    """One operation of a JSON Patch (RFC 6902)."""
    path = [part.replace("~1", "/").replace("~0", "~") for part in str(operation["path"]).split("/")[1:]]
    if operation["op"] == "remove":
        return _taken(arguments, path) is not ...
    return _put(arguments, path, operation["value"])


def _holder(arguments: Any, path: Sequence[str], *, is_made: bool) -> Any:
    """What the last part of the path stands in; None where that is not there."""
    for part in path[:-1]:
        if isinstance(arguments, list):
            if not part.isdecimal() or int(part) >= len(arguments):
                return None
            arguments = arguments[int(part)]
        elif isinstance(arguments, dict):
            if is_made:
                arguments.setdefault(part, {})
            arguments = arguments.get(part)
    return arguments


def _taken(arguments: dict[str, Any], path: Sequence[str]) -> Any:
    holder, last = _holder(arguments, path, is_made=False), path[-1]
    if isinstance(holder, dict) and last in holder:
        return holder.pop(last)
    if isinstance(holder, list) and last.isdecimal() and int(last) < len(holder):
        return holder.pop(int(last))
    return ...


def _put(arguments: dict[str, Any], path: Sequence[str], value: Any) -> bool:
    holder, last = _holder(arguments, path, is_made=True), path[-1]
    if isinstance(holder, dict):
        holder[last] = value
        return True
    if isinstance(holder, list) and last.isdecimal() and int(last) <= len(holder):
        holder[int(last) : int(last) + 1] = [value]
        return True
    return False


LONG: Final = "x" * 2_000


_OTHER_NAMES: Final[tuple[tuple[str, str, tuple[str, ...], Any], ...]] = (
    ("create_client_invoice", "client_id",
     ("client", "customer", "customer_id", "clientId", "client_name", "buyer"), "ACME"),
    ("create_quote", "client_id", ("client", "customer", "customer_id", "clientId", "client_name", "buyer"), "ACME"),
    ("list_client_invoices", "client_id", ("client", "customer", "customer_name"), "ACME"),
    ("create_client_invoice", "items", ("lines", "line_items", "item", "products"), [LINE]),
    ("create_client_invoice", "issue_date", ("invoice_date", "date", "issued_at", "issueDate"), "2026-06-30"),
    ("create_client_invoice", "due_date", ("due", "due_on", "payment_due_date", "duedate"), "+30d"),
    ("mark_client_invoice_as_paid", "paid_at", ("paid_on", "date", "payment_date"), "2026-06-30"),
    ("send_client_invoice", "send_to", ("to", "recipients", "email", "emails"), ["billing@acme.com"]),
    ("create_credit_note", "invoice_id", ("invoice", "invoice_number", "client_invoice_id"), "@issued"),
    ("create_credit_note", "amount", ("total_amount",), "120.00"),
    ("list_client_invoices", "per_page", ("limit", "page_size", "perPage"), 10),
    ("mark_client_invoice_as_paid", "id", ("invoice_id", "number"), "@issued"),
    ("send_client_invoice", "id", ("invoice_id", "number"), "@issued"),
    ("get_client_invoice", "id", ("invoice_id", "number"), "@issued"),
    ("send_quote", "id", ("quote_id", "number"), "@quote"),
)  # fmt: skip
_OTHER_NAMES_IN_LINES: Final[tuple[tuple[str, tuple[str, ...], Any], ...]] = (
    ("unit_price", ("price", "unitPrice", "unit_amount", "amount", "rate"), 1200),
    ("vat_rate_percent", ("vat", "vat_percent", "tax_rate", "tax", "vat_rate_percentage", "vatRate", "tva"), 20),
    ("quantity", ("qty", "count", "quantities"), 1),
    ("title", ("name", "label", "item"), "Consulting June 2026"),
)


def _names() -> Iterator[WrongCall]:
    """Names that no tool has, as other APIs and people call these things."""
    for tool, name, others, value in _OTHER_NAMES:
        for other in others:
            yield _case(tool, f"{other} for {name}", **{name: ..., other: value})
    for name, others, value in _OTHER_NAMES_IN_LINES:
        for other in others:
            yield _case("create_client_invoice", f"{other} in a line", line={name: ..., other: value})
    yield from (
        _case("send_client_invoice", "subject for email_title", subject="Your invoice"),
        _case("send_quote", "message for email_body", message="Please find it attached."),
        _case("create_client_invoice", "to in send", finalize=True, send={"to": ["billing@acme.com"]}),
        _case("list_quotes", "is_sent for sent", sent=..., is_sent=False),
        _case("list_supplier_invoices", "days for unpaid_after_days", unpaid_after_days=..., unpaid_days=60),
        _case("create_client", "address for billing_address", billing_address=..., address=ADDRESS),
        _case("create_client", "type for kind", kind=..., type="company"),
        _case("create_client", "company_name for name", name=..., company_name="Nouvelle SARL"),
        _case("create_client", "vat for vat_number", vat="FR44732829320"),
        _case("create_client", "country in the address", billing_address={**ADDRESS, "country_code": ...,
            "country": "FR"}),
        _case("create_client", "postal_code in the address", billing_address={**ADDRESS, "zip_code": ...,
            "postal_code": "44000"}),
        _case("create_product", "name for title", title=..., name="Consulting hour"),
        _case("create_product", "price for unit_price", unit_price=..., price=150),
        _case("create_client_invoice", "what no tool has", colour="blue"),
        _case("create_client_invoice", "what no tool has, in a line", line={"colour": "blue"}),
    )  # fmt: skip


def _types() -> Iterator[WrongCall]:
    """JSON of another type than the one that is wanted."""
    yield from (
        _case("create_client_invoice", "one line without a list", items=dict(LINE)),
        _case("create_client_invoice", "finalize as text", finalize="true"),
        _case("create_client_invoice", "preview as text", preview="false"),
        _case("create_client_invoice", "number as a number", number=2026042),
        _case("create_client_invoice", "purchase_order as a number", purchase_order=4711),
        _case("create_client_invoice", "title as a number", line={"title": 2026}),
        _case("create_client_invoice", "quantity as a list", line={"quantity": ["1"]}),
        _case("create_client_invoice", "price as a list", line={"unit_price": ["1200.00"]}),
        _case("create_client_invoice", "IBAN alone", payment_methods="FR7630006000011234567890189"),
        _case("create_client_invoice", "send_to as text", finalize=True, send={"send_to": "billing@acme.com"}),
        _case("create_client_invoice", "send as an address", finalize=True, send="billing@acme.com"),
        _case("create_client_invoice", "send true", finalize=True, send=True),
        _case("update_client_invoice", "clear as text", items=..., clear="footer", total=None),
        _case("change_client_invoice_status", "finalize as text", finalize="yes"),
        _case("change_client_invoice_status", "finalize as a number", finalize=1),
        _case("send_client_invoice", "send_to as text", send_to="billing@acme.com"),
        _case("send_client_invoice", "send_to as text with two", send_to="billing@acme.com, ops@acme.com"),
        _case("send_client_invoice", "send_to as objects", send_to=[{"email": "billing@acme.com"}]),
        _case("send_client_invoice", "copy_to_self as text", copy_to_self="no"),
        _case("list_client_invoices", "status as text", status="unpaid"),
        _case("list_client_invoices", "status as text with two", status="unpaid,paid"),
        _case("list_client_invoices", "per_page as text", per_page="10"),
        _case("list_client_invoices", "page as a fraction", page=1.0),
        _case("list_client_invoices", "overdue as text", overdue="true"),
        _case("list_quotes", "sent as text", sent="false"),
        _case("list_supplier_invoices", "days as text", unpaid_after_days="60"),
        _case("list_supplier_invoices", "days in words", unpaid_after_days="60 days"),
        _case("change_supplier_invoice_status", "mark_as_paid true", mark_as_paid=True),
        _case("change_supplier_invoice_status", "unmark_as_paid as text", id="@paid_supplier", mark_as_paid=...,
            unmark_as_paid="true"),
        _case("create_credit_note", "amount as an object", amount={"value": "120.00", "currency": "EUR"}),
        _case("create_product", "price as an object", unit_price={"value": "150.00", "currency": "EUR"}),
        _case("create_client", "address as text", billing_address="4 place du Marché, 44000 Nantes",
            needs="its parts" ),
        _case("create_client", "zip_code as a number", billing_address={**ADDRESS, "zip_code": 44000}),
        _case("create_client", "tax number as a number", tax_identification_number=732829320),
        _case("create_client", "phone as text", phone="+33 612345678"),
        _case("update_client", "extra_emails as text", extra_emails="c@client.example"),
        _case("get_client_invoice", "lines_from as text", lines_from="1"),
    )  # fmt: skip


def _money() -> Iterator[WrongCall]:
    """Percent and fractions, prices as people write them."""
    for tool in _BILLS:
        yield _case(tool, "0.2 percent", line={"vat_rate_percent": 0.2})
        yield _case(tool, "20 as a fraction", line={"vat_rate_percent": ..., "vat_rate": "20"})
        yield _case(tool, "a number as a fraction", line={"vat_rate_percent": ..., "vat_rate": 0.2})
        yield _case(tool, "a price with a comma for thousands", line={"unit_price": "1,200"})
    for written in ("1.200,00", "€1,200.00", "1 200,00 €", "1200 EUR", "1200,00", "1'200.00", "EUR 1200", "1,200"):
        yield _case("create_client_invoice", f"price {written}", line={"unit_price": written})
    yield from (
        _case("create_client_invoice", "price 12,50", line={"unit_price": "12,50"}, total="15.00"),
        _case("create_client_invoice", "price in cents as a float", line={"unit_price": 1200.0000001}),
        _case("create_client_invoice", "20 as a number in vat_rate", line={"vat_rate_percent": ..., "vat_rate": 20}),
        _case("create_client_invoice", "two rates that differ", line={"vat_rate_percent": 20, "vat_rate": "0.1"}),
        _case("create_client_invoice", "2000 percent", line={"vat_rate_percent": 2000}),
        _case("create_client_invoice", "percent in words", line={"vat_rate_percent": "twenty"}),
        _case("create_client_invoice", "normal as a rate", line={"vat_rate_percent": "standard"}),
        _case("create_client_invoice", "25 % in France", line={"vat_rate_percent": 25}),
        _case("create_client_invoice", "19 % in France", line={"vat_rate_percent": "19%"}),
        _case("create_client_invoice", "no rate", line={"vat_rate_percent": ...}),
        _case("create_client_invoice", "quantity with a comma", line={"quantity": "1,0"}),
        _case("create_client_invoice", "quantity with its unit", line={"quantity": "1 day"}),
        _case("create_client_invoice", "no reason for 0 %", line={"vat_rate_percent": 0}, needs="why no VAT",
            total="1200.00" ),
        _case("create_client_invoice", "no price", line={"unit_price": ...}, needs="the price"),
        _case("create_client_invoice", "discount over all of it", discount={"type": "percentage", "value": "10"},
            total="1296.00"),
        _case("create_client_invoice", "discount as a percent", discount={"type": "percentage", "value": "10%"},
            total="1296.00"),
        _case("create_client_invoice", "discount as a number", discount={"type": "percentage", "value": 10},
            total="1296.00" ),
        _case("create_client_invoice", "discount of a line", line={"discount": {"type": "percentage",
            "value": "150"}}, needs="how much less"),
        _case("create_client_invoice", "discount type percent", discount={"type": "percent", "value": "0.1"},
            total="1296.00" ),
        _case("create_client_invoice", "currency in small letters", currency="eur"),
        _case("create_client_invoice", "currency sign", currency="€"),
        _case("create_client_invoice", "currency's name", currency="Euro"),
        _case("create_client_invoice", "dollars", currency="USD", needs="whether euros will do"),
    )  # fmt: skip


def _money_elsewhere() -> Iterator[WrongCall]:
    """The same in the catalog and in credit notes."""
    yield from (
        _case("create_product", "0.2 percent", vat_rate_percent=0.2, means={"vat_rate": "0.2"}),
        _case("create_product", "20 as a fraction", vat_rate_percent=..., vat_rate="20", means={"vat_rate": "0.2"}),
        _case("create_product", "price with its sign", unit_price="150 €",
            means={"unit_price": {"value": "150", "currency": "EUR"}}),
        _case("create_product", "price with a comma", unit_price="1,500",
            means={"unit_price": {"value": "1500.00", "currency": "EUR"}}),
        _case("create_product", "no rate", vat_rate_percent=...),
        _case("create_product", "25 % in France", vat_rate_percent=25),
        _case("create_product", "no price", unit_price=..., needs="the price"),
        _case("update_product", "price with its sign", unit_price="€160",
            means={"unit_price": {"value": "160", "currency": "EUR"}}),
        _case("update_product", "20 as a fraction", unit_price=..., vat_rate="20"),
        _case("create_credit_note", "amount with its sign", amount="€120"),
        _case("create_credit_note", "amount with a comma", amount="120,00"),
        _case("create_credit_note", "amount below zero", amount=-120),
        _case("create_credit_note", "amount zero", amount=0, needs="how much"),
        _case("create_credit_note", "over the invoice", amount="2000.00", needs="how much"),
        _case("create_credit_note", "amount and items", items=[LINE], needs="which of the two"),
        _case("create_credit_note", "neither amount nor items", amount=..., needs="how much"),
    )  # fmt: skip


def _days() -> Iterator[WrongCall]:
    # It is 1 July 2026 there.
    june = ("30/06/2026", "30.06.2026", "2026/06/30", "June 30, 2026", "20260630", "2026-6-30", "2026-06-30T00:00:00Z")
    for written in june:
        means = {"due_date": "2026-06-30"}
        yield _case("create_client_invoice", f"due {written}", issue_date="2026-01-31", due_date=written, means=means)
    for written, day in (("2026-06-31", "2026-06-30"), ("tomorrow", "2026-07-02"), ("in 2 weeks", "2026-02-14")):
        means = {"due_date": day}
        yield _case("create_client_invoice", f"due {written}", issue_date="2026-01-31", due_date=written, means=means)
    yield from (
        _case("create_client_invoice", "due in 30 days", due_date="30 days", means={"due_date": "2026-07-31"}),
        _case("create_client_invoice", "a distance as a number", due_date=30, means={"due_date": "2026-07-31"}),
        _case("create_client_invoice", "service from", performance_start_date="01/06/2026",
            performance_end_date="30/06/2026" ),
        _case("create_client_invoice", "service that ends before", performance_start_date="2026-06-30",
            performance_end_date="2026-06-01", needs="which days"),
        _case("create_client_invoice", "due next friday", due_date="next friday", means={"due_date": "2026-07-03"}),
        _case("update_client_invoice", "issue_date yesterday", issue_date="yesterday"),
        _case("mark_client_invoice_as_paid", "in the future", paid_at="2026-12-31"),
        _case("mark_client_invoice_as_paid", "tomorrow", paid_at="tomorrow", means={"status": "paid"}),
        _case("mark_client_invoice_as_paid", "day first", paid_at="30/06/2026", means={"status": "paid"}),
        _case("create_quote", "expiry day first", expiry_date="31/07/2026"),
        _case("create_quote", "expiry before issue", issue_date="2026-06-30", expiry_date="2026-06-01",
            means={"expiry_date": "2026-07-30"}),
        _case("update_quote", "expiry in a month", items=..., expiry_date="in 30 days", total=None),
        _case("convert_quote_to_invoice", "due day first", due_date="31/07/2026"),
        _case("create_credit_note", "day that is none", issue_date="2026-06-31"),
        _case("change_supplier_invoice_status", "paid in the future", mark_as_paid="2026-12-31"),
        _case("change_supplier_invoice_status", "paid yesterday", mark_as_paid="yesterday"),
        _case("list_client_invoices", "from day first", issue_date_from="01/06/2026"),
        _case("list_client_invoices", "a day that is none", due_date_to="2026-02-30"),
        _case("list_credit_notes", "from last month", issue_date_from="last month"),
        _case("list_supplier_invoices", "due day first", due_date_from="01/06/2026"),
    )  # fmt: skip


def _choices() -> Iterator[WrongCall]:
    """Words beside those of a list, sizes out of bounds, one of two."""
    for written in ("payed", "un-paid", "Draft", "UNPAID", "cancelled", "open", "overdue"):
        yield _case("list_client_invoices", f"status {written}", status=[written])
    yield from (
        _case("create_client_invoice", "status Draft", status="Draft"),
        _case("create_client_invoice", "status finalized", status="finalized", means={"status": "unpaid"}),
        _case("list_quotes", "status pending", status=["pending"]),
        _case("list_quotes", "status accepted", status=["accepted"]),
        _case("list_supplier_invoices", "status topay", status=["topay"]),
        _case("create_product", "type Service", type="Service"),
        _case("create_product", "type services", type="services"),
        _case("list_products", "type goods", type="goods"),
        _case("create_client", "kind Company", kind="Company"),
        _case("create_client", "kind person", kind="person", needs="whose kind", name="Eve"),
        _case("create_client", "country's name", billing_address={**ADDRESS, "country_code": "France"}),
        _case("create_client", "country's three letters", billing_address={**ADDRESS, "country_code": "FRA"}),
        _case("create_client", "locale French", locale="French"),
        _case("get_client_invoice", "detail whole", detail="Full"),
        _case("request_attachment_upload", "type pdf", content_type="pdf"),
        _case("request_attachment_upload", "type of a picture", file_name="a.jpg", content_type="image/jpg"),
        _case("list_client_invoices", "per_page 1000", per_page=1000),
        _case("list_client_invoices", "per_page 0", per_page=0),
        _case("list_client_invoices", "page 0", page=0),
        _case("list_clients", "per_page 500", per_page=500),
        _case("list_client_invoices", "sort by number", sort_by="number", needs="which order"),
        _case("list_client_invoices", "sort_by newest", sort_by="created_at"),
        _case("list_supplier_invoices", "days below zero", unpaid_after_days=-1),
        _case("change_client_invoice_status", "both", cancel=True, needs="which of the two"),
        _case("change_client_invoice_status", "none", finalize=..., needs="which of the two"),
        _case("change_client_invoice_status", "none, of an unpaid one", id="@issued", finalize=...,
            needs="whether to cancel" ),
        _case("change_supplier_invoice_status", "two acts", unmark_as_paid=True, needs="which of the two"),
        _case("change_supplier_invoice_status", "none", mark_as_paid=..., needs="which act"),
        _case("create_client_invoice", "send without finalize", send={"send_to": ["billing@acme.com"]}),
        _case("create_client_invoice", "unpaid and not finalized", status="unpaid", finalize=False),
        _case("update_client_invoice", "set and cleared", items=..., footer="Merci", clear=["footer"], total=None),
        _case("update_client_invoice", "nothing", items=..., total=None, needs="what to change"),
    )  # fmt: skip


def _things() -> Iterator[WrongCall]:
    """Who and what is meant, what a state forbids, what is taken."""
    for tool in ("create_client_invoice", "create_quote"):
        yield _case(tool, "one of two clients", client_id="Twin", needs="which of the two")
        yield _case(tool, "a client that nobody knows", client_id="Nobody & Sons", needs="who that is")
        yield _case(tool, "a client almost by name", client_id="Zenit Conseil", needs="whether that one is meant")
        yield _case(tool, "no client", client_id=..., needs="who is billed")
        yield _case(tool, "no lines", items=..., needs="what is billed")
        yield _case(tool, "an empty list of lines", items=[], needs="what is billed")
        yield _case(tool, "an empty line", items=[{}], needs="what is billed")
    yield from (
        _case("create_client_invoice", "no title", line={"title": ...}, needs="what is billed"),
        _case("create_client_invoice", "an empty title", line={"title": ""}, needs="what is billed"),
        _case("create_client_invoice", "a title that is too long", line={"title": LONG}),
        _case("create_client_invoice", "a header that is too long", header=LONG),
        _case("create_client_invoice", "terms that are too long", terms_and_conditions=LONG),
        _case("create_client_invoice", "a unit that is too long", line={"unit": "x" * 60}),
        _case("create_client_invoice", "a number that is taken", number="TAKEN-1", needs="which number"),
        _case("create_client_invoice", "an IBAN of others", payment_methods={"iban": "DE89370400440532013000"}),
        _case("create_client_invoice", "an IBAN with a wrong digit",
            payment_methods={"iban": "FR7630006000011234567890188"}),
        _case("create_client_invoice", "a product almost by title", items=[{"product_id": "Consultng day"}],
            total=None, needs="whether that one is meant"),
        _case("create_client_invoice", "a product that nobody knows", items=[{"product_id": "Unicorn"}], total=None,
            needs="which product"),
        _case("create_client_invoice", "a reason that is none", line={"vat_rate_percent": 0,
            "vat_exemption_reason": "export"}, needs="why no VAT", total=None),
        _case("create_client_invoice", "no address to mail to", client_id="Silent SARL", finalize=True, send={},
            needs="which email"),
    )  # fmt: skip
    for written in ("billing", "billing@", "billing at acme.com", "ACME <billing@acme.com>"):
        needs = "" if "<" in written else "which email"
        yield _case("send_client_invoice", f"to {written}", send_to=[written], needs=needs)
    yield from (
        _case("send_client_invoice", "an address twice", send_to=["a@acme.com", "a@acme.com"]),
        _case("send_client_invoice", "no addresses", send_to=[]),
        _case("send_client_invoice", "a draft", id="@draft", needs="whether to issue it"),
        _case("send_client_invoice", "a line break in the subject", email_title="Invoice\nBcc: x@y.example"),
        _case("send_client_invoice", "a number that is not there", id="F-1999-001", needs="which invoice"),
        _case("send_quote", "no @", send_to=["ops acme.com"], needs="which email"),
        _case("delete_client_invoice", "an unpaid one", id="@issued", needs="whether to cancel it"),
        _case("change_client_invoice_status", "cancel a draft", finalize=..., cancel=True,
            needs="whether to delete it" ),
        _case("change_client_invoice_status", "finalize an unpaid one", id="@issued", needs="what is wanted"),
        _case("mark_client_invoice_as_paid", "a draft", id="@draft", needs="whether to issue it"),
        _case("update_client_invoice", "an unpaid one", id="@issued", needs="whether to credit it"),
        _case("create_credit_note", "of a draft", invoice_id="@draft", needs="whether to issue it"),
        _case("create_credit_note", "of no invoice", invoice_id=..., needs="which invoice"),
        _case("create_credit_note", "a reason that is too long", reason=LONG),
        _case("convert_quote_to_invoice", "one that is not there", id="D-1999-001", needs="which quote"),
    )  # fmt: skip


def _masters() -> Iterator[WrongCall]:
    """Clients, products and what comes from suppliers."""
    yield from (
        _case("create_client", "a company without a name", name=..., needs="its name"),
        _case("create_client", "a person without names", kind="individual", name=..., needs="the names"),
        _case("create_client", "an email without @", email="a.nouvelle.example", needs="the email"),
        _case("create_client", "an email in brackets", email="Eve <a@nouvelle.example>"),
        _case("create_client", "a name that is too long", name=LONG),
        _case("create_client", "no kind", kind=...),
        _case("update_client", "nothing", email=..., needs="what to change"),
        _case("update_client", "one of two", id="Twin", needs="which of the two"),
        _case("create_product", "a title that is too long", title=LONG),
        _case("create_product", "no type", type=..., needs="good or service"),
        _case("update_product", "nothing", unit_price=..., needs="what to change"),
        _case("change_supplier_invoice_status", "one that is not there", id="INV-NONE", needs="which invoice"),
        _case("change_supplier_invoice_status", "rejected without a word", mark_as_paid=..., reject="",
            needs="the reason" ),
        _case("list_clients", "a name of one letter", name="A", needs="more of the name"),
        _case("explain_compliance", "kind invoice", kind="invoice"),
    )  # fmt: skip


CORPUS: Final[tuple[WrongCall, ...]] = (
    *_names(), *_types(), *_money(), *_money_elsewhere(), *_days(), *_choices(),
    *_things(), *_masters(),
)  # fmt: skip
