"""Supplier invoices as the wire says them: what a file that came in is, what is known of it, and what may be done."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final, Literal
from uuid import NAMESPACE_URL, uuid5

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from counterfoil.domain import party
from counterfoil.domain.client_invoice import Day, LifecycleEvent
from counterfoil.domain.money import ZERO, CurrencyCode, Money, text
from counterfoil.domain.supplier_invoice_lifecycle import MOVES, SETTLED, SupplierInvoiceStatus
from counterfoil.domain.supplier_parts import Discrepancy, ReadingNote, SupplierInvoiceBuyer, SupplierItem
from counterfoil.domain.texts import Line40, Line120, Line250, Text1000, Text1800
from counterfoil.errors import Fault, Invalid

SOURCES: Final = (
    "email_forward", "e_invoicing", "supplier_invoices", "pay_by_invoice", "integration", "regate", "generic_upload",
    "pay_later",
)  # fmt: skip
# What an upload may say, and what the document then says: the two lists of the API differ.
UPLOAD_SOURCES: Final[Mapping[str, str]] = {
    "pay_by_invoice": "pay_by_invoice", "supplier_invoices": "supplier_invoices", "integration": "integration",
    "transaction_attachment": "generic_upload", "generic_upload": "generic_upload",
}  # fmt: skip
AttachmentCategory = Literal[
    "INVOICE", "EXPENSE_RECEIPT", "CARD_RECEIPT", "CREDIT_CARD_RECEIPT", "CREDIT_NOTE", "OTHER_FINANCIAL_DOCUMENT",
    "OTHER_NON_FINANCIAL_DOCUMENT", "UNKNOWN",
]  # fmt: skip
Movable = Literal["to_review", "to_approve", "to_pay", "awaiting_payment", "archived", "discarded"]
PayReason = Literal["is_credit_note", "missing_iban", "missing_data", "invalid_status", "incorrect_approval_workflow"]
ReasonCode = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{0,39}$")]
# Article 289 bis CGI: a refusal (status 210) that goes through the platforms names its reason.
REASON_CODE_SINCE: Final = date(2026, 9, 1)
REASON_CODE_SOURCE: Final = "DGFiP, external specifications of B2B e-invoicing v3.2, status 210"

_AMOUNTS: Final = (
    "total_amount", "total_amount_excluding_taxes", "total_tax_amount", "payable_amount", "total_amount_credit_notes",
)  # fmt: skip
# Notes on a file that whoever pays should read each time.
_TO_LOOK_AT: Final = ("other_buyer", "several_ibans", "split_payment", "withholding")
_NEEDED: Final = ("supplier_name", "invoice_number", "issue_date", "payable_amount")


class Amount(BaseModel):
    """An amount as somebody reads it off a document: `value` has at most two decimals."""

    model_config = ConfigDict(frozen=True)

    value: Annotated[str, StringConstraints(pattern=r"^-?[0-9]{1,12}(\.[0-9]{1,2})?$")]
    currency: CurrencyCode


class NewTax(BaseModel):
    """One rate's tax. tax_rate: a fraction, "0.2" is 20 %."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    tax_rate: Annotated[str, StringConstraints(pattern=r"^(0(\.[0-9]{1,6})?|1(\.0{1,6})?)$")]
    tax_amount: Amount


class SupplierInvoiceChange(BaseModel):
    """What is known of the document: absent keeps, null clears, `taxes` replaces whole (ours)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    status: Movable | None = Field(None, description="paid and rejected have calls of their own")
    invoice_number: Line120 | None = None
    supplier_name: Line250 | None = None
    issuer_name: Line250 | None = None
    vat_number: Line40 | None = None
    tin: Line40 | None = None
    description: Text1800 | None = None
    issue_date: Day | None = None
    due_date: Day | None = None
    total_amount: Amount | None = Field(None, description="with taxes")
    total_amount_excluding_taxes: Amount | None = None
    total_tax_amount: Amount | None = None
    payable_amount: Amount | None = Field(None, description="follows total_amount until it is set")
    total_amount_credit_notes: Amount | None = None
    taxes: Annotated[list[NewTax], Field(max_length=50)] | None = None
    iban: Annotated[str, StringConstraints(max_length=42)] | None = None
    attachment_category: AttachmentCategory | None = None
    is_credit_note: bool | None = None


class JsonSupplierInvoice(SupplierInvoiceChange):
    """One entry of the bulk call's JSON form: an attachment, and perhaps what is known of it (ours)."""

    attachment_id: Annotated[str, StringConstraints(max_length=36)] | None = None
    idempotency_key: Annotated[Line250, StringConstraints(min_length=1)] | None = None


