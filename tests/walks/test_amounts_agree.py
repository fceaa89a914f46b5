"""The halves fit: API, PDF, the XML in it and public page say the same amounts to the cent, and PDFs are PDF/A-3b."""

from __future__ import annotations

import html
import io
import random
import re
import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pikepdf
import pytest
from babel.numbers import format_currency
from lxml import etree

from tests.plugins.figures import Figure, chance
from tests.plugins.repeatable import is_full_size
from tests.support.pdf_text import packed, packed_text
from tests.support.server import Api, Server, expect, make_organization
from tests.support.verapdf import judge, need_verapdf

COUNT = 10_000 if is_full_size() else 24
JUDGED = 1_000 if is_full_size() else 4  # by veraPDF, which takes longer than all the rest
RATES = {
    "FR": ("0.2", "0.1", "0.055", "0.021"),
    "DE": ("0.19", "0.07"),
    "IT": ("0.22", "0.1", "0.04"),
    "ES": ("0.21", "0.1", "0.04"),
}
EXEMPTIONS = {"FR": "S261", "DE": "S4", "IT": "N4", "ES": "S20"}
LOCALES = ("fr", "en", "de", "it", "es")


@pytest.mark.timeout(7200 if is_full_size() else 240)
def test_every_half_shows_the_same_amounts(working_server: Server, figure: Figure) -> None:
    # given invoices of four countries in five languages, with all that may stand on them
    need_verapdf()
    made = list(_issued(working_server, chance("amounts")))
    with_xml = 0
    for index, (api, invoice_id) in enumerate(made):
        # when each is read over the API, from its PDF and on its page
        invoice = _with_pdf(api, invoice_id)
        pdf = _pdf(api, invoice)
        page = api.http.get(invoice["invoice_url"])
        assert page.status_code == 200, page.text
        # then the amounts add up, and stand on both, and in the PDF's own XML
        _adds_up(invoice)
        on_pdf, on_page = packed_text(pdf), packed(_visible_text(page.text))
        for name, shown in _amounts(invoice):
            assert shown in on_pdf, f"{invoice['number']}: {name} {shown} is not on the PDF"
            assert shown in on_page, f"{invoice['number']}: {name} {shown} is not on the page"
        with_xml += _is_same_in_xml(invoice, pdf)
        if index % (COUNT // JUDGED) == 0:
            verdict = judge(pdf)
            assert verdict.is_compliant, f"{invoice['number']}: {verdict.failures}"
    assert with_xml > COUNT / 4
    did = f"API total = PDF text = public page, the rules of EN 16931 on sums, and the XML of {with_xml:,} of them"
    figure("R4", did, COUNT, "documents", "0 cents apart")


def test_a_cent_off_is_seen(worker: Api) -> None:
    # given an invoice's PDF
    invoice = _with_pdf(worker, worker.issued()["id"])
    text = packed_text(_pdf(worker, invoice))
    # when the API's total is a cent more
    off = Decimal(invoice["total_amount"]["value"]) + Decimal("0.01")
    # then the comparison above does not find it: the check can fail
    assert _shown(off, "fr") not in text


def _issued(server: Server, drawn: random.Random) -> Iterator[tuple[Api, str]]:
    people = {"FR": {}, "DE": {}, "IT": {}, "ES": {"is_freelancer": True}}
    apis = {country: Api(server, make_organization(server.data, country, **more)) for country, more in people.items()}
    clients = {
        (country, locale): api.client(locale=locale)["id"] for country, api in apis.items() for locale in LOCALES
    }
    for index in range(COUNT):
        country = tuple(apis)[index % 4]
        client_id = clients[country, LOCALES[drawn.randrange(5)]]
        body = _body(country, drawn)
        yield apis[country], str(apis[country].issued(client_id=client_id, **body)["id"])


def _body(country: str, drawn: random.Random) -> dict[str, Any]:
    items = [_item(country, drawn) for _ in range(drawn.choice((1, 1, 2, 3, 5, 10, 20)))]
    body: dict[str, Any] = {"items": items}
    if drawn.random() < 0.3:
        body["discount"] = {"type": "percentage", "value": f"{drawn.randrange(1, 4000) / 10000:.4f}"}
    if country == "IT" and drawn.random() < 0.6:
        body["welfare_fund"] = {"type": "TC01", "rate": "0.04"}
        body["withholding_tax"] = {"reason": "RF01", "rate": "0.20", "payment_reason": "A"}
    exempt = sum(Decimal(i["quantity"]) * Decimal(i["unit_price"]["value"]) for i in items if i["vat_rate"] == "0")
    if country == "IT" and exempt > 200 and "discount" not in body:
        body["stamp_duty_amount"] = "2.00"
    if country == "ES" and drawn.random() < 0.5:
        body["withholding_tax"] = {"rate": "0.15"}
    return body


def _item(country: str, drawn: random.Random) -> dict[str, Any]:
    is_exempt = drawn.random() < 0.1
    item: dict[str, Any] = {
        "title": f"Position {drawn.randrange(10**6)}",
        "quantity": str(Decimal(drawn.randrange(1, 40000)).scaleb(-drawn.randrange(4))),
        "unit_price": {
            "value": str(Decimal(drawn.randrange(1, 900000)).scaleb(-drawn.randrange(2, 5))),
            "currency": "EUR",
        },
        "vat_rate": "0" if is_exempt else drawn.choice(RATES[country]),
    }
    if is_exempt:
        item["vat_exemption_reason"] = EXEMPTIONS[country]
    if drawn.random() < 0.2:
        item["discount"] = {"type": "percentage", "value": f"{drawn.randrange(1, 9999) / 10000:.4f}"}
    return item


def _with_pdf(api: Api, invoice_id: str) -> dict[str, Any]:
    deadline = time.monotonic() + 60
    while "attachment_id" not in (invoice := api.invoice(invoice_id)):
        assert time.monotonic() < deadline, "the PDF was not made"
        time.sleep(0.1)
    return invoice


def _pdf(api: Api, invoice: dict[str, Any]) -> bytes:
    attachment = expect(api.get(f"/attachments/{invoice['attachment_id']}"), 200)["attachment"]
    answer = api.http.get(attachment["url"])
    assert answer.status_code == 200, answer.text
    return answer.content


def _adds_up(invoice: dict[str, Any]) -> None:
    def euros(money: dict[str, str] | None) -> Decimal:
        return Decimal(money["value"]) if money else Decimal(0)

    def plain(text: str) -> Decimal:
        return Decimal(text or "0")

    items = invoice["items"]
    welfare = plain((invoice["welfare_fund"] or {}).get("amount", ""))
    discount = euros((invoice["discount"] or {}).get("amount"))
    withheld = plain((invoice["withholding_tax"] or {}).get("amount", ""))
    vat, total = euros(invoice["vat_amount"]), euros(invoice["total_amount"])
    lines = sum(euros(item["subtotal"]) for item in items)
    assert euros(invoice["line_total_amount"]) == lines
    assert euros(invoice["tax_exclusive_amount"]) == lines - discount + welfare
    assert vat == sum(euros(group["vat_amount"]) for group in invoice["vat_breakdown"])
    assert total == lines - discount + welfare + vat + plain(invoice["stamp_duty_amount"])
    assert euros(invoice["amount_due"]) == total - withheld
    assert all(euros(i["total_amount"]) == euros(i["subtotal"]) + euros(i["total_vat"]) for i in items)
    if not welfare:
        assert sum(euros(item["total_vat"]) for item in items) == vat


def _is_same_in_xml(invoice: dict[str, Any], pdf: bytes) -> bool:
    """Whether the PDF carries an XML; its sums are then those of the API, and add up by BR-CO-10, 13, 14, 15 and 16."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        files = [each.get_file().read_bytes() for each in opened.attachments.values()]
    if not files:
        return False
    root = etree.fromstring(files[0])
    (settlement,) = root.iter("{*}ApplicableHeaderTradeSettlement")
    (sums,) = settlement.iter("{*}SpecifiedTradeSettlementHeaderMonetarySummation")

    def one(name: str) -> Decimal:
        return sum((Decimal(each.text) for each in sums.findall(f"{{*}}{name}")), Decimal(0))

    groups = settlement.findall("{*}ApplicableTradeTax")
    lines = sum(Decimal(each.text) for each in root.iter("{*}LineTotalAmount") if each.getparent() is not sums)
    assert one("LineTotalAmount") == lines
    assert one("TaxBasisTotalAmount") == lines + one("ChargeTotalAmount") - one("AllowanceTotalAmount")
    assert one("TaxTotalAmount") == sum(Decimal(each.findtext("{*}CalculatedAmount")) for each in groups)
    assert one("GrandTotalAmount") == one("TaxBasisTotalAmount") + one("TaxTotalAmount")
    assert one("DuePayableAmount") == one("GrandTotalAmount") - one("TotalPrepaidAmount")
    assert one("GrandTotalAmount") == Decimal(invoice["total_amount"]["value"])
    assert one("TaxTotalAmount") == Decimal(invoice["vat_amount"]["value"])
    return True


def _amounts(invoice: dict[str, Any]) -> Iterator[tuple[str, str]]:
    locale = invoice["client"]["locale"]
    for name in ("total_amount", "amount_due", "tax_exclusive_amount"):
        yield name, _shown(Decimal(invoice[name]["value"]), locale)
    for index, item in enumerate(invoice["items"]):
        yield f"items/{index}/subtotal", _shown(Decimal(item["subtotal"]["value"]), locale)
    for group in invoice["vat_breakdown"]:
        yield f"VAT at {group['vat_rate']}", _shown(Decimal(group["vat_amount"]["value"]), locale)
        yield f"base at {group['vat_rate']}", _shown(Decimal(group["taxable_amount"]["value"]), locale)
    for name in ("welfare_fund", "withholding_tax"):
        if invoice[name]:
            yield name, _shown(Decimal(invoice[name]["amount"]), locale)
    if invoice["stamp_duty_amount"]:
        yield "stamp_duty_amount", _shown(Decimal(invoice["stamp_duty_amount"]), locale)


def _shown(amount: Decimal, locale: str) -> str:
    """An amount as a reader of this language writes it, by Babel alone: none of the product's own code."""
    return packed(format_currency(amount, "EUR", locale=locale))


def _visible_text(page: str) -> str:
    body = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", page, flags=re.DOTALL | re.IGNORECASE)
    return html.unescape(re.sub(r"<[^>]+>", "", body))
