"""Rules of every country: EN 16931 and Directive 2006/112/EC, which national laws carry out."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from counterfoil.domain import party, vat
from counterfoil.domain.rules.base import Facts, LineFacts, Rule
from counterfoil.domain.rules.patches import change, mended, put
from counterfoil.errors import Fault

ORGANIZATION_CALL: Final = "PATCH /v2/organization"


def has_items(facts: Facts) -> Iterable[Fault]:
    if not facts.items:
        yield Fault(
            "missing_items",
            "The invoice has no items.",
            field="items",
            fix="Add at least one item: PATCH /v2/client_invoices/{id} with items.",
        )


def seller_is_named(facts: Facts) -> Iterable[Fault]:
    for field, words in (
        ("legal_name", "legal name"),
        ("address_line_1", "street address"),
        ("address_zipcode", "postcode"),
        ("address_city", "city"),
    ):
        if not facts.seller(field):
            yield missing_of_seller(field, words)


def missing_of_seller(field: str, words: str, why: str = "an invoice must show it") -> Fault:
    """An organization's field that an invoice must show is empty."""
    return Fault(
        f"missing_{field}",
        f"Your organization has no {words}, and {why}.",
        field=f"organization/{field}",
        fix=f"Set it once: {ORGANIZATION_CALL} with {field}.",
    )


def missing_one_of(fields: tuple[str, ...], words: str) -> Fault:
    """None of an organization's numbers is there, and an invoice must show one."""
    return Fault(
        f"missing_{fields[0]}",
        f"Your organization has no {words}, and an invoice must show one of them.",
        field=f"organization/{fields[0]}",
        fix=f"Set one once: {ORGANIZATION_CALL} with {' or '.join(fields)}.",
        meta={"any_of": list(fields)},
    )


def buyer_is_placed(facts: Facts) -> Iterable[Fault]:
    billing = facts.client.get("billing_address") or {}
    if not any((facts.buyer("address"), facts.buyer("city"), billing.get("street_address"), billing.get("city"))):
        yield Fault(
            "missing_client_address",
            "The client has no address, and an invoice must show it.",
            field="client/billing_address",
            fix=f"Set it: {facts.client_call} with billing_address.",
        )
    if not facts.buyer_country:
        yield Fault(
            "missing_client_country",
            "The client has no country, and VAT depends on it.",
            field="client/country_code",
            fix=f"Set it: {facts.client_call} with billing_address.country_code.",
        )


def rates_are_legal(facts: Facts) -> Iterable[Fault]:
    """Rates of the seller's country, of one where it is registered, or of a private buyer's (One Stop Shop)."""
    on = facts.day("issue_date")
    if on is None:
        return
    countries = [facts.seller_country]
    registered = facts.seller("vat_number")[:2].upper().replace("EL", "GR")
    if registered in vat.EU_COUNTRIES:
        countries.append(registered)
    if not facts.is_business_client and facts.buyer_country in vat.EU_COUNTRIES:
        countries.append(facts.buyer_country)
    for line in facts.lines:
        if not any(vat.is_legal_rate(country, line.rate, on) for country in countries):
            known = ", ".join(f'"{known:f}"' for known in vat.legal_rates(facts.seller_country, on))
            percent = (line.rate * 100).normalize()
            yield Fault(
                "illegal_vat_rate",
                f"{percent:f} % is no VAT rate of {facts.seller_country} on {on.isoformat()}.",
                field=f"items/{line.position}/vat_rate",
                fix=f'Send one of {known}, or "0" with a vat_exemption_reason.',
            )


def regime_has_no_vat(facts: Facts) -> Iterable[Fault]:
    reason = vat.default_exemption_reason(facts.profile.vat_regime)
    if reason is None:
        return
    for line in facts.lines:
        if line.rate:
            yield vat_under_regime(line.position, facts.profile.vat_regime, reason)


def vat_under_regime(index: int, regime: str, reason: str) -> Fault:
    """A positive rate on the line at `index`, of a seller who may not charge VAT."""
    fault = Fault(
        "vat_rate_not_allowed",
        f"Your organization is under the {regime} regime ({vat.law_of(reason)}) and charges no VAT.",
        field=f"items/{index}/vat_rate",
        fix='Send "0"; the exemption reason and the legal note are added for you. If the regime has ended: '
        f"{ORGANIZATION_CALL} with vat_regime standard.",
    )
    return mended(fault, "client_invoice", change(f"/items/{index}/vat_rate", "0"))


