"""Documents to PDFs, in a process of its own: typst never gives memory back, and what it runs must reach nothing."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Any, Protocol, cast

from counterfoil.errors import Unavailable
from counterfoil.formats.page import Appearance, Kind
from counterfoil.ports import frames

DOCUMENTS_PER_CHILD = 500
GROWTH_PER_CHILD_BYTES = 250 * 1024**2
TIMEOUT_SECONDS = 10
START_TIMEOUT_SECONDS = 30


class XmlNotEmbedded(Unavailable):
    """The page was made, but its XML could not be put into it: without the XML it would be."""


class Renderer(Protocol):
    """Makes the PDF of a document."""

    def render(
        self, document: Mapping[str, Any], appearance: Appearance, kind: Kind = "client_invoice", xml: bytes = b""
    ) -> bytes:
        """The PDF/A-3b of `document` (the API's answer, as a dict). xml: a CII of it, which makes the PDF Factur-X.

        Raises Unavailable when it could not be made, XmlNotEmbedded when the page could be but not with its XML.
        """
        ...

    def close(self) -> None:
        """Lets go of processes; the renderer is not used afterwards."""
        ...


class ChildRenderer:
    """Renders in one child process, which is replaced when it crashed, hung, grew or has served its share.

    Any thread may call `render`; documents are made one after the other, in the order of the calls.
    """

    def __init__(
        self,
        *,
        timeout_seconds: float = TIMEOUT_SECONDS,
        documents_per_child: int = DOCUMENTS_PER_CHILD,
        growth_per_child_bytes: int = GROWTH_PER_CHILD_BYTES,
        command: Sequence[str] = (sys.executable, "-I", "-m", "counterfoil.ports.render_child"),
    ) -> None:
        self._timeout_seconds = timeout_seconds
        self._documents_per_child = documents_per_child
        self._growth_per_child_bytes = growth_per_child_bytes
        self._command = tuple(command)
        self._child: _Child | None = None
        # All is done in one thread that lives as long as we do: the child dies with the thread that started it.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="renderer")

    def start(self) -> None:
        """Starts the child without waiting for it, so that the first document need not."""
        self._thread.submit(self._ready_child)

    def render(
        self, document: Mapping[str, Any], appearance: Appearance, kind: Kind = "client_invoice", xml: bytes = b""
    ) -> bytes:
        """The PDF/A-3b of `document`, with `xml` in it unless that is empty.

        Raises Unavailable after a time-out, two crashes, or a document it cannot set, and XmlNotEmbedded.
        """
        request = {
            "document": document,
            "kind": kind,
            "appearance": {
                "logo_content_type": appearance.logo_content_type,
                "accent_color": appearance.accent_color,
                "is_specimen": appearance.is_specimen,
                "invoice_url": appearance.invoice_url,
                "journal_hash": appearance.journal_hash,
            },
        }
        parts = (json.dumps(request).encode(), appearance.logo or b"", xml)
        message = b"".join(frames.packed(part) for part in parts)
        return self._thread.submit(self._render, message).result()

    @property
    def pid(self) -> int | None:
        """The child's process id, None while there is none."""
        return self._child.process.pid if self._child else None

    def close(self) -> None:
        """Ends the child; documents that wait are still made."""
        self._thread.submit(self._end_child)
        self._thread.shutdown(wait=True)

    def _render(self, message: bytes) -> bytes:
        head, pdf = self._ask(message)
        child = self._child
        if child is not None:
            child.documents += 1
            grown = child.rss_bytes - child.first_rss_bytes
            if child.documents >= self._documents_per_child or grown > self._growth_per_child_bytes:
                self._end_child()
                self._thread.submit(self._ready_child)
        if not head["ok"]:
            raise _not_made(head["error"], XmlNotEmbedded if head["is_xml_at_fault"] else Unavailable)
        return pdf

    def _ask(self, message: bytes) -> tuple[dict[str, Any], bytes]:
        """The child's answer; asked a second time of a new child when the first one died. A hung one is not retried."""
        try:
            return self._ready_child().ask(message, self._timeout_seconds)
        except TimeoutError as error:
            self._end_child()
            raise _not_made(f"it took longer than {self._timeout_seconds} seconds") from error
        except OSError:
            self._end_child()
        try:
            return self._ready_child().ask(message, self._timeout_seconds)
        except OSError as error:
            self._end_child()
            raise _not_made("the renderer's process ended") from error

    def _ready_child(self) -> _Child:
        if self._child is None:
            self._child = _Child(self._command)
        return self._child

    def _end_child(self) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None


class _Child:
    """One process and its pipes; used from one thread."""

    def __init__(self, command: Sequence[str]) -> None:
        # An environment of our own: no secrets, and fewer memory arenas than glibc would reserve.
        self.process = subprocess.Popen(  # noqa: S603  # our own interpreter and module
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={"LC_ALL": "C.UTF-8", "HOME": "/nonexistent", "TZ": "UTC", "MALLOC_ARENA_MAX": "2"},
            cwd="/",
            bufsize=0,
        )
        self._input = cast(IO[bytes], self.process.stdin)
        self._output = cast(IO[bytes], self.process.stdout)
        os.set_blocking(self._input.fileno(), False)
        os.set_blocking(self._output.fileno(), False)
        self._received = bytearray()
        self._is_ready = False
        self.documents = 0
        self.first_rss_bytes = 0
        self.rss_bytes = 0

    def ask(self, message: bytes, timeout_seconds: float) -> tuple[dict[str, Any], bytes]:
        """Sends a request and awaits the answer. Raises TimeoutError, or another OSError when the process is gone."""
        if not self._is_ready:
            head, _ = self._exchange(b"", time.monotonic() + START_TIMEOUT_SECONDS)
            self.first_rss_bytes = head["rss"]
            self._is_ready = True
        head, pdf = self._exchange(message, time.monotonic() + timeout_seconds)
        self.rss_bytes = head["rss"]
        return head, pdf

    def end(self) -> None:
        """Kills the process and waits for it: it holds nothing that would need a farewell."""
        self.process.kill()
        for pipe in (self._input, self._output):
            with contextlib.suppress(OSError):
                pipe.close()
        self.process.wait()

    def _exchange(self, message: bytes, deadline: float) -> tuple[dict[str, Any], bytes]:
        """Writes `message` and reads two messages, in whatever order the pipes allow."""
        unsent = memoryview(message)
        with selectors.DefaultSelector() as selector:
            selector.register(self._output, selectors.EVENT_READ)
            if unsent:
                selector.register(self._input, selectors.EVENT_WRITE)
            while (answer := self._answer()) is None:
                for key, _ in self._awaited(selector, deadline):
                    if key.fileobj is self._output:
                        self._receive()
                        continue
                    unsent = unsent[os.write(self._input.fileno(), unsent[:65536]) :]
                    if not unsent:
                        selector.unregister(self._input)
        return answer

    @staticmethod
    def _awaited(selector: selectors.BaseSelector, deadline: float) -> list[tuple[selectors.SelectorKey, int]]:
        ready = selector.select(max(0.0, deadline - time.monotonic()))
        if not ready:
            raise TimeoutError
        return ready

    def _receive(self) -> None:
        chunk = os.read(self._output.fileno(), 1 << 20)
        if not chunk:
            raise BrokenPipeError("the child closed its output")
        self._received += chunk

    def _answer(self) -> tuple[dict[str, Any], bytes] | None:
        """The two messages of an answer, once all their bytes are here."""
        size = frames.LENGTH.size
        parts: list[bytes] = []
        position = 0
        for _ in range(2):
            if len(self._received) < position + size:
                return None
            (length,) = frames.LENGTH.unpack_from(self._received, position)
            position += size + length
            if len(self._received) < position:
                return None
            parts.append(bytes(self._received[position - length : position]))
        del self._received[:position]
        return json.loads(parts[0]), parts[1]


def _not_made(reason: str, kind: type[Unavailable] = Unavailable) -> Unavailable:
    return kind("pdf_not_made", f"The PDF could not be made: {reason}.", fix="It is tried again; see the server's log.")
