"""A PDF/A-3b of ours and the CII XML of the same invoice -> Factur-X 1.0, profile EN 16931. Pure and byte-stable.

The XML is put into the finished PDF, so it never comes near the typesetter. What the PDF must say beside it is in the
Factur-X specification (FNFE-MPE, version 1.08), chapter 6: one embedded file, in the catalogue's AF as well, and four
properties in the XMP with the extension schema that PDF/A asks for.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Final

import pikepdf
from lxml import etree
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

from counterfoil.formats import xml_parser

FILE_NAME: Final = "factur-x.xml"
CONFORMANCE_LEVEL: Final = "EN 16931"
# Germany knows no other relationship, and France allows it: the XML says all that the page says.
RELATIONSHIP: Final = Name.Alternative

_DESCRIPTION: Final = "The invoice as data: Factur-X, profile EN 16931"
_NAMESPACE: Final = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_EXTENSION: Final = "http://www.aiim.org/pdfa/ns/extension/"
_SCHEMA: Final = "http://www.aiim.org/pdfa/ns/schema#"
_PROPERTY: Final = "http://www.aiim.org/pdfa/ns/property#"
_PROPERTIES: Final = (
    ("DocumentFileName", FILE_NAME, "The name of the embedded XML document"),
    ("DocumentType", "INVOICE", "The type of the hybrid document in capital letters, e.g. INVOICE or ORDER"),
    ("Version", "1.0", "The actual version of the standard applying to the embedded XML document"),
    ("ConformanceLevel", CONFORMANCE_LEVEL, "The conformance level of the embedded XML document"),
)


class NotOurs(ValueError):
    """The PDF lacks what ours has: an XMP with a bag of extension schemas."""


def embed(pdf: bytes, xml: bytes, moment: datetime) -> bytes:
    """`pdf`, a PDF/A-3b from `formats.pdf`, with `xml`, a CII of profile EN 16931, in it.

    moment: when the XML was made, with its zone. Raises NotOurs, or pikepdf.PdfError for what is no PDF.
    """
    with Pdf.open(io.BytesIO(pdf)) as document:
        _attach(document, xml, moment)
        metadata = document.Root.get("/Metadata")
        if not isinstance(metadata, Stream):
            raise NotOurs("the PDF has no XMP")
        metadata.write(_described(metadata.read_bytes()))
        made = io.BytesIO()
        # A page has a hundred small objects: together in compressed streams they take a third of the room. The XMP is
        # ours as it stands: pikepdf would write it anew to name the PDF's version, which it names.
        document.save(
            made, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate,
            fix_metadata_version=False,
        )  # fmt: skip
    return made.getvalue()


def _attach(document: Pdf, xml: bytes, moment: datetime) -> None:
    if "/Names" in document.Root or "/AF" in document.Root:
        raise NotOurs("the PDF has files in it already")
    changed = f"D:{moment.astimezone(UTC):%Y%m%d%H%M%S}Z"
    content = Stream(document, xml)
    content.Type = Name.EmbeddedFile
    content.Subtype = Name("/text/xml")
    content.Params = Dictionary(ModDate=String(changed), Size=len(xml))
    file = document.make_indirect(
        Dictionary(
            Type=Name.Filespec,
            F=String(FILE_NAME),
            UF=String(FILE_NAME),
            Desc=String(_DESCRIPTION),
            AFRelationship=RELATIONSHIP,
            EF=Dictionary(F=content, UF=content),
        )
    )
    document.Root.Names = Dictionary(EmbeddedFiles=Dictionary(Names=Array([String(FILE_NAME), file])))
    document.Root.AF = Array([file])


def _described(packet: bytes) -> bytes:
    """The XMP with the properties of Factur-X, and their schema in the bag that is there.

    A second description with a bag of its own would make the whole packet unreadable to validators.
    """
    root = etree.fromstring(packet, xml_parser.hardened())
    rdf = root.find(f"{{{_RDF}}}RDF")
    bags = root.findall(f".//{{{_EXTENSION}}}schemas/{{{_RDF}}}Bag")
    if rdf is None or len(bags) != 1:
        raise NotOurs("the PDF's XMP has no bag of extension schemas, or several")
    bags[0].append(_extension_schema())
    said = etree.SubElement(rdf, f"{{{_RDF}}}Description", {f"{{{_RDF}}}about": ""}, nsmap={"fx": _NAMESPACE})
    for name, value, _ in _PROPERTIES:
        etree.SubElement(said, f"{{{_NAMESPACE}}}{name}").text = value
    return etree.tostring(root.getroottree(), encoding="UTF-8", xml_declaration=False)


def _extension_schema() -> etree._Element:
    spaces = {"rdf": _RDF, "pdfaSchema": _SCHEMA, "pdfaProperty": _PROPERTY}
    entry = etree.Element(f"{{{_RDF}}}li", {f"{{{_RDF}}}parseType": "Resource"}, nsmap=spaces)
    etree.SubElement(entry, f"{{{_SCHEMA}}}schema").text = "Factur-X PDFA Extension Schema"
    etree.SubElement(entry, f"{{{_SCHEMA}}}namespaceURI").text = _NAMESPACE
    etree.SubElement(entry, f"{{{_SCHEMA}}}prefix").text = "fx"
    listed = etree.SubElement(etree.SubElement(entry, f"{{{_SCHEMA}}}property"), f"{{{_RDF}}}Seq")
    for name, _, description in _PROPERTIES:
        one = etree.SubElement(listed, f"{{{_RDF}}}li", {f"{{{_RDF}}}parseType": "Resource"})
        etree.SubElement(one, f"{{{_PROPERTY}}}name").text = name
        etree.SubElement(one, f"{{{_PROPERTY}}}valueType").text = "Text"
        etree.SubElement(one, f"{{{_PROPERTY}}}category").text = "external"
        etree.SubElement(one, f"{{{_PROPERTY}}}description").text = description
    return entry
