from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from io import BytesIO
from typing import Any

import pypdf
import pypdfium2
import pytest

from counterfoil.formats import qr
from counterfoil.formats.page import Appearance
from counterfoil.formats.pdf import Typesetter
from tests.plugins.repeatable import is_full_size
from tests.support import hostile, pictures, verapdf
from tests.support import sample_documents as samples
from tests.support.pdf_text import packed, packed_text, pages

PLAIN = Appearance()
# Grouping and decimal marks of each language, without the spaces that packed texts have lost anyway.
MARKS = {"fr": ("", ","), "de": (".", ","), "it": (".", ","), "es": (".", ","), "en": (",", ".")}


def full() -> dict[str, Any]:
    """A document with a text in every field that may hold one."""
    document = samples.french()
    document["discount"] = None
    document["mentions"] = ["Une mention"]
    document["contact_email"] = "a@b.example"
    document["items"][2]["unit"] = "lot"
    document["vat_breakdown"][0]["vat_exemption_text"] = "Une raison"
    document["organization"] |= dict.fromkeys(
        ("district_court", "tax_number", "address_province", "phone", "address_country"), "x"
    )
    document["client"] |= dict.fromkeys(("recipient_code", "first_name", "last_name"), "x")
    document["client"]["delivery_address"] = dict.fromkeys(
        ("street_address", "zip_code", "city", "province_code", "country_code"), "x"
    )
    return document


def printed(money: dict[str, str], language: str) -> str:
    """An amount as the language writes it, worked out here without Babel, packed."""
    group, point = MARKS[language]
    sign, digits = ("-", money["value"][1:]) if money["value"].startswith("-") else ("", money["value"])
    whole, cents = f"{Decimal(digits):.2f}".split(".")
    return f"{sign}{int(whole):,}".replace(",", group) + point + cents


@pytest.mark.parametrize("name", samples.SAMPLES)
def test_every_sample_is_pdfa_3b(name: str, typesetter: Typesetter) -> None:
    verapdf.need_verapdf()

    verapdf.assert_pdfa(typesetter.pdf(samples.SAMPLES[name](), Appearance(is_specimen=name == "german")))


def test_the_check_itself_refuses_a_pdf_that_is_not_pdfa() -> None:
    verapdf.need_verapdf()
    import typst

    plain = typst.compile(b"hello", format="pdf", ignore_system_fonts=True)

    assert not verapdf.judge(plain).is_compliant


@pytest.mark.parametrize("locale", ["fr", "en", "de", "it", "es"])
@pytest.mark.parametrize("name", ["french", "italian"])
def test_amounts_on_the_page_are_the_documents_to_the_cent(name: str, locale: str, typesetter: Typesetter) -> None:
    document = samples.SAMPLES[name]()
    document["client"]["locale"] = locale

    pdf = typesetter.pdf(document, PLAIN)

    verapdf.need_verapdf()
    verapdf.assert_pdfa(pdf)
    text = packed_text(pdf)
    amounts = [document[key] for key in ("total_amount", "amount_due", "tax_exclusive_amount", "line_total_amount")]
    amounts += [item["subtotal"] for item in document["items"]]
    amounts += [group[key] for group in document["vat_breakdown"] for key in ("taxable_amount", "vat_amount")]
    missing = [money for money in amounts if printed(money, locale) not in text]
    assert missing == []


def test_the_amount_due_comes_first_on_the_page(typesetter: Typesetter) -> None:
    text = packed_text(typesetter.pdf(samples.german(), PLAIN))

    assert text.index("Zahlbetrag") < text.index("Rechnungsdatum") < text.index("Anforderungsanalyse")


@pytest.mark.parametrize("name", samples.SAMPLES)
def test_the_same_document_gives_the_same_bytes(name: str, typesetter: Typesetter) -> None:
    first = typesetter.pdf(samples.SAMPLES[name](), PLAIN)
    typesetter.pdf(samples.long(30), PLAIN)

    assert typesetter.pdf(samples.SAMPLES[name](), PLAIN) == first


def test_a_fresh_process_gives_the_same_bytes_at_another_time_and_place(typesetter: Typesetter) -> None:
    program = (
        "import sys; from counterfoil.formats.pdf import Typesetter; from counterfoil.formats.page import Appearance;"
        "from tests.support.sample_documents import german;"
        "sys.stdout.buffer.write(Typesetter().pdf(german(), Appearance()))"
    )
    elsewhere = {"TZ": "Asia/Tokyo", "LANG": "tr_TR.UTF-8", "PYTHONHASHSEED": "7", "PYTHONPATH": ":".join(sys.path)}

    fresh = subprocess.run([sys.executable, "-c", program], env=elsewhere, check=True, capture_output=True).stdout

    assert fresh == typesetter.pdf(samples.german(), PLAIN)


def test_two_hundred_lines_repeat_the_heading_and_number_the_pages(typesetter: Typesetter) -> None:
    verapdf.need_verapdf()
    pdf = typesetter.pdf(samples.long(), PLAIN)
    texts = [packed(page) for page in pages(pdf)]

    verapdf.assert_pdfa(pdf)
    assert len(texts) > 5
    with_lines = [text for text in texts if "référenceA-" in text]
    assert all("Désignation" in text for text in with_lines)
    for number, text in enumerate(texts, start=1):
        assert f"Page{number}sur{len(texts)}" in text
        assert "SIREN:552100554" in text
    assert all(any(f"A-{position:04}" in text for text in texts) for position in range(1, 201))


