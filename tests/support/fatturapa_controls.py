"""SdI's own controls of an ordinary invoice, worked out anew from the published list ("Elenco dei controlli", 2.0).

The exchange system runs them after the schema, and a file that breaks one counts as never issued. Those that need its
registers are not here: whether a number exists (00301, 00305 and 00306 check its shape and digits only), whether a
recipient code is active (00311, 00312), whether the file came before (00002, 00404, 00409). Nothing here is the
product's code.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, NamedTuple

from lxml import etree

CENT: Final = Decimal("0.01")
_GENERIC: Final = {"N2", "N3", "N6"}
_NOT_TO_ONESELF: Final = {
    "TD01", "TD02", "TD03", "TD06", "TD16", "TD17", "TD18", "TD19", "TD20", "TD24", "TD25", "TD28", "TD29",
}  # fmt: skip
_NEEDS_BUYERS_VAT_NUMBER: Final = {"TD16", "TD17", "TD18", "TD19", "TD20", "TD22", "TD23", "TD28"}
_ODD_VALUES: Final = dict(
    zip(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16,
         10, 22, 25, 24, 23],
        strict=True,
    )
)  # fmt: skip


class Refusal(NamedTuple):
    """A control that the file breaks, and where."""

    code: str
    where: str


def codes(xml: bytes, *, received: date = date.max) -> list[str]:
    """The codes of the controls that the file breaks, each once, in order. received: the day it reaches SdI."""
    return sorted({refusal.code for refusal in refusals(xml, received=received)})


def refusals(xml: bytes, *, received: date = date.max) -> list[Refusal]:
    """Every refusal of the file."""
    root = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True))
    header = root.find("FatturaElettronicaHeader")
    assert header is not None, "no header"
    found = [*_transmission(root, header), *_parties(header)]
    for body in root.iterfind("FatturaElettronicaBody"):
        found += _lines(body)
        found += _funds(body)
        found += _withholding(body)
        found += _summaries(body)
        found += _sums(body)
        found += _general(body, received)
        found += _between(header, body)
    return found


def _text(element: etree._Element | None, path: str) -> str:
    return "" if element is None else (element.findtext(path) or "").strip()


def _number(element: etree._Element, path: str) -> Decimal:
    return Decimal(_text(element, path) or "0")


def _transmission(root: etree._Element, header: etree._Element) -> Iterator[Refusal]:
    data = header.find("DatiTrasmissione")
    form, recipient = _text(data, "FormatoTrasmissione"), _text(data, "CodiceDestinatario")
    buyer = _text(header, "CessionarioCommittente/DatiAnagrafici/IdFiscaleIVA/IdPaese")
    fiscal_code = _text(header, "CessionarioCommittente/DatiAnagrafici/CodiceFiscale")
    if len(recipient) != {"FPR12": 7, "FPA12": 6}.get(form):
        yield Refusal("00427", f"{form}: {recipient}")
    if form != root.get("versione"):
        yield Refusal("00428", f"{form} in a file of version {root.get('versione')}")
    if _text(data, "PECDestinatario") and recipient != "0000000":
        yield Refusal("00426", recipient)
    if recipient == "XXXXXXX" and (buyer == "IT" or (not buyer and fiscal_code)):
        yield Refusal("00313", "a buyer in Italy")


def _parties(header: etree._Element) -> Iterator[Refusal]:
    seller = header.find("CedentePrestatore/DatiAnagrafici")
    buyer = header.find("CessionarioCommittente/DatiAnagrafici")
    if not _is_known(_text(seller, "IdFiscaleIVA/IdPaese"), _text(seller, "IdFiscaleIVA/IdCodice")):
        yield Refusal("00301", _text(seller, "IdFiscaleIVA/IdCodice"))
    country, number = _text(buyer, "IdFiscaleIVA/IdPaese"), _text(buyer, "IdFiscaleIVA/IdCodice")
    fiscal_code = _text(buyer, "CodiceFiscale")
    if number and not _is_known(country, number):
        yield Refusal("00305", number)
    for code, owner, value in (
        ("00302", "seller", _text(seller, "CodiceFiscale")),
        ("00306", "buyer", fiscal_code),
    ):
        if value and not (_is_vat_number(value) or _is_fiscal_code(value)):
            yield Refusal(code, f"{owner}: {value}")
    if not number and not fiscal_code:
        yield Refusal("00417", "neither IdFiscaleIVA nor CodiceFiscale")
    if "IT" not in (_text(seller, "IdFiscaleIVA/IdPaese"), country or "IT"):
        yield Refusal("00476", "both parties are abroad")


def _is_known(country: str, number: str) -> bool:
    return country != "IT" or _is_vat_number(number)


def _is_vat_number(number: str) -> bool:
    """Eleven digits, the last by Luhn's formula (DM 23 December 1976)."""
    if not re.fullmatch("[0-9]{11}", number):
        return False
    doubled = [int(digit) * (1 + position % 2) for position, digit in enumerate(number)]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def _is_fiscal_code(code: str) -> bool:
    """Sixteen characters, the last by the table of DM 23 December 1976."""
    if not re.fullmatch("[A-Z0-9]{15}[A-Z]", code):
        return False
    even = {character: int(character, 36) % 10 if character.isdigit() else ord(character) - 65 for character in code}
    total = sum(
        even[character] if position % 2 else _ODD_VALUES[character] for position, character in enumerate(code[:15])
    )
    return chr(65 + total % 26) == code[15]


