"""Rules at create and update of a draft: what could never be billed is refused at once, with all faults together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Final, Protocol

from counterfoil.domain import totals, vat
from counterfoil.domain.lines import NewDiscount, NewItem
from counterfoil.domain.money import ZERO
from counterfoil.domain.organization import DocumentSettings, OrganizationProfile
from counterfoil.domain.rules.common import vat_under_regime
from counterfoil.domain.rules.patches import change, mended, put, retargeted
from counterfoil.domain.surcharges import STAMP_DUTY_THRESHOLD, WelfareFund, WithholdingTax
from counterfoil.errors import Fault, Invalid


class Written(Protocol):
    """What is being written, whole: a new document, or a draft with its change applied."""

    @property
    def currency(self) -> str: ...
    @property
    def items(self) -> Sequence[NewItem]: ...
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


# What a patch is for, as long as a kind of its own does not say otherwise.
_TARGET: Final = "client_invoice"
_FRENCH: Final = ("FR",)
_ITALIAN: Final = ("IT",)

# Fields of some countries only: path -> countries. The source pages say so; null counts as absent.
COUNTRY_FIELDS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("report_einvoicing", _ITALIAN),
    ("payment_reporting", _ITALIAN),
    ("welfare_fund", _ITALIAN),
    ("stamp_duty_amount", _ITALIAN),
    ("settings/discount_conditions", _FRENCH),
    ("settings/late_payment_penalties", _FRENCH),
    ("settings/legal_fixed_compensation", _FRENCH),
    ("settings/legal_capital_share", _FRENCH),
    ("settings/transaction_type", _FRENCH),
    ("settings/vat_payment_condition", _FRENCH),
    ("settings/commercial_register_number", ("FR", "DE")),
)
_COUNTRY_NAMES: Final = {"FR": "French", "DE": "German", "IT": "Italian", "ES": "Spanish"}


def write_faults(new: Written, profile: OrganizationProfile) -> list[Fault]:
    """Everything that is wrong with a draft's values; discounts' bounds are `totals.compute`'s."""
    return [fault for check in CHECKS for fault in check(new, profile)]


def credit_faults(new: Written, profile: OrganizationProfile) -> list[Fault]:
    """Everything that is wrong with a credit note's values. profile: under the VAT regime of its invoice."""
    return retargeted((fault for check in CREDIT_CHECKS for fault in check(new, profile)), "credit_note")


def _country_fields(new: Written, profile: OrganizationProfile) -> Iterable[Fault]:
    for path, countries in COUNTRY_FIELDS:
        holder, _, name = path.rpartition("/")
        value = getattr(new.settings if holder else new, name, None)
        if value is not None and profile.legal_country not in countries:
            yield _foreign_field(path, countries, profile.legal_country)


def _foreign_field(path: str, countries: tuple[str, ...], country: str) -> Fault:
    whose = " and ".join(_COUNTRY_NAMES[code] for code in countries)
    fault = Fault(
        "field_not_available_in_country",
        f"{path.rpartition('/')[2]} is for {whose} organizations only; yours is in {country}.",
        field=path,
        fix="Leave it out, or send null.",
        meta={"countries": list(countries)},
    )
    return mended(fault, _TARGET, put(f"/{path}", None))


def _withholding(new: Written, profile: OrganizationProfile) -> Iterable[Fault]:
    tax, country = new.withholding_tax, profile.legal_country
    if tax is None:
        return
    if country == "IT":
        for name in ("reason", "payment_reason"):
            if getattr(tax, name) is None:
                yield Fault(
                    f"missing_withholding_{name}",
                    f"An Italian withholding tax needs its {name}.",
                    field=f"withholding_tax/{name}",
                    fix='Send reason RF01 to RF06 and payment_reason such as "A" or "L1" beside the rate.',
                )
    elif country == "ES" and profile.is_freelancer:
        for name in ("reason", "payment_reason"):
            if getattr(tax, name) is not None:
                yield _foreign_field(f"withholding_tax/{name}", _ITALIAN, country)
    else:
        yield Fault(
            "field_not_available_in_country",
            f"withholding_tax is for Italian organizations and Spanish freelancers only; yours is in {country}.",
            field="withholding_tax",
            fix="Leave it out, or send null. A Spanish freelancer sets is_freelancer once: PATCH /v2/organization.",
            meta={"countries": ["IT", "ES"]},
        )


