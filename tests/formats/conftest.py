"""A warm typesetter for all tests of printed documents: starting one takes longer than a page."""

from __future__ import annotations

import pytest

from counterfoil.formats.pdf import Typesetter


@pytest.fixture(scope="session")
def typesetter() -> Typesetter:
    return Typesetter()
