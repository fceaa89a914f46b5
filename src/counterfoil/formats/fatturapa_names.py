"""The name of a FatturaPA file: IT, the sender's fiscal code, "_" and one to five letters and digits, unique for ever.

Five characters of digits and capitals are 36**5 names. One half is dealt out: each pair of a kind and a year from 2020
to 2069 has a range of its own, and a number that our counter gave ("F-2026-001") its own place there, so that two such
documents never share a name. Any other number, chosen by a person, falls into the other half by its hash: of a
thousand such documents two collide with a chance of about 1.6 %, of ten thousand almost surely. A seller who must be
certain lets the counter number, or has its channel name the files it sends: what a channel needs beyond this, such as
another name for a file that is sent again, it must count itself.
"""

from __future__ import annotations

import hashlib
from string import ascii_uppercase, digits
from typing import Final

from counterfoil.domain import numbering
from counterfoil.formats.fatturapa_parties import seller_of
from counterfoil.formats.fatturapa_xml import Document

_DIGITS: Final = digits + ascii_uppercase
_LENGTH: Final = 5
_NAMES: Final = len(_DIGITS) ** _LENGTH
_FIRST_YEAR: Final = 2020
_YEARS: Final = 50
_KINDS: Final = ("client_invoice", "credit_note")
# Documents of one kind in one year that have a name of their own.
_RANGE: Final = 300_000
_COUNTED: Final = len(_KINDS) * _YEARS * _RANGE


def file_name(document: Document) -> str:
    """The file's name, such as IT01234567890_3M0E1.xml, from the document alone."""
    return f"IT{seller_of(document).sender}_{progressive(document)}.xml"


def progressive(document: Document) -> str:
    """The five characters after the sender; also the file's ProgressivoInvio."""
    place = _counted_place(document)
    if place is None:
        kind = _KINDS[is_credit_note(document)]
        asked = f"{kind} {document.get('number') or ''} {document['issue_date'][:4]}".encode()
        hashed = int.from_bytes(hashlib.sha256(asked).digest()[:8], "big")
        place = _COUNTED + hashed % (_NAMES - _COUNTED)
    characters = []
    for _ in range(_LENGTH):
        place, digit = divmod(place, len(_DIGITS))
        characters.append(_DIGITS[digit])
    return "".join(reversed(characters))


def is_credit_note(document: Document) -> bool:
    """Whether the document corrects an invoice, rather than being one."""
    return "invoice_number" in document


def _counted_place(document: Document) -> int | None:
    """The place of a number that our counter gave; None for any other."""
    kind = is_credit_note(document)
    counted = numbering.parse(_KINDS[kind], str(document.get("number") or ""))
    if counted is None:
        return None
    year, sequence = counted
    if not (_FIRST_YEAR <= year < _FIRST_YEAR + _YEARS and sequence < _RANGE):
        return None
    return (kind * _YEARS + year - _FIRST_YEAR) * _RANGE + sequence
