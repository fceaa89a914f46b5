"""The wire's objects as the caller sees them. Answers are plain dicts: a server may add fields, and none is lost.

Fields that only Counterfoil answers are marked (ours); programs that also talk to other servers do without them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NotRequired, Required, TypedDict

from counterfoil.sdk.automation_types import (
    NewReminder as NewReminder,
)
from counterfoil.sdk.automation_types import (
    NewWebhookSubscription as NewWebhookSubscription,
)
from counterfoil.sdk.automation_types import (
    Reminder as Reminder,
)
from counterfoil.sdk.automation_types import (
    ReminderRule as ReminderRule,
)
from counterfoil.sdk.automation_types import (
    WebhookDelivery as WebhookDelivery,
)
from counterfoil.sdk.automation_types import (
    WebhookSubscription as WebhookSubscription,
)

# Operations of a JSON Patch (ours), as a fault's meta.json_patch has them.
JsonPatch = Sequence[Mapping[str, Any]]
ClientInvoiceStatus = Literal["draft", "unpaid", "paid", "canceled"]


class Money(TypedDict):
    """value: decimal string in units of currency."""

    value: str
    currency: str


class Discount(TypedDict):
    """value: a fraction for percentage ("0.1" is 10 %), an amount without VAT for absolute."""

    type: Literal["percentage", "absolute"]
    value: str


class NewItem(TypedDict):
    """One line to bill. vat_rate: a fraction, "0.2" is 20 %. quantity: a decimal string."""

    title: str
    quantity: str
    unit_price: Money
    vat_rate: str
    description: NotRequired[str]
    unit: NotRequired[str]
    unit_code: NotRequired[str]  # (ours)
    vat_exemption_reason: NotRequired[str]
    discount: NotRequired[Discount]
    product_id: NotRequired[str]  # (ours)


class ProductItem(TypedDict, total=False):
    """One line from the catalog (ours): what is left out comes from the product."""

    product_id: Required[str]
    quantity: Required[str]
    title: str
    unit_price: Money
    vat_rate: str
    description: str
    unit: str
    discount: Discount


class ClientInvoiceFields(TypedDict, total=False):
    """What create and update share. Dates are "YYYY-MM-DD"; None clears a field on update."""

    number: str | None
    purchase_order: str | None
    terms_and_conditions: str | None
    header: str | None
    footer: str | None
    performance_start_date: str | None
    performance_end_date: str | None
    payment_methods: dict[str, str] | None
    settings: dict[str, Any] | None
    discount: Discount | None
    report_einvoicing: bool | None
    payment_reporting: dict[str, str] | None
    welfare_fund: dict[str, str] | None
    withholding_tax: dict[str, str] | None
    stamp_duty_amount: str | None
    buyer_reference: str | None  # (ours)
    e_invoicing_format: Literal["facturx", "xrechnung", "xrechnung_ubl"] | None  # (ours)


class Letter(TypedDict):
    """Whom to mail a document, and what to say."""

    send_to: list[str]
    email_title: str
    email_body: NotRequired[str]
    copy_to_self: NotRequired[bool]


class NewClientInvoice(ClientInvoiceFields):
    """An invoice to create. Without status it is finalized at once."""

    client_id: str
    issue_date: str
    due_date: str
    currency: str
    items: list[NewItem | ProductItem]
    status: NotRequired[Literal["draft", "unpaid"]]
    upload_id: NotRequired[str]
    quote_id: NotRequired[str]
    invoice_type: NotRequired[Literal["standard", "deposit", "balance"]]  # (ours)
    deposit_invoice_ids: NotRequired[list[str]]  # (ours)
    send: NotRequired[Letter]  # (ours) mails the invoice once it is issued, in the same call


class ClientInvoiceChange(ClientInvoiceFields, total=False):
    """A change of a draft: absent keeps, None clears, items replace whole."""

    client_id: str
    issue_date: str
    due_date: str
    items: list[NewItem | ProductItem]


class ClientInvoice(TypedDict):
    """A client invoice. A server may leave out what is empty."""

    id: str
    status: ClientInvoiceStatus
    number: str
    organization_id: str
    currency: str
    issue_date: str
    due_date: str
    total_amount: Money
    total_amount_cents: int
    vat_amount: Money
    vat_amount_cents: int
    items: list[dict[str, Any]]
    client: dict[str, Any]
    organization: dict[str, Any]
    payment_methods: list[dict[str, str]]
    created_at: str
    finalized_at: NotRequired[str]
    paid_at: NotRequired[str]
    invoice_url: NotRequired[str]
    attachment_id: NotRequired[str | None]
    tax_exclusive_amount: NotRequired[Money]  # (ours)
    amount_due: NotRequired[Money]  # (ours)
    warnings: NotRequired[list[dict[str, Any]]]  # (ours) stood beside the document in the answer
    preview: NotRequired[dict[str, Any]]  # (ours) of a dry run: number, vat, compliance, needs_approval, email


class Address(TypedDict, total=False):
    """country_code: ISO 3166-1 alpha-2."""

    street_address: str
    city: str
    zip_code: str
    province_code: str
    country_code: str


class ClientFields(TypedDict, total=False):
    """What a client body may carry; for invoicing it needs currency, locale and an address."""

    kind: Literal["company", "individual", "freelancer"]
    name: str | None
    first_name: str | None
    last_name: str | None
    email: str | None
    extra_emails: list[str] | None
    phone: dict[str, str] | None
    e_invoicing_address: str | None
    e_invoicing_address_scheme: str | None  # (ours)
    buyer_reference: str | None  # (ours)
    e_invoicing_format: str | None  # (ours)
    vat_number: str | None
    tax_identification_number: str | None
    billing_address: Address | None
    delivery_address: Address | None
    recipient_code: str | None
    currency: str | None
    locale: str | None


class BillingClient(TypedDict):
    """A client of the organization. Scalars that are empty are "" or left out."""

    id: str
    kind: NotRequired[Literal["company", "individual", "freelancer"]]
    name: NotRequired[str]
    first_name: NotRequired[str]
    last_name: NotRequired[str]
    email: NotRequired[str]
    vat_number: NotRequired[str]
    tax_identification_number: NotRequired[str]
    billing_address: NotRequired[Address]
    currency: NotRequired[str]
    locale: NotRequired[str]


class BankAccount(TypedDict):
    """An account that clients may pay to."""

    id: str
    iban: str
    bic: str
    currency: str
    name: str
    main: NotRequired[bool]
    status: NotRequired[str]


class Organization(TypedDict):
    """The seller."""

    id: str
    slug: str
    legal_name: str
    bank_accounts: list[BankAccount]
    legal_country: NotRequired[str]
    time_zone: NotRequired[str]  # (ours)
    payment_terms_days: NotRequired[int]  # (ours)
    warnings: NotRequired[list[dict[str, Any]]]  # (ours) what its country's documents still need; after a change


class Compliance(TypedDict):
    """What the law says of a document (ours). errors, warnings: as in the API's errors, with meta.json_patch."""

    status: Literal["ready", "blocked", "issued"]
    formats: list[dict[str, str]]
    errors: list[dict[str, Any]]
    warnings: list[dict[str, Any]]


