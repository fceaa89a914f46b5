"""Law as data: lists of small rules, each citing its paragraph. All faults are told at once.

`finalize_faults` runs before a number is taken; `write_faults` at create and update of a draft. What runs follows from
the document: everybody's rules, the seller's country's, and those of each format that it will be issued in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from counterfoil.domain.organization import OrganizationProfile
from counterfoil.domain.rules import common, de, en16931, es, fr, it, xrechnung
from counterfoil.domain.rules.base import Facts, Rule, judge, run, told_once
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


def finalize_faults(
    document: Mapping[str, Any], profile: OrganizationProfile, *, today: date | None = None
) -> tuple[list[Fault], list[Fault]]:
    """Errors and warnings of a document about to be numbered, each with its rule's id and source.

    document: as it will be frozen, in the wire's words, as JSON values or Python dates. Its own `organization` block
    (with the document's settings) comes before the profile. `number` is set only when a person gave one.
    """
    facts = Facts(document, profile, today)
    return judge(*_rules_for(facts), facts)


# The same, asked of a draft: nothing in it depends on a number.
compliance = finalize_faults


def _rules_for(facts: Facts) -> tuple[tuple[Rule, ...], tuple[Rule, ...]]:
    """The errors and warnings that a document is judged by."""
    return _listed(facts.seller_country, facts.is_issued_as("fatturapa"), facts.is_issued_as("xrechnung"))


@lru_cache(maxsize=256)
def _listed(country: str, is_fatturapa: bool, is_xrechnung: bool) -> tuple[tuple[Rule, ...], tuple[Rule, ...]]:
    """Everybody's rules, the seller's country's, and those of the formats, the widest first."""
    errors = (*common.ERRORS, *ERRORS.get(country, ()))
    warnings = (*common.WARNINGS, *WARNINGS.get(country, ()))
    if not is_fatturapa:
        errors, warnings = (*errors, *en16931.ERRORS), (*warnings, *en16931.WARNINGS)
    if is_xrechnung:
        errors, warnings = (*errors, *xrechnung.ERRORS), (*warnings, *xrechnung.WARNINGS)
    return errors, warnings


# A format's rule whose breach our writers go round on a document that nobody can change any more: terms that are no
# early payment discount are written as a note.
_SAID_OTHERWISE: Final = frozenset({"BR-DE-18"})


def xrechnung_faults(document: Mapping[str, Any], profile: OrganizationProfile) -> list[Fault]:
    """Why an issued document cannot be had as an XRechnung; empty when it can."""
    facts = Facts(document, profile)
    rules = (rule for rule in (*en16931.ERRORS, *xrechnung.ERRORS) if rule.id not in _SAID_OTHERWISE)
    return told_once(run(rules, facts))


# What makes an offer's amounts doubtful. An invoice is refused for the first; an offer binds nobody's VAT yet.
_OFFER_WARNINGS: Final = tuple(
    rule for rule in (*common.ERRORS, *common.WARNINGS) if rule.id in ("CF-04", "CF-53", "CF-54")
)


def quote_warnings(document: Mapping[str, Any], profile: OrganizationProfile) -> list[Fault]:
    """What the writer of a quote should know of its VAT, in the words that an invoice would be refused with."""
    return run(_OFFER_WARNINGS, Facts(document, profile))


# Of an invoice's law, what the seller's own data can break. Rates and buyer were the invoice's business, on its day and
# under its regime.
_CREDIT_LAW: Final = frozenset({"CF-02", "FR-02", "DE-01", "IT-01", "ES-01"})
_OFFICIAL: Final = ("BR-", "PEPPOL-", "00")
# What a credit note cannot be mended in any more: it has the client, the days and the VAT of its invoice.
_OF_ITS_INVOICE: Final = ("client", "invoice_number")


def credit_note_faults(
    document: Mapping[str, Any], profile: OrganizationProfile, *, today: date | None = None
) -> tuple[list[Fault], list[Fault]]:
    """Errors and warnings of a credit note about to be numbered. document: as for `finalize_faults`."""
    facts = Facts(document, profile, today)
    errors, warnings = _rules_for(facts)
    refused, found = judge(_of_credit(errors), _of_credit(warnings), facts)
    kept = [fault for fault in refused if not str(fault.field).startswith(_OF_ITS_INVOICE)]
    found = [fault for fault in refused if fault not in kept] + found
    issued, credited = facts.day("invoice_issue_date"), facts.day("issue_date")
    if issued and credited and credited < issued and not any(fault.rule == "00418" for fault in kept):
        found.append(credit_before_invoice(credited, issued))
    return kept, found


def _of_credit(rules: Iterable[Rule]) -> list[Rule]:
    """The rules that a credit note is judged by: of the law a part, of the formats all."""
    return [rule for rule in rules if rule.id in _CREDIT_LAW or rule.id.startswith(_OFFICIAL) or rule.of == "fatturapa"]


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
    "ERRORS", "WARNINGS", "Facts", "Rule", "cancel_warning", "compliance", "credit_faults", "credit_note_faults",
    "finalize_faults", "quote_warnings", "write_faults", "xrechnung_faults",
]  # fmt: skip
