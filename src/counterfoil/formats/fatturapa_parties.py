"""FatturaPA's header (block 1): where the file goes, who sells and who buys."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple

from counterfoil.domain.vat import EU_COUNTRIES
from counterfoil.formats.fatturapa_xml import (
    NOTHING,
    Document,
    Element,
    add,
    add_some,
    amount,
    code,
    latin,
    number,
    text,
)

# CodiceDestinatario of a buyer abroad, and of one who told no code.
ABROAD: Final = "XXXXXXX"
NO_CODE: Final = "0000000"
# IdCodice of a buyer abroad who has no tax number: the field must be there, and SdI does not look into it.
NO_TAX_NUMBER: Final = "99999999999"

# Greece's VAT numbers begin with EL, its country code is GR; XI is Northern Ireland's, for goods.
_COUNTRY_OF_PREFIX: Final = {country: country for country in EU_COUNTRIES} | {"EL": "GR", "XI": "XI"}
_FISCAL_CODE: Final = re.compile(
    r"[A-Z]{6}[0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{3}[A-Z]|[0-9]{11}"
)
_PERSON_CODE_LENGTH: Final = 16
_RECIPIENT: Final = re.compile(r"[A-Z0-9]{6,7}")
_MAIL: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+\.[A-Za-z0-9-]+")
# "MI-1234567", "REA MI 1234567": the chamber's province and the number in its index.
_REA: Final = re.compile(r"(?:REA\s*[:.]?\s*)?(?:n\.?\s*)?([A-Z]{2})\s*[-/ ]\s*([0-9]{1,9})", re.IGNORECASE)


class TaxId(NamedTuple):
    """IdPaese and IdCodice."""

    country: str
    number: str


class Seller(NamedTuple):
    """How the seller is identified. fiscal_code: "" where it is the VAT number."""

    vat: TaxId
    fiscal_code: str

    @property
    def sender(self) -> str:
        """IdTrasmittente: SdI knows who sends by the fiscal code."""
        return self.fiscal_code or self.vat.number


class Buyer(NamedTuple):
    """How the buyer is identified; either may be missing, and SdI refuses a file without both (00417)."""

    vat: TaxId | None
    fiscal_code: str

    @property
    def is_abroad(self) -> bool:
        return self.vat is not None and self.vat.country != "IT"


def seller_of(document: Document) -> Seller:
    """The seller's numbers. Without a VAT number, what else it has: SdI then says what it misses."""
    organization = document["organization"]
    own = [_compact(organization.get(name)) for name in ("tax_number", "legal_number")]
    codes = [_fiscal_code(each) for each in own]
    fiscal = next(filter(None, codes), "")
    vat = _tax_id(_compact(organization.get("vat_number")), "IT")
    if vat is None:
        vat = TaxId("IT", next((each for each in codes if each.isdigit()), fiscal or NOTHING))
    return Seller(vat, "" if fiscal == vat.number else fiscal)


def buyer_of(document: Document) -> Buyer:
    """The buyer's numbers. One abroad always has an IdFiscaleIVA: the country is what SdI looks at."""
    client = document["client"]
    country = address_of(client)["country_code"] or "IT"
    vat = _tax_id(_compact(client.get("vat_number")), country)
    own = _compact(client.get("tax_identification_number"))
    fiscal = _fiscal_code(own)
    if country == "IT" or (vat and vat.country == "IT"):
        return Buyer(vat, "" if vat and vat.number == fiscal else fiscal)
    if vat is None and len(fiscal) == _PERSON_CODE_LENGTH:
        return Buyer(None, fiscal)
    return Buyer(vat or TaxId(country, own[:28] or NO_TAX_NUMBER), "")