def _lines(body: etree._Element) -> Iterator[Refusal]:
    for line in body.iterfind("DatiBeniServizi/DettaglioLinee"):
        where = f"line {_text(line, 'NumeroLinea')}"
        yield from _nature(line, where, "00400", "00401")
        price = _number(line, "PrezzoUnitario")
        for discount in line.iterfind("ScontoMaggiorazione"):
            if discount.find("Importo") is None and discount.find("Percentuale") is None:
                yield Refusal("00438", where)
            off = _number(discount, "Importo") or price * _number(discount, "Percentuale") / 100
            price += off if _text(discount, "Tipo") == "MG" else -off
        quantity = _number(line, "Quantita") if line.find("Quantita") is not None else Decimal(1)
        if abs(price * quantity - _number(line, "PrezzoTotale")) > CENT:
            yield Refusal("00423", f"{where}: {price * quantity}, not {_text(line, 'PrezzoTotale')}")


def _nature(element: etree._Element, where: str, missing: str, superfluous: str) -> Iterator[Refusal]:
    """A Natura stands where there is no rate, and only there; a rate is a percentage (00424)."""
    rate, nature = _number(element, "AliquotaIVA"), _text(element, "Natura")
    if not rate and not nature:
        yield Refusal(missing, where)
    if rate and nature:
        yield Refusal(superfluous, f"{where}: {nature}")
    if 0 < rate < 1:
        yield Refusal("00424", f"{where}: {rate}")
    if nature in _GENERIC:
        yield Refusal("00445", f"{where}: {nature}")


def _funds(body: etree._Element) -> Iterator[Refusal]:
    for fund in body.iterfind("DatiGenerali/DatiGeneraliDocumento/DatiCassaPrevidenziale"):
        yield from _nature(fund, "fund", "00413", "00414")


def _withholding(body: etree._Element) -> Iterator[Refusal]:
    general = "DatiGenerali/DatiGeneraliDocumento/"
    if body.find(f"{general}DatiRitenuta") is not None:
        return
    if "SI" in [_text(line, "Ritenuta") for line in body.iterfind("DatiBeniServizi/DettaglioLinee")]:
        yield Refusal("00411", "a line's Ritenuta")
    if "SI" in [_text(fund, "Ritenuta") for fund in body.iterfind(f"{general}DatiCassaPrevidenziale")]:
        yield Refusal("00415", "a fund's Ritenuta")


