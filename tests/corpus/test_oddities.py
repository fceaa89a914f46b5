"""Whatever the rules do not refuse is valid: an odd document is refused, or every judge accepts it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import ValidationError

from counterfoil.errors import Invalid
from tests.corpus import checks
from tests.corpus.build import Refused
from tests.corpus.oddities import odd_invoice
from tests.plugins.repeatable import is_full_size

DOCUMENTS = 5_000 if is_full_size() else 100


def goes_over_french_platforms(document: Mapping[str, Any]) -> bool:
    """Whether BR-FR binds: between French businesses. Of other documents it only warns."""
    client = document["client"]
    is_business = client["type"] != "individual"
    return document["organization"]["legal_country"] == "FR" and is_business and client.get("country_code") == "FR"


@pytest.mark.timeout(3600 if is_full_size() else 120)
def test_what_is_not_refused_is_valid() -> None:
    outcomes: Counter[str] = Counter()
    problems = []
    for index in range(DOCUMENTS):
        try:
            document = odd_invoice(index)
        except (Refused, Invalid, ValidationError) as refusal:
            outcomes[type(refusal).__name__] += 1
            continue
        outcomes["issued"] += 1
        found = checks.problems(document, "client_invoice", is_french=goes_over_french_platforms(document))
        problems += [f"odd document {index}: {problem}" for problem in found]

    assert problems == []
    # Were all refused, or none, this would prove nothing.
    assert outcomes["issued"] > DOCUMENTS / 4
    assert outcomes["Refused"] > DOCUMENTS / 10
