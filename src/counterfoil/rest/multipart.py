"""multipart/form-data (RFC 7578), read whole and within limits.

The parser underneath is Starlette's own, without its temporary files: the body is in memory already, and never larger
than the route allows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from counterfoil import errors

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

# urllib3 before 2.0 writes names beyond ASCII only so, although RFC 7578 forbids it: without it they look like text.
_EXTENDED_NAME = re.compile(r"""(?i);\s*filename\*=\s*"?(?:utf-8|iso-8859-1)'[^']*'([^;"\s]*)""")


@dataclass(frozen=True, slots=True)
class Limits:
    """parts: how many. part_bytes, body_bytes: largest. headers, header_bytes: of one part, each."""

    parts: int = 64
    part_bytes: int = 15 * 1024 * 1024
    body_bytes: int = 16 * 1024 * 1024
    headers: int = 8
    header_bytes: int = 4096


@dataclass(frozen=True, slots=True)
class Part:
    """One part as sent. file_name: None for a plain field; never safe to store as it is. content_type: "" if absent."""

    name: str
    file_name: str | None
    content_type: str
    data: bytes

    @property
    def text(self) -> str:
        """The field as text. Raises Malformed when it is not UTF-8."""
        try:
            return self.data.decode()
        except UnicodeDecodeError:
            raise errors.Malformed(
                "bad_request", f"The form field {_shown(self.name)} is not UTF-8.", fix="Send text in UTF-8."
            ) from None


@dataclass(frozen=True, slots=True)
class Form:
    """The parts in the order in which they were sent; a name may occur several times."""

    parts: tuple[Part, ...]

    def all(self, name: str) -> tuple[Part, ...]:
        """Every part of this name, in order."""
        return tuple(part for part in self.parts if part.name == name)

    def text(self, name: str) -> str | None:
        """The last field of this name; None when absent or empty. Raises Malformed when it is not UTF-8."""
        found = self.all(name)
        return (found[-1].text.strip() or None) if found else None

    def file(self, name: str) -> Part:
        """The one file in this field. Raises Invalid when there is none, more than one, or an empty one."""
        found = [part for part in self.all(name) if part.file_name or part.data]
        if not found:
            code, problem = "missing_value", f"The form has no file in the field {name}."
        elif len(found) > 1:
            code, problem = "too_many_items", f"The form has {len(found)} files in the field {name}; it takes one."
        elif not found[0].data:
            code, problem = "invalid_file", "The file is empty."
        else:
            return found[0]
        raise errors.Invalid(code, problem, field=name, fix=f"Send one file with content as the field {name}.")


_DEFAULT = Limits()


def is_form(content_type: str) -> bool:
    """Whether this Content-Type header announces a form with parts."""
    return content_type.split(";")[0].strip().lower() == "multipart/form-data"


def read_form(body: bytes, content_type: str, limits: Limits = _DEFAULT) -> Form:
    """The form in `body`. Raises UnsupportedMedia, TooLarge or Malformed."""
    if not is_form(content_type):
        raise errors.UnsupportedMedia(
            "unsupported_media_type", "This route reads multipart/form-data.", fix="Send a form with the file in it."
        )
    if len(body) > limits.body_bytes:
        raise errors.TooLarge(
            "payload_too_large", f"The form is larger than {limits.body_bytes} bytes.", fix="Send fewer files at once."
        )
    reader = _Reader(limits)
    try:
        boundary = parse_options_header(content_type)[1].get(b"boundary")
        if not boundary:
            raise _unreadable("its Content-Type names no boundary")
        parser = MultipartParser(
            boundary, reader.callbacks, max_header_count=limits.headers, max_header_size=limits.header_bytes
        )
        parser.write(body)
    except (FormParserError, UnicodeEncodeError) as error:
        raise _unreadable(str(error)[:200]) from None
    if not reader.is_whole:
        raise _unreadable("it ends before its last boundary")
    return Form(tuple(reader.parts))


class _Reader:
    """Collects what the parser finds. Headers of a part come first, then its data, in pieces."""

    def __init__(self, limits: Limits) -> None:
        self.parts: list[Part] = []
        self.is_whole = False
        self._limits = limits
        self._header = self._value = b""
        self._disposition = self._content_type = ""
        self._name: tuple[str, str | None] = ("", None)
        self._data = bytearray()
        self.callbacks: MultipartCallbacks = {
            "on_part_begin": self._begin,
            "on_header_field": self._add_header,
            "on_header_value": self._add_value,
            "on_header_end": self._end_header,
            "on_headers_finished": self._end_headers,
            "on_part_data": self._add_data,
            "on_part_end": self._end,
            "on_end": self._finish,
        }

    def _begin(self) -> None:
        if len(self.parts) >= self._limits.parts:
            raise _too_large(f"The form has more than {self._limits.parts} parts.")
        self._disposition = self._content_type = ""
        self._data = bytearray()

    def _add_header(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _add_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _end_header(self) -> None:
        name, value = self._header.lower(), _decoded(self._value)
        if name == b"content-disposition":
            self._disposition = value
        elif name == b"content-type":
            self._content_type = value.strip().lower()
        self._header = self._value = b""

    def _end_headers(self) -> None:
        # The library's header parser thinks in Latin-1; what we decoded goes through it and back without loss.
        kind, options = parse_options_header(self._disposition.encode().decode("latin-1"))
        if kind.strip() != b"form-data" or not options.get(b"name"):
            raise _unreadable('each part wants a header Content-Disposition: form-data; name="…"')
        file_name = options.get(b"filename")
        extended = _EXTENDED_NAME.search(self._disposition) if file_name is None else None
        if extended:
            file_name = unquote_to_bytes(extended[1])
        self._name = (_decoded(options[b"name"]), None if file_name is None else _decoded(file_name))

    def _add_data(self, data: bytes, start: int, end: int) -> None:
        if len(self._data) + end - start > self._limits.part_bytes:
            raise _too_large(f"A part of the form is larger than {self._limits.part_bytes} bytes.")
        self._data += memoryview(data)[start:end]

    def _end(self) -> None:
        self.parts.append(Part(*self._name, self._content_type, bytes(self._data)))

    def _finish(self) -> None:
        self.is_whole = True


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _shown(name: str) -> str:
    return repr(name[:80])


def _unreadable(problem: str) -> errors.Malformed:
    return errors.Malformed(
        "bad_request", f"The multipart body cannot be read: {problem}.",
        fix="Let your HTTP library write the form and its Content-Type header.",
    )  # fmt: skip


def _too_large(problem: str) -> errors.TooLarge:
    return errors.TooLarge("payload_too_large", problem, fix="Send fewer or smaller files at once.")
