"""Germany: what UStG § 14 Abs. 4 asks for beyond the common rules."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from counterfoil.domain.rules.base import Facts, Rule
from counterfoil.domain.rules.common import missing_one_of
from counterfoil.errors import Fault


def seller_tax_number(facts: Facts) -> Iterable[Fault]:
    if not (facts.seller("vat_number") or facts.seller("tax_number")):
        yield missing_one_of(("tax_number", "vat_number"), "Steuernummer or USt-IdNr.")


def performance_date(facts: Facts) -> Iterable[Fault]:
    if facts.document.get("invoice_type") == "deposit":
        return  # it bills what is yet to come: UStG § 14 Abs. 5
    if not (facts.document.get("performance_start_date") or facts.document.get("performance_date")):
        yield Fault(
            "missing_performance_date",
            "The invoice does not say when the goods or services were supplied.",
            field="performance_start_date",
            fix="Before finalize, PATCH /v2/client_invoices/{id} with performance_start_date.",
        )


ERRORS: Final = (Rule("DE-01", "UStG § 14 Abs. 4 Satz 1 Nr. 2; UStDV § 34a", seller_tax_number),)
WARNINGS: Final = (Rule("DE-51", "UStG § 14 Abs. 4 Satz 1 Nr. 6; BR-DE-TMP-32", performance_date),)

CANCEL_SOURCE: Final = "UStG § 14 Abs. 6; UStDV § 31 Abs. 5"
