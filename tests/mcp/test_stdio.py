"""`counterfoil mcp`: a process that an assistant starts, on a data directory or before a server elsewhere."""

from __future__ import annotations

import asyncio
import json
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from mcp_types import ElicitRequestParams, ElicitResult

from tests.mcp.conftest import LINE
from tests.mcp.connecting import ERAS, on_directory, over_stdio, run
from tests.support.server import Api, command, make_organization

INITIALIZE = {
    "jsonrpc": "2.0", "id": 1, "method": "initialize",
    "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
}  # fmt: skip


def mcp(*options: str, said: str = "") -> subprocess.CompletedProcess[str]:
    return command("mcp", *options, said=said)


@pytest.mark.parametrize("era", ERAS)
def test_both_eras_are_spoken(tmp_path: Path, era: str) -> None:
    organization = make_organization(tmp_path, "FR")

    async def scenario() -> Any:
        async with on_directory(tmp_path, era) as assistant:
            return await assistant.ask("get_organization")

    assert run(scenario)["organization"]["id"] == organization.id


def test_standard_output_carries_the_protocol_and_nothing_else(tmp_path: Path) -> None:
    make_organization(tmp_path, "FR")
    done = mcp("--data", str(tmp_path), said=json.dumps(INITIALIZE) + "\nthis is not JSON\n")
    assert done.returncode == 0
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert all(line["jsonrpc"] == "2.0" for line in lines)
    assert lines[0]["result"]["serverInfo"]["name"] == "counterfoil"


def test_without_a_server_this_process_makes_the_pdf_and_the_mail(tmp_path: Path) -> None:
    make_organization(tmp_path, "FR")

    async def scenario() -> dict[str, Any]:
        async with over_stdio("--data", str(tmp_path), "--approvals", "never") as assistant:
            address = {"street_address": "Weg 1", "city": "Lyon", "zip_code": "69001", "country_code": "FR"}
            client = await assistant.ask("create_client", kind="company", name="A", billing_address=address,
                                         tax_identification_number="732829320")  # fmt: skip
            invoice = await assistant.ask(
                "create_client_invoice", client_id=client["client"]["id"], items=[LINE], status="unpaid"
            )
            invoice_id = invoice["client_invoice"]["id"]
            await assistant.ask("send_client_invoice", id=invoice_id, send_to=["a@b.example"], email_title="x")
            deadline = time.monotonic() + 30
            while time.monotonic() < deadline:
                found = (await assistant.ask("get_client_invoice", id=invoice_id))["client_invoice"]
                if found.get("attachment_id") and list((tmp_path / "mail").glob("*")):
                    break
                await asyncio.sleep(0.2)
            return dict(found)

    assert run(scenario)["attachment_id"]
    assert list((tmp_path / "mail").glob("*"))


class TestApprovals:
    """What cannot be taken back waits for a person, who answers at the terminal or in the assistant's own window."""

    def test_a_yes_at_the_terminal_lets_the_same_call_through_once(self, fresh: Api) -> None:
        draft = fresh.draft()
        options = ("--data", str(fresh.server.data), "--organization", fresh.organization.slug)

        async def scenario() -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
            async with over_stdio(*options) as assistant:
                asked = await assistant.refused("change_client_invoice_status", id=draft["id"], finalize=True)
                assert fresh.invoice(draft["id"])["status"] == "draft"
                said = approve(fresh.server.data, asked["approval"]["id"])
                assert said.returncode == 0, said.stderr
                done = await assistant.ask("change_client_invoice_status", id=draft["id"], finalize=True)
                # spent: the next act waits again
                return asked, done, await assistant.refused("change_client_invoice_status", id=draft["id"], cancel=True)

        asked, done, next_one = run(scenario)
        assert asked["code"] == next_one["code"] == "approval_required"
        assert f"counterfoil approve {asked['approval']['id']}" in asked["fix"]
        assert done["client_invoice"]["status"] == "unpaid"
        assert fresh.invoice(draft["id"])["status"] == "unpaid"

    @pytest.mark.parametrize("era", ERAS)
    def test_an_assistant_that_asks_its_user_needs_one_call(self, fresh: Api, era: str) -> None:
        draft = fresh.draft()
        options = ("--data", str(fresh.server.data), "--organization", fresh.organization.slug)
        asked: list[str] = []

        async def yes(_context: Any, question: ElicitRequestParams) -> ElicitResult:
            asked.append(question.message)
            return ElicitResult(action="accept", content={"approve": True})

        async def scenario() -> dict[str, Any]:
            async with over_stdio(*options, era=era, answer=yes) as assistant:
                return await assistant.ask("change_client_invoice_status", id=draft["id"], finalize=True)

        assert run(scenario)["client_invoice"]["status"] == "unpaid"
        assert len(asked) == 1

    def test_a_policy_by_person_takes_no_answer_from_the_assistant(self, fresh: Api) -> None:
        draft = fresh.draft()
        options = ("--data", str(fresh.server.data), "--organization", fresh.organization.slug)

        async def yes(_context: Any, _question: ElicitRequestParams) -> ElicitResult:
            raise AssertionError("nobody may be asked")

        async def scenario() -> dict[str, Any]:
            async with over_stdio(*options, "--approvals", "always by:person", answer=yes) as assistant:
                return await assistant.refused("delete_client_invoice", id=draft["id"])

        assert run(scenario)["code"] == "approval_required"
        assert fresh.invoice(draft["id"])["status"] == "draft"

    def test_what_is_no_policy_is_said(self, tmp_path: Path) -> None:
        done = mcp("--data", str(tmp_path), "--approvals", "sometimes")
        assert done.returncode == 1
        assert "above:AMOUNT" in done.stderr


