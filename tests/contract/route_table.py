"""Every route as a table of docs/api/README.md: `python -m tests.contract.route_table` writes it, a test compares."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from counterfoil.rest.api import ROUTES
from counterfoil.rest.routing import Route

PAGE = Path(__file__).parents[2] / "docs" / "api" / "README.md"
BEGIN, END = "<!-- routes: written by tests/contract/route_table.py -->", "<!-- end of routes -->"


def table() -> str:
    """The routes as a Markdown table."""
    lines = ["| route | does | scope | answers |", "|---|---|---|---|"]
    for route in ROUTES:
        summary = (route.handler.__doc__ or "").strip().split("\n")[0]
        lines.append(f"| `{route.method} {route.path}` | {summary} | `{route.scope}` | {_answer(route)} |")
    return "\n".join(lines)


def _answer(route: Route) -> str:
    if route.status == 204:
        return "204"
    keys = ", ".join(route.gives) if isinstance(route.gives, Mapping) else ""
    bare = route.spread or (route.gives if not isinstance(route.gives, Mapping) else None)
    parts = ["the object" if bare else "", f"`{{{keys}}}`" if keys else ""]
    return f"{route.status} {' and '.join(filter(None, parts))}"


def page() -> str:
    """The whole page with a fresh table in it."""
    head, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    return f"{head}{BEGIN}\n{table()}\n{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
