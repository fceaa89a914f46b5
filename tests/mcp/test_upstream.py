"""`counterfoil mcp --upstream` before a server that speaks the bare API, over HTTP: approvals and previews are ours."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from counterfoil.errors import BillingError
from counterfoil.mcp.caller import Caller
from counterfoil.mcp.catalog import TOOLS
from counterfoil.sdk import build
from counterfoil.sdk.client import AsyncClient
from counterfoil.sdk.errors import ApiError, Unreachable
from counterfoil.testing import Sandbox, running_sandbox
from tests.mcp.connecting import Assistant, over_stdio, run
from tests.mcp.elsewhere import DAY, STAGING, Elsewhere, User, gathered, line
from tests.plugins.repeatable import is_full_size

FORGED = 1000 if is_full_size() else 50
BARE = {
    "everything": True, "additions_off": True, "pdf_delay_seconds": 0, "quote_patch_412": False,
    "client_needs_tax_id": False,
}  # fmt: skip
LETTER: Any = {"send_to": ["a@b.example"], "email_title": "Facture"}


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    with running_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def there(server: Sandbox, tmp_path: Path) -> Elsewhere:
    """The French company of a server that answers nothing of ours."""
    server.reset()
    server.faithful(**BARE)
    return Elsewhere(server, tmp_path)


async def refused(call: Any) -> ApiError:
    with pytest.raises(ApiError) as caught:
        await call
    return caught.value


async def asked(call: Any) -> str:
    """The id of the approval that a call waits for."""
    error = await refused(call)
    assert (error.status, error.errors[0].code) == (428, "approval_required"), error
    return str(error.errors[0].meta["approval"]["id"])


async def approved(caller: Caller, call: Callable[[], Any]) -> Any:
    """What a call comes to once its user has said yes."""
    approval_id = await asked(call())
    assert caller.approve is not None
    await caller.approve(approval_id)
    return await call()


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
        self, server: Sandbox, tmp_path: Path
    ) -> None:
        server.reset()
        there = Elsewhere(server, tmp_path)
        draft = there.draft()

        async def scenario(api: AsyncClient, caller: Caller) -> None:
            assert caller.has_extensions
            tried = await api.finalize_client_invoice(draft["id"], is_dry_run=True)
            assert tried["preview"]["needs_approval"] is True  # type: ignore[typeddict-item]  # of a dry run
            assert tried["preview"]["number"]  # type: ignore[typeddict-item]  # the server itself knows it
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
                api.create_client_invoice({**there.body(), "client_id": invoice["id"], "status": "unpaid"}),  # type: ignore[typeddict-item]
                api.update_client_invoice(invoice["id"], {"footer": "x"}, is_dry_run=True),
            )
            return [(await refused(call)).errors[0].code for call in calls]

        assert there.api(scenario) == [
            "invoice_already_finalized", "invoice_not_in_draft_status", "invalid_client_id",
            "invoice_not_in_draft_status",
        ]  # fmt: skip


class TestApprovals:
    def test_each_act_waits_and_then_takes_place_once(self, there: Elsewhere) -> None:
        draft, other, invoice = there.draft(), there.draft(), there.unpaid()
        quote = there.put("POST", "/quotes", there.body(terms_and_conditions="x", expiry_date="2027-06-01")).json()
        product = there.get("/products")["products"][0]
        client = there.put("POST", "/clients", {"kind": "company", "name": "Neu"}).json()["client"]
        bill = there.get("/supplier_invoices", **{"filter[status]": "to_review"})["supplier_invoices"][0]
        note: Any = {"invoice_id": invoice["id"], "issue_date": DAY, "reason": "x", "currency": "EUR"}

        async def scenario(api: AsyncClient, caller: Caller) -> None:
            await approved(caller, lambda: api.finalize_client_invoice(draft["id"]))
            await approved(caller, lambda: api.delete_client_invoice(other["id"]))
            await approved(caller, lambda: api.send_client_invoice(invoice["id"], **LETTER))
            await approved(caller, lambda: api.create_credit_note({**note, "items": [line("1")]}))
            await approved(caller, lambda: api.mark_client_invoice_as_canceled(draft["id"]))
            await approved(caller, lambda: api.send_quote(quote["quote"]["id"], **LETTER))
            await approved(caller, lambda: api.delete_product(product["id"]))
            await approved(caller, lambda: api.delete_client(client["id"]))
            await approved(caller, lambda: api.reject_supplier_invoice(bill["id"], declined_note="No"))
            made = await approved(caller, lambda: api.create_client_invoice({**there.body(), "status": "unpaid"}))  # type: ignore[typeddict-item]
            assert made["status"] == "unpaid"

        there.api(scenario)
        after = there.all()
        assert there.invoice(draft["id"])["status"] == "canceled"
        assert other["id"] not in {each["id"] for each in after["client_invoices"]}
        assert len(there.invoice(invoice["id"])["credit_notes_ids"]) == 1
        assert product["id"] not in {each["id"] for each in after["products"]}
        assert client["id"] not in {each["id"] for each in after["clients"]}
        assert there.get(f"/supplier_invoices/{bill['id']}")["supplier_invoice"]["status"] == "rejected"
        there.sandbox.drain()
        assert len(there.sandbox.emails()) == 2

    def test_a_new_invoice_and_its_mail_are_one_question(self, there: Elsewhere) -> None:
        body: Any = {**there.body(), "status": "unpaid", "send": LETTER}

        async def scenario(api: AsyncClient, caller: Caller) -> Any:
            tried: Any = await api.create_client_invoice(body, is_dry_run=True)
            assert tried["preview"]["email"]["to"] == ["a@b.example"]
            return await approved(caller, lambda: api.create_client_invoice(body))

        made = there.api(scenario)
        assert (made["status"], made.get("warnings")) == ("unpaid", None)
        there.sandbox.drain()
        (mail,) = there.sandbox.emails()
        assert "a@b.example" in mail["to"]

    def test_the_mail_that_fails_after_the_invoice_is_told_and_the_invoice_stands(self, there: Elsewhere) -> None:
        body: Any = {**there.body(), "status": "unpaid", "send": LETTER}
        there.sandbox.fault("status", "/v2/client_invoices/{id}/send", method="POST", status=422)

        async def scenario(api: AsyncClient, caller: Caller) -> Any:
            return await approved(caller, lambda: api.create_client_invoice(body))

        made = there.api(scenario)
        assert made["status"] == "unpaid"
        assert made["warnings"][0]["code"] == "not_mailed"

    def test_an_assistant_that_asks_its_user_needs_one_call(self, there: Elsewhere) -> None:
        draft, user = there.draft(), User()

        async def scenario(assistant: Assistant) -> Any:
            await assistant.ask("change_client_invoice_status", id=draft["id"], finalize=True)
            await assistant.ask("change_client_invoice_status", id=draft["id"], cancel=True)

        there.work(scenario, answer=user)
        assert there.invoice(draft["id"])["status"] == "canceled"
        assert len(user.asked) == 2
        assert "1440.00 EUR" in user.asked[0]

    def test_a_no_is_a_no(self, there: Elsewhere) -> None:
        draft, user = there.draft(), User(is_willing=False)

        async def scenario(assistant: Assistant) -> Any:
            return await assistant.refused("change_client_invoice_status", id=draft["id"], finalize=True)

        assert there.work(scenario, answer=user)["code"] == "approval_declined"
        assert there.invoice(draft["id"])["status"] == "draft"

    def test_amounts_decide_where_the_policy_says_so(self, there: Elsewhere) -> None:
        small, large = there.draft(items=[line("10.00")]), there.draft(items=[line("10000.00")])

        async def scenario(api: AsyncClient, _caller: Caller) -> None:
            await api.finalize_client_invoice(small["id"])
            await asked(api.finalize_client_invoice(large["id"]))

        there.api(scenario, "above:500")
        assert there.invoice(small["id"])["status"] == "unpaid"
        assert there.invoice(large["id"])["status"] == "draft"

    def test_what_the_server_refuses_leaves_the_yes_as_it_was(self, there: Elsewhere) -> None:
        draft = there.draft()
        there.sandbox.fault("status", "/v2/client_invoices/{id}/finalize", method="POST", status=422)

        async def scenario(api: AsyncClient, caller: Caller) -> None:
            approval_id = await asked(api.finalize_client_invoice(draft["id"]))
            assert caller.approve is not None
            await caller.approve(approval_id)
            assert (await refused(api.finalize_client_invoice(draft["id"]))).status == 422
            assert (await api.finalize_client_invoice(draft["id"]))["status"] == "unpaid"

        there.api(scenario)

    def test_the_command_finds_and_answers_them(self, there: Elsewhere) -> None:
        draft = there.draft()
        options = ("--upstream", there.sandbox.url, "--api-key", there.organization["api_key"],
                   "--staging-token", STAGING, "--data", str(there.data))  # fmt: skip

        async def scenario() -> dict[str, Any]:
            async with over_stdio(*options) as assistant:
                refusal = await assistant.refused("change_client_invoice_status", id=draft["id"], finalize=True)
                assert str(there.data) in refusal["fix"]
                assert "/approvals/" not in refusal["fix"]
                said = there.approve(refusal["approval"]["id"])
                assert said.returncode == 0, said.stderr
                return await assistant.ask("change_client_invoice_status", id=draft["id"], finalize=True)

        assert run(scenario)["client_invoice"]["status"] == "unpaid"
        assert there.approve("apr_unknown").returncode == 1
        assert not (there.data / "counterfoil.db").exists()

    def test_forged_replayed_moved_and_stale_ones_do_nothing(self, there: Elsewhere) -> None:
        drafts = [there.draft() for _ in range(3)]
        dice = random.Random(7)

        async def scenario(api: AsyncClient, caller: Caller) -> int:
            attacks = Attacks(there, api, caller, [draft["id"] for draft in drafts])
            kinds = (attacks.forged, attacks.moved, attacks.stale, attacks.expired, attacks.late, attacks.foreign)
            for _ in range(FORGED):
                await dice.choice(kinds)()
            return attacks.count

        before = there.all()
        assert there.api(scenario) == FORGED
        after = there.all()
        for shown in (before, after):  # those of the stale ones changed their drafts, as anybody may
            for invoice in shown["client_invoices"]:
                for name in ("footer", "updated_at", "attachment_id"):
                    invoice.pop(name, None)
        assert after == before

    def test_a_spent_one_is_spent(self, there: Elsewhere) -> None:
        invoice = there.unpaid()

        async def scenario(api: AsyncClient, caller: Caller) -> None:
            approval_id = await asked(api.send_client_invoice(invoice["id"], **LETTER))
            assert caller.approve is not None
            await caller.approve(approval_id)
            calls = [api.send_client_invoice(invoice["id"], **LETTER) for _ in range(20)]
            outcomes = await gathered(*calls)
            assert sum(not isinstance(each, BaseException) for each in outcomes) == 1
            with pytest.raises(BillingError):
                await caller.approve(approval_id)

        there.api(scenario)
        there.sandbox.drain()
        assert len(there.sandbox.emails()) == 1


class TestRepeats:
    def test_the_same_content_many_times_at_once_is_one_document(self, there: Elsewhere) -> None:
        request = build.build_create_client_invoice(there.body())  # type: ignore[arg-type]
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
        request: Any = build.build_create_client_invoice(there.body())  # type: ignore[arg-type]
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
                    unit_price={"value": "1.00", "currency": "EUR"},
                ),
                await assistant.ask("mark_client_invoice_as_paid", preview=True, id=unpaid["id"]),
            ]

        assert all(each["is_preview"] for each in there.work(scenario))
        assert there.all() == before


class Attacks:
    """Ways to act without a yes to exactly that."""

    def __init__(self, there: Elsewhere, api: AsyncClient, caller: Caller, ids: list[str]) -> None:
        self._there, self._api, self._caller, self._ids = there, api, caller, ids
        self.count = 0

    async def forged(self) -> None:
        """An approval that nobody asked for."""
        with pytest.raises(BillingError):
            await self._yes(f"apr_{self.count:032d}")
        await self._waits(self._api.finalize_client_invoice(self._ids[0]))

    async def moved(self) -> None:
        """A yes to one thing, used for others: another document, act, address, server key."""
        await self._yes(await asked(self._api.send_client_invoice(self._ids[0], send_to=[f"m{self.count}@b.example"],
                                                                  email_title="x")))  # fmt: skip
        await self._waits(self._api.send_client_invoice(self._ids[1], send_to=[f"m{self.count}@b.example"],
                                                        email_title="x"))  # fmt: skip
        await self._waits(self._api.finalize_client_invoice(self._ids[0]), is_counted=False)

    async def stale(self) -> None:
        """The draft was changed after the yes."""
        await self._yes(await asked(self._api.finalize_client_invoice(self._ids[1])))
        self._there.put("PATCH", f"/client_invoices/{self._ids[1]}", {"footer": f"changed {self.count}"})
        await self._waits(self._api.finalize_client_invoice(self._ids[1]))

    async def expired(self) -> None:
        """The yes came, and the call a quarter of an hour later."""
        await self._yes(await asked(self._api.delete_client_invoice(self._ids[2])))
        self._there.clock.by += timedelta(minutes=16)
        await self._waits(self._api.delete_client_invoice(self._ids[2]))

    async def late(self) -> None:
        """The yes came a quarter of an hour later."""
        waiting = await asked(self._api.delete_client_invoice(self._ids[2]))
        self._there.clock.by += timedelta(minutes=16)
        with pytest.raises(BillingError):
            await self._yes(waiting)
        await self._waits(self._api.delete_client_invoice(self._ids[2]))

    async def foreign(self) -> None:
        """A yes of another key's."""
        waiting = await asked(self._api.delete_client_invoice(self._ids[2]))
        async with self._there.caller(key="another:key") as other:
            assert other.approve is not None
            with pytest.raises(BillingError):
                await other.approve(waiting)
        await self._waits(self._api.delete_client_invoice(self._ids[2]))

    async def _yes(self, approval_id: str) -> None:
        assert self._caller.approve is not None
        await self._caller.approve(approval_id)

    async def _waits(self, call: Any, *, is_counted: bool = True) -> None:
        await asked(call)
        self.count += is_counted


def as_expected(tried: dict[str, Any], made: dict[str, Any]) -> None:
    """What was previewed is what came: the sums, and the VAT, which the preview has by rate."""
    for name in ("total_amount", "vat_amount", "currency", "issue_date"):
        assert tried[name] == made[name], name
    assert [each["total_amount"] for each in tried["items"]] == [each["total_amount"] for each in made["items"]]
    groups = tried["preview"]["vat"]
    assert f"{sum(float(group['vat']) for group in groups):.2f}" == made["vat_amount"]["value"]
