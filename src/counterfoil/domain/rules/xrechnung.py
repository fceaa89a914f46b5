"""XRechnung 3.0: what KoSIT's rules (BR-DE, and Peppol's in it, release 2.5.0) ask for beyond EN 16931."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, Final

from counterfoil.domain import einvoice_formats
from counterfoil.domain import electronic_addresses as addresses
from counterfoil.domain.rules.base import Facts, Rule
from counterfoil.domain.rules.common import ORGANIZATION_CALL, missing_of_seller
from counterfoil.domain.rules.patches import change, mended
from counterfoil.errors import Fault

# BR-DE-18, a line of BT-20 that begins with #: an early payment discount.
SKONTO: Final = re.compile(r"#SKONTO#TAGE=[0-9]+#PROZENT=[0-9]+\.[0-9]{2}(#BASISBETRAG=-?[0-9]+\.[0-9]{2})?#", re.ASCII)
# The same as people write it: small letters, a comma, a percent sign, one decimal or none, the last # forgotten.
_MEANT: Final = re.compile(
    r"# *SKONTO *# *TAGE *= *(?P<days>[0-9]{1,3}) *# *PROZENT *= *(?P<percent>[0-9]{1,2}([.,][0-9]{1,2})?) *%? *"
    r"(# *BASISBETRAG *= *(?P<base>-?[0-9]{1,12}([.,][0-9]{1,2})?) *)?#?",
    re.ASCII | re.IGNORECASE,
)
_TELEPHONE: Final = re.compile(r"(?:[0-9].*){3,}", re.ASCII)
_EMAIL: Final = re.compile(r"[^@\s]+@([^@.\s]+\.)+[^@.\s]+")


def buyer_reference(facts: Facts) -> Iterable[Fault]:
    """BR-DE-15. The number of an order serves where there is no other reference."""
    if not (einvoice_formats.buyer_reference(facts.document).strip() or _text(facts, "purchase_order")):
        yield Fault(
            "missing_buyer_reference",
            "An XRechnung must carry the reference that the buyer gave: a Leitweg-ID, or an order number.",
            field="buyer_reference",
            fix=f"Ask the client, then {facts.client_call} with buyer_reference; or send buyer_reference or "
            "purchase_order on this document alone.",
        )


def seller_place(facts: Facts) -> Iterable[Fault]:
    """BR-DE-3, BR-DE-4."""
    for field, words, rule in (("address_city", "city", "BR-DE-3"), ("address_zipcode", "postcode", "BR-DE-4")):
        if not facts.seller(field):
            yield _of(rule, missing_of_seller(field, words))


def seller_contact(facts: Facts) -> Iterable[Fault]:
    """BR-DE-6, BR-DE-7. The name (BR-DE-5) falls back to the organization's own."""
    if not facts.seller("phone"):
        yield _of("BR-DE-6", missing_of_seller("phone", "telephone number", "an XRechnung must show it"))
    if not _seller_email(facts):
        yield _of("BR-DE-7", missing_of_seller("email", "e-mail address", "an XRechnung must show it"))


def buyer_place(facts: Facts) -> Iterable[Fault]:
    """BR-DE-8, BR-DE-9."""
    for part, words, rule in (("city", "city", "BR-DE-8"), ("zip_code", "postcode", "BR-DE-9")):
        if not facts.buyer_place(part):
            yield _of(
                rule,
                Fault(
                    f"missing_client_{part}",
                    f"The client's address has no {words}, and an XRechnung must show it.",
                    field=f"client/billing_address/{part}",
                    fix=f"Set it: {facts.client_call} with billing_address.{part}.",
                ),
            )


def addresses_are_known(facts: Facts) -> Iterable[Fault]:
    """PEPPOL-EN16931-R010, PEPPOL-EN16931-R020."""
    if addresses.of_buyer(facts.client) is None:
        yield _of(
            "PEPPOL-EN16931-R010",
            Fault(
                "missing_client_electronic_address",
                "Nothing says where an XRechnung for this client goes: no address on a network, no e-mail.",
                field="client/e_invoicing_address",
                fix=f"Ask the client, then {facts.client_call} with e_invoicing_address or email.",
            ),
        )
    names = ("electronic_address", "electronic_address_scheme", "vat_number", "legal_number", "tax_number")
    seller = {"legal_country": facts.seller_country} | {name: facts.seller(name) for name in names}
    if addresses.of_seller(seller, _seller_email(facts)) is None:
        yield _of(
            "PEPPOL-EN16931-R020",
            Fault(
                "missing_electronic_address",
                "Your organization has no electronic address, and an XRechnung must show one.",
                field="organization/electronic_address",
                fix=f"Set it once: {ORGANIZATION_CALL} with email or electronic_address.",
            ),
        )


