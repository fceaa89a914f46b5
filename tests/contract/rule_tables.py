"""The rules as tables of docs/countries: `python -m tests.contract.rule_tables` writes them, a test compares."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from counterfoil.domain.rules import common, de, en16931, es, fr, it, xrechnung
from counterfoil.domain.rules.base import Rule

FOLDER = Path(__file__).parents[2] / "docs" / "countries"
BEGIN, END = "<!-- rules of {name}: written by tests/contract/rule_tables.py -->", "<!-- end of rules -->"

# What a page may hold: a table's name -> its errors and warnings.
TABLES: Mapping[str, tuple[tuple[Rule, ...], tuple[Rule, ...]]] = {
    "everybody": (common.ERRORS, common.WARNINGS),
    "en16931": (en16931.ERRORS, en16931.WARNINGS),
    "xrechnung": (xrechnung.ERRORS, xrechnung.WARNINGS),
    "fr": (fr.ERRORS, fr.WARNINGS),
    "de": (de.ERRORS, de.WARNINGS),
    "it": (it.ERRORS, it.WARNINGS),
    "es": (es.ERRORS, es.WARNINGS),
}
PAGES = {"README": ("everybody", "en16931"), "fr": ("fr",), "de": ("de", "xrechnung"), "it": ("it",), "es": ("es",)}


def table(name: str) -> str:
    """The rules of one list as a Markdown table."""
    errors, warnings = TABLES[name]
    lines = ["| rule | asks that | a document that breaks it | written in |", "|---|---|---|---|"]
    lines += [_row(rule, _refusal(rule)) for rule in errors]
    lines += [_row(rule, "is issued with a warning") for rule in warnings]
    return "\n".join(lines)


def _row(rule: Rule, consequence: str) -> str:
    return f"| {rule.id} | {rule.check.__name__.replace('_', ' ')} | {consequence} | {rule.source.replace('|', '/')} |"


def _refusal(rule: Rule) -> str:
    words = "is refused"
    if rule.when is not None:
        words += ", if it goes over a platform (other documents: a warning)"
    if rule.since is not None:
        words += f", from {rule.since.isoformat()} on (before: a warning)"
    return words


def page(name: str) -> str:
    """The whole page with fresh tables in it."""
    text = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    for listed in PAGES[name]:
        begin = BEGIN.format(name=listed)
        head, rest = text.split(begin)
        text = f"{head}{begin}\n{table(listed)}\n{END}{rest.split(END, 1)[1]}"
    return text


if __name__ == "__main__":
    for each in PAGES:
        (FOLDER / f"{each}.md").write_text(page(each), encoding="utf-8")
