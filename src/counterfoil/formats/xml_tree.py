"""Building XML so that nothing empty is written: what has no content is None, and None is left out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from lxml import etree

# What XML 1.0 cannot carry in any form (section 2.2); texts that came in before they were refused may hold some.
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Node = etree._Element
Child = Node | None | Iterable[Node | None]


class Namespaces:
    """Builds elements by prefixed names such as "ram:Name"."""

    def __init__(self, **prefixes: str) -> None:
        self._map: dict[str | None, str] = dict(prefixes.items())
        self._names: dict[str, str] = {}

    def _name(self, prefixed: str) -> str:
        name = self._names.get(prefixed)
        if name is None:
            prefix, _, local = prefixed.partition(":")
            name = self._names[prefixed] = f"{{{self._map[prefix]}}}{local}"
        return name

    def leaf(self, name: str, value: str | Decimal | None, /, **attributes: str) -> Node | None:
        """An element with a text; None when there is none. Decimals are written plainly, never with an exponent."""
        text = clean(value) if isinstance(value, str) else "" if value is None else format(value, "f")
        if not text.strip():
            return None
        node = etree.Element(self._name(name), {key: value for key, value in attributes.items() if value}, self._map)
        node.text = text
        return node

    def branch(self, name: str, *children: Child) -> Node | None:
        """An element with children; None when none of them is there."""
        found = [node for child in children for node in _nodes(child)]
        if not found:
            return None
        node = etree.Element(self._name(name), None, self._map)
        node.extend(found)
        return node

    def root(self, name: str, *children: Child, is_default: bool = False) -> Node:
        """An element that is there even without children. is_default: its namespace is the one without a prefix."""
        prefix = name.partition(":")[0]
        prefixes = {None if is_default and each == prefix else each: uri for each, uri in self._map.items()}
        node = etree.Element(self._name(name), None, prefixes)
        node.extend([found for child in children for found in _nodes(child)])
        return node


def shown(total: Decimal, parts: Iterable[bool]) -> Decimal | None:
    """A sum of discounts or charges, where there are any (BR-CO-11, BR-CO-12); parts: whether each is one of them."""
    return total if total or any(parts) else None


def _nodes(child: Child) -> Iterable[Node]:
    if child is None:
        return ()
    if isinstance(child, Node):
        return (child,)
    return (node for node in child if node is not None)


def clean(text: str) -> str:
    """`text` without what XML cannot carry, its lines ended as XML does."""
    return _ILLEGAL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def compact_date(day: date | None) -> str | None:
    """A day as CII writes it: 20261123."""
    return None if day is None else day.isoformat().replace("-", "")


def written(root: Node) -> bytes:
    """The document as UTF-8 bytes with its declaration; the same tree always gives the same bytes."""
    etree.cleanup_namespaces(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
