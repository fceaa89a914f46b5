"""Mail is sent when a server said 250 to the whole letter, and not before; without a server the disk catches it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from counterfoil.errors import Invalid, NotFound
from counterfoil.ports.mail import CatcherMailer, MailRefused, MailUnavailable, SmtpMailer, mailer

# The library warns of a login without TLS; here both ends are this machine.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH")

LETTER = b"From: a@x.example\r\nTo: b@y.example\r\nSubject: Hello\r\n\r\n.\r\n..two\r\nend\r\n"
SENDER = "a@x.example"
RECIPIENTS = ["b@y.example"]
PASSWORD = "s3cret:/@pass"
ESCAPED = "s3cret%3A%2F%40pass"


class Server:
    """A real SMTP server's behaviour: `answers` by recipient or by "DATA", and all that was taken in `taken`."""

    def __init__(self, **answers: str) -> None:
        self.answers = answers
        self.taken: list[Envelope] = []
        self.offered: list[str] = []

    async def handle_RCPT(  # noqa: N802  # the library calls it by this name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.offered.append(address)
        answer = self.answers.get(address.partition("@")[0], "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # the library calls it by this name
        answer = self.answers.get("DATA", "250 2.0.0 queued as 4D2F")
        if answer == "drop":
            server.transport.abort()
            await asyncio.sleep(0)
            return "250 never heard"
        if answer == "slow":
            await asyncio.sleep(3)
        if answer.startswith("250"):
            self.taken.append(envelope)
        return answer


@contextlib.contextmanager
def _serving(server: Server, **options: Any) -> Iterator[str]:
    controller = Controller(server, hostname="127.0.0.1", port=_free_port(), **options)
    controller.start()
    try:
        yield f"127.0.0.1:{controller.port}"
    finally:
        controller.stop()


def _free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


@contextlib.contextmanager
def _scripted(*answers: bytes, after_letter: bytes | None = None) -> Iterator[str]:
    """A server that says these lines, one a command, then closes; for what a sound server never does.

    With `after_letter` it takes the whole letter after its last line and answers that.
    """
    listener = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        with contextlib.suppress(OSError):
            line, _ = listener.accept()
            with line, line.makefile("rb") as heard:
                for answer in answers:
                    line.sendall(answer)
                    said = heard.readline()
                while after_letter is not None and said not in (b".\r\n", b""):
                    said = heard.readline()
                line.sendall(after_letter or b"")

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.close()
        thread.join(5)


def _send(url: str, recipients: list[str] = RECIPIENTS, **options: Any) -> str:
    return SmtpMailer(url, **options).send(LETTER, sender=SENDER, recipients=recipients)


# Given a server that takes the letter


def test_the_answer_is_the_servers_250_and_the_letter_arrives_as_it_was() -> None:
    server = Server()
    with _serving(server) as at:
        assert _send(f"smtp://{at}", ["b@y.example", "c@y.example"]) == "250 2.0.0 queued as 4D2F"
    (taken,) = server.taken
    assert (taken.mail_from, taken.rcpt_tos) == (SENDER, ["b@y.example", "c@y.example"])
    assert taken.original_content == LETTER


# Given a server that refuses


def test_550_for_a_recipient_is_a_refusal_that_names_it() -> None:
    server = Server(b="550 5.1.1 no such user")
    with _serving(server) as at, pytest.raises(MailRefused, match=r"b@y\.example.*550 5\.1\.1 no such user") as refused:
        _send(f"smtp://{at}")
    assert refused.value.refused == ("b@y.example",)
    assert server.taken == []


def test_one_refused_recipient_of_three_stops_the_letter_for_all() -> None:
    server = Server(c="550 no", d="451 later")
    with _serving(server) as at, pytest.raises(MailRefused, match="nothing was sent") as refused:
        _send(f"smtp://{at}", ["b@y.example", "c@y.example", "d@y.example"])
    assert refused.value.refused == ("c@y.example",)
    assert server.taken == []


def test_550_for_the_letter_is_a_refusal() -> None:
    server = Server(DATA="550 5.7.1 looks like spam")
    with _serving(server) as at, pytest.raises(MailRefused, match="looks like spam"):
        _send(f"smtp://{at}")


def test_a_letter_too_large_for_the_server_is_a_refusal() -> None:
    with _serving(Server(), data_size_limit=100) as at, pytest.raises(MailRefused, match="552"):
        SmtpMailer(f"smtp://{at}").send(LETTER * 50, sender=SENDER, recipients=RECIPIENTS)


# Given a server that cannot now


@pytest.mark.parametrize("answers", [{"b": "451 greylisted"}, {"DATA": "451 greylisted"}, {"DATA": "421 greylisted"}])
def test_4xx_is_for_later(answers: dict[str, str]) -> None:
    server = Server(**answers)
    with _serving(server) as at, pytest.raises(MailUnavailable, match="greylisted"):
        _send(f"smtp://{at}")
    assert server.taken == []


def test_a_line_that_breaks_after_the_letter_is_not_sent() -> None:
    with _serving(Server(DATA="drop")) as at, pytest.raises(MailUnavailable):
        _send(f"smtp://{at}")


def test_a_line_that_breaks_inside_the_letter_is_not_sent() -> None:
    script = (b"220 hi\r\n", b"250 x\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n")
    with _scripted(*script) as at, pytest.raises(MailUnavailable):
        SmtpMailer(f"smtp://{at}").send(b"x" * 70 + b"\r\n" + LETTER * 9999, sender=SENDER, recipients=RECIPIENTS)


@pytest.mark.parametrize("odd", [b"251 fine\r\n", b"200 fine\r\n", b"\r\n", b"hello\r\n", b"354 go on\r\n", b""])
def test_only_250_is_sent(odd: bytes) -> None:
    script = (b"220 hi\r\n", b"250 x\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n")
    with _scripted(*script, after_letter=odd) as at, pytest.raises(MailUnavailable):
        _send(f"smtp://{at}")


def test_the_same_script_with_250_is_sent() -> None:
    script = (b"220 hi\r\n", b"250 x\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n")
    with _scripted(*script, after_letter=b"250-one\r\n250 two\r\n") as at:
        assert _send(f"smtp://{at}") == "250 one two"


def test_a_slow_server_is_left_after_the_timeout() -> None:
    with _serving(Server(DATA="slow")) as at:
        began = time.monotonic()
        with pytest.raises(MailUnavailable, match="timed out"):
            _send(f"smtp://{at}", timeout_seconds=0.3)
        assert time.monotonic() - began < 2


def test_a_server_that_says_nothing_is_left_after_the_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute, pytest.raises(MailUnavailable, match="timed out"):
        _send(f"smtp://127.0.0.1:{mute.getsockname()[1]}", timeout_seconds=0.3)


def test_the_timeout_is_twenty_seconds_by_default() -> None:
    assert SmtpMailer("smtp://h.example")._timeout_seconds == 20


def test_no_server_at_all() -> None:
    with pytest.raises(MailUnavailable, match="refused"):
        _send(f"smtp://127.0.0.1:{_free_port()}")


@pytest.mark.parametrize("greeting", [b"554 no service here\r\n", b"421 busy\r\n", b"\xff\xfe\r\n", b"x" * 20_000])
def test_a_server_that_does_not_greet(greeting: bytes) -> None:
    with _scripted(greeting) as at, pytest.raises(MailUnavailable):
        _send(f"smtp://{at}", timeout_seconds=1)


# Given a login


def _login(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    wanted = LoginPassword(b"me@x.example", PASSWORD.encode())
    return AuthResult(success=data == wanted, handled=False)


def _auth() -> dict[str, Any]:
    return {"authenticator": _login, "auth_required": True, "auth_require_tls": False}


def test_a_right_login_passes_its_escapes_undone() -> None:
    server = Server()
    with _serving(server, **_auth()) as at:
        assert _send(f"smtp://me%40x.example:{ESCAPED}@{at}").startswith("250 ")
    assert len(server.taken) == 1


def _everything_printed(problem: BaseException, url: str) -> str:
    text = "".join(traceback.format_exception(problem)) + repr(SmtpMailer(url)) + repr(getattr(problem, "faults", ""))
    return text + repr(problem) + repr(problem.__context__ if not problem.__suppress_context__ else "")


def test_a_wrong_login_can_be_mended_and_is_not_shown() -> None:
    with _serving(Server(), **_auth()) as at:
        url = f"smtp://me%40x.example:wr0ng-one@{at}"
        with pytest.raises(MailUnavailable, match=r"refuses the login \(535\)") as refused:
            _send(url)
    printed = _everything_printed(refused.value, url)
    assert "wr0ng" not in printed
    assert "me@x" not in printed


def test_a_server_that_wants_a_login_is_the_operators_to_mend() -> None:
    with _serving(Server(), **_auth()) as at, pytest.raises(MailUnavailable, match="530"):
        _send(f"smtp://{at}")


def test_a_server_that_echoes_the_login_does_not_get_it_into_our_logs() -> None:
    hello = b"220 hi\r\n", b"250-x\r\n250 AUTH PLAIN\r\n", b"235 ok\r\n"
    echo = f"550 you said {PASSWORD} AG1lQHguZXhhbXBsZQBzM2NyZXQ6L0BwYXNz me@x.example\x1b[2J\r\n".encode()
    with _scripted(*hello, echo) as at:
        url = f"smtp://me%40x.example:{ESCAPED}@{at}"
        with pytest.raises(MailRefused) as refused:
            _send(url)
    printed = _everything_printed(refused.value, url)
    assert "you said … … …" in printed
    for secret in (PASSWORD, "me@x", "AG1lQ", "\x1b"):
        assert secret not in printed


# Given TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    x509 = pytest.importorskip("cryptography.x509", reason="cryptography is missing: TLS to a mail server is unproved")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(tz=UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


def _server_side(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_starttls_to_a_trusted_server(certificate: Path) -> None:
    server = Server()
    trust = ssl.create_default_context(cafile=certificate)
    with _serving(server, tls_context=_server_side(certificate), require_starttls=True) as at:
        assert _send(f"smtp://{at}?starttls=1", tls_context=trust).startswith("250 ")
        with pytest.raises(MailUnavailable, match="530"):
            _send(f"smtp://{at}?starttls=0")
    assert len(server.taken) == 1


def test_an_untrusted_certificate_gets_no_letter(certificate: Path) -> None:
    server = Server()
    context = _server_side(certificate)
    with _serving(server, tls_context=context) as at, pytest.raises(MailUnavailable, match="is not trusted"):
        _send(f"smtp://me:{ESCAPED}@{at}?starttls=1")
    assert server.taken == []


def test_a_server_without_starttls_gets_no_letter_when_it_is_asked_for() -> None:
    with _serving(Server()) as at, pytest.raises(MailUnavailable, match="STARTTLS"):
        _send(f"smtp://{at}?starttls=1")


def test_smtps(certificate: Path) -> None:
    server = Server()
    trust = ssl.create_default_context(cafile=certificate)
    context = _server_side(certificate)
    with _serving_tls(server, context) as at:
        assert _send(f"smtps://{at}", tls_context=trust).startswith("250 ")
        with pytest.raises(MailUnavailable, match="certificate is not trusted"):
            _send(f"smtps://{at}")
    assert len(server.taken) == 1


@contextlib.contextmanager
def _serving_tls(server: Server, context: ssl.SSLContext) -> Iterator[str]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def start() -> asyncio.Server:
        return await loop.create_server(lambda: SMTP(server, loop=loop), "127.0.0.1", 0, ssl=context)

    listening = asyncio.run_coroutine_threadsafe(start(), loop).result(5)
    try:
        yield f"127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    finally:
        loop.call_soon_threadsafe(listening.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)


# Given a setting


@pytest.mark.parametrize(
    "url",
    ["http://h.example", "h.example:25", "smtp://", "smtp://u:tops3cret@h.example:x", "smtp://u:tops3cret@h:99999",
     "smtp://u:tops3cret@h.example?starttls=0", "smtp://u:tops3cret@h.example?verify=0",
     "smtp://u:tops3cret@h.example?starttls=yes", "smtp://u:tops3crét@h.example", ""],
)  # fmt: skip
def test_a_url_that_cannot_be_used_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(Invalid) as refused:
        SmtpMailer(url)
    assert refused.value.faults[0].field == "COUNTERFOIL_SMTP_URL"
    assert refused.value.faults[0].fix
    assert "tops3cr" not in "".join(traceback.format_exception(refused.value))


@pytest.mark.parametrize(
    ("url", "port", "starts_tls"),
    [
        ("smtp://h.example", 25, False),
        ("smtp://u:p@h.example", 587, True),
        ("smtp://u:p@localhost:2525", 2525, False),
        ("smtp://h.example?starttls=1", 25, True),
        ("smtps://u:p@h.example", 465, False),
    ],
)
def test_a_login_never_travels_in_the_clear(url: str, port: int, starts_tls: bool) -> None:
    sender = SmtpMailer(url)
    assert (sender._port, sender._starts_tls) == (port, starts_tls)


def test_without_a_url_mail_is_caught(tmp_path: Path) -> None:
    assert isinstance(mailer(None, tmp_path), CatcherMailer)
    assert isinstance(mailer("", tmp_path), CatcherMailer)
    assert isinstance(mailer("smtp://h.example", tmp_path), SmtpMailer)


@pytest.mark.parametrize(
    "address", ["a@b.example\r\nRCPT TO:<x@y.example>", "a b@c.example", "<a@b.example>", "é@b.example", "", "a"]
)
def test_an_address_is_one_word_of_a_command(address: str, tmp_path: Path) -> None:
    server = Server()
    with _serving(server) as at:
        for sends in (SmtpMailer(f"smtp://{at}"), CatcherMailer(tmp_path)):
            with pytest.raises(MailRefused):
                sends.send(LETTER, sender=SENDER, recipients=[*RECIPIENTS, address])
            with pytest.raises(MailRefused):
                sends.send(LETTER, sender=address, recipients=RECIPIENTS)
            with pytest.raises(MailRefused):
                sends.send(LETTER, sender=SENDER, recipients=[])
    assert server.offered == []


# Given no server: the catcher


def _catch(catcher: CatcherMailer, letter: bytes = LETTER) -> str:
    return catcher.send(letter, sender=SENDER, recipients=RECIPIENTS).removeprefix("250 caught as ")


def test_caught_letters_are_there_as_they_were_in_order_of_time(tmp_path: Path) -> None:
    catcher = CatcherMailer(tmp_path / "mail" / "caught")
    assert catcher.list() == ()
    names = [_catch(catcher, LETTER + str(n).encode()) for n in range(50)]
    assert list(catcher.list()) == names
    assert [catcher.get(name) for name in names] == [LETTER + str(n).encode() for n in range(50)]
    assert catcher.head(names[0]) == LETTER.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    assert (tmp_path / "mail" / "caught" / names[0]).stat().st_mode & 0o077 == 0


def test_letters_caught_at_once_are_all_there(tmp_path: Path) -> None:
    catcher = CatcherMailer(tmp_path)
    threads = [threading.Thread(target=_catch, args=(catcher,)) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(catcher.list()) == 40


def test_only_our_names_are_opened(tmp_path: Path) -> None:
    folder = tmp_path / "caught"
    catcher = CatcherMailer(folder)
    name = _catch(catcher)
    (tmp_path / "secret.eml").write_text("secret")
    (folder / "other.eml").write_text("secret")
    link = folder / "20990101T000000-000000000Z-00000000.eml"
    link.symlink_to(tmp_path / "secret.eml")
    climbing = ["../secret.eml", "..", ".", "", "/etc/passwd", f"../caught/{name}", "..%2fsecret.eml"]
    bent = [f"{name}\n", f"{name}/", "\x00", name.replace("Z-", "Z-\x00"), name.upper(), "other.eml", link.name]
    for wrong in climbing + bent:
        with pytest.raises(NotFound):
            catcher.get(wrong)
        with pytest.raises(NotFound):
            catcher.head(wrong)
    assert name in catcher.list()
    assert "other.eml" not in catcher.list()


def test_a_disk_that_refuses_is_not_sent(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    with pytest.raises(MailUnavailable, match="could not be written"):
        _catch(CatcherMailer(in_the_way / "caught"))


_WRITER = """
import sys
from pathlib import Path
from counterfoil.ports.mail import CatcherMailer
catcher = CatcherMailer(Path(sys.argv[1]))
while True:
    answer = catcher.send(b"Subject: x\\r\\n\\r\\n" + b"0123456789" * 200_000, sender="a@b.c", recipients=["d@e.f"])
    print(answer.removeprefix("250 caught as "), flush=True)
"""


def test_a_killed_writer_leaves_whole_letters_and_none_it_told_of_is_missing(tmp_path: Path) -> None:
    told: list[str] = []
    for round_number in range(6):
        writer = subprocess.Popen([sys.executable, "-c", _WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        assert writer.stdout is not None
        told.append(writer.stdout.readline().strip())
        time.sleep(0.004 * round_number)
        os.kill(writer.pid, signal.SIGKILL)
        told += [line.strip() for line in writer.stdout if line.endswith(".eml\n")]
        writer.wait()
    catcher = CatcherMailer(tmp_path)
    assert set(told) <= set(catcher.list())
    assert {len(catcher.get(name)) for name in catcher.list()} == {2_000_014}
