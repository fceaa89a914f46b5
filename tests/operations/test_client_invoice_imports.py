"""Imported invoices as operations: once a file, in one transaction, out of the way of everything that is ours."""

from __future__ import annotations

import json

import pytest

from counterfoil import errors
from counterfoil.app import House
from counterfoil.operations import client_invoice_imports, client_invoices, uploads
from counterfoil.operations.attachments import StoredFile
from counterfoil.store import journal
from tests.support.houses import Company, new_company

FILES = [StoredFile(f"{mark}.pdf", "application/pdf", 3, mark * 64) for mark in "ab"]


def run(company: Company, files: list[StoredFile]) -> list[str]:
    with company.write() as work:
        return client_invoice_imports.import_files(work, files)


def test_a_file_is_imported_once_whatever_it_is_called(company: Company) -> None:
    first = run(company, FILES)
    renamed = StoredFile("other.pdf", "application/pdf", 3, "a" * 64)
    assert run(company, [FILES[1], renamed, renamed]) == [first[1], first[0], first[0]]
    with company.read() as work:
        assert [event[0] for event in journal.of_document(work.conn, company.id, first[0])] == ["imported"]


def test_another_organization_imports_its_own(house: House, company: Company) -> None:
    other = new_company(house)
    assert run(company, FILES) != run(other, FILES)


def test_an_imported_invoice_has_no_number_and_takes_none(company: Company) -> None:
    row = company.get(run(company, FILES)[0])
    assert (row.number, row.imported, row.status) == (None, True, "unpaid")
    assert json.loads(row.frozen)["number"] == ""
    with company.read() as work:
        assert client_invoices.proforma_numbers(work, [row]) == {}
    assert company.create(status="unpaid").number == "F-2026-001"


def test_it_is_closed_has_no_page_and_is_not_mailed(company: Company) -> None:
    row = company.get(run(company, FILES)[0])
    assert row.finalized_at
    with company.read() as work:
        with pytest.raises(errors.NotFound):
            client_invoices.public(work, row)
        with pytest.raises(errors.WrongState, match="imported"):
            client_invoices.check_send(work, row)


def test_italian_organizations_do_not_import(house: House) -> None:
    italian = new_company(
        house, legal_country="IT", legal_number="00743110157", vat_number="IT00743110157", tax_number="00743110157",
        einvoicing_enabled=True,
    )  # fmt: skip
    with pytest.raises(errors.Forbidden):
        run(italian, FILES)


def test_an_upload_belongs_to_one_organization_and_one_document(house: House, company: Company) -> None:
    with company.write() as work:
        free, bound = uploads.create(work, FILES[0]).id, uploads.create(work, FILES[1], "document").id
        assert uploads.get(work, free.upper()).id == uploads.checked(work, free) == free
        assert uploads.get(work, bound, "document").id == bound
        for upload_id, document_id in ((free, "document"), (bound, "another")):
            with pytest.raises(errors.NotFound):
                uploads.get(work, upload_id, document_id)
    with new_company(house).read() as work, pytest.raises(errors.Invalid):
        uploads.checked(work, free)