def missing_buyer_vat_number(facts: Facts) -> Iterable[tuple[Fault, str]]:
    """The first line that cannot be without the buyer's VAT number, with its VAT category."""
    if facts.buyer("vat_number"):
        return
    is_eu_business = (
        facts.is_business_client
        and facts.buyer_country in vat.EU_COUNTRIES
        and facts.buyer_country != facts.seller_country
    )
    for index, reason, category in facts.categories():
        # These reasons are reverse charge or an intra-EU supply only once the buyer's VAT number is there.
        would_be = {"S259": "AE", "S69": "AE", "S262": "K", "S262.1": "K"}.get(reason) if is_eu_business else None
        if category in {"AE", "K"} or would_be:
            fault = Fault(
                "missing_client_vat_number",
                f"Item {index + 1} is under reverse charge or an intra-EU supply ({reason}), and the client has no VAT "
                "number.",
                field="client/vat_number",
                fix=f"Set it: {facts.client_call} with vat_number; or charge VAT.",
            )
            yield fault, would_be or category
            return


def reverse_charge_names_the_buyer(facts: Facts) -> Iterable[Fault]:
    return [fault for fault, _ in missing_buyer_vat_number(facts)]


def due_after_issue(facts: Facts) -> Iterable[Fault]:
    due, issue = facts.day("due_date"), facts.day("issue_date")
    if due and issue and due < issue:
        fault = Fault(
            "due_date_before_issue_date",
            f"The invoice is due on {due.isoformat()}, before its issue date {issue.isoformat()}.",
            field="due_date",
            fix=f'For payment at once send due_date "{issue.isoformat()}"; else check both dates.',
        )
        yield mended(fault, facts.target, change("/due_date", issue.isoformat()))


def buyer_numbers_are_likely(facts: Facts) -> Iterable[Fault]:
    return party.warnings_for_client({**facts.client, "country_code": facts.buyer_country})


def reasons_are_of_the_country(facts: Facts) -> Iterable[Fault]:
    if facts.seller_country not in vat.EXEMPTION_REASONS:
        return
    own = vat.reasons_of(facts.seller_country)
    for line in facts.lines:
        if line.reason and line.reason not in own:
            yield _foreign_reason(facts, line, own)


def _foreign_reason(facts: Facts, line: LineFacts, own: tuple[str, ...]) -> Fault:
    fault = Fault(
        "exemption_reason_of_another_country",
        f"{line.reason} stands for a law of {vat.country_of(line.reason)}; you sell from {facts.seller_country}.",
        field=f"items/{line.position}/vat_exemption_reason",
        fix=f"Send one of {', '.join(own)}.",
    )
    same = [reason for reason in own if _category(facts, reason) == line.category and not vat.is_of_regime(reason)]
    if len(same) != 1:
        return fault
    return mended(fault, facts.target, change(f"/items/{line.position}/vat_exemption_reason", same[0]))


def _category(facts: Facts, reason: str) -> str:
    return vat.category(
        reason,
        Decimal(0),
        seller_country=facts.seller_country,
        buyer_country=facts.buyer_country,
        buyer_has_vat_number=bool(facts.buyer("vat_number")),
    )


def reasons_stand_at_rate_zero(facts: Facts) -> Iterable[Fault]:
    # The source page's own example sends both, so it is no error; the rate counts.
    for line in facts.lines:
        if line.rate and line.item.get("vat_exemption_reason"):
            fault = Fault(
                "exemption_reason_ignored",
                f"Item {line.position + 1} has VAT, so its exemption reason {line.item['vat_exemption_reason']} means "
                "nothing.",
                field=f"items/{line.position}/vat_exemption_reason",
                fix='Leave the reason out, or send vat_rate "0".',
            )
            yield mended(fault, facts.target, put(f"/items/{line.position}/vat_exemption_reason", None))


ERRORS: Final = (
    Rule("CF-01", "EN 16931 BR-16", has_items),
    Rule("CF-02", "Directive 2006/112/EC art. 226 (5); EN 16931 BR-06, BR-08", seller_is_named),
    Rule("CF-03", "Directive 2006/112/EC art. 226 (5); EN 16931 BR-10, BR-11", buyer_is_placed),
    Rule("CF-04", "Directive 2006/112/EC art. 93, 96-98 and 369a", rates_are_legal),
    Rule("CF-05", "Directive 2006/112/EC art. 203 and 289: what is printed as VAT is owed", regime_has_no_vat),
    Rule("CF-06", "Directive 2006/112/EC art. 226 (4); EN 16931 BR-AE-02, BR-IC-02", reverse_charge_names_the_buyer),
)
WARNINGS: Final = (
    Rule("CF-51", "EN 16931 BT-9", due_after_issue),
    Rule("CF-52", "Directive 2006/112/EC art. 214 and 215", buyer_numbers_are_likely),
    Rule("CF-53", "Directive 2006/112/EC art. 226 (11)", reasons_are_of_the_country),
    Rule("CF-54", "EN 16931 BR-S-10", reasons_stand_at_rate_zero),
)
