"""Any XML of a document: the right writer, a name of its own, texts that stay texts, and the same bytes again."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from lxml import etree

from counterfoil.domain.einvoice_formats import FACTURX, FATTURAPA, UBL, XRECHNUNG_CII, XRECHNUNG_UBL, Format
from counterfoil.formats import einvoices
from tests.support import hostile
from tests.support import sample_documents as samples

ROOTS = {FACTURX: "CrossIndustryInvoice", UBL: "Invoice", XRECHNUNG_CII: "CrossIndustryInvoice",
         XRECHNUNG_UBL: "Invoice", FATTURAPA: "FatturaElettronica"}  # fmt: skip
# Codes of closed lists: the wire's own types admit nothing hostile there.
CODES = {
    "country_code", "address_country", "vat_exemption_reason", "conditions", "method", "reason", "payment_reason",
    "iban", "unit_code", "province_code",
}  # fmt: skip


def sample(fmt: Format) -> dict[str, Any]:
    return samples.italian() if fmt == FATTURAPA else samples.french()


@pytest.mark.parametrize("fmt", ROOTS, ids=str)
def test_each_format_has_its_writer(fmt: Format) -> None:
    root = etree.fromstring(einvoices.xml_of(sample(fmt), fmt))

    assert etree.QName(root).localname == ROOTS[fmt]
    assert (b"xrechnung_3.0" in einvoices.xml_of(sample(fmt), fmt)) is (fmt.kind == "xrechnung")


def test_no_two_files_of_a_document_have_one_name() -> None:
    document = samples.french() | {"number": "F/2026\\042"}
    names = [einvoices.file_name(document, fmt, 7) for fmt in (FACTURX, UBL, XRECHNUNG_CII, XRECHNUNG_UBL)]

    assert names == [
        "F-2026-042.pdf", "F-2026-042-ubl.xml", "F-2026-042-xrechnung.xml", "F-2026-042-xrechnung-ubl.xml",
    ]  # fmt: skip
    assert einvoices.file_name(samples.italian(), FATTURAPA, 7).startswith("IT")


@pytest.mark.parametrize("kind", hostile.TEXTS)
@pytest.mark.parametrize("fmt", [FACTURX, UBL, FATTURAPA], ids=lambda fmt: fmt.syntax)
def test_hostile_texts_stay_texts(fmt: Format, kind: str) -> None:
    document = sample(fmt)
    paths = [path for path in hostile.fields(document) if path[-1] not in CODES]

    data = einvoices.xml_of(hostile.with_text(document, paths, hostile.TEXTS[kind]), fmt)

    root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
    assert root.getroottree().docinfo.doctype == ""
    assert not [node for node in root.iter() if not isinstance(node.tag, str)]
    assert not {etree.QName(element).localname for element in root.iter()} & {"script", "img"}
    if kind == "HTML":
        assert "<script>alert(1)</script>" in "".join(root.itertext())


def test_another_process_at_another_place_writes_the_same_bytes() -> None:
    program = (
        "import sys; from tests.formats.test_einvoices import *;"
        "sys.stdout.buffer.write(b''.join(einvoices.xml_of(sample(fmt), fmt) for fmt in ROOTS))"
    )
    elsewhere = {"TZ": "Asia/Tokyo", "LANG": "tr_TR.UTF-8", "PYTHONHASHSEED": "7", "PYTHONPATH": ":".join(sys.path)}

    made = subprocess.run([sys.executable, "-c", program], env=elsewhere, check=True, capture_output=True).stdout

    assert made == b"".join(einvoices.xml_of(sample(fmt), fmt) for fmt in ROOTS)
