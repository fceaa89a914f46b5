"""Italy: what FatturaPA and the exchange system (SdI) ask of seller and buyer."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from counterfoil.domain import party, vat
from counterfoil.domain.rules.base import Facts, Rule
from counterfoil.domain.rules.common import ORGANIZATION_CALL, missing_of_seller
from counterfoil.domain.rules.patches import CLIENT, ORGANIZATION, mended, put
from counterfoil.errors import Fault, Invalid

FORMAT: Final = "fatturapa"
_SPEC: Final = "FatturaPA 1.2.3"

ABROAD: Final = "XXXXXXX"
NO_CODE: Final = "0000000"
_PUBLIC_CODE_LENGTH: Final = 6
# Tax regimes whose sellers charge no VAT: RF02 (contribuenti minimi, L. 244/2007) and RF19 (forfettari, L. 190/2014).
WITHOUT_VAT: Final = frozenset({"RF02", "RF19"})
FLAT_RATE: Final = "RF19"
_VAT_DIGITS = re.compile(r"(IT)?[0-9]{11}", re.ASCII)
_EU_PREFIXES: Final = vat.EU_COUNTRIES | {"EL", "XI"}
_CAP = re.compile(r"[0-9]{5}", re.ASCII)
# Scripts that are written in Latin letters by their sound; letters of others become question marks.
_READABLE: Final = ("LATIN", "GREEK", "CYRILLIC", "HIRAGANA", "KATAKANA", "HANGUL", "FULLWIDTH LATIN", "DIGIT")
NAME_LENGTH: Final = 80
PLACE_LENGTH: Final = 60


def compact(number: str) -> str:
    """A number without what people put between its characters, in upper case."""
    return re.sub(r"[^A-Z0-9]", "", number.upper())


def is_valid(country: str, number: str) -> bool:
    """Whether an Italian partita IVA or codice fiscale, or another EU country's VAT number, has right check digits."""
    check = party.check_legal_number if country == "IT" else party.check_vat_number
    try:
        check(country, number)
    except Invalid:
        return False
    return True


def is_postcode(text: str) -> bool:
    """Whether `text` is a CAP: five digits."""
    return _CAP.fullmatch(text) is not None


def is_italian(facts: Facts) -> bool:
    """Whether the buyer is in Italy, or known there by an Italian VAT number."""
    return facts.buyer_country == "IT" or compact(facts.buyer("vat_number")).startswith("IT")


# --- The seller -------------------------------------------------------------------------------------------------------


def seller_has_a_vat_number(facts: Facts) -> Iterable[Fault]:
    """IdFiscaleIVA: the partita IVA, wherever the organization has written its eleven digits."""
    given = compact(facts.seller("vat_number"))
    if not given and not any(
        _VAT_DIGITS.fullmatch(compact(facts.seller(field))) for field in ("tax_number", "legal_number")
    ):
        yield missing_of_seller("vat_number", "partita IVA", "every invoice is sent to SdI under it")
    elif given and not (_VAT_DIGITS.fullmatch(given) and is_valid("IT", given)):
        yield Fault(
            "invalid_vat_number",
            f"{given[:40]} is no partita IVA: 11 digits, the last of which checks the others.",
            field="organization/vat_number",
            fix=f"Look for a typing error, then {ORGANIZATION_CALL} with vat_number (or settings.vat_number here).",
            rule="00301",
        )


def seller_fiscal_code_is_right(facts: Facts) -> Iterable[Fault]:
    for field in ("tax_number", "legal_number"):
        given = compact(facts.seller(field))
        if (len(given) == 16 or _VAT_DIGITS.fullmatch(given)) and not is_valid("IT", given):
            yield Fault(
                f"invalid_{field}",
                f"{given} is no codice fiscale: its check character does not fit.",
                field=f"organization/{field}",
                fix=f"Look for a typing error, then {ORGANIZATION_CALL} with {field}.",
            )


