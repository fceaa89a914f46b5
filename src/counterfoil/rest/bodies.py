"""Reading requests: flat or wrapped JSON, and the three spellings of a filter with several values."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json
from starlette.datastructures import QueryParams

from counterfoil import errors
from counterfoil.ports.clock import timestamp
from counterfoil.rest.errors import from_validation

Model = TypeVar("Model", bound=BaseModel)
_SORT_ORDER = re.compile("_(asc|desc)$")


def read_object(body: bytes, content_type: str | None, wrapper: str | None) -> dict[str, object]:
    """The JSON object sent, unwrapped when it came as {"wrapper": {…}}. An empty body is an empty object.

    Raises UnsupportedMedia, Malformed (not JSON, NaN and Infinity included) or Invalid (not an object).
    """
    if not body.strip():
        return {}
    media = (content_type or "application/json").split(";")[0].strip().lower()
    if media != "application/json" and not media.endswith("+json"):
        raise errors.UnsupportedMedia(
            "unsupported_media_type", f"This route reads JSON, not {media[:80]}.",
            fix="Send Content-Type: application/json.",
        )  # fmt: skip
    try:
        data = from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise errors.Malformed(
            "malformed_json", f"The body is not valid JSON: {error}.", fix="Send one JSON object in UTF-8."
        ) from None
    if wrapper and isinstance(data, dict) and isinstance(data.get(wrapper), dict):
        data = data[wrapper]
    if not isinstance(data, dict):
        raise errors.Invalid("invalid_body", "The body is not a JSON object.", fix="Send one JSON object.")
    return data


def validated(model: type[Model], data: dict[str, object]) -> Model:
    """`data` as `model`. Raises Invalid with every fault."""
    try:
        # Through JSON again: only then does pydantic read dates and decimals as the wire writes them.
        return model.model_validate_json(json.dumps(data))
    except ValidationError as error:
        raise from_validation(error.errors(include_url=False)) from None


class Query:
    """The query parameters of a list. Unknown ones are ignored: real clients send odd ones."""

    def __init__(self, params: QueryParams) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in params.multi_items():
            self._values.setdefault(name.removesuffix("[]"), []).append(value)

    def text(self, name: str) -> str | None:
        """The last value sent, None when absent or empty. Raises Malformed on control characters."""
        value = self._values.get(name, [""])[-1].strip()
        if any(ord(letter) < 32 for letter in value):
            raise _bad(name, "holds control characters", "Send plain text.")
        return value or None

    def several(self, name: str, allowed: Sequence[str]) -> tuple[str, ...] | None:
        """filter[x]=a,b or filter[x]=a&filter[x]=b or filter[x][]=a; None when absent. Raises Malformed."""
        wanted = self.any_of(name)
        for value in wanted or ():
            if value not in allowed:
                raise _not_in_list(name, value, allowed)
        return wanted

    def any_of(self, *names: str) -> tuple[str, ...] | None:
        """The same of an open list, which may have come under any of these names."""
        sent = [value for name in names for value in self._values.get(name, [])]
        parts = [part.strip() for value in sent for part in value.split(",")]
        return tuple(dict.fromkeys(part for part in parts if part)) or None

    def one_of(self, name: str, allowed: Sequence[str], default: str) -> str:
        """One value of a closed list. Raises Malformed."""
        value = self.text(name) or default
        if value not in allowed:
            raise _not_in_list(name, value, allowed)
        return value

    def flag(self, name: str, default: bool) -> bool:
        """true or false. Raises Malformed."""
        value = (self.text(name) or str(default)).lower()
        if value not in ("true", "false", "1", "0"):
            raise _not_in_list(name, value, ("true", "false"))
        return value in ("true", "1")

    def moment(self, name: str) -> str | None:
        """An ISO 8601 time as the store writes it (UTC); a time without zone counts as UTC. Raises Malformed."""
        value = self.text(name)
        if value is None:
            return None
        try:
            # A "+" that was not percent-encoded arrives as a space.
            found = datetime.fromisoformat(value.replace(" ", "+") if "T" in value else value)
        except ValueError:
            raise _bad(name, "is not an ISO 8601 time", "Send one such as 2026-02-01T12:01:02Z.") from None
        return timestamp(found if found.tzinfo else found.replace(tzinfo=UTC))

    def day(self, name: str) -> str | None:
        """A day, YYYY-MM-DD. Raises Malformed."""
        value = self.text(name)
        if value is None:
            return None
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            raise _bad(name, "is not a day", "Send one such as 2026-02-01.") from None

    def number(self, name: str, default: int, *, least: int, most: int) -> int:
        """A whole number within bounds. Raises Malformed."""
        value = self.text(name)
        if value is None:
            return default
        if not (value.isascii() and value.isdigit()) or len(value) > 9 or not least <= int(value) <= most:
            raise _bad(name, f"is not a whole number from {least} to {most}", f"Send {least} to {most}.")
        return int(value)

    def page(self, per_page_default: int = 100, per_page_most: int = 100) -> tuple[int, int]:
        """(page, per_page); current_page is an older name of page."""
        name = "page" if "page" in self._values else "current_page"
        page = self.number(name, 1, least=1, most=999_999_999)
        return page, self.number("per_page", per_page_default, least=1, most=per_page_most)

    def sort(self, fields: Sequence[str], default: str) -> tuple[str, bool]:
        """(field, is_descending) of sort_by=field:asc|desc; some programs write field_asc. Raises Malformed."""
        allowed = [f"{field}:{order}" for field in fields for order in ("desc", "asc")]
        wanted = _SORT_ORDER.sub(r":\1", self.text("sort_by") or default)
        if wanted not in allowed:
            raise _not_in_list("sort_by", wanted, allowed)
        field, _, order = wanted.partition(":")
        return field, order == "desc"


def meta(page: int, per_page: int, total: int) -> dict[str, int | None]:
    """The pagination block. A page past the end is empty, not an error."""
    pages = -(-total // per_page)
    return {
        "current_page": page,
        "next_page": page + 1 if page < pages else None,
        "prev_page": min(page - 1, max(pages, 1)) if page > 1 else None,
        "total_pages": pages,
        "total_count": total,
        "per_page": per_page,
    }


def _bad(name: str, problem: str, fix: str) -> errors.Malformed:
    return errors.Malformed("bad_request", f"{name} {problem}.", parameter=name, fix=fix)


def _not_in_list(name: str, value: str, allowed: Sequence[str]) -> errors.Malformed:
    listed = ", ".join(allowed)
    return errors.Malformed(
        "not_in_list", f"{name} has no value {value[:80]!r}.", parameter=name, fix=f"Send one of: {listed}.",
        meta={"allowed": list(allowed)},
    )  # fmt: skip