class Attachment(TypedDict):
    """A stored file. url: to fetch it by, for 30 minutes, without a key."""

    id: str
    created_at: NotRequired[str]
    file_name: NotRequired[str]
    file_size: NotRequired[str]
    file_content_type: NotRequired[str]
    url: NotRequired[str]


class ClientInvoiceUpload(TypedDict):
    """A file to be a document's own PDF. file_size: bytes."""

    id: str
    filename: NotRequired[str]
    content_type: NotRequired[str]
    file_size: NotRequired[int]
    url: NotRequired[str]


class ImportedInvoice(TypedDict):
    """What became of one imported file."""

    invoice_id: str
    file_name: str


class InvoicingSettings(TypedDict):
    """How documents are numbered."""

    numbering_mode: Literal["automatic", "manual"]


class EinvoicingSettings(TypedDict):
    """Whether e-invoices are sent and received."""

    sending_status: Literal["enabled", "disabled"]
    receiving_status: str
    network: NotRequired[str]
    is_simulated: NotRequired[bool]


class NewCreditNote(TypedDict):
    """What to credit: items as on an invoice, positive; or, on Counterfoil only, a gross amount."""

    invoice_id: str
    issue_date: str
    reason: str
    currency: str
    items: NotRequired[list[NewItem | ProductItem]]
    amount: NotRequired[Money]  # (ours)
    number: NotRequired[str]
    terms_and_conditions: NotRequired[str]
    contact_email: NotRequired[str]
    discount: NotRequired[Discount]
    welfare_fund: NotRequired[dict[str, str]]
    withholding_tax: NotRequired[dict[str, str]]
    stamp_duty_amount: NotRequired[str]


class CreditNote(TypedDict):
    """A credit note. Amounts are positive."""

    id: str
    invoice_id: str
    attachment_id: str
    issue_date: str
    number: str
    currency: str
    vat_amount: Money
    vat_amount_cents: int
    total_amount: Money
    total_amount_cents: int
    created_at: str
    finalized_at: str
    contact_email: str
    terms_and_conditions: str
    stamp_duty_amount: str
    items: list[dict[str, Any]]
    reason: NotRequired[str]
    client: NotRequired[dict[str, Any]]
    warnings: NotRequired[list[dict[str, Any]]]  # (ours)


