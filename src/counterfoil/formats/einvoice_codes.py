"""The codes of EN 16931 that follow from our own words: specification, process, exemption, note subjects."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from counterfoil.domain.einvoice_formats import FileKind

# BT-24.
EN_16931: Final = "urn:cen.eu:en16931:2017"
XRECHNUNG: Final = "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
SPECIFICATIONS: Final[Mapping[FileKind, str]] = MappingProxyType(
    {"facturx": EN_16931, "ubl": EN_16931, "xrechnung": XRECHNUNG}
)
# BT-23 of XRechnung (PEPPOL-EN16931-R001).
PEPPOL_BILLING: Final = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"

# BT-3, UNTDID 1001.
INVOICE: Final = "380"
CREDIT_NOTE: Final = "381"
DEPOSIT_INVOICE: Final = "386"
# XRechnung knows no 386 (BR-DE-17); its word for an Abschlagsrechnung is the partial invoice.
PARTIAL_INVOICE: Final = "326"

# BT-81, UNTDID 4461.
NO_INSTRUMENT: Final = "1"
CREDIT_TRANSFER: Final = "30"
SEPA_CREDIT_TRANSFER: Final = "58"

# BT-98 and BT-140, UNTDID 5189: discount.
DISCOUNT: Final = "95"

# BT-21, UNTDID 4451. The three French ones by the name of their text (BR-FR-05).
GENERAL_NOTE: Final = "AAI"
TREATMENT_NOTE: Final = "BAR"
FRENCH_NOTES: Final[Mapping[str, str]] = MappingProxyType(
    {"legal_fixed_compensation": "PMT", "late_payment_penalties": "PMD", "discount_conditions": "AAB"}
)

# BT-23 in France (BR-FR-08): what is sold, then 1, or 4 where deposits are taken off.
FRENCH_PROCESSES: Final[Mapping[str, str]] = MappingProxyType(
    {"goods": "B", "services": "S", "goods_and_services": "M"}
)

# BT-121, VATEX. A category has one code, except where the reason says more.
_BY_CATEGORY: Final[Mapping[str, str]] = MappingProxyType(
    {"AE": "VATEX-EU-AE", "K": "VATEX-EU-IC", "G": "VATEX-EU-G", "O": "VATEX-EU-O"}
)
_BY_REASON: Final[Mapping[tuple[str, str], str]] = MappingProxyType(
    {
        ("S293B", "E"): "VATEX-FR-FRANCHISE",
        ("S283", "AE"): "VATEX-FR-AE",
        # CGI art. 263 carries out art. 153 of the directive.
        ("S263", "E"): "VATEX-EU-153",
    }
)


def vatex(reason: str, category: str) -> str:
    """BT-121 of an exemption reason; "" where the list has none or more than one that fits: BT-120 says it then."""
    return _BY_REASON.get((reason, category)) or _BY_CATEGORY.get(category, "")
