"""What of an invoice may still be credited, and which lines a credit note's body stands for. Pure.

A credit note corrects one invoice (Directive 2006/112/EC art. 90 and 219): it gives back what that invoice charged, at
the rates at which it was charged, and no more. Inside, amounts are whole cents.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from counterfoil.domain import gross, mentions, totals
from counterfoil.domain.credit_note import CLIENT_TEXTS, CreditItem, FrozenCreditNote, NewCreditNote
from counterfoil.domain.document import Identity, as_new, compute_sums, locale_of, shared_parts
from counterfoil.domain.lines import NewDiscount, NewItem
from counterfoil.domain.money import Price, cents, from_cents, millionths, money, round_ratio, text
from counterfoil.domain.organization import DocumentSettings, OrganizationProfile
from counterfoil.domain.surcharges import WelfareFund, WithholdingTax
from counterfoil.errors import Fault, Invalid

# (status of the invoice, whether all of it is credited now) -> its status then. Nobody owes anything on an unpaid one;
# that a paid one was paid stays true, and its money is to be given back.
INVOICE_STATUS: Final[Mapping[tuple[str, bool], str]] = MappingProxyType(
    {
        ("unpaid", False): "unpaid",
        ("unpaid", True): "canceled",
        ("paid", False): "paid",
        ("paid", True): "paid",
    }
)
_STATE_REFUSALS: Final[Mapping[str, tuple[str, str, str]]] = MappingProxyType(
    {
        "draft": (
            "invoice_not_finalized", "The invoice is a draft; there is nothing to credit yet.",
            "Change the draft: PATCH /v2/client_invoices/{id}; or finalize it first.",
        ),
        "canceled": (
            "invoice_already_canceled", "The invoice is canceled; nothing of it is left to credit.",
            "Nothing is left to do: nobody owes a canceled invoice.",
        ),
    }
)  # fmt: skip
_TYPE_REFUSALS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "deposit": "Cancel it while it is unpaid: POST /v2/client_invoices/{id}/mark_as_canceled.",
        "balance": "Cancel it while it is unpaid, which frees its deposits, and make a new one.",
    }
)


# What a line says that stands for an amount.
_TITLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "fr": "Avoir sur la facture {number}",
        "en": "Credit for invoice {number}",
        "de": "Korrektur der Rechnung {number}",
        "it": "Nota di credito sulla fattura {number}",
        "es": "Abono de la factura {number}",
    }
)
_BESIDE_LINES: Final = ("discount", "welfare_fund", "withholding_tax", "stamp_duty_amount")


def invoice_status(status: str, invoice_type: str, *, is_all: bool) -> str:
    """The invoice's status once it is credited. Raises Invalid when it cannot be credited at all."""
    if invoice_type in _TYPE_REFUSALS:
        raise Invalid(
            "invoice_type_not_creditable",
            f"A {invoice_type} invoice is a part of a larger bill and takes no credit note.",
            field="invoice_id",
            fix=_TYPE_REFUSALS[invoice_type],
            meta={"invoice_type": invoice_type},
        )
    following = INVOICE_STATUS.get((status, is_all))
    if following is None:
        code, message, fix = _STATE_REFUSALS[status]
        raise Invalid(code, message, field="invoice_id", fix=fix, meta={"status": status})
    return following


@dataclass(frozen=True, slots=True)
class Group:
    """What is left of one VAT group. rate: a fraction as the wire writes it. Amounts in cents."""

    category: str
    rate: str
    reason: str | None
    taxable: int
    vat: int

    @property
    def key(self) -> tuple[int, str]:
        return millionths(self.rate), self.reason or ""


@dataclass(frozen=True, slots=True)
class Creditable:
    """What is left of an invoice. invoice: its document. is_whole: nothing was credited before.

    No groups: it was imported, and nothing is known of its amounts. total and stamp_duty in cents.
    """

    invoice: Mapping[str, Any]
    groups: tuple[Group, ...]
    total: int
    stamp_duty: int
    is_whole: bool

    @property
    def meta(self) -> dict[str, object]:
        """What a refusal says of it."""
        currency = self.invoice["currency"]
        return {
            "remaining_amount": money(from_cents(self.total), currency),
            "remaining_amount_cents": self.total,
            "remaining_vat_groups": [
                {
                    "vat_rate": group.rate,
                    "vat_exemption_reason": group.reason,
                    "taxable_amount": money(from_cents(group.taxable), currency),
                    "vat_amount": money(from_cents(group.vat), currency),
                }
                for group in self.groups
            ],
        }


