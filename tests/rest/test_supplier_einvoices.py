"""E-invoices as uploads: what is read of them fills the supplier invoice in; nothing that came in is lost."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from counterfoil.formats import cii, ubl
from tests.conftest import NewOrganization
from tests.support.received import AN_INVOICE, BUYER, IBAN, OTHER_IBAN, SAMPLES, invoice, lot, paid_to, pdf_with, signed
from tests.support.server import Api, expect

FILE, KEY = "supplier_invoices[][file]", "supplier_invoices[][idempotency_key]"
FATTURA = (SAMPLES / "fatturapa-mcp-server_v12.xml").read_bytes()


def sent(api: Api, content: bytes, name: str = "bill.xml", key: str | None = None, **headers: str) -> dict[str, Any]:
    form: list[tuple[str, Any]] = [(FILE, (name, content))]
    form += [(KEY, (None, key))] if key else []
    return expect(api.http.post("/v2/supplier_invoices/bulk", files=form, headers=headers), 200)


def uploaded(api: Api, content: bytes, name: str = "bill.xml", **more: Any) -> dict[str, Any]:
    answer = sent(api, content, name, **more)
    assert answer["errors"] == []
    (made,) = answer["supplier_invoices"]
    return dict(made)


def codes(made: dict[str, Any]) -> list[str]:
    return [note["code"] for note in made["reading_notes"]]


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("bill.pdf", pdf_with(("factur-x.xml", cii.write(AN_INVOICE))), "zugferd"),
        ("bill.xml", cii.write(AN_INVOICE), "cii"),
        ("bill.xml", ubl.write(AN_INVOICE), "ubl"),
        ("bill.p7m", signed(ubl.write(AN_INVOICE)), "ubl"),
        ("bill.xml", cii.write(AN_INVOICE).decode().encode("utf-16"), "cii"),
    ],
    ids=["pdf", "cii", "ubl", "p7m", "utf-16"],
)
def test_an_einvoice_fills_itself_in(fresh: Api, name: str, content: bytes, kind: str) -> None:
    made = uploaded(fresh, content, name)
    assert (made["is_einvoice"], made["e_invoice_type"], made["status"]) == (True, kind, "to_review")
    assert (made["invoice_number"], made["supplier_name"], made["iban"]) == ("R-2026-17", "Müller & Söhne GmbH", IBAN)
    assert (made["issue_date"], made["due_date"]) == ("2026-11-02", "2026-12-02")
    assert made["payable_amount"] == made["total_amount"] == {"value": "119.00", "currency": "EUR"}
    assert made["taxes"] == [{"tax_rate": "0.19", "tax_amount": {"value": "19.00", "currency": "EUR"}}]
    assert [item["title"] for item in made["items"]] == ["Beratung"]
    assert made["buyer"]["name"] == BUYER.name
    assert (made["has_discrepancies"], made["has_duplicates"], made["analyzed_at"] is None) == (False, False, False)
    # And the file is kept as it came.
    link = expect(fresh.get(f"/attachments/{made['display_attachment_id']}"), 200)["attachment"]["url"]
    assert fresh.http.get(link).content == content
    assert expect(fresh.get(f"/supplier_invoices/{made['id']}"), 200)["supplier_invoice"] == made


def test_a_fattura_is_read_as_well(fresh: Api) -> None:
    made = uploaded(fresh, signed(FATTURA), "IT12345678901_00001.xml.p7m")
    assert (made["e_invoice_type"], made["invoice_number"]) == ("fatturapa", "2023/042")
    assert {"signature_not_verified", "other_buyer"} <= set(codes(made))


def test_a_lot_becomes_as_many_invoices_as_it_holds(fresh: Api) -> None:
    made = sent(fresh, lot(3), key="k")["supplier_invoices"]
    assert [each["invoice_number"] for each in made] == ["2023/042", "2023/043", "2023/044"]
    assert len({each["attachment_id"] for each in made}) == 1
    # They are not each other's doubles
    assert [each["has_duplicates"] for each in made] == [False] * 3
    # And the same key again gives the same three.
    assert [each["id"] for each in sent(fresh, lot(3), key="k")["supplier_invoices"]] == [each["id"] for each in made]
    # But the same lot under another key is all doubles.
    again = sent(fresh, lot(3), key="other")["supplier_invoices"]
    assert [each["has_duplicates"] for each in again] == [True] * 3


def test_the_same_number_of_the_same_supplier_is_a_double_whatever_the_file(fresh: Api) -> None:
    first = uploaded(fresh, cii.write(AN_INVOICE))
    second = uploaded(fresh, ubl.write(AN_INVOICE))
    assert (first["has_duplicates"], second["has_duplicates"]) == (False, True)


def test_a_changed_iban_is_seen_at_the_upload(fresh: Api) -> None:
    uploaded(fresh, cii.write(paid_to(IBAN, "1")))
    assert uploaded(fresh, cii.write(paid_to(IBAN, "2")))["iban_changed_from"] is None
    changed = uploaded(fresh, ubl.write(paid_to(OTHER_IBAN, "3")))
    assert (changed["iban"], changed["iban_changed_from"]) == (OTHER_IBAN, IBAN)
    warned = expect(fresh.patch(f"/supplier_invoices/{changed['id']}", {"description": "x"}), 200)["warnings"]
    assert "iban_changed" in [each["code"] for each in warned]


def test_sums_that_do_not_fit_are_told(fresh: Api) -> None:
    wrong = replace(AN_INVOICE.totals, tax_inclusive=Decimal("119.01"), amount_due=Decimal("119.01"))
    made = uploaded(fresh, cii.write(invoice(totals=wrong)))
    assert made["has_discrepancies"]
    assert made["discrepancies"] == [
        {"field": "total_amount", "expected": "119.00", "found": "119.01",
         "message": "The total with VAT is 119.00; the file says 119.01."}
    ]  # fmt: skip


def test_a_wrong_iban_is_told_and_the_invoice_taken_in(fresh: Api) -> None:
    made = uploaded(fresh, cii.write(paid_to("DE89370400440532013001")))
    assert (made["iban"], made["invoice_number"]) == (None, "R-2026-17")
    assert "invalid_iban" in codes(made)


def test_what_is_known_stands_above_what_is_read(fresh: Api) -> None:
    answer = fresh.http.post(
        "/v2/attachments", files={"file": ("bill.pdf", pdf_with(("a.xml", cii.write(AN_INVOICE))))}
    )
    attachment = expect(answer, 200)["attachment"]["id"]
    body = {"supplier_invoices": [{"attachment_id": attachment, "supplier_name": "As we call it"}]}
    (made,) = expect(fresh.post("/supplier_invoices/bulk", body), 200)["supplier_invoices"]
    assert (made["supplier_name"], made["issuer_name"]) == ("As we call it", "Müller & Söhne GmbH")
    assert (made["invoice_number"], made["attachment_id"]) == ("R-2026-17", attachment)


def test_a_pdf_without_xml_is_what_it_was(fr: Api) -> None:
    made = uploaded(fr, pdf_with(("terms.txt", b"terms")), "plain.pdf")
    assert (made["is_einvoice"], made["analyzed_at"], made["items"], made["reading_notes"]) == (False, None, [], [])


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (pdf_with(("factur-x.xml", b"<broken")), "a.pdf", "xml_damaged"),
        (pdf_with(("factur-x.xml", cii.write(AN_INVOICE)), password="secret"), "b.pdf", "pdf_encrypted"),
        (cii.write(AN_INVOICE).replace(b">EUR<", b">euros<"), "c.xml", "einvoice_invalid_currency"),
        ((SAMPLES / "factur-x_zugferd_1.xml").read_bytes(), "d.xml", "zugferd_1"),
    ],
    ids=["broken xml", "locked", "no currency", "too old"],
)
def test_what_cannot_be_read_is_kept_and_says_why(fr: Api, content: bytes, name: str, code: str) -> None:
    made = uploaded(fr, content, name)
    assert (made["is_einvoice"], made["invoice_number"], codes(made)) == (False, None, [code])
    assert made["reading_notes"][0]["fix"]


@pytest.mark.parametrize(
    "content",
    [
        cii.write(AN_INVOICE).replace(b"?>", b'?><!DOCTYPE a [<!ENTITY b "x">]>', 1),
        signed(cii.write(AN_INVOICE).replace(b"?>", b'?><!DOCTYPE a [<!ENTITY b "x">]>', 1)),
        cii.write(AN_INVOICE).replace(b"Beratung", b"<a>" * 5_000 + b"</a>" * 5_000),
        signed(b"hello"),
        cii.write(AN_INVOICE).replace(b"Beratung", b"x" * 11 * 1024 * 1024),
    ],
    ids=["entities", "signed entities", "deep", "signed text", "eleven megabytes"],
)
def test_hostile_files_are_not_kept(fresh: Api, content: bytes) -> None:
    answer = sent(fresh, content)
    assert answer["supplier_invoices"] == []
    assert answer["errors"][0]["meta"]["fix"]


def test_fifty_megabytes_are_refused_before_they_are_read(fr: Api) -> None:
    content = cii.write(AN_INVOICE).replace(b"Beratung", b"x" * 50 * 1024 * 1024)
    assert fr.http.post("/v2/supplier_invoices/bulk", files={FILE: ("a.xml", content)}).status_code == 413
    assert fr.get("/supplier_invoices", per_page=1).status_code == 200


def test_html_in_a_text_is_text(fresh: Api) -> None:
    name = '<img src=x onerror="alert(1)">'
    line = replace(AN_INVOICE.lines[0], name=name, description="</script><script>alert(1)</script>")
    made = uploaded(fresh, cii.write(invoice(lines=(line,), seller=replace(AN_INVOICE.seller, name=name))))
    assert (made["supplier_name"], made["items"][0]["title"]) == (name, name)
    raw = fresh.get(f"/supplier_invoices/{made['id']}")
    assert raw.headers["content-type"].startswith("application/json")
    assert json.loads(raw.content)["supplier_invoice"]["items"][0]["description"].startswith("</script>")


def test_a_dry_run_reads_and_keeps_nothing(fresh: Api) -> None:
    made = uploaded(fresh, cii.write(AN_INVOICE), **{"X-Dry-Run": "true"})
    assert made["invoice_number"] == "R-2026-17"
    assert expect(fresh.get("/supplier_invoices"), 200)["supplier_invoices"] == []


def test_an_invoice_to_somebody_else_is_told(new_organization: NewOrganization) -> None:
    ours = new_organization("FR", legal_name=BUYER.name, legal_number="552100554", vat_number="FR96552100554")
    assert codes(uploaded(ours, cii.write(AN_INVOICE))) == []
    other = replace(BUYER, name="Garage Dupont", vat_number="FR44732829320", legal_registration=None)
    assert codes(uploaded(ours, cii.write(invoice("2", buyer=other)))) == ["other_buyer"]
