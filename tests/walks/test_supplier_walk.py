"""What people ask of their suppliers' invoices, over plain HTTP: which are overdue, and mark one as paid."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.conftest import NewOrganization
from tests.support import hostile_files as files
from tests.support.server import Api, expect


def uploaded(api: Api, *marks: str) -> list[dict[str, Any]]:
    """One supplier invoice for each mark, sent in one form."""
    form: list[tuple[str, Any]] = []
    for mark in marks:
        form.append(("supplier_invoices[][file]", (f"{mark}.pdf", files.pdf(mark), "application/pdf")))
        form.append(("supplier_invoices[][idempotency_key]", (None, f"key-{mark}")))
    answer = expect(api.http.post("/v2/supplier_invoices/bulk", files=form), 200)
    assert answer["errors"] == []
    assert [made["file_name"] for made in answer["supplier_invoices"]] == [f"{mark}.pdf" for mark in marks]
    return list(answer["supplier_invoices"])


def filled(api: Api, invoice: dict[str, Any], **known: Any) -> dict[str, Any]:
    answer = expect(api.patch(f"/supplier_invoices/{invoice['id']}", known), 200)
    assert answer["warnings"] == []
    return dict(answer["supplier_invoice"])


def eur(value: str) -> dict[str, str]:
    return {"value": value, "currency": "EUR"}


def test_mark_supplier_invoice_inv_3382_as_paid_on_2026_05_20(new_organization: NewOrganization) -> None:
    api = new_organization("FR")
    # Given three documents that came in and were read, one of them INV-3382.
    first, second, _unread = uploaded(api, "one", "two", "three")
    filled(api, first, supplier_name="Papeterie Dupont", invoice_number="INV-3382", issue_date="2026-04-20",
           due_date="2026-05-20", total_amount=eur("120.00"), total_amount_excluding_taxes=eur("100.00"),
           iban="FR7630006000011234567890189")  # fmt: skip
    filled(api, second, supplier_name="Papeterie Dupont", invoice_number="INV-3383", total_amount=eur("60.00"))
    # When it is looked for by its number and marked as paid.
    (found,) = expect(api.get("/supplier_invoices", **{"filter[invoice_number]": "INV-3382"}), 200)["supplier_invoices"]
    assert (found["id"], found["total_tax_amount"], found["available_actions"]["pay"]) == (
        first["id"], eur("20.00"), True,
    )  # fmt: skip
    body = {"supplier_invoice": {"payment_date": "2026-05-20"}}
    paid = expect(api.post(f"/supplier_invoices/{found['id']}/mark_as_paid", body), 200)
    # Then the bare answer says so, and so does everything that is read afterwards.
    assert (paid["status"], paid["payment_date"]) == ("paid", "2026-05-20")
    assert expect(api.get(f"/supplier_invoices/{found['id']}"), 200)["supplier_invoice"] == paid
    listed = expect(api.get("/supplier_invoices", **{"filter[status]": "paid"}), 200)
    assert [each["id"] for each in listed["supplier_invoices"]] == [found["id"]]
    # And the file is there as it came.
    attachment = expect(api.get(f"/attachments/{paid['attachment_id']}"), 200)["attachment"]
    with api.server.http() as nobody:
        assert nobody.get(attachment["url"]).content == files.pdf("one")


def test_which_supplier_invoices_are_still_unpaid_after_60_days(new_organization: NewOrganization) -> None:
    api = new_organization("FR")
    today = date.fromisoformat(api.today)

    def ago(days: int) -> str:
        return (today - timedelta(days=days)).isoformat()

    # Given documents due at all sorts of times, some of them settled.
    known: dict[str, dict[str, Any]] = {
        "due 61 days ago": {"due_date": ago(61), "issue_date": ago(90)},
        "due 60 days ago": {"due_date": ago(60)},
        "due 59 days ago": {"due_date": ago(59), "issue_date": ago(90)},
        "issued 70 days ago, no due date": {"issue_date": ago(70)},
        "due long ago, to pay": {"due_date": ago(200), "status": "to_pay"},
        "due long ago, archived": {"due_date": ago(200), "status": "archived"},
        "due long ago, credit note": {"due_date": ago(200), "is_credit_note": True},
        "due long ago, paid": {"due_date": ago(200)},
        "due long ago, rejected": {"due_date": ago(200)},
        "came in today": {},
    }
    documents = dict(zip(known, uploaded(api, *known), strict=True))
    for name, sent in known.items():
        filled(api, documents[name], **sent)
    expect(api.post(f"/supplier_invoices/{documents['due long ago, paid']['id']}/mark_as_paid"), 200)
    expect(api.post(f"/supplier_invoices/{documents['due long ago, rejected']['id']}/reject"), 200)
    # When they are asked for, the oldest first.
    asked = {"filter[overdue_days]": 60, "sort_by": "due_date:asc"}
    answer = expect(api.get("/supplier_invoices", **asked), 200)
    # Then those are named that are still to be paid, and no other.
    assert [each["file_name"].removesuffix(".pdf") for each in answer["supplier_invoices"]] == [
        "due long ago, to pay", "due 61 days ago", "due 60 days ago", "issued 70 days ago, no due date",
    ]  # fmt: skip
    assert answer["meta"]["total_count"] == 4
