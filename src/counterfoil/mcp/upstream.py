"""Standing between the tools and a server elsewhere: approvals, previews and repeats are looked after here.

To the tools it is the API with Counterfoil's additions; to the server it is a caller of the bare API. It never lets a
dry run or a repeat window out, and no act that cannot be taken back without a yes that is kept here.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Protocol

import anyio
from anyio import to_thread

from counterfoil import errors
from counterfoil.domain.approvals import IrreversibleAct
from counterfoil.errors import BillingError, Fault
from counterfoil.mcp import upstream_answers
from counterfoil.mcp.upstream_acts import DRY_RUN, KEY, REPEAT_WINDOW, Asked, canonical
from counterfoil.mcp.upstream_reading import Reader, Refused, Unreadable
from counterfoil.mcp.upstream_trial import Trial, acts_of, tried
from counterfoil.sdk.client import AsyncSend
from counterfoil.sdk.errors import Unreachable
from counterfoil.sdk.wire import Answer, Request

log = logging.getLogger("counterfoil.mcp")
KEY_SECONDS: Final = 30 * 60  # as long as the API that we follow keeps one
UNDER_WAY, UNKNOWN = 0, -1
_WAIT_SECONDS: Final = 60.0
_POLL_SECONDS: Final = 0.05
_LOOK_SECONDS_MAX: Final = 5.0


@dataclass(frozen=True, slots=True)
class Kept:
    """An earlier answer. status: of HTTP, or UNDER_WAY, or UNKNOWN: nobody heard how it ended. at: UTC text."""

    fingerprint: str
    status: int
    body: str
    at: str


class Ledger(Protocol):
    """What is kept here: approvals, and answers to what was asked before. Shared with other processes; it may block."""

    @property
    def is_guarding(self) -> bool:
        """Whether any act may need a yes."""

    def needs(self, acts: Sequence[IrreversibleAct]) -> bool:
        """Whether these acts need a yes."""

    def settle(self, asked: Asked, acts: Sequence[IrreversibleAct], preview: Callable[[], str]) -> str:
        """Spends the yes to exactly this; answers a receipt, "" where none was needed. Raises ApprovalRequired."""

    def give_back(self, receipt: str) -> None:
        """The act did not take place: its yes is good again."""

    def claim(self, key: str, fingerprint: str, seconds: float) -> Kept | None:
        """What was answered under `key` within `seconds`; None makes the caller the one who is under way."""

    def keep(self, key: str, fingerprint: str, status: int, body: str) -> None:
        """Keeps how it ended."""

    def release(self, key: str) -> None:
        """Nothing came of it: the key is free."""


class UpstreamSend:
    """A Send over `send`. has_extensions: the server is a Counterfoil that previews by itself; None while unknown."""

    def __init__(self, send: AsyncSend, ledger: Ledger, now: Callable[[], datetime], base_url: str) -> None:
        self._bare_send = send
        self._ledger = ledger
        self._now = now
        self._base_url = base_url
        self._found: bool | None = None

    @property
    def has_extensions(self) -> bool:
        """Whether the server was found to answer Counterfoil's additions."""
        return bool(self._found)

    async def look(self) -> None:
        """Finds out once what the server is. One that is away now is asked again by the next call.

        Only a Counterfoil says back that it heard a dry run, and only where nothing on the way drops the header: a
        preview that is sent to any other server would be the act itself.
        """
        if self._found is not None:
            return
        probe: Request[Any] = Request("GET", "/v2/organization", lambda sent: sent, headers={"X-Dry-Run": "true"})
        try:
            with anyio.move_on_after(_LOOK_SECONDS_MAX):
                answer = await self._bare_send(probe)
                self._found = answer.status == 200 and answer.headers.get(DRY_RUN) == "true"
        except Unreachable:
            return

    async def __call__(self, request: Request[Any]) -> Answer:
        if self._found is None:
            await self.look()
        try:
            if request.method == "GET":
                return await self._send(request)
            asked = Asked.of(request)
            upstream_answers.refuse_masked_iban(asked.body)
            if asked.header(DRY_RUN):
                return await self._dry_run(asked)
            return await self._once(asked)
        except Refused as refused:
            return refused.answer
        except BillingError as error:
            return upstream_answers.failure(error)

    async def _send(self, request: Request[Any]) -> Answer:
        return upstream_answers.readable(await self._bare_send(request), self._base_url)

    async def _dry_run(self, asked: Asked) -> Answer:
        if self.has_extensions:
            answer = await self._send(_sendable(asked.request, but=(REPEAT_WINDOW,)))
            return await self._with_policy(asked, answer)
        try:
            trial = await tried(asked, Reader(self._send), self._now())
        except Unreadable:
            raise errors.Unavailable(
                "preview_unavailable", "The server shows this document in a form that cannot be computed here.",
                fix="Look at it with its get tool. The call without preview still waits for a person.",
            ) from None  # fmt: skip
        needs = self._ledger.needs(acts_of(asked, trial))
        return _answered(trial.answer(needs_approval=needs))

    async def _with_policy(self, asked: Asked, answer: Answer) -> Answer:
        """A preview of the server's, which also says what is guarded here."""
        try:
            sent = json.loads(answer.body) if answer.status == 200 and asked.act else None
            if not isinstance(sent, dict) or not isinstance(sent.get("preview"), dict):
                return answer
            trial = await tried(asked, Reader(self._send), self._now())
        except (ValueError, BillingError, Refused, Unreadable):
            return answer
        if self._ledger.needs(acts_of(asked, trial)):
            sent["preview"]["needs_approval"] = True
        return replace(answer, body=canonical(sent).encode())

    async def _once(self, asked: Asked) -> Answer:
        """The write, once for its key and once for the same content within its window."""
        keys = [(f"key {asked.header(KEY)}", float(KEY_SECONDS))] if asked.header(KEY) else []
        window = asked.header(REPEAT_WINDOW)
        if window.isdigit():
            keys.append((f"repeat {asked.fingerprint()}", float(window)))
        held: list[str] = []
        try:
            for key, seconds in keys:
                kept = await self._claimed(key, asked, seconds)
                if kept is not None:
                    await self._release(held)
                    return _again(kept, is_repeat=key.startswith("repeat"))
                held.append(key)
            answer = await self._guarded(asked)
        except Unreachable as lost:
            await self._ended(held, asked, None if _was_never_sent(lost) else UNKNOWN, "")
            raise
        except BaseException:
            await self._release(held)
            raise
        is_done, may_be = 200 <= answer.status < 300, upstream_answers.may_be_done(answer)
        status = answer.status if is_done else UNKNOWN if may_be else None
        await self._ended(held, asked, status, answer.body.decode("utf-8", "replace"))
        if answer.status == 503 and may_be:
            # The server's own words say to repeat it; from here that waits until somebody has looked.
            return upstream_answers.unknown("The server lost its database while it wrote", 503)
        return answer

    async def _claimed(self, key: str, asked: Asked, seconds: float) -> Kept | None:
        """The earlier answer under `key`, waited for while it is under way. Raises Invalid and Conflict."""
        fingerprint = asked.fingerprint()
        with anyio.move_on_after(_WAIT_SECONDS):
            while True:
                kept = await to_thread.run_sync(self._ledger.claim, key, fingerprint, seconds)
                if kept is None or kept.status != UNDER_WAY:
                    break
                await anyio.sleep(_POLL_SECONDS)
        if kept is None:
            return None
        if kept.fingerprint != fingerprint:
            raise errors.Invalid(
                "idempotency_key_reused", "This idempotency key was used with another request.",
                fix="Send a new key, or repeat the first request with exactly the same arguments.",
            )  # fmt: skip
        if kept.status in (UNDER_WAY, UNKNOWN):
            raise errors.Conflict(
                upstream_answers.OUTCOME_UNKNOWN,
                f"The same was asked at {kept.at}, and the server was not heard to answer: it may have been done.",
                fix=upstream_answers.LOOK,
            )
        return kept

    async def _guarded(self, asked: Asked) -> Answer:
        """The write, once a person's yes to it is spent."""
        receipt, body = "", asked.body
        is_split = asked.act == "create_as_unpaid" and asked.letter is not None
        is_amount = asked.kind == "credit_note" and "amount" in (body or {}) and not self.has_extensions
        if is_amount or (asked.act and self._ledger.is_guarding):
            trial = await self._trial(asked)
            acts = acts_of(asked, trial)
            shown = canonical(trial.answer(needs_approval=True))
            if self._ledger.is_guarding:
                receipt = await to_thread.run_sync(self._ledger.settle, asked, acts, lambda: shown)
            body = body if self.has_extensions or trial.body is None else trial.body
        request = _sendable(asked.request, body, but=(DRY_RUN, REPEAT_WINDOW), without_send=not self.has_extensions)
        try:
            answer = await self._send(request)
        except Unreachable as lost:
            if receipt and _was_never_sent(lost):
                await to_thread.run_sync(self._ledger.give_back, receipt)
            raise
        if receipt and not upstream_answers.may_be_done(answer):
            await to_thread.run_sync(self._ledger.give_back, receipt)
        if is_split and not self.has_extensions and answer.status < 300:
            return await self._and_sent(asked, answer)
        return answer

    async def _trial(self, asked: Asked) -> Trial:
        reader = Reader(self._send)
        try:
            return await tried(asked, reader, self._now())
        except Unreadable:
            # What is asked is still known, and still guarded.
            log.warning("what %s %s would do cannot be computed", asked.request.method, asked.request.path)
            if asked.kind == "credit_note" and "amount" in (asked.body or {}) and not self.has_extensions:
                raise errors.Invalid(
                    "amount_unsupported", "This server takes no amount, and its invoice cannot be split here.",
                    field="amount", fix="Send items with vat_rate instead.",
                ) from None  # fmt: skip
            subject = await reader.document(asked.kind, asked.document_id) if asked.document_id else {}
            return Trial(asked.kind, None, subject, (canonical(subject),))

    async def _and_sent(self, asked: Asked, answer: Answer) -> Answer:
        """The mail of a create in one call, for servers that know two; the invoice stands whatever comes of it."""
        made = json.loads(answer.body)
        letter = dict(asked.letter or {})
        key = {"X-Qonto-Idempotency-Key": f"{asked.header(KEY)}/mail"} if asked.header(KEY) else {}
        path = f"{asked.request.path}/{made['client_invoice']['id']}/send"
        why, may_be = "", False
        try:
            mailed = await self._send(Request("POST", path, lambda sent: sent, json=letter, headers=key))
            if mailed.status >= 300:
                why, may_be = upstream_answers.first_words(mailed), upstream_answers.may_be_done(mailed)
        except Unreachable as lost:
            why, may_be = str(lost), not _was_never_sent(lost)
        if why:
            fault = Fault("not_mailed", f"The invoice was made, but not mailed: {why}", fix="Call send_client_invoice.")
            if may_be:
                told = f"The invoice was made; whether it was mailed is not known: {why}"
                ask = "Ask your user whether the mail arrived before you call send_client_invoice."
                fault = Fault(upstream_answers.OUTCOME_UNKNOWN, told, fix=ask)
            warnings = [*(made.get("warnings") or ()), upstream_answers.wire(fault)]
            return replace(answer, body=canonical({**made, "warnings": warnings}).encode())
        return answer

    async def _ended(self, keys: Sequence[str], asked: Asked, status: int | None, body: str) -> None:
        for key in keys:
            if status is None:
                await to_thread.run_sync(self._ledger.release, key)
            else:
                await to_thread.run_sync(self._ledger.keep, key, asked.fingerprint(), status, body)

    async def _release(self, keys: Sequence[str]) -> None:
        with anyio.CancelScope(shield=True):
            for key in keys:
                await to_thread.run_sync(self._ledger.release, key)


def _sendable(
    request: Request[Any], body: Mapping[str, Any] | None = None, *, but: Sequence[str], without_send: bool = False
) -> Request[Any]:
    """`request` as it may go out: without the headers `but`, and with `body` in place of its own."""
    kept = {name: value for name, value in request.headers.items() if name.lower() not in but}
    if body is None or request.json is None:
        return replace(request, headers=kept)
    sent = {name: value for name, value in body.items() if not (without_send and name == "send")}
    return replace(request, headers=kept, json=sent)


def _answered(body: Mapping[str, Any]) -> Answer:
    return Answer(200, canonical(body).encode(), {"content-type": "application/json", "x-dry-run": "true"})


def _again(kept: Kept, *, is_repeat: bool) -> Answer:
    headers = {"idempotency-replayed": "true"} | ({"x-repeated-at": kept.at} if is_repeat else {})
    return Answer(kept.status, kept.body.encode(), headers)


def _was_never_sent(lost: Unreachable) -> bool:
    """Whether there was no connection at all: then nothing was done."""
    return type(lost.__cause__).__name__ in ("ConnectError", "ConnectTimeout", "UnsupportedProtocol")
