"""An electronic invoice in the terms of EN 16931-1: what CII and UBL write, and what every reader gives back.

Each field names its business term (BT) or group (BG). Amounts are in the document's currency with two decimals, prices
and quantities with as many as they were given; percentages are percents (20, not 0.2); dates have no time. An empty
text or None stands for a term that is not there. Amounts of a credit note (type code 381) are positive.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

# When VAT falls due (BT-8): CII and UBL write it with different codes.
TaxPoint = Literal["", "invoice_date", "delivery", "payment"]


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier and its scheme: an ISO 6523 code, one of the EAS list, or ""."""

    value: str
    scheme: str = ""


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """BG-5, BG-8, BG-15. country: ISO 3166-1 alpha-2."""

    line_1: str = ""
    line_2: str = ""
    line_3: str = ""
    city: str = ""
    post_code: str = ""
    subdivision: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """BG-6, BG-9."""

    name: str = ""
    telephone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """The seller (BG-4) or the buyer (BG-7)."""

    name: str  # BT-27, BT-44
    address: PostalAddress = PostalAddress()
    trading_name: str = ""  # BT-28, BT-45
    identifiers: tuple[Identifier, ...] = ()  # BT-29, BT-46
    legal_registration: Identifier | None = None  # BT-30, BT-47
    vat_number: str = ""  # BT-31, BT-48
    tax_number: str = ""  # BT-32
    legal_information: str = ""  # BT-33
    electronic_address: Identifier | None = None  # BT-34, BT-49
    contact: Contact | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """BG-1. subject_code: BT-21, such as PMT, PMD and AAB in France."""

    text: str
    subject_code: str = ""


@dataclass(frozen=True, slots=True)
class PrecedingInvoice:
    """BG-3: an earlier invoice that this one corrects or deducts."""

    number: str  # BT-25
    issue_date: date | None = None  # BT-26


@dataclass(frozen=True, slots=True)
class PaymentInstructions:
    """BG-16 with its credit transfer (BG-17)."""

    type_code: str  # BT-81, UNTDID 4461
    text: str = ""  # BT-82
    remittance_information: str = ""  # BT-83
    iban: str = ""  # BT-84
    account_name: str = ""  # BT-85
    bic: str = ""  # BT-86


@dataclass(frozen=True, slots=True)
class AllowanceCharge:
    """A discount or a surcharge: of the document (BG-20, BG-21) with its VAT, or of a line (BG-27, BG-28) without."""

    is_charge: bool
    amount: Decimal  # BT-92, BT-99, BT-136, BT-141
    base_amount: Decimal | None = None
    percentage: Decimal | None = None
    reason: str = ""
    reason_code: str = ""
    vat_category: str = ""
    vat_percentage: Decimal | None = None


@dataclass(frozen=True, slots=True)
class VatGroup:
    """BG-23. percentage: None where the category has none (O)."""

    category: str  # BT-118
    percentage: Decimal | None  # BT-119
    taxable_amount: Decimal  # BT-116
    vat_amount: Decimal  # BT-117
    exemption_reason: str = ""  # BT-120
    exemption_reason_code: str = ""  # BT-121


@dataclass(frozen=True, slots=True)
class Line:
    """BG-25."""

    id: str  # BT-126
    name: str  # BT-153
    quantity: Decimal  # BT-129
    unit_code: str  # BT-130, UN/ECE Recommendation 20
    net_price: Decimal  # BT-146
    net_amount: Decimal  # BT-131
    vat_category: str  # BT-151
    vat_percentage: Decimal | None = None  # BT-152
    description: str = ""  # BT-154
    note: str = ""  # BT-127
    price_base_quantity: Decimal | None = None  # BT-149; None is 1
    allowances_charges: tuple[AllowanceCharge, ...] = ()  # BG-27, BG-28
    period_start: date | None = None  # BT-134
    period_end: date | None = None  # BT-135
    seller_item_id: str = ""  # BT-155


@dataclass(frozen=True, slots=True)
class DocumentTotals:
    """BG-22. paid_amount and rounding_amount are zero where they are not there."""

    line_total: Decimal  # BT-106
    allowance_total: Decimal  # BT-107
    charge_total: Decimal  # BT-108
    tax_exclusive: Decimal  # BT-109
    vat_total: Decimal  # BT-110
    tax_inclusive: Decimal  # BT-112
    paid_amount: Decimal  # BT-113
    amount_due: Decimal  # BT-115
    rounding_amount: Decimal = Decimal("0.00")  # BT-114


@dataclass(frozen=True, slots=True)
class EInvoice:
    """One invoice or credit note. specification: BT-24; process: BT-23; type_code: BT-3 (380, 381, 386, 384)."""

    specification: str
    number: str  # BT-1
    issue_date: date  # BT-2
    type_code: str
    currency: str  # BT-5
    seller: Party
    buyer: Party
    totals: DocumentTotals
    vat_groups: tuple[VatGroup, ...]
    lines: tuple[Line, ...]
    process: str = ""
    tax_point: TaxPoint = ""  # BT-8
    due_date: date | None = None  # BT-9
    buyer_reference: str = ""  # BT-10
    contract_reference: str = ""  # BT-12
    purchase_order: str = ""  # BT-13
    payment_terms: str = ""  # BT-20
    notes: tuple[Note, ...] = ()
    preceding_invoices: tuple[PrecedingInvoice, ...] = ()
    delivery_date: date | None = None  # BT-72
    period_start: date | None = None  # BT-73
    period_end: date | None = None  # BT-74
    deliver_to_name: str = ""  # BT-70
    deliver_to: PostalAddress | None = None  # BG-15
    payment: PaymentInstructions | None = None
    allowances_charges: tuple[AllowanceCharge, ...] = ()

    @property
    def is_credit_note(self) -> bool:
        return self.type_code in {"381", "396", "261"}