def seller_postcode_is_italian(facts: Facts) -> Iterable[Fault]:
    zip_code = facts.seller("address_zipcode")
    if facts.seller("address_country") in {"", "IT"} and zip_code and not is_postcode(zip_code):
        yield Fault(
            "invalid_address_zipcode",
            f'An Italian postcode has 5 digits; "{zip_code}" has not.',
            field="organization/address_zipcode",
            fix=f'Set it once: {ORGANIZATION_CALL} with address_zipcode such as "20121".',
        )


def seller_has_a_province(facts: Facts) -> Iterable[Fault]:
    if facts.seller("address_country") in {"", "IT"} and not facts.seller("address_province"):
        yield missing_of_seller("address_province", "province", "an Italian address has one")


def regime_fits(facts: Facts) -> Iterable[Fault]:
    """RegimeFiscale says what the VAT says."""
    regime, is_flat = facts.seller("regime_fiscale"), facts.profile.vat_regime == "forfettario"
    if is_flat and regime not in {"", FLAT_RATE}:
        fault = Fault(
            "regime_fiscale_contradicts",
            f"Your VAT regime is forfettario, and regime_fiscale says {regime}.",
            field="organization/regime_fiscale",
            fix=f"{ORGANIZATION_CALL} with regime_fiscale RF19; if the regime has ended, with vat_regime standard.",
        )
        yield mended(fault, ORGANIZATION, put("/regime_fiscale", FLAT_RATE))
    elif regime in WITHOUT_VAT and any(line.rate for line in facts.lines):
        yield Fault(
            "regime_without_vat",
            f"Under {regime} no VAT is charged, and lines here have some.",
            field="organization/regime_fiscale",
            fix=f"{ORGANIZATION_CALL} with vat_regime forfettario, or with the regime_fiscale that you are under now.",
        )


# --- The buyer --------------------------------------------------------------------------------------------------------


def buyer_is_identified(facts: Facts) -> Iterable[Fault]:
    """One of partita IVA and codice fiscale; a buyer abroad is known by its country."""
    if not is_italian(facts) or facts.buyer("vat_number") or facts.buyer("tax_identification_number"):
        return
    is_person = not facts.is_business_client
    field = "tax_identification_number" if is_person else "vat_number"
    yield Fault(
        "missing_client_tax_number",
        f"The client is in Italy and has no {'codice fiscale' if is_person else 'partita IVA or codice fiscale'}; SdI "
        "takes no invoice without.",
        field=f"client/{field}",
        fix=f"Ask the client, then {facts.client_call} with {field}.",
    )


def buyer_vat_number_is_right(facts: Facts) -> Iterable[Fault]:
    number = compact(facts.buyer("vat_number"))
    # Only a prefix of the EU makes the number of a buyer in Italy one of another country (FatturaPA 1.4.1.1.1).
    is_of_italy = number.startswith("IT") or (facts.buyer_country == "IT" and number[:2] not in _EU_PREFIXES)
    if number and is_of_italy and not (_VAT_DIGITS.fullmatch(number) and is_valid("IT", number)):
        yield _wrong_number(facts, "vat_number", number, "partita IVA: 11 digits, the last of which checks the others")


def buyer_fiscal_code_is_right(facts: Facts) -> Iterable[Fault]:
    number = compact(facts.buyer("tax_identification_number"))
    if number and facts.buyer_country == "IT" and not is_valid("IT", number):
        yield _wrong_number(
            facts, "tax_identification_number", number, "codice fiscale: 16 characters, or 11 digits for a company"
        )


def _wrong_number(facts: Facts, field: str, number: str, what: str) -> Fault:
    return Fault(
        f"unlikely_client_{field}",
        f"The client's {number[:30]} is no {what}.",
        field=f"client/{field}",
        fix=f"Look for a typing error, or ask the client; then {facts.client_call} with {field}.",
    )


