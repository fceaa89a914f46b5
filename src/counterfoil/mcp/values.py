"""Money, percent and days as people write them, read so that none of them can mean two things.

The wire's VAT rate is a fraction ("0.2" is 20 %), people say 20 %: what could be either is refused with both readings.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from counterfoil.domain import money
from counterfoil.domain.vat_rates import legal_rates
from counterfoil.errors import Fault, Invalid
from counterfoil.mcp.schemas import Schema

_PLAIN: Final = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?", re.ASCII)
_PERCENT: Final = re.compile(r"([0-9]{1,3}(?:[.,][0-9]{1,4})?) ?%?", re.ASCII)
_GROUPED: Final = re.compile(r"-?[0-9]{1,3}([.,'’ \u00a0\u202f])[0-9]{3}(?:\1[0-9]{3})*(?:[.,][0-9]{1,2})?", re.ASCII)
_COMMA: Final = re.compile(r"-?[0-9]{1,12},[0-9]{1,2}", re.ASCII)
_CURRENCY: Final = re.compile(r"euros?|[A-Z]{3}(?![A-Za-z])|[€$£¥]", re.IGNORECASE)
# A program writes 1.20 and a person in Germany 1.200 for twelve hundred; 0.125 is a price all the same.
_THOUSAND_OR_NOT: Final = re.compile(r"-?[1-9][0-9]{0,2}\.[0-9]{3}", re.ASCII)
_RELATIVE: Final = re.compile(r"([+-])([0-9]{1,4}) ?d(?:ays?)?", re.ASCII)
_SPAN: Final = re.compile(r"(?:in )?\+?([0-9]{1,3}) ?(d|days?|w|weeks?)", re.ASCII)
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_OTHER_DAY: Final = re.compile(r"([0-9]{1,2})[./-]([0-9]{1,2})[./-]([0-9]{4})", re.ASCII)
_YEAR_FIRST: Final = re.compile(
    r"(?P<year>[0-9]{4})(?:([-/.])(?P<month>[0-9]{1,2})\2(?P<day>[0-9]{1,2})|(?P<mm>[0-9]{2})(?P<dd>[0-9]{2}))"
    r"(?:[t ].*)?",
    re.ASCII,
)
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WITH_MONTH: Final = tuple(
    re.compile(form, re.ASCII)
    for form in (
        r"(?P<month>[a-z]{3,9})\.? (?P<day>[0-9]{1,2})(?:st|nd|rd|th)?,? (?P<year>[0-9]{4})",
        r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th|\.)? (?P<month>[a-z]{3,9})\.?,? (?P<year>[0-9]{4})",
    )
)

# How these arguments are described in schemas, in few words.
_EITHER: Final = [{"type": "number"}, {"type": "string"}]
PERCENT: Final[Schema] = {"anyOf": _EITHER, "description": 'VAT in percent: 20 or "20%".'}
FRACTION: Final[Schema] = {"type": "string", "description": 'Or VAT as a fraction: "0.2".'}
AMOUNT: Final[Schema] = {"anyOf": _EITHER, "description": 'Amount, such as 1200 or "1200.50".'}


@dataclass(frozen=True, slots=True)
class Law:
    """Whose VAT rates are allowed: the seller's country first, then the client's. on: the day they are in force."""

    countries: tuple[str, ...]
    on: date

    @property
    def rates(self) -> tuple[Decimal, ...]:
        """The seller's country's, highest first; empty where they are not known."""
        return legal_rates(self.countries[0], self.on) if self.countries else ()

    def allows(self, rate: Decimal) -> bool:
        """Zero is always allowed: it needs a reason, which the API asks for."""
        return not rate or not self.rates or any(rate in legal_rates(country, self.on) for country in self.countries)


def vat_rate(given: dict[str, Any], path: str, law: Law | None = None) -> str | None:
    """Takes vat_rate_percent out of `given` and leaves the wire's fraction in vat_rate, which is answered as well.

    path: of `given`, for errors, "" for the top. law: None where any rate may be. None when neither is there. Raises
    Invalid naming both readings, or the legal rates.
    """
    percent, fraction = given.pop("vat_rate_percent", None), given.get("vat_rate")
    if percent is None and fraction is None:
        return None
    found = None if percent is None else _from_percent(percent, _below(path, "vat_rate_percent"), law)
    if fraction is not None:
        read = _from_fraction(fraction, _below(path, "vat_rate"))
        if found is not None and found != read:
            raise Invalid(
                "contradicting_rates", f"vat_rate {fraction} is {_shown(read)} %, and vat_rate_percent is {percent}.",
                field=_below(path, "vat_rate"), fix="Send one of the two.",
                meta={"value": fraction, "example": _fraction(found)},
            )  # fmt: skip
        found = read
    if found is None:
        raise AssertionError("one of the two was given")
    field = "vat_rate_percent" if percent is not None else "vat_rate"
    if law and not law.allows(found):
        raise _not_legal(found, percent if percent is not None else fraction, _below(path, field), law)
    given["vat_rate"] = _fraction(found)
    return _fraction(found)


def _from_percent(value: Any, path: str, law: Law | None) -> Decimal:
    text = _text(value)
    found = _PERCENT.fullmatch(text.strip()) if text is not None else None
    if found is None:
        raise Invalid(
            "invalid_percent", f"{_quoted(value)} is no percentage.", field=path,
            fix='Send the percent as a number from 0 to 100, such as 20, or "20%".',
            meta={"value": value, "example": usual_percent(law)},
        )  # fmt: skip
    percent = Decimal(found[1].replace(",", "."))
    if 0 < percent < 1 and not str(value).rstrip().endswith("%"):
        whole = _shown(percent)
        readings = [f'"{_plain(percent)}%"', _plain(percent * 100)]
        raise Invalid(
            "ambiguous_percent",
            f"vat_rate_percent {_plain(percent)} may be {_plain(percent)} % or, as a fraction, {whole} %.", field=path,
            fix=f"Send {readings[1]} for {whole} %, or {readings[0]} for {_plain(percent)} %.",
            meta={"value": value, "example": _number(percent * 100), "readings": readings},
        )  # fmt: skip
    if percent > 100:
        raise Invalid(
            "invalid_percent", f"{_plain(percent)} % is more than all of it.", field=path,
            fix="Send the percent as a number from 0 to 100, such as 20.",
            meta={"value": value, "example": usual_percent(law)},
        )  # fmt: skip
    return percent / 100


def _from_fraction(value: Any, path: str) -> Decimal:
    text = _text(value)
    plain = text.strip() if text is not None else ""
    if plain.endswith("%"):
        return _from_percent(plain, path, None)
    if not _PLAIN.fullmatch(plain) or plain.startswith("-"):
        raise Invalid(
            "invalid_vat_rate", f"{_quoted(value)} is no VAT rate.", field=path,
            fix='Send a fraction, such as "0.2" for 20 %, or vat_rate_percent: 20.',
            meta={"value": value, "example": "0.2"},
        )  # fmt: skip
    found = Decimal(plain)
    if found >= 1:
        fraction = _fraction(found / 100)
        raise Invalid(
            "ambiguous_vat_rate", f"vat_rate is a fraction: {plain} may be {plain} % or {_shown(found)} %.", field=path,
            fix=f'Send vat_rate: "{fraction}" or vat_rate_percent: {plain} for {plain} %.',
            meta={"value": value, "example": fraction, "readings": [f"{plain} %", f"{_shown(found)} %"]},
        )  # fmt: skip
    return found


def _not_legal(rate: Decimal, value: Any, path: str, law: Law) -> Invalid:
    percents = [_shown(known) for known in law.rates]
    nearest = min(law.rates, key=lambda legal: abs(legal - rate))
    is_percent = path.endswith("percent")
    known = f"{' %, '.join(percents)} %, or 0"
    return Invalid(
        "rate_not_legal", f"{law.countries[0]} has no VAT rate of {_shown(rate)} % today: {known}.", field=path,
        fix="Send one of these rates; 0 needs vat_exemption_reason.",
        meta={
            "value": value, "legal_rates_percent": percents,
            "example": _number(nearest * 100) if is_percent else _fraction(nearest),
        },
    )  # fmt: skip


def price(value: Any, path: str) -> str:
    """A price or amount as the wire's decimal string: "1200.00", 1200 and 1200.5 are taken as they stand."""
    text = _text(value)
    plain = text.strip() if text is not None else ""
    if isinstance(value, str) and _THOUSAND_OR_NOT.fullmatch(plain):
        whole = plain.replace(".", "")
        raise Invalid(
            "ambiguous_amount", f"{plain} may be {plain}0 or {whole}.", field=path,
            fix=f'Send "{plain}0" or "{whole}.00".',
            meta={"value": value, "example": f"{plain}0", "readings": [f"{plain}0", f"{whole}.00"]},
        )  # fmt: skip
    if text is not None and _PLAIN.fullmatch(plain):
        return plain
    bare = _CURRENCY.sub("", plain).strip()
    if bare != plain and _PLAIN.fullmatch(bare):
        raise _no_price(value, path, bare, "The currency is the client's: send the amount alone.")
    grouped = _GROUPED.fullmatch(bare)
    if grouped and grouped[1] in ",." and bare.count(grouped[1]) == 1 and not re.search(r"[.,][0-9]{1,2}$", bare):
        whole, thousands = bare.replace(grouped[1], "."), bare.replace(grouped[1], "")
        raise Invalid(
            "ambiguous_amount", f"{bare} may be {thousands} or {whole}.", field=path,
            fix=f'Send "{thousands}.00" or "{whole}".',
            meta={"value": value, "example": f"{thousands}.00", "readings": [f"{thousands}.00", whole]},
        )  # fmt: skip
    if grouped:
        digits = re.sub(r"[^0-9.,-]", "", bare)
        decimals = re.search(r"[.,]([0-9]{1,2})$", digits)
        head = digits[: decimals.start()] if decimals else digits
        meant = re.sub(r"[.,]", "", head) + (f".{decimals[1]}" if decimals else "")
        raise _no_price(value, path, meant, "Thousands are not separated, and a point comes before the cents.")
    if _COMMA.fullmatch(bare):
        raise _no_price(value, path, bare.replace(",", "."), "A point comes before the cents.")
    if isinstance(value, float):
        exact = Decimal(repr(value))
        if exact.is_finite() and abs(exact) < 10**12:  # what is left of 0.1 + 0.2
            raise _no_price(value, path, money.text(exact), "At most six decimals count.")
    raise _no_price(value, path, "1200.00", 'Send a decimal string such as "1200.00", or a number such as 1200.')


