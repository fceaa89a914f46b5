"""Credit notes as the wire says them: the new one and the thing itself. Amounts are positive: the client gets them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

from counterfoil.domain.client import Address, Email
from counterfoil.domain.client_invoice import (
    MAYBE,
    Day,
    LifecycleEvent,
    OrganizationSnapshot,
    Uuid,
    WelfareFundApplied,
    WithholdingTaxApplied,
)
from counterfoil.domain.lines import Discount, Item, NewDiscount, NewItem, VatBreakdown
from counterfoil.domain.money import CurrencyCode, Money
from counterfoil.domain.surcharges import StampDutyText, WelfareFund, WithholdingTax
from counterfoil.domain.texts import Line40, Paragraphs, Text525

_EUROS = r"^[0-9]{1,12}(\.[0-9]{1,2})?$"
_QUANTITY = r"^[0-9]{1,9}(\.[0-9]{1,6})?$"
Text500 = Annotated[str, StringConstraints(min_length=1, max_length=500), Paragraphs]


class GrossAmount(BaseModel):
    """An amount with VAT, in whole cents."""

    model_config = ConfigDict(frozen=True)

    value: Annotated[str, StringConstraints(pattern=_EUROS)]
    currency: CurrencyCode = "EUR"


def _as_object(value: Any) -> Any:
    return {"value": value} if isinstance(value, str) else value


class CreditItem(NewItem):
    """One line to credit, with a positive quantity.

    Without vat_rate it must be the only line, and its price is with VAT (ours): see `amount`.
    """

    quantity: Annotated[str, StringConstraints(pattern=_QUANTITY)]
    vat_rate: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,3}(\.[0-9]{1,6})?$")] | None = None  # type: ignore[assignment]  # a line without one becomes lines with one before anything is computed


class NewCreditNote(BaseModel):
    """A credit note to create: finalized at once, and for good. Either `items` or `amount` (ours)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    invoice_id: Uuid
    issue_date: Day
    reason: Text500
    currency: Annotated[str, Field(max_length=3)] = Field(description="that of the invoice")
    items: Annotated[list[CreditItem], Field(min_length=1)] | None = Field(
        None, description="with the VAT rates of the invoice; a rate of zero takes the invoice's exemption reason"
    )
    amount: Annotated[
        GrossAmount,
        BeforeValidator(_as_object),
        WithJsonSchema({"anyOf": [GrossAmount.model_json_schema(), {"type": "string", "pattern": _EUROS}]}),
    ] | None = Field(
        None, description="instead of items: what to credit with VAT, split over the invoice's VAT groups (ours)"
    )  # fmt: skip
    number: Line40 | None = None
    terms_and_conditions: Text525 | None = None
    contact_email: Email | Literal[""] | None = None
    discount: NewDiscount | None = Field(None, description="global, after the items' own discounts")
    welfare_fund: WelfareFund | None = None
    withholding_tax: WithholdingTax | None = None
    stamp_duty_amount: StampDutyText | None = None


CLIENT_TEXTS: Final = (
    "name", "first_name", "last_name", "email", "vat_number", "tax_identification_number", "address", "city",
    "zip_code", "province_code", "country_code", "recipient_code", "locale",
)  # fmt: skip


class CreditedClient(BaseModel):
    """The client of the invoice. Unlike on an invoice, each text is there: "" when it is empty."""

    model_config = ConfigDict(frozen=True)

    id: str
    type: Literal["individual", "company", "freelancer"]
    name: str
    first_name: str
    last_name: str
    email: str
    vat_number: str
    tax_identification_number: str
    address: str
    city: str
    zip_code: str
    province_code: str
    country_code: str
    recipient_code: str
    locale: str
    billing_address: Address = MAYBE
    delivery_address: Address = MAYBE


class FrozenCreditNote(BaseModel):
    """The document itself, closed from the beginning. Stored as canonical JSON."""

    model_config = ConfigDict(frozen=True)

    id: str
    organization_id: str
    invoice_id: str
    invoice_number: str = Field(description="BT-25: the invoice that it corrects (ours)")
    invoice_issue_date: date = Field(description="BT-26")
    number: str
    issue_date: date
    reason: str
    purchase_order: str = Field("", description="BT-13 of the invoice (ours)")
    buyer_reference: str = Field("", description="BT-10 of the invoice (ours)")
    e_invoicing_format: str = Field("", description="what the invoice asked for (ours)")
    contact_email: str = ""
    terms_and_conditions: str = ""
    header: str = ""
    footer: str = ""
    currency: str
    created_at: str
    finalized_at: str
    stamp_duty_amount: str = ""
    items: list[Item]
    client: dict[str, object]
    organization: OrganizationSnapshot = Field(description="the seller, as the document shows it (ours)")
    discount: Discount | None = None
    welfare_fund: WelfareFundApplied | None = None
    withholding_tax: WithholdingTaxApplied | None = None
    vat_amount: Money
    vat_amount_cents: int
    total_amount: Money = Field(description="with VAT and stamp duty, before withholding; positive")
    total_amount_cents: int
    # Ours, as on invoices:
    line_total_amount: Money = Field(description="sum of the lines' subtotals (ours)")
    line_total_amount_cents: int
    tax_exclusive_amount: Money = Field(description="after discount, with welfare fund, without VAT (ours)")
    tax_exclusive_amount_cents: int
    amount_due: Money = Field(description="what the client gets: total_amount less withholding (ours)")
    amount_due_cents: int
    vat_breakdown: list[VatBreakdown] = Field(description="VAT per rate (ours)")
    mentions: list[str] = Field([], description="legal notes printed on the document, in its language (ours)")


class LiveCreditNote(BaseModel):
    """What goes on living. Keys are disjoint from the frozen ones: the answer is the two spliced."""

    model_config = ConfigDict(frozen=True)

    attachment_id: str = Field("", description='"" until the PDF is made')
    einvoicing_status: str = Field("pending", description="as of an invoice")
    einvoicing_lifecycle_events: list[LifecycleEvent] = []
    updated_at: str = Field(description="(ours)")


class CreditNote(FrozenCreditNote, LiveCreditNote):
    """A credit note as answered: the two texts spliced, plus what only the reader knows."""

    client: CreditedClient  # type: ignore[assignment]  # stored as it came, described as what it is
    invoice_url: str = Field(description="the invoice's public page; 410 once the invoice is canceled")
