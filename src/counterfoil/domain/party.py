"""Numbers that identify a party: IBAN, VAT number, register number, tax number.

An organization's own numbers are checked when they are entered. A client's are kept as given, since only the client
can mend them; what looks wrong there is a warning at finalize. Countries whose numbers we do not know pass.

The libraries are imported inside the functions: they read large registries, and most processes never check a number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from string import ascii_uppercase, digits
from types import MappingProxyType
from typing import Final

from counterfoil.domain.vat import EU_COUNTRIES
from counterfoil.errors import Fault, Invalid

# Greece's VAT numbers begin with EL (Directive 2006/112/EC art. 215).
_PREFIX: Final = MappingProxyType({country: "EL" if country == "GR" else country for country in EU_COUNTRIES})


@dataclass(frozen=True, slots=True)
class Iban:
    """An account number in its compact form, upper case; bic is "" where the bank's is not known."""

    iban: str
    bic: str


@dataclass(frozen=True, slots=True)
class _Kind:
    """A sort of number: the python-stdnum module that checks it, its lengths, and where its check digits stand."""

    module: str
    name: str
    shape: str
    lengths: tuple[int, ...]
    check: slice


_SIREN: Final = _Kind("stdnum.fr.siren", "SIREN", "9 digits", (9,), slice(8, 9))
_SIRET: Final = _Kind("stdnum.fr.siret", "SIRET", "14 digits, SIREN first", (14,), slice(13, 14))
_IVA: Final = _Kind("stdnum.it.iva", "partita IVA", "11 digits", (11,), slice(10, 11))
_CODICE: Final = _Kind(
    "stdnum.it.codicefiscale", "codice fiscale", "16 characters, or 11 digits for a company", (11, 16), slice(-1, None)
)
_NIF: Final = _Kind("stdnum.es.nif", "NIF", "9 characters, such as B58378431", (9,), slice(8, 9))
_STEUERNUMMER: Final = _Kind(
    "stdnum.de.stnr", "Steuernummer", "10 to 13 digits, as your tax office writes it", (10, 11, 13), slice(0, 0)
)

_LEGAL: Final[Mapping[str, tuple[_Kind, ...]]] = MappingProxyType(
    {"FR": (_SIREN, _SIRET), "IT": (_IVA, _CODICE), "ES": (_NIF,)}
)
_TAX: Final[Mapping[str, tuple[_Kind, ...]]] = MappingProxyType(
    {"DE": (_STEUERNUMMER,), "IT": (_IVA, _CODICE), "ES": (_NIF,)}
)


def check_iban(text: str) -> Iban:
    """The account number behind `text`, spaces allowed. Raises Invalid `invalid_iban`."""
    compact = re.sub(r"[\s\-]", "", text).upper()
    if not compact:
        raise Invalid("invalid_iban", "IBAN is empty", field="iban", fix="Send the IBAN of one of your accounts.")
    from schwifty import IBAN
    from schwifty.exceptions import InvalidChecksumDigits, SchwiftyException

    try:
        checked = IBAN(compact)
    except InvalidChecksumDigits:
        expected = _iban_check_digits(compact)
        raise Invalid(
            "invalid_iban",
            f"The check digits of the IBAN {compact} are wrong.",
            field="iban",
            fix=f"Look for a typing error; for this account they would be {expected}: "
            f"{compact[:2]}{expected}{compact[4:]}.",
        ) from None
    except SchwiftyException as error:
        raise Invalid(
            "invalid_iban",
            f"{compact[:40]} is not an IBAN: {str(error).removesuffix(compact).strip().lower()}.",
            field="iban",
            fix="Send an IBAN such as FR76 3000 6000 0112 3456 7890 189: country, two check digits, account.",
        ) from None
    return Iban(checked.compact, str(checked.bic or ""))


def _iban_check_digits(compact: str) -> str:
    """ISO 13616: 98 less the remainder by 97 of the account, the country and two zeros, letters as 10 to 35."""
    moved = compact[4:] + compact[:2] + "00"
    remainder = int("".join(str(int(character, 36)) for character in moved)) % 97
    return f"{98 - remainder:02d}"


@lru_cache(maxsize=1024)  # the same few parties on every document; a check takes 0.2 ms
def check_vat_number(country: str, text: str) -> str:
    """The VAT number in its compact form with the country's prefix. Raises Invalid `invalid_vat_number`.

    country: of the party; a number that names another EU country is checked by that country's rules.
    """
    compact = _compact(text, "vat_number")
    prefix = compact[:2] if compact[:2] in _PREFIX.values() else _PREFIX.get(country.upper(), "")
    if not prefix:
        return text.strip()
    number = prefix + compact.removeprefix(prefix)
    is_valid: Callable[[str], bool] = import_module("stdnum.eu.vat").is_valid
    if not is_valid(number):
        raise _invalid("vat_number", "VAT number", number, _mended_vat_number(number, is_valid))
    return number


