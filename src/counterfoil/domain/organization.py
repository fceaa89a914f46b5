"""The seller (BG-4): who issues, under which VAT regime, and to which account it is paid."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from counterfoil.domain.client import EasCode, Email
from counterfoil.domain.texts import CountryCode, Line40, Line60, Line120, Line250, Text1000

VatRegime = Literal["standard", "franchise", "kleinunternehmer", "forfettario"]
TransactionType = Literal["goods", "services", "goods_and_services"]
VatPaymentCondition = Literal["on_receipts", "compensated_for_sales", "exempt"]
# FatturaPA 1.2.3; RF03 was withdrawn.
RegimeFiscale = Literal[
    "RF01", "RF02", "RF04", "RF05", "RF06", "RF07", "RF08", "RF09", "RF10", "RF11", "RF12", "RF13", "RF14", "RF15",
    "RF16", "RF17", "RF18", "RF19", "RF20",
]  # fmt: skip
NumberingMode = Literal["automatic", "manual"]
CapitalCurrency = Literal[
    "AED", "AUD", "BGN", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "GHS", "HKD", "HUF", "ILS", "MXN", "NOK",
    "NZD", "PEN", "PLN", "RON", "RSD", "SAR", "SEK", "SGD", "TRY", "USD", "ZAR", "ZMW",
]  # fmt: skip

REGIME_COUNTRY: dict[str, str] = {"franchise": "FR", "kleinunternehmer": "DE", "forfettario": "IT"}
TIME_ZONES = {"FR": "Europe/Paris", "DE": "Europe/Berlin", "IT": "Europe/Rome", "ES": "Europe/Madrid"}
LOCALES = {"FR": "fr", "DE": "de", "IT": "it", "ES": "es"}


class CapitalShare(BaseModel):
    """Registered capital, as printed on French documents."""

    model_config = ConfigDict(frozen=True)

    value: Annotated[str, StringConstraints(max_length=12, pattern=r"^[0-9]{1,12}(\.[0-9]{1,2})?$")]
    currency: CapitalCurrency = "EUR"


class DocumentSettings(BaseModel):
    """Overrides of the organization's legal texts for one document; absent keeps the organization's own."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    vat_number: Line40 | None = None
    company_leadership: Line250 | None = None
    district_court: Line250 | None = None
    commercial_register_number: Line120 | None = None
    tax_number: Line40 | None = None
    legal_capital_share: CapitalShare | None = None
    transaction_type: TransactionType | None = None
    vat_payment_condition: VatPaymentCondition | None = None
    discount_conditions: Text1000 | None = None
    late_payment_penalties: Text1000 | None = None
    legal_fixed_compensation: Text1000 | None = None


class OrganizationProfile(BaseModel):
    """All that an organization says of itself; stored whole. Fields from vat_regime on are ours.

    locale: of the organization itself (its clients have their own). payment_terms_days: default between issue and due
    date. accent_color: "#rrggbb". time_zone: an IANA name; "today" is this zone's calendar day.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    legal_name: Annotated[Line250, StringConstraints(min_length=1)]
    legal_country: CountryCode
    name: Line250 = ""
    legal_number: Line40 = ""
    legal_form: Line120 = ""
    legal_sector: Line120 = ""
    legal_registration_date: Line40 = ""
    address_line_1: Line250 = ""
    address_line_2: Line250 = ""
    address_zipcode: Annotated[str, StringConstraints(max_length=20)] = ""
    address_city: Line60 = ""
    address_province: Annotated[str, StringConstraints(pattern=r"^([A-Za-z]{2})?$", to_upper=True)] = ""
    address_country: CountryCode | Literal[""] = ""
    company_leadership: Line250 = ""
    district_court: Line250 = ""
    commercial_register_number: Line120 = ""
    vat_number: Line40 = ""
    tax_number: Line40 = ""
    legal_capital_share: CapitalShare | None = None
    transaction_type: TransactionType | None = None
    vat_payment_condition: VatPaymentCondition | None = None
    discount_conditions: Text1000 = ""
    late_payment_penalties: Text1000 = ""
    legal_fixed_compensation: Text1000 = ""
    locale: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")] = "en"
    vat_regime: VatRegime = "standard"
    is_freelancer: bool = Field(False, description="a natural person; lets Spanish ones withhold IRPF")
    email: Email | Literal[""] = ""
    phone: Line40 = ""
    contact_name: Line120 = Field("", description="BT-41: whom buyers may ask; the leadership, else the legal name")
    electronic_address: Line250 = Field("", description="BT-34: follows from the other numbers when it is empty")
    electronic_address_scheme: EasCode | Literal[""] = Field("", description="BT-34's scheme, of the EAS list")
    regime_fiscale: RegimeFiscale | Literal[""] = Field(
        "", description="Italy, FatturaPA 1.2.1.8: RF01, under forfettario RF19, when it is empty"
    )
    is_professional: bool = Field(False, description="Italy: invoices are fee notes of a professional (TD06)")
    time_zone: Line60 = "Europe/Paris"
    payment_terms_days: Annotated[int, Field(ge=0, le=365)] = 30
    accent_color: Annotated[str, StringConstraints(pattern=r"^#[0-9A-Fa-f]{6}$")] = "#1f4e79"
    logo_attachment_id: str = ""
    numbering_mode: NumberingMode = "automatic"
    einvoicing_enabled: bool = Field(False, description="Italy: SdI sending is activated")
    is_specimen: bool = Field(False, description="demo data: every document is marked SPECIMEN")


class OrganizationChange(OrganizationProfile):
    """A change of the profile: absent keeps, null puts back what it was without being said."""

    legal_name: Annotated[Line250, StringConstraints(min_length=1)] | None = None  # type: ignore[assignment]  # may lack
    legal_country: CountryCode | None = None  # type: ignore[assignment]  # may lack


class PostalAddress(BaseModel):
    """Where the organization is."""

    model_config = ConfigDict(frozen=True)

    street_address: str
    zip_code: str
    city: str
    country_code: str


class BankAccount(BaseModel):
    """An account that clients pay to (BG-17). Balances are zero: there is no bank behind it."""

    model_config = ConfigDict(frozen=True)

    id: str
    organization_id: str
    slug: str
    name: str
    iban: str
    bic: str
    account_number: str = ""
    currency: str = "EUR"
    status: Literal["active", "closed"] = "active"
    main: bool = False
    is_external_account: bool = False
    updated_at: str


class BankAccountShown(BankAccount):
    """An account as answered. Balances are 0: there is no bank behind this server."""

    balance: int
    balance_cents: int
    authorized_balance: int
    authorized_balance_cents: int


class Organization(OrganizationProfile):
    """The organization as answered: the API's own fields beside its profile."""

    id: str
    slug: str
    legal_address: str
    address: PostalAddress
    contract_signed_at: str
    legal_share_capital: int | str
    bank_accounts: list[BankAccountShown]
