"""What a judge says of a file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Finding(NamedTuple):
    """One fault. judge: who found it, such as "EN 16931"; rule: its id there, such as "BR-CO-10"."""

    judge: str
    rule: str
    message: str
    place: str = ""

    def __str__(self) -> str:
        return f"{self.judge} {self.rule}: {self.message}" + (f" at {self.place}" if self.place else "")


def rules_of(findings: Iterable[Finding]) -> set[str]:
    """The ids of the rules that are broken."""
    return {finding.rule for finding in findings}
