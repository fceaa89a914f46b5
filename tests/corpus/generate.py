"""Makes the documents of the corpus: the n-th is the same at each run. They are built as operations build them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final, Literal

from counterfoil.domain import deposits, totals
from counterfoil.domain.client_invoice import DeductedDeposit, NewClientInvoice
from counterfoil.domain.organization import OrganizationProfile
from counterfoil.domain.surcharges import STAMP_DUTY_THRESHOLD
from counterfoil.errors import Invalid
from tests.corpus import build, words
from tests.corpus.build import Document
from tests.corpus.parties import buyer_of, profile_of
from tests.corpus.shapes import SHAPES, Shape, Vat

SEED: Final = "counterfoil"


@dataclass(frozen=True)
class Case:
    """One document as the API answers it, without what goes on living. vat_slack: see `cents.faults`."""

    index: int
    shape: Shape
    kind: Literal["client_invoice", "credit_note"]
    document: Document
    profile: OrganizationProfile
    vat_slack: int = 0

    def __str__(self) -> str:
        return f"case {self.index} ({self.shape.name}, {self.kind})"


def case(index: int, *, is_small: bool = True) -> Case:
    """The document of this index; shapes take turns. is_small: a few lines, else up to 300."""
    rng = Random(f"{SEED}:{index}:{is_small}")
    shape = SHAPES[index % len(SHAPES)]
    writer = Writer(rng, shape, index, is_small=is_small)
    document = writer.invoice()
    if shape.kind == "standard" and document["total_amount_cents"] > 0 and rng.random() < 0.3:
        note, slack = writer.credit_note(document)
        return Case(index, shape, "credit_note", note, writer.profile, slack)
    return Case(index, shape, "client_invoice", document, writer.profile)


class Writer:
    """Draws what one document says, and builds it."""

    def __init__(self, rng: Random, shape: Shape, index: int, *, is_small: bool) -> None:
        self.rng, self.shape, self.index, self.is_small = rng, shape, index, is_small
        self.profile = profile_of(shape.seller)
        self.country = self.profile.legal_country
        self.client = self._client()
        self.issue_date = date(2026, 1, 2) + timedelta(days=rng.randrange(330))

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def invoice(self) -> Document:
        """An invoice; a balance invoice with the deposits that it deducts."""
        new = build.new_invoice(self.body())
        deducted = [self._deposit(new)] if self.shape.kind == "balance" else []
        return self._build(new, self.index + 1, deducted)

    def credit_note(self, invoice: Document) -> tuple[Document, int]:
        """A credit note over all of `invoice`, over an amount or over some of its lines; and its VAT slack in cents."""
        for body in self._credit_bodies(invoice, invoice["total_amount_cents"]):
            try:
                return build.credit_note(body, invoice, self.profile, self.index + 1), 0 if "items" in body else 1
            except Invalid:
                # Lines may be more than a discounted invoice charged at their rate: then the next kind is taken.
                continue
        raise build.Refused(f"case {self.index}: no credit note fits its invoice")

    def _client(self) -> dict[str, object]:
        more: dict[str, Any] = {}
        if self.chance(0.2):
            more["locale"] = self.rng.choice(words.LOCALES)
        name = self.rng.choice(self.shape.buyers)
        if self.shape.is_supply and self.chance(0.4):
            more["delivery_address"] = {
                "street_address": "Lager 7, Tor “B”", "city": "Entrepôt", "zip_code": "99999",
                "country_code": str(buyer_of(name)["country_code"]),
            }  # fmt: skip
        return buyer_of(name, **more)

    def body(self) -> Document:
        """What is sent to the API."""
        items = self._items()
        body: Document = {
            "issue_date": self.issue_date.isoformat(), "items": items,
            "due_date": (self.issue_date + timedelta(days=self.rng.choice((0, 14, 30, 60)))).isoformat(),
            "invoice_type": self.shape.kind, **self._texts(), **self._performance(), **self._surcharges(),
        }  # fmt: skip
        if self.shape.asks:
            body |= {"e_invoicing_format": self.shape.asks}
            body |= {} if self.client.get("buyer_reference") else {"buyer_reference": "REF “9” & more"}
        if self.country in ("FR", "DE") and self.chance(0.2):
            body["settings"] = self._settings()
        if self.chance(0.3):
            body["discount"] = self._discount(self._line_total(body))
        if self.shape.is_stamped and self._without_vat(body) > STAMP_DUTY_THRESHOLD:
            body["stamp_duty_amount"] = "2.00"
        return body

    def _items(self) -> list[Document]:
        count = self._count()
        items = [self._item(self._vat()) for _ in range(count)]
        if self.chance(0.2):
            items.append(self._returned(self.rng.choice(items)))
        return items

    def _count(self) -> int:
        if not self.is_small:
            return int(300 ** self.rng.random() ** 2)
        return self.rng.choice((1, 1, 2, 3, 4, 5, 7)) if self.chance(0.98) else 25

    def _vat(self) -> Vat:
        return self.shape.vat[0] if self.chance(0.5) else self.rng.choice(self.shape.vat)

    def _item(self, vat: Vat) -> Document:
        rate, reason = vat
        quantity = self._quantity()
        price = self._price()
        item: Document = {
            "title": words.title(self.rng), "quantity": quantity,
            "unit_price": {"value": price, "currency": "EUR"}, "vat_rate": rate, "vat_exemption_reason": reason,
            "unit": self.rng.choice(words.UNITS),
        }  # fmt: skip
        if self.chance(0.3):
            item["description"] = words.paragraph(self.rng, 1000)
        if self.chance(0.1):
            item["unit_code"] = self.rng.choice(words.UNIT_CODES)
        if self.chance(0.25):
            item["discount"] = self._discount(_cents(Decimal(quantity) * Decimal(price)))
        return item

    def _returned(self, item: Document) -> Document:
        """A part of what `item` sells, taken back beside it."""
        back = {name: value for name, value in item.items() if name != "discount"}
        share = self.rng.choice((Decimal("0.1"), Decimal("0.25"), Decimal("0.5")))
        quantity = (Decimal(item["quantity"]) * share).quantize(Decimal("0.001"))
        discount = item.get("discount")
        if not quantity or (discount and discount["type"] != "percentage"):
            return item
        return back | {"title": "Retour / Rücknahme", "quantity": f"{-quantity:f}", "discount": discount}

    def _quantity(self) -> str:
        whole = str(self.rng.randint(1, 40))
        fine = ("0.5", "7.25", "0.333", "1.0", "12.3456", "1000", "3.1416", "0.0100")
        return whole if self.chance(0.6) else self.rng.choice(fine)

    def _price(self) -> str:
        if self.chance(0.7):
            return f"{Decimal(self.rng.randint(1, 250_000)).scaleb(-2):f}"
        return self.rng.choice(("0.01", "10", "99.9", "0.333333", "1234.5678", "0.005", "45000.00", "19.99", "0.1234"))

    def _discount(self, base: int) -> Document:
        """A discount on `base` cents, which is not negative."""
        if base < 2 or self.chance(0.6):
            return {"type": "percentage", "value": self.rng.choice(("0.1", "0.05", "0.3333", "0.015", "0.125", "0.5"))}
        return {"type": "absolute", "value": f"{Decimal(self.rng.randint(1, base)).scaleb(-2):.2f}"}

    def _texts(self) -> Document:
        texts: Document = {}
        limits = {"header": 1000, "footer": 1000, "terms_and_conditions": 525}
        texts |= {name: words.paragraph(self.rng, limit) for name, limit in limits.items() if self.chance(0.2)}
        if self.chance(0.3):
            texts["purchase_order"] = self.rng.choice(words.PURCHASE_ORDERS)
        return texts

    def _performance(self) -> Document:
        days = {"performance_start_date": self.issue_date.isoformat()}
        if self.chance(0.5):
            days["performance_end_date"] = (self.issue_date + timedelta(days=self.rng.randrange(40))).isoformat()
        return days if self.shape.is_supply or self.country == "DE" or self.chance(0.3) else {}

    def _surcharges(self) -> Document:
        found: Document = {}
        if self.shape.withholding:
            found["withholding_tax"] = {"rate": self.rng.choice(self.shape.withholding)}
            if self.country == "IT":
                reason = f"RF0{self.rng.randint(1, 6)}"
                found["withholding_tax"] |= {
                    "reason": reason,
                    "payment_reason": self.rng.choice(("A", "L1", "M2", "Q")),
                }
        if self.shape.funds and self.chance(0.8):
            rate = self.rng.choice(("0.04", "0.02", "0.0517"))
            found["welfare_fund"] = {"type": self.rng.choice(self.shape.funds), "rate": rate}
        if self.country == "IT" and self.chance(0.5):
            found["payment_reporting"] = {
                "conditions": self.rng.choice(("TP01", "TP02", "TP03")), "method": f"MP{self.rng.randint(1, 22):02d}"
            }  # fmt: skip
        return found

    def _settings(self) -> Document:
        if self.country == "DE":
            return {"tax_number": "181/815/08155", "company_leadership": "Erika Mustermann", "district_court": "Köln"}
        kinds = ("goods", "services", "goods_and_services")
        settings: Document = {"transaction_type": self.rng.choice(kinds)}
        if self.chance(0.5):
            settings["vat_payment_condition"] = self.rng.choice(("on_receipts", "compensated_for_sales"))
        if self.chance(0.5):
            settings["late_payment_penalties"] = "3 × taux d’intérêt légal\n(art. L441-10)"
            settings["discount_conditions"] = "Escompte 2 % à 8 jours"
        return settings

    def _line_total(self, body: Document) -> int:
        return _cents(self._sums(body, discount=False).line_total)

    def _without_vat(self, body: Document) -> Decimal:
        """What stamp duty is measured by: the groups without VAT, as the rules at write see them."""
        groups = self._sums(body, discount=True).groups
        return sum((group.taxable_amount for group in groups if not group.rate), Decimal(0))

    def _sums(self, body: Document, *, discount: bool) -> totals.Totals:
        new = build.new_invoice(body)
        return totals.compute(
            new.items,
            currency="EUR",
            discount=new.discount if discount else None,
            welfare_fund=new.welfare_fund,
            withholding_tax=None,
            stamp_duty_amount=None,
        )

    def _deposit(self, balance: NewClientInvoice) -> DeductedDeposit:
        """A deposit invoice over a part of what `balance` bills at its first rate."""
        whole = self._build(balance, self.index + 2, [])
        group = whole["vat_breakdown"][0]
        part = Decimal(group["taxable_amount"]["value"]) * self.rng.choice((Decimal("0.1"), Decimal("0.3"), 1))
        body = balance.model_copy(update={"invoice_type": "deposit", "discount": None}).model_dump(mode="json")
        body["items"] = [
            {
                "title": "Acompte / Anzahlung", "quantity": "1", "vat_rate": group["vat_rate"],
                "unit_price": {"value": f"{part:.2f}", "currency": "EUR"},
            }
        ]  # fmt: skip
        document = self._build(build.new_invoice(body), self.index + 3, [])
        return deposits.deducted(document, self.rng.choice(("paid", "unpaid")))

    def _build(self, new: NewClientInvoice, sequence: int, deducted: Sequence[DeductedDeposit]) -> Document:
        try:
            return build.invoice(new, self.profile, self.client, sequence, deducted)
        except build.Refused as refusal:
            raise build.Refused(f"case {self.index} ({self.shape.name}): {refusal}") from None

    def _credit_bodies(self, invoice: Document, total: int) -> list[Document]:
        """What a credit note may ask for, the first that was drawn before those that always fit."""
        share = _euros(max(1, total * self.rng.randint(1, 99) // 100))
        sold = [item for item in invoice["items"] if Decimal(item["quantity"]) > 0]
        lines = [
            {name: item[name] for name in ("title", "quantity", "unit_price", "vat_rate", "vat_exemption_reason")}
            for item in self.rng.sample(sold, min(len(sold), self.rng.randint(1, 4)))
        ]
        said = {"issue_date": (self.issue_date + timedelta(days=9)).isoformat()}
        said |= {"reason": self.rng.choice(words.REASONS)}
        bodies: list[Document] = [{"items": lines}, {"amount": {"value": share, "currency": "EUR"}}]
        self.rng.shuffle(bodies)
        return [said | body for body in (*bodies, {"amount": {"value": _euros(total), "currency": "EUR"}})]


def _cents(amount: Decimal) -> int:
    """Whole cents of `amount`, rounded down, so that a discount of as much is never over its base."""
    return int(amount.scaleb(2))


def _euros(cents: int) -> str:
    return f"{Decimal(cents).scaleb(-2):.2f}"
