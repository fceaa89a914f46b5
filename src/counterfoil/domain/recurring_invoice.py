"""Recurring invoices: what is billed again each period, how one lives, and the invoice that a period gives."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from counterfoil.domain.client_invoice import LAST_DAY, Day, NewClientInvoice, PaymentMethodsRequest, Uuid
from counterfoil.domain.lines import Discount, Item, NewDiscount, NewItem
from counterfoil.domain.money import Money
from counterfoil.domain.organization import DocumentSettings
from counterfoil.domain.schedule import Frequency
from counterfoil.domain.surcharges import PaymentReporting, StampDutyText, WelfareFund, WithholdingTax
from counterfoil.domain.texts import MAY_BE_ABSENT, Line40, Text525, Text1000
from counterfoil.errors import WrongState

RecurringStatus = Literal["scheduled", "active", "suspended", "canceled", "finished"]
InvoiceStatus = Literal["draft", "unpaid"]
STATUSES: Final = ("scheduled", "active", "suspended", "canceled", "finished")
# What a caller may do; a schedule begins and finishes by itself.
ACTIONS: Final = ("suspend", "reactivate", "cancel")

LIFECYCLE: Final[Mapping[tuple[str, str], RecurringStatus]] = MappingProxyType(
    {
        ("scheduled", "begin"): "active",
        ("scheduled", "suspend"): "suspended",
        ("scheduled", "cancel"): "canceled",
        ("active", "suspend"): "suspended",
        ("active", "cancel"): "canceled",
        ("active", "finish"): "finished",
        ("suspended", "reactivate"): "scheduled",
        ("suspended", "cancel"): "canceled",
    }
)
_INSTEAD: Final = {
    "scheduled": "It is waiting for its first day: suspend or cancel it.",
    "active": "It is running: suspend or cancel it.",
    "suspended": "It is suspended: reactivate or cancel it.",
    "canceled": "Canceling cannot be undone: create a new recurring invoice.",
    "finished": "It has made its last invoice: create a new recurring invoice.",
}


def next_status(status: str, action: str) -> RecurringStatus:
    """The status after `action`. Raises WrongState, with what is right instead, when it is not allowed now."""
    following = LIFECYCLE.get((status, action))
    if following is None:
        raise transition_forbidden(status, f"A recurring invoice that is {status} cannot {action}.", _INSTEAD[status])
    return following


def transition_forbidden(status: str, message: str, fix: str) -> WrongState:
    """The refusal of an action in this status."""
    meta = {"status": status, "allowed_actions": list(allowed_actions(status))}
    return WrongState("recurring_invoice_status_transition_forbidden", message, fix=fix, meta=meta)


def allowed_actions(status: str) -> tuple[str, ...]:
    """What a caller may do in this status, in the order of `ACTIONS`."""
    return tuple(action for action in ACTIONS if (status, action) in LIFECYCLE)


class NewRecurringItem(NewItem):
    """One line to bill each time; its currency, when said, is that of the whole."""

    currency: Literal["EUR"] | None = Field(None, exclude=True)


class NewRecurringInvoice(BaseModel):
    """What to bill again and again. It ends after end_date, or after so many invoices, or when it is canceled.

    invoice_status: whether each invoice is finalized at once (unpaid, which is what counts when it is left out).
    payment_terms_days: from its date to its due date; the organization's own when left out.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    client_id: Uuid
    start_date: Day
    end_date: Day | None = Field(None, description="the last day on which an invoice may be made (ours)")
    occurrences: Annotated[int, Field(strict=True, ge=1, le=10_000)] | None = Field(
        None, description="how many invoices are made at most (ours)"
    )
    frequency: Frequency
    payment_terms_days: Annotated[int, Field(strict=True, ge=0, le=365)] | None = None
    bank_account: PaymentMethodsRequest | None = Field(None, description="the main account when left out")
    payment_methods: PaymentMethodsRequest | None = Field(None, description="another name of bank_account")
    invoice_status: InvoiceStatus | None = None
    currency: Annotated[str, Field(max_length=3)] = "EUR"
    items: Annotated[list[NewRecurringItem], Field(min_length=1)]
    purchase_order: Line40 | None = None
    terms_and_conditions: Text525 | None = None
    header: Text1000 | None = None
    footer: Text1000 | None = None
    settings: DocumentSettings | None = None
    discount: NewDiscount | None = Field(None, description="global, after the items' own discounts")
    report_einvoicing: bool | None = None
    payment_reporting: PaymentReporting | None = None
    welfare_fund: WelfareFund | None = None
    withholding_tax: WithholdingTax | None = None
    stamp_duty_amount: StampDutyText | None = None


