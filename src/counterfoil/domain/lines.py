"""Invoice lines (BG-25) and discounts (BG-20, BG-27) as the wire says them."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, computed_field

from counterfoil.domain.money import Money, Price, SignedDecimalText, UnsignedDecimalText, cents
from counterfoil.domain.texts import Line40, Line120, Text1800

VatExemptionReason = Literal[
    "N1", "N2", "N2.1", "N2.2", "N3", "N3.1", "N3.2", "N3.3", "N3.4", "N3.5", "N3.6", "N4", "N5",
    "N6", "N6.1", "N6.2", "N6.3", "N6.4", "N6.5", "N6.6", "N6.7", "N6.8", "N6.9", "N7",
    "S293B", "S262.1", "S259", "S283", "S261", "S262", "S263",
    "S19.1", "S4.1B", "S4.1A", "S4", "S13B",
    "S122", "S25", "S21", "S69", "S20", "S84.1.2",
]  # fmt: skip


# UN/ECE Recommendation 20, and 21 with an X before it.
UnitCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{2,3}$", to_upper=True)]
ProductId = Annotated[
    str, StringConstraints(pattern=r"^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$", to_lower=True)
]


class NewDiscount(BaseModel):
    """A discount to apply. percentage: a fraction from 0.0001 to 1 ("0.1" is 10 %); absolute: euros.

    `amount` is an older word for absolute, which some clients still send.
    """

    model_config = ConfigDict(frozen=True)

    type: Literal["percentage", "absolute", "amount"]
    value: UnsignedDecimalText


class ExemptionNames(BaseModel):
    """Why there is no VAT, under either of the two names that the API's pages use for it.

    Read `vat_exemption_reason`: it holds what was sent under either name; when both were sent, what stands in it.
    """

    model_config = ConfigDict(frozen=True)

    vat_exemption_reason: VatExemptionReason | Literal[""] | None = None
    vat_exemption_code: VatExemptionReason | Literal[""] | None = Field(
        None, exclude=True, description="the same as vat_exemption_reason, under its other name"
    )

    def model_post_init(self, _context: object) -> None:
        """Moves a reason that came under the other name. A validator before the model would cost half as much again."""
        if self.vat_exemption_code is not None and not self.vat_exemption_reason:
            object.__setattr__(self, "vat_exemption_reason", self.vat_exemption_code)
            self.model_fields_set.add("vat_exemption_reason")


def _written_from_a_product(schema: dict[str, Any]) -> None:
    """A line that names a product may leave out what the product gives: `operations/catalog.py` fills it in."""
    given = [name for name in ("title", "unit_price", "vat_rate") if name in schema["required"]]
    schema["required"] = [name for name in schema["required"] if name not in given]
    is_named = {"required": ["product_id"], "properties": {"product_id": {"type": "string"}}}
    schema["anyOf"] = [{"required": given}, is_named]


class NewItem(ExemptionNames):
    """One line to bill.

    quantity: decimal string, may be negative (a returned good). unit_price: without VAT, per unit. vat_rate: a
    fraction from "0" to "1" ("0.2" is 20 %). vat_exemption_reason: needed when vat_rate is zero.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", json_schema_extra=_written_from_a_product)

    title: Annotated[Line120, StringConstraints(min_length=1)]
    description: Text1800 | None = None
    quantity: SignedDecimalText
    unit: Line40 | None = None
    unit_code: UnitCode | None = Field(
        None, description="BT-130: UN/ECE code of the unit; follows from `unit` when left out (ours)"
    )
    unit_price: Price
    vat_rate: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,3}(\.[0-9]{1,6})?$")]
    discount: NewDiscount | None = None
    product_id: ProductId | None = Field(
        None, description="a product of the catalog, which gives what the line leaves out (ours)"
    )


class Discount(BaseModel):
    """A discount as applied: `amount` is what it took off, without VAT."""

    model_config = ConfigDict(frozen=True)

    type: Literal["percentage", "absolute"]
    value: str
    amount: Money

    @computed_field  # type: ignore[prop-decorator]  # pydantic's documented use; mypy cannot see through it
    @property
    def amount_cents(self) -> int:
        return cents(Decimal(self.amount.value))


class Item(BaseModel):
    """One billed line. subtotal: after its discount, without VAT. total_amount = subtotal + total_vat."""

    model_config = ConfigDict(frozen=True)

    title: str
    description: str = ""
    quantity: str
    unit: str = ""
    unit_code: str | None = Field(None, description="BT-130, when it was given (ours)")
    unit_price: Money
    unit_price_cents: int
    vat_rate: str
    vat_exemption_reason: str | None = None
    discount: Discount | None = None
    total_vat: Money
    total_vat_cents: int
    total_amount: Money
    total_amount_cents: int
    subtotal: Money
    subtotal_cents: int
    product_id: str | None = Field(None, description="the product that the line was written from (ours)")


class VatBreakdown(BaseModel):
    """One VAT group (BG-23; ours): category code of UNCL 5305, rate as a fraction, taxable base and VAT."""

    model_config = ConfigDict(frozen=True)

    vat_category: Literal["S", "Z", "E", "AE", "K", "G", "O"] = Field(description="BT-118")
    vat_rate: str = Field(description='BT-119 as a fraction: "0.2" is 20 %')
    vat_exemption_reason: str | None = Field(None, description="the API's code, such as S293B")
    vat_exemption_text: str = Field("", description="BT-120: the reason in words, in the client's language")
    taxable_amount: Money = Field(description="BT-116: lines less global discount plus welfare fund")
    taxable_amount_cents: int
    vat_amount: Money = Field(description="BT-117")
    vat_amount_cents: int
    allowance_amount: Money | None = Field(None, description="BT-92: its share of the global discount, if any")
    charge_amount: Money | None = Field(None, description="BT-99: its share of the welfare fund, if any")
