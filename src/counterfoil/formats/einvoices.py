"""Any XML of an issued document: which writer makes it, and what its file is called. Pure and byte-stable."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from counterfoil.domain.einvoice_formats import FACTURX, UBL, XRECHNUNG_CII, XRECHNUNG_UBL, Format
from counterfoil.formats import cii, en16931, fatturapa, ubl
from counterfoil.formats.mail import attachment_name

CONTENT_TYPE: Final = "application/xml"
_ENDINGS: Final[Mapping[Format, str]] = MappingProxyType(
    {FACTURX: ".pdf", UBL: "-ubl.xml", XRECHNUNG_CII: "-xrechnung.xml", XRECHNUNG_UBL: "-xrechnung-ubl.xml"}
)


def xml_of(document: Mapping[str, Any], fmt: Format) -> bytes:
    """The XML of `document` in this format. document: as it was frozen, in the wire's words.

    FACTURX gives the XML that goes into the PDF. Raises KeyError for what is no format of ours.
    """
    if fmt.syntax == "fatturapa":
        return fatturapa.write(document)
    invoice = en16931.from_document(document, fmt)
    return cii.write(invoice) if fmt.syntax == "cii" else ubl.write(invoice)


def file_name(document: Mapping[str, Any], fmt: Format, place: int) -> str:
    """What the file is called, such as F-2026-001-xrechnung.xml; SdI wants a name of its own pattern.

    FACTURX is the PDF itself. place: the document's sequence number within its organization.
    """
    if fmt.syntax == "fatturapa":
        return fatturapa.file_name(document, place)
    return attachment_name(str(document["number"]), _ENDINGS[fmt])
