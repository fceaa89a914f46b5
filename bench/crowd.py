"""Many kept-alive connections in one thread: each asks again as soon as it is answered."""

from __future__ import annotations

import selectors
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field

_SECONDS = 60


@dataclass(slots=True)
class _Line:
    """One connection. wanted: the length of the whole answer, once its head is there."""

    socket: socket.socket
    received: bytearray = field(default_factory=bytearray)
    wanted: int = 0


class Crowd:
    """`size` connections to one server; request: what `ask` sends."""

    def __init__(self, port: int, request: bytes, size: int) -> None:
        self._request = request
        self._lines = [_Line(_connected(port)) for _ in range(size)]

    def ask(self, count: int) -> list[bytes]:
        """Sends `count` requests, as many at once as there are connections, and gives the answers with their heads."""
        return self.ask_each([self._request] * count)

    def ask_each(self, requests: Sequence[bytes]) -> list[bytes]:
        """The same for requests that are not one and the same; the answers come in the order of their arrival."""
        answers: list[bytes] = []
        left = iter(requests)
        with selectors.DefaultSelector() as waiting:
            for line, request in zip(self._lines, left, strict=False):
                waiting.register(line.socket, selectors.EVENT_READ, line)
                line.socket.sendall(request)
            while len(answers) < len(requests):
                ready = waiting.select(_SECONDS)
                if not ready:
                    raise TimeoutError(f"{len(answers)} of {len(requests)} were answered")
                for key, _ in ready:
                    answer = _answer(key.data)
                    if answer is None:
                        continue
                    answers.append(answer)
                    following = next(left, None)
                    if following is not None:
                        key.data.socket.sendall(following)
        return answers

    def close(self) -> None:
        for line in self._lines:
            line.socket.close()


def _answer(line: _Line) -> bytes | None:
    """The whole answer, if this was the rest of it."""
    chunk = line.socket.recv(1 << 18)
    if not chunk:
        raise ConnectionError("the server closed the connection")
    line.received += chunk
    if not line.wanted:
        end = line.received.find(b"\r\n\r\n")
        if end < 0:
            return None
        head = bytes(line.received[:end]).lower()
        at = head.find(b"content-length:")
        line.wanted = end + 4 + int(head[at + 15 :].split(b"\r\n", 1)[0])
    if len(line.received) < line.wanted:
        return None
    answer = bytes(line.received)
    line.received.clear()
    line.wanted = 0
    return answer


def _connected(port: int) -> socket.socket:
    made = socket.create_connection(("127.0.0.1", port), timeout=_SECONDS)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made
