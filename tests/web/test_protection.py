"""What every answer tells browsers, and that no file which somebody sent is ever shown as a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.routing import Route
from starlette.testclient import TestClient

import counterfoil
from counterfoil.app import House, create_app
from counterfoil.operations import attachments
from counterfoil.operations.work import Actor
from counterfoil.rest.attachments import signed_url
from counterfoil.settings import Settings
from tests.support import databases
from tests.support.hostile_files import HTML, PLAIN_UBL
from tests.web.conftest import Company, path_of

MUST = {
    "x-content-type-options": {"nosniff"},
    "referrer-policy": {"no-referrer", "same-origin"},
    "x-frame-options": {"DENY"},
}
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
ZERO = "01a20000-0000-7000-8000-000000000000"


def routes(app: Any) -> Iterator[tuple[str, str]]:
    """Every method and path that an application serves, with ids in place of its parameters."""
    for route in app.routes:
        if isinstance(route, Route) or hasattr(route, "methods"):
            for method in sorted(route.methods or ()):
                yield method, re.sub(r"\{[^}]+\}", ZERO, route.path)


def check(headers: dict[str, str], where: str) -> None:
    for name, allowed in MUST.items():
        assert headers.get(name) in allowed, (where, name, headers.get(name))
    assert "permissions-policy" in headers, where
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy, where
    assert "frame-ancestors 'none'" in policy or "sandbox" in policy, where
    assert "script-src 'unsafe" not in policy, where
    assert "cache-control" in headers, where
    if not where.split()[-1].startswith("/assets/"):
        assert "no-store" in headers["cache-control"] or "max-age" in headers["cache-control"], where


def test_every_route_answers_with_the_headers_with_and_without_a_key(company: Company) -> None:
    key = {"Authorization": company.organization.api_key}
    served = sorted(set(routes(company.visitor.app)))
    assert len(served) > 100
    for method, path in served:
        for headers in ({}, key):
            answer = company.visitor.request(method, path, headers=headers, follow_redirects=False)
            check(dict(answer.headers), f"{method} {path}")


def test_answers_with_data_are_kept_by_nobody(company: Company) -> None:
    invoice = company.invoice()
    key = {"Authorization": company.organization.api_key}
    for path in ("/v2/client_invoices", f"/v2/client_invoices/{invoice['id']}", path_of(invoice), "/v2/nowhere", "/x"):
        answer = company.visitor.get(path, headers=key)
        check(dict(answer.headers), f"GET {path}")
        assert "no-store" in answer.headers["cache-control"]


@pytest.mark.parametrize(("public_url", "is_said"), [("https://bills.example", True), ("http://bills.example", False)])
def test_https_is_insisted_on_where_it_is_there(tmp_path: Path, public_url: str, is_said: bool) -> None:
    house = House(Settings(data=tmp_path, public_url=public_url, **databases.settings_of(tmp_path)))
    try:
        answer = TestClient(create_app(house)).get("/healthz")
    finally:
        house.close()
    assert ("strict-transport-security" in answer.headers) == is_said


@pytest.mark.parametrize(
    ("content_type", "name", "data"),
    [
        ("text/html", "page.html", HTML),
        ("image/svg+xml", "picture.svg", SVG),
        ("application/xml", "invoice.xml", PLAIN_UBL),
        ("application/pdf", 'x.pdf"; filename=x.html', b"%PDF-1.7 x"),
        ("application/xhtml+xml", "page.xhtml\r\nContent-Type: text/html", HTML),
    ],
)
def test_a_file_is_handed_out_to_be_kept_and_never_shown(
    company: Company, content_type: str, name: str, data: bytes
) -> None:
    # Even one that is on record as a page, which no upload can bring about.
    with company.house.works.write(Actor(company.organization.id, "test")) as work:
        row = attachments.create(
            work, file_name=name, content_type=content_type, size=len(data), sha256=company.house.blobs.put(data)
        )
        expires = int(work.now.timestamp()) + 60
    url = signed_url(company.house.doors, row, expires)

    answer = company.visitor.get(url.removeprefix("http://127.0.0.1:8642"))

    assert answer.status_code == 200
    check(dict(answer.headers), f"GET {name}")
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
    assert not {'"', "\r", "\n", ";"} & set(answer.headers["content-disposition"].split("''", 1)[1])
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(("content_type", "name", "data"), [
    ("text/html", "page.html", HTML), ("application/pdf", "page.pdf", HTML), ("image/svg+xml", "a.svg", SVG),
    ("image/png", "a.png", SVG),
])  # fmt: skip
def test_no_upload_takes_a_page(company: Company, content_type: str, name: str, data: bytes) -> None:
    answer = company.visitor.post(
        "/v2/attachments", headers={"Authorization": company.organization.api_key},
        files={"file": (name, data, content_type)},
    )  # fmt: skip
    assert answer.status_code in (400, 415, 422), answer.text
    check(dict(answer.headers), "POST /v2/attachments")


def test_the_session_cookie_is_set_in_one_place() -> None:
    # Its flags are looked at in tests/web/test_signin.py; nobody sets another one without them.
    texts = {path.name: path.read_text(encoding="utf-8") for path in Path(counterfoil.__file__).parent.rglob("*.py")}
    assert {name: text.count("set_cookie(") for name, text in texts.items() if "set_cookie(" in text} == {
        "signin.py": 1
    }
