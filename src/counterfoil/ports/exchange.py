"""One HTTP exchange on a connection that is already there: httpcore speaks, a deadline and a limit hold for all of it.

httpcore's own timeouts are per read and per write, so that a receiver which sends a byte now and then could hold a
thread for hours.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpcore

from counterfoil.ports.network import Target

ANSWER_BYTES_MAX = 32_768  # of an answer, its head included; of a POST the body is never read


class _Line(httpcore.NetworkStream):
    """A socket on which everything together ends at the deadline (time.monotonic())."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self._sock = sock
        self._deadline = deadline
        self._left_bytes = ANSWER_BYTES_MAX

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._left_bytes <= 0:
            raise ConnectionError(f"the answer is longer than {ANSWER_BYTES_MAX} bytes")
        self._hurry()
        received = self._sock.recv(min(max_bytes, self._left_bytes))
        self._left_bytes -= len(received)
        return received

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        left = memoryview(buffer)
        while left:
            self._hurry()
            try:
                left = left[self._sock.send(left) :]
            except TimeoutError:
                raise
            except OSError as problem:
                # Whoever closes early may have answered already: on this one error httpcore still reads the answer.
                raise httpcore.WriteError(str(problem)) from None

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        self._hurry()
        return _Line(ssl_context.wrap_socket(self._sock, server_hostname=server_hostname), self._deadline)

    def close(self) -> None:
        self._sock.close()

    def get_extra_info(self, info: str) -> Any:
        return None

    def _hurry(self) -> None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(left)


class _Connected(httpcore.NetworkBackend):
    """Hands out the connection that was made, whatever host httpcore names: nothing is resolved again."""

    def __init__(self, line: _Line) -> None:
        self._line = line

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:  # fmt: skip
        return self._line


def status_of_post(
    connection: socket.socket,
    target: Target,
    headers: Mapping[str, str],
    body: bytes,
    *,
    tls_context: ssl.SSLContext,
    deadline: float,
) -> int:
    """The status of the answer to a POST; closes the connection. Raises TimeoutError, OSError or httpcore's errors."""
    with _asked("POST", connection, target, headers, body, tls_context=tls_context, deadline=deadline) as answer:
        return int(answer.status)


def answer_to_get(
    connection: socket.socket,
    target: Target,
    headers: Mapping[str, str],
    *,
    tls_context: ssl.SSLContext,
    deadline: float,
    most_bytes: int,
) -> tuple[int, dict[str, str], bytes]:
    """The status, headers (names in lower case) and body of the answer to a GET; closes the connection.

    Raises ConnectionError for a body of more than most_bytes, TimeoutError, OSError or httpcore's errors.
    """
    with _asked("GET", connection, target, headers, b"", tls_context=tls_context, deadline=deadline) as answer:
        body = bytearray()
        for part in answer.iter_stream():
            body += part
            if len(body) > most_bytes:
                raise ConnectionError(f"the answer is longer than {most_bytes} bytes")
        named = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in answer.headers}
        return int(answer.status), named, bytes(body)


@contextmanager
def _asked(
    method: str, connection: socket.socket, target: Target, headers: Mapping[str, str], body: bytes, *,
    tls_context: ssl.SSLContext, deadline: float,
) -> Iterator[httpcore.Response]:  # fmt: skip
    scheme = b"https" if target.is_tls else b"http"
    host = target.host.encode()
    origin = httpcore.Origin(scheme, host, target.port)
    line = _Line(connection, deadline)
    url = httpcore.URL(scheme=scheme, host=host, port=target.port, target=target.path.encode())
    sent = [("Host", target.authority), ("Connection", "close"), *headers.items()]
    try:
        with (
            httpcore.HTTPConnection(origin, ssl_context=tls_context, network_backend=_Connected(line)) as http,
            http.stream(method, url, headers=sent, content=body) as answer,
        ):
            yield answer
    finally:
        line.close()
