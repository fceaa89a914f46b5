"""The wire's objects as the caller sees them. Answers are plain dicts: a server may add fields, and none is lost.

Fields that only Counterfoil answers are marked (ours); programs that also talk to other servers do without them.
"""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

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
    vat_exemption_reason: NotRequired[str]
    discount: NotRequired[Discount]


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


class NewClientInvoice(ClientInvoiceFields):
    """An invoice to create. Without status it is finalized at once."""

    client_id: str
    issue_date: str
    due_date: str
    currency: str
    items: list[NewItem]
    status: NotRequired[Literal["draft", "unpaid"]]


class ClientInvoiceChange(ClientInvoiceFields, total=False):
    """A change of a draft: absent keeps, None clears, items replace whole."""

    client_id: str
    issue_date: str
    due_date: str
    items: list[NewItem]


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


class Attachment(TypedDict):
    """A stored file. url: to fetch it by, for 30 minutes, without a key."""

    id: str
    created_at: NotRequired[str]
    file_name: NotRequired[str]
    file_size: NotRequired[str]
    file_content_type: NotRequired[str]
    url: NotRequired[str]