def early_payment_is_readable(facts: Facts) -> Iterable[Fault]:
    """BR-DE-18."""
    terms = _text(facts, "terms_and_conditions")
    lines = terms.replace("\r\n", "\n").split("\n")
    wrong = [line for line in lines if line.strip().startswith("#") and not SKONTO.fullmatch(line.strip())]
    if not wrong:
        return
    fault = Fault(
        "invalid_early_payment_discount",
        f"{wrong[0].strip()[:80]} is no early payment discount as an XRechnung writes it.",
        field="terms_and_conditions",
        fix="Write it on a line of its own such as #SKONTO#TAGE=14#PROZENT=2.00#, or begin the line otherwise.",
    )
    written = "\n".join(_written_skonto(line) if line in wrong else line for line in lines)
    is_right = all(SKONTO.fullmatch(line) for line in written.split("\n") if line.startswith("#"))
    yield mended(fault, facts.target, change("/terms_and_conditions", written)) if is_right else fault


def _written_skonto(line: str) -> str:
    """The line as it was surely meant, or as it is."""
    match = _MEANT.fullmatch(line.strip())
    if match is None:
        return line.strip()
    base = f"#BASISBETRAG={_two_decimals(match['base'])}" if match["base"] else ""
    return f"#SKONTO#TAGE={match['days']}#PROZENT={_two_decimals(match['percent'])}{base}#"


def _two_decimals(number: str) -> str:
    return f"{Decimal(number.replace(',', '.')):.2f}"


def contact_is_likely(facts: Facts) -> Iterable[Fault]:
    """BR-DE-27, BR-DE-28: what a recipient's system may stumble over."""
    phone, email = facts.seller("phone"), _seller_email(facts)
    if phone and not _TELEPHONE.search(phone):
        yield _of("BR-DE-27", _unlikely("phone", phone, "telephone number", "at least three digits"))
    if email and not _EMAIL.fullmatch(email):
        yield _of("BR-DE-28", _unlikely("email", email, "e-mail address", "an address such as billing@example.com"))


def _unlikely(field: str, value: str, words: str, wanted: str) -> Fault:
    return Fault(
        f"unlikely_{field}",
        f'Your organization\'s {words} "{value[:60]}" is none that the readers of an XRechnung know.',
        field=f"organization/{field}",
        fix=f"Set it once: {ORGANIZATION_CALL} with {field}: {wanted}.",
    )


def performance_is_dated(facts: Facts) -> Iterable[Fault]:
    """BR-DE-TMP-32."""
    days = ("performance_start_date", "performance_date", "performance_end_date")
    if not any(facts.document.get(day) for day in days) and not facts.is_credit_note:
        yield Fault(
            "missing_performance_date",
            "The invoice does not say when the goods or services were supplied.",
            field="performance_start_date",
            fix="Before finalize, PATCH /v2/client_invoices/{id} with performance_start_date.",
        )


def _seller_email(facts: Facts) -> str:
    return _text(facts, "contact_email") or facts.seller("email")


def _text(facts: Facts, field: str) -> str:
    value: Any = facts.document.get(field)
    return str(value or "").strip()


def _of(rule: str, fault: Fault) -> Fault:
    return Fault(
        fault.code, fault.message, field=fault.field, fix=fault.fix, meta=fault.meta, rule=rule, source=_source(rule)
    )


def _source(rule: str) -> str:
    return f"XRechnung 3.0.2, {rule}"


def _rule(rule: str, check: Callable[[Facts], Iterable[Fault]]) -> Rule:
    return Rule(rule, _source(rule), check, of="xrechnung")


ERRORS: Final = (
    _rule("BR-DE-15", buyer_reference),
    _rule("BR-DE-3", seller_place),
    _rule("BR-DE-6", seller_contact),
    _rule("BR-DE-8", buyer_place),
    _rule("PEPPOL-EN16931-R010", addresses_are_known),
    _rule("BR-DE-18", early_payment_is_readable),
)
WARNINGS: Final = (
    _rule("BR-DE-27", contact_is_likely),
    _rule("BR-DE-TMP-32", performance_is_dated),
)