def creditable(invoice: Mapping[str, Any], earlier: Sequence[Mapping[str, Any]]) -> Creditable:
    """What is left of `invoice` after its `earlier` credit notes; all as documents."""
    groups = {group.key: group for group in _groups(invoice)}
    for note in earlier:
        for taken in _groups(note):
            left = groups.get(taken.key)
            if left is not None:
                groups[taken.key] = replace(left, taxable=left.taxable - taken.taxable, vat=left.vat - taken.vat)
    return Creditable(
        invoice=invoice,
        groups=tuple(groups.values()),
        total=int(invoice["total_amount_cents"]) - sum(int(note["total_amount_cents"]) for note in earlier),
        stamp_duty=_stamp_duty(invoice) - sum(map(_stamp_duty, earlier)),
        is_whole=not earlier,
    )


def _groups(document: Mapping[str, Any]) -> Iterable[Group]:
    for group in document["vat_breakdown"]:
        yield Group(
            group["vat_category"], group["vat_rate"], group["vat_exemption_reason"],
            group["taxable_amount_cents"], group["vat_amount_cents"],
        )  # fmt: skip


def _stamp_duty(document: Mapping[str, Any]) -> int:
    return cents(Decimal(document["stamp_duty_amount"] or "0"))


@dataclass(frozen=True, slots=True)
class Lines:
    """What a credit note's body stands for: lines with their rates, and what is added or taken off.

    sums: what that adds up to, where an amount decides it; None where the lines do.
    """

    items: Sequence[NewItem]
    discount: NewDiscount | None = None
    welfare_fund: WelfareFund | None = None
    withholding_tax: WithholdingTax | None = None
    stamp_duty_amount: str | None = None
    sums: totals.Totals | None = None


def lines_of(new: NewCreditNote, left: Creditable) -> Lines:
    """The lines that `new` stands for. Raises Invalid when it names none, or an amount that there is not."""
    if not left.groups:
        raise Invalid(
            "invoice_without_amounts", "This invoice was imported: its amounts stand in its file, and are not known.",
            field="invoice_id", fix="Create the credit note where the invoice was made, and import it as a file.",
        )  # fmt: skip
    if new.amount is not None:
        _refuse_beside(new, ("items", *_BESIDE_LINES), "amount")
        words = {"title": _TITLES[locale_of(left.invoice["client"])].format(number=left.invoice["number"])}
        return _for_amount(cents(Decimal(new.amount.value)), left, words, "amount")
    items = new.items
    if items is None:
        raise Invalid(
            "missing_value", "items is missing.", field="items",
            fix='Send items, or amount: {"value": "120.00", "currency": "EUR"} to credit so much with VAT.',
        )  # fmt: skip
    without_rate = [index for index, item in enumerate(items) if item.vat_rate is None]
    if not without_rate:
        return Lines(
            [_with_reason(item, left) for item in items],
            new.discount, new.welfare_fund, new.withholding_tax, new.stamp_duty_amount,
        )  # fmt: skip
    if len(items) > 1:
        raise Invalid.of(map(_missing_rate, without_rate))
    _refuse_beside(new, _BESIDE_LINES, "an item without vat_rate")
    words = items[0].model_dump(include={"title", "description", "unit", "product_id"})
    return _for_amount(_price_with_vat(items[0], new.currency), left, words, "items")


def _refuse_beside(new: NewCreditNote, names: Sequence[str], what: str) -> None:
    faults = [
        Fault(
            "not_allowed_here",
            f"{name} cannot stand beside {what}, which is split over the invoice's VAT groups as it is.",
            field=name,
            fix=f"Leave {name} out, or send items with vat_rate instead.",
        )
        for name in names
        if getattr(new, name) is not None
    ]
    if faults:
        raise Invalid.of(faults)


def _missing_rate(index: int) -> Fault:
    return Fault(
        "missing_value",
        f"Item {index + 1} has no vat_rate.",
        field=f"items/{index}/vat_rate",
        fix="Send vat_rate with each item; or one single item without it, whose price is then with VAT; or amount.",
    )


def _with_reason(item: CreditItem, left: Creditable) -> NewItem:
    """A line at rate zero without a reason takes the invoice's, where that has only one."""
    if item.vat_exemption_reason or millionths(item.vat_rate or "0"):
        return item
    reasons = [group.reason for group in left.groups if not millionths(group.rate)]
    return item.model_copy(update={"vat_exemption_reason": reasons[0]}) if len(reasons) == 1 else item


def _price_with_vat(item: CreditItem, currency: str) -> int:
    """What one line without a rate amounts to, in cents: its price is with VAT already."""
    plain = item.model_copy(update={"vat_rate": "0"})
    sums = totals.compute(
        [plain], currency=currency, discount=None, welfare_fund=None, withholding_tax=None, stamp_duty_amount=None
    )
    return cents(sums.total_amount)


