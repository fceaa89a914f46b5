from __future__ import annotations

from typing import Any

import pytest

from counterfoil.domain.einvoice import Identifier
from counterfoil.domain.electronic_addresses import EAS_CODES, of_buyer, of_seller, siren_of, vat_number


def buyer(country: str, **more: Any) -> Identifier | None:
    return of_buyer({"type": "company", "country_code": country} | more)


@pytest.mark.parametrize(
    ("country", "known", "expected"),
    [
        ("FR", {"tax_identification_number": "303 265 045", "email": "x@y.example"}, ("303265045", "0225")),
        ("FR", {"tax_identification_number": "30326504500012"}, ("303265045", "0225")),
        ("FR", {"vat_number": "FR 40 303265045"}, ("303265045", "0225")),
        ("FR", {"email": "x@y.example", "type": "individual"}, ("x@y.example", "EM")),
        ("DE", {"email": "x@y.example", "vat_number": "DE811569869"}, ("x@y.example", "EM")),
        ("DE", {"vat_number": "811569869"}, ("DE811569869", "9930")),
        ("IT", {"recipient_code": "krrh6b9", "vat_number": "IT00743110157"}, ("KRRH6B9", "0205")),
        ("IT", {"recipient_code": "0000000", "vat_number": "IT00743110157"}, ("IT00743110157", "0211")),
        ("IT", {"tax_identification_number": "BNCGLI80A41F205B"}, ("BNCGLI80A41F205B", "0210")),
        ("ES", {"vat_number": "A58818501", "email": "x@y.example"}, ("ESA58818501", "9920")),
        ("GR", {"vat_number": "094259216"}, ("EL094259216", "9933")),
        ("US", {"vat_number": "12-3456789"}, None),
        # what a person gave comes first, with a scheme or with one that can be told
        ("FR", {"e_invoicing_address": "0088:4012345000009"}, ("4012345000009", "0088")),
        ("FR", {"e_invoicing_address": "303265045_COMPTA"}, ("303265045_COMPTA", "0225")),
        ("DE", {"e_invoicing_address": "04011000-1234512345-06"}, ("04011000-1234512345-06", "0204")),
        ("DE", {"e_invoicing_address": "xyz", "e_invoicing_address_scheme": "9930"}, ("xyz", "9930")),
        ("IT", {"e_invoicing_address": "KRRH6B9"}, ("KRRH6B9", "0205")),
        ("NL", {"e_invoicing_address": "4012345000009"}, ("4012345000009", "0088")),
        ("NL", {"e_invoicing_address": "NL004495445B01"}, ("NL004495445B01", "9944")),
        # nothing that a network would take: what is known otherwise stands in for it
        ("DE", {"e_invoicing_address": "Zimmer 4", "email": "x@y.example"}, ("x@y.example", "EM")),
        ("DE", {"e_invoicing_address": "x", "e_invoicing_address_scheme": "1234"}, None),
    ],
)
def test_where_a_buyers_invoices_go(country: str, known: dict[str, Any], expected: tuple[str, str] | None) -> None:
    found = buyer(country, **known)

    assert found == (Identifier(*expected) if expected else None)
    assert found is None or found.scheme in EAS_CODES


def test_where_a_sellers_invoices_come_from() -> None:
    french = {"legal_country": "FR", "legal_number": "55210055400013", "email": "x@y.example"}

    assert of_seller(french) == Identifier("552100554", "0225")
    assert of_seller(french | {"electronic_address": "552100554_1"}) == Identifier("552100554_1", "0225")
    assert of_seller({"legal_country": "DE"}, "x@y.example") == Identifier("x@y.example", "EM")
    assert of_seller({"legal_country": "ES", "vat_number": "12345678Z"}) == Identifier("ES12345678Z", "9920")
    assert of_seller({"legal_country": "DE"}) is None


def test_a_vat_number_has_its_countrys_prefix() -> None:
    assert vat_number("FR 40 303 265 045", "FR") == "FR40303265045"
    assert vat_number("XX303265045", "FR") == "FRXX303265045"
    assert vat_number("094259216", "GR") == "EL094259216"
    assert vat_number("810000000", "XK") == vat_number("XK810000000", "XK") == "1A810000000"
    assert vat_number("DE811569869", "FR") == "DE811569869"
    assert vat_number("CHE-116.281.710 MWST", "CH") == "CHE116281710MWST"
    assert vat_number("", "FR") == ""


def test_a_siren_is_found_in_other_numbers() -> None:
    assert siren_of("552 100 554") == siren_of("552 100 554 00013") == siren_of("", "FR43552100554") == "552100554"
    assert siren_of("W123456789") == siren_of("", "DE811569869") == ""
