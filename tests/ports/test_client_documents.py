"""A client's own document: read from its very address, small, JSON, and never from inside the network."""

from __future__ import annotations

import json
import socket
import ssl
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from counterfoil.errors import Invalid
from counterfoil.ports.client_documents import BYTES_MAX, HttpClientDocuments, kept
from counterfoil.ports.network import Network
from tests.support.receivers import Answer, authority, receiver, silent, status

PUBLIC = "93.184.216.34"


def documents(*, timeout_seconds: float = 1, tls: ssl.SSLContext | None = None, **network: Any) -> HttpClientDocuments:
    return HttpClientDocuments(
        Network(is_private_allowed=True, **network), tls_context=tls, timeout_seconds=timeout_seconds
    )


def served(body: bytes, *headers: str, code: int = 200, kind: str = "application/json") -> Answer:
    return status(code, f"Content-Type: {kind}", *headers, body=body)


def dripping(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n")
    for _ in range(100):
        connection.sendall(b" ")
        time.sleep(0.05)


def endless(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{")
    for _ in range(10_000):
        connection.sendall(b" " * 1_000)


def test_the_document_that_names_its_own_address_is_taken() -> None:
    with receiver() as host:
        told = {"client_id": host.url, "client_name": "Élan", "redirect_uris": ["https://app.example/cb"]}
        host.usual = served(json.dumps(told).encode(), "Cache-Control: max-age=3600", kind="application/cimd+json")
        found = documents().fetch(host.url)
        (received,) = host.received
    assert found.document == told
    assert found.keep == timedelta(hours=1)
    assert received.headers["accept"] == "application/json"


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (served(b"{}", "Location: http://127.0.0.1:1/", code=302), "redirects are not followed"),
        (served(b"{}", code=404), "it answered 404"),
        (served(b'{"client_id":"http://elsewhere.example/"}'), "not this very address"),
        (served(b"{}"), "not this very address"),
        (served(b"[]"), "no JSON object"),
        (served(b"<html>"), "it is not JSON"),
        (served(b"{}", kind="text/html"), "it is not JSON"),
        (served(b" " * (BYTES_MAX + 1)), "longer than"),
        (served(b"[" * 5_000), "it is not JSON"),
        (endless, "longer than"),
        (dripping, "no answer within"),
        (silent, "no answer within"),
        (lambda connection: connection.sendall(b"220 mail.example ESMTP\r\n"), "could not be taken"),
    ],
    ids=["redirect", "missing", "foreign", "nameless", "list", "html", "type", "huge", "deep", "endless", "dripping",
         "silent", "mail"],
)  # fmt: skip
def test_anything_else_is_refused_in_time(answer: Answer, problem: str) -> None:
    with receiver(answer) as host:
        begun = time.monotonic()
        with pytest.raises(Invalid, match=problem):
            documents(timeout_seconds=0.5).fetch(host.url)
    assert time.monotonic() - begun < 2


def test_nothing_is_called_through_a_redirect() -> None:
    with receiver() as inside, receiver(served(b"{}", f"Location: {inside.url}", code=307)) as host:
        with pytest.raises(Invalid):
            documents().fetch(host.url)
        assert inside.connections == 0


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1:8443/client.json",
        "https://[::1]:8443/client.json",
        "https://169.254.169.254/latest/meta-data",
        "https://10.0.0.7/client.json",
        "https://localhost/client.json",
        "https://2130706433/client.json",
        "https://router.lan/client.json",
        "http://app.example/client.json",
        "https://user:secret@app.example/client.json",
        "https://app.example/client.json#fragment",
        "https://app.example:22/client.json",
        "https://app.example/",
        "https://app.example",
        "https://app.example/a/../client.json",
    ],
)
def test_an_address_that_is_not_public_is_not_called(url: str) -> None:
    def connect(_address: tuple[str, int], _seconds: float) -> socket.socket:
        raise AssertionError("it was called")

    network = Network(resolve=lambda _host, _port: [PUBLIC], connect=connect)
    with pytest.raises(Invalid) as refused:
        HttpClientDocuments(network).fetch(url)
    assert refused.value.code == "invalid_client_document"


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "10.1.2.3", "::1", "fe80::1", "::ffff:127.0.0.1"])
def test_a_public_name_that_leads_inside_is_not_called(address: str) -> None:
    def connect(_address: tuple[str, int], _seconds: float) -> socket.socket:
        raise AssertionError("it was called")

    network = Network(resolve=lambda _host, _port: [PUBLIC, address], connect=connect)
    with pytest.raises(Invalid, match="not a public address"):
        HttpClientDocuments(network).fetch("https://app.example/client.json")


def test_over_tls_the_name_must_be_the_certificates(tmp_path: Path) -> None:
    # given a host with a certificate for app.example, on loopback in the place of a public address
    ca = authority(tmp_path)
    with receiver(tls=ca.serving("app.example")) as host:

        def connect(_address: tuple[str, int], seconds: float) -> socket.socket:
            return socket.create_connection(("127.0.0.1", host.port), timeout=seconds)

        url = "https://app.example/client.json"
        host.usual = served(json.dumps({"client_id": url}).encode())
        network = Network(resolve=lambda _host, _port: [PUBLIC], connect=connect)
        reader = HttpClientDocuments(network, tls_context=ca.trusting())
        # when
        assert reader.fetch(url).document == {"client_id": url}
        # then another name on the same host is refused
        with pytest.raises(Invalid, match="TLS failed"):
            reader.fetch("https://other.example/client.json")


@pytest.mark.parametrize(
    ("header", "minutes"),
    [("", 5), ("no-store", 5), ("max-age=60", 5), ("public, max-age=1200", 20), ("max-age=99999999", 1440),
     ("no-cache, max-age=1200", 5)],
    ids=["none", "no-store", "short", "long", "forever", "no-cache"],
)  # fmt: skip
def test_a_document_is_believed_within_bounds(header: str, minutes: int) -> None:
    assert kept(header) == timedelta(minutes=minutes)
