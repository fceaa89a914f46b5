"""DocumentView -> PDF/A-3b, with typst. The same document gives the same bytes.

The template takes its data as JSON through `sys.inputs`, so no text of a document is ever read as typst code.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from datetime import UTC, date, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import typst

from counterfoil.formats import logo, qr
from counterfoil.formats.fonts import FAMILIES, PACKAGES, Coverage, coverage, plain_coverage
from counterfoil.formats.page import Appearance, DocumentView, Kind
from counterfoil.formats.view import view

STANDARD: Final = "a-3b"

# Names of fields that the template does not print, or that must stay as they are.
_NOT_TEXT = {"accent", "accent_ink", "accent_tint", "language", "kind", "status", "key", "qr_payload", "iban_plain"}

# Fields that may hold paragraphs. Any other text is cut where the API's own limits end, lest an imported document with
# a name of many pages take minutes to set.
_PARAGRAPHS = {"description", "header", "reason", "text"}
_LONGEST_LINE = 300
_LONGEST_PARAGRAPHS = 6_000


class Typesetter:
    """A warm typst compiler with our fonts. Not thread-safe; about 60 MB, and more after long documents.

    template: typst source. root: the one directory that the template may read from.
    """

    def __init__(self, template: bytes | None = None, root: Path | None = None) -> None:
        directories = font_directories()
        fonts = typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(path) for path in directories]
        )
        self._template = template if template is not None else default_template()
        self._compiler = typst.Compiler(
            self._template, root=str(root or template_directory()), font_paths=fonts, ignore_system_fonts=True
        )
        upright = [path for directory in directories for path in directory.glob("*.ttf") if "Italic" not in path.name]
        self.coverage = coverage(path.read_bytes() for path in upright)

    def pdf(self, document: Mapping[str, Any], appearance: Appearance, kind: Kind = "client_invoice") -> bytes:
        """The PDF of `document` (the API's answer, as a dict).

        A logo that cannot be printed is left out, and a text that still cannot be drawn is cut down to Latin letters:
        a number that was taken must always get its PDF. Raises typst.TypstError only when the template is at fault.
        """
        page = view(document, appearance, kind)
        picture = _logo_svg(appearance.logo)
        timestamp = made_at(document)
        attempts: list[Callable[[], bytes]] = [
            lambda: self._compile(page, self.coverage, picture, timestamp),
            lambda: self._compile(page, self.coverage, "", timestamp),
        ]
        for attempt in attempts:
            try:
                return attempt()
            except typst.TypstError:
                continue
        return self._compile(page, plain_coverage(), "", timestamp)

    def _compile(self, page: DocumentView, covered: Coverage, picture: str, timestamp: datetime) -> bytes:
        data = page_data(page, covered) | {"logo": picture, "fonts": FAMILIES}
        made = self._compiler.compile(
            self._template,
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            format="pdf",
            pdf_standards=[STANDARD],
            timestamp=timestamp,
        )
        if not isinstance(made, bytes):
            raise TypeError("typst gave no PDF")
        return made


def page_data(page: DocumentView, covered: Coverage) -> dict[str, Any]:
    """What the template gets: the view with every text made printable, and the QR code drawn."""
    data: dict[str, Any] = _plain(page, covered)
    payload = page.payment.qr_payload if page.payment else ""
    data["qr"] = qr.svg(payload) if payload else ""
    data["url"] = page.online.value if page.online else ""
    return data


def font_directories() -> list[Path]:
    """Where the font packages keep their files. Raises ModuleNotFoundError when one is not installed."""
    directories = []
    for package in PACKAGES:
        spec = find_spec(package)
        if spec is None or spec.origin is None:
            raise ModuleNotFoundError(f"the font package {package} is missing; install counterfoil's dependencies")
        directories.append(Path(spec.origin).parent / "files")
    return directories


def template_directory() -> Path:
    return Path(__file__).parent / "templates"


def default_template() -> bytes:
    return (template_directory() / "invoice.typ").read_bytes()


def _plain(value: Any, covered: Coverage, longest: int = _LONGEST_LINE) -> Any:
    """A view's value as JSON has it: its texts printable, and of at most `longest` characters."""
    if isinstance(value, str):
        return covered.printable(value if len(value) <= longest else value[: longest - 1] + "…")
    if isinstance(value, tuple):
        return [_plain(entry, covered) for entry in value]
    if is_dataclass(value):
        return {
            name: entry if name in _NOT_TEXT else _plain(entry, covered, _limit(name))
            for name, entry in vars(value).items()
        }
    return value


def _limit(name: str) -> int:
    return _LONGEST_PARAGRAPHS if name in _PARAGRAPHS else _LONGEST_LINE


def _logo_svg(content: bytes | None) -> str:
    if not content:
        return ""
    try:
        return logo.read(content).svg()
    except ValueError:
        return ""


def made_at(document: Mapping[str, Any]) -> datetime:
    """When the document says it was made, so that its bytes do not depend on when it is printed."""
    for text in (document.get("finalized_at"), document.get("issue_date")):
        try:
            moment = datetime.fromisoformat(str(text or "")).replace(microsecond=0)
        except ValueError:
            continue
        # Never this machine's zone: the bytes would depend on where they are made.
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return datetime.combine(date(2000, 1, 1), datetime.min.time(), UTC)
