"""The reference: what billing is, in plain dictionaries and whole cents. It imports nothing of the product.

Its methods say what an action leads to: they return its effect, to be applied once the action is known to be
committed, or raise Refused. So an action that a crash took back has left no trace here either.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Paris")
APPROVED_FOR = timedelta(minutes=15)
# status -> what it is after each action; what is not there is refused.
INVOICE = {
    "draft": {"update": "draft", "delete": "", "finalize": "unpaid"},
    "unpaid": {"pay": "paid", "cancel": "canceled", "send": "unpaid"},
    "paid": {"pay": "paid", "unpay": "unpaid", "send": "paid"},
    "canceled": {},
}
QUOTE = {
    "pending_approval": {
        "delete": "", "send": "pending_approval", "accept": "approved", "decline": "canceled",
        "convert": "pending_approval",
    },
    "approved": {"send": "approved", "accept": "approved", "convert": "approved"},
    "canceled": {"decline": "canceled"},
}  # fmt: skip
RECURRING = {
    "scheduled": {"suspend": "suspended", "cancel": "canceled"},
    "active": {"suspend": "suspended", "cancel": "canceled"},
    "suspended": {"reactivate": "scheduled", "cancel": "canceled"},
    "canceled": {},
    "finished": {},
}
Effect = Callable[[dict[str, Any]], None]
Lines = tuple[tuple[int, int, int], ...]  # hundredths of a unit, cents a unit, VAT in thousandths


class Refused(Exception):
    """The action must be refused. kind: the name of the error's class."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


def half_up(numerator: int, denominator: int) -> int:
    """A quotient of what is not negative, rounded half up."""
    return (2 * numerator + denominator) // (2 * denominator)


def amounts(lines: Lines) -> tuple[int, int]:
    """Net and VAT: each line is rounded, then VAT once a rate."""
    bases: dict[int, int] = {}
    for quantity, price, rate in lines:
        bases[rate] = bases.get(rate, 0) + half_up(quantity * price, 100)
    return sum(bases.values()), sum(half_up(base * rate, 1000) for rate, base in bases.items())


@dataclass
class Invoice:
    lines: Lines
    issue_date: date
    status: str = "draft"
    number: str | None = None
    credited: int = 0
    amount_paid: int | None = None
    quote: str | None = None
    edition: int = 0
    mails: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(amounts(self.lines))


@dataclass
class Note:
    invoice: str
    total: int
    number: str


@dataclass
class Quote:
    lines: Lines
    issue_date: date
    expiry_date: date
    number: str
    status: str = "pending_approval"
    is_sent: bool = False
    invoices: list[str] = field(default_factory=list)
    mails: list[str] = field(default_factory=list)


@dataclass
class Recurring:
    """next_index: of the period that comes; None when none does."""

    lines: Lines
    start: date
    unit: str
    every: int
    occurrences: int | None
    status: str
    next_index: int | None
    resumes_at: int = 0
    made: dict[date, str] = field(default_factory=dict)

    def day(self, index: int) -> date:
        if self.unit == "daily":
            return self.start + timedelta(days=self.every * index)
        if self.unit == "weekly":
            return self.start + timedelta(weeks=self.every * index)
        months = self.start.year * 12 + self.start.month - 1 + self.every * index
        year, month = divmod(months, 12)
        return date(year, month + 1, min(self.start.day, monthrange(year, month + 1)[1]))

    def from_day(self, least: int, day: date) -> int:
        while self.day(least) < day:
            least += 1
        return least


@dataclass
class Approval:
    """An assistant's wish to finalize a draft of an edition."""

    invoice: str
    edition: int
    expires_at: datetime
    state: str = "pending"


