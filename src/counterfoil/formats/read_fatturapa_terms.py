"""What the ordinary and the simplified FatturaPA share: where terms are found, and what their codes mean elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from counterfoil.domain.einvoice import PostalAddress
from counterfoil.formats.read_xml import Element, Terms

# Names in any namespace: versions differ in it, and some programs write it on every element.
FPA: Final = Terms({"": "*"})

# TipoDocumento -> UNTDID 1001, as far as EN 16931's list has it. Invoices that the buyer makes out are 389.
_TYPES: Final[Mapping[str, str]] = {
    "TD02": "386", "TD03": "386", "TD04": "381", "TD08": "381", "TD05": "383", "TD09": "383",
    "TD16": "389", "TD17": "389", "TD18": "389", "TD19": "389",
}  # fmt: skip
# Natura, by its beginning -> UNTDID 5305. N1 (art. 15) has no category of its own.
_CATEGORIES: Final = (
    ("N2", "O"), ("N3.2", "K"), ("N3.6", "K"), ("N3", "G"), ("N6", "AE"), ("N7", "O"), ("N", "E"),
)  # fmt: skip


def type_code(document_type: str) -> str:
    """BT-3 for a TipoDocumento: 380 for all that are plain invoices."""
    return _TYPES.get(document_type, "380")


def category(nature: str, rate: Decimal | None) -> str:
    """The VAT category for a Natura, or for a rate without one."""
    found = next((code for start, code in _CATEGORIES if nature.startswith(start)), "")
    return found or ("S" if rate is None or rate else "Z")


def percentage(category: str, rate: Decimal | None) -> Decimal | None:
    """The rate, None in the category that has none."""
    return None if category == "O" else rate


def vat_number(start: Element | None) -> str:
    """IdFiscaleIVA, country first; "" without one."""
    code = FPA.text(start, "IdFiscaleIVA/IdCodice")
    country = FPA.text(start, "IdFiscaleIVA/IdPaese")
    return code if code.startswith(country) else f"{country}{code}" if code else ""


def name(start: Element | None) -> str:
    """Denominazione, or Nome and Cognome."""
    person = f"{FPA.text(start, 'Nome')} {FPA.text(start, 'Cognome')}".strip()
    return FPA.text(start, "Denominazione") or person


def address(start: Element | None) -> PostalAddress:
    """Sede."""
    street = f"{FPA.text(start, 'Indirizzo')} {FPA.text(start, 'NumeroCivico')}".strip()
    return PostalAddress(
        line_1=street,
        city=FPA.text(start, "Comune"),
        post_code=FPA.text(start, "CAP"),
        subdivision=FPA.text(start, "Provincia"),
        country=FPA.text(start, "Nazione"),
    )
