"""What a rule is, and what it looks at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from counterfoil.domain import vat
from counterfoil.domain.organization import OrganizationProfile
from counterfoil.errors import Fault


@dataclass(frozen=True, slots=True)
class Facts:
    """A document as it will be frozen (the wire's words, as JSON values), and the seller's profile."""

    document: Mapping[str, Any]
    profile: OrganizationProfile

    @property
    def items(self) -> Sequence[Mapping[str, Any]]:
        return self.document.get("items") or ()

    @property
    def client(self) -> Mapping[str, Any]:
        return self.document.get("client") or {}

    @property
    def number(self) -> str:
        """The number that a person gave; "" when it comes from the counter."""
        return str(self.document.get("number") or "")

    @property
    def seller_country(self) -> str:
        return self.profile.legal_country.upper()

    @property
    def buyer_country(self) -> str:
        billing = self.client.get("billing_address") or {}
        return str(self.client.get("country_code") or billing.get("country_code") or "").upper()

    @property
    def is_business_client(self) -> bool:
        return self.client.get("type") != "individual"

    def seller(self, field: str) -> str:
        """A field of the seller on this document: its settings come before the profile."""
        block = self.document.get("organization") or {}
        return str(block.get(field) or getattr(self.profile, field, "") or "").strip()

    def buyer(self, field: str) -> str:
        return str(self.client.get(field) or "").strip()

    def day(self, field: str) -> date | None:
        value = self.document.get(field)
        return date.fromisoformat(value) if isinstance(value, str) and value else value or None

    def categories(self) -> Iterable[tuple[int, str, str]]:
        """Position, exemption reason and VAT category of each line without VAT."""
        regime_reason = vat.default_exemption_reason(self.profile.vat_regime)
        for index, item in enumerate(self.items):
            reason = str(item.get("vat_exemption_reason") or regime_reason or "")
            rate = Decimal(str(item.get("vat_rate") or "0"))
            if not rate:
                category = vat.category(
                    reason or None,
                    rate,
                    seller_country=self.seller_country,
                    buyer_country=self.buyer_country,
                    buyer_has_vat_number=bool(self.buyer("vat_number")),
                )
                yield index, reason, category


Check = Callable[[Facts], Iterable[Fault]]


class Rule(NamedTuple):
    """A rule of law or of a standard: its id, where it is written, and the check that finds what breaks it.

    since: the first issue date on which it binds; before that it only warns. None: it has always bound.
    of: whom it is for: a country ("FR"), a format ("en16931", "xrechnung", "fatturapa"), or "" for everybody.
    """

    id: str
    source: str
    check: Check
    since: date | None = None
    of: str = ""

    def binds(self, on: date | None) -> bool:
        """Whether it is in force for a document of this day; one without a day is of no time before."""
        return self.since is None or on is None or on >= self.since


def run(rules: Iterable[Rule], facts: Facts) -> list[Fault]:
    """Every fault that the rules find, each with its rule's id and source (a check may name a narrower rule)."""
    return [
        replace(fault, rule=fault.rule or rule.id, source=fault.source or rule.source)
        for rule in rules
        for fault in rule.check(facts)
    ]


def judge(errors: Iterable[Rule], warnings: Iterable[Rule], facts: Facts) -> tuple[list[Fault], list[Fault]]:
    """What refuses a document and what its writer should know. Errors not yet in force on its day only warn."""
    on = facts.day("issue_date")
    listed = tuple(errors)
    coming = [rule for rule in listed if not rule.binds(on)]
    return run((rule for rule in listed if rule.binds(on)), facts), run((*coming, *warnings), facts)
