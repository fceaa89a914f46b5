"""Products: goods and services of the catalog, which lines are written from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, StringConstraints

from counterfoil.domain import vat
from counterfoil.domain.lines import VatExemptionReason
from counterfoil.domain.money import EXACT, Money, Price, text
from counterfoil.domain.organization import OrganizationProfile
from counterfoil.domain.texts import MAY_BE_ABSENT, Line40, Line120, OneLine, Paragraphs
from counterfoil.errors import Fault

ProductType = Literal["good", "service"]
Title = Annotated[Line120, StringConstraints(min_length=1)]
Rate = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,3}(\.[0-9]{1,6})?$")]
Description = Annotated[str, StringConstraints(max_length=600), Paragraphs]
InternalNote = Annotated[str, StringConstraints(max_length=50_000), Paragraphs]
# Shown to people as a link: any other scheme could run something in their browser.
Url = Annotated[str, StringConstraints(max_length=2_048, pattern=r"^[Hh][Tt][Tt][Pp][Ss]?://[^\s/]+(/.*)?$"), OneLine]
REQUIRED = ("title", "type", "unit_price", "vat_rate")


class ProductLink(BaseModel):
    """A page about the product."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    title: Line120 = ""
    url: Url = Field(description="http or https; letters beyond ASCII stay as they are")


class ProductFields(BaseModel):
    """What a product body may carry. unit_price: without VAT. vat_rate: a fraction, "0.2" is 20 %."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    title: Title | None = None
    type: ProductType | None = None
    unit_price: Price | None = None
    vat_rate: Rate | None = None
    description: Description | None = None
    internal_note: InternalNote | None = Field(None, description="never printed")
    unit: Line40 | None = None
    vat_exemption_code: VatExemptionReason | Literal[""] | None = Field(
        None,
        validation_alias=AliasChoices("vat_exemption_code", "vat_exemption_reason"),
        description="where the rate is 0; vat_exemption_reason is the same",
    )
    links: Annotated[list[ProductLink], Field(max_length=50)] | None = None


class NewProduct(ProductFields):
    """A product to create."""

    title: Title
    type: ProductType
    unit_price: Price
    vat_rate: Rate


class ProductChange(ProductFields):
    """A change: absent keeps, null clears, links replaces the whole list."""


class Product(BaseModel):
    """A product as stored and answered."""

    model_config = ConfigDict(frozen=True)

    id: str
    organization_id: str
    title: str
    type: ProductType
    unit_price: Money
    vat_rate: str
    description: str = ""
    internal_note: str = ""
    unit: str = ""
    vat_exemption_code: VatExemptionReason | None = Field(
        None, description="absent when there is none", json_schema_extra={MAY_BE_ABSENT: True}
    )
    links: list[ProductLink] = []
    created_at: str
    updated_at: str


def write_faults(product: Product, profile: OrganizationProfile) -> list[Fault]:
    """Everything that would keep the product from ever being billed."""
    return [*_price_faults(product), *_vat_faults(product, profile)]


def _price_faults(product: Product) -> Iterable[Fault]:
    if product.unit_price.currency != "EUR":
        message = f'"{product.unit_price.currency}" is not allowed; documents are in EUR.'
        yield Fault(
            "invalid_currency", message, field="unit_price/currency", fix='Send "EUR".', meta={"allowed": ["EUR"]}
        )


def _vat_faults(product: Product, profile: OrganizationProfile) -> Iterable[Fault]:
    rate = Decimal(product.vat_rate)
    if rate > 1:
        fraction = f"{(rate / 100).normalize():f}"
        yield Fault(
            "invalid_vat_rate",
            f'A VAT rate is a fraction from 0 to 1; "{product.vat_rate}" is not.',
            field="vat_rate",
            fix=f'For {rate.normalize():f} % send "{fraction}".' if rate <= 100 else 'Send one such as "0.2" for 20 %.',
            meta={"minimum": "0", "maximum": "1"},
        )
    is_reason_missing = not rate and not product.vat_exemption_code
    if is_reason_missing and profile.legal_country == "IT" and vat.default_exemption_reason(profile.vat_regime) is None:
        allowed = vat.reasons_of("IT")
        yield Fault(
            "missing_vat_exemption_code",
            "A product of an Italian organization with a VAT rate of zero needs its vat_exemption_code.",
            field="vat_exemption_code",
            fix=f"Send one of {', '.join(allowed)}, or a VAT rate above zero.",
            meta={"allowed": list(allowed)},
            source="DPR 633/1972 art. 21 c. 6",
        )


def webhook_form(product: Mapping[str, Any]) -> dict[str, Any]:
    """A product, as answered, in the flat form in which webhooks tell of it."""
    price = Decimal(product["unit_price"]["value"])
    with_vat = EXACT.multiply(price, EXACT.add(Decimal(1), Decimal(product["vat_rate"])))
    kept = (
        "id",
        "title",
        "description",
        "internal_note",
        "type",
        "unit",
        "vat_rate",
        "links",
        "created_at",
        "updated_at",
    )
    return {name: product[name] for name in kept} | {
        "unit_price": text(price),
        "unit_price_incl_vat": text(with_vat),
        "currency": product["unit_price"]["currency"],
        "vat_exemption_code": product.get("vat_exemption_code", ""),
    }
