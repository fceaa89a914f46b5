"""Every upload refuses hostile files with a clear 4xx, and keeps nothing of them: no row, no file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from counterfoil.rest.api import ROUTES
from tests.support import databases
from tests.support import hostile_files as files
from tests.support.server import Api, Server, expect

MB = 1024 * 1024
TABLES = ("attachments", "supplier_invoices", "client_invoices", "client_invoice_imports", "journal")


@dataclass(frozen=True)
class Upload:
    """One route that takes files. refused: how it says that a file is none of its own."""

    path: str
    field: str
    takes_xml: bool = False
    answers_per_file: bool = False

    def send(self, api: Api, data: bytes, name: str = "a.pdf", content_type: str = "application/pdf") -> httpx.Response:
        path = self.path.replace("{id}", _invoice(api)) if "{id}" in self.path else self.path
        return api.http.post(path, files={self.field: (name, data, content_type)})

    def refusal(self, answer: httpx.Response) -> dict[str, Any]:
        """The fault that it answers."""
        if self.answers_per_file:
            body = expect(answer, 200)
            assert body["supplier_invoices"] == []
            return dict(body["errors"][0])
        return dict(expect(answer, 422)["errors"][0])


UPLOADS = (
    Upload("/v2/attachments", "file"),
    Upload("/v2/supplier_invoices/bulk", "supplier_invoices[][file]", takes_xml=True, answers_per_file=True),
    Upload("/v2/client_invoices/bulk", "client_invoices", takes_xml=True),
    Upload("/v2/client_invoices/uploads", "client_invoices_upload"),
    Upload("/v2/client_invoices/{id}/uploads", "file"),
)
_invoices: dict[str, str] = {}


def _invoice(api: Api) -> str:
    """A draft to upload for, made once."""
    if api.organization.id not in _invoices:
        _invoices[api.organization.id] = api.draft()["id"]
    return _invoices[api.organization.id]


@pytest.fixture(params=UPLOADS, ids=lambda upload: upload.path)
def upload(request: pytest.FixtureRequest, fr: Api) -> Upload:
    chosen: Upload = request.param
    if "{id}" in chosen.path:
        _invoice(fr)
    return chosen


@contextmanager
def nothing_kept(server: Server) -> Iterator[None]:
    """Compares rows and files before and after."""

    def state() -> tuple[list[int], set[Path]]:
        rows = [databases.rows(server.data, f"SELECT count(*) FROM {table}")[0][0] for table in TABLES]
        return rows, set(Path(server.data, "files").glob("*/*"))

    before = state()
    yield
    assert state() == before


def test_every_upload_is_here() -> None:
    taking = {route.path for route in ROUTES if route.takes == "file" or isinstance(route.takes, dict)}
    assert taking == {upload.path for upload in UPLOADS}


@pytest.mark.parametrize("name", list(files.hostile()))
def test_a_hostile_file_is_refused(fr: Api, upload: Upload, name: str) -> None:
    with nothing_kept(fr.server):
        fault = upload.refusal(upload.send(fr, files.hostile()[name]))
        assert fault["code"] in ("invalid_file", "invalid")
        assert fault["detail"]
        assert fault["meta"]["fix"]


@pytest.mark.parametrize("name", list(files.hostile_xml()))
def test_hostile_xml_is_refused(fr: Api, upload: Upload, name: str) -> None:
    with nothing_kept(fr.server):
        fault = upload.refusal(upload.send(fr, files.hostile_xml()[name], "a.xml", "application/xml"))
        assert fault["code"] in ("invalid_file", "invalid")


def test_xml_goes_where_e_invoices_go(fr: Api, upload: Upload) -> None:
    answer = upload.send(fr, files.PLAIN_UBL, "a.xml", "text/plain")
    assert answer.status_code == (200 if upload.takes_xml else 422)


def test_fifty_megabytes_are_refused(fr: Api, upload: Upload) -> None:
    with nothing_kept(fr.server):
        try:
            answer = upload.send(fr, files.PLAIN_PDF + b"x" * 50 * MB)
        except httpx.WriteError:  # the answer came, and the connection went, before all was sent
            return
        assert expect(answer, 413)["errors"][0]["meta"]["fix"]


def test_a_body_of_unknown_length_is_refused_once_it_is_too_long(fr: Api, upload: Upload) -> None:
    path = upload.path.replace("{id}", _invoice(fr))
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    with nothing_kept(fr.server):
        try:
            answer = fr.http.post(path, content=(b"x" * MB for _ in range(60)), headers=kind)
        except (httpx.WriteError, httpx.RemoteProtocolError):
            return
        assert expect(answer, 413)["errors"][0]["meta"]["fix"]


NAMES: list[tuple[str, str]] = [
    ("../../../../etc/passwd.pdf", "passwd.pdf"),
    ("..\\..\\windows\\win.pdf", "win.pdf"),
    ("a\x00.pdf", "a.pdf"),
    ("..", "file.pdf"),
    ("/", "file.pdf"),
    ('x"; filename="evil.exe', "x filename=evil.exe"),
    ("<script>.pdf", "script.pdf"),
    ("\u202egpj.pdf", "gpj.pdf"),
]


@pytest.mark.parametrize(("given", "kept"), NAMES, ids=[repr(given) for given, _ in NAMES])
def test_a_name_leads_nowhere(fr: Api, upload: Upload, given: str, kept: str) -> None:
    data = files.pdf(f"{upload.path} {NAMES.index((given, kept))}")
    boundary = "hostile"
    quoted = given.replace('"', '\\"')
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="{upload.field}"; filename="{quoted}"\r\n\r\n'
    body = head.encode() + data + f"\r\n--{boundary}--\r\n".encode()
    path = upload.path.replace("{id}", _invoice(fr))
    answer = fr.http.post(
        path, content=body, headers={"Content-Type": f"multipart/form-data; boundary={boundary}"}
    )  # fmt: skip
    expect(answer, 200)
    ((name,),) = databases.rows(fr.server.data, "SELECT file_name FROM attachments ORDER BY id DESC LIMIT 1")
    assert name == kept


@pytest.mark.parametrize(
    "make",
    [
        lambda field: (b"", "multipart/form-data; boundary=x"),
        lambda field: (b"--x\r\n", "multipart/form-data; boundary=x"),
        lambda field: (f'--x\r\nContent-Disposition: form-data; name="{field}"; filename="a.pdf"\r\n\r\n%PDF-'.encode(),
                       "multipart/form-data; boundary=x"),
        lambda field: (b"%PDF-1.4", "application/pdf"),
        lambda field: (b"%PDF-1.4", "multipart/form-data"),
        lambda field: (b"--x\r\nX: " + b"y" * 100_000 + b"\r\n\r\n\r\n--x--", "multipart/form-data; boundary=x"),
        lambda field: (b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n" * 5_000 + b"--x--",
                       "multipart/form-data; boundary=x"),
    ],
    ids=["empty", "cut in its headers", "cut in the file", "no form", "no boundary", "long header", "many parts"],
)  # fmt: skip
def test_a_form_that_is_none_is_refused(fr: Api, upload: Upload, make: Callable[[str], tuple[bytes, str]]) -> None:
    body, content_type = make(upload.field)
    with nothing_kept(fr.server):
        path = upload.path.replace("{id}", _invoice(fr))
        answer = fr.http.post(path, content=body, headers={"Content-Type": content_type})
        assert 400 <= answer.status_code < 500, answer.text
        assert answer.json()["errors"][0]["meta"]["fix"]
