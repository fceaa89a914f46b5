"""FatturaPA, judged by its schema, by the exchange system's published controls, and to the cent."""

from __future__ import annotations

from typing import NamedTuple

from lxml import etree

from tests.support.fatturapa_controls import refusals
from tests.support.judges import cents
from tests.support.judges.fatturapa_figures import FatturaFigures, figures_of
from tests.support.judges.findings import Finding
from tests.support.judges.xml import schema_faults


class FatturaVerdict(NamedTuple):
    """What the judges say of a FatturaPA file; figures: None where it is unreadable."""

    faults: tuple[Finding, ...]
    figures: FatturaFigures | None


def judge(xml: bytes, *, vat_slack: int = 0) -> FatturaVerdict:
    """The verdict on one FatturaPA file. vat_slack: see `cents.faults`."""
    root = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    faults = schema_faults(root, "FatturaPA")
    if faults:
        return FatturaVerdict(tuple(faults), None)
    figures = figures_of(root)
    faults += [Finding("SdI", refusal.code, refusal.where) for refusal in refusals(xml)]
    # A discount is written per unit, and rounded there to eight decimals: the exchange system allows a cent (00423).
    faults += cents.faults(figures.plain, vat_slack=vat_slack, line_slack=cents.CENT)
    return FatturaVerdict(tuple(faults), figures)