@pytest.mark.parametrize(
    ("document", "appearance", "mark"),
    [
        (samples.spanish_draft, PLAIN, "PROFORMA"),
        (lambda: samples.german() | {"status": "canceled"}, PLAIN, "STORNIERT"),
        (samples.french, Appearance(is_specimen=True), "SPECIMEN"),
    ],
)
def test_marks_lie_over_every_page(
    document: Callable[[], dict[str, Any]], appearance: Appearance, mark: str, typesetter: Typesetter
) -> None:
    long = document() | {"header": "Zeile\n" * 120}

    texts = pages(typesetter.pdf(long, appearance))

    assert len(texts) > 1
    assert all(mark in packed(text) for text in texts)


def test_an_unpaid_german_invoice_has_no_mark(typesetter: Typesetter) -> None:
    text = packed_text(typesetter.pdf(samples.german(), PLAIN))

    assert not [mark for mark in ("PROFORMA", "SPECIMEN", "STORNIERT") if mark in text]


@pytest.mark.parametrize("kind", hostile.TEXTS)
def test_a_hostile_text_in_every_field_at_once_still_gives_pdfa(kind: str, typesetter: Typesetter) -> None:
    verapdf.need_verapdf()
    document = full()
    # In every field at once a long text makes a hundred pages; one field has it whole in the test below.
    text = hostile.TEXTS[kind][: None if is_full_size() else 1000]

    pdf = typesetter.pdf(hostile.with_text(document, hostile.fields(document), text), PLAIN)

    verapdf.assert_pdfa(pdf)
    assert "root:x:0" not in packed_text(pdf)


FIELDS = hostile.fields(full())


@pytest.mark.parametrize("path", FIELDS, ids=lambda path: "/".join(map(str, path)))
def test_all_hostile_texts_in_one_field_still_give_pdfa(path: tuple[str | int, ...], typesetter: Typesetter) -> None:
    verapdf.need_verapdf()
    text = " ".join(hostile.TEXTS.values())[:5000]
    if not is_full_size():  # each field has another quarter of it, with its first word in another place
        begin = FIELDS.index(path) * 997 % len(text)
        text = (text[begin:] + text[:begin])[: len(text) // 4]

    verapdf.assert_pdfa(typesetter.pdf(hostile.with_text(full(), [path], text), PLAIN))


def test_hostile_code_is_printed_as_it_was_written(typesetter: Typesetter) -> None:
    document = samples.german() | {"header": hostile.TEXTS["reading a file"]}

    assert packed(hostile.TEXTS["reading a file"]) in packed_text(typesetter.pdf(document, PLAIN))


def test_a_long_word_wraps_within_the_page(typesetter: Typesetter) -> None:
    document = samples.german()
    document["items"][0]["title"] = "W" * 120
    document["client"]["name"] = "M" * 200

    assert _rightmost(typesetter.pdf(document, PLAIN)) <= 595 - 18 * 72 / 25.4 + 1


@pytest.mark.parametrize(
    "content",
    [pictures.png(300, 90), pictures.jpeg(), pictures.png(1, 1), pictures.png(2000, 3)],
    ids=["png", "jpeg", "dot", "strip"],
)
def test_a_logo_is_printed_in_pdfa(content: bytes, typesetter: Typesetter) -> None:
    verapdf.need_verapdf()
    pdf = typesetter.pdf(samples.german(), Appearance(logo=content))

    verapdf.assert_pdfa(pdf)
    assert b"/Subtype /Image" in pdf.replace(b"/Subtype/Image", b"/Subtype /Image")


@pytest.mark.parametrize(
    "content",
    [b"no picture", pictures.png(40, 10)[:60], pictures.jpeg()[:150] + b"\xff\xd9", pictures.jpeg(components=1)],
)
def test_a_broken_logo_never_stops_the_document(content: bytes, typesetter: Typesetter) -> None:
    verapdf.need_verapdf()
    pdf = typesetter.pdf(samples.german(), Appearance(logo=content))

    verapdf.assert_pdfa(pdf)
    assert "11.227,47" in packed_text(pdf)


def test_the_pdf_names_itself_its_language_its_seller_and_its_day(typesetter: Typesetter) -> None:
    reader = pypdf.PdfReader(BytesIO(typesetter.pdf(samples.german(), PLAIN)))

    assert reader.metadata is not None
    assert reader.metadata.title == "Rechnung R-2026-118"
    assert reader.metadata.author == "Nordwind Softwareberatung GmbH"
    assert str(reader.metadata.creation_date) == "2026-11-02 09:00:00+00:00"
    assert reader.trailer["/Root"]["/Lang"] == "de"


def _rightmost(pdf: bytes) -> float:
    """How far to the right, in points, any character of a PDF's first page reaches."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        text = document[0].get_textpage()
        return max(text.get_charbox(index)[2] for index in range(text.count_chars()))
    finally:
        document.close()


@pytest.mark.parametrize("name", ["french", "german", "italian"])
def test_a_camera_reads_the_transfer_from_the_printed_page(name: str, typesetter: Typesetter) -> None:
    scanner = pytest.importorskip("zxingcpp", reason="needs zxing-cpp")
    pytest.importorskip("PIL", reason="needs pillow")
    document = samples.SAMPLES[name]()

    page = pypdfium2.PdfDocument(typesetter.pdf(document, PLAIN))[0]
    codes = scanner.read_barcodes(page.render(scale=150 / 72).to_pil())

    assert [code.text for code in codes] == [qr.payload(document)]