_SAME_ON_THE_INVOICE: Final = (
    "client_id", "currency", "items", "purchase_order", "terms_and_conditions", "header", "footer", "settings",
    "discount", "report_einvoicing", "payment_reporting", "welfare_fund", "withholding_tax", "stamp_duty_amount",
)  # fmt: skip


def invoice_of(asked: NewRecurringInvoice, day: date) -> NewClientInvoice:
    """The invoice that is made on `day`. payment_terms_days and bank_account must have been settled."""
    return NewClientInvoice(
        issue_date=day,
        due_date=min(day + timedelta(days=asked.payment_terms_days or 0), LAST_DAY),
        status=asked.invoice_status or "unpaid",
        payment_methods=asked.bank_account,
        **{name: getattr(asked, name) for name in _SAME_ON_THE_INVOICE},
    )


class RecurringAccount(BaseModel):
    """Where its invoices are paid to."""

    model_config = ConfigDict(frozen=True)

    iban: str


class RecurringFailure(BaseModel):
    """Why the invoice of a period could not be made (ours). It is tried again, and later periods wait behind it."""

    model_config = ConfigDict(frozen=True)

    period_date: date
    code: str
    detail: str
    attempts: int
    failed_at: str
    retry_at: str


class RecurringItem(Item):
    """One line of each invoice. The exemption's two names are there only where there is one."""

    currency: str
    vat_exemption_reason: str | None = Field(None, json_schema_extra={MAY_BE_ABSENT: True})
    vat_exemption_code: str | None = Field(None, json_schema_extra={MAY_BE_ABSENT: True})


class RecurringTerms(BaseModel):
    """What was agreed, and what one invoice of it amounts to; never changes."""

    model_config = ConfigDict(frozen=True)

    id: str
    organization_id: str
    client_id: str
    start_date: date
    end_date: date | None = Field(description="(ours)")
    occurrences: int | None = Field(description="(ours)")
    frequency: Frequency
    payment_terms_days: int
    bank_account: RecurringAccount
    invoice_status: InvoiceStatus
    currency: str
    items: list[RecurringItem]
    purchase_order: str
    terms_and_conditions: str
    header: str
    footer: str
    discount: Discount | None
    vat_amount: Money = Field(description="of each invoice (ours)")
    vat_amount_cents: int
    total_amount: Money = Field(description="of each invoice (ours)")
    total_amount_cents: int
    created_at: str

    def stored(self) -> str:
        """As JSON."""
        names = {"vat_exemption_reason", "vat_exemption_code"}
        taxed = {index: names for index, item in enumerate(self.items) if item.vat_exemption_reason is None}
        return self.model_dump_json(exclude={"items": taxed} if taxed else None)


_FROM_THE_INVOICE: Final = (
    "currency", "purchase_order", "terms_and_conditions", "header", "footer", "discount", "vat_amount",
    "vat_amount_cents", "total_amount", "total_amount_cents",
)  # fmt: skip


def terms(asked: NewRecurringInvoice, invoice: Mapping[str, Any], **identity: str) -> RecurringTerms:
    """The terms as answered. invoice: the document that a period would give; identity: id, organization, created_at."""
    return RecurringTerms(
        client_id=asked.client_id,
        start_date=asked.start_date,
        end_date=asked.end_date,
        occurrences=asked.occurrences,
        frequency=asked.frequency,
        payment_terms_days=asked.payment_terms_days or 0,
        bank_account=RecurringAccount(iban=invoice["payment_methods"][0]["iban"]),
        invoice_status=asked.invoice_status or "unpaid",
        items=[
            {**item, "currency": invoice["currency"], "vat_exemption_code": item["vat_exemption_reason"]}
            for item in invoice["items"]
        ],
        **{name: invoice[name] for name in _FROM_THE_INVOICE},
        **identity,
    )


class RecurringState(BaseModel):
    """How far it has come. next_invoice_date: null when nothing more comes unless it is reactivated."""

    model_config = ConfigDict(frozen=True)

    status: RecurringStatus
    next_invoice_date: date | None
    updated_at: str
    invoices_count: int = Field(description="how many invoices it has made (ours)")
    last_invoice_id: str | None = Field(description="the invoice that it made last (ours)")
    last_invoice_date: date | None = Field(description="the period's day of that invoice (ours)")
    last_error: RecurringFailure | None = Field(description="null unless the next invoice could not be made (ours)")


class RecurringInvoice(RecurringTerms, RecurringState):
    """A recurring invoice as answered."""
