"""What a rule is, and what it looks at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from counterfoil.domain import electronic_addresses as addresses
from counterfoil.domain import vat
from counterfoil.domain.einvoice_formats import FATTURAPA, Format, formats_of
from counterfoil.domain.organization import OrganizationProfile
from counterfoil.errors import Fault


class LineFacts(NamedTuple):
    """A line as the rules see it. rate: a fraction. reason: "" where it has none or the rate counts."""

    position: int
    item: Mapping[str, Any]
    rate: Decimal
    reason: str
    category: str


@dataclass(frozen=True)
class Facts:
    """A document as it will be frozen (the wire's words, as JSON values), and the seller's profile.

    today: the seller's calendar day; None for a document that was issued before, or is tried for a day to come.
    """

    document: Mapping[str, Any]
    profile: OrganizationProfile
    today: date | None = None

    @cached_property
    def items(self) -> Sequence[Mapping[str, Any]]:
        return self.document.get("items") or ()

    @cached_property
    def client(self) -> Mapping[str, Any]:
        return self.document.get("client") or {}

    @cached_property
    def organization(self) -> Mapping[str, Any]:
        """The seller as the document shows it; empty before the document has such a block."""
        return self.document.get("organization") or {}

    @property
    def number(self) -> str:
        """The number that a person gave; "" when it comes from the counter."""
        return str(self.document.get("number") or "")

    @property
    def is_credit_note(self) -> bool:
        return "invoice_id" in self.document

    @property
    def target(self) -> str:
        """What a patch of this document is for."""
        return "credit_note" if self.is_credit_note else "client_invoice"

    @cached_property
    def seller_country(self) -> str:
        return self.profile.legal_country.upper()

    @cached_property
    def buyer_country(self) -> str:
        return addresses.country_of(self.client)

    @property
    def is_business_client(self) -> bool:
        return self.client.get("type") != "individual"

    @cached_property
    def is_domestic_business(self) -> bool:
        """Between two businesses of one country: what the duties to send e-invoices are about."""
        return self.is_business_client and self.buyer_country == self.seller_country

    @cached_property
    def formats(self) -> tuple[Format, ...]:
        """The files that it will be issued in."""
        return (FATTURAPA,) if self.seller_country == "IT" else formats_of(self.document)

    def is_issued_as(self, kind: str) -> bool:
        return any(each.kind == kind for each in self.formats)

    def seller(self, field: str) -> str:
        """A field of the seller on this document: its settings come before the profile."""
        return str(self.organization.get(field) or getattr(self.profile, field, "") or "").strip()

    def buyer(self, field: str) -> str:
        return str(self.client.get(field) or "").strip()

    def buyer_place(self, part: str) -> str:
        """city or zip_code of the billing address where any of it is filled, else of the client itself."""
        billing = self.client.get("billing_address") or {}
        return str((billing if any(billing.values()) else self.client).get(part) or "").strip()

    @property
    def client_call(self) -> str:
        """The call that changes this client."""
        return f"PATCH /v2/clients/{self.client.get('id', '{id}')}"

    def day(self, field: str) -> date | None:
        value = self.document.get(field)
        return date.fromisoformat(value) if isinstance(value, str) and value else value or None

    @cached_property
    def lines(self) -> tuple[LineFacts, ...]:
        """Every line with its VAT category, as the document's VAT groups have it."""
        regime_reason = vat.default_exemption_reason(self.profile.vat_regime) or ""
        has_vat_number = bool(self.buyer("vat_number"))
        found = []
        for index, item in enumerate(self.items):
            rate = Decimal(str(item.get("vat_rate") or "0"))
            reason = "" if rate else str(item.get("vat_exemption_reason") or regime_reason)
            category = vat.category(
                reason or None,
                rate,
                seller_country=self.seller_country,
                buyer_country=self.buyer_country,
                buyer_has_vat_number=has_vat_number,
            )
            found.append(LineFacts(index, item, rate, reason, category))
        return tuple(found)

    @cached_property
    def category_lines(self) -> Mapping[str, int]:
        """The VAT categories of the document, each with the position of its first line."""
        first: dict[str, int] = {}
        for line in self.lines:
            first.setdefault(line.category, line.position)
        return first

    def categories(self) -> Iterable[tuple[int, str, str]]:
        """Position, exemption reason and VAT category of each line without VAT."""
        return [(line.position, line.reason, line.category) for line in self.lines if not line.rate]


Check = Callable[[Facts], Iterable[Fault]]


class Rule(NamedTuple):
    """A rule of law or of a standard: its id, where it is written, and the check that finds what breaks it.

    since: the first issue date on which it binds. when: the documents that it binds. Others it only warns of.
    of: whom it is for: a country ("FR"), a format ("en16931", "xrechnung", "fatturapa"), or "" for everybody.
    """

    id: str
    source: str
    check: Check
    since: date | None = None
    of: str = ""
    when: Callable[[Facts], bool] | None = None

    def binds(self, facts: Facts, on: date | None) -> bool:
        """Whether breaking it refuses this document, of this day; a document without a day is of today's law."""
        is_in_force = self.since is None or on is None or on >= self.since
        return is_in_force and (self.when is None or self.when(facts))


def run(rules: Iterable[Rule], facts: Facts) -> list[Fault]:
    """Every fault that the rules find, each with its rule's id and source (a check may name a narrower rule)."""
    return [
        replace(fault, rule=fault.rule or rule.id, source=fault.source or rule.source)
        for rule in rules
        for fault in rule.check(facts)
    ]


def judge(errors: Iterable[Rule], warnings: Iterable[Rule], facts: Facts) -> tuple[list[Fault], list[Fault]]:
    """What refuses a document, and what its writer should know: also of rules that do not bind it (yet)."""
    on = facts.day("issue_date")
    binding: list[Rule] = []
    telling: list[Rule] = []
    for rule in errors:
        (binding if rule.binds(facts, on) else telling).append(rule)
    refused = told_once(run(binding, facts))
    known = {(fault.code, fault.field) for fault in refused}
    warned = [fault for fault in run((*warnings, *telling), facts) if (fault.code, fault.field) not in known]
    return refused, told_once(warned)


def told_once(faults: Iterable[Fault]) -> list[Fault]:
    """One fault a thing: where law and format say the same, the format's rule, which comes later, is the narrower."""
    return list({(fault.code, fault.field): fault for fault in faults}.values())
