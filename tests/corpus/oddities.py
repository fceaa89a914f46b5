"""Documents of the corpus with something odd in them: a number missing or misspelt, an amount of nothing, odd words.

Rules refuse most of them, and that is right. What they do not refuse is issued, so every judge must accept it.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any, Final

from counterfoil.domain.organization import OrganizationProfile
from tests.corpus import build
from tests.corpus.generate import Writer
from tests.corpus.parties import BUYERS, SELLERS, Fields, buyer_from
from tests.corpus.shapes import SHAPES

# All that BR-FR asks of buyers binds from 1 September 2027.
_FIRST_DAY: Final = date(2027, 10, 1)
_GONE: Final = None

_SELLER: Final[dict[str, tuple[Any, ...]]] = {
    "legal_number": (_GONE, "732 829 320", "HRB 4711 B", "12345", "73282932000074"),
    "vat_number": (_GONE, "FR 44 732829320", "DE 136 695 976", "136695976", "XX123"),
    "tax_number": (_GONE, "181/815/08155", "2893081508152", "ABC"),
    "address_line_1": (_GONE,), "address_city": (_GONE, "X" * 50), "address_province": (_GONE, "RM"),
    "address_zipcode": (_GONE, "7500", "F-75001", "20 121"), "address_country": ("DE", "FR", "ES", "CH"),
    "email": (_GONE, "x@y.z"), "phone": (_GONE, "12", "call me", "+33 (0)4 72 00-00-00 ext. 7"),
    "contact_name": (_GONE, "X"), "legal_name": ("A & B <C>", "é" * 120, "🎉 GmbH"),
    "electronic_address": ("732829320_42", "rechnung@x.example", "732829320"),
    "electronic_address_scheme": ("0225", "EM", "9930", "0060", "ZZ"),
    "transaction_type": (_GONE, "goods", "services"), "regime_fiscale": ("RF01", "RF19", "RF17"),
    "vat_payment_condition": ("on_receipts", "compensated_for_sales", "exempt"),
}  # fmt: skip
_BUYER: Final[dict[str, tuple[Any, ...]]] = {
    "vat_number": (
        _GONE, "FR 96 552100554", "96552100554", "DE 129 273 398", "ATU13585627", "CHE-116.281.710 MWST", "XX1",
        "12345670785", "GB123456789", "EL094259216",
    ),
    "tax_identification_number": (_GONE, "552 100 554", "55210055400013", "RSSMRA80A01H501U", "123", "ESA28015865"),
    "e_invoicing_address": ("552100554", "552100554_FACT", "0225:552100554", "x@y.example", "abc def"),
    "e_invoicing_address_scheme": ("0225", "EM", "0204", "9930", "0009"),
    "email": (_GONE, "x@y.example"), "buyer_reference": (_GONE, "REF", "x" * 120, "04011000-12345-35"),
    "e_invoicing_format": ("xrechnung", "xrechnung_ubl", "facturx"), "name": ("🎉", "A & B", "Ö" * 200),
    "recipient_code": (_GONE, "ABCDEF", "ABC1234", "0000000", "XXXXXXX"),
    "kind": ("individual", "freelancer", "company"),
}  # fmt: skip
_PLACE: Final[dict[str, tuple[Any, ...]]] = {
    "street_address": (_GONE, "X"), "zip_code": (_GONE, "99 99"), "city": (_GONE, "Ünï & <co>"),
    "province_code": (_GONE,),
    "country_code": ("FR", "DE", "IT", "ES", "CH", "GB", "GR", "MC", "XK", "RE"),
}  # fmt: skip
_ITEM: Final[dict[str, tuple[Any, ...]]] = {
    "quantity": ("0", "-1", "1.23456", "0.000001", "999999", "-0.5", "1.000000"),
    "unit_price": tuple(
        {"value": value, "currency": "EUR"} for value in ("0", "0.000001", "123.456789", "999999.99", "1.000000")
    ),
    "discount": tuple({"type": "percentage", "value": value} for value in ("1", "0.0001", "0.123456", "0.999999")),
    "vat_rate": ("0", "0.2", "0.19", "0.21", "0.22", "0.1", "0.055", "0.07", "0.20", "0.0175", "0.009"),
    "vat_exemption_reason": ("S262", "S4", "S20", "N4", "S13B", "S283", "S259", "S69", "N3.2", "N2.1"),
    "title": ("🎉", "x" * 120, "a\u00a0b", "＜ｘ＞", "\u200b", "-", "&"),
    "description": ("\u200b", "x\n\n\ny", "#SKONTO#TAGE=14#", "a\tb", "   "),
    "unit_code": ("C62", "XYZ", "HUR", "H87", "ZZ", "1A"),
}  # fmt: skip
_BODY: Final[dict[str, tuple[Any, ...]]] = {
    "discount": tuple({"type": "percentage", "value": value} for value in ("1", "0.999", "0.0001", "0.123456")),
    "purchase_order": ("🎉", " PO ", "x" * 40), "due_date": ("2027-01-01",),
    "number": ("F 2026 1", "F-2026-1#", "x" * 36, "Ü-1", "ABC", "A/B_C+1"), "header": ("\u200b", "x"),
    "terms_and_conditions": ("#SKONTO#TAGE=14#PROZENT=2.00#", "#SKONTO#\nfoo", "#", "Zahlbar\n#SKONTO#TAGE=x#"),
    "buyer_reference": ("x", "  ", "04011000-12345-35"), "performance_start_date": (_GONE,),
    "e_invoicing_format": ("xrechnung", "xrechnung_ubl", "facturx"),
}  # fmt: skip


def odd_invoice(index: int) -> build.Document:
    """The odd document of this index. Raises Refused, Invalid or ValidationError when the product will not have it."""
    rng = Random(f"odd:{index}")
    shape = SHAPES[index % len(SHAPES)]
    writer = Writer(rng, shape, index, is_small=True)
    writer.issue_date = _FIRST_DAY + timedelta(days=rng.randrange(60))
    writer.profile = OrganizationProfile.model_validate(_odd(rng, SELLERS[shape.seller], _SELLER, 3))
    writer.client = _odd_buyer(rng, BUYERS[rng.choice(shape.buyers)])
    body = _odd(rng, writer.body(), _BODY, 2)
    items = list(body["items"])
    position = rng.randrange(len(items))
    items[position] = _odd(rng, items[position], _ITEM, 2)
    return build.invoice(build.new_invoice(body | {"items": items}), writer.profile, writer.client, index + 1)


def _odd_buyer(rng: Random, plain: Fields) -> dict[str, object]:
    fields = _odd(rng, plain, _BUYER, 3)
    fields["billing_address"] = _odd(rng, plain["billing_address"], _PLACE, 1)
    names = {"name": "Nom"} if fields["kind"] == "company" else {"first_name": "Ada", "last_name": "Bär"}
    kept = {name: value for name, value in fields.items() if name not in ("name", "first_name", "last_name")}
    return buyer_from(kept | {name: fields.get(name) or value for name, value in names.items()})


def _odd(rng: Random, plain: Fields, values: dict[str, tuple[Any, ...]], most: int) -> Fields:
    """`plain` with up to `most` of its fields at an odd value, or without them."""
    odd = dict(plain)
    for name in rng.sample(sorted(values), rng.randint(0, most)):
        odd[name] = rng.choice(values[name])
    return {name: value for name, value in odd.items() if value is not _GONE}
