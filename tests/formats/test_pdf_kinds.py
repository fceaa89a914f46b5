"""The PDFs of credit notes, quotes, deposit and balance invoices: PDF/A-3b, true to the cent, whatever is in them."""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import Any

import pypdfium2
import pytest

from counterfoil.formats import qr
from counterfoil.formats.page import Appearance, Kind
from counterfoil.formats.pdf import Typesetter
from tests.formats.test_pdf import printed
from tests.support import hostile, verapdf
from tests.support import sample_documents as samples
from tests.support.pdf_text import packed, packed_text, pages

PAGE = Appearance(invoice_url="https://billing.example/q/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
NEW = [name for name in samples.KINDS if name not in samples.SAMPLES]
TEXTS_OF_THEIR_OWN: list[tuple[str, tuple[str | int, ...]]] = [
    ("credit_note", ("reason",)), ("credit_note", ("invoice_number",)), ("credit_note", ("invoice_issue_date",)),
    ("credit_note", ("number",)), ("french_quote", ("terms_and_conditions",)), ("french_quote", ("number",)),
    ("french_quote", ("expiry_date",)), ("german_quote", ("approved_by",)), ("german_quote", ("approved_at",)),
    ("german_quote", ("document_hash",)), ("german_balance", ("deposits", 0, "number")),
    ("german_balance", ("deposits", 1, "issue_date")),
]  # fmt: skip


def made(name: str) -> tuple[dict[str, Any], Kind]:
    kind, make = samples.KINDS[name]
    return copy.deepcopy(make()), kind


@pytest.mark.parametrize("name", NEW)
def test_every_kind_is_pdfa_3b(name: str, typesetter: Typesetter) -> None:
    verapdf.need_verapdf()
    document, kind = made(name)

    verapdf.assert_pdfa(typesetter.pdf(document, PAGE, kind))


@pytest.mark.parametrize("locale", ["fr", "en", "de", "it", "es"])
@pytest.mark.parametrize("name", NEW)
def test_amounts_on_the_page_are_the_documents_to_the_cent(name: str, locale: str, typesetter: Typesetter) -> None:
    document, kind = made(name)
    document["client"]["locale"] = locale

    text = packed_text(typesetter.pdf(document, PAGE, kind))

    amounts = [document[key] for key in ("total_amount", "amount_due", "tax_exclusive_amount")]
    amounts += [item["subtotal"] for item in document["items"]]
    amounts += [group[key] for group in document["vat_breakdown"] for key in ("taxable_amount", "vat_amount")]
    amounts += [deposit["amount"] for deposit in document.get("deposits", ())]
    assert [money for money in amounts if printed(money, locale) not in text] == []


# Of an invoice each text is tried every time; other kinds share its template, and the long texts take seconds each.
SHORT_OR_LONG = [
    pytest.param(kind, marks=pytest.mark.long if len(text) > 1_000 else ()) for kind, text in hostile.TEXTS.items()
]


@pytest.mark.parametrize("kind", SHORT_OR_LONG)
@pytest.mark.parametrize("name", ["credit_note", pytest.param("german_quote", marks=pytest.mark.long)])
def test_a_hostile_text_in_every_field_at_once_still_gives_pdfa(name: str, kind: str, typesetter: Typesetter) -> None:
    verapdf.need_verapdf()
    document, document_kind = made(name)
    document = hostile.with_text(document, hostile.fields(document), hostile.TEXTS[kind])

    pdf = typesetter.pdf(document, Appearance(), document_kind)

    verapdf.assert_pdfa(pdf)
    assert "root:x:0" not in packed_text(pdf)


@pytest.mark.parametrize(("name", "path"), TEXTS_OF_THEIR_OWN, ids=lambda part: "/".join(map(str, part))[-40:])
def test_all_hostile_texts_in_one_field_still_give_pdfa(
    name: str, path: tuple[str | int, ...], typesetter: Typesetter
) -> None:
    verapdf.need_verapdf()
    document, kind = made(name)
    text = " ".join(hostile.TEXTS.values())[:5000]

    verapdf.assert_pdfa(typesetter.pdf(hostile.with_text(document, [path], text), PAGE, kind))


@pytest.mark.parametrize("name", NEW)
def test_the_same_document_gives_the_same_bytes(name: str, typesetter: Typesetter) -> None:
    document, kind = made(name)
    first = typesetter.pdf(document, PAGE, kind)
    typesetter.pdf(samples.long(30), PAGE)

    assert typesetter.pdf(document, PAGE, kind) == first


def test_terms_of_full_length_run_over_pages_before_the_signature(typesetter: Typesetter) -> None:
    document, kind = made("french_quote")
    document["terms_and_conditions"] = "".join(f"Clause {number:04}, ferme et sans réserve.\n" for number in range(84))
    assert len(document["terms_and_conditions"]) > 3000

    pdf = typesetter.pdf(document, PAGE, kind)

    text = packed_text(pdf)
    assert len(pages(pdf)) > 1
    assert [number for number in range(84) if f"Clause{number:04}" not in text] == []
    assert text.index("Clause0083") < text.index("Bonpouraccord")


def test_a_line_to_sign_is_never_parted_from_its_heading(typesetter: Typesetter) -> None:
    document, kind = made("french_quote")
    for count in range(20, 60, 3):
        document["terms_and_conditions"] = "Une ligne.\n" * count
        with_heading = [page for page in map(packed, pages(typesetter.pdf(document, PAGE, kind))) if "Bonpour" in page]

        assert len(with_heading) == 1
        assert "Signature" in with_heading[0]


def test_a_hundred_deposits_are_all_printed(typesetter: Typesetter) -> None:
    document, kind = made("german_balance")
    one = document["deposits"][1]
    document["deposits"] = [one | {"number": f"R-{number:04}"} for number in range(100)]

    text = packed_text(typesetter.pdf(document, PAGE, kind))

    assert [number for number in range(100) if f"R-{number:04}" not in text] == []


@pytest.mark.parametrize("name", ["german_balance", "french_deposit", "credit_note", "french_quote", "german_quote"])
def test_a_camera_finds_the_amount_due_and_on_what_is_not_owed_nothing(name: str, typesetter: Typesetter) -> None:
    scanner = pytest.importorskip("zxingcpp", reason="needs zxing-cpp")
    pytest.importorskip("PIL", reason="needs pillow")
    document, kind = made(name)

    page = pypdfium2.PdfDocument(typesetter.pdf(document, PAGE, kind))[0]
    codes = [code.text for code in scanner.read_barcodes(page.render(scale=150 / 72).to_pil())]

    due = Decimal(document["amount_due"]["value"])
    assert codes == ([qr.payload(document)] if kind == "client_invoice" else [])
    assert all(f"EUR{due:.2f}" in code.split("\n") for code in codes)