def _no_price(value: Any, path: str, example: str, why: str) -> Invalid:
    return Invalid(
        "invalid_amount", f"{_quoted(value)} is no amount.", field=path, fix=f'{why} Send "{example}".',
        meta={"value": value, "example": example},
    )  # fmt: skip


def day(text: str, field: str, today: date, start: date | None = None) -> str:
    """A day of the wire from YYYY-MM-DD, today, +30d or -7d. start: where a distance counts from; today when None."""
    said = text.strip().lower()
    if said == "today":
        return today.isoformat()
    distance = _RELATIVE.fullmatch(said)
    if distance:
        days = int(distance[2]) * (1 if distance[1] == "+" else -1)
        return ((start or today) + timedelta(days=days)).isoformat()
    if _DAY.fullmatch(said):
        try:
            return date.fromisoformat(said).isoformat()
        except ValueError:
            raise _no_day(text, field, _nearest_day(said, today), "There is no such day.") from None
    raise _written_otherwise(text, field, today)


def _written_otherwise(text: str, field: str, today: date) -> Invalid:
    """What to say of a day in any other form."""
    said = text.strip().lower()
    if said in ("tomorrow", "yesterday"):
        shift = timedelta(days=1 if said == "tomorrow" else -1)
        return _no_day(text, field, (today + shift).isoformat(), "Only today has a name.")
    written = _written_day(said)
    if written:
        return _no_day(text, field, written, "The year comes first, then the month.")
    other = _OTHER_DAY.fullmatch(said)
    if other:
        first, second, year = int(other[1]), int(other[2]), int(other[3])
        readings = [day for of, month in ((first, second), (second, first)) if (day := _a_day(year, month, of))]
        if readings:
            return _no_day(text, field, readings[0], "The year comes first, then the month.", sorted(set(readings)))
    span = _SPAN.fullmatch(said)
    if span:
        days = int(span[1]) * (7 if span[2].startswith("w") else 1)
        return _no_day(text, field, f"+{days}d", "A distance is written as days.")
    if field in ("due_date", "expiry_date") and said.isdecimal() and len(said) <= 3:
        return _no_day(text, field, f"+{int(said)}d", "A distance is written as days.")
    return _no_day(text, field, today.isoformat(), "Send YYYY-MM-DD, today, or a distance such as +30d.")


