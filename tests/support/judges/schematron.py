"""Runs a compiled schematron over an XML file, with Saxon in this process."""

from __future__ import annotations

import functools
import re
from typing import Any, Final, NamedTuple

from lxml import etree
from saxonche import PySaxonProcessor

from tests.support.judges.findings import Finding
from tests.support.judges.rule_files import SCHEMATRONS, rule_file

_SVRL: Final = "{http://purl.oclc.org/dsdl/svrl}"
# XRechnung marks what is merely odd; without a mark a rule is meant to be kept.
_HARMLESS: Final = frozenset({"warning", "warn", "information", "info"})


class Judgement(NamedTuple):
    """What a rule set says: faults, what it only warns of, and how many of its rules looked at the file."""

    faults: tuple[Finding, ...]
    warnings: tuple[Finding, ...]
    fired: int


def judge(xml: bytes, rule_set: str, syntax: str) -> Judgement:
    """The verdict of a rule set ("EN 16931", "Factur-X", "BR-FR", "XRechnung") on a CII or UBL file."""
    report = etree.fromstring(_report(xml, rule_set, syntax))
    found = [
        (_severity(element), _finding(element, rule_set))
        for element in report.iter(f"{_SVRL}failed-assert", f"{_SVRL}successful-report")
    ]
    return Judgement(
        faults=tuple(finding for severity, finding in found if severity not in _HARMLESS),
        warnings=tuple(finding for severity, finding in found if severity in _HARMLESS),
        fired=sum(1 for _ in report.iter(f"{_SVRL}fired-rule")),
    )


def _report(xml: bytes, rule_set: str, syntax: str) -> bytes:
    # By text: Saxon's parser takes no bytes, and a declaration of an encoding would contradict the text.
    text = etree.tostring(etree.fromstring(xml), encoding="unicode")
    node = _processor().parse_xml(xml_text=text)
    report: str | None = _stylesheet(rule_set, syntax).transform_to_string(xdm_node=node)
    assert report is not None, f"the {rule_set} rules for {syntax} gave no report"
    return report.encode()


def _severity(element: etree._Element) -> str:
    return str(element.get("flag") or element.get("role") or "fatal").lower()


def _finding(element: etree._Element, rule_set: str) -> Finding:
    text = " ".join("".join(part for part in element.itertext()).split())
    rule = element.get("id") or ""
    if not rule:
        # Factur-X names the rule in its text only.
        named = re.match(r"\[([A-Z0-9-]+)\]", text)
        rule = named.group(1) if named else "?"
    place = re.sub(r"Q\{[^}]*\}|\*:|\[namespace-uri\(\)='[^']*'\]", "", element.get("location") or "")
    return Finding(rule_set, rule, text, place)


@functools.cache
def _processor() -> Any:
    processor = PySaxonProcessor(license=False)
    # Factur-X keeps its code lists in a file beside the rules: read once, and not again for each invoice.
    processor.set_configuration_property("http://saxon.sf.net/feature/preEvaluateDocFunction", "on")
    return processor


@functools.cache
def _stylesheet(rule_set: str, syntax: str) -> Any:
    """The rules, compiled once in a process: it takes seconds, and a file takes a tenth of one."""
    path = rule_file(SCHEMATRONS[rule_set, syntax])
    return _processor().new_xslt30_processor().compile_stylesheet(stylesheet_file=str(path))
