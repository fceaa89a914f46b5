"""Files in a store that speaks S3, over HTTP: moto's server as a process, and a way to it that fails."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from counterfoil.errors import Invalid, Unavailable
from counterfoil.ports import s3_blobs
from counterfoil.ports.blobs import Blobs, FileAltered, FileBlobs, sha256_of
from counterfoil.ports.s3_blobs import S3Blobs, place_of
from tests.support import s3
from tests.support.s3 import CREDENTIALS, FaultyWay, Mood, S3Store
from tests.support.server import Api, attached, expect, make_organization, start_server

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n%%EOF\n"


@pytest.fixture
def way(s3_store: S3Store) -> Iterator[FaultyWay]:
    opened = FaultyWay(s3_store)
    yield opened
    opened.close()


@pytest.fixture
def blobs(s3_store: S3Store, way: FaultyWay, monkeypatch: pytest.MonkeyPatch) -> S3Blobs:
    """An empty bucket, reached through `way`."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    return S3Blobs(place_of(way.blobs_url(s3_store.new_bucket())), timeouts=(0.5, 0.3))


@pytest.fixture(params=["folder", "bucket"])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    """Both stores, which keep the same promises."""
    found: Blobs = FileBlobs(tmp_path / "files") if request.param == "folder" else request.getfixturevalue("blobs")
    return found


def test_what_was_put_is_there_once_and_is_read_as_it_was(either: Blobs) -> None:
    # When the same bytes are put twice, and others once
    keys = {either.put(b"the same"), either.put(b"the same"), either.put(b"")}

    # Then they are there under their SHA-256
    assert keys == {sha256_of(b"the same"), sha256_of(b"")} == set(either.keys())
    assert either.get(sha256_of(b"the same")) == b"the same"
    assert either.exists(sha256_of(b""))


def test_what_was_never_put_is_not_there(either: Blobs) -> None:
    for key in (sha256_of(b"never"), "../../etc/passwd", ""):
        assert not either.exists(key)
        with pytest.raises(FileNotFoundError):
            either.get(key)
    assert list(either.keys()) == []


def test_what_lies_aside_is_apart_until_it_is_dropped(either: Blobs) -> None:
    # Given
    name = "a" * 64
    either.put_aside(name, b"for a while")

    # When it is dropped, twice
    assert either.get_aside(name) == b"for a while"
    assert list(either.keys()) == []
    either.drop_aside(name)
    either.drop_aside(name)

    # Then
    with pytest.raises(FileNotFoundError):
        either.get_aside(name)


def test_altered_bytes_are_an_error_in_a_folder(tmp_path: Path) -> None:
    blobs = FileBlobs(tmp_path)
    key = blobs.put(b"as it was")
    (tmp_path / key[:2] / key).write_bytes(b"as it is!")
    with pytest.raises(FileAltered):
        blobs.get(key)


def test_altered_bytes_are_an_error_in_a_bucket(blobs: S3Blobs, way: FaultyWay) -> None:
    # Given other bytes under a file's name
    way.mood = "alters_puts"
    with pytest.raises(Unavailable):
        blobs.put(b"as it was")
    way.mood = "well"

    # Then
    with pytest.raises(FileAltered):
        blobs.get(sha256_of(b"as it was"))


def test_many_files_are_listed_page_by_page(blobs: S3Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given pages of three, and what is no file of ours
    keys = {blobs.put(bytes([number])) for number in range(8)}
    blobs.put_aside("b" * 64, b"aside")
    paginate = blobs._client.get_paginator("list_objects_v2").__class__.paginate
    monkeypatch.setattr(
        blobs._client.get_paginator("list_objects_v2").__class__, "paginate",
        lambda self, **asked: paginate(self, **asked, PaginationConfig={"PageSize": 3}),
    )  # fmt: skip

    # Then
    assert sorted(blobs.keys()) == sorted(keys)


@pytest.mark.parametrize("mood", ["refuses", "slow", "cut", "alters_gets"])
def test_a_store_that_fails_is_an_error_of_bounded_time_and_is_well_again_after(
    blobs: S3Blobs, way: FaultyWay, mood: Mood
) -> None:
    # Given
    key = blobs.put(b"kept" * 1_000)

    # When
    way.mood = mood
    started = time.monotonic()
    with pytest.raises(Unavailable) as error:
        blobs.get(key)

    # Then it is said in words that give nothing away, and in time
    assert error.value.code == ("file_altered" if mood == "alters_gets" else "files_unavailable")
    assert way.url not in str(error.value)
    assert time.monotonic() - started < 6
    assert way.asked <= 1 + s3_blobs.ATTEMPTS
    way.mood = "well"
    assert blobs.get(key) == b"kept" * 1_000


def test_a_file_that_another_one_arrived_as_is_not_said_to_be_kept(blobs: S3Blobs, way: FaultyWay) -> None:
    # Given a way that alters what is sent, unseen by the store: it compares nothing
    way.mood = "alters_puts"

    # When
    with pytest.raises(Unavailable) as error:
        blobs.put(b"as it was sent")

    # Then, and putting it again mends it
    assert error.value.code == "files_unavailable"
    way.mood = "well"
    assert blobs.get(blobs.put(b"as it was sent")) == b"as it was sent"


def test_a_store_that_hangs_keeps_only_some_of_the_threads(
    blobs: S3Blobs, way: FaultyWay, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given as many callers as there are turns, all waiting
    monkeypatch.setattr(s3_blobs, "WAIT_SECONDS", 0.1)
    way.mood, way.slow_seconds = "slow", 30.0
    waiting = [threading.Thread(target=_tried, args=(blobs,)) for _ in range(s3_blobs.AT_ONCE)]
    for thread in waiting:
        thread.start()
    while way.asked < s3_blobs.AT_ONCE:
        time.sleep(0.01)

    # When one more comes
    started = time.monotonic()
    with pytest.raises(Unavailable, match="too slow"):
        blobs.get("0" * 64)

    # Then it does not wait with them
    assert time.monotonic() - started < 1
    for thread in waiting:
        thread.join()


def _tried(blobs: S3Blobs) -> None:
    with pytest.raises(Unavailable):
        blobs.get("0" * 64)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("s3://key:secret@bucket/", "credentials do not belong"),
        ("s3://", "names no bucket"),
        ("s3://bucket?endpoint=ftp://x", "endpoint must begin"),
        ("s3://bucket?path_style=yes", "path_style is 0 or 1"),
        ("s3://bucket?acl=public", "no option acl"),
    ],
)
def test_a_setting_that_cannot_be_used_is_refused_without_being_repeated(url: str, told: str) -> None:
    with pytest.raises(Invalid, match=told) as error:
        place_of(url)
    assert "secret" not in str(error.value)
    assert error.value.faults[0].fix


