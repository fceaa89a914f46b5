"""Importing client invoices and uploading files for documents, over HTTP."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator

from tests.conftest import NewOrganization
from tests.support import hostile_files as files
from tests.support.server import Api, attached, expect, make_token

NOBODY = "00000000-0000-0000-0000-000000000000"
MB = 1024 * 1024
_marks = count()


def pdf() -> bytes:
    """A PDF that no other test uploads."""
    return files.pdf(f"client invoice {next(_marks)}")


def imported(api: Api, *sent: tuple[str, bytes], field: str = "client_invoices", **headers: str) -> httpx.Response:
    form = [(field, (name, data, "application/pdf")) for name, data in sent]
    return api.http.post("/v2/client_invoices/bulk", files=form, headers=headers)


def uploaded(api: Api, data: bytes, name: str = "own.pdf") -> dict[str, Any]:
    answer = api.http.post("/v2/client_invoices/uploads", files={"client_invoices_upload": (name, data)})
    return dict(expect(answer, 200)["client_invoice_upload"])


def test_files_become_invoices_in_their_order(fresh: Api) -> None:
    data = pdf()
    answer = expect(imported(fresh, ("one.pdf", data), ("two.png", files.png()), ("three.xml", files.PLAIN_UBL)), 200)
    assert [each["file_name"] for each in answer["client_invoices"]] == ["one.pdf", "two.png", "three.xml"]
    invoice = fresh.invoice(answer["client_invoices"][0]["invoice_id"])
    assert (invoice["status"], invoice["number"], invoice["total_amount_cents"]) == ("unpaid", "", 0)
    assert (invoice["client"]["id"], invoice["items"], invoice["issue_date"]) == (NOBODY, [], fresh.today)
    # The file is as it came.
    attachment = expect(fresh.get(f"/attachments/{invoice['attachment_id']}"), 200)["attachment"]
    with fresh.server.http() as nobody:
        assert nobody.get(attachment["url"]).content == data
        assert nobody.get(invoice["invoice_url"]).status_code == 404


def test_lists_show_them_only_when_asked(fresh: Api) -> None:
    made = expect(imported(fresh, ("one.pdf", pdf())), 200)["client_invoices"][0]["invoice_id"]
    draft = fresh.draft()["id"]
    assert fresh.count() == 1
    listed = expect(fresh.get("/client_invoices", exclude_imported="false"), 200)
    assert [each["id"] for each in listed["client_invoices"]] == [draft, made]
    assert listed["meta"]["total_count"] == 2


def test_no_number_of_the_series_is_taken(fresh: Api) -> None:
    before = fresh.draft()["number"].removesuffix("-PROFORMA")
    expect(imported(fresh, ("one.pdf", pdf()), ("two.pdf", pdf())), 200)
    assert fresh.issued()["number"] == before


def test_the_same_file_again_is_the_same_invoice(fresh: Api, de: Api) -> None:
    one, two = pdf(), pdf()
    first = expect(imported(fresh, ("one.pdf", one)), 200)["client_invoices"]
    again = expect(imported(fresh, ("renamed.pdf", one), ("two.pdf", two), ("again.pdf", two)), 200)["client_invoices"]
    assert again[0]["invoice_id"] == first[0]["invoice_id"]
    assert again[1]["invoice_id"] == again[2]["invoice_id"] != first[0]["invoice_id"]
    # Of this organization.
    assert expect(imported(de, ("one.pdf", one)), 200)["client_invoices"][0]["invoice_id"] != first[0]["invoice_id"]


def test_all_are_imported_or_none(fresh: Api) -> None:
    answer = imported(fresh, ("1.pdf", pdf()), ("2.pdf", b"no PDF"), ("3.pdf", pdf() + b"x" * 5 * MB), ("4.pdf", b""))
    faults = expect(answer, 422)["errors"]
    assert [fault["source"]["pointer"] for fault in faults] == [
        f"/data/attributes/client_invoices/{index}" for index in (1, 2, 3)
    ]
    assert expect(fresh.get("/client_invoices", exclude_imported="false"), 200)["client_invoices"] == []


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [([], 415, "unsupported_media_type"), ([("n.pdf", b"%PDF-")] * 6, 422, "too_many_items")],
)
def test_one_to_five_files(fresh: Api, sent: list[tuple[str, bytes]], status: int, code: str) -> None:
    assert expect(imported(fresh, *sent), status)["errors"][0]["code"] == code
    assert expect(imported(fresh, ("a.pdf", pdf()), field="other"), 422)["errors"][0]["code"] == "missing_value"


@pytest.mark.parametrize("field", ["client_invoices[]", "client_invoices[0]"])
def test_the_field_may_be_written_as_a_list(fresh: Api, field: str) -> None:
    assert len(expect(imported(fresh, ("a.pdf", pdf()), field=field), 200)["client_invoices"]) == 1


def test_italian_organizations_do_not_import(it: Api) -> None:
    data = pdf()
    assert expect(imported(it, ("a.pdf", data)), 403)["errors"][0]["code"] == "forbidden"
    assert not [path for path in Path(it.server.data, "files").glob("*/*") if path.read_bytes() == data]


def test_a_dry_run_imports_nothing(fresh: Api) -> None:
    data = pdf()
    expect(imported(fresh, ("a.pdf", data), **{"X-Dry-Run": "true"}), 200)
    assert expect(fresh.get("/client_invoices", exclude_imported="false"), 200)["meta"]["total_count"] == 0
    assert not [path for path in Path(fresh.server.data, "files").glob("*/*") if path.read_bytes() == data]


def test_an_imported_invoice_is_paid_and_canceled_but_neither_changed_nor_mailed(fresh: Api) -> None:
    made = [each["invoice_id"] for each in
            expect(imported(fresh, ("a.pdf", pdf()), ("b.pdf", pdf())), 200)["client_invoices"]]  # fmt: skip
    assert fresh.act(made[0], "mark_as_paid")["status"] == "paid"
    assert fresh.act(made[0], "unmark_as_paid")["status"] == "unpaid"
    assert fresh.act(made[1], "mark_as_canceled")["status"] == "canceled"
    body = {"send_to": ["a@client.example"], "email_title": "Invoice"}
    refused = expect(fresh.post(f"/client_invoices/{made[0]}/send", body), 412)["errors"][0]
    assert refused["code"] == "invoice_imported"
    assert fresh.patch(f"/client_invoices/{made[0]}", {"header": "x"}).status_code == 412
    assert fresh.delete(f"/client_invoices/{made[0]}").status_code == 412
    assert fresh.invoice(made[0])["attachment_id"]


def test_an_imported_invoice_is_what_the_description_says(fresh: Api) -> None:
    made = expect(imported(fresh, ("a.pdf", pdf())), 200)["client_invoices"][0]["invoice_id"]
    with fresh.server.http() as nobody:
        described = nobody.get("/openapi.json").json()
    path = described["paths"]["/v2/client_invoices/{id}"]["get"]["responses"]["200"]["content"]["application/json"]
    validator = Draft202012Validator({**path["schema"], "components": described["components"]})
    assert [fault.message for fault in validator.iter_errors(fresh.get(f"/client_invoices/{made}").json())] == []


def test_an_upload_is_read_back(fr: Api) -> None:
    data = pdf()
    upload = uploaded(fr, data, "../own.pdf")
    assert (upload["filename"], upload["content_type"], upload["file_size"]) == (
        "own.pdf",
        "application/pdf",
        len(data),
    )
    assert upload["organization_id"] == fr.organization.id
    answer = expect(fr.get(f"/client_invoices/uploads/{upload['id']}"), 200)
    assert answer["client_invoice_upload"]["id"] == answer["data"]["id"] == upload["id"]
    assert answer["data"]["attributes"]["filename"] == "own.pdf"
    with fr.server.http() as nobody:
        assert nobody.get(answer["client_invoice_upload"]["url"]).content == data


def test_an_upload_below_an_invoice_is_its_own(fr: Api) -> None:
    draft, other = fr.draft()["id"], fr.draft()["id"]
    data = pdf()
    sent = fr.http.post(f"/v2/client_invoices/{draft}/uploads", files={"file": ("own.pdf", data)})
    upload = expect(sent, 200)["upload"]
    assert set(upload) == {"id", "file_name", "file_size", "file_content_type", "url", "created_at"}
    read = expect(fr.get(f"/client_invoices/{draft}/uploads/{upload['id']}"), 200)["upload"]
    assert (read["id"], read["file_size"]) == (upload["id"], len(data))
    for path in (f"/client_invoices/{other}/uploads/{upload['id']}", f"/client_invoices/{draft}/uploads/{other}"):
        assert expect(fr.get(path), 404)["errors"][0]["code"] == "not_found"
    assert fr.http.post("/v2/client_invoices/nonsense/uploads", files={"file": ("a.pdf", pdf())}).status_code == 404


def test_an_upload_of_somebody_else_is_not_there(fr: Api, de: Api) -> None:
    theirs = uploaded(de, pdf())["id"]
    assert fr.get(f"/client_invoices/uploads/{theirs}").status_code == 404
    fault = expect(fr.create(upload_id=theirs), 422)["errors"][0]
    assert (fault["code"], fault["source"]["pointer"]) == ("invalid_upload_id", "/data/attributes/upload_id")


def test_an_attachment_is_no_upload_and_a_picture_no_document(fr: Api) -> None:
    attachment = fr.http.post("/v2/attachments", files={"file": ("a.pdf", pdf())}).json()["attachment"]["id"]
    assert fr.get(f"/client_invoices/uploads/{attachment}").status_code == 404
    picture = uploaded(fr, files.png(), "a.png")["id"]
    for upload_id in (attachment, picture):
        assert expect(fr.create(upload_id=upload_id), 422)["errors"][0]["code"] == "invalid_upload_id"


@pytest.mark.parametrize("method", ["get", "patch", "put", "delete"])
@pytest.mark.parametrize("path", ["bulk", "uploads", "uploads/nonsense", "uploads/%00"])
def test_fixed_paths_are_no_ids(fr: Api, method: str, path: str) -> None:
    answer = fr.http.request(method, f"/v2/client_invoices/{path}", json=None if method == "get" else {})
    assert answer.status_code in (404, 405)
    assert answer.json()["errors"][0]["code"]


def test_scopes(fr: Api) -> None:
    reader = make_token(fr.organization, fr.server.data, "client_invoices.read")
    upload = uploaded(fr, pdf())["id"]
    with fr.server.http(Authorization=f"Bearer {reader}") as http:
        assert http.get(f"/v2/client_invoices/uploads/{upload}").status_code == 200
        assert http.post("/v2/client_invoices/bulk", files={"client_invoices": ("a.pdf", pdf())}).status_code == 403
        sent = {"client_invoices_upload": ("a.pdf", pdf())}
        assert http.post("/v2/client_invoices/uploads", files=sent).status_code == 403


def content(api: Api, document: dict[str, Any]) -> bytes:
    attachment = expect(api.get(f"/attachments/{document['attachment_id']}"), 200)["attachment"]
    assert attachment["file_content_type"] == "application/pdf"
    with api.server.http() as nobody:
        return nobody.get(attachment["url"]).content


def test_an_uploaded_pdf_is_the_documents_own(worker: Api) -> None:
    data = pdf()
    upload = uploaded(worker, data)["id"]
    # Given a draft with a file of its own.
    draft = attached(worker, worker.draft(upload_id=upload), seconds=20)
    assert (draft["upload_id"], content(worker, draft)) == (upload, data)
    # When it is finalized, the file stays, and the public page has it too.
    issued = attached(worker, worker.act(draft["id"], "finalize"), seconds=20)
    assert content(worker, issued) == data
    with worker.server.http() as nobody:
        assert nobody.get(f"{issued['invoice_url']}/pdf").content == data


def test_a_change_gives_and_takes_the_file(worker: Api) -> None:
    data = pdf()
    upload = uploaded(worker, data)["id"]
    draft = worker.draft()
    assert "upload_id" not in draft
    path = f"/client_invoices/{draft['id']}"
    given = attached(worker, expect(worker.patch(path, {"upload_id": upload}), 200)["client_invoice"], seconds=20)
    _wait_for(worker, draft["id"], lambda found: content(worker, found) == data)
    assert given["upload_id"] == upload
    kept = expect(worker.patch(path, {"header": "Bonjour"}), 200)["client_invoice"]
    assert kept["upload_id"] == upload
    taken = expect(worker.patch(path, {"upload_id": None}), 200)["client_invoice"]
    assert "upload_id" not in taken
    _wait_for(worker, draft["id"], lambda found: content(worker, found) != data)


def _wait_for(api: Api, invoice_id: str, is_so: Callable[[dict[str, Any]], bool]) -> None:
    deadline = time.monotonic() + 20
    while not is_so(api.invoice(invoice_id)):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_quote_may_have_its_own_file(new_organization: NewOrganization) -> None:
    api = new_organization("FR")
    upload = uploaded(api, pdf())["id"]
    body = {
        "client_id": api.client()["id"], "issue_date": api.today, "expiry_date": "2199-01-01", "currency": "EUR",
        "terms_and_conditions": "30 days", "items": [api.item()], "upload_id": upload,
    }  # fmt: skip
    quote = expect(api.post("/quotes", body), 201)["quote"]
    assert quote["upload_id"] == upload
    changed = expect(api.patch(f"/quotes/{quote['id']}", {"upload_id": None}), 200)["quote"]
    assert "upload_id" not in changed
    assert expect(api.post("/quotes", body | {"upload_id": NOBODY}), 422)["errors"][0]["code"] == "invalid_upload_id"
