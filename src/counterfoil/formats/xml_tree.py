"""Building XML so that nothing empty is written: what has no content is None, and None is left out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from lxml import etree

# What XML 1.0 cannot carry in any form (section 2.2); texts that came in before they were refused may hold some.
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Node(NamedTuple):
    """An element by its prefixed name, such as "ram:Name": with a text or with children."""

    name: str
    text: str | None
    children: tuple[Node, ...]
    attributes: Mapping[str, str]


Child = Node | Iterable[Node | None] | None


def leaf(name: str, value: str | Decimal | None, /, **attributes: str) -> Node | None:
    """An element with a text; None when there is none. Decimals are written plainly, never with an exponent."""
    text = clean(value) if isinstance(value, str) else "" if value is None else format(value, "f")
    if not text.strip():
        return None
    return Node(name, text, (), {key: clean(each) for key, each in attributes.items() if each})


def branch(name: str, *children: Child) -> Node | None:
    """An element with children; None when none of them is there."""
    found = root(name, *children)
    return found if found.children else None


def root(name: str, *children: Child) -> Node:
    """An element that is there even without children."""
    found: list[Node] = []
    for child in children:
        if isinstance(child, Node):
            found.append(child)
        elif child is not None:
            found.extend(node for node in child if node is not None)
    return Node(name, None, tuple(found), {})


def shown(total: Decimal, parts: Iterable[bool]) -> Decimal | None:
    """A sum of discounts or charges, where there are any (BR-CO-11, BR-CO-12); parts: whether each is one of them."""
    return total if total or any(parts) else None


def clean(text: str) -> str:
    """`text` without what XML cannot carry, its lines ended as XML does."""
    return _ILLEGAL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def closed(terms: str) -> str:
    """Payment terms whose last line, if it is an early payment discount, ends: XRechnung asks for it (BR-DE-18)."""
    last = terms.rpartition("\n")[2].strip()
    return f"{terms}\n" if last.startswith("#") and last.endswith("#") else terms


def compact_date(day: date | None) -> str | None:
    """A day as CII writes it: 20261123."""
    return None if day is None else day.isoformat().replace("-", "")


def written(top: Node, namespaces: Mapping[str, str]) -> bytes:
    """The tree as UTF-8 bytes with its declaration; the same tree always gives the same bytes.

    namespaces: by prefix; names without one are in that of "".
    """
    names: dict[str, str] = {}
    for name in _names(top, set()):
        prefix, colon, local = name.rpartition(":")
        names[name] = f"{{{namespaces[prefix if colon else '']}}}{local}"
    used = {name.rpartition(":")[0] for name in names}
    element = etree.Element(names[top.name], None, {prefix or None: namespaces[prefix] for prefix in sorted(used)})
    _fill(element, top, names)
    return etree.tostring(element, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _names(node: Node, found: set[str]) -> set[str]:
    found.add(node.name)
    for child in node.children:
        _names(child, found)
    return found


def _fill(element: etree._Element, node: Node, names: Mapping[str, str]) -> None:
    """Top down: an element that is made inside its parent needs no namespaces of its own, and is made quicker."""
    element.text = node.text
    for child in node.children:
        _fill(etree.SubElement(element, names[child.name], child.attributes), child, names)
