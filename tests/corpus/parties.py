"""Who sells and who buys in the corpus. All numbers have right check digits; nobody in it is meant."""

from __future__ import annotations

from typing import Any, Final

from counterfoil.domain.client import Client
from counterfoil.domain.document import client_snapshot
from counterfoil.domain.organization import BankAccount, OrganizationProfile

Fields = dict[str, Any]
_MOMENT: Final = "2026-10-01T08:00:00.000Z"
_ACCOUNTS: Final = {
    "FR": ("FR7630006000011234567890189", "AGRIFRPPXXX"),
    "DE": ("DE89370400440532013000", "COBADEFFXXX"),
    "IT": ("IT60X0542811101000000123456", "BLOPIT22XXX"),
    "ES": ("ES9121000418450200051332", "CAIXESBBXXX"),
}

_FRENCH: Final[Fields] = {
    "legal_country": "FR", "address_line_1": "12 rue des Lilas", "address_line_2": "Bâtiment C",
    "address_zipcode": "69003", "address_city": "Lyon", "email": "factures@atelier.example",
    "phone": "+33 4 72 00 00 00", "locale": "fr",
}  # fmt: skip
_GERMAN: Final[Fields] = {
    "legal_country": "DE", "address_line_1": "Lindenweg 3", "address_zipcode": "20095", "address_city": "Hamburg",
    "email": "rechnung@werkstatt.example", "phone": "+49 40 123456", "contact_name": "Jürgen Groß", "locale": "de",
}  # fmt: skip
_ITALIAN: Final[Fields] = {
    "legal_country": "IT", "address_line_1": "Via Roma 9", "address_zipcode": "20121", "address_city": "Milano",
    "address_province": "MI", "email": "fatture@bottega.example", "phone": "+39 02 123456", "locale": "it",
    "einvoicing_enabled": True,
}  # fmt: skip
_SPANISH: Final[Fields] = {
    "legal_country": "ES", "address_line_1": "Calle Mayor 5, 2º B", "address_zipcode": "28013",
    "address_city": "Madrid", "email": "facturas@taller.example", "phone": "+34 910 000 000", "locale": "es",
}  # fmt: skip

SELLERS: Final[dict[str, Fields]] = {
    "fr_company": _FRENCH
    | {
        "legal_name": "Atelier Lumière & Fils", "legal_number": "732829320", "vat_number": "FR44732829320",
        "legal_form": "SARL", "legal_capital_share": {"value": "10000.00", "currency": "EUR"},
        "commercial_register_number": "RCS Lyon 732 829 320", "transaction_type": "goods_and_services",
        "vat_payment_condition": "on_receipts", "company_leadership": "Camille Rousseau",
    },
    # Nothing but what the law asks for: the three French notes fall back.
    "fr_bare": _FRENCH
    | {
        "legal_name": "Lumière", "legal_number": "73282932000074", "vat_number": "FR44732829320",
        "transaction_type": "goods",
    },
    "fr_franchise": _FRENCH | {
        "legal_name": "Zoé Petit", "legal_number": "404833048", "vat_regime": "franchise", "is_freelancer": True,
        "transaction_type": "services",
    },
    "de_company": _GERMAN
    | {
        "legal_name": "Werkstatt Grün GmbH", "legal_number": "HRB 4711", "vat_number": "DE136695976",
        "tax_number": "181/815/08155", "company_leadership": "Jürgen Groß", "district_court": "Amtsgericht Hamburg",
        "commercial_register_number": "HRB 4711",
    },
    "de_small": _GERMAN
    | {"legal_name": "Anna Weiß", "tax_number": "181/815/08155", "vat_regime": "kleinunternehmer"},
    "it_company": _ITALIAN
    | {
        "legal_name": "Bottega Chiara S.r.l.", "legal_number": "00743110157", "vat_number": "IT00743110157",
        "tax_number": "00743110157",
    },
    "it_professional": _ITALIAN
    | {
        "legal_name": "Studio Bruni", "vat_number": "IT07643520567", "tax_number": "RSSMRA80A01H501U",
        "is_professional": True,
    },
    "it_forfettario": _ITALIAN
    | {
        "legal_name": "Mario Rossi", "vat_number": "IT07643520567", "tax_number": "RSSMRA80A01H501U",
        "vat_regime": "forfettario", "is_professional": True,
    },
    "es_company": _SPANISH
    | {
        "legal_name": "Taller Sol S.L.", "legal_number": "B58378431", "vat_number": "ESB58378431",
        "tax_number": "B58378431",
    },
    "es_freelancer": _SPANISH
    | {"legal_name": "Ana Sol Núñez", "tax_number": "12345678Z", "is_freelancer": True},
}  # fmt: skip


def _place(street: str, zip_code: str, city: str, country: str, province: str = "") -> Fields:
    return {
        "street_address": street, "zip_code": zip_code, "city": city, "country_code": country,
        "province_code": province or None,
    }  # fmt: skip


