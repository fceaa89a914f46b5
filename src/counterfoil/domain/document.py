"""Putting a document together from what was asked, who sells, who buys and where it is paid. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal, Protocol

from counterfoil.domain import mentions, totals, vat
from counterfoil.domain.client_invoice import (
    DeductedDeposit,
    FrozenClientInvoice,
    NewClientInvoice,
    OrganizationSnapshot,
    PaymentMethod,
    WelfareFundApplied,
    WithholdingTaxApplied,
)
from counterfoil.domain.lines import Discount, NewDiscount, NewItem
from counterfoil.domain.money import ZERO, Money, cents, round_to_cent, text
from counterfoil.domain.organization import BankAccount, DocumentSettings, OrganizationProfile
from counterfoil.domain.surcharges import WelfareFund, WithholdingTax

DOCUMENT_LOCALES = ("fr", "en", "de", "it", "es")
_FRENCH_TEXTS = ("discount_conditions", "late_payment_penalties", "legal_fixed_compensation")
_SNAPSHOT_TEXTS = (
    "legal_number", "address_line_1", "address_line_2", "address_zipcode", "address_city", "address_country",
    "company_leadership", "district_court", "commercial_register_number", "vat_number", "tax_number",
    "transaction_type", "vat_payment_condition", "address_province", "legal_form", "email", "phone", "contact_name",
    "electronic_address", "electronic_address_scheme", "regime_fiscale",
)  # fmt: skip
_CLIENT_KEYS = (
    "id", "type", "name", "first_name", "last_name", "email", "vat_number", "tax_identification_number", "address",
    "city", "zip_code", "province_code", "country_code", "recipient_code", "e_invoicing_address",
    "e_invoicing_address_scheme", "buyer_reference", "e_invoicing_format", "locale", "billing_address",
    "delivery_address",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Identity:
    """What the store knows of a document. Timestamps are UTC texts; finalized_at is "" on a draft."""

    id: str
    organization_id: str
    created_at: str
    number: str | None = None
    finalized_at: str = ""


def client_snapshot(client: Mapping[str, Any]) -> dict[str, object]:
    """What a document keeps of its client; keys without a value are left out."""
    kept: dict[str, object] = {}
    for key in _CLIENT_KEYS:
        value = client.get(key)
        if isinstance(value, Mapping):
            value = {name: part for name, part in value.items() if part}
        if value:
            kept[key] = value
    return kept


def organization_snapshot(
    organization_id: str, profile: OrganizationProfile, settings: DocumentSettings | None
) -> OrganizationSnapshot:
    """The seller as the document shows it: the profile with this document's own settings on top."""
    own = settings.model_dump(exclude_none=True) if settings else {}
    texts = {name: own.get(name) or getattr(profile, name) or None for name in _SNAPSHOT_TEXTS}
    texts["address_country"] = profile.address_country or profile.legal_country
    capital = (settings.legal_capital_share if settings else None) or profile.legal_capital_share
    return OrganizationSnapshot(
        id=organization_id,
        legal_name=profile.legal_name,
        legal_country=profile.legal_country,
        legal_capital_share=Money(value=capital.value, currency=capital.currency) if capital else None,
        vat_regime=profile.vat_regime,
        is_professional=profile.is_professional,
        **texts,
    )


def locale_of(client: Mapping[str, Any]) -> str:
    """The language of a document: the client's, when we speak it, else English."""
    wanted = str(client.get("locale") or "")[:2].lower()
    return wanted if wanted in DOCUMENT_LOCALES else "en"


class Asked(Protocol):
    """What every kind of document is asked with."""

    @property
    def currency(self) -> str: ...
    @property
    def issue_date(self) -> date: ...
    @property
    def items(self) -> Sequence[NewItem]: ...
    @property
    def terms_and_conditions(self) -> str | None: ...
    @property
    def header(self) -> str | None: ...
    @property
    def footer(self) -> str | None: ...
    @property
    def settings(self) -> DocumentSettings | None: ...
    @property
    def discount(self) -> NewDiscount | None: ...
    @property
    def welfare_fund(self) -> WelfareFund | None: ...
    @property
    def withholding_tax(self) -> WithholdingTax | None: ...
    @property
    def stamp_duty_amount(self) -> str | None: ...


def compute_sums(
    new: Asked, *, profile: OrganizationProfile, client: Mapping[str, Any], deposits: Decimal = ZERO
) -> totals.Totals:
    """What a document adds up to. Raises Invalid with every fault of its discounts and totals."""
    return totals.compute(
        new.items,
        currency=new.currency,
        discount=new.discount,
        welfare_fund=new.welfare_fund,
        withholding_tax=new.withholding_tax,
        stamp_duty_amount=new.stamp_duty_amount,
        deposits=deposits,
        regime_reason=vat.default_exemption_reason(profile.vat_regime),
        seller_country=profile.legal_country,
        buyer_country=str(client.get("country_code") or profile.legal_country),
        buyer_has_vat_number=bool(client.get("vat_number")),
    )


