"""Client invoices as the wire says them: the new one, the change, and the thing itself."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from counterfoil.domain.client import Address
from counterfoil.domain.einvoice_formats import AskedFormat
from counterfoil.domain.lines import Discount, Item, NewDiscount, NewItem, VatBreakdown
from counterfoil.domain.mailing import LetterOfNew
from counterfoil.domain.money import Money
from counterfoil.domain.organization import DocumentSettings
from counterfoil.domain.surcharges import PaymentReporting, StampDutyText, WelfareFund, WithholdingTax
from counterfoil.domain.texts import MAY_BE_ABSENT, Line40, Line120, Text525, Text1000

ClientInvoiceStatus = Literal["draft", "unpaid", "paid", "canceled"]
InvoiceType = Literal["standard", "deposit", "balance"]
# Strict: the lax form would also take Unix timestamps and datetimes.
LAST_DAY = date(2199, 12, 31)
Day = Annotated[date, Field(strict=True, ge=date(1970, 1, 1), le=LAST_DAY)]
Uuid = Annotated[str, Field(pattern=r"^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$")]


class PaymentMethodsRequest(BaseModel):
    """Where the client shall pay: an IBAN of one of the organization's accounts."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    iban: Annotated[str, Field(max_length=42)] | None = None


class ClientInvoiceFields(BaseModel):
    """Fields that create and update share; `None` counts as absent on create and clears on update."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    number: Line40 | None = None
    purchase_order: Line40 | None = None
    buyer_reference: Line120 | None = Field(None, description="BT-10; the client's own when left out (ours)")
    e_invoicing_format: AskedFormat | None = Field(
        None, description="the XRechnung syntax to issue, or facturx for none; the client's own when left out (ours)"
    )
    terms_and_conditions: Text525 | None = None
    header: Text1000 | None = None
    footer: Text1000 | None = None
    # Marked in the schema only: pydantic's own mark would warn each time that we read the field ourselves.
    performance_date: Day | None = Field(
        None, description="use performance_start_date", json_schema_extra={"deprecated": True}
    )
    performance_start_date: Day | None = None
    performance_end_date: Day | None = None
    payment_methods: PaymentMethodsRequest | None = None
    settings: DocumentSettings | None = None
    discount: NewDiscount | None = Field(None, description="global, after the items' own discounts")
    report_einvoicing: bool | None = None
    payment_reporting: PaymentReporting | None = None
    welfare_fund: WelfareFund | None = None
    withholding_tax: WithholdingTax | None = None
    stamp_duty_amount: StampDutyText | None = None
    invoice_type: InvoiceType | None = Field(None, description="standard when left out; balance with deposits (ours)")
    deposit_invoice_ids: Annotated[list[Uuid], Field(max_length=100)] | None = Field(
        None, description="finalized deposit invoices of this client, which a balance invoice deducts (ours)"
    )
    upload_id: Uuid | None = Field(None, description="an uploaded PDF, used in place of one made here")


class NewClientInvoice(ClientInvoiceFields):
    """A client invoice to create. Without `status` it is `unpaid`: finalized at once."""

    client_id: Uuid
    issue_date: Day
    due_date: Day
    currency: Annotated[str, Field(max_length=3)]
    status: Literal["draft", "unpaid"] | None = None
    items: list[NewItem]
    quote_id: Uuid | None = Field(
        None, description="a quote of this client: gives texts left out and, to an empty list, the items; then a draft"
    )
    send: LetterOfNew | None = Field(None, description="mails the invoice once it is issued, in the same call (ours)")


class ClientInvoiceChange(ClientInvoiceFields):
    """A change of a draft: absent keeps, null clears, `items` replaces whole, `settings` merges."""

    client_id: Uuid | None = None
    issue_date: Day | None = None
    due_date: Day | None = None
    currency: Literal["EUR"] | None = Field(None, description="refused: an invoice keeps its currency")
    items: list[NewItem] | None = None


MAYBE: Any = Field("", json_schema_extra={MAY_BE_ABSENT: True})


class ClientSnapshot(BaseModel):
    """The client at the time of issue; keys without a value are left out."""

    model_config = ConfigDict(frozen=True, extra="allow")

    id: str
    type: Literal["individual", "company", "freelancer"]
    name: str = MAYBE
    first_name: str = MAYBE
    last_name: str = MAYBE
    email: str = MAYBE
    vat_number: str = MAYBE
    tax_identification_number: str = MAYBE
    address: str = MAYBE
    city: str = MAYBE
    zip_code: str = MAYBE
    province_code: str = MAYBE
    country_code: str = MAYBE
    recipient_code: str = MAYBE
    e_invoicing_address: str = MAYBE
    e_invoicing_address_scheme: str = MAYBE
    buyer_reference: str = MAYBE
    e_invoicing_format: str = MAYBE
    locale: str = MAYBE
    billing_address: Address = MAYBE
    delivery_address: Address = MAYBE


class PaymentMethod(BaseModel):
    """Where to pay (BG-17)."""

    model_config = ConfigDict(frozen=True)

    beneficiary_name: str
    bic: str
    iban: str
    type: Literal["transfer"] = "transfer"


class OrganizationSnapshot(BaseModel):
    """The seller at the time of issue, with this document's own settings applied."""

    model_config = ConfigDict(frozen=True)

    id: str
    legal_name: str
    legal_number: str | None
    legal_country: str
    address_line_1: str | None
    address_line_2: str | None
    address_zipcode: str | None
    address_city: str | None
    address_country: str | None
    company_leadership: str | None
    district_court: str | None
    commercial_register_number: str | None
    vat_number: str | None
    tax_number: str | None
    legal_capital_share: Money | None
    transaction_type: str | None
    vat_payment_condition: str | None
    # Ours, so that a document can be printed from itself alone:
    address_province: str | None = None
    vat_regime: str = "standard"
    legal_form: str | None = None
    email: str | None = None
    phone: str | None = None
    contact_name: str | None = None
    electronic_address: str | None = None
    electronic_address_scheme: str | None = None
    regime_fiscale: str | None = None
    is_professional: bool = False


