"""What must hold of each document of the corpus: every file valid by every judge, and the same figures everywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from counterfoil.domain.einvoice_formats import Format, formats_of
from counterfoil.formats import view
from counterfoil.formats.einvoices import xml_of
from counterfoil.formats.page import Appearance, DocumentView, Kind
from tests.support.judges import fatturapa, xml
from tests.support.judges.fatturapa_figures import FatturaFigures
from tests.support.judges.figures import ZERO, Figures, LineFigures, VatKey

Document = Mapping[str, Any]
# What an answer has beside its frozen text, on the day of issue.
_LIVE: Final = {"status": "unpaid", "deposit_amount": None, "amount_paid": None, "credited_amount": None}


def problems(document: Document, kind: Kind, *, vat_slack: int = 0, is_french: bool | None = None) -> list[str]:
    """Everything that is wrong with the files and the page of an issued document.

    vat_slack: see `cents.faults`. is_french: whether BR-FR must be kept; left out, it must by all French sellers.
    """
    if is_french is None:
        is_french = document["organization"]["legal_country"] == "FR"
    found = list(_page_problems(document, kind))
    for fmt in formats_of(document):
        of_file = file_problems(document, fmt, xml_of(document, fmt), vat_slack, is_french=is_french)
        found += [f"{fmt.kind} {fmt.syntax}: {problem}" for problem in of_file]
    return found


def file_problems(
    document: Document, fmt: Format, written: bytes, vat_slack: int = 0, *, is_french: bool = False
) -> Iterator[str]:
    """What the judges, and a comparison with the document, say of the XML of one of its files."""
    if fmt.syntax == "fatturapa":
        # VAT of a balance invoice is what is left of one rounded VAT after another.
        slack = 1 if document.get("deposits") else vat_slack
        italian = fatturapa.judge(written, vat_slack=slack)
        yield from map(str, italian.faults)
        if italian.figures:
            yield from _italian_differences(document, italian.figures)
        return
    verdict = xml.judge(written, is_french=is_french, vat_slack=vat_slack)
    yield from map(str, verdict.faults)
    if verdict.figures:
        yield from _unequal("type", verdict.figures.type_code, _type_code(document, verdict.profile))
        yield from _differences(document, verdict.figures)


def _unequal(what: str, have: object, want: object) -> Iterator[str]:
    if have != want:
        yield f"{what} is {have}, the API says {want}"


def value(money: Mapping[str, str] | None) -> Decimal:
    """A wire amount; zero for none."""
    return Decimal(money["value"]) if money else ZERO


def _deposits(document: Document, field: str) -> Decimal:
    return sum((value(deposit[field]) for deposit in document.get("deposits") or ()), ZERO)


def _withheld(document: Document) -> Decimal:
    return Decimal((document.get("withholding_tax") or {}).get("amount") or 0)


def _type_code(document: Document, profile: str) -> str:
    if "invoice_number" in document:
        return "381"
    # XRechnung knows no 386: its word for a deposit is the partial invoice (BR-DE-17).
    deposit = "326" if profile == "XRechnung" else "386"
    return deposit if document["invoice_type"] == "deposit" else "380"


def _differences(document: Document, figures: Figures) -> Iterator[str]:
    """Where CII or UBL say another figure than the API."""
    paid = _deposits(document, "amount")
    yield from _unequal("number", figures.number, document["number"])
    yield from _unequal("date", figures.issue_date, document["issue_date"])
    yield from _unequal("lines", len(figures.lines), len(document["items"]))
    for line, item in zip(figures.lines, document["items"], strict=False):
        yield from _unequal(f"line {line.id}", line.net, value(item["subtotal"]))
        yield from _unequal(f"quantity {line.id}", line.quantity, Decimal(item["quantity"]))
        yield from _unequal(f"price {line.id}", line.price, value(item["unit_price"]))
    yield from _unequal("groups", _groups(figures), _api_groups(document, "vat_category"))
    yield from _unequal("line total", figures.line_total, value(document["line_total_amount"]))
    yield from _unequal("without VAT", figures.tax_exclusive, value(document["tax_exclusive_amount"]))
    yield from _unequal("VAT", figures.vat_total, value(document["vat_amount"]))
    yield from _unequal("with VAT", figures.tax_inclusive, value(document["total_amount"]))
    yield from _unequal("paid", figures.paid, paid)
    # What the client withholds has no term in EN 16931: BT-115 is before it.
    yield from _unequal("due", figures.due, value(document["amount_due"]) + _withheld(document))
    discount = value((document.get("discount") or {}).get("amount"))
    yield from _unequal("discount", figures.allowance_total, discount)


Groups = dict[VatKey, tuple[Decimal, Decimal]]


def _groups(figures: Figures) -> Groups:
    return {group.vat: (group.taxable, group.vat_amount) for group in figures.groups}


def _api_groups(document: Document, name: str) -> Groups:
    """Taxable amount and VAT by category or reason, and percentage: EN 16931 has one group for several reasons."""
    groups: Groups = {}
    for group in document["vat_breakdown"]:
        key = str(group[name] or ""), Decimal(group["vat_rate"]) * 100
        taxable, vat = groups.get(key, (ZERO, ZERO))
        groups[key] = taxable + value(group["taxable_amount"]), vat + value(group["vat_amount"])
    return groups


def _italian_differences(document: Document, figures: FatturaFigures) -> Iterator[str]:
    """Where FatturaPA says another figure than the API. Deposits are taken off there as lines, with their VAT."""
    plain, deducted = figures.plain, _deposits(document, "total_amount")
    stamp = Decimal(document["stamp_duty_amount"] or 0)
    yield from _unequal("number", plain.number, document["number"])
    yield from _unequal("date", plain.issue_date, document["issue_date"])
    yield from _unequal("with VAT", plain.tax_inclusive, value(document["total_amount"]) - deducted)
    yield from _unequal("withheld", figures.withheld, _withheld(document))
    yield from _unequal("stamp duty", Decimal(figures.stamp_duty or 0), stamp)
    if not document.get("deposits"):
        welfare = Decimal((document.get("welfare_fund") or {}).get("amount") or 0)
        yield from _unequal("welfare fund", figures.welfare, welfare)
        yield from _unequal("groups", _groups(plain), _with_stamp(_api_groups(document, "vat_exemption_reason"), stamp))
    if "invoice_number" in document:
        invoice = (document["invoice_number"], document["invoice_issue_date"])
        yield from _unequal("corrected invoice", figures.related, (invoice,))
        yield from _unequal("payments", figures.payments, None)
    else:
        due = value(document["amount_due"])
        yield from _unequal("payments", figures.payments, due if due > 0 else None)
    yield from _unequal_lines(document, list(plain.lines))


def _with_stamp(groups: Groups, stamp: Decimal) -> Groups:
    if stamp:
        outside = ("N1", ZERO)
        taxable, vat = groups.get(outside, (ZERO, ZERO))
        groups[outside] = taxable + stamp, vat
    return groups


def _unequal_lines(document: Document, lines: list[LineFigures]) -> Iterator[str]:
    """Each item has its line; a discount that fits no price of a unit stands in a line of its own below it."""
    for position, item in enumerate(document["items"], start=1):
        net, off = value(item["subtotal"]), value((item.get("discount") or {}).get("amount"))
        while lines and not lines[0].net and net:
            lines.pop(0)  # the rest of a long description
        line = lines.pop(0) if lines else None
        if line and line.net == net + off != net:
            while lines and not lines[0].net:
                lines.pop(0)
            line = lines.pop(0) if lines else None
            yield from _unequal(f"discount of item {position}", line and line.net, -off)
        else:
            yield from _unequal(f"item {position}", line and line.net, net)


def _page_problems(document: Document, kind: Kind) -> Iterator[str]:
    """Where the page shows another figure than the API."""
    page: DocumentView = view.view({**document, **_LIVE}, Appearance(), kind)
    for shown, item in zip(page.lines, document["items"], strict=True):
        yield from _unequal(f"page: line {shown.title}", _read(shown.net), value(item["subtotal"]))
    for row, group in zip(page.vat_rows, document["vat_breakdown"], strict=True):
        yield from _unequal("page: base", _read(row.base), value(group["taxable_amount"]))
        yield from _unequal("page: VAT", _read(row.vat), value(group["vat_amount"]))
    yield from _unequal("page: due", _read(page.due.value), value(document["amount_due"]))
    rows = {row.key: _read(row.value) for row in page.totals}
    yield from _unequal("page: total", rows["total"], value(document["total_amount"]))
    yield from _unequal("page: without VAT", rows["tax_exclusive"], value(document["tax_exclusive_amount"]))
    vat = sum((_read(row.value) for row in page.totals if row.key == "vat"), ZERO)
    yield from _unequal("page: VAT in all", vat, value(document["vat_amount"]))


def _read(shown: str) -> Decimal:
    """An amount as a person reads it: all digits, the last two of them cents."""
    digits = re.sub(r"[^0-9]", "", shown)
    sign = -1 if re.search(r"[-\N{MINUS SIGN}]", shown) else 1
    return sign * Decimal(digits).scaleb(-2)