class QuoteFields(TypedDict, total=False):
    """What create and update of a quote share."""

    number: str | None
    header: str | None
    footer: str | None
    settings: dict[str, Any] | None
    discount: Discount | None
    welfare_fund: dict[str, str] | None
    withholding_tax: dict[str, str] | None
    stamp_duty_amount: str | None
    upload_id: str | None


class NewQuote(QuoteFields):
    """A quote to create."""

    client_id: str
    issue_date: str
    expiry_date: str
    terms_and_conditions: str
    currency: str
    items: list[NewItem | ProductItem]


class QuoteChange(QuoteFields, total=False):
    """A change of a quote: absent keeps, None clears, items replace whole."""

    issue_date: str
    expiry_date: str
    terms_and_conditions: str
    items: list[NewItem | ProductItem]


class Quote(TypedDict):
    """A quote. quote_url: where the client accepts or declines it."""

    id: str
    organization_id: str
    number: str
    status: Literal["pending_approval", "approved", "canceled"]
    currency: str
    total_amount: Money
    total_amount_cents: int
    vat_amount: Money
    vat_amount_cents: int
    issue_date: str
    expiry_date: str
    created_at: str
    items: list[dict[str, Any]]
    client: dict[str, Any]
    organization: dict[str, Any]
    quote_url: NotRequired[str]
    attachment_id: NotRequired[str]
    invoice_ids: NotRequired[list[str]]
    approved_at: NotRequired[str]
    canceled_at: NotRequired[str]


class SupplierInvoiceChange(TypedDict, total=False):
    """What a person reads off an invoice; None clears."""

    invoice_number: str | None
    supplier_name: str | None
    vat_number: str | None
    tin: str | None
    description: str | None
    issue_date: str | None
    due_date: str | None
    iban: str | None
    total_amount: Money | None
    total_amount_excluding_taxes: Money | None
    total_tax_amount: Money | None
    payable_amount: Money | None
    taxes: list[dict[str, Any]]


class SupplierInvoice(TypedDict):
    """An invoice to pay. What nobody has read off it yet is None."""

    id: str
    organization_id: str
    status: str
    source_type: str
    source: str
    attachment_id: str
    display_attachment_id: str
    file_name: str
    is_einvoice: bool
    created_at: str
    updated_at: str
    invoice_number: NotRequired[str | None]
    supplier_name: NotRequired[str | None]
    total_amount: NotRequired[Money | None]
    issue_date: NotRequired[str | None]
    due_date: NotRequired[str | None]
    payment_date: NotRequired[str | None]
    iban: NotRequired[str | None]
    has_duplicates: NotRequired[bool]
    available_actions: NotRequired[dict[str, Any]]


class SupplierInvoicesCreated(TypedDict):
    """What an upload made, and what was wrong with the other files."""

    supplier_invoices: list[SupplierInvoice]
    errors: list[dict[str, Any]]


class NewProduct(TypedDict):
    """A product to create. vat_rate: a fraction."""

    title: str
    type: Literal["good", "service"]
    unit_price: Money
    vat_rate: str
    description: NotRequired[str]
    internal_note: NotRequired[str]
    unit: NotRequired[str]
    vat_exemption_code: NotRequired[str]
    links: NotRequired[list[dict[str, str]]]


class ProductChange(TypedDict, total=False):
    """A change of a product."""

    title: str
    type: Literal["good", "service"]
    unit_price: Money
    vat_rate: str
    description: str | None
    internal_note: str | None
    unit: str | None
    vat_exemption_code: str | None
    links: list[dict[str, str]]


class Product(NewProduct):
    """A product of the catalog."""

    id: str
    organization_id: NotRequired[str]
    created_at: NotRequired[str]
    updated_at: NotRequired[str]


class NewRecurringInvoice(TypedDict):
    """What to bill again and again. frequency: {"value": 1, "recurrence": "monthly"}."""

    client_id: str
    start_date: str
    frequency: dict[str, Any]
    payment_terms_days: int
    items: list[NewItem | ProductItem]
    currency: str
    bank_account: NotRequired[dict[str, str]]
    invoice_status: NotRequired[Literal["draft", "unpaid"]]


class RecurringInvoice(NewRecurringInvoice):
    """A recurring invoice."""

    id: str
    status: Literal["scheduled", "active", "suspended", "canceled", "finished"]
    next_invoice_date: NotRequired[str | None]
