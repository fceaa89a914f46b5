"""/v2/attachments: what may be uploaded, and the signed link that its file is fetched by."""

from __future__ import annotations

import hashlib
import hmac
import time
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

import pytest

from tests.support import databases
from tests.support.server import Api, expect

PDF = b"%PDF-1.7 a small file"
PICTURES = {
    "image/png": b"\x89PNG\r\n\x1a\n and so on", "image/jpeg": b"\xff\xd8\xff and so on", "application/pdf": PDF,
}  # fmt: skip
LIFE_SECONDS = 30 * 60


def upload(api: Api, name: str = "scan.pdf", data: bytes = PDF) -> Any:
    return api.http.post("/v2/attachments", files={"file": (name, data)})


def uploaded(api: Api, name: str = "scan.pdf", data: bytes = PDF) -> dict[str, Any]:
    """A new attachment as GET shows it."""
    answer = expect(upload(api, name, data), 200)
    assert set(answer["attachment"]) == {"id"}
    return dict(expect(api.get(f"/attachments/{answer['attachment']['id']}"), 200)["attachment"])


def with_query(url: str, **changes: str) -> str:
    parts = urlsplit(url)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | changes
    return urlunsplit(parts._replace(query=urlencode(query)))


@pytest.mark.parametrize("content_type", list(PICTURES))
def test_the_type_is_what_the_bytes_say(fr: Api, content_type: str) -> None:
    shown = uploaded(fr, "named.txt", PICTURES[content_type])
    assert shown["file_content_type"] == content_type
    assert shown["file_size"] == str(len(PICTURES[content_type]))
    assert shown["file_name"] == "named.txt"


@pytest.mark.parametrize("data", [b"", b"hello", b"<svg/>", b"PK\x03\x04", b"\x00%PDF-"])
def test_any_other_file_is_refused(fr: Api, data: bytes) -> None:
    fault = expect(upload(fr, "a.pdf", data), 422)["errors"][0]
    assert (fault["code"], fault["source"]["pointer"]) == ("invalid_file", "/data/attributes/file")
    assert fault["meta"]["fix"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [("../../etc/passwd", "passwd"), ("C:\\x\\y.pdf", "y.pdf"), ("a<b>;c.pdf", "abc.pdf"),
     ("reçu n° 1.pdf", "reçu n° 1.pdf"),     ("...", "file.pdf"), ("x" * 300, "x" * 200)],
)  # fmt: skip
def test_a_file_name_misleads_nobody(fr: Api, given: str, kept: str) -> None:
    assert uploaded(fr, given)["file_name"] == kept


def test_a_file_over_fifteen_megabytes_is_refused(fr: Api) -> None:
    assert upload(fr, data=PDF + b"x" * (15 * 1024 * 1024 + 70_000)).status_code == 413
    assert upload(fr, data=PDF + b"x" * 5_000_000).status_code == 200


@pytest.mark.parametrize(
    "body", [b"", b"--x\r\n", b"--x\r\nContent-Disposition: form-data; name=file\r\n\r\ntext\r\n--x--"]
)
def test_a_form_without_a_file_is_refused(fr: Api, body: bytes) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = fr.http.post("/v2/attachments", content=body, headers=headers)
    assert answer.status_code in (400, 422)
    assert answer.json()["errors"][0]["meta"]["fix"]


def test_the_link_opens_without_a_key_and_runs_nowhere(fr: Api) -> None:
    shown = uploaded(fr)
    with fr.server.http() as nobody:
        answer = nobody.get(shown["url"])
    assert answer.content == PDF
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "no-store" in answer.headers["cache-control"]
    assert "scan.pdf" in answer.headers["content-disposition"]


def test_the_link_lives_thirty_minutes(fr: Api) -> None:
    expires = int(parse_qs(urlsplit(uploaded(fr)["url"]).query)["expires"][0])
    assert LIFE_SECONDS - 30 <= expires - time.time() <= LIFE_SECONDS + 1


def test_an_expired_link_is_gone(fr: Api) -> None:
    shown = uploaded(fr)
    past = str(int(time.time()) - 1)
    # Signed as the server would have half an hour ago, with its own key.
    ((key,),) = databases.rows(fr.server.data, "SELECT value FROM instance_secrets WHERE name = 'download_links'")
    message = f"{fr.organization.id}/{shown['id']}/{past}".encode()
    signature = hmac.new(key, message, hashlib.sha256).hexdigest()
    with fr.server.http() as nobody:
        answer = nobody.get(with_query(shown["url"], expires=past, signature=signature))
    assert answer.status_code == 410
    assert answer.json()["errors"][0]["code"] == "gone"


@pytest.mark.parametrize(
    "change",
    [{"signature": "0" * 64}, {"signature": ""}, {"signature": "é"}, {"expires": "99999999999"}, {"expires": "-1"},
     {"expires": "٣"}, {"expires": "9" * 400}, {"expires": ""}],
)  # fmt: skip
def test_a_link_that_was_changed_opens_nothing(fr: Api, change: dict[str, str]) -> None:
    url = with_query(uploaded(fr)["url"], **change)
    with fr.server.http() as nobody:
        answer = nobody.get(url)
    assert answer.status_code == 404
    assert answer.json()["errors"][0]["meta"]["fix"]


def test_a_signature_opens_one_file_of_one_organization(fr: Api, de: Api) -> None:
    mine, other, theirs = uploaded(fr), uploaded(fr), uploaded(de)
    query = urlsplit(mine["url"]).query
    with fr.server.http() as nobody:
        for target in (other, theirs):
            path = urlsplit(target["url"]).path
            assert nobody.get(f"{path}?{query}").status_code == 404
