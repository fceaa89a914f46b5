"""counterfoil selftest"""

from __future__ import annotations

import json
import random
import shutil
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from counterfoil.cli.console import JsonOption, fail
from counterfoil.cli.progress import progress

if TYPE_CHECKING:
    from counterfoil.selftest.promises import Outcome


def selftest(
    seed: Annotated[int | None, typer.Option(help="Draws the same kills, cuts and documents again.")] = None,
    keep: Annotated[Path | None, typer.Option(help="A new folder to work in, which is left behind.")] = None,
    json: JsonOption = False,
) -> None:
    """Keep the promises in small, on this machine, in a minute: 0 when all are kept, 1 when not. Touches no data."""
    from counterfoil.selftest import promises

    seed = random.SystemRandom().randrange(2**32) if seed is None else seed
    if keep and keep.exists():
        fail(f"{keep} is there already; name a folder that is not")
    folder = keep or Path(tempfile.mkdtemp(prefix="counterfoil-selftest-"))
    started = time.monotonic()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with progress("promises", len(promises.SERVED + promises.ALONE)) as advance:
            outcomes = promises.keep(folder, seed, lambda _done: advance(1))
    finally:
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)
    _show(outcomes, seed, time.monotonic() - started, as_json=json)
    raise SystemExit(0 if all(done.is_kept for done in outcomes) else 1)


def _show(outcomes: list[Outcome], seed: int, seconds: float, *, as_json: bool) -> None:
    is_kept = all(done.is_kept for done in outcomes)
    if as_json:
        told = [{**asdict(done), "seconds": round(done.seconds, 2)} for done in outcomes]
        print(json.dumps({"is_kept": is_kept, "seed": seed, "seconds": round(seconds, 1), "promises": told}))
        return
    width = max(len(done.promise) for done in outcomes)
    for done in outcomes:
        mark = "ok  " if done.is_kept else "FAIL"
        print(f"{mark}  {done.id:<3}  {done.promise:<{width}}  {done.seconds:5.1f} s  {done.result}")
    kept = sum(done.is_kept for done in outcomes)
    print(f"{kept} of {len(outcomes)} kept in {seconds:.0f} s; again: counterfoil selftest --seed {seed}")


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("selftest")(selftest)
