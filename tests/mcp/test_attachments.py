"""The tools for files: links in and out, no bytes between."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from starlette.testclient import TestClient

from counterfoil.app import create_app
from tests.mcp.conftest import Office
from tests.support import hostile_files as files


def put(office: Office, url: str, data: bytes) -> int:
    """The file sent by the host, outside the conversation."""
    parts = urlsplit(url)
    return TestClient(create_app(office.house)).put(f"{parts.path}?{parts.query}", content=data).status_code


def arrived(office: Office, data: bytes, content_type: str = "application/pdf") -> str:
    place = office.ask("request_attachment_upload", file_name="bill.pdf", content_type=content_type)
    assert put(office, place["upload_url"], data) == 201
    return str(place["blob_ref"])


def test_a_file_goes_in_and_comes_out_by_links(office: Office) -> None:
    place = office.ask("request_attachment_upload", file_name="bill.pdf", content_type="application/pdf")
    assert place["max_bytes"] == 15 * 1024 * 1024
    assert put(office, place["upload_url"], files.pdf("mcp")) == 201
    (act,) = place["next_actions"]
    kept = office.ask(act["tool"], **act["arguments"])["attachment"]
    result: Any = office.work(lambda assistant: assistant.call("get_attachment", id=kept["id"]))
    shown = result.structured_content["attachment"]
    assert (shown["file_name"], shown["size"]) == ("bill.pdf", len(files.pdf("mcp")))
    assert TestClient(create_app(office.house)).get(shown["url"].partition("/files/")[2].join(["/files/", ""])).content
    (link,) = [part for part in result.content if part.type == "resource_link"]
    assert str(link.uri) == shown["url"]


def test_it_becomes_a_supplier_invoice(office: Office) -> None:
    answer = office.ask("upload_attachment", blob_ref=arrived(office, files.pdf("bill")), target="supplier_invoice")
    (act,) = answer["next_actions"]
    found = office.ask(act["tool"], **act["arguments"])["supplier_invoice"]
    assert found["attachment_id"] == answer["attachment"]["id"]


def test_it_becomes_the_pdf_of_a_draft_or_quote_named_by_number(office: Office) -> None:
    draft = office.draft()
    ref = arrived(office, files.pdf("own"))
    assert office.refused("upload_attachment", blob_ref=ref, target="client_invoice")["field"] == "id"
    answer = office.ask("upload_attachment", blob_ref=ref, target="client_invoice", id=draft["id"])
    whole = office.ask("get_client_invoice", id=draft["id"])["client_invoice"]
    assert whole["upload_id"] == answer["attachment"]["id"]
    made = office.ask("create_quote", client_id=draft["client"]["id"], items=[{
        "title": "A", "unit_price": "1", "vat_rate": "0.2"}])["quote"]  # fmt: skip
    ref = arrived(office, files.pdf("own quote"))
    answer = office.ask("upload_attachment", blob_ref=ref, target="quote", id=made["number"])
    assert answer["documents"] == [{"kind": "quote", "id": made["id"]}]


def test_a_file_is_used_once_and_not_before_it_came(office: Office) -> None:
    place = office.ask("request_attachment_upload", file_name="a.pdf", content_type="application/pdf")
    asked = {"blob_ref": place["blob_ref"], "target": "standalone"}
    assert office.refused("upload_attachment", **asked)["code"] == "upload_not_arrived"
    assert put(office, place["upload_url"], files.pdf("once")) == 201
    office.ask("upload_attachment", **asked, preview=True)
    office.ask("upload_attachment", **asked)
    assert office.refused("upload_attachment", **asked)["code"] == "upload_already_used"


def test_a_preview_gives_no_link(office: Office) -> None:
    asked = {"file_name": "a.pdf", "content_type": "application/pdf", "preview": True}
    assert "upload_url" not in office.ask("request_attachment_upload", **asked)
