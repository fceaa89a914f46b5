"""Which addresses are called: public ones, as they were checked, and nothing that only this machine can reach."""

from __future__ import annotations

import socket
import time

import pytest

from counterfoil.ports.network import NameNotFound, Network, Target, UrlRefused, is_public

REFUSED_URLS = [
    "http://example.com/", "ftp://example.com/", "file:///etc/passwd", "//example.com/", "example.com", "https://",
    "https:///path", "https:example.com", "javascript:alert(1)", "",
    # Credentials, and what readers of URLs disagree about.
    "https://user:password@example.com/", "https://user@example.com/", "https://example.com@127.0.0.1/",
    "https://example.com\\@127.0.0.1/", "https://example.com#@127.0.0.1/", "https://example.com/#part",
    # Whitespace and control characters.
    " https://example.com/", "https://example.com/ ", "https://exa mple.com/", "https://example.com/a b",
    "https://example.com/\r\nHost: x", "https://example.com/\x00", "https://example.com\t/", "https://example.com/\x7f",
    # Names.
    "https://exämple.com/", "https://example.com/ä", "https://１２７.0.0.1/", "https://example..com/",
    "https://.example.com/", "https://example.com./", "https://-example.com/", "https://example-.com/",
    "https://exa$mple.com/", "https://" + "a" * 64 + ".com/", "https://%31%32%37.0.0.1/",
    "https://localhost/", "https://LOCALHOST/", "https://a.localhost/", "https://printer.local/",
    "https://metadata.google.internal/", "https://intranet/", "https://router.lan/",
    # Addresses, in every way that somebody reads them.
    "https://127.0.0.1/", "https://127.1/", "https://2130706433/", "https://0x7f000001/", "https://0x7f.1/",
    "https://017700000001/", "https://0177.0.0.1/", "https://127.0.0.01/", "https://1.1.1.1.1/", "https://1.1.1/",
    "https://10.0.0.1/", "https://172.16.0.1/", "https://192.168.1.1/", "https://169.254.169.254/latest/meta-data",
    "https://100.64.0.1/", "https://100.100.100.200/", "https://168.63.129.16/", "https://192.0.0.192/",
    "https://0.0.0.0/", "https://0/", "https://0x0/", "https://255.255.255.255/", "https://224.0.0.1/",
    "https://[::1]/", "https://[::]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/", "https://[::127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/", "https://[64:ff9b:1::1]/", "https://[fe80::1]/", "https://[fe80::1%25eth0]/",
    "https://[fc00::1]/", "https://[fd00:ec2::254]/", "https://[ff02::1]/", "https://[2002:7f00:1::]/",
    "https://[2001:db8::1]/", "https://[2001::1]/", "https://[127.0.0.1]/", "https://[example.com]/", "https://[]/",
    # Ports.
    "https://example.com:22/", "https://example.com:80/", "https://example.com:25/", "https://example.com:0/",
    "https://example.com:65536/", "https://example.com:99999/", "https://example.com:443x/", "https://example.com:/",
    "https://example.com/" + "x" * 2_048,
]  # fmt: skip


@pytest.mark.parametrize("url", REFUSED_URLS, ids=lambda url: url[:40].encode("unicode_escape").decode())
def test_a_url_that_could_lead_inside_is_refused_by_its_text_alone(url: str) -> None:
    with pytest.raises(UrlRefused) as caught:
        Network().target(url, field="callback_url")
    (fault,) = caught.value.faults
    assert (fault.code, fault.field) == ("url_not_allowed", "callback_url")
    assert "https://" in str(fault.fix)


@pytest.mark.parametrize(
    ("url", "target", "authority"),
    [
        ("https://example.com", Target(True, "example.com", 443, "/"), "example.com"),
        (
            "HTTPS://Example.COM:443/Hooks?a=1&b=%20",
            Target(True, "example.com", 443, "/Hooks?a=1&b=%20"),
            "example.com",
        ),
        ("https://example.com?a=b", Target(True, "example.com", 443, "/?a=b"), "example.com"),
        ("https://a-b.c_d.example:8443/x", Target(True, "a-b.c_d.example", 8443, "/x"), "a-b.c_d.example:8443"),
        ("https://xn--exmple-cua.com/", Target(True, "xn--exmple-cua.com", 443, "/"), "xn--exmple-cua.com"),
        ("https://8.8.8.8/", Target(True, "8.8.8.8", 443, "/"), "8.8.8.8"),
        ("https://[2606:4700::1111]:8443/", Target(True, "2606:4700::1111", 8443, "/"), "[2606:4700::1111]:8443"),
    ],
)
def test_a_public_url_is_read(url: str, target: Target, authority: str) -> None:
    assert Network().target(url) == target
    assert target.authority == authority


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:80/", "http://localhost:3000/x", "https://[::1]:9/", "http://receiver/", "http://10.0.0.1"],
)
def test_the_setting_opens_what_is_private(url: str) -> None:
    network = Network(is_private_allowed=True)
    assert network.addresses(network.target(url.replace("receiver", "localhost")))


@pytest.mark.parametrize("url", ["http://2130706433/", "http://user@localhost/", "file:///etc/passwd", "http://a b/"])
def test_the_setting_does_not_open_what_is_unclear(url: str) -> None:
    with pytest.raises(UrlRefused):
        Network(is_private_allowed=True).target(url)


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "2a00:1450:4001:80b::200e"])
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address", ["fe80::1%eth0", "2606:4700::1111%eth0", "nonsense", "", "127.0.0.1", "::ffff:8.8.8.8"]
)
def test_what_is_not_public_or_no_address_is_not(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "answer",
    [["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["2606:4700::1111", "::1"], ["8.8.8.8", "::ffff:10.0.0.1"], ["garbage"]],
    ids=str,
)
def test_every_address_of_a_name_must_be_public(answer: list[str]) -> None:
    network = Network(resolve=lambda _host, _port: answer)
    with pytest.raises(UrlRefused, match="not a public address"):
        network.addresses(network.target("https://example.com/"))


def test_a_name_without_addresses_is_not_found() -> None:
    network = Network(resolve=lambda _host, _port: [])
    with pytest.raises(NameNotFound):
        network.addresses(network.target("https://example.com/"))


def test_the_system_does_not_know_a_reserved_name() -> None:
    network = Network()
    with pytest.raises(NameNotFound, match="could not be resolved"):
        network.addresses(network.target("https://nobody.invalid/"))


def test_an_address_needs_no_resolver() -> None:
    def resolve(_host: str, _port: int) -> list[str]:
        raise AssertionError("asked")

    network = Network(resolve=resolve)
    assert network.addresses(network.target("https://8.8.8.8/")) == ["8.8.8.8"]


def test_the_second_address_is_tried_when_the_first_fails_and_time_is_shared_out() -> None:
    tried: list[tuple[str, float]] = []
    ours, theirs = socket.socketpair()

    def connect(address: tuple[str, int], seconds: float) -> socket.socket:
        tried.append((address[0], seconds))
        if len(tried) == 1:
            raise ConnectionRefusedError
        return ours

    network = Network(connect=connect)
    assert network.connect(["8.8.8.8", "8.8.4.4"], 443, time.monotonic() + 1) is ours
    assert [address for address, _ in tried] == ["8.8.8.8", "8.8.4.4"]
    assert tried[0][1] <= 0.5 < tried[1][1] <= 1
    ours.close()
    theirs.close()


def test_nobody_is_called_after_the_deadline() -> None:
    with pytest.raises(TimeoutError):
        Network().connect(["8.8.8.8"], 443, time.monotonic() - 1)