class Rejection(BaseModel):
    """Why it is rejected. declined_reason_code: needed for French e-invoices, one of AFNOR's such as DOUBLON."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    declined_note: Text1000 | None = None
    declined_reason_code: ReasonCode | None = None
    reason: Text1000 | None = Field(None, description="read as declined_note, as some programs send it")


class Payment(BaseModel):
    """When it was paid: a day, not in the future; today when left out."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    payment_date: Day | None = None


class Tax(BaseModel):
    """One rate's tax."""

    model_config = ConfigDict(frozen=True)

    tax_rate: str
    tax_amount: Money


class MatchedTransaction(BaseModel):
    """A bank transaction that paid it."""

    model_config = ConfigDict(frozen=True)

    subject_id: str
    subject_type: str
    transaction_id: str


class SuggestedTransaction(BaseModel):
    """A bank transaction that may have paid it."""

    model_config = ConfigDict(frozen=True)

    id: str
    score: str


class RequestTransfer(BaseModel):
    """A transfer that somebody asked for."""

    model_config = ConfigDict(frozen=True)

    id: str
    initiator_id: str


class SupplierSnapshot(BaseModel):
    """The supplier as this document names it."""

    model_config = ConfigDict(frozen=True)

    name: str
    vat_number: str | None
    tin: str | None
    iban: str | None


class Reasons(BaseModel):
    """Why an action is not available."""

    model_config = ConfigDict(frozen=True)

    pay: list[PayReason] = []
    delete: list[Literal["invalid_status", "linked_self_invoice", "is_recorded"]] = []


class AvailableActions(BaseModel):
    """What may be done now. pay: all is known that a payment needs; archive, unarchive: PATCH status (ours)."""

    model_config = ConfigDict(frozen=True)

    delete: bool = False
    archive: bool = False
    unarchive: bool = False
    pay: bool = False
    reasons: Reasons = Reasons()


class ApprovalWorkflow(BaseModel):
    """Who approves; empty as long as nobody has to."""

    model_config = ConfigDict(frozen=True)

    approver_ids: list[str] = []
    supplier_invoice_request_id: str | None = None
    verified_by: str | None = None
    last_approved_by: str | None = None


class SupplierInvoiceMeta(BaseModel):
    """Where it came from, as the upload's `meta` said."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    integration_type: Line120 | None = None
    connector: Line120 | None = None
    accounting_recorded_at: str | None = None
    accounting_recorded_source: str | None = None


class StoredSupplierInvoice(BaseModel):
    """The document as stored: all of the answer but what other documents say of it."""

    model_config = ConfigDict(frozen=True)

    id: str
    organization_id: str
    status: SupplierInvoiceStatus
    source_type: Literal["email", "e_invoicing", "direct_upload"] = "direct_upload"
    source: str
    attachment_id: str
    display_attachment_id: str
    file_name: str
    created_at: str
    updated_at: str
    analyzed_at: str | None = None
    declined_note: str | None = None
    declined_reason_code: str | None = Field(None, description="(ours)")
    is_einvoice: bool = False
    e_invoice_type: str | None = Field(
        None, description="zugferd (a PDF with XML), xrechnung; ours: cii, ubl, fatturapa"
    )
    has_discrepancies: bool = Field(False, description="the amounts do not add up")
    discrepancies: list[Discrepancy] = Field([], description="what of the file's sums does not fit (ours)")
    reading_notes: list[ReadingNote] = Field([], description="what to know of the file (ours)")
    items: list[SupplierItem] = Field([], description="its lines, of an e-invoice (ours)")
    buyer: SupplierInvoiceBuyer | None = Field(None, description="to whom the e-invoice is addressed (ours)")
    invoice_number: str | None = None
    supplier_name: str | None = None
    issuer_name: str | None = None
    supplier_id: str | None = Field(None, description="the same for all documents of one VAT number, else of one name")
    supplier_snapshot: SupplierSnapshot | None = None
    vat_number: str | None = None
    tin: str | None = None
    description: str | None = None
    total_amount: Money | None = None
    total_amount_excluding_taxes: Money | None = None
    total_tax_amount: Money | None = None
    taxes: list[Tax] = []
    payable_amount: Money | None = None
    total_amount_credit_notes: Money | None = None
    issue_date: date | None = None
    due_date: date | None = None
    payment_date: date | None = None
    scheduled_date: date | None = None
    iban: str | None = None
    iban_changed_from: str | None = Field(None, description="the supplier's IBAN until this document (ours)")
    initiator_id: str | None = None
    is_attachment_invoice: bool | None = None
    attachment_category: AttachmentCategory | None = None
    is_attachment_non_financial: bool | None = None
    matched_transactions: list[MatchedTransaction] = Field([], description="always empty: there is no bank feed")
    matched_transactions_ids: list[str] = []
    transfer_ids: list[str] = []
    suggested_transactions: list[SuggestedTransaction] = []
    request_transfer: RequestTransfer | None = None
    self_invoice_id: str | None = None
    einvoicing_lifecycle_events: list[LifecycleEvent] = []
    meta: SupplierInvoiceMeta = SupplierInvoiceMeta()
    available_actions: AvailableActions = AvailableActions()
    approval_workflow: ApprovalWorkflow = ApprovalWorkflow()
    is_credit_note: bool = False
    has_suggested_credit_notes: bool = False
    related_invoices: list[dict[str, str]] = []


class SupplierInvoice(StoredSupplierInvoice):
    """A supplier invoice as answered."""

    has_duplicates: bool = Field(description="the same file, or the same number of the same supplier, is there again")


def key(name: str) -> str:
    """`name` by its letters and digits alone, without case or accents: "INV-33/82" and "inv 3382" are one number."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in decomposed if letter.isalnum())


