"""Italy: what DPR 633/1972 art. 21, DPR 642/1972 and the exchange system (SdI) ask for beyond the common rules."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from counterfoil.domain.rules.base import Facts, Rule
from counterfoil.domain.rules.common import missing_one_of
from counterfoil.domain.surcharges import STAMP_DUTY_THRESHOLD
from counterfoil.errors import Fault

_NUMBER = re.compile(r"(?=.*[0-9])[ -~]{1,20}", re.ASCII)

# Stamp duty is not due beside VAT that the buyer owes, nor on exports and intra-EU supplies (DPR 642/1972 tab. B
# art. 6 and 15; Agenzia delle Entrate, circolare 1/E/1984 and risoluzione 444/E/2008).
_STAMPED: Final = frozenset({"N1", "N2", "N2.1", "N2.2", "N3.5", "N3.6", "N4", "N5"})


def seller_vat_number(facts: Facts) -> Iterable[Fault]:
    if not (facts.seller("vat_number") or facts.seller("tax_number")):
        yield missing_one_of(("vat_number", "tax_number"), "partita IVA or codice fiscale")


def number_fits(facts: Facts) -> Iterable[Fault]:
    if facts.number and not _NUMBER.fullmatch(facts.number):
        yield Fault(
            "unusual_number",
            f"SdI takes no such number as {facts.number}: 20 Latin characters at most, a digit among them.",
            field="number",
            fix="Leave number out, so that it is counted; a number that was issued stays.",
        )


def reason_has_its_point(facts: Facts) -> Iterable[Fault]:
    for index, reason, _ in facts.categories():
        if reason in {"N2", "N3", "N6"}:
            yield Fault(
                "exemption_reason_too_wide",
                f"SdI has refused {reason} without a sub-code since 2021.",
                field=f"items/{index}/vat_exemption_reason",
                fix=f"Send the sub-code, such as {reason}.1.",
            )


def stamp_duty_is_there(facts: Facts) -> Iterable[Fault]:
    stamped = {index for index, reason, _ in facts.categories() if reason in _STAMPED}
    total = sum(
        (Decimal(str((facts.items[index].get("subtotal") or {}).get("value") or "0")) for index in stamped), Decimal(0)
    )
    if total > STAMP_DUTY_THRESHOLD and not facts.document.get("stamp_duty_amount"):
        yield Fault(
            "missing_stamp_duty",
            f"The lines without VAT total {total} EUR, over {STAMP_DUTY_THRESHOLD}: stamp duty of 2.00 EUR is due.",
            field="stamp_duty_amount",
            fix="To charge it to the client, PATCH /v2/client_invoices/{id} before finalize, with stamp_duty_amount "
            '"2.00".',
        )


ERRORS: Final = (Rule("IT-01", "DPR 633/1972 art. 21 c. 2 lett. d", seller_vat_number),)
WARNINGS: Final = (
    # The API takes any number of up to 40 characters; SdI does not.
    Rule("IT-50", "FatturaPA 2.1.1.4; SdI 00425", number_fits),
    Rule("IT-51", "SdI 00445", reason_has_its_point),
    Rule("IT-52", "DPR 642/1972 tariffa art. 13", stamp_duty_is_there),
)

CANCEL_SOURCE: Final = "DPR 633/1972 art. 26"
