"""Numbers of parties: what passes, what is refused, and how the refusal helps to mend it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest

from counterfoil.domain import party
from counterfoil.errors import Invalid

Check = Callable[[str, str], str]


def refusal(call: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(Invalid) as refused:
        call()
    (fault,) = refused.value.faults
    assert fault.field
    assert fault.fix
    return fault.code, f"{fault.message} {fault.fix}"


def test_an_iban_is_compacted_and_its_bank_is_known() -> None:
    assert party.check_iban(" fr76 3000 6000 0112 3456 7890 189") == party.Iban(
        "FR7630006000011234567890189", "AGRIFRPPXXX"
    )


def test_an_iban_of_a_bank_without_known_bic_passes() -> None:
    assert party.check_iban("BE68539007547034").bic == ""


@pytest.mark.parametrize("text", ["", "  ", " - "])
def test_an_empty_iban(text: str) -> None:
    code, said = refusal(lambda: party.check_iban(text))
    assert code == "invalid_iban"
    assert said.startswith("IBAN is empty")


def test_wrong_check_digits_of_an_iban_are_told() -> None:
    code, said = refusal(lambda: party.check_iban("DE88370400440532013000"))
    assert code == "invalid_iban"
    assert "DE89370400440532013000" in said


@pytest.mark.parametrize(
    "text", ["XX", "FR7630006000011234567890", "hello", "٣" * 22, "ABCDEFG1XXX", "ZZ68539007547034"]
)
def test_other_texts_are_no_ibans(text: str) -> None:
    code, said = refusal(lambda: party.check_iban(text))
    assert code == "invalid_iban"
    assert "is not an IBAN" in said


@pytest.mark.parametrize(
    ("country", "text", "compact"),
    [
        ("FR", "FR 40 303 265 045", "FR40303265045"),
        ("fr", "40303265045", "FR40303265045"),
        ("DE", "DE136695976", "DE136695976"),
        ("IT", "00743110157", "IT00743110157"),
        ("ES", "B58378431", "ESB58378431"),
        ("GR", "094259216", "EL094259216"),
        ("GR", "EL094259216", "EL094259216"),
        ("FR", "DE136695976", "DE136695976"),
        ("US", " 12-3456 ", "12-3456"),
    ],
)
def test_vat_numbers_pass_in_their_compact_form(country: str, text: str, compact: str) -> None:
    assert party.check_vat_number(country, text) == compact


@pytest.mark.parametrize(
    ("country", "text", "said"),
    [
        ("FR", "FR32123456789", "it would be FR11123456782"),
        ("FR", "FR41303265045", "it would be FR40303265045"),
        ("DE", "DE136695970", "it would be DE136695976"),
        ("ES", "B58378432", "it would be ESB58378431"),
        ("FR", "FR12345678", "its shape does not fit"),
        ("FR", "", "is empty"),
    ],
)
def test_a_made_up_vat_number_is_refused_with_one_that_would_pass(country: str, text: str, said: str) -> None:
    code, words = refusal(lambda: party.check_vat_number(country, text))
    assert code == "invalid_vat_number"
    assert said in words


@pytest.mark.parametrize(
    ("check", "country", "text", "compact"),
    [
        (party.check_legal_number, "FR", "732 829 320", "732829320"),
        (party.check_legal_number, "FR", "732 829 320 00074", "73282932000074"),
        (party.check_legal_number, "FR", "35600000049837", "35600000049837"),
        (party.check_legal_number, "DE", "HRB 12345 B", "HRB 12345 B"),
        (party.check_legal_number, "IT", "IT00743110157", "00743110157"),
        (party.check_legal_number, "IT", "RCCMNL83S18D969H", "RCCMNL83S18D969H"),
        (party.check_legal_number, "ES", "B-58378431", "B58378431"),
        (party.check_tax_number, "DE", "123/123/1234", "123/123/1234"),
        (party.check_tax_number, "ES", "54362315-K", "54362315K"),
        (party.check_tax_number, "FR", "whatever they say", "whatever they say"),
    ],
)
def test_register_and_tax_numbers_pass(check: Check, country: str, text: str, compact: str) -> None:
    assert check(country, text) == compact


@pytest.mark.parametrize(
    ("check", "country", "text", "said"),
    [
        (party.check_legal_number, "FR", "123456789", "it would be 123456782"),
        (party.check_legal_number, "FR", "73282932000075", "it would be 73282932000074"),
        (party.check_legal_number, "FR", "1234", "a SIREN (9 digits) or a SIRET"),
        (party.check_legal_number, "IT", "RCCMNL83S18D969A", "it would be RCCMNL83S18D969H"),
        (party.check_legal_number, "FR", " ", "is empty"),
        (party.check_tax_number, "DE", "123/123/123A", "is not a valid Steuernummer"),
        (party.check_tax_number, "DE", "12", "10 to 13 digits"),
        (party.check_tax_number, "ES", "54362315A", "it would be 54362315K"),
    ],
)
def test_wrong_register_and_tax_numbers_are_refused(check: Check, country: str, text: str, said: str) -> None:
    code, words = refusal(lambda: check(country, text))
    assert code == f"invalid_{check.__name__.removeprefix('check_')}"
    assert said in words


def test_a_clients_unlikely_numbers_are_warnings_that_name_the_call() -> None:
    client = {
        "id": "c-1",
        "type": "company",
        "country_code": "fr",
        "vat_number": "FR32123456789",
        "tax_identification_number": "123456789",
    }
    warnings = party.warnings_for_client(client)
    assert [(warning.code, warning.field) for warning in warnings] == [
        ("unlikely_client_vat_number", "client/vat_number"),
        ("unlikely_client_tax_identification_number", "client/tax_identification_number"),
    ]
    assert all("PATCH /v2/clients/c-1" in str(warning.fix) for warning in warnings)


@pytest.mark.parametrize(
    "client",
    [
        {"type": "company", "country_code": "FR", "vat_number": "FR40303265045"},
        {"type": "company", "country_code": "DE", "tax_identification_number": "123/123/1234"},
        {"type": "individual", "country_code": "FR", "tax_identification_number": "1234567890123"},
        {"type": "company", "country_code": "US", "vat_number": "EIN 12", "tax_identification_number": "x"},
        {},
    ],
)
def test_likely_numbers_and_a_private_persons_give_no_warning(client: dict[str, object]) -> None:
    assert party.warnings_for_client(client) == []


def test_the_registries_are_read_only_when_a_number_is_checked() -> None:
    code = (
        "import sys, counterfoil.domain.party, counterfoil.domain.rules; "
        "print([m for m in sys.modules if m in ('schwifty', 'stdnum')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
