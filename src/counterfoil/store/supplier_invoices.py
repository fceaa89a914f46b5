"""Supplier invoices: one row each, with the columns that lists ask for beside the JSON that is answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    and_,
    bindparam,
    false,
    func,
    insert,
    or_,
    select,
    update,
)

from counterfoil.domain.money import cents
from counterfoil.domain.supplier_invoice import StoredSupplierInvoice, has_missing_data, key
from counterfoil.domain.supplier_invoice_lifecycle import UNSETTLED
from counterfoil.store import documents, paging, touched
from counterfoil.store.clients import folded
from counterfoil.store.prepared import Prepared
from counterfoil.store.tables import supplier_invoices

KIND = "supplier_invoice"
_C = supplier_invoices.c
_OTHER = supplier_invoices.alias("other")
# A rejected or discarded document is nobody's double any more.
_GONE: Final = ("rejected", "discarded")

# No payment is scheduled here, so that order is the one of creation.
SORTS: Final[Mapping[str, Column[Any]]] = {
    "created_at": _C.seq, "updated_at": _C.updated_at, "issue_date": _C.issue_date, "due_date": _C.due_date,
    "payment_date": _C.payment_date, "scheduled_date": _C.seq, "total_amount": _C.total_amount_cents,
    "payable_amount": _C.payable_amount_cents, "supplier_name": _C.search_supplier, "file_name": _C.search_file_name,
    "invoice_number": _C.search_number,
}  # fmt: skip
QUERY_FIELDS: Final = ("supplier_name", "amount", "file_name", "invoice_number")


class SupplierInvoiceRow(NamedTuple):
    """One supplier invoice as stored, in the order of the table's columns."""

    organization_id: str
    id: str
    seq: int
    status: str
    source: str
    attachment_id: str
    sha256: str
    idempotency_key: str | None
    number_key: str
    supplier_key: str
    vat_key: str
    search_supplier: str
    search_number: str
    search_file_name: str
    iban: str | None
    issue_date: str | None
    due_date: str | None
    payment_date: str | None
    currency: str | None
    total_amount_cents: int | None
    payable_amount_cents: int | None
    is_credit_note: bool
    is_non_financial: bool
    has_missing_data: bool
    created_at: str
    updated_at: str
    body: str


@dataclass(frozen=True, slots=True)
class Bound:
    """An amount that payable amounts are compared with, in whole cents of `currency`."""

    is_most: bool
    amount_cents: int
    currency: str


@dataclass(frozen=True)
class SupplierInvoiceFilter:
    """What a list asks for. Times and dates are texts as stored; `_from` and `_to` are inclusive.

    number: compared by letters and digits alone. supplier_name: part of it. unpaid_until: still to be paid, and due
    on this day or before; without a due date the day of issue counts, without both the day it came in.
    unpaid_issued_until: still to be paid, and issued on this day or before; else the day it came in counts.
    """

    statuses: tuple[str, ...] | None = None
    attachment_ids: tuple[str, ...] | None = None
    sources: tuple[str, ...] | None = None
    approver_ids: tuple[str, ...] | None = None
    document_types: tuple[str, ...] | None = None
    created_at_from: str | None = None
    created_at_to: str | None = None
    updated_at_from: str | None = None
    updated_at_to: str | None = None
    issue_date_from: str | None = None
    issue_date_to: str | None = None
    due_date_from: str | None = None
    due_date_to: str | None = None
    payment_date_from: str | None = None
    payment_date_to: str | None = None
    is_due_date_missing: bool | None = None
    has_missing_data: bool | None = None
    is_matched: bool | None = None
    is_credit_note: bool | None = None
    payable: tuple[Bound, ...] | None = None
    number: str | None = None
    supplier_name: str | None = None
    unpaid_until: str | None = None
    unpaid_issued_until: str | None = None
    query: str | None = None
    query_amount_cents: int | None = None
    query_fields: tuple[str, ...] = QUERY_FIELDS

    @property
    def is_counted(self) -> bool:
        """Whether the kept counts answer it, so that any page is fast."""
        names = (field.name for field in fields(self) if field.name not in ("statuses", "query_fields"))
        return all(getattr(self, name) is None for name in names)


