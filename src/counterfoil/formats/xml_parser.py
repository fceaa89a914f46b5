"""The one place that makes parsers of XML: none of them loads a DTD, puts in an entity, opens a file or the network."""

from __future__ import annotations

from lxml import etree


def hardened(*, is_data: bool = False) -> etree.XMLParser:
    """A parser for one document: one that is shared makes threads wait for each other.

    is_data: comments, instructions and the space between elements are left out.
    """
    return etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False,
        attribute_defaults=False, huge_tree=False, collect_ids=False, recover=False,
        remove_comments=is_data, remove_pis=is_data, remove_blank_text=is_data,
    )  # fmt: skip
