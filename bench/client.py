"""A small HTTP client on one kept-alive connection: its own cost is little, and the same for both sides."""

from __future__ import annotations

import json
import socket
import time
from typing import Any

IDLE_SECONDS = 3  # uvicorn closes a connection that rests for 5


class Client:
    """One connection. `send` takes a whole request as bytes, so that nothing is built while time is taken."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket = self._connected()
        self._used = time.monotonic()

    def send(self, request: bytes) -> tuple[int, bytes]:
        """Status and body of the answer, which must carry a Content-Length (or be a 204)."""
        if time.monotonic() - self._used > IDLE_SECONDS:
            self._socket.close()
            self._socket = self._connected()
        self._socket.sendall(request)
        received = b""
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += self._more()
        head = received[:end].lower()
        at = head.find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        parts = [received[end + 4 :]]
        left = length - len(parts[0])
        while left > 0:
            parts.append(self._more())
            left -= len(parts[-1])
        self._used = time.monotonic()
        return int(head[9:12]), b"".join(parts)

    def close(self) -> None:
        self._socket.close()

    def _connected(self) -> socket.socket:
        made = socket.create_connection(("127.0.0.1", self._port), timeout=60)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made

    def _more(self) -> bytes:
        chunk = self._socket.recv(1 << 18)
        if not chunk:
            raise ConnectionError("the server closed the connection")
        return chunk


def request(method: str, path: str, *, key: str = "", body: dict[str, Any] | None = None) -> bytes:
    """A whole request. key: what goes into Authorization."""
    content = json.dumps(body).encode() if body is not None else b""
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {key}\r\nContent-Length: {len(content)}\r\n"
    if content:
        head += "Content-Type: application/json\r\n"
    return head.encode() + b"\r\n" + content
