"""Printing: a PDF from the renderer's child process, against typst alone with the same template and data."""

from __future__ import annotations

from pathlib import Path

from bench.measure import Result


def against_typst_alone(work: Path) -> list[Result]:
    return []