def _no_day(text: str, field: str, example: str, why: str, readings: Sequence[str] = ()) -> Invalid:
    meta: dict[str, object] = {"value": text[:40], "example": example}
    said = f"{_quoted(text)} is no day."
    if len(readings) > 1:
        meta["readings"] = list(readings)
        said = f"{_quoted(text)} may be {' or '.join(readings)}."
    return Invalid("invalid_day", said, field=field, fix=f'{why} Send "{example}".', meta=meta)


def _written_day(said: str) -> str | None:
    """The day of what can mean one only: 20260630, 2026/6/30, 2026-06-30T12:00, June 30, 2026 or 30 June 2026."""
    found = _YEAR_FIRST.fullmatch(said)
    if found:
        return _a_day(int(found["year"]), int(found["month"] or found["mm"]), int(found["day"] or found["dd"]))
    for form in _WITH_MONTH:
        named = form.fullmatch(said)
        if named and named["month"][:3] in _MONTHS:
            return _a_day(int(named["year"]), _MONTHS.index(named["month"][:3]) + 1, int(named["day"]))
    return None


def _a_day(year: int, month: int, of_month: int) -> str | None:
    try:
        return date(year, month, of_month).isoformat()
    except ValueError:
        return None


def _nearest_day(said: str, today: date) -> str:
    """The last day of the month that was meant, where there is such a month."""
    year, month = int(said[:4]), int(said[5:7])
    if not (1 <= month <= 12 and 1970 <= year <= 2199):
        return today.isoformat()
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - timedelta(days=1)).isoformat()


