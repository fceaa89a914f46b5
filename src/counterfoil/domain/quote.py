"""Quotes as the wire says them: the new one, the change, the thing itself, and how its amounts are read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from counterfoil.domain import mentions
from counterfoil.domain.client_invoice import (
    ClientSnapshot,
    Day,
    OrganizationSnapshot,
    Uuid,
    WelfareFundApplied,
    WithholdingTaxApplied,
)
from counterfoil.domain.document import Identity, compute_sums, locale_of, shared_parts
from counterfoil.domain.lines import Discount, Item, NewDiscount, NewItem, VatBreakdown
from counterfoil.domain.money import CurrencyCode, Money
from counterfoil.domain.organization import DocumentSettings, OrganizationProfile
from counterfoil.domain.rules import write_faults
from counterfoil.domain.rules.patches import retargeted
from counterfoil.domain.surcharges import StampDutyText, WelfareFund, WithholdingTax
from counterfoil.domain.texts import MAY_BE_ABSENT, Line40, Text1000, Text3000
from counterfoil.errors import Fault

QuoteStatus = Literal["pending_approval", "approved", "canceled"]

# What a quote cannot do without: a change may replace it, never clear it.
REQUIRED = ("number", "issue_date", "expiry_date", "terms_and_conditions", "currency", "items")


def as_fraction(value: str) -> str:
    """A rate as a fraction: above 1 it was a percentage, as the API's page on quotes has it ("20" is "0.2").

    What is no percentage either, or not exact within six decimals, stays as it is and is refused later.
    """
    rate = Decimal(value)
    if not 1 < rate <= 100 or rate * 10_000 % 1:
        return value
    return f"{rate.scaleb(-2).normalize():f}"


class NewQuoteDiscount(NewDiscount):
    """A discount to apply. percentage: up to 1 a fraction, above 1 percent ("0.1" and "10" are 10 %)."""

    @field_validator("value")
    @classmethod
    def _fraction(cls, value: str, info: ValidationInfo) -> str:
        return as_fraction(value) if info.data.get("type") == "percentage" else value


class NewQuoteItem(NewItem):
    """One line to offer. vat_rate: up to 1 a fraction, above 1 percent ("0.2" and "20" are 20 %)."""

    discount: NewQuoteDiscount | None = None
    currency: CurrencyCode | None = Field(None, description="that of the quote", exclude=True)

    @field_validator("vat_rate")
    @classmethod
    def _fraction(cls, value: str) -> str:
        return as_fraction(value)


class QuoteFields(BaseModel):
    """Fields that create and update share; `None` counts as absent on create and clears on update."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    number: Line40 | None = None
    header: Text1000 | None = None
    footer: Text1000 | None = None
    settings: DocumentSettings | None = None
    discount: NewQuoteDiscount | None = Field(None, description="global, after the items' own discounts")
    welfare_fund: WelfareFund | None = None
    withholding_tax: WithholdingTax | None = None
    stamp_duty_amount: StampDutyText | None = None
    upload_id: Uuid | None = Field(None, description="an uploaded PDF, used in place of one made here")


class NewQuote(QuoteFields):
    """A quote to create. It waits for the client's approval at once, and has its number for good."""

    client_id: Uuid
    issue_date: Day
    expiry_date: Day = Field(description="the last day on which the client may accept it")
    terms_and_conditions: Text3000
    currency: Annotated[str, Field(max_length=3)]
    items: Annotated[list[NewQuoteItem], Field(min_length=1)]


class QuoteChange(QuoteFields):
    """A change of a quote: absent keeps, null clears, `items` replaces whole, `settings` merges."""

    client_id: Uuid | None = Field(None, description="the quote's own: a quote never changes hands")
    issue_date: Day | None = None
    expiry_date: Day | None = None
    terms_and_conditions: Text3000 | None = None
    currency: Annotated[str, Field(max_length=3)] | None = None
    items: Annotated[list[NewQuoteItem], Field(min_length=1)] | None = None


class QuoteItem(Item):
    """One offered line; its exemption stands under both of the API's names."""

    vat_exemption_code: str | None = Field(None, description="the same as vat_exemption_reason")


class FrozenQuote(BaseModel):
    """The document itself: closed once the client has accepted or declined it. Stored as canonical JSON."""

    model_config = ConfigDict(frozen=True)

    id: str
    organization_id: str
    number: str
    contact_email: str = ""
    terms_and_conditions: str = ""
    header: str = ""
    footer: str = ""
    currency: str
    issue_date: date
    expiry_date: date
    created_at: str
    stamp_duty_amount: str = ""
    items: list[QuoteItem]
    client: dict[str, object]
    organization: OrganizationSnapshot
    discount: Discount | None = None
    welfare_fund: WelfareFundApplied | None = None
    withholding_tax: WithholdingTaxApplied | None = None
    vat_amount: Money
    vat_amount_cents: int
    total_amount: Money = Field(description="with VAT and stamp duty, before withholding")
    total_amount_cents: int
    # Ours, as on invoices:
    line_total_amount: Money = Field(description="sum of the lines' subtotals (ours)")
    line_total_amount_cents: int
    tax_exclusive_amount: Money = Field(description="after discount, with welfare fund, without VAT (ours)")
    tax_exclusive_amount_cents: int
    amount_due: Money = Field(description="total_amount less withholding (ours)")
    amount_due_cents: int
    vat_breakdown: list[VatBreakdown] = Field(description="VAT per rate (ours)")
    mentions: list[str] = Field([], description="legal notes printed on the document, in its language (ours)")
    settings: dict[str, object] = Field({}, description="this document's overrides, as given (ours)")