@dataclass
class Model:
    invoices: dict[str, Invoice] = field(default_factory=dict)
    notes: dict[str, Note] = field(default_factory=dict)
    quotes: dict[str, Quote] = field(default_factory=dict)
    recurring: dict[str, Recurring] = field(default_factory=dict)
    approvals: dict[str, Approval] = field(default_factory=dict)
    issued: dict[tuple[str, int], int] = field(default_factory=dict)

    def taken(self, prefix: str, year: int) -> str:
        """The next number of a series without gaps, which is taken by it."""
        self.issued[prefix, year] = self.issued.get((prefix, year), 0) + 1
        return f"{prefix}-{year}-{self.issued[prefix, year]:03d}"

    def create(self, lines: Lines, day: date, *, is_draft: bool) -> Effect:
        def effect(answer: dict[str, Any]) -> None:
            invoice = self.invoices[answer["id"]] = Invoice(lines, day)
            if not is_draft:
                self._issue(invoice)

        return effect

    def act(self, invoice_id: str, action: str, lines: Lines = ()) -> Effect:
        """update (to these lines), delete, finalize, pay, unpay, cancel, send."""
        invoice = self._invoice(invoice_id)
        if action not in INVOICE[invoice.status]:
            raise Refused("WrongState")

        def effect(answer: dict[str, Any]) -> None:
            following = INVOICE[invoice.status][action]
            if action == "delete":
                del self.invoices[invoice_id]
                for quote in self.quotes.values():
                    quote.invoices = [each for each in quote.invoices if each != invoice_id]
            elif action == "update":
                invoice.edition += 1
                invoice.lines = lines
            elif action == "finalize":
                self._issue(invoice)
            elif action == "send":
                invoice.mails.append(answer["email"])
            elif action == "pay":
                invoice.status, invoice.amount_paid = following, invoice.total - invoice.credited
            elif action == "unpay":
                is_all = invoice.credited == invoice.total and invoice.credited
                invoice.status, invoice.amount_paid = "canceled" if is_all else following, None
            else:
                invoice.status = following

        return effect

    def credit(self, invoice_id: str, amount: int, day: date) -> Effect:
        invoice = self.invoices.get(invoice_id)
        is_possible = (
            invoice and invoice.status in ("unpaid", "paid") and 0 < amount <= invoice.total - invoice.credited
        )
        if invoice is None or not is_possible:
            raise Refused("Invalid")

        def effect(answer: dict[str, Any]) -> None:
            self.notes[answer["id"]] = Note(invoice_id, amount, self.taken("A", day.year))
            invoice.credited += amount
            if invoice.credited == invoice.total and invoice.status == "unpaid":
                invoice.status = "canceled"

        return effect

    def quote(self, lines: Lines, day: date, expiry: date) -> Effect:
        def effect(answer: dict[str, Any]) -> None:
            self.quotes[answer["id"]] = Quote(lines, day, expiry, self.free_quote_number(day.year))

        return effect

    def free_quote_number(self, year: int) -> str:
        """A deleted quote's number is the next one's: the smallest that is free."""
        used = {quote.number for quote in self.quotes.values()}
        return next(number for n in range(1, len(used) + 2) if (number := f"D-{year}-{n:03d}") not in used)

    def act_on_quote(self, quote_id: str, action: str, today: date) -> Effect:
        """delete, send, accept, decline, convert."""
        quote = self.quotes.get(quote_id)
        if quote is None:
            raise Refused("NotFound")
        if action not in QUOTE[quote.status]:
            raise Refused("WrongState")
        following = QUOTE[quote.status][action]
        if action == "delete" and (quote.is_sent or quote.invoices):
            raise Refused("WrongState")
        if action in ("accept", "decline") and following != quote.status and today > quote.expiry_date:
            raise Refused("WrongState")
        if action == "convert" and any(self.invoices[each].status != "canceled" for each in quote.invoices):
            raise Refused("WrongState")

        def effect(answer: dict[str, Any]) -> None:
            if action == "delete":
                del self.quotes[quote_id]
            elif action == "convert":
                self.invoices[answer["id"]] = Invoice(quote.lines, today, quote=quote_id)
                quote.invoices.append(answer["id"])
            elif action == "send":
                quote.is_sent = quote.is_sent or quote.status == "pending_approval"
                quote.mails.append(answer["email"])
            else:
                quote.status = following

        return effect

    def repeat(self, planned: Recurring, today: date) -> Effect:
        """A new recurring invoice."""

        def effect(answer: dict[str, Any]) -> None:
            planned.next_index = planned.from_day(0, today)
            planned.status = "active" if planned.start <= today else "scheduled"
            self.recurring[answer["id"]] = planned

        return effect

    def act_on_recurring(self, recurring_id: str, action: str, today: date) -> Effect:
        """suspend, reactivate, cancel."""
        row = self.recurring[recurring_id]
        if action not in RECURRING[row.status]:
            raise Refused("WrongState")

        def effect(_answer: dict[str, Any]) -> None:
            if action == "reactivate":
                row.next_index = row.from_day(row.resumes_at, today)
                row.status = "active" if row.start <= today else "scheduled"
            else:
                if row.next_index is not None:
                    row.resumes_at = row.next_index
                row.status, row.next_index = RECURRING[row.status][action], None

        return effect

    def fall_due(self, today: date) -> list[tuple[str, date]]:
        """Every period whose day has come: its invoices are all there once the scheduler has been here."""
        found = []
        for recurring_id, row in self.recurring.items():
            while row.next_index is not None and row.day(row.next_index) <= today:
                found.append((recurring_id, row.day(row.next_index)))
                row.status, row.next_index = "active", row.next_index + 1
                if (
                    row.occurrences
                    and len(row.made) + sum(each == recurring_id for each, _ in found) == row.occurrences
                ):
                    row.status, row.next_index = "finished", None
        return found

    def adopt(self, recurring_id: str, period: date, invoice_id: str, today: date) -> None:
        """A period's invoice is there."""
        row = self.recurring[recurring_id]
        invoice = self.invoices[invoice_id] = Invoice(row.lines, today)
        row.made[period] = invoice_id
        self._issue(invoice)

    def standing(self, invoice_id: str, now: datetime) -> tuple[str, Approval] | None:
        """The newest approval that counts for the draft as it is."""
        if invoice_id not in self.invoices:
            return None
        wish = (invoice_id, self.invoices[invoice_id].edition)
        found = [
            (approval_id, each)
            for approval_id, each in self.approvals.items()
            if (each.invoice, each.edition) == wish and each.state != "spent" and each.expires_at > now
        ]
        return max(found, key=lambda pair: pair[1].expires_at, default=None)

    def _invoice(self, invoice_id: str) -> Invoice:
        if invoice_id not in self.invoices:
            raise Refused("NotFound")
        return self.invoices[invoice_id]

    def _issue(self, invoice: Invoice) -> None:
        invoice.status, invoice.number = "unpaid", self.taken("F", invoice.issue_date.year)