def _text(value: Any) -> str | None:
    """A number or text as it was written; None for anything else. JSON's 1200.5 has one shortest text, which is it."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return str(value)
    shortest = repr(value)
    return shortest.removesuffix(".0") if isinstance(value, float) and _PLAIN.fullmatch(shortest) else None


def _below(path: str, name: str) -> str:
    return f"{path}/{name}" if path else name


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _fraction(value: Decimal) -> str:
    return _plain(value)


def _shown(rate: Decimal) -> str:
    """A fraction as percent."""
    return _plain(rate * 100)


def _number(value: Decimal) -> int | str:
    """A whole percent as a number, another one as text."""
    return int(value) if value == value.to_integral_value() else f"{_plain(value)}%"


def percents(law: Law | None) -> list[str]:
    """The legal rates in percent, highest first."""
    return [_shown(rate) for rate in law.rates] if law else []


def usual_percent(law: Law | None) -> int | str:
    """The seller's standard rate."""
    return _number(law.rates[0] * 100) if law and law.rates else 20


def _quoted(value: Any) -> str:
    return f'"{value[:40]}"' if isinstance(value, str) else str(value)[:40]


def lines(items: Sequence[Mapping[str, Any]], law: Law | None) -> list[dict[str, Any]]:
    """Lines with the wire's VAT rate and price, from whatever was sent. Raises Invalid with every fault of them."""
    faults: list[Fault] = []
    found = []
    for index, item in enumerate(items):
        line = dict(item)
        for read in (_read_rate, _read_price):
            try:
                read(line, f"items/{index}", law)
            except Invalid as error:
                faults.extend(error.faults)
        found.append(line)
    if faults:
        raise Invalid.of(faults)
    return found


def _read_rate(line: dict[str, Any], path: str, law: Law | None) -> None:
    vat_rate(line, path, law)


def _read_price(line: dict[str, Any], path: str, _law: Law | None) -> None:
    sent = line.get("unit_price")
    if isinstance(sent, Mapping):
        line["unit_price"] = {**sent, "value": price(sent.get("value"), f"{path}/unit_price/value")}
    elif sent is not None:
        line["unit_price"] = price(sent, f"{path}/unit_price")