def _summaries(body: etree._Element) -> Iterator[Refusal]:
    for summary in body.iterfind("DatiBeniServizi/DatiRiepilogo"):
        where = f"summary {_text(summary, 'AliquotaIVA')} {_text(summary, 'Natura')}"
        yield from _nature(summary, where, "00429", "00430")
        due = _number(summary, "ImponibileImporto") * _number(summary, "AliquotaIVA") / 100
        if abs(due - _number(summary, "Imposta")) > CENT:
            yield Refusal("00421", f"{where}: {due.quantize(CENT, ROUND_HALF_UP)}, not {_text(summary, 'Imposta')}")
        if _text(summary, "EsigibilitaIVA") == "S" and _text(summary, "Natura").startswith("N6"):
            yield Refusal("00420", where)


def _sums(body: etree._Element) -> Iterator[Refusal]:
    """What lines and funds come to is what the summaries say, rate by rate."""
    asked: dict[tuple[Decimal, str], Decimal] = defaultdict(Decimal)
    for path, amount in (
        ("DatiBeniServizi/DettaglioLinee", "PrezzoTotale"),
        ("DatiGenerali/DatiGeneraliDocumento/DatiCassaPrevidenziale", "ImportoContributoCassa"),
    ):
        for element in body.iterfind(path):
            asked[_number(element, "AliquotaIVA"), _text(element, "Natura")] += _number(element, amount)
    said: dict[tuple[Decimal, str], Decimal] = defaultdict(Decimal)
    for summary in body.iterfind("DatiBeniServizi/DatiRiepilogo"):
        key = _number(summary, "AliquotaIVA"), _text(summary, "Natura")
        said[key] += _number(summary, "ImponibileImporto") - _number(summary, "Arrotondamento")
    if len({rate for rate, _ in asked}) > len(body.findall("DatiBeniServizi/DatiRiepilogo")):
        yield Refusal("00419", "fewer summaries than rates")
    if {rate for rate, _ in asked} != {rate for rate, _ in said}:
        yield Refusal("00443", "rates of lines and summaries")
    if {nature for _, nature in asked} != {nature for _, nature in said}:
        yield Refusal("00444", "Natura of lines and summaries")
    for key, amount in said.items():
        if abs(asked[key] - amount) >= 1:
            yield Refusal("00422", f"{key}: {asked[key]}, not {amount}")


def _general(body: etree._Element, received: date) -> Iterator[Refusal]:
    general = body.find("DatiGenerali/DatiGeneraliDocumento")
    issued, kind = _text(general, "Data"), _text(general, "TipoDocumento")
    if not re.search("[0-9]", _text(general, "Numero")):
        yield Refusal("00425", _text(general, "Numero"))
    if issued > received.isoformat():
        yield Refusal("00403", issued)
    for discount in () if general is None else general.iterfind("ScontoMaggiorazione"):
        if discount.find("Importo") is None and discount.find("Percentuale") is None:
            yield Refusal("00437", "discount of the document")
    for earlier in body.iterfind("DatiGenerali/DatiFattureCollegate"):
        if kind == "TD04" and _text(earlier, "Data") > issued:
            yield Refusal("00418", f"{issued}, before {_text(earlier, 'Data')}")
    rates = [_number(line, "AliquotaIVA") for line in body.iterfind("DatiBeniServizi/DettaglioLinee")]
    if kind == "TD21" and not all(rates):
        yield Refusal("00474", "a line without VAT")


def _between(header: etree._Element, body: etree._Element) -> Iterator[Refusal]:
    """Which parties a type of document may have."""
    kind = _text(body, "DatiGenerali/DatiGeneraliDocumento/TipoDocumento")
    parties = [
        (_text(header, f"{party}/DatiAnagrafici/IdFiscaleIVA/IdPaese"),
         _text(header, f"{party}/DatiAnagrafici/IdFiscaleIVA/IdCodice"))
        for party in ("CedentePrestatore", "CessionarioCommittente")
    ]  # fmt: skip
    seller, buyer = parties
    if kind in _NOT_TO_ONESELF and seller == buyer:
        yield Refusal("00471", kind)
    if kind in {"TD21", "TD27"} and seller != buyer:
        yield Refusal("00472", kind)
    if kind in {"TD17", "TD18", "TD19", "TD28"} and seller[0] == "IT":
        yield Refusal("00473", kind)
    if kind in _NEEDS_BUYERS_VAT_NUMBER and not buyer[1]:
        yield Refusal("00475", kind)