def buyer_is_not_the_seller(facts: Facts) -> Iterable[Fault]:
    buyer = compact(facts.buyer("vat_number")).removeprefix("IT")
    if not facts.is_credit_note and buyer and buyer == compact(facts.seller("vat_number")).removeprefix("IT"):
        yield Fault(
            "client_is_the_seller",
            "The client has your own partita IVA, and SdI takes no such invoice.",
            field="client/vat_number",
            fix=f"Correct it: {facts.client_call} with the client's vat_number. Self-billing is not made here.",
        )


def buyer_has_an_address(facts: Facts) -> Iterable[Fault]:
    """Sede: street, postcode and city must be there; abroad no postcode is asked for."""
    found = {"street_address": _street(facts), "city": facts.buyer_place("city")}
    if not any(found.values()):
        return  # CF-03 says so
    zip_code = facts.buyer_place("zip_code")
    if facts.buyer_country == "IT":
        found["zip_code"] = zip_code
    for part in (part for part, text in found.items() if not text):
        words = part.replace("_", " ")
        yield Fault(
            f"missing_client_{part}",
            f"The client's address has no {words}, and FatturaPA asks for one.",
            field=f"client/billing_address/{part}",
            fix=f"Set it: {facts.client_call} with billing_address.{part}.",
        )
    if facts.buyer_country == "IT" and zip_code and not is_postcode(zip_code):
        yield Fault(
            "invalid_client_zip_code",
            f'An Italian postcode has 5 digits; "{zip_code}" has not.',
            field="client/billing_address/zip_code",
            fix=f"Correct it: {facts.client_call} with billing_address.zip_code.",
        )


def _street(facts: Facts) -> str:
    billing = facts.client.get("billing_address") or {}
    street = billing.get("street_address") if any(billing.values()) else facts.client.get("address")
    return str(street or "").strip()


def recipient_is_no_administration(facts: Facts) -> Iterable[Fault]:
    """CodiceDestinatario: 7 characters of a business, 6 of a public administration (FPA12, which is not made here)."""
    code = facts.buyer("recipient_code").upper()
    if len(code) != _PUBLIC_CODE_LENGTH:
        return
    fault = Fault(
        "recipient_code_of_public_administration",
        f"{code} has 6 characters: it is of a public administration, whose invoices (FPA12) must be signed and are not "
        "made here.",
        field="client/recipient_code",
        fix=f"For a business, {facts.client_call} with its recipient_code of 7 characters; for an administration, "
        "issue the invoice elsewhere.",
    )
    yield fault if is_italian(facts) else mended(fault, CLIENT, put("/recipient_code", ABROAD))


def recipient_is_in_italy(facts: Facts) -> Iterable[Fault]:
    if facts.buyer("recipient_code").upper() == ABROAD and is_italian(facts):
        fault = Fault(
            "recipient_code_of_abroad",
            f"{ABROAD} stands for a client abroad, and this one is in Italy; {NO_CODE} is written instead.",
            field="client/recipient_code",
            fix=f"Ask the client for its code; until then {facts.client_call} with recipient_code {NO_CODE}.",
        )
        yield mended(fault, CLIENT, put("/recipient_code", NO_CODE))


def recipient_is_known(facts: Facts) -> Iterable[Fault]:
    """Without code and PEC the file waits in the buyer's tax drawer, and the seller must tell the buyer."""
    has_code = facts.buyer("recipient_code") not in {"", NO_CODE} or facts.buyer("e_invoicing_address")
    if facts.is_business_client and is_italian(facts) and not has_code:
        yield Fault(
            "missing_client_recipient_code",
            "The client has neither recipient code nor PEC: SdI leaves the invoice in its reserved area, and you must "
            "tell the client that it is there.",
            field="client/recipient_code",
            fix=f"Ask the client, then {facts.client_call} with recipient_code, or with its PEC as "
            "e_invoicing_address.",
        )


# --- Names ------------------------------------------------------------------------------------------------------------