class WelfareFundApplied(WelfareFund):
    """The welfare fund with its amount (ours), without VAT."""

    amount: str


class WithholdingTaxApplied(BaseModel):
    """The withholding with its amount in the document's currency."""

    model_config = ConfigDict(frozen=True)

    reason: str | None = None
    rate: str
    payment_reason: str | None = None
    amount: str


class LifecycleEvent(BaseModel):
    """A status of the French e-invoicing lifecycle, or a notification of SdI, which stands in `reason`."""

    model_config = ConfigDict(frozen=True)

    status_code: int
    reason: str = ""
    reason_message: str = ""
    timestamp: str


class DeductedDeposit(BaseModel):
    """A deposit invoice that a balance invoice deducts."""

    model_config = ConfigDict(frozen=True)

    id: str
    number: str
    issue_date: date
    total_amount: Money
    total_amount_cents: int
    vat_amount: Money = Field(description="the VAT in it, which the balance invoice charges no second time")
    vat_amount_cents: int
    amount: Money = Field(description="what is deducted: total_amount less what was withheld from it")
    amount_cents: int
    paid: bool = Field(description="whether it was paid when the balance invoice was written")
    vat_breakdown: list[VatBreakdown] = Field([], description="its VAT groups, for formats that deduct them per rate")


class FrozenClientInvoice(BaseModel):
    """The document itself: closed for ever at finalize. Stored as canonical JSON."""

    model_config = ConfigDict(frozen=True)

    id: str
    organization_id: str
    number: str | None = Field(None, description="absent on a draft that numbers itself at finalize")
    invoice_type: InvoiceType = "standard"
    purchase_order: str = ""
    buyer_reference: str = Field("", description="BT-10 of this document (ours)")
    e_invoicing_format: str = Field("", description="what this document asks for (ours)")
    contact_email: str = ""
    terms_and_conditions: str = ""
    discount_conditions: str = ""
    late_payment_penalties: str = ""
    legal_fixed_compensation: str = ""
    header: str = ""
    footer: str = ""
    currency: str
    issue_date: date
    due_date: date
    performance_date: date | Literal[""] = ""
    performance_start_date: date | Literal[""] = ""
    performance_end_date: date | Literal[""] = ""
    created_at: str
    finalized_at: str = ""
    stamp_duty_amount: str = ""
    items: list[Item]
    client: dict[str, object]
    payment_methods: list[PaymentMethod]
    organization: OrganizationSnapshot
    discount: Discount | None = None
    welfare_fund: WelfareFundApplied | None = None
    withholding_tax: WithholdingTaxApplied | None = None
    payment_reporting: PaymentReporting | None = None
    vat_amount: Money
    vat_amount_cents: int
    total_amount: Money = Field(description="BT-112: with VAT and stamp duty, before withholding and deposits")
    total_amount_cents: int
    # Ours, named by EN 16931:
    line_total_amount: Money = Field(description="BT-106: sum of the lines' subtotals (ours)")
    line_total_amount_cents: int
    tax_exclusive_amount: Money = Field(description="BT-109: after discount, with welfare fund, without VAT (ours)")
    tax_exclusive_amount_cents: int
    amount_due: Money = Field(description="BT-115: total_amount less withholding and deposits (ours)")
    amount_due_cents: int
    vat_breakdown: list[VatBreakdown] = Field(description="BG-23 (ours)")
    mentions: list[str] = Field([], description="legal notes printed on the document, in its language (ours)")
    settings: dict[str, object] = Field({}, description="this document's overrides, as given (ours)")
    report_einvoicing: bool | None = Field(None, description="Italy only")
    deposits: list[DeductedDeposit] = Field([], description="BT-113: what a balance invoice deducts (ours)")