def recipient_of(document: Document) -> str:
    """CodiceDestinatario: the client's code (six characters: a public body), or what stands for none."""
    client, buyer = document["client"], buyer_of(document)
    for key in ("recipient_code", "e_invoicing_address"):
        given = text(client, key).upper()
        is_length_known = key == "recipient_code" or len(given) == len(NO_CODE)
        if _RECIPIENT.fullmatch(given) and is_length_known and given not in {ABROAD, NO_CODE}:
            return given
    return ABROAD if buyer.is_abroad else NO_CODE


def address_of(client: Mapping[str, Any]) -> dict[str, str]:
    """Street, postcode, city, province and country of the buyer: its billing address when filled, else its own."""
    billing = client.get("billing_address")
    source = billing if isinstance(billing, Mapping) and any(billing.values()) else client
    keys = ("zip_code", "city", "province_code")
    return {
        "street": text(source, "street_address") or text(source, "address"),
        **{key: text(source, key) for key in keys},
        "country_code": (text(source, "country_code") or text(client, "country_code")).upper(),
    }


def add_transmission(header: Element, document: Document, progressive: str) -> None:
    """Appends DatiTrasmissione. progressive: ProgressivoInvio."""
    block = add(header, "DatiTrasmissione")
    recipient = recipient_of(document)
    _add_tax_id(block, "IdTrasmittente", TaxId("IT", seller_of(document).sender))
    add(block, "ProgressivoInvio", progressive)
    add(block, "FormatoTrasmissione", transmission_format(document))
    add(block, "CodiceDestinatario", recipient)
    mailbox = text(document["client"], "e_invoicing_address")
    if recipient == NO_CODE and _MAIL.fullmatch(mailbox):
        add(block, "PECDestinatario", mailbox)


def transmission_format(document: Document) -> str:
    """FPA12 for a public body, whose recipient code has six characters; FPR12 for all others (SdI 00427)."""
    return "FPR12" if len(recipient_of(document)) == len(NO_CODE) else "FPA12"


def add_seller(header: Element, document: Document) -> None:
    """Appends CedentePrestatore."""
    organization, seller = document["organization"], seller_of(document)
    block = add(header, "CedentePrestatore")
    identity = add(block, "DatiAnagrafici")
    _add_tax_id(identity, "IdFiscaleIVA", seller.vat)
    add_some(identity, "CodiceFiscale", seller.fiscal_code)
    add(add(identity, "Anagrafica"), "Denominazione", latin(organization["legal_name"], 80) or NOTHING)
    add(identity, "RegimeFiscale", regime_of(document))
    country = (text(organization, "address_country") or text(organization, "legal_country") or "IT").upper()
    street = ", ".join(filter(None, (text(organization, name) for name in ("address_line_1", "address_line_2"))))
    _add_address(
        block, street, text(organization, "address_zipcode"), text(organization, "address_city"),
        text(organization, "address_province"), country,
    )  # fmt: skip
    _add_register(block, organization)
    _add_contacts(block, document)


def regime_of(document: Document) -> str:
    """RegimeFiscale: what the organization says, else what its other settings mean."""
    organization = document["organization"]
    if said := text(organization, "regime_fiscale"):
        return said
    if organization.get("vat_regime") == "forfettario":
        return "RF19"
    return "RF17" if organization.get("vat_payment_condition") == "on_receipts" else "RF01"


def is_on_receipts(document: Document) -> bool:
    """Whether VAT falls due when the buyer pays.

    DL 83/2012 art. 32-bis: only where the buyer is itself a business, never toward private persons.
    """
    is_said = str(document["organization"].get("vat_payment_condition") or "") == "on_receipts"
    return is_said and document["client"].get("type") != "individual"


def add_buyer(header: Element, document: Document) -> None:
    """Appends CessionarioCommittente."""
    client, buyer = document["client"], buyer_of(document)
    block = add(header, "CessionarioCommittente")
    identity = add(block, "DatiAnagrafici")
    if buyer.vat:
        _add_tax_id(identity, "IdFiscaleIVA", buyer.vat)
    add_some(identity, "CodiceFiscale", buyer.fiscal_code)
    _add_name(add(identity, "Anagrafica"), client)
    address = address_of(client)
    _add_address(
        block, address["street"], address["zip_code"], address["city"], address["province_code"],
        address["country_code"] or "IT",
    )  # fmt: skip