def has_missing_data(invoice: StoredSupplierInvoice) -> bool:
    """Whether something is unknown that a payment or the books need."""
    return any(getattr(invoice, name) is None for name in _NEEDED)


def changed(before: StoredSupplierInvoice, change: SupplierInvoiceChange) -> StoredSupplierInvoice:
    """`before` with what `change` sends; its status is not touched. Raises Invalid with every fault."""
    given = {name: _stored(name, getattr(change, name)) for name in change.model_fields_set if name in _SETTABLE}
    if given.get("iban"):
        given["iban"] = party.check_iban(given["iban"]).iban
    values = before.model_dump() | given
    if given.keys() & {*_AMOUNTS, "taxes"}:
        values["discrepancies"] = []  # they were told of other amounts
    faults = list(_currency_faults(values))
    if faults:
        raise Invalid.of(faults)
    if "payable_amount" not in given and before.payable_amount in (None, before.total_amount):
        values["payable_amount"] = values["total_amount"]
    _complete_sums(values)
    return settled(StoredSupplierInvoice.model_validate(values))


_SETTABLE: Final = tuple(name for name in SupplierInvoiceChange.model_fields if name != "status")


def _stored(name: str, value: object) -> Any:
    if name in _AMOUNTS:
        return _money(value) if isinstance(value, Amount) else None
    if name == "taxes":
        taxes = value if isinstance(value, list) else []
        return [{"tax_rate": tax.tax_rate, "tax_amount": _money(tax.tax_amount)} for tax in taxes]
    if name == "is_credit_note":
        return bool(value)
    return (value.strip() or None) if isinstance(value, str) else value


def _money(amount: Amount) -> dict[str, str]:
    return {"value": text(Decimal(amount.value)), "currency": amount.currency}


def _currency_faults(values: Mapping[str, Any]) -> Iterator[Fault]:
    amounts = [(name, values[name]) for name in _AMOUNTS if values[name]]
    amounts += [(f"taxes/{index}/tax_amount", tax["tax_amount"]) for index, tax in enumerate(values["taxes"])]
    for name, amount in amounts[1:]:
        if amount["currency"] != amounts[0][1]["currency"]:
            yield Fault(
                "invalid_currency",
                f"{name} is in {amount['currency']}, but {amounts[0][0]} in {amounts[0][1]['currency']}.",
                field=f"{name}/currency",
                fix="Send all amounts of a document in one currency.",
            )


def _complete_sums(values: dict[str, Any]) -> None:
    """Of total, net and tax, the one that is unknown follows from the other two."""
    if values["total_tax_amount"] is None and values["taxes"]:
        listed = [tax["tax_amount"] for tax in values["taxes"]]
        values["total_tax_amount"] = listed[0] | {"value": text(sum((_value(tax) for tax in listed), ZERO))}
    total, net, tax = (values[name] for name in _AMOUNTS[:3])
    if total is None and net and tax:
        values["total_amount"] = net | {"value": text(_value(net) + _value(tax))}
        values["payable_amount"] = values["payable_amount"] or values["total_amount"]
    elif net is None and total and tax:
        values["total_amount_excluding_taxes"] = total | {"value": text(_value(total) - _value(tax))}
    elif tax is None and total and net:
        values["total_tax_amount"] = total | {"value": text(_value(total) - _value(net))}


def _value(amount: Mapping[str, str]) -> Decimal:
    return Decimal(amount["value"])


def settled(invoice: StoredSupplierInvoice) -> StoredSupplierInvoice:
    """The document with everything that follows from the rest of it: call it after each change."""
    category = invoice.attachment_category
    is_known = category not in (None, "UNKNOWN")
    after = invoice.model_copy(
        update={
            "is_credit_note": invoice.is_credit_note or category == "CREDIT_NOTE",
            "is_attachment_non_financial": category == "OTHER_NON_FINANCIAL_DOCUMENT" if is_known else None,
            "is_attachment_invoice": category == "INVOICE" if is_known else None,
            "has_discrepancies": bool(invoice.discrepancies) or not _adds_up(invoice),
            "supplier_id": _supplier_id(invoice),
            "supplier_snapshot": _snapshot(invoice),
        }
    )
    return after.model_copy(update={"available_actions": _available_actions(after)})


