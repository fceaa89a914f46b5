"""Taking time, side by side: a round of one, a round of the other, and again; medians of both."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Step = Callable[[int], object]  # given a running number, does one thing


@dataclass(frozen=True, slots=True)
class Result:
    """One figure and what it is held to. is_floor: the bound is the least allowed, else the most."""

    name: str
    value: float
    bound: float
    is_floor: bool
    unit: str
    detail: str

    @property
    def is_met(self) -> bool:
        return self.value >= self.bound if self.is_floor else self.value <= self.bound


def interleaved(
    steps: Sequence[Step], *, rounds: int, count: int, between: Callable[[], object] = lambda: None
) -> list[float]:
    """For each step the median over `rounds` of its mean time in seconds. A round runs each step `count` times in a
    row, one step after the other; a first round warms up and does not count. between: called before each step's turn,
    outside the time."""
    times: list[list[float]] = [[] for _ in steps]
    number = 0
    for turn in range(rounds + 1):
        for step, kept in zip(steps, times, strict=True):
            between()
            start = time.perf_counter()
            for _ in range(count):
                step(number)
                number += 1
            if turn:
                kept.append((time.perf_counter() - start) / count)
    return [statistics.median(kept) for kept in times]


def rate_result(name: str, ours: float, baseline: float, bound: float) -> Result:
    """How many times the baseline's rate ours is; seconds each."""
    detail = f"{1 / ours:,.0f}/s against {1 / baseline:,.0f}/s"
    return Result(name, baseline / ours, bound, True, "x rate", detail)


def time_result(name: str, ours: float, baseline: float, bound: float) -> Result:
    """How many times the baseline's time ours takes; seconds each."""
    return Result(name, ours / baseline, bound, False, "x time", f"{ours * 1e3:.2f} ms against {baseline * 1e3:.2f} ms")


def shown(results: Sequence[Result]) -> str:
    """The results as a table."""
    width = max(len(result.name) for result in results)
    lines = []
    for result in results:
        sign = "≥" if result.is_floor else "≤"
        verdict = "ok" if result.is_met else "MISSED"
        figure = f"{result.value:8.2f} {result.unit:<7}"
        lines.append(f"{result.name.ljust(width)} {figure} {sign} {result.bound:<6g} {verdict:<7} {result.detail}")
    return "\n".join(lines)
