"""What commands share: options, and how they speak."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

DataOption = Annotated[Path | None, typer.Option("--data", help="Data directory.", envvar="COUNTERFOIL_DATA")]
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
