"""/dev/mail shows caught mail to the person at this machine, as text, and is not there for anybody else."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from counterfoil.formats.mail import Attachment, Mailbox, compose
from counterfoil.ports.mail import CatcherMailer, SmtpMailer
from counterfoil.web import dev_mail

PDF = b"%PDF-1.7 \x00\xff"
HERE = "http://127.0.0.1:8642"


@pytest.fixture
def catcher(tmp_path: Path) -> CatcherMailer:
    return CatcherMailer(tmp_path / "mail")


def _app(catcher: CatcherMailer | SmtpMailer) -> FastAPI:
    app = FastAPI()
    app.include_router(dev_mail.router(lambda: catcher))
    return app


def _client(catcher: CatcherMailer | SmtpMailer, *, base_url: str = HERE, peer: str = "127.0.0.1") -> TestClient:
    return TestClient(_app(catcher), base_url=base_url, client=(peer, 50000))


def _caught(catcher: CatcherMailer, subject: str = "Facture é", body: str = "Bonjour", **changes: str) -> str:
    message = compose(
        sender=Mailbox("Atelier", "a@x.example"),
        recipients=["b@y.example"],
        copy_to="a@x.example",
        subject=subject,
        body_text=body,
        link=changes.get("link"),
        attachment=Attachment(changes.get("file", "F-1.pdf"), changes.get("kind", "application/pdf"), PDF),
        message_id="<1@x.example>",
        date=datetime(2026, 3, 4, tzinfo=UTC),
        locale="fr",
    )
    return _raw(catcher, message)


def _raw(catcher: CatcherMailer, message: bytes) -> str:
    answer = catcher.send(message, sender="a@x.example", recipients=["b@y.example"])
    return answer.removeprefix("250 caught as ")


def test_nothing_caught_yet(catcher: CatcherMailer) -> None:
    answer = _client(catcher).get("/dev/mail")
    assert answer.status_code == 200
    assert "No mail yet" in answer.text


def test_the_list_names_each_letter_the_latest_first(catcher: CatcherMailer) -> None:
    names = [_caught(catcher, subject=f"Facture n° {n}") for n in range(3)]
    text = _client(catcher).get("/dev/mail").text
    assert re.findall(r'href="/dev/mail/([^"]+)"', text) == names[::-1]
    assert re.findall(r"Facture n° \d", text) == ["Facture n° 2", "Facture n° 1", "Facture n° 0"]
    assert "to b@y.example, copy to a@x.example" in text


def test_a_long_list_is_cut_and_says_so(catcher: CatcherMailer) -> None:
    for n in range(dev_mail.LISTED_MAX + 3):
        _raw(catcher, b"Subject: x\r\n\r\n%d" % n)
    text = _client(catcher).get("/dev/mail").text
    assert text.count("<li>") == dev_mail.LISTED_MAX
    assert "The latest 200 of 203." in text


def test_a_letter_shows_its_headers_text_link_and_file(catcher: CatcherMailer) -> None:
    name = _caught(catcher, body="Bonjour,\n\nà bientôt", link="http://127.0.0.1:8642/i/abc")
    text = _client(catcher).get(f"/dev/mail/{name}").text
    for part in ("Facture é", "&lt;a@x.example&gt;", "b@y.example", "à bientôt", "F-1.pdf", "&lt;1@x.example&gt;"):
        assert part in text
    assert 'href="http://127.0.0.1:8642/i/abc" rel="noopener noreferrer"' in text
    assert f'href="/dev/mail/{name}/0"' in text


def test_the_file_comes_as_it_was_and_is_saved_not_shown(catcher: CatcherMailer) -> None:
    answer = _client(catcher).get(f"/dev/mail/{_caught(catcher, file='Reçu 1.pdf')}/0")
    assert (answer.status_code, answer.content) == (200, PDF)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == (
        "attachment; filename=\"Re_u 1.pdf\"; filename*=UTF-8''Re%C3%A7u%201.pdf"
    )
    assert "sandbox" in answer.headers["content-security-policy"]


def test_a_file_of_another_kind_is_only_bytes(catcher: CatcherMailer) -> None:
    answer = _client(catcher).get(f"/dev/mail/{_caught(catcher, file='x.html', kind='text/html')}/0")
    assert answer.headers["content-type"] == "application/octet-stream"


# Given hostile letters


def test_nothing_of_a_letter_is_html(catcher: CatcherMailer) -> None:
    bad = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'{{ 99991*99989 }}"
    name = _caught(catcher, subject=bad, body=bad + " javascript:alert(1)", file="<b>x.pdf")
    client = _client(catcher)
    for path in ("/dev/mail", f"/dev/mail/{name}"):
        text = client.get(path).text
        assert "&lt;script&gt;" in text
        assert re.findall(r"<(?:script|img|b)\b", text) == []
        assert 'href="javascript' not in text
        assert str(99991 * 99989) not in text


def test_a_letters_html_is_never_served(catcher: CatcherMailer) -> None:
    name = _raw(catcher, b"Subject: x\r\nContent-Type: text/html\r\n\r\n<h2 id=evil>shown?</h2>")
    text = _client(catcher).get(f"/dev/mail/{name}").text
    assert "shown?" not in text


def test_a_header_cannot_leave_the_answers_header(catcher: CatcherMailer) -> None:
    name = _raw(
        catcher,
        b"Subject: x\r\nContent-Type: application/pdf\r\n"
        b"Content-Disposition: attachment; filename*=utf-8''a%0d%0aX-Evil:%201%22;%2f..%2f\r\n\r\nx",
    )
    answer = _client(catcher).get(f"/dev/mail/{name}/0")
    assert answer.status_code == 200
    assert "x-evil" not in answer.headers
    assert "\n" not in answer.headers["content-disposition"]


@pytest.mark.parametrize(
    "message", [b"", b"\xff" * 50, b"Subject: =?x?b?!?=\r\n\r\n", b"Content-Type: multipart/mixed\r\n"]
)
def test_a_broken_letter_is_still_shown(catcher: CatcherMailer, message: bytes) -> None:
    name = _raw(catcher, message)
    client = _client(catcher)
    assert client.get("/dev/mail").status_code == 200
    assert client.get(f"/dev/mail/{name}").status_code == 200


def test_the_pages_run_nothing_and_load_nothing(catcher: CatcherMailer) -> None:
    name = _caught(catcher)
    client = _client(catcher)
    for path in ("/dev/mail", f"/dev/mail/{name}"):
        answer = client.get(path)
        policy = answer.headers["content-security-policy"]
        nonce = re.findall(r"'nonce-([^']+)'", policy)
        assert policy.startswith("default-src 'none'; style-src 'nonce-")
        assert re.findall(r'<style nonce="([^"]+)">', answer.text) == nonce
        assert re.findall(r"<(?:script|link|img|iframe|form)\b|\bon[a-z]+=|style=", answer.text) == []
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
    assert client.get("/dev/mail").headers["content-security-policy"] != policy


# Given somebody else


def _all_404(client: TestClient, name: str, headers: dict[str, str] | None = None) -> bool:
    absent = client.get("/dev/nothing", headers=headers)
    answers = [client.get(path, headers=headers) for path in ("/dev/mail", f"/dev/mail/{name}", f"/dev/mail/{name}/0")]
    return all((answer.status_code, answer.text) == (404, absent.text) for answer in answers)


@pytest.mark.parametrize("host", ["127.0.0.1:8642", "localhost:8642", "LocalHost", "[::1]:8642", "127.1.2.3", "[::1]"])
def test_a_loopback_host_is_served(catcher: CatcherMailer, host: str) -> None:
    assert _client(catcher).get("/dev/mail", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8642", "localhost.evil.example", "127.0.0.1.evil.example", "127.0.0.1@evil.example",
     "localhost:8642@evil", "192.168.1.10:8642", "10.0.0.1", "0.0.0.0", "[2001:db8::1]", "[::]", "", "localhost.",
     "127.0.0.1:x", "2130706433", "127.1", "[127.0.0.1]", "[::ffff:8.8.8.8]", "localhost, evil.example"],
)  # fmt: skip
def test_a_foreign_host_finds_nothing(catcher: CatcherMailer, host: str) -> None:
    """A page elsewhere whose name was pointed at this machine calls from loopback, and names itself."""
    assert _all_404(_client(catcher), _caught(catcher), {"host": host})


@pytest.mark.parametrize(
    "peer", ["192.168.1.10", "10.0.0.1", "8.8.8.8", "2001:db8::1", "::ffff:10.0.0.1", "testclient", ""]
)
def test_a_foreign_peer_finds_nothing(catcher: CatcherMailer, peer: str) -> None:
    assert _all_404(_client(catcher, peer=peer), _caught(catcher))


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_a_loopback_peer_is_served(catcher: CatcherMailer, peer: str) -> None:
    assert _client(catcher, peer=peer).get("/dev/mail").status_code == 200


@pytest.mark.parametrize(
    "header", ["X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded", "Via", "X-Real-IP"]
)
def test_behind_a_proxy_there_is_nothing(catcher: CatcherMailer, header: str) -> None:
    assert _all_404(_client(catcher), _caught(catcher), {header: "127.0.0.1"})


def test_two_hosts_are_none(catcher: CatcherMailer) -> None:
    answer = _client(catcher).get("/dev/mail", headers=[("host", "127.0.0.1"), ("host", "evil.example")])
    assert answer.status_code == 404


def test_where_mail_really_goes_out_there_is_nothing() -> None:
    name = "20260304T050607-000000001Z-00000000.eml"
    assert _all_404(_client(SmtpMailer("smtp://h.example")), name)


@pytest.mark.parametrize(
    "path",
    ["/dev/mail/x", "/dev/mail/..%2f..%2fetc%2fpasswd", "/dev/mail/%00", "/dev/mail/{name}/1", "/dev/mail/{name}/-1",
     "/dev/mail/{name}/x", "/dev/mail/{name}/99999999999999999999", "/dev/mail/{name}/%D9%A0", "/dev/mail/{name}x"],
)  # fmt: skip
def test_what_is_not_there_is_404(catcher: CatcherMailer, path: str) -> None:
    assert _client(catcher).get(path.format(name=_caught(catcher))).status_code == 404


def test_the_pages_are_not_in_the_api_description(catcher: CatcherMailer) -> None:
    assert _app(catcher).openapi()["paths"] == {}


def test_start_up_does_not_load_the_template_engine() -> None:
    code = "import sys, counterfoil.web.dev_mail; sys.exit('jinja2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
