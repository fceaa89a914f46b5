"""HTTP as serve speaks it: what cannot be parsed gets the envelope of errors too."""

from __future__ import annotations

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from counterfoil.errors import Fault
from counterfoil.rest import trace
from counterfoil.rest.errors import envelope
from counterfoil.rest.faults import TRANSPORT_KEY

_FAULT = Fault(
    "bad_request", "This is not a request of HTTP/1.1 that can be read.", fix="Send a well-formed HTTP/1.1 request."
)


class Protocol(HttpToolsProtocol):
    """uvicorn's, with our words for what never becomes a request."""

    def send_400_response(self, msg: str) -> None:
        """Answers and closes; msg is uvicorn's own text, which stays in the log."""
        exchange = trace.begin()
        body = bytes(envelope([_FAULT], 400).body)
        headers = (
            (b"content-type", b"application/json"), (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"), (trace.HEADER, exchange.trace_id.encode()),
        )  # fmt: skip
        lines = b"".join(name + b": " + value + b"\r\n" for name, value in headers)
        self.transport.write(STATUS_LINE[400] + lines + b"\r\n" + body)
        self.transport.close()


class SandboxProtocol(Protocol):
    """Hands the line over with each request, so that a fault can cut it."""

    def on_message_begin(self) -> None:
        """Begins a request."""
        super().on_message_begin()
        self.scope[TRANSPORT_KEY] = self.transport  # type: ignore[literal-required]  # a key of ours
