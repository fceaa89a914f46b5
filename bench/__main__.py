"""`python -m bench [NAME…] [--keep]`: every measurement, or those named; exit code 1 when a bound is missed."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from bench import finalizes, lists, mcp, memory, peers, reads, rendering, replicas, rules, soak, startup, writes
from bench.measure import Result, shown

WORK = Path(__file__).parents[1] / "build" / "bench"
MEASUREMENTS: dict[str, Callable[[Path], list[Result]]] = {
    "get": reads.get_one,
    "list": reads.list_small,
    "list-large": reads.list_large,
    "lists-flat": lists.flat,
    "create": writes.create_finalized,
    "finalize": writes.create_then_finalize,
    "rules": rules.share_of_finalize,
    "pdf": rendering.against_typst_alone,
    "memory": memory.after_load,
    "ready": startup.ready,
    "mcp": mcp.calls,
    "mcp-stdio": mcp.stdio,
    "finalize-16": finalizes.sixteen_on_sqlite,
    "finalize-16-postgresql": finalizes.sixteen_on_postgresql,
    "tryton": peers.tryton,
    "replicas": replicas.one_two_four,
    "soak": soak.ten_minutes,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Side-by-side measurements.")
    parser.add_argument("names", nargs="*", choices=[[], *MEASUREMENTS], metavar="NAME", help=", ".join(MEASUREMENTS))
    parser.add_argument("--keep", action="store_true", help="keep the databases (about 4 GB) for the next run")
    parser.add_argument("--work", type=Path, default=WORK, help="where databases are made; build/bench by default")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    results: list[Result] = []
    try:
        for name in options.names or MEASUREMENTS:
            print(f"measuring: {name} …", file=sys.stderr, flush=True)
            results += MEASUREMENTS[name](options.work)
    finally:
        if not options.keep:
            shutil.rmtree(options.work, ignore_errors=True)
    print(shown(results))
    return 0 if all(result.is_met for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