def names_fit(facts: Facts) -> Iterable[Fault]:
    """Names and streets that are cut, and texts in scripts that become question marks."""
    texts = [
        ("organization/legal_name", facts.seller("legal_name"), NAME_LENGTH),
        ("organization/address_line_1", facts.seller("address_line_1"), PLACE_LENGTH),
        ("client/name", facts.buyer("name"), NAME_LENGTH),
        ("client/first_name", facts.buyer("first_name"), PLACE_LENGTH),
        ("client/last_name", facts.buyer("last_name"), PLACE_LENGTH),
        ("client/billing_address/street_address", _street(facts), PLACE_LENGTH),
        ("client/billing_address/city", facts.buyer_place("city"), PLACE_LENGTH),
    ]
    texts += [(f"items/{line.position}/title", str(line.item.get("title") or ""), 0) for line in facts.lines]
    for field, text, longest in texts:
        if longest and len(text) > longest:
            yield Fault(
                "text_is_cut",
                f"{field} has {len(text)} characters; FatturaPA keeps {longest} of them.",
                field=field,
                fix="Send a shorter one; nothing need be done if its beginning is enough.",
            )
        elif text and is_unreadable(text):
            yield Fault(
                "text_becomes_unreadable",
                f"{field} is in a script that FatturaPA cannot hold: its letters become question marks.",
                field=field,
                fix="Send it in Latin letters.",
            )


def is_unreadable(text: str) -> bool:
    """Whether a text has letters, and none of them is in a script that can be written in Latin letters."""
    if text.isascii():
        return False
    letters = [character for character in text if character.isalnum()]
    return bool(letters) and not any(_is_readable(letter) for letter in letters)


def _is_readable(letter: str) -> bool:
    return ord(letter) < 256 or unicodedata.name(unicodedata.normalize("NFKC", letter)[0], "").startswith(_READABLE)


ERRORS: Final = (
    Rule("IT-01", f"DPR 633/1972 art. 21 c. 2 lett. d; {_SPEC} 1.2.1.1; SdI 00301", seller_has_a_vat_number, of="IT"),
    Rule("00302", f"SdI 00302; {_SPEC} 1.2.1.2", seller_fiscal_code_is_right, of=FORMAT),
    Rule("00200", f"SdI 00200 (schema); {_SPEC} 1.2.2.3 CAP", seller_postcode_is_italian, of=FORMAT),
    Rule("IT-02", f"L. 190/2014 art. 1 c. 54-89; {_SPEC} 1.2.1.8 RegimeFiscale", regime_fits, of="IT"),
    Rule("00417", f"SdI 00417; {_SPEC} 1.4.1.1 and 1.4.1.2", buyer_is_identified, of=FORMAT),
    Rule("00305", f"SdI 00305; {_SPEC} 1.4.1.1.2", buyer_vat_number_is_right, of=FORMAT),
    Rule("00306", f"SdI 00306; {_SPEC} 1.4.1.2", buyer_fiscal_code_is_right, of=FORMAT),
    Rule("00471", f"SdI 00471; {_SPEC} 1.4.1.1", buyer_is_not_the_seller, of=FORMAT),
    Rule("00200", f"SdI 00200 (schema); {_SPEC} 1.4.2 Sede", buyer_has_an_address, of=FORMAT),
    Rule("00427", f"SdI 00427; {_SPEC} 1.1.4 CodiceDestinatario", recipient_is_no_administration, of=FORMAT),
)
WARNINGS: Final = (
    Rule("00313", f"SdI 00313; {_SPEC} 1.1.4 CodiceDestinatario", recipient_is_in_italy, of=FORMAT),
    Rule(
        "IT-51", "Provvedimento Agenzia delle Entrate 89757/2018, point 3.4 (reserved area)", recipient_is_known,
        of=FORMAT,
    ),
    Rule("IT-53", f"{_SPEC} 1.2.2.5 Provincia", seller_has_a_province, of=FORMAT),
    Rule("IT-54", f"{_SPEC}: texts in Latin-1, 60 or 80 characters for names", names_fit, of=FORMAT),
)  # fmt: skip