_BY_ID = (_C.organization_id == bindparam("b_organization_id"), _C.id == bindparam("b_id"))
_GET = Prepared(select(supplier_invoices).where(*_BY_ID))
_BY_KEY = Prepared(
    select(supplier_invoices)
    .where(
        _C.organization_id == bindparam("organization_id"),
        _C.idempotency_key == bindparam("key"),
        _C.created_at >= bindparam("since"),
    )
    .order_by(_C.seq)
)
_INSERT = Prepared(insert(supplier_invoices))
_FIXED = ("organization_id", "id", "seq", "attachment_id", "sha256", "idempotency_key", "created_at")
_CHANGEABLE = tuple(name for name in SupplierInvoiceRow._fields if name not in _FIXED)
_CHANGE = Prepared(update(supplier_invoices).where(*_BY_ID), columns=_CHANGEABLE)


def row_of(invoice: StoredSupplierInvoice, *, seq: int, sha256: str, idempotency_key: str | None) -> SupplierInvoiceRow:
    """The row of a document. sha256: of its file."""
    total, payable = invoice.total_amount, invoice.payable_amount
    known = payable or total
    return SupplierInvoiceRow(
        organization_id=invoice.organization_id,
        id=invoice.id,
        seq=seq,
        status=invoice.status,
        source=invoice.source,
        attachment_id=invoice.attachment_id,
        sha256=sha256,
        idempotency_key=idempotency_key,
        number_key=key(invoice.invoice_number or ""),
        supplier_key=key(invoice.supplier_name or ""),
        vat_key=key(invoice.vat_number or ""),
        search_supplier=folded(f"{invoice.supplier_name or ''} {invoice.issuer_name or ''}".strip()),
        search_number=folded(invoice.invoice_number or ""),
        search_file_name=folded(invoice.file_name),
        iban=invoice.iban,
        issue_date=invoice.issue_date.isoformat() if invoice.issue_date else None,
        due_date=invoice.due_date.isoformat() if invoice.due_date else None,
        payment_date=invoice.payment_date.isoformat() if invoice.payment_date else None,
        currency=known.currency if known else None,
        total_amount_cents=cents(Decimal(total.value)) if total else None,
        payable_amount_cents=cents(Decimal(payable.value)) if payable else None,
        is_credit_note=invoice.is_credit_note,
        is_non_financial=bool(invoice.is_attachment_non_financial),
        has_missing_data=has_missing_data(invoice),
        created_at=invoice.created_at,
        updated_at=invoice.updated_at,
        body=invoice.model_dump_json(),
    )


def get(conn: Connection, organization_id: str, invoice_id: str) -> SupplierInvoiceRow | None:
    """The document; None when absent or another organization's."""
    row = _GET.run(conn, b_organization_id=organization_id, b_id=invoice_id).fetchone()
    return SupplierInvoiceRow._make(row) if row else None


def by_idempotency_key(
    conn: Connection, organization_id: str, idempotency_key: str, *, since: str
) -> list[SupplierInvoiceRow]:
    """What was made under this key at `since` (a time as stored) or later, in order: of one file, perhaps several."""
    rows = _BY_KEY.run(conn, organization_id=organization_id, key=idempotency_key, since=since).fetchall()
    return [SupplierInvoiceRow._make(row) for row in rows]


def insert_invoice(conn: Connection, organization_id: str, row: SupplierInvoiceRow) -> None:
    """Adds the row and its place in the counts."""
    columns = row._asdict()
    _INSERT.run(conn, **columns)
    touched.note(conn, KIND, columns)
    paging.add(conn, organization_id, KIND, status=row.status, imported=False, seq=row.seq, step=1)


