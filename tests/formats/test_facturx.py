"""Factur-X: what the PDF must say beside its XML, judged by veraPDF, and read with another library than wrote it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pikepdf
import pypdf
import pytest
from lxml import etree

from counterfoil.formats import facturx
from counterfoil.formats.page import Appearance
from counterfoil.formats.pdf import Typesetter, made_at
from tests.support import hostile, verapdf
from tests.support import sample_documents as samples

PLAIN = Appearance()
XML = (
    b"<?xml version='1.0' encoding='UTF-8'?>\n<CrossIndustryInvoice>"
    + b"<Line>1</Line>" * 300
    + b"</CrossIndustryInvoice>"
)
EXTENSION = "{http://www.aiim.org/pdfa/ns/extension/}"
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
FX = "{urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#}"


@pytest.fixture(scope="module")
def made(typesetter: Typesetter) -> bytes:
    """A Factur-X of the French sample."""
    return facturx.embed(typesetter.pdf(samples.french(), PLAIN), XML, made_at(samples.french()))


def changed(pdf: bytes, change: Callable[[pikepdf.Pdf], None]) -> bytes:
    """`pdf` after `change`."""
    with pikepdf.open(BytesIO(pdf)) as document:
        change(document)
        out = BytesIO()
        document.save(out)
    return out.getvalue()


def packet(pdf: bytes) -> bytes:
    metadata = pypdf.PdfReader(BytesIO(pdf)).trailer["/Root"]["/Metadata"]
    data: bytes = metadata.get_object().get_data()
    return data


@pytest.mark.parametrize("name", ["french", "german", "spanish_draft", "empty"])
def test_every_sample_with_xml_is_pdfa_3b(name: str, typesetter: Typesetter) -> None:
    verapdf.need_verapdf()
    document = samples.SAMPLES[name]()

    verapdf.assert_pdfa(facturx.embed(typesetter.pdf(document, PLAIN), XML, made_at(document)))


def test_the_xml_is_where_readers_look_for_it(made: bytes) -> None:
    root: Any = pypdf.PdfReader(BytesIO(made)).trailer["/Root"]
    (name, file) = (entry.get_object() for entry in root["/Names"]["/EmbeddedFiles"]["/Names"])

    assert name == file["/F"] == file["/UF"] == "factur-x.xml"
    assert [entry.get_object() for entry in root["/AF"]] == [file]
    assert file["/AFRelationship"] == "/Alternative"
    assert file["/EF"]["/F"].get_object().get_data() == file["/EF"]["/UF"].get_object().get_data() == XML
    content = file["/EF"]["/F"].get_object()
    assert (content["/Type"], content["/Subtype"]) == ("/EmbeddedFile", "/text/xml")
    assert content["/Params"]["/ModDate"] == "D:20261102090000Z"
    assert content["/Params"]["/Size"] == len(XML)


def test_the_xmp_says_which_profile_and_explains_its_words_once(made: bytes) -> None:
    data = packet(made)
    root = etree.fromstring(data)

    assert data.startswith(b'<?xpacket begin="\xef\xbb\xbf" id=')
    assert data.rstrip().endswith(b'<?xpacket end="r"?>')
    said = {element.tag.removeprefix(FX): element.text for element in root.iter() if str(element.tag).startswith(FX)}
    assert said == {
        "DocumentType": "INVOICE", "DocumentFileName": "factur-x.xml", "Version": "1.0",
        "ConformanceLevel": "EN 16931",
    }  # fmt: skip
    (schemas,) = root.iter(f"{EXTENSION}schemas")
    spaces = [element.text for element in schemas.iter("{http://www.aiim.org/pdfa/ns/schema#}namespaceURI")]
    assert spaces.count(FX.strip("{}")) == 1
    assert len(spaces) > 1


def test_the_same_page_and_xml_give_the_same_bytes_in_another_process_too(made: bytes) -> None:
    program = (
        "import sys; from tests.formats.test_facturx import *;"
        "document = samples.french();"
        "sys.stdout.buffer.write(facturx.embed(Typesetter().pdf(document, PLAIN), XML, made_at(document)))"
    )
    elsewhere = {"TZ": "Asia/Tokyo", "LANG": "tr_TR.UTF-8", "PYTHONHASHSEED": "7", "PYTHONPATH": ":".join(sys.path)}

    assert (
        subprocess.run([sys.executable, "-c", program], env=elsewhere, check=True, capture_output=True).stdout == made
    )


def test_one_page_with_its_xml_is_at_most_sixty_kilobytes(typesetter: Typesetter) -> None:
    sizes = {}
    for name, sample in samples.SAMPLES.items():
        pdf = facturx.embed(typesetter.pdf(sample(), PLAIN), XML, made_at(sample()))
        if len(pypdf.PdfReader(BytesIO(pdf)).pages) == 1:
            sizes[name] = len(pdf)

    assert len(sizes) > 2
    assert max(sizes.values()) <= 60_000, sizes


def test_hostile_texts_on_the_page_and_in_the_xml_stay_texts(typesetter: Typesetter) -> None:
    verapdf.need_verapdf()
    attack = " ".join(hostile.TEXTS.values())
    document = hostile.with_text(samples.french(), hostile.fields(samples.french()), attack[:5000])
    xml = b"<a>]]></x:xmpmeta><?xpacket end='w'?>endstream endobj %%EOF" + attack.encode("utf-8", "ignore")

    pdf = facturx.embed(typesetter.pdf(document, PLAIN), xml, made_at(document))

    verapdf.assert_pdfa(pdf)
    assert pypdf.PdfReader(BytesIO(pdf)).attachments["factur-x.xml"] == [xml]


def test_the_page_is_untouched(made: bytes, typesetter: Typesetter) -> None:
    before, after = (pypdf.PdfReader(BytesIO(pdf)) for pdf in (typesetter.pdf(samples.french(), PLAIN), made))

    assert [page.extract_text() for page in after.pages] == [page.extract_text() for page in before.pages]
    assert after.metadata == before.metadata
    assert after.trailer["/Root"]["/Lang"] == "fr"


def test_a_pdf_that_is_not_ours_is_refused(made: bytes, typesetter: Typesetter) -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    page = typesetter.pdf(samples.german(), PLAIN)
    without_xmp = changed(page, lambda document: document.Root.__delitem__("/Metadata"))

    for pdf in (made, without_xmp):
        with pytest.raises(facturx.NotOurs):
            facturx.embed(pdf, XML, moment)
    with pytest.raises(pikepdf.PdfError):
        facturx.embed(b"no PDF", XML, moment)


def _without_relationship(document: pikepdf.Pdf) -> None:
    del document.Root.AF[0]["/AFRelationship"]


def _without_association(document: pikepdf.Pdf) -> None:
    del document.Root["/AF"]


def _without_extension_schema(document: pikepdf.Pdf) -> None:
    root = etree.fromstring(document.Root.Metadata.read_bytes())
    (schemas,) = root.iter(f"{EXTENSION}schemas")
    schemas.getparent().remove(schemas)
    document.Root.Metadata.write(etree.tostring(root.getroottree()))


def _with_a_second_bag_of_schemas(document: pikepdf.Pdf) -> None:
    root = etree.fromstring(document.Root.Metadata.read_bytes())
    (schemas,) = root.iter(f"{EXTENSION}schemas")
    bag = schemas[0]
    (rdf,) = root.iter(f"{RDF}RDF")
    other = etree.SubElement(rdf, f"{RDF}Description", {f"{RDF}about": ""})
    etree.SubElement(etree.SubElement(other, f"{EXTENSION}schemas"), f"{RDF}Bag").append(bag[-1])
    document.Root.Metadata.write(etree.tostring(root.getroottree()))


@pytest.mark.parametrize(
    "breaks", [_without_relationship, _without_association, _without_extension_schema, _with_a_second_bag_of_schemas]
)
def test_the_judge_sees_what_others_get_wrong(breaks: Callable[[pikepdf.Pdf], None], made: bytes) -> None:
    verapdf.need_verapdf()

    assert not verapdf.judge(changed(made, breaks)).is_compliant
