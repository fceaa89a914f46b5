"""Answers that fit: a host drops what is too long, so nothing longer is given, and what was cut says how to go on.

Lines of a document come in pages of LINES_MAX, fewer when they are long. Whatever is still too long when it leaves the
server is cut by `fitted`, which holds for every tool and any data.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic_core import PydanticSerializationError, to_json

from counterfoil.mcp.schemas import Schema, choice, shown, whole

ANSWER_BYTES_MAX: Final = 60_000
# What the protocol puts around an answer: its envelope, the server's name, links to files.
_AROUND_BYTES: Final = 2_500
LINES_MAX: Final = 50
_LINES_BYTES_MAX: Final = 16_000
_PAGE_SIZES: Final = (75, 50, 40, 30, 25, 20, 15, 10, 5, 2, 1)
_TEXT_CUT: Final = 200  # no text shorter than this is cut
_ROUNDS: Final = 200

# Arguments of every tool that gets one document with lines.
DETAIL: Final[Schema] = choice("full (default), or summary: without lines.", ["full", "summary"])
LINES_FROM: Final[Schema] = whole("First line to show, as more_lines says.", 1, 100_000)
MORE_LINES: Final[Schema] = shown(
    {"first": {"type": "integer"}, "last": {"type": "integer"}, "count": {"type": "integer"},
     "lines_from": {"type": "integer"}},
    description="not all lines are shown; go on with lines_from",
)  # fmt: skip


def lines_page(document: Mapping[str, Any], lines_from: int = 1, *, name: str = "items") -> dict[str, Any]:
    """`document` with one page of its lines, from the line numbered `lines_from` on.

    more_lines is put in where that is not all: first, last, count, and lines_from of the next page if there is one.
    """
    lines = document.get(name)
    if not isinstance(lines, list):
        return dict(document)
    first = max(lines_from, 1) - 1
    page: list[Any] = []
    size = 0
    for line in lines[first : first + LINES_MAX]:
        size += len(json.dumps(line))
        if page and size > _LINES_BYTES_MAX:
            break
        page.append(line)
    answer = {**document, name: page}
    if len(page) < len(lines):
        last = first + len(page)
        answer["more_lines"] = {"first": first + 1, "last": last, "count": len(lines)}
        if last < len(lines):
            answer["more_lines"]["lines_from"] = last + 1
    return answer


def as_text(answer: Any) -> str:
    """Compact JSON, as hosts that read no structured content are given it."""
    try:
        return to_json(answer).decode()
    except PydanticSerializationError:  # half of a pair of surrogates, which is no text
        return json.dumps(answer, separators=(",", ":"))


def fitted(answer: dict[str, Any], tool: str, arguments: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """The answer and its text, cut to what may leave the server; `truncated` says what was cut and how to go on."""
    text = as_text(answer)
    if _fits(text):
        return answer, text
    answer = copy.deepcopy(answer)
    cut_rows(answer, tool, arguments)
    for _ in range(_ROUNDS):
        text = as_text(answer)
        if _fits(text) or not _cut_once(answer):
            break
    return answer, as_text(answer)


def _fits(text: str) -> bool:
    """Whether the answer is short enough: it goes out as data and as the same in a text, both in ASCII."""
    return _size(text) <= ANSWER_BYTES_MAX - _AROUND_BYTES


def _size(text: str) -> int:
    """The bytes of compact JSON on the wire, as it stands and as a text within JSON."""
    # Quotes and backslashes are escaped once more within the text.
    escapes = text.count('"') + text.count("\\") + 10 * text.count("\x7f")
    if text.isascii():
        return 2 * len(text) + escapes
    plain = len(text.encode("ascii", "ignore"))
    # Anything else is \uXXXX for each of its 16 bits.
    wide = len(text.encode("utf-16-le")) // 2 - plain
    return 2 * (plain + 6 * wide) + escapes


def cut_rows(answer: dict[str, Any], tool: str, arguments: Mapping[str, Any]) -> None:
    """Turns a page of a list that is too long into a shorter page, which has a next one like any other."""
    name = next((name for name, value in answer.items() if isinstance(value, list) and len(value) > 1), None)
    if name is None or "page" not in answer:
        return
    rows = answer[name]
    for size in _PAGE_SIZES:
        answer[name] = rows[:size]
        if size < len(rows) and _fits(as_text(answer)):
            break
    shown = len(answer[name])
    before = (int(answer["page"]) - 1) * int(arguments.get("per_page", 25))
    # A page of the new size that holds the next row; it may begin with rows that were seen.
    following = (before + shown) // shown + 1
    answer |= {"has_more": True, "next_page": following}
    go_on = {**arguments, "page": following, "per_page": shown}
    answer["truncated"] = {
        "shown": shown, "of": len(rows), "reason": "An answer holds at most 60,000 bytes.",
        "go_on": {"tool": tool, "arguments": go_on},
    }  # fmt: skip


def _cut_once(answer: dict[str, Any]) -> bool:
    """Halves the longest list or text in it; False when nothing is left to cut."""
    found = max(_parts(answer, ""), key=lambda part: part[0], default=None)
    if found is None:
        return False
    _, path, holder, key = found
    value = holder[key]
    kept = len(value) // 2
    holder[key] = value[:kept] if isinstance(value, list) else value[:kept] + "…"
    cut = answer.setdefault("truncated", {"reason": "An answer holds at most 60,000 bytes.", "cut": []})
    places = cut.setdefault("cut", [])
    if path not in places and len(places) < 50:
        places.append(path)
    return True


def _parts(value: Any, path: str) -> Iterator[tuple[int, str, Any, Any]]:
    """Every list and text that may be cut: its size, its path, and where it is held."""
    pairs: Iterator[tuple[Any, Any]] = iter(())
    if isinstance(value, dict):
        pairs = iter([(key, item) for key, item in value.items() if not (path == "" and key == "truncated")])
    elif isinstance(value, list):
        pairs = iter(enumerate(value))
    for key, item in pairs:
        below = f"{path}/{key}" if path else str(key)
        if isinstance(item, str):
            if len(item) > _TEXT_CUT:
                yield len(json.dumps(item)), below, value, key
            continue
        if isinstance(item, list) and len(item) > 1:
            yield len(json.dumps(item)), below, value, key
        yield from _parts(item, below)
