"""Legal VAT rates by country and day, as fractions, each with its paragraph.

France, Germany, Italy and Spain in full, as sellers; the other EU countries' rates for sales to private persons there
(One Stop Shop, Directive 2006/112/EC art. 33 and 369a). Rates of those come from the Commission's "Taxes in Europe"
database; VAT only: the Canary Islands' IGIC and Ceuta's IPSI are other taxes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class VatRate:
    """A rate (a fraction: 0.2 is 20 %) with its first day, where it is written, and its last day when it has ended."""

    rate: Decimal
    since: date
    source: str
    until: date | None = None


# When a rate is older than this, its exact first day decides nothing here.
_LONG_AGO: Final = date(1993, 1, 1)


def _rate(rate: str, source: str, since: date = _LONG_AGO, until: date | None = None) -> VatRate:
    return VatRate(Decimal(rate), since, source, until)


_EU: Final = "Directive 2006/112/EC art. 97-98; Taxes in Europe database"


def _eu(*rates: str) -> tuple[VatRate, ...]:
    return tuple(_rate(rate, _EU) for rate in rates)


_FR: Final = (
    _rate("0.2", "CGI art. 278", date(2014, 1, 1)),
    _rate("0.1", "CGI art. 279", date(2014, 1, 1)),
    _rate("0.055", "CGI art. 278-0 bis"),
    _rate("0.021", "CGI art. 281 quater to 281 nonies"),
    _rate("0.085", "CGI art. 296 (Guadeloupe, Martinique, Réunion)"),
    _rate("0.0175", "CGI ann. III (overseas departments: livestock)"),
    _rate("0.0105", "CGI art. 296 bis (overseas departments: press, theatre)"),
    _rate("0.13", "CGI art. 297 (Corsica)", date(2014, 1, 1)),
    _rate("0.009", "CGI art. 297 (Corsica)"),
    _rate("0.196", "CGI art. 278 as it was", date(2000, 4, 1), date(2013, 12, 31)),
    _rate("0.07", "CGI art. 279 as it was", date(2012, 1, 1), date(2013, 12, 31)),
)
_DE: Final = (
    _rate("0.19", "UStG § 12 Abs. 1", date(2007, 1, 1), date(2020, 6, 30)),
    _rate("0.16", "UStG § 28 Abs. 1", date(2020, 7, 1), date(2020, 12, 31)),
    _rate("0.19", "UStG § 12 Abs. 1", date(2021, 1, 1)),
    _rate("0.07", "UStG § 12 Abs. 2", _LONG_AGO, date(2020, 6, 30)),
    _rate("0.05", "UStG § 28 Abs. 2", date(2020, 7, 1), date(2020, 12, 31)),
    _rate("0.07", "UStG § 12 Abs. 2", date(2021, 1, 1)),
    _rate("0.055", "UStG § 24 Abs. 1 Nr. 1 (forestry)"),
    _rate("0.107", "UStG § 24 Abs. 1 Nr. 3 (agriculture)", date(2007, 1, 1), date(2021, 12, 31)),
    _rate("0.095", "UStG § 24 Abs. 1 Nr. 3 (agriculture)", date(2022, 1, 1), date(2022, 12, 31)),
    _rate("0.09", "UStG § 24 Abs. 1 Nr. 3 (agriculture)", date(2023, 1, 1), date(2024, 12, 31)),
    _rate("0.084", "UStG § 24 Abs. 1 Nr. 3 (agriculture)", date(2024, 12, 6), date(2024, 12, 31)),
    _rate("0.078", "UStG § 24 Abs. 1 Nr. 3 (agriculture)", date(2025, 1, 1)),
)
_IT: Final = (
    _rate("0.22", "DPR 633/1972 art. 16", date(2013, 10, 1)),
    _rate("0.21", "DPR 633/1972 art. 16 as it was", date(2011, 9, 17), date(2013, 9, 30)),
    _rate("0.1", "DPR 633/1972 tab. A parte III"),
    _rate("0.05", "DPR 633/1972 tab. A parte II-bis", date(2016, 1, 1)),
    _rate("0.04", "DPR 633/1972 tab. A parte II"),
)
_ES: Final = (
    _rate("0.21", "Ley 37/1992 art. 90", date(2012, 9, 1)),
    _rate("0.18", "Ley 37/1992 art. 90 as it was", date(2010, 7, 1), date(2012, 8, 31)),
    _rate("0.1", "Ley 37/1992 art. 91.Uno", date(2012, 9, 1)),
    _rate("0.08", "Ley 37/1992 art. 91.Uno as it was", date(2010, 7, 1), date(2012, 8, 31)),
    _rate("0.04", "Ley 37/1992 art. 91.Dos"),
    _rate("0.05", "RDL 11/2022, RDL 20/2022, RDL 4/2024 (energy, oils, pasta)", date(2022, 7, 1), date(2024, 9, 30)),
    _rate("0.075", "RDL 4/2024 (oils, pasta)", date(2024, 10, 1), date(2024, 12, 31)),
    _rate("0.02", "RDL 4/2024 (basic food)", date(2024, 10, 1), date(2024, 12, 31)),
)

RATES: Final[Mapping[str, tuple[VatRate, ...]]] = MappingProxyType(
    {
        "FR": _FR,
        "DE": _DE,
        "IT": _IT,
        "ES": _ES,
        "AT": (*_eu("0.2", "0.13", "0.1", "0.19"), _rate("0.049", _EU, date(2026, 7, 1))),
        "BE": _eu("0.21", "0.12", "0.06"),
        "BG": _eu("0.2", "0.09"),
        "CY": _eu("0.19", "0.09", "0.05", "0.03"),
        "CZ": (
            *_eu("0.21"),
            _rate("0.12", _EU, date(2024, 1, 1)),
            _rate("0.15", _EU, date(2013, 1, 1), date(2023, 12, 31)),
            _rate("0.1", _EU, date(2015, 1, 1), date(2023, 12, 31)),
        ),
        "DK": _eu("0.25"),
        "EE": (
            _rate("0.2", _EU, date(2009, 7, 1), date(2023, 12, 31)),
            _rate("0.22", _EU, date(2024, 1, 1), date(2025, 6, 30)),
            _rate("0.24", _EU, date(2025, 7, 1)),
            *_eu("0.09", "0.05"),
            _rate("0.13", _EU, date(2025, 1, 1)),
        ),
        "FI": (
            _rate("0.24", _EU, date(2013, 1, 1), date(2024, 8, 31)),
            _rate("0.255", _EU, date(2024, 9, 1)),
            _rate("0.14", _EU, date(2013, 1, 1), date(2025, 12, 31)),
            _rate("0.135", _EU, date(2026, 1, 1)),
            *_eu("0.1"),
        ),
        "GR": _eu("0.24", "0.13", "0.06", "0.17", "0.09", "0.04"),
        "HR": _eu("0.25", "0.13", "0.05"),
        "HU": _eu("0.27", "0.18", "0.05"),
        "IE": _eu("0.23", "0.135", "0.09", "0.048"),
        "LT": (*_eu("0.21", "0.05"), _rate("0.09", _EU), _rate("0.12", _EU, date(2026, 1, 1))),
        "LU": (
            _rate("0.17", _EU, date(2015, 1, 1)),
            _rate("0.16", _EU, date(2023, 1, 1), date(2023, 12, 31)),
            *_eu("0.14", "0.13", "0.08", "0.07", "0.03"),
        ),
        "LV": _eu("0.21", "0.12", "0.05"),
        "MT": (*_eu("0.18", "0.07", "0.05"), _rate("0.12", _EU, date(2024, 1, 1))),
        "NL": (_rate("0.21", _EU, date(2012, 10, 1)), _rate("0.09", _EU, date(2019, 1, 1))),
        "PL": _eu("0.23", "0.08", "0.05"),
        "PT": _eu("0.23", "0.13", "0.06", "0.22", "0.16", "0.12", "0.09", "0.05", "0.04"),
        "RO": (
            _rate("0.19", _EU, date(2017, 1, 1), date(2025, 7, 31)),
            _rate("0.21", _EU, date(2025, 8, 1)),
            _rate("0.11", _EU, date(2025, 8, 1)),
            _rate("0.09", _EU),
            _rate("0.05", _EU, date(2014, 1, 1), date(2025, 7, 31)),
        ),
        "SE": _eu("0.25", "0.12", "0.06"),
        "SI": _eu("0.22", "0.095", "0.05"),
        "SK": (
            _rate("0.2", _EU, date(2011, 1, 1), date(2024, 12, 31)),
            _rate("0.1", _EU, date(2011, 1, 1), date(2024, 12, 31)),
            _rate("0.23", _EU, date(2025, 1, 1)),
            _rate("0.19", _EU, date(2025, 1, 1)),
            _rate("0.05", _EU, date(2023, 1, 1)),
        ),
    }
)


@lru_cache(maxsize=1024)  # the same few countries and days on every document
def legal_rates(country: str, on: date) -> tuple[Decimal, ...]:
    """The rates above zero in force in `country` on that day, highest first; empty for a country we do not know."""
    in_force = {
        known.rate
        for known in RATES.get(country, ())
        if known.since <= on and (known.until is None or on <= known.until)
    }
    return tuple(sorted(in_force, reverse=True))


def is_legal_rate(country: str, rate: Decimal, on: date) -> bool:
    """Whether `rate` (a fraction) may be charged in `country` on that day; true for zero and for unknown countries."""
    return not rate or country not in RATES or rate in legal_rates(country, on)
