"""docs/countries says what is checked, from the rules themselves."""

from __future__ import annotations

import re

import pytest

from counterfoil.domain import rules
from tests.contract import rule_tables


@pytest.mark.parametrize("name", rule_tables.PAGES)
def test_the_tables_of_a_page_are_fresh(name: str) -> None:
    page = (rule_tables.FOLDER / f"{name}.md").read_text(encoding="utf-8")
    assert page == rule_tables.page(name), "run: .venv/bin/python -m tests.contract.rule_tables"


def test_every_country_with_rules_has_a_page_that_the_others_name() -> None:
    index = (rule_tables.FOLDER / "README.md").read_text(encoding="utf-8")
    for country in rules.ERRORS:
        assert f"({country.lower()}.md)" in index
        assert (rule_tables.FOLDER / f"{country.lower()}.md").exists()


@pytest.mark.parametrize("name", ["fr", "de", "it", "es"])
def test_a_page_says_what_is_issued_checked_and_missing_and_since_when(name: str) -> None:
    page = (rule_tables.FOLDER / f"{name}.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## (.*)$", page, re.MULTILINE)
    assert headings == ["Since when", "Set-up", "What is issued", "What is checked", "What is not covered"]


def test_every_rule_stands_in_a_table() -> None:
    listed = {rule.id for errors, warnings in rule_tables.TABLES.values() for rule in (*errors, *warnings)}
    told = "".join((rule_tables.FOLDER / f"{name}.md").read_text(encoding="utf-8") for name in rule_tables.PAGES)
    assert {rule for rule in listed if f"| {rule} |" not in told} == set()
