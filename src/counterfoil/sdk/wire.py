"""Requests and answers as values: building one and reading the other does no input or output."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar
from urllib.parse import quote, urlencode

from counterfoil.sdk.errors import ApiError, ApiFault, api_error

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. headers: names in lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Request(Generic[T]):
    """One call to make. json: the body, None for none. content, with its Content-Type in headers: a body of bytes.

    parse: turns the answer's JSON into what the caller wants.
    """

    method: str
    path: str
    parse: Callable[[Any], T]
    params: Sequence[tuple[str, str]] = ()
    json: Mapping[str, Any] | None = None
    content: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def target(self) -> str:
        """Path and query, percent-encoded."""
        return f"{self.path}?{urlencode(self.params)}" if self.params else self.path

    @property
    def body(self) -> bytes:
        """The body's bytes, empty for none."""
        if self.json is not None:
            return json.dumps(self.json, ensure_ascii=False).encode()
        return self.content or b""

    def turned_to(self, page: int) -> Request[T]:
        """The same question for another page."""
        kept = [(name, value) for name, value in self.params if name != "page"]
        return replace(self, params=[("page", str(page)), *kept])

    def read(self, answer: Answer) -> T:
        """What the answer says. Raises ApiError for any status but 2xx, and for an answer that is not the API's."""
        if not 200 <= answer.status < 300:
            raise api_error(answer.status, answer.body)
        if not answer.body:
            return self.parse({})
        try:
            return self.parse(json.loads(answer.body))
        except (ValueError, KeyError, TypeError):
            # A sandbox without its staging token answers 200 with a page to log in.
            fault = ApiFault("unexpected_answer", "The server's answer is not one of this API; check the base URL.")
            raise ApiError(answer.status, [fault]) from None


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list. total_count: of all pages."""

    items: list[T]
    current_page: int
    total_count: int
    total_pages: int
    per_page: int
    next_page: int | None

    @property
    def has_more(self) -> bool:
        return self.current_page < self.total_pages


def patch_of(
    path: str,
    parse: Callable[[Any], T],
    change: Mapping[str, Any] | Sequence[Mapping[str, Any]],
    headers: Mapping[str, str],
) -> Request[T]:
    """A PATCH with the fields to change, or with the operations of a JSON Patch, which Counterfoil alone takes."""
    if isinstance(change, Mapping):
        return Request("PATCH", path, parse, json=change, headers=headers)
    content = json.dumps(list(change), ensure_ascii=False).encode()
    media = {"Content-Type": "application/json-patch+json"}
    return Request("PATCH", path, parse, content=content, headers={**headers, **media})


def page_of(name: str) -> Callable[[Any], Page[Any]]:
    """Reads {"name": […], "meta": {…}}; lists without meta are one page."""

    def parse(sent: Any) -> Page[Any]:
        items = sent[name]
        meta = sent.get("meta") or {}
        return Page(
            items,
            current_page=meta.get("current_page", 1),
            total_count=meta.get("total_count", len(items)),
            total_pages=meta.get("total_pages", 1),
            per_page=meta.get("per_page", len(items)),
            next_page=meta.get("next_page") or None,
        )

    return parse


def one_of(name: str) -> Callable[[Any], Any]:
    """Reads {"name": {…}}. What Counterfoil puts beside it is put in it: "warnings", and a dry run's "preview"."""

    def parse(sent: Any) -> Any:
        return {**sent[name], **_beside(sent)}

    return parse


def either(name: str) -> Callable[[Any], Any]:
    """Reads {"name": {…}} or the object itself: servers differ in which of the two they answer."""

    def parse(sent: Any) -> Any:
        if not isinstance(sent, dict):
            raise TypeError("not an object")
        found = sent.get(name)
        return {**found, **_beside(sent)} if isinstance(found, dict) else sent

    return parse


def _beside(sent: Any) -> dict[str, Any]:
    return {key: sent[key] for key in ("warnings", "preview") if sent.get(key)}


def list_of(name: str) -> Callable[[Any], Any]:
    """Reads {"name": […]}."""

    def parse(sent: Any) -> Any:
        return list(sent[name])

    return parse


def nothing(sent: Any) -> Any:
    """Reads an answer without a body: None; of a dry run (Counterfoil only) {"preview": …}."""
    return _beside(sent) or None if isinstance(sent, dict) else None


def path_to(base: str, id: str, action: str = "") -> str:
    """The path of one thing. Raises ValueError for an id that would name another path."""
    if not id or id in (".", ".."):
        raise ValueError("an id is needed")
    return f"{base}/{quote(id, safe='')}{f'/{action}' if action else ''}"


def filters(**values: str | Sequence[str] | None) -> list[tuple[str, str]]:
    """`filter[name]=value`; several values are joined by commas, absent ones left out."""
    return [
        (f"filter[{name}]", value if isinstance(value, str) else ",".join(value))
        for name, value in values.items()
        if value
    ]


def write_headers(idempotency_key: str | None, is_dry_run: bool) -> dict[str, str]:
    """Headers of a write: its idempotency key, and whether it shall only be tried (Counterfoil only)."""
    headers = {"X-Qonto-Idempotency-Key": idempotency_key} if idempotency_key else {}
    return headers | ({"X-Dry-Run": "true"} if is_dry_run else {})


def paging(page: int, per_page: int, sort_by: str | None) -> list[tuple[str, str]]:
    """Which page, how long, in which order ("field:asc" or "field:desc")."""
    return [("page", str(page)), ("per_page", str(per_page)), *([("sort_by", sort_by)] if sort_by else [])]


def letter(
    send_to: Sequence[str], email_title: str, email_body: str | None, copy_to_self: bool | None
) -> dict[str, Any]:
    """The body of a request to mail a document; what is None is the server's choice."""
    body: dict[str, Any] = {"send_to": list(send_to), "email_title": email_title}
    body |= {"email_body": email_body} if email_body is not None else {}
    return body | ({"copy_to_self": copy_to_self} if copy_to_self is not None else {})


@dataclass(frozen=True, slots=True)
class UploadPart:
    """A file to upload."""

    file_name: str
    data: bytes
    content_type: str = "application/pdf"


def form(parts: Sequence[tuple[str, UploadPart | str]]) -> tuple[bytes, str]:
    """A multipart form of files and texts in this order, and its Content-Type."""
    boundary = secrets.token_hex(16)
    written = [_part(boundary, name, value) for name, value in parts]
    return b"".join(written) + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def _part(boundary: str, name: str, value: UploadPart | str) -> bytes:
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"'
    if isinstance(value, str):
        return f"{head}\r\n\r\n{value}\r\n".encode()
    safe_name = value.file_name.replace("\\", "_").replace('"', "%22").replace("\r", "_").replace("\n", "_")
    described = f'{head}; filename="{safe_name}"\r\nContent-Type: {value.content_type}\r\n\r\n'
    return described.encode() + value.data + b"\r\n"
