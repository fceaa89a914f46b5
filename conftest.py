"""Loads the plugins that hold for every test; fixtures live in tests/conftest.py."""

from __future__ import annotations

pytest_plugins = [
    "tests.plugins.loud_skips", "tests.plugins.repeatable", "tests.plugins.figures", "tests.plugins.tenant_scope",
]  # fmt: skip
