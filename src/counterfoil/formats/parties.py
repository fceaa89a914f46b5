"""The printed blocks of seller and buyer, and the seller's legal line at the foot of each page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from counterfoil.formats.page import PartyView
from counterfoil.formats.wording import Wording

# A legal line that grew without bound would push the text off the page; the API's own limits are below this.
_FOOTER_LENGTH = 300

_TAX_NUMBER_NAMES = {"DE": "Steuernummer", "IT": "Codice fiscale", "ES": "NIF"}


def seller(document: Mapping[str, object], words: Wording, heading: str) -> PartyView:
    """The seller's block: name, address, how to reach it and its VAT number."""
    organization = _mapping(document.get("organization"))
    country = _text(organization, "address_country") or _text(organization, "legal_country")
    lines = [
        _text(organization, "address_line_1"),
        _text(organization, "address_line_2"),
        _town(organization, "address_zipcode", "address_city", "address_province"),
        words.country(country) if country and country != _buyer_country(document) else "",
        words.labelled(words.labels.vat_number, _text(organization, "vat_number")),
        _text(document, "contact_email") or _text(organization, "email"),
        _text(organization, "phone"),
    ]
    return PartyView(heading, _text(organization, "legal_name"), _filled(lines))


def buyer(document: Mapping[str, object], words: Wording, heading: str) -> PartyView:
    """The buyer's block: name, billing address and the numbers it is registered under."""
    client = _mapping(document.get("client"))
    country = _buyer_country(document)
    lines = [*_address(_billing_address(client), words, _seller_country(document))]
    vat_number = _text(client, "vat_number")
    tax_number = _text(client, "tax_identification_number")
    lines.append(words.labelled(words.labels.vat_number, vat_number))
    if tax_number and tax_number.replace(" ", "") != vat_number.replace(" ", ""):
        lines.append(words.labelled(_tax_number_label(country, tax_number, words), tax_number))
    lines.append(words.labelled(words.labels.recipient_code, _text(client, "recipient_code")))
    lines.append(_text(client, "email"))
    return PartyView(heading, client_name(client), _filled(lines))


def delivery(document: Mapping[str, object], words: Wording) -> PartyView | None:
    """Where goods were delivered, when that is another address than the billing one."""
    client = _mapping(document.get("client"))
    address = _mapping(client.get("delivery_address"))
    lines = _filled([*_address(address, words, _seller_country(document))])
    if not lines or lines == _filled([*_address(_billing_address(client), words, _seller_country(document))]):
        return None
    return PartyView(words.labels.delivery, client_name(client), lines)


def client_name(client: Mapping[str, object]) -> str:
    """What a document calls the client: the company's name, or first and last name."""
    return _text(client, "name") or f"{_text(client, 'first_name')} {_text(client, 'last_name')}".strip()


def legal_footer(document: Mapping[str, object], words: Wording) -> tuple[str, ...]:
    """The seller's legal particulars for the foot of each page, one string each; those not known are left out."""
    organization = _mapping(document.get("organization"))
    labels = words.labels
    register = [_text(organization, "district_court"), _text(organization, "commercial_register_number")]
    parts = [
        _text(organization, "legal_name"),
        _legal_form(organization, words),
        words.labelled(*_company_number(organization, words)),
        words.labelled(labels.register, ", ".join(_filled(register))),
        words.labelled(labels.vat_number, _text(organization, "vat_number")),
        words.labelled(*_own_tax_number(organization, words)),
        words.labelled(labels.leadership, _text(organization, "company_leadership")),
    ]
    return tuple(_clipped(part) for part in _filled(parts))


def _legal_form(organization: Mapping[str, object], words: Wording) -> str:
    form = _text(organization, "legal_form")
    capital = organization.get("legal_capital_share")
    if not isinstance(capital, Mapping) or not capital.get("value"):
        return form
    amount = words.money(capital)
    if words.language == "fr" and form:
        return f"{form} au capital de {amount}"  # the wording of art. R123-238 of the Code de commerce
    return ", ".join(_filled([form, words.labelled(words.labels.capital, amount)]))


def _company_number(organization: Mapping[str, object], words: Wording) -> tuple[str, str]:
    """Label and value of the seller's company number; no value where it would only repeat another one."""
    number = _text(organization, "legal_number")
    country = _text(organization, "legal_country").upper()
    bare = number.replace(" ", "")
    shown_anyway = {
        _text(organization, "tax_number").replace(" ", ""),
        _text(organization, "commercial_register_number").replace(" ", ""),
        re.sub("^[A-Z]{2}", "", _text(organization, "vat_number").replace(" ", "")) if country != "FR" else "",
    }
    if country == "FR":
        return _tax_number_label("FR", number, words), number
    return words.labels.company_number, "" if bare in shown_anyway else number


def _own_tax_number(organization: Mapping[str, object], words: Wording) -> tuple[str, str]:
    number = _text(organization, "tax_number")
    label = _TAX_NUMBER_NAMES.get(_text(organization, "legal_country").upper(), words.labels.tax_number)
    return label, number


def _tax_number_label(country: str, number: str, words: Wording) -> str:
    if country.upper() == "FR":
        return "SIRET" if len(number.replace(" ", "")) == 14 else "SIREN"
    return _TAX_NUMBER_NAMES.get(country.upper(), words.labels.company_number)


def _billing_address(client: Mapping[str, object]) -> Mapping[str, object]:
    """The billing address when it is filled, else the client's own: the billing one wins."""
    billing = _mapping(client.get("billing_address"))
    if any(billing.values()):
        return billing
    return {**client, "street_address": client.get("address")}


def _address(address: Mapping[str, object], words: Wording, home: str) -> Iterator[str]:
    """An address line by line; the country only when it is not the other party's, as posts ask."""
    country = _text(address, "country_code").upper()
    yield _text(address, "street_address")
    yield _town(address, "zip_code", "city", "province_code")
    yield words.country(country) if country and country != home else ""


def _town(address: Mapping[str, object], zip_key: str, city_key: str, province_key: str) -> str:
    province = _text(address, province_key)
    parts = [_text(address, zip_key), _text(address, city_key), f"({province})" if province else ""]
    return " ".join(_filled(parts))


def _seller_country(document: Mapping[str, object]) -> str:
    organization = _mapping(document.get("organization"))
    return (_text(organization, "address_country") or _text(organization, "legal_country")).upper()


def _buyer_country(document: Mapping[str, object]) -> str:
    return _text(_billing_address(_mapping(document.get("client"))), "country_code").upper()


def _clipped(text: str) -> str:
    return text if len(text) <= _FOOTER_LENGTH else text[: _FOOTER_LENGTH - 1] + "…"


def _filled(lines: list[str]) -> tuple[str, ...]:
    return tuple(line for line in lines if line)


def _text(source: Mapping[str, object], key: str) -> str:
    value = source.get(key)
    return value.strip() if isinstance(value, str) else ""


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