def _adds_up(invoice: StoredSupplierInvoice) -> bool:
    total, net, tax = invoice.total_amount, invoice.total_amount_excluding_taxes, invoice.total_tax_amount
    if total and net and tax and Decimal(total.value) != Decimal(net.value) + Decimal(tax.value):
        return False
    taxes = sum((Decimal(each.tax_amount.value) for each in invoice.taxes), Decimal(0))
    return not (invoice.taxes and tax) or taxes == Decimal(tax.value)


def _supplier_id(invoice: StoredSupplierInvoice) -> str | None:
    known_by = key(invoice.vat_number or "") or key(invoice.supplier_name or "")
    return str(uuid5(NAMESPACE_URL, f"supplier:{invoice.organization_id}:{known_by}")) if known_by else None


def _snapshot(invoice: StoredSupplierInvoice) -> SupplierSnapshot | None:
    if invoice.supplier_name is None:
        return None
    return SupplierSnapshot(
        name=invoice.supplier_name, vat_number=invoice.vat_number, tin=invoice.tin, iban=invoice.iban
    )


def _available_actions(invoice: StoredSupplierInvoice) -> AvailableActions:
    pay: list[PayReason] = []
    if invoice.status in (*SETTLED, "pending", "scheduled"):
        pay.append("invalid_status")
    if invoice.is_credit_note:
        pay.append("is_credit_note")
    if has_missing_data(invoice):
        pay.append("missing_data")
    if invoice.iban is None:
        pay.append("missing_iban")
    moves = MOVES.get(invoice.status, frozenset())
    return AvailableActions(
        # Nothing deletes one: what came in stays in the books.
        delete=False,
        archive="archived" in moves,
        unarchive=invoice.status == "archived",
        pay=not pay,
        reasons=Reasons(pay=pay, delete=["invalid_status"]),
    )


def rejection_faults(invoice: StoredSupplierInvoice, sent: Rejection, country: str, today: date) -> list[Fault]:
    """What keeps a rejection from being told to the supplier. country: of the organization that rejects."""
    is_told = country == "FR" and invoice.is_einvoice and today >= REASON_CODE_SINCE
    if not is_told or sent.declined_reason_code:
        return []
    return [
        Fault(
            "missing_value",
            "The refusal of a French e-invoice needs its reason code since 2026-09-01.",
            field="declined_reason_code",
            fix="Send one of AFNOR's codes, such as DOUBLON, NON_CONFORME or MONTANTTOTAL_ERR.",
            source=REASON_CODE_SOURCE,
        )
    ]


def warnings(invoice: StoredSupplierInvoice, *, has_duplicates: bool) -> tuple[Fault, ...]:
    """What whoever pays should look at first."""
    return tuple(_warnings(invoice, has_duplicates))


def _warnings(invoice: StoredSupplierInvoice, has_duplicates: bool) -> Iterator[Fault]:
    if invoice.iban_changed_from:
        yield Fault(
            "iban_changed",
            f"{invoice.supplier_name or 'This supplier'} was paid to {invoice.iban_changed_from} until now; "
            f"this document says {invoice.iban}.",
            field="iban",
            fix="Ask the supplier by a telephone number that you know already, not by one on this document.",
        )
    if has_duplicates:
        yield Fault(
            "duplicate_invoice",
            "The same file, or the same number of this supplier, is here already.",
            field="invoice_number",
            fix="Look at the others with filter[document_type]=duplicates, and reject or archive this one.",
        )
    if invoice.has_discrepancies:
        told = [each.message for each in invoice.discrepancies[:3]]
        yield Fault(
            "amounts_do_not_add_up",
            " ".join(told) or "The total is not net and taxes, or the taxes are not their sum.",
            field="total_amount",
            fix="Compare the amounts with the document.",
        )
    if invoice.issue_date and invoice.due_date and invoice.due_date < invoice.issue_date:
        message = "The document is due before it was issued."
        yield Fault("due_date_before_issue_date", message, field="due_date", fix="Compare the days with the document.")
    for note in invoice.reading_notes:
        if note.code in _TO_LOOK_AT:
            yield Fault(note.code, note.message, field=note.field, fix=note.fix)
    yield from _vat_number_warnings(invoice)


def _vat_number_warnings(invoice: StoredSupplierInvoice) -> Iterator[Fault]:
    if invoice.vat_number is None:
        return
    try:
        # Without a country of its own only a number that names one can be checked.
        party.check_vat_number("", invoice.vat_number)
    except Invalid as wrong:
        yield from wrong.faults