def _for_amount(amount: int, left: Creditable, words: Mapping[str, Any], field: str) -> Lines:
    """What an amount with VAT stands for: the whole invoice once more, or a line a VAT group."""
    refuse_total(left, amount, field=field)
    invoice = left.invoice
    if left.is_whole and amount == left.total:
        all_of = as_new(invoice)
        return Lines(
            all_of.items, all_of.discount, all_of.welfare_fund, all_of.withholding_tax, all_of.stamp_duty_amount
        )
    if invoice["welfare_fund"]:
        raise Invalid(
            "amount_with_welfare_fund",
            "This invoice has a welfare fund; which part of an amount belongs to it cannot be told.",
            field=field,
            fix="Send items with vat_rate, and welfare_fund.",
        )
    return _split(amount, left, words)


def _split(amount: int, left: Creditable, words: Mapping[str, Any]) -> Lines:
    """A line a VAT group, and of the stamp duty what is beyond all groups. words: what each line says."""
    groups = [gross.Left(millionths(group.rate), group.taxable, group.vat) for group in left.groups]
    beyond = max(amount - sum(max(group.total, 0) for group in groups), 0)
    parts = gross.split(amount - beyond, groups)
    taken = [(group, part) for group, part in zip(left.groups, parts, strict=True) if part.taxable or part.vat]
    tax = left.invoice["withholding_tax"]
    withheld = WithholdingTax(**{name: tax[name] for name in ("reason", "rate", "payment_reason")}) if tax else None
    return Lines(
        items=[_line(words, group, part) for group, part in taken],
        withholding_tax=withheld,
        stamp_duty_amount=text(from_cents(beyond)) if beyond else None,
        sums=_sums(taken, beyond, millionths(withheld.rate) if withheld else 0),
    )


def _line(words: Mapping[str, Any], group: Group, part: gross.Part) -> NewItem:
    # Not validated: a part may be larger than any price that a person may send.
    price = Price.model_construct(value=text(from_cents(part.taxable)), currency="EUR")
    values = {**words, "vat_rate": group.rate, "vat_exemption_reason": group.reason}
    return NewItem.model_construct(quantity="1", unit_price=price, **values)


def _sums(taken: Sequence[tuple[Group, gross.Part]], stamp_duty: int, withholding_rate: int) -> totals.Totals:
    """The totals of a line a group. The VAT is the parts' own: it may be a cent beside the rate."""
    net, vat = (sum(getattr(part, name) for _, part in taken) for name in ("taxable", "vat"))
    withheld = from_cents(round_ratio(net * withholding_rate, 10**6))
    total = from_cents(net + vat + stamp_duty)
    nothing = from_cents(0)
    return totals.Totals(
        lines=tuple(
            totals.LineTotals(
                from_cents(part.taxable), None, from_cents(part.vat), from_cents(part.taxable + part.vat)
            )
            for _, part in taken
        ),
        groups=tuple(
            totals.VatGroup(
                group.category, Decimal(group.rate), group.reason, from_cents(part.taxable), from_cents(part.vat)
            )
            for group, part in taken
        ),
        line_total=from_cents(net),
        discount_amount=nothing,
        welfare_amount=nothing,
        welfare_vat_amount=nothing,
        tax_exclusive_amount=from_cents(net),
        vat_amount=from_cents(vat),
        stamp_duty_amount=from_cents(stamp_duty),
        total_amount=total,
        withholding_amount=withheld,
        deposits=nothing,
        amount_due=total - withheld,
    )  # fmt: skip


def refuse_total(left: Creditable, total: int, *, field: str) -> None:
    """Raises Invalid when `total` (cents) is more than what is left, or nothing."""
    if total <= 0:
        raise Invalid(
            "nothing_to_credit", "The credit note amounts to nothing.", field=field,
            fix="Send what is to be credited as positive amounts.", meta=left.meta,
        )  # fmt: skip
    if total > left.total:
        rest = text(from_cents(max(left.total, 0)))
        raise Invalid(
            "credit_notes_exceed_invoice",
            f"The credit note totals {text(from_cents(total))} EUR; of its invoice {rest} EUR are left to credit.",
            field=field,
            fix=f'Credit less: "amount": "{rest}" instead of items credits all that is left.'
            if left.total > 0
            else "Nothing is left to do: the whole invoice is credited.",
            meta=left.meta,
        )


def refuse_excess(left: Creditable, note: FrozenCreditNote, *, is_split: bool) -> None:
    """Raises Invalid when `note` is more than what is left, in all or at one rate; or nothing.

    is_split: it was split from an amount, and fits its rates by itself.
    """
    refuse_total(left, note.total_amount_cents, field="items")
    faults = [] if is_split else list(_group_faults(left, note))
    if faults:
        raise Invalid.of(faults)


