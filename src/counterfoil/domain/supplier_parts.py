"""What a supplier invoice holds beside its single values when it was read from an e-invoice (all of it ours)."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from counterfoil.domain.money import Money


class SupplierItem(BaseModel):
    """One line as the file says it. Texts are plain text, whatever signs are in them. vat_rate: a fraction."""

    model_config = ConfigDict(frozen=True)

    title: str
    description: str = ""
    quantity: str
    unit: str = Field("", description="as the file writes it: a code of UN/ECE Recommendation 20, in Italy a word")
    unit_price: Money | None
    vat_rate: str | None
    vat_exemption_code: str | None = Field(None, description="the VAT category of EN 16931 where it is not S")
    subtotal: Money | None = Field(description="without VAT, after the line's discounts")


class SupplierInvoiceBuyer(BaseModel):
    """To whom the file says that it is addressed."""

    model_config = ConfigDict(frozen=True)

    name: str
    vat_number: str | None = None
    tin: str | None = None
    country_code: str | None = None


class Discrepancy(BaseModel):
    """One sum of the file that does not fit. field: of the supplier invoice, such as "items/0/subtotal"."""

    model_config = ConfigDict(frozen=True)

    field: str
    expected: str = Field(description="what the other amounts make")
    found: str = Field(description="what the file says")
    message: str


class ReadingNote(BaseModel):
    """Something that whoever looks at the invoice should know of the file."""

    model_config = ConfigDict(frozen=True)

    code: str
    message: str
    field: str | None = None
    fix: str | None = None