def shared_parts(
    new: Asked,
    identity: Identity,
    sums: totals.Totals,
    *,
    profile: OrganizationProfile,
    client: Mapping[str, Any],
) -> dict[str, Any]:
    """The fields that every kind of document has, by their names on the wire. client: a snapshot."""
    regime_reason = vat.default_exemption_reason(profile.vat_regime)
    lines = zip(new.items, sums.lines, strict=True)
    return {
        "id": identity.id,
        "organization_id": identity.organization_id,
        "number": identity.number,
        "created_at": identity.created_at,
        "contact_email": profile.email,
        "terms_and_conditions": new.terms_and_conditions or "",
        "header": new.header or "",
        "footer": new.footer or "",
        "currency": new.currency,
        "issue_date": new.issue_date,
        "items": [_item(item, line, new.currency, regime_reason) for item, line in lines],
        "client": dict(client),
        "organization": organization_snapshot(identity.organization_id, profile, new.settings),
        "settings": new.settings.model_dump(mode="json", exclude_none=True) if new.settings else {},
        "discount": _discount(new.discount, sums.discount_amount, new.currency),
        "stamp_duty_amount": text(sums.stamp_duty_amount) if new.stamp_duty_amount else "",
        "vat_breakdown": _breakdown(sums, new.currency, locale_of(client)),
        **_amounts(new, sums, new.currency),
    }


def build_client_invoice(
    new: NewClientInvoice,
    identity: Identity,
    *,
    profile: OrganizationProfile,
    client: Mapping[str, Any],
    account: BankAccount,
    deposits: Sequence[DeductedDeposit] = (),
) -> FrozenClientInvoice:
    """The whole document. client: a snapshot. Raises Invalid with every fault of its discounts and totals."""
    deducted = sum((Decimal(deposit.amount.value) for deposit in deposits), ZERO)
    sums = compute_sums(new, profile=profile, client=client, deposits=deducted)
    return FrozenClientInvoice(
        invoice_type=new.invoice_type or ("balance" if deposits else "standard"),
        deposits=list(deposits),
        finalized_at=identity.finalized_at,
        due_date=new.due_date,
        payment_methods=[PaymentMethod(beneficiary_name=profile.legal_name, bic=account.bic, iban=account.iban)],
        payment_reporting=new.payment_reporting,
        report_einvoicing=_reports(new, profile),
        **shared_parts(new, identity, sums, profile=profile, client=client),
        **_texts(new, profile, client, sums),
    )


def _texts(
    new: NewClientInvoice, profile: OrganizationProfile, client: Mapping[str, Any], sums: totals.Totals
) -> dict[str, Any]:
    settings = new.settings.model_dump(mode="json", exclude_none=True) if new.settings else {}
    french = {name: settings.get(name) or getattr(profile, name) for name in _FRENCH_TEXTS}
    start = new.performance_start_date or new.performance_date or ""
    return {
        "purchase_order": new.purchase_order or "",
        "buyer_reference": new.buyer_reference or "",
        "e_invoicing_format": new.e_invoicing_format or "",
        "performance_date": start,
        "performance_start_date": start,
        "performance_end_date": new.performance_end_date or "",
        **french,
        "mentions": mentions.mentions(
            profile,
            locale=locale_of(client),
            vat_groups=sums.groups,
            **french,
            vat_payment_condition=settings.get("vat_payment_condition") or profile.vat_payment_condition,
            transaction_type=settings.get("transaction_type") or profile.transaction_type,
            stamp_duty_amount=new.stamp_duty_amount,
            is_business_client=client.get("type") != "individual",
        ),
    }


def _amounts(new: Asked, sums: totals.Totals, currency: str) -> dict[str, Any]:
    welfare = new.welfare_fund
    withheld = new.withholding_tax
    return {
        **_twins("vat_amount", sums.vat_amount, currency),
        **_twins("total_amount", sums.total_amount, currency),
        **_twins("tax_exclusive_amount", sums.tax_exclusive_amount, currency),
        **_twins("amount_due", sums.amount_due, currency),
        **_twins("line_total_amount", sums.line_total, currency),
        "welfare_fund": WelfareFundApplied(type=welfare.type, rate=welfare.rate, amount=text(sums.welfare_amount))
        if welfare
        else None,
        "withholding_tax": WithholdingTaxApplied(**withheld.model_dump(), amount=text(sums.withholding_amount))
        if withheld
        else None,
    }