def _group_faults(left: Creditable, note: FrozenCreditNote) -> Iterable[Fault]:
    """What would give back VAT that the invoice never charged: an amount at a rate beyond what is left at it."""
    taxable = {group.key: group.taxable for group in left.groups}
    for group in _groups(note.model_dump()):
        if group.key in taxable and group.taxable > taxable[group.key]:
            yield Fault(
                "vat_group_exceeded",
                f"{text(from_cents(group.taxable))} EUR without VAT are credited at the rate {group.rate}; of the "
                f"invoice {text(from_cents(taxable[group.key]))} EUR are left at it.",
                field="items",
                fix="Credit at each rate what is left at it, or send amount instead of items: it is split for you.",
                source="Directive 2006/112/EC art. 90 and 203",
                meta=left.meta,
            )


def rate_faults(left: Creditable, items: Sequence[NewItem]) -> Iterable[Fault]:
    """Lines at a rate, or for a reason, that the invoice does not have."""
    keys = {group.key for group in left.groups}
    rates = sorted({group.rate for group in left.groups}, key=Decimal)
    for index, item in enumerate(items):
        rate = millionths(item.vat_rate)
        reason = "" if rate else item.vat_exemption_reason or ""
        if (rate, reason) not in keys:
            yield Fault(
                "vat_rate_not_on_invoice",
                f"Item {index + 1} credits {item.vat_rate}{f' ({reason})' if reason else ''}; the invoice charged "
                f"{', '.join(rates)}.",
                field=f"items/{index}/vat_rate",
                fix="Send a rate of the invoice, or amount instead of items: it is split over the invoice's rates.",
                source="Directive 2006/112/EC art. 90 and 203",
                meta=left.meta,
            )


class Written(NamedTuple):
    """A credit note as it is going to be put together: what rules and sums look at."""

    currency: str
    issue_date: date
    items: Sequence[NewItem]
    terms_and_conditions: str | None
    settings: DocumentSettings | None
    discount: NewDiscount | None
    welfare_fund: WelfareFund | None
    withholding_tax: WithholdingTax | None
    stamp_duty_amount: str | None
    header: str | None = None
    footer: str | None = None
    performance_date: date | None = None
    performance_start_date: date | None = None
    performance_end_date: date | None = None


def written(new: NewCreditNote, lines: Lines, invoice: Mapping[str, Any]) -> Written:
    """`new` with its lines, and the invoice's own settings of the seller."""
    return Written(
        currency=new.currency,
        issue_date=new.issue_date,
        items=lines.items,
        terms_and_conditions=new.terms_and_conditions,
        settings=DocumentSettings.model_validate(invoice["settings"]) if invoice["settings"] else None,
        discount=lines.discount,
        welfare_fund=lines.welfare_fund,
        withholding_tax=lines.withholding_tax,
        stamp_duty_amount=lines.stamp_duty_amount,
    )


def seller_of(invoice: Mapping[str, Any], profile: OrganizationProfile) -> OrganizationProfile:
    """The seller as it is now, under the VAT regime that the invoice was issued under."""
    return profile.model_copy(update={"vat_regime": invoice["organization"]["vat_regime"]})


def build_credit_note(
    new: NewCreditNote,
    asked: Written,
    identity: Identity,
    *,
    invoice: Mapping[str, Any],
    seller: OrganizationProfile,
    sums: totals.Totals | None,
) -> FrozenCreditNote:
    """The whole document, for the invoice's own client. sums: where they are not what the lines add up to."""
    client = invoice["client"]
    sums = sums or compute_sums(asked, profile=seller, client=client)
    shared = shared_parts(asked, identity, sums, profile=seller, client=client)
    del shared["settings"]
    return FrozenCreditNote(
        invoice_id=invoice["id"],
        invoice_number=invoice.get("number") or "",
        invoice_issue_date=invoice["issue_date"],
        finalized_at=identity.finalized_at,
        reason=new.reason,
        # What the buyer sorts its papers by stays that of the invoice; older ones have none of it.
        **{name: invoice.get(name) or "" for name in ("purchase_order", "buyer_reference", "e_invoicing_format")},
        # Nothing is to be paid here: of an invoice's notes only those hold that say why there is no VAT.
        mentions=mentions.mentions(
            seller,
            locale=locale_of(client),
            vat_groups=sums.groups,
            stamp_duty_amount=asked.stamp_duty_amount,
            is_business_client=False,
        ),
        **shared
        | {
            "contact_email": new.contact_email or shared["contact_email"],
            "client": {**dict.fromkeys(CLIENT_TEXTS, ""), **client},
        },
    )
