"""CII and UBL, judged by their schemas, by EN 16931, and by the rules of the profile that they claim to keep."""

from __future__ import annotations

import functools
from typing import Final, NamedTuple

from lxml import etree

from tests.support.judges import cents, schematron
from tests.support.judges.figures import Figures, figures_of
from tests.support.judges.findings import Finding
from tests.support.judges.rule_files import SCHEMAS, rule_file

_RAM: Final = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
_CBC: Final = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
_ROOTS: Final = {
    "{urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100}CrossIndustryInvoice": "CII",
    "{urn:oasis:names:specification:ubl:schema:xsd:Invoice-2}Invoice": "UBL Invoice",
    "{urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2}CreditNote": "UBL CreditNote",
}
EN16931: Final = "urn:cen.eu:en16931:2017"
XRECHNUNG: Final = "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
_PROFILES: Final = {EN16931: "EN 16931", XRECHNUNG: "XRechnung"}


class Verdict(NamedTuple):
    """What the judges say of an XML file. rule_sets: those that looked at it; figures: None where it is unreadable."""

    profile: str
    rule_sets: tuple[str, ...]
    faults: tuple[Finding, ...]
    warnings: tuple[Finding, ...] = ()
    figures: Figures | None = None


def judge(xml: bytes, *, is_french: bool = False, vat_slack: int = 0) -> Verdict:
    """The verdict on a CII or UBL file, by the rule sets of the profile that it names (BT-24).

    is_french: by BR-FR too, which binds documents of French sellers. vat_slack: see `cents.faults`.
    """
    try:
        root = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    except etree.XMLSyntaxError as error:
        return Verdict("", (), (Finding("XML", "well-formed", str(error)),))
    syntax = _ROOTS.get(root.tag, "")
    if not syntax:
        return Verdict("", (), (Finding("XML", "root", f"{root.tag} is neither CII nor UBL"),))
    profile = _PROFILES.get(specification(root, syntax), "")
    faults = [] if profile else [Finding("XML", "BT-24", f"no known profile: {specification(root, syntax)}")]
    faults += schema_faults(root, syntax)
    rule_sets = _rule_sets(syntax, profile, is_french=is_french)
    warnings: list[Finding] = []
    for rule_set in rule_sets:
        judgement = schematron.judge(xml, rule_set, syntax.partition(" ")[0])
        if not judgement.fired:
            faults.append(Finding(rule_set, "?", "no rule looked at this file"))
        faults += judgement.faults
        warnings += judgement.warnings
    figures = None
    if not any(fault.judge == "XSD" for fault in faults):
        figures = figures_of(root)
        faults += cents.faults(figures, vat_slack=vat_slack)
    return Verdict(profile, rule_sets, tuple(faults), tuple(warnings), figures)


def specification(root: etree._Element, syntax: str) -> str:
    """BT-24, as the file says it."""
    path = f".//{{{_RAM}}}GuidelineSpecifiedDocumentContextParameter/{{{_RAM}}}ID"
    found = root.findtext(path if syntax == "CII" else f"{{{_CBC}}}CustomizationID")
    return (found or "").strip()


def schema_faults(root: etree._Element, syntax: str) -> list[Finding]:
    """What the schema of "CII", "UBL Invoice", "UBL CreditNote" or "FatturaPA" says of a file."""
    schema = _schema(syntax)
    # A copy of its own: an element that stands in a larger tree is judged as that tree's root.
    schema.validate(etree.ElementTree(root))
    return [Finding("XSD", entry.type_name, entry.message, f"line {entry.line}") for entry in schema.error_log]


def _rule_sets(syntax: str, profile: str, *, is_french: bool) -> tuple[str, ...]:
    wanted = ["EN 16931"]
    if syntax == "CII" and profile == "EN 16931":
        wanted.append("Factur-X")
    if profile == "XRechnung":
        wanted.append("XRechnung")
    elif is_french:
        wanted.append("BR-FR")
    return tuple(wanted)


class _SignatureResolver(etree.Resolver):
    """Gives FatturaPA's schema the one of XML signatures from disk: it names it by an address on the web."""

    def resolve(self, system_url: str | None, public_id: str | None, context: object) -> object:
        if system_url and system_url.endswith("xmldsig-core-schema.xsd"):
            text = rule_file(SCHEMAS["XML signature"]).read_bytes()
            # Its document type is of no use to a schema, and nothing is fetched for it.
            return self.resolve_string(text[: text.index(b"<!DOCTYPE")] + text[text.index(b"]>") + 2 :], context)
        return None


@functools.cache
def _schema(syntax: str) -> etree.XMLSchema:
    parser = etree.XMLParser(no_network=True, resolve_entities=False)
    parser.resolvers.add(_SignatureResolver())
    return etree.XMLSchema(etree.parse(rule_file(SCHEMAS[syntax]), parser))
