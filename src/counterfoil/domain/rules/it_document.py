"""Italy: what FatturaPA and the exchange system (SdI) ask of an invoice's number, days, lines and amounts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, Final

from counterfoil.domain import vat
from counterfoil.domain.rules.base import Facts, LineFacts, Rule
from counterfoil.domain.rules.it_parties import FORMAT
from counterfoil.domain.rules.patches import change, mended, take_away
from counterfoil.domain.surcharges import STAMP_DUTY_THRESHOLD
from counterfoil.errors import Fault

_SPEC: Final = "FatturaPA 1.2.3"
NUMBER_LENGTH: Final = 20
_NUMBER = re.compile(r"(?=.*[0-9])[ -~]{1,20}", re.ASCII)
# 2.2.1.1 NumeroLinea; the lines that a file adds for discounts and stamp duty count too.
LINES_MAX: Final = 9_999
# Amount2DecimalType: eleven digits before the point.
LARGEST_AMOUNT: Final = Decimal("99999999999.99")
# Reasons that were divided on 1 January 2021 (Provvedimento 99922/2020), and what they were divided into.
SUB_CODES: Final = {
    wide: tuple(code for code in vat.EXEMPTION_REASONS["IT"] if code.startswith(f"{wide}."))
    for wide in ("N2", "N3", "N6")
}
# 2.1.1.5.4: the letters of the form CU. "Z" ended on 1 January 2021, when "ZO" came.
PAYMENT_REASONS: Final = (
    *"ABCDEGHILMNOPQRSTUVWXY", "L1", "M1", "M2", "O1", "V1", "ZO",
)  # fmt: skip

# Stamp duty is not due beside VAT that the buyer owes, nor on exports and intra-EU supplies (DPR 642/1972 tab. B
# art. 6 and 15; Agenzia delle Entrate, circolare 1/E/1984 and risoluzione 444/E/2008).
_STAMPED: Final = frozenset({"N1", "N2", "N2.1", "N2.2", "N3.5", "N3.6", "N4", "N5"})


def number_fits(facts: Facts) -> Iterable[Fault]:
    if not facts.number or _NUMBER.fullmatch(facts.number):
        return
    fault = Fault(
        "unusual_number",
        f"SdI takes no such number as {facts.number}: {NUMBER_LENGTH} characters of Basic Latin at most, a digit among "
        "them.",
        field="number",
        fix=f"Leave number out, so that it is counted; or send one of at most {NUMBER_LENGTH} characters.",
    )
    # Numbers that a person gives are for a person to choose.
    is_counted = facts.profile.numbering_mode == "automatic"
    yield mended(fault, facts.target, take_away("/number")) if is_counted else fault


def issued_by_today(facts: Facts) -> Iterable[Fault]:
    issued = facts.day("issue_date")
    if issued and facts.today and issued > facts.today:
        yield Fault(
            "issue_date_in_the_future",
            f"The invoice is dated {issued.isoformat()}, and SdI takes none that is dated after the day it arrives.",
            field="issue_date",
            fix=f'Send issue_date "{facts.today.isoformat()}" or an earlier day, or finalize on the day itself.',
        )


def issued_after_what_it_names(facts: Facts) -> Iterable[Fault]:
    """DatiFattureCollegate: of a credit note its invoice, of a balance invoice its deposits."""
    issued = facts.day("issue_date")
    named = [("issue_date", "its invoice", facts.day("invoice_issue_date"))]
    for index, deposit in enumerate(facts.document.get("deposits") or ()):
        named.append((f"deposits/{index}", f"the deposit {deposit.get('number')}", _day(deposit.get("issue_date"))))
    for field, what, day in named:
        if issued and day and issued < day:
            yield Fault(
                "credit_note_before_invoice" if facts.is_credit_note else "invoice_before_deposit",
                f"The document is dated {issued.isoformat()}, before {what} of {day.isoformat()}.",
                field=field,
                fix=f'Send issue_date "{day.isoformat()}" or a later day.',
            )


def reason_is_there(facts: Facts) -> Iterable[Fault]:
    """Natura, beside a rate of zero."""
    for line in facts.lines:
        if not line.rate and not line.reason:
            yield Fault(
                "missing_vat_exemption_reason",
                f"Item {line.position + 1} has a VAT rate of zero and no vat_exemption_reason.",
                field=f"items/{line.position}/vat_exemption_reason",
                fix=f"Send one of {', '.join(_usable())}, or a VAT rate above zero.",
            )


def reason_is_italian(facts: Facts) -> Iterable[Fault]:
    own = vat.reasons_of("IT")
    for line in facts.lines:
        if line.reason and line.reason not in own:
            yield Fault(
                "exemption_reason_of_another_country",
                f"{line.reason} stands for a law of {vat.country_of(line.reason)}; FatturaPA knows Italy's own only.",
                field=f"items/{line.position}/vat_exemption_reason",
                fix=f"Send one of {', '.join(_usable())}.",
            )


def _usable() -> list[str]:
    return [code for code in vat.reasons_of("IT") if code not in SUB_CODES]


def reason_has_its_point(facts: Facts) -> Iterable[Fault]:
    for line in facts.lines:
        if line.reason in SUB_CODES:
            yield _too_wide(facts, line)


def _too_wide(facts: Facts, line: LineFacts) -> Fault:
    subs = "; ".join(f"{code}: {vat.law_of(code)}" for code in SUB_CODES[line.reason])
    fault = Fault(
        "exemption_reason_too_wide",
        f"SdI has refused {line.reason} without a sub-code since 2021.",
        field=f"items/{line.position}/vat_exemption_reason",
        fix=f"Send the sub-code. {subs}.",
        meta={"allowed": list(SUB_CODES[line.reason])},
    )
    regime_reason = vat.default_exemption_reason(facts.profile.vat_regime)
    if regime_reason not in SUB_CODES[line.reason]:
        return fault  # which of them it is, a person must say
    return mended(fault, facts.target, change(f"/items/{line.position}/vat_exemption_reason", regime_reason))


def lines_are_few(facts: Facts) -> Iterable[Fault]:
    deposits = facts.document.get("deposits") or ()
    added = 2 * len(facts.document.get("vat_breakdown") or ()) * (1 + len(deposits)) + 1
    if len(facts.items) + added > LINES_MAX:
        yield Fault(
            "too_many_lines",
            f"{len(facts.items)} items, with the lines for discounts and stamp duty, are more than {LINES_MAX}.",
            field="items",
            fix="Split the invoice.",
        )


def amounts_fit(facts: Facts) -> Iterable[Fault]:
    places = [(f"items/{line.position}", _value(line.item.get("subtotal"))) for line in facts.lines]
    places += [(name, _value(facts.document.get(name))) for name in ("total_amount", "line_total_amount")]
    for field, amount in places:
        if abs(amount) > LARGEST_AMOUNT:
            yield Fault(
                "amount_too_large",
                f"{field} amounts to {amount}, and FatturaPA holds {LARGEST_AMOUNT} at most.",
                field=field,
                fix="Check that no decimal point is missing; else split the invoice.",
                meta={"maximum": str(LARGEST_AMOUNT)},
            )


def total_is_not_negative(facts: Facts) -> Iterable[Fault]:
    total = _value(facts.document.get("total_amount"))
    if total < 0:
        yield Fault(
            "negative_total",
            f"The total is {total} EUR: what is given back is a credit note (nota di variazione), not an invoice.",
            field="items",
            fix="POST /v2/credit_notes for the invoice that is corrected; or lower what is deducted here.",
        )


def withholding_is_complete(facts: Facts) -> Iterable[Fault]:
    """DatiRitenuta: without its sort and reason there is no such block, and lines would name what is not there."""
    tax = facts.document.get("withholding_tax")
    for name in ("reason", "payment_reason"):
        if tax and not tax.get(name):
            yield Fault(
                f"missing_withholding_{name}",
                f"An Italian withholding tax needs its {name}.",
                field=f"withholding_tax/{name}",
                fix='Send reason RF01 to RF06 and payment_reason such as "A" or "L1" beside the rate.',
            )


def payment_reason_is_listed(facts: Facts) -> Iterable[Fault]:
    given = str((facts.document.get("withholding_tax") or {}).get("payment_reason") or "")
    if not given or given in PAYMENT_REASONS:
        return
    fault = Fault(
        "payment_reason_not_listed",
        f"CausalePagamento has no {given}.",
        field="withholding_tax/payment_reason",
        fix=f"Send one of {', '.join(PAYMENT_REASONS)}, as your yearly form CU names the payment.",
        meta={"allowed": list(PAYMENT_REASONS)},
    )
    yield mended(fault, facts.target, change("/withholding_tax/payment_reason", "ZO")) if given == "Z" else fault


def flat_rate_has_no_withholding(facts: Facts) -> Iterable[Fault]:
    if facts.document.get("withholding_tax") and facts.profile.vat_regime == "forfettario":
        fault = Fault(
            "withholding_not_due",
            "Under the regime forfettario the client withholds nothing, and the invoice says so.",
            field="withholding_tax",
            fix="Leave withholding_tax out, unless it is a contribution (RF03 to RF06).",
        )
        is_tax = facts.document["withholding_tax"].get("reason") in {"RF01", "RF02"}
        yield mended(fault, facts.target, take_away("/withholding_tax")) if is_tax else fault


def stamp_duty_is_there(facts: Facts) -> Iterable[Fault]:
    total = sum((_value(line.item.get("subtotal")) for line in facts.lines if line.reason in _STAMPED), Decimal(0))
    if total > STAMP_DUTY_THRESHOLD and not facts.document.get("stamp_duty_amount"):
        yield Fault(
            "missing_stamp_duty",
            f"The lines without VAT total {total} EUR, over {STAMP_DUTY_THRESHOLD}: stamp duty of 2.00 EUR is due.",
            field="stamp_duty_amount",
            fix="To charge it to the client, PATCH /v2/client_invoices/{id} before finalize, with stamp_duty_amount "
            '"2.00".',
        )


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) and value else value or None


def _value(money: Any) -> Decimal:
    return Decimal(str((money or {}).get("value") or "0"))


ERRORS: Final = (
    Rule("00425", f"SdI 00425 and 00200 (schema); {_SPEC} 2.1.1.4 Numero", number_fits, of=FORMAT),
    Rule("00403", f"SdI 00403; {_SPEC} 2.1.1.3 Data", issued_by_today, of=FORMAT),
    Rule("00418", f"SdI 00418; {_SPEC} 2.1.6.3 Data", issued_after_what_it_names, of=FORMAT),
    Rule("00400", f"SdI 00400; {_SPEC} 2.2.1.14 Natura", reason_is_there, of=FORMAT),
    Rule("00200", f"SdI 00200 (schema); {_SPEC} 2.2.1.14 Natura", reason_is_italian, of=FORMAT),
    Rule("00445", f"SdI 00445; {_SPEC} 2.2.1.14 Natura", reason_has_its_point, of=FORMAT),
    Rule("00200", f"SdI 00200 (schema); {_SPEC} 2.2.1.1 NumeroLinea", lines_are_few, of=FORMAT),
    Rule("00200", f"SdI 00200 (schema); {_SPEC} amounts of 15 characters", amounts_fit, of=FORMAT),
    Rule("IT-04", "DPR 633/1972 art. 26 (note di variazione)", total_is_not_negative, of="IT"),
    Rule("00411", f"SdI 00411 and 00200 (schema); {_SPEC} 2.1.1.5 DatiRitenuta", withholding_is_complete, of=FORMAT),
    Rule("00200", f"SdI 00200 (schema); {_SPEC} 2.1.1.5.4 CausalePagamento", payment_reason_is_listed, of=FORMAT),
)
WARNINGS: Final = (
    Rule("IT-52", "DPR 642/1972 tariffa art. 13", stamp_duty_is_there, of="IT"),
    Rule("IT-55", "L. 190/2014 art. 1 c. 67", flat_rate_has_no_withholding, of="IT"),
)