def _currency(new: Written, profile: OrganizationProfile) -> Iterable[Fault]:
    paths = [("currency", new.currency)]
    paths += [(f"items/{index}/unit_price/currency", item.unit_price.currency) for index, item in _items(new)]
    for path, currency in paths:
        if currency != "EUR":
            yield Fault(
                "invalid_currency",
                f'"{currency}" is not allowed; invoices are in EUR.',
                field=path,
                fix='Send "EUR".',
                meta={"allowed": ["EUR"]},
            )


def _performance(new: Written, profile: OrganizationProfile) -> Iterable[Fault]:
    # Invoices alone have a time of performance.
    start, end = (getattr(new, f"performance_{name}_date", None) for name in ("start", "end"))
    if end is None:
        return
    start = start or getattr(new, "performance_date", None)
    if start is None:
        yield Fault(
            "missing_performance_start_date",
            "performance_end_date needs performance_start_date.",
            field="performance_start_date",
            fix="Send both, or only performance_start_date.",
        )
    elif end < start:
        yield Fault(
            "invalid_performance_end_date",
            f"The performance ends on {end.isoformat()}, before it starts on {start.isoformat()}.",
            field="performance_end_date",
            fix="Send an end date that is not before the start date.",
            rule="BR-29",
            source="EN 16931-1 BR-29",
        )


def _vat(new: Written, profile: OrganizationProfile) -> Iterable[Fault]:
    regime_reason = vat.default_exemption_reason(profile.vat_regime)
    for index, item in _items(new):
        rate = Decimal(item.vat_rate)
        if rate > 1:
            yield _rate_over_one(index, item.vat_rate, rate)
        elif rate and regime_reason:
            yield vat_under_regime(index, profile.vat_regime, regime_reason)
        elif not rate and not item.vat_exemption_reason and regime_reason is None:
            allowed = vat.reasons_of(profile.legal_country)
            yield Fault(
                "missing_vat_exemption_reason",
                f"Item {index + 1} has a VAT rate of zero and no vat_exemption_reason.",
                field=f"items/{index}/vat_exemption_reason",
                fix=f"Send one of {', '.join(allowed)}, or a VAT rate above zero.",
                meta={"allowed": list(allowed)},
            )


def _rate_over_one(index: int, text: str, rate: Decimal) -> Fault:
    # A percentage of more than four decimals is a fraction of more than six, and those are not taken.
    is_percentage = rate <= 100 and rate * 10_000 % 1 == 0
    # Without exponent or trailing zeros: "20" and "20.0" both become "0.2".
    fraction = f"{(rate / 100).normalize():f}"
    fault = Fault(
        "invalid_vat_rate",
        f'A VAT rate is a fraction from 0 to 1; "{text}" is not.',
        field=f"items/{index}/vat_rate",
        fix=f'For {rate.normalize():f} % send "{fraction}".'
        if is_percentage
        else 'Send a fraction from "0" to "1", such as "0.2" for 20 %.',
        meta={"minimum": "0", "maximum": "1"},
    )
    return mended(fault, _TARGET, change(f"/items/{index}/vat_rate", fraction)) if is_percentage else fault


def _stamp_duty(new: Written, profile: OrganizationProfile) -> Iterable[Fault]:
    if not new.stamp_duty_amount or profile.legal_country != "IT":
        return
    try:
        computed = totals.compute(
            new.items or (),
            currency="EUR",
            discount=new.discount,
            welfare_fund=new.welfare_fund,
            withholding_tax=None,
            stamp_duty_amount=None,
        )
    except Invalid:
        # The amounts themselves are wrong: whoever computes them for good tells that.
        return
    without_vat = sum((group.taxable_amount for group in computed.groups if not group.rate), ZERO)
    if without_vat <= STAMP_DUTY_THRESHOLD:
        fault = Fault(
            "stamp_duty_not_due",
            f"The lines without VAT total {without_vat} EUR; stamp duty is due over {STAMP_DUTY_THRESHOLD} EUR only.",
            field="stamp_duty_amount",
            fix="Leave it out, or send null.",
            rule="IT-03",
            source="DPR 642/1972 tariffa art. 13",
        )
        yield mended(fault, _TARGET, put("/stamp_duty_amount", None))


def _items(new: Written) -> Iterable[tuple[int, NewItem]]:
    return enumerate(new.items or ())


CHECKS: Final[tuple[Callable[[Written, OrganizationProfile], Iterable[Fault]], ...]] = (
    _country_fields,
    _withholding,
    _currency,
    _performance,
    _vat,
    _stamp_duty,
)
# Performance is the invoice's; whether stamp duty is due on what is left is for a person to know.
CREDIT_CHECKS: Final = (_country_fields, _withholding, _currency, _vat)
