"""The same tests give the same result: Hypothesis draws the same examples each time.

At full size (COUNTERFOIL_TEST_SIZE=long) it draws ten times as many and new ones, so that they still find something.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "repeatable", derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("long", settings.get_profile("repeatable"), derandomize=False, max_examples=1000)


def is_full_size() -> bool:
    """Whether this run is `make test-long`."""
    return os.environ.get("COUNTERFOIL_TEST_SIZE") == "long"


settings.load_profile("long" if is_full_size() else "repeatable")
