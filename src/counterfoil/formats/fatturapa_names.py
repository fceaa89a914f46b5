"""A FatturaPA file's name: IT, the sender's fiscal code, "_" and five letters and digits; and its progressive.

SdI takes each name of a sender once (control 00002). The five characters are the document's place among all documents
of its organization, which is handed out once and never again: 60 million names.
"""

from __future__ import annotations

from string import ascii_uppercase, digits
from typing import Final

from counterfoil.formats.fatturapa_parties import seller_of
from counterfoil.formats.fatturapa_xml import Document

_DIGITS: Final = digits + ascii_uppercase
_NAME_LENGTH: Final = 5
_PROGRESSIVE_LENGTH: Final = 10


def file_name(document: Document, place: int) -> str:
    """The file's name, such as IT01234567890_0001A.xml.

    place: the document's sequence number within its organization, whatever its kind; from 1.
    """
    characters = []
    while place:
        place, digit = divmod(place, len(_DIGITS))
        characters.append(_DIGITS[digit])
    return f"IT{seller_of(document).sender}_{''.join(reversed(characters)).rjust(_NAME_LENGTH, '0')}.xml"


def progressive(document: Document) -> str:
    """ProgressivoInvio (1.1.2): the letters and digits of the number, the last ten of them. It need not be unique."""
    kept = [letter for letter in str(document.get("number") or "") if letter.isascii() and letter.isalnum()]
    return "".join(kept)[-_PROGRESSIVE_LENGTH:] or "1"


def is_credit_note(document: Document) -> bool:
    """Whether the document corrects an invoice, rather than being one."""
    return "invoice_number" in document
