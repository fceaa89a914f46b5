"""Other people's programs for the API, unchanged, in an environment of their own: `make setup` makes it."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfWriter

PYTHON = Path(__file__).parents[2] / ".venv-clients" / "bin" / "python"


@pytest.fixture(scope="session")
def clients_python() -> Path:
    """The interpreter that has these programs."""
    if not (PYTHON.parent.parent / ".ok").exists():
        pytest.skip("needs .venv-clients: run make setup")
    return PYTHON


def blank_pdf(title: str = "A") -> bytes:
    """A PDF of one empty page; another title makes another file."""
    writer = PdfWriter()
    writer.add_blank_page(width=200, height=200)
    writer.add_metadata({"/Title": title})
    written = BytesIO()
    writer.write(written)
    return written.getvalue()