def replace(conn: Connection, organization_id: str, before: SupplierInvoiceRow, after: SupplierInvoiceRow) -> None:
    """Writes `after` over `before`; moves the counts when the status changed."""
    changed = {name: getattr(after, name) for name in _CHANGEABLE}
    _CHANGE.run(conn, b_organization_id=organization_id, b_id=before.id, **changed)
    touched.note(conn, KIND, before._asdict() | changed)
    if before.status != after.status:
        for status, step in ((before.status, -1), (after.status, 1)):
            paging.add(conn, organization_id, KIND, status=status, imported=False, seq=before.seq, step=step)


def with_duplicates(conn: Connection, organization_id: str, invoice_ids: Sequence[str]) -> set[str]:
    """Those of `invoice_ids` that are there more than once."""
    query = select(_C.id).where(_C.organization_id == organization_id, _C.id.in_(invoice_ids), _has_duplicate())
    return set(conn.execute(query).scalars())


def known_iban(conn: Connection, organization_id: str, row: SupplierInvoiceRow) -> str | None:
    """The IBAN of the newest other document of the same supplier; None when there is none."""
    of_supplier = [
        column == value
        for column, value in ((_C.supplier_key, row.supplier_key), (_C.vat_key, row.vat_key))
        if value
    ]  # fmt: skip
    query = (
        select(_C.iban)
        .where(
            _C.organization_id == organization_id, _C.id != row.id, _C.iban.is_not(None), _C.status.not_in(_GONE),
            or_(false(), *of_supplier),
        )
        .order_by(_unindexed(_C.seq).desc())
        .limit(1)
    )  # fmt: skip
    found: str | None = conn.execute(query).scalar()
    return found


def page(
    conn: Connection,
    organization_id: str,
    wanted: SupplierInvoiceFilter,
    *,
    sort: str,
    is_descending: bool,
    limit: int,
    skip: int,
) -> tuple[int, list[SupplierInvoiceRow]]:
    """The number of matches and one page of them. sort: a key of SORTS; what has no value there comes last."""
    if wanted.is_counted and sort == "created_at":
        total, rows = documents.counted_page(
            conn, organization_id, supplier_invoices, KIND,
            statuses=wanted.statuses, include_imported=True, is_descending=is_descending, limit=limit, skip=skip,
        )  # fmt: skip
        return total, [SupplierInvoiceRow._make(row) for row in rows]
    conditions = [_C.organization_id == organization_id, *_conditions(wanted)]
    total = conn.execute(select(func.count()).select_from(supplier_invoices).where(*conditions)).scalar_one()
    if skip >= total:
        return total, []
    order = _order(sort, is_descending, has_own_index=bool(wanted.number or wanted.attachment_ids))
    ids = select(_C.id).where(*conditions).order_by(*order).limit(limit).offset(skip)
    found = select(supplier_invoices).where(_C.organization_id == organization_id, _C.id.in_(ids)).order_by(*order)
    return total, [SupplierInvoiceRow._make(row) for row in conn.execute(found)]


def _order(sort: str, is_descending: bool, *, has_own_index: bool) -> list[ColumnElement[Any]]:
    """has_own_index: what is asked for has an index of its own, which SQLite would leave for one in this order."""
    column = SORTS[sort]
    seq = _unindexed(_C.seq) if has_own_index else _C.seq
    sorted_by = seq if column is _C.seq else column
    order: list[ColumnElement[Any]] = [sorted_by, seq]
    if is_descending:
        order = [sorted_by.desc(), seq.desc()]
    # Databases differ in where they put what has no value.
    return [column.is_(None), *order] if column.nullable else order


def _unindexed(column: ColumnElement[int]) -> ColumnElement[int]:
    """The same values in a form that no index has."""
    return func.coalesce(column, 0)


