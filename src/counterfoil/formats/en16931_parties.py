"""BG-4, BG-7 and BG-13: seller, buyer and place of delivery of a document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from counterfoil.domain import countries
from counterfoil.domain import electronic_addresses as addresses
from counterfoil.domain.einvoice import Contact, Identifier, Party, PostalAddress
from counterfoil.formats import parties
from counterfoil.formats.parts import Document
from counterfoil.formats.wording import Wording
from counterfoil.formats.xml_tree import clean

# ISO 6523: SIREN and SIRET.
_SIREN = "0002"
_SIRET = "0009"


def seller(document: Document, words: Wording, *, is_outside_vat: bool) -> Party:
    """BG-4. is_outside_vat: category O, which forbids BT-31 (BR-O-02); the number then stands in BT-33 alone."""
    organization = document["organization"]
    country = _text(organization, "legal_country").upper()
    vat_number = addresses.vat_number(_text(organization, "vat_number"), country)
    tax_number = _text(organization, "tax_number")
    registration = _registration(organization, country)
    shown_vat_number = "" if is_outside_vat else vat_number
    identifiers: tuple[Identifier, ...] = ()
    if registration is None and not shown_vat_number and (tax_number or vat_number):
        # BR-CO-26 asks for one of BT-29, BT-30 and BT-31; a freelancer may have no more than a tax number.
        identifiers = (Identifier(tax_number or vat_number),)
    elif country == "FR" and (siret := addresses.siret_of(_text(organization, "legal_number"))):
        identifiers = (Identifier(siret, _SIRET),)
    if not (tax_number or vat_number):
        # BR-E-02 wants a number of the tax office also of those who have no VAT number, such as under franchise.
        tax_number = registration.value if registration else ""
    return Party(
        name=_text(organization, "legal_name"),
        address=_seller_address(organization, country),
        identifiers=identifiers,
        legal_registration=registration,
        vat_number=shown_vat_number,
        tax_number=tax_number,
        legal_information=_legal_information(document, words),
        electronic_address=addresses.of_seller(organization, _text(document, "contact_email")),
        contact=_seller_contact(document),
    )


def _registration(organization: Mapping[str, Any], country: str) -> Identifier | None:
    """BT-30: a SIREN with its scheme, an HRB or another number without."""
    legal_number = _text(organization, "legal_number")
    if country == "FR" and (siren := addresses.siren_of(legal_number, _text(organization, "vat_number"))):
        return Identifier(siren, _SIREN)
    number = legal_number or _text(organization, "commercial_register_number")
    if not number and country == "ES":
        number = _text(organization, "tax_number")
    return Identifier(number) if number else None


def _seller_address(organization: Mapping[str, Any], country: str) -> PostalAddress:
    return PostalAddress(
        line_1=_text(organization, "address_line_1"),
        line_2=_text(organization, "address_line_2"),
        city=_text(organization, "address_city"),
        post_code=_text(organization, "address_zipcode"),
        subdivision=_text(organization, "address_province"),
        country=_text(organization, "address_country").upper() or country,
    )


def _legal_information(document: Document, words: Wording) -> str:
    """BT-33: what stands at the foot of each page, but for the name."""
    name = _text(document["organization"], "legal_name")
    return " · ".join(part for part in parties.legal_footer(document, words) if part != name)


def _seller_contact(document: Document) -> Contact:
    """BG-6, with defaults: XRechnung asks for all three parts (BR-DE-5 to BR-DE-7)."""
    organization = document["organization"]
    names = ("contact_name", "company_leadership", "legal_name")
    return Contact(
        name=next((name for name in (_text(organization, key) for key in names) if name), ""),
        telephone=_text(organization, "phone"),
        email=_text(document, "contact_email") or _text(organization, "email"),
    )


# BR-FR-12 wants BT-49 of every buyer, also of a private person who has none. The top-level domain is reserved for names
# that can never be reached (RFC 2606), so that nobody takes this for an address.
NO_ADDRESS: Final = Identifier("sans-adresse@client.invalid", addresses.EMAIL)


def buyer(document: Document, *, is_outside_vat: bool) -> Party:
    """BG-7. is_outside_vat: category O, which forbids BT-48; the number then is BT-47 where nothing else is."""
    client = document["client"]
    country = addresses.country_of(client)
    vat_number = addresses.vat_number(_text(client, "vat_number"), country)
    number = _text(client, "tax_identification_number")
    is_person = client.get("type") == "individual"
    registration = None if is_person else _buyer_registration(number, vat_number, country)
    if is_outside_vat and vat_number and registration is None:
        registration = Identifier(vat_number)
    address = addresses.of_buyer(client)
    identifiers = _buyer_identifiers(client, number, address, country)
    if _text(document["organization"], "legal_country").upper() == "FR":
        address = address or NO_ADDRESS
        # BR-FR-CO-10: in France each has a scheme.
        identifiers = tuple(each for each in identifiers if each.scheme)
    return Party(
        name=parties.client_name(client),
        address=_billing_address(client, country),
        identifiers=identifiers,
        legal_registration=registration,
        vat_number="" if is_outside_vat else vat_number,
        electronic_address=address,
        contact=_buyer_contact(client),
    )


def _buyer_registration(number: str, vat_number: str, country: str) -> Identifier | None:
    if country == "FR" and (siren := addresses.siren_of(number, vat_number)):
        return Identifier(siren, _SIREN)
    return Identifier(number) if number and addresses.compact(number) != vat_number else None


def _buyer_identifiers(
    client: Mapping[str, Any], number: str, address: Identifier | None, country: str
) -> tuple[Identifier, ...]:
    """BT-46, of which there is one at most: a SIRET, a person's number, or a recipient code that is no address."""
    if country == "FR" and (siret := addresses.siret_of(number)):
        return (Identifier(siret, _SIRET),)
    if client.get("type") == "individual" and number:
        return (Identifier(number),)
    recipient_code = _text(client, "recipient_code")
    if recipient_code and (address is None or address.value != recipient_code):
        return (Identifier(recipient_code),)
    return ()


