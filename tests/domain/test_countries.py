"""Country codes that an e-invoice may carry."""

from __future__ import annotations

import pytest

from counterfoil.domain import countries


@pytest.mark.parametrize(
    ("code", "is_listed", "meant"),
    [("FR", True, ""), ("XI", True, ""), ("XK", True, ""), ("UK", False, "GB"), ("EL", False, "GR"), ("ZZ", False, "")],
)
def test_what_people_write_is_listed_or_meant(code: str, is_listed: bool, meant: str) -> None:
    assert countries.is_listed(code) is is_listed
    assert countries.meant(code) == meant


@pytest.mark.parametrize(("code", "written"), [("XK", "1A"), ("DE", "DE")])
def test_kosovo_is_written_as_the_rules_have_it(code: str, written: str) -> None:
    assert countries.written(code) == written
