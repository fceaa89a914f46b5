"""BT-34 and BT-49: where e-invoices of a party go, from what is known of it, with a scheme of the EAS list.

What a person gave comes first; else the number that the party's country routes by, else its e-mail address.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from counterfoil.domain import countries
from counterfoil.domain.einvoice import Identifier
from counterfoil.domain.vat import EU_COUNTRIES

# EN 16931 BR-CL-25, as in release 1.3.16 of CEN's rules (April 2026).
_LISTED: Final = """
    0002 0007 0009 0037 0060 0088 0096 0097 0106 0130 0135 0142 0147 0151 0154 0158 0170 0177 0183 0184 0188 0190 0191
    0192 0193 0194 0195 0196 0198 0199 0200 0201 0202 0203 0204 0205 0208 0209 0210 0211 0212 0213 0215 0216 0217 0218
    0219 0220 0221 0225 0230 0235 0240 0242 0244 0245 0246 0248 9910 9913 9914 9915 9918 9919 9920 9922 9923 9924 9925
    9926 9927 9928 9929 9930 9931 9932 9933 9934 9935 9936 9937 9938 9939 9940 9941 9942 9943 9944 9945 9946 9947 9948
    9949 9950 9951 9952 9953 9957 9959 AN AQ AS AU EM
"""
EAS_CODES: Final = frozenset(_LISTED.split())
EMAIL: Final = "EM"
FRENCH: Final = "0225"

# Country -> the scheme of its VAT numbers; the numbers stand with their prefix.
_VAT_SCHEMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "AD": "9922", "AL": "9923", "AT": "9914", "BA": "9924", "BE": "9925", "BG": "9926", "CH": "9927", "CY": "9928",
        "CZ": "9929", "DE": "9930", "EE": "9931", "ES": "9920", "FI": "0213", "FR": "9957", "GB": "9932", "GR": "9933",
        "HR": "9934", "HU": "9910", "IE": "9935", "IT": "0211", "LI": "9936", "LT": "9937", "LU": "9938", "LV": "9939",
        "MC": "9940", "ME": "9941", "MK": "9942", "MT": "9943", "NL": "9944", "PL": "9945", "PT": "9946", "RO": "9947",
        "RS": "9948", "SI": "9949", "SK": "9950", "SM": "9951", "TR": "9952", "VA": "9953",
    }
)  # fmt: skip
# FatturaPA's stand-ins for "none" and "abroad".
_NO_RECIPIENT: Final = frozenset({"", "0000000", "XXXXXXX", "999999"})
_LEITWEG: Final = re.compile(r"[0-9]{2,12}(-[A-Za-z0-9]{1,30})?-[0-9]{2}", re.ASCII)


def compact(number: str) -> str:
    """A number without what people put between its characters, in upper case."""
    return re.sub(r"[^A-Z0-9+*]", "", number.upper())


def vat_number(number: str, country: str) -> str:
    """BT-31, BT-48: the number with its country's prefix (BR-CO-09), which people leave out; "" for none."""
    bare = compact(number)
    prefix = "EL" if country == "GR" else countries.written(country)
    if prefix not in ("EL", country):
        bare = bare.removeprefix(country)  # Kosovo, whose XK the lists of e-invoices do not have
    if not bare or bare.startswith(prefix):
        return bare
    has_other = bare[:2] in {"EL", "XI", "GB", "CH"} or (bare[:2] in EU_COUNTRIES and bare[2:].isalnum())
    return bare if has_other and len(bare) > 6 else prefix + bare


def siren_of(number: str, french_vat_number: str = "") -> str:
    """The nine digits of a French business: out of a SIREN, a SIRET or a French VAT number; "" when there are none."""
    digits = compact(number).removeprefix("FR")
    if re.fullmatch(r"[0-9]{9}|[0-9]{14}", digits):
        return digits[:9]
    vat = re.fullmatch(r"FR[A-Z0-9]{2}([0-9]{9})", compact(french_vat_number))
    return vat.group(1) if vat else ""


def siret_of(number: str) -> str:
    """The fourteen digits of a French establishment; "" when `number` is none."""
    digits = compact(number)
    return digits if re.fullmatch(r"[0-9]{14}", digits) else ""


