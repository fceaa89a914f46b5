"""Law as data: lists of small rules, each citing its paragraph. All faults are told at once.

`finalize_faults` runs before a number is taken; `write_faults` at create and update of a draft.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from counterfoil.domain.organization import OrganizationProfile
from counterfoil.domain.rules import common, de, es, fr, it
from counterfoil.domain.rules.base import Facts, Rule, run
from counterfoil.domain.rules.writing import credit_faults, write_faults
from counterfoil.errors import Fault

ERRORS: Final[Mapping[str, tuple[Rule, ...]]] = MappingProxyType(
    {"FR": fr.ERRORS, "DE": de.ERRORS, "IT": it.ERRORS, "ES": es.ERRORS}
)
WARNINGS: Final[Mapping[str, tuple[Rule, ...]]] = MappingProxyType(
    {"FR": fr.WARNINGS, "DE": de.WARNINGS, "IT": it.WARNINGS, "ES": es.WARNINGS}
)
_CANCEL_SOURCES: Final[Mapping[str, str]] = MappingProxyType(
    {"FR": fr.CANCEL_SOURCE, "DE": de.CANCEL_SOURCE, "IT": it.CANCEL_SOURCE, "ES": es.CANCEL_SOURCE}
)


def finalize_faults(document: Mapping[str, Any], profile: OrganizationProfile) -> tuple[list[Fault], list[Fault]]:
    """Errors and warnings of a document about to be numbered, each with its rule's id and source.

    document: as it will be frozen, in the wire's words, as JSON values or Python dates. Its own `organization` block
    (with the document's settings) comes before the profile. `number` is set only when a person gave one.
    """
    facts = Facts(document, profile)
    country = facts.seller_country
    return (
        run((*common.ERRORS, *ERRORS.get(country, ())), facts),
        run((*common.WARNINGS, *WARNINGS.get(country, ())), facts),
    )


# What makes an offer's amounts doubtful. An invoice is refused for the first; an offer binds nobody's VAT yet.
_OFFER_WARNINGS: Final = tuple(
    rule for rule in (*common.ERRORS, *common.WARNINGS) if rule.id in ("CF-04", "CF-53", "CF-54")
)


def quote_warnings(document: Mapping[str, Any], profile: OrganizationProfile) -> list[Fault]:
    """What the writer of a quote should know of its VAT, in the words that an invoice would be refused with."""
    return run(_OFFER_WARNINGS, Facts(document, profile))


# Of the rules of an invoice, those that the seller's own data can break, and what a platform says of its number. Rates
# and buyer were the invoice's business, on its day and under its regime.
_CREDIT_RULES: Final = frozenset({"CF-02", "FR-01", "FR-02", "DE-01", "IT-01", "ES-01", "FR-52", "IT-50"})


def credit_note_faults(document: Mapping[str, Any], profile: OrganizationProfile) -> tuple[list[Fault], list[Fault]]:
    """Errors and warnings of a credit note about to be numbered. document: as for `finalize_faults`."""
    facts = Facts(document, profile)
    country = facts.seller_country
    errors = [rule for rule in (*common.ERRORS, *ERRORS.get(country, ())) if rule.id in _CREDIT_RULES]
    warnings = [rule for rule in (*common.WARNINGS, *WARNINGS.get(country, ())) if rule.id in _CREDIT_RULES]
    found = run(warnings, facts)
    issued, credited = facts.day("invoice_issue_date"), facts.day("issue_date")
    if issued and credited and credited < issued:
        found.append(credit_before_invoice(credited, issued))
    return run(errors, facts), found


def credit_before_invoice(credited: date, issued: date) -> Fault:
    """A credit note that is dated before the invoice it corrects."""
    return Fault(
        "credit_note_before_invoice",
        f"The credit note is dated {credited.isoformat()}, before its invoice of {issued.isoformat()}.",
        field="issue_date",
        fix="Check the date; the number is taken all the same.",
        rule="CF-61",
        source="Directive 2006/112/EC art. 219",
    )


def cancel_warning(country: str) -> Fault:
    """What to tell a seller of this country who cancels an invoice that was issued."""
    return Fault(
        "credit_note_expected",
        "The invoice is canceled here; it keeps its number and its document. If the client has received it, the law "
        "wants it corrected by a document of its own.",
        field="status",
        fix="Issue a credit note for the client, or ask your accountant whether one is needed.",
        rule="CF-60",
        source=_CANCEL_SOURCES.get(country.upper(), "Directive 2006/112/EC art. 219"),
    )


__all__ = [
    "ERRORS", "WARNINGS", "Facts", "Rule", "cancel_warning", "credit_faults", "credit_note_faults", "finalize_faults",
    "quote_warnings", "write_faults",
]  # fmt: skip