class LiveQuote(BaseModel):
    """What goes on living. Keys are disjoint from the frozen ones: the answer is the two spliced."""

    model_config = ConfigDict(frozen=True)

    status: QuoteStatus
    updated_at: str = Field(description="(ours)")
    approved_at: str = ""
    canceled_at: str = ""
    attachment_id: str | None = Field(None, description="absent until the PDF is made")
    invoice_ids: list[str] = Field([], description="invoices made from this quote")
    is_sent: bool = Field(False, description="whether it was mailed from here (ours)")
    approved_by: str = Field("", description="the name that the client gave on accepting (ours)")
    declined_by: str = Field("", description="the name that the client gave on declining (ours)")
    decline_reason: str = Field("", description="(ours)")
    document_hash: str = Field("", description="SHA-256 of the document that was accepted or declined (ours)")
    upload_id: str | None = Field(None, description="the upload that is its PDF; absent without one (ours)")

    def stored(self) -> str:
        """As JSON; a PDF that is not made yet has no key, nor an upload that is none."""
        absent = {name for name in ("attachment_id", "upload_id") if getattr(self, name) is None}
        return self.model_dump_json(exclude=absent)


class Quote(FrozenQuote, LiveQuote):
    """A quote as answered: the two texts spliced, plus what only the reader knows."""

    client: ClientSnapshot  # type: ignore[assignment]  # stored as it came, described as what it is
    attachment_id: str = Field("", description="absent until the PDF is made", json_schema_extra={MAY_BE_ABSENT: True})
    upload_id: str = Field(
        "", description="the upload that is its PDF; absent without one (ours)", json_schema_extra={MAY_BE_ABSENT: True}
    )
    quote_url: str = Field(description="the public page, on which the client accepts or declines")


def build_quote(
    new: NewQuote, identity: Identity, *, profile: OrganizationProfile, client: Mapping[str, Any]
) -> FrozenQuote:
    """The whole document. client: a snapshot. Raises Invalid with every fault of its discounts and totals."""
    sums = compute_sums(new, profile=profile, client=client)
    shared = shared_parts(new, identity, sums, profile=profile, client=client)
    lines = shared.pop("items")
    return FrozenQuote(
        expiry_date=new.expiry_date,
        items=[{**line, "vat_exemption_code": line["vat_exemption_reason"]} for line in lines],
        # Nothing is owed yet: of an invoice's notes only those hold that say why there is no VAT.
        mentions=mentions.mentions(
            profile,
            locale=locale_of(client),
            vat_groups=sums.groups,
            stamp_duty_amount=new.stamp_duty_amount,
            is_business_client=False,
        ),
        **shared,
    )


def as_new_quote(frozen: Mapping[str, Any]) -> NewQuote:
    """What was asked for, read back from a quote's document, so that a change can build it anew."""
    kept = ("number", "issue_date", "expiry_date", "terms_and_conditions", "currency", "items", "discount",
            "welfare_fund", "withholding_tax")  # fmt: skip
    cleared = ("header", "footer", "settings", "stamp_duty_amount")
    asked = {name: frozen[name] for name in kept} | {name: frozen[name] or None for name in cleared}
    return NewQuote.model_validate_json(json.dumps({"client_id": frozen["client"]["id"], **asked}))


def quote_faults(new: NewQuote, profile: OrganizationProfile) -> list[Fault]:
    """Everything that is wrong with a quote's values; discounts' bounds are found when it is built."""
    return [*retargeted(write_faults(new, profile), "quote"), *_expiry(new), *_line_currencies(new)]


def _expiry(new: NewQuote) -> Iterable[Fault]:
    if new.expiry_date < new.issue_date:
        yield Fault(
            "invalid_expiry_date",
            f"The quote expires on {new.expiry_date.isoformat()}, before its issue date {new.issue_date.isoformat()}.",
            field="expiry_date",
            fix="Send an expiry date that is not before the issue date.",
        )


def _line_currencies(new: NewQuote) -> Iterable[Fault]:
    for index, item in enumerate(new.items):
        if item.currency is not None and item.currency != new.currency:
            yield Fault(
                "invalid_currency",
                f"Item {index + 1} is in {item.currency}, the quote in {new.currency}.",
                field=f"items/{index}/currency",
                fix=f'Leave it out, or send "{new.currency}".',
            )
