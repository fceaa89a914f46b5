"""docs/sdk.md cannot lie: its blocks are run against a server, section by section, and mypy reads them."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from counterfoil.testing import Sandbox
from tests.support.hostile_files import pdf

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "sdk.md").read_text(encoding="utf-8")
Names = dict[str, Any]
_BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks_of(text: str) -> str:
    return "\n".join(_BLOCK.findall(text))


START, *_REST = re.split(r"^#{1,3} ", PAGE, flags=re.MULTILINE)[1:]
RECIPES = {text.split("\n", 1)[0]: blocks_of(text) for text in _REST if blocks_of(text)}


def run(code: str, sandbox: Sandbox, names: Names) -> None:
    """Runs a recipe as a reader would: with the address and the key of their own server."""
    own = code.replace("http://127.0.0.1:8642", sandbox.url).replace("login:secret", sandbox.api_key)
    exec(compile(own, "docs/sdk.md", "exec"), names)


def billed(names: Names) -> None:
    assert (names["draft"]["status"], names["invoice"]["status"], names["paid"]["status"]) == (
        "draft", "unpaid", "paid",
    )  # fmt: skip
    assert names["invoice"]["total_amount"]["value"] == "1440.00"
    assert names["paid"]["paid_at"][:10] == "2026-07-15"
    assert names["pdf"].startswith(b"%PDF-")


def mended(names: Names) -> None:
    assert (names["before"]["status"], names["after"]["status"]) == ("blocked", "ready")


def credited(names: Names) -> None:
    assert names["note"]["total_amount"]["value"] == "60.00"
    assert names["goodwill"]["total_amount"]["value"] == "120.00"
    after = names["api"].get_client_invoice(names["invoice"]["id"])
    assert set(after["credit_notes_ids"]) >= {names["note"]["id"], names["goodwill"]["id"]}


def quoted(names: Names) -> None:
    assert (names["draft"]["status"], names["draft"]["total_amount"]) == ("draft", names["quote"]["total_amount"])
    assert names["billed"] == [names["draft"]["id"]]


def owed(names: Names) -> None:
    unpaid = names["api"].list_client_invoices(status=["unpaid"]).items
    assert sum(names["owed"].values()) == sum(Decimal(each["total_amount"]["value"]) for each in unpaid) > 0


def supplied(names: Names) -> None:
    assert [each["file_name"] for each in names["answer"]["supplier_invoices"]] == ["a.pdf", "b.pdf"]
    assert names["answer"]["errors"] == []
    assert (names["settled"]["status"], names["settled"]["payment_date"]) == ("paid", "2026-05-20")
    assert names["first"]["id"] not in [each["id"] for each in names["late"]]


def told(names: Names) -> None:
    # what the server would send to this very subscription is taken once, and nothing else at all
    body = json.dumps({"id": "1", "type": "v1/clients", "data": {"event": "created", "id": "c"}}).encode()
    now = int(time.time())
    signed = hmac.new(names["SECRET"].encode(), f"{now}.".encode() + body, hashlib.sha256).hexdigest()
    assert len(names["SECRET"]) >= 32
    assert [names["received"](body, f"t={now},v1={signed}") for _ in range(2)] == [204, 204]
    assert names["seen"] == {"1"}
    for forged in (None, f"t={now},v1={'0' * 64}", f"t={now - 3600},v1={signed}"):
        assert names["received"](body, forged) == 401


def once(names: Names) -> None:
    found = [each for each in names["api"].each_client_invoice() if each["items"][0]["title"] == "Order 17"]
    assert [each["id"] for each in found] == [names["order_17"]["id"]]


def refused(names: Names) -> None:
    (problem,) = names["problems"]
    assert problem.startswith("invalid_vat_rate at items/0/vat_rate")
    assert problem.endswith('For 20 % send "0.2".')


def counted(names: Names) -> None:
    api = names["api"]
    wanted = [api.list_client_invoices(status=[status]).total_count for status in ("unpaid", "draft")]
    assert list(names["counted"].values()) == wanted == [3, 1]


CHECKS: dict[str, Callable[[Names], None]] = {
    "Bill a client": billed,
    "Mend a draft before it is finalized": mended,
    "Credit an invoice": credited,
    "From a quote to an invoice": quoted,
    "Everything that is unpaid": owed,
    "Products": lambda names: _is(names["three_hours"]["total_amount"]["value"], "540.00"),
    "Supplier invoices": supplied,
    "Every month by itself, and reminders": lambda names: _is(
        (names["subscription"]["status"], len(names["reminder"]["rules"])), ("scheduled", 2)
    ),
    "Webhooks": told,
    "Retries, and doing things once": once,
    "Errors": refused,
    "Async": counted,
    "Tests against the sandbox": lambda _names: None,
    "Without its own HTTP": lambda names: _is(names["found"].items[0]["name"], "ACME SAS"),
}


def _is(found: object, wanted: object) -> None:
    assert found == wanted


@pytest.mark.parametrize("title", RECIPES)
def test_a_recipe_does_what_it_says(
    counterfoil_sandbox: Sandbox, title: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a server, the client that the page begins with, and two bills in a folder
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bills").mkdir()
    for name in ("a", "b"):
        (tmp_path / "bills" / f"{name}.pdf").write_bytes(pdf(name))
    if title == "Retries, and doing things once":
        counterfoil_sandbox.fault("status", "/v2/client_invoices", method="POST", status=503, after_effect=True)
    names: Names = {}
    run(blocks_of(START), counterfoil_sandbox, names)
    # when the recipe is run
    with names["api"]:
        run(RECIPES[title], counterfoil_sandbox, names)
        for name in [each for each in names if each.startswith("test_")]:
            names[name](counterfoil_sandbox)
        # then what it promises is so
        CHECKS[title](names)


def test_every_recipe_is_looked_at() -> None:
    assert set(RECIPES) == set(CHECKS)


def test_mypy_finds_nothing_in_the_page(tmp_path: Path) -> None:
    for index, code in enumerate(RECIPES.values()):
        (tmp_path / f"recipe_{index}.py").write_text(blocks_of(START) + "\n" + code, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--python-version", "3.11", *map(str, tmp_path.iterdir())]
    cache = ["--cache-dir", str(ROOT / ".mypy_cache" / "recipes"), "--config-file", "/dev/null"]
    found = subprocess.run(
        [*command, *cache], capture_output=True, text=True, check=False, env={"MYPYPATH": str(ROOT / "src")}
    )
    assert found.returncode == 0, found.stdout + found.stderr