def of_seller(organization: Mapping[str, Any], email: str = "") -> Identifier | None:
    """BT-34 of a document's organization block; None when nothing is known. email: the document's own."""
    country = _text(organization, "legal_country").upper()
    given = _given(_text(organization, "electronic_address"), _text(organization, "electronic_address_scheme"), country)
    numbers = _Numbers(
        country=country,
        vat=vat_number(_text(organization, "vat_number"), country),
        other=_text(organization, "legal_number") or _text(organization, "tax_number"),
        email=_text(organization, "email") or email,
    )
    return given or numbers.address()


def of_buyer(client: Mapping[str, Any]) -> Identifier | None:
    """BT-49 of a document's client; None when nothing is known."""
    country = country_of(client)
    given = _given(_text(client, "e_invoicing_address"), _text(client, "e_invoicing_address_scheme"), country)
    numbers = _Numbers(
        country=country,
        vat=vat_number(_text(client, "vat_number"), country),
        other=_text(client, "tax_identification_number"),
        email=_text(client, "email"),
        recipient_code=_text(client, "recipient_code"),
        is_person=client.get("type") == "individual",
    )
    return given or numbers.address()


def country_of(client: Mapping[str, Any]) -> str:
    """The country of a client's billing address, which wins over its own."""
    billing = client.get("billing_address") or {}
    return (_text(billing, "country_code") or _text(client, "country_code")).upper()


class _Numbers:
    """What is known of a party that its address may follow from."""

    def __init__(
        self, *, country: str, vat: str, other: str, email: str, recipient_code: str = "", is_person: bool = False
    ) -> None:
        self._country = country
        self._vat = vat
        self._other = other
        self._email = email
        self._recipient_code = recipient_code.upper()
        self._is_person = is_person

    def address(self) -> Identifier | None:
        """The first that there is, in the order of the party's country."""
        own: Mapping[str, tuple[Callable[[], Identifier | None], ...]] = {
            "FR": (self._siren, self._mail),
            "IT": (self._italian, self._mail),
            "ES": (self._by_vat, self._mail),
        }
        for find in own.get(self._country, (self._mail, self._by_vat)):
            found = find()
            if found:
                return found
        return None

    def _siren(self) -> Identifier | None:
        siren = "" if self._is_person else siren_of(self._other, self._vat)
        return Identifier(siren, FRENCH) if siren else None

    def _italian(self) -> Identifier | None:
        if self._recipient_code not in _NO_RECIPIENT:
            return Identifier(self._recipient_code, "0205")
        fiscal_code = compact(self._other)
        return self._by_vat() or (Identifier(fiscal_code, "0210") if fiscal_code else None)

    def _by_vat(self) -> Identifier | None:
        scheme = _VAT_SCHEMES.get(self._country)
        return Identifier(self._vat, scheme) if self._vat and scheme else None

    def _mail(self) -> Identifier | None:
        return Identifier(self._email, EMAIL) if self._email else None


def _given(address: str, scheme: str, country: str) -> Identifier | None:
    """What a person gave; None when there is none, or no scheme can be told."""
    if not address:
        return None
    if not scheme:
        scheme, address = _guessed(address, country)
    return Identifier(address, scheme) if scheme in EAS_CODES else None


def _guessed(address: str, country: str) -> tuple[str, str]:
    """Scheme and address; an address may carry its scheme before a colon, as Peppol writes them. "": not known."""
    if "@" in address:
        return EMAIL, address
    before, colon, after = address.partition(":")
    if colon and before.upper() in EAS_CODES and after:
        return before.upper(), after.strip()
    return next((scheme for scheme, fits in _shapes(address, country) if fits), ""), address


def _shapes(address: str, country: str) -> Iterable[tuple[str, bool]]:
    bare = compact(address)
    yield FRENCH, country == "FR" and re.match(r"[0-9]{9}([^0-9]|$|[0-9]{5})", address) is not None
    yield "0205", country == "IT" and re.fullmatch(r"[A-Z0-9]{6,7}", bare) is not None
    yield "0204", _LEITWEG.fullmatch(address) is not None
    yield _VAT_SCHEMES.get(country, ""), bare.startswith("EL" if country == "GR" else country or "-")
    yield "0088", re.fullmatch(r"[0-9]{13}", address) is not None


def _text(source: Mapping[str, Any], key: str) -> str:
    return str(source.get(key) or "").strip()