def approve(data: Path, approval_id: str) -> subprocess.CompletedProcess[str]:
    return command("approve", approval_id, "--yes", "--data", str(data))


def test_beside_a_running_server_both_see_the_same_invoices(fresh: Api) -> None:
    async def scenario() -> str:
        options = ("--data", str(fresh.server.data), "--organization", fresh.organization.slug)
        async with over_stdio(*options) as assistant:
            client_id = fresh.client()["id"]
            draft = await assistant.ask("create_client_invoice", client_id=client_id, items=[LINE])
            return str(draft["client_invoice"]["id"])

    assert fresh.invoice(run(scenario))["status"] == "draft"


def test_before_a_server_elsewhere(fresh: Api) -> None:
    async def scenario() -> tuple[dict[str, Any], dict[str, Any]]:
        options = ("--upstream", fresh.server.url, "--api-key", fresh.organization.api_key)
        async with over_stdio(*options, era="legacy") as assistant:
            client_id = fresh.client()["id"]
            made = await assistant.ask("create_client_invoice", client_id=client_id, items=[LINE])
            return made, await assistant.refused(
                "create_client_invoice", client_id=client_id, items=[{**LINE, "vat_rate": "7"}]
            )

    made, refused = run(scenario)
    assert made["client_invoice"]["issue_date"] == fresh.today
    assert fresh.invoice(made["client_invoice"]["id"])["client"]["name"] == made["client_invoice"]["client"]["name"]
    assert refused["field"] == "items/0/vat_rate"


def test_a_wrong_key_and_a_silent_server_are_answers(fr: Api) -> None:
    async def scenario() -> list[str]:
        codes = []
        for url, key in ((fr.server.url, "a:b"), ("http://127.0.0.1:9", "a:b")):
            async with over_stdio("--upstream", url, "--api-key", key) as assistant:
                codes.append((await assistant.refused("list_clients"))["code"])
        return codes

    assert run(scenario) == ["unauthorized", "unreachable"]


def test_the_organization_must_be_clear(tmp_path: Path) -> None:
    make_organization(tmp_path, "FR")
    make_organization(tmp_path, "DE")
    unclear = mcp("--data", str(tmp_path))
    assert (unclear.returncode, unclear.stdout) == (1, "")
    assert "--organization" in unclear.stderr
    assert mcp("--data", str(tmp_path), "--organization", "nobody").returncode == 1


def test_a_directory_without_a_database_is_not_made(tmp_path: Path) -> None:
    done = mcp("--data", str(tmp_path / "typo"))
    assert (done.returncode, done.stdout) == (1, "")
    assert "counterfoil init" in done.stderr
    assert not (tmp_path / "typo").exists()


def test_an_upstream_needs_its_key() -> None:
    done = mcp("--upstream", "http://127.0.0.1:9")
    assert done.returncode == 1
    assert "--api-key" in done.stderr
