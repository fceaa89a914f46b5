"""The judges of a PDF with its XML find what is broken: the file is valid until one thing in it is changed."""

from __future__ import annotations

import io
from collections.abc import Callable

import pikepdf
import pytest

from counterfoil.domain.einvoice_formats import FACTURX
from counterfoil.formats.einvoices import xml_of
from counterfoil.formats.page import Appearance
from counterfoil.ports.renderer import ChildRenderer
from tests.golden.documents import golden
from tests.support import verapdf
from tests.support.judges import facturx

Change = Callable[[pikepdf.Pdf], None]


@pytest.fixture(scope="module")
def pdf() -> bytes:
    """A French invoice as it is issued."""
    verapdf.need_verapdf()
    document = golden("fr", "standard").document
    renderer = ChildRenderer()
    try:
        return renderer.render({**document, "status": "unpaid"}, Appearance(), xml=xml_of(document, FACTURX))
    finally:
        renderer.close()


def attachment(pdf: pikepdf.Pdf) -> pikepdf.Object:
    return next(iter(pikepdf.NameTree(pdf.Root.Names.EmbeddedFiles).values()))


def drop_xmp(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.Metadata


def without_words(word: bytes, instead: bytes) -> Change:
    """Writes other words into the XMP."""

    def change(pdf: pikepdf.Pdf) -> None:
        packet = pdf.Root.Metadata.read_bytes()
        assert word in packet
        pdf.Root.Metadata.write(packet.replace(word, instead))

    return change


def relate_as_data(pdf: pikepdf.Pdf) -> None:
    attachment(pdf).AFRelationship = pikepdf.Name.Data


def unlist(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.AF


def rename(pdf: pikepdf.Pdf) -> None:
    attachment(pdf).UF = pikepdf.String("invoice.xml")


def forget_type(pdf: pikepdf.Pdf) -> None:
    del attachment(pdf).EF.F["/Subtype"]


def forget_day(pdf: pikepdf.Pdf) -> None:
    del attachment(pdf).EF.F.Params["/ModDate"]


def take_fonts_out(pdf: pikepdf.Pdf) -> None:
    for each in pdf.objects:
        if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/FontDescriptor":
            for name in ("/FontFile2", "/FontFile3"):
                if name in each:
                    del each[name]


def add_script(pdf: pikepdf.Pdf) -> None:
    action = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("1"))
    pdf.Root.OpenAction = pdf.make_indirect(action)


def change_the_xml(pdf: pikepdf.Pdf) -> None:
    stream = attachment(pdf).EF.F
    stream.write(stream.read_bytes().replace(b"<ram:TypeCode>380<", b"<ram:TypeCode>999<"))


BREAKAGES: tuple[tuple[str, Change, str, str], ...] = (
    ("no XMP", drop_xmp, "Factur-X PDF", "XMP"),
    ("no XMP, by veraPDF", drop_xmp, "PDF/A", "6.6.2.1/1"),
    ("another level", without_words(b">EN 16931<", b">MINIMUM<"), "Factur-X PDF", "XMP"),
    ("no extension schema", without_words(b"pdfaSchema:namespaceURI>urn:factur-x", b"pdfaSchema:namespaceURI>urn:x"),
     "Factur-X PDF", "XMP"),
    ("undescribed names", without_words(b"pdfaSchema:namespaceURI>urn:factur-x", b"pdfaSchema:namespaceURI>urn:x"),
     "PDF/A", "6.6.2.3.1/1"),
    ("says PDF/A-2", without_words(b"<pdfaid:part>3<", b"<pdfaid:part>2<"), "PDF/A", "6.6.4/2"),
    ("relationship", relate_as_data, "Factur-X PDF", "AFRelationship"),
    ("not in AF", unlist, "Factur-X PDF", "AF"),
    ("not in AF, by veraPDF", unlist, "PDF/A", "6.8/4"),
    ("name", rename, "Factur-X PDF", "attachment"),
    ("no type of file", forget_type, "Factur-X PDF", "Subtype"),
    ("no day", forget_day, "Factur-X PDF", "ModDate"),
    ("fonts outside", take_fonts_out, "PDF/A", "6.2.11.4.1/1"),
    ("a script", add_script, "PDF/A", "6.5.1/1"),
    ("the XML in it", change_the_xml, "EN 16931", "BR-CL-01"),
)  # fmt: skip


def test_the_file_is_valid_before_it_is_broken(pdf: bytes) -> None:
    verdict = facturx.judge(pdf, is_french=True)

    assert verdict.faults == ()
    assert verdict.xml_verdict is not None
    assert verdict.xml_verdict.rule_sets == ("EN 16931", "Factur-X", "BR-FR")


@pytest.mark.parametrize(
    ("what", "change", "judged_by", "rule"), BREAKAGES, ids=lambda value: getattr(value, "__name__", value)
)
def test_each_judge_finds_what_is_broken(pdf: bytes, what: str, change: Change, judged_by: str, rule: str) -> None:
    changed = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        change(opened)
        opened.save(changed)

    verdict = facturx.judge(changed.getvalue())

    found = {fault.rule for fault in verdict.faults if fault.judge == judged_by}
    assert rule in found, f"{what}: {[str(fault) for fault in verdict.faults]}"