_PLACES: Final = {
    "FR": _place("4 place du Marché", "44000", "Nantes", "FR"),
    "DE": _place("Hauptstraße 8", "50667", "Köln", "DE"),
    "IT": _place("Corso Italia 2", "10121", "Torino", "IT", "TO"),
    "ES": _place("Avenida del Puerto 1", "46021", "Valencia", "ES"),
    "AT": _place("Ringstraße 1", "1010", "Wien", "AT"),
    "BE": _place("Rue Neuve 7", "1000", "Bruxelles", "BE"),
    "CH": _place("Bahnhofstrasse 10", "8001", "Zürich", "CH"),
    "SM": _place("Via Giacomini 1", "47890", "San Marino", "SM"),
    "US": _place("1 Main Street", "94105", "San Francisco", "US"),
}


def _company(country: str, name: str, **more: Any) -> Fields:
    return {"kind": "company", "name": name, "billing_address": _PLACES[country], "locale": country.lower()} | more


def _person(country: str, first_name: str, last_name: str, **more: Any) -> Fields:
    return {
        "kind": "individual", "first_name": first_name, "last_name": last_name, "billing_address": _PLACES[country],
        "locale": country.lower(),
    } | more  # fmt: skip


BUYERS: Final[dict[str, Fields]] = {
    "fr_company": _company(
        "FR", "Éditions du Vieux-Port «SAS»", vat_number="FR96552100554", tax_identification_number="552100554",
        email="compta@editions.example",
    ),
    "fr_person": _person("FR", "Zoë", "D’Été", email="zoe@ete.example"),
    "fr_offline": _person("FR", "Jean-François", "Noël"),
    "de_company": _company(
        "DE", "Müller & Söhne <KG>", vat_number="DE129273398", tax_identification_number="HRB 99",
        email="einkauf@mueller.example",
    ),
    "de_person": _person("DE", "Jörg", "Weiß"),
    "de_authority": _company(
        "DE", "Bundesamt für Papier", buyer_reference="04011000-1234512345-35", email="poststelle@amt.example",
    ),
    "de_asks_ubl": _company(
        "DE", "Stadtwerke Köln", vat_number="DE811569869", buyer_reference="991-33333TEST-33",
        e_invoicing_format="xrechnung_ubl", email="rechnung@stadtwerke.example",
    ),
    "it_company": _company(
        "IT", "Officine Però S.p.A.", vat_number="IT12345670785", tax_identification_number="12345670785",
        recipient_code="ABC1234",
    ),
    "it_person": _person("IT", "Nicolò", "D'Agostino", tax_identification_number="RSSMRA80A01H501U"),
    "es_company": _company(
        "ES", "Compañía Ñandú S.A.", vat_number="ESA28015865", tax_identification_number="A28015865",
        email="pagos@nandu.example",
    ),
    "es_person": _person("ES", "José", "Núñez"),
    "at_company": _company("AT", "Wiener Handel GmbH", vat_number="ATU13585627", locale="de", email="a@wien.example"),
    "be_company": _company("BE", "Bureau Bruxelles SA", vat_number="BE0428759497", locale="fr", email="a@be.example"),
    "ch_company": _company("CH", "Zürcher Waren AG", locale="de", email="a@ch.example"),
    "sm_company": _company(
        "SM", "Titano Srl", vat_number="SM03473", locale="it", recipient_code="2R4GTO8", email="a@titano.example"
    ),
    "us_company": _company("US", "Example Inc.", locale="en", email="ap@us.example"),
}  # fmt: skip


def profile_of(seller: str) -> OrganizationProfile:
    """The seller of this name."""
    return OrganizationProfile.model_validate(SELLERS[seller])


def account_of(country: str) -> BankAccount:
    """The seller's account."""
    iban, bic = _ACCOUNTS[country]
    identity = f"00000000-0000-7000-8000-0000000000{country.encode().hex()[:2]}"
    return BankAccount(
        id=identity, organization_id=identity, slug="main", name="Main", iban=iban, bic=bic, updated_at=_MOMENT
    )


def buyer_of(name: str, **more: Any) -> dict[str, object]:
    """The buyer of this name as a document keeps it; `more` changes fields."""
    return buyer_from(BUYERS[name] | more)


def buyer_from(fields: Fields) -> dict[str, object]:
    """A buyer as a document keeps it, from what is sent to the API."""
    place = fields["billing_address"]
    roots = {
        "address": place.get("street_address") or "", "city": place.get("city") or "",
        "zip_code": place.get("zip_code") or "", "province_code": place.get("province_code") or "",
        "country_code": place.get("country_code") or "",
    }  # fmt: skip
    client = Client.model_validate(
        fields | roots
        | {"id": "00000000-0000-7000-8000-00000000b0b0", "type": fields["kind"], "currency": "EUR",
           "created_at": _MOMENT, "updated_at": _MOMENT}
    )  # fmt: skip
    return client_snapshot(client.model_dump(mode="json", exclude_none=True))