def _has_duplicate() -> ColumnElement[bool]:
    other = _OTHER.c
    same = and_(other.organization_id == _C.organization_id, other.id != _C.id, other.status.not_in(_GONE))
    same_file = select(other.id).where(same, other.sha256 == _C.sha256)
    same_number = select(other.id).where(
        same, _C.number_key != "", other.number_key == _C.number_key,
        or_(
            and_(_C.supplier_key != "", other.supplier_key == _C.supplier_key),
            and_(_C.vat_key != "", other.vat_key == _C.vat_key),
        ),
    )  # fmt: skip
    return and_(_C.status.not_in(_GONE), or_(same_file.exists(), same_number.exists()))


_SEVERAL: Final[Mapping[str, ColumnElement[str]]] = {
    "statuses": _C.status, "attachment_ids": _C.attachment_id, "sources": _C.source,
}  # fmt: skip


def _conditions(wanted: SupplierInvoiceFilter) -> list[ColumnElement[bool]]:
    conditions = [
        column.in_(values) for name, column in _SEVERAL.items() if (values := getattr(wanted, name)) is not None
    ]
    for name in ("created_at", "updated_at", "issue_date", "due_date", "payment_date"):
        if (start := getattr(wanted, f"{name}_from")) is not None:
            conditions.append(_C[name] >= start)
        if (end := getattr(wanted, f"{name}_to")) is not None:
            conditions.append(_C[name] <= end)
    return [*conditions, *_facts(wanted), *_texts(wanted)]


def _facts(wanted: SupplierInvoiceFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.is_due_date_missing is not None:
        conditions.append(_C.due_date.is_(None) if wanted.is_due_date_missing else _C.due_date.is_not(None))
    for name in ("has_missing_data", "is_credit_note"):
        if (value := getattr(wanted, name)) is not None:
            conditions.append(_C[name].is_(value))
    if wanted.is_matched or wanted.approver_ids:
        # There is no bank feed and nobody has to approve: nothing is ever matched or waits for an approver.
        conditions.append(false())
    if wanted.document_types:
        kinds = {"duplicates": _has_duplicate(), "non_financial_documents": _C.is_non_financial.is_(True)}
        conditions.append(or_(*(kinds[name] for name in wanted.document_types)))
    for bound in wanted.payable or ():
        cents_of, limit = _C.payable_amount_cents, bound.amount_cents
        conditions += [_C.currency == bound.currency, cents_of <= limit if bound.is_most else cents_of >= limit]
    if wanted.unpaid_until is not None:
        counted_from = func.coalesce(_C.due_date, _C.issue_date, func.substr(_C.created_at, 1, 10))
        conditions += [_C.status.in_(UNSETTLED), _C.is_credit_note.is_(False), counted_from <= wanted.unpaid_until]
    if wanted.unpaid_issued_until is not None:
        issued = func.coalesce(_C.issue_date, func.substr(_C.created_at, 1, 10))
        conditions += [_C.status.in_(UNSETTLED), _C.is_credit_note.is_(False), issued <= wanted.unpaid_issued_until]
    return conditions


def _texts(wanted: SupplierInvoiceFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.number is not None:
        conditions.append(_C.number_key == key(wanted.number))
    if wanted.supplier_name is not None:
        conditions.append(_C.search_supplier.contains(folded(wanted.supplier_name), autoescape=True))
    if wanted.query is not None:
        text, amount = folded(wanted.query), wanted.query_amount_cents
        found = {
            "supplier_name": _C.search_supplier.contains(text, autoescape=True),
            "file_name": _C.search_file_name.contains(text, autoescape=True),
            "invoice_number": _C.search_number.contains(text, autoescape=True),
            "amount": false() if amount is None else or_(
                _C.total_amount_cents == amount, _C.payable_amount_cents == amount
            ),
        }  # fmt: skip
        conditions.append(or_(*(found[name] for name in wanted.query_fields)))
    return conditions
