"""Documents of the corpus as people make them: sent over HTTP, issued, rendered, and their files fetched and judged."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import httpx
import pytest

from counterfoil.domain.einvoice_formats import FACTURX, FATTURAPA, UBL, XRECHNUNG_CII, XRECHNUNG_UBL, Format
from tests.corpus import checks
from tests.corpus.generate import Writer
from tests.corpus.parties import BUYERS, SELLERS
from tests.corpus.shapes import SHAPES
from tests.support.judges import facturx
from tests.support.server import Api, Server, attached, expect, make_organization

SHAPE = {shape.name: (index, shape) for index, shape in enumerate(SHAPES)}
NAMES = (
    "fr_b2b", "fr_intra", "fr_exempt", "de_b2b", "de_xrechnung", "de_xrechnung_ubl", "it_b2b", "it_exempt",
    "it_export", "es_b2b", "es_services_eu",
)  # fmt: skip
Body = dict[str, Any]


@pytest.fixture(scope="module")
def seller(working_server: Server) -> Callable[[str], Api]:
    """A company on a server that renders, by its name in the corpus."""
    made: dict[str, Api] = {}

    def find(name: str) -> Api:
        if name not in made:
            profile = {key: value for key, value in SELLERS[name].items() if key != "legal_country"}
            country = SELLERS[name]["legal_country"]
            made[name] = Api(working_server, make_organization(working_server.data, country, **profile))
        return made[name]

    return find


def issued(api: Api, name: str) -> Body:
    """The invoice of this shape, created and finalized by one call, once its files are there."""
    index, shape = SHAPE[name]
    buyer = shape.buyers[0]
    writer = Writer(Random(name), shape, index, is_small=True)
    client = expect(api.post("/clients", {**BUYERS[buyer], "currency": "EUR"}), 200)["client"]
    body = {**writer.body(), "client_id": client["id"], "currency": "EUR"}
    invoice = expect(api.post("/client_invoices", body), 200)["client_invoice"]
    return attached(api, invoice, seconds=30)


def format_of(file: Body, content: bytes) -> Format:
    """Which format a listed file is in."""
    if file["kind"] == "xrechnung":
        return XRECHNUNG_CII if b"CrossIndustryInvoice" in content else XRECHNUNG_UBL
    return {"facturx": FACTURX, "ubl": UBL, "fatturapa": FATTURAPA}[file["kind"]]


@pytest.mark.parametrize("name", NAMES)
def test_every_file_that_is_listed_is_valid(seller: Callable[[str], Api], name: str) -> None:
    api = seller(SHAPE[name][1].seller)
    invoice = issued(api, name)
    is_french = api.organization.country == "FR"
    listed = expect(api.get(f"/client_invoices/{invoice['id']}/documents"), 200)["documents"]

    found = []
    for file in listed:
        content = httpx.get(file["url"], trust_env=False, verify=False).content
        if file["kind"] == "pdf":
            found += [str(fault) for fault in facturx.pdfa_faults(content)]
            continue
        if file["kind"] == "facturx":
            verdict = facturx.judge(content, is_french=is_french)
            found += [str(fault) for fault in verdict.faults]
            content = verdict.xml or b""
        found += checks.file_problems(invoice, format_of(file, content), content, is_french=is_french)

    assert found == []
    assert {file["kind"] for file in listed} == expected_kinds(api.organization.country, name)


def expected_kinds(country: str, name: str) -> set[str]:
    if country == "IT":
        return {"pdf", "fatturapa"}
    return {"pdf", "facturx", "ubl"} | ({"xrechnung"} if "xrechnung" in name else set())
