"""A PDF with its e-invoice inside: how the file is attached, what the XMP says of it, and whether it is PDF/A-3."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Final, NamedTuple

import pikepdf
from lxml import etree

from tests.support import verapdf
from tests.support.judges.findings import Finding
from tests.support.judges.xml import Verdict
from tests.support.judges.xml import judge as judge_xml

_FX: Final = "{urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#}"
_RDF: Final = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_SCHEMA: Final = "{http://www.aiim.org/pdfa/ns/schema#}"
_PROPERTY: Final = "{http://www.aiim.org/pdfa/ns/property#}"
NAME: Final = "factur-x.xml"
# Factur-X 1.0 says so of the profile that this product writes.
XMP: Final = {
    "DocumentType": "INVOICE", "DocumentFileName": NAME, "Version": "1.0", "ConformanceLevel": "EN 16931",
}  # fmt: skip


class PdfVerdict(NamedTuple):
    """What the judges say of a PDF. xml: the attached file, None without one."""

    faults: tuple[Finding, ...]
    xml: bytes | None
    xml_verdict: Verdict | None


def judge(pdf: bytes, *, is_french: bool = False, vat_slack: int = 0) -> PdfVerdict:
    """The verdict on a Factur-X PDF and on the XML in it. is_french, vat_slack: see `xml.judge`."""
    faults: list[Finding] = []
    xml: bytes | None = None
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        attached = list(_attached(opened))
        if len(attached) != 1:
            faults.append(_fault("attachment", f"one {NAME} is wanted, there are {len(attached)}"))
        else:
            faults += _attachment_faults(opened, attached[0])
            xml = attached[0].EF.F.read_bytes()
        faults += _xmp_faults(opened)
    faults += pdfa_faults(pdf)
    verdict = None if xml is None else judge_xml(xml, is_french=is_french, vat_slack=vat_slack)
    if verdict is not None:
        faults += verdict.faults
    return PdfVerdict(tuple(faults), xml, verdict)


def pdfa_faults(pdf: bytes) -> list[Finding]:
    """What veraPDF says of the file by PDF/A-3b."""
    verdict = verapdf.judge(pdf)
    assert verdict.checks, "veraPDF looked at nothing"
    found = [Finding("PDF/A", *failure.split(": ", 1)) for failure in verdict.failures]
    return found or ([] if verdict.is_compliant else [Finding("PDF/A", "?", "veraPDF refuses it")])


def _fault(rule: str, message: str) -> Finding:
    return Finding("Factur-X PDF", rule, message)


def _attached(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    names = pdf.Root.get("/Names", pikepdf.Dictionary()).get("/EmbeddedFiles")
    for _, specification in pikepdf.NameTree(names).items() if names is not None else ():
        if str(specification.get("/UF", specification.get("/F", ""))) == NAME:
            yield specification


def _attachment_faults(pdf: pikepdf.Pdf, specification: pikepdf.Object) -> Iterator[Finding]:
    stream = specification.EF.F
    # Factur-X 1.08, 6.2.2: Germany allows Alternative only, France too; so it is right for both.
    if (relation := str(specification.get("/AFRelationship", ""))) != "/Alternative":
        yield _fault("AFRelationship", f"it is {relation or 'not there'}; /Alternative is wanted")
    if specification.objgen not in [each.objgen for each in pdf.Root.get("/AF", [])]:
        yield _fault("AF", "the catalogue's /AF does not list it")
    if str(stream.get("/Subtype", "")) != "/text/xml":
        yield _fault("Subtype", f"it is {stream.get('/Subtype')}; /text/xml is wanted")
    parameters = stream.get("/Params", pikepdf.Dictionary())
    if not str(parameters.get("/ModDate", "")).startswith("D:"):
        yield _fault("ModDate", "it has none")
    if int(parameters.get("/Size", -1)) not in (-1, len(stream.read_bytes())):
        yield _fault("Size", "it is not the file's")


def _xmp_faults(pdf: pikepdf.Pdf) -> Iterator[Finding]:
    if "/Metadata" not in pdf.Root:
        yield _fault("XMP", "the file has none")
        return
    packet = etree.fromstring(pdf.Root.Metadata.read_bytes().strip(b"\0 \r\n"))
    for name, wanted in XMP.items():
        values = [element.text for element in packet.iter(_FX + name)]
        values += [each.get(_FX + name) for each in packet.iter(f"{_RDF}Description") if each.get(_FX + name)]
        if values != [wanted]:
            yield _fault("XMP", f"fx:{name} is {values}; {wanted} is wanted")
    described = {element.text for element in packet.iter(f"{_PROPERTY}name")}
    if _FX.strip("{}") not in {element.text for element in packet.iter(f"{_SCHEMA}namespaceURI")}:
        yield _fault("XMP", "no extension schema describes the fx names")
    elif not set(XMP) <= described:
        yield _fault("XMP", f"the extension schema leaves out {sorted(set(XMP) - described)}")