def test_what_stands_in_the_url_and_what_is_understood_without() -> None:
    place = place_of("s3://bucket/a/b/?endpoint=https://s3.example.eu&region=eu-west-3")
    assert (place.bucket, place.prefix, place.endpoint, place.region) == (
        "bucket", "a/b", "https://s3.example.eu", "eu-west-3",
    )  # fmt: skip
    assert place.is_path_style
    assert not place_of("s3://bucket").is_path_style


def test_a_bucket_that_is_not_there_is_said_at_the_start(way: FaultyWay, blobs: S3Blobs) -> None:
    absent = S3Blobs(place_of(way.blobs_url("no-such-bucket")))
    with pytest.raises(Invalid, match="there is no bucket no-such-bucket; make it first"):
        absent.check()
    blobs.check()


def test_a_store_that_is_away_at_the_start_is_no_reason_not_to_start(way: FaultyWay, blobs: S3Blobs) -> None:
    way.mood = "refuses"
    blobs.check()


@pytest.fixture(scope="module")
def served_way(s3_store: S3Store) -> Iterator[FaultyWay]:
    opened = FaultyWay(s3_store)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def api(s3_store: S3Store, served_way: FaultyWay, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """A company on a whole server, whose files are in a bucket."""
    url = served_way.blobs_url(s3_store.new_bucket())
    running = start_server(tmp_path_factory.mktemp("s3"), **CREDENTIALS, COUNTERFOIL_BLOBS_URL=url)
    yield Api(running, make_organization(running.data, "FR"))
    running.stop()


def test_an_invoice_is_issued_and_its_pdf_fetched_and_a_supplier_invoice_taken_in(api: Api) -> None:
    # When
    invoice = attached(api, api.issued(), seconds=20)
    pdf = _file(api, invoice["attachment_id"])
    received = expect(_sent(api), 200)["supplier_invoices"][0]

    # Then both came from the bucket, and nothing lies in the directory
    assert pdf.startswith(b"%PDF")
    assert _file(api, received["attachment_id"]) == PDF
    assert not (api.server.data / "files").exists()


def test_while_the_store_fails_files_are_refused_and_invoices_issued_and_later_all_is_well(
    api: Api, served_way: FaultyWay
) -> None:
    # Given
    before = len(expect(api.get("/supplier_invoices"), 200)["supplier_invoices"])

    # When
    served_way.mood = "refuses"
    refused = _sent(api)
    invoice = api.issued()

    # Then the caller is told when to come again, and nothing half of it is there
    fault = expect(refused, 503)["errors"][0]
    assert fault["code"] == "files_unavailable"
    assert fault["meta"]["fix"]
    assert refused.headers["retry-after"] == "5"
    assert len(expect(api.get("/supplier_invoices"), 200)["supplier_invoices"]) == before
    assert invoice["number"]

    # When the store is back
    served_way.mood = "well"

    # Then the PDF is made by itself
    assert _file(api, attached(api, invoice, seconds=20)["attachment_id"]).startswith(b"%PDF")
    expect(_sent(api), 200)


def _sent(api: Api) -> httpx.Response:
    """A supplier invoice, uploaded."""
    return api.http.post(
        "/v2/supplier_invoices/bulk",
        files=[("supplier_invoices[][file]", ("bill.pdf", PDF, "application/pdf"))],
        data={"supplier_invoices[][idempotency_key]": s3.fresh_key()},
    )


def _file(api: Api, attachment_id: str) -> bytes:
    url = expect(api.get(f"/attachments/{attachment_id}"), 200)["attachment"]["url"]
    answer = httpx.get(url, timeout=10, trust_env=False)
    assert answer.status_code == 200, answer.text
    return answer.content