def _twins(name: str, amount: Decimal, currency: str) -> dict[str, Any]:
    """An amount under its name, and beside it the same in whole cents.

    Plain values, as those of lines and groups: one validation of the whole document costs a third of one for each.
    """
    value = text(amount)
    return {name: {"value": value, "currency": currency}, f"{name}_cents": int(value.replace(".", ""))}


def _item(new: NewItem, line: totals.LineTotals, currency: str, regime_reason: str | None) -> dict[str, Any]:
    reason = new.vat_exemption_reason or (regime_reason if not Decimal(new.vat_rate) else None)
    return {
        "title": new.title,
        "description": new.description or "",
        "quantity": new.quantity,
        "unit": new.unit or "",
        "unit_code": new.unit_code,
        "unit_price": {"value": new.unit_price.value, "currency": currency},
        "unit_price_cents": cents(Decimal(new.unit_price.value)),
        "vat_rate": new.vat_rate,
        "vat_exemption_reason": reason,
        "discount": _discount(new.discount, line.discount_amount, currency),
        **_twins("total_vat", line.total_vat, currency),
        **_twins("total_amount", line.total_amount, currency),
        **_twins("subtotal", line.subtotal, currency),
        "product_id": new.product_id,
    }


def _discount(new: NewDiscount | None, amount: Decimal | None, currency: str) -> Discount | None:
    if new is None or amount is None:
        return None
    kind: Literal["percentage", "absolute"] = "percentage" if new.type == "percentage" else "absolute"
    return Discount(type=kind, value=new.value, amount=Money(value=text(round_to_cent(amount)), currency=currency))


def _breakdown(sums: totals.Totals, currency: str, locale: str) -> list[dict[str, Any]]:
    return [
        {
            "vat_category": group.category,
            "vat_rate": _rate_text(group.rate),
            "vat_exemption_reason": group.exemption_reason,
            "vat_exemption_text": vat.exemption_text(group.exemption_reason, locale, group.category)
            if group.exemption_reason
            else "",
            **_twins("taxable_amount", group.taxable_amount, currency),
            **_twins("vat_amount", group.vat_amount, currency),
            "allowance_amount": _some(group.discount_amount, currency),
            "charge_amount": _some(group.welfare_amount, currency),
        }
        for group in sums.groups
    ]


def _some(amount: Decimal, currency: str) -> dict[str, str] | None:
    return {"value": text(amount), "currency": currency} if amount else None


def _rate_text(rate: Decimal) -> str:
    """A rate as a fraction, without trailing zeros and never in exponent form: 0.2, 0.055, 0."""
    return format(rate.normalize(), "f") if rate else "0"


def _reports(new: NewClientInvoice, profile: OrganizationProfile) -> bool | None:
    if profile.legal_country != "IT":
        return None
    return True if new.report_einvoicing is None else new.report_einvoicing


def as_new(frozen: Mapping[str, Any]) -> NewClientInvoice:
    """What was asked for, read back from a draft's document, so that a change or a finalize can build it anew."""
    methods = frozen["payment_methods"]
    return NewClientInvoice.model_validate_json(
        json.dumps(
            {
                "client_id": frozen["client"]["id"],
                "issue_date": frozen["issue_date"],
                "due_date": frozen["due_date"],
                "currency": frozen["currency"],
                "items": frozen["items"],
                "number": frozen.get("number"),
                "purchase_order": frozen["purchase_order"] or None,
                "buyer_reference": frozen.get("buyer_reference") or None,
                "e_invoicing_format": frozen.get("e_invoicing_format") or None,
                "terms_and_conditions": frozen["terms_and_conditions"] or None,
                "header": frozen["header"] or None,
                "footer": frozen["footer"] or None,
                "performance_start_date": frozen["performance_start_date"] or None,
                "performance_end_date": frozen["performance_end_date"] or None,
                "payment_methods": {"iban": methods[0]["iban"]} if methods else None,
                "settings": frozen["settings"] or None,
                "discount": frozen["discount"],
                "report_einvoicing": frozen["report_einvoicing"],
                "payment_reporting": frozen["payment_reporting"],
                "welfare_fund": frozen["welfare_fund"],
                "withholding_tax": frozen["withholding_tax"],
                "stamp_duty_amount": frozen["stamp_duty_amount"] or None,
                "invoice_type": frozen["invoice_type"],
                "deposit_invoice_ids": [deposit["id"] for deposit in frozen.get("deposits") or ()],
            }
        )
    )
