"""python -m tests.reliability.simulator [--seed N] [--steps M] [--seeds COUNT]: repeats a run, or tries many."""

from __future__ import annotations

import argparse
import sys
import time

from tests.reliability.simulator.run import STEPS, Found, run


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--seeds", type=int, default=1, help="how many seeds")
    parser.add_argument("--steps", type=int, default=STEPS)
    asked = parser.parse_args()
    started = time.monotonic()
    for seed in range(asked.seed, asked.seed + asked.seeds):
        try:
            player = run(seed, asked.steps)
        except Found as found:
            print(found)
            return 1
        if asked.seeds == 1:
            print(*player.told, sep="\n")
    print(f"{asked.seeds} seeds of {asked.steps} steps in {time.monotonic() - started:.1f} s: house and model agree")
    return 0


if __name__ == "__main__":
    sys.exit(main())