class LiveClientInvoice(BaseModel):
    """What goes on living after finalize. Keys are disjoint from the frozen ones: the answer is the two spliced."""

    model_config = ConfigDict(frozen=True)

    status: ClientInvoiceStatus
    paid_at: str = ""
    updated_at: str
    credit_notes_ids: list[str] = []
    attachment_id: str | None = Field(None, description="absent until the PDF is made")
    einvoicing_status: str = Field(
        "pending", description="pending: nothing was heard of it; see docs/api/einvoicing.md"
    )
    einvoicing_lifecycle_events: list[LifecycleEvent] = []
    amount_paid: Money | None = None
    deposit_amount: Money | None = Field(None, description="the sum of `deposits`; null without any")
    credited_amount: Money | None = Field(None, description="what its credit notes take off amount_due (ours)")
    quote_id: str | None = Field(None, description="the quote that it was made from; absent without one (ours)")
    upload_id: str | None = Field(None, description="the upload that is its PDF; absent without one (ours)")


class ClientInvoice(FrozenClientInvoice, LiveClientInvoice):
    """A client invoice as answered: the two texts spliced, plus what only the reader knows."""

    number: str = Field(description="a draft without one shows the number it would get, ending in -PROFORMA")
    client: ClientSnapshot  # type: ignore[assignment]  # stored as it came, described as what it is
    attachment_id: str = Field("", description="absent until the PDF is made", json_schema_extra={MAY_BE_ABSENT: True})
    quote_id: str = Field(
        "", description="the quote that it was made from; absent without one (ours)",
        json_schema_extra={MAY_BE_ABSENT: True},
    )  # fmt: skip
    upload_id: str = Field(
        "", description="the upload that is its PDF; absent without one (ours)", json_schema_extra={MAY_BE_ABSENT: True}
    )
    invoice_url: str = Field(description="the public page; 404 before finalize, 410 when canceled or after 180 days")
