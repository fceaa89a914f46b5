"""A webhook's call: acknowledged by 2xx within the second, whatever the receiver does to keep the line."""

from __future__ import annotations

import hmac
import socket
import ssl
import time
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from counterfoil.ports.callbacks import Answer, HttpCallbacks
from counterfoil.ports.network import Network
from tests.support.houses import SteppingClock
from tests.support.receivers import Receiver, authority, receiver, silent, status
from tests.support.server import free_port

SECRET = "s" * 32
BODY = '{"type":"v1/clients","name":"Élan"}'.encode()
PUBLIC = "93.184.216.34"


def callbacks(*, timeout_seconds: float = 1, tls: ssl.SSLContext | None = None, **network: object) -> HttpCallbacks:
    open_network = Network(is_private_allowed=True, **network)
    return HttpCallbacks(open_network, timeout_seconds=timeout_seconds, tls_context=tls)


def dripping(connection: socket.socket) -> None:
    for letter in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 200:
        connection.sendall(bytes([letter]))
        time.sleep(0.05)


def hanging_up(connection: socket.socket) -> None:
    connection.close()


def chattering(connection: socket.socket) -> None:
    for _ in range(10_000):
        connection.sendall(b"HTTP/1.1 102 Processing\r\n\r\n")


def endless_head(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    for number in range(10_000):
        connection.sendall(b"X-%d: %s\r\n" % (number, b"x" * 1_000))


def endless_body(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
    while True:
        connection.sendall(b"x" * 65_536)


def nonsense(connection: socket.socket) -> None:
    connection.sendall(b"220 mail.example ESMTP\r\n")


@pytest.mark.parametrize("code", [200, 201, 202, 204, 299])
def test_two_hundred_and_something_is_an_acknowledgement(code: int) -> None:
    with receiver(status(code)) as hooks:
        answer = callbacks().post(hooks.url, BODY, secret=SECRET)
    assert answer == Answer(code)
    assert answer.is_acknowledged


def test_the_body_comes_to_the_byte_and_its_signature_fits() -> None:
    moment = datetime(2026, 11, 23, 12, tzinfo=UTC)
    with receiver() as hooks:
        clock = SteppingClock(moment)
        HttpCallbacks(Network(is_private_allowed=True), clock=clock).post(f"{hooks.url}?a=b", BODY, secret=SECRET)
        (received,) = hooks.received
    assert (received.path, received.body) == ("/hooks?a=b", BODY)
    assert received.headers["content-type"] == "application/json"
    assert received.headers["host"] == f"127.0.0.1:{hooks.port}"
    assert received.headers["user-agent"].startswith("Counterfoil/")
    sent_at, _, signed = received.headers["x-qonto-signature"].partition(",v1=")
    assert sent_at == f"t={int(moment.timestamp())}"
    expected = hmac.new(SECRET.encode(), sent_at[2:].encode() + b"." + BODY, sha256).hexdigest()
    assert hmac.compare_digest(signed, expected)


@pytest.mark.parametrize("code", [100, 101, 199, 300, 400, 404, 410, 429, 500, 503])
def test_any_other_status_is_not(code: int) -> None:
    with receiver(status(code)) as hooks:
        answer = callbacks(timeout_seconds=0.3).post(hooks.url, BODY, secret=SECRET)
    assert not answer.is_acknowledged
    assert answer.status in (code, None)


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(code: int) -> None:
    with receiver() as elsewhere, receiver(status(code, f"Location: {elsewhere.url}")) as hooks:
        answer = callbacks().post(hooks.url, BODY, secret=SECRET)
        assert elsewhere.connections == 0
    assert answer.status == code
    assert "redirects are not followed" in answer.error


@pytest.mark.parametrize("behave", [dripping, silent], ids=lambda f: f.__name__)
def test_an_answer_after_the_second_does_not_count_and_costs_no_more_than_it(behave: object) -> None:
    with receiver(behave) as hooks:
        started = time.monotonic()
        answer = callbacks().post(hooks.url, BODY, secret=SECRET)
        took = time.monotonic() - started
    assert answer == Answer(None, "no answer within 1 s")
    assert 0.9 < took < 3


def test_a_receiver_that_reads_nothing_costs_no_more_either() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}/"
        started = time.monotonic()
        answer = callbacks().post(url, b"x" * 50_000_000, secret=SECRET)
        took = time.monotonic() - started
    assert answer == Answer(None, "no answer within 1 s")
    assert 0.9 < took < 3


@pytest.mark.parametrize("behave", [hanging_up, chattering, endless_head, nonsense], ids=lambda f: f.__name__)
def test_whatever_else_comes_is_an_outcome_and_soon(behave: object) -> None:
    with receiver(behave) as hooks:
        started = time.monotonic()
        answer = callbacks().post(hooks.url, BODY, secret=SECRET)
        assert time.monotonic() - started < 3
    assert answer.status is None
    assert 0 < len(answer.error) <= 300


def test_the_body_of_an_answer_is_not_read() -> None:
    with receiver(endless_body) as hooks:
        assert callbacks(timeout_seconds=3).post(hooks.url, BODY, secret=SECRET) == Answer(200)


def test_an_answer_given_before_the_body_was_read_counts() -> None:
    with socket.create_server(("127.0.0.1", 0)) as hasty:
        url = f"http://127.0.0.1:{hasty.getsockname()[1]}/"

        def connect(address: tuple[str, int], seconds: float) -> socket.socket:
            made = socket.create_connection(address, timeout=seconds)
            taken, _ = hasty.accept()
            taken.sendall(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")
            taken.shutdown(socket.SHUT_RDWR)
            return made

        answer = callbacks(connect=connect).post(url, b"x" * 1_000, secret=SECRET)
    assert answer.status in (202, None)  # a reset may overtake the answer; then it is tried again


def test_nobody_listening_is_an_outcome() -> None:
    answer = callbacks().post(f"http://127.0.0.1:{free_port()}/", BODY, secret=SECRET)
    assert answer.status is None
    assert "refused" in answer.error.lower()


def test_a_name_that_leads_inside_is_not_called() -> None:
    with receiver() as hooks:
        guarded = HttpCallbacks(Network(resolve=lambda _host, _port: ["127.0.0.1"]))
        answer = guarded.post(f"https://example.com:{hooks.port}/", BODY, secret=SECRET)
        assert hooks.connections == 0
    assert "127.0.0.1, which is not a public address" in answer.error


@pytest.mark.parametrize("url", ["http://127.0.0.1:{port}/", "https://127.0.0.1:{port}/", "https://localhost:{port}/"])
def test_an_address_stored_when_it_was_allowed_is_checked_again(url: str) -> None:
    with receiver() as hooks:
        answer = HttpCallbacks(Network()).post(url.format(port=hooks.port), BODY, secret=SECRET)
        assert hooks.connections == 0
    assert answer.error.startswith("This address is not called")


def test_a_name_that_changes_its_mind_is_asked_once_and_the_checked_address_is_called(tmp_path: Path) -> None:
    """DNS rebinding: public when it is checked, loopback when somebody asks again."""
    answers = [[PUBLIC], ["127.0.0.1"], ["127.0.0.1"]]
    called: list[str] = []
    ca = authority(tmp_path)

    with receiver(tls=ca.serving("hooks.example")) as hooks:

        def connect(address: tuple[str, int], seconds: float) -> socket.socket:
            called.append(address[0])
            return socket.create_connection(("127.0.0.1", hooks.port), timeout=seconds)  # the internet, for this test

        network = Network(resolve=lambda _host, _port: answers.pop(0), connect=connect)
        guarded = HttpCallbacks(network, tls_context=ca.trusting())
        assert guarded.post("https://hooks.example/", BODY, secret=SECRET) == Answer(200)
        assert len(hooks.received) == 1
        assert hooks.received[0].headers["host"] == "hooks.example"
    assert called == [PUBLIC]
    assert len(answers) == 2


def over_tls(hooks: Receiver, tls: ssl.SSLContext | None) -> HttpCallbacks:
    return callbacks(tls=tls, resolve=lambda _host, _port: ["127.0.0.1"])


def test_tls_is_spoken_and_the_name_is_checked(tmp_path: Path) -> None:
    ca = authority(tmp_path)
    with receiver(tls=ca.serving("hooks.example")) as hooks:
        right = over_tls(hooks, ca.trusting()).post(f"https://hooks.example:{hooks.port}/", BODY, secret=SECRET)
        wrong = over_tls(hooks, ca.trusting()).post(f"https://other.example:{hooks.port}/", BODY, secret=SECRET)
        unknown = over_tls(hooks, None).post(f"https://hooks.example:{hooks.port}/", BODY, secret=SECRET)
        assert len(hooks.received) == 1
    assert right == Answer(200)
    assert wrong.error.startswith("TLS failed")
    assert unknown.error.startswith("TLS failed")


def test_plain_http_where_tls_is_expected_is_an_outcome() -> None:
    with receiver() as hooks:
        answer = callbacks().post(f"https://127.0.0.1:{hooks.port}/", BODY, secret=SECRET)
    assert answer.status is None
    assert answer.error


def test_a_handshake_that_never_ends_costs_a_second() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        started = time.monotonic()
        answer = callbacks().post(f"https://127.0.0.1:{deaf.getsockname()[1]}/", BODY, secret=SECRET)
        assert 0.9 < time.monotonic() - started < 3
    assert answer == Answer(None, "no answer within 1 s")


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiver() as proxy, receiver() as hooks:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert callbacks().post(hooks.url, BODY, secret=SECRET) == Answer(200)
        assert proxy.connections == 0
