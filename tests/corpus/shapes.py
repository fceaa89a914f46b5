"""The shapes of the corpus: who sells to whom, under which rates and reasons, and what else stands on the document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

Vat = tuple[str, str | None]  # a rate as a fraction, and the reason of a rate of zero

FR_RATES: Final[tuple[Vat, ...]] = tuple((rate, None) for rate in ("0.2", "0.1", "0.055", "0.021", "0.085"))
DE_RATES: Final[tuple[Vat, ...]] = (("0.19", None), ("0.07", None), ("0.190", None))
IT_RATES: Final[tuple[Vat, ...]] = (("0.22", None), ("0.1", None), ("0.05", None), ("0.04", None))
ES_RATES: Final[tuple[Vat, ...]] = (("0.21", None), ("0.1", None), ("0.04", None))


@dataclass(frozen=True)
class Shape:
    """One kind of document. vat: what its lines draw from, the first on half of them.

    is_supply: goods that leave for another country, which must say when and where to. kind: its invoice type; "balance"
    deducts deposits. withholding: rates it may draw; it must have one. funds: welfare funds it must draw from.
    """

    name: str
    seller: str
    buyers: tuple[str, ...]
    vat: tuple[Vat, ...]
    is_supply: bool = False
    kind: str = "standard"
    withholding: tuple[str, ...] = ()
    funds: tuple[str, ...] = ()
    is_stamped: bool = False
    asks: str = ""


def _exempt(*reasons: str) -> tuple[Vat, ...]:
    return tuple(("0", reason) for reason in reasons)


_ABROAD: Final = ("ch_company", "us_company")
_EU_FR: Final = ("de_company", "it_company", "at_company", "be_company")
_EU_DE: Final = ("fr_company", "it_company", "at_company", "be_company")
_EU_IT: Final = ("fr_company", "de_company", "es_company", "be_company")
_EU_ES: Final = ("fr_company", "de_company", "it_company", "be_company")

FRENCH: Final = (
    Shape("fr_b2b", "fr_company", ("fr_company",), FR_RATES),
    Shape("fr_b2b_bare", "fr_bare", ("fr_company",), FR_RATES),
    Shape("fr_b2c", "fr_company", ("fr_person", "fr_offline"), FR_RATES),
    Shape("fr_franchise", "fr_franchise", ("fr_company", "fr_person"), (("0", None), ("0", "S293B"))),
    Shape("fr_intra", "fr_company", _EU_FR, _exempt("S262.1"), is_supply=True),
    Shape("fr_export", "fr_company", _ABROAD, _exempt("S262", "S262.1"), is_supply=True),
    Shape("fr_services_eu", "fr_company", _EU_FR, _exempt("S259")),
    Shape("fr_services_abroad", "fr_company", _ABROAD, _exempt("S259")),
    Shape("fr_reverse", "fr_company", ("fr_company",), (*_exempt("S283"), ("0.2", None))),
    Shape("fr_exempt", "fr_company", ("fr_company", "fr_person"), (*_exempt("S261"), *FR_RATES)),
    Shape("fr_intermediary", "fr_company", ("fr_company", "ch_company"), (*_exempt("S263"), ("0.2", None))),
    Shape("fr_deposit", "fr_company", ("fr_company", "fr_person"), FR_RATES, kind="deposit"),
    Shape("fr_balance", "fr_company", ("fr_company", "fr_person"), FR_RATES, kind="balance"),
    Shape("fr_xrechnung", "fr_company", ("de_authority",), (("0.2", None),)),
)
GERMAN: Final = (
    Shape("de_b2b", "de_company", ("de_company",), DE_RATES),
    Shape("de_b2c", "de_company", ("de_person",), DE_RATES),
    Shape("de_small", "de_small", ("de_company", "de_person"), (("0", None), ("0", "S19.1"))),
    Shape("de_small_xrechnung", "de_small", ("de_authority",), (("0", None),)),
    Shape("de_xrechnung", "de_company", ("de_authority",), (*DE_RATES, ("0", "S4")), asks="xrechnung"),
    Shape("de_xrechnung_ubl", "de_company", ("de_asks_ubl",), (*DE_RATES, ("0", "S4"))),
    Shape("de_reverse", "de_company", ("de_company", "de_asks_ubl"), (*_exempt("S13B"), ("0.19", None))),
    Shape("de_intra", "de_company", _EU_DE, _exempt("S4.1B"), is_supply=True),
    Shape("de_intra_xrechnung", "de_company", _EU_DE, _exempt("S4.1B"), is_supply=True, asks="xrechnung_ubl"),
    Shape("de_export", "de_company", _ABROAD, _exempt("S4.1A"), is_supply=True),
    Shape("de_exempt", "de_company", ("de_company", "de_person"), (*_exempt("S4"), *DE_RATES)),
    Shape("de_deposit", "de_company", ("de_company", "de_authority"), DE_RATES, kind="deposit"),
    Shape("de_balance", "de_company", ("de_company", "de_authority"), DE_RATES, kind="balance"),
)
_FUNDS: Final = tuple(f"TC{number:02d}" for number in range(1, 23))
ITALIAN: Final = (
    Shape("it_b2b", "it_company", ("it_company",), IT_RATES),
    Shape("it_b2c", "it_company", ("it_person",), IT_RATES),
    Shape(
        "it_professional", "it_professional", ("it_company",), (("0.22", None),), funds=_FUNDS, withholding=("0.20",)
    ),
    Shape("it_withheld", "it_professional", ("it_company",), IT_RATES, withholding=("0.20", "0.23", "0.04")),
    Shape(
        "it_forfettario", "it_forfettario", ("it_company", "it_person"), (("0", None),), funds=("TC22", "TC02"),
        is_stamped=True,
    ),
    Shape("it_exempt", "it_company", ("it_company", "it_person"), (*_exempt("N4", "N1"), *IT_RATES), is_stamped=True),
    Shape("it_intra", "it_company", _EU_IT, _exempt("N3.2"), is_supply=True),
    Shape("it_export", "it_company", _ABROAD, _exempt("N3.1"), is_supply=True),
    Shape("it_letter_of_intent", "it_company", ("it_company",), _exempt("N3.5"), is_stamped=True),
    Shape("it_outside", "it_company", ("it_company", *_ABROAD), _exempt("N2.1")),
    Shape("it_margin", "it_company", ("it_company", "it_person"), _exempt("N5"), is_stamped=True),
    Shape("it_reverse", "it_company", ("it_company",), (*_exempt("N6.1", "N6.3", "N6.7"), ("0.22", None))),
    Shape("it_deposit", "it_company", ("it_company",), IT_RATES, kind="deposit"),
    Shape("it_balance", "it_company", ("it_company",), IT_RATES, kind="balance"),
)  # fmt: skip
SPANISH: Final = (
    Shape("es_b2b", "es_company", ("es_company",), ES_RATES),
    Shape("es_b2c", "es_company", ("es_person",), ES_RATES),
    Shape("es_withheld", "es_freelancer", ("es_company",), (("0.21", None),), withholding=("0.15", "0.07")),
    Shape("es_intra", "es_company", _EU_ES, _exempt("S25"), is_supply=True),
    Shape("es_export", "es_company", _ABROAD, _exempt("S21"), is_supply=True),
    Shape("es_services_eu", "es_company", _EU_ES, _exempt("S69")),
    Shape("es_services_abroad", "es_company", _ABROAD, _exempt("S69")),
    Shape("es_exempt", "es_company", ("es_company", "es_person"), (*_exempt("S20"), *ES_RATES)),
    Shape("es_simplified", "es_company", ("es_person",), _exempt("S122")),
    Shape("es_reverse", "es_company", ("es_company",), (*_exempt("S84.1.2"), ("0.21", None))),
    Shape("es_xrechnung", "es_company", ("de_authority",), (("0.21", None),)),
    Shape("es_deposit", "es_company", ("es_company",), ES_RATES, kind="deposit"),
    Shape("es_balance", "es_company", ("es_company",), ES_RATES, kind="balance"),
)
SHAPES: Final = (*FRENCH, *GERMAN, *ITALIAN, *SPANISH)
