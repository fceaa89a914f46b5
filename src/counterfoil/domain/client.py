"""The buyer (BG-7): a company, a freelancer or an individual."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from counterfoil.domain.texts import CountryCode, Line40, Line60, Line250

ClientKind = Literal["individual", "company", "freelancer"]
Email = Annotated[
    str,
    StringConstraints(
        max_length=254,
        pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~\-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.\-]{0,250}[A-Za-z0-9])?$",
    ),
]
Locale = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2}(?:[-_][A-Za-z]{2})?$")]


class Address(BaseModel):
    """A postal address; country_code is ISO 3166-1 alpha-2."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    street_address: Line250 | None = None
    city: Annotated[Line60, StringConstraints(max_length=50)] | None = None
    zip_code: Annotated[Line40, StringConstraints(max_length=20)] | None = None
    province_code: Annotated[str, StringConstraints(pattern=r"^([A-Za-z]{2})?$", to_upper=True)] | None = None
    country_code: CountryCode | Literal[""] | None = None


class Phone(BaseModel):
    """A telephone number: country_code as "+33"."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    country_code: Annotated[str, StringConstraints(pattern=r"^\+?[0-9]{1,4}$")]
    number: Annotated[str, StringConstraints(pattern=r"^[0-9 ()./\-]{1,30}$")]


class ClientFields(BaseModel):
    """What a client body may carry, on create and on update. A filled billing_address wins over the root fields."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: ClientKind | None = None
    type: ClientKind | None = Field(None, deprecated=True, description="the older name of kind")
    name: Line250 | None = None
    first_name: Line60 | None = None
    last_name: Line60 | None = None
    email: Email | Literal[""] | None = None
    extra_emails: Annotated[list[Email], Field(max_length=100)] | None = None
    phone: Phone | None = None
    e_invoicing_address: Line250 | None = None
    vat_number: Annotated[Line40, StringConstraints(max_length=20)] | None = None
    tax_identification_number: Annotated[Line40, StringConstraints(max_length=30)] | None = None
    address: Line250 | None = None
    city: Annotated[Line60, StringConstraints(max_length=50)] | None = None
    zip_code: Annotated[Line40, StringConstraints(max_length=20)] | None = None
    province_code: Annotated[str, StringConstraints(pattern=r"^([A-Za-z]{2})?$", to_upper=True)] | None = None
    country_code: CountryCode | Literal[""] | None = None
    billing_address: Address | None = None
    delivery_address: Address | None = None
    recipient_code: Annotated[str, StringConstraints(pattern=r"^([A-Za-z0-9]{6,7})?$", to_upper=True)] | None = None
    currency: Annotated[str, StringConstraints(pattern=r"^([A-Za-z]{3})?$", to_upper=True)] | None = None
    locale: Locale | Literal[""] | None = None


class Client(BaseModel):
    """A client as stored and answered. Empty scalars are ""; `type` repeats `kind` for older programs."""

    model_config = ConfigDict(frozen=True)

    id: str
    kind: ClientKind
    type: ClientKind
    name: str = ""
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    extra_emails: list[str] = []
    phone: Phone | None = None
    phone_number: str = ""
    e_invoicing_address: str = ""
    vat_number: str = ""
    tax_identification_number: str = ""
    address: str = ""
    city: str = ""
    zip_code: str = ""
    province_code: str = ""
    country_code: str = ""
    billing_address: Address
    delivery_address: Address | None = None
    recipient_code: str = ""
    currency: str = ""
    locale: str = ""
    e_invoicing_reachable: bool = False
    created_at: str
    updated_at: str

    @property
    def display_name(self) -> str:
        """What a document calls this client: the company's name, or first and last name."""
        return self.name or f"{self.first_name} {self.last_name}".strip()
