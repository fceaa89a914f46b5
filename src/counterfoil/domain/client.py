"""The buyer (BG-7): a company, a freelancer or an individual."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from counterfoil.domain.einvoice_formats import AskedFormat
from counterfoil.domain.texts import MAY_BE_ABSENT, CountryCode, Line40, Line60, Line120, Line250
from counterfoil.errors import Fault

ClientKind = Literal["individual", "company", "freelancer"]
Email = Annotated[
    str,
    StringConstraints(
        max_length=254,
        pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~\-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.\-]{0,250}[A-Za-z0-9])?$",
    ),
]
# A code of the EAS list: four digits of ISO 6523, or two letters such as EM, an e-mail address.
EasCode = Annotated[str, StringConstraints(pattern=r"^([0-9]{4}|[A-Za-z]{2})$", to_upper=True)]
Locale = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2}(?:[-_][A-Za-z]{2})?$")]


_MAYBE: Any = Field(None, json_schema_extra={MAY_BE_ABSENT: True})


class Address(BaseModel):
    """A postal address; country_code is ISO 3166-1 alpha-2. An answer leaves out its empty parts."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    street_address: Line250 | None = _MAYBE
    city: Annotated[Line60, StringConstraints(max_length=50)] | None = _MAYBE
    zip_code: Annotated[Line40, StringConstraints(max_length=20)] | None = _MAYBE
    province_code: Annotated[str, StringConstraints(pattern=r"^([A-Za-z]{2})?$", to_upper=True)] | None = _MAYBE
    country_code: CountryCode | Literal[""] | None = _MAYBE


class Phone(BaseModel):
    """A telephone number: country_code as "+33"."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    country_code: Annotated[str, StringConstraints(pattern=r"^\+?[0-9]{1,4}$")]
    number: Annotated[str, StringConstraints(pattern=r"^[0-9 ()./\-]{1,30}$")]

    @property
    def in_one(self) -> str:
        """Country and number without separators, as telephones dial it."""
        return "+" + "".join(letter for letter in self.country_code + self.number if letter.isdigit())


class ClientFields(BaseModel):
    """What a client body may carry, on create and on update. A filled billing_address wins over the root fields."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: ClientKind | None = None
    type: ClientKind | None = Field(None, description="the older name of kind", json_schema_extra={"deprecated": True})
    name: Line250 | None = None
    first_name: Line60 | None = None
    last_name: Line60 | None = None
    email: Email | Literal[""] | None = None
    extra_emails: Annotated[list[Email], Field(max_length=100)] | None = None
    phone: Phone | None = None
    e_invoicing_address: Line250 | None = Field(None, description="BT-49: where its e-invoices go")
    e_invoicing_address_scheme: EasCode | Literal[""] | None = Field(
        None, description="BT-49's scheme, a code of the EAS list such as 0225; guessed from the address (ours)"
    )
    buyer_reference: Line120 | None = Field(
        None, description="BT-10: Leitweg-ID or another reference that its documents must carry (ours)"
    )
    e_invoicing_format: AskedFormat | Literal[""] | None = Field(
        None, description="the XRechnung syntax that it wants, or facturx for none (ours)"
    )
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
    """A client as stored and answered. Empty texts are "", empty objects absent; `type` repeats `kind`."""

    model_config = ConfigDict(frozen=True)

    id: str
    kind: ClientKind
    type: ClientKind
    name: str = ""
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    extra_emails: list[str] = []
    phone: Phone | None = _MAYBE
    phone_number: str = Field("", description='phone in one: "+33123456789"')
    e_invoicing_address: str = ""
    e_invoicing_address_scheme: str = Field("", description="BT-49's scheme, a code of the EAS list (ours)")
    buyer_reference: str = Field("", description="BT-10 (ours)")
    e_invoicing_format: str = Field("", description="the format that it asks for (ours)")
    vat_number: str = ""
    tax_identification_number: str = ""
    address: str = ""
    city: str = ""
    zip_code: str = ""
    province_code: str = ""
    country_code: str = ""
    billing_address: Address
    delivery_address: Address | None = _MAYBE
    recipient_code: str = ""
    currency: str = ""
    locale: str = ""
    e_invoicing_reachable: bool = Field(
        False, description="whether a network is connected, and the client has an electronic address on it"
    )
    created_at: str
    updated_at: str

    @property
    def display_name(self) -> str:
        """What a document calls this client: the company's name, or first and last name."""
        return self.name or f"{self.first_name} {self.last_name}".strip()


def write_faults(client: Client, seller_country: str) -> list[Fault]:
    """What a client cannot be without, and what its address must look like."""
    needed = ("name",) if client.kind == "company" else ("first_name", "last_name")
    who = "company" if client.kind == "company" else "person"
    faults = [
        Fault("missing_value", f"A {who} needs {name}.", field=name, fix=f"Send {name}.")
        for name in needed
        if not getattr(client, name).strip()
    ]
    return [*faults, *_italian_address_faults(client, seller_country)]


def _italian_address_faults(client: Client, seller_country: str) -> Iterable[Fault]:
    if client.country_code != "IT":
        return
    if client.zip_code and not re.fullmatch(r"[0-9]{5}", client.zip_code):
        yield Fault(
            "invalid_zip_code",
            f'An Italian zip code has 5 digits; "{client.zip_code}" has not.',
            field="billing_address/zip_code",
            fix='Send one such as "20121".',
            source="FatturaPA 1.4.2.3 CAP",
        )
    is_placed = client.address or client.city or client.zip_code
    if seller_country == "IT" and is_placed and not client.province_code:
        yield Fault(
            "missing_value",
            "A client in Italy of an Italian organization needs province_code.",
            field="billing_address/province_code",
            fix='Send the two letters of the province, such as "MI".',
            source="FatturaPA 1.4.2.5 Provincia",
        )
