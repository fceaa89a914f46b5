"""Every file of every document of the corpus valid by every judge, and not a cent between API, files and page.

300 documents at each run, 10,000 of up to 300 lines at full size, on all processors.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from decimal import Decimal

import pytest

from counterfoil.domain.einvoice_formats import FACTURX, formats_of
from counterfoil.formats.einvoices import xml_of
from counterfoil.formats.page import Appearance
from counterfoil.ports.renderer import ChildRenderer
from tests.corpus import checks
from tests.corpus.generate import Case, case
from tests.corpus.shapes import FRENCH, GERMAN, ITALIAN, SHAPES, SPANISH
from tests.plugins.figures import Figure
from tests.plugins.repeatable import is_full_size
from tests.support import verapdf
from tests.support.judges import facturx

COUNTRIES = {"FR": FRENCH, "DE": GERMAN, "IT": ITALIAN, "ES": SPANISH}
DOCUMENTS = 300
DOCUMENTS_AT_FULL_SIZE = 10_000
PDFS = 200 if is_full_size() else 12
# At full size, documents are handed to a process in portions of so many.
PORTION = 100


def problems_of(index: int, *, is_small: bool) -> list[str]:
    """What is wrong with the document of this index, each problem with its place."""
    drawn = case(index, is_small=is_small)
    return [f"{drawn}: {each}" for each in checks.problems(drawn.document, drawn.kind, vat_slack=drawn.vat_slack)]


def problems_of_portion(first: int) -> list[str]:
    """What is wrong with a portion of the large documents; runs in a process of its own."""
    return [problem for index in range(first, first + PORTION) for problem in problems_of(index, is_small=False)]


@pytest.mark.parametrize("country", COUNTRIES)
def test_every_document_is_valid_and_says_one_thing_everywhere(country: str) -> None:
    indexes = [index for index in range(DOCUMENTS) if SHAPES[index % len(SHAPES)] in COUNTRIES[country]]

    assert len(indexes) > DOCUMENTS / 6
    assert [problem for index in indexes for problem in problems_of(index, is_small=True)] == []


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_ten_thousand_documents_are_valid_and_say_one_thing_everywhere(figure: Figure) -> None:
    # Not forked: Saxon and its threads do not survive that.
    with ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("spawn")) as pool:
        found = list(pool.map(problems_of_portion, range(0, DOCUMENTS_AT_FULL_SIZE, PORTION)))

    problems = [problem for portion in found for problem in portion]
    assert problems == [], f"{len(problems)} problems; the first: {problems[:20]}"
    did = "e-invoices and pages of random documents, by the official validators"
    figure("R4", did, DOCUMENTS_AT_FULL_SIZE, "documents", "all valid, 0 cents apart")


def test_the_corpus_has_every_shape_as_it_is_meant() -> None:
    drawn = [case(index) for index in range(DOCUMENTS)]

    assert {each.shape.name for each in drawn} == {shape.name for shape in SHAPES}
    assert {each.kind for each in drawn} == {"client_invoice", "credit_note"}
    assert {fmt for each in drawn for fmt in formats_of(each.document)} >= {
        ("facturx", "cii"), ("ubl", "ubl"), ("xrechnung", "cii"), ("xrechnung", "ubl"), ("fatturapa", "fatturapa"),
    }  # fmt: skip
    assert categories(drawn) == {"S", "E", "AE", "K", "G", "O"}
    assert sum(each.document["discount"] is not None for each in drawn) > DOCUMENTS / 6
    assert sum(len(each.document["vat_breakdown"]) > 1 for each in drawn) > DOCUMENTS / 6
    for field in ("deposits", "welfare_fund", "withholding_tax", "stamp_duty_amount"):
        assert any(each.document.get(field) for each in drawn), field


def categories(drawn: list[Case]) -> set[str]:
    return {group["vat_category"] for each in drawn for group in each.document["vat_breakdown"]}


def test_long_documents_have_up_to_three_hundred_lines() -> None:
    counts = [len(case(index, is_small=False).document["items"]) for index in range(200)]

    assert min(counts) == 1
    assert max(counts) > 200


def test_the_same_index_gives_the_same_document() -> None:
    assert [case(index).document for index in range(20)] == [case(index).document for index in range(20)]


@pytest.fixture(scope="module")
def renderer() -> Iterator[ChildRenderer]:
    verapdf.need_verapdf()
    made = ChildRenderer()
    yield made
    made.close()


def test_pdfs_are_pdfa_with_the_same_xml_inside(renderer: ChildRenderer) -> None:
    # A step that is prime to the number of shapes, so that each shape has its turn.
    for index in range(0, PDFS * 5, 5):
        drawn = case(index)
        document = drawn.document
        has_xml = FACTURX in formats_of(document)
        xml = xml_of(document, FACTURX) if has_xml else b""

        pdf = renderer.render({**document, "status": "unpaid"}, Appearance(), drawn.kind, xml)

        if has_xml:
            is_french = document["organization"]["legal_country"] == "FR"
            verdict = facturx.judge(pdf, is_french=is_french, vat_slack=drawn.vat_slack)
            assert (str(drawn), verdict.faults) == (str(drawn), ())
            assert verdict.xml == xml
        else:
            assert (str(drawn), facturx.pdfa_faults(pdf)) == (str(drawn), [])


@pytest.mark.parametrize("index", [0, 14, 27, 41])
def test_a_cent_in_any_group_would_be_seen(index: int) -> None:
    document = case(index).document
    group = document["vat_breakdown"][0]
    value = str(Decimal(group["vat_amount"]["value"]) + Decimal("0.01"))
    document["vat_breakdown"][0] = group | {"vat_amount": {"value": value, "currency": "EUR"}}

    assert checks.problems(document, case(index).kind)