def _mended_vat_number(number: str, is_valid: Callable[[str], bool]) -> str:
    """The nearest VAT number with right check digits; "" when there is none, because its length is wrong."""
    if re.fullmatch(r"FR[0-9]{11}", number):
        siren = number[4:]
        if not import_module("stdnum.fr.siren").is_valid(siren):
            siren = _mended(siren, _SIREN)
        # CGI ann. II art. 242 nonies and the tax office's formula: key = (12 + 3 x (SIREN mod 97)) mod 97.
        return f"FR{(12 + 3 * (int(siren) % 97)) % 97:02d}{siren}"
    candidates = (number[:-1] + character for character in digits + ascii_uppercase)
    return next((candidate for candidate in candidates if is_valid(candidate)), "")


@lru_cache(maxsize=1024)
def check_legal_number(country: str, text: str) -> str:
    """The register number in its compact form: FR SIREN or SIRET, IT partita IVA or codice fiscale, ES NIF.

    Other countries' numbers, such as a German HRB number, have no check digits and pass as given.
    Raises Invalid `invalid_legal_number`.
    """
    return _check("legal_number", _LEGAL.get(country.upper(), ()), text)


@lru_cache(maxsize=1024)
def check_tax_number(country: str, text: str) -> str:
    """The tax number: DE Steuernummer (kept with its strokes), IT partita IVA or codice fiscale, ES NIF; others pass.

    Raises Invalid `invalid_tax_number`.
    """
    return _check("tax_number", _TAX.get(country.upper(), ()), text)


def _check(field: str, kinds: tuple[_Kind, ...], text: str) -> str:
    compact = _compact(text, field)
    if not kinds:
        return text.strip()
    # Some people write the VAT number's prefix before these numbers as well.
    compact = re.sub(r"^(FR|IT|ES|DE)(?=[0-9]+$)", "", compact)
    for kind in kinds:
        if len(compact) in kind.lengths:
            if import_module(kind.module).is_valid(compact):
                return text.strip() if kind is _STEUERNUMMER else compact
            raise _invalid(field, kind.name, compact, _mended(compact, kind))
    names = " or ".join(f"a {kind.name} ({kind.shape})" for kind in kinds)
    raise Invalid(f"invalid_{field}", f"{compact[:40]} is not {names}.", field=field, fix=f"Send {names}.")


def _mended(compact: str, kind: _Kind) -> str:
    """The number with right check digits in place of the wrong ones; "" when no such number exists."""
    is_valid: Callable[[str], bool] = import_module(kind.module).is_valid
    start, stop, _ = kind.check.indices(len(compact))
    candidates = (compact[:start] + character + compact[stop:] for character in digits + ascii_uppercase)
    return next((candidate for candidate in candidates if stop > start and is_valid(candidate)), "")


def _compact(text: str, field: str) -> str:
    compact = re.sub(r"[\s.\-/]", "", text).upper()
    if not compact:
        raise Invalid(
            f"invalid_{field}", f"The {field} is empty.", field=field, fix="Send the number, or leave the field out."
        )
    return compact


def _invalid(field: str, name: str, number: str, mended: str) -> Invalid:
    wrong, fix = "its shape does not fit", "Send the whole number, or leave the field out until you have it."
    if mended:
        wrong = "its check digits do not fit"
        fix = f"Look for a typing error; with right check digits it would be {mended}."
    return Invalid(f"invalid_{field}", f"{number[:40]} is not a valid {name}: {wrong}.", field=field, fix=fix)


def warnings_for_client(client: Mapping[str, object]) -> list[Fault]:
    """What looks wrong in the numbers of a client, as a document's snapshot carries it; warnings, never errors."""
    country = str(client.get("country_code") or "").upper()
    warnings: list[Fault] = []
    # A private person's tax number is of another sort than a business's, and no document needs it.
    if client.get("type") == "individual":
        return warnings
    checks: tuple[tuple[str, Callable[[str, str], str]], ...] = (
        ("vat_number", check_vat_number),
        ("tax_identification_number", check_legal_number if country in _LEGAL else check_tax_number),
    )
    for field, check in checks:
        number = str(client.get(field) or "")
        if not number:
            continue
        try:
            check(country, number)
        except Invalid as error:
            fault = error.faults[0]
            fix = f"{fault.fix} Ask the client, then PATCH /v2/clients/{client.get('id', '{id}')}."
            warnings.append(Fault(f"unlikely_client_{field}", fault.message, field=f"client/{field}", fix=fix))
    return warnings
