"""counterfoil doctor"""

from __future__ import annotations

import json as json_format
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from counterfoil.cli.console import DatabaseOption, DataOption, JsonOption
from counterfoil.cli.initialize import house_settings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from counterfoil.doctor.checks import Check

_COLORS = {"ok": "green", "warn": "yellow", "fail": "bold red", "skip": "dim"}


def doctor(
    data: DataOption = None,
    database_url: DatabaseOption = None,
    mail: Annotated[
        bool, typer.Option("--mail", help="Look up the sender's domain, without a mail server too.")
    ] = False,
    public: Annotated[bool, typer.Option("--public", help="Call the public URL.")] = False,
    deep: Annotated[bool, typer.Option("--deep", help="Read every stored file.")] = False,
    json: JsonOption = False,
) -> None:
    """Look for what is wrong, and say what to type next: 0 all is well, 1 warnings, 2 failures. Changes nothing."""
    from counterfoil import logs
    from counterfoil.doctor.checks import EXIT_CODES, worst
    from counterfoil.doctor.rounds import Asked, look

    settings = house_settings(data, database_url)
    logs.be_silent()  # what is wrong is said below
    checks = look(settings, Asked(is_mail=mail, is_public=public, is_deep=deep))
    found = list(checks) if json else list(_shown(checks))
    if json:
        told = {"status": worst(found), "checks": [asdict(each) for each in found]}
        print(json_format.dumps(told, ensure_ascii=False))
    raise SystemExit(EXIT_CODES[worst(found)])


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("doctor")(doctor)


def _shown(checks: Iterable[Check]) -> Iterable[Check]:
    """Prints each check as it is made: a line, and below it what to type."""
    from rich.console import Console
    from rich.text import Text

    is_terminal = sys.stdout.isatty()
    console = Console(file=sys.stdout, highlight=False, soft_wrap=True) if is_terminal else None
    for check in checks:
        yield check
        line = f"{check.status:<5} {check.name}: {_plain(check.message)}"
        after = f"      -> {_plain(check.next)}" if check.next else ""
        if console is None:
            print(line + (f"\n{after}" if after else ""), flush=True)
            continue
        console.print(Text(line[:5], style=_COLORS[check.status]) + Text(line[5:]))
        if after:
            console.print(Text(after, style="cyan"))


def _plain(text: str) -> str:
    # What others wrote must not move a terminal's cursor.
    return "".join(letter if letter.isprintable() else " " for letter in text)
