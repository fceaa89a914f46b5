"""/v2/attachment_uploads: a signed link takes one file, once; and what becomes of the file."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

import httpx
import pytest

from counterfoil.app import House
from counterfoil.domain.scopes import ALL_SCOPES
from counterfoil.jobs import pending_uploads as job
from counterfoil.operations import pending_uploads
from counterfoil.operations.attachments import StoredFile
from counterfoil.operations.pending_uploads import NewPendingUpload
from counterfoil.operations.work import Actor
from counterfoil.settings import Settings
from tests.support import databases
from tests.support import hostile_files as files
from tests.support.server import Api, Organization, expect, make_organization, make_token

MB = 1024 * 1024
ASKED = {"file_name": "bill.pdf", "content_type": "application/pdf"}


def place(api: Api, **more: str) -> dict[str, Any]:
    """A new place for a file."""
    return dict(expect(api.post("/attachment_uploads", ASKED | more), 201)["attachment_upload"])


def put(url: str, data: bytes) -> httpx.Response:
    """The file sent as any program sends it, without a key."""
    return httpx.put(url, content=data, timeout=30)


def arrived(api: Api, data: bytes, **more: str) -> str:
    """A place that has taken `data`; its blob_ref."""
    made = place(api, **more)
    expect(put(made["upload_url"], data), 201)
    return str(made["blob_ref"])


def use(api: Api, blob_ref: str, target: str = "standalone", **more: Any) -> httpx.Response:
    return api.post(f"/attachment_uploads/{blob_ref}/use", {"target": target, **more})


def fault(answer: httpx.Response, status: int) -> str:
    """Its code; every fault says how to go on."""
    found = expect(answer, status)["errors"][0]
    assert found["meta"]["fix"]
    return str(found["code"])


def with_query(url: str, **changes: str) -> str:
    parts = urlsplit(url)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | changes
    return urlunsplit(parts._replace(query=urlencode(query)))


def test_a_file_goes_in_by_its_link_and_comes_out_as_an_attachment(fr: Api) -> None:
    made = place(fr, file_name="../../reçu.pdf")
    life = datetime.fromisoformat(made["expires_at"]) - datetime.now(UTC)
    assert timedelta(minutes=14) < life <= timedelta(minutes=15)
    assert (made["max_bytes"], made["method"]) == (15 * MB, "PUT")
    data = files.pdf("by link")
    told = expect(put(made["upload_url"], data), 201)["attachment_upload"]
    assert (told["size"], told["content_type"]) == (len(data), "application/pdf")
    answer = expect(use(fr, made["blob_ref"]), 200)
    shown = expect(fr.get(f"/attachments/{answer['attachment']['id']}"), 200)["attachment"]
    assert (shown["file_name"], answer["documents"]) == ("reçu.pdf", [])
    assert httpx.get(shown["url"]).content == data


def test_a_supplier_invoice_is_made_of_it(fresh: Api) -> None:
    answer = expect(use(fresh, arrived(fresh, files.pdf("supplier")), "supplier_invoice"), 200)
    (document,) = answer["documents"]
    invoice = expect(fresh.get(f"/supplier_invoices/{document['id']}"), 200)["supplier_invoice"]
    assert (invoice["attachment_id"], invoice["status"]) == (answer["attachment"]["id"], "to_review")


def test_a_supplier_invoice_may_be_xml_and_an_attachment_may_not(fresh: Api) -> None:
    ref = arrived(fresh, files.PLAIN_UBL, file_name="in.xml", content_type="application/xml")
    assert fault(use(fresh, ref), 422) == "invalid_file"
    # What was refused is not used up.
    assert len(expect(use(fresh, ref, "supplier_invoice"), 200)["documents"]) == 1


def test_it_becomes_the_pdf_of_a_draft_and_of_no_issued_invoice(fr: Api) -> None:
    draft, issued = fr.draft(), fr.issued()
    ref = arrived(fr, files.pdf("own file"))
    assert fault(use(fr, ref, "client_invoice"), 422) == "missing_value"
    assert fault(use(fr, ref, "client_invoice", id=issued["id"]), 412) == "invoice_not_in_draft_status"
    answer = expect(use(fr, ref, "client_invoice", id=draft["id"]), 200)
    assert fr.invoice(draft["id"])["upload_id"] == answer["attachment"]["id"]
    assert fault(use(fr, arrived(fr, files.png()), "client_invoice", id=draft["id"]), 422) == "invalid_upload_id"


def test_a_link_takes_one_file_and_a_file_is_used_once(fr: Api) -> None:
    made = place(fr)
    assert fault(use(fr, made["blob_ref"]), 412) == "upload_not_arrived"
    expect(put(made["upload_url"], files.pdf("first")), 201)
    for data in (files.pdf("first"), files.pdf("second")):
        assert fault(put(made["upload_url"], data), 409) == "upload_already_arrived"
    expect(use(fr, made["blob_ref"]), 200)
    assert fault(use(fr, made["blob_ref"]), 412) == "upload_already_used"


def test_the_same_call_under_one_key_answers_the_first_one(fr: Api) -> None:
    ref = arrived(fr, files.pdf("replayed"))
    first, again = (
        fr.post(f"/attachment_uploads/{ref}/use", {"target": "standalone"}, **{"Idempotency-Key": f"use {ref}"})
        for _ in range(2)
    )
    assert expect(again, 200)["attachment"]["id"] == expect(first, 200)["attachment"]["id"]
    assert again.headers["idempotency-replayed"] == "true"


@pytest.mark.parametrize("part", ["signature", "expires", "blob_ref", "organization"])
def test_a_link_that_was_edited_is_none(fr: Api, de: Api, part: str) -> None:
    made, other = place(fr), place(fr)
    url = made["upload_url"]
    if part == "blob_ref":
        url = url.replace(made["blob_ref"], other["blob_ref"])
    elif part == "organization":
        url = url.replace(fr.organization.id, de.organization.id)
    else:
        url = with_query(url, **{part: "9" * 10 if part == "expires" else "0" * 64})
    assert fault(put(url, files.pdf("forged")), 404) == "not_found"
    assert fault(use(fr, made["blob_ref"]), 412) == "upload_not_arrived"


def test_a_link_to_fetch_a_file_is_none_to_send_one(fr: Api) -> None:
    ref = arrived(fr, files.pdf("fetched"))
    fetched = expect(use(fr, ref), 200)["attachment"]["url"]
    assert put(fetched.replace("/files/", "/uploads/"), files.pdf("other")).status_code == 404


def test_only_the_key_that_asked_may_use_it(fr: Api, de: Api) -> None:
    ref = arrived(fr, files.pdf("bound"))
    token = make_token(fr.organization, fr.server.data, *ALL_SCOPES)
    another = fr.server.http(Authorization=f"Bearer {token}")
    body = {"target": "standalone"}
    assert fault(another.post(f"/v2/attachment_uploads/{ref}/use", json=body), 404) == "not_found"
    assert fault(use(de, ref), 404) == "not_found"
    expect(use(fr, ref), 200)


def test_the_scope_of_the_document_is_asked_for_too(fr: Api) -> None:
    token = make_token(fr.organization, fr.server.data, "attachment.write")
    http = fr.server.http(Authorization=f"Bearer {token}")
    made = expect(http.post("/v2/attachment_uploads", json=ASKED), 201)["attachment_upload"]
    expect(put(made["upload_url"], files.pdf("scoped")), 201)
    path = f"/v2/attachment_uploads/{made['blob_ref']}/use"
    assert fault(http.post(path, json={"target": "supplier_invoice"}), 403) == "forbidden"
    expect(http.post(path, json={"target": "standalone"}), 200)


@pytest.mark.parametrize("kind", sorted(files.hostile())[:3])
def test_a_hostile_file_is_refused_and_the_place_stays_free(fr: Api, kind: str) -> None:
    made = place(fr)
    assert fault(put(made["upload_url"], files.hostile()[kind]), 422) == "invalid_file"
    expect(put(made["upload_url"], files.pdf(kind)), 201)


def test_more_than_the_limit_is_refused_announced_or_streamed(fr: Api) -> None:
    made = place(fr)
    piece = files.pdf("large") + b"x" * MB

    def stream() -> Any:
        for _ in range(16):
            yield piece

    assert put(made["upload_url"], piece * 16).status_code == 413
    assert httpx.put(made["upload_url"], content=stream(), timeout=30).status_code == 413
    expect(put(made["upload_url"], files.pdf("small")), 201)


@pytest.mark.parametrize("body", [{}, {"file_name": "a.pdf"}, {"file_name": "a.exe", "content_type": "text/html"}])
def test_what_is_asked_for_is_checked(fr: Api, body: dict[str, str]) -> None:
    assert fr.post("/attachment_uploads", body).status_code == 422


class LaterClock:
    """A clock that a test puts forward."""

    def __init__(self) -> None:
        self.moment = datetime.now(UTC)

    def now(self) -> datetime:
        return self.moment


def test_what_nobody_used_is_forgotten_with_its_file(tmp_path: Path) -> None:
    made: Organization = make_organization(tmp_path, "FR")
    clock = LaterClock()
    house = House(Settings(data=tmp_path, **databases.settings_of(tmp_path)), clock=clock)
    try:
        actor = Actor(made.id, "test")
        asked = NewPendingUpload(file_name="a.pdf", content_type="application/pdf")
        with house.works.write(actor) as work:
            refs = [pending_uploads.request(work, asked).blob_ref for _ in range(2)]
            pending_uploads.arrive(work, refs[0], StoredFile("a.pdf", "application/pdf", 1, "0" * 64))
        name = pending_uploads.place_name(refs[0], "0" * 64)
        house.blobs.put_aside(name, b"x")
        tools = type("Tools", (), {"works": house.works, "blobs": house.blobs})()
        clock.moment += timedelta(minutes=74)
        job.tidy(tools)
        assert house.blobs.get_aside(name) == b"x"  # it may still be used
        clock.moment += timedelta(minutes=2)
        job.tidy(tools)
        with pytest.raises(FileNotFoundError):
            house.blobs.get_aside(name)
        with house.works.read(actor) as work:
            assert not any(pending_uploads.holds(work, ref, sha) for ref in refs for sha in ("", "0" * 64))
    finally:
        house.close()
