"""Amounts, dates, rates and quantities in words of a language, by Babel. Decimal in, text out; no float."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_interval
from babel.numbers import format_currency, format_decimal, format_percent

from counterfoil.formats.labels import LABELS, UNITS, Labels

DEFAULT_LANGUAGE = "en"

# Day before month, as businesses in Europe write it.
_BABEL_LOCALES = {"fr": "fr_FR", "en": "en_GB", "de": "de_DE", "it": "it_IT", "es": "es_ES"}


def language_of(client_locale: object) -> str:
    """The language to print in for a client's locale such as "fr-FR" or "FR"; English where we have no other."""
    language = str(client_locale or "")[:2].lower()
    return language if language in LABELS else DEFAULT_LANGUAGE


class Wording:
    """How one language writes values; hold one a language, see `wording`."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.labels: Labels = LABELS[language]
        self._locale = Locale.parse(_BABEL_LOCALES[language])

    def money(self, money: Mapping[str, str], *, is_negated: bool = False) -> str:
        """A wire amount, such as {"value": "1234.50", "currency": "EUR"}, to the cent: "1 234,50 €"."""
        value = Decimal(money["value"])
        return self.amount(-value if is_negated else value, money["currency"])

    def amount(self, value: Decimal, currency: str) -> str:
        """`value` in units of `currency`, to the cent; a minus before zero is dropped."""
        return format_currency(value if value else abs(value), currency, locale=self._locale, group_separator=True)

    def unit_price(self, money: Mapping[str, str]) -> str:
        """A wire amount with two to six decimals, as many as it has."""
        value = Decimal(money["value"]).normalize()
        return format_currency(value, money["currency"], locale=self._locale, decimal_quantization=False)

    def rate(self, fraction: str) -> str:
        """A fraction such as "0.055" as a percentage: "5,5 %"."""
        value = Decimal(fraction).normalize()
        return format_percent(value if value else abs(value), locale=self._locale, decimal_quantization=False)

    def quantity(self, value: str, unit: str) -> str:
        """A quantity with as many decimals as it needs, and its unit, known ones abbreviated: "1,5 h"."""
        number = format_decimal(Decimal(value).normalize(), locale=self._locale, decimal_quantization=False)
        name = UNITS.get(unit, {}).get(self.language, unit)
        return f"{number} {name}" if name else number

    def labelled(self, label: str, value: str) -> str:
        """ "Label: value", with the space before the colon that French wants; "" when there is no value."""
        if not value:
            return ""
        return f"{label}\N{NO-BREAK SPACE}: {value}" if self.language == "fr" else f"{label}: {value}"

    def period(self, start: object, end: object) -> str:
        """Two ISO days as a range, what they share said once: "1–31 oct. 2026"; one day where they are equal or one is
        missing.
        """
        if not start or not end or start == end:
            return self.day(start or end)
        try:
            first, last = (date.fromisoformat(str(day)[:10]) for day in (start, end))
        except ValueError:
            return f"{start} – {end}"
        return format_interval(first, last, skeleton="yMMMd", locale=self._locale)

    def day(self, value: object) -> str:
        """An ISO day, or the day of an ISO timestamp, in full: "22 novembre 2026"; "" for none.

        A text that is no day is printed as it is: a document is better with an odd date than not made at all.
        """
        text = str(value or "")
        try:
            return format_date(date.fromisoformat(text[:10]), format="long", locale=self._locale)
        except ValueError:
            return text

    def moment(self, value: object) -> str:
        """An ISO timestamp to the second, in UTC and saying so; a text that is none is printed as it is."""
        text = str(value or "")
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return text
        if moment.tzinfo:
            moment = moment.astimezone(UTC)
        return f"{self.day(moment.date().isoformat())}, {moment:%H:%M:%S} UTC"

    def country(self, code: str) -> str:
        """The name of a country by its ISO 3166-1 code, such as "Allemagne"; the code itself where it is unknown."""
        return str(self._locale.territories.get(code.upper(), code.upper()))


@lru_cache(maxsize=len(LABELS))
def wording(language: str) -> Wording:
    """The shared `Wording` of fr, en, de, it or es; raises KeyError on any other."""
    return Wording(language)


__all__ = ["DEFAULT_LANGUAGE", "Wording", "language_of", "wording"]
