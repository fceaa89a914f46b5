"""What commands share: options, and how they speak."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

DataOption = Annotated[Path | None, typer.Option("--data", help="Data directory.", envvar="COUNTERFOIL_DATA")]
OrganizationOption = Annotated[str | None, typer.Option(help="Slug; needed when there are several.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
DatabaseOption = Annotated[
    str | None, typer.Option("--database-url", help="postgresql://…", envvar="COUNTERFOIL_DATABASE_URL")
]


def fail(message: str) -> NoReturn:
    """Says what is wrong on stderr and ends with exit code 1."""
    print(f"counterfoil: {message}", file=sys.stderr)
    raise SystemExit(1)


def show(values: dict[str, object], *, as_json: bool) -> None:
    """Prints `values` as JSON, or a line each."""
    if as_json:
        print(json.dumps(values, ensure_ascii=False))
        return
    width = max(len(name) for name in values) + 2
    for name, value in values.items():
        print(f"{name.ljust(width)}{value}")


def show_rows(rows: list[dict[str, object]], name: str, *, as_json: bool) -> None:
    """Prints rows with the same names as {name: [...]} in JSON, or as a table."""
    if as_json:
        print(json.dumps({name: rows}, ensure_ascii=False))
        return
    if not rows:
        return
    table = [list(rows[0]), *([_cell(value) for value in row.values()] for row in rows)]
    widths = [max(len(line[index]) for line in table) for index in range(len(table[0]))]
    for line in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _cell(value: object) -> str:
    # What others wrote must not move a terminal's cursor.
    return "".join(letter if letter.isprintable() else "?" for letter in str(value if value is not None else "-"))
