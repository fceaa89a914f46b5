"""The log of serve, worker and mcp: a line an event on standard error, for people or as JSON, with nobody's data in it.

What may be in a line: our own constant texts, numbers, ids, and codes. What comes from elsewhere goes through
counterfoil.redaction: of an exception its type, its place and at most a message that is known to hold no values.
docs/monitoring.md lists the fields.
"""

from __future__ import annotations

import contextlib
import copy
import logging
import sys
import threading
import time
from collections.abc import Mapping, MutableMapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TextIO

from counterfoil import redaction

if TYPE_CHECKING:
    from structlog.stdlib import ProcessorFormatter

    from counterfoil.settings import Settings

OURS = "counterfoil"
ACCESS = "counterfoil.access"
FIELDS = "counterfoil_fields"
# Others' libraries write requests, statements and headers, values and all, into lines below this level.
_FOREIGN_LEVEL = logging.WARNING
_ORDER = ("time", "level", "event", "logger", "request_id", "method", "route", "status", "duration_ms",
          "organization_id")  # fmt: skip

Event = MutableMapping[str, Any]


def configure(settings: Settings, *, is_quiet: bool = False, stream: TextIO | None = None) -> None:
    """Sends every line to standard error, in the settings' format and from their level on. To be called once a process.

    is_quiet: warnings and errors only, unless the level was set: for programs that somebody else's program starts.
    """
    stream = stream or sys.stderr
    is_set = "log_level" in settings.model_fields_set
    level = "warning" if is_quiet and not is_set else settings.log_level
    is_json = settings.log_format == "json" or (settings.log_format == "auto" and not stream.isatty())
    root = logging.getLogger()
    stop()
    handler = _Handler(stream, is_json=is_json)
    root.addHandler(handler)
    ours = getattr(logging, level.upper())
    root.setLevel(max(ours, _FOREIGN_LEVEL))
    logging.getLogger(OURS).setLevel(ours)
    global _requests  # as logging's own handlers: one log a process
    _requests = handler if ours <= logging.INFO else None
    threading.excepthook = _of_a_thread


def stop() -> None:
    """Writes no more lines."""
    global _requests
    _requests = None
    root = logging.getLogger()
    for old in list(root.handlers):
        if isinstance(old, _Handler):
            root.removeHandler(old)


def be_silent() -> None:
    """No lines at all: for commands that say themselves what is wrong."""
    logging.getLogger().addHandler(logging.NullHandler())


def request(fields: Mapping[str, object]) -> None:
    """A line of one request, where requests are told of. fields: numbers, and texts of our own without quotes."""
    if _requests is not None:
        _requests.write_request(fields)


def tells_requests() -> bool:
    """Whether there is a line for each request."""
    return _requests is not None


def prepare() -> None:
    """Loads what the first line needs, in a thread: it takes a while, and nobody should wait for it."""

    def load() -> None:
        import structlog  # noqa: F401  # for its being loaded

    threading.Thread(target=load, name="counterfoil-logs", daemon=True).start()


_requests: _Handler | None = None


class _Handler(logging.StreamHandler[TextIO]):
    def __init__(self, stream: TextIO, *, is_json: bool) -> None:
        super().__init__(stream)
        self._is_json = is_json
        self._made: ProcessorFormatter | None = None

    def format(self, record: logging.LogRecord) -> str:
        if self._made is None:
            self._made = _formatter(is_json=self._is_json, is_colored=self.stream.isatty())
        return self._made.format(_safe(record))

    def write_request(self, fields: Mapping[str, object]) -> None:
        """The way round logging's records, which would cost as much as the request's authentication."""
        moment = _moment(time.time())
        if self._is_json:
            told = "".join(
                f', "{name}": "{value}"' if isinstance(value, str) else f', "{name}": {value}'
                for name, value in fields.items()
            )
            text = f'{{"time": "{moment}", "level": "info", "event": "request", "logger": "{ACCESS}"{told}}}\n'
        else:
            told = " ".join(f"{name}={value}" for name, value in fields.items())
            text = f"{moment} [info     ] request                        [{ACCESS}] {told}\n"
        with contextlib.suppress(OSError, ValueError), self.lock or contextlib.nullcontext():
            # A log that cannot be written, or is closed by now, is no reason not to answer.
            self.stream.write(text)
            self.stream.flush()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  # logging's own name
        """Says that a line is missing. logging's own way would print the values that it was to hold."""
        problem = sys.exc_info()[1]
        sys.stderr.write(f"a line of {record.name} could not be written: {type(problem).__name__}\n")


def _moment(seconds: float) -> str:
    """A time as all lines have it, in UTC: cheaper than a datetime's own text."""
    whole = int(seconds)
    return f"{_second(whole)}.{int((seconds - whole) * 1_000):03d}Z"


@lru_cache(maxsize=2)
def _second(whole: int) -> str:
    return datetime.fromtimestamp(whole, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _formatter(*, is_json: bool, is_colored: bool) -> ProcessorFormatter:
    import structlog

    renderer: Any
    if is_json:
        renderer = structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
        last = [_in_order, renderer]
    else:
        renderer = structlog.dev.ConsoleRenderer(colors=is_colored, timestamp_key="time", sort_keys=False)
        last = [renderer]
    return structlog.stdlib.ProcessorFormatter(processors=[_filled, *last])


def _filled(_logger: object, _method: str, event: Event) -> Event:
    """What every line has, and what the record brought along."""
    from counterfoil.rest import trace

    record: logging.LogRecord = event.pop("_record")
    event.pop("_from_structlog", None)
    event["time"] = _moment(record.created)
    event["level"] = record.levelname.lower()
    event["logger"] = record.name
    exchange = trace.current()
    if exchange:
        event["request_id"] = exchange.trace_id
    event.update(getattr(record, FIELDS, {}))
    return event


def _in_order(_logger: object, _method: str, event: Event) -> Event:
    first = {name: event.pop(name) for name in _ORDER if name in event}
    return {**first, **event}


def _safe(record: logging.LogRecord) -> logging.LogRecord:
    """The record with nobody's data in it; the one that came is left alone, for others may read it too."""
    new = copy.copy(record)
    fields = dict(getattr(record, FIELDS, {}))
    if record.name.partition(".")[0] == OURS:
        new.args = _told(record.args)
    else:
        new.msg, new.args = redaction.line(record.getMessage()), ()
    problem = record.exc_info[1] if record.exc_info else None
    if problem is not None:
        fields["exception"] = redaction.trace_of(problem)
    new.exc_info = new.exc_text = new.stack_info = None
    setattr(new, FIELDS, fields)
    return new


def _told(args: Any) -> Any:
    if isinstance(args, tuple):
        return tuple(_plain(each) for each in args)
    return {name: _plain(value) for name, value in args.items()} if args else args


def _plain(value: object) -> object:
    if isinstance(value, int | float):
        return value
    if isinstance(value, BaseException):
        return redaction.told(value)
    return redaction.line(str(value))


def _of_a_thread(args: threading.ExceptHookArgs) -> None:
    """A thread that ends by a bug. Python's own hook would print the error's text."""
    if args.exc_type is SystemExit:
        return
    name = args.thread.name if args.thread else "?"
    found = (args.exc_type, args.exc_value, args.exc_traceback)
    logging.getLogger("counterfoil").error("a bug: the thread %s ended", name, exc_info=found)  # type: ignore[arg-type]  # what a hook is given
