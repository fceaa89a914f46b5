"""FatturaPA's elements and its ways of writing values: texts in Latin-1, numbers with two to eight decimals."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from lxml import etree

from counterfoil.domain.money import EXACT
from counterfoil.formats.transliterate import ascii_only, latin1

Document = Mapping[str, Any]
Element = etree._Element

NAMESPACE: Final = "http://ivaservizi.agenziaentrate.gov.it/docs/xsd/fatture/v1.2"
# What stands in a text that the schema wants and the document lacks.
NOTHING: Final = "-"
_HUNDRED: Final = Decimal(100)


def add(parent: Element, tag: str, value: str = "") -> Element:
    """A new last child of `parent`, with `value` as its text."""
    child = etree.SubElement(parent, tag)
    if value:
        child.text = value
    return child


def add_some(parent: Element, tag: str, value: str) -> None:
    """As `add`, but nothing for an empty value."""
    if value:
        add(parent, tag, value)


def latin(value: object, length: int) -> str:
    """A text of the document in Latin-1, at most `length` characters; "" for none."""
    return latin1(str(value or ""))[:length].strip()


def code(value: object, length: int) -> str:
    """A text of the document in ASCII, at most `length` characters; "" for none."""
    return ascii_only(str(value or ""))[:length].strip()


def pieces(value: object, length: int) -> list[str]:
    """A text in Latin-1, cut between words into parts of at most `length` characters; none for an empty text."""
    rest = latin1(str(value or ""))
    parts: list[str] = []
    while len(rest) > length:
        # A word that is longer than a part is cut where the part ends.
        end = rest.rfind(" ", 1, length + 1)
        end = end if end > 0 else length
        parts.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return [*parts, rest] if rest else parts


def number(value: Decimal) -> str:
    """`value` with as many decimals as it has, two at least: "10.00", "0.333333"; never negative zero."""
    exponent = value.normalize(EXACT).as_tuple().exponent
    places = max(2, -exponent if isinstance(exponent, int) else 2)
    return f"{value or Decimal(0):.{places}f}"


def percent(fraction: object) -> str:
    """A fraction of the wire as a percentage with two decimals: "0.22" is "22.00"."""
    return f"{EXACT.multiply(Decimal(str(fraction or '0')), _HUNDRED):.2f}"


def amount(money: object) -> Decimal:
    """The value of a wire amount; zero for none."""
    return Decimal(str(money["value"])) if isinstance(money, Mapping) and money.get("value") else Decimal("0.00")


def text(source: Document, key: str) -> str:
    """A text of the document without spaces around it; "" for none."""
    return str(source.get(key) or "").strip()
