"""A store that speaks S3 over HTTP, as a process of its own, and a way to it that fails as networks and stores do."""

from __future__ import annotations

import http.client
import itertools
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

from tests.support.server import clean_environment, free_port

START_SECONDS = 60
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "tests", "AWS_SECRET_ACCESS_KEY": "tests", "AWS_DEFAULT_REGION": "eu-west-1"}
Mood = Literal["well", "refuses", "slow", "cut", "alters_puts", "alters_gets"]


@dataclass
class S3Store:
    """moto's server. address: (host, port). Whatever is in it is gone when it ends."""

    address: tuple[str, int]
    process: subprocess.Popen[bytes]
    _names: Any = field(default_factory=itertools.count)

    def new_bucket(self) -> str:
        """An empty bucket's name."""
        name = f"books-{next(self._names)}"
        if self._asked("PUT", f"/{name}") != 200:
            raise RuntimeError("no bucket could be made")
        return name

    def blobs_url(self, bucket: str) -> str:
        """A COUNTERFOIL_BLOBS_URL that leads there without a detour."""
        return f"s3://{bucket}/books?endpoint=http://{self.address[0]}:{self.address[1]}&region=eu-west-1"

    def _asked(self, method: str, path: str) -> int:
        line = http.client.HTTPConnection(*self.address, timeout=10)
        try:
            line.request(method, path)
            return line.getresponse().status
        finally:
            line.close()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)


def start_s3() -> S3Store:
    """Starts a store on a free port. Raises RuntimeError when none comes up."""
    port = free_port()
    command = [str(Path(sys.executable).with_name("moto_server")), "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=clean_environment(**CREDENTIALS)
    )
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return S3Store(("127.0.0.1", port), process)
    process.kill()
    raise RuntimeError(f"moto_server did not start: {process.wait()}")


class FaultyWay:
    """A proxy before a store. mood: what it does to the requests that come now; asked: how many came."""

    def __init__(self, store: S3Store) -> None:
        self.mood: Mood = "well"
        self.slow_seconds = 2.0
        self.asked = 0
        self._ended = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler(store))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def blobs_url(self, bucket: str) -> str:
        """A COUNTERFOIL_BLOBS_URL that leads this way."""
        return f"s3://{bucket}/books?endpoint={self.url}&region=eu-west-1"

    def close(self) -> None:
        self._ended.set()
        self._server.shutdown()
        self._server.server_close()

    def _handler(self, store: S3Store) -> type[BaseHTTPRequestHandler]:
        way = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _pass(self) -> None:
                way.asked += 1
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if way.mood == "slow":
                    way._ended.wait(way.slow_seconds)
                if way.mood == "refuses":
                    self._answer(500, b"<Error><Code>InternalError</Code></Error>", {})
                    return
                if way.mood == "alters_puts" and self.command == "PUT":
                    body = _altered(body)
                status, headers, answer = _forwarded(store, self.command, self.path, self.headers, body)
                if way.mood == "alters_gets" and self.command == "GET":
                    answer = _altered(answer)
                self._answer(status, answer, headers)

            do_GET = do_PUT = do_HEAD = do_DELETE = _pass  # noqa: N815  # the library's names

            def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if self.command == "HEAD":
                    self.end_headers()
                    return
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                is_cut = way.mood == "cut"
                with suppress(ConnectionError):  # who waited has gone
                    self.wfile.write(body[: len(body) // 2] if is_cut else body)
                self.close_connection = is_cut

            def log_message(self, format: str, *args: object) -> None:
                """Says nothing."""

        return Handler


def _altered(body: bytes) -> bytes:
    return bytes([body[0] ^ 1]) + body[1:] if body else body


def _forwarded(store: S3Store, method: str, path: str, headers: Any, body: bytes) -> tuple[int, dict[str, str], bytes]:
    line = http.client.HTTPConnection(*store.address, timeout=20)
    try:
        # The store compares nothing with these, and reads a body without them.
        sent = {name: value for name, value in headers.items() if name.lower() not in ("content-length", "expect")}
        line.request(method, path, body, sent)
        answer = line.getresponse()
        hop = ("content-length", "connection", "transfer-encoding", "date", "server")
        kept = {name: value for name, value in answer.getheaders() if name.lower() not in hop}
        return answer.status, kept, answer.read()
    finally:
        line.close()


def fresh_key() -> str:
    """An idempotency key that nobody used."""
    return str(uuid4())