def _buyer_contact(client: Mapping[str, Any]) -> Contact | None:
    """BG-9: a company's person, and where it is written to."""
    person = f"{_text(client, 'first_name')} {_text(client, 'last_name')}".strip() if _text(client, "name") else ""
    email = _text(client, "email")
    return Contact(name=person, email=email) if person or email else None


def _billing_address(client: Mapping[str, Any], country: str) -> PostalAddress:
    """The billing address when it is filled, else the client's own: the billing one wins."""
    billing = client.get("billing_address") or {}
    source = billing if any(billing.values()) else {**client, "street_address": client.get("address")}
    return _postal_address(source, country)


def _postal_address(source: Mapping[str, Any], country: str) -> PostalAddress:
    return PostalAddress(
        line_1=_text(source, "street_address"),
        city=_text(source, "city"),
        post_code=_text(source, "zip_code"),
        subdivision=_text(source, "province_code").upper(),
        country=countries.written(_text(source, "country_code").upper() or country),
    )


def delivery(document: Document, *, is_needed: bool, is_whole: bool) -> PostalAddress | None:
    """BG-15: where it was delivered, when that is another place than the buyer's.

    is_needed: an intra-EU supply, which must say where it went (BR-IC-12). is_whole: with city and post code, or not
    at all (BR-DE-10, BR-DE-11).
    """
    client = document["client"]
    country = addresses.country_of(client)
    billing = _billing_address(client, country)
    elsewhere = client.get("delivery_address") or {}
    place = _postal_address(elsewhere, country) if any(elsewhere.values()) else billing
    if is_whole and not (place.city and place.post_code):
        place = billing
    return place if is_needed or place != billing else None


def _text(source: Mapping[str, Any], key: str) -> str:
    return clean(str(source.get(key) or "")).strip()