def _add_name(block: Element, client: Mapping[str, Any]) -> None:
    name, first, last = (latin(client.get(key), 80) for key in ("name", "first_name", "last_name"))
    if first and last and not name:
        add(block, "Nome", first[:60].strip())
        add(block, "Cognome", last[:60].strip())
    else:
        add(block, "Denominazione", name or first or last or NOTHING)


def _add_tax_id(block: Element, tag: str, tax_id: TaxId) -> None:
    identifier = add(block, tag)
    add(identifier, "IdPaese", tax_id.country)
    add(identifier, "IdCodice", tax_id.number)


def _add_address(block: Element, street: str, postcode: str, city: str, province: str, country: str) -> None:
    """Sede: abroad there are no Italian postcodes, and no provinces."""
    seat = add(block, "Sede")
    add(seat, "Indirizzo", latin(street, 60) or NOTHING)
    add(seat, "CAP", postcode if country == "IT" and re.fullmatch("[0-9]{5}", postcode, re.ASCII) else "00000")
    add(seat, "Comune", latin(city, 60) or NOTHING)
    if country == "IT" and re.fullmatch("[A-Z]{2}", province.upper(), re.ASCII):
        add(seat, "Provincia", province.upper())
    add(seat, "Nazione", country)


def _add_register(block: Element, organization: Mapping[str, Any]) -> None:
    """IscrizioneREA, for a seller whose register number is one (Codice civile art. 2250)."""
    found = _REA.fullmatch(text(organization, "commercial_register_number"))
    if not found:
        return
    register = add(block, "IscrizioneREA")
    add(register, "Ufficio", found[1].upper())
    add(register, "NumeroREA", found[2])
    capital = organization.get("legal_capital_share")
    if capital and capital.get("currency") == "EUR" and amount(capital) > 0:
        add(register, "CapitaleSociale", number(amount(capital).quantize(Decimal("0.01"))))
    # A company in liquidation would have to say so; nothing here knows of one.
    add(register, "StatoLiquidazione", "LN")


def _add_contacts(block: Element, document: Document) -> None:
    organization = document["organization"]
    telephone = re.sub(r"[^0-9]", "", text(organization, "phone").removeprefix("+39"))
    mailbox = text(document, "contact_email") or text(organization, "email")
    is_number, is_mailbox = 5 <= len(telephone) <= 12, bool(_MAIL.fullmatch(mailbox)) and len(mailbox) >= 7
    if is_number or is_mailbox:
        contacts = add(block, "Contatti")
        add_some(contacts, "Telefono", telephone if is_number else "")
        add_some(contacts, "Email", mailbox if is_mailbox else "")


def _compact(value: object) -> str:
    return re.sub(r"[^A-Z0-9]", "", code(value, 60).upper())


def _fiscal_code(compact: str) -> str:
    """A codice fiscale, or a company's eleven digits, with or without a prefix; "" for anything else."""
    return next((each for each in (compact, compact.removeprefix("IT")) if _FISCAL_CODE.fullmatch(each)), "")


def _tax_id(compact: str, country: str) -> TaxId | None:
    """A VAT number as FatturaPA writes it: the country of its prefix, else the party's, and the rest."""
    prefix, rest = compact[:2], compact[2:30]
    # Beyond the EU a number may begin with its country's letters without having a prefix, as Swiss ones do (CHE).
    if rest and (prefix in _COUNTRY_OF_PREFIX or (prefix == country and rest[0].isdigit())):
        return TaxId(_COUNTRY_OF_PREFIX.get(prefix, prefix), rest)
    return TaxId(country, compact[:28]) if compact else None
