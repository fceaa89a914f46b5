"""The one place that makes parsers of XML: none of them loads a DTD, puts in an entity, opens a file or the network."""

from __future__ import annotations

from lxml import etree


def hardened(**more: bool) -> etree.XMLParser:
    """A parser for one document: one that is shared makes threads wait for each other. more: what it leaves out."""
    return etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False,
        attribute_defaults=False, huge_tree=False, collect_ids=False, recover=False, **more,
    )  # fmt: skip
