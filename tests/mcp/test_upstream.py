"""`counterfoil mcp --upstream` before a server that speaks the bare API, over HTTP: approvals and previews are ours."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from counterfoil.mcp.caller import Caller
from counterfoil.mcp.catalog import TOOLS
from counterfoil.sdk import build
from counterfoil.sdk.client import AsyncClient
from counterfoil.sdk.errors import ApiError, Unreachable
from counterfoil.testing import Sandbox
from tests.mcp.connecting import Assistant
from tests.mcp.elsewhere import DAY, LETTER, Elsewhere, approved, gathered, line, refused


class TestWhatIsOffered:
    def test_all_tools_that_a_bare_api_can_serve_and_the_rest_is_named(self, there: Elsewhere) -> None:
        async def scenario(assistant: Assistant) -> tuple[list[str], str]:
            listed = await assistant.client.list_tools()
            return [tool.name for tool in listed.tools], assistant.client.instructions or ""

        names, told = there.work(scenario, era="legacy")
        left_out = {tool.name for tool in TOOLS if tool.needs_extensions}
        assert names == [tool.name for tool in TOOLS if not tool.needs_extensions]
        assert left_out
        assert [name for name in left_out if name not in told] == []

    def test_before_a_whole_counterfoil_nothing_is_left_out_and_acts_wait_all_the_same(
        self, server_elsewhere: Sandbox, tmp_path: Path
    ) -> None:
        server_elsewhere.reset()
        there = Elsewhere(server_elsewhere, tmp_path)
        draft = there.draft()

        async def scenario(api: AsyncClient, caller: Caller) -> None:
            assert caller.has_extensions
            tried = await api.finalize_client_invoice(draft["id"], is_dry_run=True)
            assert tried["preview"]["needs_approval"] is True  # of a dry run
            assert tried["preview"]["number"]  # the server itself knows it
            assert there.invoice(draft["id"])["status"] == "draft"
            done = await approved(caller, lambda: api.finalize_client_invoice(draft["id"]))
            assert done["status"] == "unpaid"

        there.api(scenario)


CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "plain": ("FR", {"items": [line()]}),
    "odd-cents": ("FR", {"items": [line("0.333333", quantity="7"), line("19.99", "0.055"), line("1.005", "0.2")]}),
    "discounts": (
        "FR",
        {
            "items": [
                line("100.01", discount={"type": "percentage", "value": "0.15"}),
                line("49.99", "0.1", discount={"type": "absolute", "value": "3.33"}),
            ],
            "discount": {"type": "percentage", "value": "0.07"},
        },
    ),
    "exempt": ("DE", {"items": [line("80.00", "0", vat_exemption_reason="S4"), line("19.90", "0.07")]}),
    "italian": (
        "IT",
        {
            "items": [line("1000.00", "0.22")],
            "welfare_fund": {"type": "TC22", "rate": "0.04"},
            "withholding_tax": {"reason": "RF01", "rate": "0.20", "payment_reason": "A"},
        },
    ),
    "spanish": ("ES", {"items": [line("333.33", "0.21", quantity="3"), line("10.00", "0.1")]}),
}


class TestPreviews:
    @pytest.mark.parametrize("name", CASES)
    def test_a_draft_and_its_finalizing_come_out_to_the_cent_as_previewed(self, there: Elsewhere, name: str) -> None:
        there.country, more = CASES[name]
        body = there.body(**more)
        before = there.all()

        async def scenario(api: AsyncClient, caller: Caller) -> None:
            tried: Any = await api.create_client_invoice(body, is_dry_run=True)
            assert there.all() == before
            made: Any = await api.create_client_invoice(body)
            as_expected(tried, made)
            trial: Any = await api.finalize_client_invoice(made["id"], is_dry_run=True)
            assert there.invoice(made["id"])["status"] == "draft"
            assert (trial["status"], trial["preview"]["needs_approval"]) == ("unpaid", True)
            assert trial["preview"]["number"] is None
            done: Any = await approved(caller, lambda: api.finalize_client_invoice(made["id"]))
            as_expected(trial, done)

        there.api(scenario)

    def test_a_changed_draft(self, there: Elsewhere) -> None:
        draft = there.draft(discount={"type": "percentage", "value": "0.1"}, footer="Merci")
        change: Any = {"items": [line("77.77", quantity="3")], "footer": None, "due_date": "2027-06-01"}

        async def scenario(api: AsyncClient, _caller: Caller) -> None:
            tried: Any = await api.update_client_invoice(draft["id"], change, is_dry_run=True)
            assert there.invoice(draft["id"])["total_amount"] == draft["total_amount"]
            made: Any = await api.update_client_invoice(draft["id"], change)
            as_expected(tried, made)
            assert (tried["footer"], tried["due_date"]) == (made["footer"], made["due_date"]) == ("", "2027-06-01")

        there.api(scenario)

    def test_quotes(self, there: Elsewhere) -> None:
        body: Any = there.body(line("99.99", quantity="3"), terms_and_conditions="x", expiry_date="2027-06-01")

        async def scenario(api: AsyncClient, _caller: Caller) -> None:
            before = there.get("/quotes")
            tried: Any = await api.create_quote(body, is_dry_run=True)
            assert there.get("/quotes") == before
            made: Any = await api.create_quote(body)
            as_expected(tried, made)
            change: Any = {"items": [line("10.01", "0.055")]}
            tried = await api.update_quote(made["id"], change, is_dry_run=True)
            as_expected(tried, await api.update_quote(made["id"], change))

        there.api(scenario)

    @pytest.mark.parametrize(
        "asked_for", [{"amount": {"value": "120.00", "currency": "EUR"}}, {"items": [line("33.33")]}],
        ids=["amount", "items"],
    )  # fmt: skip
    def test_credit_notes_one_after_the_other(self, there: Elsewhere, asked_for: dict[str, Any]) -> None:
        invoice = there.unpaid(items=[line("100.01"), line("300.00")])
        body: Any = {"invoice_id": invoice["id"], "issue_date": DAY, "reason": "x", "currency": "EUR", **asked_for}

        async def scenario(api: AsyncClient, caller: Caller) -> None:
            for number in ("A", "B"):
                numbered = {**body, "number": number}
                tried: Any = await api.create_credit_note(numbered, is_dry_run=True)
                assert len(there.invoice(invoice["id"])["credit_notes_ids"]) == "AB".index(number)
                made: Any = await approved(caller, lambda sent=numbered: api.create_credit_note(sent))
                as_expected(tried, made)
            too_much = await refused(api.create_credit_note({**body, "items": [line("9999")]}, is_dry_run=True))
            assert too_much.status in (400, 422)

        there.api(scenario)
        assert len(there.invoice(invoice["id"])["credit_notes_ids"]) == 2

    def test_a_mail_is_shown_and_not_sent(self, there: Elsewhere) -> None:
        invoice = there.unpaid()

        async def scenario(api: AsyncClient, _caller: Caller) -> Any:
            request: Any = build.build_send_client_invoice(invoice["id"], **LETTER)
            return await api.do(replace(request, headers={"X-Dry-Run": "true"}))

        mail = there.api(scenario)["preview"]["email"]
        assert (mail["to"], mail["subject"]) == (["a@b.example"], "Facture")
        assert mail["attachments"] == [f"{invoice['number']}.pdf"]
        there.sandbox.drain()
        assert there.sandbox.emails() == []

    def test_what_cannot_be_done_is_refused_before_anybody_is_asked(self, there: Elsewhere) -> None:
        invoice = there.unpaid()

        async def scenario(api: AsyncClient, _caller: Caller) -> list[str]:
            calls = (
                api.finalize_client_invoice(invoice["id"]),
                api.delete_client_invoice(invoice["id"]),
                api.create_client_invoice({**there.body(), "client_id": invoice["id"], "status": "unpaid"}),
                api.update_client_invoice(invoice["id"], {"footer": "x"}, is_dry_run=True),
            )
            return [(await refused(call)).errors[0].code for call in calls]

        assert there.api(scenario) == [
            "invoice_already_finalized", "invoice_not_in_draft_status", "invalid_client_id",
            "invoice_not_in_draft_status",
        ]  # fmt: skip


class TestRepeats:
    def test_the_same_content_many_times_at_once_is_one_document(self, there: Elsewhere) -> None:
        request = build.build_create_client_invoice(there.body())
        window = replace(request, headers={"X-Repeat-Window": "600"})

        async def scenario(api: AsyncClient, _caller: Caller) -> set[str]:
            made = await gathered(*(api.do(window) for _ in range(20)))
            return {each["id"] for each in made if not isinstance(each, BaseException)}

        before = len(there.get("/client_invoices")["client_invoices"])
        assert len(there.api(scenario)) == 1
        assert len(there.get("/client_invoices")["client_invoices"]) == before + 1

    def test_a_key_stands_for_its_answer_in_another_process_too(self, there: Elsewhere) -> None:
        body: Any = there.body()

        async def once(api: AsyncClient, _caller: Caller) -> Any:
            return await api.create_client_invoice(body, idempotency_key="k")

        async def other(api: AsyncClient, _caller: Caller) -> ApiError:
            return await refused(api.create_client_invoice({**body, "footer": "x"}, idempotency_key="k"))

        assert there.api(once)["id"] == there.api(once)["id"]
        assert there.api(other).errors[0].code == "idempotency_key_reused"

    def test_a_create_whose_answer_was_lost_is_not_made_again_unseen(self, there: Elsewhere) -> None:
        request: Any = build.build_create_client_invoice(there.body())
        window = replace(request, headers={"X-Repeat-Window": "600"})
        there.sandbox.fault("reset", "/v2/client_invoices", method="POST", after_effect=True)
        before = len(there.get("/client_invoices")["client_invoices"])

        async def scenario(api: AsyncClient, _caller: Caller) -> None:
            with pytest.raises(Unreachable):
                await api.do(window)
            assert (await refused(api.do(window))).errors[0].code == "outcome_unknown"
            await api.do(request)  # who has looked may

        there.api(scenario)
        assert len(there.get("/client_invoices")["client_invoices"]) == before + 2

    def test_a_server_that_does_not_know_itself_is_not_said_to_have_done_nothing(self, there: Elsewhere) -> None:
        # Given a server whose database went away in the commit
        there.sandbox.fault(
            "status", "/v2/client_invoices", method="POST", status=503, code="outcome_unknown", after_effect=True
        )
        body: Any = there.body()
        before = len(there.get("/client_invoices")["client_invoices"])

        # When it is asked, and again under the same key
        async def scenario(api: AsyncClient, _caller: Caller) -> list[ApiError]:
            return [await refused(api.create_client_invoice(body, idempotency_key="k")) for _ in range(2)]

        first, again = there.api(scenario)

        # Then both say that it may have been done, and to look
        assert [(each.status, each.errors[0].code) for each in (first, again)] == [
            (503, "outcome_unknown"), (409, "outcome_unknown"),
        ]  # fmt: skip
        for each in (first, again):
            assert "may have been done" in each.errors[0].detail
            assert "List what is there first" in str(each.errors[0].meta)
        assert len(there.get("/client_invoices")["client_invoices"]) == before + 1

    def test_what_was_refused_may_be_tried_again_at_once(self, there: Elsewhere) -> None:
        there.sandbox.fault("status", "/v2/client_invoices", method="POST", status=429, retry_after_seconds=7)
        body: Any = there.body()

        async def scenario(api: AsyncClient, _caller: Caller) -> Any:
            assert (await refused(api.create_client_invoice(body, idempotency_key="k"))).status == 429
            return await api.create_client_invoice(body, idempotency_key="k")

        assert there.api(scenario)["status"] == "draft"


class TestForeignServers:
    """Whatever comes back, the tools' answer says what is wrong and who can mend it."""

    def failure(self, there: Elsewhere, tool: str = "list_clients", /, **arguments: Any) -> dict[str, Any]:
        async def scenario(assistant: Assistant) -> dict[str, Any]:
            return await assistant.refused(tool, **arguments)

        return there.work(scenario)

    def test_a_page_to_log_in(self, there: Elsewhere) -> None:
        async def scenario(assistant: Assistant) -> dict[str, Any]:
            return await assistant.refused("list_clients")

        failure = there.work(scenario, staging_token=None)
        assert failure["code"] == "not_an_api"
        assert "--staging-token" in failure["fix"]

    @pytest.mark.parametrize(
        ("status", "body", "code"),
        [
            (401, "html", "not_an_api"), (401, "empty", "unauthorized"), (403, "empty", "forbidden"),
            (404, "html", "not_found"), (429, "empty", "rate_limited"), (500, "empty", "server_error"),
            (503, "html", "server_error"),
        ],
    )  # fmt: skip
    def test_refusals_without_words(self, there: Elsewhere, status: int, body: str, code: str) -> None:
        there.sandbox.fault("status", "/v2/clients", status=status, body=body, count=None)
        failure = self.failure(there)
        assert failure["code"] == code
        assert failure["fix"]
        assert "Traceback" not in str(failure)

    def test_an_answer_that_breaks_off(self, there: Elsewhere) -> None:
        there.sandbox.fault("cut", "/v2/clients", count=None)
        assert self.failure(there)["code"] in ("unreachable", "unexpected_answer")

    def test_a_wrong_key(self, there: Elsewhere) -> None:
        async def scenario(assistant: Assistant) -> dict[str, Any]:
            return await assistant.refused("list_clients")

        assert there.work(scenario, key="no:body")["code"] == "unauthorized"

    def test_an_iban_that_is_shown_in_part_is_asked_for(self, there: Elsewhere) -> None:
        body: Any = there.body(payment_methods={"iban": "FR14********2606"})

        async def scenario(api: AsyncClient, _caller: Caller) -> ApiError:
            return await refused(api.create_client_invoice(body))

        error = there.api(scenario)
        assert (error.errors[0].code, error.errors[0].field) == ("masked_iban", "payment_methods/iban")

    def test_previews_through_the_tools(self, there: Elsewhere) -> None:
        before = there.all()
        client = there.client()
        unpaid = next(each for each in before["client_invoices"] if each["status"] == "unpaid")

        async def scenario(assistant: Assistant) -> list[dict[str, Any]]:
            new = {"client_id": client["id"], "items": [{"title": "x", "unit_price": "10.00", "vat_rate": "0.2"}],
                   "issue_date": DAY, "due_date": "2027-05-12"}  # fmt: skip
            return [
                await assistant.ask("create_client_invoice", preview=True, **new),
                await assistant.ask(
                    "create_product",
                    preview=True,
                    title="x",
                    type="service",
                    vat_rate="0.2",
                    unit_price="1.00",
                ),
                await assistant.ask("mark_client_invoice_as_paid", preview=True, id=unpaid["id"]),
            ]

        assert all(each["is_preview"] for each in there.work(scenario))
        assert there.all() == before


def as_expected(tried: dict[str, Any], made: dict[str, Any]) -> None:
    """What was previewed is what came: the sums, and the VAT, which the preview has by rate."""
    for name in ("total_amount", "vat_amount", "currency", "issue_date"):
        assert tried[name] == made[name], name
    assert [each["total_amount"] for each in tried["items"]] == [each["total_amount"] for each in made["items"]]
    groups = tried["preview"]["vat"]
    assert f"{sum(float(group['vat']) for group in groups):.2f}" == made["vat_amount"]["value"]
