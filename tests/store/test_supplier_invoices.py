"""Lists of supplier invoices: every filter, every order, and pages that the kept counts answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from counterfoil.app import House
from counterfoil.store import paging
from counterfoil.store import supplier_invoices as store
from counterfoil.store.supplier_invoices import QUERY_FIELDS, SORTS, Bound, SupplierInvoiceFilter
from tests.support.houses import Company, new_company
from tests.support.supplier_invoices import eur, fill, filled, pay, row, upload


def marks(company: Company, wanted: SupplierInvoiceFilter, **order: Any) -> list[str]:
    """The file names that a list finds, without their endings, in its order."""
    asked = {"sort": "created_at", "is_descending": False, "limit": 100, "skip": 0} | order
    with company.read() as work:
        total, rows = store.page(work.conn, company.id, wanted, **asked)
    assert total == len(rows) or order
    return [found.search_file_name.removesuffix(".pdf") for found in rows]


@pytest.fixture
def stocked(company: Company) -> Company:
    """Today is 2026-03-02."""
    filled(company, "late", due_date="2025-12-01", supplier_name="Société Générale des Eaux", invoice_number="INV-3382",
           total_amount=eur("120"), issue_date="2025-11-01")  # fmt: skip
    filled(company, "next", due_date="2026-04-01", supplier_name="Dupont", invoice_number="D 1",
           issue_date="2026-03-01", total_amount=eur("50.5"), vat_number="FR44732829320")  # fmt: skip
    upload(company, "unread")
    paid = filled(company, "paid", due_date="2025-12-01", issue_date="2025-11-01", total_amount=eur("99"),
                  supplier_name="Dupont SARL", invoice_number="d-1", vat_number="FR 44 732829320")  # fmt: skip
    pay(company, paid, payment_date="2026-02-10")
    filled(company, "credit", attachment_category="CREDIT_NOTE", due_date="2025-12-01", total_amount=eur("10"))
    filled(
        company, "menu", attachment_category="OTHER_NON_FINANCIAL_DOCUMENT", status="archived", issue_date="2025-10-01"
    )
    filled(company, "issued", issue_date="2025-12-31", total_amount={"value": "70", "currency": "USD"}, status="to_pay")
    return company


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, ["late", "next", "unread", "paid", "credit", "menu", "issued"]),
        ({"statuses": ("paid",)}, ["paid"]),
        ({"statuses": ("paid", "to_pay")}, ["paid", "issued"]),
        ({"unpaid_until": "2026-01-01"}, ["late", "issued"]),
        ({"unpaid_until": "2025-12-30"}, ["late"]),
        ({"unpaid_until": "2026-03-02"}, ["late", "unread", "issued"]),
        ({"unpaid_issued_until": "2026-01-01"}, ["late", "issued"]),
        ({"unpaid_issued_until": "2026-03-02"}, ["late", "next", "unread", "issued"]),
        ({"due_date_to": "2026-03-02"}, ["late", "paid", "credit"]),
        ({"due_date_from": "2026-03-03"}, ["next"]),
        ({"is_due_date_missing": True}, ["unread", "menu", "issued"]),
        ({"issue_date_from": "2025-12-31"}, ["next", "issued"]),
        ({"issue_date_to": "2025-11-01"}, ["late", "paid", "menu"]),
        ({"payment_date_from": "2026-02-01", "payment_date_to": "2026-02-28"}, ["paid"]),
        ({"has_missing_data": True}, ["unread", "credit", "menu", "issued"]),
        ({"has_missing_data": False}, ["late", "next", "paid"]),
        ({"is_matched": True}, []),
        ({"is_matched": False, "statuses": ("paid",)}, ["paid"]),
        ({"approver_ids": ("anyone",)}, []),
        ({"is_credit_note": False}, ["late", "next", "unread", "paid", "menu", "issued"]),
        ({"document_types": ("non_financial_documents",)}, ["menu"]),
        ({"document_types": ("duplicates",)}, ["next", "paid"]),
        ({"document_types": ("duplicates", "non_financial_documents")}, ["next", "paid", "menu"]),
        ({"payable": (Bound(True, 5050, "EUR"),)}, ["next", "credit"]),
        ({"payable": (Bound(False, 5050, "EUR"), Bound(True, 9900, "EUR"))}, ["next", "paid"]),
        ({"payable": (Bound(False, 1, "USD"),)}, ["issued"]),
        ({"sources": ("integration",), "statuses": ("paid",)}, ["paid"]),
        ({"sources": ("regate",)}, []),
        ({"number": "inv 33-82"}, ["late"]),
        ({"number": "D1"}, ["next", "paid"]),
        ({"supplier_name": "generale DES"}, ["late"]),
        ({"supplier_name": "dupont"}, ["next", "paid"]),
        ({"query": "societe"}, ["late"]),
        ({"query": "inv-33"}, ["late"]),
        ({"query": "ISSU"}, ["issued"]),
        ({"query": "50.50", "query_amount_cents": 5050}, ["next"]),
        ({"query": "50.50", "query_amount_cents": 5050, "query_fields": ("file_name",)}, []),
        ({"query": "dupont", "query_fields": ("supplier_name", "amount")}, ["next", "paid"]),
        ({"query": "%"}, []),
        ({"query": "_"}, []),
    ],
)  # fmt: skip
def test_a_filter_finds_what_it_says(stocked: Company, asked: dict[str, Any], expected: list[str]) -> None:
    assert marks(stocked, SupplierInvoiceFilter(**asked)) == expected


def test_attachments_lead_to_their_documents(stocked: Company) -> None:
    with stocked.read() as work:
        _, rows = store.page(
            work.conn, stocked.id, SupplierInvoiceFilter(), sort="created_at", is_descending=False, limit=2, skip=0
        )
    wanted = SupplierInvoiceFilter(attachment_ids=tuple(found.attachment_id for found in rows))
    assert marks(stocked, wanted) == ["late", "next"]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("created_at", ["late", "next", "unread", "paid", "credit", "menu", "issued"]),
        ("due_date", ["late", "paid", "credit", "next", "unread", "menu", "issued"]),
        ("issue_date", ["menu", "late", "paid", "issued", "next", "unread", "credit"]),
        ("total_amount", ["credit", "next", "issued", "paid", "late", "unread", "menu"]),
        ("payment_date", ["paid", "late", "next", "unread", "credit", "menu", "issued"]),
        ("file_name", ["credit", "issued", "late", "menu", "next", "paid", "unread"]),
    ],
)
def test_what_has_no_value_comes_last(stocked: Company, sort: str, expected: list[str]) -> None:
    everything = SupplierInvoiceFilter()
    assert marks(stocked, everything, sort=sort) == expected
    backwards = marks(stocked, everything, sort=sort, is_descending=True)
    if sort in ("due_date", "issue_date", "total_amount", "payment_date"):
        assert set(backwards[-2:]) <= {"unread", "menu", "issued", "credit", "late", "next"}
        assert backwards[0] not in ("unread", "menu")
    else:
        assert backwards == expected[::-1]


@pytest.mark.parametrize("sort", list(SORTS))
def test_pages_of_every_order_are_the_list_cut_up(stocked: Company, sort: str) -> None:
    wanted = SupplierInvoiceFilter(is_matched=False)  # not counted
    whole = marks(stocked, wanted, sort=sort, is_descending=True)
    cut = [marks(stocked, wanted, sort=sort, is_descending=True, limit=2, skip=skip) for skip in (0, 2, 4, 6, 8)]
    assert [mark for page in cut for mark in page] == whole
    assert len(set(whole)) == 7


@pytest.mark.parametrize("statuses", [None, ("to_review",), ("to_review", "archived")])
@pytest.mark.parametrize("is_descending", [True, False])
def test_counted_pages_are_those_of_the_plain_list(
    company: Company, monkeypatch: pytest.MonkeyPatch, statuses: tuple[str, ...] | None, is_descending: bool
) -> None:
    # Given more documents than a block of counts holds, some of them moved.
    monkeypatch.setattr(paging, "BLOCK", 4)
    ids = [upload(company, f"m{n:02d}") for n in range(22)]
    for invoice_id in ids[::3]:
        fill(company, invoice_id, status="archived")
    pay(company, ids[1])
    # Then each page is what counting by hand gives.
    counted = SupplierInvoiceFilter(statuses=statuses)
    plain = replace(counted, is_matched=False)
    assert counted.is_counted
    assert not plain.is_counted
    whole = marks(company, plain, is_descending=is_descending)
    for skip in range(0, 24, 5):
        page = marks(company, counted, is_descending=is_descending, limit=5, skip=skip)
        assert page == whole[skip : skip + 5]
    assert len(whole) == {None: 22, 1: 13, 2: 21}[statuses and len(statuses)]


def test_only_statuses_are_counted() -> None:
    assert SupplierInvoiceFilter(statuses=("paid",), query_fields=QUERY_FIELDS[:1]).is_counted
    assert not SupplierInvoiceFilter(query="x").is_counted


def test_a_duplicate_is_the_same_file_or_the_same_number_of_the_same_supplier(company: Company) -> None:
    def doubled(*ids: str) -> list[bool]:
        with company.read() as work:
            found = store.with_duplicates(work.conn, company.id, ids)
        return [each in found for each in ids]

    one, two = upload(company, "same"), upload(company, "same")
    other, third = upload(company, "other"), upload(company, "third")
    assert doubled(one, two, other, third) == [True, True, False, False]
    fill(company, other, supplier_name="Dupont", invoice_number="A-1")
    fill(company, third, supplier_name="Durand", invoice_number="A-1")
    assert doubled(other, third) == [False, False]
    fill(company, third, supplier_name="DUPONT", invoice_number="a1")
    assert doubled(other, third) == [True, True]
    # What is discarded is nobody's double any more.
    fill(company, third, status="discarded")
    assert doubled(other, third) == [False, False]


def test_a_suppliers_iban_is_that_of_its_newest_document(company: Company) -> None:
    old = filled(company, "old", supplier_name="Dupont", iban="DE89370400440532013000")
    filled(company, "new", supplier_name="dupont", iban="FR7630006000011234567890189")
    filled(company, "elses", supplier_name="Durand", iban="ES9121000418450200051332")
    now = upload(company, "now")
    fill(company, now, supplier_name="Dupont")
    with company.read() as work:
        assert store.known_iban(work.conn, company.id, row(company, now)) == "FR7630006000011234567890189"
        assert store.known_iban(work.conn, company.id, row(company, old)) == "FR7630006000011234567890189"


def test_anothers_documents_are_not_found(house: House, stocked: Company) -> None:
    other = new_company(house)
    invoice_id = upload(stocked, "mine", key="k")
    mine = row(stocked, invoice_id)
    with other.write() as work:
        assert store.get(work.conn, other.id, invoice_id) is None
        assert store.by_idempotency_key(work.conn, other.id, "k", since="") == []
        assert store.with_duplicates(work.conn, other.id, [invoice_id]) == set()
        assert store.known_iban(work.conn, other.id, mine) is None
        store.replace(work.conn, other.id, mine, mine._replace(body="{}"))
    assert row(stocked, invoice_id).body == mine.body
    assert marks(other, SupplierInvoiceFilter()) == []
    assert marks(other, SupplierInvoiceFilter(is_matched=False)) == []
