"""Before a server elsewhere, what cannot be taken back waits for a yes that is kept on this machine."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest

from counterfoil.errors import BillingError
from counterfoil.mcp.caller import Caller
from counterfoil.sdk.client import AsyncClient
from tests.mcp.connecting import Assistant, over_stdio, run
from tests.mcp.elsewhere import DAY, DUE, LETTER, STAGING, Elsewhere, User, approved, asked, gathered, line, refused
from tests.plugins.repeatable import is_full_size

FORGED = 1000 if is_full_size() else 50


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
            made = await approved(caller, lambda: api.create_client_invoice({**there.body(), "status": "unpaid"}))
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

    @pytest.mark.parametrize(
        ("fault", "told"),
        [
            ({"status": 422}, "not_mailed"),
            ({"status": 503}, "not_mailed"),
            ({"status": 503, "code": "outcome_unknown", "after_effect": True}, "outcome_unknown"),
        ],
        ids=["refused", "away", "unknown"],
    )
    def test_the_mail_that_fails_after_the_invoice_is_told_and_the_invoice_stands(
        self, there: Elsewhere, fault: dict[str, Any], told: str
    ) -> None:
        body: Any = {**there.body(), "status": "unpaid", "send": LETTER}
        there.sandbox.fault("status", "/v2/client_invoices/{id}/send", method="POST", **fault)

        async def scenario(api: AsyncClient, caller: Caller) -> Any:
            return await approved(caller, lambda: api.create_client_invoice(body))

        made = there.api(scenario)
        assert made["status"] == "unpaid"
        assert made["warnings"][0]["code"] == told

    def test_a_yes_whose_act_may_have_been_done_is_spent(self, there: Elsewhere) -> None:
        there.sandbox.fault(
            "status", "/v2/client_invoices/{id}/send", method="POST", status=503, code="outcome_unknown"
        )
        invoice = there.unpaid()

        async def scenario(api: AsyncClient, caller: Caller) -> None:
            approval_id = await asked(api.send_client_invoice(invoice["id"], **LETTER))
            assert caller.approve is not None
            await caller.approve(approval_id)
            assert (await refused(api.send_client_invoice(invoice["id"], **LETTER))).errors[0].code == "outcome_unknown"
            assert await asked(api.send_client_invoice(invoice["id"], **LETTER)) != approval_id

        there.api(scenario)

    def test_an_assistant_that_asks_its_user_needs_one_call(self, there: Elsewhere) -> None:
        draft, user = there.draft(), User()

        async def scenario(assistant: Assistant) -> Any:
            await assistant.ask("change_client_invoice_status", id=draft["id"], finalize=True)
            await assistant.ask("change_client_invoice_status", id=draft["id"], cancel=True)

        there.work(scenario, answer=user)
        assert there.invoice(draft["id"])["status"] == "canceled"
        assert len(user.asked) == 2
        assert "1440.00 EUR" in user.asked[0]

    def test_one_call_of_a_tool_creates_finalizes_and_mails_with_one_question(self, there: Elsewhere) -> None:
        client, user = there.client(), User()
        new = {
            "client_id": client["name"], "items": [{"title": "x", "unit_price": "10.00", "vat_rate_percent": 20}],
            "issue_date": DAY, "due_date": DUE, "finalize": True, "send": {"send_to": ["a@b.example"]},
        }  # fmt: skip

        async def scenario(assistant: Assistant) -> dict[str, Any]:
            tried = await assistant.ask("create_client_invoice", preview=True, **new)
            assert user.asked == []
            made = await assistant.ask("create_client_invoice", **new)
            again = await assistant.ask("create_client_invoice", **new)
            assert again["repeated"]
            assert again["client_invoice"]["id"] == made["client_invoice"]["id"]
            assert tried["client_invoice"]["total_amount"] == made["client_invoice"]["total_amount"]
            return made

        made = there.work(scenario, answer=user)
        assert (made["client_invoice"]["status"], made["delivery"]) == ("unpaid", "queued")
        assert len(user.asked) == 1
        there.sandbox.drain()
        assert len(there.sandbox.emails()) == 1

    def test_an_amount_is_credited_by_its_invoice_number(self, there: Elsewhere) -> None:
        invoice, user = there.unpaid(items=[line("100.00"), line("50.00", "0.1")]), User()

        async def scenario(assistant: Assistant) -> dict[str, Any]:
            return await assistant.ask(
                "create_credit_note", invoice_id=invoice["number"], amount="60.00", issue_date=DAY, reason="x"
            )

        made = there.work(scenario, answer=user)
        assert made["credit_note"]["total_amount"]["value"] == "60.00"
        assert there.invoice(invoice["id"])["credit_notes_ids"] == [made["credit_note"]["id"]]

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
        assert there.api(scenario, seconds=60 + FORGED * 2) == FORGED
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
